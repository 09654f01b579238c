//! 標準報酬 — how remuneration becomes the standard monthly remuneration and bonus that premiums and benefits are counted in
//! (健康保険法40条–47条), and the months without premiums. Pure rules that explain themselves; `kenpo calc` and
//! `/v1/calculations` are their outer faces.
mod api;
pub mod rules;

pub use api::routes;
pub use rules::age_dates;
