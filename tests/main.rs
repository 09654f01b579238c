//! The integration tests: one binary, one module per capability.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod audit;
mod crash;
mod harness;
mod launcher;
mod smoke;
mod strongroom;
