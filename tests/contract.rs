//! The contract: what is checked in is what is served, and it keeps the house's rules.
use crate::harness::{
    document::{self, document},
    world::World,
};
use kenpo::{app, kernel::Kind, kernel::policy::Policies};
use serde_json::Value;
use std::collections::BTreeSet;

const METHODS: &[&str] = &["get", "post", "put", "patch", "delete"];

fn operations() -> Vec<(String, &'static str, &'static Value)> {
    let mut all = Vec::new();
    for (path, item) in document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let method = METHODS.iter().find(|m| *m == method).expect("only operations stand under a path");
            all.push((path.clone(), *method, operation));
        }
    }
    assert!(all.len() > 20);
    all
}
fn id(operation: &Value) -> &str {
    operation["operationId"].as_str().unwrap()
}

#[test]
fn the_document_and_the_matrix_that_are_checked_in_are_those_of_the_program() {
    let checked_in =
        |path| std::fs::read_to_string(format!("{}/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap();
    assert!(
        checked_in("openapi/kenpo.v1.json") == app::openapi(),
        "openapi/kenpo.v1.json differs from the routes: `make openapi`, and look at what it changes"
    );
    assert!(
        checked_in("policies/matrix.txt") == app::policy_matrix().unwrap(),
        "policies/matrix.txt differs from the policies: `make policy-matrix`, and look at who may do more"
    );
    assert_eq!(app::openapi(), app::openapi(), "the document is the same every time");
}

#[test]
fn an_operation_is_a_route_an_action_and_a_name_of_its_own() {
    let routes = app::routes();
    let mut folded: Vec<String> = routes.rows.iter().map(|r| r.id.to_lowercase()).collect();
    folded.sort();
    let all = folded.len();
    folded.dedup();
    assert_eq!(folded.len(), all, "two operationIds differ by case only");
    let documented: BTreeSet<String> =
        operations().iter().map(|(path, method, op)| format!("{} {method} {path}", id(op))).collect();
    let served: BTreeSet<String> = routes
        .rows
        .iter()
        .map(|r| format!("{} {} {}", r.id, r.method.name().to_lowercase(), r.path))
        .collect();
    assert_eq!(documented, served);
    let actions: BTreeSet<String> = Policies::built_in().unwrap().actions().into_iter().collect();
    // A field class has an action of its own and no route.
    let asked = routes.rows.iter().filter(|r| !r.scope.is_empty()).map(|r| r.id.to_owned());
    let asked: BTreeSet<String> =
        asked.chain(["readPersonalNumber".to_owned(), "readWhereabouts".to_owned()]).collect();
    assert_eq!(actions, asked, "Cedar actions and operations");
}

#[test]
fn every_scope_is_listed_and_every_listed_scope_opens_something() {
    let listed: BTreeSet<&str> = app::SCOPES.iter().map(|s| s.0).collect();
    let routes = app::routes();
    let used: BTreeSet<&str> = routes
        .rows
        .iter()
        .flat_map(|r| [Some(r.scope), r.also])
        .flatten()
        .filter(|s| !s.is_empty())
        .collect();
    assert_eq!(used, listed);
}

#[test]
fn what_pages_says_how_to_go_on() {
    let mut paged = 0;
    for (path, method, op) in operations() {
        let ok = &op["responses"]["200"];
        let schema = &ok["content"]["application/json"]["schema"];
        let schema = match schema["$ref"].as_str() {
            Some(reference) => document().pointer(reference.trim_start_matches('#')).unwrap(),
            None => schema,
        };
        let is_paged = schema["properties"].get("page").is_some();
        let given: BTreeSet<&str> =
            op["parameters"].as_array().into_iter().flatten().filter_map(|p| p["name"].as_str()).collect();
        let at = format!("{method} {path}");
        assert_eq!(given.contains("cursor"), is_paged, "{at}: `cursor`");
        assert_eq!(given.contains("limit"), is_paged, "{at}: `limit`");
        assert_eq!(!ok["headers"]["Link"].is_null(), is_paged, "{at}: Link");
        paged += usize::from(is_paged);
    }
    assert!(paged > 12, "only {paged} operations page");
}

#[test]
fn every_operation_says_what_it_is_by_which_law_and_with_an_example() {
    for (path, method, op) in operations() {
        let at = format!("{method} {path}");
        for part in ["summary", "description", "x-law"] {
            assert!(op[part].as_str().is_some_and(|t| !t.trim().is_empty()), "{at} has no {part}");
        }
        assert!(op["tags"].as_array().is_some_and(|t| t.len() == 1), "{at} is in one group");
        let body = op["requestBody"]["content"].as_object();
        for (media, content) in body.into_iter().flatten() {
            valid(&format!("{at} request {media}"), content);
        }
        for (status, response) in op["responses"].as_object().unwrap() {
            let content = response["content"].as_object().filter(|_| status.starts_with('2'));
            for (media, content) in content.into_iter().flatten() {
                valid(&format!("{at} {status} {media}"), content);
            }
        }
    }
}
fn valid(at: &str, content: &Value) {
    let example =
        content.get("example").unwrap_or_else(|| panic!("{at} has no example: see tests/sweep/examples.rs"));
    if let Err(e) = document::validator(&content["schema"]).validate(example) {
        panic!("{at}: the example does not validate at {}: {e}", e.instance_path());
    }
}

/// Visits every schema with its place.
fn schemas(at: &str, value: &Value, visit: &mut impl FnMut(&str, &Value)) {
    visit(at, value);
    for (name, part) in value["properties"].as_object().into_iter().flatten() {
        schemas(&format!("{at}.{name}"), part, visit);
    }
    for many in ["oneOf", "anyOf", "allOf"] {
        value[many].as_array().into_iter().flatten().for_each(|part| schemas(at, part, visit));
    }
    for one in ["items", "additionalProperties"] {
        if value[one].is_object() {
            schemas(&format!("{at}[]"), &value[one], visit);
        }
    }
}
fn is_type(schema: &Value, name: &str) -> bool {
    schema["type"] == name || schema["type"].as_array().is_some_and(|t| t.iter().any(|t| t == name))
}

#[test]
fn schemas_have_names_and_bounds() {
    let mut faults = Vec::new();
    for (name, schema) in document()["components"]["schemas"].as_object().unwrap() {
        schemas(name, schema, &mut |at, s| {
            let is_inside = at != name;
            if is_inside && !s["enum"].is_null() {
                faults.push(format!("{at}: an enum without a name"));
            }
            if is_inside && s["properties"].is_object() {
                faults.push(format!("{at}: an object without a name"));
            }
            let is_bounded = ["maxLength", "enum", "const", "format"].iter().any(|k| !s[*k].is_null());
            if is_type(s, "string") && !is_bounded {
                faults.push(format!("{at}: a text without a bound"));
            }
            if is_type(s, "array") && s["maxItems"].is_null() {
                faults.push(format!("{at}: a list without a bound"));
            }
        });
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_header_of_the_contract_is_described_where_it_is_sent_and_nowhere_else() {
    let w = World::new();
    let by = w.staff("clerk");
    let path = format!("/v1/employers/{}", w.employer);
    let good = by.get(&path);
    let promised = &document()["paths"]["/v1/employers/{employer_id}"]["get"]["responses"]["200"];
    let with = |name: &str, value: Option<&str>| {
        let mut r = good.clone();
        r.headers.retain(|(n, _)| n != name);
        r.headers.extend(value.map(|v| (name.to_owned(), v.to_owned())));
        document::header_faults(promised, &r)
    };
    assert_eq!(document::header_faults(promised, &good), [""; 0]);
    // planted
    assert_eq!(with("etag", None), ["ETag is missing"]);
    assert_eq!(with("location", Some("/v1/employers")), ["Location is not described"]);
    assert_eq!(with("cache-control", None), ["Cache-Control is missing"]);
    // what each operation lists
    let listed = |op: &Value, status: &str| -> Vec<String> {
        let response = &op["responses"][status];
        let response = match response["$ref"].as_str() {
            Some(r) => document().pointer(r.trim_start_matches('#')).unwrap(),
            None => response,
        };
        let headers = response["headers"].as_object().unwrap();
        headers.iter().map(|(n, h)| format!("{n}{}", if h["required"] == true { "!" } else { "" })).collect()
    };
    let mut seen = 0;
    for (_, _, op) in operations() {
        let success = match id(op) {
            "createEmployer" => ("201", vec!["Cache-Control!", "Idempotency-Replayed", "Location!"]),
            "createNotificationFile" => ("202", vec!["Cache-Control!", "Idempotency-Replayed", "Location!"]),
            "listMembers" => ("200", vec!["Cache-Control!", "Link"]),
            "updateEmployer" => ("200", vec!["Cache-Control!", "ETag!"]),
            "endSession" => ("204", vec!["Cache-Control!"]),
            _ => continue,
        };
        seen += 1;
        assert_eq!(listed(op, success.0), success.1, "{}", id(op));
        assert_eq!(listed(op, "401"), ["Cache-Control!", "WWW-Authenticate!"]);
        assert_eq!(listed(op, "403"), ["Cache-Control!", "WWW-Authenticate"]);
        assert_eq!(listed(op, "429"), ["Cache-Control!", "Retry-After!"]);
        assert_eq!(listed(op, "503"), ["Cache-Control!", "Retry-After!"]);
    }
    assert_eq!(seen, 5);
}

#[test]
fn two_types_never_share_a_name() {
    assert_eq!(app::routes().clashes, Vec::<String>::new());
}

#[test]
fn requests_take_no_unknown_member() {
    let mut open = Vec::new();
    let mut waiting: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    for (_, _, op) in operations() {
        for content in op["requestBody"]["content"].as_object().into_iter().flatten() {
            references(&content.1["schema"], &mut waiting);
        }
    }
    while let Some(name) = waiting.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        let schema = &document()["components"]["schemas"][&name];
        if schema["type"] == "object" && schema["additionalProperties"] != false {
            open.push(name);
        }
        references(schema, &mut waiting);
    }
    assert!(seen.len() > 10);
    assert!(open.is_empty(), "unknown members are taken by {open:?}");
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

#[test]
fn every_kind_of_problem_has_a_page_in_both_languages() {
    let w = World::new();
    for kind in Kind::ALL {
        let page = w.nobody().get(format!("/problems/{}", kind.slug()));
        assert_eq!(page.status, 200, "{}", kind.slug());
        for lang in [kenpo::kernel::problem::Lang::Ja, kenpo::kernel::problem::Lang::En] {
            assert!(page.text.contains(kind.title(lang)), "{} {lang:?}", kind.slug());
        }
    }
    assert_eq!(w.nobody().get("/openapi.json").text, app::openapi(), "what is served is the document");
}
