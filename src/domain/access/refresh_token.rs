//! Refresh tokens: opaque, 256 random bits, kept as a keyed digest only.
//!
//! A token carries its session and our mark, so that any earlier token of a session is known again when somebody uses it: not
//! only the last one, which a thief could hide by refreshing twice.
use crate::kernel::{Problem, secrets};
use uuid::Uuid;
use zeroize::Zeroizing;

const SECRET: usize = 32;
const MARK: usize = 16;

/// A refresh token that we made.
pub struct RefreshToken {
    /// Its session.
    pub session: Uuid,
    /// The token.
    pub text: Zeroizing<String>,
    /// What is kept of it.
    pub digest: [u8; 32],
}
impl RefreshToken {
    /// A new one for a session, under the digest key.
    /// # Errors
    /// 503 when the machine has no random numbers.
    pub fn fresh(key: &[u8; 32], session: Uuid) -> Result<Self, Problem> {
        let secret = Zeroizing::new(
            secrets::random::<SECRET>().map_err(|_| Problem::unavailable("no-random-numbers"))?,
        );
        let mark = mark(key, session, secret.as_slice());
        let bytes = Zeroizing::new([session.as_bytes().as_slice(), secret.as_slice(), &mark].concat());
        let text = Zeroizing::new(secrets::b64(&bytes));
        Ok(Self { session, digest: digest(key, &text), text })
    }
    /// Reads one; `None` when we did not make it.
    pub fn parse(key: &[u8; 32], text: &str) -> Option<Self> {
        let bytes = Zeroizing::new(secrets::unb64(text).filter(|b| b.len() == 16 + SECRET + MARK)?);
        let (session, rest) = bytes.split_at(16);
        let (secret, given) = rest.split_at(SECRET);
        let session = Uuid::from_slice(session).ok()?;
        let ours = secrets::same(&mark(key, session, secret), given);
        ours.then(|| Self { session, digest: digest(key, text), text: Zeroizing::new(text.to_owned()) })
    }
}
fn mark(key: &[u8; 32], session: Uuid, secret: &[u8]) -> [u8; MARK] {
    let mac = secrets::hmac256(key, &[b"refresh-mark/1", session.as_bytes(), secret]);
    let mut out = [0; MARK];
    out.copy_from_slice(&mac[..MARK]);
    out
}
fn digest(key: &[u8; 32], text: &str) -> [u8; 32] {
    secrets::hmac256(key, &[b"refresh-token/1", text.as_bytes()])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    #[test]
    fn tokens_are_read_back_and_forgeries_are_not() {
        let (key, session) = ([5; 32], Uuid::from_u128(77));
        let one = RefreshToken::fresh(&key, session).unwrap();
        let two = RefreshToken::fresh(&key, session).unwrap();
        assert_ne!(*one.text, *two.text);
        let read = RefreshToken::parse(&key, &one.text).unwrap();
        assert_eq!((read.session, read.digest), (session, one.digest));
        assert!(RefreshToken::parse(&[6; 32], &one.text).is_none());
        assert!(RefreshToken::parse(&key, "").is_none());
        let mut forged = secrets::unb64(&one.text).unwrap();
        forged[0] ^= 1;
        assert!(RefreshToken::parse(&key, &secrets::b64(&forged)).is_none());
    }
}
