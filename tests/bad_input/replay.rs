//! Idempotency-Key: the same request again, another one, many at once.
use super::{place, refused};
use crate::{
    filing::{KYU, NANA, acquisition, count, fresh_key, slip},
    harness::{caller::Response, race, world::World},
};
use kenpo::cli::seed::fictitious_number;
use serde_json::json;

fn is_replay(r: &Response) -> bool {
    r.header("idempotency-replayed") == "true"
}

#[test]
fn the_same_key_and_body_get_the_same_bytes() {
    let w = World::new();
    let by = w.client("employer");
    let body = slip(&w, &acquisition(NANA, "2026-11-01", Some(1)));
    let ask = || by.post("/v1/notifications").key("the-same-key").json(&body);
    let first = ask();
    assert!(!is_replay(&first));
    w.clock.advance(chrono::Duration::minutes(5));
    let again = ask();
    assert_eq!((again.status, &again.text, is_replay(&again)), (202, &first.text, true));
    assert_eq!(again.header("location"), first.header("location"));
    assert_eq!(count(&w, "select count(*) as n from submission"), 1);
    assert_eq!(count(&w, "select count(*) as n from strongroom.pending_number"), 1);

    let other = slip(&w, &acquisition(KYU, "2026-11-01", Some(2)));
    refused(&w, (422, "idempotency-key-reused"), || {
        by.post("/v1/notifications").key("the-same-key").json(&other)
    });
    // another caller's key of that name is another key
    let theirs = json!({ "employer_id": w.other_employer, "preparer_name": "見本 次郎",
                         "notification": acquisition(KYU, "2026-11-01", Some(3)) });
    let answer = w.client("other-employer").post("/v1/notifications").key("the-same-key").json(&theirs);
    assert!(!is_replay(&answer));
    answer.expect(202);
}
#[test]
fn a_key_is_required_and_well_formed() {
    let w = World::new();
    let by = w.client("employer");
    let body = slip(&w, &acquisition(NANA, "2026-11-01", None));
    refused(&w, (400, "idempotency-key-missing"), || by.post("/v1/notifications").json(&body));
    for key in ["short", "with blanks in it", &"x".repeat(129)] {
        refused(&w, (400, "idempotency-key-missing"), || by.post("/v1/notifications").key(key).json(&body));
    }
    by.post("/v1/notifications?validate_only=true").json(&body).expect(200);
}
#[test]
fn a_refused_request_leaves_its_key_free() {
    let w = World::new();
    let by = w.client("employer");
    let mut form = acquisition(NANA, "2026-11-01", Some(1));
    form["total_yen"] = json!(1);
    let p = refused(&w, (422, "invalid"), || {
        by.post("/v1/notifications").key("corrected-later").json(&slip(&w, &form))
    });
    assert_eq!(place(&p).1, "E-SUM");
    form["total_yen"] = json!(250_000);
    by.post("/v1/notifications").key("corrected-later").json(&slip(&w, &form)).expect(202);
}
#[test]
fn ten_at_once_have_one_effect() {
    let w = World::new();
    let by = w.client("employer");
    let body = slip(&w, &acquisition(NANA, "2026-11-01", Some(1)));
    let answers =
        race::at_once((0..10).map(|_| || by.post("/v1/notifications").key("ten-at-once").json(&body)));
    assert!(answers.iter().all(|r| r.status == 202 && r.text == answers[0].text));
    assert_eq!(answers.iter().filter(|r| !is_replay(r)).count(), 1);
    assert_eq!(count(&w, "select count(*) as n from submission"), 1);
    assert_eq!(count(&w, "select count(*) as n from notification"), 1);
    assert_eq!(count(&w, "select count(*) as n from strongroom.pending_number"), 1);
}
#[test]
fn no_digits_of_a_number_stay_with_the_key() {
    let w = World::new();
    let by = w.client("employer");
    let body = slip(&w, &acquisition(NANA, "2026-11-01", Some(1)));
    by.post("/v1/notifications").key(&fresh_key()).json(&body).expect(202);
    let file = super::files::file("01_shutoku_ok", "SHFD0006.CSV");
    super::files::send(&w, &by, "SHFD0006.CSV", &file).expect(202);
    assert_eq!(count(&w, "select count(*) as n from idempotency"), 2);
    for n in 0..100 {
        let digits = fictitious_number(n);
        let sql = format!("select count(*) as n from idempotency i where i::text like '%{digits}%'");
        assert_eq!(count(&w, &sql), 0);
    }
}
#[test]
fn any_visible_characters_make_a_key_and_none_of_them_is_kept() {
    let w = World::new();
    let by = w.client("employer");
    // a v4 UUID with twelve digits in a row, and a caller that puts a number into its key
    for (key, person) in [("0f3a9999-0000-4011-8000-1b2c3d4e5f60", NANA), ("number-999900000011", KYU)] {
        let body = slip(&w, &acquisition(person, "2026-11-01", None));
        let first = by.post("/v1/notifications").key(key).json(&body).expect(202);
        let again = by.post("/v1/notifications").key(key).json(&body);
        assert!(is_replay(&again));
        assert_eq!(again.expect(202), first);
    }
    assert_eq!(count(&w, "select count(*) as n from idempotency"), 2);
    let plain = count(&w, "select count(*) as n from idempotency i where i.key ~ '99990000|number'");
    assert_eq!(plain, 0, "a key is kept in plain text");
}
#[test]
fn answers_are_forgotten_when_their_time_is_over_and_not_before() {
    let w = World::new();
    let by = w.client("employer");
    by.post("/v1/notifications")
        .key("the-first-key")
        .json(&slip(&w, &acquisition(NANA, "2026-11-01", None)))
        .expect(202);
    let kept = || count(&w, "select count(*) as n from idempotency");
    w.clock.advance(chrono::Duration::hours(71));
    kenpo::cli::tidy(&w.app.kernel.db, &w.clock).unwrap();
    assert_eq!(kept(), 1);
    w.clock.advance(chrono::Duration::hours(2));
    kenpo::cli::tidy(&w.app.kernel.db, &w.clock).unwrap();
    assert_eq!(kept(), 0);
}
