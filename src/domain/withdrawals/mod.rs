//! 標準報酬月額の決定の取消 — a decision that was made in error, where pay was reported rightly: withdrawn by staff with a second person
//! . What held before holds again, those that rest on it follow, and the history keeps it with its reason.
mod api;
mod model;
mod store;

pub use api::routes;
