//! 被扶養者の現況確認 — the yearly confirmation of dependents as a campaign (健康保険法施行規則50条, R-016): whom it asks about, what employers
//! answer, what staff decide and what becomes of cover; reminders and what is overdue come by the calendar.
mod api;
mod days;
mod model;
mod rules;
mod store;

pub use api::routes;
pub use days::run as run_day;
