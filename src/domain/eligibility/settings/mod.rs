//! 法定値の設定 — what the society sets in the place of the values of law that the program brings, with a second person's check.
mod api;
mod store;

pub use api::{put, routes};
