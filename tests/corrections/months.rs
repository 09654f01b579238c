//! What stands on a cover whose days are corrected, month by month: decisions that gave way, rest on others or come back, marks of bonuses.
use super::{
    Office, bonus, holds, no_acquisition, no_loss, other_acquisition, other_birth, other_loss, period,
    revision,
};
use crate::filing::{NANA, Person, acquisition, decide, filed, loss, same_person};
use serde_json::{Value, json};
use uuid::Uuid;

/// Insured until 2026-10-14 with a revision from October, and again since 2026-10-20.
fn covered_twice(o: &Office) -> Uuid {
    let member = o.insured(NANA, "2025-04-01");
    o.accepted(&revision(NANA, 7, [7, 8, 9], "2026-10", 400_000));
    o.accepted(&loss(NANA, "2026-10-14", "2026-10-15"));
    again(o, member, "2026-10-20");
    member
}
fn again(o: &Office, member: Uuid, on: &str) {
    let n = filed(&o.w, &o.employer, &acquisition(NANA, on, None));
    o.later(1);
    decide(&o.staff, n, &same_person("insured", member)).expect(200);
}

#[test]
fn a_decision_of_the_shared_month_that_gave_way_comes_back() {
    let o = Office::new();
    let member = covered_twice(&o);
    let shared = [holds("2025-04", Some("2026-10"), 260_000), holds("2026-10", None, 260_000)];
    assert_eq!(o.held(member), shared);
    o.accepted(&other_acquisition(NANA, "2026-10-20", "2026-11-02"));
    let apart = [
        holds("2025-04", Some("2026-10"), 260_000),
        holds("2026-10", Some("2026-11"), 410_000),
        holds("2026-11", None, 260_000),
    ];
    assert_eq!(o.held(member), apart, "October is the former cover's again");
    o.accepted(&other_acquisition(NANA, "2026-11-02", "2026-10-25"));
    assert_eq!(o.held(member), shared);
    o.accepted(&no_acquisition(NANA, "2026-10-25"));
    assert_eq!(o.held(member), apart[..2]);
}
#[test]
fn of_two_covers_that_begin_in_one_month_the_first_has_its_decision_again() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-10-02");
    o.accepted(&loss(NANA, "2026-10-14", "2026-10-15"));
    again(&o, member, "2026-10-20");
    assert_eq!(o.held(member), [holds("2026-10", None, 260_000)]);
    o.accepted(&no_acquisition(NANA, "2026-10-20"));
    assert_eq!(o.held(member), [holds("2026-10", Some("2026-11"), 260_000)]);
    o.accepted(&no_loss(NANA, "2026-10-15"));
    assert_eq!(o.held(member), [holds("2026-10", None, 260_000)]);
}
#[test]
fn a_bonus_of_the_month_of_the_loss_is_marked_as_long_as_no_cover_follows_in_it() {
    let o = Office::new();
    let member = o.insured(NANA, "2025-04-01");
    o.accepted(&bonus(NANA, "2026-10-10", 300_000));
    let mark = || {
        let list = o.get(format!("/v1/members/{member}/standard-bonuses")).expect(200);
        list["items"][0].get("no_premium").cloned()
    };
    let lost = Some(json!("loss_month"));
    o.accepted(&loss(NANA, "2026-10-14", "2026-10-15"));
    assert_eq!(mark(), lost);
    again(&o, member, "2026-10-20");
    assert_eq!(mark(), None, "covered again");
    o.accepted(&other_acquisition(NANA, "2026-10-20", "2026-11-02"));
    assert_eq!(mark(), lost);
    o.accepted(&other_acquisition(NANA, "2026-11-02", "2026-10-20"));
    assert_eq!(mark(), None);
    o.accepted(&no_acquisition(NANA, "2026-10-20"));
    assert_eq!(mark(), lost);
}
#[test]
fn what_comes_back_rests_on_what_was_corrected_meanwhile() {
    let o = Office::new();
    let member = o.insured(NANA, "2025-04-01");
    o.accepted(&revision(NANA, 11, [11, 12, 1], "2026-02", 400_000));
    o.accepted(&loss(NANA, "2026-01-15", "2026-01-16"));
    let mut right = super::with(
        super::named("remuneration_correction", NANA),
        &[("decision", "acquisition_determination"), ("applies_from", "2025-04")],
    );
    (right["cash_yen"], right["total_yen"]) = (json!(400_000), json!(400_000));
    o.accepted(&right);
    assert_eq!(o.held(member), [holds("2025-04", Some("2026-02"), 410_000)]);
    o.accepted(&no_loss(NANA, "2026-01-16"));
    assert_eq!(o.held(member), [holds("2025-04", None, 410_000)], "nothing rises from 400,000 to 400,000");
}
#[test]
fn what_came_late_comes_back_with_the_day_of_loss_that_it_was_reported_under() {
    for is_cancelled in [true, false] {
        let o = Office::new();
        let member = o.insured(NANA, "2025-04-01");
        o.accepted(&loss(NANA, "2026-04-10", "2026-04-11"));
        o.accepted(&bonus(NANA, "2026-03-10", 300_000));
        o.accepted(&revision(NANA, 11, [11, 12, 1], "2026-02", 400_000));
        let all = o.held(member);
        o.accepted(&other_loss(NANA, "2025-04-01", "2026-04-11", "2026-02-01"));
        let paid = || {
            let list = o.get(format!("/v1/members/{member}/standard-bonuses")).expect(200);
            list["items"].as_array().unwrap().len()
        };
        assert_eq!((o.held(member), paid()), (vec![holds("2025-04", Some("2026-02"), 260_000)], 0));
        if is_cancelled {
            o.accepted(&no_loss(NANA, "2026-02-01"));
        } else {
            o.accepted(&other_loss(NANA, "2025-04-01", "2026-02-01", "2026-04-11"));
            assert_eq!(o.held(member), all);
        }
        assert_eq!((o.held(member).len(), paid()), (2, 1), "{is_cancelled}");
    }
}
#[test]
fn a_loss_by_the_calendar_stays_one_under_another_day_of_birth() {
    for is_cancelled in [true, false] {
        let o = Office::new();
        let old = Person { birth_on: "1951-11-10", ..NANA };
        let member = o.w.member(old.office_number, old.kana, old.name, old.birth_on);
        super::identity::work(&o);
        o.later(1);
        o.accepted(&other_birth(old, "1951-11-20"));
        let old = Person { birth_on: "1951-11-20", ..NANA };
        if is_cancelled {
            o.accepted(&no_acquisition(old, "2020-04-01"));
            assert!(o.covers(member).is_empty());
        } else {
            o.accepted(&loss(old, "2026-11-19", "2026-11-20"));
            assert_eq!(o.covers(member), [period("2020-04-01", Some("2026-11-20"))]);
            let reason = o.w.rows("select loss_reason from enrolment where superseded_at is null");
            assert_eq!(reason[0]["loss_reason"], "retirement", "the form takes the place of the calendar's");
        }
    }
}
#[test]
fn nothing_is_closed_before_it_was_recorded_whatever_the_clock_says() {
    let mut o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    let (_, child) = o.child(NANA, super::OLD_CHILD, "2026-04-01");
    o.accepted(&bonus(NANA, "2026-07-10", 300_000));
    // a server whose clock is behind
    o.w.clock.advance(chrono::Duration::seconds(-20));
    (o.employer, o.staff) = (o.w.client("employer"), o.w.staff("clerk"));
    o.accepted(&loss(NANA, "2026-06-30", "2026-07-01"));
    o.accepted(&no_loss(NANA, "2026-07-01"));
    o.accepted(&no_acquisition(NANA, "2026-04-01"));
    for table in [
        "enrolment",
        "dependency",
        "standard_remuneration",
        "standard_bonus",
        "bonus_payment",
        "person_identity",
    ] {
        let rows = o.w.rows(&format!("select recorded_at, superseded_at from {table}"));
        assert!(!rows.is_empty());
        let at = |r: &Value, key: &str| r[key].as_str().map(str::to_owned);
        let is_late = |r: &&Value| at(r, "superseded_at").is_some_and(|s| s < at(r, "recorded_at").unwrap());
        assert_eq!(rows.iter().filter(is_late).count(), 0, "{table}");
    }
    assert!(o.covers(member).is_empty() && o.dependencies(child).is_empty());
    // and the database holds it whoever writes
    let early = "update person_identity set superseded_at = recorded_at - interval '1 second' where superseded_at is null";
    let refused = diesel::RunQueryDsl::execute(diesel::sql_query(early), &mut o.w.owner()).unwrap_err();
    assert!(refused.to_string().contains("before it was recorded"), "{refused}");
}
