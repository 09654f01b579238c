//! The integration tests: one binary, one module per capability.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod architecture;
mod audit;
mod contract;
mod harness;
mod launcher;
mod smoke;
mod start_up;
mod strongroom;
mod sweep;
