//! 75: cover ends on the birthday, once, with history and entries; what is recorded already is respected.
use super::{insured, known, pass, relative, work};
use crate::{
    filing::{CHILD, NANA, accept, acquisition, child, child_leaves, decide, filed, loss, tables},
    harness::{race, world::World},
};
use serde_json::json;
use uuid::Uuid;

/// What a correction of the day of birth leaves: the version known before, superseded, and the new one.
fn born(w: &World, person: Uuid, birth: &str) {
    w.run(&format!(
        "with old as (update person_identity set superseded_at = recorded_at + interval '1 second' \
                      where person_id = '{person}' and superseded_at is null returning *) \
         insert into person_identity select (jsonb_populate_record(null::person_identity, to_jsonb(old) || jsonb_build_object( \
           'row_id', gen_random_uuid(), 'birth_on', '{birth}', 'superseded_at', null))).* from old"
    ));
}

#[test]
fn an_insured_person_loses_cover_on_the_75th_birthday_and_the_dependents_with_it() {
    let w = World::new();
    let (old, young) = (insured(&w, "1", "1951-11-23"), insured(&w, "2", "1951-11-24"));
    let wife = relative(&w, old, "コヨミ　ツマ", "1960-05-05");
    assert_eq!(work(&w), 1);
    assert!(known(&w, "enrolment", old)[0]["lost_on"].is_null(), "the eve");
    let before = w.clock.now();
    pass(&w, 1);
    assert_eq!(work(&w), 1);
    let staff = w.staff("clerk");
    let seen = staff.get(format!("/v1/members/{old}")).expect(200);
    assert_eq!(
        (&seen["lost_on"], &seen["loss_reason"], &seen["loss_received_on"]),
        (&json!("2026-11-23"), &json!("age_75"), &json!("2026-11-23"))
    );
    let then = before.to_rfc3339().replace("+00:00", "Z");
    let then = staff.get(format!("/v1/members/{old}?known_at={then}")).expect(200);
    assert!(then.get("lost_on").is_none(), "nothing is overwritten");
    let ended = &known(&w, "dependency", wife)[0];
    assert_eq!(
        (&ended["removed_on"], &ended["removal_reason"]),
        (&json!("2026-11-23"), &json!("insured_lost"))
    );
    assert!(known(&w, "enrolment", young)[0]["lost_on"].is_null());

    let entries = w.entries("operation = 'runCalendarDay' and subject_kind = 'Person'");
    assert_eq!(entries.len(), 1);
    assert_eq!(
        (&entries[0]["actor_kind"], &entries[0]["actor_name"]),
        (&json!("system"), &json!("calendar"))
    );
    assert_eq!(entries[0]["persons"], json!([old, wife]));
    assert_eq!(entries[0]["employer_id"], json!(w.employer));
    assert_eq!(entries[0]["detail"], json!({ "work": "loss_at_75", "day": "2026-11-23" }));

    let tables_before = tables(&w);
    assert_eq!(work(&w), 0);
    assert_eq!(tables(&w), tables_before, "a day is done once");
}
#[test]
fn a_dependent_loses_the_status_on_the_own_birthday() {
    let w = World::new();
    let member = insured(&w, "1", "1980-01-01");
    let (mother, father) = (
        relative(&w, member, "コヨミ　ハハ", "1951-11-23"),
        relative(&w, member, "コヨミ　チチ", "1951-11-25"),
    );
    work(&w);
    pass(&w, 1);
    work(&w);
    let ended = &known(&w, "dependency", mother)[0];
    assert_eq!((&ended["removed_on"], &ended["removal_reason"]), (&json!("2026-11-23"), &json!("age_75")));
    assert!(known(&w, "dependency", father)[0]["removed_on"].is_null());
    assert!(known(&w, "enrolment", member)[0]["lost_on"].is_null());
    let listed = w.staff("clerk").get(format!("/v1/members/{member}/dependents")).expect(200);
    assert_eq!(listed["items"].as_array().unwrap().len(), 1);
}
#[test]
fn a_loss_that_came_first_stays_and_a_later_one_gives_way() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let p = |birth_on, office_number, kana| crate::filing::Person { birth_on, office_number, kana, ..NANA };
    let (first, later) = (p("1951-11-24", "1", "ミホン　イチ"), p("1951-11-24", "2", "ミホン　ニ"));
    let hired = |p: crate::filing::Person| w.member(p.office_number, p.kana, p.name, p.birth_on);
    let (left, stays) = (hired(first), hired(later));
    work(&w);
    decide(&staff, filed(&w, &employer, &loss(first, "2026-11-20", "2026-11-21")), &accept()).expect(200);
    let told = known(&w, "enrolment", left);
    // the system was down on the birthday, and a form for a day after it was decided meanwhile
    pass(&w, 5);
    decide(
        &w.staff("clerk"),
        filed(&w, &w.client("employer"), &loss(later, "2026-11-25", "2026-11-26")),
        &accept(),
    )
    .expect(200);
    assert_eq!(work(&w), 5);
    assert_eq!(known(&w, "enrolment", left), told, "untouched");
    let lost = &known(&w, "enrolment", stays)[0];
    assert_eq!((&lost["lost_on"], &lost["loss_reason"]), (&json!("2026-11-24"), &json!("age_75")));
}
#[test]
fn the_day_of_birth_that_is_known_then_counts() {
    let w = World::new();
    let (older, younger) = (insured(&w, "1", "1952-11-20"), insured(&w, "2", "1951-11-23"));
    work(&w);
    born(&w, older, "1951-11-20");
    born(&w, younger, "1953-11-23");
    pass(&w, 1);
    work(&w);
    assert_eq!(
        known(&w, "enrolment", older)[0]["lost_on"],
        "2026-11-20",
        "as of the birthday, the day after the correction"
    );
    assert!(known(&w, "enrolment", younger)[0]["lost_on"].is_null());
    // corrected once more, after the loss: what is recorded stays for staff to correct
    born(&w, older, "1955-11-20");
    pass(&w, 1);
    work(&w);
    assert_eq!(known(&w, "enrolment", older)[0]["lost_on"], "2026-11-20");
}
#[test]
fn cover_that_began_after_the_birthday_has_no_day() {
    let w = World::new();
    let late = insured(&w, "1", "1944-01-01");
    work(&w);
    let lost = &known(&w, "enrolment", late)[0];
    assert_eq!((&lost["acquired_on"], &lost["lost_on"]), (&json!("2020-04-01"), &json!("2020-04-01")));
}
#[test]
fn a_form_and_the_calendar_at_once_end_cover_once() {
    let w = World::new();
    let p = crate::filing::Person { birth_on: "1951-11-23", ..NANA };
    let member = w.member(p.office_number, p.kana, p.name, p.birth_on);
    work(&w);
    pass(&w, 1);
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let n = filed(&w, &employer, &loss(p, "2026-11-21", "2026-11-22"));
    let (decided, _) = race::both(|| decide(&staff, n, &accept()), || work(&w));
    assert_eq!(decided.status, 200, "the real loss holds, whichever came first: {}", decided.text);
    let lost = known(&w, "enrolment", member);
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0]["lost_on"], "2026-11-22");
}
#[test]
fn a_loss_before_75_that_is_filed_after_it_takes_the_place_of_the_calendars() {
    let w = World::new();
    let p = crate::filing::Person { birth_on: "1951-11-23", ..NANA };
    let member = w.member(p.office_number, p.kana, p.name, p.birth_on);
    work(&w);
    pass(&w, 2);
    assert!(work(&w) > 0);
    assert_eq!(known(&w, "enrolment", member)[0]["lost_on"], "2026-11-23");
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let filed_late = filed(&w, &employer, &loss(p, "2026-11-20", "2026-11-21"));
    decide(&staff, filed_late, &accept()).expect(200);
    let now = known(&w, "enrolment", member);
    assert_eq!(
        (&now[0]["lost_on"], &now[0]["loss_received_on"]),
        (&json!("2026-11-21"), &json!("2026-11-24"))
    );
    let slip = crate::filing::slip(&w, &loss(p, "2026-11-20", "2026-11-21"));
    let again = employer.post("/v1/notifications").key(&crate::filing::fresh_key()).json(&slip);
    assert!(again.status == 422 && again.text.contains("E-PERSON-NOT-FOUND"), "{}", again.text);
}
#[test]
fn dependents_lose_with_a_member_who_died_also_those_who_were_to_leave_later() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let accepted =
        |form: &serde_json::Value| decide(&staff, filed(&w, &employer, form), &accept()).expect(200);
    accepted(&acquisition(NANA, "2026-11-01", None));
    let made = accepted(&child(NANA, CHILD, "2026-11-10", None));
    let child: Uuid = crate::filing::id(&made["outcome"]["dependents"][0]["person_id"]);
    let wife = crate::filing::SPOUSE;
    let made = accepted(&crate::filing::spouse(NANA, wife, "2026-11-10", None));
    let wife: Uuid = crate::filing::id(&made["outcome"]["dependents"][0]["person_id"]);
    accepted(&child_leaves(NANA, CHILD, "2026-11-20"));
    let mut death = loss(NANA, "2026-11-15", "2026-11-16");
    death["cause"] = json!("death");
    accepted(&death);
    for person in [wife, child] {
        let ended = &known(&w, "dependency", person)[0];
        assert_eq!(
            (&ended["removed_on"], &ended["removal_reason"]),
            (&json!("2026-11-16"), &json!("insured_lost"))
        );
    }
}
#[test]
fn what_was_decided_of_pay_ends_with_the_cover() {
    let w = World::new();
    let p = crate::filing::Person { birth_on: "1951-11-23", ..NANA };
    let hired = filed(&w, &w.client("employer"), &acquisition(p, "2025-04-01", None));
    let member =
        crate::filing::id(&decide(&w.staff("clerk"), hired, &accept()).expect(200)["outcome"]["member_id"]);
    pass(&w, 1);
    work(&w);
    assert_eq!(known(&w, "enrolment", member)[0]["lost_on"], "2026-11-23");
    let held = known(&w, "standard_remuneration", member);
    assert_eq!(held.len(), 1);
    assert_eq!(
        (&held[0]["applies_from"], &held[0]["applies_until"]),
        (&json!("2025-04-01"), &json!("2026-12-01")),
        "it holds as long as there is a day of cover; the premium of the month is another matter"
    );
}
