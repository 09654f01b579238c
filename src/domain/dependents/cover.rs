//! Whose cover may begin when: a person has one cover at a time (健康保険法3条1項・7項, 35条, 36条). What stands against it is
//! refused, with what to decide first: no period is moved or ended that no form asked to move or end.
use super::changes;
use crate::{
    domain::members,
    kernel::{Problem, Tx},
};
use chrono::NaiveDate;
use uuid::Uuid;

/// A period of cover: the first day, and the first day without it.
type Period = (NaiveDate, Option<NaiveDate>);

/// Does any period have a day in common with a cover that begins on `from` and has no end yet? One that ended on the day it began
/// has no day.
fn has_day_from(periods: &[Period], from: NaiveDate) -> bool {
    periods.iter().any(|(first, until)| until.is_none_or(|until| until > from && until > *first))
}
/// Is the day in a period that still runs?
fn runs_on(periods: &[Period], on: NaiveDate) -> bool {
    periods.iter().any(|(first, until)| *first <= on && until.is_none())
}
/// Nobody is covered after the death by which cover at an employer ended.
fn require_alive(tx: &mut Tx<'_>, person: Uuid) -> Result<(), Problem> {
    if !members::ended_by_death(tx, person)? {
        return Ok(());
    }
    Err(Problem::conflict(
        "person-died",
        "死亡により資格を喪失したと記録されています。誤りのときは先に資格喪失取消届を処理してください",
        "The records say that cover ended by the person's death: if that is wrong, decide the cancellation of that loss first",
    ))
}
/// A person may become insured on that day. Gives whether the person was insured before.
/// # Errors
/// 409 `cover-overlaps` while insured then or later, `still-dependent` while somebody's dependent then or later, `person-died`.
pub fn admit_insured(tx: &mut Tx<'_>, person: Uuid, on: NaiveDate) -> Result<bool, Problem> {
    let insured = members::periods(tx, person)?;
    if has_day_from(&insured, on) {
        return Err(Problem::conflict(
            "cover-overlaps",
            "取得日以後に被保険者期間があります。先に資格喪失届を処理してください",
            "The person is insured on the day of acquisition or later: decide the loss first",
        ));
    }
    if has_day_from(&changes::periods(tx, person)?, on) {
        return Err(Problem::conflict(
            "still-dependent",
            "取得日以後も被扶養者です。先に被扶養者(異動)届(非該当)を処理してください",
            "The person is a dependent on the day of acquisition or later: decide the removal first",
        ));
    }
    require_alive(tx, person)?;
    Ok(!insured.is_empty())
}
/// A known person may become a dependent on that day.
/// # Errors
/// 409 `dependent-is-insured`, `already-dependent`, each for that day or later; `person-died`.
pub fn admit_dependent(tx: &mut Tx<'_>, person: Uuid, on: NaiveDate) -> Result<(), Problem> {
    if has_day_from(&members::periods(tx, person)?, on) {
        return Err(Problem::conflict(
            "dependent-is-insured",
            "認定日以後に被保険者期間があります。先に資格喪失届を処理してください",
            "The dependent is an insured person on the day of recognition or later: decide the loss first",
        ));
    }
    if has_day_from(&changes::periods(tx, person)?, on) {
        return Err(Problem::conflict(
            "already-dependent",
            "認定日以後も被扶養者です。先に被扶養者(異動)届(非該当)を処理してください",
            "The person is a dependent on the day of recognition or later: decide the removal first",
        ));
    }
    require_alive(tx, person)
}
/// A dependent is covered by the insured person's present cover only.
/// # Errors
/// 409 `outside-cover`.
pub fn require_cover(tx: &mut Tx<'_>, insured: Uuid, on: NaiveDate) -> Result<(), Problem> {
    if runs_on(&members::periods(tx, insured)?, on) {
        return Ok(());
    }
    Err(Problem::conflict(
        "outside-cover",
        "認定日が被保険者の資格期間の外にあります",
        "The day of recognition lies outside the insured person's cover",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(n: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, n).unwrap_or_default()
    }
    #[test]
    fn periods_that_touch_do_not_overlap() {
        let ended = [(day(1), Some(day(10)))];
        assert!(has_day_from(&ended, day(9)), "the last day of cover");
        assert!(!has_day_from(&ended, day(10)), "the day of loss is not covered");
        assert!(has_day_from(&[(day(10), None)], day(1)), "a later cover is in the way too");
        assert!(!has_day_from(&[(day(10), Some(day(10)))], day(1)), "no day, no overlap");
    }
    #[test]
    fn only_the_cover_that_runs_holds_dependents() {
        let twice = [(day(1), Some(day(10))), (day(12), None)];
        assert!(!runs_on(&twice, day(5)) && !runs_on(&twice, day(11)));
        assert!(runs_on(&twice, day(12)) && runs_on(&twice, day(30)));
    }
}
