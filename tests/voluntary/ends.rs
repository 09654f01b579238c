//! What ends 任意継続: whichever day comes first.
use super::{KID, Society, application, ended, over, wish};
use crate::filing::{
    CHILD, HACHI, KYU, NANA, Person, accept, acquisition, child, child_leaves, decide, filed, loss,
    same_person, spouse, tables,
};
use serde_json::{Value, json};

#[test]
fn a_wish_takes_effect_on_the_first_of_the_next_month_and_only_once() {
    let s = Society::new();
    let person = s.continuing(NANA);
    let card = s.card(person);
    let told = s.accepted(&wish(NANA, &card), "2026-11-20");
    assert_eq!(told["lost_on"], "2026-12-01");
    assert_eq!(s.cover(person), ended("2026-11-01", "2026-12-01", "withdrawal"));
    let m = s.member(person);
    assert_eq!(m["lost_on"], "2026-12-01", "covered until then");
    s.refused(&wish(NANA, &card), "2026-11-22", "ended-already");
    // paper from before the acquisition is no wish to end it
    let other = s.continuing(HACHI);
    let told = s.refused(&wish(HACHI, &s.card(other)), "2026-10-31", "before-acquisition");
    assert_eq!(told["errors"][0]["pointer"], "/received_on");
    assert_eq!(s.cover(other).1, None);
}
#[test]
fn death_and_another_insurance_end_it_and_an_earlier_day_takes_the_place_of_a_later_one() {
    let s = Society::new();
    let (a, b) = (s.continuing(NANA), s.continuing(HACHI));
    let (card_a, card_b) = (s.card(a), s.card(b));
    s.accepted(&wish(NANA, &card_a), "2026-11-20");
    let known = s.w.clock.now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    s.w.clock.advance(chrono::Duration::minutes(1));
    s.accepted(&over(NANA, &card_a, "death", "2026-11-18"), "2026-11-21");
    assert_eq!(s.cover(a), ended("2026-11-01", "2026-11-19", "death"));
    let then = s.clerk.get(format!("/v1/members/{a}?known_at={known}")).expect(200);
    assert_eq!(then["lost_on"], "2026-12-01", "nothing is overwritten");
    s.accepted(&over(HACHI, &card_b, "other_insurance", "2026-11-15"), "2026-11-21");
    assert_eq!(s.cover(b), ended("2026-11-01", "2026-11-15", "other_insurance"));
    s.refused(&over(HACHI, &card_b, "other_insurance", "2026-11-16"), "2026-11-21", "ended-already");
    let told = s.refused(&over(HACHI, &card_b, "death", "2026-10-20"), "2026-11-21", "before-acquisition");
    assert_eq!(told["errors"][0]["pointer"], "/happened_on");
    // of the day on which it began, nothing stays
    s.accepted(&over(HACHI, &card_b, "other_insurance", "2026-11-01"), "2026-11-21");
    assert_eq!(s.cover(b), ended("2026-11-01", "2026-11-01", "other_insurance"));
    let pay = s.clerk.get(format!("/v1/members/{b}/standard-remunerations?as_of=2026-11-20")).expect(200);
    assert!(pay["items"].as_array().unwrap().is_empty());
}
#[test]
fn medical_care_of_the_elderly_before_75_ends_it_on_its_day() {
    let s = Society::new();
    let old = Person { birth_on: "1961-11-16", ..NANA };
    let person = s.continuing(old);
    let card = s.card(person);
    let mut form = over(old, &card, "elderly_care", "2026-11-14");
    let answer = s.key_in(&form, "2026-11-20");
    assert!(answer.status == 422 && answer.text.contains("E-DATE-RELATION"), "before 65: {}", answer.text);
    form["happened_on"] = json!("2026-11-15");
    s.accepted(&form, "2026-11-20");
    assert_eq!(s.cover(person), ended("2026-11-01", "2026-11-15", "elderly_care"));
    form.as_object_mut().unwrap().remove("happened_on");
    let answer = s.key_in(&form, "2026-11-20");
    assert!(answer.status == 422 && answer.text.contains("happened_on"), "{}", answer.text);
}
#[test]
fn a_first_premium_that_was_not_paid_makes_it_as_if_it_never_was() {
    let s = Society::new();
    let person = s.insured(NANA, "2025-04-01");
    let card = s.card(person);
    s.accepted_of_employer(&child(NANA, KID, "2026-10-10", None));
    s.accepted_of_employer(&loss(NANA, "2026-10-31", "2026-11-01"));
    let mut form = application(NANA, &card);
    form["continuing_branches"] = json!(["01"]);
    s.accepted(&form, "2026-11-10");
    let before = tables(&s.w);
    for (premium, due_on, code) in [
        ("first", "2026-10-31", "E-DATE-RELATION"),
        ("monthly", "2026-11-11", "not-a-due-day"),
        ("monthly", "2026-11-10", "E-DATE-RELATION"),
    ] {
        let p = s.ask_unpaid(&s.collection, person, premium, due_on).refused(422, "invalid");
        assert_eq!(p["errors"][0]["code"], code);
    }
    s.ask_unpaid(&s.collection, person, "first", "2026-11-22").refused(409, "not-yet");
    s.ask_unpaid(&s.collection, person, "second", "2026-11-20").refused(422, "invalid");
    assert_eq!(tables(&s.w), before, "a refusal stores nothing");
    s.unpaid(person, "first", "2026-11-20");
    assert_eq!(s.cover(person), ended("2026-11-01", "2026-11-01", "first_premium_unpaid"));
    let family = s.clerk.get(format!("/v1/members/{person}/dependents?as_of=2026-11-05")).expect(200);
    assert!(family["items"].as_array().unwrap().is_empty());
    s.ask_unpaid(&s.collection, person, "first", "2026-11-20").refused(409, "ended-already");
}
#[test]
fn an_unpaid_premium_of_the_month_of_a_wish_ends_it_before_the_wish_does() {
    let mut s = Society::new();
    let person = s.continuing(NANA);
    s.pass(11); // 2026-12-03
    let card = s.card(person);
    s.accepted(&wish(NANA, &card), "2026-12-02");
    assert_eq!(s.cover(person), ended("2026-11-01", "2027-01-01", "withdrawal"));
    s.ask_unpaid(&s.collection, person, "monthly", "2026-12-10").refused(409, "not-yet");
    s.pass(8); // 2026-12-11
    s.unpaid(person, "monthly", "2026-12-10");
    assert_eq!(s.cover(person), ended("2026-11-01", "2026-12-11", "premium_unpaid"));
    s.refused(&wish(NANA, &card), "2026-12-11", "ended-already");
}
#[test]
fn only_collection_records_what_was_not_paid_and_only_of_those_who_continue() {
    let s = Society::new();
    let person = s.continuing(NANA);
    for login in ["clerk", "privileged", "benefits", "review", "it", "officer"] {
        s.ask_unpaid(&s.w.staff(login), person, "first", "2026-11-20").refused(403, "forbidden");
    }
    let r = s.ask_unpaid(&s.employer, person, "first", "2026-11-20");
    assert!([403, 404].contains(&r.status), "{}", r.text);
    let employee = s.insured(HACHI, "2025-04-01");
    s.ask_unpaid(&s.collection, employee, "first", "2026-11-20").refused(409, "not-continued");
    let nobody = uuid::Uuid::now_v7();
    s.ask_unpaid(&s.collection, nobody, "first", "2026-11-20").refused(404, "not-found");
    let noted = s.w.entries(
        "operation in ('requestVoluntaryDefault', 'decideVoluntaryDefault') and outcome = 'allowed'",
    );
    assert!(noted.iter().all(|e| e["status"] != json!(201)));
}
#[test]
fn an_unpaid_premium_takes_a_second_person_of_collection() {
    let mut s = Society::new();
    let person = s.continuing(NANA);
    let (one, other) = (s.collection.clone(), s.w.staff("second-collection"));
    let body = json!({ "premium": "first", "due_on": "2026-11-20" });
    let path = format!("/v1/members/{person}/voluntary-defaults");
    let asked = one.post(&path).key("asked-for-once").json(&body).expect(201);
    assert_eq!(one.post(&path).key("asked-for-once").json(&body).expect(201), asked, "repeated");
    assert_eq!(
        (&asked["state"], &asked["lost_on"], &asked["acquired_on"]),
        (&json!("requested"), &json!("2026-11-01"), &json!("2026-11-01"))
    );
    assert_eq!(s.cover(person).1, None, "nothing ends yet");
    let told = s.ask_unpaid(&one, person, "first", "2026-11-20").refused(409, "already-exists");
    assert!(told["detail"].as_str().unwrap().contains(asked["id"].as_str().unwrap()), "what waits is named");
    let waiting = other.get("/v1/voluntary-defaults?state=requested").expect(200);
    assert_eq!(waiting["items"], json!([asked]), "the work of the second person");
    s.rule_unpaid(&one, &asked, "approve").refused(409, "same-person");
    for login in ["clerk", "privileged", "benefits", "it"] {
        s.rule_unpaid(&s.w.staff(login), &asked, "approve").refused(403, "forbidden");
        s.w.staff(login).get("/v1/voluntary-defaults").refused(403, "forbidden");
    }
    assert!([403, 404].contains(&s.rule_unpaid(&s.employer, &asked, "approve").status));
    s.rule_unpaid(&other, &json!({ "id": uuid::Uuid::now_v7() }), "approve").refused(404, "not-found");
    s.rule_unpaid(&other, &asked, "maybe").refused(422, "invalid");
    assert_eq!(s.rule_unpaid(&other, &asked, "reject").expect(200)["state"], "rejected");
    assert_eq!(s.cover(person).1, None);
    s.rule_unpaid(&other, &asked, "approve").refused(409, "no-open-check");
    // it is received on the day on which it was asked for, and two who approve at once end it once
    let asked = s.ask_unpaid(&one, person, "first", "2026-11-20").expect(201);
    s.pass(3);
    let other = s.w.staff("second-collection");
    let told = crate::harness::race::at_once([(); 2].map(|()| || s.rule_unpaid(&other, &asked, "approve")));
    let mut told: Vec<(u16, Value)> = told.iter().map(|r| (r.status, r.body["code"].clone())).collect();
    told.sort_by_key(|t| t.0);
    assert_eq!((told[0].0, &told[1]), (200, &(409, json!("no-open-check"))));
    assert_eq!(s.cover(person), ended("2026-11-01", "2026-11-01", "first_premium_unpaid"));
    let rows = s.w.rows(&format!(
        "select * from enrolment where person_id = '{person}' and superseded_at is null and loss_reason = 'first_premium_unpaid'"
    ));
    assert_eq!(rows[0]["loss_received_on"], "2026-11-22");
}
#[test]
fn an_unpaid_premium_of_a_cover_that_ended_meanwhile_ends_nothing() {
    let mut s = Society::new();
    let person = s.continuing(NANA);
    s.pass(20); // 2026-12-12
    let asked = s.ask_unpaid(&s.collection, person, "monthly", "2026-12-10").expect(201);
    let card = s.card(person);
    s.accepted(&over(NANA, &card, "other_insurance", "2026-12-01"), "2026-12-11");
    let second = s.w.staff("second-collection");
    s.rule_unpaid(&second, &asked, "approve").refused(409, "ended-already");
    assert_eq!(s.cover(person), ended("2026-11-01", "2026-12-01", "other_insurance"));
    s.rule_unpaid(&second, &asked, "reject").expect(200);
}
#[test]
fn two_years_are_over_by_the_calendar_once_and_also_for_days_that_were_missed() {
    let mut s = Society::new();
    let person = s.continuing(NANA);
    let wished = s.continuing(HACHI);
    s.accepted(&child(NANA, CHILD, "2026-11-12", None), "2026-11-20");
    s.accepted(&wish(HACHI, &s.card(wished)), "2026-11-20");
    s.work();
    s.pass(709); // 2028-10-31
    s.work();
    assert_eq!(s.cover(person).1, None, "the last day");
    s.pass(3);
    s.work();
    assert_eq!(s.cover(person), ended("2026-11-01", "2028-11-01", "two_years_passed"));
    assert_eq!(s.cover(wished), ended("2026-11-01", "2026-12-01", "withdrawal"));
    let runs =
        s.clerk.get("/v1/calendar-runs?kind=voluntary_term_end&from=2028-11-01&to=2028-11-03").expect(200);
    let counts: Vec<&Value> =
        runs["items"].as_array().unwrap().iter().map(|r| &r["affected_count"]).collect();
    assert_eq!(counts, [0, 0, 2], "newest first: the day itself ended the person and the child");
    let entries = s.w.entries("operation = 'runCalendarDay' and subject_kind = 'Person'");
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["detail"], json!({ "work": "voluntary_term_end", "day": "2028-11-01" }));
    let before = tables(&s.w);
    s.work();
    assert_eq!(tables(&s.w), before, "running twice changes nothing");
}
#[test]
fn a_term_that_begins_on_29_february_ends_after_28_february() {
    let s = Society::new();
    let (person, card) = s.left(KYU, "2022-04-01", "2024-02-28", "2024-02-29");
    s.set(&{
        let mut early = super::setting(s.office);
        early["valid_from"] = json!("2023-04-01");
        early
    });
    let mut form = application(KYU, &card);
    form["late_reason"] = json!("天災");
    let n = s.keyed(&form, "2026-11-20");
    let told =
        decide(&s.clerk, n, &json!({ "decision": "accept", "recognises_late_reason": true })).expect(200);
    assert_eq!(told["outcome"]["planned_loss_on"], "2026-03-01");
    s.work();
    assert_eq!(s.cover(person), ended("2024-02-29", "2026-03-01", "two_years_passed"), "recorded late");
}
#[test]
fn a_new_job_on_the_day_it_began_or_after_it_ended_leaves_the_right_history() {
    let s = Society::new();
    let same_day = s.continuing(NANA);
    let hired = filed(&s.w, &s.employer, &acquisition(NANA, "2026-11-01", None));
    decide(&s.clerk, hired, &same_person("insured", same_day)).expect(200);
    let rows = s.w.rows(&format!(
        "select enrolment_type, acquired_on, lost_on from enrolment where person_id = '{same_day}' and superseded_at is null \
         and acquired_on = '2026-11-01' order by enrolment_type"
    ));
    assert_eq!(
        (rows.len(), &rows[0]["lost_on"], &rows[1]["lost_on"]),
        (2, &Value::Null, &json!("2026-11-01"))
    );
    // a wish for December gives way to the job of November
    let wished = s.continuing(HACHI);
    s.accepted(&wish(HACHI, &s.card(wished)), "2026-11-20");
    let hired = filed(&s.w, &s.employer, &acquisition(HACHI, "2026-11-21", None));
    decide(&s.clerk, hired, &same_person("insured", wished)).expect(200);
    let ends: Vec<String> = s
        .w
        .rows(&format!(
            "select lost_on, loss_reason from enrolment where person_id = '{wished}' and superseded_at is null \
             and enrolment_type = 'voluntary_continuation'"
        ))
        .iter()
        .map(|r| format!("{} {}", r["lost_on"], r["loss_reason"]))
        .collect();
    assert_eq!(ends, ["\"2026-11-21\" \"other_insurance\""]);
    // an acquisition from before the loss is still the two covers that the law knows not
    let early = s.continuing(KYU);
    let hired = filed(&s.w, &s.employer, &acquisition(KYU, "2026-10-25", None));
    decide(&s.clerk, hired, &same_person("insured", early)).refused(409, "cover-overlaps");
    assert_eq!(s.cover(early).1, None);
}
#[test]
fn an_earlier_end_does_not_touch_the_cover_that_follows() {
    let s = Society::new();
    let person = s.continuing(NANA);
    let card = s.card(person);
    let hired = filed(&s.w, &s.employer, &acquisition(NANA, "2026-11-15", None));
    decide(&s.clerk, hired, &same_person("insured", person)).expect(200);
    s.accepted_of_employer(&child(NANA, KID, "2026-11-15", None));
    let before = tables(&s.w);
    s.refused(&over(NANA, &card, "other_insurance", "2026-11-12"), "2026-11-21", "later-cover");
    for (table, rows) in tables(&s.w) {
        let is_paper =
            ["submission", "notification", "approval", "idempotency"].iter().any(|t| table.ends_with(t));
        assert!(is_paper || rows == before[&table], "{table}");
    }
    assert_eq!(s.member(person)["enrolment_type"], "compulsory");
}
#[test]
fn to_become_a_dependent_is_no_reason() {
    let s = Society::new();
    let person = s.continuing(NANA);
    s.insured(HACHI, "2025-04-01");
    let form = spouse(HACHI, NANA, "2026-11-15", None);
    let n = filed(&s.w, &s.employer, &form);
    decide(&s.clerk, n, &same_person("spouse", person)).refused(409, "dependent-is-insured");
    assert_eq!(s.cover(person).1, None);
}
#[test]
fn a_dependent_leaves_alone() {
    let s = Society::new();
    let person = s.continuing(NANA);
    s.accepted(&child(NANA, CHILD, "2026-11-12", None), "2026-11-20");
    let form = child_leaves(NANA, CHILD, "2026-11-20");
    let n = s.keyed(&form, "2026-11-21");
    decide(&s.clerk, n, &accept()).expect(200);
    assert_eq!(s.cover(person).1, None);
}
#[test]
fn a_job_of_several_offices_ends_it_and_begins_no_office_beside_it() {
    let s = Society::new();
    let person = s.continuing(NANA);
    let mut form = acquisition(NANA, "2026-11-15", None);
    form["two_or_more_offices"] = json!(true);
    let hired = filed(&s.w, &s.employer, &form);
    decide(&s.clerk, hired, &same_person("insured", person)).expect(200);
    let m = s.member(person);
    assert_eq!((&m["enrolment_type"], &m["acquired_on"]), (&json!("compulsory"), &json!("2026-11-15")));
    let ends = s.w.rows(&format!(
        "select lost_on from enrolment where person_id = '{person}' and superseded_at is null \
         and enrolment_type = 'voluntary_continuation'"
    ));
    assert_eq!(ends[0]["lost_on"], "2026-11-15");
}
