//! Applications that the law or the register refuses, and those it takes.
use super::{KID, Society, application, named, over, setting, wish};
use crate::{
    filing::{
        CHILD, HACHI, KYU, NANA, Person, accept, acquisition, child, count, decide, filed, fresh_key,
        give_back, loss, same_person, slip, tables,
    },
    harness::world::World,
};
use serde_json::{Value, json};

fn problems(p: &Value) -> Vec<(String, String)> {
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    p["errors"].as_array().unwrap().iter().map(|e| (text(&e["pointer"]), text(&e["code"]))).collect()
}
fn one(pointer: &str, code: &str) -> (String, String) {
    (format!("/notification{pointer}"), code.into())
}

#[test]
fn what_the_form_may_not_say_is_refused_at_its_place() {
    let s = Society::new();
    let (_, card) = s.left(NANA, "2025-04-01", "2026-10-31", "2026-11-01");
    let before = tables(&s.w);
    let mut bad: Vec<(Value, &str, &str)> = Vec::new();
    for (field, value, code) in [
        ("number", json!("12a"), "E-CODE"),
        ("number", json!("12345678"), "E-LENGTH"),
        ("symbol", json!(""), "E-LENGTH"),
        ("birth_on", json!("2027-01-01"), "E-FUTURE-DATE"),
        ("covered_elsewhere_since", json!("1999-01-01"), "E-DATE-RELATION"),
        ("covered_elsewhere_since", json!("2027-01-01"), "E-FUTURE-DATE"),
        ("phone", json!("０３"), "E-CODE"),
        ("late_reason", json!("番号は 999900000011 です"), "E-NUMBER-IN-TEXT"),
        ("continuing_branches", json!(["1"]), "E-CODE"),
        ("continuing_branches", json!(["01", "01"]), "E-CODE"),
        ("continuing_branches", json!(["00"]), "E-CODE"),
    ] {
        let mut form = application(NANA, &card);
        form[field] = value;
        bad.push((form, field, code));
    }
    let many: Vec<String> = (1..=31).map(|n| format!("{n:02}")).collect();
    let mut form = application(NANA, &card);
    form["continuing_branches"] = json!(many);
    bad.push((form, "continuing_branches", "E-COUNT"));
    let mut form = over(NANA, &card, "withdrawal", "2026-11-10");
    bad.push((form.clone(), "happened_on", "E-MUST-BE-EMPTY"));
    form["reason"] = json!("death");
    form["happened_on"] = json!("2026-11-23");
    bad.push((form.clone(), "happened_on", "E-FUTURE-DATE"));
    form.as_object_mut().unwrap().remove("happened_on");
    bad.push((form, "happened_on", "E-REQUIRED"));
    for (form, field, code) in bad {
        let p = s.key_in(&form, "2026-11-20").refused(422, "invalid");
        assert!(problems(&p).contains(&one(&format!("/{field}"), code)), "{field} {code}: {p}");
    }
    for (field, value) in [("wanted", "compulsory"), ("prepayment", "two_years"), ("shoe_size", "27")] {
        let mut form = application(NANA, &card);
        form[field] = json!(value);
        s.key_in(&form, "2026-11-20").refused(422, "invalid");
    }
    let mut form = application(NANA, &card);
    form["personal_number"] = json!("999900000011");
    s.key_in(&form, "2026-11-20").refused(422, "number-not-keyed");
    assert_eq!(tables(&s.w), before, "a refusal stores nothing");
}
#[test]
fn nobody_is_found_under_another_number_reading_or_birth_day() {
    let s = Society::new();
    let (_, card) = s.left(NANA, "2025-04-01", "2026-10-31", "2026-11-01");
    for (p, card) in [
        (NANA, json!({ "symbol": card["symbol"], "number": "999" })),
        (NANA, json!({ "symbol": "999", "number": card["number"] })),
        (HACHI, card.clone()),
    ] {
        for kind in ["voluntary_application", "voluntary_loss"] {
            let mut form = named(kind, p, &card);
            if kind == "voluntary_loss" {
                form["reason"] = json!("withdrawal");
            }
            let refused = s.key_in(&form, "2026-11-20").refused(422, "invalid");
            assert!(problems(&refused).contains(&one("/number", "E-PERSON-NOT-FOUND")), "{refused}");
        }
    }
}
#[test]
fn the_law_refuses_what_it_does_not_know() {
    let s = Society::new();
    // insured still: whether and when cover ends is decided first
    let person = s.insured(NANA, "2025-04-01");
    let card = s.card(person);
    let waiting = s.keyed(&application(NANA, &card), "2026-11-10");
    decide(&s.clerk, waiting, &accept()).refused(409, "loss-not-decided");
    let seen = s.preview(waiting);
    assert_eq!((&seen["obstacle"]["code"], seen.get("plan")), (&json!("loss-not-decided"), None));
    s.accepted_of_employer(&loss(NANA, "2026-11-14", "2026-11-15"));
    decide(&s.clerk, waiting, &accept()).refused(409, "applied-before-loss");
    // less than two months
    let (_, card) = s.left(HACHI, "2026-09-16", "2026-11-14", "2026-11-15");
    s.refused(&application(HACHI, &card), "2026-11-20", "too-few-months");
    let mut longer = application(HACHI, &card);
    longer["covered_elsewhere_since"] = json!("2026-09-15");
    s.accepted(&longer, "2026-11-20");
    // a form without what it needs
    let (_, card) = s.left(KYU, "2025-04-01", "2026-11-14", "2026-11-15");
    let mut alone = application(KYU, &card);
    alone["continuing_branches"] = json!(["01"]);
    s.refused(&alone, "2026-11-20", "dependent-not-found");
}
#[test]
fn nobody_continues_who_did_not_leave() {
    let s = Society::new();
    let mut settings = setting(s.office);
    settings["special_retiree_yen"] = json!(240_000);
    s.set(&settings);
    let old = Person { birth_on: "1958-08-08", ..HACHI };
    for (p, cause) in [(NANA, "death"), (old, "disability"), (KYU, "social_security_agreement")] {
        let person = s.insured(p, "2025-04-01");
        let card = s.card(person);
        let mut lost = loss(p, "2026-10-31", "2026-11-01");
        lost["cause"] = json!(cause);
        if cause != "death" {
            lost.as_object_mut().unwrap().remove("left_on");
        }
        s.accepted_of_employer(&lost);
        let waiting = s.keyed(&application(p, &card), "2026-11-10");
        assert_eq!(s.preview(waiting)["obstacle"]["code"], "not-by-leaving", "{cause}");
        decide(&s.clerk, waiting, &accept()).refused(409, "not-by-leaving");
        decide(&s.clerk, waiting, &give_back()).expect(200);
        let mut retiree = application(p, &card);
        retiree["wanted"] = json!("special_retiree");
        if cause == "social_security_agreement" {
            s.accepted(&retiree, "2026-11-20");
        } else {
            s.refused(&retiree, "2026-11-20", "not-by-leaving");
        }
    }
}
#[test]
fn two_covers_that_touch_are_one_time() {
    let s = Society::new();
    let (person, _) = s.left(NANA, "2026-09-01", "2026-10-14", "2026-10-15");
    let again = filed(&s.w, &s.employer, &acquisition(NANA, "2026-10-15", None));
    decide(&s.clerk, again, &same_person("insured", person)).expect(200);
    let card = s.card(person);
    s.accepted_of_employer(&loss(NANA, "2026-11-09", "2026-11-10"));
    let n = s.keyed(&application(NANA, &card), "2026-11-20");
    let seen = s.preview(n)["plan"].clone();
    assert_eq!(
        (&seen["former"]["covered_since"], &seen["former"]["months_before"]),
        (&json!("2026-09-01"), &json!(2))
    );
    decide(&s.clerk, n, &accept()).expect(200);
}
#[test]
fn a_good_reason_excuses_a_late_application_when_the_society_recognises_it() {
    let s = Society::new();
    let (person, card) = s.left(NANA, "2025-04-01", "2026-10-31", "2026-11-01");
    let mut form = application(NANA, &card);
    form["late_reason"] = json!("天災により交通が途絶した");
    let n = s.keyed(&form, "2026-11-21");
    decide(&s.clerk, n, &accept()).refused(409, "applied-too-late");
    let mut body = json!({ "decision": "accept", "recognises_late_reason": true });
    let told = decide(&s.clerk, n, &body).expect(200)["outcome"].clone();
    assert_eq!(told["late_reason_recognised"], true);
    assert_eq!(told["acquired_on"], "2026-11-01");
    // of nothing else
    let other = s.keyed(&wish(NANA, &s.card(person)), "2026-11-22");
    let p = decide(&s.clerk, other, &body).refused(422, "invalid");
    assert_eq!(p["errors"][0]["pointer"], "/recognises_late_reason");
    body["decision"] = json!("return");
    decide(&s.clerk, other, &body).refused(422, "invalid");
}
#[test]
fn a_second_application_and_one_of_somebody_who_is_covered_again_are_refused() {
    let s = Society::new();
    let (_, card) = s.left(NANA, "2025-04-01", "2026-10-31", "2026-11-01");
    let n = s.keyed(&application(NANA, &card), "2026-11-10");
    let p = s.key_in(&application(NANA, &card), "2026-11-11").refused(422, "invalid");
    assert!(problems(&p).contains(&one("/number", "E-DUPLICATE-PENDING")), "{p}");
    decide(&s.clerk, n, &accept()).expect(200);
    s.refused(&application(NANA, &card), "2026-11-11", "cover-overlaps");
    s.clerk.get(format!("/v1/notifications/{n}/voluntary-continuation")).refused(404, "not-found");
    // a new job came first
    let (other, card) = s.left(HACHI, "2025-04-01", "2026-10-31", "2026-11-01");
    let hired = filed(&s.w, &s.employer, &acquisition(HACHI, "2026-11-05", None));
    decide(&s.clerk, hired, &same_person("insured", other)).expect(200);
    s.refused(&application(HACHI, &card), "2026-11-10", "cover-overlaps");
}
#[test]
fn dependents_who_are_covered_otherwise_do_not_continue() {
    let s = Society::new();
    let person = s.insured(NANA, "2025-04-01");
    let card = s.card(person);
    s.accepted_of_employer(&child(NANA, KID, "2026-10-10", None));
    let kid =
        s.clerk.get(format!("/v1/members/{person}/dependents")).expect(200)["items"][0]["person_id"].clone();
    s.accepted_of_employer(&loss(NANA, "2026-10-31", "2026-11-01"));
    // under the other parent meanwhile
    s.insured(HACHI, "2025-04-01");
    let moved = filed(&s.w, &s.employer, &child(HACHI, KID, "2026-11-01", None));
    decide(&s.clerk, moved, &same_person("other_1", crate::filing::id(&kid))).expect(200);
    let mut form = application(NANA, &card);
    form["continuing_branches"] = json!(["01"]);
    s.refused(&form, "2026-11-10", "already-dependent");
    assert_eq!(s.cover(person).0, "2025-04-01", "nothing of it was written");
    s.accepted(&application(NANA, &card), "2026-11-10");
    let family = s.clerk.get(format!("/v1/members/{person}/dependents")).expect(200);
    assert!(family["items"].as_array().unwrap().is_empty());
}
#[test]
fn forms_go_to_the_office_they_are_for() {
    let s = Society::new();
    let (person, card) = s.left(NANA, "2025-04-01", "2026-10-31", "2026-11-01");
    let form = application(NANA, &card);
    // no employer files it, for itself or for the society's office
    let key = fresh_key();
    let p = s.employer.post("/v1/notifications").key(&key).json(&slip(&s.w, &form)).refused(422, "invalid");
    assert_eq!(problems(&p), [one("/kind", "E-FORM-OFFICE")]);
    s.employer.post("/v1/notifications").key(&fresh_key()).json(&s.slip(&form)).refused(404, "not-found");
    // nor does anybody become an employee of the society's office
    let p = s.key_in(&acquisition(HACHI, "2026-11-01", None), "2026-11-20").refused(422, "invalid");
    assert_eq!(problems(&p), [one("/kind", "E-FORM-OFFICE")]);
    let forms = |by: &crate::harness::caller::Caller, of| {
        let told = by.get(format!("/v1/capabilities?employer_id={of}")).expect(200);
        told["forms"].as_array().unwrap().iter().filter(|f| f["kind"] == "voluntary_application").count()
    };
    assert_eq!(forms(&s.employer, s.w.employer), 0);
    // the family of those who continue changes as anybody's
    s.accepted(&form, "2026-11-10");
    s.accepted(&child(NANA, CHILD, "2026-11-12", None), "2026-11-20");
    let family = s.clerk.get(format!("/v1/members/{person}/dependents")).expect(200);
    let dependent = family["items"][0]["id"].as_str().unwrap();
    let rows = s.w.rows(&format!("select employer_id from dependency where dependent_id = '{dependent}'"));
    assert_eq!(rows[0]["employer_id"], json!(s.office));
}
#[test]
fn without_approved_settings_nobody_continues() {
    let s = Society::without_settings();
    let (_, card) = s.left(NANA, "2025-04-01", "2026-10-31", "2026-11-01");
    let p = s.key_in(&application(NANA, &card), "2026-11-10").refused(422, "invalid");
    assert_eq!(problems(&p), [one("/kind", "E-FORM-OFFICE")], "no office of the society's own");
    let mut later = setting(s.office);
    later["valid_from"] = json!("2026-11-02");
    s.set(&later);
    s.refused(&application(NANA, &card), "2026-11-10", "settings-missing");
    // another office from that day on
    let w: &World = &s.w;
    let other = kenpo::cli::seed::employer(&mut w.owner(), &w.clock, 8).unwrap();
    s.set(&setting(other));
    let (_, card) = s.left(HACHI, "2025-04-01", "2026-10-31", "2026-11-01");
    s.refused(&application(HACHI, &card), "2026-11-10", "other-office");
    assert_eq!(count(w, "select count(*) as n from enrolment where enrolment_type <> 'compulsory'"), 0);
}
#[test]
fn the_ceiling_of_the_day_holds() {
    let s = Society::new();
    let mut low = setting(s.office);
    low["valid_from"] = json!("2026-04-01");
    low["average_remuneration_yen"] = json!(230_000);
    s.set(&low);
    let (person, card) = s.left(NANA, "2025-04-01", "2026-10-31", "2026-11-01");
    let told = s.accepted(&application(NANA, &card), "2026-11-10");
    assert_eq!(told["standard_yen"], 240_000, "the grade of 230,000 yen");
    assert_eq!(s.cover(person).0, "2026-11-01");
}
