//! What the forms of leaves do: a leave is kept with the months that it exempts (健康保険法159条, 159条の3).
use super::{
    super::{Code, Finding, Form, LeaveCorrection, model::NotificationRow},
    Applied,
    pay::{applied, still_insured},
};
use crate::{
    domain::{
        members,
        remuneration::{self, LeaveFault, LeaveNotice, PlannedLeave},
    },
    kernel::{Operation, Permit, Problem, Tx},
    values::month::Month,
};
use uuid::Uuid;

/// A leave as it would be, and the months then exempt.
pub type Planned = (PlannedLeave, Vec<Month>);

/// What a form says of a leave; nothing for the other forms.
fn notice_of(form: &Form) -> Option<LeaveNotice> {
    match form {
        Form::MaternityLeaveReport(f) => Some(f.notice()),
        Form::MaternityLeaveChange(f) => Some(f.notice()),
        Form::ChildcareLeaveReport(f) => Some(f.notice()),
        Form::ChildcareLeaveEnd(f) => Some(f.notice()),
        Form::LeaveCorrection(f) => Some(f.notice()),
        _ => None,
    }
}
/// Keeps what a form says of a leave.
/// # Errors
/// 409 when the person is not insured there, or with what does not fit the leaves that are known.
pub fn notice<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (row, insured): (&NotificationRow, Uuid),
    form: &Form,
) -> Result<Applied, Problem> {
    let Some(notice) = notice_of(form) else { return Err(Problem::unavailable("no-leave")) };
    let (cover, case) = still_insured(tx, row, insured)?;
    let kept = remuneration::notice_leave(tx, permit, &case, &notice)?;
    applied(tx, permit, (row, insured, &cover), kept)
}
/// First day of the present cover of a person.
/// # Errors
/// Database errors.
fn covered_since(tx: &mut Tx<'_>, person: Uuid) -> Result<Option<chrono::NaiveDate>, Problem> {
    let periods = members::periods(tx, person)?;
    Ok(periods.into_iter().filter(|(_, until)| until.is_none()).map(|(first, _)| first).max())
}
/// What a form would make of a leave, and the months then exempt; the finding where it does not fit. Nothing for the other forms.
/// # Errors
/// Database errors.
pub fn planned(
    tx: &mut Tx<'_>,
    person: Uuid,
    form: &Form,
) -> Result<Option<Result<Planned, Finding>>, Problem> {
    let Some(notice) = notice_of(form) else { return Ok(None) };
    let Some(since) = covered_since(tx, person)? else { return Ok(None) };
    let planned = remuneration::planned_leave(tx, person, since, &notice)?;
    Ok(Some(planned.map_err(|fault| finding(form, fault))))
}
/// The finding of a notice that does not fit.
fn finding(form: &Form, fault: LeaveFault) -> Finding {
    if let Form::LeaveCorrection(f) = form {
        return corrected(f, fault);
    }
    match fault {
        LeaveFault::Unknown => Finding::at(Code::LeaveNotFound, ["starts_on"]),
        LeaveFault::Overlaps => Finding::at(Code::LeaveOverlap, ["starts_on", "ends_on"]),
        LeaveFault::OutsideCover => Finding::at(Code::OutsideCover, ["starts_on"]),
        LeaveFault::Ended => Finding::at(Code::LeaveEnded, ["starts_on"]),
        LeaveFault::NotLater | LeaveFault::AfterPlanned | LeaveFault::EndsBeforeStart => {
            Finding::at(Code::DateRelation, ["ends_on"])
        }
        LeaveFault::OtherChild => Finding::at(Code::DateRelation, ["child_birth_on"]),
        LeaveFault::OutsideWindow | LeaveFault::BirthTime => {
            Finding::at(Code::DateRelation, ["starts_on", "ends_on"])
        }
        LeaveFault::NoWorkDays => Finding::at(Code::DateRelation, ["no_work_days_between"]),
        LeaveFault::WorkedDays => Finding::at(Code::Sum, ["actual_worked_days"]),
        LeaveFault::Rule(_) => Finding::at(Code::DateRelation, ["starts_on"]),
        LeaveFault::OutsideChild => {
            Finding::at(Code::DateRelation, ["starts_on", "ends_on", "child_birth_on"])
        }
        LeaveFault::EndsAhead => Finding::at(Code::FutureDate, ["ends_on"]),
        LeaveFault::NothingChanges => Finding::at(Code::NothingNew, ["starts_on"]),
        LeaveFault::Rests => Finding::at(Code::StandsAgainst, ["starts_on"]),
    }
}
/// The finding of a correction that does not fit, at what it states.
fn corrected(f: &LeaveCorrection, fault: LeaveFault) -> Finding {
    let stated = [
        ("corrected_starts_on", f.corrected_starts_on),
        ("corrected_ends_on", f.corrected_ends_on),
        ("corrected_child_birth_on", f.corrected_child_birth_on),
    ];
    let code = match fault {
        LeaveFault::Unknown => return Finding::at(Code::LeaveNotFound, ["starts_on"]),
        LeaveFault::Rests => return Finding::at(Code::StandsAgainst, ["starts_on"]),
        LeaveFault::EndsAhead => return Finding::at(Code::FutureDate, ["corrected_ends_on"]),
        LeaveFault::Overlaps => Code::LeaveOverlap,
        LeaveFault::OutsideCover => Code::OutsideCover,
        LeaveFault::NothingChanges => Code::NothingNew,
        _ => Code::DateRelation,
    };
    let keys = stated.into_iter().filter(|(_, day)| day.is_some()).map(|(key, _)| key).collect();
    Finding { keys, ..Finding::at(code, []) }
}
