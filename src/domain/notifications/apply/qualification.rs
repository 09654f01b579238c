//! 資格取得届 and 資格喪失届, accepted (健康保険法 第35条, 第36条).
use super::{
    super::{Acquisition, Loss, Sex, Slot, model::NotificationRow},
    Applied, beside, pay, received_on,
};
use crate::{
    domain::{dependents, employers, members, remuneration, voluntary as continued},
    kernel::{Operation, Permit, Problem, Tx, errand::Act, vault::Registration},
    values::period,
};
use chrono::NaiveDate;
use serde_json::json;
use uuid::Uuid;

pub(super) fn acquire<Op: Operation>(
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
/// 種別 as the sex of a person; a class that does not tell it is unset.
fn person_sex(s: Sex) -> &'static str {
    s.person_sex().map_or("unset", |s| s.as_str())
}
/// What an acquisition states of the person.
pub(super) fn acquisition_facts(row: &NotificationRow, f: &Acquisition) -> members::IdentityFacts {
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
pub(super) fn move_number(
    tx: &mut Tx<'_>,
    notification: Uuid,
    slot: Slot,
    person: Uuid,
) -> Result<(), Problem> {
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

pub(super) fn lose<Op: Operation>(
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
pub(super) fn end_cover<Op: Operation>(
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
