//! Decisions of standard remuneration and bonus: made by the pure rules in the transaction that accepts a form, kept with their
//! facts and their trace, never overwritten.
mod api;
mod changes;
mod other_days;
mod leave_end;
mod model;
mod store;
mod timeline;

pub use api::routes;
pub use changes::{
    Case, Decided, DecidedBonus, decide_acquisition, decide_bonus, decide_occasional, decide_regular,
    end_on_loss,
};
pub(super) use other_days::{CorrectedDecisions, plan_corrected, write_corrected};
pub use leave_end::{LeaveEnd, decide_leave_end, preview_leave_end};
