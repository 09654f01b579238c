//! 審査: accepting, returning and withdrawing notifications, and what that does to members and dependents.
mod at_once;
mod cover;
mod keyed;
mod keyed_kinds;
mod keyed_refusals;
mod life;
mod numbers;
mod own_numbers;
mod persons;
mod recognition_law;
pub mod recognition_settings;
mod recognitions;
mod records;
mod resubmit;

pub use keyed::{check, check_on, key_in, keyed, matches};

use crate::{
    filing::{Person, accept, acquisition, decide, filed, id},
    harness::{caller::Caller, world::World},
};
use serde_json::Value;
use uuid::Uuid;

/// Somebody is hired and accepted: the person and the result.
#[track_caller]
fn hired(w: &World, employer: &Caller, staff: &Caller, p: Person, n: Option<u16>) -> (Uuid, Value) {
    let notification = filed(w, employer, &acquisition(p, "2026-11-01", n));
    accepted(staff, notification)
}
/// A notification is accepted: the insured person and the result.
#[track_caller]
fn accepted(staff: &Caller, notification: Uuid) -> (Uuid, Value) {
    let done = decide(staff, notification, &accept()).expect(200);
    assert_eq!(done["state"], "applied");
    (id(&done["outcome"]["member_id"]), done["outcome"].clone())
}
