//! A chunk of a run: forms looked at, decided and written with many at once, in one transaction with its entry and the job of the next.
//! Held in this order: the run, its forms, the people, their submissions; who decides one form holds in the same order.
use super::{
    super::{Form, apply},
    model::{DeterminationRunState, FormRow, LeftRow, Progress, RunRow, Settled},
    store,
};
use crate::{
    domain::{
        members::{self, Cover},
        remuneration::{self, Many, Plan},
    },
    kernel::{
        Problem, clock,
        clock::Clock,
        errand::{Act, Errand},
        job::{self, Job},
        trail,
    },
};
use chrono::NaiveDate;
use diesel::{Connection, PgConnection};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::HashSet;
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
        let Some(run) = store::take(conn, &next)? else { return Ok(()) };
        let errand = Errand::new(NAME, OPERATION, clock);
        if job.is_last_try() {
            return end(conn, &errand, (&run, DeterminationRunState::Failed, Some(problem.code)));
        }
        let subject = ("DeterminationRun", run.id);
        let entry = errand.failed_entry(problem.code, subject, run.employer_id, of_chunk(&run));
        trail::append_failure(conn, entry);
        Ok::<_, Problem>(())
    });
    noted.map_err(|p| p.code)?;
    Err(problem.code)
}
/// What the entry of a chunk tells: who ordered it, and which it is.
fn of_chunk(run: &RunRow) -> serde_json::Value {
    json!({ "requested_by": run.requested_by, "chunk": run.chunks, "validate_only": run.is_dry })
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
    let Some(last) = forms.last().map(|f| f.id) else {
        return end(conn, &errand, (&run, DeterminationRunState::Done, None));
    };
    let forms = if run.is_dry { forms } else { store::hold(conn, &forms)? };
    let forms = read(conn, forms)?;
    let (forms, position) = each_once(forms, last);
    let seen = look(conn, &errand, &run, &forms)?;
    if run.is_dry {
        store::foresee(conn, &run, &seen.foreseen())?;
    } else {
        write(conn, &seen, drop_files)?;
    }
    store::leave(conn, &run, &seen.left)?;
    store::advance(conn, &run, &seen.progress(&run, position), errand.now())?;
    let people = forms.iter().filter_map(|f| f.person).collect();
    let mut entry = errand.entry(("DeterminationRun", run.id), run.employer_id, people, of_chunk(&run));
    entry.row_count = i32::try_from(seen.decided.len()).ok();
    trail::append(conn, &[entry])?;
    enqueue(conn, clock, Next { chunk: next.chunk + 1, ..next })
}
/// Ends a run with its last entry, which tells why one failed.
fn end(
    conn: &mut PgConnection,
    errand: &Errand,
    (run, state, problem): (&RunRow, DeterminationRunState, Option<&str>),
) -> Result<(), Problem> {
    store::close(conn, run.id, state, errand.now())?;
    let mut detail =
        json!({ "requested_by": run.requested_by, "state": state.word(), "validate_only": run.is_dry });
    if let Some(code) = problem {
        detail["problem"] = json!(code);
    }
    let subject = ("DeterminationRun", run.id);
    let mut entry = match problem {
        Some(code) => errand.failed_entry(code, subject, run.employer_id, detail),
        None => errand.entry(subject, run.employer_id, Vec::new(), detail),
    };
    entry.row_count = Some(run.decided_count);
    trail::append(conn, &[entry])
}

/// A form of a chunk, read, and whom it is about by what is known now: found at intake, or by name.
struct Waiting {
    row: FormRow,
    form: Option<Form>,
    person: Option<Uuid>,
}
fn read(conn: &mut PgConnection, rows: Vec<FormRow>) -> Result<Vec<Waiting>, Problem> {
    let mut forms: Vec<Waiting> = rows
        .into_iter()
        .map(|mut row| Waiting {
            form: row.form.take().and_then(|form| serde_json::from_value(form).ok()),
            person: row.person_id,
            row,
        })
        .collect();
    let unknown = |f: &Waiting| f.person.is_none() && f.form.is_some();
    let names: Vec<(Uuid, members::Named<'_>)> = forms
        .iter()
        .filter(|f| unknown(f))
        .filter_map(|f| Some((f.row.employer_id, apply::named(f.form.as_ref()?))))
        .collect();
    let found = members::find_named_at(conn, &names)?;
    for (form, person) in forms.iter_mut().filter(|f| unknown(f)).zip(found) {
        form.person = person;
    }
    Ok(forms)
}
/// The forms up to the first one of somebody whom an earlier one is about, which the next chunk decides on what this one did; and the
/// last of them, or the last that was looked for.
fn each_once(mut forms: Vec<Waiting>, last: Uuid) -> (Vec<Waiting>, Uuid) {
    let mut people = HashSet::new();
    let again = forms.iter().position(|f| f.person.is_some_and(|p| !people.insert(p)));
    forms.truncate(again.unwrap_or(forms.len()));
    let position = again.and_then(|_| forms.last()).map_or(last, |f| f.row.id);
    (forms, position)
}

/// What came of the forms of a chunk.
struct Seen<'a> {
    act: Act,
    decided: Vec<Decided<'a>>,
    left: Vec<LeftRow>,
}
/// A form that is decided: for which cover, and what that does.
struct Decided<'a> {
    row: &'a FormRow,
    person: Uuid,
    cover: Cover,
    plan: Plan,
}
impl Seen<'_> {
    fn foreseen(&self) -> Vec<(Uuid, Uuid)> {
        self.decided.iter().map(|d| (d.person, d.row.employer_id)).collect()
    }
    fn progress(&self, run: &RunRow, position: Uuid) -> Progress {
        let mut changes = run.changes();
        for up in self.decided.iter().filter_map(|d| d.plan.grades_up()) {
            *changes.entry(up).or_default() += 1;
        }
        let first = self.decided.iter().filter(|d| d.plan.grades_up().is_none()).count();
        Progress { position, decided: self.decided.len(), left: self.left.len(), first, changes }
    }
}
/// Decides every form that the rule can decide. The people are held before anything is read of them, but for a dry run, which holds
/// nobody.
fn look<'a>(
    conn: &mut PgConnection,
    errand: &Errand,
    run: &RunRow,
    forms: &'a [Waiting],
) -> Result<Seen<'a>, Problem> {
    let all: Vec<Uuid> = forms.iter().filter_map(|f| f.person).collect();
    let recorded = if run.is_dry {
        None
    } else {
        members::hold(conn, &all)?;
        members::recorded_last(conn, &all)?
    };
    let act = Act::ordered(errand, run.requested_by, recorded);
    let known = Known {
        today: errand.today(),
        foreseen: store::foreseen(conn, run, &all)?.into_iter().collect(),
        many: Many::of(conn, &act, &all, run.september())?,
    };
    let mut seen = Seen { act, decided: Vec::with_capacity(forms.len()), left: Vec::new() };
    for waiting in forms {
        match known.decide(waiting) {
            Ok(decided) => seen.decided.push(decided),
            Err(problem) => seen.left.push(left(waiting, problem)),
        }
    }
    Ok(seen)
}
/// What is stored of the people of a chunk.
struct Known {
    today: NaiveDate,
    /// For whom, by whose form, an earlier chunk of this dry run foresaw a decision.
    foreseen: HashSet<(Uuid, Uuid)>,
    many: Many,
}
impl Known {
    /// What accepting the form alone would do, or refuse.
    fn decide<'a>(&self, waiting: &'a Waiting) -> Result<Decided<'a>, Problem> {
        let row = &waiting.row;
        let Some(Form::RegularReport(f)) = &waiting.form else { return Err(apply::no_form()) };
        if row.carries_number {
            return Err(number_waits());
        }
        let there = |person: Uuid, day| self.many.cover_at(person, row.employer_id, day);
        let person = waiting.person.filter(|p| there(*p, self.today).is_some());
        let person = person.ok_or_else(apply::person_not_found)?;
        let cover = there(person, f.applies_from.first_day()).ok_or_else(apply::person_not_found)?;
        let case = remuneration::Case {
            person,
            employer: row.employer_id,
            acquired_on: cover.acquired_on,
            received_on: clock::jst_date(row.received_at),
            source: Some(row.id),
        };
        if f.two_or_more_offices {
            self.many.require_offices(person, f.applies_from)?;
        }
        let pay = apply::regular(f, None)?;
        if self.foreseen.contains(&(person, row.employer_id)) {
            return Err(remuneration::already_determined());
        }
        let plan = self.many.plan(&case, pay, f.changed_in_april())?;
        Ok(Decided { row, person, cover, plan })
    }
}
/// Using a number needs the privilege of a person who decides.
fn number_waits() -> Problem {
    Problem::conflict(
        "number-waits",
        "個人番号が記載された届です。個人番号を扱える職員が審査してください",
        "A personal number waits with the form: somebody with the privilege decides it",
    )
}
fn left(waiting: &Waiting, problem: Problem) -> LeftRow {
    let (ja, en) = problem.detail.unwrap_or_default();
    LeftRow {
        notification_id: waiting.row.id,
        employer_id: waiting.row.employer_id,
        person_id: waiting.person,
        reason: problem.code.into(),
        reason_ja: ja,
        reason_en: en,
    }
}
fn write(conn: &mut PgConnection, seen: &Seen<'_>, drop_files: DropFiles<'_>) -> Result<(), Problem> {
    let plans: Vec<&Plan> = seen.decided.iter().map(|d| &d.plan).collect();
    remuneration::keep_all(conn, &seen.act, &plans)?;
    let settled: Vec<Settled> = seen
        .decided
        .iter()
        .map(|d| {
            Ok(Settled {
                notification: d.row.id,
                person: d.person,
                result: apply::pay_result((d.person, &d.cover), d.plan.decided())?,
            })
        })
        .collect::<Result<_, Problem>>()?;
    store::settle(conn, &seen.act, &settled)?;
    let submissions: HashSet<Uuid> = seen.decided.iter().map(|d| d.row.submission_id).collect();
    let submissions: Vec<Uuid> = submissions.into_iter().collect();
    let settled = store::settled_files(conn, &submissions)?;
    if settled.is_empty() { Ok(()) } else { drop_files(conn, &settled) }
}
