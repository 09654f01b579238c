//! 届出 — notifications.

mod codes;
mod findings;
mod form_views;
mod forms;
mod layout;
mod numbers;

pub use codes::*;
pub use findings::{Code, Finding, Message, Severity};
pub use forms::{Acquisition, Address, DependentChange, Form, Loss, OtherEntry, Overseas, SpouseEntry};
pub use numbers::{CutNumbers, Slot};
