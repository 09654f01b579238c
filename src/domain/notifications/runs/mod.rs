//! 定時決定の一括処理 — one order of staff decides the waiting 算定基礎届 of a year (健康保険法41条; R-040): a chunk at a time, each one
//! transaction with its entry, done once whatever breaks off. What the rule can't decide stays waiting, with its reason.
mod api;
mod chunk;
mod keep;
mod look;
mod model;
mod store;

pub use api::{CreateRegularDeterminationRun, GradeChange, routes};
pub use chunk::{DETERMINE, Roof, resume, work};
