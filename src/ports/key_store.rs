//! 鍵保管庫 — where the wrapped data keys of personal numbers live: one file outside the database and its dumps, so that
//! destroying a key reaches every backup of the data.
//!
//! What is kept here is wrapped under the key-encryption key of the key folder; alone it opens nothing.
use chrono::{DateTime, Utc};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};
use std::{
    fs,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::Path,
    sync::{Mutex, MutexGuard},
    time::Duration,
};
use uuid::Uuid;

/// Bytes of a wrapped key: nonce, 256-bit key, tag.
pub const WRAPPED: usize = 12 + 32 + 16;
/// A data key, sealed under the key-encryption key and bound to its id.
pub type WrappedKey = [u8; WRAPPED];

/// Why the store did not serve; holds no content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyStoreError {
    /// It can't be reached, is full or stays busy.
    Away,
    /// Its file or folder can be read by others.
    Exposed,
    /// What is there is not what this program writes.
    Malformed,
}
impl std::fmt::Display for KeyStoreError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Away => "the key store can't be reached",
            Self::Exposed => {
                "the key store can be read by others: chmod 700 its folder and chmod 600 its file"
            }
            Self::Malformed => "the key store is malformed",
        })
    }
}
impl std::error::Error for KeyStoreError {}
impl From<rusqlite::Error> for KeyStoreError {
    /// The text of the library may name the file; it is told by its code only.
    fn from(e: rusqlite::Error) -> Self {
        tracing::error!(code = ?e.sqlite_error_code(), "the key store refused");
        Self::Away
    }
}

/// Keeps wrapped keys and destroys them for good.
pub trait KeyStore: Send + Sync {
    /// Keeps all of them, durably, or none.
    /// # Errors
    /// `Away`; also when a key id is there already.
    fn put_many(&self, keys: &[(Uuid, WrappedKey)]) -> Result<(), KeyStoreError>;
    /// The key of that id; `None` when there is none or it was destroyed.
    /// # Errors
    /// `Away`, `Malformed`.
    fn get(&self, key: Uuid) -> Result<Option<WrappedKey>, KeyStoreError>;
    /// Ids of kept keys between two ids, neither included, in their order, at most so many.
    /// # Errors
    /// `Away`, `Malformed`.
    fn ids_between(&self, after: Uuid, before: Uuid, most: u32) -> Result<Vec<Uuid>, KeyStoreError>;
    /// Destroys all of them; those that are not there are passed over, so it can be repeated.
    /// # Errors
    /// `Away`.
    fn destroy_many(&self, keys: &[Uuid]) -> Result<(), KeyStoreError>;
}

/// What a key store and the database say of each other: the same id, and how often both were seen together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bond {
    /// Of the pair.
    pub id: Uuid,
    /// Goes up with each sweep, so that an old copy of either is known by it.
    pub turn: i64,
}
/// What the sweep keeps beside the keys.
pub trait SweptKeyStore: KeyStore {
    /// The keys that are marked as unneeded, and since when, to the millisecond.
    /// # Errors
    /// `Away`, `Malformed`.
    fn marks(&self) -> Result<Vec<(Uuid, DateTime<Utc>)>, KeyStoreError>;
    /// Marks keys as unneeded since `now` (one that is marked keeps its instant), and takes the marks off others: all or none.
    /// # Errors
    /// `Away`.
    fn remark(&self, unneeded: &[Uuid], needed: &[Uuid], now: DateTime<Utc>) -> Result<(), KeyStoreError>;
    /// Which database the store belongs to; `None` when it never met one.
    /// # Errors
    /// `Away`, `Malformed`.
    fn bond(&self) -> Result<Option<Bond>, KeyStoreError>;
    /// Writes which database the store belongs to. The turn of the same bond never goes back.
    /// # Errors
    /// `Away`.
    fn keep_bond(&self, bond: Bond) -> Result<(), KeyStoreError>;
}

/// The key store as one SQLite file that many processes share. `secure_delete` overwrites what is deleted, so that a destroyed
/// key is nowhere in the file; the journal is cut to nothing after each transaction.
pub struct SqliteKeyStore {
    connection: Mutex<Connection>,
}

const SCHEMA: &str = "create table if not exists wrapped_key (key_id blob primary key, wrapped blob not null) without rowid; \
     create table if not exists unneeded_key (key_id blob primary key, since_ms integer not null) without rowid; \
     create table if not exists bond (only_one integer primary key check (only_one = 1), id blob not null, turn integer not null)";

impl SqliteKeyStore {
    /// Opens the file, making it (0600) and its folder (0700) when they are missing.
    /// # Errors
    /// `Exposed` when others can read it; `Away` when it can't be opened or would not be durable.
    pub fn open(path: &Path) -> Result<Self, KeyStoreError> {
        prepare(path)?;
        let connection = Connection::open(path)?;
        connection.busy_timeout(Duration::from_secs(10))?;
        connection.pragma_update(None, "journal_mode", "truncate")?;
        connection.pragma_update(None, "synchronous", "full")?;
        connection.pragma_update(None, "secure_delete", "on")?;
        connection.pragma_update(None, "temp_store", "memory")?; // no copy of a page in a temporary file
        let mode: String = connection.pragma_query_value(None, "journal_mode", |r| r.get(0))?;
        let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |r| r.get(0))?;
        if !mode.eq_ignore_ascii_case("truncate") || synchronous < 2 {
            return Err(KeyStoreError::Malformed);
        }
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection: Mutex::new(connection) })
    }
    fn connection(&self) -> Result<MutexGuard<'_, Connection>, KeyStoreError> {
        self.connection.lock().map_err(|_| KeyStoreError::Away)
    }
}

fn prepare(path: &Path) -> Result<(), KeyStoreError> {
    let away = |_| KeyStoreError::Away;
    let folder = path.parent().ok_or(KeyStoreError::Away)?;
    if !folder.exists() {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(away)?;
    }
    // Made by us and not by the library, so that it is never open to others, not even for a moment.
    fs::OpenOptions::new().create(true).append(true).mode(0o600).open(path).map_err(away)?;
    for place in [folder, path] {
        if fs::metadata(place).map_err(away)?.permissions().mode() & 0o077 != 0 {
            return Err(KeyStoreError::Exposed);
        }
    }
    Ok(())
}

fn put(tx: &Transaction<'_>, keys: &[(Uuid, WrappedKey)]) -> rusqlite::Result<()> {
    let mut insert = tx.prepare_cached("insert into wrapped_key (key_id, wrapped) values (?1, ?2)")?;
    for (id, wrapped) in keys {
        insert.execute(params![id.as_bytes().as_slice(), wrapped.as_slice()])?;
    }
    Ok(())
}
fn destroy(tx: &Transaction<'_>, keys: &[Uuid]) -> rusqlite::Result<()> {
    let mut delete = tx.prepare_cached("delete from wrapped_key where key_id = ?1")?;
    for id in keys {
        delete.execute([id.as_bytes().as_slice()])?;
    }
    unmark(tx, keys)
}
fn unmark(tx: &Transaction<'_>, keys: &[Uuid]) -> rusqlite::Result<()> {
    let mut delete = tx.prepare_cached("delete from unneeded_key where key_id = ?1")?;
    for id in keys {
        delete.execute([id.as_bytes().as_slice()])?;
    }
    Ok(())
}
fn mark(tx: &Transaction<'_>, keys: &[Uuid], now: DateTime<Utc>) -> rusqlite::Result<()> {
    let mut insert = tx.prepare_cached(
        "insert into unneeded_key (key_id, since_ms) values (?1, ?2) on conflict do nothing",
    )?;
    for id in keys {
        insert.execute(params![id.as_bytes().as_slice(), now.timestamp_millis()])?;
    }
    Ok(())
}
fn id_of(bytes: &[u8]) -> Result<Uuid, KeyStoreError> {
    Uuid::from_slice(bytes).map_err(|_| KeyStoreError::Malformed)
}

impl KeyStore for SqliteKeyStore {
    fn put_many(&self, keys: &[(Uuid, WrappedKey)]) -> Result<(), KeyStoreError> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut connection = self.connection()?;
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        put(&tx, keys)?;
        Ok(tx.commit()?)
    }
    fn get(&self, key: Uuid) -> Result<Option<WrappedKey>, KeyStoreError> {
        let connection = self.connection()?;
        let found: Option<Vec<u8>> = connection
            .prepare_cached("select wrapped from wrapped_key where key_id = ?1")?
            .query_row([key.as_bytes().as_slice()], |r| r.get(0))
            .optional()?;
        found.map(|f| f.try_into().map_err(|_| KeyStoreError::Malformed)).transpose()
    }
    fn ids_between(&self, after: Uuid, before: Uuid, most: u32) -> Result<Vec<Uuid>, KeyStoreError> {
        let connection = self.connection()?;
        let mut found = connection.prepare_cached(
            "select key_id from wrapped_key where key_id > ?1 and key_id < ?2 order by key_id limit ?3",
        )?;
        let (after, before) = (after.as_bytes().as_slice(), before.as_bytes().as_slice());
        let rows = found.query_map(params![after, before, most], |r| r.get::<_, Vec<u8>>(0))?;
        rows.map(|r| id_of(&r?)).collect()
    }
    fn destroy_many(&self, keys: &[Uuid]) -> Result<(), KeyStoreError> {
        if keys.is_empty() {
            return Ok(());
        }
        let mut connection = self.connection()?;
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        destroy(&tx, keys)?;
        Ok(tx.commit()?)
    }
}
impl SweptKeyStore for SqliteKeyStore {
    fn marks(&self) -> Result<Vec<(Uuid, DateTime<Utc>)>, KeyStoreError> {
        let connection = self.connection()?;
        let mut found =
            connection.prepare_cached("select key_id, since_ms from unneeded_key order by key_id")?;
        let rows = found.query_map([], |r| Ok((r.get::<_, Vec<u8>>(0)?, r.get::<_, i64>(1)?)))?;
        rows.map(|r| {
            let (id, since) = r?;
            let since = DateTime::from_timestamp_millis(since).ok_or(KeyStoreError::Malformed)?;
            Ok((id_of(&id)?, since))
        })
        .collect()
    }
    fn remark(&self, unneeded: &[Uuid], needed: &[Uuid], now: DateTime<Utc>) -> Result<(), KeyStoreError> {
        if unneeded.is_empty() && needed.is_empty() {
            return Ok(());
        }
        let mut connection = self.connection()?;
        let tx = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        mark(&tx, unneeded, now)?;
        unmark(&tx, needed)?;
        Ok(tx.commit()?)
    }
    fn bond(&self) -> Result<Option<Bond>, KeyStoreError> {
        let connection = self.connection()?;
        let found: Option<(Vec<u8>, i64)> = connection
            .query_row("select id, turn from bond", [], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()?;
        found.map(|(id, turn)| Ok(Bond { id: id_of(&id)?, turn })).transpose()
    }
    fn keep_bond(&self, bond: Bond) -> Result<(), KeyStoreError> {
        self.connection()?.execute(
            "insert into bond (only_one, id, turn) values (1, ?1, ?2) on conflict do update \
             set id = excluded.id, turn = excluded.turn where bond.id <> excluded.id or bond.turn < excluded.turn",
            params![bond.id.as_bytes().as_slice(), bond.turn],
        )?;
        Ok(())
    }
}

#[cfg(test)]
#[path = "key_store_tests.rs"]
mod tests;
