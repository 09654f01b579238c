//! 暦による処理 — what happens by the calendar. Each kind of work has a row for every day (JST): done once, in order, also for the days on
//! which nothing ran; a day that fails holds those after it and is shown. And who comes to an age of the law in a period.
mod ages;
mod api;
mod ledger;
mod loss_at_75;
mod model;
mod rules;
mod store;
mod voluntary_term;

pub use api::routes;
pub use ledger::{unfinished, work};
pub use model::Unfinished;
