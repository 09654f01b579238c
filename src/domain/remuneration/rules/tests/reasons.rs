//! What a step says is what decided: figures that add up, the limit and the base of an exception, the condition that failed, the child.
use super::*;
use proptest::prelude::*;

/// Three months of 400,000 yen after a rise, and what was paid of the year: in yen, fixed and beside it.
pub(super) fn year(fixed: i64, variable: i64, rounding: AnnualPartRounding) -> OccasionalAnnualInput {
    OccasionalAnnualInput {
        kind: WorkKind::Full,
        fixed_change: FixedPayChange::Up,
        change_month: month("2026-04"),
        months: paid(month("2026-04"), &[(400_000, 20); 3]),
        fixed_pay_total_yen: yen(fixed),
        variable_pay_total_yen: yen(variable),
        current_standard_yen: yen(300_000),
        current_base_yen: None,
        is_recurring: true,
        has_consent: true,
        frequent_bonus_total_yen: None,
        rounding: Some(rounding),
    }
}
fn steps<R: Rule>(input: &R::Input) -> Vec<trace::Step> {
    decide::<R>(input);
    apply::<R>(input).unwrap().1.steps
}
fn codes(steps: &[trace::Step]) -> Vec<&'static str> {
    steps.iter().map(|s| s.words.code).collect()
}
fn at<'a>(steps: &'a [trace::Step], code: &str) -> &'a trace::Step {
    steps.iter().find(|s| s.words.code == code).unwrap_or_else(|| panic!("{code} in {:?}", codes(steps)))
}
/// A figure of a step, as a number.
fn of(step: &trace::Step, name: &str) -> i64 {
    step.figures.iter().find(|(n, _)| *n == name).unwrap().1.plain().parse().unwrap()
}
/// Reckons the average of the year anew from nothing but the figures that the steps tell.
fn reckoned(steps: &[trace::Step]) -> i64 {
    let told = at(steps, "annual_average");
    let average = if codes(steps).contains(&"annual_fixed_part") {
        let (fixed, variable) = (at(steps, "annual_fixed_part"), at(steps, "annual_variable_part"));
        assert_eq!(of(fixed, "fixed") / of(fixed, "three"), of(fixed, "part"));
        assert_eq!(of(variable, "variable") / of(variable, "twelve"), of(variable, "part"));
        assert!(
            fixed.words.rounding.is_some()
                && variable.words.rounding.is_some()
                && told.words.rounding.is_none()
        );
        assert_eq!((of(told, "fixed"), of(told, "variable")), (of(fixed, "part"), of(variable, "part")));
        of(told, "fixed") + of(told, "variable")
    } else {
        assert!(told.words.rounding.is_some());
        assert_eq!(of(told, "fixed") * of(told, "times") + of(told, "variable"), of(told, "total"));
        of(told, "total") / of(told, "twelve")
    };
    assert_eq!(average, of(told, "average"));
    match steps.iter().find(|s| s.words.code == "annual_average_with_bonuses") {
        Some(with) => {
            assert_eq!(average + of(with, "share"), of(with, "average"));
            of(with, "average")
        }
        None => average,
    }
}

proptest! {
    #[test]
    fn the_average_of_a_year_is_told_so_that_it_can_be_reckoned_anew(
        fixed in 0i64..3_000_000, variable in 0i64..6_000_000, total in prop::option::of(0i64..3_000_000), sum: bool,
    ) {
        let rounding = if sum { AnnualPartRounding::Sum } else { AnnualPartRounding::EachPart };
        let input = OccasionalAnnualInput { frequent_bonus_total_yen: total.map(yen), ..year(fixed, variable, rounding) };
        let outcome = decide::<OccasionalRevisionAnnual>(&input);
        prop_assert_eq!(outcome.annual_average_yen, Some(reckoned(&steps::<OccasionalRevisionAnnual>(&input))));
    }
}

#[test]
fn both_divisions_of_a_year_are_told() {
    let steps = steps::<OccasionalRevisionAnnual>(&year(900_001, 300_011, AnnualPartRounding::EachPart));
    let told: Vec<String> = steps.iter().map(trace::Step::ja).collect();
    for said in [
        "固定的賃金の合計900,001円を3か月で除した額は300,000円です。1円未満は切り捨てます。",
        "非固定的賃金の合計300,011円を12か月で除した額は25,000円です。1円未満は切り捨てます。",
        "固定的賃金の300,000円と非固定的賃金の25,000円を加え、年間平均は325,000円です。",
    ] {
        assert!(told.iter().any(|t| t == said), "{said} in {told:#?}");
    }
    let steps = steps_of_sum();
    assert!(
        at(&steps, "annual_average").ja().contains(
            "3,900,015円を12か月で除した額により、年間平均は325,001円です。1円未満は切り捨てます。"
        )
    );
}
fn steps_of_sum() -> Vec<trace::Step> {
    steps::<OccasionalRevisionAnnual>(&year(900_001, 300_011, AnnualPartRounding::Sum))
}

#[test]
fn the_condition_that_failed_is_named_and_the_months_are_read_out_once() {
    let base = || year(900_000, 300_000, AnnualPartRounding::EachPart);
    for (input, failed) in [
        (OccasionalAnnualInput { is_recurring: false, ..base() }, vec!["not_recurring"]),
        (OccasionalAnnualInput { has_consent: false, ..base() }, vec!["no_consent"]),
        (
            OccasionalAnnualInput { is_recurring: false, has_consent: false, ..base() },
            vec!["not_recurring", "no_consent"],
        ),
        (year(900_000, 900_000, AnnualPartRounding::EachPart), vec!["not_apart"]),
        (year(900_000, 0, AnnualPartRounding::EachPart), vec!["annual_not_moved"]),
        (
            OccasionalAnnualInput { fixed_change: FixedPayChange::Down, ..base() },
            vec!["not_ordinary", "annual_not_moved"],
        ),
        (
            OccasionalAnnualInput { current_standard_yen: yen(380_000), ..base() },
            vec!["not_ordinary", "annual_not_moved"],
        ),
    ] {
        let steps = steps::<OccasionalRevisionAnnual>(&input);
        let told = codes(&steps);
        let at_all = ["not_recurring", "no_consent", "not_apart", "annual_not_moved", "not_ordinary"]
            .map(|c| told.contains(&c));
        assert_eq!(at_all.into_iter().filter(|is| *is).count(), failed.len(), "{failed:?} in {told:?}");
        assert!(failed.iter().all(|code| told.contains(code)), "{failed:?} in {told:?}");
        assert_eq!(told.iter().filter(|c| **c == "days_enough").count(), 3, "{told:?}");
        assert_eq!(told.iter().filter(|c| **c == "annual_not_used").count(), 1);
    }
    let steps = steps::<OccasionalRevisionAnnual>(&base());
    assert!(codes(&steps).contains(&"annual_used") && !codes(&steps).contains(&"annual_not_used"));
    let few = OccasionalAnnualInput {
        months: paid(month("2026-04"), &[(400_000, 20), (400_000, 16), (400_000, 20)]),
        ..base()
    };
    let steps = steps_of(&few);
    assert_eq!(codes(&steps), ["days_enough", "insufficient_days"], "the last step is why there is none");
}
fn steps_of(input: &OccasionalAnnualInput) -> Vec<trace::Step> {
    steps::<OccasionalRevisionAnnual>(input)
}

/// A change of fixed pay by which the three months average so much.
fn change(fixed_change: FixedPayChange, current: i64, base: Option<i64>, average: i64) -> OccasionalInput {
    OccasionalInput {
        kind: WorkKind::Full,
        fixed_change,
        change_month: month("2026-04"),
        months: paid(month("2026-04"), &[(average, 20); 3]),
        current_standard_yen: yen(current),
        current_base_yen: base.map(yen),
        frequent_bonus_total_yen: None,
    }
}
#[test]
fn an_exception_for_one_grade_names_its_limit_and_what_is_held_against_it() {
    use FixedPayChange::{Down, Up};
    for (input, code, said) in [
        (change(Up, 1_330_000, None, 1_415_000), "top_grade_up", ["1,415,000円", "1,415,000円"]),
        (change(Up, 1_330_000, None, 1_414_999), "top_grade_up_not", ["1,414,999円", "1,415,000円"]),
        (
            change(Down, 1_390_000, Some(1_415_000), 1_354_999),
            "top_grade_down",
            ["1,415,000円", "1,415,000円"],
        ),
        (
            change(Down, 1_390_000, Some(1_414_999), 1_354_999),
            "top_grade_down_not",
            ["1,414,999円", "1,415,000円"],
        ),
        (
            change(Down, 1_390_000, None, 1_354_999),
            "top_grade_down_no_base",
            ["current_base_yen", "1,415,000円"],
        ),
        (change(Up, 58_000, Some(52_999), 63_000), "bottom_grade_up", ["52,999円", "53,000円"]),
        (change(Up, 58_000, Some(53_000), 63_000), "bottom_grade_up_not", ["53,000円", "53,000円"]),
        (change(Up, 58_000, None, 63_000), "bottom_grade_up_no_base", ["current_base_yen", "53,000円"]),
        (change(Down, 68_000, None, 52_999), "bottom_grade_down", ["52,999円", "53,000円"]),
        (change(Down, 68_000, None, 53_000), "bottom_grade_down_not", ["53,000円", "53,000円"]),
    ] {
        let holds = !code.contains("_no");
        let outcome = decide::<OccasionalRevision>(&input);
        let reason =
            if holds { OccasionalReason::OneGradeException } else { OccasionalReason::LessThanTwoGrades };
        assert_eq!((outcome.revises, outcome.reason), (holds, reason), "{code}");
        let steps = steps::<OccasionalRevision>(&input);
        let (ja, en) = (at(&steps, code).ja(), at(&steps, code).en());
        assert!(said.iter().all(|s| ja.contains(s)), "{code}: {ja}");
        assert!(said.iter().all(|s| en.contains(&s.replace('円', " yen"))), "{code}: {en}");
        assert_eq!(codes(&steps).contains(&"less_than_two_grades"), !holds);
    }
    // against the change of fixed pay no exception is asked
    for input in [change(Down, 1_330_000, None, 1_415_000), change(Up, 68_000, None, 52_999)] {
        let told = codes(&steps::<OccasionalRevision>(&input)).join(" ");
        assert!(!told.contains("_grade_"), "{told}");
    }
}
#[test]
fn the_way_in_which_fixed_pay_changed_is_named() {
    use FixedPayChange::{Down, Up};
    for (input, code, ja, en) in [
        (
            change(Up, 260_000, None, 300_000),
            "two_grades",
            "固定的賃金が増額となり、等級も2等級上がる",
            "Fixed pay rose, and the grade rises by 2 grades",
        ),
        (
            change(Down, 340_000, None, 300_000),
            "two_grades",
            "固定的賃金が減額となり、等級も2等級下がる",
            "Fixed pay fell, and the grade falls by 2 grades",
        ),
        (
            change(Up, 340_000, None, 300_000),
            "direction_mismatch",
            "固定的賃金は増額ですが、等級は第24級から第22級に下がり",
            "Fixed pay rose, but the grade falls from grade 24 to grade 22",
        ),
        (
            change(Down, 260_000, None, 300_000),
            "direction_mismatch",
            "固定的賃金は減額ですが、等級は第20級から第22級に上がり",
            "Fixed pay fell, but the grade rises from grade 20 to grade 22",
        ),
    ] {
        let steps = steps::<OccasionalRevision>(&input);
        let step = at(&steps, code);
        assert!(step.ja().contains(ja) && step.en().contains(en), "{} {}", step.ja(), step.en());
    }
}

fn leave(ended: &str, born: Option<&str>) -> LeaveEndInput {
    LeaveEndInput {
        leave: LeaveKind::Childcare,
        kind: WorkKind::Full,
        ended_on: day(ended),
        months: paid(Month::of(day(ended).succ_opt().unwrap()), &[(250_000, 20); 3]),
        current_standard_yen: yen(300_000),
        is_requested: true,
        child_born_on: born.map(day),
        next_maternity_starts_on: None,
        next_childcare_starts_on: None,
        frequent_bonus_total_yen: None,
        reading: None,
    }
}
#[test]
fn the_child_of_a_childcare_leave_is_under_three_until_the_day_before_its_birthday() {
    for (ended, born, is_under) in [
        ("2026-07-31", "2023-08-02", true),
        ("2026-07-31", "2023-08-01", true),
        ("2026-07-31", "2023-07-31", false),
        ("2026-07-31", "2023-07-30", false),
        // born on 29 February: three is reached with 28 February
        ("2027-02-28", "2024-02-29", true),
        ("2027-03-01", "2024-02-29", false),
    ] {
        let input = leave(ended, Some(born));
        let outcome = decide::<LeaveEndRevision>(&input);
        let reason = if is_under { LeaveEndReason::Ok } else { LeaveEndReason::ChildIsThree };
        assert_eq!((outcome.revises, outcome.reason), (is_under, reason), "{ended} {born}");
        let steps = steps::<LeaveEndRevision>(&input);
        assert_eq!(steps[0].words.code, if is_under { "child_under_three" } else { "child_is_three" });
    }
    let unknown = leave("2026-07-31", None);
    assert_eq!(decide::<LeaveEndRevision>(&unknown).reason, LeaveEndReason::Ok);
    assert_eq!(steps::<LeaveEndRevision>(&unknown)[0].words.code, "child_not_examined");
    let nobody_asked = LeaveEndInput { is_requested: false, ..leave("2026-07-31", Some("2020-01-01")) };
    assert_eq!(decide::<LeaveEndRevision>(&nobody_asked).reason, LeaveEndReason::NotRequested);
    for (input, code) in [
        (leave("2026-07-31", Some("2026-08-01")), "born-after-leave"),
        (
            LeaveEndInput { leave: LeaveKind::Maternity, ..leave("2026-07-31", Some("2026-06-01")) },
            "only-after-childcare-leave",
        ),
    ] {
        let refused = apply::<LeaveEndRevision>(&input).err().unwrap();
        assert_eq!((refused.pointer, refused.code), ("/child_born_on", code));
    }
}
#[test]
fn bonuses_that_are_remuneration_count_after_a_leave_and_in_the_averages_of_a_year() {
    let after = |total: Option<i64>| LeaveEndInput {
        frequent_bonus_total_yen: total.map(yen),
        ..leave("2026-07-31", Some("2026-01-05"))
    };
    assert_eq!(decide::<LeaveEndRevision>(&after(None)).determined.average_yen, Some(250_000));
    // 480,011 in the year: 40,000 a month
    assert_eq!(decide::<LeaveEndRevision>(&after(Some(480_011))).determined.average_yen, Some(290_000));
    let with = |total: Option<i64>| OccasionalAnnualInput {
        frequent_bonus_total_yen: total.map(yen),
        ..year(900_000, 300_000, AnnualPartRounding::EachPart)
    };
    assert_eq!(decide::<OccasionalRevisionAnnual>(&with(None)).annual_average_yen, Some(325_000));
    let outcome = decide::<OccasionalRevisionAnnual>(&with(Some(480_011)));
    assert_eq!((outcome.uses_annual, outcome.annual_average_yen), (true, Some(365_000)));
    // the three months of the usual rule have it too
    let alone = OccasionalAnnualInput { has_consent: false, ..with(Some(480_011)) };
    assert_eq!(decide::<OccasionalRevisionAnnual>(&alone).revision.determined.average_yen, Some(440_000));
    let regular = |total: Option<i64>| RegularAnnualInput {
        year: 2026,
        kind: WorkKind::Full,
        months: paid(month("2025-07"), &[(250_000, 20); 12]),
        is_recurring: true,
        has_consent: true,
        frequent_bonus_total_yen: total.map(yen),
    };
    let outcome = decide::<RegularDeterminationAnnual>(&regular(Some(480_011)));
    assert_eq!((outcome.spring_average_yen, outcome.annual_average_yen), (Some(290_000), Some(290_000)));
    assert_eq!(decide::<RegularDeterminationAnnual>(&regular(None)).annual_average_yen, Some(250_000));
}
