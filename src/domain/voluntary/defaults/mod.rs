//! 保険料未納の登録 — premiums that were not paid, as 徴収 asks for the end of cover by them.
mod model;
mod store;

pub use model::DefaultRow;
pub use store::{find, insert, list, written};
