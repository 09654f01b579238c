//! 名寄せ — two person ids that turn out to be one human being: proposed with reasons, asked for by one person of 適用, done by
//! another. The histories of both go on under the surviving id; the other id answers with it. Nothing is overwritten: what was known
//! before is read as before. A merge can't be undone: what was merged by mistake is restated under a new person.
mod api;
mod model;
mod rules;
mod store;

pub use api::routes;
