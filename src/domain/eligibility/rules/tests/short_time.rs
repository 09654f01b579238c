//! 短時間労働者の資格 at each boundary.
use super::*;
use InsuredClass::{NotInsured, Ordinary, ShortTime};
use ShortTimeReason as R;
use proptest::prelude::*;

/// 20 hours of 40, ten days of twenty, at an employer of 51.
fn worker(on: &str) -> ShortTimeInput {
    ShortTimeInput {
        on: day(on),
        weekly_minutes: 1_200,
        full_time_weekly_minutes: 2_400,
        monthly_days: 10,
        full_time_monthly_days: 20,
        employed_from: day("2016-10-01"),
        employed_until: None,
        is_renewal_expected: false,
        monthly_wage_yen: Some(yen(88_000)),
        is_student: false,
        employer: EmployerKind::BySize,
        workers: Some(501),
        wage_condition_ends_on: None,
        legal_values: None,
    }
}
fn told(input: &ShortTimeInput) -> (InsuredClass, ShortTimeReason) {
    let o = decide::<ShortTimeEligibility>(input);
    (o.class, o.reason)
}
const SHORT: (InsuredClass, ShortTimeReason) = (ShortTime, R::AllConditions);

#[test]
fn three_quarters_of_hours_and_days_come_first() {
    for (weekly_minutes, monthly_days, expected) in [
        (1_800, 15, (Ordinary, R::ThreeQuarters)),
        (1_799, 15, SHORT),
        (1_800, 14, SHORT),
        (1_200, 31, SHORT),
        (1_199, 31, (NotInsured, R::TooFewHours)),
    ] {
        let input = ShortTimeInput { weekly_minutes, monthly_days, ..worker("2026-11-22") };
        assert_eq!(told(&input), expected, "{weekly_minutes} {monthly_days}");
    }
    // A student who works three quarters is insured like anybody.
    let student =
        ShortTimeInput { is_student: true, weekly_minutes: 2_400, monthly_days: 20, ..worker("2026-11-22") };
    assert_eq!(told(&student).0, Ordinary);
    assert_eq!(told(&ShortTimeInput { weekly_minutes: 1_300, ..student }), (NotInsured, R::Student));
}

#[test]
fn the_wage_counts_until_its_condition_ends() {
    let wage = |on, wage: i64, ends: Option<&str>| {
        told(&ShortTimeInput {
            monthly_wage_yen: Some(yen(wage)),
            wage_condition_ends_on: ends.map(day),
            ..worker(on)
        })
        .1
    };
    for (on, amount, ends, expected) in [
        ("2026-09-30", 88_000, None, R::AllConditions),
        ("2026-09-30", 87_999, None, R::LowWage),
        ("2026-10-01", 0, None, R::AllConditions),
        ("2026-10-01", 87_999, Some("2027-04-01"), R::LowWage),
        ("2027-03-31", 87_999, Some("2027-04-01"), R::LowWage),
        ("2027-04-01", 87_999, Some("2027-04-01"), R::AllConditions),
        ("2026-08-31", 87_999, Some("2026-09-01"), R::LowWage),
        ("2026-09-01", 87_999, Some("2026-09-01"), R::AllConditions),
    ] {
        assert_eq!(wage(on, amount, ends), expected, "{on} {amount} {ends:?}");
    }
    let untold = ShortTimeInput { monthly_wage_yen: None, ..worker("2026-09-30") };
    assert_eq!(refused::<ShortTimeEligibility>(&untold), ("/monthly_wage_yen", "missing-field"));
    assert_eq!(told(&ShortTimeInput { on: day("2026-10-01"), ..untold }), SHORT);
}

#[test]
fn the_size_of_the_employer_goes_by_date() {
    for (on, least) in [
        ("2016-10-01", 501),
        ("2022-09-30", 501),
        ("2022-10-01", 101),
        ("2024-09-30", 101),
        ("2024-10-01", 51),
        ("2027-09-30", 51),
        ("2027-10-01", 36),
        ("2029-10-01", 21),
        ("2032-10-01", 11),
        ("2035-09-30", 11),
    ] {
        let of = |workers| told(&ShortTimeInput { workers: Some(workers), ..worker(on) });
        assert_eq!((of(least), of(least - 1)), (SHORT, (NotInsured, R::SmallEmployer)), "{on}");
        let untold = ShortTimeInput { workers: None, ..worker(on) };
        assert_eq!(refused::<ShortTimeEligibility>(&untold), ("/workers", "missing-field"));
    }
    assert_eq!(told(&ShortTimeInput { workers: None, ..worker("2035-10-01") }), SHORT);
    let small = |on, employer| told(&ShortTimeInput { workers: Some(1), employer, ..worker(on) });
    assert_eq!(small("2017-03-31", EmployerKind::ByAgreement).0, NotInsured);
    assert_eq!(small("2017-04-01", EmployerKind::ByAgreement), SHORT);
    assert_eq!(small("2016-10-01", EmployerKind::Public), SHORT);
}

#[test]
fn terms_of_employment() {
    let term = |on, until: &str, is_renewal_expected| {
        told(&ShortTimeInput {
            employed_from: day(on),
            employed_until: Some(day(until)),
            is_renewal_expected,
            ..worker(on)
        })
    };
    for (on, until, renewal, expected) in [
        ("2026-11-01", "2026-12-31", false, (NotInsured, R::ShortTerm)),
        ("2026-11-01", "2026-12-31", true, SHORT),
        ("2026-11-01", "2027-01-01", false, SHORT),
        // Before October 2022 a renewal helped only once it came, and short-time workers needed a year.
        ("2022-09-01", "2022-10-31", true, (NotInsured, R::ShortTerm)),
        ("2022-09-01", "2022-11-01", true, SHORT),
        ("2022-09-01", "2023-08-30", false, (NotInsured, R::TermTooShort)),
        ("2022-09-01", "2023-08-31", false, SHORT),
        ("2022-10-01", "2023-08-30", false, SHORT),
    ] {
        assert_eq!(term(on, until, renewal), expected, "{on} {until} {renewal}");
    }
    // Two months leave out even who works full hours.
    let full = ShortTimeInput {
        weekly_minutes: 2_400,
        monthly_days: 20,
        employed_from: day("2026-11-01"),
        employed_until: Some(day("2026-12-31")),
        ..worker("2026-11-22")
    };
    assert_eq!(told(&full), (NotInsured, R::ShortTerm));
    let backwards = ShortTimeInput { employed_until: Some(day("2026-10-31")), ..full };
    assert_eq!(refused::<ShortTimeEligibility>(&backwards), ("/employed_until", "ends-before-it-starts"));
    let early = worker("2016-09-30");
    assert_eq!(refused::<ShortTimeEligibility>(&early), ("/on", "no-rule-for-day"));
}

proptest! {
    /// More hours and days never take insurance away, nor does a later day.
    #[test]
    fn more_work_is_never_less(minutes in 0u16..2_400, days in 0u8..20, more in 0u16..600, workers in 0u32..600, later in 0u64..8_000) {
        let input = ShortTimeInput { weekly_minutes: minutes, monthly_days: days, workers: Some(workers), ..worker("2016-10-01") };
        let is_insured = |input: &ShortTimeInput| told(input).0 != NotInsured;
        let harder = ShortTimeInput { weekly_minutes: minutes + more, monthly_days: days + 1, ..input.clone() };
        let after = ShortTimeInput { on: input.on + chrono::Days::new(later), ..input.clone() };
        if is_insured(&input) {
            prop_assert!(is_insured(&harder) && is_insured(&after));
        }
    }
}
