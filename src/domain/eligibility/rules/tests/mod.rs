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
            on(row.what, NaiveDate::from_ymd_opt(year, month, date).unwrap()),
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
