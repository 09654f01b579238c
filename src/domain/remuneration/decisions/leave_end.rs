//! 産前産後休業終了時改定・育児休業等終了時改定 (健康保険法43条の3, 43条の2): the stored leave and remuneration and the form's three
//! months go into the rule.
use super::{
    super::{
        leaves::{self, LeaveFacts, LeaveFault},
        rules::{self, LeaveEndInput, LeaveEndReading, LeaveKind, PaidMonth, WorkKind},
    },
    changes::{Case, require_cover, require_first},
    determination::revisable,
    facts::{Facts, amount},
    history::History,
};
use crate::{kernel::Problem, values::month::Month};
use chrono::NaiveDate;
use diesel::PgConnection;

/// What a form says of the end of a leave and of the pay after it.
#[derive(Clone, Debug)]
pub struct LeaveEnd {
    /// Which leave ended.
    pub leave: LeaveKind,
    /// Its last day.
    pub ended_on: NaiveDate,
    /// Day of birth of the child, as the form states it.
    pub child_born_on: NaiveDate,
    /// How much the person works.
    pub kind: WorkKind,
    /// The three months from that of the day after the end.
    pub months: Vec<PaidMonth>,
}
fn leave_not_found() -> Problem {
    Problem::conflict(
        "leave-not-found",
        "この日に終了した休業は登録されていません",
        "No leave of this kind that ended on this day is known",
    )
}
/// The child of the stored leave is the form's. One that was three when a childcare leave ended is for the rule to refuse (健康保険法43条の2第1項).
fn require_child(born: NaiveDate, end: &LeaveEnd) -> Result<(), Problem> {
    let is_three = end.leave == LeaveKind::Childcare && end.ended_on > rules::last_day_under_three(born);
    if is_three || born == end.child_born_on { Ok(()) } else { Err(LeaveFault::OtherChild.problem()) }
}
/// The facts of a revision after a leave.
/// # Errors
/// 409 `leave-not-found` when no stored leave of that kind ended on that day, `leave-of-another-child` by the child of the stored leave,
/// `before-acquisition`, `already-determined`, `nothing-to-revise`.
pub fn facts(
    conn: &mut PgConnection,
    case: &Case,
    history: &History,
    (end, reading): (LeaveEnd, LeaveEndReading),
) -> Result<Facts, Problem> {
    let next_day = end.ended_on.succ_opt().unwrap_or(end.ended_on);
    let from = rules::takes_effect(end.ended_on, reading);
    require_cover(case, Month::of(end.ended_on), "/ends_on")?;
    let known = leaves::live(conn, case.person)?;
    let mut all = Vec::with_capacity(known.len());
    for row in &known {
        all.push(row.facts_of_leave()?);
    }
    all.retain(|l| l.starts_on >= case.acquired_on);
    let ended = all.iter().find(|l| l.leave_type.kind() == end.leave && l.last_day() == end.ended_on);
    let born_on = ended.ok_or_else(leave_not_found)?.child.born_on;
    born_on.map_or(Ok(()), |born| require_child(born, &end))?;
    let next = |kind| {
        let begins = |l: &&LeaveFacts| l.leave_type.kind() == kind && l.starts_on == next_day;
        all.iter().find(begins).map(|l| l.starts_on)
    };
    // A childcare leave bars the revision after a maternity leave only (43条の3第1項ただし書).
    let next_childcare = if end.leave == LeaveKind::Maternity { next(LeaveKind::Childcare) } else { None };
    let current = revisable(history, case.employer, from)?;
    let facts = Facts::LeaveEnd(LeaveEndInput {
        leave: end.leave,
        kind: end.kind,
        ended_on: end.ended_on,
        months: end.months,
        current_standard_yen: amount(current.0)?,
        is_requested: true,
        child_born_on: born_on.filter(|_| end.leave == LeaveKind::Childcare),
        next_maternity_starts_on: next(LeaveKind::Maternity),
        next_childcare_starts_on: next_childcare,
        frequent_bonus_total_yen: None,
        reading: Some(reading),
    });
    require_first(history, case, facts.word(), from)?;
    Ok(facts)
}
