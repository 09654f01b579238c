//! Ends of cover by law.
use super::*;

#[test]
fn cover_ends_on_the_75th_birthday_and_one_that_began_later_never_was() {
    for (birth, began, is_dependent, lost) in [
        ("1951-12-01", "2020-04-01", false, "2026-12-01"),
        ("1952-02-29", "2020-04-01", true, "2027-03-01"),
        ("1951-10-01", "2026-11-01", false, "2026-11-01"),
        ("1951-11-01", "2026-11-01", true, "2026-11-01"),
    ] {
        let (birth_on, acquired_on) = (day(birth), day(began));
        let facts = LossAtSeventyFiveInput { birth_on, acquired_on, is_dependent, is_continuing: false };
        let told = decide::<LossAtSeventyFive>(&facts);
        assert_eq!((told.lost_on, told.never_began), (day(lost), began == "2026-11-01"), "{birth} {began}");
        assert_eq!(loss_at_75(facts.birth_on, facts.acquired_on), told.lost_on);
        let (_, trace) = apply::<LossAtSeventyFive>(&facts).unwrap();
        let last = if is_dependent { "dependent_lost" } else { "insured_lost" };
        assert_eq!(trace.steps.last().map(|s| s.words.code), Some(last));
        let continuing = LossAtSeventyFiveInput { is_continuing: true, ..facts };
        assert_eq!(decide::<LossAtSeventyFive>(&continuing), told);
        let (_, trace) = apply::<LossAtSeventyFive>(&continuing).unwrap();
        let article = trace.steps.last().map(|s| s.words.article);
        assert_eq!(article == Some("健康保険法38条6号、附則3条"), !is_dependent, "{article:?}");
    }
}
#[test]
fn what_happened_ends_a_continuation_on_the_day_that_the_law_says() {
    use ContinuationCause::{
        Death, ElderlyCare, FirstPremiumUnpaid, OtherInsurance, PremiumUnpaid, Withdrawal,
    };
    for (cause, happened, lost) in [
        (Death, "2026-11-18", "2026-11-19"),
        (Death, "2028-02-29", "2028-03-01"),
        (PremiumUnpaid, "2026-12-10", "2026-12-11"),
        (FirstPremiumUnpaid, "2026-11-20", "2026-11-01"),
        (OtherInsurance, "2026-11-15", "2026-11-15"),
        (ElderlyCare, "2026-11-15", "2026-11-15"),
        (Withdrawal, "2026-11-30", "2026-12-01"),
        (Withdrawal, "2026-12-01", "2027-01-01"),
    ] {
        let facts =
            ContinuationLossInput { cause, acquired_on: day("2026-11-01"), happened_on: day(happened) };
        assert_eq!(decide::<ContinuationLoss>(&facts).lost_on, day(lost), "{cause:?}");
    }
}
