//! Who may be covered, as pure functions: facts in, answer and trace out. What law, orders and notices set from a day on stands in one table
//! (`parameters`).
mod parameters;
mod recognition;
mod short_time;
#[cfg(test)]
mod tests;

pub use parameters::{LegalSetting, Parameter as LegalSettingName, SettingBasis};
pub use recognition::{
    BothSupport, DependentRecognition, DependentResidence, EvidenceDocument, Kinship, OtherSupporterScheme,
    PrincipalSupporter, RecognitionAnswer, RecognitionInput, RecognitionOutcome, RecognitionTest,
    TemporaryRise,
};
pub use short_time::{
    EmployerKind, InsuredClass, ShortTimeEligibility, ShortTimeInput, ShortTimeOutcome, ShortTimeReason,
};
