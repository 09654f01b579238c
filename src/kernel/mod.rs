//! 1st FLOOR: how anything is asked, allowed, done, recorded and answered.
//!
//! No permit, no answer: `Answer` is made only by spending a `Permit`, a `Permit` only by a policy decision inside a gate.
//! No record, no commit: a gate hands out `Recorded` answers only after the audit entry is durable, and the router takes
//! nothing else.
pub mod actor;
pub mod asked;
pub mod clock;
pub mod context;
pub mod db;
pub mod errand;
pub mod gate;
pub mod headers;
pub mod idempotency;
pub mod input;
pub mod job;
mod json;
pub mod keys;
pub mod limit;
pub mod live;
pub mod operation;
pub mod page;
pub mod places;
pub mod policy;
pub mod problem;
pub mod route;
pub mod secrets;
#[cfg(test)]
mod shape_tests;
pub mod token;
pub mod trail;
pub mod vault;

pub use actor::{Actor, ActorKind, Zone};
pub use context::Kernel;
pub use gate::{Answer, Desk, Facts, Gate, Guarded, Permit, Reply, RowScope, Sight, Subject, Tx};
pub use operation::{Method, Operation};
pub use problem::{FieldError, Kind, Problem, Said};
pub use route::Routes;
