//! From the stored decisions of a cover to what is wanted, and back: SQL-free glue between `history` and `store`.
use super::{
    changes::Case,
    history::{Entry, History, Origin},
    model::LiveRow,
    store,
};
use crate::{
    domain::{
        members::{self, Cover, OfficeRow},
        remuneration::rules::{RegularDetermination, Rule},
    },
    kernel::{Problem, errand::Act},
    values::month::Month,
};
use chrono::NaiveDate;
use diesel::PgConnection;

/// The first month without a day of a cover, or that belongs to the next cover (健康保険法156条3項 is for the assessment to apply).
pub fn until(covers: &[Cover], acquired_on: NaiveDate) -> Option<Month> {
    let lost_on = covers.iter().rfind(|c| c.acquired_on == acquired_on).and_then(|c| c.lost_on);
    let next = covers.iter().map(|c| c.acquired_on).filter(|on| *on > acquired_on).min();
    lost_on.map(|lost| after(acquired_on, lost)).into_iter().chain(next.map(Month::of)).min()
}
/// The first month without a day of a cover that was lost.
pub fn after(acquired_on: NaiveDate, lost_on: NaiveDate) -> Month {
    let last_day = lost_on.pred_opt().filter(|last| *last >= acquired_on);
    last_day.map_or(Month::of(acquired_on), |last| Month::of(last).plus(1))
}
/// The decisions of the cover of a case as they are known now.
/// # Errors
/// Database errors.
pub fn history(conn: &mut PgConnection, case: &Case) -> Result<History, Problem> {
    let covers = members::covers(conn, case.person)?;
    let (first, until) = (Month::of(case.acquired_on), until(&covers, case.acquired_on));
    let is_of_cover = |e: &Entry| e.from >= first && until.is_none_or(|until| e.from < until);
    let entries = store::known(conn, case.person)?.into_iter().map(entry).filter(is_of_cover).collect();
    let displaced = store::superseded(conn, case.person, RegularDetermination::ID)?
        .into_iter()
        .map(entry)
        .filter(is_of_cover);
    let displaced = displaced.collect();
    let cover = covers.iter().rfind(|c| c.acquired_on == case.acquired_on);
    let principal = cover.map_or(case.employer, |c| c.employer_id);
    let is_beside = |o: &OfficeRow| {
        o.from_on >= case.acquired_on && until.is_none_or(|until| Month::of(o.from_on) < until)
    };
    let offices = members::offices(conn, case.person, None)?.into_iter().filter(is_beside).collect();
    Ok(History { entries, displaced, principal, offices, first, until })
}
fn entry(row: LiveRow) -> Entry {
    Entry {
        decision_id: row.decision_id,
        employer: row.employer_id,
        rule: (row.rule, row.rule_version),
        from: Month::of(row.applies_from),
        until: row.applies_until.map(Month::of),
        amounts: (u8::try_from(row.grade).unwrap_or(0), row.standard_yen, row.monthly_yen),
        told: (row.inputs, row.trace),
        received_on: row.received_on,
        source: row.source,
    }
}
/// Brings the decisions of a cover from how they are stored to how they are to be.
/// # Errors
/// Database errors.
pub fn keep(
    conn: &mut PgConnection,
    act: &Act,
    case: &Case,
    (stored, wanted): (&History, &History),
) -> Result<(), Problem> {
    let ends = wanted.ends();
    let wanted: Vec<(&Entry, Option<Month>)> = wanted.entries.iter().zip(ends).collect();
    let stays =
        |e: &Entry| wanted.iter().any(|(w, until)| w.decision_id == e.decision_id && *until == e.until);
    for gone in stored.entries.iter().filter(|e| !stays(e)) {
        store::close(conn, act, gone.decision_id)?;
    }
    // All old versions are closed by now: decisions that give months to one another don't meet.
    for (entry, until) in &wanted {
        let is_stored =
            stored.entries.iter().any(|e| e.decision_id == entry.decision_id && e.until == *until);
        if !is_stored {
            store::insert(conn, act, case.person, (entry, *until))?;
        }
    }
    Ok(())
}
impl Case {
    /// What a decision keeps of where it came from.
    pub(super) fn origin(&self) -> Origin {
        Origin { employer: self.employer, received_on: self.received_on, source: self.source }
    }
}
