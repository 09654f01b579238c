//! Fifty corrections of one cover at once, filed and decided.
use super::{done, fifty};
use crate::{
    filing::{
        KYU, NANA, Person, accept, acquisition, count, decide, decide_on, filed, fresh_key, id, loss, slip,
    },
    harness::{caller::Caller, world::World},
};
use serde_json::{Value, json};
use uuid::Uuid;

fn named(kind: &str, p: Person) -> Value {
    json!({ "kind": kind, "office_number": p.office_number, "name_kana": p.kana, "birth_on": p.birth_on })
}
/// 得喪年月日訂正届.
fn other_day(p: Person, right: &str) -> Value {
    let mut form = named("qualification_date_correction", p);
    form["acquired_on"] = json!("2026-04-01");
    form["corrected_acquired_on"] = json!(right);
    form["reason"] = json!("記入誤り");
    form
}
/// Somebody insured since 2026-04-01.
#[track_caller]
fn insured(w: &World, employer: &Caller, staff: &Caller, p: Person) -> Uuid {
    let hired = filed(w, employer, &acquisition(p, "2026-04-01", None));
    let person = id(&decide(staff, hired, &accept()).expect(200)["outcome"]["member_id"]);
    w.clock.advance(chrono::Duration::seconds(1));
    person
}
fn tag(staff: &Caller, n: Uuid) -> String {
    staff.get(format!("/v1/notifications/{n}")).header("etag").to_owned()
}
/// Versions of covers that were made, and how many are known now.
fn covers(w: &World) -> (i64, i64) {
    (
        count(w, "select count(*) as n from enrolment"),
        count(w, "select count(*) as n from enrolment where superseded_at is null"),
    )
}

#[test]
fn one_correction_filed_and_decided_fifty_times() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), [w.staff("clerk"), w.staff("privileged")]);
    insured(&w, &employer, &staff[0], NANA);
    let body = slip(&w, &other_day(NANA, "2026-05-10"));
    let answers = fifty(|_| employer.post("/v1/notifications").key(&fresh_key()).json(&body));
    let taken = done(&answers, 202, &[(422, "invalid")]);
    assert_eq!(taken.len(), 1, "the same correction waits once");
    let refused = answers.iter().filter(|r| r.status == 422);
    assert!(
        refused.clone().all(|r| r.text.contains("E-DUPLICATE-PENDING")),
        "{:?}",
        refused.collect::<Vec<_>>()
    );
    let n = id(&taken[0].body["results"][0]["notification_id"]);
    let version = tag(&staff[0], n);
    let answers = fifty(|i| decide_on(&staff[i % 2], n, &version, &accept()));
    assert_eq!(done(&answers, 200, &[(412, "stale")]).len(), 1);
    assert_eq!(covers(&w), (2, 1), "what was known, and what is right");
    assert_eq!(w.rows("select * from enrolment where superseded_at is null")[0]["acquired_on"], "2026-05-10");
    let held = w.rows("select * from standard_remuneration where superseded_at is null");
    assert_eq!((held.len(), &held[0]["applies_from"]), (1, &json!("2026-05-01")));
}
#[test]
fn fifty_corrections_of_one_cover_decided_at_once() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), [w.staff("clerk"), w.staff("privileged")]);
    insured(&w, &employer, &staff[0], NANA);
    // without 整理番号 each of them waits: all find the person by reading and day of birth
    let forms: Vec<Value> = (0..50)
        .map(|n| {
            let mut form = other_day(NANA, &format!("2026-{:02}-{:02}", 5 + n / 25, 1 + n % 25));
            form.as_object_mut().unwrap().remove("office_number");
            form
        })
        .collect();
    let waiting: Vec<(Uuid, String)> = forms
        .iter()
        .map(|form| {
            let n = filed(&w, &employer, form);
            (n, tag(&staff[0], n))
        })
        .collect();
    w.clock.advance(chrono::Duration::seconds(1));
    let answers = fifty(|i| decide_on(&staff[i % 2], waiting[i].0, &waiting[i].1, &accept()));
    let one = done(&answers, 200, &[(409, "person-not-found"), (409, "cover-not-found")]);
    assert_eq!(one.len(), 1);
    assert_eq!(covers(&w), (2, 1));
    let right = &w.rows("select * from enrolment where superseded_at is null")[0]["acquired_on"];
    assert_eq!(right, &one[0].body["outcome"]["acquired_on"]);
}
#[test]
fn twenty_five_cancellations_of_a_loss_against_as_many_of_the_pay() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), [w.staff("clerk"), w.staff("privileged")]);
    insured(&w, &employer, &staff[0], NANA);
    let left = filed(&w, &employer, &loss(NANA, "2026-10-31", "2026-11-01"));
    decide(&staff[0], left, &accept()).expect(200);
    w.clock.advance(chrono::Duration::seconds(1));
    let mut back = named("loss_cancellation", NANA);
    (back["lost_on"], back["reason"]) = (json!("2026-11-01"), json!("退職の撤回のため"));
    let mut pay = named("remuneration_correction", NANA);
    pay["decision"] = json!("acquisition_determination");
    pay["applies_from"] = json!("2026-04");
    (pay["cash_yen"], pay["total_yen"]) = (json!(300_000), json!(300_000));
    let both = [&back, &pay].map(|form| {
        let n = filed(&w, &employer, form);
        (n, tag(&staff[0], n))
    });
    let answers = fifty(|i| decide_on(&staff[i % 2], both[i % 2].0, &both[i % 2].1, &accept()));
    let accepted = done(&answers, 200, &[(412, "stale")]);
    assert_eq!(accepted.len(), 2, "each of them once");
    let covers = w.rows("select * from enrolment where superseded_at is null");
    assert_eq!((covers.len(), &covers[0]["lost_on"]), (1, &Value::Null));
    let held = w.rows("select * from standard_remuneration where superseded_at is null");
    assert_eq!(
        (held.len(), &held[0]["applies_until"], &held[0]["standard_yen"]),
        (1, &Value::Null, &json!(300_000))
    );
}
#[test]
fn fifty_second_persons_check_one_entry() {
    let w = World::new();
    let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
    let n = crate::decisions::keyed(&w, &clerk, &acquisition(KYU, "2026-11-01", None), "2026-11-10");
    let version = tag(&second, n);
    // those who keyed it ask too
    let by = [&second, &clerk];
    let matches = crate::decisions::matches();
    let answers = fifty(|i| crate::decisions::check_on(by[i % 2], n, &version, &matches));
    let checked = done(&answers, 200, &[(412, "stale"), (409, "no-open-check"), (409, "same-person")]);
    assert_eq!(checked.len(), 1);
    assert_eq!(checked[0].body["entry_check"], json!({ "state": "approved" }));
    assert_eq!(count(&w, "select count(*) as n from approval where state = 'approved'"), 1);
    assert_eq!(w.entries("operation = 'checkKeyedNotification' and status = 200").len(), 1);
    decide(&clerk, n, &accept()).expect(200);
}
