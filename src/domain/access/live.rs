//! Keeps what is known of callers fresh: at once when the database tells of a change (LISTEN), every five seconds in any case.
use super::store;
use crate::{
    domain::users,
    kernel::{Kernel, Problem, db, live::Snapshot, trail},
};
use chrono::{DateTime, Duration, Utc};
use diesel::{PgConnection, connection::SimpleConnection};
use std::{
    collections::HashSet,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::{Duration as Span, Instant},
};

/// Tokens live ten minutes; sessions that ended longer ago have none left.
const ENDED_MINUTES: i64 = 15;
const TICK: Span = Span::from_millis(100);
const POLL: Span = Span::from_secs(5);
const KEYS: Span = Span::from_secs(1);
const FLOODS: Span = Span::from_secs(10);
const TIDY: Span = Span::from_secs(60);

/// Users, clients with their employers, and sessions that ended lately.
/// # Errors
/// Database errors.
pub fn load(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Snapshot, Problem> {
    Ok(Snapshot {
        users: users::records(conn)?.into_iter().map(|u| (u.id, Arc::new(u))).collect(),
        clients: store::clients(conn)?.into_iter().map(|c| (c.id, Arc::new(c))).collect(),
        ended: store::ended_since(conn, now - Duration::minutes(ENDED_MINUTES))?
            .into_iter()
            .collect::<HashSet<_>>(),
        ..Snapshot::default()
    })
}
/// Renews what the kernel knows of callers now; to be called before the first request.
/// # Errors
/// 503 when the database is away.
pub fn refresh(kernel: &Kernel) -> Result<(), Problem> {
    let mut conn = db::connection(&kernel.db)?;
    let read_at = Instant::now();
    kernel.live.put(load(&mut conn, kernel.clock.now())?, read_at);
    Ok(())
}

/// The watching thread; ends when it is stopped or dropped, writing held-back entries first.
pub struct Watch {
    is_over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}
impl Watch {
    /// Stops the thread and waits for it.
    pub fn stop(&mut self) {
        self.is_over.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // it panicked: said so already, and there is nothing left to stop
        }
    }
}
impl Drop for Watch {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Starts watching: callers, signing keys, floods of refusals. Holds one connection of the pool.
/// # Errors
/// When no thread can be made.
pub fn watch(kernel: Arc<Kernel>) -> std::io::Result<Watch> {
    let is_over = Arc::new(AtomicBool::new(false));
    let over = is_over.clone();
    let thread = std::thread::Builder::new()
        .name("access-watch".into())
        .spawn(move || Watcher::new(kernel).run(&over))?;
    Ok(Watch { is_over, thread: Some(thread) })
}

struct Watcher {
    kernel: Arc<Kernel>,
    conn: Option<db::Conn>,
    held: Vec<trail::Entry>,
}
/// Is it time again? Then the next time is set.
fn due(last: &mut Option<Instant>, every: Span) -> bool {
    let is_due = last.is_none_or(|at| at.elapsed() >= every);
    if is_due {
        *last = Some(Instant::now());
    }
    is_due
}
impl Watcher {
    fn new(kernel: Arc<Kernel>) -> Self {
        Self { kernel, conn: None, held: Vec::new() }
    }
    fn run(&mut self, over: &AtomicBool) {
        let (mut polled, mut keys, mut floods, mut tidied) = (None, None, None, None);
        while !over.load(Ordering::SeqCst) {
            if due(&mut keys, KEYS)
                && let Err(e) = self.kernel.keys.reload()
            {
                tracing::error!(error = %e, "ALARM: signing keys could not be read again; those in memory stay");
            }
            let told = self.heard();
            if due(&mut polled, POLL) || told {
                let read_at = Instant::now();
                self.with(|conn, kernel| {
                    load(conn, kernel.clock.now()).map(|fresh| kernel.live.put(fresh, read_at))
                });
            }
            if due(&mut floods, FLOODS) {
                self.drain();
            }
            if due(&mut tidied, TIDY) {
                self.with(|conn, kernel| store::forget_stale(conn, kernel.clock.now()));
            }
            std::thread::sleep(TICK);
        }
        self.drain();
        // Back to the pool as it came; one that fails is dropped there.
        self.with(|conn, _| Ok(conn.batch_execute("unlisten kenpo_access")?));
    }
    /// Something was told since the last look. A new connection counts as told: what happened before it is not known.
    fn heard(&mut self) -> bool {
        if self.conn.is_none() {
            return true;
        }
        let mut told = false;
        let mut broke = false;
        if let Some(conn) = self.conn.as_mut() {
            for note in conn.notifications_iter() {
                told |= note.is_ok();
                if note.is_err() {
                    broke = true;
                    break;
                }
            }
        }
        if broke {
            self.conn = None;
        }
        told || broke
    }
    /// Does something on the listening connection; one that fails is given back and another one taken.
    fn with(&mut self, work: impl FnOnce(&mut PgConnection, &Kernel) -> Result<(), Problem>) -> bool {
        if self.conn.is_none() {
            let listening = db::connection(&self.kernel.db).and_then(|mut conn| {
                conn.batch_execute("listen kenpo_access").map(|()| conn).map_err(Into::into)
            });
            match listening {
                Ok(conn) => self.conn = Some(conn),
                Err(problem) => tracing::warn!(code = problem.code, "callers can't be watched"),
            }
        }
        let Some(conn) = self.conn.as_mut() else { return false };
        match work(conn, &self.kernel) {
            Ok(()) => true,
            Err(problem) => {
                tracing::warn!(code = problem.code, "callers can't be watched");
                self.conn = None;
                false
            }
        }
    }
    /// Writes refusals that were counted together; what can't be written now is kept for the next time.
    fn drain(&mut self) {
        let now = self.kernel.clock.now().timestamp_millis();
        self.held.extend(self.kernel.floods.drain(now));
        if self.held.is_empty() {
            return;
        }
        let entries = std::mem::take(&mut self.held);
        if !self.with(|conn, _| trail::append(conn, &entries)) {
            self.held = entries;
        }
    }
}
