//! 加入の要件 — who may be covered: dependents (健康保険法3条7項) and short-time workers (同条1項9号). Pure rules that explain themselves, and
//! what they make of a form or an answer of 現況確認; staff decide.
mod api;
mod recognitions;
pub mod rules;
mod settings;

pub use recognitions::{
    DepartureReason, Examined, RecognitionDeparture, RecognitionFacts, RecognitionFinding, Relation,
    StruckFact, complete, confirmed_anew, examine, for_employer, relation_of, require_reason,
};
pub use rules::{
    BothSupport, DependentResidence, EvidenceDocument, Kinship, OtherSupporterScheme, RecognitionAnswer,
    RecognitionInput,
};

/// Operations of this module.
pub fn routes(r: &mut crate::kernel::Routes) {
    api::routes(r);
    recognitions::routes(r);
    settings::routes(r);
}
