//! What the forms of 任意継続 do (健康保険法3条4項, 37条, 38条, 47条).
use super::{
    super::{ContinuedLossReason, VoluntaryApplication, VoluntaryLoss, model::NotificationRow},
    Applied, pay, received_on,
};
use crate::{
    domain::{
        members::{self, Contact},
        remuneration::ContinuationCause,
        voluntary::{self, Application, End, LateReason, Plan},
    },
    kernel::{Operation, Permit, Problem, Tx, errand::Act},
};
use chrono::NaiveDate;
use serde_json::json;
use uuid::Uuid;

/// Begins cover as 任意継続 or 特例退職, and keeps where the person is written to.
/// # Errors
/// As of [`voluntary::plan`] and [`voluntary::join`].
pub fn join<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    row: &NotificationRow,
    f: &VoluntaryApplication,
    late: LateReason,
) -> Result<Applied, Problem> {
    let branches = branches(f);
    let application = application((row.employer_id, received_on(row), Some(row.id)), f, &branches);
    let plan = voluntary::plan(tx, permit, &application)?;
    let (person, on, planned) = (plan.former.person_id, plan.acquired_on, plan.planned_loss_on);
    let eligibility = plan.deadline.as_ref().map(|d| d.1.clone());
    let joined = voluntary::join(tx, permit, &application, plan, late)?;
    write_to(tx, permit, person, f)?;
    let dependents: Vec<_> = joined
        .dependents
        .iter()
        .map(|d| {
            json!({ "slot": "continuing", "dependent_id": d.dependent_id, "person_id": d.person_id, "branch": d.branch,
                    "recognised_on": on })
        })
        .collect();
    let (symbol, number) = joined.number;
    let result = json!({ "member_id": person, "symbol": symbol, "number": number, "branch": "00", "acquired_on": on,
                         "planned_loss_on": planned, "prepayment": f.prepayment, "eligibility": eligibility,
                         "late_reason_recognised": late == LateReason::Recognised, "dependents": dependents });
    Ok(Applied::of(person, pay::with(result, joined.decided)?))
}
/// What accepting an application would do, and the 枝番 of those who continue; `of` are the office, the day of receipt and the notification.
/// # Errors
/// As of [`voluntary::plan`].
pub fn preview<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    of: (Uuid, NaiveDate, Option<Uuid>),
    f: &VoluntaryApplication,
) -> Result<(Plan, Vec<String>), Problem> {
    let branches = branches(f);
    let plan = voluntary::plan(tx, permit, &application(of, f, &branches))?;
    Ok((plan, branches))
}
fn branches(f: &VoluntaryApplication) -> Vec<String> {
    f.continuing_branches.iter().map(|b| b.0.clone()).collect()
}
fn application<'a>(
    (office, received_on, source): (Uuid, NaiveDate, Option<Uuid>),
    f: &'a VoluntaryApplication,
    continuing: &'a [String],
) -> Application<'a> {
    Application {
        office,
        wanted: f.wanted,
        card: (&f.symbol, &f.number),
        name_kana: &f.name_kana,
        birth_on: f.birth_on,
        received_on,
        covered_elsewhere_since: f.covered_elsewhere_since,
        continuing,
        prepayment: f.prepayment,
        source,
    }
}
/// 連絡先 as the form states it, from today on; address (with its postal code) and phone each stay where it states none.
fn write_to<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    person: Uuid,
    f: &VoluntaryApplication,
) -> Result<(), Problem> {
    let m = members::written(tx, permit, person)?;
    let known = Contact {
        postal_code: m.contact_postal_code.clone(),
        text: m.contact_address.clone(),
        phone: m.phone.clone(),
    };
    let mut contact = known.clone();
    if f.address.is_some() {
        contact.postal_code.clone_from(&f.postal_code);
        contact.text.clone_from(&f.address);
    }
    contact.phone = f.phone.clone().or(contact.phone);
    if contact == known {
        return Ok(());
    }
    let today = tx.today();
    members::change_contact(tx, permit, (person, today), contact)
}
/// Ends cover as 任意継続 or 特例退職.
/// # Errors
/// 409 `not-continued` when the person has no such cover, and as of [`voluntary::end`].
pub fn lose<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (row, person): (&NotificationRow, Uuid),
    f: &VoluntaryLoss,
) -> Result<Applied, Problem> {
    let (cover, over) = over(tx, (person, row.employer_id, received_on(row)), f)?;
    let act = Act::permitted(tx, permit, Some(row.id))?;
    let ended = voluntary::end(tx.conn(), &act, &cover, &over)?;
    tx.note(|n| n.left(ended.iter().map(|d| d.person_id).chain([person]), &[]));
    let dependents: Vec<_> = ended
        .iter()
        .map(|d| {
            json!({ "slot": "continuing", "dependent_id": d.dependent_id, "person_id": d.person_id, "branch": d.branch,
                    "removed_on": over.lost_on })
        })
        .collect();
    let result = json!({ "member_id": person, "symbol": cover.symbol, "number": cover.number, "branch": "00",
                         "acquired_on": cover.acquired_on, "lost_on": over.lost_on, "dependents": dependents });
    Ok(Applied::of(person, result))
}
/// The cover that a form ends, and how.
/// # Errors
/// As of [`lose`].
pub fn over(
    tx: &mut Tx<'_>,
    (person, employer, received_on): (Uuid, Uuid, NaiveDate),
    f: &VoluntaryLoss,
) -> Result<(members::CoverRow, End), Problem> {
    let cover = voluntary::latest(tx.conn(), person)?
        .filter(|c| {
            let number = |text: &str| text.trim_start_matches('0').to_owned();
            c.employer_id == employer && c.symbol == f.symbol && number(&c.number) == number(&f.number)
        })
        .ok_or_else(|| {
            Problem::conflict(
                "not-continued",
                "この記号・番号の任意継続被保険者・特例退職被保険者ではありません",
                "The person does not continue voluntarily under this number",
            )
        })?;
    let cause = match f.reason {
        ContinuedLossReason::OtherInsurance => Some(ContinuationCause::OtherInsurance),
        ContinuedLossReason::ElderlyCare => Some(ContinuationCause::ElderlyCare),
        ContinuedLossReason::Death => Some(ContinuationCause::Death),
        ContinuedLossReason::Withdrawal => None,
    };
    let over = match cause.zip(f.happened_on) {
        Some((cause, day)) => End::by(cause, (cover.acquired_on, day), received_on)?,
        None => voluntary::end_by_wish(&cover, received_on)?,
    };
    Ok((cover, over))
}
