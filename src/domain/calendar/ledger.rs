//! The ledger of days: what makes a day due, takes it, does it once and keeps what came of it.
use super::{
    loss_at_75,
    model::{CalendarWork, RunRow, Unfinished},
    store, voluntary_term,
};
use crate::domain::{confirmations, protections};
use crate::kernel::{
    Problem,
    clock::Clock,
    db::{self, Db},
    errand::Errand,
    trail,
};
use diesel::{Connection, PgConnection};
use serde_json::json;
use uuid::Uuid;

/// Actor in the trail and label of the entries.
const NAME: &str = "calendar";
const OPERATION: &str = "runCalendarDay";

/// Does the next due day of every kind of work; gives whether there was one. The first day of a kind is the one on which this first ran;
/// days on which nothing ran are done in their order. Many workers may call it at once: a day is taken by one.
/// # Errors
/// The database is away. A day that fails is no error: it is kept as failed, and tried again after ten minutes.
pub fn work(db: &Db, clock: &Clock, worker: Uuid) -> Result<bool, Problem> {
    let mut conn = db::connection(db)?;
    let mut has_worked = false;
    for kind in CalendarWork::ALL {
        store::open_days(&mut conn, *kind, clock.today(), clock.now())?;
        has_worked |= next(&mut conn, clock, worker, *kind)?;
    }
    Ok(has_worked)
}
/// One transaction: the row is held, the work done and kept with its entries; or nothing of it, and the row tells why.
fn next(conn: &mut PgConnection, clock: &Clock, worker: Uuid, kind: CalendarWork) -> Result<bool, Problem> {
    let mut taken = None;
    let done = conn.transaction(|conn| {
        let Some(run) = store::take(conn, kind, clock.now())? else { return Ok(false) };
        taken = Some((run.id, run.due_on));
        let errand = Errand::new(NAME, OPERATION, clock);
        day(conn, &errand, worker, kind, &run)?;
        Ok::<_, Problem>(true)
    });
    match (done, taken) {
        (Ok(has_worked), _) => Ok(has_worked),
        (Err(problem), None) => Err(problem),
        (Err(problem), Some((run, day))) => {
            tracing::error!(run = %run, kind = kind.name(), code = problem.code, "ALARM: a day of the calendar failed; the days after it wait");
            let errand = Errand::new(NAME, OPERATION, clock);
            let detail = json!({ "work": kind.name(), "day": day });
            let entry = errand.failed_entry(problem.code, ("CalendarRun", run), None, detail);
            conn.transaction(|conn| {
                store::fail(conn, run, worker, (clock.now(), problem.code))?;
                trail::append_failure(conn, entry);
                Ok::<_, Problem>(false)
            })
        }
    }
}
fn day(
    conn: &mut PgConnection,
    errand: &Errand,
    worker: Uuid,
    kind: CalendarWork,
    run: &RunRow,
) -> Result<(), Problem> {
    let (effects, more) = match kind {
        CalendarWork::LossAt75 => (loss_at_75::run(conn, errand, run.due_on)?, 0),
        CalendarWork::VoluntaryTermEnd => (voluntary_term::run(conn, errand, run.due_on)?, 0),
        CalendarWork::Protections => (Vec::new(), protections::run_day(conn, errand, run.due_on)?),
        CalendarWork::Confirmations => (Vec::new(), confirmations::run_day(conn, errand, run.due_on)?),
    };
    let count = store::finish(conn, run.id, worker, errand.now(), (&effects, more))?;
    let detail = json!({ "work": kind.name(), "day": run.due_on });
    let mut entry = errand.entry(("CalendarRun", run.id), None, Vec::new(), detail);
    entry.row_count = Some(count);
    trail::append(conn, &[entry])?;
    tracing::info!(kind = kind.name(), day = %run.due_on, affected = count, "a day of the calendar was done");
    Ok(())
}
/// Days that are not done, counted by kind and state; every kind and state is there. For metrics.
/// # Errors
/// The database is away.
pub fn unfinished(db: &Db) -> Result<Vec<Unfinished>, Problem> {
    store::unfinished(&mut *db::connection(db)?)
}
