//! Bad input to filing: a clear problem, nothing stored, nothing echoed.
mod files;
mod heads;
mod json;
pub mod numbers;
mod replay;

use crate::{
    filing::tables,
    harness::{caller::Response, world::World},
};
use serde_json::Value;

/// Stands in refused input and may stand in no answer.
const CANARY: &str = "zettai-dasanai";

/// Holds that a request is refused with this status and code as a problem, stores nothing, and gets nothing of its input back.
#[track_caller]
fn refused(w: &World, (status, code): (u16, &str), ask: impl FnOnce() -> Response) -> Value {
    let before = tables(w);
    let answer = ask();
    assert_eq!(tables(w), before, "nothing stored: {}", answer.text);
    problem(answer, status, code)
}
/// As `refused`, for a file: its line in the register of receipts stays, and nothing else.
#[track_caller]
fn refused_file(w: &World, (status, code): (u16, &str), ask: impl FnOnce() -> Response) -> Value {
    let mut before = tables(w);
    let answer = ask();
    *before.get_mut("public.submission").unwrap() += 1;
    *before.get_mut("public.idempotency").unwrap() += 1;
    assert_eq!(tables(w), before, "the receipt, its answer under the key, and nothing else: {}", answer.text);
    let problem = problem(answer, status, code);
    assert!(problem["receipt_number"].is_string());
    problem
}
#[track_caller]
fn problem(answer: Response, status: u16, code: &str) -> Value {
    assert_eq!(answer.header("content-type"), "application/problem+json", "{}", answer.text);
    assert!(!answer.text.contains(CANARY), "echoed: {}", answer.text);
    assert!(!answer.headers.iter().any(|h| h.1.contains(CANARY)), "echoed: {:?}", answer.headers);
    answer.refused(status, code)
}
/// Pointer and code of the first wrong place.
fn place(problem: &Value) -> (&str, &str) {
    let error = &problem["errors"][0];
    (error["pointer"].as_str().unwrap_or_default(), error["code"].as_str().unwrap_or_default())
}
