//! What a 賞与不支給報告書 does (健康保険法施行規則27条): the month is reported, reported otherwise, or the report is taken back.
use super::{
    super::{Code, Finding, Form, NoBonusReport, model::NotificationRow, store},
    Applied,
    standing::Told,
};
use crate::{
    domain::remuneration::{self, NoBonusFault, NoBonusSource},
    kernel::{Operation, Permit, Problem, Tx},
};
use uuid::Uuid;

/// The finding of a report that something stands against.
/// # Errors
/// Database errors.
pub fn fault(tx: &mut Tx<'_>, employer: Uuid, f: &NoBonusReport) -> Result<Option<Finding>, Problem> {
    let against = remuneration::no_bonus_fault(tx.conn(), &f.said(employer))?;
    Ok(against.map(|against| {
        let code = match against {
            NoBonusFault::Paid => Code::BonusPaid,
            NoBonusFault::Reported | NoBonusFault::NotReported => Code::NothingNew,
        };
        Finding::at(code, ["planned_month"])
    }))
}
/// What a form that names nobody would change.
/// # Errors
/// Database errors.
pub fn lines(tx: &mut Tx<'_>, employer: Uuid, form: &Form) -> Result<Vec<Told>, Problem> {
    let Form::NoBonusReport(f) = form else { return Ok(Vec::new()) };
    let lines = remuneration::no_bonus_lines(tx.conn(), &f.said(employer))?;
    Ok(lines
        .into_iter()
        .map(|(field, before, after)| ("no_bonus_report".into(), field.into(), before, after))
        .collect())
}
/// Keeps what it says of the month.
/// # Errors
/// 409 `bonus-paid`, `no-bonus-reported`, `no-bonus-unreported`.
pub fn keep<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    row: &NotificationRow,
    f: &NoBonusReport,
) -> Result<Applied, Problem> {
    let submission = store::written(tx, permit, row.submission_id)?;
    let source = NoBonusSource {
        notification: row.id,
        preparer: &submission.preparer_name,
        received_at: row.received_at,
    };
    remuneration::keep_no_bonus(tx, permit, &f.said(row.employer_id), &source)?;
    Ok(Applied { person: None, result: None })
}
