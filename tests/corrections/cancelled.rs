//! 資格取得取消 and 資格喪失取消: what never was, and what goes on as if it had not ended.
use super::{OLD_CHILD, Office, bonus, childcare, holds, line, no_acquisition, no_loss, period, revision};
use crate::filing::{CHILD, HACHI, KYU, NANA, SPOUSE, child, child_leaves, loss, same_person, spouse};
use serde_json::json;

#[test]
fn a_cancelled_acquisition_never_was_and_stays_in_the_history() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    let (dependent, child) = o.child(NANA, OLD_CHILD, "2026-04-01");
    o.accepted(&bonus(NANA, "2026-07-10", 500_000));
    o.accepted(&childcare(NANA, "2026-05-01", "2026-09-30"));
    let then = o.instant();
    let paths = [
        format!("/v1/members/{member}?known_at={then}"),
        format!("/v1/members/{member}/dependents?known_at={then}"),
        format!("/v1/members/{member}/standard-remunerations?known_at={then}"),
        format!("/v1/members/{member}/standard-bonuses?known_at={then}"),
        format!("/v1/members/{member}/leaves?known_at={then}"),
        format!("/v1/members/{member}/history?known_at={then}"),
        format!("/v1/dependents/{dependent}?known_at={then}"),
        format!("/v1/dependents/{dependent}/history?known_at={then}"),
    ];
    let known: Vec<String> = paths.iter().map(|p| o.get(p.clone()).text).collect();
    let form = no_acquisition(NANA, "2026-04-01");
    let lines = o.preview(&form);
    for told in [
        line("member", "acquired_on", "2026-04-01", "none"),
        line("dependent", "recognised_on", "2026-04-01", "none"),
        line("standard_remuneration", "standard_yen", "2026-04 -  (260000)", "none"),
        line("standard_bonus", "standard_yen", "2026-07 (500000)", "none"),
        line("leave", "days", "2026-05-01 - 2026-09-30", "none"),
    ] {
        assert!(lines.as_array().unwrap().contains(&told), "{told} in {lines}");
    }
    let told = o.accepted(&form);
    assert_eq!(told["changes"], lines, "a preview equals the decision");
    assert_eq!((&told["acquisition_cancelled"], &told["member_id"]), (&json!(true), &json!(member)));
    assert_eq!(told["dependents_corrected"][0]["fate"], "taken_back");
    assert!(o.covers(member).is_empty() && o.dependencies(child).is_empty() && o.held(member).is_empty());
    for table in ["standard_bonus", "leave_period"] {
        let rows = o.w.rows(&format!("select * from {table} where superseded_at is null"));
        assert!(rows.is_empty(), "{table}");
    }
    assert_eq!(o.get(format!("/v1/members/{member}")).status, 404);
    for (path, known) in paths.iter().zip(known) {
        assert_eq!(o.get(path.clone()).text, known, "{path}: what was known then is told byte for byte");
    }
    assert_eq!(
        o.employer.get(format!("/v1/members/{member}?known_at={then}")).status,
        404,
        "not the employer's"
    );
    o.refused(&form, "E-PERSON-NOT-FOUND", "acquired_on");
    // who was acquired by mistake may be acquired rightly
    let again =
        crate::filing::filed(&o.w, &o.employer, &crate::filing::acquisition(NANA, "2026-05-01", None));
    crate::filing::decide(&o.staff, again, &same_person("insured", member)).expect(200);
    o.accepted(&bonus(NANA, "2026-07-10", 400_000));
    assert_eq!(o.held(member), [holds("2026-05", None, 260_000)]);
}
#[test]
fn a_loss_by_form_stands_on_the_acquisition() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    o.accepted(&loss(NANA, "2026-09-30", "2026-10-01"));
    o.refused(&no_acquisition(NANA, "2026-04-01"), "E-STANDS-AGAINST", "acquired_on");
    o.accepted(&no_loss(NANA, "2026-10-01"));
    o.accepted(&no_acquisition(NANA, "2026-04-01"));
    assert!(o.covers(member).is_empty());
}
#[test]
fn the_cover_before_holds_again_in_the_month_that_both_shared() {
    let o = Office::new();
    let member = o.insured(NANA, "2025-04-01");
    o.accepted(&loss(NANA, "2026-10-14", "2026-10-15"));
    let again =
        crate::filing::filed(&o.w, &o.employer, &crate::filing::acquisition(NANA, "2026-10-20", None));
    o.later(1);
    crate::filing::decide(&o.staff, again, &same_person("insured", member)).expect(200);
    assert_eq!(o.held(member), [holds("2025-04", Some("2026-10"), 260_000), holds("2026-10", None, 260_000)]);
    o.accepted(&no_acquisition(NANA, "2026-10-20"));
    assert_eq!(o.held(member), [holds("2025-04", Some("2026-11"), 260_000)]);
    assert_eq!(o.covers(member), [period("2025-04-01", Some("2026-10-15"))]);
}
#[test]
fn after_a_cancelled_loss_everything_goes_on_as_it_was() {
    let o = Office::new();
    let member = o.insured(NANA, "2025-04-01");
    let (_, first) = o.child(NANA, OLD_CHILD, "2025-04-01");
    o.accepted(&spouse(NANA, SPOUSE, "2026-01-10", None));
    o.accepted(&revision(NANA, 11, [11, 12, 1], "2026-02", 400_000));
    o.accepted(&bonus(NANA, "2026-05-10", 5_000_000));
    o.accepted(&bonus(NANA, "2026-10-10", 800_000));
    o.accepted(&childcare(NANA, "2026-06-01", "2026-12-31"));
    let before = (o.held(member), o.dependencies(first), o.get(format!("/v1/members/{member}/leaves")).text);
    let bonuses = || o.get(format!("/v1/members/{member}/standard-bonuses")).body["items"].clone();
    let (paid, then) = (bonuses(), o.instant());
    let seen = o.get(format!("/v1/members/{member}?known_at={then}")).text;
    o.accepted(&loss(NANA, "2026-01-31", "2026-02-01"));
    assert_eq!(o.held(member), [holds("2025-04", Some("2026-02"), 260_000)]);
    assert_eq!(bonuses().as_array().unwrap().len(), 0);
    let form = no_loss(NANA, "2026-02-01");
    let lines = o.preview(&form);
    assert!(lines.as_array().unwrap().contains(&line("member", "lost_on", "2026-02-01", "none")), "{lines}");
    let told = o.accepted(&form);
    assert_eq!(told["changes"], lines, "a preview equals the decision");
    assert_eq!((&told["previous_lost_on"], told.get("lost_on")), (&json!("2026-02-01"), None));
    assert_eq!(told["dependents_corrected"].as_array().unwrap().len(), 2);
    assert_eq!(o.covers(member), [period("2025-04-01", None)]);
    assert_eq!((o.held(member), o.dependencies(first)), (before.0, before.1));
    let amounts = |all: &serde_json::Value| -> Vec<serde_json::Value> {
        all.as_array().unwrap().iter().map(|b| json!([b["month"], b["standard_bonus_yen"]])).collect()
    };
    assert_eq!(amounts(&bonuses()), amounts(&paid), "with the cap of the year");
    let leaves = |text: &str| -> Vec<serde_json::Value> {
        let all: serde_json::Value = serde_json::from_str(text).unwrap();
        all["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|l| json!([l["leave_id"], l["starts_on"], l.get("ended_on"), l["exempt_months"]]))
            .collect()
    };
    assert_eq!(leaves(&o.get(format!("/v1/members/{member}/leaves")).text), leaves(&before.2));
    assert_eq!(o.get(format!("/v1/members/{member}?known_at={then}")).text, seen);
    assert_eq!(o.employer.get(format!("/v1/members/{member}")).expect(200)["id"], json!(member));
    o.refused(&form, "E-PERSON-NOT-FOUND", "lost_on");
}
#[test]
fn what_was_decided_since_the_loss_stays() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    let other = o.insured(HACHI, "2026-04-01");
    let (_, moved) = o.child(NANA, OLD_CHILD, "2026-04-01");
    let (_, stays) = o.child(NANA, CHILD, "2026-11-10");
    o.accepted(&loss(NANA, "2026-11-14", "2026-11-15"));
    let to_other = crate::filing::filed(&o.w, &o.employer, &child(HACHI, OLD_CHILD, "2026-11-16", None));
    o.later(1);
    crate::filing::decide(&o.staff, to_other, &same_person("other_1", moved)).expect(200);
    let told = o.accepted(&no_loss(NANA, "2026-11-15"));
    let fates = told["dependents_corrected"].as_array().unwrap();
    assert_eq!(fates.iter().map(|f| &f["fate"]).collect::<Vec<_>>(), ["stays_ended", "changed"], "{told}");
    let both = [period("2026-04-01", Some("2026-11-15")), period("2026-11-16", None)];
    assert_eq!(o.dependencies(moved), both);
    assert_eq!(o.dependencies(stays), [period("2026-11-10", None)]);
    assert_eq!(
        (o.covers(member), o.covers(other)),
        (vec![period("2026-04-01", None)], vec![period("2026-04-01", None)])
    );
}
#[test]
fn another_cover_since_the_loss_is_told_to_staff_only() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    o.accepted(&loss(NANA, "2026-09-30", "2026-10-01"));
    o.hired_elsewhere(NANA, "2026-10-05", member);
    assert!(!o.preview(&no_loss(NANA, "2026-10-01")).to_string().contains("overlap"));
    let refused = o.decided(&no_loss(NANA, "2026-10-01"));
    assert_eq!(
        (refused.status, refused.body["code"].as_str()),
        (409, Some("cover-overlaps")),
        "{}",
        refused.text
    );
    assert_eq!(o.covers(member).len(), 2);
}
#[test]
fn a_dependent_who_was_to_leave_later_leaves_then() {
    let o = Office::new();
    o.insured(KYU, "2026-04-01");
    let (_, child) = o.child(KYU, OLD_CHILD, "2026-04-01");
    o.accepted(&child_leaves(KYU, OLD_CHILD, "2026-11-20"));
    o.accepted(&loss(KYU, "2026-11-09", "2026-11-10"));
    assert_eq!(o.dependencies(child), [period("2026-04-01", Some("2026-11-10"))]);
    o.accepted(&no_loss(KYU, "2026-11-10"));
    assert_eq!(o.dependencies(child), [period("2026-04-01", Some("2026-11-20"))]);
}
#[test]
fn voluntary_continuation_rests_on_the_loss() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    o.accepted(&loss(NANA, "2026-09-30", "2026-10-01"));
    o.w.run(&format!(
        "insert into enrolment (row_id, enrolment_id, person_id, employer_id, enrolment_type, symbol, number, branch, acquired_on, \
           acquisition_reason, acquisition_received_on, recorded_at, recorded_by) \
         select gen_random_uuid(), gen_random_uuid(), person_id, employer_id, 'voluntary_continuation', '99', '1', '00', \
           '2026-10-01', 'voluntary', '2026-10-01', recorded_at, recorded_by \
         from enrolment where person_id = '{member}' and superseded_at is null"
    ));
    for form in
        [no_loss(NANA, "2026-10-01"), super::other_loss(NANA, "2026-04-01", "2026-10-01", "2026-09-01")]
    {
        let r = o.decided(&form);
        assert_eq!((r.status, r.body["code"].as_str()), (409, Some("resting-cover-stands")), "{}", r.text);
    }
    assert_eq!(o.covers(member).len(), 2);
}
#[test]
fn another_office_goes_on_with_the_cover() {
    let o = Office::new();
    let member = o.insured(NANA, "2025-04-01");
    let mut office = super::with(
        super::named("two_office_report", NANA),
        &[("starts_on", "2026-06-10"), ("other_office_name", "架空別会社")],
    );
    office["other_monthly_yen"] = json!(200_000);
    o.accepted(&office);
    let offices = || {
        let all = o.w.rows("select from_on, until_on from concurrent_office where superseded_at is null");
        all.into_iter().map(|r| (r["from_on"].clone(), r["until_on"].clone())).collect::<Vec<_>>()
    };
    let before = (o.held(member), offices());
    assert_eq!(before.0.len(), 2, "{:?}", before.0);
    for (left, lost) in [("2026-08-31", "2026-09-01"), ("2026-04-30", "2026-05-01")] {
        o.accepted(&loss(NANA, left, lost));
        assert_ne!(o.held(member), before.0);
        o.accepted(&no_loss(NANA, lost));
        assert_eq!((o.held(member), offices()), before, "{lost}");
    }
    o.refused(
        &super::other_acquisition(NANA, "2025-04-01", "2026-06-11"),
        "E-STANDS-AGAINST",
        "corrected_acquired_on",
    );
    o.accepted(&no_acquisition(NANA, "2025-04-01"));
    assert!(o.held(member).is_empty() && offices().is_empty());
}
