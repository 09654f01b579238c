//! 産前産後休業終了時改定・育児休業等終了時改定 (健康保険法43条の3, 43条の2): the stored leave and remuneration and the form's three
//! months go into the rule.
use super::{
    super::{
        leaves::{self, LeaveFacts, LeaveFault},
        rules::{
            self, GradeInput, LeaveEndInput, LeaveEndOutcome, LeaveEndRevision, LeaveKind, PaidMonth, Rule,
            StandardRemunerationGrade, Trace, WorkKind,
        },
        told::stored,
    },
    changes::{
        CHILDCARE_END, Case, Decided, MATERNITY_END, amount, displace_regular, keep_as, reasoned,
        require_cover, require_first, revisable, undecidable,
    },
    store,
};
use crate::{
    kernel::{Operation, Permit, Problem, Tx},
    values::{month::Month, period},
};
use chrono::NaiveDate;

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
/// What the law makes of it.
struct Revised {
    facts: LeaveEndInput,
    trace: Trace,
    from: Month,
    /// Grade, 標準報酬月額, 報酬月額.
    amounts: (u8, i64, i64),
}

/// Decides a revision after a leave.
/// # Errors
/// 409 `leave-not-found` when no stored leave of that kind ended on that day, `child-is-three` and `leave-of-another-child` by the child of
/// the stored leave, `before-acquisition`, `already-determined`,
/// `nothing-to-revise`, `no-revision` with the law's reason, `not-decidable`.
pub fn decide_leave_end<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case,
    end: LeaveEnd,
) -> Result<Decided, Problem> {
    let word = if end.leave == LeaveKind::Maternity { MATERNITY_END } else { CHILDCARE_END };
    let (_, revised) = revised(tx, permit, case, end, word)?;
    displace_regular(tx, permit, case, revised.from)?;
    let told = stored::<LeaveEndRevision>(&revised.facts, &revised.trace)?;
    let rule = (word, LeaveEndRevision::VERSION);
    keep_as(tx, permit, case, rule, revised.from, revised.amounts, told)
}
/// What a decision would give: 標準報酬月額 before and after in yen, and the first month.
/// # Errors
/// As of `decide_leave_end`.
pub fn preview_leave_end<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case,
    end: LeaveEnd,
) -> Result<(i64, i64, Month), Problem> {
    let word = if end.leave == LeaveKind::Maternity { MATERNITY_END } else { CHILDCARE_END };
    let (before, revised) = revised(tx, permit, case, end, word)?;
    Ok((before, revised.amounts.1, revised.from))
}
fn leave_not_found() -> Problem {
    Problem::conflict(
        "leave-not-found",
        "この日に終了した休業は登録されていません",
        "No leave of this kind that ended on this day is known",
    )
}
/// Months in which a child is under three.
const UNDER_THREE: i32 = 36;
/// The child of the stored leave is the form's, and is under three when a childcare leave ends (健康保険法43条の2第1項).
fn require_child(stored: &LeaveFacts, end: &LeaveEnd) -> Result<(), Problem> {
    let Some(born) = stored.child.born_on else { return Ok(()) };
    if end.leave == LeaveKind::Childcare && stored.last_day() > period::last_day(born, UNDER_THREE) {
        return Err(Problem::conflict(
            "child-is-three",
            "登録されている休業の子は、休業の終了日に3歳に達しています",
            "The child of the stored leave was three when it ended",
        ));
    }
    if born != end.child_born_on {
        return Err(LeaveFault::OtherChild.problem());
    }
    Ok(())
}
fn revised<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case,
    end: LeaveEnd,
    word: &str,
) -> Result<(i64, Revised), Problem> {
    let next_day = end.ended_on.succ_opt().unwrap_or(end.ended_on);
    let from = Month::of(next_day).plus(3);
    require_cover(case, Month::of(end.ended_on))?;
    let known = leaves::live(tx.conn(), case.person)?;
    let mut all = Vec::with_capacity(known.len());
    for row in &known {
        all.push(row.facts_of_leave()?);
    }
    all.retain(|l| l.starts_on >= case.acquired_on);
    let ended = all.iter().find(|l| l.leave_type.kind() == end.leave && l.last_day() == end.ended_on);
    require_child(ended.ok_or_else(leave_not_found)?, &end)?;
    let next = |kind| {
        let begins = |l: &&LeaveFacts| l.leave_type.kind() == kind && l.starts_on == next_day;
        all.iter().find(begins).map(|l| l.starts_on)
    };
    // A childcare leave bars the revision after a maternity leave only (43条の3第1項ただし書).
    let next_childcare = if end.leave == LeaveKind::Maternity { next(LeaveKind::Childcare) } else { None };
    let live = store::live(tx, permit, case.person)?;
    require_first(&live, word, from)?;
    let current = revisable(&live, from)?;
    let facts = LeaveEndInput {
        leave: end.leave,
        kind: end.kind,
        ended_on: end.ended_on,
        months: end.months,
        current_standard_yen: amount(current.standard_yen)?,
        is_requested: true,
        next_maternity_starts_on: next(LeaveKind::Maternity),
        next_childcare_starts_on: next_childcare,
        reading: rules::LeaveEndReading::default(),
    };
    let (out, trace) = rules::apply::<LeaveEndRevision>(&facts).map_err(undecidable)?;
    let LeaveEndOutcome { revises: true, determined, .. } = out else {
        return Err(reasoned("no-revision", &trace));
    };
    let (Some(standard), Some(from)) = (determined.standard_yen, determined.effective_month) else {
        return Err(reasoned("no-revision", &trace));
    };
    let grade = GradeInput { remuneration_yen: amount(standard)?, month: from };
    let (grade, _) = rules::apply::<StandardRemunerationGrade>(&grade).map_err(undecidable)?;
    let amounts = (grade.grade, standard, determined.average_yen.unwrap_or(standard));
    Ok((current.standard_yen, Revised { facts, trace, from, amounts }))
}
