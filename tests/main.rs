//! The integration tests: one binary, one module per capability.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod audit;
mod crash;
mod filing;
mod harness;
mod journey_j1;
mod launcher;
mod samples;
mod smoke;
mod strongroom;
