//! 2nd FLOOR: one module per capability. Each may use those above it in this list.
pub mod access;
pub mod audit;
pub mod dependents;
pub mod employers;
pub mod members;
pub mod notifications;
pub mod personal_numbers;
