//! 標準報酬 — how remuneration becomes the standard monthly remuneration and bonus that premiums and benefits are counted in
//! (健康保険法40条–47条), and the months without premiums. Pure rules that explain themselves; `kenpo calc` and
//! `/v1/calculations` are their outer faces, `decisions` keeps what they decided about a person.
mod api;
mod corrections;
mod decisions;
mod leaves;
mod no_bonus;
pub mod rules;
mod told;

pub(crate) use api::calculations;
pub use api::{as_stated, calculate};
pub use corrections::{CorrectedCover, CorrectedPay, CoverChange, PayFault, plan_corrected, write_corrected};
pub use decisions::{
    AnnualPay, BonusChange, BonusCorrection, BonusPlan, Case, Continued, ContinuedBy, Decided, DecidedBonus,
    DecisionRule, Determination, LeaveEnd, Many, NewAverage, OccasionalPay, OfficePlan, PayChange,
    PayCorrection, PayReport, Plan, RegularPay, RightMonths, RightPay, SecondOffice, acquisition_ahead,
    admitted_decision, after_merge, already_determined, amount, before_merge, case_at, covered_until,
    decide_acquisition, decide_continued, decide_new_average, decision, end_on_loss, end_second_office,
    keep_all, plan_bonus, plan_continued, plan_correction, plan_pay, plan_pay_correction, plan_second_office,
    plan_withdrawal, require_offices, require_principal, standard_on, works_beside,
};
pub use leaves::{
    AppliedLeave, BIRTH_TIME_MOST, BIRTH_TIME_WITHIN, ChildFacts, LeaveFacts, LeaveFault, LeaveNotice,
    LeaveType, PlannedLeave, RightLeave, notice_leave, planned_leave,
};
pub use no_bonus::{
    NoBonus, NoBonusFault, NoBonusLine, NoBonusSource, keep_no_bonus, no_bonus_ends, no_bonus_fault,
    no_bonus_lines,
};
#[cfg(test)]
pub use rules::tests::decide as decide_and_check;
pub(crate) use rules::trace::steps;
pub use rules::trace::{RoundingStep, StepWords};
pub use rules::{
    AgeDatesOutcome, ContinuationCause, ContinuationLoss, ContinuationLossInput, GradeTable,
    LossAtSeventyFive, LossAtSeventyFiveInput, Refusal, Rule, Trace, Value, age_dates, apply, in_reach,
    loss_at_75, refuse,
};
pub use told::{CalculationTrace, stored};

/// Operations of this module.
pub fn routes(r: &mut crate::kernel::Routes) {
    api::routes(r);
    decisions::routes(r);
    leaves::routes(r);
    no_bonus::routes(r);
}
