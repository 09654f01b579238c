//! Insured persons and dependents over time: names, what was known when, 枝番, and what a list reads.
mod beside;
mod branches;
mod changes;
mod knowledge;
mod names;
mod no_overlap;
mod pieces;
mod reads;
mod replay;
mod search;

use crate::{
    filing::{CHILD, NANA, accept, acquisition, child, decide, filed, id},
    harness::{caller::Caller, world::World},
};
use uuid::Uuid;

/// An insured person with a child: member, dependency and the child's person id.
fn family(w: &World, employer: &Caller, staff: &Caller) -> (Uuid, Uuid, Uuid) {
    let hired = filed(w, employer, &acquisition(NANA, "2026-11-01", None));
    let member = id(&decide(staff, hired, &accept()).expect(200)["outcome"]["member_id"]);
    let made = filed(w, employer, &child(NANA, CHILD, "2026-11-10", None));
    let outcome = decide(staff, made, &accept()).expect(200)["outcome"].clone();
    let made = &outcome["dependents"][0];
    (member, id(&made["dependent_id"]), id(&made["person_id"]))
}
