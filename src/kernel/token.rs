//! Access tokens: JWT of type `at+jwt` (RFC 9068), EdDSA only, every claim required and typed.
use super::{keys::Keys, secrets};
use jsonwebtoken::{Algorithm, Header, Validation};
use serde::{Deserialize, Serialize};
use std::{collections::HashMap, sync::RwLock};
use uuid::Uuid;

/// Life of an access token in seconds.
pub const ACCESS_SECONDS: i64 = 600;
/// Longest life of a scoped token in seconds.
pub const GRANT_SECONDS: i64 = 300;

/// Claims of an access token. Times are numbers: a text is not "absent" but malformed (CVE-2026-25537).
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq)]
pub struct Claims {
    /// Issuer.
    pub iss: String,
    /// Audience.
    pub aud: String,
    /// User or client id.
    pub sub: Uuid,
    /// Who the token was issued to: the client, or `kenpo` for a sign-in at the society.
    pub client_id: String,
    /// Issued at (epoch seconds).
    pub iat: i64,
    /// Not before.
    pub nbf: i64,
    /// Expires.
    pub exp: i64,
    /// Token id.
    pub jti: Uuid,
    /// Scopes, separated by a space.
    pub scope: String,
    /// Kind of subject: `user` or `client`.
    pub kind: String,
    /// Session of a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sid: Option<Uuid>,
    /// When the person proved who they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auth_time: Option<i64>,
    /// Record of the linkage that was switched on (scoped tokens only).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grant: Option<Uuid>,
}

/// Signs and checks access tokens.
pub struct Tokens {
    issuer: String,
    audience: String,
    seen: RwLock<HashMap<[u8; 32], (String, Claims)>>,
}
const SEEN_MOST: usize = 10_000;

impl Tokens {
    /// For an issuer and audience (both the public base URL).
    pub fn new(issuer: &str, audience: &str) -> Self {
        Self { issuer: issuer.into(), audience: audience.into(), seen: RwLock::default() }
    }
    /// Issuer.
    pub fn issuer(&self) -> &str {
        &self.issuer
    }
    /// Audience.
    pub fn audience(&self) -> &str {
        &self.audience
    }
    /// Signs claims with the newest key.
    /// # Errors
    /// When no key is there.
    pub fn sign(&self, keys: &Keys, claims: &Claims) -> anyhow::Result<String> {
        let signing = keys.signing();
        let key = signing.last().ok_or_else(|| anyhow::anyhow!("no signing key"))?;
        let mut header = Header::new(Algorithm::EdDSA);
        header.typ = Some("at+jwt".into());
        header.kid = Some(key.kid.clone());
        Ok(jsonwebtoken::encode(&header, claims, &key.encoding)?)
    }
    /// Checks type, algorithm, key, signature, issuer, audience and times against `now` (epoch seconds).
    /// Signatures that were verified are remembered until the token expires; the key must still be published.
    pub fn check(&self, keys: &Keys, token: &str, now: i64) -> Option<Claims> {
        let digest = secrets::sha256(&[token.as_bytes()]);
        let known = self.seen.read().ok().and_then(|s| s.get(&digest).cloned());
        let (kid, claims) = match known {
            Some(known) => known,
            None => self.verify(keys, token)?,
        };
        let alive = keys.signing().iter().any(|k| k.kid == kid);
        let fits = claims.iss == self.issuer && claims.aud == self.audience;
        let in_time = claims.exp > now && claims.nbf <= now + 10 && claims.iat <= now + 60;
        if !(alive && fits && in_time) {
            return None;
        }
        self.remember(digest, kid, &claims, now);
        Some(claims)
    }
    fn verify(&self, keys: &Keys, token: &str) -> Option<(String, Claims)> {
        if token.len() > 4096 {
            return None;
        }
        let header = jsonwebtoken::decode_header(token).ok()?;
        if header.typ.as_deref() != Some("at+jwt") || header.alg != Algorithm::EdDSA {
            return None;
        }
        let kid = header.kid?;
        let is_published = |keys: &Keys| keys.signing().iter().any(|k| k.kid == kid);
        // Another node may have signed with a key made a moment ago: a rotation must refuse nobody.
        if !is_published(keys) && keys.reload().is_err() {
            return None;
        }
        let signing = keys.signing();
        let key = signing.iter().find(|k| k.kid == kid)?;
        let data =
            jsonwebtoken::decode::<Claims>(token, &key.decoding, &signature_only(Algorithm::EdDSA)).ok()?;
        Some((kid, data.claims))
    }
    fn remember(&self, digest: [u8; 32], kid: String, claims: &Claims, now: i64) {
        if self.seen.read().is_ok_and(|s| s.contains_key(&digest)) {
            return;
        }
        if let Ok(mut seen) = self.seen.write() {
            if seen.len() >= SEEN_MOST {
                seen.retain(|_, (_, c)| c.exp > now);
            }
            if seen.len() < SEEN_MOST {
                seen.insert(digest, (kid, claims.clone()));
            }
        }
    }
}

/// Checks the signature under one algorithm and nothing else: claims are typed and judged by the injected clock here.
pub fn signature_only(algorithm: Algorithm) -> Validation {
    let mut v = Validation::new(algorithm);
    v.validate_exp = false;
    v.validate_nbf = false;
    v.validate_aud = false;
    v.required_spec_claims.clear();
    v
}
