//! 2nd FLOOR: one module per capability. Each may use those above it in this list, through their `mod.rs`; `personal_numbers` and
//! `audit` are reached by nobody but the roof: the kernel knows the strongroom as `kernel::vault` and writes the trail itself.

pub mod approvals;
pub mod employers;

pub mod members;

pub mod dependents;

pub mod public_expenses;
pub mod remuneration;

pub mod eligibility;

pub mod confirmations;

pub mod withdrawals;

pub mod losses;
pub mod protections;
pub mod voluntary;

pub mod calendar;

pub mod notifications;

pub mod merges;

pub mod users;

pub mod access;

pub mod personal_numbers;

pub mod audit;
