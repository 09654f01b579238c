//! The OpenAPI document as it is served and checked in: what the types give, with the words of coded values, the bounds of texts and
//! the range of amounts that every generator wants to see.
use crate::kernel::{headers::Header, route};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// Japanese words of coded values, by schema and value.
const WORDS: &str = include_str!("../../openapi/words.json");
/// Bound of texts that only answers hold and no check looks at. What is sent states the bound of its own check.
const TEXT_MOST: u64 = 300;
/// Largest whole number that every JSON reader keeps exact: bound of amounts in answers.
const YEN_MOST: u64 = 9_007_199_254_740_991;

/// The document, canonical: two-space JSON with a final newline, the same for the same routes.
pub fn openapi() -> String {
    let document = route::document(&super::routes(), super::SCOPES, super::TAGS);
    let mut value = serde_json::to_value(document).unwrap_or_default();
    let words: Map<String, Value> = serde_json::from_str(WORDS).unwrap_or_default();
    open_flattened(&mut value);
    let sent = sent_schemas(&value);
    if let Some(schemas) = value.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        for (name, schema) in schemas.iter_mut() {
            describe_values(schema, words.get(name));
            if !sent.contains(name) {
                bound(schema);
            }
        }
    }
    require_headers(&mut value);
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    text
}
/// Writes a flattened part out as members of the object that holds it, as JSON carries it: the builder leaves `allOf`, which not every generator
/// of clients reads as one object. A part that nothing else names goes.
fn open_flattened(document: &mut Value) {
    let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) else {
        return;
    };
    let known = schemas.clone();
    let mut opened = BTreeSet::new();
    for schema in schemas.values_mut() {
        let Some(Value::Array(parts)) = schema.as_object_mut().and_then(|s| s.remove("allOf")) else {
            continue;
        };
        let (mut properties, mut required) = (Map::new(), Vec::new());
        for part in &parts {
            let name = part["$ref"].as_str().and_then(|r| r.rsplit('/').next());
            let part = name.and_then(|n| known.get(n)).unwrap_or(part);
            opened.extend(name.map(str::to_owned));
            properties.extend(part["properties"].as_object().cloned().unwrap_or_default());
            required.extend(part["required"].as_array().cloned().unwrap_or_default());
        }
        schema["type"] = json!("object");
        schema["properties"] = Value::Object(properties);
        schema["required"] = Value::Array(required);
    }
    let mut named = Vec::new();
    references(document, &mut named);
    if let Some(schemas) = document.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        schemas.retain(|name, _| !opened.contains(name) || named.contains(name));
    }
}
/// `x-enum-descriptions`: one for each value, in their order.
fn describe_values(schema: &mut Value, words: Option<&Value>) {
    let (Some(values), Some(words)) = (schema.get("enum").and_then(Value::as_array), words) else { return };
    let said: Vec<Value> = values.iter().map(|v| words[v.as_str().unwrap_or_default()].clone()).collect();
    schema["x-enum-descriptions"] = Value::Array(said);
}
/// Names of the schemas that request bodies are made of.
fn sent_schemas(document: &Value) -> BTreeSet<String> {
    let (mut sent, mut waiting) = (BTreeSet::new(), Vec::new());
    let paths = document["paths"].as_object().into_iter().flat_map(Map::values);
    paths.flat_map(|p| p.as_object().into_iter().flat_map(Map::values)).for_each(|operation| {
        references(&operation["requestBody"], &mut waiting);
    });
    while let Some(name) = waiting.pop() {
        if sent.insert(name.clone()) {
            references(&document["components"]["schemas"][&name], &mut waiting);
        }
    }
    sent
}
fn references(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            let name = map.get("$ref").and_then(Value::as_str).and_then(|r| r.rsplit('/').next());
            out.extend(name.map(str::to_owned));
            map.values().for_each(|v| references(v, out));
        }
        Value::Array(items) => items.iter().for_each(|v| references(v, out)),
        _ => {}
    }
}
/// Marks the headers that every answer of a status brings (the builder of headers knows no `required`).
fn require_headers(document: &mut Value) {
    let statuses = route::problem_statuses();
    let require = |response: &mut Value, status: &str, may_be_past: bool| {
        // what was is nothing to be changed: only the present has an ETag
        let is_sent = |h: &&Header| h.is_always_sent(status) && !(may_be_past && **h == Header::Etag);
        for header in Header::ALL.iter().filter(is_sent) {
            let described = response.get_mut("headers").and_then(|all| all.get_mut(header.name()));
            if let Some(described) = described {
                described["required"] = json!(true);
            }
        }
    };
    let paths = document["paths"].as_object_mut().into_iter().flat_map(Map::values_mut);
    for operation in paths.flat_map(|p| p.as_object_mut().into_iter().flat_map(Map::values_mut)) {
        let asks_for_past = |p: &Value| p["name"] == "known_at";
        let may_be_past = operation["parameters"].as_array().is_some_and(|all| all.iter().any(asks_for_past));
        let responses = operation["responses"].as_object_mut().into_iter().flatten();
        responses.for_each(|(status, response)| require(response, status, may_be_past));
    }
    for (name, response) in document["components"]["responses"].as_object_mut().into_iter().flatten() {
        require(response, statuses.get(name.as_str()).copied().unwrap_or_default(), false);
    }
}
fn bound(schema: &mut Value) {
    let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) else { return };
    for (name, property) in properties.iter_mut() {
        let is_number = property["type"] == "integer"
            || property["type"].as_array().is_some_and(|t| t.contains(&json!("integer")));
        if name.ends_with("_yen") && is_number {
            property["minimum"] = json!(0);
            property["maximum"] = json!(YEN_MOST);
        }
        let is_text = property["type"] == "string"
            || property["type"].as_array().is_some_and(|t| t.contains(&json!("string")));
        let is_bounded = ["maxLength", "enum", "const", "format"].iter().any(|k| property.get(k).is_some());
        if is_text && !is_bounded {
            property["maxLength"] = json!(TEXT_MOST);
        }
    }
}
