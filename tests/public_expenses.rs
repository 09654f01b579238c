//! 公費: recorded, corrected, read as of a day and as known at an instant; not for employers.
use crate::{
    filing::{NANA, tables},
    harness::{
        caller::{Caller, Response},
        world::World,
    },
};
use chrono::Duration;
use serde_json::{Value, json};
use uuid::Uuid;

pub fn expense(from: &str, to: Option<&str>) -> Value {
    let mut body = json!({ "payer_number": "21136015", "recipient_number": "1234567", "valid_from": from, "received_on": "2026-11-20" });
    if let Some(to) = to {
        body["valid_to"] = json!(to);
    }
    body
}
fn tag(by: &Caller, person: Uuid) -> String {
    by.get(format!("/v1/persons/{person}/public-expenses")).header("etag").to_owned()
}
fn record(by: &Caller, person: Uuid, body: &Value) -> Response {
    let tag = tag(by, person);
    by.post(format!("/v1/persons/{person}/public-expenses")).header("if-match", &tag).json(body)
}
fn correct(by: &Caller, person: Uuid, expense: &Value, body: &Value) -> Response {
    let (tag, id) = (tag(by, person), expense["id"].as_str().unwrap());
    by.post(format!("/v1/public-expenses/{id}/corrections")).header("if-match", &tag).json(body)
}

#[test]
fn a_public_expense_is_recorded_corrected_and_its_history_stays() {
    let w = World::new();
    let person = w.member("7", NANA.kana, NANA.name, NANA.birth_on);
    let (clerk, benefits) = (w.staff("clerk"), w.staff("benefits"));
    let made =
        record(&benefits, person, &expense("2026-04-01", Some("2027-04-01"))).expect(200)["items"][0].clone();
    record(&clerk, person, &expense("2027-03-31", None)).refused(409, "public-expense-overlaps");
    record(&clerk, person, &expense("2027-04-01", None)).expect(200);
    w.clock.advance(Duration::minutes(1));
    let right = expense("2026-04-01", Some("2026-10-01"));
    correct(&clerk, person, &made, &right).expect(200);
    correct(&clerk, person, &made, &right).refused(409, "nothing-new");
    let count = |query: &str| {
        let seen = benefits.get(format!("/v1/persons/{person}/public-expenses{query}")).expect(200);
        seen["items"].as_array().unwrap().len()
    };
    assert_eq!(
        (count(""), count("?as_of=2026-09-30"), count("?as_of=2026-10-01"), count("?as_of=2027-04-01")),
        (2, 1, 0, 1)
    );
    assert_eq!(count("?as_of=2026-10-01&known_at=2026-11-22T00:00:30Z"), 1, "what was known then");
    assert_eq!(count("?known_at=2026-11-21T00:00:00Z"), 0);
}
#[test]
fn what_is_wrong_or_not_permitted_is_refused_and_stores_nothing() {
    let w = World::new();
    let person = w.member("7", NANA.kana, NANA.name, NANA.birth_on);
    let (clerk, review, employer) = (w.staff("clerk"), w.staff("review"), w.client("employer"));
    let (tag, before) = (tag(&clerk, person), tables(&w));
    let ask = |by: &Caller, tag: &str, body: &Value| {
        by.post(format!("/v1/persons/{person}/public-expenses")).header("if-match", tag).json(body)
    };
    for (member, value, code) in [
        ("payer_number", json!("21136016"), "check-digit"),
        ("payer_number", json!("2113601"), "check-digit"),
        ("recipient_number", json!("123456x"), "seven-digits"),
        ("valid_to", json!("2026-03-31"), "before-start"),
        ("received_on", json!("2026-11-23"), "future-date"),
    ] {
        let mut body = expense("2026-04-01", None);
        body[member] = value;
        let refused = ask(&clerk, &tag, &body).refused(422, "invalid");
        let said = &refused["errors"][0];
        assert_eq!((&said["pointer"], &said["code"]), (&json!(format!("/{member}")), &json!(code)));
    }
    ask(&clerk, "\"99\"", &expense("2026-04-01", None)).refused(412, "stale");
    ask(&review, &tag, &expense("2026-04-01", None)).refused(403, "forbidden");
    let path = format!("/v1/persons/{person}/public-expenses");
    employer.get(&path).refused(403, "insufficient-scope");
    assert_eq!(tables(&w), before);
    let answers = crate::protection::at_once(4, || ask(&clerk, &tag, &expense("2026-04-01", None)));
    assert_eq!(answers.iter().filter(|s| **s == 200).count(), 1, "{answers:?}");
}
