//! 随時改定 — revision after a change of fixed pay (健康保険法43条; 昭和36年保発4号).
use super::{
    Refusal, Rule,
    determined::Determined,
    grades::{Grade, GradeTable, look_up},
    holds_until,
    months::{PaidMonth, WorkKind, add_frequent_bonuses, average, in_order, none_left_out},
    refuse,
    trace::{Trace, Value, steps},
};
use crate::values::{month::Month, yen::Yen};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// 固定的賃金の変動.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FixedPayChange {
    /// Fixed pay rose.
    Up,
    /// Fixed pay fell.
    Down,
    /// Fixed pay did not change.
    None,
}
/// Facts of an occasional revision.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct OccasionalInput {
    /// How much the person works.
    pub kind: WorkKind,
    /// How fixed pay changed.
    pub fixed_change: FixedPayChange,
    /// First month in which changed pay was paid.
    pub change_month: Month,
    /// That month and the two after it, in any order.
    #[validate(length(equal = 3), nested)]
    #[schema(min_items = 3, max_items = 3)]
    pub months: Vec<PaidMonth>,
    /// 従前の標準報酬月額.
    pub current_standard_yen: Yen,
    /// 報酬月額 behind it: decides about one grade at either end of the table.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub current_base_yen: Option<Yen>,
    /// Total of the bonuses of the year before 1 July that are paid four times a year or more, for reasons of one kind: they are remuneration.
    /// Left out where the pay of the months states them already, as the forms do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub frequent_bonus_total_yen: Option<Yen>,
}
/// Why there is a revision, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum OccasionalReason {
    /// Fixed pay did not change.
    NoFixedChange,
    /// A month has too few days.
    InsufficientDays,
    /// The difference is less than two grades, and no exception holds.
    LessThanTwoGrades,
    /// The grade moves against the change of fixed pay.
    DirectionMismatch,
    /// Two grades or more.
    TwoGrades,
    /// One grade at an end of the table that counts as two.
    OneGradeException,
}
/// What an occasional revision gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OccasionalOutcome {
    /// The standard remuneration is revised.
    pub revises: bool,
    /// Why, or why not.
    pub reason: OccasionalReason,
    /// New grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 50)]
    pub grade: Option<u8>,
    /// What is set, and for how long.
    #[serde(flatten)]
    pub determined: Determined,
}

steps! {
    UNCHANGED = "no_fixed_change", "健康保険法43条1項":
        "固定的賃金に変動がないため、随時改定の対象ではありません。" /
        "Fixed pay did not change: there is no occasional revision.";
    ENOUGH = "days_enough", "健康保険法43条1項":
        "{month}は支払基礎日数{days}({needed}以上)、報酬{pay}です。" /
        "{month} has {days}, at least {needed}, and {pay}.";
    TOO_FEW = "insufficient_days", "健康保険法43条1項":
        "{month}の支払基礎日数{days}が{needed}に満たないため(報酬{pay})、随時改定の対象ではありません。" /
        "{month} has {days}, fewer than {needed} (pay {pay}): there is no occasional revision.";
    DIFFERENCE = "difference", "昭和36年保発4号":
        "従前の{current}({standard})と平均による{new}の差は{difference}です。" /
        "The current {current} ({standard}) and {new} by the average differ by {difference}.";
    LESS = "less_than_two_grades", "昭和36年保発4号":
        "{needed}以上の差がなく、1等級差の例外にもあたらないため、改定しません。" /
        "It is not {needed} or more, and no exception for one grade holds: there is no revision.";
    MISMATCH = "direction_mismatch", "昭和36年保発4号":
        "固定的賃金の変動と等級の変動の向きが逆のため、改定しません。" /
        "The grade moves against the change of fixed pay: there is no revision.";
    TWO = "two_grades", "健康保険法43条1項":
        "{difference}の差があるため、標準報酬月額を{standard}に改定します。" /
        "It is {difference}: the standard remuneration is revised to {standard}.";
    TOP_UP = "top_grade_up", "昭和36年保発4号":
        "{from}から{to}への昇給で、平均{average}が{limit}以上のため、1等級差でも改定します。" /
        "A rise from {from} to {to} with an average of {average}, at least {limit}: one grade is enough.";
    TOP_DOWN = "top_grade_down", "昭和36年保発4号":
        "{from}から{to}への降給で、従前の報酬月額{base}が{limit}以上のため、1等級差でも改定します。" /
        "A fall from {from} to {to} with {base} behind the current grade, at least {limit}: one grade is enough.";
    BOTTOM_UP = "bottom_grade_up", "昭和36年保発4号":
        "{from}から{to}への昇給で、従前の報酬月額{base}が{limit}未満のため、1等級差でも改定します。" /
        "A rise from {from} to {to} with {base} behind the current grade, less than {limit}: one grade is enough.";
    BOTTOM_DOWN = "bottom_grade_down", "昭和36年保発4号":
        "{from}から{to}への降給で、平均{average}が{limit}未満のため、1等級差でも改定します。" /
        "A fall from {from} to {to} with an average of {average}, less than {limit}: one grade is enough.";
    HOLDS = "holds", "健康保険法43条2項":
        "{standard}を{effective}から{until}まで適用します。" /
        "{standard} hold from {effective} to {until}.";
}
/// Grades by which the new one must differ.
const NEEDED: u8 = 2;
/// Remuneration below which the lowest grade counts as fallen twice (昭和36年保発4号).
const SECOND_FALL: i64 = 53_000;

/// 随時改定 (健康保険法43条).
pub struct OccasionalRevision;
impl Rule for OccasionalRevision {
    type Input = OccasionalInput;
    type Outcome = OccasionalOutcome;
    const ID: &'static str = "occasional_revision";
    const VERSION: &'static str = "2016-04";
    fn decide(input: &OccasionalInput, trace: &mut Trace) -> Result<OccasionalOutcome, Refusal> {
        let mut months = in_order(&input.months, input.change_month, 3)?;
        none_left_out(&months)?;
        let effective = input.change_month.plus(3);
        let table = GradeTable::in_force(effective)?;
        let current = table.with_standard(input.current_standard_yen, "/current_standard_yen")?;
        if input.fixed_change == FixedPayChange::None {
            trace.step(&UNCHANGED, []);
            return Ok(none(OccasionalReason::NoFixedChange, None));
        }
        add_frequent_bonuses(&mut months, input.frequent_bonus_total_yen, trace)?;
        let Some(average) = three_months(&months, input.kind, trace) else {
            return Ok(none(OccasionalReason::InsufficientDays, None));
        };
        let new = look_up(&table, average, trace);
        let difference = note_difference(current, new, trace);
        let reason = if difference >= NEEDED {
            OccasionalReason::TwoGrades
        } else if one_grade_is_enough(input, &table, current, new, average, trace)? {
            OccasionalReason::OneGradeException
        } else {
            trace.step(&LESS, [("needed", Value::Grades(NEEDED))]);
            return Ok(none(OccasionalReason::LessThanTwoGrades, Some(average)));
        };
        if !same_direction(input.fixed_change, current, new) {
            trace.step(&MISMATCH, []);
            return Ok(none(OccasionalReason::DirectionMismatch, Some(average)));
        }
        if reason == OccasionalReason::TwoGrades {
            let figures = [("difference", Value::Grades(difference)), ("standard", Value::Yen(new.standard))];
            trace.step(&TWO, figures);
        }
        Ok(revised(reason, average, new, effective, trace))
    }
}
/// No revision.
fn none(reason: OccasionalReason, average_yen: Option<i64>) -> OccasionalOutcome {
    OccasionalOutcome { revises: false, reason, grade: None, determined: Determined::average(average_yen) }
}
/// A revision and how long it holds (健康保険法43条2項).
pub fn revised(
    reason: OccasionalReason,
    average: i64,
    new: Grade,
    effective: Month,
    trace: &mut Trace,
) -> OccasionalOutcome {
    let until = holds_until(effective);
    trace.step(
        &HOLDS,
        [
            ("standard", Value::Yen(new.standard)),
            ("effective", Value::Month(effective)),
            ("until", Value::Month(until)),
        ],
    );
    OccasionalOutcome {
        revises: true,
        reason,
        grade: Some(new.number),
        determined: Determined::holding(Some(average), new.standard, effective, until),
    }
}
/// The average of three months that all have enough days (no fifteen days here, 健康保険法43条1項); nothing when one has not.
pub fn three_months(months: &[PaidMonth], kind: WorkKind, trace: &mut Trace) -> Option<i64> {
    let needed = kind.days();
    let mut pays = Vec::with_capacity(months.len());
    for m in months {
        let pay = if m.base_days >= needed { m.own_pay(trace) } else { m.pay_yen.get() };
        let figures = [
            ("month", Value::Month(m.month)),
            ("days", Value::Days(m.base_days.into())),
            ("needed", Value::Days(needed.into())),
            ("pay", Value::Yen(pay)),
        ];
        trace.step(if m.base_days >= needed { &ENOUGH } else { &TOO_FEW }, figures);
        if m.base_days < needed {
            return None;
        }
        pays.push(pay);
    }
    average(&pays, trace)
}
/// How far two grades lie apart, noted.
pub fn note_difference(current: Grade, new: Grade, trace: &mut Trace) -> u8 {
    let difference = current.number.abs_diff(new.number);
    trace.step(
        &DIFFERENCE,
        [
            ("current", Value::Grade(current.number)),
            ("standard", Value::Yen(current.standard)),
            ("new", Value::Grade(new.number)),
            ("difference", Value::Grades(difference)),
        ],
    );
    difference
}
/// The grade moves as fixed pay did.
pub fn same_direction(change: FixedPayChange, current: Grade, new: Grade) -> bool {
    match change {
        FixedPayChange::Up => new.number > current.number,
        FixedPayChange::Down => new.number < current.number,
        FixedPayChange::None => false,
    }
}
/// The four cases at the ends of the table in which one grade counts as two (昭和36年保発4号).
fn one_grade_is_enough(
    input: &OccasionalInput,
    table: &GradeTable,
    current: Grade,
    new: Grade,
    average: i64,
    trace: &mut Trace,
) -> Result<bool, Refusal> {
    let (top, change) = (table.highest(), input.fixed_change);
    let base = input.current_base_yen.map(Yen::get);
    let (from, to) = (("from", Value::Grade(current.number)), ("to", Value::Grade(new.number)));
    let average = ("average", Value::Yen(average), average);
    let at_top =
        (current.number, new.number) == (top - 1, top) || (current.number, new.number) == (top, top - 1);
    if at_top {
        let limit = table.second_rise.ok_or(refuse(
            "/change_month",
            "no-rule-for-highest-grade",
            "2016年4月より前の最高等級の1等級差は判定できません / one grade at the top before April 2016 is not decided here",
        ))?;
        let shown = ("limit", Value::Yen(limit));
        if change == FixedPayChange::Up && new.number == top && average.2 >= limit {
            trace.step(&TOP_UP, [from, to, (average.0, average.1), shown]);
            return Ok(true);
        }
        if let Some(base) = base.filter(|b| change == FixedPayChange::Down && new.number < top && *b >= limit)
        {
            trace.step(&TOP_DOWN, [from, to, ("base", Value::Yen(base)), shown]);
            return Ok(true);
        }
        return Ok(false);
    }
    let shown = ("limit", Value::Yen(SECOND_FALL));
    match (change, current.number, new.number) {
        (FixedPayChange::Up, 1, 2) => Ok(base.filter(|b| *b < SECOND_FALL).is_some_and(|base| {
            trace.step(&BOTTOM_UP, [from, to, ("base", Value::Yen(base)), shown]);
            true
        })),
        (FixedPayChange::Down, 2, 1) if average.2 < SECOND_FALL => {
            trace.step(&BOTTOM_DOWN, [from, to, (average.0, average.1), shown]);
            Ok(true)
        }
        _ => Ok(false),
    }
}
