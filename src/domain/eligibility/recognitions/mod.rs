//! 認定の判定 — the rule of recognition, applied to a form or to an answer of 現況確認: from what is stated, what the register knows and what
//! evidence staff saw, to the rule's answer, what staff must say beside it, and what is kept.
mod aloud;
mod api;
mod departure;
mod examined;
mod facts;
#[cfg(test)]
mod tests;

pub use api::routes;
pub use departure::{DepartureReason, RecognitionDeparture, require_reason};
pub use examined::{Examined, RecognitionFinding, examine, of_word, word};
pub use facts::{
    RecognitionFacts, Relation, StruckFact, complete, confirmed_anew, for_employer, relation_of,
};
