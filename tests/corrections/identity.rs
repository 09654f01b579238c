//! 生年月日訂正, 氏名変更(訂正), 住所変更.
use super::{OLD_CHILD, Office, line, named, other_birth, period, with};
use crate::filing::{KYU, NANA, Person, spouse};
use kenpo::domain::calendar;
use serde_json::{Value, json};
use uuid::Uuid;

/// The worker's look at the calendar.
pub(super) fn work(o: &Office) {
    let worker = Uuid::now_v7();
    while calendar::work(&o.w.app.kernel.db, &o.w.clock, worker).unwrap() {}
}
/// 氏名変更(訂正)届.
fn renamed(p: Person, reason: &str, on: Option<&str>) -> Value {
    let new = [("changed_name_kana", "カクウ　ナナ"), ("changed_name", "架空　七"), ("name_reason", reason)];
    let form = with(named("name_change_report", p), &new);
    on.map_or(form.clone(), |on| with(form, &[("changed_on", on)]))
}
/// 住所変更届.
fn moved(p: Person, on: &str) -> Value {
    let mut form = with(named("address_change_report", p), &[("changed_on", on)]);
    form["resident_address"] = json!({ "postal_code": "999-0002", "text": "東京都架空区新町２－３" });
    form
}

#[test]
fn the_right_day_of_birth_holds_for_all_days() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    let then = o.instant();
    let form = other_birth(NANA, "2001-07-07");
    let lines = o.preview(&form);
    assert_eq!(
        lines,
        json!([
            line("member", "birth_on", "2000-07-07", "2001-07-07"),
            line("member", "planned_loss_on", "2075-07-07", "2076-07-07"),
        ])
    );
    let told = o.accepted(&form);
    assert_eq!(told["changes"], lines, "a preview equals the decision");
    for query in ["", "?as_of=2026-04-01"] {
        let seen = o.get(format!("/v1/members/{member}{query}")).expect(200);
        assert_eq!(
            (&seen["birth_on"], &seen["planned_loss_on"]),
            (&json!("2001-07-07"), &json!("2076-07-07"))
        );
    }
    let seen = o.get(format!("/v1/members/{member}?known_at={then}")).expect(200);
    assert_eq!((&seen["birth_on"], &seen["planned_loss_on"]), (&json!("2000-07-07"), &json!("2075-07-07")));
    o.refused(&form, "E-PERSON-NOT-FOUND", "birth_on");
    let right = Person { birth_on: "2001-07-07", ..NANA };
    o.refused(&other_birth(right, "2001-07-07"), "E-NOTHING-NEW", "corrected_birth_on");
    o.refused(&other_birth(right, "1951-04-01"), "E-AGE-75", "corrected_birth_on");
    o.refused(&other_birth(right, "1899-12-31"), "E-DATE-RELATION", "corrected_birth_on");
    o.refused(&other_birth(right, "2026-11-23"), "E-FUTURE-DATE", "corrected_birth_on");
}
#[test]
fn a_loss_at_75_follows_the_right_day_of_birth() {
    let o = Office::new();
    let old = Person { birth_on: "1951-11-10", ..NANA };
    let member = o.w.member(old.office_number, old.kana, old.name, old.birth_on);
    work(&o);
    assert_eq!(o.covers(member), [period("2020-04-01", Some("2026-11-10"))]);
    o.later(1);
    // born a little later: the loss moves
    o.accepted(&other_birth(old, "1951-11-20"));
    assert_eq!(o.covers(member), [period("2020-04-01", Some("2026-11-20"))]);
    let why = o.get(format!("/v1/members/{member}/loss/explanation?as_of=2026-11-20")).expect(200);
    assert!(why["ja"].as_str().unwrap().contains("1951年11月20日"), "by the rule, on the right birth: {why}");
    // not 75 yet: the cover goes on
    let old = Person { birth_on: "1951-11-20", ..NANA };
    let told = o.accepted(&other_birth(old, "1951-11-24"));
    assert_eq!(o.covers(member), [period("2020-04-01", None)]);
    assert!(told["changes"].as_array().unwrap().contains(&line("member", "lost_on", "2026-11-20", "none")));
    work(&o);
    assert_eq!(o.covers(member), [period("2020-04-01", None)], "the calendar waits for the birthday");
    // older than was thought: the calendar ends it
    let old = Person { birth_on: "1951-11-24", ..NANA };
    o.accepted(&other_birth(old, "1951-10-01"));
    o.later(86_400);
    work(&o);
    assert_eq!(o.covers(member), [period("2020-04-01", Some("2026-10-01"))]);
}
#[test]
fn another_name_from_its_day_on() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    o.refused(&renamed(NANA, "marriage", None), "E-REQUIRED", "changed_on");
    o.refused(&renamed(NANA, "marriage", Some("2026-11-23")), "E-FUTURE-DATE", "changed_on");
    o.refused(&renamed(NANA, "marriage", Some("2026-03-31")), "E-OUTSIDE-COVER", "changed_on");
    let form = renamed(NANA, "marriage", Some("2026-10-01"));
    let lines = o.preview(&form);
    assert_eq!(lines[0], line("member", "name", "見本　七", "架空　七"));
    assert_eq!(o.accepted(&form)["changes"], lines);
    let name = |query: &str| o.get(format!("/v1/members/{member}{query}")).body["name"].clone();
    assert_eq!(
        (name("?as_of=2026-09-30"), name("?as_of=2026-10-01"), name("")),
        (json!("見本　七"), json!("架空　七"), json!("架空　七"))
    );
    o.refused(&form, "E-PERSON-NOT-FOUND", "name_kana");
    let now = Person { kana: "カクウ　ナナ", name: "架空　七", ..NANA };
    o.refused(&renamed(now, "marriage", Some("2026-10-05")), "E-NOTHING-NEW", "changed_name");
    // it was wrong all the time
    let other = o.insured(KYU, "2026-04-01");
    o.accepted(&renamed(KYU, "correction", None));
    let seen = o.get(format!("/v1/members/{other}?as_of=2026-04-01")).expect(200);
    assert_eq!((&seen["name"], &seen["name_kana"]), (&json!("架空　七"), &json!("カクウ　ナナ")));
}
#[test]
fn another_address_of_the_family() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    let (child, _) = o.child(NANA, OLD_CHILD, "2026-04-01");
    let mut apart = spouse(NANA, crate::filing::SPOUSE, "2026-04-10", None);
    (apart["spouse"]["living"], apart["spouse"]["prefecture"]) = (json!("apart"), json!("27"));
    let apart = o.accepted(&apart)["dependents"][0]["dependent_id"].as_str().unwrap().to_owned();
    let mut form = moved(NANA, "2026-10-01");
    form["dependents_too"] = json!(true);
    form["contact_address"] = json!({ "postal_code": "9990003", "text": "大阪府架空市駅前４" });
    form["phone"] = json!("06-0000-0000");
    let lines = o.preview(&form);
    assert_eq!(lines.as_array().unwrap().len(), 4, "three of the person, one dependent: {lines}");
    assert_eq!(o.accepted(&form)["changes"], lines);
    let at = |query: &str| o.get(format!("/v1/members/{member}{query}")).expect(200);
    assert_eq!(at("")["resident_address"]["text"], "東京都架空区新町２－３");
    assert_eq!(at("")["resident_address"]["postal_code"], "9990002");
    assert_eq!(
        (&at("")["contact_address"]["text"], &at("")["phone"]),
        (&json!("大阪府架空市駅前４"), &json!("06-0000-0000"))
    );
    assert_eq!(at("?as_of=2026-09-30")["resident_address"]["postal_code"], "9990001");
    let lives =
        |d: &str| o.get(format!("/v1/dependents/{d}")).expect(200)["resident_address"]["postal_code"].clone();
    assert_eq!((lives(&child.to_string()), lives(&apart)), (json!("9990002"), json!("9990001")));
    // the phone alone: the address stays
    let mut phone = with(named("address_change_report", NANA), &[("changed_on", "2026-11-01")]);
    phone["phone"] = json!("06-1111-1111");
    o.accepted(&phone);
    assert_eq!(
        (&at("")["contact_address"]["text"], &at("")["phone"]),
        (&json!("大阪府架空市駅前４"), &json!("06-1111-1111"))
    );
    let again = o.decided(&phone);
    assert_eq!((again.status, again.body["code"].as_str()), (409, Some("nothing-new")));
}
#[test]
fn an_address_that_says_nothing_is_refused() {
    let o = Office::new();
    o.insured(NANA, "2026-04-01");
    let none = with(named("address_change_report", NANA), &[("changed_on", "2026-10-01")]);
    o.refused(&none, "E-REQUIRED", "resident_address");
    let mut alone = none.clone();
    (alone["phone"], alone["dependents_too"]) = (json!("06-0000-0000"), json!(true));
    o.refused(&alone, "E-REQUIRED", "resident_address");
    let mut half = none.clone();
    half["contact_address"] = json!({ "text": "大阪府架空市駅前４" });
    o.refused(&half, "E-REQUIRED", "contact_address.postal_code".replace('.', "/").as_str());
    o.refused(&moved(NANA, "2026-03-31"), "E-OUTSIDE-COVER", "changed_on");
    let mut number = moved(NANA, "2026-10-01");
    number["resident_address"]["text"] = json!("架空町123456789012");
    o.refused(&number, "E-NUMBER-IN-TEXT", "resident_address/text");
}
