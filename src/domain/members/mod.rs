//! 被保険者 — insured persons (the resource `/v1/members`; a member here is an insured person). An immutable person id survives
//! moves between employers; identity and enrolment are rows with validity and knowledge times.
mod api;
mod changes;
mod model;
mod named;
mod reader;
mod store;
mod views;

pub use api::{Expand, MemberQuery, routes};
pub use changes::{Enrol, IdentityFacts, correct_name, enrol, lose, new_person, restate};
pub use model::MemberRow;
pub use named::{
    CoverPeriod, Named, current_name, find_named, hold, hold_names, is_insured_at, likeness, namesakes,
    periods,
};
pub use reader::MemberReader;
pub use store::{find, written};
pub use views::{Address, NumberState, PersonSex, address};
