//! 認定の設定 — what the society sets of the recognition of dependents, with a second person's check.
mod api;
mod store;

pub use api::routes;
pub use store::contract_income_from;
