//! Activation codes: what does not choose a password.
use super::{about, activation, carry_out, instruct, newcomer};
use crate::harness::{
    behind::within,
    world::{PASSWORD, World},
};
use chrono::Duration;
use serde_json::{Value, json};

const OWN: &str = "a password of one's own";
/// A new person and the two answers with the halves.
fn coded(w: &World, login: &str) -> (Value, Value) {
    let (officer, it) = (w.staff("officer"), w.staff("it"));
    let i = instruct(&officer, &newcomer(login));
    let first = carry_out(&it, &i, "execution").expect(200);
    (first, carry_out(&officer, &i, "confirmation").expect(200))
}
fn choose(w: &World, body: &Value) -> crate::harness::caller::Response {
    w.nobody().post("/v1/activations").json(body)
}

#[test]
fn one_half_twice_an_unknown_id_and_a_code_of_somebody_else_get_the_same_answer() {
    let w = World::new();
    let (first, second) = coded(&w, "first.person");
    let (other_first, other_second) = coded(&w, "other.person");
    for body in [
        activation("first.person", &first, &first, OWN),
        activation("first.person", &second, &first, OWN),
        activation("nobody.here", &first, &second, OWN),
        activation("other.person", &first, &second, OWN),
        activation("first.person", &other_first, &other_second, OWN),
    ] {
        choose(&w, &body).refused(401, "sign-in-failed");
        w.clock.advance(Duration::minutes(20)); // failures in a row must wait
    }
    assert_eq!(w.entries("operation = 'activateUser' and status = 401").len(), 5);
    assert_eq!(choose(&w, &activation("first.person", &first, &second, OWN)).status, 204);
}

#[test]
fn a_code_works_once_and_for_seven_days() {
    let w = World::new();
    let (first, second) = coded(&w, "once.person");
    let late = coded(&w, "late.person");
    let body = activation("once.person", &first, &second, OWN);
    assert_eq!(choose(&w, &body).status, 204);
    choose(&w, &body).refused(401, "sign-in-failed");
    w.clock.advance(Duration::days(7));
    choose(&w, &activation("late.person", &late.0, &late.1, OWN)).refused(401, "sign-in-failed");
}

#[test]
fn a_short_password_is_refused_at_its_place_and_is_told_nowhere() {
    let w = World::new();
    let (first, second) = coded(&w, "short.person");
    let refused =
        choose(&w, &activation("short.person", &first, &second, "fourteen chars")).refused(422, "invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/password");
    assert!(!w.entries("operation = 'activateUser'")[0].to_string().contains("fourteen"));
}

#[test]
fn guesses_must_wait_longer_each_time() {
    let w = World::new();
    let (first, second) = coded(&w, "guessed.person");
    let wrong = activation("guessed.person", &second, &second, OWN);
    for _ in 0..3 {
        choose(&w, &wrong).refused(401, "sign-in-failed");
    }
    choose(&w, &wrong).refused(429, "sign-in-delayed");
    choose(&w, &activation("guessed.person", &first, &second, OWN)).refused(429, "sign-in-delayed");
}

#[test]
fn a_new_password_ends_the_sessions_of_the_old_one() {
    let w = World::new();
    let clerk = w.staff("clerk");
    w.clock.advance(Duration::seconds(1));
    let mut body =
        about(&w, "clerk", &json!({ "section": "enrolment_2", "holds_from": "2026-11-23T00:00:00+09:00" }));
    body["renews_credentials"] = json!(true);
    let (officer, it) = (w.staff("officer"), w.staff("it"));
    let i = instruct(&officer, &body);
    let first = carry_out(&it, &i, "execution").expect(200);
    let second = carry_out(&officer, &i, "confirmation").expect(200);
    within(1, "the old password is none any more", || clerk.get("/v1/members?limit=1").status == 401);
    w.nobody()
        .post("/v1/sessions")
        .json(&json!({ "user_id": "clerk", "password": PASSWORD }))
        .refused(401, "sign-in-failed");
    w.clock.advance(Duration::seconds(1));
    assert_eq!(choose(&w, &activation("clerk", &first, &second, OWN)).status, 204);
    clerk.get("/v1/members?limit=1").refused(401, "unauthenticated");
    w.nobody()
        .post("/v1/sessions")
        .json(&json!({ "user_id": "clerk", "password": PASSWORD }))
        .refused(401, "sign-in-failed");
    w.nobody().post("/v1/sessions").json(&json!({ "user_id": "clerk", "password": OWN })).expect(200);
}

#[test]
fn a_code_that_another_one_followed_and_one_of_a_locked_id_are_none() {
    let w = World::new();
    let first = coded(&w, "twice.coded");
    let (officer, it) = (w.staff("officer"), w.staff("it"));
    let mut again = newcomer("twice.coded");
    let user = w.user("twice.coded");
    again["user_id"] = json!(user);
    again["renews_credentials"] = json!(true);
    again.as_object_mut().unwrap().remove("login");
    w.clock.advance(Duration::seconds(1));
    let i = instruct(&officer, &again);
    let one = carry_out(&it, &i, "execution").expect(200);
    let second = (one, carry_out(&officer, &i, "confirmation").expect(200));
    choose(&w, &activation("twice.coded", &first.0, &first.1, OWN)).refused(401, "sign-in-failed");
    assert_eq!(choose(&w, &activation("twice.coded", &second.0, &second.1, OWN)).status, 204);
    choose(&w, &activation("twice.coded", &first.0, &first.1, OWN)).refused(401, "sign-in-failed");
    let locked = coded(&w, "locked.person");
    w.clock.advance(Duration::seconds(1));
    let lock = format!("/v1/users/{}/lock", w.user("locked.person"));
    it.post(lock).json(&json!({ "reason": "suspicion" })).expect(200);
    choose(&w, &activation("locked.person", &locked.0, &locked.1, OWN)).refused(401, "sign-in-failed");
}
