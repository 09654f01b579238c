//! Who continues has no employer that files: staff keys what is otherwise of the person, with a second person's check.
use super::{Society, ended};
use crate::filing::{NANA, Person, accept, decide};
use serde_json::{Value, json};
use uuid::Uuid;

/// 75 within the two years.
const OLD: Person = Person { birth_on: "1952-03-03", ..NANA };
fn form(kind: &str, p: Person, more: &Value) -> Value {
    let mut form = json!({ "kind": kind, "name_kana": p.kana, "birth_on": p.birth_on });
    for (key, value) in more.as_object().unwrap() {
        form[key] = value.clone();
    }
    form
}
fn born(p: Person, right: &str) -> Value {
    form("birth_date_correction", p, &json!({ "corrected_birth_on": right }))
}
/// 生年月日 and 喪失予定年月日.
fn planned(s: &Society, person: Uuid) -> (Value, Value) {
    let m = s.member(person);
    (m["birth_on"].clone(), m["planned_loss_on"].clone())
}

#[test]
fn the_day_of_birth_is_corrected_and_the_planned_loss_follows() {
    let s = Society::new();
    let person = s.continuing(OLD);
    let is = |birth: &str, planned: &str| (json!(birth), json!(planned));
    assert_eq!(planned(&s, person), is("1952-03-03", "2027-03-03"), "75 comes first");
    let standard =
        s.clerk.get(format!("/v1/members/{person}/standard-remunerations")).expect(200)["items"].clone();
    let n = s.keyed(&born(OLD, "1953-03-03"), "2026-11-20");
    let preview =
        s.clerk.post(format!("/v1/notifications/{n}/decision-preview")).json(&json!({})).expect(200);
    let lines = preview["consequences"].as_array().unwrap();
    assert!(lines.iter().any(|l| l["field"] == "planned_loss_on" && l["after"] == "2028-03-03"), "{lines:?}");
    decide(&s.clerk, n, &accept()).expect(200);
    assert_eq!(planned(&s, person), is("1953-03-03", "2028-03-03"));
    let later = Person { birth_on: "1953-03-03", ..OLD };
    s.accepted(&born(later, "1990-03-03"), "2026-11-20");
    assert_eq!(planned(&s, person), is("1990-03-03", "2028-11-01"), "the two years come first");
    let now =
        s.clerk.get(format!("/v1/members/{person}/standard-remunerations")).expect(200)["items"].clone();
    assert_eq!(now, standard, "its standard remuneration stays");
    assert_eq!(s.cover(person), ("2026-11-01".into(), None, None));
}
#[test]
fn a_loss_at_75_of_somebody_born_later_is_none() {
    let mut s = Society::new();
    let person = s.continuing(OLD);
    s.work();
    s.pass(110); // 2027-03-12
    s.work();
    assert_eq!(s.cover(person), ended("2026-11-01", "2027-03-03", "age_75"));
    s.accepted(&born(OLD, "1953-03-03"), "2027-03-10");
    assert_eq!(s.cover(person), ("2026-11-01".into(), None, None), "the cover goes on");
    assert_eq!(planned(&s, person), (json!("1953-03-03"), json!("2028-03-03")));
    let held =
        s.clerk.get(format!("/v1/members/{person}/standard-remunerations")).expect(200)["items"].clone();
    let last = held.as_array().unwrap().last().unwrap();
    assert_eq!(last["rule"], "voluntary_continuation_standard");
    assert_eq!(last.get("applies_until"), None, "and so does its standard remuneration: {held}");
}
#[test]
fn name_and_address_are_changed_by_the_keyed_forms() {
    let s = Society::new();
    let person = s.continuing(NANA);
    let name = json!({ "changed_name": "架空　七", "changed_name_kana": "カクウ　ナナ", "name_reason": "marriage",
        "changed_on": "2026-11-10" });
    s.accepted(&form("name_change_report", NANA, &name), "2026-11-20");
    let renamed = Person { kana: "カクウ　ナナ", ..NANA };
    let place = json!({ "changed_on": "2026-11-15",
        "resident_address": { "postal_code": "9990077", "kana": "ミホンマチ", "text": "架空県新町７７" } });
    s.accepted(&form("address_change_report", renamed, &place), "2026-11-20");
    let m = s.member(person);
    assert_eq!((&m["name"], &m["resident_address"]["postal_code"]), (&json!("架空　七"), &json!("9990077")));
    // a day before the cover is not theirs to state, and a form for another office finds nobody
    let early = json!({ "changed_on": "2026-10-15", "phone": "03-0000-0007" });
    assert_eq!(s.key_in(&form("address_change_report", renamed, &early), "2026-11-20").status, 422);
    let elsewhere = json!({ "employer_id": s.w.employer, "preparer_name": "適用 花子", "notification": born(renamed, "1990-03-03") });
    let path = "/v1/keyed-notifications?received_on=2026-11-20";
    let r = s.clerk.post(path).key(&crate::filing::fresh_key()).json(&elsewhere);
    assert!(r.status == 422 && r.text.contains("E-PERSON-NOT-FOUND"), "{}", r.text);
}
