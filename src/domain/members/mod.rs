//! 被保険者 — insured persons (the resource `/v1/members`; a member here is an insured person). An immutable person id survives
//! moves between employers; identity and enrolment are rows with validity and knowledge times.
mod api;
mod changes;
mod identity;
mod model;
mod moved;
mod name_api;
mod named;
mod reader;
mod rules;
mod store;
mod views;

pub use api::{HistoryQuery, MemberQuery, routes};
pub use changes::{Enrol, IdentityFacts, Loss, count_change, end_cover, enrol, lose, new_person, touch};
pub use identity::{change_contact, correct_name, join_identities, restate};
pub use model::{CoverRow, MemberRow, PersonRow};
pub use moved::{admitted, merged_into};
pub use name_api::NameReason;
pub use named::{
    CoverPeriod, Named, current_name, find_named, hold, hold_names, is_insured_at, likeness, namesakes,
    periods, require_current,
};
pub use reader::MemberReader;
pub use rules::pieces::Contact;
pub use store::{
    Cover, Knowledge, OfficeRow, by_card, close_office, cover_by, covers, covers_of, enrolled, find,
    find_person, identities, identity_join, lock_person, offices, offices_of, one_as_known, protected_on,
    put_office, written,
};
pub use views::{
    Address, EnrolmentType, Identity, Member, NumberState, PersonSex, Prepayment, Seen, address, member_view,
};
