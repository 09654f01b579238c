//! 操作ログ — the audit log: its order, its search and its export for auditors.
//!
//! The kernel writes entries (`kernel::trail`); here the sequencer gives committed entries their dense position and link,
//! and auditors list, export and verify them. What is asked here leaves its own entries.
pub mod api;
mod export;
mod model;
mod sequencer;
mod store;
mod verify;

pub use api::routes;
pub use model::{AuditEntry, AuditOutcome, ExportLine, ExportTrailer};
pub use sequencer::{Round, Sequencer, sequence_once};
pub use verify::{Fault, Report, Why, verify};
