//! 定時決定 — the yearly determination from April, May and June (健康保険法41条).
use super::{
    Refusal, Rule,
    determined::Determined,
    grades::{GradeTable, look_up},
    holds_until, in_reach,
    months::{PaidMonth, WorkKind, add_frequent_bonuses, average, counted, in_order},
    refuse,
    trace::{Trace, Value, steps},
};
use crate::values::{month::Month, yen::Yen};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Facts of a regular determination.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RegularInput {
    /// Year of the determination.
    #[validate(range(min = 2007, max = 2198))]
    #[schema(minimum = 2007, maximum = 2198)]
    pub year: i32,
    /// How much the person works.
    pub kind: WorkKind,
    /// April, May and June of the year, in any order.
    #[validate(length(equal = 3), nested)]
    #[schema(min_items = 3, max_items = 3)]
    pub months: Vec<PaidMonth>,
    /// 従前の標準報酬月額: kept when no month counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub previous_standard_yen: Option<Yen>,
    /// 資格取得日.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub acquired_on: NaiveDate,
    /// 資格喪失日, the first day without cover.
    #[validate(custom(function = "in_reach"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub lost_on: Option<NaiveDate>,
    /// Month (1 to 12) of the year from which another revision takes effect.
    #[validate(range(min = 1, max = 12))]
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 12)]
    pub revision_month: Option<u8>,
    /// Total of the bonuses of the year before 1 July that are paid four times a year or more, for reasons of one kind: they are remuneration.
    /// Left out where the pay of the months states them already, as the forms do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub frequent_bonus_total_yen: Option<Yen>,
}
/// Why it is so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegularReason {
    /// The average decides.
    Averaged,
    /// No month counts: the standard remuneration stays.
    CarriedOver,
    /// Not insured on 1 July.
    NotInsuredOnJul1,
    /// Acquired between 1 June and 1 July.
    AcquiredJun1ToJul1,
    /// Another revision takes effect in July, August or September.
    RevisedJulToSep,
}
/// What a regular determination gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct RegularOutcome {
    /// A standard remuneration is determined.
    pub applies: bool,
    /// Why.
    pub reason: RegularReason,
    /// Months that counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, maximum = 3)]
    pub months_used: Option<u8>,
    /// Grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1, maximum = 50)]
    pub grade: Option<u8>,
    /// What is set, and for how long.
    #[serde(flatten)]
    pub determined: Determined,
}

steps! {
    NOT_INSURED = "not_insured_on_jul1", "健康保険法41条1項":
        "{day}現在の被保険者ではないため(取得日{acquired})、定時決定の対象ではありません。" /
        "Not insured on {day} (acquired on {acquired}): there is no regular determination.";
    LOST = "lost_by_jul1", "健康保険法41条1項":
        "{lost}に資格を喪失し、{day}現在の被保険者ではないため、定時決定の対象ではありません。" /
        "Cover was lost on {lost}, so not insured on {day}: there is no regular determination.";
    ACQUIRED_LATE = "acquired_jun1_to_jul1", "健康保険法41条3項":
        "取得日{acquired}が{from}から{day}までの間にあるため、定時決定の対象ではありません。" /
        "Acquired on {acquired}, between {from} and {day}: there is no regular determination.";
    REVISED = "revised_jul_to_sep", "健康保険法41条3項":
        "{revision}から改定されるため、定時決定の対象ではありません。" /
        "A revision takes effect from {revision}: there is no regular determination.";
    CARRIED = "carried_over", "健康保険法44条1項":
        "算入できる月がないため、従前の標準報酬月額{standard}({grade})によります。" /
        "No month counts: the standard remuneration stays at {standard} ({grade}).";
    HOLDS = "holds", "健康保険法41条2項":
        "{effective}から{until}まで適用します。" /
        "It holds from {effective} to {until}.";
}

/// 定時決定 (健康保険法41条, 44条1項).
pub struct RegularDetermination;
impl Rule for RegularDetermination {
    type Input = RegularInput;
    type Outcome = RegularOutcome;
    const ID: &'static str = "regular_determination";
    const VERSION: &'static str = "2022-10";
    fn decide(input: &RegularInput, trace: &mut Trace) -> Result<RegularOutcome, Refusal> {
        let mut months = in_order(&input.months, Month::in_year(input.year, 4), 3)?;
        let effective = Month::in_year(input.year, 9);
        let table = GradeTable::in_force(effective)?;
        let previous = match input.previous_standard_yen {
            Some(yen) => Some(table.with_standard(yen, "/previous_standard_yen")?),
            None => None,
        };
        if input.lost_on.is_some_and(|lost| lost < input.acquired_on) {
            return Err(refuse(
                "/lost_on",
                "lost-before-acquired",
                ("喪失日が取得日より前です", "the day of loss is before the day of acquisition"),
            ));
        }
        if let Some(reason) = not_applicable(input, trace) {
            return Ok(outcome(false, reason));
        }
        add_frequent_bonuses(&mut months, input.frequent_bonus_total_yen, trace)?;
        let pays = counted(&months, input.kind, true, trace);
        let months_used = u8::try_from(pays.len()).ok();
        let average = average(&pays, trace);
        let (reason, grade) = match average {
            Some(average) => (RegularReason::Averaged, look_up(&table, average, trace)),
            None => {
                let kept = previous.ok_or(refuse(
                    "/previous_standard_yen",
                    "missing-field",
                    ("算入できる月がないときは従前の標準報酬月額が必要です", "needed when no month counts"),
                ))?;
                let figures = [("standard", Value::Yen(kept.standard)), ("grade", Value::Grade(kept.number))];
                trace.step(&CARRIED, figures);
                (RegularReason::CarriedOver, kept)
            }
        };
        let until = holds_until(effective);
        trace.step(&HOLDS, [("effective", Value::Month(effective)), ("until", Value::Month(until))]);
        Ok(RegularOutcome {
            months_used,
            grade: Some(grade.number),
            determined: Determined::holding(average, grade.standard, effective, until),
            ..outcome(true, reason)
        })
    }
}
const fn outcome(applies: bool, reason: RegularReason) -> RegularOutcome {
    RegularOutcome { applies, reason, months_used: None, grade: None, determined: Determined::average(None) }
}
/// Why somebody takes no part this year, asked in the order of the Act (健康保険法41条1項, 3項).
fn not_applicable(input: &RegularInput, trace: &mut Trace) -> Option<RegularReason> {
    let june1 = Month::in_year(input.year, 6).first_day();
    let july1 = Month::in_year(input.year, 7).first_day();
    let (day, acquired) = (("day", Value::Date(july1)), ("acquired", Value::Date(input.acquired_on)));
    if input.acquired_on > july1 {
        trace.step(&NOT_INSURED, [day, acquired]);
        return Some(RegularReason::NotInsuredOnJul1);
    }
    if let Some(lost) = input.lost_on.filter(|lost| *lost <= july1) {
        trace.step(&LOST, [day, ("lost", Value::Date(lost))]);
        return Some(RegularReason::NotInsuredOnJul1);
    }
    if input.acquired_on >= june1 {
        trace.step(&ACQUIRED_LATE, [day, acquired, ("from", Value::Date(june1))]);
        return Some(RegularReason::AcquiredJun1ToJul1);
    }
    let revised = input.revision_month.filter(|month| (7..=9).contains(month))?;
    trace.step(&REVISED, [("revision", Value::Month(Month::in_year(input.year, revised.into())))]);
    Some(RegularReason::RevisedJulToSep)
}
