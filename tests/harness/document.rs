//! Every response of every test, held against the OpenAPI document.
use super::caller::Response;
use kenpo::kernel::headers::Header;
use serde_json::{Value, json};
use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, LazyLock, Mutex},
};

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(&kenpo::app::openapi()).unwrap());
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<jsonschema::Validator>>>> =
    LazyLock::new(Mutex::default);

/// The document.
pub fn document() -> &'static Value {
    &DOCUMENT
}
/// The route template of a path, if the document has it.
pub fn template(path: &str) -> Option<&'static str> {
    let path = path.split('?').next().unwrap_or(path);
    let parts: Vec<&str> = path.split('/').collect();
    let fits = |template: &str| {
        let known: Vec<&str> = template.split('/').collect();
        known.len() == parts.len() && known.iter().zip(&parts).all(|(k, p)| k == p || fits_part(k, p))
    };
    let paths = DOCUMENT["paths"].as_object().unwrap();
    paths.keys().find(|t| *t == path).or_else(|| paths.keys().find(|t| fits(t))).map(String::as_str)
}
fn fits_part(known: &str, part: &str) -> bool {
    match known.split_once('}') {
        Some((name, rest)) => name.starts_with('{') && part.ends_with(rest) && part.len() > rest.len(),
        None => false,
    }
}
/// Fails when the response is not one that the document promises.
#[track_caller]
pub fn check(method: &str, path: &str, r: &Response) {
    let Some(template) = template(path) else { return };
    let operation = &DOCUMENT["paths"][template][method.to_lowercase()];
    if operation.is_null() {
        assert!(
            r.status == 405 || r.status == 404,
            "{method} {template} is not in the document and answered {}",
            r.status
        );
        return;
    }
    let promised = &operation["responses"][r.status.to_string()];
    assert!(
        !promised.is_null(),
        "{method} {template} answered {}, which the document does not promise: {}",
        r.status,
        r.text
    );
    let promised = match promised["$ref"].as_str() {
        Some(reference) => DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap(),
        None => promised,
    };
    let mut faults = header_faults(promised, r);
    faults.extend(link_fault(path, operation, r));
    assert!(faults.is_empty(), "{method} {template} {}: {}", r.status, faults.join("; "));
    let Some(content) = promised["content"].as_object() else {
        assert!(
            r.text.is_empty(),
            "{method} {template} answered {} with a body that the document does not promise",
            r.status
        );
        return;
    };
    let media = r.header("content-type").split(';').next().unwrap_or_default().to_owned();
    let schema =
        content.get(&media).unwrap_or_else(|| panic!("{method} {template} answered {} as {media}", r.status));
    let lines: Vec<Value> = if media == "application/x-ndjson" {
        r.text.lines().map(|l| serde_json::from_str(l).unwrap()).collect()
    } else {
        vec![r.body.clone()]
    };
    let validator = validator(&schema["schema"]);
    for line in &lines {
        if let Err(e) = validator.validate(line) {
            panic!("{method} {template} {}: at {}: {e}", r.status, e.instance_path());
        }
    }
}
/// What a response promises of its headers, and what is wrong with those that came: one that is not described, one that is
/// missing, one that does not fit its schema.
pub fn header_faults(promised: &Value, r: &Response) -> Vec<String> {
    let mut faults = Vec::new();
    for name in Header::ALL.iter().map(|h| h.name()) {
        let described = &promised["headers"][name];
        let sent = r.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, v)| v);
        match sent {
            None if described["required"] == true => faults.push(format!("{name} is missing")),
            Some(_) if described.is_null() => faults.push(format!("{name} is not described")),
            Some(text) => {
                let is_number = described["schema"]["type"] == "integer";
                let value = if is_number {
                    text.parse::<u32>().map_or(Value::Null, |n| json!(n))
                } else {
                    json!(text)
                };
                if !validator(&described["schema"]).is_valid(&value) {
                    faults.push(format!("{name} is {text}"));
                }
            }
            None => {}
        }
    }
    faults
}
/// What is wrong with the link to the next page: it must lead to the same list under the same filters, by parameters of the document.
fn link_fault(path: &str, operation: &Value, r: &Response) -> Option<String> {
    let (_, link) = r.headers.iter().find(|(n, _)| n.eq_ignore_ascii_case("link"))?;
    let next = link.trim_start_matches('<').split('>').next().unwrap_or_default();
    let parts = |text: &str| -> (String, BTreeSet<(String, String)>) {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let pairs: Vec<(String, String)> = serde_urlencoded::from_str(query).unwrap();
        (path.to_owned(), pairs.into_iter().filter(|p| p.0 != "cursor").collect())
    };
    let known: BTreeSet<&str> =
        operation["parameters"].as_array().into_iter().flatten().filter_map(|p| p["name"].as_str()).collect();
    let (asked, next) = (parts(path), parts(next));
    if let Some((name, _)) = next.1.iter().find(|p| !known.contains(p.0.as_str())) {
        return Some(format!("the link to the next page names {name}, which is no parameter"));
    }
    (asked != next).then(|| format!("the link to the next page leads from {asked:?} to {next:?}"))
}
/// The validator of a schema of the document.
pub fn validator(schema: &Value) -> Arc<jsonschema::Validator> {
    let key = schema.to_string();
    let mut known = VALIDATORS.lock().unwrap();
    known
        .entry(key)
        .or_insert_with(|| {
            let mut whole = json!({ "components": DOCUMENT["components"] });
            let root = whole.as_object_mut().unwrap();
            root.insert("$schema".into(), json!("https://json-schema.org/draft/2020-12/schema"));
            schema.as_object().unwrap().iter().for_each(|(k, v)| drop(root.insert(k.clone(), v.clone())));
            Arc::new(jsonschema::validator_for(&whole).unwrap())
        })
        .clone()
}
