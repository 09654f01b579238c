//! Gives committed entries their dense position and their link, afterwards and in one place, so that no writer waits for
//! another one.
//!
//! Positions are only ever continued: a past window never changes. What is visible is committed; what was open in the last
//! round is asked for again by its transaction, so nothing is left out and a long transaction holds up nobody's entries but
//! its own.
use super::{model::link_of, store::order};
use crate::kernel::{
    Problem,
    db::{self, Db},
};
use crossbeam_channel::{RecvTimeoutError, Sender, bounded};
use diesel::{Connection, PgConnection};
use std::{thread::JoinHandle, time::Duration};
use uuid::Uuid;

const EVERY: Duration = Duration::from_millis(200);
const BATCH: usize = 5_000;

/// What one round did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Round {
    /// Another node holds the lease.
    Elsewhere,
    /// Nothing waited.
    Idle,
    /// So many entries got their position, and that was all.
    Placed(usize),
    /// So many entries got their position, and more may wait.
    Full(usize),
}

/// One round: takes or renews the lease, gives up to 5,000 waiting entries their position and link, notes how far it came.
/// All in one transaction under the lock of the lease, so that two nodes can't work at once even when the lease runs out
/// meanwhile; the keys of `audit_position` stand behind that.
/// # Errors
/// Database errors; nothing is changed then.
pub fn sequence_once(conn: &mut PgConnection, holder: Uuid) -> Result<Round, Problem> {
    conn.transaction(|conn| {
        order::act_as_sequencer(conn)?;
        if let Some(seen) = order::peek(conn, holder)? {
            if seen.is_others {
                return Ok(Round::Elsewhere);
            }
            // An idle round writes nothing.
            if seen.is_mine && seen.progress.last_xid > 0 && !order::is_waiting(conn, &seen.progress)? {
                return Ok(Round::Idle);
            }
        }
        match order::take(conn, holder)? {
            Some(progress) => place(conn, &progress),
            None => Ok(Round::Elsewhere),
        }
    })
}
fn place(conn: &mut PgConnection, since: &order::Progress) -> Result<Round, Problem> {
    let finished = order::finished(conn)?;
    let mut entries = order::waiting(conn, since, i64::try_from(BATCH).unwrap_or(i64::MAX))?;
    let mut head = order::head(conn)?;
    for entry in &mut entries {
        head.seq += 1;
        head.link = link_of(&head.link, head.seq, &entry.canonical()?);
        entry.seq = head.seq;
        entry.link = head.link.to_vec();
    }
    order::append(conn, &entries)?;
    if entries.len() == BATCH {
        return Ok(Round::Full(BATCH));
    }
    order::advance(conn, &finished)?;
    Ok(if entries.is_empty() { Round::Idle } else { Round::Placed(entries.len()) })
}

/// Handle of the sequencer thread; it ends when this value goes.
pub struct Sequencer {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}
impl Sequencer {
    /// Starts the thread: a round every 200 ms on a connection of `db`.
    pub fn start(db: Db) -> Self {
        let (stop, stopped) = bounded::<()>(0);
        let run = move || {
            let holder = Uuid::now_v7();
            let mut wait = Duration::ZERO;
            while stopped.recv_timeout(wait) == Err(RecvTimeoutError::Timeout) {
                wait = if turn(&db, holder) { Duration::ZERO } else { EVERY };
            }
            give_up(&db, holder);
        };
        let thread = std::thread::Builder::new()
            .name("audit-sequencer".into())
            .spawn(run)
            .map_err(|e| tracing::error!(error = %e, "ALARM: no sequencer: the audit log stands still"))
            .ok();
        Self { stop: Some(stop), thread }
    }
    /// Ends the thread, waits for it, and leaves the lease to the next node.
    pub fn stop(mut self) {
        self.stop = None; // the thread wakes because nobody can send any more
        if self.thread.take().is_some_and(|t| t.join().is_err()) {
            tracing::error!("ALARM: the audit sequencer had died");
        }
    }
}

/// One turn of the thread; tells whether the next one should follow at once.
fn turn(db: &Db, holder: Uuid) -> bool {
    match db::connection(db).and_then(|mut conn| sequence_once(&mut conn, holder)) {
        Ok(Round::Full(n)) => count(n),
        Ok(Round::Placed(n)) => !count(n),
        Ok(Round::Idle | Round::Elsewhere) => false,
        Err(problem) => {
            metrics::counter!("kenpo_audit_sequencer_failures_total").increment(1);
            tracing::error!(code = problem.code, "ALARM: the audit sequencer could not continue the order");
            false
        }
    }
}
fn count(placed: usize) -> bool {
    metrics::counter!("kenpo_audit_positions_total").increment(u64::try_from(placed).unwrap_or(u64::MAX));
    true
}
fn give_up(db: &Db, holder: Uuid) {
    let released = db::connection(db).and_then(|mut conn| {
        conn.transaction(|conn| {
            order::act_as_sequencer(conn)?;
            order::release(conn, holder)
        })
    });
    if let Err(problem) = released {
        tracing::warn!(code = problem.code, "the lease of the audit sequencer runs out by itself");
    }
}
