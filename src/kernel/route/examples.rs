//! Examples of the document: requests and answers as the tests saw them, in `openapi/examples.json`.
use serde_json::Value;
use std::sync::LazyLock;
use utoipa::openapi::{Content, RefOr, path::Operation};

static EXAMPLES: LazyLock<Value> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../../../openapi/examples.json")).unwrap_or_default()
});

/// Adds the request and the answers that are known of this operation.
pub(super) fn add(op: &mut Operation) {
    let Some(known) = op.operation_id.as_deref().and_then(|id| EXAMPLES.get(id)) else { return };
    if let (Some(RefOr::T(body)), Some(example)) = (&mut op.request_body, known.get("request")) {
        body.content.values_mut().for_each(|c| show(c, example));
    }
    for (status, response) in &mut op.responses.responses {
        let Some(example) = known.get("responses").and_then(|r| r.get(status)) else { continue };
        if let RefOr::T(response) = response {
            response.content.values_mut().for_each(|c| show(c, example));
        }
    }
}
fn show(content: &mut RefOr<Content>, example: &Value) {
    if let RefOr::T(content) = content {
        content.example = Some(example.clone());
    }
}
