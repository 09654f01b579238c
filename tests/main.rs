//! The integration tests: one binary, one module per capability.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod architecture;
mod audit;
mod contract;
mod crash;
mod filing;
mod harness;
mod journey_j1;
mod launcher;
mod samples;
mod schema;
mod smoke;
mod start_up;
mod strongroom;
mod sweep;
