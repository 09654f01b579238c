//! 被保険者 — insured persons (the resource `/v1/members`; a member here is an insured person). An immutable person id survives
//! moves between employers; identity and enrolment are rows with validity and knowledge times.
mod api;
mod changes;
mod identity;
mod identity_changes;
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
pub use identity::{
    Moved, Rename, change_contact, correct_birth, correct_name, holds_name, join_identities, known_from,
    move_address, rename, restate,
};
pub use model::{CoverRow, MemberRow, PersonRow};
pub use moved::{admitted, merged_into};
pub use name_api::NameReason;
pub use named::{
    CoverNamed, CoverPeriod, Named, born_on, current_name, ended_by_death, find_named, find_named_at, hold,
    hold_names, is_insured_at, is_recorded_as, likeness, namesakes, periods, recorded_last,
    require_all_current, require_current,
};
pub use reader::MemberReader;
pub use rules::cover::{CoverDays, Period, has_common_day};
pub use rules::pieces::{Contact, Resident};
pub use store::{
    ContinuedEnd, Cover, Knowledge, OfficeRow, OtherCover, RecordedCover, at_employers, by_card,
    close_office, continued_before, cover_by, covers, covers_of, employers_of, enrolled, find, find_person,
    identities, identity_join, ids_of, last_office, lock_person, offices, offices_of, one_as_known,
    other_covers, person_written, protected_on, put_office, recorded_cover, rewrite_cover, rewrite_end,
    sheltered_on, statements, survivor, take_back_cover, with_offices, written,
};
pub use views::{
    Address, EnrolmentType, Identity, Member, NumberState, PersonSex, Prepayment, Seen, address,
    identities_view, member_view,
};
