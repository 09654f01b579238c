//! 公費 — public payers that bear a part of a person's care: 公費負担者番号, 受給者番号 and the days from and until. For 適用 and 給付; employers
//! never see them.
mod api;
mod model;
mod store;

pub use api::routes;
