//! 氏名・連絡先の変更の登録 — what staff registers of a name or of contact details without a form holds once a second person approved it.
mod api;
mod model;
mod store;

pub use api::routes;
