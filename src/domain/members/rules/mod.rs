//! Rules of insured persons and dependents as persons: pure functions, without a clock and without a database.
pub mod cover;
pub mod joined;
pub mod pieces;
#[cfg(test)]
mod tests;
