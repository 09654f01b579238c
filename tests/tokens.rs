//! Access tokens that lie, keys that are rotated, and clients that prove who they are (R-144; RFC 6749, 7523, 9068).
use crate::harness::{
    caller::Response,
    cluster::TempBase,
    race,
    world::{PASSWORD, World, start},
};
use aws_lc_rs::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use chrono::Duration;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use kenpo::{
    domain::access::{self, NewClient},
    kernel::{keys::Keys, secrets},
};
use serde_json::{Value, json};
use uuid::Uuid;

const MEMBERS: &str = "/v1/members";
const ISSUER: &str = "http://kenpo.test";

fn part(token: &str, n: usize) -> Value {
    serde_json::from_slice(&secrets::unb64(token.split('.').nth(n).unwrap()).unwrap()).unwrap()
}
/// A good token of a person.
fn good(w: &World) -> String {
    w.staff("clerk").token.unwrap()
}
/// The claims of a good token, changed, under the society's own key.
fn signed(w: &World, claims: &Value) -> String {
    with_header(w, "at+jwt", claims)
}
fn with_header(w: &World, typ: &str, claims: &Value) -> String {
    let keys = w.app.kernel.keys.signing();
    let key = keys.last().unwrap();
    let header =
        Header { typ: Some(typ.into()), kid: Some(key.kid.clone()), ..Header::new(Algorithm::EdDSA) };
    jsonwebtoken::encode(&header, claims, &key.encoding).unwrap()
}
fn changed(claims: &Value, name: &str, value: Value) -> Value {
    let mut claims = claims.clone();
    claims[name] = value;
    claims
}
fn without(claims: &Value, name: &str) -> Value {
    let mut claims = claims.clone();
    claims.as_object_mut().unwrap().remove(name).unwrap();
    claims
}
/// Tokens whose header or signature lies.
fn forged(w: &World, good: &str) -> Vec<(&'static str, String)> {
    let keys = w.app.kernel.keys.signing();
    let key = keys.last().unwrap();
    let parts: Vec<&str> = good.split('.').collect();
    let claims = part(good, 1);
    let head = |v: Value| secrets::b64(v.to_string().as_bytes());
    let none = |alg: &str| head(json!({ "typ": "at+jwt", "alg": alg, "kid": key.kid }));
    let hmac =
        Header { typ: Some("at+jwt".into()), kid: Some(key.kid.clone()), ..Header::new(Algorithm::HS256) };
    let by_public =
        |secret: &[u8]| jsonwebtoken::encode(&hmac, &claims, &EncodingKey::from_secret(secret)).unwrap();
    let stranger = Ed25519KeyPair::generate().unwrap();
    let stranger = EncodingKey::from_ed_der(stranger.to_pkcs8v1().unwrap().as_ref());
    let ours = Header { alg: Algorithm::EdDSA, ..hmac.clone() };
    let other = secrets::b64(changed(&claims, "sub", json!(Uuid::now_v7())).to_string().as_bytes());
    let mut bent = secrets::unb64(parts[2]).unwrap();
    bent[0] ^= 1;
    vec![
        ("alg none", format!("{}.{}.", none("none"), parts[1])),
        ("alg None with the signature", format!("{}.{}.{}", none("None"), parts[1], parts[2])),
        ("HS256 under the public key", by_public(key.public.as_bytes())),
        ("HS256 under its bytes", by_public(&secrets::unb64(&key.public).unwrap())),
        ("a stranger's signature", jsonwebtoken::encode(&ours, &claims, &stranger).unwrap()),
        ("a bent signature", format!("{}.{}.{}", parts[0], parts[1], secrets::b64(&bent))),
        ("no signature", format!("{}.{}.", parts[0], parts[1])),
        ("other claims under the signature", format!("{}.{other}.{}", parts[0], parts[2])),
        (
            "no kid",
            jsonwebtoken::encode(&Header { kid: None, ..ours.clone() }, &claims, &key.encoding).unwrap(),
        ),
        (
            "an unknown kid",
            jsonwebtoken::encode(&Header { kid: Some("k".into()), ..ours }, &claims, &key.encoding).unwrap(),
        ),
        ("an id token", with_header(w, "JWT", &claims)),
        ("a refresh token of another issuer", with_header(w, "rt+jwt", &claims)),
        ("four parts", format!("{good}.x")),
        ("too long", format!("{good}{}", "x".repeat(4000))),
        ("nothing", String::new()),
    ]
}
/// Tokens under our own key whose claims lie.
fn lying(w: &World, good: &str) -> Vec<(String, String)> {
    let (claims, now) = (part(good, 1), start().timestamp());
    let mut all: Vec<(String, String)> = [
        ("an audience elsewhere", changed(&claims, "aud", json!("https://elsewhere.test"))),
        ("a list of audiences", changed(&claims, "aud", json!([ISSUER]))),
        ("another issuer", changed(&claims, "iss", json!("https://elsewhere.test"))),
        ("expired", changed(&claims, "exp", json!(now))),
        ("exp as a text", changed(&claims, "exp", json!((now + 600).to_string()))),
        ("exp as a fraction", changed(&claims, "exp", json!(1e300))),
        ("issued in the future", changed(&claims, "iat", json!(now + 61))),
        ("not yet valid", changed(&claims, "nbf", json!(now + 11))),
        ("nobody's", changed(&claims, "sub", json!(Uuid::now_v7()))),
        ("a system by the id of a person", changed(&claims, "kind", json!("client"))),
        ("of no kind", changed(&claims, "kind", json!("root"))),
        ("of the product itself", changed(&claims, "kind", json!("system"))),
    ]
    .iter()
    .map(|(why, claims)| ((*why).to_owned(), signed(w, claims)))
    .collect();
    for name in ["iss", "aud", "sub", "client_id", "iat", "nbf", "exp", "jti", "scope", "kind", "sid"] {
        all.push((format!("no {name}"), signed(w, &without(&claims, name))));
    }
    all
}

#[test]
fn tokens_that_lie_are_refused_and_each_is_recorded() {
    let w = World::new();
    let good = good(&w);
    let session = w.nobody().post("/v1/sessions").json(&json!({ "user_id": "clerk", "password": PASSWORD }));
    let mut lies: Vec<(String, String)> =
        forged(&w, &good).into_iter().map(|(why, t)| (why.to_owned(), t)).collect();
    lies.extend(lying(&w, &good));
    lies.push(("a refresh token".into(), session.expect(200)["refresh_token"].as_str().unwrap().into()));
    // each at another operation as well, so that a flood of one is no excuse for the others
    let paths = [MEMBERS, "/v1/employers"];
    for (n, (why, token)) in lies.iter().enumerate() {
        let got = w.bearer(token).get(paths[n % 2]);
        assert_eq!(
            (got.status, got.body["code"].as_str()),
            (401, Some("unauthenticated")),
            "{why}: {}",
            got.text
        );
        assert_eq!(got.header("content-type"), "application/problem+json");
        assert!(got.header("www-authenticate").starts_with("Bearer"), "{why}");
        assert!(token.len() < 20 || !got.text.contains(&token[..20]), "nothing is echoed");
    }
    let recorded = w.entries("code = 'unauthenticated' and status = 401 and actor_id is null");
    assert_eq!(recorded.len(), lies.len());
    w.bearer(&signed(&w, &part(&good, 1))).get(MEMBERS).expect(200); // the same claims, unchanged
    w.bearer(&good).get(MEMBERS).expect(200);
}

#[test]
fn one_authorization_header_of_the_bearer_scheme() {
    let w = World::new();
    let good = good(&w);
    let twice =
        w.bearer(&good).ask("GET", MEMBERS).header("authorization", &format!("Bearer {good}")).send(b"");
    twice.refused(401, "unauthenticated");
    for (value, status) in [
        (format!("bearer {good}"), 200),
        (format!("BEARER {good}"), 200),
        (good.clone(), 401),
        (format!("Basic {good}"), 401),
        (format!("DPoP {good}"), 401),
        (format!("Bearer  {good}"), 401),
    ] {
        let got = w.nobody().ask("GET", MEMBERS).header("authorization", &value).send(b"");
        assert_eq!(got.status, status, "{}", &value[..7]);
    }
    w.nobody().get(format!("{MEMBERS}?access_token={good}")).refused(401, "unauthenticated");
}

fn published(w: &World) -> Vec<String> {
    let jwks = w.nobody().get("/.well-known/jwks.json").expect(200);
    let keys = jwks["keys"].as_array().unwrap();
    assert!(keys.iter().all(|k| k["alg"] == "EdDSA" && k["use"] == "sig" && k.get("d").is_none()));
    keys.iter().map(|k| k["kid"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn signing_keys_are_rotated_without_refusing_anybody_and_dropped_at_once() {
    let w = World::new();
    let other = w.second_node(); // hears nothing by itself
    let keys = &w.app.kernel.keys;
    let old = w.bearer(&good(&w));
    let first = published(&w);
    let kid = Keys::rotate(keys.folder(), start().timestamp() + 5, 0).unwrap();
    keys.reload().unwrap();
    let fresh = good(&w);
    assert_eq!(part(&fresh, 0)["kid"], json!(kid));
    assert_eq!(published(&w), [first[0].clone(), kid.clone()]);
    let fresh = w.bearer(&fresh);
    for caller in [&old, &fresh] {
        caller.get(MEMBERS).expect(200);
        caller.at(&other.url).get(MEMBERS).expect(200);
    }
    // an emergency: what the old key signed is refused although its signature was checked before
    let last = Keys::rotate(keys.folder(), start().timestamp() + 9, start().timestamp() + 5).unwrap();
    keys.reload().unwrap();
    old.get(MEMBERS).refused(401, "unauthenticated");
    fresh.get(MEMBERS).expect(200);
    assert_eq!(published(&w), [kid, last]);
    assert!(w.entries("operation = 'getKeys' and kind = 'protocol'").len() >= 3);
}

#[test]
fn keys_whose_making_was_broken_off_are_completed_and_never_made_anew() {
    let folder = TempBase::new();
    let at = |name: &str| folder.path().join("keys").join(name);
    let make = || Keys::init(&folder.path().join("keys"), start().timestamp());
    // killed while it wrote the first file
    std::fs::create_dir(folder.path().join("keys")).unwrap();
    std::fs::write(at("vault.json.new"), b"{\"kek\":").unwrap();
    make().unwrap();
    let vault = std::fs::read(at("vault.json")).unwrap();
    let key = Keys::open(&folder.path().join("keys")).unwrap().vault.kek;
    // killed between the two files, and while it wrote the second
    std::fs::rename(at("signing.json"), at("signing.json.new")).unwrap();
    std::fs::write(at("signing.json.new"), b"{").unwrap();
    let said = Keys::open(&folder.path().join("keys")).err().unwrap().to_string();
    assert!(said.contains("kenpo keys init"), "{said}");
    make().unwrap();
    assert_eq!(
        std::fs::read(at("vault.json")).unwrap(),
        vault,
        "what personal numbers are sealed with stays"
    );
    assert_eq!(*Keys::open(&folder.path().join("keys")).unwrap().vault.kek, *key);
    assert!(!at("signing.json.new").exists() && !at("vault.json.new").exists());
    // whole: nothing is made anew
    let signing = std::fs::read(at("signing.json")).unwrap();
    assert!(make().unwrap_err().to_string().contains("holds keys already"));
    // the vault was lost: another one would read no number
    std::fs::remove_file(at("vault.json")).unwrap();
    assert!(make().unwrap_err().to_string().contains("put vault.json back"));
    assert!(!at("vault.json").exists());
    assert_eq!(std::fs::read(at("signing.json")).unwrap(), signing);
}

#[test]
fn two_who_make_keys_at_once_make_them_once() {
    let folder = TempBase::new();
    let keys = folder.path().join("keys");
    for _ in 0..20 {
        let made = race::at_once([(); 4].map(|()| || Keys::init(&keys, start().timestamp()).is_ok()));
        assert_eq!(made.iter().filter(|is_made| **is_made).count(), 1, "{made:?}");
        Keys::open(&keys).unwrap();
        std::fs::remove_dir_all(&keys).unwrap();
    }
}

// --- clients

/// A system with a key of its own.
struct Signer {
    id: &'static str,
    algorithm: Algorithm,
    key: EncodingKey,
}
fn register(w: &World, id: &'static str, algorithm: Algorithm) -> Signer {
    let (key, jwk) = if algorithm == Algorithm::ES256 {
        let der =
            EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new()).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der.as_ref()).unwrap();
        let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
        let jwk =
            json!({ "kty": "EC", "crv": "P-256", "kid": "k1", "x": secrets::b64(x), "y": secrets::b64(y) });
        (EncodingKey::from_ec_der(der.as_ref()), jwk)
    } else {
        let pair = Ed25519KeyPair::generate().unwrap();
        let x = secrets::b64(pair.public_key().as_ref());
        let der = pair.to_pkcs8v1().unwrap();
        (
            EncodingKey::from_ed_der(der.as_ref()),
            json!({ "kty": "OKP", "crv": "Ed25519", "kid": "k1", "x": x }),
        )
    };
    let client = NewClient {
        id: Uuid::now_v7(),
        client_key: id.into(),
        name: id.into(),
        kind: "auditor".into(),
        scopes: vec!["audit:read".into(), "audit:export".into()],
        secret_digest: None,
        jwks: Some(json!({ "keys": [jwk] })),
    };
    access::store::insert_client(&mut w.owner(), &client).unwrap();
    Signer { id, algorithm, key }
}
impl Signer {
    fn claims(&self, w: &World) -> Value {
        let now = w.clock.now().timestamp();
        json!({ "iss": self.id, "sub": self.id, "aud": ISSUER, "iat": now, "exp": now + 60, "jti": Uuid::now_v7() })
    }
    fn sign(&self, claims: &Value) -> String {
        let header = Header { kid: Some("k1".into()), ..Header::new(self.algorithm) };
        jsonwebtoken::encode(&header, claims, &self.key).unwrap()
    }
}
fn ask(w: &World, form: &str) -> Response {
    w.nobody().post("/oauth/token").form(form)
}
fn with_assertion(w: &World, assertion: &str, more: &str) -> Response {
    ask(
        w,
        &format!(
            "grant_type=client_credentials&client_assertion_type=urn:ietf:params:oauth:client-assertion-type:jwt-bearer\
             &client_assertion={assertion}{more}"
        ),
    )
}
/// An error as RFC 6749 §5.2 shapes it.
#[track_caller]
fn error(r: &Response, status: u16, error: &str) {
    assert_eq!((r.status, r.body["error"].as_str()), (status, Some(error)), "{}", r.text);
    assert_eq!(r.header("content-type"), "application/json");
    assert_eq!(r.header("cache-control"), "no-store");
    let known = ["error", "error_description"];
    assert!(r.body.as_object().unwrap().keys().all(|k| known.contains(&k.as_str())), "{}", r.text);
    assert!(status != 401 || !r.header("www-authenticate").is_empty());
}

#[test]
fn systems_prove_themselves_by_es256_and_eddsa() {
    let w = World::new();
    for (id, algorithm) in [("by-es256", Algorithm::ES256), ("by-eddsa", Algorithm::EdDSA)] {
        let signer = register(&w, id, algorithm);
        let token = with_assertion(&w, &signer.sign(&signer.claims(&w)), "").expect(200);
        assert_eq!((&token["scope"], &token["expires_in"]), (&json!("audit:read audit:export"), &json!(600)));
        crate::harness::behind::within(1, "the new system is known", || {
            w.bearer(token["access_token"].as_str().unwrap()).get("/v1/audit-logs").status == 200
        });
        let one = with_assertion(&w, &signer.sign(&signer.claims(&w)), "&scope=audit:read").expect(200);
        assert_eq!(one["scope"], "audit:read");
    }
}

#[test]
fn an_assertion_opens_nothing_and_an_access_token_proves_no_system() {
    let w = World::new();
    let signer = register(&w, "by-eddsa", Algorithm::EdDSA);
    let (plain, claims) = (signer.sign(&signer.claims(&w)), signer.claims(&w));
    let kid = w.app.kernel.keys.signing().last().unwrap().kid.clone();
    // as it is, and dressed as an access token under either name of a key
    let dressed = |kid: &str| {
        let header =
            Header { typ: Some("at+jwt".into()), kid: Some(kid.into()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &signer.key).unwrap()
    };
    for token in [plain.clone(), dressed("k1"), dressed(&kid)] {
        w.bearer(&token).get("/v1/audit-logs").refused(401, "unauthenticated");
    }
    with_assertion(&w, &plain, "").expect(200); // and is not used up by it
    error(&with_assertion(&w, &good(&w), ""), 401, "invalid_client");
}

#[test]
fn assertions_that_lie_or_come_twice_are_refused() {
    let w = World::new();
    let signer = register(&w, "by-es256", Algorithm::ES256);
    let other = register(&w, "by-eddsa", Algorithm::EdDSA);
    let (claims, now) = (signer.claims(&w), w.clock.now().timestamp());
    let used = signer.sign(&claims);
    with_assertion(&w, &used, "").expect(200);
    let again = changed(&claims, "exp", json!(now + 59));
    let none = secrets::b64(json!({ "alg": "none" }).to_string().as_bytes());
    let payload = secrets::b64(signer.claims(&w).to_string().as_bytes());
    let fresh = || signer.claims(&w);
    for (why, assertion) in [
        ("replayed", used),
        ("its jti in another one", signer.sign(&again)),
        ("a long life", signer.sign(&changed(&fresh(), "exp", json!(now + 61)))),
        ("expired", signer.sign(&changed(&fresh(), "exp", json!(now)))),
        ("a text exp", signer.sign(&changed(&fresh(), "exp", json!((now + 60).to_string())))),
        ("no exp", signer.sign(&without(&fresh(), "exp"))),
        ("no jti", signer.sign(&without(&fresh(), "jti"))),
        ("an audience elsewhere", signer.sign(&changed(&fresh(), "aud", json!("https://elsewhere.test")))),
        ("two audiences", signer.sign(&changed(&fresh(), "aud", json!([ISSUER, "https://elsewhere.test"])))),
        ("another's name", signer.sign(&other.claims(&w))),
        ("issued in the future", signer.sign(&changed(&fresh(), "iat", json!(now + 11)))),
        ("alg none", format!("{none}.{payload}.")),
        (
            "an unknown system",
            signer.sign(&changed(&changed(&fresh(), "sub", json!("x")), "iss", json!("x"))),
        ),
    ] {
        error(&with_assertion(&w, &assertion, ""), 401, "invalid_client");
        assert!(!w.entries("operation = 'oauthToken' and code = 'invalid_client'").is_empty(), "{why}");
    }
    assert_eq!(w.entries("operation = 'oauthToken' and code = 'invalid_client'").len(), 13);
    // A private key or a weak one is not even registered.
    for jwk in [json!({ "kty": "oct", "k": "c2VjcmV0" }), json!({ "kty": "RSA", "n": "AQAB", "e": "AQAB" })] {
        let client = NewClient {
            id: Uuid::now_v7(),
            client_key: "weak".into(),
            name: "weak".into(),
            kind: "auditor".into(),
            scopes: vec![],
            secret_digest: None,
            jwks: Some(json!({ "keys": [jwk] })),
        };
        assert!(access::store::insert_client(&mut w.owner(), &client).is_err());
    }
    w.clock.advance(Duration::seconds(30));
    with_assertion(&w, &signer.sign(&fresh()), "").expect(200);
}

#[test]
fn secrets_and_scopes_of_systems() {
    let w = World::new();
    let secret = &w.secrets["employer"];
    let form = format!("grant_type=client_credentials&client_id=employer&client_secret={secret}");
    ask(&w, &form).expect(200);
    let basic = format!("Basic {}", STANDARD.encode(format!("employer:{secret}")));
    let got =
        w.nobody().post("/oauth/token").header("authorization", &basic).form("grant_type=client_credentials");
    assert!(got.expect(200)["scope"].as_str().unwrap().contains("notifications:submit"));
    for greedy in ["personal-number:read", "audit:read", "members:read audit:read", "MEMBERS:READ", "*"] {
        error(&ask(&w, &format!("{form}&scope={}", greedy.replace(' ', "+"))), 400, "invalid_scope");
    }
    for (id, secret) in
        [("employer", "wrong"), ("nobody", secret.as_str()), ("other-employer", secret), ("employer", "")]
    {
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        assert!([400, 401].contains(&ask(&w, &form).status), "{id}");
    }
    w.run("update api_client set is_active = false where client_key = 'employer'");
    error(&ask(&w, &form), 401, "invalid_client");
}

#[test]
fn oauth_errors_are_shaped_as_rfc_6749_says() {
    let w = World::new();
    let secret = &w.secrets["employer"];
    let client = format!("client_id=employer&client_secret={secret}");
    for (form, status, code) in [
        (String::new(), 400, "invalid_request"),
        (client.clone(), 400, "invalid_request"),
        (format!("grant_type=password&{client}"), 400, "unsupported_grant_type"),
        (
            format!("grant_type=client_credentials&grant_type=client_credentials&{client}"),
            400,
            "invalid_request",
        ),
        (
            format!("grant_type=client_credentials&scope=members:read&scope=audit:read&{client}"),
            400,
            "invalid_request",
        ),
        (format!("grant_type=client_credentials&{client}&client_assertion=x"), 400, "invalid_request"),
        ("grant_type=client_credentials".into(), 401, "invalid_client"),
        ("grant_type=client_credentials&client_id=employer".into(), 401, "invalid_client"),
        (format!("grant_type=client_credentials&client_secret={secret}"), 400, "invalid_request"),
    ] {
        error(&ask(&w, &form), status, code);
    }
    let typed =
        |media: &str, body: &[u8]| w.nobody().post("/oauth/token").header("content-type", media).send(body);
    let json =
        json!({ "grant_type": "client_credentials", "client_id": "employer", "client_secret": secret });
    error(&typed("application/json", json.to_string().as_bytes()), 415, "invalid_request");
    error(&typed("multipart/form-data; boundary=x", b"--x--"), 415, "invalid_request");
    error(&typed("application/x-www-form-urlencoded", &[b'a'; 17 * 1024]), 413, "invalid_request");
    error(&typed("application/x-www-form-urlencoded", b"grant_type=\xff"), 400, "invalid_request");
    error(&w.nobody().get("/oauth/token"), 405, "invalid_request");
    let echo = ask(&w, "grant_type=client_credentials&client_id=echo-me&client_secret=echo-me-too");
    error(&echo, 401, "invalid_client");
    assert!(!echo.text.contains("echo"));
    let told = w.entries("operation = 'oauthToken'");
    assert_eq!(told.len(), 15);
    assert!(!told.iter().any(|e| e.to_string().contains("echo")), "what was typed is not kept");
}
