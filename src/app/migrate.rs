//! Migrations, embedded.
use crate::config::Config;
use anyhow::{Context, anyhow, bail};
use diesel::{Connection, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// Brings the schema up to date as its owner; gives the number of migrations that ran.
/// # Errors
/// When the database can't be reached or a migration fails.
pub fn migrate(url: &str) -> anyhow::Result<usize> {
    let mut conn = PgConnection::establish(url).context("the database can't be reached as the owner")?;
    conn.run_pending_migrations(MIGRATIONS).map(|m| m.len()).map_err(|e| anyhow!("a migration failed: {e}"))
}
crate::row! {
    /// A version that ran.
    pub struct Ran {
        /// It.
        version: t::Text => String,
    }
}
/// Refuses a schema that is older or newer than this program.
/// # Errors
/// Says what to do.
pub fn require_current(config: &Config) -> anyhow::Result<()> {
    let url = config.required("database_url")?;
    let mut conn = PgConnection::establish(url)
        .context("the database can't be reached; on a new one, run `kenpo migrate` first: it makes the role kenpo_service")?;
    let known = known_versions()?;
    let ran: Vec<Ran> = sql_query("select version from __diesel_schema_migrations order by version")
        .load(&mut conn)
        .context("the database has no schema yet: run `kenpo migrate`")?;
    let ran: Vec<String> = ran.into_iter().map(|r| r.version).collect();
    if ran.iter().any(|v| !known.contains(v)) {
        bail!("the schema is newer than this program: start the newer program");
    }
    if ran.len() < known.len() {
        bail!("the schema is not current ({} of {} migrations): run `kenpo migrate`", ran.len(), known.len());
    }
    Ok(())
}
/// URL of the owner.
/// # Errors
/// When neither is set.
pub fn owner_url(config: &Config) -> anyhow::Result<&str> {
    match config.text("migrate_database_url") {
        "" => config.required("database_url"),
        url => Ok(url),
    }
}
fn known_versions() -> anyhow::Result<Vec<String>> {
    use diesel::migration::{Migration, MigrationSource};
    let all: Vec<Box<dyn Migration<diesel::pg::Pg>>> = MIGRATIONS.migrations().map_err(|e| anyhow!("{e}"))?;
    Ok(all.iter().map(|m| m.name().version().to_string()).collect())
}
