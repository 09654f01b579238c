//! 産前産後休業・育児休業等終了時改定 — revision on request after a leave (健康保険法43条の2, 43条の3).
use super::{
    Refusal, Rule,
    determined::Determined,
    exemption::LeaveKind,
    grades::{GradeTable, look_up},
    holds_until, in_reach,
    months::{PaidMonth, WorkKind, add_frequent_bonuses, average, counted, in_order},
    refuse,
    trace::{Trace, Value, steps},
};
pub use crate::values::readings::LeaveEndReading;
use crate::values::{month::Month, period, yen::Yen};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

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
    /// Day of birth of the child of a childcare leave: it must be under three when the leave ends (43条の2第1項). Not examined when absent.
    #[validate(custom(function = "in_reach"))]
    #[serde(
        default,
        deserialize_with = "crate::kernel::input::dated",
        skip_serializing_if = "Option::is_none"
    )]
    #[schema(nullable = false)]
    pub child_born_on: Option<NaiveDate>,
    /// First day of a maternity leave that follows. The proviso of 43条の2 names it; 43条の3 does not, but nobody takes two maternity leaves
    /// in a row, so it bars a revision after either leave.
    #[validate(custom(function = "in_reach"))]
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub next_maternity_starts_on: Option<NaiveDate>,
    /// First day of a childcare leave that follows a maternity leave (43条の3第1項ただし書).
    #[validate(custom(function = "in_reach"))]
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub next_childcare_starts_on: Option<NaiveDate>,
    /// Total of the bonuses of the year before 1 July that are paid four times a year or more, for reasons of one kind: they are remuneration.
    /// Left out where the pay of the months states them already, as the forms do.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub frequent_bonus_total_yen: Option<Yen>,
    /// How the month of effect is read; as the society has set when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reading: Option<LeaveEndReading>,
}
/// Why there is a revision, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaveEndReason {
    /// Nobody asked for it.
    NotRequested,
    /// The child of the childcare leave was three when it ended.
    ChildIsThree,
    /// Another leave starts the next day.
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
    /// What is set, and for how long.
    #[serde(flatten)]
    pub determined: Determined,
}

steps! {
    NOT_REQUESTED = "not_requested", "健康保険法43条の2第1項、43条の3第1項":
        "申出がないため、改定しません。" / "Nobody asked for it: there is no revision.";
    CHILD_UNDER_THREE = "child_under_three", "健康保険法43条の2第1項、民法143条":
        "{born}に生まれた子が3歳に満たない期間は{until}までで、休業の終了日{ended}はその間にあります。" /
        "The child was born on {born} and is under three until {until}: the leave ended by then, on {ended}.";
    CHILD_THREE = "child_is_three", "健康保険法43条の2第1項、民法143条":
        "{born}に生まれた子が3歳に満たない期間は{until}までで、休業の終了日{ended}には3歳に達しているため、改定しません。" /
        "The child was born on {born} and is under three until {until}: it was three when the leave ended on {ended}, so there is no revision.";
    CHILD_UNKNOWN = "child_not_examined", "健康保険法43条の2第1項":
        "子の生年月日がないため、休業の終了日{ended}に子が3歳に満たないことは確かめていません。" /
        "The child's day of birth is not given: whether it was under three on {ended}, when the leave ended, is not examined.";
    NEXT = "next_leave_starts", "健康保険法43条の2第1項ただし書":
        "休業終了の翌日{next}に産前産後休業が始まるため、改定しません。" /
        "A maternity leave starts on {next}, the day after the end: there is no revision.";
    NEXT_CHILDCARE = "childcare_leave_starts", "健康保険法43条の3第1項ただし書":
        "産前産後休業終了の翌日{next}に育児休業等が始まるため、改定しません。" /
        "A childcare leave starts on {next}, the day after the maternity leave: there is no revision.";
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
    const VERSION: &'static str = "2022-10.2";
    fn decide(input: &LeaveEndInput, trace: &mut Trace) -> Result<LeaveEndOutcome, Refusal> {
        let next_day = input.ended_on.succ_opt().unwrap_or(input.ended_on);
        let first = Month::of(next_day);
        let mut months = in_order(&input.months, first, 3)?;
        let effective = takes_effect(input.ended_on, input.reading.unwrap_or_default());
        let table = GradeTable::in_force(effective)?;
        let current = table.with_standard(input.current_standard_yen, "/current_standard_yen")?;
        if input.leave == LeaveKind::Childcare && input.next_childcare_starts_on.is_some() {
            return Err(refuse(
                "/next_childcare_starts_on",
                "only-after-maternity-leave",
                ("産前産後休業の終了にだけ記載できます", "for the end of a maternity leave only"),
            ));
        }
        require_fitting_child(input)?;
        if !input.is_requested {
            trace.step(&NOT_REQUESTED, []);
            return Ok(none(LeaveEndReason::NotRequested, None));
        }
        if input.leave == LeaveKind::Childcare && !is_under_three(input, trace) {
            return Ok(none(LeaveEndReason::ChildIsThree, None));
        }
        if input.next_maternity_starts_on == Some(next_day) {
            trace.step(&NEXT, [("next", Value::Date(next_day))]);
            return Ok(none(LeaveEndReason::NextLeaveStarts, None));
        }
        if input.next_childcare_starts_on == Some(next_day) {
            trace.step(&NEXT_CHILDCARE, [("next", Value::Date(next_day))]);
            return Ok(none(LeaveEndReason::NextLeaveStarts, None));
        }
        add_frequent_bonuses(&mut months, input.frequent_bonus_total_yen, trace)?;
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
            reason: LeaveEndReason::Ok,
            determined: Determined::holding(Some(average), new.standard, effective, until),
        })
    }
}
const fn none(reason: LeaveEndReason, average_yen: Option<i64>) -> LeaveEndOutcome {
    LeaveEndOutcome { revises: false, reason, determined: Determined::average(average_yen) }
}
fn require_fitting_child(input: &LeaveEndInput) -> Result<(), Refusal> {
    let Some(born) = input.child_born_on else { return Ok(()) };
    if input.leave == LeaveKind::Maternity {
        return Err(refuse(
            "/child_born_on",
            "only-after-childcare-leave",
            ("育児休業等の終了にだけ記載できます", "for the end of a childcare leave only"),
        ));
    }
    if born > input.ended_on {
        return Err(refuse(
            "/child_born_on",
            "born-after-leave",
            ("子の生年月日が休業の終了日より後です", "born after the end of the leave"),
        ));
    }
    Ok(())
}
/// The child is not known to be three when the childcare leave ends (健康保険法43条の2第1項), and what is known is noted.
fn is_under_three(input: &LeaveEndInput, trace: &mut Trace) -> bool {
    let ended = ("ended", Value::Date(input.ended_on));
    let Some(born) = input.child_born_on else {
        trace.step(&CHILD_UNKNOWN, [ended]);
        return true;
    };
    let until = last_day_under_three(born);
    let is_under = input.ended_on <= until;
    let words = if is_under { &CHILD_UNDER_THREE } else { &CHILD_THREE };
    trace.step(words, [("born", Value::Date(born)), ("until", Value::Date(until)), ended]);
    is_under
}
/// The last day on which a child is 「三歳に満たない」: the day before its third birthday, with the end of which it reaches three (年齢計算ニ関スル法律,
/// 民法143条2項). A leave for a child under three lasts until then at most, that day included.
pub fn last_day_under_three(born: NaiveDate) -> NaiveDate {
    period::reaches_age(born, 3)
}
/// The first month of a revision after a leave with that last day (健康保険法43条の2第2項, 43条の3第2項).
pub fn takes_effect(ended_on: NaiveDate, reading: LeaveEndReading) -> Month {
    let next_day = ended_on.succ_opt().unwrap_or(ended_on);
    match reading {
        LeaveEndReading::Practice => Month::of(next_day).plus(3),
        LeaveEndReading::Literal => literal_effect(next_day),
    }
}
/// 「翌日から起算して二月を経過した日の属する月の翌月」 by the letter.
fn literal_effect(next_day: NaiveDate) -> Month {
    let passed = period::last_day(next_day, 2);
    Month::of(passed.succ_opt().unwrap_or(passed)).plus(1)
}
