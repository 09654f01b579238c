//! What is no correction: wrong callers, wrong days, wrong covers, and corrections that come twice.
use super::{Office, no_acquisition, no_loss, other_acquisition, other_birth, other_loss, period, with};
use crate::{
    filing::{HACHI, KYU, NANA, Person, accept, acquisition, decide, filed, fresh_key, loss, slip, tables},
    harness::world::World,
};
use kenpo::cli::seed;
use serde_json::{Value, json};

#[test]
fn wrong_days_are_refused_with_their_place() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    o.insured(HACHI, "2026-04-01");
    o.accepted(&loss(HACHI, "2026-09-30", "2026-10-01"));
    let before = tables(&o.w);
    let both = |p: Person, key: &str, day: &str| {
        with(other_loss(p, "2026-04-01", "2026-10-01", "2026-11-01"), &[(key, day)])
    };
    for (form, code, pointer) in [
        (no_acquisition(NANA, "2026-04-02"), "E-PERSON-NOT-FOUND", "acquired_on"),
        (no_acquisition(KYU, "2026-04-01"), "E-PERSON-NOT-FOUND", "name_kana"),
        (no_acquisition(NANA, "2026-11-23"), "E-FUTURE-DATE", "acquired_on"),
        (no_acquisition(NANA, "1926-06-30"), "E-BEFORE-LAW", "acquired_on"),
        (with(no_acquisition(NANA, "2026-04-01"), &[("reason", " ")]), "E-REQUIRED", "reason"),
        (
            with(no_acquisition(NANA, "2026-04-01"), &[("reason", "123456789012")]),
            "E-NUMBER-IN-TEXT",
            "reason",
        ),
        (no_loss(NANA, "2026-10-01"), "E-PERSON-NOT-FOUND", "lost_on"),
        (no_loss(HACHI, "2026-10-02"), "E-PERSON-NOT-FOUND", "lost_on"),
        (other_acquisition(NANA, "2026-04-01", "2026-11-23"), "E-FUTURE-DATE", "corrected_acquired_on"),
        (other_acquisition(NANA, "2026-04-01", "1926-06-30"), "E-BEFORE-LAW", "corrected_acquired_on"),
        (other_acquisition(NANA, "2026-04-01", "2000-07-07"), "E-DATE-RELATION", "corrected_acquired_on"),
        (other_acquisition(NANA, "2026-04-01", "2026-04-01"), "E-NOTHING-NEW", "corrected_acquired_on"),
        (other_acquisition(NANA, "2026-04-01", "2010-03-31"), "E-OUTSIDE-COVER", "corrected_acquired_on"),
        (other_acquisition(HACHI, "2026-04-01", "2026-05-01"), "E-PERSON-NOT-FOUND", "lost_on"),
        (both(HACHI, "corrected_lost_on", "2026-04-01"), "E-DATE-RELATION", "corrected_lost_on"),
        (both(HACHI, "corrected_acquired_on", "2026-11-01"), "E-DATE-RELATION", "corrected_acquired_on"),
        (both(HACHI, "corrected_lost_on", "2026-11-23"), "E-FUTURE-DATE", "corrected_lost_on"),
        (both(NANA, "corrected_lost_on", "2026-11-01"), "E-PERSON-NOT-FOUND", "lost_on"),
        (other_birth(KYU, "1980-09-10"), "E-PERSON-NOT-FOUND", "birth_on"),
        (other_birth(NANA, "2026-04-01"), "E-DATE-RELATION", "corrected_birth_on"),
    ] {
        o.refused(&form, code, pointer);
    }
    let mut one = other_acquisition(NANA, "2026-04-01", "2026-05-01");
    one["corrected_lost_on"] = json!("2026-10-01");
    o.refused(&one, "E-REQUIRED", "lost_on");
    for (key, value, code) in [
        ("corrected_acquired_on", "2026-02-30", "wrong-type"),
        ("corrected_acquired_on", "0000-01-01", "date-out-of-range"),
        ("surplus", "x", "unknown-field"),
    ] {
        let form = with(other_acquisition(NANA, "2026-04-01", "2026-05-01"), &[(key, value)]);
        let r = o.employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&o.w, &form));
        assert_eq!(r.status, 422, "{}", r.text);
        assert!(!r.text.contains(value) || value == "x", "nothing is echoed: {}", r.text);
        assert!(r.text.contains(code) || code == "wrong-type", "{code}: {}", r.text);
    }
    let mut number = no_acquisition(NANA, "2026-04-01");
    number["personal_number"] = json!(seed::fictitious_number(7));
    o.refused(&number, "E-UNEXPECTED-DATA", "personal_number");
    assert_eq!(tables(&o.w), before, "nothing is stored");
    assert_eq!(o.covers(member), [period("2026-04-01", None)]);
}
#[test]
fn nobody_is_acquired_at_75() {
    let o = Office::new();
    let before = tables(&o.w);
    let p = |birth_on| Person { birth_on, ..NANA };
    o.refused(&acquisition(p("1951-11-01"), "2026-11-01", None), "E-AGE-75", "acquired_on");
    o.refused(&acquisition(p("1951-02-28"), "2026-11-01", None), "E-AGE-75", "birth_on");
    let mut forms_only = acquisition(p("1951-11-01"), "2026-11-01", None);
    (forms_only["over_70_only"], forms_only["aged_70_or_over"]) = (json!(true), json!(true));
    forms_only.as_object_mut().unwrap().remove("sex");
    o.refused(&forms_only, "E-AGE-75", "acquired_on");
    assert_eq!(tables(&o.w), before, "nothing is stored");
    filed(&o.w, &o.employer, &acquisition(p("1951-11-02"), "2026-11-01", None));
}
#[test]
fn an_employer_corrects_its_own_cover_only() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    let other = o.w.client("other-employer");
    let as_other = |form: &Value| {
        let slip =
            json!({ "employer_id": o.w.other_employer, "preparer_name": "見本 花子", "notification": form });
        other.post("/v1/notifications").key(&fresh_key()).json(&slip)
    };
    for form in [no_acquisition(NANA, "2026-04-01"), other_birth(NANA, "2001-07-07")] {
        let r = as_other(&form);
        assert!(r.status == 422 && r.text.contains("E-PERSON-NOT-FOUND"), "{}", r.text);
        let foreign = other.post("/v1/notifications").key(&fresh_key()).json(&slip(&o.w, &form));
        assert_eq!(foreign.status, 404, "{}", foreign.text);
    }
    let n = filed(&o.w, &o.employer, &no_acquisition(NANA, "2026-04-01"));
    let path = format!("/v1/notifications/{n}/decision");
    assert_eq!(
        o.employer.post(&path).header("if-match", "\"1\"").json(&accept()).status,
        403,
        "staff decides"
    );
    assert_eq!(other.get(format!("/v1/notifications/{n}")).status, 404);
    assert_eq!(o.covers(member), [period("2026-04-01", None)]);
}
#[test]
fn a_correction_that_waits_or_is_done_does_not_come_twice() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    let form = other_acquisition(NANA, "2026-04-01", "2026-05-01");
    let key = fresh_key();
    let send = || o.employer.post("/v1/notifications").key(&key).json(&slip(&o.w, &form));
    let first = send().expect(202);
    assert_eq!(send().expect(202)["id"], first["id"], "the same request is the same receipt");
    o.refused(&form, "E-DUPLICATE-PENDING", "office_number");
    let n = crate::filing::id(&first["results"][0]["notification_id"]);
    o.later(1);
    decide(&o.staff, n, &accept()).expect(200);
    let again = decide(&o.staff, n, &accept());
    assert_eq!((again.status, again.body["code"].as_str()), (409, Some("already-decided")), "{}", again.text);
    o.refused(&form, "E-PERSON-NOT-FOUND", "acquired_on");
    assert_eq!(o.covers(member), [period("2026-05-01", None)]);
}
#[test]
fn a_correction_comes_on_paper_too() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    let by = |login: &str| o.w.staff(login);
    let first = by("clerk");
    let keyed = first.post("/v1/keyed-notifications?received_on=2026-11-20").key(&fresh_key());
    let keyed = keyed.json(&slip(&o.w, &no_acquisition(NANA, "2026-04-01"))).expect(202);
    let n = crate::filing::id(&keyed["results"][0]["notification_id"]);
    let early = decide(&o.staff, n, &accept());
    assert_eq!((early.status, early.body["code"].as_str()), (409, Some("entry-unchecked")), "{}", early.text);
    let second = by("privileged");
    let tag = second.get(format!("/v1/notifications/{n}")).header("etag").to_owned();
    let check = second.post(format!("/v1/notifications/{n}/entry-check")).header("if-match", &tag);
    check.json(&json!({ "outcome": "matches" })).expect(200);
    o.later(1);
    decide(&o.staff, n, &accept()).expect(200);
    assert!(o.covers(member).is_empty());
}
#[test]
fn a_loss_at_75_is_corrected_by_the_day_of_birth() {
    let o = Office::new();
    let old = Person { birth_on: "1951-11-10", ..NANA };
    o.w.member(old.office_number, old.kana, old.name, old.birth_on);
    let worker = uuid::Uuid::now_v7();
    while kenpo::domain::calendar::work(&o.w.app.kernel.db, &o.w.clock, worker).unwrap() {}
    o.refused(&no_loss(old, "2026-11-10"), "E-STANDS-AGAINST", "lost_on");
    o.refused(
        &other_loss(old, "2020-04-01", "2026-11-10", "2026-11-01"),
        "E-STANDS-AGAINST",
        "corrected_lost_on",
    );
}
#[test]
fn an_entry_tells_whose_records_changed() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    let (_, child) = o.child(NANA, super::OLD_CHILD, "2026-04-01");
    o.accepted(&no_acquisition(NANA, "2026-04-01"));
    let entry = World::entries(&o.w, "operation = 'decideNotification'").pop().unwrap();
    let persons: Vec<String> = serde_json::from_value(entry["persons"].clone()).unwrap();
    assert!(persons.contains(&member.to_string()) && persons.contains(&child.to_string()), "{entry}");
}
