//! 年間平均による随時改定 — when pay that is not fixed runs high or low in the same months every year (平成30年保発0301第8号).
use super::{
    Refusal, Rule,
    grades::{GradeTable, look_up},
    months::{PaidMonth, WorkKind, in_order, none_left_out},
    occasional::{
        FixedPayChange, OccasionalInput, OccasionalOutcome, OccasionalReason, OccasionalRevision,
        note_difference, revised, same_direction, three_months,
    },
    trace::{Trace, Value, steps},
};
use crate::values::{month::Month, yen::Yen};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Where fractions are dropped; the notice does not say, so a society chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AnnualPartRounding {
    /// Each of the two averages is cut, then they are added.
    #[default]
    EachPart,
    /// The exact averages are added, then the sum is cut.
    Sum,
}
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
    /// Where fractions are dropped.
    #[serde(default)]
    #[schema(nullable = false)]
    pub rounding: AnnualPartRounding,
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
    ANNUAL = "annual_average", "平成30年保発0301第8号", YenDown:
        "固定的賃金の合計{fixed}を{three}で、非固定的賃金の合計{variable}を{twelve}で除した額を加え、年間平均は{average}です。" /
        "Fixed pay {fixed} divided by {three}, and other pay {variable} divided by {twelve}, together give {average}.";
    APART = "ordinary_and_annual", "平成30年保発0301第8号":
        "通常の{ordinary}と年間平均の{annual}の差は{difference}で、{needed}以上の差が要ります。" /
        "The ordinary {ordinary} and {annual} of the year differ by {difference}; {needed} or more are needed.";
    NOT_ALLOWED = "annual_not_used", "平成30年保発0301第8号":
        "要件(通常の随時改定に該当、例年の差、同意、等級差)を満たさないため、年間平均によらず、通常の随時改定によります。" /
        "The conditions (ordinary revision, recurring difference, consent, grades) are not all met: the usual rule decides.";
}
/// Grades by which the ordinary average must differ from the current grade and from the average of the year.
const NEEDED: u8 = 2;

/// 年間平均による随時改定 (平成30年保発0301第8号).
pub struct OccasionalRevisionAnnual;
impl Rule for OccasionalRevisionAnnual {
    type Input = OccasionalAnnualInput;
    type Outcome = OccasionalAnnualOutcome;
    const ID: &'static str = "occasional_revision_annual";
    const VERSION: &'static str = "2018-10.2";
    fn decide(input: &OccasionalAnnualInput, trace: &mut Trace) -> Result<OccasionalAnnualOutcome, Refusal> {
        let months = in_order(&input.months, input.change_month, 3)?;
        none_left_out(&months)?;
        let effective = input.change_month.plus(3);
        let table = GradeTable::in_force(effective)?;
        let current = table.with_standard(input.current_standard_yen, "/current_standard_yen")?;
        let Some(ordinary_average) = three_months(&months, input.kind, trace) else {
            return by_the_usual_rule(input, None, trace);
        };
        let ordinary = look_up(&table, ordinary_average, trace);
        let from_current = note_difference(current, ordinary, trace);
        let annual_average = annual_average(input, trace);
        let annual = look_up(&table, annual_average, trace);
        let apart = ordinary.number.abs_diff(annual.number);
        trace.step(
            &APART,
            [
                ("ordinary", Value::Grade(ordinary.number)),
                ("annual", Value::Grade(annual.number)),
                ("difference", Value::Grades(apart)),
                ("needed", Value::Grades(NEEDED)),
            ],
        );
        note_difference(current, annual, trace);
        let is_ordinary = from_current >= NEEDED && same_direction(input.fixed_change, current, ordinary);
        let is_allowed = is_ordinary
            && apart >= NEEDED
            && same_direction(input.fixed_change, current, annual)
            && input.is_recurring
            && input.has_consent;
        if !is_allowed {
            return by_the_usual_rule(input, Some(annual_average), trace);
        }
        Ok(OccasionalAnnualOutcome {
            uses_annual: true,
            annual_average_yen: Some(annual_average),
            revision: revised(OccasionalReason::TwoGrades, annual_average, annual, effective, trace),
        })
    }
}
/// What the usual rule decides (健康保険法43条1項), when the average of the year may not be used.
fn by_the_usual_rule(
    input: &OccasionalAnnualInput,
    annual_average_yen: Option<i64>,
    trace: &mut Trace,
) -> Result<OccasionalAnnualOutcome, Refusal> {
    trace.step(&NOT_ALLOWED, []);
    let usual = OccasionalInput {
        kind: input.kind,
        fixed_change: input.fixed_change,
        change_month: input.change_month,
        months: input.months.clone(),
        current_standard_yen: input.current_standard_yen,
        current_base_yen: input.current_base_yen,
        frequent_bonus_total_yen: None,
    };
    let revision = OccasionalRevision::decide(&usual, trace)?;
    Ok(OccasionalAnnualOutcome { uses_annual: false, annual_average_yen, revision })
}
fn annual_average(input: &OccasionalAnnualInput, trace: &mut Trace) -> i64 {
    let (fixed, variable) = (input.fixed_pay_total_yen.get(), input.variable_pay_total_yen.get());
    let average = match input.rounding {
        AnnualPartRounding::EachPart => fixed / 3 + variable / 12,
        AnnualPartRounding::Sum => (fixed * 4 + variable) / 12,
    };
    trace.step(
        &ANNUAL,
        [
            ("fixed", Value::Yen(fixed)),
            ("three", Value::Months(3)),
            ("variable", Value::Yen(variable)),
            ("twelve", Value::Months(12)),
            ("average", Value::Yen(average)),
        ],
    );
    average
}
