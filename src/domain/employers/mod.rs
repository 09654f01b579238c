//! 適用事業所 — employers whose people the society insures (健康保険法3条3項). The identity stays; facts have validity and
//! knowledge times.
mod api;
mod model;
mod store;

pub use api::{Employer, EmployerSettings, routes};
pub use model::{EmployerFacts, EmployerRow};
pub use store::{by_society_number, called, find, insert, next_number, symbol_of, take_number};
