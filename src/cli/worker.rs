//! `kenpo worker`.
use super::server::log;
use crate::{
    app,
    config::Config,
    domain::{
        access, calendar, notifications,
        personal_numbers::{bond, jobs},
    },
    kernel::{Facts, clock::Clock, db, idempotency, job, trail},
    ports::key_store::{SqliteKeyStore, SweptKeyStore},
};
use diesel::Connection;
use std::{
    path::Path,
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use uuid::Uuid;

/// Does jobs, two at a time, until it is ended; a job that was begun and not finished is leased again.
/// # Errors
/// As `serve`.
pub fn worker(config: &Config) -> anyhow::Result<()> {
    log(config);
    let clock = config.clock()?;
    app::require_current(config)?;
    work(config, &clock)
}
/// Does due jobs for ever, by that clock, two at a time.
/// # Errors
/// When the database or the key store is away at the start, the one does not belong to the other, or the database could lose what is committed.
pub fn work(config: &Config, clock: &Clock) -> anyhow::Result<()> {
    let pool = db::pool(config.required("database_url")?, u32::try_from(AT_ONCE)?)?;
    db::require_durable(&mut *db::connection(&pool)?)?;
    let store = SqliteKeyStore::open(Path::new(config.text("key_store")))?;
    let keep_days = config.key_sweep_days()?;
    bond::agree(&mut *db::connection(&pool)?, &store)?;
    jobs::enqueue_sweep(&mut *db::connection(&pool)?, clock, 0)?;
    let worker = Uuid::now_v7();
    let done = Done::default();
    tracing::info!(%worker, "working");
    std::thread::scope(|others| {
        for _ in 1..AT_ONCE {
            others.spawn(|| {
                let _ended = EndsWithAPanic;
                loop {
                    do_jobs(&pool, &store, (clock, keep_days), &done);
                }
            });
        }
        let _ended = EndsWithAPanic;
        watch(&pool, &store, (clock, keep_days), (worker, &done))
    })
}
/// Ends the process when its thread panics: a worker does all of its work or none, and whoever started it sees it end.
struct EndsWithAPanic;
impl Drop for EndsWithAPanic {
    fn drop(&mut self) {
        if std::thread::panicking() {
            tracing::error!("ALARM: the worker ends after a panic");
            std::process::abort();
        }
    }
}
/// Jobs that a worker does at once: a bulk determination has as many lanes.
const AT_ONCE: usize = 2;
/// Does due jobs, looks at the calendar and forgets what is over, for ever.
fn watch(
    pool: &db::Db,
    store: &SqliteKeyStore,
    (clock, keep_days): (&Clock, u32),
    (worker, done): (Uuid, &Done),
) -> ! {
    let (mut tidied, mut looked): (Option<Instant>, Option<Instant>) = (None, None);
    loop {
        if looked.is_none_or(|at| at.elapsed() >= CALENDAR_EVERY) {
            // days that were missed follow one another at once
            match calendar::work(pool, clock, worker) {
                Ok(true) => continue,
                Ok(false) => {}
                Err(e) => {
                    tracing::error!(error = %e, "the calendar could not be looked at; it is tried again")
                }
            }
            looked = Some(Instant::now());
        }
        if tidied.is_none_or(|at| at.elapsed() >= TIDY_EVERY) {
            tidied = Some(Instant::now());
            if let Err(e) = tidy(pool, clock) {
                tracing::error!(error = %e, "what is over could not be forgotten; it is tried again");
            }
        }
        do_jobs(pool, store, (clock, keep_days), done);
    }
}
/// What the threads of a worker tell one another: how many jobs they did. A job may have left the next one, for any of them.
#[derive(Default)]
struct Done {
    count: Mutex<u64>,
    told: Condvar,
}
impl Done {
    fn count(&self) -> MutexGuard<'_, u64> {
        // whoever panics ends the process
        self.count.lock().unwrap_or_else(PoisonError::into_inner)
    }
    /// Another job is done.
    fn tell(&self) {
        *self.count() += 1;
        self.told.notify_all();
    }
    /// Waits until another thread did a job since there were so many, at most that long.
    fn wait(&self, since: u64, most: Duration) {
        drop(self.told.wait_timeout_while(self.count(), most, |count| *count == since));
    }
}
/// Does one due job; waits a little when none is, longer when none could be done.
fn do_jobs(pool: &db::Db, store: &SqliteKeyStore, (clock, keep_days): (&Clock, u32), done: &Done) {
    let before = *done.count();
    match work_once(pool, store, clock, keep_days) {
        Ok(true) => done.tell(),
        Ok(false) => done.wait(before, LOOK_EVERY),
        Err(e) => {
            tracing::error!(error = %e, "jobs could not be done; they are tried again");
            std::thread::sleep(Duration::from_secs(5));
        }
    }
}
/// How soon a job that another process enqueued is found.
const LOOK_EVERY: Duration = Duration::from_millis(200);
const TIDY_EVERY: Duration = Duration::from_secs(60);
/// How soon after midnight, and after a day that went by, the calendar is looked at.
const CALENDAR_EVERY: Duration = Duration::from_secs(5);
/// Forgets answers under keys whose time is over and jobs long done, a thousand at a time, so that nothing waits for it; and gives a job to a bulk
/// determination that lost its own.
/// # Errors
/// When the database is away.
pub fn tidy(pool: &db::Db, clock: &Clock) -> anyhow::Result<()> {
    let mut conn = db::connection(pool)?;
    while idempotency::forget_expired(&mut conn, clock.now())? > 0 {}
    while job::forget_done(&mut conn, clock.now())? > 0 {}
    if notifications::resume_determination(&mut conn, clock.now())? > 0 {
        tracing::error!("a bulk determination had lost its job; it goes on");
    }
    Ok(())
}
/// Does one due job; `false` when none is due. `keep_days`: the setting `key_sweep_days`.
/// # Errors
/// When the database is away.
pub fn work_once(
    pool: &db::Db,
    store: &dyn SweptKeyStore,
    clock: &Clock,
    keep_days: u32,
) -> anyhow::Result<bool> {
    let mut conn = db::connection(pool)?;
    let Some(job) = job::lease(&mut conn, clock.now())? else { return Ok(false) };
    let mut entries = Vec::new();
    let mut recorded = |done: Result<jobs::KeyWork, &'static str>| {
        entries.push(jobs::entry(clock, &job, &done));
        done.map(|_| ())
    };
    let outcome = match job.kind.as_str() {
        jobs::DESTROY_KEYS => recorded(jobs::destroy_keys(&mut conn, store, &job.payload)),
        jobs::SWEEP_KEYS => recorded(jobs::sweep_keys(&mut conn, store, clock, keep_days)),
        notifications::DETERMINE => {
            let society = Facts::of("Society", Uuid::nil());
            let roof = notifications::Roof {
                drop_files: &|conn, submissions| jobs::drop_files(conn, clock, submissions),
                may_order: &|conn, user| {
                    access::may_still::<notifications::CreateRegularDeterminationRun>(
                        conn, clock, user, &society,
                    )
                },
            };
            notifications::determine(&mut conn, clock, &job, roof)
        }
        _ => Err("unknown-kind"),
    };
    match outcome {
        Ok(()) => {}
        Err(code) if job.is_last_try() => {
            tracing::error!(job = %job.id, kind = %job.kind, code, "ALARM: a job failed for good")
        }
        Err(code) => {
            tracing::error!(job = %job.id, kind = %job.kind, code, "a job failed; it is tried again")
        }
    }
    conn.transaction(|conn| {
        trail::append(conn, &entries)?;
        job::finish(conn, &job, outcome, clock.now())
    })?;
    if job.kind == jobs::SWEEP_KEYS {
        jobs::enqueue_sweep(&mut conn, clock, 1)?;
    }
    Ok(true)
}
