//! 2nd FLOOR: one module per capability.
pub mod access;
pub mod notifications;
pub mod personal_numbers;
