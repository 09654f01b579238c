//! A chunk of a run: forms looked at, decided and written with many at once, in one transaction with its entry and the job of the next.
//! Held in this order: the run, its forms, the people, their submissions; who decides one form holds in the same order.
use super::{
    super::{Form, RegularReport, apply},
    model::{DeterminationRunState, FormRow, LeftRow, Progress, RunRow, Settled},
    store,
};
use crate::{
    domain::{
        members::{self, MemberRow},
        remuneration::{self, Determination, Standing},
    },
    kernel::{
        Problem, clock,
        clock::Clock,
        errand::{Act, Errand},
        job::{self, Job},
        trail,
    },
};
use diesel::{Connection, PgConnection};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Kind of the job that does a chunk, for the worker.
pub const DETERMINE: &str = "regular_determination";
/// Actor in the trail and label of the entries.
const NAME: &str = "regular-determination";
const OPERATION: &str = "runRegularDetermination";
/// Forms of a chunk.
const AT_ONCE: i64 = 500;

/// Deletes the raw files of submissions of which nothing waits any more: the roof gives it, who knows the strongroom.
pub type DropFiles<'a> = &'a dyn Fn(&mut PgConnection, &[Uuid]) -> Result<(), Problem>;

/// Which chunk of which run a job does.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Next {
    /// Run.
    pub run: Uuid,
    /// How many chunks are done before it.
    pub chunk: i32,
}
/// Enqueues the chunk in the transaction of its cause: the order, or the chunk before it.
/// # Errors
/// Database errors.
pub fn enqueue(conn: &mut PgConnection, clock: &Clock, next: Next) -> Result<(), Problem> {
    job::enqueue(conn, DETERMINE, json!(next), clock.now())?;
    Ok(())
}
/// Does a job of kind [`DETERMINE`]: one chunk, and the next is enqueued. May be repeated: a chunk that was done is not done again.
/// # Errors
/// The code of the problem, with which the run shows it; after the last try the run has failed.
pub fn work(
    conn: &mut PgConnection,
    clock: &Clock,
    job: &Job,
    drop_files: DropFiles<'_>,
) -> Result<(), &'static str> {
    let next: Next = serde_json::from_value(job.payload.clone()).map_err(|_| "payload-unreadable")?;
    let Err(problem) = conn.transaction(|conn| chunk(conn, clock, next, drop_files)) else { return Ok(()) };
    let noted = conn.transaction(|conn| {
        store::fail(conn, next.run, (clock.now(), problem.code))?;
        if job.is_last_try() {
            store::close(conn, next.run, DeterminationRunState::Failed, clock.now())?;
        }
        Ok::<_, Problem>(())
    });
    noted.map_err(|p| p.code)?;
    Err(problem.code)
}
fn chunk(
    conn: &mut PgConnection,
    clock: &Clock,
    next: Next,
    drop_files: DropFiles<'_>,
) -> Result<(), Problem> {
    let Some(run) = store::take(conn, &next)? else { return Ok(()) };
    let errand = Errand::new(NAME, OPERATION, clock);
    if run.chunks == 0 {
        store::count(conn, &run)?;
    }
    let forms = store::next(conn, &run, AT_ONCE)?;
    let Some(position) = forms.last().map(|f| f.id) else { return end(conn, &errand, &run) };
    let forms = if run.is_dry { forms } else { store::hold(conn, &forms)? };
    let seen = look(conn, &errand, &run, &forms)?;
    if run.is_dry {
        store::foresee(conn, &run, &seen.people())?;
    } else {
        write(conn, &seen, drop_files)?;
    }
    store::leave(conn, &run, &seen.left)?;
    store::advance(conn, &run, &seen.progress(&run, position), errand.now())?;
    let people = forms.iter().filter_map(|f| f.person_id).chain(seen.people()).collect::<HashSet<_>>();
    let detail =
        json!({ "requested_by": run.requested_by, "chunk": run.chunks, "validate_only": run.is_dry });
    let mut entry =
        errand.entry(("DeterminationRun", run.id), run.employer_id, people.into_iter().collect(), detail);
    entry.row_count = i32::try_from(seen.decided.len()).ok();
    trail::append(conn, &[entry])?;
    enqueue(conn, clock, Next { chunk: next.chunk + 1, ..next })
}
fn end(conn: &mut PgConnection, errand: &Errand, run: &RunRow) -> Result<(), Problem> {
    store::close(conn, run.id, DeterminationRunState::Done, errand.now())?;
    let detail = json!({ "requested_by": run.requested_by, "state": "done", "validate_only": run.is_dry });
    let mut entry = errand.entry(("DeterminationRun", run.id), run.employer_id, Vec::new(), detail);
    entry.row_count = Some(run.decided_count);
    trail::append(conn, &[entry])
}

/// What came of the forms of a chunk.
struct Seen<'a> {
    act: Act,
    /// Decided, each with its form and the insured person.
    decided: Vec<(&'a FormRow, MemberRow, Determination)>,
    left: Vec<LeftRow>,
}
impl Seen<'_> {
    fn people(&self) -> Vec<Uuid> {
        self.decided.iter().map(|d| d.2.person()).collect()
    }
    fn progress(&self, run: &RunRow, position: Uuid) -> Progress {
        let mut changes = run.changes();
        for up in self.decided.iter().filter_map(|d| d.2.grades_up()) {
            *changes.entry(up).or_default() += 1;
        }
        let first = self.decided.iter().filter(|d| d.2.grades_up().is_none()).count();
        Progress { position, decided: self.decided.len(), left: self.left.len(), first, changes }
    }
}
/// Whom the forms are about, by what is known now: found at intake, or by name.
fn named(
    conn: &mut PgConnection,
    forms: &[FormRow],
    read: &[Option<Form>],
) -> Result<Vec<Option<Uuid>>, Problem> {
    let mut people: Vec<Option<Uuid>> = forms.iter().map(|f| f.person_id).collect();
    let unknown: Vec<(usize, (Uuid, members::Named<'_>))> = forms
        .iter()
        .zip(read)
        .enumerate()
        .filter_map(|(at, (row, form))| {
            let form = form.as_ref().filter(|_| row.person_id.is_none())?;
            Some((at, (row.employer_id, apply::named(form))))
        })
        .collect();
    let names: Vec<(Uuid, members::Named<'_>)> = unknown.iter().map(|u| u.1).collect();
    for ((at, _), found) in unknown.iter().zip(members::find_named_at(conn, &names)?) {
        if let Some(person) = people.get_mut(*at) {
            *person = found;
        }
    }
    Ok(people)
}
/// Decides every form that the rule can decide, one after the other. The people are held before anything is read of them, but for a dry
/// run, which holds nobody.
fn look<'a>(
    conn: &mut PgConnection,
    errand: &Errand,
    run: &RunRow,
    forms: &'a [FormRow],
) -> Result<Seen<'a>, Problem> {
    let read = |f: &FormRow| f.form.clone().and_then(|form| serde_json::from_value(form).ok());
    let read: Vec<Option<Form>> = forms.iter().map(read).collect();
    let people = named(conn, forms, &read)?;
    let all: Vec<Uuid> = people.iter().flatten().copied().collect();
    if !run.is_dry {
        members::hold_all(conn, &all)?;
    }
    let act = Act::ordered(errand, run.requested_by);
    let mut known = Known {
        insured: members::insured_among(conn, &act, &all)?,
        members: members::all_written(conn, &act, &all, errand.today())?
            .into_iter()
            .map(|m| (m.person_id, m))
            .collect(),
        foreseen: store::foreseen(conn, run, &all)?.into_iter().collect(),
        standing: Standing::of(conn, &act, &all)?,
        act,
    };
    let mut seen = Seen { act, decided: Vec::with_capacity(forms.len()), left: Vec::new() };
    for ((row, form), person) in forms.iter().zip(&read).zip(people) {
        match known.decide(row, form.as_ref(), person) {
            Ok((member, d)) => seen.decided.push((row, member, d)),
            Err(problem) => seen.left.push(left(row, person, problem)),
        }
    }
    Ok(seen)
}
/// What is stored of the people of a chunk.
struct Known {
    act: Act,
    insured: HashSet<(Uuid, Uuid)>,
    members: HashMap<Uuid, MemberRow>,
    /// For whom an earlier chunk of this dry run foresaw a decision.
    foreseen: HashSet<Uuid>,
    standing: Standing,
}
impl Known {
    /// What accepting the form alone would do, or refuse.
    fn decide(
        &mut self,
        row: &FormRow,
        form: Option<&Form>,
        person: Option<Uuid>,
    ) -> Result<(MemberRow, Determination), Problem> {
        let Some(Form::RegularReport(f)) = form else { return Err(apply::no_form()) };
        if row.carries_number {
            return Err(number_waits());
        }
        let person = person.filter(|p| self.insured.contains(&(*p, row.employer_id)));
        let person = person.ok_or_else(apply::person_not_found)?;
        apply::require_rule(f)?;
        let member = self.members.get(&person).ok_or_else(apply::person_not_found)?;
        let case = remuneration::Case {
            person,
            employer: row.employer_id,
            acquired_on: member.acquired_on,
            received_on: clock::jst_date(row.received_at),
            source: Some(row.id),
        };
        if self.foreseen.contains(&person) {
            return Err(remuneration::already_determined());
        }
        let decided = self.standing.decide(&case, year_and_kind(f), f.paid_months(), &self.act)?;
        Ok((member.clone(), decided))
    }
}
fn year_and_kind(f: &RegularReport) -> (i32, remuneration::rules::WorkKind) {
    (f.applies_from.year(), f.work_kind())
}
/// Using a number needs the privilege of a person who decides.
fn number_waits() -> Problem {
    Problem::conflict(
        "number-waits",
        "個人番号が記載された届です。個人番号を扱える職員が審査してください",
        "A personal number waits with the form: somebody with the privilege decides it",
    )
}
fn left(row: &FormRow, person: Option<Uuid>, problem: Problem) -> LeftRow {
    let (ja, en) = problem.detail.unwrap_or_default();
    LeftRow {
        notification_id: row.id,
        employer_id: row.employer_id,
        person_id: person,
        reason: problem.code.into(),
        reason_ja: ja,
        reason_en: en,
    }
}
fn write(conn: &mut PgConnection, seen: &Seen<'_>, drop_files: DropFiles<'_>) -> Result<(), Problem> {
    let determinations: Vec<&Determination> = seen.decided.iter().map(|d| &d.2).collect();
    remuneration::keep_regular(conn, &seen.act, &determinations)?;
    let settled: Vec<Settled> = seen
        .decided
        .iter()
        .map(|(row, member, d)| Settled {
            notification: row.id,
            person: member.person_id,
            result: apply::pay_result(member, d.decided()),
        })
        .collect();
    store::settle(conn, &seen.act, &settled)?;
    let submissions: HashSet<Uuid> = seen.decided.iter().map(|d| d.0.submission_id).collect();
    let submissions: Vec<Uuid> = submissions.into_iter().collect();
    let settled = store::settled_files(conn, &submissions)?;
    if settled.is_empty() { Ok(()) } else { drop_files(conn, &settled) }
}
