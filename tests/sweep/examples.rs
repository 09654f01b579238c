//! Examples of the document are what the right callers of the sweep sent and got. `EXAMPLES_TO=openapi/examples.json cargo test
//! sweep` writes them anew; they are then as true as the sweep.
use super::table::Body;
use crate::harness::caller::Response;
use serde_json::{Map, Value, json};

#[derive(Default)]
pub struct Examples(Map<String, Value>);
impl Examples {
    /// Keeps the first request and the first answer of each status.
    pub fn keep(&mut self, operation: &str, body: &Body, r: &Response) {
        let kept = self.0.entry(operation).or_insert_with(|| json!({ "responses": {} }));
        let request = match body {
            Body::None => None,
            Body::Json(v) | Body::Patch(v) => Some(v.clone()),
            Body::Csv(bytes) => Some(json!(encoding_rs::SHIFT_JIS.decode(bytes).0)),
        };
        if let (Some(request), None) = (request, kept.get("request")) {
            kept["request"] = veiled(request);
        }
        let first = if r.body.is_null() {
            r.text.lines().next().and_then(|l| serde_json::from_str(l).ok())
        } else {
            None
        };
        let answer = first.unwrap_or_else(|| r.body.clone());
        let status = r.status.to_string();
        if !answer.is_null() && kept["responses"].get(&status).is_none() {
            kept["responses"][status] = veiled(short(answer));
        }
    }
    /// Every operation of the document has the examples that were seen here, be they of another day; writes them when asked to.
    pub fn check(&self) {
        if let Some(to) = std::env::var_os("EXAMPLES_TO") {
            let text = serde_json::to_string_pretty(&self.0).unwrap();
            std::fs::write(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(to), text + "\n").unwrap();
            return;
        }
        let known: Value = serde_json::from_str(include_str!("../../openapi/examples.json")).unwrap();
        for (operation, seen) in &self.0 {
            let has = |part: &str| known[operation].get(part).is_some() || seen.get(part).is_none();
            assert!(has("request"), "{operation} has no example request: see tests/sweep/examples.rs");
            for status in seen["responses"].as_object().unwrap().keys() {
                let known = known[operation]["responses"].get(status);
                assert!(
                    known.is_some(),
                    "{operation} has no example answer {status}: see tests/sweep/examples.rs"
                );
            }
        }
    }
}
/// Tokens are not shown, not even those of a test.
fn veiled(mut value: Value) -> Value {
    for (name, shown) in [
        ("access_token", "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.c2lnbmF0dXJl"),
        ("refresh_token", "opaque-refresh-token"),
    ] {
        if value.get(name).is_some() {
            value[name] = json!(shown);
        }
    }
    value
}
/// Lists are shown by their first two rows.
fn short(mut value: Value) -> Value {
    for list in ["items", "versions", "layouts", "forms"] {
        if let Some(rows) = value.get_mut(list).and_then(Value::as_array_mut) {
            rows.truncate(2);
        }
    }
    value
}
