//! Days and instants that no law and no database knows are refused where they come in; text that merely looks like one is text.
use crate::{
    filing::{NANA, acquisition, fresh_key, slip},
    harness::{document::document, world::World},
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

const DAYS: [&str; 5] = ["-10000-01-01", " -10000-01-01", "+10000-01-01", "0000-12-31", "-0001-05-05"];
const INSTANTS: [&str; 4] =
    ["-10000-01-01T00:00:00Z", "+10000-01-01T00:00:00Z", "0000-12-31T00:00:00Z", "+262000-01-01T00:00:00Z"];

fn bad(schema: &Value) -> &'static [&'static str] {
    match schema["format"].as_str() {
        Some("date") => &DAYS,
        Some("date-time") => &INSTANTS,
        _ => &[],
    }
}
/// The least value that holds a bad day, for each day below a schema, with its place.
fn bodies(schema: &Value, at: &str, depth: usize, out: &mut Vec<(String, Value)>) {
    if depth == 0 || schema["readOnly"] == true {
        return;
    }
    if let Some(target) = schema["$ref"].as_str() {
        return bodies(document().pointer(target.trim_start_matches('#')).unwrap(), at, depth - 1, out);
    }
    out.extend(bad(schema).iter().map(|text| (at.to_owned(), json!(text))));
    if let Some(kinds) = schema["discriminator"]["mapping"].as_object() {
        for (kind, target) in kinds {
            let mut below = Vec::new();
            bodies(&json!({ "$ref": target }), at, depth, &mut below);
            out.extend(below.into_iter().map(|(at, mut v)| {
                v["kind"] = json!(kind);
                (at, v)
            }));
        }
    } else {
        for part in
            ["oneOf", "anyOf", "allOf"].iter().flat_map(|k| schema[*k].as_array().into_iter().flatten())
        {
            bodies(part, at, depth - 1, out);
        }
    }
    for (name, part) in schema["properties"].as_object().into_iter().flatten() {
        let mut below = Vec::new();
        bodies(part, &format!("{at}/{name}"), depth - 1, &mut below);
        out.extend(below.into_iter().map(|(at, v)| (at, Value::Object(Map::from_iter([(name.clone(), v)])))));
    }
    if schema["items"].is_object() {
        let mut below = Vec::new();
        bodies(&schema["items"], &format!("{at}/0"), depth - 1, &mut below);
        out.extend(below.into_iter().map(|(at, v)| (at, json!([v]))));
    }
}
fn encoded(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}

#[test]
fn no_day_of_a_body_or_query_lies_outside_the_years_1_to_9999() {
    let w = World::new();
    let staff = w.staff("privileged");
    let nowhere = Uuid::now_v7().to_string();
    let (mut places, mut faults) = (0, Vec::new());
    for (template, operations) in document()["paths"].as_object().unwrap() {
        let id_less: Vec<&str> = template.split(['{', '}']).collect();
        let path: String =
            id_less.iter().enumerate().map(|(i, p)| if i % 2 == 1 { nowhere.as_str() } else { p }).collect();
        for (method, operation) in operations.as_object().unwrap() {
            let Some(method) =
                ["GET", "POST", "PUT", "PATCH"].into_iter().find(|m| m.eq_ignore_ascii_case(method))
            else {
                continue;
            };
            let mut ask = |what: String, r: crate::harness::caller::Response| {
                places += 1;
                if r.status != 422 || !r.text.contains("date-out-of-range") {
                    faults.push(format!("{method} {template} {what}: {} {}", r.status, r.text));
                }
            };
            for p in operation["parameters"].as_array().into_iter().flatten().filter(|p| p["in"] == "query") {
                let name = p["name"].as_str().unwrap();
                for text in bad(&p["schema"]) {
                    let at = format!("{path}?{name}={}", encoded(text));
                    ask(format!("{name}={text}"), staff.ask(method, at).send(b""));
                }
            }
            // a query that must be there is right, so that the body is looked at
            let days = operation["parameters"].as_array().into_iter().flatten();
            let days = days
                .filter(|p| p["in"] == "query" && p["required"] == true && p["schema"]["format"] == "date");
            let query: Vec<String> =
                days.map(|p| format!("{}=2026-11-20", p["name"].as_str().unwrap())).collect();
            let path = format!("{path}?{}", query.join("&"));
            let content = operation["requestBody"]["content"].as_object().into_iter().flatten();
            for (media, body) in content.filter(|(m, _)| m.ends_with("json")) {
                let mut found = Vec::new();
                bodies(&body["schema"], "", 14, &mut found);
                for (at, value) in found {
                    let key = fresh_key();
                    let sent = staff.ask(method, path.as_str()).key(&key).header("if-match", "\"1\"");
                    ask(
                        format!("{at} {value}"),
                        sent.header("content-type", media).send(value.to_string().as_bytes()),
                    );
                }
            }
        }
    }
    assert!(faults.is_empty(), "{} of {places}: {}", faults.len(), faults[..faults.len().min(20)].join("\n"));
    assert!(places > 150, "{places}");
}
#[test]
fn an_escape_hides_no_day() {
    let w = World::new();
    let staff = w.staff("privileged");
    let body = br#"{ "name_kana": "x", "reason": "correction", "valid_from": "\u002d10000-01-01" }"#;
    let path = format!("/v1/employers/{}", w.employer);
    let r = staff
        .ask("PATCH", path)
        .header("if-match", "\"1\"")
        .header("content-type", "application/merge-patch+json")
        .send(&body[..]);
    assert_eq!(r.status, 422, "{}", r.text);
    staff.get("/v1/members?as_of=%2D10000-01-01").expect(422);
    staff.get("/v1/members?as_of=%20-10000-01-01").expect(422);
}
#[test]
fn what_is_no_day_may_begin_like_one() {
    let w = World::new();
    let password = "-10000-01-01 is my long password";
    w.nobody().post("/v1/sessions").json(&json!({ "user_id": "clerk", "password": password })).expect(401);
    let mut form = acquisition(NANA, "2026-11-01", None);
    form["name"] = json!("+1234　七");
    let r = w
        .client("employer")
        .post("/v1/notifications?validate_only=true")
        .key(&fresh_key())
        .json(&slip(&w, &form));
    assert!(!r.text.contains("date-out-of-range"), "{}", r.text);
    let member = w.member("7", NANA.kana, NANA.name, NANA.birth_on);
    let patch = json!({ "phone": "+81-3-0000" , "contact_address": "-1234番地" });
    crate::filing::contact_changed(&w, &w.staff("clerk"), member, &patch);
    w.staff("clerk").get("/v1/members?name_kana=%2D1234").expect(200);
}
