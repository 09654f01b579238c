//! 名寄せ: what was decided under two ids of one human being, as it would have been decided under one.
use super::{
    bonus_months::{self, fiscal_year},
    bonuses, keep,
    store::{self, bonuses as bonus_store},
};
use crate::{
    domain::members,
    kernel::{Operation, Permit, Problem, Tx, errand::Act},
    values::month::Month,
};
use std::collections::BTreeSet;
use uuid::Uuid;

/// Before the records of the merged id are carried over: what holds of a cover ends in the month in which the next cover begins, under whichever
/// id (健康保険法42条: the later cover's decision holds), and the 標準賞与額 of the merged id go over, but for those of months that have one.
/// Both persons are held.
/// # Errors
/// Database errors.
pub fn before_merge<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    surviving: Uuid,
    merged: Uuid,
) -> Result<(), Problem> {
    let act = Act::permitted(tx, permit, None)?;
    let mut covers = members::covers_of(tx.conn(), &[surviving, merged])?;
    covers.sort_by_key(|c| (c.acquired_on, c.lost_on.is_none(), c.lost_on));
    for person in [surviving, merged] {
        for entry in keep::entries(store::known(tx.conn(), person)?)? {
            let own =
                covers.iter().rfind(|c| c.person_id == person && Month::of(c.acquired_on) <= entry.from);
            let Some(until) = own.and_then(|c| keep::until(&covers, c.acquired_on)) else { continue };
            if entry.until.is_some_and(|ends| ends <= until) {
                continue;
            }
            store::close(tx.conn(), &act, entry.decision_id)?;
            if entry.from < until {
                store::insert(tx.conn(), &act, person, (&entry, Some(until)))?;
            }
        }
    }
    bonus_store::carry(tx.conn(), &act, (surviving, merged))
}
/// After the records were carried over: the fiscal years in which both were paid bonuses are reckoned anew, up to the one cap (健康保険法45条),
/// and a month of a loss under the one id that is covered again under the other bears its premium.
/// # Errors
/// Database errors.
pub fn after_merge<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    surviving: Uuid,
    merged: Uuid,
) -> Result<(), Problem> {
    let act = Act::permitted(tx, permit, None)?;
    let years = |months: Vec<chrono::NaiveDate>| -> BTreeSet<i32> {
        months.into_iter().map(|m| fiscal_year(Month::of(m))).collect()
    };
    let gone = years(bonus_store::carried_months(tx.conn(), &act, (surviving, merged))?);
    bonuses::reckon_anew(tx.conn(), &act, surviving, &gone)?;
    for cover in members::covers(tx.conn(), surviving)? {
        bonus_months::covered_again(tx.conn(), &act, surviving, cover.acquired_on)?;
    }
    Ok(())
}
