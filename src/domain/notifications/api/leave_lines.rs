//! What accepting a form of a leave would change, before and after.
use super::{
    super::{
        Form,
        apply::{covered_since, planned_leave},
    },
    dry_run::Consequence,
};
use crate::{
    domain::remuneration::{self, LeaveFacts},
    kernel::{Kind, Operation, Permit, Problem, Tx},
    values::month::Month,
};
use uuid::Uuid;

/// Lines of a leave, or of a revision after one; none for the other forms, or where it would be refused.
/// # Errors
/// Database errors.
pub fn lines<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    person: Uuid,
    (employer, form): (Uuid, &Form),
) -> Result<Vec<Consequence>, Problem> {
    if let Form::LeaveEndRevisionReport(f) = form {
        tx.note(|n| n.left([person], &["remuneration"]));
        return revision(tx, permit, (person, employer), f.leave_end());
    }
    let Some(Ok((planned, months))) = planned_leave(tx, person, form)? else { return Ok(Vec::new()) };
    tx.note(|n| n.left([person], &["remuneration"]));
    let (before, after) = (planned.before.as_ref(), &planned.after);
    let line = |field: &str, said: fn(&LeaveFacts) -> String| {
        let (before, after) = (before.map(said), said(after));
        (before.as_ref() != Some(&after)).then(|| told("leave", field, before, after))
    };
    let mut all: Vec<Consequence> = [
        line("starts_on", |f| f.starts_on.to_string()),
        line("planned_ends_on", |f| f.planned_ends_on.to_string()),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some(ended) = after.ended_on {
        all.push(told("leave", "ended_on", None, ended.to_string()));
    }
    let before = planned.months_before.map(|m| span(&m));
    all.push(told("leave", "exempt_months", before, span(&months)));
    Ok(all)
}
fn revision<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (person, employer): (Uuid, Uuid),
    end: remuneration::LeaveEnd,
) -> Result<Vec<Consequence>, Problem> {
    let Some(acquired_on) = covered_since(tx, person)? else { return Ok(Vec::new()) };
    let case = remuneration::Case { person, employer, acquired_on, received_on: tx.today(), source: None };
    let (before, after, from) = match remuneration::preview_leave_end(tx, permit, &case, end) {
        Ok(revised) => revised,
        // What the law would not revise changes nothing.
        Err(refused) if refused.kind == Kind::Conflict => return Ok(Vec::new()),
        Err(problem) => return Err(problem),
    };
    Ok(vec![
        told("standard_remuneration", "standard_yen", Some(before.to_string()), after.to_string()),
        told("standard_remuneration", "applies_from", None, from.to_string()),
    ])
}
fn told(subject: &str, field: &str, before: Option<String>, after: String) -> Consequence {
    Consequence { subject: subject.into(), field: field.into(), before, after }
}
/// Months as first, last and count; `0` for none.
fn span(months: &[Month]) -> String {
    match (months.first(), months.last()) {
        (Some(first), Some(last)) => format!("{first} - {last} ({})", months.len()),
        _ => "0".into(),
    }
}
