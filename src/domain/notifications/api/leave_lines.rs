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
    let Some(after) = &planned.after else {
        return Ok(planned.before.map_or_else(Vec::new, |before| gone(&before, planned.months_before)));
    };
    let before = planned.before.as_ref();
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
    let was = before.and_then(|b| b.ended_on);
    if let Some(ended) = after.ended_on.filter(|ended| was != Some(*ended)) {
        all.push(told("leave", "ended_on", was.map(|d| d.to_string()), ended.to_string()));
    }
    if let (Some(was), Some(born)) = (before.and_then(|b| b.child.born_on), after.child.born_on)
        && was != born
    {
        tx.note(|n| n.left([person], &["family"]));
        all.push(told("leave", "child_birth_on", Some(was.to_string()), born.to_string()));
    }
    let (before, after) = (planned.months_before.map(|m| span(&m)), span(&months));
    if before.as_ref() != Some(&after) {
        all.push(told("leave", "exempt_months", before, after));
    }
    Ok(all)
}
/// Lines of a leave that never was.
fn gone(before: &LeaveFacts, months: Option<Vec<Month>>) -> Vec<Consequence> {
    let days = [
        ("starts_on", Some(before.starts_on)),
        ("planned_ends_on", Some(before.planned_ends_on)),
        ("ended_on", before.ended_on),
    ];
    let mut all: Vec<Consequence> = days
        .into_iter()
        .filter_map(|(field, day)| Some(told("leave", field, Some(day?.to_string()), "none".into())))
        .collect();
    all.push(told("leave", "exempt_months", months.map(|m| span(&m)), "none".into()));
    all
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
