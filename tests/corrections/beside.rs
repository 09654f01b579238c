//! Another office beside a cover whose days are corrected.
use super::{Office, holds, named, no_loss, other_loss, with};
use crate::filing::{NANA, loss};
use serde_json::json;
use uuid::Uuid;

/// Somebody insured with 250,000 yen since April 2025, who works elsewhere too for 200,000 yen since 10 June 2026.
fn works_elsewhere_too(o: &Office) -> Uuid {
    let member = o.insured(NANA, "2025-04-01");
    let days = [("starts_on", "2026-06-10"), ("other_office_name", "架空別会社")];
    let mut office = with(named("two_office_report", NANA), &days);
    office["other_monthly_yen"] = json!(200_000);
    o.accepted(&office);
    assert_eq!(o.held(member), [holds("2025-04", Some("2026-06"), 260_000), holds("2026-06", None, 440_000)]);
    member
}
fn offices(o: &Office) -> Vec<serde_json::Value> {
    o.w.rows("select until_on from concurrent_office where superseded_at is null")
}

#[test]
fn an_office_that_began_after_the_right_loss_never_was() {
    let o = Office::new();
    let member = works_elsewhere_too(&o);
    o.accepted(&loss(NANA, "2026-08-31", "2026-09-01"));
    let form = other_loss(NANA, "2025-04-01", "2026-09-01", "2026-06-05");
    let lines = o.preview(&form);
    assert_eq!(o.accepted(&form)["changes"], lines, "a preview equals the decision");
    assert!(offices(&o).is_empty());
    assert_eq!(o.held(member), [holds("2025-04", Some("2026-07"), 260_000)], "June without the other office");
    o.accepted(&no_loss(NANA, "2026-06-05"));
    assert_eq!(offices(&o).len(), 1, "as it was before any loss");
    assert_eq!(o.held(member), [holds("2025-04", Some("2026-06"), 260_000), holds("2026-06", None, 440_000)]);
}
#[test]
fn an_office_that_ends_with_the_cover_has_its_part_whatever_the_right_days() {
    let o = Office::new();
    let member = works_elsewhere_too(&o);
    o.accepted(&loss(NANA, "2026-08-31", "2026-09-01"));
    let mut form = other_loss(NANA, "2025-04-01", "2026-09-01", "2026-10-16");
    form["corrected_acquired_on"] = json!("2025-03-16");
    o.accepted(&form);
    assert_eq!(
        o.held(member),
        [holds("2025-03", Some("2026-06"), 260_000), holds("2026-06", Some("2026-11"), 440_000)]
    );
    o.accepted(&no_loss(NANA, "2026-10-16"));
    assert_eq!(offices(&o), [json!({ "until_on": null })]);
    assert_eq!(o.held(member), [holds("2025-03", Some("2026-06"), 260_000), holds("2026-06", None, 440_000)]);
}
