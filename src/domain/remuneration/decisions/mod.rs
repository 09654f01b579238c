//! Decisions of standard remuneration and bonus: made by the pure rules in the transaction that accepts a form, kept with their
//! facts and their trace, never overwritten.
mod api;
mod changes;
mod leave_end;
mod model;
mod regular;
mod store;

pub use api::routes;
pub use changes::{
    Case, Decided, DecidedBonus, already_determined, decide_acquisition, decide_bonus, decide_occasional,
    end_on_loss,
};
pub use leave_end::{LeaveEnd, decide_leave_end, preview_leave_end};
pub use regular::{Determination, Standing, decide_regular, keep_regular};
