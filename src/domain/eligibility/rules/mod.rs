//! Who may be covered, and what share of the cost of care is borne, as pure functions: facts in, answer and trace out. What law, orders and notices set from a day on stands in one table
//! (`parameters`).
mod elderly_burden;
mod parameters;
mod recognition;
mod short_time;
#[cfg(test)]
mod tests;

pub use elderly_burden::{BurdenBand, ElderlyBurden, ElderlyBurdenInput, ElderlyBurdenOutcome, PatientRole};
pub use parameters::{
    Law, LegalSetting, OF_BURDEN, OF_DEPENDENTS, OF_SHORT_TIME, Parameter as LegalSettingName, SettingBasis,
    SocietyValue, UnderLaw, settable_from,
};
pub use recognition::{
    BothSupport, DependentRecognition, DependentResidence, EvidenceDocument, Kinship, OtherSupporterScheme,
    PrincipalSupporter, RecognitionAnswer, RecognitionInput, RecognitionOutcome, RecognitionTest,
    TemporaryRise,
};
pub use short_time::{
    EmployerKind, InsuredClass, ShortTimeEligibility, ShortTimeInput, ShortTimeOutcome, ShortTimeReason,
};
