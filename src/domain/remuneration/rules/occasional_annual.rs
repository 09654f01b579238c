//! 年間平均による随時改定 — when pay that is not fixed runs high or low in the same months every year (平成30年保発0301第8号).
use super::{
    Refusal, Rule,
    grades::{Grade, GradeTable, look_up},
    months::{PaidMonth, WorkKind, add_frequent_bonuses, in_order, none_left_out, twelfth},
    occasional::{
        Compared, FixedPayChange, OccasionalOutcome, OccasionalReason, by_grades, none, note_difference,
        revised, same_direction, three_months, unchanged,
    },
    trace::{Trace, Value, steps},
};
pub use crate::values::readings::AnnualPartRounding;
use crate::values::{month::Month, yen::Yen};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Facts of a revision by the average of a year.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct OccasionalAnnualInput {
    /// How much the person works.
    pub kind: WorkKind,
    /// How fixed pay changed.
    pub fixed_change: FixedPayChange,
    /// First month in which changed pay was paid.
    pub change_month: Month,
    /// That month and the two after it, in any order: all pay.
    #[validate(length(equal = 3), nested)]
    #[schema(min_items = 3, max_items = 3)]
    pub months: Vec<PaidMonth>,
    /// Fixed pay of these three months together.
    pub fixed_pay_total_yen: Yen,
    /// Pay that is not fixed, of the nine months before and these three together.
    pub variable_pay_total_yen: Yen,
    /// 従前の標準報酬月額.
    pub current_standard_yen: Yen,
    /// 報酬月額 behind it: where the usual rule decides, it decides about one grade at either end of the table.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub current_base_yen: Option<Yen>,
    /// The difference recurs every year by the nature of the work.
    pub is_recurring: bool,
    /// The insured person consents.
    pub has_consent: bool,
    /// Total of the bonuses of the year before 1 July that are paid four times a year or more, for reasons of one kind: they are remuneration.
    /// A twelfth counts in each of the three months, and in the average of the year. Left out where the pay stated holds them already, as
    /// that of the forms does; they are neither in `fixed_pay_total_yen` nor in `variable_pay_total_yen` then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub frequent_bonus_total_yen: Option<Yen>,
    /// Where fractions are dropped; as the society has set when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub rounding: Option<AnnualPartRounding>,
}
/// What the average of a year gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OccasionalAnnualOutcome {
    /// The average of the year decides; else the usual rule does.
    pub uses_annual: bool,
    /// Average of the year.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Yen>)]
    pub annual_average_yen: Option<i64>,
    /// What is decided: by the average of the year, or else by the usual rule, which may revise too.
    pub revision: OccasionalOutcome,
}

steps! {
    FIXED_PART = "annual_fixed_part", "平成30年保発0301第8号", YenDown:
        "固定的賃金の合計{fixed}を{three}で除した額は{part}です。" /
        "Fixed pay {fixed} divided by {three} gives {part}.";
    VARIABLE_PART = "annual_variable_part", "平成30年保発0301第8号", YenDown:
        "非固定的賃金の合計{variable}を{twelve}で除した額は{part}です。" /
        "Other pay {variable} divided by {twelve} gives {part}.";
    ADDED = "annual_average", "平成30年保発0301第8号":
        "固定的賃金の{fixed}と非固定的賃金の{variable}を加え、年間平均は{average}です。" /
        "{fixed} of fixed pay and {variable} of other pay together give {average}, the average of the year.";
    SUMMED = "annual_average", "平成30年保発0301第8号", YenDown:
        "固定的賃金の合計{fixed}を{three}で除した額と非固定的賃金の合計{variable}を{twelve}で除した額を端数のまま加えた額、すなわち固定的賃金の合計の{times}倍に非固定的賃金の合計を加えた{total}を{twelve}で除した額により、年間平均は{average}です。" /
        "Fixed pay {fixed} divided by {three} and other pay {variable} divided by {twelve} are added with their fractions, which is {times} times the fixed pay and the other pay, {total}, divided by {twelve}: the average of the year is {average}.";
    WITH_BONUSES = "annual_average_with_bonuses", "健康保険法3条5項・6項":
        "年4回以上支払われる賞与の月割額{share}を加えた年間平均は{average}です。" /
        "With the twelfth of the bonuses paid four times a year or more, {share}, the average of the year becomes {average}.";
    APART = "ordinary_and_annual", "平成30年保発0301第8号":
        "通常の{ordinary}と年間平均の{annual}の差は{difference}で、{needed}以上の差が要ります。" /
        "The ordinary {ordinary} and {annual} of the year differ by {difference}; {needed} or more are needed.";
    NOT_ORDINARY = "not_ordinary", "平成30年保発0301第8号":
        "従前の{current}と通常の{ordinary}の間に、固定的賃金の変動と同じ向きの{needed}以上の差がないため、年間平均によりません。" /
        "Between the current {current} and the ordinary {ordinary} there are not {needed} or more in the direction in which fixed pay changed: the average of the year is not used.";
    NOT_APART = "not_apart", "平成30年保発0301第8号":
        "通常の{ordinary}と年間平均の{annual}の差が{needed}に満たないため、年間平均によりません。" /
        "The ordinary {ordinary} and {annual} of the year differ by less than {needed}: the average of the year is not used.";
    NOT_MOVED = "annual_not_moved", "平成30年保発0301第8号":
        "年間平均の{annual}が、従前の{current}から固定的賃金の変動と同じ向きに{needed}以上動かないため、年間平均によりません。" /
        "By the average of the year, {annual}, the grade does not move from {current} by {needed} or more as fixed pay did: the average of the year is not used.";
    NOT_RECURRING = "not_recurring", "平成30年保発0301第8号":
        "業務の性質上例年発生する差ではないため、年間平均によりません。" /
        "The difference does not recur by the nature of the work: the average of the year is not used.";
    NO_CONSENT = "no_consent", "平成30年保発0301第8号":
        "被保険者の同意がないため、年間平均によりません。" /
        "The insured person does not consent: the average of the year is not used.";
    USUAL = "annual_not_used", "健康保険法43条1項":
        "通常の随時改定により、通常の平均{average}の{ordinary}で判定します。" /
        "The usual rule decides, by the ordinary average of {average}, {ordinary}.";
    USED_UP = "annual_used", "平成30年保発0301第8号":
        "固定的賃金が増額となり、例年発生する差で被保険者の同意もあるため、年間平均{average}により標準報酬月額を{standard}に改定します。" /
        "Fixed pay rose, the difference recurs and the insured person consents: by the average of the year, {average}, the standard remuneration is revised to {standard}.";
    USED_DOWN = "annual_used", "平成30年保発0301第8号":
        "固定的賃金が減額となり、例年発生する差で被保険者の同意もあるため、年間平均{average}により標準報酬月額を{standard}に改定します。" /
        "Fixed pay fell, the difference recurs and the insured person consents: by the average of the year, {average}, the standard remuneration is revised to {standard}.";
}
/// Grades by which the ordinary average must differ from the current grade and from the average of the year.
const NEEDED: u8 = 2;
/// Grades by which the average of the year must differ from the current grade.
const MOVED: u8 = 1;

/// 年間平均による随時改定 (平成30年保発0301第8号).
pub struct OccasionalRevisionAnnual;
impl Rule for OccasionalRevisionAnnual {
    type Input = OccasionalAnnualInput;
    type Outcome = OccasionalAnnualOutcome;
    const ID: &'static str = "occasional_revision_annual";
    const VERSION: &'static str = "2018-10.2";
    fn decide(input: &OccasionalAnnualInput, trace: &mut Trace) -> Result<OccasionalAnnualOutcome, Refusal> {
        let mut months = in_order(&input.months, input.change_month, 3)?;
        none_left_out(&months)?;
        let effective = input.change_month.plus(3);
        let table = GradeTable::in_force(effective)?;
        let current = table.with_standard(input.current_standard_yen, "/current_standard_yen")?;
        add_frequent_bonuses(&mut months, input.frequent_bonus_total_yen, trace)?;
        let change = input.fixed_change;
        let Some(average) = three_months(&months, input.kind, trace) else {
            return Ok(by_the_usual_rule(
                None,
                match change {
                    FixedPayChange::None => unchanged(trace),
                    _ => none(OccasionalReason::InsufficientDays, None),
                },
            ));
        };
        let ordinary = look_up(&table, average, trace);
        note_difference(current, ordinary, trace);
        let annual_average = annual_average(input, trace);
        let annual = look_up(&table, annual_average, trace);
        note_difference(current, annual, trace);
        if !is_allowed(input, (current, ordinary, annual), trace) {
            let figures = [("average", Value::Yen(average)), ("ordinary", Value::Grade(ordinary.number))];
            trace.step(&USUAL, figures);
            let base = input.current_base_yen.map(Yen::get);
            let usual = match change {
                FixedPayChange::None => unchanged(trace),
                _ => {
                    let compared = Compared { change, base, current, new: ordinary, average, effective };
                    by_grades(&compared, &table, trace)?
                }
            };
            return Ok(by_the_usual_rule(Some(annual_average), usual));
        }
        let figures = [("average", Value::Yen(annual_average)), ("standard", Value::Yen(annual.standard))];
        trace.step(if change == FixedPayChange::Up { &USED_UP } else { &USED_DOWN }, figures);
        Ok(OccasionalAnnualOutcome {
            uses_annual: true,
            annual_average_yen: Some(annual_average),
            revision: revised(OccasionalReason::TwoGrades, annual_average, annual, effective, trace),
        })
    }
}
/// What the usual rule decides (健康保険法43条1項), when the average of the year may not be used.
const fn by_the_usual_rule(
    annual_average_yen: Option<i64>,
    revision: OccasionalOutcome,
) -> OccasionalAnnualOutcome {
    OccasionalAnnualOutcome { uses_annual: false, annual_average_yen, revision }
}
/// Every condition of the notice holds; each one that does not is noted.
fn is_allowed(
    input: &OccasionalAnnualInput,
    (current, ordinary, annual): (Grade, Grade, Grade),
    trace: &mut Trace,
) -> bool {
    let grade = |name, grade: Grade| (name, Value::Grade(grade.number));
    let needed = |grades| ("needed", Value::Grades(grades));
    let apart = ordinary.number.abs_diff(annual.number);
    trace.step(
        &APART,
        [
            grade("ordinary", ordinary),
            grade("annual", annual),
            ("difference", Value::Grades(apart)),
            needed(NEEDED),
        ],
    );
    let is_ordinary = current.number.abs_diff(ordinary.number) >= NEEDED
        && same_direction(input.fixed_change, current, ordinary);
    let (is_apart, has_moved) = (apart >= NEEDED, same_direction(input.fixed_change, current, annual));
    if !is_ordinary {
        trace.step(&NOT_ORDINARY, [grade("current", current), grade("ordinary", ordinary), needed(NEEDED)]);
    }
    if !is_apart {
        trace.step(&NOT_APART, [grade("ordinary", ordinary), grade("annual", annual), needed(NEEDED)]);
    }
    if !has_moved {
        trace.step(&NOT_MOVED, [grade("annual", annual), grade("current", current), needed(MOVED)]);
    }
    if !input.is_recurring {
        trace.step(&NOT_RECURRING, []);
    }
    if !input.has_consent {
        trace.step(&NO_CONSENT, []);
    }
    is_ordinary && is_apart && has_moved && input.is_recurring && input.has_consent
}
/// The average of the year in yen: that of fixed pay over three months and of other pay over twelve, with every figure that it is reckoned from.
fn annual_average(input: &OccasionalAnnualInput, trace: &mut Trace) -> i64 {
    let (fixed, variable) = (input.fixed_pay_total_yen.get(), input.variable_pay_total_yen.get());
    let (fixed_yen, variable_yen) = (("fixed", Value::Yen(fixed)), ("variable", Value::Yen(variable)));
    let (three, twelve) = (("three", Value::Months(3)), ("twelve", Value::Months(12)));
    let average = match input.rounding.unwrap_or_default() {
        AnnualPartRounding::EachPart => {
            let (fixed_part, variable_part) = (fixed / 3, variable / 12);
            let average = fixed_part + variable_part;
            trace.step(&FIXED_PART, [fixed_yen, three, ("part", Value::Yen(fixed_part))]);
            trace.step(&VARIABLE_PART, [variable_yen, twelve, ("part", Value::Yen(variable_part))]);
            trace.step(
                &ADDED,
                [
                    ("fixed", Value::Yen(fixed_part)),
                    ("variable", Value::Yen(variable_part)),
                    ("average", Value::Yen(average)),
                ],
            );
            average
        }
        AnnualPartRounding::Sum => {
            let total = fixed * 4 + variable;
            let average = total / 12;
            trace.step(
                &SUMMED,
                [
                    fixed_yen,
                    three,
                    variable_yen,
                    twelve,
                    ("times", Value::Count(4)),
                    ("total", Value::Yen(total)),
                    ("average", Value::Yen(average)),
                ],
            );
            average
        }
    };
    let Some(share) = input.frequent_bonus_total_yen.map(twelfth) else { return average };
    let average = average + share;
    trace.step(&WITH_BONUSES, [("share", Value::Yen(share)), ("average", Value::Yen(average))]);
    average
}
