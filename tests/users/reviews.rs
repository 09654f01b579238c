//! 点検・見直し: what gives reason to look at an id, and what the officer found.
use super::{about, registered};
use crate::harness::world::{PASSWORD, World};
use chrono::Duration;
use serde_json::{Value, json};

/// What is listed of somebody.
fn listed(w: &World, login: &str, query: &str) -> Option<Value> {
    let all = w.staff("officer").get(format!("/v1/user-reviews?limit=500{query}")).expect(200);
    all["items"].as_array().unwrap().iter().find(|i| i["login"] == login).cloned()
}
fn reasons(w: &World, login: &str) -> Value {
    listed(w, login, "").map_or(json!([]), |i| i["reasons"].clone())
}
fn fresh() -> String {
    format!("review-{}", uuid::Uuid::now_v7())
}
/// Everybody could be used from the first day of the test on.
fn world() -> World {
    let w = World::new();
    w.run("update app_user set usable_since = '2026-11-22'");
    w
}

#[test]
fn an_id_and_a_privilege_that_nobody_uses_are_listed_after_thirty_days() {
    let w = world();
    let sign_in = || {
        w.nobody()
            .post("/v1/sessions")
            .json(&json!({ "user_id": "review", "password": PASSWORD }))
            .expect(200)
    };
    sign_in();
    // the test society gives everybody every scope
    assert_eq!(reasons(&w, "review"), json!(["excess_scopes"]));
    w.clock.advance(Duration::days(30));
    assert_eq!(reasons(&w, "review"), json!(["excess_scopes"]));
    w.clock.advance(Duration::seconds(1));
    assert_eq!(reasons(&w, "review"), json!(["unused", "excess_scopes"]));
    sign_in();
    assert_eq!(reasons(&w, "review"), json!(["excess_scopes"]));
    assert!(reasons(&w, "privileged").as_array().unwrap().contains(&json!("privilege_unused")));
}

#[test]
fn scopes_that_no_policy_lets_the_person_use_are_named_one_by_one() {
    let w = world();
    let changes = json!({ "section": "benefits", "purposes": ["benefits"], "scopes": ["members:read", "dependents:read", "audit:read", "persons:merge"] });
    registered(&w, &about(&w, "benefits", &changes));
    w.clock.advance(Duration::seconds(1));
    let found = listed(&w, "benefits", "").unwrap();
    assert_eq!(found["excess_scopes"], json!(["audit:read", "persons:merge"]));
}

#[test]
fn what_was_found_to_stay_is_due_again_after_ninety_days_or_for_another_reason() {
    let w = world();
    w.clock.advance(Duration::days(31));
    let path = format!("/v1/users/{}/reviews", w.user("review"));
    let keep = json!({ "finding": "keep", "note": "休職中のため" });
    let found = w.staff("officer").post(path.as_str()).key(&fresh()).json(&keep).expect(201);
    assert_eq!(found["reasons"], json!(["unused", "excess_scopes"]));
    let told = listed(&w, "review", "&due=false").unwrap();
    assert_eq!((&told["is_due"], &told["last_review"]["id"]), (&json!(false), &found["id"]));
    assert_eq!(listed(&w, "review", "&due=true"), None);
    w.staff("officer")
        .post(format!("/v1/users/{}/lock", w.user("review")))
        .json(&json!({ "reason": "suspended" }))
        .expect(200);
    w.clock.advance(Duration::days(31));
    assert!(listed(&w, "review", "&due=true").is_some(), "locked for long: another reason");
    w.staff("officer").post(path.as_str()).key(&fresh()).json(&keep).expect(201);
    assert_eq!(listed(&w, "review", "&due=true"), None);
    w.clock.advance(Duration::days(90) + Duration::seconds(1));
    assert!(listed(&w, "review", "&due=true").is_some());
    w.staff("officer")
        .post(path.as_str())
        .key(&fresh())
        .json(&json!({ "finding": "end", "note": "退職" }))
        .expect(201);
    assert!(listed(&w, "review", "&due=true").is_some(), "it is due until an instruction ends it");
}

#[test]
fn a_review_is_the_officers_and_of_no_own_id() {
    let w = world();
    let keep = json!({ "finding": "keep", "note": "異動なし" });
    let path = |login: &str| format!("/v1/users/{}/reviews", w.user(login));
    w.staff("it").post(path("clerk")).key(&fresh()).json(&keep).refused(403, "forbidden");
    w.staff("officer").post(path("officer")).key(&fresh()).json(&keep).refused(409, "own-id");
    w.staff("officer")
        .post(path("clerk"))
        .key(&fresh())
        .json(&json!({ "finding": "perhaps", "note": "x" }))
        .refused(422, "invalid");
    assert!(w.rows("select id from user_review").is_empty());
    let e = w.attempt(
        "insert into user_review (id, user_id, reasons, finding, note, reviewed_by, reviewed_at) select gen_random_uuid(), id, '{}', 'keep', 'x', id, now() from app_user limit 1",
    );
    assert!(e.unwrap_err().contains("user_review_of_another"));
}
