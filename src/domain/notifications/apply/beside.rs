//! 二以上事業所勤務 as the second employer of this society files it: its 資格取得届 begins another office beside the cover that stands, and no second
//! cover; its 資格喪失届 ends that office (健康保険法44条3項).
use super::{
    super::{Acquisition, Slot, model::NotificationRow},
    Applied, move_number,
    pay::{applied, case},
};
use crate::{
    domain::{
        members::{self, Cover},
        remuneration::{self, SecondOffice},
    },
    kernel::{Operation, Permit, Problem, Tx},
};
use chrono::NaiveDate;
use uuid::Uuid;

/// The cover of the person at another employer beside which an acquisition with 二以上事業所勤務者 begins; none for any other acquisition.
/// # Errors
/// Database errors.
pub fn begins(
    tx: &mut Tx<'_>,
    row: &NotificationRow,
    person: Uuid,
    f: &Acquisition,
) -> Result<Option<Cover>, Problem> {
    if !f.two_or_more_offices {
        return Ok(None);
    }
    let covers = members::covers(tx.conn(), person)?;
    Ok(covers.into_iter().find(|c| c.employer_id != row.employer_id && c.has(f.acquired_on)))
}
/// Begins the other office.
/// # Errors
/// As of `plan_second_office`.
pub fn begin<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (row, f): (&NotificationRow, &Acquisition),
    cover: &Cover,
) -> Result<Applied, Problem> {
    move_number(tx, row.id, Slot::Insured, cover.person_id)?;
    let other = SecondOffice {
        employer: Some(row.employer_id),
        name: None,
        office_number: f.office_number.clone(),
        from_on: f.acquired_on,
    };
    let of = case(row, cover.person_id, cover.acquired_on);
    let plan = remuneration::plan_second_office(tx, permit, &of, (other, f.total_yen))?;
    let decided = plan.keep(tx, permit)?;
    applied(tx, permit, (row, cover.person_id, cover), decided)
}
/// Does the person work at the employer beside cover at another one?
/// # Errors
/// Database errors.
pub fn works(tx: &mut Tx<'_>, (person, employer): (Uuid, Uuid)) -> Result<bool, Problem> {
    let offices = members::offices(tx.conn(), person, None)?;
    Ok(offices.iter().any(|o| o.employer_id == Some(employer) && o.until_on.is_none()))
}
/// What ending the other office would do.
/// # Errors
/// As of `end`.
pub fn end_ahead<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (person, employer): (Uuid, Uuid),
    (received_on, until_on): (NaiveDate, NaiveDate),
) -> Result<Vec<remuneration::PayChange>, Problem> {
    let cover = remuneration::case_at(tx.conn(), person, employer, until_on)?;
    let acquired_on = cover.ok_or_else(super::person_not_found)?.acquired_on;
    let of = remuneration::Case { person, employer, acquired_on, received_on, source: None };
    let other = SecondOffice { employer: Some(employer), name: None, office_number: None, from_on: until_on };
    Ok(remuneration::end_second_office(tx, permit, &of, (other, until_on))?.changes())
}
/// Ends the other office.
/// # Errors
/// As of `end_second_office`.
pub fn end<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (row, person): (&NotificationRow, Uuid),
    until_on: NaiveDate,
) -> Result<Applied, Problem> {
    let cover = remuneration::case_at(tx.conn(), person, row.employer_id, until_on)?;
    let cover = cover.ok_or_else(super::person_not_found)?;
    let other =
        SecondOffice { employer: Some(row.employer_id), name: None, office_number: None, from_on: until_on };
    let of = case(row, person, cover.acquired_on);
    let decided = remuneration::end_second_office(tx, permit, &of, (other, until_on))?.keep(tx, permit)?;
    applied(tx, permit, (row, person, &cover), decided)
}
