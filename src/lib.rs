//! kenpo: the core system of a health-insurance society (健康保険組合) as an API platform.
//!
//! Three floors and a roof; arrows go down only. Roof: `app`, `cli`, `config`, `launcher`. Second floor: `domain`. First floor:
//! `kernel`, `ports`. Ground: `values`.

/// ROOF: wiring and listeners.
pub mod app;
/// ROOF: the commands.
pub mod cli;
/// ROOF: settings, the only reader of the environment.
pub mod config;
/// 2nd FLOOR: one module per capability.
pub mod domain;
/// 1st FLOOR: how anything is asked, allowed, done, recorded and answered.
pub mod kernel;
/// ROOF helper: a private PostgreSQL for the demo and the tests.
pub mod launcher;
/// 1st FLOOR: traits to the outside world.
pub mod ports;
/// GROUND: values without I/O, clock or framework.
pub mod values;
