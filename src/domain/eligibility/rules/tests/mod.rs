//! The rules of eligibility at their boundaries, and the table against its documentation.
#![allow(clippy::unwrap_used)]
mod elderly_burden;
mod recognition;
mod short_time;

use super::{parameters::*, *};
use crate::domain::remuneration::{Rule, decide_and_check as decide};
use crate::values::yen::Yen;
use chrono::NaiveDate;

fn yen(n: i64) -> Yen {
    Yen::new(n).unwrap()
}
fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
/// The code of the refusal.
fn refused<R: Rule>(input: &R::Input) -> (&'static str, &'static str) {
    let refusal = R::decide(input, &mut Default::default()).err().unwrap();
    (refusal.pointer, refusal.code)
}

#[test]
fn every_row_of_the_table_is_documented_and_in_order() {
    let page = include_str!("../../../../../docs/eligibility.md");
    let word = |value: serde_json::Value| value.as_str().unwrap().to_owned();
    for row in &TABLE {
        let (year, month, date) = row.from;
        let (name, basis) =
            (serde_json::to_value(row.what).unwrap(), serde_json::to_value(row.basis).unwrap());
        let line = format!(
            "| `{}` | {year}-{month:02}-{date:02} | {} | {} | {} |",
            word(name),
            row.value,
            row.source,
            word(basis)
        );
        assert!(page.contains(&line), "docs/eligibility.md lacks\n{line}");
        assert_eq!(
            Law::with(None).unwrap().on(row.what, NaiveDate::from_ymd_opt(year, month, date).unwrap()),
            Some(row.value),
            "{line}"
        );
    }
    let documented = page.lines().filter(|l| l.starts_with("| `")).count();
    assert_eq!(documented, TABLE.len(), "the page has rows that the table lacks");
    for what in OF_DEPENDENTS.iter().chain(&OF_SHORT_TIME).chain(&OF_BURDEN) {
        assert!(TABLE.iter().filter(|r| r.what == *what).map(|r| r.from).is_sorted(), "{what:?}");
    }
}

#[test]
fn what_the_society_sets_stands_in_the_place_of_the_table_from_its_day_to_the_next() {
    let set =
        |name, from: &str, value| SocietyValue { name, valid_from: day(from), value, source: "x".into() };
    let values = vec![
        set(Parameter::EmployerSize, "2028-01-01", 30),
        set(Parameter::EmployerSize, "2026-12-01", 40),
        set(Parameter::EmployerSize, "2026-12-01", 41),
        set(Parameter::EmployerSize, "2029-10-01", 22),
    ];
    let law = Law::with(Some(&values)).unwrap();
    for (on, value, basis) in [
        ("2026-11-30", 51, SettingBasis::Reported),
        ("2026-12-01", 41, SettingBasis::Society),
        ("2027-09-30", 41, SettingBasis::Society),
        ("2027-10-01", 36, SettingBasis::Reported),
        ("2028-01-01", 30, SettingBasis::Society),
        ("2029-10-01", 22, SettingBasis::Society),
        ("2032-10-01", 11, SettingBasis::Reported),
    ] {
        let shown = law.in_force(&[Parameter::EmployerSize], day(on)).remove(0);
        assert_eq!((shown.value, shown.basis), (value, basis), "{on}");
    }
    assert_eq!(
        law.on(Parameter::MonthlyWage, day("2026-12-01")),
        Some(88_000),
        "other names are as they were"
    );
    for (wrong, code) in [
        (set(Parameter::ShareDivisor, "2026-12-01", 0), "value-out-of-bounds"),
        (set(Parameter::IncomeLimit, "2020-03-31", 1), "no-rule-for-day"),
    ] {
        assert_eq!(Law::with(Some(&vec![wrong])).unwrap_err().code, code);
    }
    for row in &TABLE {
        assert!(row.what.bounds().contains(&row.value), "{:?}", row.what);
    }
    assert_eq!(settable_from(Parameter::EmployerSize, day("2026-11-22")), Some(day("2024-10-01")));
    assert_eq!(settable_from(Parameter::ContractIncome, day("2020-11-22")), Some(day("2026-04-01")));
}
