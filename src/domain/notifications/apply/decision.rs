//! The decision of a form: what is about it is checked, everybody concerned is held, and the form's kind says what is done.
use super::{
    super::{Form, Slot, model::NotificationRow},
    correction, family, insured, leave, no_bonus, pay, person, qualification, recognition, voluntary,
};
use crate::{
    domain::{dependents, members, remuneration, voluntary::LateReason},
    kernel::{Operation, Permit, Problem, Tx, clock},
};
use chrono::NaiveDate;
use recognition::RecognitionStatement;
use serde_json::Value;
use uuid::Uuid;

/// Where a decision acts.
pub struct Case<'a> {
    /// The notification.
    pub row: &'a NotificationRow,
    /// 名寄せ: what staff chose for places of the form, in the order of the request.
    pub choices: &'a [(Slot, person::Choice)],
    /// 保険者算定: what staff determined about the pay of the form.
    pub determination: Option<&'a remuneration::Determination>,
    /// Whether staff recognises the reason for an application that came late.
    pub late: LateReason,
    /// 認定: what staff states of those who are to be recognised, in the order of the request.
    pub recognitions: &'a [RecognitionStatement],
}
/// 409 for a notification that holds no form that can be read.
pub fn no_form() -> Problem {
    Problem::conflict("no-form", "届書の内容がありません", "There is no form to apply")
}
/// Who was concerned, and the result that payroll needs.
pub struct Applied {
    /// Insured person; none of a form that names nobody.
    pub person: Option<Uuid>,
    /// 記号・番号・枝番, dates; none of a form that names nobody.
    pub result: Option<Value>,
}
impl Applied {
    /// What was done of an insured person.
    pub(super) const fn of(person: Uuid, result: Value) -> Self {
        Self { person: Some(person), result: Some(result) }
    }
}

/// Applies a form. Nothing is written when it is refused: the transaction ends with the refusal.
/// # Errors
/// 409 when the state of the society does not allow it, or the choice of a person is missing; 422 for a choice that does not fit.
pub fn apply<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case<'_>,
    form: &Form,
) -> Result<Applied, Problem> {
    if let Form::QualificationAcquisition(f) = form {
        wait_for(tx, f.acquired_on)?;
    }
    if form.body().pay_time().is_none() {
        pay::refuse_determination(case.determination)?;
    }
    recognition::require_expected(form, case.recognitions)?;
    let persons = person::settle(tx, permit, case, form)?;
    let insured = insured::insured_of(tx, case.row, form)?;
    let chosen: Vec<Uuid> = persons.values().copied().collect();
    // whose 任継 an acquisition may end, with the family's cover
    let continuing =
        persons.get(&Slot::Insured).filter(|_| matches!(form, Form::QualificationAcquisition(_)));
    let heads: Vec<Uuid> = insured.iter().chain(continuing).copied().collect();
    // a loss or a change that is decided at the same time waits, or was decided before
    let known = dependents::hold_families(tx.conn(), &heads, &chosen)?;
    tx.record_at_once(known);
    members::require_current(tx, permit, &[heads, chosen].concat())?;
    let (row, known) = (case.row, || insured.ok_or_else(insured::person_not_found));
    match form {
        Form::QualificationAcquisition(f) => {
            qualification::acquire(tx, permit, row, f, persons.get(&Slot::Insured))
        }
        Form::QualificationLoss(f) => qualification::lose(tx, permit, row, f, known()?),
        Form::DependentChange(f) => {
            let stated = case.recognitions;
            family::change(
                tx,
                permit,
                &family::Family { row, insured: known()?, persons: &persons, stated },
                f,
            )
        }
        Form::RegularReport(_)
        | Form::RevisionReport(_)
        | Form::LeaveEndRevisionReport(_)
        | Form::RemunerationCorrection(_)
        | Form::BonusReport(_)
        | Form::BonusCorrection(_)
        | Form::TwoOfficeReport(_) => pay::decide(tx, permit, (row, known()?), (form, case.determination)),
        Form::VoluntaryApplication(f) => voluntary::join(tx, permit, row, f, case.late),
        Form::VoluntaryLoss(f) => voluntary::lose(tx, permit, (row, known()?), f),
        Form::MaternityLeaveReport(_)
        | Form::MaternityLeaveChange(_)
        | Form::ChildcareLeaveReport(_)
        | Form::ChildcareLeaveEnd(_)
        | Form::LeaveCorrection(_) => leave::notice(tx, permit, (row, known()?), form),
        Form::AcquisitionCancellation(_)
        | Form::LossCancellation(_)
        | Form::QualificationDateCorrection(_)
        | Form::BirthDateCorrection(_)
        | Form::NameChangeReport(_)
        | Form::AddressChangeReport(_) => correction::correct(tx, permit, (row, known()?), form),
        Form::NoBonusReport(f) => no_bonus::keep(tx, permit, row, f),
    }
}
/// The day on which the society received a notification, JST.
pub(super) fn received_on(row: &NotificationRow) -> NaiveDate {
    clock::jst_date(row.received_at)
}
/// What was filed ahead is decided from the day of its event on.
pub(super) fn wait_for(tx: &Tx<'_>, day: NaiveDate) -> Result<(), Problem> {
    if day <= tx.today() {
        return Ok(());
    }
    Err(Problem::conflict(
        "not-yet",
        "資格取得日・認定日がまだ到来していません",
        "The day of the event is still to come",
    ))
}
