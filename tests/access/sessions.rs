//! Signing in, going on, signing out.
use super::house::{CLERK, House, NOVICE, PASSWORD};
use crate::harness::behind::{reentry, suspend};
use actix_web::test::TestRequest;
use chrono::Duration;
use kenpo::domain::{
    access::{PasswordSettings, hash_password},
    users,
};
use serde_json::json;

#[actix_web::test]
async fn a_person_signs_in_and_out() {
    let house = House::open();
    let got = house.sign_in("clerk").await;
    assert_eq!(got.status, 200);
    let body = got.json();
    assert_eq!((body["token_type"].as_str(), body["expires_in"].as_i64()), (Some("Bearer"), Some(600)));
    assert_eq!(got.header("cache-control"), "no-store");
    let token = got.word("access_token");
    let claims =
        house.kernel.tokens.check(&house.kernel.keys, &token, house.kernel.clock.now().timestamp()).unwrap();
    assert_eq!(claims.sub, CLERK);
    assert!(!claims.scope.contains("personal-number:read"), "nobody has it at sign-in");
    assert!(claims.scope.contains("session:end"));
    assert!(house.is_good(&token).await);
    let out = house.ask(&token, TestRequest::delete().uri("/v1/sessions/current")).await;
    assert_eq!((out.status, out.text.as_str()), (204, ""));
    assert!(!house.is_good(&token).await, "at once");
    let refreshed =
        house.post("/v1/sessions/refresh", &json!({"refresh_token": got.word("refresh_token")})).await;
    assert_eq!(refreshed.refusal(), (401, "refresh-refused".into()));
    assert_eq!(
        house.count("audit_entry where operation = 'createSession' and status = 200 and actor_kind = 'user'"),
        1
    );
    assert_eq!(house.entries("endSession", 204), 1);
}

#[actix_web::test]
async fn unknown_wrong_and_suspended_get_the_same_answer() {
    let house = House::open();
    suspend(&mut house.owner(), NOVICE, true);
    let mut bodies = Vec::new();
    for (login, password) in
        [("clerk", "not the password"), ("nobody at all", PASSWORD), ("novice", PASSWORD)]
    {
        let got = house.post("/v1/sessions", &json!({"user_id": login, "password": password})).await;
        assert_eq!(got.refusal(), (401, "sign-in-failed".into()), "{login}");
        let mut body = got.json();
        body["instance"] = json!(null);
        bodies.push(body);
        assert!(!got.text.contains(login));
    }
    assert!(bodies.windows(2).all(|w| w[0] == w[1]));
    assert_eq!(house.entries("createSession", 401), 3);
    let typed = "audit_entry e where operation = 'createSession' and detail ? 'typed_id' and to_jsonb(e)::text !~ 'nobody at all|not the password'";
    assert_eq!(house.count(typed), 3, "told by a keyed digest, never as typed");
}

#[actix_web::test]
async fn a_good_sign_in_renews_a_hash_that_was_made_with_other_settings() {
    let house = House::open();
    let settings = PasswordSettings { memory_kib: 128, passes: 2, lanes: 2, at_once: 1 };
    let old = hash_password(&settings, PASSWORD).unwrap();
    house.run(&format!("update app_user set password_hash = '{old}' where login = 'clerk'"));
    let made_with = |with: &str| {
        house.count(&format!(
            "app_user where login = 'clerk' and password_hash like '$argon2id$v=19${with}$%'"
        ))
    };
    let wrong = json!({"user_id": "clerk", "password": "not the password"});
    assert_eq!(house.post("/v1/sessions", &wrong).await.status, 401);
    assert_eq!(house.post("/v1/sessions", &json!({"user_id": "x", "password": PASSWORD})).await.status, 401);
    assert_eq!(made_with("m=128,t=2,p=2"), 1, "a refusal renews nothing");
    for _ in 0..2 {
        assert_eq!(house.sign_in("clerk").await.status, 200);
        assert_eq!(made_with("m=64,t=1,p=1"), 1);
    }
    assert_eq!(house.post("/v1/sessions", &wrong).await.status, 401, "the same password as before");
    let kept = users::password_settings(&mut house.owner()).unwrap();
    assert_eq!(kept.into_iter().collect::<Vec<_>>(), ["$argon2id$v=19$m=64,t=1,p=1"]);
}

#[actix_web::test]
async fn failures_delay_known_and_unknown_ids_alike() {
    let house = House::open();
    for login in ["clerk", "nobody"] {
        let body = json!({"user_id": login, "password": "wrong"});
        for _ in 0..3 {
            assert_eq!(house.post("/v1/sessions", &body).await.status, 401);
        }
        let got = house.post("/v1/sessions", &body).await;
        assert_eq!((got.status, got.header("retry-after")), (429, "1"), "{login}");
    }
    assert_eq!(house.sign_in("clerk").await.status, 429, "the right password waits too");
    assert_eq!(house.sign_in("novice").await.status, 200, "others don't");
    assert_eq!(house.entries("createSession", 429), 3);
    house.pass(Duration::seconds(1));
    assert_eq!(house.sign_in("clerk").await.status, 200);
    assert_eq!(
        house.post("/v1/sessions", &json!({"user_id": "clerk", "password": "wrong"})).await.status,
        401
    );
    assert_eq!(house.sign_in("clerk").await.status, 200, "a success forgives");
}

#[actix_web::test]
async fn a_refresh_token_works_once_and_a_second_use_ends_the_session() {
    let house = House::open();
    let first = house.sign_in("clerk").await;
    let refresh =
        async |token: String| house.post("/v1/sessions/refresh", &json!({"refresh_token": token})).await;
    let second = refresh(first.word("refresh_token")).await;
    assert_eq!(second.status, 200);
    let third = refresh(second.word("refresh_token")).await;
    assert_eq!(third.status, 200);
    assert!(house.is_good(&third.word("access_token")).await);
    // Two refreshes later the first token still betrays its thief.
    assert_eq!(refresh(first.word("refresh_token")).await.refusal(), (401, "refresh-refused".into()));
    assert!(!house.is_good(&third.word("access_token")).await);
    assert_eq!(refresh(third.word("refresh_token")).await.status, 401);
    assert_eq!(house.count("session where end_reason = 'refresh-token-reused'"), 1);
    assert_eq!(refresh("made up".into()).await.status, 401);
    assert_eq!(house.entries("refreshSession", 200), 2);
    assert_eq!(house.entries("refreshSession", 401), 3);
}

#[actix_web::test]
async fn sessions_end_when_idle_and_after_eight_hours() {
    let house = House::open();
    let refresh =
        async |token: String| house.post("/v1/sessions/refresh", &json!({"refresh_token": token})).await;
    let idle = house.sign_in("clerk").await;
    house.pass(Duration::minutes(30));
    assert_eq!(refresh(idle.word("refresh_token")).await.status, 401);
    let mut got = house.sign_in("clerk").await;
    for _ in 0..16 {
        house.pass(Duration::minutes(29));
        got = refresh(got.word("refresh_token")).await;
        assert_eq!(got.status, 200);
    }
    let left = got.json()["refresh_expires_in"].as_i64().unwrap();
    assert_eq!(left, 8 * 3600 - 16 * 29 * 60, "never beyond the eighth hour");
    house.pass(Duration::seconds(left));
    assert_eq!(refresh(got.word("refresh_token")).await.status, 401);
}

#[actix_web::test]
async fn a_privilege_or_id_that_ends_is_known_at_once() {
    let house = House::open();
    let got = house.sign_in("clerk").await;
    house.run(&reentry("clerk", "valid_until = '2026-11-22 00:00+09'"));
    kenpo::domain::access::refresh(&house.kernel).unwrap();
    assert!(!house.is_good(&got.word("access_token")).await);
    let refreshed =
        house.post("/v1/sessions/refresh", &json!({"refresh_token": got.word("refresh_token")})).await;
    assert_eq!(refreshed.status, 401);
}
