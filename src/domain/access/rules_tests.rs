#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::*;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use jsonwebtoken::{EncodingKey, Header};
use serde_json::json;

const NOW: i64 = 1_795_000_000;
const US: &[&str] = &["https://kenpo.example", "https://kenpo.example/oauth/token"];

#[test]
fn delays_grow_from_the_third_failure() {
    let seconds: Vec<i64> = (0..14).map(|n| delay_after(n).num_seconds()).collect();
    assert_eq!(seconds, [0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60, 60]);
    assert_eq!(delay_after(i32::MAX).num_seconds(), 60);
}

fn claims(change: impl FnOnce(&mut Value)) -> AssertionClaims {
    let mut v =
        json!({"iss": "c-1", "sub": "c-1", "aud": US[0], "exp": NOW + 60, "iat": NOW, "jti": "12345678"});
    change(&mut v);
    serde_json::from_value(v).unwrap()
}
#[test]
fn assertions_are_short_fresh_and_for_us() {
    let fit = |change: fn(&mut Value)| claims(change).fit("c-1", US, NOW);
    assert!(fit(|_| ()));
    assert!(fit(|v| v["aud"] = json!(US[1])));
    assert!(fit(|v| v["aud"] = json!([US[0]])));
    assert!(fit(|v| v["nbf"] = json!(NOW)));
    assert!(!fit(|v| v["aud"] = json!([US[0], "https://elsewhere.example"])));
    assert!(!fit(|v| v["aud"] = json!("https://elsewhere.example")));
    assert!(!fit(|v| v["iss"] = json!("c-2")));
    assert!(!fit(|v| v["sub"] = json!("c-2")));
    assert!(!fit(|v| v["exp"] = json!(NOW)));
    assert!(!fit(|v| v["exp"] = json!(NOW + 61)));
    assert!(!fit(|v| v["iat"] = json!(NOW + 11)));
    assert!(!fit(|v| v["iat"] = json!(NOW - 71)));
    assert!(!fit(|v| v["nbf"] = json!(NOW + 11)));
    assert!(!fit(|v| v["jti"] = json!("short")));
}
#[test]
fn times_that_are_no_numbers_are_malformed() {
    let with = |name: &str, value: Value| {
        let mut v = json!({"iss": "c", "sub": "c", "aud": "a", "exp": 1, "iat": 1, "nbf": 1, "jti": "j"});
        v[name] = value;
        serde_json::from_value::<AssertionClaims>(v).is_ok()
    };
    assert!(with("exp", json!(2)));
    for name in ["exp", "iat", "nbf"] {
        assert!(!with(name, json!("99999999999")), "{name} as text");
        assert!(!with(name, json!(1.5)), "{name} as a fraction");
    }
    assert!(!with("exp", Value::Null));
}

fn sign(alg: Algorithm, key: &EncodingKey, change: impl FnOnce(&mut Header)) -> String {
    let mut header = Header::new(alg);
    header.kid = Some("k1".into());
    change(&mut header);
    let claims = json!({"iss": "c", "sub": "c", "aud": "a", "exp": 1, "iat": 1, "jti": "12345678"});
    jsonwebtoken::encode(&header, &claims, key).unwrap()
}
#[test]
fn only_es256_and_eddsa_under_a_registered_key_verify() {
    let ed = Ed25519KeyPair::generate().unwrap();
    let ed_key = EncodingKey::from_ed_der(ed.to_pkcs8v1().unwrap().as_ref());
    let ec = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
    let ec_key = EncodingKey::from_ec_der(ec.to_pkcs8v1().unwrap().as_ref());
    let point = ec.public_key().as_ref().to_vec();
    let ed_jwk =
        json!({"kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": secrets::b64(ed.public_key().as_ref())});
    let ec_jwk = json!({"kty": "EC", "crv": "P-256", "kid": "k1", "x": secrets::b64(&point[1..33]), "y": secrets::b64(&point[33..])});
    let jwks = json!({"keys": [ed_jwk, ec_jwk]});
    check_jwks(&jwks).unwrap();
    let good = sign(Algorithm::EdDSA, &ed_key, |_| ());
    assert_eq!(verify_assertion(&good, &jwks).unwrap().sub, "c");
    assert_eq!(unverified_subject(&good).unwrap(), "c");
    assert!(verify_assertion(&sign(Algorithm::ES256, &ec_key, |_| ()), &jwks).is_some());
    assert!(verify_assertion(&sign(Algorithm::EdDSA, &ed_key, |h| h.kid = None), &jwks).is_some());
    assert!(
        verify_assertion(&sign(Algorithm::EdDSA, &ed_key, |h| h.kid = Some("k2".into())), &jwks).is_none()
    );
    assert!(
        verify_assertion(&sign(Algorithm::EdDSA, &ed_key, |h| h.typ = Some("at+jwt".into())), &jwks)
            .is_none()
    );
    assert!(
        verify_assertion(&sign(Algorithm::EdDSA, &ed_key, |h| h.crit = Some(vec!["x".into()])), &jwks)
            .is_none()
    );
    let hs = EncodingKey::from_secret(ed.public_key().as_ref());
    assert!(verify_assertion(&sign(Algorithm::HS256, &hs, |_| ()), &jwks).is_none());
    let mut parts: Vec<&str> = good.split('.').collect();
    let none = secrets::b64(br#"{"alg":"none","typ":"JWT"}"#);
    parts[0] = &none;
    assert!(verify_assertion(&parts.join("."), &jwks).is_none());
    parts[2] = "";
    assert!(verify_assertion(&parts.join("."), &jwks).is_none());
    let other = Ed25519KeyPair::generate().unwrap();
    let forged =
        sign(Algorithm::EdDSA, &EncodingKey::from_ed_der(other.to_pkcs8v1().unwrap().as_ref()), |_| ());
    assert!(verify_assertion(&forged, &jwks).is_none());
    for text in ["", ".", "..", "a.b.c", "🦀.🦀.🦀"] {
        assert!(verify_assertion(text, &jwks).is_none());
        assert!(unverified_subject(text).is_none());
    }
}
#[test]
fn key_sets_hold_public_keys_of_two_kinds() {
    for wrong in [
        json!({}),
        json!({"keys": []}),
        json!({"keys": [{"kty": "oct", "k": "AA"}]}),
        json!({"keys": [{"kty": "RSA", "n": "AA", "e": "AQAB"}]}),
        json!({"keys": [{"kty": "OKP", "crv": "Ed25519", "x": "AA", "d": "AA"}]}),
    ] {
        assert!(check_jwks(&wrong).is_err());
    }
}

#[test]
fn scopes_never_grow() {
    let held = ["audit:read".to_owned(), "audit:export".to_owned()];
    assert_eq!(scopes_within(None, &held).unwrap(), "audit:read audit:export");
    assert_eq!(scopes_within(Some("audit:export"), &held).unwrap(), "audit:export");
    assert_eq!(scopes_within(Some("audit:read  audit:read"), &held).unwrap(), "audit:read");
    assert_eq!(scopes_within(Some("audit:read members:read"), &held), None);
    assert_eq!(scopes_within(Some(" "), &held), None);
}

#[test]
fn a_grant_names_purpose_reason_case_and_people() {
    let id = Uuid::from_u128(7);
    let wish = |change: fn(&str) -> Option<String>| {
        grant_wish(|name| {
            change(name).or_else(|| {
                Some(match name {
                    "purpose" => "enrolment".into(),
                    "reason" => "examination".into(),
                    _ => id.to_string(),
                })
            })
        })
    };
    let good = wish(|_| None).unwrap();
    assert_eq!((good.members.as_slice(), good.reason), ([id].as_slice(), GrantReason::Examination));
    assert!(wish(|n| (n == "purpose").then(|| "curiosity".into())).is_err());
    assert!(wish(|n| (n == "reason").then(|| "because".into())).is_err());
    assert!(wish(|n| (n == "case").then(|| "1".into())).is_err());
    assert!(wish(|n| (n == "members").then(|| " ".into())).is_err());
    assert!(wish(|n| (n == "members").then(|| "x".into())).is_err());
    let many = |count: u128| {
        let list: Vec<String> = (0..count).map(|i| Uuid::from_u128(i).to_string()).collect();
        grant_wish(|n| match n {
            "members" => Some(list.join(" ")),
            "purpose" => Some("benefits".into()),
            "reason" => Some("enquiry".into()),
            _ => Some(id.to_string()),
        })
    };
    assert!(many(20).is_ok());
    assert!(many(21).is_err());
}
