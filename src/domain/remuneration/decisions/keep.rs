//! From the stored decisions of a cover to what is wanted, and back: SQL-free glue between `history` and `store`.
use super::{
    changes::Case,
    continued,
    history::{Entry, History, Origin},
    model::LiveRow,
    offices::{self, OFFICES},
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
use uuid::Uuid;

/// The cover that began on a day: beside one without a day (an acquisition that never was) the one that runs, or was lost last.
pub fn begun_on(covers: &[Cover], acquired_on: NaiveDate) -> Option<&Cover> {
    let begun = covers.iter().filter(|c| c.acquired_on == acquired_on);
    begun.max_by_key(|c| (c.lost_on.is_none(), c.lost_on))
}
/// The first month without a day of a cover, or that belongs to the next cover (健康保険法156条3項 is for the assessment to apply).
pub fn until(covers: &[Cover], acquired_on: NaiveDate) -> Option<Month> {
    let lost_on = begun_on(covers, acquired_on).and_then(|c| c.lost_on);
    let has_a_day = |c: &&Cover| c.lost_on != Some(c.acquired_on);
    let next = covers.iter().filter(has_a_day).map(|c| c.acquired_on).filter(|on| *on > acquired_on).min();
    lost_on.map(|lost| after(acquired_on, lost)).into_iter().chain(next.map(Month::of)).min()
}
/// The first month without a day of a cover that was lost.
pub fn after(acquired_on: NaiveDate, lost_on: NaiveDate) -> Month {
    let last_day = lost_on.pred_opt().filter(|last| *last >= acquired_on);
    last_day.map_or(Month::of(acquired_on), |last| Month::of(last).plus(1))
}
/// What is stored of a person, by which decisions are made.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Periods of cover.
    pub covers: Vec<Cover>,
    /// Employments beside the cover.
    pub offices: Vec<OfficeRow>,
    /// Decisions known now.
    pub live: Vec<LiveRow>,
    /// Regular determinations that gave way.
    pub displaced: Vec<LiveRow>,
    /// Decisions that gave way to a form of another kind or office, the newest first.
    pub gave_way: Vec<LiveRow>,
}
impl Known {
    /// Reads it.
    /// # Errors
    /// Database errors.
    pub fn of(conn: &mut PgConnection, person: Uuid) -> Result<Self, Problem> {
        let mut known = Self {
            covers: members::covers(conn, person)?,
            offices: members::offices(conn, person, None)?,
            live: store::known(conn, person)?,
            ..Self::default()
        };
        known.read_past(conn, person)?;
        Ok(known)
    }
    /// Reads what gave way to decisions that are known now.
    /// # Errors
    /// Database errors.
    pub fn read_past(&mut self, conn: &mut PgConnection, person: Uuid) -> Result<(), Problem> {
        self.displaced = store::superseded(conn, person, RegularDetermination::ID)?;
        self.gave_way = store::gave_way(conn, person)?;
        Ok(())
    }
    /// The decisions of the cover of a case.
    /// # Errors
    /// 503 when one can't be read.
    pub fn history(&self, case: &Case) -> Result<History, Problem> {
        let (first, until) = (Month::of(case.acquired_on), until(&self.covers, case.acquired_on));
        let is_of_cover = |e: &Entry| e.from >= first && until.is_none_or(|until| e.from < until);
        let of_cover = |rows: &[LiveRow]| -> Result<Vec<Entry>, Problem> {
            Ok(entries(rows.to_vec())?.into_iter().filter(is_of_cover).collect())
        };
        let cover = begun_on(&self.covers, case.acquired_on);
        let is_beside = |o: &&OfficeRow| {
            o.from_on >= case.acquired_on && until.is_none_or(|until| Month::of(o.from_on) < until)
        };
        Ok(History {
            entries: of_cover(&self.live)?,
            displaced: of_cover(&self.displaced)?,
            gave_way: of_cover(&self.gave_way)?,
            principal: cover.map_or(case.employer, |c| c.employer_id),
            offices: self.offices.iter().filter(is_beside).cloned().collect(),
            first,
            until,
        })
    }
    /// First day without the cover of a case.
    pub fn lost_on(&self, case: &Case) -> Option<NaiveDate> {
        begun_on(&self.covers, case.acquired_on).and_then(|c| c.lost_on)
    }
}
/// The decisions of the cover of a case as they are known now.
/// # Errors
/// Database errors.
pub fn history(conn: &mut PgConnection, case: &Case) -> Result<History, Problem> {
    Known::of(conn, case.person)?.history(case)
}
/// Stored decisions.
/// # Errors
/// As of one.
pub fn entries(rows: Vec<LiveRow>) -> Result<Vec<Entry>, Problem> {
    rows.into_iter().map(entry).collect()
}
/// A stored decision.
/// # Errors
/// 503 when its grade or its offices can't be read.
pub fn entry(row: LiveRow) -> Result<Entry, Problem> {
    let grade = u8::try_from(row.grade).map_err(|_| Problem::unavailable("stored-grade-unreadable"))?;
    Ok(Entry {
        decision_id: row.decision_id,
        employer: row.employer_id,
        rule: (row.rule, row.rule_version),
        from: Month::of(row.applies_from),
        until: row.applies_until.map(Month::of),
        amounts: (grade, row.standard_yen, row.monthly_yen),
        shares: offices::stored(row.inputs.get(OFFICES))?,
        told: (row.inputs, row.trace),
        received_on: row.received_on,
        source: row.source,
    })
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
    clear(conn, act, (stored, wanted))?;
    // All old versions are closed by now: decisions that give months to one another don't meet.
    fill(conn, act, case, (stored, wanted))?;
    continued::follow(conn, act, case, (stored, wanted))
}
/// Closes the versions that do not stay.
/// # Errors
/// Database errors.
pub fn clear(
    conn: &mut PgConnection,
    act: &Act,
    (stored, wanted): (&History, &History),
) -> Result<(), Problem> {
    let ends = wanted.ends();
    let stays = |e: &Entry| {
        let mut wanted = wanted.entries.iter().zip(&ends);
        wanted.any(|(w, until)| w.decision_id == e.decision_id && *until == e.until)
    };
    for gone in stored.entries.iter().filter(|e| !stays(e)) {
        store::close(conn, act, gone.decision_id)?;
    }
    Ok(())
}
/// Writes the versions that are not stored.
/// # Errors
/// Database errors.
pub fn fill(
    conn: &mut PgConnection,
    act: &Act,
    case: &Case,
    (stored, wanted): (&History, &History),
) -> Result<(), Problem> {
    for (entry, until) in wanted.entries.iter().zip(wanted.ends()) {
        let is_stored = stored.entries.iter().any(|e| e.decision_id == entry.decision_id && e.until == until);
        if !is_stored {
            store::insert(conn, act, case.person, (entry, until))?;
        }
    }
    Ok(())
}
/// The former cover has the months again that an acquisition which never was had cut from it: its last decision holds to its own end, and
/// those that began in these months are known again.
/// # Errors
/// Database errors.
pub fn give_back(
    conn: &mut PgConnection,
    act: &Act,
    person: Uuid,
    acquired_on: NaiveDate,
) -> Result<(), Problem> {
    let covers = members::covers(conn, person)?;
    let former = covers.iter().rfind(|c| c.acquired_on < acquired_on && c.lost_on != Some(c.acquired_on));
    let Some(former) = former else { return Ok(()) };
    let Some(until) = until(&covers, former.acquired_on) else { return Ok(()) };
    let begun = |e: &Entry| Month::of(former.acquired_on) <= e.from && e.from < until;
    let known: Vec<Entry> = entries(store::known(conn, person)?)?.into_iter().filter(begun).collect();
    let cut = entries(store::cut_away(conn, person, acquired_on)?)?.into_iter().filter(begun);
    let mut all: Vec<Entry> = known.clone();
    all.extend(cut.filter(|c| known.iter().all(|k| k.from != c.from)));
    all.sort_by_key(|e| e.from);
    let ends: Vec<Month> = all.iter().skip(1).map(|e| e.from).chain([until]).collect();
    for (e, until) in all.iter().zip(ends) {
        let is_known = known.iter().any(|k| k.decision_id == e.decision_id);
        if is_known && e.until == Some(until) {
            continue;
        }
        store::close(conn, act, e.decision_id)?;
        store::insert(conn, act, person, (e, Some(until)))?;
    }
    Ok(())
}
impl Case {
    /// What a decision keeps of where it came from.
    pub(super) fn origin(&self) -> Origin {
        Origin { employer: self.employer, received_on: self.received_on, source: self.source }
    }
}
