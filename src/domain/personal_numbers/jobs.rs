//! What follows a commit: keys of numbers and files that left the strongroom are destroyed, which reaches every backup.
use crate::{
    kernel::{Problem, clock::Clock, job},
    ports::key_store::KeyStore,
};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Kind of the job, for the worker.
pub const DESTROY_KEYS: &str = "destroy_keys";

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
