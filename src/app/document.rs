//! The OpenAPI document as it is served and checked in: what the types give, with the words of coded values, the bounds of texts and
//! the range of amounts that every generator wants to see.
use crate::kernel::route;
use serde_json::{Map, Value, json};

/// Japanese words of coded values, by schema and value.
const WORDS: &str = include_str!("../../openapi/words.json");
/// Texts of forms that state no bound of their own: the checks refuse longer ones well below it.
const TEXT_MOST: u64 = 300;
/// Largest whole number that every JSON reader keeps exact.
const YEN_MOST: u64 = 9_007_199_254_740_991;

/// The document, canonical: two-space JSON with a final newline, the same for the same routes.
pub fn openapi() -> String {
    let document = route::document(&super::routes(), super::SCOPES, super::TAGS);
    let mut value = serde_json::to_value(document).unwrap_or_default();
    let words: Map<String, Value> = serde_json::from_str(WORDS).unwrap_or_default();
    if let Some(schemas) = value.pointer_mut("/components/schemas").and_then(Value::as_object_mut) {
        for (name, schema) in schemas.iter_mut() {
            describe_values(schema, words.get(name));
            bound(schema);
        }
    }
    let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
    text.push('\n');
    text
}
/// `x-enum-descriptions`: one for each value, in their order.
fn describe_values(schema: &mut Value, words: Option<&Value>) {
    let (Some(values), Some(words)) = (schema.get("enum").and_then(Value::as_array), words) else { return };
    let said: Vec<Value> = values.iter().map(|v| words[v.as_str().unwrap_or_default()].clone()).collect();
    schema["x-enum-descriptions"] = Value::Array(said);
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
