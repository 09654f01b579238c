//! 2nd FLOOR: one module per capability.
pub mod audit;
pub mod notifications;
