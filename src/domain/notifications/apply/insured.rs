//! The insured person whom a form is about.
use super::{
    super::{Form, model::NotificationRow},
    beside,
};
use crate::{
    domain::{members, remuneration},
    kernel::{Problem, Tx},
};
use uuid::Uuid;

/// The insured person that a form is about, found when it came or now; `None` for an acquisition, which makes one, and for a form that
/// names nobody.
/// # Errors
/// 409 `person-not-found`; since the notification came, the person may have left for another employer.
pub fn insured_of(tx: &mut Tx<'_>, row: &NotificationRow, form: &Form) -> Result<Option<Uuid>, Problem> {
    if matches!(form, Form::QualificationAcquisition(_)) || form.head().is_none() {
        return Ok(None);
    }
    let found = match row.person_id {
        _ if form.card().is_some() => of_card(tx, form)?,
        Some(person) if form.body().pay_time().is_some() => {
            let day = tx.today();
            remuneration::case_at(tx.conn(), person, row.employer_id, day)?.map(|_| person)
        }
        Some(person) => {
            let is_named = match named(form) {
                Some(named) => members::is_insured_at(tx, person, row.employer_id, named.cover)?,
                None => false,
            };
            let is_loss = matches!(form, Form::QualificationLoss(_));
            let is_there = is_named || is_loss && beside::works(tx, (person, row.employer_id))?;
            is_there.then_some(person)
        }
        None => insured_named(tx, row, form)?,
    };
    found.map(Some).ok_or_else(person_not_found)
}
/// The person insured at the employer whom a form names, unless it makes one: by 整理番号 with reading and birth day, else by
/// reading and birth day alone; `None` when it names nobody, and for an acquisition.
/// # Errors
/// Database errors.
pub fn insured_named(tx: &mut Tx<'_>, row: &NotificationRow, form: &Form) -> Result<Option<Uuid>, Problem> {
    if matches!(form, Form::QualificationAcquisition(_)) {
        return Ok(None);
    }
    if form.card().is_some() {
        return of_card(tx, form);
    }
    let Some(named) = named(form) else { return Ok(None) };
    Ok(members::find_named(tx, row.employer_id, &[named])?.into_iter().next().flatten())
}
/// The person whom a form names by 記号・番号; nothing for the other forms.
/// # Errors
/// Database errors.
pub fn of_card(tx: &mut Tx<'_>, form: &Form) -> Result<Option<Uuid>, Problem> {
    let Some((card, head)) = form.card().zip(form.head()) else { return Ok(None) };
    Ok(members::by_card(tx, card, head.name_kana, head.birth_on)?.map(|cover| cover.person_id))
}
/// What a form says of the insured person whom it is about; nothing of one that names nobody.
pub fn named(form: &Form) -> Option<members::Named<'_>> {
    use members::CoverNamed;
    let cover = match form {
        Form::QualificationLoss(f) => CoverNamed::Losing(f.lost_on),
        Form::AcquisitionCancellation(f) => CoverNamed::Acquired(f.acquired_on),
        Form::LossCancellation(f) => CoverNamed::Lost(f.lost_on),
        Form::QualificationDateCorrection(f) => CoverNamed::Acquired(f.acquired_on),
        Form::BirthDateCorrection(_) => CoverNamed::RunningOrAt75,
        form if form.body().pay_time().is_some() => CoverNamed::Past,
        _ => CoverNamed::Running,
    };
    let head = form.head()?;
    Some(members::Named {
        office_number: head.office_number,
        name_kana: head.name_kana,
        birth_on: head.birth_on,
        cover,
    })
}
/// 409 where nobody is insured whom a form is about.
pub fn person_not_found() -> Problem {
    Problem::conflict(
        "person-not-found",
        "該当する被保険者がいません",
        "No insured person of this employer is named by the form",
    )
}
