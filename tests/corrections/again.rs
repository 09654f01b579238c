//! What comes back with a cover whose loss was wrong: its decisions beside a cover without a day, and the other office of the month of the loss.
use super::{Office, holds, named, no_loss, other_acquisition, other_loss, revision, with};
use crate::filing::{NANA, acquisition, decide, filed, loss, same_person};
use serde_json::json;

#[test]
fn an_acquisition_that_never_was_on_the_same_day_takes_nothing_from_the_cover_that_runs() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-06-01");
    o.accepted(&loss(NANA, "2026-05-31", "2026-06-01"));
    assert!(o.held(member).is_empty());
    let again = filed(&o.w, &o.employer, &acquisition(NANA, "2026-06-01", None));
    o.later(1);
    decide(&o.staff, again, &same_person("insured", member)).expect(200);
    o.accepted(&loss(NANA, "2026-07-31", "2026-08-01"));
    assert_eq!(o.held(member), [holds("2026-06", Some("2026-08"), 260_000)]);
    let told = o.accepted(&no_loss(NANA, "2026-08-01"));
    assert_eq!(o.held(member), [holds("2026-06", None, 260_000)], "{told}");
}
/// Insured since April 2025, and at another office from 16 July 2026 with 100,000 yen.
fn at_two_offices(o: &Office) -> uuid::Uuid {
    let member = o.insured(NANA, "2025-04-01");
    let days = [("starts_on", "2026-07-16"), ("other_office_name", "架空別会社")];
    let mut office = with(named("two_office_report", NANA), &days);
    office["other_monthly_yen"] = json!(100_000);
    o.accepted(&office);
    member
}
#[test]
fn an_office_that_comes_back_has_its_part_in_the_month_of_the_wrong_loss() {
    for right in [None, Some("2026-10-01")] {
        let o = Office::new();
        let member = at_two_offices(&o);
        assert_eq!(
            o.held(member),
            [holds("2025-04", Some("2026-07"), 260_000), holds("2026-07", None, 360_000)]
        );
        o.accepted(&loss(NANA, "2026-07-09", "2026-07-10"));
        assert_eq!(o.held(member), [holds("2025-04", Some("2026-08"), 260_000)]);
        let form = right.map_or_else(
            || no_loss(NANA, "2026-07-10"),
            |right| other_loss(NANA, "2025-04-01", "2026-07-10", right),
        );
        let lines = o.preview(&form);
        assert_eq!(o.accepted(&form)["changes"], lines, "a preview equals the decision");
        let until = right.map(|_| "2026-10");
        let all = [holds("2025-04", Some("2026-07"), 260_000), holds("2026-07", until, 360_000)];
        assert_eq!(o.held(member), all, "{right:?}");
    }
}
#[test]
fn a_revision_of_the_month_of_the_wrong_loss_is_decided_with_the_office_again() {
    let o = Office::new();
    let member = at_two_offices(&o);
    o.accepted(&revision(NANA, 4, [4, 5, 6], "2026-07", 400_000));
    let before = o.held(member);
    assert_eq!(before[1], holds("2026-07", None, 500_000));
    o.accepted(&loss(NANA, "2026-07-09", "2026-07-10"));
    assert_eq!(o.held(member)[1], holds("2026-07", Some("2026-08"), 410_000));
    o.accepted(&no_loss(NANA, "2026-07-10"));
    assert_eq!(o.held(member), before);
}
#[test]
fn what_was_known_of_days_that_are_none_of_the_cover_is_not_told_to_the_employer() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    let then = o.instant();
    o.accepted(&other_acquisition(NANA, "2026-04-01", "2026-05-01"));
    let path = |day: &str| format!("/v1/members/{member}?as_of={day}&known_at={then}");
    o.employer.get(path("2026-05-15")).expect(200);
    o.employer.get(path("2026-04-15")).refused(404, "not-found");
    o.get(path("2026-04-15")).expect(200);
}
