//! The integration tests: one binary, one module per capability.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod architecture;
mod audit;
mod bad_input;
mod calc;
mod calculations;
mod canary;
mod contract;
mod crash;
mod decisions;
mod disclosure;
mod filing;
mod harness;
mod journey_j1;
mod launcher;
mod lists;
mod samples;
mod schema;
mod sessions;
mod smoke;
mod start_up;
mod strongroom;
mod sweep;
mod tokens;
