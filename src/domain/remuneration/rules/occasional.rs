//! 随時改定 — revision after a change of fixed pay (健康保険法43条; 昭和36年保発4号).
use super::{
    Refusal, Rule,
    determined::Determined,
    grades::{Grade, GradeTable, look_up},
    holds_until,
    months::{PaidMonth, WorkKind, add_frequent_bonuses, average, in_order, none_left_out},
    refuse,
    trace::{StepWords, Trace, Value, steps},
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
    /// 報酬月額 behind it: decides about one grade at either end of the table. Where it would and is absent, that exception is not used, and a
    /// step says so (`top_grade_down_no_base`, `bottom_grade_up_no_base`).
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
    MISMATCH_UP = "direction_mismatch", "昭和36年保発4号":
        "固定的賃金は増額ですが、等級は{current}から{new}に下がり、向きが逆のため、改定しません。" /
        "Fixed pay rose, but the grade falls from {current} to {new}, against it: there is no revision.";
    MISMATCH_DOWN = "direction_mismatch", "昭和36年保発4号":
        "固定的賃金は減額ですが、等級は{current}から{new}に上がり、向きが逆のため、改定しません。" /
        "Fixed pay fell, but the grade rises from {current} to {new}, against it: there is no revision.";
    TWO_UP = "two_grades", "健康保険法43条1項":
        "固定的賃金が増額となり、等級も{difference}上がるため、標準報酬月額を{standard}に改定します。" /
        "Fixed pay rose, and the grade rises by {difference}: the standard remuneration is revised to {standard}.";
    TWO_DOWN = "two_grades", "健康保険法43条1項":
        "固定的賃金が減額となり、等級も{difference}下がるため、標準報酬月額を{standard}に改定します。" /
        "Fixed pay fell, and the grade falls by {difference}: the standard remuneration is revised to {standard}.";
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
    TOP_UP_NOT = "top_grade_up_not", "昭和36年保発4号":
        "{from}から{to}への昇給ですが、平均{average}が{limit}に満たないため、1等級差の例外にあたりません。" /
        "A rise from {from} to {to}, but the average of {average} is less than {limit}: the exception for one grade does not hold.";
    TOP_DOWN_NOT = "top_grade_down_not", "昭和36年保発4号":
        "{from}から{to}への降給ですが、従前の報酬月額{base}が{limit}に満たないため、1等級差の例外にあたりません。" /
        "A fall from {from} to {to}, but {base} behind the current grade are less than {limit}: the exception for one grade does not hold.";
    TOP_DOWN_UNKNOWN = "top_grade_down_no_base", "昭和36年保発4号":
        "{from}から{to}への降給で、従前の報酬月額が{limit}以上であれば1等級差でも改定しますが、従前の報酬月額(current_base_yen)が示されていないため、例外によりません。" /
        "A fall from {from} to {to}: one grade is enough where at least {limit} stand behind the current grade, but the remuneration behind it (current_base_yen) is not given, so the exception is not used.";
    BOTTOM_UP_NOT = "bottom_grade_up_not", "昭和36年保発4号":
        "{from}から{to}への昇給ですが、従前の報酬月額{base}が{limit}以上のため、1等級差の例外にあたりません。" /
        "A rise from {from} to {to}, but {base} behind the current grade are not less than {limit}: the exception for one grade does not hold.";
    BOTTOM_UP_UNKNOWN = "bottom_grade_up_no_base", "昭和36年保発4号":
        "{from}から{to}への昇給で、従前の報酬月額が{limit}未満であれば1等級差でも改定しますが、従前の報酬月額(current_base_yen)が示されていないため、例外によりません。" /
        "A rise from {from} to {to}: one grade is enough where less than {limit} stand behind the current grade, but the remuneration behind it (current_base_yen) is not given, so the exception is not used.";
    BOTTOM_DOWN_NOT = "bottom_grade_down_not", "昭和36年保発4号":
        "{from}から{to}への降給ですが、平均{average}が{limit}以上のため、1等級差の例外にあたりません。" /
        "A fall from {from} to {to}, but the average of {average} is not less than {limit}: the exception for one grade does not hold.";
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
            return Ok(unchanged(trace));
        }
        add_frequent_bonuses(&mut months, input.frequent_bonus_total_yen, trace)?;
        let Some(average) = three_months(&months, input.kind, trace) else {
            return Ok(none(OccasionalReason::InsufficientDays, None));
        };
        let new = look_up(&table, average, trace);
        note_difference(current, new, trace);
        let (change, base) = (input.fixed_change, input.current_base_yen.map(Yen::get));
        by_grades(&Compared { change, base, current, new, average, effective }, &table, trace)
    }
}
/// What the usual rule decides on, once the average is looked up and its difference noted.
#[derive(Clone, Copy, Debug)]
pub struct Compared {
    /// How fixed pay changed.
    pub change: FixedPayChange,
    /// 従前の報酬月額, yen.
    pub base: Option<i64>,
    /// 従前の等級.
    pub current: Grade,
    /// The grade of the average.
    pub new: Grade,
    /// The average of the three months, yen.
    pub average: i64,
    /// First month of a revision.
    pub effective: Month,
}
/// Decides by the two grades: how far they lie apart, and which way (昭和36年保発4号).
/// # Errors
/// One grade at the top of a table before April 2016.
pub fn by_grades(c: &Compared, table: &GradeTable, trace: &mut Trace) -> Result<OccasionalOutcome, Refusal> {
    let difference = c.current.number.abs_diff(c.new.number);
    let (rose, average) = (c.change == FixedPayChange::Up, Some(c.average));
    let reason = if difference >= NEEDED {
        OccasionalReason::TwoGrades
    } else if one_grade_is_enough(c, table, trace)? {
        OccasionalReason::OneGradeException
    } else {
        trace.step(&LESS, [("needed", Value::Grades(NEEDED))]);
        return Ok(none(OccasionalReason::LessThanTwoGrades, average));
    };
    if !same_direction(c.change, c.current, c.new) {
        let figures = [("current", Value::Grade(c.current.number)), ("new", Value::Grade(c.new.number))];
        trace.step(if rose { &MISMATCH_UP } else { &MISMATCH_DOWN }, figures);
        return Ok(none(OccasionalReason::DirectionMismatch, average));
    }
    if reason == OccasionalReason::TwoGrades {
        let figures = [("difference", Value::Grades(difference)), ("standard", Value::Yen(c.new.standard))];
        trace.step(if rose { &TWO_UP } else { &TWO_DOWN }, figures);
    }
    Ok(revised(reason, c.average, c.new, c.effective, trace))
}
/// Fixed pay did not change, which is noted: no revision.
pub fn unchanged(trace: &mut Trace) -> OccasionalOutcome {
    trace.step(&UNCHANGED, []);
    none(OccasionalReason::NoFixedChange, None)
}
/// No revision.
pub fn none(reason: OccasionalReason, average_yen: Option<i64>) -> OccasionalOutcome {
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
/// The four cases at the ends of the table in which one grade counts as two (昭和36年保発4号); what such a case lacks is noted.
fn one_grade_is_enough(c: &Compared, table: &GradeTable, trace: &mut Trace) -> Result<bool, Refusal> {
    let (from, to) = (c.current.number, c.new.number);
    let top = table.highest();
    let limit = if [(top - 1, top), (top, top - 1)].contains(&(from, to)) {
        table.second_rise.ok_or(refuse(
            "/change_month",
            "no-rule-for-highest-grade",
            (
                "2016年4月より前の最高等級の1等級差は判定できません",
                "one grade at the top before April 2016 is not decided here",
            ),
        ))?
    } else {
        SECOND_FALL
    };
    let (holds, words, compared) = match (c.change, from, to) {
        (FixedPayChange::Up, _, to) if from < to && to == top => {
            let holds = c.average >= limit;
            (holds, if holds { &TOP_UP } else { &TOP_UP_NOT }, Some(("average", c.average)))
        }
        (FixedPayChange::Down, from, _) if to < from && from == top => {
            let holds = c.base.is_some_and(|base| base >= limit);
            (
                holds,
                by_base(c.base, holds, [&TOP_DOWN, &TOP_DOWN_NOT, &TOP_DOWN_UNKNOWN]),
                c.base.map(|b| ("base", b)),
            )
        }
        (FixedPayChange::Up, 1, 2) => {
            let holds = c.base.is_some_and(|base| base < limit);
            (
                holds,
                by_base(c.base, holds, [&BOTTOM_UP, &BOTTOM_UP_NOT, &BOTTOM_UP_UNKNOWN]),
                c.base.map(|b| ("base", b)),
            )
        }
        (FixedPayChange::Down, 2, 1) => {
            let holds = c.average < limit;
            (holds, if holds { &BOTTOM_DOWN } else { &BOTTOM_DOWN_NOT }, Some(("average", c.average)))
        }
        _ => return Ok(false),
    };
    let ends = [("from", Value::Grade(from)), ("to", Value::Grade(to)), ("limit", Value::Yen(limit))];
    match compared {
        Some((name, yen)) => {
            let [from, to, limit] = ends;
            trace.step(words, [from, to, (name, Value::Yen(yen)), limit]);
        }
        None => trace.step(words, ends),
    }
    Ok(holds)
}
/// The words of a case that the 従前の報酬月額 decides: it holds, it does not, or nobody knows.
fn by_base(
    base: Option<i64>,
    holds: bool,
    [yes, no, unknown]: [&'static StepWords; 3],
) -> &'static StepWords {
    match base {
        None => unknown,
        Some(_) if holds => yes,
        Some(_) => no,
    }
}
