//! The law of standard remuneration as pure functions: facts in, decision and trace out. Nothing here reads a clock, a file or a table of the
//! database; amounts are whole yen.
mod acquisition;
mod ages;
mod bonus;
mod continuation_loss;
mod determined;
mod exemption;
mod grades;
mod leave_end;
mod maternity;
mod months;
mod numbers;
mod occasional;
mod occasional_annual;
mod offices;
mod regular;
mod regular_annual;
mod special_retiree;
#[cfg(test)]
pub mod tests;
pub mod trace;
mod voluntary;

pub use acquisition::{AcquisitionDetermination, AcquisitionInput, AcquisitionOutcome, PeriodPay};
pub use ages::{
    AgeDates, AgeDatesInput, AgeDatesOutcome, LossAtSeventyFive, LossAtSeventyFiveInput,
    LossAtSeventyFiveOutcome, age_dates, loss_at_75,
};
pub use bonus::{BonusInput, BonusOutcome, StandardBonus, bonus_cap};
pub use continuation_loss::{
    ContinuationCause, ContinuationLoss, ContinuationLossInput, ContinuationLossOutcome,
};
pub use determined::Determined;
pub use exemption::{ExemptionInput, ExemptionMonths, ExemptionOutcome, Leave, LeaveKind};
pub use grades::{GradeInput, GradeOutcome, GradeTable, StandardRemunerationGrade, TABLE_OF_2016};
pub use leave_end::{
    LeaveEndInput, LeaveEndOutcome, LeaveEndReading, LeaveEndReason, LeaveEndRevision, last_day_under_three,
    takes_effect,
};
pub use maternity::{MaternityWindow, MaternityWindowInput, MaternityWindowOutcome, maternity_window};
pub use months::{PaidMonth, WorkKind, counted};
pub use numbers::{
    CheckDigitOutcome, CorporateNumber, CorporateNumberInput, InsurerNumber, InsurerNumberInput,
};
pub use occasional::{
    FixedPayChange, OccasionalInput, OccasionalOutcome, OccasionalReason, OccasionalRevision,
};
pub use occasional_annual::{
    AnnualPartRounding, OccasionalAnnualInput, OccasionalAnnualOutcome, OccasionalRevisionAnnual,
};
pub use offices::{TwoOffices, TwoOfficesInput, TwoOfficesOutcome};
pub use regular::{RegularDetermination, RegularInput, RegularOutcome, RegularReason};
pub use regular_annual::{RegularAnnualInput, RegularAnnualOutcome, RegularDeterminationAnnual};
pub use special_retiree::{SpecialRetireeInput, SpecialRetireeOutcome, SpecialRetireeStandard};
pub use trace::{FigureUnit, RoundingStep, Trace, Value};
pub use voluntary::{
    CeilingRule, VoluntaryDeadline, VoluntaryDeadlineInput, VoluntaryDeadlineOutcome,
    VoluntaryDeadlineReason, VoluntaryEnd, VoluntaryEndInput, VoluntaryEndOutcome, VoluntaryStandard,
    VoluntaryStandardInput, VoluntaryStandardOutcome, months_of, withdrawal_effect,
};

use crate::{
    kernel::{Said, input::fault},
    values::month::{Month, YEARS},
};
use chrono::{Datelike, NaiveDate};

/// A rule of law: typed facts in, a typed outcome and its trace out.
pub trait Rule: Send + Sync + 'static {
    /// Facts.
    type Input;
    /// Decision.
    type Outcome;
    /// Stable id, shown with every explanation.
    const ID: &'static str;
    /// Version; a new one whenever the same facts may give another outcome.
    const VERSION: &'static str;
    /// Decides.
    /// # Errors
    /// Facts that the rule can't decide on.
    fn decide(input: &Self::Input, trace: &mut Trace) -> Result<Self::Outcome, Refusal>;
}
/// Applies a rule and keeps its trace.
/// # Errors
/// Facts that the rule can't decide on; `result-out-of-range` when a month or day of the trace (each one of the outcome stands in it) lies
/// outside the years that a caller may name.
pub fn apply<R: Rule>(input: &R::Input) -> Result<(R::Outcome, Trace), Refusal> {
    let mut trace = Trace::default();
    let outcome = R::decide(input, &mut trace)?;
    if trace.steps.iter().flat_map(|s| &s.figures).all(|(_, value)| value.is_in_reach()) {
        return Ok((outcome, trace));
    }
    Err(refuse(
        "",
        "result-out-of-range",
        ("結果の年月が2199年を超えるため判定できません", "the result lies outside the years 1900 to 2199"),
    ))
}

/// Facts that contradict one another, or that no known table decides. Names places, never values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// JSON pointer into the input.
    pub pointer: &'static str,
    /// Stable code.
    pub code: &'static str,
    /// What is wrong (Japanese, English).
    pub said: Said<'static>,
}
/// A refusal at a place.
pub const fn refuse(pointer: &'static str, code: &'static str, said: Said<'static>) -> Refusal {
    Refusal { pointer, code, said }
}

/// Validator of dates: the years 1900 to 2199.
/// # Errors
/// `date-out-of-range`.
pub fn in_reach(day: &NaiveDate) -> Result<(), validator::ValidationError> {
    if YEARS.contains(&day.year()) {
        return Ok(());
    }
    Err(fault("date-out-of-range", ("日付が範囲外です", "the date is out of range")))
}
/// The last month for which a revision or regular determination holds: August of the year when it takes effect from January to June, else August
/// of the next (健康保険法41条2項, 43条2項, 43条の2第2項, 43条の3第2項).
fn holds_until(effective: Month) -> Month {
    Month::in_year(effective.year() + i32::from(effective.number() > 6), 8)
}
