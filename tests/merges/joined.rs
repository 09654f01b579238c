//! What was decided under two ids is as if it had been decided under one: pay of one month, bonuses of one year, protections, 公費.
use super::{asked, decided, filed_elsewhere, hired_elsewhere, is_merged_into, merged, moved, twins};
use crate::{
    filing::{
        CHILD, NANA, Person, accept, acquisition, child, decide, filed, fresh_key, id, loss, new_person,
        same_person,
    },
    harness::{behind::within, caller::Caller, world::World},
    protection::{protect, request},
    public_expenses::expense,
};
use serde_json::{Value, json};
use uuid::Uuid;

pub(super) fn bonus(p: Person, on: &str, yen: i64) -> Value {
    json!({ "kind": "bonus_report", "office_number": p.office_number, "name_kana": p.kana, "birth_on": p.birth_on, "paid_on": on,
            "cash_yen": yen, "total_yen": yen - yen % 1_000 })
}
/// Leaves the first employer on 11 November and begins at the other one on the 16th, with bonuses at both: one month has two, and together they
/// are over the yearly cap. The second acquisition is decided as `choice` says; gives both ids.
fn moved_in_one_month(w: &World, choice: impl Fn(Uuid) -> Value) -> (Uuid, Uuid) {
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let accepted = |n: Uuid| decide(&staff, n, &accept()).expect(200)["outcome"].clone();
    let old = id(&accepted(filed(w, &employer, &acquisition(NANA, "2026-04-01", None)))["member_id"]);
    accepted(filed(w, &employer, &bonus(NANA, "2026-07-10", 4_000_000)));
    accepted(filed(w, &employer, &bonus(NANA, "2026-11-05", 500_000)));
    accepted(filed(w, &employer, &loss(NANA, "2026-11-10", "2026-11-11")));
    let hired = hired_elsewhere(w, NANA, "2026-11-16", None);
    let new = id(&decide(&staff, hired, &choice(old)).expect(200)["outcome"]["member_id"]);
    accepted(filed_elsewhere(w, &bonus(NANA, "2026-11-20", 2_000_000)));
    (old, new)
}
/// Months and amounts of pay and of bonuses.
pub(super) fn pay(by: &Caller, person: Uuid) -> (Value, Value) {
    let list = |what: &str, fields: [&str; 3]| -> Value {
        let seen = by.get(format!("/v1/members/{person}/{what}")).expect(200);
        let row = |r: &Value| -> Value { fields.iter().map(|f| r[*f].clone()).collect() };
        seen["items"].as_array().unwrap().iter().map(row).collect()
    };
    (
        list("standard-remunerations", ["applies_from", "applies_until", "standard_yen"]),
        list("standard-bonuses", ["month", "reported_yen", "standard_bonus_yen"]),
    )
}

#[test]
fn pay_of_two_ids_is_as_if_it_were_of_one() {
    let w = World::new();
    let one = moved_in_one_month(&w, |old| same_person("insured", old)).0;
    let expected = pay(&w.staff("clerk"), one);
    assert_eq!(expected.1.as_array().unwrap().len(), 2, "{expected:?}");
    for survivor in [0, 1] {
        let w = World::new();
        let (old, new) = moved_in_one_month(&w, |_| new_person("insured"));
        assert_ne!(old, new);
        w.clock.advance(chrono::Duration::minutes(1));
        let (surviving, gone) = if survivor == 0 { (old, new) } else { (new, old) };
        merged(&w, surviving, gone);
        assert_eq!(pay(&w.staff("clerk"), surviving), expected, "{survivor}");
    }
}
#[test]
fn a_change_of_pay_since_it_was_asked_for_is_told() {
    let w = World::new();
    let (old, new) = moved_in_one_month(&w, |_| new_person("insured"));
    let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
    let merge = id(&asked(&clerk, new, old).expect(201)["id"]);
    let more = filed_elsewhere(&w, &bonus(NANA, "2026-11-19", 10_000));
    decide(&clerk, more, &accept()).expect(200);
    decided(&second, merge, "approve").refused(409, "entry-changed");
    assert_eq!(decided(&second, merge, "reject").expect(200)["state"], "rejected");
}
#[test]
fn two_protections_are_one_and_letters_go_where_they_went() {
    let w = World::new();
    let (one, other) = twins(&w, "81");
    let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
    protect(&clerk, one, &request()).expect(200);
    let mut longer = request();
    longer["valid_to"] = json!("2028-11-22");
    longer["letter_address"] = json!({ "text": "架空市旧送付先" });
    protect(&clerk, other, &longer).expect(200);
    let merge = id(&asked(&clerk, one, other).expect(201)["id"]);
    let refused = decided(&second, merge, "approve").refused(409, "letter-addresses-differ");
    assert_eq!(refused["errors"][0]["pointer"], "/decision");
    decided(&second, merge, "reject").expect(200);
    let seen = clerk.get(crate::protection::path(other)).expect(200);
    let protection = seen["versions"][0]["protection_id"].as_str().unwrap();
    let letter = json!({ "received_on": "2026-11-22", "letter_address": request()["letter_address"] });
    let tag = crate::protection::tag(&clerk, other);
    let path = format!("/v1/protections/{protection}/prolongation");
    clerk.post(path).header("if-match", &tag).json(&letter).expect(200);
    merged(&w, one, other);
    let seen = clerk.get(crate::protection::path(one)).expect(200);
    let all = seen["versions"].as_array().unwrap().clone();
    let mut ends: Vec<&Value> =
        all.iter().filter(|v| v.get("superseded_at").is_none()).map(|v| &v["valid_to"]).collect();
    ends.sort_by_key(|v| v.to_string());
    assert_eq!(ends, ["2026-11-22", "2028-11-22"], "{seen}");
    let goes = clerk.get(format!("/v1/persons/{one}/mailing-address")).expect(200);
    assert_eq!(goes["mailing_address"]["text"], "架空市送付先１");
}
#[test]
fn public_expenses_and_the_log_are_found_under_the_surviving_id() {
    let w = World::new();
    let (one, other) = twins(&w, "81");
    let clerk = w.staff("clerk");
    let path = |p: Uuid| format!("/v1/persons/{p}/public-expenses");
    let tag = clerk.get(path(other)).header("etag").to_owned();
    clerk.post(path(other)).header("if-match", &tag).json(&expense("2026-04-01", None)).expect(200);
    merged(&w, one, other);
    assert_eq!(clerk.get(path(one)).expect(200)["items"].as_array().unwrap().len(), 1);
    is_merged_into(clerk.get(path(other)), one);
    let auditor = w.client("auditor");
    let query = format!("/v1/audit-logs?person_id={one}&operation=recordPublicExpense");
    within(10, "what was done about the id of then is in the log of the person", || {
        auditor.get(&query).expect(200)["items"].as_array().unwrap().len() == 1
    });
}
#[test]
fn confirmations_are_found_under_the_surviving_id_and_as_they_were_known() {
    let w = World::new();
    let (old, new) = moved(&w, NANA);
    let clerk = w.staff("clerk");
    decide(&clerk, filed_elsewhere(&w, &child(NANA, CHILD, "2026-11-16", None)), &accept()).expect(200);
    let campaign = json!({ "name": "現況確認", "as_of": "2026-11-20", "due_on": "2026-12-20" });
    let made = clerk.post("/v1/confirmation-campaigns").key(&fresh_key()).json(&campaign).expect(201);
    clerk.post(format!("/v1/confirmation-campaigns/{}/start", id(&made["id"]))).send(b"").expect(200);
    let found = |member: Uuid, query: &str| {
        let seen = clerk.get(format!("/v1/confirmations?member_id={member}{query}")).expect(200);
        let items = seen["items"].as_array().unwrap().clone();
        assert!(items.iter().all(|i| i["member_id"] == json!(member)), "{seen}");
        items.len()
    };
    assert_eq!((found(old, ""), found(new, "")), (0, 1));
    w.clock.advance(chrono::Duration::minutes(1));
    merged(&w, old, new);
    assert_eq!((found(old, ""), found(new, "")), (1, 0));
    let then = "&known_at=2026-11-22T00:00:30Z";
    assert_eq!((found(old, then), found(new, then)), (0, 1), "as it was known");
}
