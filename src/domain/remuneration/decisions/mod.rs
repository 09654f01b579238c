//! Decisions of standard remuneration and bonus: made by the pure rules in the transaction that accepts a form, kept with their
//! facts and their trace, never overwritten.
mod api;
mod bonus_api;
mod bonus_months;
mod bonuses;
mod changes;
mod continued;
mod corrections;
mod determination;
mod facts;
mod history;
mod joined;
mod keep;
mod leave_end;
mod many;
mod model;
mod office_api;
mod offices;
mod other_days;
mod second_office;
mod store;
mod voluntary;
mod withdrawal;

pub use api::DecisionRule;
pub use bonuses::{BonusChange, BonusCorrection, BonusPlan, DecidedBonus, plan_bonus, plan_correction};
pub use changes::{
    Case, Decided, PayChange, PayReport, Plan, acquisition_ahead, already_determined, decide_acquisition,
    end_on_loss, plan_pay,
};
pub use continued::{NewAverage, decide_new_average};
pub use corrections::{PayCorrection, RightMonths, RightPay, plan_pay_correction};
pub use determination::{AnnualPay, Determination, OccasionalPay, RegularPay};
pub use facts::amount;
pub(super) use facts::{CHILDCARE_END, MATERNITY_END};
pub use joined::{after_merge, before_merge};
pub use keep::until as covered_until;
pub use leave_end::LeaveEnd;
pub use many::{Many, keep_all};
pub(super) use other_days::{CorrectedDecisions, plan_corrected, write_corrected};
pub use second_office::{
    OfficePlan, SecondOffice, case_at, end_second_office, plan_second_office, require_offices,
    require_principal, works_beside,
};
pub(super) use store::NEWEST_KNOWN;
pub use store::{bonuses::has_paid, standard_on};
pub use voluntary::{Continued, ContinuedBy, decide_continued, plan_continued};
pub use withdrawal::{admitted_decision, decision, plan_withdrawal};

/// Routes of decisions.
pub fn routes(r: &mut crate::kernel::Routes) {
    api::routes(r);
    bonus_api::routes(r);
    office_api::routes(r);
}
