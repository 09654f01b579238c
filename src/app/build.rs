//! Wiring: what a running kenpo consists of.
use crate::{
    config::Config,
    domain::{
        access::{self, NumberGrants, PasswordSettings, Passwords, Watch},
        audit::Sequencer,
        members::MemberReader,
        personal_numbers::{Strongroom, bond},
    },
    kernel::{
        Kernel, Routes,
        clock::Clock,
        db,
        keys::Keys,
        limit::Limits,
        live::Live,
        places::Places,
        policy::Policies,
        token::Tokens,
        trail::{Floods, Writer},
    },
    ports::key_store::SqliteKeyStore,
};
use anyhow::Context;
use std::{path::Path, sync::Arc, time::Duration};

/// How many filings wait at most for one employer's turn: each keeps its body in memory.
const FILINGS_MOST: usize = 32;
/// How many requests wait at most for one caller's connections.
const WAITING_MOST: usize = 200;
/// How long each waits at most.
const PATIENCE: Duration = Duration::from_secs(30);

/// What the roof takes from outside.
pub struct Parts {
    /// Settings.
    pub config: Config,
    /// Time.
    pub clock: Clock,
    /// Issuer and audience of tokens.
    pub public_url: String,
}
/// A kenpo that can serve: shared by every listener.
#[derive(Clone)]
pub struct App {
    /// The kernel.
    pub kernel: Arc<Kernel>,
    /// The coalescing reader.
    pub reader: MemberReader,
    /// Checks passwords, few at a time.
    pub passwords: Arc<Passwords>,
    /// The routes.
    pub routes: Routes,
    /// The document as served.
    pub document: Arc<str>,
}
impl App {
    /// Wires everything. Refuses what it could not serve safely.
    /// # Errors
    /// Says what is missing and what to do.
    pub fn build(parts: Parts) -> anyhow::Result<Self> {
        let c = &parts.config;
        let policies = Policies::built_in()?;
        let keys = Keys::open(Path::new(c.text("keys")))?;
        let store = SqliteKeyStore::open(Path::new(c.text("key_store")))
            .with_context(|| format!("the key store {}", c.text("key_store")))?;
        let (pool_size, caller_connections) = c.connections()?;
        let pool =
            db::pool(c.required("database_url")?, pool_size).context("the database can't be reached")?;
        bond::agree(&mut *pool.get()?, &store)?;
        let vault = Arc::new(Strongroom::new(&keys.vault, parts.clock.clone(), Arc::new(store)));
        let settings = PasswordSettings {
            memory_kib: c.number("argon2_memory_kib")?,
            passes: c.number("argon2_passes")?,
            lanes: c.number("argon2_lanes")?,
            ..PasswordSettings::default()
        };
        let passwords = Arc::new(Passwords::new(&settings)?);
        let kernel = Arc::new(Kernel {
            clock: parts.clock.clone(),
            tokens: Tokens::new(&parts.public_url, &parts.public_url),
            live: Live::default(),
            policies,
            trail: Writer::start(pool.clone()),
            floods: Floods::default(),
            limits: Limits::new(c.number("rate_per_second")?),
            turns: Places::new(1, FILINGS_MOST, PATIENCE),
            shares: Places::new(usize::try_from(caller_connections)?, WAITING_MOST, PATIENCE),
            vault,
            grants: Arc::new(NumberGrants),
            proxies: c.hosts("trusted_proxies")?,
            body_time: Duration::from_secs(c.number("body_seconds")?.into()),
            offered: super::routes().rows,
            idle_days: c.idle_days()?,
            readings: c.readings()?,
            keys,
            db: pool.clone(),
        });
        access::refresh(&kernel).map_err(|p| anyhow::anyhow!("callers can't be read: {p}"))?;
        let reader = MemberReader::start(pool, parts.clock);
        Ok(Self { kernel, reader, passwords, routes: super::routes(), document: super::openapi().into() })
    }
}
/// What runs beside the listeners: the watch over callers and the sequencer of the trail.
pub struct Background {
    watch: Watch,
    sequencer: Sequencer,
}
impl Background {
    /// Ends both.
    pub fn stop(mut self) {
        self.watch.stop();
        self.sequencer.stop();
    }
}
/// Starts what runs beside the listeners.
/// # Errors
/// When a thread can't be started.
pub fn background(app: &App) -> anyhow::Result<Background> {
    Ok(Background {
        watch: access::watch(app.kernel.clone())?,
        sequencer: Sequencer::start(app.kernel.db.clone()),
    })
}
