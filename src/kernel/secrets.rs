//! Small, named uses of the one cryptographic library.
use aws_lc_rs::{aead, digest, hmac, rand};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

/// SHA-256 of the parts, one after the other.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut ctx = digest::Context::new(&digest::SHA256);
    for p in parts {
        ctx.update(p);
    }
    let mut out = [0; 32];
    out.copy_from_slice(ctx.finish().as_ref());
    out
}
/// HMAC-SHA-256 under a 32-byte key; each part is preceded by its length, so that parts can't run together.
pub fn hmac256(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut ctx = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, key));
    for p in parts {
        ctx.update(&u64::try_from(p.len()).unwrap_or(u64::MAX).to_be_bytes());
        ctx.update(p);
    }
    let mut out = [0; 32];
    out.copy_from_slice(ctx.sign().as_ref());
    out
}
/// Equal, in a time that does not depend on where they differ.
pub fn same(a: &[u8], b: &[u8]) -> bool {
    aws_lc_rs::constant_time::verify_slices_are_equal(a, b).is_ok()
}
/// `N` random bytes.
/// # Errors
/// When the machine's source fails.
pub fn random<const N: usize>() -> Result<[u8; N], SealError> {
    let mut out = [0; N];
    rand::fill(&mut out).map_err(|_| SealError)?;
    Ok(out)
}
/// base64url without padding.
pub fn b64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
/// base64url without padding, back to bytes; `None` when malformed.
pub fn unb64(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Sealing or opening failed; says nothing about why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealError;
impl std::fmt::Display for SealError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("sealing failed")
    }
}
impl std::error::Error for SealError {}

const NONCE: usize = 12;
/// AES-256-GCM-SIV: nonce followed by ciphertext and tag. `bound` is what the ciphertext belongs to: opened elsewhere it fails.
/// # Errors
/// When the machine's random source fails.
pub fn seal(key: &[u8; 32], bound: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let key = aead::UnboundKey::new(&aead::AES_256_GCM_SIV, key).map_err(|_| SealError)?;
    let nonce = random::<NONCE>()?;
    let mut body = plain.to_vec();
    aead::LessSafeKey::new(key)
        .seal_in_place_append_tag(
            aead::Nonce::assume_unique_for_key(nonce),
            aead::Aad::from(bound),
            &mut body,
        )
        .map_err(|_| SealError)?;
    let mut out = nonce.to_vec();
    out.append(&mut body);
    Ok(out)
}
/// Opens what `seal` made with the same key and the same `bound`.
/// # Errors
/// When key, binding or content differ.
pub fn open(key: &[u8; 32], bound: &[u8], sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let (nonce, body) = sealed.split_at_checked(NONCE).ok_or(SealError)?;
    let key = aead::UnboundKey::new(&aead::AES_256_GCM_SIV, key).map_err(|_| SealError)?;
    let nonce = aead::Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealError)?;
    let mut body = body.to_vec();
    let plain = aead::LessSafeKey::new(key)
        .open_in_place(nonce, aead::Aad::from(bound), &mut body)
        .map_err(|_| SealError)?;
    Ok(Zeroizing::new(plain.to_vec()))
}

#[cfg(test)]
mod tests {
    use super::*;
    #[test]
    fn a_sealed_text_opens_only_where_it_belongs() {
        let key = [7; 32];
        let sealed = seal(&key, b"person-1", b"secret").unwrap();
        assert_eq!(open(&key, b"person-1", &sealed).unwrap().as_slice(), b"secret");
        assert!(open(&key, b"person-2", &sealed).is_err());
        assert!(open(&[8; 32], b"person-1", &sealed).is_err());
        assert!(open(&key, b"person-1", &sealed[..10]).is_err());
    }
    #[test]
    fn parts_of_a_keyed_digest_do_not_run_together() {
        assert_ne!(hmac256(&[1; 32], &[b"ab", b"c"]), hmac256(&[1; 32], &[b"a", b"bc"]));
    }
}
