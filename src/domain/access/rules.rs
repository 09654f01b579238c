//! Rules of signing in, client assertions and the scoped token: pure, judged by the time they are given.
use super::model::GrantReason;
use crate::kernel::{policy::Purpose, secrets, token::signature_only};
use chrono::Duration;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// Life of a session in seconds, used or not.
pub const SESSION_SECONDS: i64 = 8 * 3600;
/// Life of a session that is not used.
pub const IDLE_SECONDS: i64 = 30 * 60;
/// Oldest sign-in that may switch the linkage on (RFC 9470 `max_age`).
pub const FRESH_SECONDS: i64 = 300;
/// Furthest expiry of a client assertion.
pub const ASSERTION_SECONDS: i64 = 60;
const SKEW_SECONDS: i64 = 10;

/// How long nobody may try this id after so many failures in a row: nothing for two, then 1, 2, 4 … 60 seconds.
pub fn delay_after(failures: i32) -> Duration {
    let doublings = failures - 3;
    match u32::try_from(doublings) {
        Err(_) => Duration::zero(),
        Ok(n) => Duration::seconds(1_i64.checked_shl(n.min(6)).unwrap_or(60).min(60)),
    }
}

// --- client assertions (RFC 7523, RFC 9700)

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    List(Vec<String>),
}
/// Claims of a client assertion; times are numbers, so that a text is malformed and not "absent" (CVE-2026-25537).
#[derive(Deserialize)]
pub struct AssertionClaims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nbf: Option<i64>,
    /// Token id: works once.
    pub jti: String,
}
impl AssertionClaims {
    /// Judges everything but the signature and whether it was used before. `audiences`: issuer and token endpoint.
    pub fn fit(&self, client: &str, audiences: &[&str], now: i64) -> bool {
        let for_us = |a: &String| audiences.contains(&a.as_str());
        let aud = match &self.aud {
            Audience::One(a) => for_us(a),
            Audience::List(list) => list.len() == 1 && list.iter().all(for_us),
        };
        let issued = self.iat <= now + SKEW_SECONDS && self.iat >= now - ASSERTION_SECONDS - SKEW_SECONDS;
        self.iss == client
            && self.sub == client
            && aud
            && self.exp > now
            && self.exp <= now + ASSERTION_SECONDS
            && issued
            && self.nbf.is_none_or(|nbf| nbf <= now + SKEW_SECONDS)
            && (8..=128).contains(&self.jti.len())
    }
}
/// Who an assertion says it is from, before anything is checked: only to find the key.
pub fn unverified_subject(assertion: &str) -> Option<String> {
    let payload = assertion.split('.').nth(1)?;
    let claims: Value = serde_json::from_slice(&secrets::unb64(payload)?).ok()?;
    let subject = claims.get("sub")?.as_str()?;
    (subject.len() <= 200 && !subject.contains('\0')).then(|| subject.to_owned())
}
/// Checks type, algorithm and signature of an assertion under the client's public keys; `None` when none fits.
pub fn verify_assertion(assertion: &str, jwks: &Value) -> Option<AssertionClaims> {
    let header = jsonwebtoken::decode_header(assertion).ok()?;
    let type_fits = match header.typ.as_deref() {
        None => true,
        Some(t) => t.eq_ignore_ascii_case("jwt") || t.eq_ignore_ascii_case("client-authentication+jwt"),
    };
    if !type_fits || header.crit.is_some() || !matches!(header.alg, Algorithm::ES256 | Algorithm::EdDSA) {
        return None;
    }
    let keys = jwks.get("keys")?.as_array()?;
    let named =
        |k: &&Value| header.kid.is_none() || k.get("kid").and_then(Value::as_str) == header.kid.as_deref();
    keys.iter().filter(named).filter_map(|k| decoding_key(k, header.alg)).find_map(|key| {
        let data = jsonwebtoken::decode::<AssertionClaims>(assertion, &key, &signature_only(header.alg));
        data.ok().map(|d| d.claims)
    })
}
fn decoding_key(jwk: &Value, algorithm: Algorithm) -> Option<DecodingKey> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    match (algorithm, text("kty")?, text("crv")?) {
        (Algorithm::ES256, "EC", "P-256") => DecodingKey::from_ec_components(text("x")?, text("y")?).ok(),
        (Algorithm::EdDSA, "OKP", "Ed25519") => DecodingKey::from_ed_components(text("x")?).ok(),
        _ => None,
    }
}
/// Public keys that a client may register: ES256 or EdDSA, one to ten, no private part.
/// # Errors
/// Says what is wrong.
pub fn check_jwks(jwks: &Value) -> Result<(), &'static str> {
    let keys = jwks.get("keys").and_then(Value::as_array).ok_or("a key set has a list `keys`")?;
    if keys.is_empty() || keys.len() > 10 {
        return Err("a key set holds one to ten keys");
    }
    for k in keys {
        if k.get("d").is_some() {
            return Err("a key set holds a private key: register public keys only");
        }
        let usable = [Algorithm::ES256, Algorithm::EdDSA].iter().any(|a| decoding_key(k, *a).is_some());
        if !usable {
            return Err("a key is neither EC P-256 nor Ed25519");
        }
    }
    Ok(())
}
/// Scopes asked for out of those held, all of them when none are named; `None` when one is not held.
pub fn scopes_within(asked: Option<&str>, held: &[String]) -> Option<String> {
    let Some(asked) = asked else { return Some(held.join(" ")) };
    let mut list: Vec<&str> = asked.split(' ').filter(|s| !s.is_empty()).collect();
    list.sort_unstable();
    list.dedup();
    (!list.is_empty() && list.iter().all(|s| held.iter().any(|h| h == s))).then(|| list.join(" "))
}

// --- the scoped token

/// What a person asks to switch on.
#[derive(Debug, PartialEq)]
pub struct GrantWish {
    /// 事務.
    pub purpose: String,
    /// Reason.
    pub reason: GrantReason,
    /// Case: a notification.
    pub case: Uuid,
    /// For whom, 1 to 20.
    pub members: Vec<Uuid>,
}
/// Most people of one scoped token.
pub const MEMBERS_MOST: usize = 20;

/// Reads what is asked for.
/// # Errors
/// Says which parameter is missing or malformed, never its value.
pub fn grant_wish(get: impl Fn(&str) -> Option<String>) -> Result<GrantWish, &'static str> {
    let purpose = get("purpose").filter(|p| Purpose::of(p).is_some());
    let purpose = purpose.ok_or("purpose is one of enrolment, benefits, collection")?;
    let reason = get("reason").and_then(|r| GrantReason::of(&r));
    let reason = reason.ok_or("reason is not a known code")?;
    let case =
        get("case").and_then(|c| Uuid::try_parse(&c).ok()).ok_or("case is the id of a notification")?;
    let wrong = "members are 1 to 20 ids of persons, separated by spaces";
    let mut members = Vec::new();
    for id in get("members").ok_or(wrong)?.split(' ').filter(|s| !s.is_empty()) {
        members.push(Uuid::try_parse(id).map_err(|_| wrong)?);
    }
    members.sort_unstable();
    members.dedup();
    if members.is_empty() || members.len() > MEMBERS_MOST {
        return Err(wrong);
    }
    Ok(GrantWish { purpose, reason, case, members })
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
