//! `kenpo demo`: a working fictional society on a private PostgreSQL, filled over HTTP as employers and staff would, with a guided
//! tour; `kenpo token`: a token of the running demo.
mod fill;
mod http;
mod society;
mod tour;

use crate::{
    app::{self, App, Parts},
    config::Config,
    kernel::{clock::Clock, keys::Keys},
    launcher::{Binaries, Durability, PrivatePostgres, default_base, is_root},
};
use anyhow::{Context, bail};
use chrono::NaiveDate;
use clap::Args;
use serde::{Deserialize, Serialize};
use std::{
    fs,
    net::SocketAddr,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
};

/// Options of `kenpo demo`.
#[derive(Args)]
pub struct DemoOptions {
    /// Forget everything and end.
    #[arg(long)]
    reset: bool,
    /// Port on 127.0.0.1 in place of the setting `listen`; 0 takes a free one.
    #[arg(long)]
    port: Option<u16>,
    /// Write address and fictitious credentials here (0600) once requests are served.
    #[arg(long)]
    ready_file: Option<PathBuf>,
    /// Move the demo's clock on by so many days.
    #[arg(long, default_value_t = 0, conflicts_with = "today")]
    days: u16,
    /// Move the demo's clock on to this day, as in 2027-04-01: what is due by then happens.
    #[arg(long)]
    today: Option<NaiveDate>,
}
/// Options of `kenpo token`.
#[derive(Args)]
pub struct TokenOptions {
    /// Who: employer, other-employer, enrolment, clerk, benefits, collection, review, it, officer, auditor.
    #[arg(long = "as")]
    name: String,
}

/// What the demo remembers between runs: fictitious credentials and where its clock stands.
#[derive(Serialize, Deserialize)]
pub(crate) struct State {
    /// Distance of the demo's clock to real time, milliseconds.
    pub clock_offset_ms: i64,
    /// Address while it runs.
    pub base_url: String,
    /// Credentials.
    pub people: society::Credentials,
    /// The first file was sent and decided.
    pub is_filled: bool,
}

/// Where the demo lives: its folder is the one called `demo` in it.
fn base(config: &Config) -> anyhow::Result<PathBuf> {
    Ok(match config.text("base") {
        "" => default_base(is_root(), config.xdg_data_home.as_deref(), config.home.as_deref())?,
        folder => PathBuf::from(folder),
    })
}
/// Runs the demo until Ctrl-C.
/// # Errors
/// Says what failed and what to do.
pub fn demo(config: &Config, options: &DemoOptions) -> anyhow::Result<()> {
    let base = base(config)?;
    let folder = base.join("demo");
    if options.reset {
        if !config.text("database_url").is_empty() {
            bail!(
                "DATABASE_URL names a database of your own: empty it yourself; unset, the private one is forgotten"
            );
        }
        forget(&folder)?;
        println!("forgotten: {}", folder.display());
        return Ok(());
    }
    // Where another shell would not look for this demo by itself, the commands of the tour name its place.
    let place = if config.text("base").is_empty() { String::new() } else { base.display().to_string() };
    serve(config, options, (&folder, &place))
}
/// Removes the cluster first, under its lock: a demo that runs is left alone.
fn forget(folder: &Path) -> anyhow::Result<()> {
    PrivatePostgres::remove(&folder.join("postgres"))?;
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("{} could not be removed", folder.display()))?;
    }
    Ok(())
}
fn step(text: &str) {
    println!("  … {text}");
}
fn serve(config: &Config, options: &DemoOptions, (folder, place): (&Path, &str)) -> anyhow::Result<()> {
    println!("kenpo demo in {}", folder.display());
    let address = free_address(config, options)?;
    if config.text("database_url").is_empty()
        && folder.join("postgres").exists()
        && read_state(folder)?.is_none()
    {
        // Credentials are written when the society is there: what is left is a first start that was broken off.
        step("a first start was broken off: starting anew");
        forget(folder)?;
    }
    fs::create_dir_all(folder)?;
    // PostgreSQL runs as another account below: it must be able to pass, whatever the umask; what lies here has modes of its own.
    fs::set_permissions(folder, fs::Permissions::from_mode(0o711))?;
    let postgres;
    let (owner, service) = match config.text("database_url") {
        "" => {
            step("starting a private PostgreSQL");
            let named = Some(config.text("pg_bin")).filter(|p| !p.is_empty()).map(PathBuf::from);
            let binaries = Binaries::new(named, Some(config.path.as_ref()));
            postgres = PrivatePostgres::start(&binaries, &folder.join("postgres"), Durability::Durable)?;
            (postgres.url("kenpo", "postgres"), postgres.url("kenpo_service", "postgres"))
        }
        url => (app::owner_url(config)?.to_owned(), url.to_owned()),
    };
    step("bringing the schema up to date");
    app::migrate(&owner)?;
    let keys = folder.join("keys");
    let clock = Clock::real();
    if ["vault.json", "signing.json"].iter().any(|name| !keys.join(name).exists()) {
        step("making keys");
        Keys::init(&keys, clock.now().timestamp())?;
    }
    let config = config
        .clone()
        .with("database_url", service)
        .with("migrate_database_url", owner.clone())
        .with("keys", keys.display().to_string())
        .with("key_store", folder.join("keystore/wrapped.sqlite").display().to_string())
        .with("listen", address.to_string())
        .with("rate_per_second", "0")
        // its clock can be moved by years, and nobody would be left to release an id
        .with("idle_days", "36500");
    let mut state = match read_state(folder)? {
        Some(state) => state,
        None => society::found(&config, &owner, &clock)?,
    };
    clock.set_offset(state.clock_offset_ms);
    move_on(&clock, options)?;
    state.clock_offset_ms = clock.offset();
    write_state(folder, &state)?;
    run(&config, options, (folder, place), state, clock)
}
/// The address to serve on, tried before anything is done.
fn free_address(config: &Config, options: &DemoOptions) -> anyhow::Result<SocketAddr> {
    let wanted = match options.port {
        Some(port) => SocketAddr::from(([127, 0, 0, 1], port)),
        None => config.address("listen")?.context("the setting listen is missing")?,
    };
    let listener = std::net::TcpListener::bind(wanted).with_context(|| {
        format!("{wanted} is taken: name a free one, as in KENPO_LISTEN=127.0.0.1:8081 make demo")
    })?;
    Ok(listener.local_addr()?)
}
/// Moves the clock on as the options say. It goes forward only: what is recorded can't be of tomorrow.
/// # Errors
/// A day that is over already in the demo.
fn move_on(clock: &Clock, options: &DemoOptions) -> anyhow::Result<()> {
    let days = match options.today {
        None => i64::from(options.days),
        Some(day) => (day - clock.today()).num_days(),
    };
    if days < 0 {
        bail!(
            "in the demo it is {} already, and its clock goes forward only: give a later day, or start anew (make demo-reset)",
            clock.today()
        );
    }
    clock.advance(chrono::Duration::days(days));
    Ok(())
}
fn run(
    config: &Config,
    options: &DemoOptions,
    (folder, place): (&Path, &str),
    mut state: State,
    clock: Clock,
) -> anyhow::Result<()> {
    state.base_url = format!("http://{}", config.text("listen"));
    let public_url = state.base_url.clone();
    let app = App::build(Parts { config: config.clone(), clock: clock.clone(), public_url })?;
    let worker = config.clone();
    std::thread::spawn(move || super::worker::work(&worker, &clock)); // ends with the process; its jobs are leased
    let (folder, place, ready) = (folder.to_owned(), place.to_owned(), options.ready_file.clone());
    super::server::log(&config.clone().with("log", "warn"));
    super::server::run(&app, config, move |_| {
        // Requests are served from now on; what follows calls them from outside, as anybody would.
        std::thread::spawn(move || {
            if let Err(e) = introduce(&folder, state, ready.as_deref(), &place) {
                eprintln!("kenpo: the demo could not be filled: {e:#}");
                std::process::exit(1);
            }
        });
    })
}
fn introduce(folder: &Path, mut state: State, ready: Option<&Path>, place: &str) -> anyhow::Result<()> {
    http::wait_until_ready(&state.base_url)?;
    if !state.is_filled {
        fill::first_file(&state)?;
        state.is_filled = true;
    }
    write_state(folder, &state)?;
    tour::print(&state, place)?;
    if let Some(file) = ready {
        write_private(file, &serde_json::to_vec_pretty(&state.people.ready(&state.base_url))?)?;
    }
    Ok(())
}
/// Prints an access token of the running demo.
/// # Errors
/// When no demo runs or there is nobody of that name.
pub fn token(config: &Config, options: &TokenOptions) -> anyhow::Result<()> {
    let folder = base(config)?.join("demo");
    let Some(state) = read_state(&folder)? else {
        bail!("no demo was started here yet: run `make demo` first")
    };
    println!("{}", http::token(&state, &options.name)?);
    Ok(())
}
fn state_file(folder: &Path) -> PathBuf {
    folder.join("demo.json")
}
fn read_state(folder: &Path) -> anyhow::Result<Option<State>> {
    match fs::read(state_file(folder)) {
        Ok(bytes) => {
            Ok(Some(serde_json::from_slice(&bytes).context("demo.json is malformed: make demo-reset")?))
        }
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e.into()),
    }
}
fn write_state(folder: &Path, state: &State) -> anyhow::Result<()> {
    write_private(&state_file(folder), &serde_json::to_vec_pretty(state)?)
}
fn write_private(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let fresh = path.with_extension("new");
    let _ = fs::remove_file(&fresh); // left by a run that was killed
    let mut f = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
    f.write_all(bytes)?;
    f.sync_all()?;
    fs::rename(fresh, path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(days: u16, today: Option<&str>) -> DemoOptions {
        let today = today.and_then(|t| t.parse().ok());
        DemoOptions { reset: false, port: Some(0), ready_file: None, days, today }
    }
    #[test]
    fn the_clock_of_the_demo_goes_forward_only() -> anyhow::Result<()> {
        let at = chrono::DateTime::parse_from_rfc3339("2026-11-22T23:30:00+09:00")?.to_utc();
        let clock = Clock::starting_at(at);
        move_on(&clock, &options(0, Some("2027-04-01")))?;
        assert_eq!(clock.today().to_string(), "2027-04-01");
        move_on(&clock, &options(0, Some("2027-04-01")))?;
        move_on(&clock, &options(2, None))?;
        assert_eq!(clock.today().to_string(), "2027-04-03");
        let said = move_on(&clock, &options(0, Some("2027-04-02"))).map_err(|e| e.to_string());
        assert!(said.is_err_and(|e| e.contains("2027-04-03 already")));
        Ok(())
    }
}
