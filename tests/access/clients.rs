//! Systems: secrets, assertions, scopes, and the form that RFC 6749 asks for.
use super::house::{AUDITOR, House, ISSUER, PAYROLL};
use actix_web::test::TestRequest;
use base64::{Engine, engine::general_purpose::STANDARD};
use kenpo::{domain::access, kernel::Zone};
use serde_json::json;

const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
const TOKEN: &str = "/oauth/token";

fn with_assertion(assertion: &str) -> [(&str, &str); 3] {
    [
        ("grant_type", "client_credentials"),
        ("client_assertion_type", JWT_BEARER),
        ("client_assertion", assertion),
    ]
}

#[actix_web::test]
async fn a_secret_gets_a_token_with_the_scopes_of_the_record() {
    let house = House::open();
    let secret =
        [("grant_type", "client_credentials"), ("client_id", "payroll"), ("client_secret", &house.secret)];
    let got = house.form(TOKEN, &secret).await;
    assert_eq!((got.status, got.header("cache-control")), (200, "no-store"));
    assert_eq!(got.json()["scope"], "notifications:submit notifications:read");
    assert_eq!(got.json()["expires_in"], 600);
    let now = house.kernel.clock.now().timestamp();
    let claims = house.kernel.tokens.check(&house.kernel.keys, &got.word("access_token"), now).unwrap();
    assert_eq!((claims.sub, claims.kind.as_str(), claims.sid), (PAYROLL, "client", None));

    let less = [secret.as_slice(), &[("scope", "notifications:read")]].concat();
    assert_eq!(house.form(TOKEN, &less).await.json()["scope"], "notifications:read");
    let more = [secret.as_slice(), &[("scope", "notifications:read members:read")]].concat();
    assert_eq!(house.form(TOKEN, &more).await.refusal(), (400, "invalid_scope".into()));

    let basic = format!("Basic {}", STANDARD.encode(format!("payroll:{}", house.secret)));
    let request = || TestRequest::post().uri(TOKEN).insert_header(("authorization", basic.clone()));
    let got = house.send(Zone::Internet, request().set_form([("grant_type", "client_credentials")])).await;
    assert_eq!(got.status, 200);
    let twice = house.send(Zone::Closed, request().set_form(secret)).await;
    assert_eq!(twice.refusal(), (400, "invalid_request".into()));
    let named =
        "audit_entry where kind = 'protocol' and operation = 'oauthToken' and actor_kind = 'employer_system'";
    assert_eq!(house.count(&format!("{named} and outcome = 'allowed'")), 3);
    assert_eq!(house.count(&format!("{named} and code = 'invalid_scope'")), 1);
}

#[actix_web::test]
async fn wrong_unknown_and_suspended_clients_are_told_the_same() {
    let house = House::open();
    let ask = async |id: &str, secret: &str| {
        let form = [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret)];
        house.form(TOKEN, &form).await
    };
    let wrong = ask("payroll", "wrong").await;
    assert_eq!(wrong.refusal(), (401, "invalid_client".into()));
    assert!(wrong.header("www-authenticate").starts_with("Basic"));
    assert_eq!(ask("nobody", &house.secret).await.text, wrong.text);
    assert_eq!(ask("auditor", &house.secret).await.text, wrong.text, "a client with keys only has no secret");
    access::store::suspend_client(&mut house.owner(), PAYROLL, true).unwrap();
    assert_eq!(ask("payroll", &house.secret).await.text, wrong.text);
    access::store::suspend_client(&mut house.owner(), PAYROLL, false).unwrap();
    let fresh =
        access::store::rotate_client_secret(&mut house.owner(), &house.kernel.keys.vault.digest, PAYROLL)
            .unwrap();
    assert_eq!(ask("payroll", &house.secret).await.text, wrong.text, "the old secret is dead");
    assert_eq!(ask("payroll", &fresh).await.status, 200);
    assert_eq!(
        house.count("audit_entry where operation = 'oauthToken' and actor_kind = 'nobody' and status = 401"),
        5
    );
}

#[actix_web::test]
async fn an_assertion_works_once() {
    let house = House::open();
    let assertion = house.assertion(|_| ());
    let got = house.form(TOKEN, &with_assertion(&assertion)).await;
    assert_eq!(got.status, 200);
    assert_eq!(got.json()["scope"], "audit:read audit:export");
    let again = house.form(TOKEN, &with_assertion(&assertion)).await;
    assert_eq!(again.refusal(), (401, "invalid_client".into()));
    // Used up by a refused request too.
    let spent = house.assertion(|_| ());
    let greedy = [with_assertion(&spent).as_slice(), &[("scope", "members:read")]].concat();
    assert_eq!(house.form(TOKEN, &greedy).await.refusal(), (400, "invalid_scope".into()));
    assert_eq!(house.form(TOKEN, &with_assertion(&spent)).await.status, 401);
    assert_eq!(
        house.count(&format!("audit_entry where operation = 'oauthToken' and client_id = '{AUDITOR}'")),
        2
    );
}

#[actix_web::test]
async fn assertions_that_lie_are_refused() {
    let house = House::open();
    let now = house.kernel.clock.now().timestamp();
    let endpoint = house.assertion(|c| c["aud"] = json!(format!("{ISSUER}/oauth/token")));
    assert_eq!(house.form(TOKEN, &with_assertion(&endpoint)).await.status, 200);
    for (why, assertion) in [
        ("text exp", house.assertion(|c| c["exp"] = json!((now + 60).to_string()))),
        ("no exp", house.assertion(|c| drop(c.as_object_mut().unwrap().remove("exp")))),
        ("expired", house.assertion(|c| c["exp"] = json!(now))),
        ("too long", house.assertion(|c| c["exp"] = json!(now + 3600))),
        ("audience", house.assertion(|c| c["aud"] = json!("https://elsewhere.test"))),
        ("issuer", house.assertion(|c| c["iss"] = json!("payroll"))),
        ("another client", house.assertion(|c| (c["iss"], c["sub"]) = (json!("payroll"), json!("payroll")))),
        ("no jti", house.assertion(|c| drop(c.as_object_mut().unwrap().remove("jti")))),
        ("not one", "a.b.c".into()),
        ("long", "x".repeat(15_000)),
    ] {
        let got = house.form(TOKEN, &with_assertion(&assertion)).await;
        assert_eq!(got.refusal(), (401, "invalid_client".into()), "{why}");
    }
    let mixed = [with_assertion(&endpoint).as_slice(), &[("client_id", "payroll")]].concat();
    assert_eq!(house.form(TOKEN, &mixed).await.status, 401);
}

#[actix_web::test]
async fn the_form_is_as_rfc_6749_says() {
    let house = House::open();
    let twice = TestRequest::post()
        .uri(TOKEN)
        .insert_header(("content-type", "application/x-www-form-urlencoded"))
        .set_payload("grant_type=client_credentials&grant_type=client_credentials");
    assert_eq!(house.send(Zone::Closed, twice).await.refusal(), (400, "invalid_request".into()));
    let unknown = [("grant_type", "password")];
    assert_eq!(house.form(TOKEN, &unknown).await.refusal(), (400, "unsupported_grant_type".into()));
    assert_eq!(house.form(TOKEN, &[("grant_type", "")]).await.refusal(), (400, "invalid_request".into()));
    let json = house.post(TOKEN, &json!({"grant_type": "client_credentials"})).await;
    assert_eq!(json.refusal(), (415, "invalid_request".into()));
    let large = "x".repeat(17_000);
    assert_eq!(house.form(TOKEN, &[("grant_type", &large)]).await.refusal(), (413, "invalid_request".into()));
    let squeezed =
        TestRequest::post().uri(TOKEN).insert_header(("content-encoding", "gzip")).set_form(unknown);
    assert_eq!(house.send(Zone::Closed, squeezed).await.status, 415);
    let get = house.send(Zone::Closed, TestRequest::get().uri(TOKEN)).await;
    assert_eq!((get.status, get.header("allow")), (405, "POST"));
    let extra = [
        ("grant_type", "client_credentials"),
        ("client_id", "payroll"),
        ("client_secret", &house.secret),
        ("foo", "1"),
    ];
    assert_eq!(house.form(TOKEN, &extra).await.status, 200, "unknown parameters are ignored");
    assert_eq!(house.count("audit_entry where kind = 'protocol' and operation = 'oauthToken'"), 8);
}

#[actix_web::test]
async fn a_flood_of_forged_calls_is_counted_not_written_each() {
    let house = House::open();
    for _ in 0..40 {
        let form = [("grant_type", "client_credentials"), ("client_id", "x"), ("client_secret", "y")];
        assert_eq!(house.form(TOKEN, &form).await.status, 401);
    }
    assert_eq!(house.entries("oauthToken", 401), 30);
    let mut watch = access::watch(house.kernel.clone()).unwrap();
    watch.stop();
    assert_eq!(house.count("audit_entry where operation = 'oauthToken' and repeats = 10"), 1);
}

#[actix_web::test]
async fn keys_and_metadata_are_published() {
    let house = House::open();
    let keys = house.send(Zone::Closed, TestRequest::get().uri("/.well-known/jwks.json")).await;
    assert_eq!((keys.status, keys.json()["keys"][0]["kty"].clone()), (200, json!("OKP")));
    assert!(keys.json()["keys"][0].get("d").is_none());
    let path = "/.well-known/oauth-authorization-server";
    let metadata = house.send(Zone::Closed, TestRequest::get().uri(path)).await.json();
    assert_eq!(metadata["issuer"], ISSUER);
    assert_eq!(metadata["jwks_uri"], format!("{ISSUER}/.well-known/jwks.json"));
    assert_eq!((house.entries("getKeys", 200), house.entries("getServerMetadata", 200)), (1, 1));
}
