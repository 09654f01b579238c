//! 産前産後休業・育児休業等終了時改定 — revision on request after a leave (健康保険法43条の2, 43条の3).
use super::{
    Refusal, Rule,
    exemption::LeaveKind,
    grades::{GradeTable, look_up},
    holds_until, in_reach,
    months::{PaidMonth, WorkKind, average, counted, in_order},
    trace::{Trace, Value, steps},
};
use crate::values::{month::Month, period, yen::Yen};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// How "the month after the month in which two months have passed from the day after the end" is read when that day is the last of a month that
/// the third month lacks. Both readings agree otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaveEndReading {
    /// The fourth month always, as offices practise it.
    #[default]
    Practice,
    /// The words of the Act: the fifth month after an end on 30 July or 28 to 30 December.
    Literal,
}
/// Facts of a revision after a leave.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct LeaveEndInput {
    /// Which leave ended.
    pub leave: LeaveKind,
    /// How much the person works.
    pub kind: WorkKind,
    /// Last day of the leave.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub ended_on: NaiveDate,
    /// The month of the day after the end and the two after it, in any order.
    #[validate(length(equal = 3), nested)]
    #[schema(min_items = 3, max_items = 3)]
    pub months: Vec<PaidMonth>,
    /// 従前の標準報酬月額.
    pub current_standard_yen: Yen,
    /// The insured person asked for it through the employer.
    pub is_requested: bool,
    /// First day of a maternity leave that follows.
    #[validate(custom(function = "in_reach"))]
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub next_maternity_starts_on: Option<NaiveDate>,
    /// How the month of effect is read.
    #[serde(default)]
    #[schema(nullable = false)]
    pub reading: LeaveEndReading,
}
/// Why there is a revision, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaveEndReason {
    /// Nobody asked for it.
    NotRequested,
    /// A maternity leave starts the next day.
    NextLeaveStarts,
    /// No month has enough days.
    NoEligibleMonth,
    /// The grade stays.
    SameGrade,
    /// Revised.
    Ok,
}
/// What a revision after a leave gives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeaveEndOutcome {
    /// The standard remuneration is revised.
    pub revises: bool,
    /// Why, or why not.
    pub reason: LeaveEndReason,
    /// Average of the months that count.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Yen>)]
    pub average_yen: Option<i64>,
    /// New 標準報酬月額.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Yen>)]
    pub standard_yen: Option<i64>,
    /// 改定年月.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub effective_month: Option<Month>,
    /// Last month unless revised earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub valid_until_month: Option<Month>,
}

steps! {
    NOT_REQUESTED = "not_requested", "健康保険法43条の2第1項、43条の3第1項":
        "申出がないため、改定しません。" / "Nobody asked for it: there is no revision.";
    NEXT = "next_leave_starts", "健康保険法43条の2第1項ただし書":
        "休業終了の翌日{next}に産前産後休業が始まるため、改定しません。" /
        "A maternity leave starts on {next}, the day after the end: there is no revision.";
    NO_MONTH = "no_eligible_month", "健康保険法43条の2第1項、43条の3第1項":
        "{first}からの3か月に算入できる月がないため、改定しません。" /
        "None of the three months from {first} counts: there is no revision.";
    SAME = "same_grade", "健康保険法43条の2第1項、43条の3第1項":
        "従前の標準報酬月額{standard}と同じ{grade}のため、改定しません。" /
        "It is the same {grade} as before ({standard}): there is no revision.";
    REVISED = "revised", "健康保険法43条の2第2項、43条の3第2項":
        "従前の{current}から{standard}に改定し、{effective}から{until}まで適用します。" /
        "Revised from {current} to {standard}, from {effective} to {until}.";
}

/// 産前産後休業・育児休業等終了時改定 (健康保険法43条の2, 43条の3).
pub struct LeaveEndRevision;
impl Rule for LeaveEndRevision {
    type Input = LeaveEndInput;
    type Outcome = LeaveEndOutcome;
    const ID: &'static str = "leave_end_revision";
    const VERSION: &'static str = "2022-10";
    fn decide(input: &LeaveEndInput, trace: &mut Trace) -> Result<LeaveEndOutcome, Refusal> {
        let next_day = input.ended_on.succ_opt().unwrap_or(input.ended_on);
        let first = Month::of(next_day);
        let months = in_order(&input.months, first, 3)?;
        let effective = match input.reading {
            LeaveEndReading::Practice => first.plus(3),
            LeaveEndReading::Literal => literal_effect(next_day),
        };
        let table = GradeTable::in_force(effective)?;
        let current = table.with_standard(input.current_standard_yen, "/current_standard_yen")?;
        if !input.is_requested {
            trace.step(&NOT_REQUESTED, []);
            return Ok(none(LeaveEndReason::NotRequested, None));
        }
        if input.next_maternity_starts_on == Some(next_day) {
            trace.step(&NEXT, [("next", Value::Date(next_day))]);
            return Ok(none(LeaveEndReason::NextLeaveStarts, None));
        }
        let Some(average) = average(&counted(&months, input.kind, true, trace), trace) else {
            trace.step(&NO_MONTH, [("first", Value::Month(first))]);
            return Ok(none(LeaveEndReason::NoEligibleMonth, None));
        };
        let new = look_up(&table, average, trace);
        if new == current {
            let figures = [("standard", Value::Yen(new.standard)), ("grade", Value::Grade(new.number))];
            trace.step(&SAME, figures);
            return Ok(none(LeaveEndReason::SameGrade, Some(average)));
        }
        let until = holds_until(effective);
        trace.step(
            &REVISED,
            [
                ("current", Value::Yen(current.standard)),
                ("standard", Value::Yen(new.standard)),
                ("effective", Value::Month(effective)),
                ("until", Value::Month(until)),
            ],
        );
        Ok(LeaveEndOutcome {
            revises: true,
            standard_yen: Some(new.standard),
            effective_month: Some(effective),
            valid_until_month: Some(until),
            ..none(LeaveEndReason::Ok, Some(average))
        })
    }
}
const fn none(reason: LeaveEndReason, average_yen: Option<i64>) -> LeaveEndOutcome {
    LeaveEndOutcome {
        revises: false,
        reason,
        average_yen,
        standard_yen: None,
        effective_month: None,
        valid_until_month: None,
    }
}
/// 「翌日から起算して二月を経過した日の属する月の翌月」 by the letter.
fn literal_effect(next_day: NaiveDate) -> Month {
    let passed = period::last_day(next_day, 2);
    Month::of(passed.succ_opt().unwrap_or(passed)).plus(1)
}
