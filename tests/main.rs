//! The integration tests: one binary, one module per capability.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod access;
mod audit;
mod canary;
mod disclosure;
mod harness;
mod launcher;
mod sessions;
mod smoke;
mod strongroom;
mod tokens;
