//! What follows a commit: keys of numbers and files that left the strongroom are destroyed, which reaches every backup. And the
//! daily sweep: a key is kept before the transaction that needs it commits, so one that was rolled back leaves its key behind.
//! The sweep only marks such a key; days later it destroys it, when nothing needs it still.
use super::{
    bond, rules,
    sealing::key_id_at,
    store::{self, in_strongroom},
};
use crate::{
    kernel::{
        Problem,
        clock::Clock,
        errand::Errand,
        job::{self, Job},
        trail::Entry,
    },
    ports::key_store::{KeyStore, KeyStoreError, SweptKeyStore},
};
use chrono::Duration;
use diesel::{Connection, PgConnection};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Kind of the job that destroys keys, for the worker.
pub const DESTROY_KEYS: &str = "destroy_keys";
/// Kind of the job that sweeps keys which nothing needs, for the worker.
pub const SWEEP_KEYS: &str = "sweep_keys";
/// Keys looked at in one go.
const AT_ONCE: u32 = 1_000;

#[derive(Serialize, Deserialize)]
struct KeyIds {
    key_ids: Vec<Uuid>,
}

/// Enqueues the destruction of keys in the transaction that deletes what they open: not committed, not destroyed.
/// # Errors
/// Database errors.
pub fn enqueue_destruction(
    conn: &mut PgConnection,
    clock: &Clock,
    key_ids: Vec<Uuid>,
) -> Result<(), Problem> {
    if key_ids.is_empty() {
        return Ok(());
    }
    let payload = serde_json::json!(KeyIds { key_ids });
    job::enqueue(conn, DESTROY_KEYS, payload, clock.now())?;
    Ok(())
}

/// Deletes the raw files of submissions; their keys are destroyed after the commit.
/// # Errors
/// Database errors.
pub fn drop_files(conn: &mut PgConnection, clock: &Clock, submissions: &[Uuid]) -> Result<(), Problem> {
    let keys = in_strongroom(conn, |conn| store::delete_files(conn, submissions))?;
    enqueue_destruction(conn, clock, keys)
}

/// What a job did to key material, for its entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyWork {
    /// Keys that are destroyed.
    pub destroyed: usize,
    /// Keys that were marked as opening nothing, and that lost the mark.
    pub marks: (usize, usize),
    /// Whose numbers, erased before, the destroyed keys opened.
    pub persons: Vec<Uuid>,
}
/// The entry of a job of kind [`DESTROY_KEYS`] or [`SWEEP_KEYS`]: what it did, or that it failed. To be appended in the transaction that
/// finishes the job, after the key store said that it is done.
pub fn entry(clock: &Clock, job: &Job, done: &Result<KeyWork, &'static str>) -> Entry {
    let operation = if job.kind == SWEEP_KEYS { "sweepKeys" } else { "destroyKeys" };
    let (errand, subject) = (Errand::new("keys", operation, clock), ("Job", job.id));
    match done {
        Ok(work) => {
            let detail = json!({ "marked": work.marks.0, "unmarked": work.marks.1 });
            let mut entry = errand.entry(subject, None, work.persons.clone(), detail);
            entry.row_count = i32::try_from(work.destroyed).ok();
            entry
        }
        Err(code) => errand.failed_entry(code, subject, None, json!({ "attempt": job.attempts + 1 })),
    }
}

/// Does a job of kind [`DESTROY_KEYS`]; may be repeated.
/// # Errors
/// A code, when the payload is not of this kind or the key store is away: the job is tried again.
pub fn destroy_keys(
    conn: &mut PgConnection,
    store: &dyn KeyStore,
    payload: &serde_json::Value,
) -> Result<KeyWork, &'static str> {
    let ids = KeyIds::deserialize(payload).map_err(|_| "malformed-payload")?.key_ids;
    let persons = conn.transaction(|conn| in_strongroom(conn, |conn| store::people_of(conn, &ids)));
    let persons = persons.map_err(|p: Problem| p.code)?;
    store.destroy_many(&ids).map_err(away)?;
    Ok(KeyWork { destroyed: ids.len(), persons, ..KeyWork::default() })
}
fn away(_: KeyStoreError) -> &'static str {
    "key-store-away"
}

/// Does a job of kind [`SWEEP_KEYS`]: marks the keys older than [`rules::ORPHAN_HOURS`] that open nothing in the strongroom, takes the
/// mark off those that open something again, and destroys those that were marked `keep_days` days ago or earlier. May be repeated.
/// # Errors
/// A code: the database or the key store is away, the store belongs to another database ([`bond::Parted`]), or more keys are newly
/// unneeded than [`rules::may_sweep`] allows, which looks like the wrong database; nothing is marked or destroyed then.
pub fn sweep_keys(
    conn: &mut PgConnection,
    store: &dyn SweptKeyStore,
    clock: &Clock,
    keep_days: u32,
) -> Result<KeyWork, &'static str> {
    bond::agree(conn, store).map_err(|parted| {
        tracing::error!(code = parted.code(), "ALARM: no key is swept: {parted}");
        parted.code()
    })?;
    let now = clock.now();
    let (orphans, looked_at) = unneeded(conn, store, clock)?;
    let marked: HashMap<Uuid, _> = store.marks().map_err(away)?.into_iter().collect();
    let found: Vec<Uuid> = orphans.iter().filter(|id| !marked.contains_key(id)).copied().collect();
    if !rules::may_sweep(found.len(), looked_at - orphans.len()) {
        tracing::error!(found = found.len(), looked_at, "ALARM: the database needs too few of the kept keys");
        return Err("too-many-orphans");
    }
    let needed: Vec<Uuid> = marked.keys().filter(|id| !orphans.contains(id)).copied().collect();
    store.remark(&found, &needed, now).map_err(away)?;
    let until = now - Duration::days(i64::from(keep_days));
    let since = |id: &Uuid| marked.get(id).copied().unwrap_or(now);
    let due: Vec<Uuid> = orphans.iter().filter(|id| since(id) <= until).copied().collect();
    store.destroy_many(&due).map_err(away)?;
    bond::advance(conn, store).map_err(bond::Parted::code)?;
    tracing::info!(
        marked = found.len(),
        unmarked = needed.len(),
        destroyed = due.len(),
        looked_at,
        "keys that nothing needs were swept"
    );
    Ok(KeyWork { destroyed: due.len(), marks: (found.len(), needed.len()), persons: Vec::new() })
}
/// The kept keys older than [`rules::ORPHAN_HOURS`] that open nothing, and how many were looked at.
fn unneeded(
    conn: &mut PgConnection,
    store: &dyn KeyStore,
    clock: &Clock,
) -> Result<(HashSet<Uuid>, usize), &'static str> {
    let before = key_id_at(clock.now() - Duration::hours(rules::ORPHAN_HOURS), [0; 10]);
    let (mut orphans, mut looked_at, mut after) = (HashSet::new(), 0, Uuid::nil());
    loop {
        let ids = store.ids_between(after, before, AT_ONCE).map_err(away)?;
        let Some(last) = ids.last() else { return Ok((orphans, looked_at)) };
        after = *last;
        looked_at += ids.len();
        let unneeded = conn.transaction(|conn| in_strongroom(conn, |conn| store::unneeded(conn, &ids)));
        orphans.extend(unneeded.map_err(|p: Problem| p.code)?);
    }
}
/// Enqueues a sweep, due in so many days, unless one waits already.
/// # Errors
/// Database errors.
pub fn enqueue_sweep(conn: &mut PgConnection, clock: &Clock, in_days: i64) -> Result<(), Problem> {
    job::enqueue_once(conn, SWEEP_KEYS, clock.now(), clock.now() + Duration::days(in_days))
}
