//! A chunk of a lane of a run: forms looked at, decided and written with many at once, in one transaction with its entry and the job of the next.
//! Held in this order: the lane, its forms, the people, their submissions; who decides one form holds in the same order.
use super::{
    keep::keep,
    look::{Seen, each_once, look, read},
    model::{DeterminationRunState, LaneRow, RunRow},
    store,
};
use crate::kernel::{
    Problem,
    clock::Clock,
    errand::Errand,
    job::{self, Job},
    trail,
};
use chrono::{DateTime, Utc};
use diesel::{Connection, PgConnection};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

/// Kind of the job that does a chunk, for the worker.
pub const DETERMINE: &str = "regular_determination";
/// Actor in the trail and label of the entries.
const NAME: &str = "regular-determination";
const OPERATION: &str = "runRegularDetermination";
/// The order ended because who gave it may not give it any more.
const LAPSED: &str = "order-lapsed";
/// Forms of a chunk.
const AT_ONCE: i64 = 500;
/// Lanes that a run with many forms is worked off in, side by side: as many as a worker does jobs at once.
pub const LANES: i16 = 2;
/// How many forms are many.
const MANY: i32 = 5_000;

/// Deletes the raw files of submissions of which nothing waits any more.
pub type DropFiles<'a> = &'a dyn Fn(&mut PgConnection, &[Uuid]) -> Result<(), Problem>;
/// Says whether who gave an order may give it still.
pub type MayOrder<'a> = &'a dyn Fn(&mut PgConnection, Uuid) -> Result<bool, Problem>;
/// What the roof gives, who knows the strongroom and the callers.
#[derive(Clone, Copy)]
pub struct Roof<'a> {
    /// Files of submissions.
    pub drop_files: DropFiles<'a>,
    /// Rights.
    pub may_order: MayOrder<'a>,
}

/// Which chunk of which run a job does.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Next {
    /// Run.
    pub run: Uuid,
    /// Lane of the run.
    #[serde(default)]
    pub lane: i16,
    /// How many chunks of the lane are done before it.
    pub chunk: i32,
}
/// Enqueues the chunk in the transaction of its cause: the order, or the chunk before it.
/// # Errors
/// Database errors.
pub fn enqueue(conn: &mut PgConnection, clock: &Clock, next: Next) -> Result<(), Problem> {
    job::enqueue(conn, DETERMINE, json!(next), clock.now())?;
    Ok(())
}
/// Gives a job to a run that has not ended and lost its own; gives how many there were.
/// # Errors
/// Database errors.
pub fn resume(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<usize, Problem> {
    store::resume(conn, DETERMINE, now)
}
/// Does a job of kind [`DETERMINE`]: one chunk, and the next is enqueued. May be repeated: a chunk that was done is not done again.
/// # Errors
/// The code of the problem, with which the run shows it; after the last try the run has failed.
pub fn work(conn: &mut PgConnection, clock: &Clock, job: &Job, roof: Roof<'_>) -> Result<(), &'static str> {
    let next: Next = serde_json::from_value(job.payload.clone()).map_err(|_| "payload-unreadable")?;
    let Err(problem) = conn.transaction(|conn| chunk(conn, clock, next, roof)) else { return Ok(()) };
    let noted = conn.transaction(|conn| {
        // held in the order in which whoever cancels holds them
        let taken = store::take(conn, &next)?;
        store::fail(conn, next.run, (clock.now(), problem.code))?;
        let Some((run, lane)) = taken else { return Ok(()) };
        let errand = Errand::new(NAME, OPERATION, clock);
        if job.is_last_try() {
            return end(conn, &errand, (&run, DeterminationRunState::Failed, Some(problem.code)));
        }
        let subject = ("DeterminationRun", run.id);
        let entry = errand.failed_entry(problem.code, subject, run.employer_id, of_chunk(&run, &lane));
        trail::append_failure(conn, entry);
        Ok::<_, Problem>(())
    });
    noted.map_err(|p| p.code)?;
    Err(problem.code)
}
/// What the entry of a chunk tells: who ordered it, and which it is.
fn of_chunk(run: &RunRow, lane: &LaneRow) -> serde_json::Value {
    json!({ "requested_by": run.requested_by, "lane": lane.lane, "chunk": lane.chunks, "validate_only": run.is_dry })
}
fn chunk(conn: &mut PgConnection, clock: &Clock, next: Next, roof: Roof<'_>) -> Result<(), Problem> {
    let Some((mut run, lane)) = store::take(conn, &next)? else { return Ok(()) };
    let errand = Errand::new(NAME, OPERATION, clock);
    if !(roof.may_order)(conn, run.requested_by)? {
        store::fail(conn, run.id, (errand.now(), LAPSED))?;
        return end(conn, &errand, (&run, DeterminationRunState::Failed, Some(LAPSED)));
    }
    if (lane.lane, lane.chunks) == (0, 0) {
        let is_many = store::count(conn, &run)? >= MANY;
        // what a dry run foresaw of a person in one lane would not be known in the other
        if is_many && !run.is_dry {
            store::widen(conn, &mut run, LANES)?;
            for lane in 1..LANES {
                enqueue(conn, clock, Next { lane, ..next })?;
            }
        }
    }
    let forms = store::next(conn, (&run, &lane), AT_ONCE)?;
    let Some(last) = forms.last().map(|f| f.id) else {
        if !store::end_lane(conn, &run, &lane)? {
            return Ok(());
        }
        store::count_beside(conn, &run)?;
        return end(conn, &errand, (&run, DeterminationRunState::Done, None));
    };
    let forms = read(conn, forms)?;
    let (forms, position) = each_once(forms, last);
    let mut seen = look(conn, &errand, &run, &forms)?;
    if run.is_dry {
        store::foresee(conn, &run, &seen.foreseen())?;
    } else {
        keep(conn, &mut seen, roof.drop_files)?;
    }
    store::leave(conn, &run, &seen.left)?;
    store::advance(conn, (&run, &lane), &seen.progress(&lane, position)?, errand.now())?;
    trail::append(conn, &entries(&errand, (&run, &lane), &seen))?;
    enqueue(conn, clock, Next { chunk: next.chunk + 1, ..next })
}
/// The entries of a chunk: whose remuneration was decided, and whose was only looked at.
fn entries(errand: &Errand, (run, lane): (&RunRow, &LaneRow), seen: &Seen<'_>) -> Vec<trail::Entry> {
    let entry = |kind: &'static str, people: Vec<Uuid>| {
        let row_count = i32::try_from(people.len()).ok();
        let of_run = errand.entry(("DeterminationRun", run.id), run.employer_id, people, of_chunk(run, lane));
        trail::Entry { kind, row_count, ..of_run }
    };
    let (decided, looked_at) = seen.people();
    if run.is_dry {
        return vec![entry("read", decided.into_iter().chain(looked_at).collect())];
    }
    let read = (!looked_at.is_empty()).then(|| entry("read", looked_at));
    std::iter::once(entry("write", decided)).chain(read).collect()
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
