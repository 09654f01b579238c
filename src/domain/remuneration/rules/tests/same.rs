//! The rules and their plain telling agree on generated facts, and the order of what is given decides nothing.
use super::{plain, *};
use chrono::Days;
use proptest::{prelude::*, sample::select};

fn kinds() -> impl Strategy<Value = WorkKind> {
    select(vec![WorkKind::Full, WorkKind::Part, WorkKind::Short])
}
/// Pay near the bounds of grades and anywhere.
fn pay() -> impl Strategy<Value = i64> {
    let near = (select(plain::standards()), -60_000i64..60_000).prop_map(|(s, by)| (s + by).max(0));
    prop_oneof![near, 0i64..2_000_000]
}
fn months(first: Month, count: usize) -> impl Strategy<Value = Vec<PaidMonth>> {
    let one = (pay(), 8u8..24, prop::bool::weighted(0.1));
    prop::collection::vec(one, count).prop_map(move |all| {
        let paid = paid(first, &all.iter().map(|(pay, days, _)| (*pay, *days)).collect::<Vec<_>>());
        paid.into_iter().zip(all).map(|(m, (.., is_excluded))| PaidMonth { is_excluded, ..m }).collect()
    })
}
/// Three months of about the same pay, so that two grades, one and none all come up.
fn steady(first: Month) -> impl Strategy<Value = Vec<PaidMonth>> {
    (pay(), prop::collection::vec((0i64..3_000, 15u8..22), 3)).prop_map(move |(pay, by)| {
        paid(first, &by.iter().map(|(by, days)| (pay + by, *days)).collect::<Vec<_>>())
    })
}
fn first_of(year: i32, n: i32) -> Month {
    Month::in_year(year, n)
}

proptest! {
    #[test]
    fn grades(pay in pay()) {
        let o = decide::<StandardRemunerationGrade>(&GradeInput { remuneration_yen: yen(pay), month: first_of(2026, 9) });
        prop_assert_eq!((o.grade, o.standard_yen), plain::grade(pay));
    }

    #[test]
    fn regular(kind in kinds(), months in months(first_of(2026, 4), 3), turn in 0usize..3, flip: bool) {
        let mut input = RegularInput {
            year: 2026, kind, months, previous_standard_yen: Some(yen(300_000)), acquired_on: day("2020-04-01"),
            lost_on: None, revision_month: None, frequent_bonus_total_yen: None,
        };
        let o = decide::<RegularDetermination>(&input);
        let (average, count) = plain::average(&input.months, kind);
        prop_assert_eq!((o.determined.average_yen, o.months_used), (average, u8::try_from(count).ok()));
        prop_assert_eq!(o.determined.standard_yen, Some(average.map_or(300_000, |a| plain::grade(a).1)));
        input.months.rotate_left(turn);
        if flip { input.months.reverse(); }
        prop_assert_eq!(decide::<RegularDetermination>(&input), o, "the order decides");
    }

    #[test]
    fn regular_annual(kind in kinds(), months in months(first_of(2025, 7), 12), is_recurring: bool, has_consent: bool, turn in 0usize..12) {
        let mut input = RegularAnnualInput { year: 2026, kind, months, is_recurring, has_consent, frequent_bonus_total_yen: None };
        let o = decide::<RegularDeterminationAnnual>(&input);
        let (spring, annual) = (plain::average(&input.months[9..], kind).0, plain::average(&input.months, kind).0);
        prop_assert_eq!((o.spring_average_yen, o.annual_average_yen), (spring, annual));
        let grades = spring.map(plain::grade).zip(annual.map(plain::grade));
        let by_year = grades.is_some_and(|(s, a)| (i16::from(s.0) - i16::from(a.0)).abs() >= 2) && is_recurring && has_consent;
        prop_assert_eq!(o.uses_annual, by_year);
        prop_assert_eq!(o.standard_yen, grades.map(|(s, a)| if by_year { a.1 } else { s.1 }));
        input.months.rotate_left(turn);
        prop_assert_eq!(decide::<RegularDeterminationAnnual>(&input), o, "the order decides");
    }

    #[test]
    fn occasional(
        kind in kinds(), fixed_change in select(vec![FixedPayChange::Up, FixedPayChange::Down, FixedPayChange::None]),
        months in steady(first_of(2026, 4)), apart in -4i8..5, base in prop::option::of(prop_oneof![50_000i64..56_000, 1_400_000i64..1_430_000]),
        turn in 0usize..3,
    ) {
        let average = months.iter().map(|m| m.pay_yen.get()).sum::<i64>() / 3;
        let current = plain::grade(average).0.saturating_add_signed(apart).clamp(1, 50);
        let mut input = OccasionalInput {
            kind, fixed_change, change_month: first_of(2026, 4), months,
            current_standard_yen: yen(plain::standards()[usize::from(current) - 1]), current_base_yen: base.map(yen), frequent_bonus_total_yen: None,
        };
        let o = decide::<OccasionalRevision>(&input);
        prop_assert_eq!(o.revises, plain::revises(&input));
        prop_assert_eq!(o.determined.standard_yen, o.revises.then(|| plain::grade(average).1));
        input.months.rotate_left(turn);
        // Which month has too few days is told in the order of the calendar, so the trace too stays the same.
        prop_assert_eq!(decide::<OccasionalRevision>(&input), o, "the order decides");
    }

    #[test]
    fn leave_end(kind in kinds(), end in 0u64..1_000, seed in months(first_of(2026, 1), 3), current in select(plain::standards())) {
        let ended_on = day("2024-01-01") + Days::new(end);
        let first = Month::of(ended_on.succ_opt().unwrap());
        let months: Vec<_> = (0..).zip(seed).map(|(n, m)| PaidMonth { month: first.plus(n), ..m }).collect();
        let (average, _) = plain::average(&months, kind);
        let new = average.map(plain::grade);
        let o = decide::<LeaveEndRevision>(&LeaveEndInput {
            leave: LeaveKind::Maternity, kind, ended_on, months, current_standard_yen: yen(current), is_requested: true,
            next_maternity_starts_on: None, next_childcare_starts_on: None, child_born_on: None, frequent_bonus_total_yen: None, reading: Some(LeaveEndReading::Practice),
        });
        prop_assert_eq!((o.determined.average_yen, o.revises), (average, new.is_some_and(|n| n.1 != current)));
        prop_assert_eq!(o.determined.effective_month, o.revises.then(|| first.plus(3)));
    }

    #[test]
    fn exemption(start in 0u64..1_500, length in 0u64..100, worked in 0u16..6, gap in 1u64..20, second in 0u64..20) {
        let starts_on = day("2023-01-01") + Days::new(start);
        let ends_on = starts_on + Days::new(length);
        let leave = Leave { starts_on, ends_on, worked_days: worked.min(u16::try_from(length).unwrap()) };
        let later = ends_on + Days::new(gap + 1);
        let other = Leave { starts_on: later, ends_on: later + Days::new(second), worked_days: 0 };
        let mut monthly: Vec<Month> = Vec::new();
        let mut bonus: Vec<Month> = Vec::new();
        for l in [&leave, &other] {
            monthly.extend(plain::months_by_last_day(l));
            if plain::is_over_a_month(l) { bonus.extend(plain::months_by_last_day(l)); }
        }
        for m in [Month::of(leave.starts_on), Month::of(other.starts_on)] {
            let inside = |l: &&Leave| Month::of(l.starts_on) == m && plain::months_by_last_day(l).is_empty();
            let days: i64 = [&leave, &other].into_iter().filter(inside)
                .map(|l| (l.ends_on - l.starts_on).num_days() + 1 - i64::from(l.worked_days)).sum();
            if days >= 14 { monthly.push(m); }
        }
        for all in [&mut monthly, &mut bonus] { all.sort(); all.dedup(); }
        let ask = |leaves| decide::<ExemptionMonths>(&ExemptionInput { kind: LeaveKind::Childcare, leaves, non_working_days: vec![] });
        let o = ask(vec![leave, other]);
        prop_assert_eq!((&o.monthly_months, &o.bonus_months), (&monthly, &bonus));
        prop_assert_eq!(ask(vec![other, leave]), o, "the order decides");
    }

    #[test]
    fn voluntary(at_loss in select(plain::standards()), average in pay(), amount in select(plain::standards())) {
        let by = |rule| decide::<VoluntaryStandard>(&VoluntaryStandardInput {
            month: first_of(2026, 4), at_loss_yen: yen(at_loss), average_remuneration_yen: yen(average), rule, rule_amount_yen: Some(yen(amount)),
        }).standard_yen;
        let ceiling = plain::grade(average).1;
        prop_assert_eq!(by(CeilingRule::Statutory), if at_loss < ceiling { at_loss } else { ceiling });
        prop_assert_eq!(by(CeilingRule::BelowAverage), [at_loss, ceiling, amount].into_iter().min().unwrap());
        prop_assert_eq!(by(CeilingRule::AtLoss), at_loss);
        let above = if at_loss <= ceiling || amount >= at_loss { at_loss } else if amount > ceiling { amount } else { ceiling };
        prop_assert_eq!(by(CeilingRule::AboveAverage), above);
    }

    #[test]
    fn voluntary_dates(start in 0u64..3_000, after in 0u64..40) {
        let acquired_on = day("2023-01-01") + Days::new(start);
        let end = decide::<VoluntaryEnd>(&VoluntaryEndInput { acquired_on, withdrawal_received_on: None });
        // Two years of days: the first day of the third year, counted by the calendar.
        let same = acquired_on.format("%m-%d").to_string();
        let year: i32 = acquired_on.format("%Y").to_string().parse().unwrap();
        let expected = format!("{}-{same}", year + 2).parse().unwrap_or_else(|_| day(&format!("{}-03-01", year + 2)));
        prop_assert_eq!(end.lost_on, expected);
        let applied_on = acquired_on + Days::new(after);
        let o = decide::<VoluntaryDeadline>(&VoluntaryDeadlineInput { months_before: 2, lost_on: acquired_on, applied_on, closed_days: vec![] });
        let mut last = acquired_on + Days::new(19);
        while ["Sat", "Sun"].contains(&last.format("%a").to_string().as_str()) || crate::values::holidays::is_holiday(last) { last = last.succ_opt().unwrap(); }
        prop_assert_eq!((o.is_eligible, o.last_day, o.twentieth_day), (applied_on <= last, last, acquired_on + Days::new(19)));
    }

    #[test]
    fn bonuses(amounts in prop::collection::vec(0i64..4_000_000, 1..5), before in 0i64..5_731) {
        let before = before * 1_000;
        let total: i64 = amounts.iter().sum::<i64>() / 1_000 * 1_000;
        let o = decide::<StandardBonus>(&BonusInput {
            month: first_of(2026, 6), amounts_yen: amounts.iter().map(|a| yen(*a)).collect(), cumulative_before_yen: yen(before.min(5_730_000)),
        });
        prop_assert!(o.cumulative_after_yen <= 5_730_000 && o.standard_bonus_yen <= total);
        prop_assert_eq!(o.is_capped, before.min(5_730_000) + total > 5_730_000);
        prop_assert_eq!(o.standard_bonus_yen, if o.is_capped { 5_730_000 - before.min(5_730_000) } else { total });
    }
}
