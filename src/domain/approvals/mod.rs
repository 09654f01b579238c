//! 二人目の確認 — approvals: what one person asked for holds once another person has looked at it. A module that needs a
//! second person requests with a digest of what is asked for, and settles with the digest of what is there then.
mod model;
mod second;
mod store;

pub use model::{
    ApprovalKind, RegistrationDecision, RegistrationQuery, RegistrationRuling, RegistrationState, Ruling,
    SettingRuling, SettingState, Waiting,
};
pub use second::{request, settle};
pub use store::standing;
