//! 産前産後休業・育児休業等 (健康保険法43条の2, 43条の3, 159条, 159条の3; R-013) as stored: which leave was when, as known when, and the
//! months that it exempts.
mod api;
mod changes;
mod corrections;
mod fault;
mod model;
mod plan;
mod store;

pub use api::routes;
pub(super) use changes::end_on_loss;
pub use changes::{AppliedLeave, notice_leave, planned_leave};
pub(super) use corrections::{CorrectedLeaves, plan_corrected, write_corrected};
pub use fault::LeaveFault;
pub use plan::{
    BIRTH_TIME_MOST, BIRTH_TIME_WITHIN, ChildFacts, LeaveFacts, LeaveNotice, LeaveType, PlannedLeave,
    RightLeave,
};
pub(super) use store::live;
