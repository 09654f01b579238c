//! The average of a new fiscal year (健康保険法47条1項2号; 附則3条): it decides the standard remuneration of those who continue from its first month on.
use super::{ends::latest, model::SettingRow, store};
use crate::{
    domain::{
        dependents,
        members::CoverRow,
        remuneration::{self, NewAverage},
    },
    kernel::{Operation, Permit, Problem, Tx, errand::Act},
    values::month::Month,
};
use chrono::NaiveDate;
use uuid::Uuid;

/// Decides anew, once settings that begin on a day are approved, whoever continues on it: by them, and by those that begin later.
/// # Errors
/// 409 `not-decidable`; database errors.
pub fn decide_all<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    valid_from: NaiveDate,
) -> Result<(), Problem> {
    let (mut persons, mut after) = (Vec::new(), Uuid::nil());
    loop {
        let page = store::continuing_on(tx.conn(), valid_from, after)?;
        let Some(last) = page.last() else { break };
        after = *last;
        persons.extend(page);
    }
    // in the order of their ids, as everybody holds them
    let known = dependents::hold_families(tx.conn(), &persons, &[])?;
    tx.record_at_once(known);
    let mut decided = Vec::new();
    for person in persons {
        // what ended meanwhile is looked at once more
        let Some(cover) = latest(tx.conn(), person)? else { continue };
        if decide(tx, permit, &cover, None)? {
            decided.push(cover.person_id);
        }
    }
    tx.note_people(&decided);
    Ok(())
}
/// Decides the months of a cover by the settings that begin after it did; gives whether any changed.
/// # Errors
/// 409 `not-decidable`; database errors.
pub fn decide<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    cover: &CoverRow,
    source: Option<Uuid>,
) -> Result<bool, Problem> {
    let act = Act::permitted(tx, permit, source)?;
    let mut is_changed = false;
    for set in store::approved_after(tx.conn(), cover.acquired_on)? {
        let of = (cover.person_id, cover.acquired_on);
        is_changed |= remuneration::decide_new_average(tx.conn(), &act, of, average(&set)?)?;
    }
    Ok(is_changed)
}
fn average(set: &SettingRow) -> Result<NewAverage, Problem> {
    Ok(NewAverage {
        from: Month::of(set.valid_from),
        average_yen: set.average_remuneration_yen,
        ceiling: (set.ceiling()?, set.rule_amount_yen),
        special_yen: set.special_retiree_yen,
    })
}
