//! What accepting a notification does to members and dependents, in the transaction of the decision.
mod beside;
mod correction;
mod family;
mod leave;
mod no_bonus;
mod pay;
mod person;
mod recognition;
mod rehearsal;
mod standing;
mod voluntary;

use super::{Acquisition, Form, Loss, Slot, model::NotificationRow};
use crate::{
    domain::{
        dependents, employers, members, remuneration,
        voluntary::{self as continued, LateReason},
    },
    kernel::{Operation, Permit, Problem, Tx, clock, errand::Act, vault::Registration},
    values::period,
};
use chrono::NaiveDate;
pub use correction::{Line, fault as correction_fault, lines as correction_lines};
pub use leave::planned as planned_leave;
pub use no_bonus::{fault as no_bonus_fault, lines as no_bonus_lines};
pub use pay::{after_loss, is_beside, plan as plan_pay, preview_case, regular, result as pay_result};
pub use person::{Choice, SamePersonProposal, proposals};
pub use recognition::{RecognitionProposal, RecognitionStatement, recognitions};
pub use rehearsal::{application_ahead, continued_loss_ahead, loss_ahead, pay_told, rehearse};
use serde_json::{Value, json};
pub use standing::Told;
use uuid::Uuid;
pub use voluntary::preview;

/// Where a decision acts.
pub struct Case<'a> {
    /// The notification.
    pub row: &'a NotificationRow,
    /// 名寄せ: what staff chose for places of the form, in the order of the request.
    pub choices: &'a [(Slot, Choice)],
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
    const fn of(person: Uuid, result: Value) -> Self {
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
    let insured = insured_of(tx, case.row, form)?;
    let chosen: Vec<Uuid> = persons.values().copied().collect();
    // whose 任継 an acquisition may end, with the family's cover
    let continuing =
        persons.get(&Slot::Insured).filter(|_| matches!(form, Form::QualificationAcquisition(_)));
    let heads: Vec<Uuid> = insured.iter().chain(continuing).copied().collect();
    // a loss or a change that is decided at the same time waits, or was decided before
    let known = dependents::hold_families(tx.conn(), &heads, &chosen)?;
    tx.record_at_once(known);
    members::require_current(tx, permit, &[heads, chosen].concat())?;
    let (row, known) = (case.row, || insured.ok_or_else(person_not_found));
    match form {
        Form::QualificationAcquisition(f) => acquire(tx, permit, row, f, persons.get(&Slot::Insured)),
        Form::QualificationLoss(f) => lose(tx, permit, row, f, known()?),
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
        | Form::ChildcareLeaveEnd(_) => leave::notice(tx, permit, (row, known()?), form),
        Form::AcquisitionCancellation(_)
        | Form::LossCancellation(_)
        | Form::QualificationDateCorrection(_)
        | Form::BirthDateCorrection(_)
        | Form::NameChangeReport(_)
        | Form::AddressChangeReport(_) => correction::correct(tx, permit, (row, known()?), form),
        Form::NoBonusReport(f) => no_bonus::keep(tx, permit, row, f),
    }
}
fn received_on(row: &NotificationRow) -> NaiveDate {
    clock::jst_date(row.received_at)
}
/// 種別 as the sex of a person; a class that does not tell it is unset.
fn person_sex(s: super::Sex) -> &'static str {
    s.person_sex().map_or("unset", |s| s.as_str())
}

/// What was filed ahead is decided from the day of its event on.
fn wait_for(tx: &Tx<'_>, day: NaiveDate) -> Result<(), Problem> {
    if day <= tx.today() {
        return Ok(());
    }
    Err(Problem::conflict(
        "not-yet",
        "資格取得日・認定日がまだ到来していません",
        "The day of the event is still to come",
    ))
}
fn acquire<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    row: &NotificationRow,
    f: &Acquisition,
    same: Option<&Uuid>,
) -> Result<Applied, Problem> {
    if let Some(person) = same {
        let received = (received_on(row), Some(row.id));
        continued::end_by_new_job(tx, permit, (*person, f.acquired_on), received)?;
    }
    if let Some(person) = same
        && let Some(cover) = beside::begins(tx, row, *person, f)?
    {
        return beside::begin(tx, permit, (row, f), &cover);
    }
    let identity = acquisition_facts(row, f);
    let (person, was_insured) = match same {
        Some(person) => {
            let was_insured = dependents::admit_insured(tx, *person, f.acquired_on)?;
            members::restate(tx, permit, *person, &identity)?;
            (*person, was_insured)
        }
        None => (members::new_person(tx, permit, &identity, missing_reason(f))?, false),
    };
    move_number(tx, row.id, Slot::Insured, person)?;
    let symbol = employers::symbol_of(tx, row.employer_id, f.acquired_on)?;
    let number = match &f.insured_number {
        Some(n) => employers::take_number(tx.conn(), &symbol, n)?,
        None => employers::next_number(tx.conn(), &symbol)?,
    };
    members::enrol(
        tx,
        permit,
        &members::Enrol {
            person,
            employer: row.employer_id,
            enrolment_type: members::EnrolmentType::Compulsory,
            prepayment: None,
            number: (symbol.clone(), number.clone()),
            office_number: f.office_number.clone(),
            acquired_on: f.acquired_on,
            reason: if was_insured { "rejoined" } else { "new" },
            received_on: received_on(row),
            planned_loss_on: Some(period::birthday(f.birth_on, 75)),
            short_time_worker: f.short_time_worker,
            remuneration_yen: Some(f.total_yen),
            source: Some(row.id),
        },
    )?;
    let result = json!({ "member_id": person, "symbol": symbol, "number": number, "branch": "00",
                         "acquired_on": f.acquired_on, "dependents": [] });
    let decided =
        remuneration::decide_acquisition(tx, permit, &pay::case(row, person, f.acquired_on), f.total_yen)?;
    Ok(Applied::of(person, pay::with(result, decided)?))
}
/// What an acquisition states of the person.
fn acquisition_facts(row: &NotificationRow, f: &Acquisition) -> members::IdentityFacts {
    let address = f.resident_address.clone().unwrap_or_default();
    members::IdentityFacts {
        name: f.name.clone(),
        name_kana: f.name_kana.clone(),
        birth_on: f.birth_on,
        sex: f.sex.map_or("unset", person_sex),
        resident: (address.postal_code, address.text, address.kana),
        valid_from: f.acquired_on,
        reason: "acquisition",
        received_on: received_on(row),
        source: Some(row.id),
    }
}
fn missing_reason(f: &Acquisition) -> &'static str {
    if f.no_resident_address_reason.is_some() { "no_resident_record" } else { "not_notified" }
}
/// Moves a number that waited with the notification into the register, if one waited.
fn move_number(tx: &mut Tx<'_>, notification: Uuid, slot: Slot, person: Uuid) -> Result<(), Problem> {
    let kernel = tx.kernel();
    let by = tx.actor()?.id;
    let Some(number) = kernel.vault.take_pending(tx.conn(), notification, slot.as_str())? else {
        return Ok(());
    };
    kernel.vault.register(
        tx.conn(),
        &kernel.clock,
        Registration { person, number: &number, reason: "notified", by },
    )
}

fn lose<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    row: &NotificationRow,
    f: &Loss,
    person: Uuid,
) -> Result<Applied, Problem> {
    if !row.carries_number {
        // the form names a person that the society knows; its number, if any, stays where it is
        tx.note(|n| n.left([person], &[]));
    }
    // A loss never registers a number: it named the person, and is forgotten with the decision.
    let kernel = tx.kernel();
    kernel.vault.drop_pending(tx.conn(), row.id)?;
    if beside::works(tx, (person, row.employer_id))? {
        return beside::end(tx, permit, (row, person), f.lost_on);
    }
    let (member, ended) =
        end_cover(tx, permit, (person, row.employer_id), f, (received_on(row), Some(row.id)))?;
    let result = json!({ "member_id": person, "symbol": member.symbol, "number": member.number, "branch": member.branch,
                         "acquired_on": member.acquired_on, "lost_on": f.lost_on, "dependents_ended": ended, "dependents": [] });
    Ok(Applied::of(person, result))
}
/// Ends cover at an employer with all that rests on it; gives the member and how many dependents lost cover.
fn end_cover<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (person, employer): (Uuid, Uuid),
    f: &Loss,
    (received_on, source): (NaiveDate, Option<Uuid>),
) -> Result<(members::MemberRow, usize), Problem> {
    members::lose(tx, permit, (person, employer), f.lost_on, f.cause.as_str(), received_on, source)?;
    let ended = dependents::end_all(tx, permit, person, f.lost_on, source)?;
    let member = members::written(tx, permit, person)?;
    let act = Act::permitted(tx, permit, source)?;
    remuneration::end_on_loss(tx.conn(), &act, person, (member.acquired_on, f.lost_on))?;
    Ok((member, ended))
}
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
