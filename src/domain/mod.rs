//! 2nd FLOOR: one module per capability. Each may use those above it in this list.
pub mod access;
pub mod employers;
pub mod members;
pub mod dependents;
pub mod notifications;
pub mod personal_numbers;
pub mod audit;
