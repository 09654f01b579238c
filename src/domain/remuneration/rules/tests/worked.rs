//! Worked cases of the rules that no command shows, and cases at the edges of the others.
use super::*;

fn rows(file: &str) -> Vec<Vec<&str>> {
    file.lines().filter(|l| !l.starts_with('#')).skip(1).map(|l| l.split(',').collect()).collect()
}
fn amounts(list: &str) -> Vec<Yen> {
    list.split('|').map(|a| Yen::parse(a).unwrap()).collect()
}
fn refused<R: Rule>(input: &R::Input) -> &'static str {
    apply::<R>(input).err().map_or("decided", |r| r.code)
}

#[test]
fn standard_bonuses() {
    let rows = rows(include_str!("../../../../../vectors/bonus_premium.csv"));
    assert!(rows.len() > 60);
    for row in rows {
        let outcome = decide::<StandardBonus>(&BonusInput {
            month: month("2026-06"),
            amounts_yen: amounts(row[1]),
            cumulative_before_yen: Yen::parse(row[2]).unwrap(),
        });
        assert_eq!(outcome.standard_bonus_yen.to_string(), row[10], "{}", row[0]);
        assert_eq!(outcome.cumulative_after_yen.to_string(), row[11], "{}", row[0]);
    }
    let early =
        BonusInput { month: month("2016-03"), amounts_yen: vec![yen(1)], cumulative_before_yen: yen(0) };
    assert_eq!(refused::<StandardBonus>(&early), "no-bonus-cap");
    let above = BonusInput { month: month("2026-03"), cumulative_before_yen: yen(5_730_001), ..early };
    assert_eq!(refused::<StandardBonus>(&above), "above-cap");
}

#[test]
fn several_offices_are_one_remuneration() {
    let rows = rows(include_str!("../../../../../vectors/two_office_apportionment.csv"));
    assert!(rows.len() > 60);
    for row in rows {
        let input = TwoOfficesInput { month: month("2026-09"), remunerations_yen: amounts(row[1]) };
        assert_eq!(decide::<TwoOffices>(&input).standard_yen.to_string(), row[4], "{}", row[0]);
    }
}

#[test]
fn the_first_determination_adds_up_what_is_paid_in_each_way() {
    let input = |acquired: &str| AcquisitionInput {
        acquired_on: day(acquired),
        monthly_yen: Some(yen(200_000)),
        periods: vec![PeriodPay { pay_yen: yen(70_000), days: 14 }],
        comparable_average_yen: Some(yen(5_001)),
    };
    let outcome = decide::<AcquisitionDetermination>(&input("2026-05-31"));
    assert_eq!((outcome.remuneration_yen, outcome.standard_yen), (355_001, 360_000));
    assert_eq!((outcome.effective_month, outcome.valid_until_month), (month("2026-05"), month("2026-08")));
    let outcome = decide::<AcquisitionDetermination>(&input("2026-06-01"));
    assert_eq!(outcome.valid_until_month, month("2027-08"));
    let nothing = AcquisitionInput {
        monthly_yen: None,
        periods: vec![],
        comparable_average_yen: None,
        ..input("2026-06-01")
    };
    assert_eq!(refused::<AcquisitionDetermination>(&nothing), "missing-field");
    assert_eq!(refused::<AcquisitionDetermination>(&input("2007-03-31")), "no-grade-table");
}

#[test]
fn the_table_of_grades_grew_in_april_2016() {
    let grade = |at: &str, n| {
        decide::<StandardRemunerationGrade>(&GradeInput { remuneration_yen: yen(n), month: month(at) }).grade
    };
    assert_eq!((grade("2016-03", 1_400_000), grade("2016-04", 1_400_000)), (47, 50));
    assert_eq!((grade("2016-04", 1_054_999), grade("2016-04", 1_055_000)), (44, 45));
    let top = OccasionalInput {
        kind: WorkKind::Full,
        fixed_change: FixedPayChange::Up,
        change_month: month("2015-10"),
        months: paid(month("2015-10"), &[(1_500_000, 20); 3]),
        current_standard_yen: yen(1_150_000),
        current_base_yen: None,
        frequent_bonus_total_yen: None,
    };
    assert_eq!(refused::<OccasionalRevision>(&top), "no-rule-for-highest-grade");
}

#[test]
fn a_year_s_average_needs_every_condition() {
    let input = |variable, rounding| reasons::year(900_001, variable, rounding);
    let each = decide::<OccasionalRevisionAnnual>(&input(300_011, AnnualPartRounding::EachPart));
    assert_eq!(
        (each.uses_annual, each.annual_average_yen, each.revision.grade),
        (true, Some(325_000), Some(23))
    );
    assert_eq!(each.revision.determined.effective_month, Some(month("2026-07")));
    let sum = decide::<OccasionalRevisionAnnual>(&input(300_011, AnnualPartRounding::Sum));
    assert_eq!(sum.annual_average_yen, Some(325_001));
    for (wrong, what) in [
        (OccasionalAnnualInput { has_consent: false, ..input(300_000, AnnualPartRounding::Sum) }, "consent"),
        (
            OccasionalAnnualInput { is_recurring: false, ..input(300_000, AnnualPartRounding::Sum) },
            "recurring",
        ),
        (input(0, AnnualPartRounding::Sum), "the year gives the current grade"),
        (input(900_000, AnnualPartRounding::Sum), "the averages lie a grade apart"),
        (
            OccasionalAnnualInput {
                fixed_change: FixedPayChange::Down,
                ..input(300_000, AnnualPartRounding::Sum)
            },
            "direction",
        ),
    ] {
        let o = decide::<OccasionalRevisionAnnual>(&wrong);
        assert!(!o.uses_annual, "{what}");
        // The usual rule decides then: four grades up, unless pay moved the other way.
        let expected = if what == "direction" { None } else { Some((410_000, month("2026-07"))) };
        assert_eq!(
            o.revision.determined.standard_yen.zip(o.revision.determined.effective_month),
            expected,
            "{what}"
        );
        assert_eq!(o.revision.revises, expected.is_some());
    }
    let few = OccasionalAnnualInput {
        months: paid(month("2026-04"), &[(400_000, 20), (400_000, 16), (400_000, 20)]),
        ..input(300_000, AnnualPartRounding::Sum)
    };
    let o = decide::<OccasionalRevisionAnnual>(&few);
    assert_eq!((o.annual_average_yen, o.revision.reason), (None, OccasionalReason::InsufficientDays));
    // One grade at the bottom counts as two by the base: the usual rule knows, the average of the year does not.
    let bottom = OccasionalAnnualInput {
        months: paid(month("2026-04"), &[(64_000, 20); 3]),
        current_standard_yen: yen(58_000),
        current_base_yen: Some(yen(52_999)),
        ..input(0, AnnualPartRounding::Sum)
    };
    let o = decide::<OccasionalRevisionAnnual>(&bottom);
    assert_eq!((o.uses_annual, o.revision.reason), (false, OccasionalReason::OneGradeException));
}

#[test]
fn a_result_past_the_last_year_is_refused() {
    let regular = |year| RegularInput {
        year,
        kind: WorkKind::Full,
        months: paid(Month::in_year(year, 4), &[(300_000, 20); 3]),
        previous_standard_yen: None,
        acquired_on: day("2020-04-01"),
        lost_on: None,
        revision_month: None,
        frequent_bonus_total_yen: None,
    };
    let until = decide::<RegularDetermination>(&regular(2198)).determined.valid_until_month;
    assert_eq!(until, Some(month("2199-08")));
    assert_eq!(refused::<RegularDetermination>(&regular(2199)), "result-out-of-range");
    assert_eq!(refused::<AgeDates>(&AgeDatesInput { birth_on: day("2125-01-01") }), "result-out-of-range");
    assert_eq!(
        decide::<AgeDates>(&AgeDatesInput { birth_on: day("2124-12-31") }).transfer_on,
        day("2199-12-31")
    );
    let end = |text: &str| VoluntaryEndInput { acquired_on: day(text), withdrawal_received_on: None };
    assert_eq!(decide::<VoluntaryEnd>(&end("2197-12-31")).lost_on, day("2199-12-31"));
    assert_eq!(refused::<VoluntaryEnd>(&end("2198-01-01")), "result-out-of-range");
}

#[test]
fn a_deadline_passes_holidays() {
    let deadline = |lost: &str, applied: &str| {
        decide::<VoluntaryDeadline>(&VoluntaryDeadlineInput {
            months_before: 2,
            lost_on: day(lost),
            applied_on: day(applied),
            closed_days: vec![],
        })
    };
    // The twentieth day is Thursday 29 April 2027; Friday 30 is open.
    for (lost, applied, is_eligible) in [
        ("2027-04-10", "2027-04-30", true),
        ("2027-04-10", "2027-05-01", false),
        ("2026-04-14", "2026-05-07", true),
    ] {
        assert_eq!(deadline(lost, applied).is_eligible, is_eligible, "{lost} {applied}");
    }
    let o = deadline("2026-04-14", "2026-05-08");
    assert_eq!((o.is_eligible, o.twentieth_day, o.last_day), (false, day("2026-05-03"), day("2026-05-07")));
}

#[test]
fn a_leave_that_starts_the_next_day_bars_a_revision() {
    let input = |leave, maternity: Option<&str>, childcare: Option<&str>| LeaveEndInput {
        leave,
        kind: WorkKind::Full,
        ended_on: day("2026-08-14"),
        months: paid(month("2026-08"), &[(250_000, 20); 3]),
        current_standard_yen: yen(300_000),
        is_requested: true,
        next_maternity_starts_on: maternity.map(day),
        next_childcare_starts_on: childcare.map(day),
        child_born_on: None,
        frequent_bonus_total_yen: None,
        reading: Some(LeaveEndReading::Practice),
    };
    use LeaveKind::{Childcare, Maternity};
    for (leave, maternity, childcare, revises) in [
        (Maternity, None, Some("2026-08-15"), false),
        (Maternity, None, Some("2026-08-16"), true),
        (Maternity, Some("2026-08-15"), None, false),
        (Childcare, Some("2026-08-15"), None, false),
        (Childcare, Some("2026-08-16"), None, true),
    ] {
        let o = decide::<LeaveEndRevision>(&input(leave, maternity, childcare));
        let reason = if revises { LeaveEndReason::Ok } else { LeaveEndReason::NextLeaveStarts };
        assert_eq!((o.revises, o.reason), (revises, reason), "{leave:?} {maternity:?} {childcare:?}");
    }
    let two = input(Childcare, None, Some("2026-08-15"));
    assert_eq!(refused::<LeaveEndRevision>(&two), "only-after-maternity-leave");
}

#[test]
fn leaves_join_over_days_without_work() {
    let leave = |from: &str, to: &str| Leave { starts_on: day(from), ends_on: day(to), worked_days: 0 };
    let mut input = ExemptionInput {
        kind: LeaveKind::Childcare,
        leaves: vec![leave("2026-10-20", "2026-10-30"), leave("2026-11-02", "2026-11-24")],
        non_working_days: vec![],
    };
    // Apart: Oct 20-30 has 11 days, Nov 2-24 has 23. As one, over Saturday and Sunday: October, and more than a month.
    assert_eq!(decide::<ExemptionMonths>(&input).monthly_months, [month("2026-11")]);
    input.non_working_days = vec![day("2026-10-31"), day("2026-11-01")];
    let joined = decide::<ExemptionMonths>(&input);
    assert_eq!(
        (joined.monthly_months, joined.bonus_months),
        (vec![month("2026-10")], vec![month("2026-10")])
    );
    for (leaves, code) in [
        (vec![leave("2026-10-02", "2026-10-01")], "leave-ends-before-start"),
        (vec![leave("2022-09-30", "2022-10-31")], "leave-before-this-rule"),
        (vec![leave("2023-01-01", "2027-01-01")], "leave-too-long"),
        (vec![leave("2026-10-01", "2026-10-09"), leave("2026-10-09", "2026-10-20")], "leaves-overlap"),
        (vec![Leave { worked_days: 3, ..leave("2026-10-01", "2026-10-02") }], "worked-more-than-leave"),
    ] {
        assert_eq!(refused::<ExemptionMonths>(&ExemptionInput { leaves, ..input.clone() }), code);
    }
    let worked = vec![Leave { worked_days: 1, ..leave("2026-10-01", "2026-10-02") }];
    let maternity = ExemptionInput { kind: LeaveKind::Maternity, leaves: worked, non_working_days: vec![] };
    assert_eq!(refused::<ExemptionMonths>(&maternity), "worked-in-maternity-leave");
}

#[test]
fn a_leave_that_ends_before_a_short_month_is_read_as_practised_unless_set_otherwise() {
    let input = |end: &str, reading| LeaveEndInput {
        leave: LeaveKind::Childcare,
        kind: WorkKind::Full,
        ended_on: day(end),
        months: paid(Month::of(day(end).succ_opt().unwrap()), &[(250_000, 20); 3]),
        current_standard_yen: yen(300_000),
        is_requested: true,
        next_maternity_starts_on: None,
        next_childcare_starts_on: None,
        child_born_on: None,
        frequent_bonus_total_yen: None,
        reading: Some(reading),
    };
    for (end, practice, literal) in [
        ("2026-08-14", "2026-11", "2026-11"),
        ("2026-07-30", "2026-10", "2026-11"),
        ("2026-12-28", "2027-03", "2027-04"),
        ("2026-07-31", "2026-11", "2026-11"),
    ] {
        for (reading, expected) in
            [(LeaveEndReading::Practice, practice), (LeaveEndReading::Literal, literal)]
        {
            let outcome = decide::<LeaveEndRevision>(&input(end, reading));
            assert_eq!(outcome.determined.effective_month, Some(month(expected)), "{end} {reading:?}");
        }
    }
}

#[test]
fn ages_count_from_the_day_before() {
    let dates = |birth: &str| decide::<AgeDates>(&AgeDatesInput { birth_on: day(birth) });
    let first = dates("1956-12-01");
    assert_eq!((first.elderly_from, first.transfer_on), (day("2026-12-01"), day("2031-12-01")));
    assert_eq!((first.care_from_month, first.care_until_month), (month("1996-11"), month("2021-10")));
    assert_eq!(
        (first.reaches_40_on, first.reaches_65_on, first.reaches_70_on),
        (day("1996-11-30"), day("2021-11-30"), day("2026-11-30"))
    );
    let second = dates("1956-12-02");
    assert_eq!((second.elderly_from, second.care_until_month), (day("2027-01-01"), month("2021-11")));
    assert_eq!(dates("1952-02-29").transfer_on, day("2027-03-01"));
}

#[test]
fn bonuses_that_are_remuneration_count_in_each_month() {
    let regular = |total: Option<i64>| RegularInput {
        year: 2026,
        kind: WorkKind::Full,
        months: paid(month("2026-04"), &[(250_000, 20), (250_000, 16), (250_001, 17)]),
        previous_standard_yen: None,
        acquired_on: day("2020-04-01"),
        lost_on: None,
        revision_month: None,
        frequent_bonus_total_yen: total.map(yen),
    };
    assert_eq!(decide::<RegularDetermination>(&regular(None)).determined.average_yen, Some(250_000));
    // 480,011 in the year: 40,000 a month
    let with = decide::<RegularDetermination>(&regular(Some(480_011)));
    assert_eq!((with.months_used, with.determined.average_yen), (Some(2), Some(290_000)));
    assert_eq!(with.determined.standard_yen, Some(300_000));
    let (_, trace) = apply::<RegularDetermination>(&regular(Some(480_011))).unwrap();
    assert_eq!(trace.steps[0].words.code, "frequent_bonuses");
    assert_eq!(refused::<RegularDetermination>(&regular(Some(Yen::MOST))), "decided");
    let full = RegularInput {
        months: paid(month("2026-04"), &[(Yen::MOST, 20), (250_000, 20), (250_000, 20)]),
        ..regular(Some(12))
    };
    assert_eq!(refused::<RegularDetermination>(&full), "amount-too-large");
    let occasional = |total: Option<i64>| OccasionalInput {
        kind: WorkKind::Full,
        fixed_change: FixedPayChange::Up,
        change_month: month("2026-04"),
        months: paid(month("2026-04"), &[(300_000, 20); 3]),
        current_standard_yen: yen(300_000),
        current_base_yen: None,
        frequent_bonus_total_yen: total.map(yen),
    };
    assert!(!decide::<OccasionalRevision>(&occasional(None)).revises);
    let revised = decide::<OccasionalRevision>(&occasional(Some(480_000)));
    assert_eq!((revised.revises, revised.determined.standard_yen), (true, Some(340_000)));
}
