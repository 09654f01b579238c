//! How a notice of a leave is kept: the leaves as they are afterwards go through the rule of exemption, and every one whose facts or
//! months differ gets a new version. Whoever decides holds the person.
use super::{
    super::{
        decisions::Case,
        rules::{ExemptionMonths, LeaveKind, Rule},
        told,
    },
    fault::LeaveFault,
    model::LeaveRow,
    plan::{self, LeaveFacts, LeaveNotice, PlannedLeave},
    store::{self, NewLeave},
};
use crate::{
    kernel::{Operation, Permit, Problem, Tx, errand::Act},
    values::month::Month,
};
use chrono::NaiveDate;
use diesel::PgConnection;
use serde::Serialize;
use uuid::Uuid;

/// A leave as it is after a notice.
#[derive(Clone, Debug, Serialize)]
pub struct AppliedLeave {
    /// Leave.
    pub leave_id: Uuid,
    /// First day.
    pub leave_starts_on: NaiveDate,
    /// Last day as far as known.
    pub leave_ends_on: NaiveDate,
    /// Months without the monthly premium.
    pub exempt_months: Vec<Month>,
    /// Months in which a bonus bears no premium.
    pub exempt_bonus_months: Vec<Month>,
}
impl AppliedLeave {
    /// A leave that never was: its days as they were recorded, and no month.
    fn none_of(leave_id: Uuid, before: &LeaveFacts) -> Self {
        Self {
            leave_id,
            leave_starts_on: before.starts_on,
            leave_ends_on: before.last_day(),
            exempt_months: Vec::new(),
            exempt_bonus_months: Vec::new(),
        }
    }
}
/// A leave as it is to be, with what stays of its version.
#[derive(Debug)]
pub(super) struct Wanted {
    /// Leave.
    pub leave_id: Uuid,
    /// Employer.
    pub employer: Uuid,
    /// The leave.
    pub facts: LeaveFacts,
    /// 開始受付日, 終了受付日.
    pub received_on: (NaiveDate, Option<NaiveDate>),
    /// Notification it came with.
    pub source: Option<Uuid>,
}
impl Wanted {
    /// A leave that stays, with these facts.
    pub fn kept(row: &LeaveRow, facts: LeaveFacts) -> Self {
        Self {
            leave_id: row.leave_id,
            employer: row.employer_id,
            facts,
            received_on: (row.start_received_on, row.end_received_on),
            source: row.source,
        }
    }
}

/// What a notice would make of a leave of a person whose present cover began on `acquired_on`, and the months then exempt.
/// # Errors
/// Database errors; the inner one tells what does not fit.
pub fn planned_leave(
    tx: &mut Tx<'_>,
    person: Uuid,
    acquired_on: NaiveDate,
    notice: &LeaveNotice,
) -> Result<Result<(PlannedLeave, Vec<Month>), LeaveFault>, Problem> {
    let known = plan::known(&of_cover(store::live(tx.conn(), person)?, acquired_on))?;
    Ok(fitted(tx, person, (&known, acquired_on, notice))?.and_then(|planned| {
        let Some(after) = planned.after.clone() else { return Ok((planned, Vec::new())) };
        let others = known.into_iter().filter(|(id, _)| planned.leave_id != Some(*id)).map(|(_, f)| f);
        let all: Vec<LeaveFacts> = others.chain([after.clone()]).collect();
        let (_, outcome, _) = plan::exemption(&after, &all).map_err(LeaveFault::Rule)?;
        Ok((planned, outcome.monthly_months))
    }))
}
/// A notice that fits what is known of the person, today, and what rests on it.
fn fitted(
    tx: &mut Tx<'_>,
    person: Uuid,
    (known, acquired_on, notice): (&[(Uuid, LeaveFacts)], NaiveDate, &LeaveNotice),
) -> Result<Result<PlannedLeave, LeaveFault>, Problem> {
    let planned = match plan::plan(known, acquired_on, notice) {
        Ok(planned) => planned,
        Err(fault) => return Ok(Err(fault)),
    };
    let [before, after] =
        [&planned.before, &planned.after].map(|leave| leave.as_ref().and_then(|leave| leave.ended_on));
    if after != before && after.is_some_and(|day| day > tx.today()) {
        return Ok(Err(LeaveFault::EndsAhead));
    }
    let rests = rests_on(tx.conn(), person, (notice, &planned))?;
    Ok(if rests { Err(LeaveFault::Rests) } else { Ok(planned) })
}
/// Does a revision after a leave rest on what a correction takes away or moves: on the last day of the leave itself, on the child that it was
/// for, or on no leave beginning the day after another (健康保険法43条の2, 43条の3)?
fn rests_on(
    conn: &mut PgConnection,
    person: Uuid,
    (notice, planned): (&LeaveNotice, &PlannedLeave),
) -> Result<bool, Problem> {
    let (LeaveNotice::Correct { .. }, Some(before)) = (notice, &planned.before) else { return Ok(false) };
    let (kind, last) = (before.leave_type.kind(), before.last_day());
    let child = before.child.born_on.filter(|_| kind == LeaveKind::Childcare);
    let is_same = |after: &LeaveFacts| {
        after.last_day() == last && child.is_none_or(|born| after.child.born_on == Some(born))
    };
    if !planned.after.as_ref().is_some_and(is_same) && store::is_revised_after(conn, person, (kind, last))? {
        return Ok(true);
    }
    let Some(after) = planned.after.as_ref().filter(|after| after.starts_on != before.starts_on) else {
        return Ok(false);
    };
    let Some(day_before) = after.starts_on.pred_opt() else { return Ok(false) };
    let is_barred = |ended: LeaveKind| kind == LeaveKind::Maternity || ended == LeaveKind::Maternity;
    for ended in [LeaveKind::Maternity, LeaveKind::Childcare].into_iter().filter(|k| is_barred(*k)) {
        if store::is_revised_after(conn, person, (ended, day_before))? {
            return Ok(true);
        }
    }
    Ok(false)
}
/// Keeps what a notice says.
/// # Errors
/// 409 with what does not fit.
pub fn notice_leave<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case,
    notice: &LeaveNotice,
) -> Result<AppliedLeave, Problem> {
    let rows = of_cover(store::live(tx.conn(), case.person)?, case.acquired_on);
    let known = plan::known(&rows)?;
    let planned =
        fitted(tx, case.person, (&known, case.acquired_on, notice))?.map_err(LeaveFault::problem)?;
    let leave_id = planned.leave_id.unwrap_or_else(Uuid::now_v7);
    let mut wanted = Vec::with_capacity(rows.len() + 1);
    for (row, (_, facts)) in rows.iter().zip(known) {
        if row.leave_id != leave_id {
            wanted.push(Wanted::kept(row, facts));
        }
    }
    let old = rows.iter().find(|r| r.leave_id == leave_id);
    let start = old.map(|r| r.start_received_on);
    // a corrected end was received when it was notified first
    let end = old.and_then(|r| r.end_received_on).unwrap_or(case.received_on);
    if let Some(facts) = planned.after.clone() {
        wanted.push(Wanted {
            leave_id,
            employer: case.employer,
            received_on: (start.unwrap_or(case.received_on), facts.ended_on.map(|_| end)),
            facts,
            source: case.source,
        });
    }
    let act = Act::permitted(tx, permit, case.source)?;
    let kept = keep(tx.conn(), &act, case.person, &rows, wanted)?;
    if let (None, Some(before)) = (&planned.after, &planned.before) {
        return Ok(AppliedLeave::none_of(leave_id, before));
    }
    kept.into_iter().find(|l| l.leave_id == leave_id).ok_or_else(|| Problem::unavailable("leave-not-kept"))
}
/// Leaves end with the cover: one that runs ends on the day before the loss, one that begins later is none (健康保険法36条, 156条3項).
/// # Errors
/// Database errors.
pub fn end_on_loss(
    conn: &mut PgConnection,
    act: &Act,
    person: Uuid,
    (acquired_on, lost_on): (NaiveDate, NaiveDate),
) -> Result<(), Problem> {
    let rows = of_cover(store::live(conn, person)?, acquired_on);
    let last = lost_on.pred_opt().unwrap_or(lost_on);
    let mut wanted = Vec::with_capacity(rows.len());
    for (row, (_, facts)) in rows.iter().zip(plan::known(&rows)?) {
        if let Some(facts) = plan::cut(facts, last) {
            wanted.push(Wanted::kept(row, facts));
        }
    }
    keep(conn, act, person, &rows, wanted).map(|_| ())
}
/// Leaves of the present cover: those of a former one, of this employer or another, stay as they are and are neither told nor counted here.
fn of_cover(rows: Vec<LeaveRow>, acquired_on: NaiveDate) -> Vec<LeaveRow> {
    rows.into_iter().filter(|r| r.starts_on >= acquired_on).collect()
}
/// Brings what is stored to what is wanted, and tells every leave as it is then.
pub(super) fn keep(
    conn: &mut PgConnection,
    act: &Act,
    person: Uuid,
    rows: &[LeaveRow],
    wanted: Vec<Wanted>,
) -> Result<Vec<AppliedLeave>, Problem> {
    let all: Vec<(Uuid, LeaveFacts)> = wanted.iter().map(|w| (w.employer, w.facts.clone())).collect();
    for gone in rows.iter().filter(|r| wanted.iter().all(|w| w.leave_id != r.leave_id)) {
        store::close(conn, act, gone.leave_id)?;
    }
    let (mut kept, mut new) = (Vec::with_capacity(wanted.len()), Vec::new());
    for w in wanted {
        let here: Vec<LeaveFacts> =
            all.iter().filter(|(at, _)| *at == w.employer).map(|(_, f)| f.clone()).collect();
        let (facts, outcome, trace) =
            plan::exemption(&w.facts, &here).map_err(|r| LeaveFault::Rule(r).problem())?;
        kept.push(AppliedLeave {
            leave_id: w.leave_id,
            leave_starts_on: w.facts.starts_on,
            leave_ends_on: w.facts.last_day(),
            exempt_months: outcome.monthly_months.clone(),
            exempt_bonus_months: outcome.bonus_months.clone(),
        });
        let told = told::stored::<ExemptionMonths>(&facts, &trace)?;
        let old = rows.iter().find(|r| r.leave_id == w.leave_id);
        if let Some(old) = old {
            if old.facts_of_leave()? == w.facts && old.inputs == told.0 {
                continue;
            }
            store::close(conn, act, w.leave_id)?;
        }
        new.push(NewLeave {
            leave_id: w.leave_id,
            person: (person, w.employer),
            facts: w.facts,
            rule: (ExemptionMonths::ID, ExemptionMonths::VERSION),
            months: (outcome.monthly_months, outcome.bonus_months),
            told,
            received_on: w.received_on,
            source: w.source,
        });
    }
    // All old versions are closed by now: leaves that give days to one another don't meet.
    for leave in new {
        store::insert(conn, act, leave)?;
    }
    Ok(kept)
}
