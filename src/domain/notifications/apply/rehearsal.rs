//! A decision ahead: the decision itself, done and taken back, and what it would have changed.
use super::{
    super::{Form, Loss, VoluntaryApplication, VoluntaryLoss, store},
    Case, apply, beside, end_cover, no_bonus,
    standing::{Standing, Told, changes},
    voluntary,
};
use crate::{
    domain::{dependents, remuneration::PayChange, voluntary as continued},
    kernel::{Operation, Permit, Problem, Tx, errand::Act},
    values::month::Month,
};
use chrono::NaiveDate;
use diesel::PgConnection;
use uuid::Uuid;

/// What accepting would change, and of whom (nobody of a form that names nobody). A number that waits with the form is none of a rehearsal: it is neither registered nor
/// compared.
/// # Errors
/// Whatever the decision would be refused with, but for what a number stands against.
pub fn rehearse<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case<'_>,
    form: &Form,
) -> Result<(Option<Uuid>, Vec<Told>), Problem> {
    let of_office = no_bonus::lines(tx, case.row.employer_id, form)?;
    let done = tx.rehearse(|tx| {
        let kernel = tx.kernel();
        kernel.vault.drop_pending(tx.conn(), case.row.id)?;
        let Some(person) = apply(tx, permit, case, form)?.person else { return Ok(None) };
        store::standing::look_now(tx.conn())?;
        let people = store::standing::household(tx.conn(), person)?;
        let after = standing_at(tx.conn(), &people, case.row.employer_id)?;
        Ok(Some((person, people, after)))
    })?;
    let Some((person, people, after)) = done else { return Ok((None, of_office)) };
    let before = standing_at(tx.conn(), &people, case.row.employer_id)?;
    let told = changes(&before, &after, person);
    let classes: Vec<&'static str> = told.iter().map(class_of).collect();
    let known = before.pieces.iter().map(|p| p.person_id);
    tx.note(|n| n.left(known, &classes));
    Ok((Some(person), told))
}
/// The field class that a line discloses.
fn class_of((subject, field, ..): &Told) -> &'static str {
    match (subject.as_str(), field.as_str()) {
        ("leave", "child_birth_on") => "family",
        ("standard_remuneration" | "standard_bonus" | "leave" | "office", _) => "remuneration",
        (_, "name" | "name_kana" | "birth_on" | "sex" | "resident_address" | "contact") => "identity",
        ("dependent", _) => "family",
        _ => "enrolment",
    }
}
/// As [`standing`], with what the employer reported of months without a bonus.
fn standing_at(conn: &mut PgConnection, people: &[Uuid], employer: Uuid) -> Result<Standing, Problem> {
    let mut all = standing(conn, people)?;
    all.fields.extend(store::standing::no_bonus(conn, people, employer)?);
    Ok(all)
}
fn standing(conn: &mut PgConnection, people: &[Uuid]) -> Result<Standing, Problem> {
    Ok(Standing {
        fields: store::standing::fields(conn, people)?,
        holding: store::standing::holding(conn, people)?,
        pieces: store::standing::pieces(conn, people)?,
    })
}
/// What a loss would change beside the cover itself: standard remuneration, 標準賞与額, leaves. An employer is told what is its own affair.
/// # Errors
/// As of the decision.
pub fn loss_ahead<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (person, employer, received_on): (Uuid, Uuid, NaiveDate),
    f: &Loss,
) -> Result<Vec<Told>, Problem> {
    if beside::works(tx, (person, employer))? {
        let changes = beside::end_ahead(tx, permit, (person, employer), (received_on, f.lost_on))?;
        return Ok(changes.iter().flat_map(pay_told).collect());
    }
    // before is what stands once the family is held: what others did until then is no effect of this
    let (since, mut before, mut after) = tx.rehearse(|tx| {
        let known = dependents::hold_families(tx.conn(), &[person], &[])?;
        tx.record_at_once(known);
        let before = standing(tx.conn(), &[person])?;
        // a form ends what the calendar ended; which form does not matter, since nothing of it stays
        let form = Some(Uuid::now_v7());
        let (member, _) = end_cover(tx, permit, (person, employer), f, (received_on, form))?;
        Ok((member.acquired_on, before, standing(tx.conn(), &[person])?))
    })?;
    let is_for_staff = tx.row_scope()?.employers().is_none();
    for s in [&mut before, &mut after] {
        s.pieces.clear();
        s.fields.retain(|r| {
            let is_beside = matches!(r.subject.as_str(), "standard_bonus" | "leave" | "office");
            is_beside && (is_for_staff || r.employer_id == Some(employer))
        });
        let first = Month::of(since).first_day();
        s.holding.retain(|r| is_for_staff || r.employer_id == employer && r.applies_from >= first);
    }
    Ok(changes(&before, &after, person))
}
/// What the end of 任意継続 or 特例退職 would change.
/// # Errors
/// As of the decision.
pub fn continued_loss_ahead<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (person, employer, received_on): (Uuid, Uuid, NaiveDate),
    f: &VoluntaryLoss,
) -> Result<Vec<Told>, Problem> {
    let people = store::standing::household(tx.conn(), person)?;
    let (before, after) = tx.rehearse(|tx| {
        let known = dependents::hold_families(tx.conn(), &[person], &[])?;
        tx.record_at_once(known);
        let before = standing(tx.conn(), &people)?;
        let (cover, over) = voluntary::over(tx, (person, employer, received_on), f)?;
        let act = Act::permitted(tx, permit, None)?;
        continued::end(tx.conn(), &act, &cover, &over)?;
        Ok((before, standing(tx.conn(), &people)?))
    })?;
    tx.note(|n| n.left(people, &["enrolment", "remuneration", "family"]));
    Ok(changes(&before, &after, person))
}
/// What an application for 任意継続 or 特例退職 would begin.
/// # Errors
/// As of the decision, but for an application that comes late.
pub fn application_ahead<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (employer, received_on): (Uuid, NaiveDate),
    f: &VoluntaryApplication,
) -> Result<Vec<Told>, Problem> {
    let (plan, _) = voluntary::preview(tx, permit, (employer, received_on, None), f)?;
    tx.note(|n| n.left([plan.former.person_id], &["enrolment", "remuneration"]));
    let (applies_from, after_yen) = (Month::of(plan.acquired_on), plan.standard.standard_yen);
    let mut all = pay_told(&PayChange { applies_from, before_yen: None, after_yen });
    for (field, day) in [("acquired_on", plan.acquired_on), ("planned_loss_on", plan.planned_loss_on)] {
        all.push(("voluntary_continuation".into(), field.into(), None, day.to_string()));
    }
    Ok(all)
}
/// A change of standard remuneration, as two lines.
pub fn pay_told(c: &PayChange) -> Vec<Told> {
    let subject = || "standard_remuneration".to_owned();
    let before = c.before_yen.map(|yen| yen.to_string());
    vec![
        (subject(), "standard_yen".into(), before, c.after_yen.to_string()),
        (subject(), "applies_from".into(), None, c.applies_from.to_string()),
    ]
}
