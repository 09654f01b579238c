//! Forms on paper: one person keys them, another compares the entry with the paper, then it is decided.
use super::accepted;
use crate::{
    filing::{HACHI, NANA, acquisition, count, decide, filed, fresh_key, id, loss, slip},
    harness::{
        caller::{Caller, Response},
        race,
        world::World,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Keys a form that was received on a day.
pub fn key_in(w: &World, by: &Caller, form: &Value, received_on: &str) -> Response {
    let path = format!("/v1/keyed-notifications?received_on={received_on}");
    by.post(path).key(&fresh_key()).json(&slip(w, form))
}
/// As `key_in`, and the notification.
#[track_caller]
pub fn keyed(w: &World, by: &Caller, form: &Value, received_on: &str) -> Uuid {
    id(&key_in(w, by, form, received_on).expect(202)["results"][0]["notification_id"])
}
/// Checks the version that was read last.
#[track_caller]
pub fn check(by: &Caller, notification: Uuid, body: &Value) -> Response {
    let seen = by.get(format!("/v1/notifications/{notification}"));
    assert_eq!(seen.status, 200, "{}", seen.text);
    check_on(by, notification, seen.header("etag"), body)
}
pub fn check_on(by: &Caller, notification: Uuid, tag: &str, body: &Value) -> Response {
    by.post(format!("/v1/notifications/{notification}/entry-check")).header("if-match", tag).json(body)
}
pub fn matches() -> Value {
    json!({ "outcome": "matches" })
}
pub fn differs() -> Value {
    json!({ "outcome": "differs", "differences": [{ "pointer": "/birth_on", "note": "用紙では平成12年7月8日" }] })
}
/// Ids on the second person's list.
fn to_check(by: &Caller) -> Vec<Uuid> {
    let page = by.get("/v1/notifications?entry_check=requested").expect(200);
    page["items"].as_array().unwrap().iter().map(|n| id(&n["id"])).collect()
}

#[test]
fn a_form_on_paper_is_keyed_checked_by_another_and_decided_as_of_its_receipt_stamp() {
    let w = World::new();
    let (employer, clerk, second) = (w.client("employer"), w.staff("clerk"), w.staff("privileged"));
    let e_filed = filed(&w, &employer, &acquisition(HACHI, "2026-11-01", None));
    let r = key_in(&w, &clerk, &acquisition(NANA, "2026-11-01", None), "2026-11-05");
    let location = r.header("location").to_owned();
    let receipt = r.expect(202);
    assert_eq!(receipt["channel"], "paper");
    assert_eq!(receipt["received_at"], "2026-11-04T15:00:00Z", "midnight in Japan");
    assert_eq!(
        employer.get(location).expect(200)["id"],
        receipt["id"],
        "the employer follows it as any other"
    );
    let n = id(&receipt["results"][0]["notification_id"]);
    let seen = employer.get(format!("/v1/notifications/{n}")).expect(200);
    assert_eq!(
        (&seen["state"], &seen["entry_check"]),
        (&json!("accepted"), &json!({ "state": "requested" }))
    );
    assert_eq!(seen["received_at"], "2026-11-04T15:00:00Z");
    let other = employer.get(format!("/v1/notifications/{e_filed}")).expect(200);
    assert!(other.get("entry_check").is_none(), "electronic filing needs no second person");
    assert_eq!(to_check(&second), [n]);
    let done = check(&second, n, &matches()).expect(200);
    assert_eq!((&done["state"], &done["entry_check"]), (&json!("accepted"), &json!({ "state": "approved" })));
    assert!(to_check(&second).is_empty());
    // either of the two may decide
    let (person, _) = accepted(&clerk, n);
    let rows = w.rows(&format!("select * from enrolment where person_id = '{person}'"));
    assert_eq!((rows.len(), &rows[0]["acquisition_received_on"]), (1, &json!("2026-11-05")));
    let noted = w.entries("operation in ('keyNotification', 'checkKeyedNotification')");
    let by: Vec<&Value> = noted.iter().map(|e| &e["actor_name"]).collect();
    assert_eq!(by, ["clerk person", "privileged person"]);
}
#[test]
fn an_entry_that_differs_from_the_paper_is_over_and_is_keyed_anew() {
    let w = World::new();
    let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
    let form = acquisition(NANA, "2026-11-01", None);
    let n = keyed(&w, &clerk, &form, "2026-11-20");
    for (body, code) in [
        (json!({ "outcome": "differs" }), "missing-field"),
        (json!({ "outcome": "matches", "differences": differs()["differences"] }), "must-be-absent"),
    ] {
        let p = check(&second, n, &body).refused(422, "invalid");
        assert_eq!(
            (&p["errors"][0]["pointer"], &p["errors"][0]["code"]),
            (&json!("/differences"), &json!(code))
        );
    }
    let mut with_number = differs();
    with_number["differences"][0]["note"] = json!("番号は 999900000011 です");
    let p = check(&second, n, &with_number).refused(422, "invalid");
    assert_eq!(p["errors"][0]["code"], "E-NUMBER-IN-TEXT");
    let done = check(&second, n, &differs()).expect(200);
    assert_eq!(done["state"], "withdrawn");
    assert_eq!(
        done["entry_check"],
        json!({ "state": "rejected", "differences": differs()["differences"] }),
        "the one who keyed it sees why"
    );
    assert_eq!(clerk.get(format!("/v1/notifications/{n}")).expect(200)["entry_check"], done["entry_check"]);
    decide(&clerk, n, &crate::filing::accept()).refused(409, "already-decided");
    let again = keyed(&w, &clerk, &form, "2026-11-20");
    check(&second, again, &matches()).expect(200);
    accepted(&second, again);
}
#[test]
fn the_same_key_keys_once_and_an_entry_is_checked_once() {
    let w = World::new();
    let (employer, clerk, second) = (w.client("employer"), w.staff("clerk"), w.staff("privileged"));
    let body = slip(&w, &acquisition(NANA, "2026-11-01", None));
    let path = "/v1/keyed-notifications?received_on=2026-11-20";
    let first = clerk.post(path).key("keyed-only-once").json(&body).expect(202);
    assert_eq!(clerk.post(path).key("keyed-only-once").json(&body).expect(202), first);
    let other_day = path.replace("11-20", "11-19");
    clerk.post(other_day).key("keyed-only-once").json(&body).refused(422, "idempotency-key-reused");
    assert_eq!(count(&w, "select count(*) as n from approval"), 1);
    clerk.post(path).json(&body).refused(400, "idempotency-key-missing");
    let n = id(&first["results"][0]["notification_id"]);
    check(&second, n, &matches()).expect(200);
    check(&second, n, &matches()).refused(409, "no-open-check");
    check(&second, n, &differs()).refused(409, "no-open-check");
    let e_filed = filed(&w, &employer, &acquisition(HACHI, "2026-11-01", None));
    check(&second, e_filed, &matches()).refused(409, "no-open-check");
}
#[test]
fn of_two_checks_at_once_one_takes_effect() {
    let w = World::new();
    let (clerk, second, same) = (w.staff("clerk"), w.staff("privileged"), w.staff("privileged"));
    for (round, p) in [NANA, HACHI].into_iter().enumerate() {
        let n = keyed(&w, &clerk, &acquisition(p, "2026-11-01", None), "2026-11-20");
        let tag = second.get(format!("/v1/notifications/{n}")).header("etag").to_owned();
        let bodies = [matches(), if round == 0 { matches() } else { differs() }];
        let both = [(&second, &bodies[0]), (&same, &bodies[1])];
        let mut answers: Vec<(u16, Value)> =
            race::at_once(both.map(|(by, body)| || check_on(by, n, &tag, body)))
                .into_iter()
                .map(|r| (r.status, r.body["entry_check"]["state"].clone()))
                .collect();
        answers.sort_by_key(|a| a.0);
        assert_eq!([answers[0].0, answers[1].0], [200, 412]);
        let rows = w.rows(&format!("select state from approval where subject_id = '{n}'"));
        assert_eq!(rows[0]["state"], answers[0].1, "what the one that won says");
    }
}
/// Otherwise one clerk could make a case of anybody.
#[test]
fn what_was_keyed_is_no_case_until_a_second_person_found_it_right() {
    let w = World::new();
    let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
    let member = w.member("7", NANA.kana, NANA.name, NANA.birth_on);
    let form = loss(NANA, "2026-11-20", "2026-11-21");
    let refused = |case: Uuid| {
        let r = w.exchange(&second, case, &[member]);
        assert_eq!((r.status, &r.body["error"]), (400, &json!("invalid_request")), "{}", r.text);
    };
    let wrong = keyed(&w, &clerk, &form, "2026-11-20");
    refused(wrong);
    check(&second, wrong, &differs()).expect(200);
    refused(wrong);
    let right = keyed(&w, &clerk, &form, "2026-11-20");
    refused(right);
    assert_eq!(count(&w, "select count(*) as n from number_grant"), 0);
    check(&second, right, &matches()).expect(200);
    assert_eq!(w.exchange(&second, right, &[member]).status, 200);
}
