//! A notification as the case of a linkage with personal numbers: whom it may concern.
use super::{Form, apply, model::NotificationRow, store};
use crate::{
    domain::dependents,
    kernel::{Problem, Tx},
};
use uuid::Uuid;

/// Does the notification stand for all of these persons? `None` when it is no case: there is none, or it was refused, returned or
/// withdrawn before it named anybody of the register. What one person keyed from paper is none until a second person found it right
/// otherwise one clerk could make a case of anybody.
///
/// One that names its person stands for that person and those who are or were dependents under that person. One that waits and
/// names nobody yet stands for those whom its decision may concern: the proposed namesakes, the insured person whom the form
/// names by now, and the holders of the numbers that it carries.
/// # Errors
/// Database errors.
pub fn concerns(tx: &mut Tx<'_>, case: Uuid, persons: &[Uuid]) -> Result<Option<bool>, Problem> {
    let Some(row) = store::case(tx, case)?.filter(NotificationRow::is_trusted) else { return Ok(None) };
    let concerned = match row.person_id {
        Some(person) => family(tx, person)?,
        None => candidates(tx, &row)?,
    };
    Ok(Some(persons.iter().all(|p| concerned.contains(p))))
}
fn family(tx: &mut Tx<'_>, insured: Uuid) -> Result<Vec<Uuid>, Problem> {
    let mut all = dependents::ever_under(tx.conn(), &[insured])?;
    all.push(insured);
    Ok(all)
}
fn candidates(tx: &mut Tx<'_>, row: &NotificationRow) -> Result<Vec<Uuid>, Problem> {
    let kernel = tx.kernel();
    let mut all: Vec<Uuid> = kernel.vault.clashes(tx.conn(), row.id)?.into_iter().map(|c| c.1).collect();
    let Some(form) = row.form.clone() else { return Ok(all) };
    let form: Form =
        serde_json::from_value(form).map_err(|_| Problem::unavailable("stored-form-unreadable"))?;
    all.extend(apply::proposals(tx, row, &form)?.into_iter().map(|p| p.person_id));
    if let Some(insured) = apply::insured_named(tx, row, &form)? {
        all.extend(family(tx, insured)?);
    }
    Ok(all)
}
