//! 被扶養者 — dependents (健康保険法3条7項): who is recognised under which insured person, from and until when.
mod api;
mod changes;
mod cover;
mod examinations;
mod model;
mod rules;
mod store;

pub use api::routes;
pub use changes::{
    FormerDependent, Made, Recognise, count_under, end_all, end_earlier, end_under, ever_under, find_under,
    former, former_under, hold_families, periods, recognise, remove, restate_facts,
};
pub use cover::{admit_dependent, admit_insured, require_cover};
pub use examinations::{
    ExaminationRow, NewExamination, Proposed, carry_examinations, examination, keep_examination,
    latest_inputs,
};
pub use model::DependentRow;
pub use rules::{DependentFault, Fate, born, follow};
pub use store::{UnderRow, facts_of, find, under_cover, write_fate};
