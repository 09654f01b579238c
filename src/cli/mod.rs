//! The commands.
mod calc;
mod demo;
mod first_people;
pub mod seed;
mod server;
mod worker;

pub use worker::{tidy, work_once};

use crate::{
    app,
    config::Config,
    domain::personal_numbers::bond,
    kernel::{clock::Clock, db, keys::Keys},
    ports::key_store::SqliteKeyStore,
};
use anyhow::Context;
use clap::{Parser, Subcommand};
use std::{
    io::BufReader,
    path::{Path, PathBuf},
};

/// The core system of a health-insurance society, as one program.
#[derive(Parser)]
#[command(name = "kenpo", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}
#[derive(Subcommand)]
enum Command {
    /// Serve requests (production).
    Serve,
    /// Do the work that follows commits.
    Worker,
    /// Bring the schema up to date, as the owner of the tables.
    Migrate,
    /// Make, rotate or bind keys.
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Enter the first officers and administrators of the user register; again only when too few are left who can act.
    FirstPeople(first_people::FirstPeople),
    /// Start, fill and serve a fictional society on a private PostgreSQL.
    Demo(demo::DemoOptions),
    /// Print an access token of the running demo.
    Token(demo::TokenOptions),
    /// Work the rows of a CSV file through a rule of law.
    Calc(calc::CalcOptions),
    /// Print the OpenAPI document.
    Openapi,
    /// Print who may do what.
    PolicyMatrix,
    /// Work with exported audit logs.
    Audit {
        #[command(subcommand)]
        command: AuditCommand,
    },
}
#[derive(Subcommand)]
enum KeysCommand {
    /// Make the key folder, once.
    Init,
    /// Add a token signing key that signs from now on; keys older than the overlap stop verifying.
    Rotate {
        /// Hours for which replaced keys go on verifying.
        #[arg(long, default_value_t = 24)]
        overlap_hours: u32,
    },
    /// Say that this database and this key store belong together from now on, after one of them was restored.
    Bind,
}
#[derive(Subcommand)]
enum AuditCommand {
    /// Check an exported log: dense, linked, counted, digested.
    Verify {
        /// The exported file (NDJSON).
        file: PathBuf,
    },
}

/// Runs the command line.
/// # Errors
/// Says what failed and what to do.
pub fn run() -> anyhow::Result<()> {
    let cli = Cli::parse();
    match cli.command {
        Command::Openapi => show(&app::openapi()),
        Command::PolicyMatrix => show(&app::policy_matrix()?),
        Command::Audit { command: AuditCommand::Verify { file } } => verify(&file),
        Command::Serve => server::serve(&Config::read()?),
        Command::Worker => worker::worker(&Config::read()?),
        Command::Migrate => {
            let config = Config::read()?;
            let ran = app::migrate(app::owner_url(&config)?)?;
            println!("{ran} migrations ran; the schema is current");
            Ok(())
        }
        Command::Keys { command } => keys(&Config::read()?, &command),
        Command::FirstPeople(options) => {
            let config = Config::read()?;
            app::require_current(&config)?;
            show(&first_people::first_people(&config, &options)?)
        }
        Command::Demo(options) => demo::demo(&Config::read()?, &options),
        Command::Calc(options) => {
            let answer = calc::calc(&options)?;
            show(&answer.text)?;
            if answer.has_errors {
                std::process::exit(2);
            }
            Ok(())
        }
        Command::Token(options) => demo::token(&Config::read()?, &options),
    }
}
/// Prints; a reader that has seen enough (`| head`) is no failure.
fn show(text: &str) -> anyhow::Result<()> {
    use std::io::{ErrorKind, Write};
    match std::io::stdout().write_all(text.as_bytes()) {
        Err(e) if e.kind() != ErrorKind::BrokenPipe => Err(e.into()),
        _ => Ok(()),
    }
}
fn keys(config: &Config, command: &KeysCommand) -> anyhow::Result<()> {
    let folder = Path::new(config.text("keys"));
    let at = Clock::real().now();
    let now = at.timestamp();
    match command {
        KeysCommand::Init => {
            Keys::init(folder, now)?;
            println!("keys made in {}: keep a copy apart from the database's backups", folder.display());
        }
        KeysCommand::Rotate { overlap_hours } => {
            let kid = Keys::rotate(folder, now, now - i64::from(*overlap_hours) * 3600)?;
            println!("tokens are signed with {kid} from now on");
        }
        KeysCommand::Bind => {
            app::require_current(config)?;
            let store = SqliteKeyStore::open(Path::new(config.text("key_store")))?;
            let pool = db::pool(config.required("database_url")?, 1)?;
            bond::bind(&mut *db::connection(&pool)?, &store, at)?;
            println!("the database and the key store {} belong together", config.text("key_store"));
        }
    }
    Ok(())
}
fn verify(file: &Path) -> anyhow::Result<()> {
    let reader = BufReader::new(std::fs::File::open(file).with_context(|| file.display().to_string())?);
    match crate::domain::audit::verify(reader) {
        Ok(report) => {
            println!("intact: {} entries, sha256 {}", report.trailer.count, report.trailer.sha256);
            Ok(())
        }
        Err(fault) => anyhow::bail!("NOT intact: {fault}"),
    }
}
