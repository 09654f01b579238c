//! What the document says of bodies and queries, as requests: the least that each takes, and every place below it.
use crate::{
    filing::fresh_key,
    harness::{
        caller::{Caller, Response},
        document::document,
    },
    sweep::{
        society::Society,
        table::{self, Body},
    },
};
use kenpo::{app, kernel::route};
use serde_json::{Map, Value, json};

/// A place of a body, and a whole body that has something there.
pub struct Place {
    pub pointer: String,
    pub schema: &'static Value,
    pub body: Value,
}
impl Place {
    /// What stands there.
    pub fn now(&self) -> &Value {
        self.body.pointer(&self.pointer).unwrap()
    }
    /// The body with another value there.
    pub fn with(&self, new: Value) -> Value {
        with(&self.body, &self.pointer, new)
    }
}
/// The schema that a value has unless it is absent.
fn resolved(mut schema: &'static Value) -> &'static Value {
    loop {
        let part = schema["oneOf"].as_array().filter(|_| schema["discriminator"].is_null());
        schema = match (schema["$ref"].as_str(), part) {
            (Some(target), _) => document().pointer(target.trim_start_matches('#')).unwrap(),
            (None, Some(parts)) => parts.iter().find(|p| p["type"] != "null").unwrap(),
            (None, None) => return schema,
        };
    }
}
fn kinds(schema: &'static Value) -> impl Iterator<Item = (&'static str, &'static Value)> {
    let mapping = schema["discriminator"]["mapping"].as_object();
    let target = |to: &Value| document().pointer(to.as_str().unwrap().trim_start_matches('#')).unwrap();
    mapping.into_iter().flatten().map(move |(kind, to)| (kind.as_str(), target(to)))
}
/// Is it of this type, whether or not it may be null?
pub fn is_a(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|all| all.iter().any(|k| k == kind))
}
/// A text of that size, of the characters that a place of this name takes.
pub fn text(name: &str, size: usize) -> String {
    match name {
        "postal_code" if size >= 8 => format!("999-{}", "0".repeat(size - 4)),
        "phone" => "0-".repeat(size).chars().take(size).collect(),
        "postal_code" | "office_number" | "insured_number" | "number" | "prefecture" => "1".repeat(size),
        name if name.contains("kana") => "ア".repeat(size),
        _ => "あ".repeat(size),
    }
}
/// The least value of a schema: what must be there, and as little of it as is taken.
fn least(schema: &'static Value, name: &str) -> Value {
    let schema = resolved(schema);
    if let Some((kind, schema)) = kinds(schema).next() {
        let mut value = least(schema, name);
        value["kind"] = json!(kind);
        return value;
    }
    if let Some(word) = schema["enum"].as_array().and_then(|words| words.first()) {
        return word.clone();
    }
    let at_least = |key: &str| schema[key].as_u64().map_or(0, |n| usize::try_from(n).unwrap());
    match schema {
        s if is_a(s, "object") => {
            let must = s["required"].as_array().into_iter().flatten().map(|name| name.as_str().unwrap());
            must.map(|name| (name.to_owned(), least(&s["properties"][name], name)))
                .collect::<Map<_, _>>()
                .into()
        }
        s if is_a(s, "array") => vec![least(&s["items"], name); at_least("minItems").max(1)].into(),
        s if is_a(s, "boolean") => json!(false),
        s if is_a(s, "integer") || is_a(s, "number") => json!(at_least("minimum").max(1)),
        s => json!(match (s["format"].as_str(), s["pattern"].as_str()) {
            (Some("date"), _) => "2026-11-16".to_owned(),
            (Some("date-time"), _) => "2026-11-16T00:00:00Z".to_owned(),
            (Some("uuid"), _) => "01900000-0000-7000-8000-000000000000".to_owned(),
            (_, Some(pattern)) if pattern.starts_with("^[0-9]{") => {
                "0".repeat(pattern[7..].split('}').next().unwrap().parse().unwrap())
            }
            (_, Some("^[A-Za-z]+$")) => "getMember".to_owned(),
            (_, Some(_)) => "2026-09".to_owned(),
            _ => text(name, at_least("minLength").max(1)),
        }),
    }
}
/// The value with another one at a pointer.
fn with(value: &Value, pointer: &str, new: Value) -> Value {
    fn put(value: &mut Value, parts: &[&str], new: Value) {
        let Some((first, rest)) = parts.split_first() else { return *value = new };
        match first.parse::<usize>() {
            Ok(i) => put(&mut value[i], rest, new),
            Err(_) => put(&mut value[*first], rest, new),
        }
    }
    let mut value = value.clone();
    put(&mut value, &pointer.split('/').skip(1).collect::<Vec<_>>(), new);
    value
}
fn walk(pointer: &str, schema: &'static Value, body: &Value, out: &mut Vec<Place>) {
    let schema = resolved(schema);
    if schema["readOnly"] == true {
        return;
    }
    let name = pointer.rsplit('/').find(|part| part.parse::<usize>().is_err()).unwrap_or_default();
    let now = body.pointer(pointer).filter(|now| !now.is_null() && **now != json!([]));
    if !schema["discriminator"].is_null() {
        for (kind, schema) in kinds(schema) {
            let mut form = least(schema, name);
            form["kind"] = json!(kind);
            let form = now.filter(|now| now["kind"] == kind).cloned().unwrap_or(form);
            walk(pointer, schema, &with(body, pointer, form), out);
        }
        return;
    }
    let body = if now.is_some() { body.clone() } else { with(body, pointer, least(schema, name)) };
    for (name, part) in schema["properties"].as_object().into_iter().flatten() {
        walk(&format!("{pointer}/{name}"), part, &body, out);
    }
    if schema["items"].is_object() {
        walk(&format!("{pointer}/0"), &schema["items"], &body, out);
    }
    out.push(Place { pointer: pointer.to_owned(), schema, body });
}

/// An operation of the document, and how it is asked: by the caller whom the sweep knows as the right one, about what it asks about.
pub struct Asked<'a> {
    s: &'a Society,
    by: Caller,
    of: route::Row,
    pub id: &'static str,
    described: &'static Value,
}
/// All of them.
pub fn operations(s: &Society) -> Vec<Asked<'_>> {
    let table = table::table();
    let paths = document()["paths"].as_object().unwrap();
    app::routes()
        .rows
        .into_iter()
        .map(|of| {
            let described = &paths[of.path][of.method.name().to_lowercase()];
            let by = s.right(table.iter().find(|row| row.id == of.id).unwrap()).0;
            Asked { s, by, id: of.id, of, described }
        })
        .collect()
}
impl Asked<'_> {
    /// Does it take a body?
    pub fn has_body(&self) -> bool {
        self.described["requestBody"].is_object()
    }
    /// Every place of its body, if that is JSON: beginning with the body that the sweep sends, for each kind of form with the least.
    pub fn places(&self) -> Vec<Place> {
        let content = self.described["requestBody"]["content"].as_object();
        let json = content.into_iter().flatten().find(|(media, _)| media.ends_with("json"));
        let Some((_, body)) = json else { return Vec::new() };
        let known = table::table().into_iter().filter(|row| row.id == self.id);
        let known = known.map(|row| (row.body)(self.s)).find_map(|body| match body {
            Body::Json(body) | Body::Patch(body) => Some(body),
            _ => None,
        });
        let mut out = Vec::new();
        walk("", &body["schema"], &known.unwrap(), &mut out);
        out
    }
    /// Its query parameters.
    pub fn query(&self) -> impl Iterator<Item = (&'static str, &'static Value)> {
        let all = self.described["parameters"].as_array().into_iter().flatten();
        let all = all.filter(|p| p["in"] == "query");
        all.map(|p| (p["name"].as_str().unwrap(), resolved(&p["schema"])))
    }
    /// Asks with a body, and with that query; what else the query must have is added.
    pub fn ask(&self, query: Option<(&str, &str)>, body: Option<&Value>) -> Response {
        let must = self.described["parameters"].as_array().into_iter().flatten();
        let must = must.filter(|p| p["in"] == "query" && p["required"] == true);
        let must =
            must.map(|p| p["name"].as_str().unwrap()).filter(|name| query.is_none_or(|q| q.0 != *name));
        let mut path = table::path(self.s, self.id, self.of.path) + "?";
        for name in must {
            let schema = self.query().find(|(other, _)| *other == name).unwrap().1;
            let value = match name {
                "employer_id" => json!(self.s.w.employer),
                _ => least(schema, name),
            };
            let value = value.as_str().map_or_else(|| value.to_string(), encoded);
            path += &format!("{name}={value}&");
        }
        if let Some((name, value)) = query {
            path += &format!("{name}={}", encoded(value));
        }
        let content = self.described["requestBody"]["content"].as_object();
        let media = content.and_then(|c| c.keys().next()).map_or("application/json", String::as_str);
        let asked = self.by.ask(self.of.method.name(), path).key(&fresh_key()).header("if-match", "\"1\"");
        let bytes = body.map(Value::to_string).unwrap_or_default();
        if self.has_body() {
            asked.header("content-type", media).send(bytes.as_bytes())
        } else {
            asked.send(b"")
        }
    }
}
fn encoded(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}
