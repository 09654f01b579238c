//! 標準報酬 — how remuneration becomes the standard monthly remuneration and bonus that premiums and benefits are counted in
//! (健康保険法40条–47条), and the months without premiums. Pure rules that explain themselves; `kenpo calc` and
//! `/v1/calculations` are their outer faces.
mod api;
pub mod rules;

pub(crate) use api::calculations;
pub use api::{CalculationTrace, calculate, routes};
#[cfg(test)]
pub use rules::tests::decide as decide_and_check;
pub(crate) use rules::trace::steps;
pub use rules::trace::{RoundingStep, StepWords};
pub use rules::{Refusal, Rule, Trace, Value, in_reach, refuse};
