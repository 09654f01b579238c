//! No rule that takes a list looks at the order in which it is given; those of `same` are asked there.
use super::*;
use chrono::Days;
use proptest::{prelude::*, sample::select};

/// The same list, rotated and perhaps turned round.
fn turned<T: Clone>(list: &[T], (turn, flip): (usize, bool)) -> Vec<T> {
    let mut list = list.to_vec();
    if !list.is_empty() {
        let by = turn % list.len();
        list.rotate_left(by);
    }
    if flip {
        list.reverse();
    }
    list
}
fn kinds() -> impl Strategy<Value = WorkKind> {
    select(vec![WorkKind::Full, WorkKind::Part, WorkKind::Short])
}
fn three(first: Month) -> impl Strategy<Value = Vec<PaidMonth>> {
    prop::collection::vec((50_000i64..1_500_000, 8u8..24), 3).prop_map(move |all| paid(first, &all))
}
fn turns() -> impl Strategy<Value = (usize, bool)> {
    (0usize..12, any::<bool>())
}

proptest! {
    #[test]
    fn acquisition(periods in prop::collection::vec((0i64..900_000, 1u16..366), 1..6), monthly in prop::option::of(0i64..900_000), turn in turns()) {
        let periods: Vec<_> = periods.iter().map(|(pay, days)| PeriodPay { pay_yen: yen(*pay), days: *days }).collect();
        let ask = |periods| decide::<AcquisitionDetermination>(&AcquisitionInput {
            acquired_on: day("2026-11-01"), monthly_yen: monthly.map(yen), periods, comparable_average_yen: None,
        });
        prop_assert_eq!(ask(turned(&periods, turn)), ask(periods));
    }
    #[test]
    fn occasional_annual(
        kind in kinds(), months in three(month("2026-04")), fixed in 0i64..3_000_000, variable in 0i64..6_000_000, current in select(plain::standards()),
        (is_recurring, has_consent) in any::<(bool, bool)>(), turn in turns(),
    ) {
        let ask = |months| decide::<OccasionalRevisionAnnual>(&OccasionalAnnualInput {
            kind, fixed_change: FixedPayChange::Up, change_month: month("2026-04"), months, fixed_pay_total_yen: yen(fixed),
            variable_pay_total_yen: yen(variable), current_standard_yen: yen(current), current_base_yen: None, is_recurring, has_consent,
            frequent_bonus_total_yen: None, rounding: Some(AnnualPartRounding::EachPart),
        });
        prop_assert_eq!(ask(turned(&months, turn)), ask(months));
    }
    #[test]
    fn leave_end(kind in kinds(), months in three(month("2026-05")), current in select(plain::standards()), turn in turns()) {
        let ask = |months| decide::<LeaveEndRevision>(&LeaveEndInput {
            leave: LeaveKind::Childcare, kind, ended_on: day("2026-04-30"), months, current_standard_yen: yen(current), is_requested: true,
            next_maternity_starts_on: None, next_childcare_starts_on: None, child_born_on: None, frequent_bonus_total_yen: None, reading: Some(LeaveEndReading::Practice),
        });
        prop_assert_eq!(ask(turned(&months, turn)), ask(months));
    }
    #[test]
    fn exemption(lengths in prop::collection::vec((0u64..40, 1u64..12, 0u16..3), 2..6), free in prop::collection::vec(0u64..200, 0..30), turn in turns()) {
        let mut starts_on = day("2026-01-05");
        let mut leaves = Vec::new();
        for (length, gap, worked) in lengths {
            let ends_on = starts_on + Days::new(length);
            leaves.push(Leave { starts_on, ends_on, worked_days: worked.min(u16::try_from(length).unwrap()) });
            starts_on = ends_on + Days::new(gap);
        }
        let free: Vec<_> = free.iter().map(|n| day("2026-01-01") + Days::new(*n)).collect();
        let ask = |leaves, non_working_days| decide::<ExemptionMonths>(&ExemptionInput { kind: LeaveKind::Childcare, leaves, non_working_days });
        prop_assert_eq!(ask(turned(&leaves, turn), turned(&free, turn)), ask(leaves, free));
    }
    #[test]
    fn bonuses(amounts in prop::collection::vec(0i64..4_000_000, 1..6), before in 0i64..5_730_000, turn in turns()) {
        let amounts: Vec<_> = amounts.iter().map(|a| yen(*a)).collect();
        let ask = |amounts_yen| decide::<StandardBonus>(&BonusInput { month: month("2026-06"), amounts_yen, cumulative_before_yen: yen(before) });
        prop_assert_eq!(ask(turned(&amounts, turn)), ask(amounts));
    }
    #[test]
    fn offices(pays in prop::collection::vec(0i64..900_000, 2..6), turn in turns()) {
        let pays: Vec<_> = pays.iter().map(|pay| yen(*pay)).collect();
        let ask = |remunerations_yen| decide::<TwoOffices>(&TwoOfficesInput { month: month("2026-06"), remunerations_yen });
        prop_assert_eq!(ask(turned(&pays, turn)), ask(pays));
    }
    #[test]
    fn closed_days(after in 0u64..40, closed in prop::collection::vec(0u64..40, 0..12), turn in turns()) {
        let lost_on = day("2026-11-01");
        let closed: Vec<_> = closed.iter().map(|n| lost_on + Days::new(*n)).collect();
        let ask = |closed_days| decide::<VoluntaryDeadline>(&VoluntaryDeadlineInput {
            months_before: 2, lost_on, applied_on: lost_on + Days::new(after), closed_days,
        });
        prop_assert_eq!(ask(turned(&closed, turn)), ask(closed));
    }
}
