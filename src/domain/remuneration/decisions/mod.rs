//! Decisions of standard remuneration and bonus: made by the pure rules in the transaction that accepts a form, kept with their
//! facts and their trace, never overwritten.
mod api;
mod changes;
mod leave_end;
mod model;
mod store;
mod voluntary;

pub use api::routes;
pub use changes::{
    Case, Decided, DecidedBonus, decide_acquisition, decide_bonus, decide_occasional, decide_regular,
    end_on_loss,
};
pub use leave_end::{LeaveEnd, decide_leave_end, preview_leave_end};
pub use voluntary::{Continued, ContinuedBy, decide_continued, plan_continued};
