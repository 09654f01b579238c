//! 得喪年月日訂正: the cover has other days, and what stands on it follows or stands against it.
use super::{
    OLD_CHILD, Office, bonus, childcare, holds, line, no_loss, other_acquisition, other_days, other_loss,
    period, revision,
};
use crate::{
    filing::{CHILD, HACHI, NANA, loss},
    merges::another_id,
    remuneration::regular,
};
use serde_json::json;
use uuid::Uuid;

#[test]
fn an_earlier_acquisition_takes_everything_of_its_first_day_along() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-06-10");
    let (_, first) = o.child(NANA, OLD_CHILD, "2026-06-10");
    let (_, later) = o.child(NANA, CHILD, "2026-11-10");
    let then = o.instant();
    let known = o.get(format!("/v1/members/{member}?known_at={then}")).text;
    let form = other_acquisition(NANA, "2026-06-10", "2026-05-20");
    let lines = o.preview(&form);
    assert_eq!(
        lines,
        json!([
            line("member", "acquired_on", "2026-06-10", "2026-05-20"),
            line("dependent", "recognised_on", "2026-06-10", "2026-05-20"),
            line("standard_remuneration", "standard_yen", "2026-06 -  (260000)", "2026-05 -  (260000)"),
        ])
    );
    let told = o.accepted(&form);
    assert_eq!(told["changes"], lines, "a preview equals the decision");
    assert_eq!(
        (&told["acquired_on"], &told["previous_acquired_on"]),
        (&json!("2026-05-20"), &json!("2026-06-10"))
    );
    assert_eq!(o.covers(member), [period("2026-05-20", None)]);
    assert_eq!(o.dependencies(first), [period("2026-05-20", None)]);
    assert_eq!(o.dependencies(later), [period("2026-11-10", None)]);
    assert_eq!(o.held(member), [holds("2026-05", None, 260_000)]);
    let seen = o.get(format!("/v1/members/{member}?as_of=2026-05-20")).expect(200);
    assert_eq!(seen["acquired_on"], "2026-05-20", "who the person is, is known from the first day on");
    let family = o.get(format!("/v1/members/{member}/dependents?as_of=2026-05-20")).expect(200);
    assert_eq!(family["items"].as_array().unwrap().len(), 1);
    assert_eq!(o.get(format!("/v1/members/{member}?known_at={then}")).text, known);
    let list = o.get(format!("/v1/members/{member}/standard-remunerations")).expect(200);
    let id = list["items"][0]["decision_id"].as_str().unwrap().to_owned();
    let why = o.get(format!("/v1/standard-remunerations/{id}/explanation")).expect(200);
    assert!(why["ja"].as_str().unwrap().contains("2026年5月20日"), "{}", why["ja"]);
}
#[test]
fn a_later_acquisition_takes_the_first_month_along() {
    let o = Office::new();
    let member = o.insured(NANA, "2025-04-01");
    o.accepted(&bonus(NANA, "2025-07-10", 300_000));
    o.accepted(&revision(NANA, 11, [11, 12, 1], "2026-02", 400_000));
    o.accepted(&other_acquisition(NANA, "2025-04-01", "2025-05-01"));
    assert_eq!(o.held(member), [holds("2025-05", Some("2026-02"), 260_000), holds("2026-02", None, 410_000)]);
    for (right, code) in [("2025-07-11", "bonus"), ("2025-12-01", "decision")] {
        o.refused(&other_acquisition(NANA, "2025-05-01", right), "E-STANDS-AGAINST", "corrected_acquired_on");
        assert_eq!(o.covers(member), [period("2025-05-01", None)], "{code}");
    }
    o.accepted(&other_acquisition(NANA, "2025-05-01", "2025-07-10"));
    assert_eq!(o.covers(member), [period("2025-07-10", None)], "the day of payment is in the cover");
}
#[test]
fn what_lies_before_the_right_first_day_stands_against_it() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    o.child(NANA, OLD_CHILD, "2026-04-20");
    o.refused(
        &other_acquisition(NANA, "2026-04-01", "2026-05-01"),
        "E-STANDS-AGAINST",
        "corrected_acquired_on",
    );
    let other = o.insured(HACHI, "2026-04-01");
    o.accepted(&childcare(HACHI, "2026-05-01", "2026-08-31"));
    o.refused(
        &other_acquisition(HACHI, "2026-04-01", "2026-05-02"),
        "E-STANDS-AGAINST",
        "corrected_acquired_on",
    );
    o.accepted(&other_acquisition(HACHI, "2026-04-01", "2026-05-01"));
    assert_eq!(
        (o.covers(member), o.covers(other)),
        (vec![period("2026-04-01", None)], vec![period("2026-05-01", None)])
    );
}
/// A correction while the loss stood decided the acquisition on another day: what the loss had cut is of the wrong one.
#[test]
fn a_loss_that_never_was_brings_back_nothing_of_the_wrong_first_day() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-10-13");
    o.accepted(&loss(NANA, "2026-10-18", "2026-10-19"));
    o.accepted(&other_days(NANA, ("2026-10-13", "2026-10-19"), ("2026-09-03", "2026-10-02")));
    o.accepted(&other_days(NANA, ("2026-09-03", "2026-10-02"), ("2026-09-03", "2026-09-14")));
    o.accepted(&no_loss(NANA, "2026-09-14"));
    assert_eq!(o.covers(member), [period("2026-09-03", None)]);
    assert_eq!(o.held(member), [holds("2026-09", None, 260_000)]);
}
/// A determination that a loss had taken back was made on the wrong first day.
#[test]
fn what_comes_back_is_decided_on_the_right_first_day() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    o.accepted(&regular(NANA, [400_000; 3]));
    o.accepted(&loss(NANA, "2026-07-31", "2026-08-01"));
    assert_eq!(o.held(member), [holds("2026-04", Some("2026-08"), 260_000)]);
    o.accepted(&other_days(NANA, ("2026-04-01", "2026-08-01"), ("2026-06-01", "2026-08-01")));
    // acquired from June on, nobody is determined in September (41条3項): the determination stands against it
    let form = no_loss(NANA, "2026-08-01");
    o.refused(&form, "E-STANDS-AGAINST", "lost_on");
    o.accepted(&other_days(NANA, ("2026-06-01", "2026-08-01"), ("2026-03-20", "2026-08-01")));
    o.accepted(&form);
    assert_eq!(o.held(member), [holds("2026-03", Some("2026-09"), 260_000), holds("2026-09", None, 410_000)]);
    let days = o.w.rows(&format!(
        "select inputs->>'acquired_on' as day from standard_remuneration where person_id = '{member}' and superseded_at is null"
    ));
    assert_eq!(days, [json!({ "day": "2026-03-20" }), json!({ "day": "2026-03-20" })]);
}
#[test]
fn another_day_of_loss_moves_what_ended_with_it() {
    let o = Office::new();
    let (member, child) = lost_too_early(&o);
    follows_the_right_day(&o, member, child);
}
/// 名寄せ between the loss and its correction: what the wrong loss took back stands under the id of then.
#[test]
fn a_correction_after_a_merge_looks_back_before_it() {
    let o = Office::new();
    let (member, child) = lost_too_early(&o);
    let joined = [member, child].map(|merged| {
        let surviving = another_id(&o.w, merged);
        o.later(1);
        crate::merges::merged(&o.w, surviving, merged);
        o.later(1);
        surviving
    });
    follows_the_right_day(&o, joined[0], joined[1]);
    assert_eq!((o.held(member), o.covers(member), o.dependencies(child)), (vec![], vec![], vec![]));
}
/// Somebody with a child whose loss was notified for a day that is too early; gives both.
fn lost_too_early(o: &Office) -> (Uuid, Uuid) {
    let member = o.insured(NANA, "2025-04-01");
    let (_, child) = o.child(NANA, OLD_CHILD, "2025-04-01");
    o.accepted(&revision(NANA, 11, [11, 12, 1], "2026-02", 400_000));
    o.accepted(&bonus(NANA, "2026-03-10", 300_000));
    o.accepted(&childcare(NANA, "2026-03-04", "2026-12-31"));
    o.accepted(&loss(NANA, "2026-01-15", "2026-01-16"));
    assert_eq!(o.held(member), [holds("2025-04", Some("2026-02"), 260_000)]);
    (member, child)
}
fn follows_the_right_day(o: &Office, member: Uuid, child: Uuid) {
    let form = other_loss(NANA, "2025-04-01", "2026-01-16", "2026-04-11");
    let lines = o.preview(&form);
    let told = o.accepted(&form);
    assert_eq!(told["changes"], lines, "a preview equals the decision");
    assert_eq!((&told["lost_on"], &told["previous_lost_on"]), (&json!("2026-04-11"), &json!("2026-01-16")));
    assert_eq!(o.covers(member), [period("2025-04-01", Some("2026-04-11"))]);
    assert_eq!(o.dependencies(child), [period("2025-04-01", Some("2026-04-11"))]);
    assert_eq!(
        o.held(member),
        [holds("2025-04", Some("2026-02"), 260_000), holds("2026-02", Some("2026-05"), 410_000)]
    );
    let bonuses =
        || o.get(format!("/v1/members/{member}/standard-bonuses?known_at={}", o.instant())).expect(200);
    assert_eq!(bonuses()["items"][0]["month"], "2026-03", "a month of the right cover");
    let leaves = || o.get(format!("/v1/members/{member}/leaves?known_at={}", o.instant())).expect(200);
    assert_eq!(leaves()["items"][0]["ended_on"], "2026-04-10");
    o.accepted(&other_loss(NANA, "2025-04-01", "2026-04-11", "2026-02-01"));
    assert_eq!(o.held(member), [holds("2025-04", Some("2026-02"), 260_000)]);
    assert_eq!(o.dependencies(child), [period("2025-04-01", Some("2026-02-01"))]);
    assert_eq!(
        (bonuses()["items"].as_array().unwrap().len(), leaves()["items"].as_array().unwrap().len()),
        (0, 0)
    );
    o.accepted(&super::no_loss(NANA, "2026-02-01"));
    assert_eq!(o.held(member), [holds("2025-04", Some("2026-02"), 260_000), holds("2026-02", None, 410_000)]);
    assert_eq!(leaves()["items"][0]["planned_ends_on"], "2026-12-31");
    assert!(leaves()["items"][0].get("ended_on").is_none(), "as it was before any loss");
    assert_eq!(o.dependencies(child), [period("2025-04-01", None)]);
}
#[test]
fn both_days_at_once() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    o.accepted(&loss(NANA, "2026-09-30", "2026-10-01"));
    let mut form = other_loss(NANA, "2026-04-01", "2026-10-01", "2026-11-01");
    form["corrected_acquired_on"] = json!("2026-03-16");
    o.accepted(&form);
    assert_eq!(o.covers(member), [period("2026-03-16", Some("2026-11-01"))]);
    assert_eq!(o.held(member), [holds("2026-03", Some("2026-11"), 260_000)]);
}
#[test]
fn both_days_before_the_first_month_of_the_wrong_cover() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-09-27");
    o.accepted(&loss(NANA, "2026-10-07", "2026-10-08"));
    let (wrong, right) = (("2026-09-27", "2026-10-08"), ("2026-08-18", "2026-08-25"));
    let form = other_days(NANA, wrong, right);
    let lines = o.preview(&form);
    let pay = line(
        "standard_remuneration",
        "standard_yen",
        "2026-09 - 2026-10 (260000)",
        "2026-08 - 2026-08 (260000)",
    );
    assert!(lines.as_array().unwrap().contains(&pay), "{lines}");
    assert_eq!(o.accepted(&form)["changes"], lines, "a preview equals the decision");
    assert_eq!(o.covers(member), [period(right.0, Some(right.1))]);
    assert_eq!(o.held(member), [holds("2026-08", Some("2026-09"), 260_000)]);
    o.accepted(&other_days(NANA, right, wrong));
    assert_eq!(o.held(member), [holds("2026-09", Some("2026-11"), 260_000)]);
    o.accepted(&no_loss(NANA, wrong.1));
    assert_eq!(o.held(member), [holds("2026-09", None, 260_000)]);
}
#[test]
fn days_of_another_cover_are_told_to_staff_only() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    o.accepted(&loss(NANA, "2026-09-30", "2026-10-01"));
    o.hired_elsewhere(NANA, "2026-10-05", member);
    let refused = o.decided(&other_loss(NANA, "2026-04-01", "2026-10-01", "2026-10-06"));
    assert_eq!(
        (refused.status, refused.body["code"].as_str()),
        (409, Some("cover-overlaps")),
        "{}",
        refused.text
    );
    crate::filing::decide(&o.staff, o.waiting(), &crate::filing::give_back()).expect(200);
    o.accepted(&other_loss(NANA, "2026-04-01", "2026-10-01", "2026-10-05"));
    assert_eq!(o.covers(member), [period("2026-04-01", Some("2026-10-05")), period("2026-10-05", None)]);
    assert_eq!(o.held(member), [holds("2026-04", Some("2026-10"), 260_000), holds("2026-10", None, 260_000)]);
}
