//! Every refusal of every test: its words stand in the language that the answer names, and in no other.
use super::caller::Response;
use serde_json::Value;

fn is_japanese(text: &str) -> bool {
    text.chars().any(|c| matches!(c, '\u{3040}'..='\u{30ff}' | '\u{4e00}'..='\u{9fff}'))
}
/// Title and details, the ones of the wrong places too.
pub fn told(problem: &Value) -> Vec<&str> {
    let places = problem["errors"].as_array().into_iter().flatten().map(|e| &e["detail"]);
    [&problem["title"], &problem["detail"]].into_iter().chain(places).filter_map(Value::as_str).collect()
}
/// Fails when a problem says something in another language than it names.
#[track_caller]
pub fn check(r: &Response) {
    // an answer that was kept goes out as it was, and does not say in which language that is
    let is_kept = r.header("idempotency-replayed") == "true";
    if r.header("content-type") != "application/problem+json" || is_kept {
        return;
    }
    let language = r.header("content-language");
    assert!(["ja", "en"].contains(&language), "no language: {}", r.text);
    assert_eq!(r.header("vary"), "Accept-Language");
    for text in told(&r.body) {
        assert!(!text.is_empty() && is_japanese(text) == (language == "ja"), "not in {language}: {text}");
        assert!(!text.contains(" / "), "two texts in one: {text}");
    }
}
