//! The rules against worked cases, against a second, plain telling of each, and against their own traces.
#![allow(clippy::unwrap_used, clippy::expect_used)]
mod ends;
mod order;
mod plain;
mod reasons;
mod same;
mod told;
mod worked;

use super::*;
use crate::values::yen::Yen;

fn yen(n: i64) -> Yen {
    Yen::new(n).unwrap()
}
fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
fn month(text: &str) -> Month {
    text.parse().unwrap()
}
/// Months from `first` on, with pay and days.
fn paid(first: Month, pays: &[(i64, u8)]) -> Vec<PaidMonth> {
    let one = |(n, (pay, base_days)): (i32, &(i64, u8))| PaidMonth {
        month: first.plus(n),
        pay_yen: yen(*pay),
        base_days: *base_days,
        is_excluded: false,
        back_pay_yen: 0,
    };
    (0..).zip(pays).map(one).collect()
}
/// The outcome, and after it what every trace must hold: each figure stands in both texts, and nothing is left to fill in.
pub fn decide<R: Rule>(input: &R::Input) -> R::Outcome {
    let (outcome, trace) = apply::<R>(input).unwrap_or_else(|r| panic!("{}: {}", R::ID, r.code));
    assert!(!trace.steps.is_empty(), "{} tells nothing", R::ID);
    for step in &trace.steps {
        let (ja, en) = (step.ja(), step.en());
        assert!(!ja.contains('{') && !en.contains('{'), "{ja} {en}");
        assert!(!step.words.article.is_empty() && !step.words.code.is_empty());
        for (name, value) in &step.figures {
            assert!(ja.contains(&value.ja()), "{name} is not told: {ja}");
            assert!(en.contains(&value.en()), "{name} is not told: {en}");
        }
        if let Some(rounding) = step.words.rounding {
            assert!(ja.contains(rounding.words().0) && en.contains(rounding.words().1), "{ja} {en}");
        }
    }
    outcome
}
