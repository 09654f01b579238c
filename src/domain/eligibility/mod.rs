//! 加入の要件 — who may be covered: dependents (健康保険法3条7項) and short-time workers (同条1項9号). Pure rules that explain themselves and
//! keep nothing; staff decide.
mod api;
pub mod rules;

pub use api::routes;
