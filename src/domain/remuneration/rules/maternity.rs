//! 産前産後休業の期間 — the days in which a maternity leave may lie (健康保険法43条の3第1項, 102条).
use super::{
    Refusal, Rule, in_reach,
    trace::{Trace, Value, steps},
};
use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Days before the birth, the day of birth among them.
const BEFORE: u32 = 42;
/// The same of a multiple pregnancy.
const BEFORE_MULTIPLE: u32 = 98;
/// Days after the birth.
const AFTER: u32 = 56;

/// A birth, expected or past.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct MaternityWindowInput {
    /// 出産予定年月日.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub expected_birth_on: NaiveDate,
    /// 出産年月日; left out while the child is not born.
    #[validate(custom(function = "in_reach"))]
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub born_on: Option<NaiveDate>,
    /// 多胎妊娠.
    #[serde(default)]
    #[schema(nullable = false)]
    pub is_multiple: bool,
}
/// The days in which the leave may lie.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct MaternityWindowOutcome {
    /// First day that it may have.
    pub first_on: NaiveDate,
    /// Last day that it may have.
    pub last_on: NaiveDate,
}
steps! {
    EXPECTED = "counted_from_expected_birth", "健康保険法43条の3第1項":
        "出産(予定)日{day}から、その日を含めて産前{before}までさかのぼり、{first}からです。" /
        "From the expected birth on {day}, {before} back with that day: {first}.";
    EARLY = "counted_from_early_birth", "健康保険法43条の3第1項":
        "予定日より早い出産の日{day}から、その日を含めて産前{before}までさかのぼり、{first}からです。" /
        "From the birth on {day}, before the expected day, {before} back with that day: {first}.";
    UNTIL = "until_after_birth", "健康保険法43条の3第1項":
        "出産(予定)日{day}の翌日から{after}の、{last}までです。" /
        "Until {last}, {after} from the day after the birth, or the expected birth, on {day}.";
}
/// 産前産後休業の期間.
pub struct MaternityWindow;
impl Rule for MaternityWindow {
    type Input = MaternityWindowInput;
    type Outcome = MaternityWindowOutcome;
    const ID: &'static str = "maternity_window";
    const VERSION: &'static str = "2014-04";
    fn decide(input: &MaternityWindowInput, trace: &mut Trace) -> Result<MaternityWindowOutcome, Refusal> {
        let (expected, born) = (input.expected_birth_on, input.born_on);
        let (first, last) = maternity_window(expected, born, input.is_multiple);
        let early = born.filter(|born| *born < expected);
        let before = if input.is_multiple { BEFORE_MULTIPLE } else { BEFORE };
        let figures = [
            ("day", Value::Date(early.unwrap_or(expected))),
            ("before", Value::Days(i64::from(before))),
            ("first", Value::Date(first)),
        ];
        trace.step(if early.is_some() { &EARLY } else { &EXPECTED }, figures);
        let figures = [
            ("day", Value::Date(born.unwrap_or(expected))),
            ("after", Value::Days(i64::from(AFTER))),
            ("last", Value::Date(last)),
        ];
        trace.step(&UNTIL, figures);
        Ok(MaternityWindowOutcome { first_on: first, last_on: last })
    }
}

/// First and last day that a maternity leave may have. It may begin 42 days (98 of a multiple pregnancy) before the birth, counted
/// with that day; a birth after the day on which it was expected is counted from the expected day. It ends with the 56th day after
/// the birth, or after the expected day while the child is not born (健康保険法43条の3第1項).
pub fn maternity_window(
    expected: NaiveDate,
    born: Option<NaiveDate>,
    is_multiple: bool,
) -> (NaiveDate, NaiveDate) {
    let before = if is_multiple { BEFORE_MULTIPLE } else { BEFORE };
    let counted_from = born.map_or(expected, |born| born.min(expected));
    let first = counted_from.checked_sub_days(Days::new(u64::from(before - 1))).unwrap_or(counted_from);
    let birth = born.unwrap_or(expected);
    (first, birth.checked_add_days(Days::new(u64::from(AFTER))).unwrap_or(birth))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{super::tests::decide, *};

    #[test]
    fn a_late_birth_lengthens_and_an_early_one_moves() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (expected, born, is_multiple, first, last) in [
            ("2015-11-20", Some("2015-11-10"), false, "2015-09-30", "2016-01-05"),
            ("2026-08-20", None, false, "2026-07-10", "2026-10-15"),
            ("2026-08-20", Some("2026-08-25"), false, "2026-07-10", "2026-10-20"),
            ("2026-08-20", None, true, "2026-05-15", "2026-10-15"),
        ] {
            let window = maternity_window(day(expected), born.map(day), is_multiple);
            assert_eq!(window, (day(first), day(last)), "{expected} {born:?} {is_multiple}");
            let input = MaternityWindowInput {
                expected_birth_on: day(expected),
                born_on: born.map(day),
                is_multiple,
            };
            let told = decide::<MaternityWindow>(&input);
            assert_eq!((told.first_on, told.last_on), window);
        }
    }
}
