//! `kenpo serve` and `kenpo worker`.
use crate::{
    app::{self, App, Parts},
    config::Config,
    domain::{
        access, calendar, notifications,
        personal_numbers::{bond, jobs},
    },
    kernel::{Facts, Zone, clock::Clock, db, idempotency, job, trail},
    ports::key_store::{SqliteKeyStore, SweptKeyStore},
};
use anyhow::Context;
use diesel::Connection;
use futures_util::future::{join_all, try_join_all};
use std::{
    path::Path,
    time::{Duration, Instant},
};
use tokio::signal::unix::{SignalKind, signal};
use uuid::Uuid;

/// Logs as JSON lines; nothing that is logged holds personal data.
pub fn log(config: &Config) {
    let filter = tracing_subscriber::EnvFilter::new(config.text("log"));
    let _ = tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
/// Serves until SIGINT or SIGTERM.
/// # Errors
/// Refuses a database that could lose data, a schema that is not current, policies that do not validate, missing keys.
pub fn serve(config: &Config) -> anyhow::Result<()> {
    log(config);
    let clock = config.clock()?;
    app::require_current(config)?;
    let parts =
        Parts { config: config.clone(), clock, public_url: config.required("public_url")?.to_owned() };
    let app = App::build(parts)?;
    run(&app, config, |address| tracing::info!(%address, "serving"))
}
/// Serves an app on the configured listeners until SIGINT or SIGTERM; `started` is told the first address.
/// # Errors
/// When the database could lose what it acknowledged, or an address is taken.
pub fn run(app: &App, config: &Config, started: impl FnOnce(std::net::SocketAddr)) -> anyhow::Result<()> {
    db::require_durable(&mut *app.kernel.db.get()?)?;
    app::install_metrics();
    let background = app::background(app)?;
    let workers = usize::try_from(config.number("workers")?)?;
    let shutdown = u64::from(config.number("shutdown_seconds")?);
    let closed = config.address("listen")?.context("the setting listen is missing")?;
    let internet = config.address("listen_internet")?;
    actix_web::rt::System::new().block_on(async {
        let first = app::serve(app, closed, Zone::Closed, workers, shutdown)?;
        let mut handles = vec![first.handle];
        let mut servers = vec![first.server];
        if let Some(address) = internet {
            let second = app::serve(app, address, Zone::Internet, workers, shutdown)?;
            tracing::info!(address = %second.address, "serving the internet zone");
            handles.push(second.handle);
            servers.push(second.server);
        }
        // Heard from now on, also while the listeners are still starting.
        let (mut interrupt, mut terminate) =
            (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
        started(first.address);
        actix_web::rt::spawn(async move {
            tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
            tracing::info!("stopping: running requests are finished");
            join_all(handles.iter().map(|h| h.stop(true))).await;
        });
        // All at once: a server begins to accept when it is first awaited.
        try_join_all(servers).await?;
        anyhow::Ok(())
    })?;
    background.stop();
    Ok(())
}
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
/// When the database or the key store is away at the start, or the one does not belong to the other.
pub fn work(config: &Config, clock: &Clock) -> anyhow::Result<()> {
    let pool = db::pool(config.required("database_url")?, u32::try_from(AT_ONCE)?)?;
    let store = SqliteKeyStore::open(Path::new(config.text("key_store")))?;
    let keep_days = config.key_sweep_days()?;
    bond::agree(&mut *db::connection(&pool)?, &store)?;
    jobs::enqueue_sweep(&mut *db::connection(&pool)?, clock, 0)?;
    let worker = Uuid::now_v7();
    tracing::info!(%worker, "working");
    std::thread::scope(|others| {
        for _ in 1..AT_ONCE {
            others.spawn(|| {
                let _ended = EndsWithAPanic;
                loop {
                    do_jobs(&pool, &store, clock, keep_days);
                }
            });
        }
        let _ended = EndsWithAPanic;
        watch(&pool, &store, (clock, keep_days), worker)
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
fn watch(pool: &db::Db, store: &SqliteKeyStore, (clock, keep_days): (&Clock, u32), worker: Uuid) -> ! {
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
        do_jobs(pool, store, clock, keep_days);
    }
}
/// Does one due job; waits a little when none is, longer when none could be done.
fn do_jobs(pool: &db::Db, store: &SqliteKeyStore, clock: &Clock, keep_days: u32) {
    match work_once(pool, store, clock, keep_days) {
        Ok(true) => {}
        Ok(false) => std::thread::sleep(Duration::from_millis(500)),
        Err(e) => {
            tracing::error!(error = %e, "jobs could not be done; they are tried again");
            std::thread::sleep(Duration::from_secs(5));
        }
    }
}
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
