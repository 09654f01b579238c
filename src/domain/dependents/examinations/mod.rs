//! 認定と現況確認の根拠 — on which facts somebody was found to be a dependent, at the recognition and at each yearly confirmation (R-006,
//! kept beside the recognition, by the day that was looked at and by knowledge.
mod store;

pub use store::{
    ExaminationRow, NewExamination, Proposed, carry_examinations, examination, keep_examination,
    latest_inputs,
};
