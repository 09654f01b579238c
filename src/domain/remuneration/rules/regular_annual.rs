//! 年間平均による定時決定 — when April to June are busy or slack every year (健康保険法44条1項; 平成23年保発0331第6号).
use super::{
    Refusal, Rule,
    grades::{GradeTable, look_up},
    months::{PaidMonth, WorkKind, add_frequent_bonuses, average, counted, in_order},
    trace::{Trace, Value, steps},
};
use crate::values::{month::Month, yen::Yen};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Facts of a determination by the average of a year.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RegularAnnualInput {
    /// Year of the determination.
    #[validate(range(min = 2011, max = 2198))]
    #[schema(minimum = 2011, maximum = 2198)]
    pub year: i32,
    /// How much the person works.
    pub kind: WorkKind,
    /// July of the year before to June, in any order.
    #[validate(length(equal = 12), nested)]
    #[schema(min_items = 12, max_items = 12)]
    pub months: Vec<PaidMonth>,
    /// The difference recurs every year by the nature of the work.
    pub is_recurring: bool,
    /// The insured person consents.
    pub has_consent: bool,
    /// Total of the bonuses of the year before 1 July that are paid four times a year or more, for reasons of one kind: they are remuneration.
    /// Left out where the pay of the months states them already, as the forms do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub frequent_bonus_total_yen: Option<Yen>,
}
/// Both averages, and which of them decides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RegularAnnualOutcome {
    /// Average of what counts of April to June.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Yen>)]
    pub spring_average_yen: Option<i64>,
    /// Average of what counts of the year.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Yen>)]
    pub annual_average_yen: Option<i64>,
    /// The average of the year decides.
    pub uses_annual: bool,
    /// 標準報酬月額; absent when no month of April to June counts, so that the previous one stays.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Yen>)]
    pub standard_yen: Option<i64>,
}

steps! {
    SPRING = "spring", "健康保険法41条1項":
        "まず{first}から{last}までの通常の平均を求めます。" /
        "First the usual average, {first} to {last}.";
    YEAR = "year", "平成23年保発0331第6号":
        "次に{first}から{last}までの年間の平均を求めます。" /
        "Then the average of the year, {first} to {last}.";
    DIFFERENCE = "difference", "平成23年保発0331第6号":
        "通常の{spring}と年間の{annual}の差は{difference}で、年間平均には{needed}以上の差が要ります。" /
        "The usual {spring} and the annual {annual} differ by {difference}; the average of the year needs {needed} or more.";
    NOT_RECURRING = "not_recurring", "平成23年保発0331第6号":
        "業務の性質上例年発生する差ではないため、年間平均によりません。" /
        "The difference does not recur by the nature of the work: the average of the year is not used.";
    NO_CONSENT = "no_consent", "平成23年保発0331第6号":
        "被保険者の同意がないため、年間平均によりません。" /
        "The insured person does not consent: the average of the year is not used.";
    NO_SPRING = "no_spring_month", "健康保険法44条1項":
        "4月から6月に算入できる月がないため、従前の標準報酬月額によります。" /
        "No month of April to June counts: the previous standard remuneration stays.";
    ANNUAL = "annual_used", "健康保険法44条1項":
        "年間平均{average}により標準報酬月額は{standard}です。" /
        "By the average of the year, {average}, the standard remuneration is {standard}.";
    USUAL = "usual_used", "健康保険法41条1項":
        "通常の平均{average}により標準報酬月額は{standard}です。" /
        "By the usual average, {average}, the standard remuneration is {standard}.";
}
/// Grades by which the two averages must differ.
const NEEDED: u8 = 2;

/// 年間平均による定時決定 (平成23年保発0331第6号).
pub struct RegularDeterminationAnnual;
impl Rule for RegularDeterminationAnnual {
    type Input = RegularAnnualInput;
    type Outcome = RegularAnnualOutcome;
    const ID: &'static str = "regular_determination_annual";
    const VERSION: &'static str = "2011-04";
    fn decide(input: &RegularAnnualInput, trace: &mut Trace) -> Result<RegularAnnualOutcome, Refusal> {
        let first = Month::in_year(input.year - 1, 7);
        let (april, june) = (first.plus(9), first.plus(11));
        let mut months = in_order(&input.months, first, 12)?;
        let table = GradeTable::in_force(Month::in_year(input.year, 9))?;
        add_frequent_bonuses(&mut months, input.frequent_bonus_total_yen, trace)?;
        let spring_months: Vec<PaidMonth> = months.iter().copied().filter(|m| m.month >= april).collect();
        trace.step(&SPRING, [("first", Value::Month(april)), ("last", Value::Month(june))]);
        let spring = average(&counted(&spring_months, input.kind, true, trace), trace);
        trace.step(&YEAR, [("first", Value::Month(first)), ("last", Value::Month(june))]);
        let annual = average(&counted(&months, input.kind, true, trace), trace);
        let (Some(spring_average), Some(annual_average)) = (spring, annual) else {
            trace.step(&NO_SPRING, []);
            return Ok(RegularAnnualOutcome {
                spring_average_yen: spring,
                annual_average_yen: annual,
                uses_annual: false,
                standard_yen: None,
            });
        };
        let usual = look_up(&table, spring_average, trace);
        let yearly = look_up(&table, annual_average, trace);
        let difference = usual.number.abs_diff(yearly.number);
        trace.step(
            &DIFFERENCE,
            [
                ("spring", Value::Grade(usual.number)),
                ("annual", Value::Grade(yearly.number)),
                ("difference", Value::Grades(difference)),
                ("needed", Value::Grades(NEEDED)),
            ],
        );
        if !input.is_recurring {
            trace.step(&NOT_RECURRING, []);
        }
        if !input.has_consent {
            trace.step(&NO_CONSENT, []);
        }
        let uses_annual = difference >= NEEDED && input.is_recurring && input.has_consent;
        let (words, amount, grade) =
            if uses_annual { (&ANNUAL, annual_average, yearly) } else { (&USUAL, spring_average, usual) };
        trace.step(words, [("average", Value::Yen(amount)), ("standard", Value::Yen(grade.standard))]);
        Ok(RegularAnnualOutcome {
            spring_average_yen: spring,
            annual_average_yen: annual,
            uses_annual,
            standard_yen: Some(grade.standard),
        })
    }
}
