//! 2nd FLOOR: one module per capability.
pub mod notifications;
