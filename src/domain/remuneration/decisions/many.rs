//! 定時決定 of many people at once (健康保険法41条): what is stored of them is read with one query for each kind of fact, each is planned as
//! one alone is, and what the plans change is written with one statement for each kind of change.
use super::{
    super::rules::FixedPayChange,
    changes::{Case, Plan, plan_regular, planned},
    continued,
    determination::{OccasionalPay, RegularPay},
    history::Entry,
    keep::Known,
    model::LiveRow,
    second_office::{cover_at, require_active},
    store,
};
use crate::{
    domain::members::{self, Cover},
    kernel::{Kind, Problem, errand::Act},
    values::month::Month,
};
use chrono::NaiveDate;
use diesel::PgConnection;
use std::collections::HashMap;
use uuid::Uuid;

/// What is stored of many people, who are held while anything is decided by it.
pub struct Many {
    known: HashMap<Uuid, Known>,
}
impl Many {
    /// Reads it, to decide from a month on.
    /// # Errors
    /// Database errors.
    pub fn of(conn: &mut PgConnection, act: &Act, persons: &[Uuid], from: Month) -> Result<Self, Problem> {
        let mut known: HashMap<Uuid, Known> = HashMap::with_capacity(persons.len());
        for cover in members::covers_of(conn, persons)? {
            known.entry(cover.person_id).or_default().covers.push(cover);
        }
        for row in store::many::live(conn, act, persons)? {
            known.entry(row.person_id).or_default().live.push(row);
        }
        for person in members::with_offices(conn, persons)? {
            known.entry(person).or_default().offices = members::offices(conn, person, None)?;
        }
        // What gave way comes back where a later decision is taken back: few have one.
        let has_later = |k: &&mut Known| k.live.iter().any(|d| Month::of(d.applies_from) > from);
        for (person, known) in known.iter_mut().filter(|(_, k)| has_later(k)) {
            known.read_past(conn, *person)?;
        }
        Ok(Self { known })
    }
    /// As `case_at`.
    pub fn cover_at(&self, person: Uuid, employer: Uuid, day: NaiveDate) -> Option<Cover> {
        let known = self.known.get(&person)?;
        cover_at(&known.covers, &known.offices, employer, day)
    }
    /// A decision of these months is stored.
    pub fn begins_in(&self, person: Uuid, months: std::ops::RangeInclusive<Month>) -> bool {
        let live = self.known.get(&person).map(|k| k.live.as_slice()).unwrap_or_default();
        live.iter().any(|d| months.contains(&Month::of(d.applies_from)))
    }
    /// As `require_offices`.
    /// # Errors
    /// 409 `no-second-office`.
    pub fn require_offices(&self, person: Uuid, month: Month) -> Result<(), Problem> {
        let offices = self.known.get(&person).map(|k| k.offices.as_slice());
        require_active(offices.unwrap_or_default(), month)
    }
    /// As `plan_pay`; with how fixed pay changed in April, as far as the form states it.
    /// # Errors
    /// As of `plan_pay`; 409 `revision-due` where the form's own months make a revision from July due, which takes the place of 定時決定
    /// (健康保険法41条3項, 43条), and 409 `later-decision-changes` where a decision of a later month would be decided anew or taken back: one
    /// alone is seen by a clerk; 409 `already-exists` where it could not be kept, so that it alone is left and not all that is kept with it.
    pub fn plan(
        &self,
        case: &Case,
        pay: RegularPay,
        changed: Option<FixedPayChange>,
    ) -> Result<Plan, Problem> {
        let nothing = Known::default();
        let known = self.known.get(&case.person).unwrap_or(&nothing);
        let revision = changed.map(|change| OccasionalPay {
            change_month: Month::in_year(pay.year, 4),
            change,
            kind: pay.kind,
            months: pay.months.clone(),
            determined: pay.determined.clone(),
        });
        let plan = plan_regular(case, known, pay)?;
        require_free(known, &plan)?;
        require_later_kept(&plan)?;
        revision.map_or(Ok(()), |revision| require_none_due(case, known, revision))?;
        Ok(plan)
    }
}
fn require_none_due(case: &Case, known: &Known, revision: OccasionalPay) -> Result<(), Problem> {
    if Month::of(case.acquired_on) > revision.change_month {
        return Ok(());
    }
    let stored = known.history(case)?;
    let facts = revision.facts(&stored, case.employer);
    match facts.and_then(|facts| planned(case, stored, facts)) {
        Ok(_) => Err(Problem::conflict(
            "revision-due",
            "4月の昇(降)給により7月からの随時改定に該当します。月額変更届を処理するか、審査で決定してください",
            "The change of pay in April makes a revision from July due: decide the revision, or this form alone",
        )),
        Err(none) if none.kind == Kind::Conflict => Ok(()),
        Err(problem) => Err(problem),
    }
}
/// No decision of a later month, which somebody made, changes unseen.
fn require_later_kept(plan: &Plan) -> Result<(), Problem> {
    if plan.decided().decided_anew.is_empty() {
        return Ok(());
    }
    Err(Problem::conflict(
        "later-decision-changes",
        "この決定により後の月の決定が変わります。審査画面で内容を確認して決定してください",
        "A decision of a later month would change with it: look at the preview and decide this form alone",
    ))
}
/// No decision outside the cover holds in a month of the plan: the database has one of a person at a time.
fn require_free(known: &Known, plan: &Plan) -> Result<(), Problem> {
    let (_, stored, wanted) = plan.parts();
    let is_outside = |row: &&LiveRow| stored.entries.iter().all(|e| e.decision_id != row.decision_id);
    for row in known.live.iter().filter(is_outside) {
        let (from, until) = (Month::of(row.applies_from), row.applies_until.map(Month::of));
        let meets = |(e, end): (&Entry, Option<Month>)| {
            until.is_none_or(|until| e.from < until) && end.is_none_or(|end| from < end)
        };
        if wanted.entries.iter().zip(wanted.ends()).any(meets) {
            return Err(Problem::conflict("already-exists", "すでに登録されています", "It exists already"));
        }
    }
    Ok(())
}
/// What plans change, over all their people.
#[derive(Default)]
struct Changes<'a> {
    /// Decisions whose known version is closed.
    closed: Vec<Uuid>,
    /// Those of them that go on with another end.
    moved: Vec<(Uuid, Option<Month>)>,
    /// New ones with their person and end.
    new: Vec<(Uuid, &'a Entry, Option<Month>)>,
}
/// Keeps what plans say, each of another person, as `Plan::keep` does of one.
/// # Errors
/// Database errors.
pub fn keep_all(conn: &mut PgConnection, act: &Act, plans: &[&Plan]) -> Result<(), Problem> {
    let mut changes = Changes::default();
    for (case, stored, wanted) in plans.iter().map(|p| p.parts()) {
        let wanted: Vec<(&Entry, Option<Month>)> = wanted.entries.iter().zip(wanted.ends()).collect();
        for old in &stored.entries {
            match wanted.iter().find(|(e, _)| e.decision_id == old.decision_id) {
                Some((_, until)) if *until == old.until => continue,
                Some((_, until)) => changes.moved.push((old.decision_id, *until)),
                None => {}
            }
            changes.closed.push(old.decision_id);
        }
        let is_new = |e: &Entry| stored.entries.iter().all(|old| old.decision_id != e.decision_id);
        let new = wanted.into_iter().filter(|(e, _)| is_new(e));
        changes.new.extend(new.map(|(e, until)| (case.person, e, until)));
    }
    let closed = store::many::close(conn, act, &changes.closed)?;
    // All old versions are closed by now: decisions that give months to one another don't meet.
    store::many::reopen(conn, act, (&closed, &changes.moved))?;
    store::many::insert(conn, act, &changes.new)?;
    for (case, stored, wanted) in plans.iter().map(|p| p.parts()) {
        continued::follow(conn, act, case, (stored, wanted))?;
    }
    Ok(())
}
