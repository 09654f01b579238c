//! What follows a commit: keys of numbers and files that left the strongroom are destroyed, which reaches every backup. And the
//! daily sweep: a key is kept before the transaction that needs it commits, so one that was rolled back leaves its key behind.
use super::{
    rules,
    sealing::key_id_at,
    store::{self, in_strongroom},
};
use crate::{
    kernel::{Problem, clock::Clock, job},
    ports::key_store::KeyStore,
};
use chrono::Duration;
use diesel::{Connection, PgConnection};
use serde::{Deserialize, Serialize};
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

/// Does a job of kind [`DESTROY_KEYS`]; may be repeated.
/// # Errors
/// A code, when the payload is not of this kind or the key store is away: the job is tried again.
pub fn destroy_keys(store: &dyn KeyStore, payload: &serde_json::Value) -> Result<(), &'static str> {
    let ids = KeyIds::deserialize(payload).map_err(|_| "malformed-payload")?;
    store.destroy_many(&ids.key_ids).map_err(|_| "key-store-away")
}

/// Does a job of kind [`SWEEP_KEYS`]: destroys the keys older than [`rules::ORPHAN_HOURS`] that open nothing in the strongroom.
/// May be repeated.
/// # Errors
/// A code: the database or the key store is away, or more keys are unneeded than needed, which looks like the wrong database;
/// nothing is destroyed then.
pub fn sweep_keys(conn: &mut PgConnection, store: &dyn KeyStore, clock: &Clock) -> Result<(), &'static str> {
    let before = key_id_at(clock.now() - Duration::hours(rules::ORPHAN_HOURS), [0; 10]);
    let (mut orphans, mut looked_at, mut after) = (Vec::new(), 0, Uuid::nil());
    loop {
        let ids = store.ids_between(after, before, AT_ONCE).map_err(|_| "key-store-away")?;
        let Some(last) = ids.last() else { break };
        after = *last;
        looked_at += ids.len();
        let unneeded = conn.transaction(|conn| in_strongroom(conn, |conn| store::unneeded(conn, &ids)));
        orphans.extend(unneeded.map_err(|p: Problem| p.code)?);
    }
    if !rules::may_sweep(orphans.len(), looked_at - orphans.len()) {
        tracing::error!(
            orphans = orphans.len(),
            looked_at,
            "ALARM: the database needs too few of the kept keys"
        );
        return Err("too-many-orphans");
    }
    store.destroy_many(&orphans).map_err(|_| "key-store-away")?;
    tracing::info!(destroyed = orphans.len(), looked_at, "keys that nothing needs were swept");
    Ok(())
}
/// Enqueues a sweep, due in so many days, unless one waits already.
/// # Errors
/// Database errors.
pub fn enqueue_sweep(conn: &mut PgConnection, clock: &Clock, in_days: i64) -> Result<(), Problem> {
    job::enqueue_once(conn, SWEEP_KEYS, clock.now(), clock.now() + Duration::days(in_days))
}
