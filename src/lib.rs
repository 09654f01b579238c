//! kenpo: the core system of a health-insurance society (健康保険組合) as an API platform.
#[macro_use]
pub mod kernel;
pub mod domain;
pub mod ports;
pub mod values;
