//! kenpo: the core system of a health-insurance society (健康保険組合) as an API platform.
#[macro_use]
pub mod kernel;
pub mod domain;
/// ROOF helper: a private PostgreSQL for the demo and the tests.
pub mod launcher;
pub mod ports;
pub mod values;
