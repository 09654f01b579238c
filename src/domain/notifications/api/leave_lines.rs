//! What accepting a form of a leave would change, before and after.
use super::{
    super::{Form, apply::planned_leave},
    dry_run::Consequence,
};
use crate::{
    domain::remuneration::LeaveFacts,
    kernel::{Problem, Tx},
    values::month::Month,
};
use uuid::Uuid;

/// Lines of a leave; none for the other forms, or where it would be refused.
/// # Errors
/// Database errors.
pub fn lines(tx: &mut Tx<'_>, person: Uuid, form: &Form) -> Result<Vec<Consequence>, Problem> {
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
    let (before, after) = (planned.months_before.map(|m| span(&m)), span(&months));
    if before.as_ref() != Some(&after) {
        all.push(told("leave", "exempt_months", before, after));
    }
    Ok(all)
}
/// A line.
pub fn told(subject: &str, field: &str, before: Option<String>, after: String) -> Consequence {
    Consequence { subject: subject.into(), field: field.into(), before, after }
}
/// Months as first, last and count; `0` for none.
fn span(months: &[Month]) -> String {
    match (months.first(), months.last()) {
        (Some(first), Some(last)) => format!("{first} - {last} ({})", months.len()),
        _ => "0".into(),
    }
}
