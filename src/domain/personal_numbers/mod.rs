//! 個人番号管理 — the strongroom (R-100, R-104, R-111, R-114; 番号法 第12条).
//!
//! Numbers in a schema and under a database role of their own, sealed with data keys that live outside the
//! database. Other modules reach them through `kernel::vault` only; callers through write-only registration, a yes/no check
//! with a limit, and the field `personal_number` of members and dependents under a scoped token.
mod api;
pub mod bond;
pub mod jobs;
mod model;
mod rules;
mod sealing;
mod store;
mod vault;

pub use api::{RegisterPersonalNumber, VerifyPersonalNumber, routes};
pub use model::{NotRegisteredReason, RegistrationReason};
pub use vault::Strongroom;
