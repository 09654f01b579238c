//! The two times of a question: a day or an instant that has no answer is refused at its place, by every operation that takes it.
use crate::harness::{document::document, world::World};
use serde_json::Value;
use uuid::Uuid;

/// Paths of the reads that take a parameter, with ids of nobody and what must be asked for; another parameter goes on after it.
fn reads_with(parameter: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (path, item) in document()["paths"].as_object().unwrap() {
        let parameters = item["get"]["parameters"].as_array().into_iter().flatten();
        if parameters.filter_map(|p| p["name"].as_str()).any(|name| name == parameter) {
            let mut path = path.clone();
            while let Some((before, after)) = path.split_once('{') {
                let (_, rest) = after.split_once('}').unwrap();
                path = format!("{before}{}{rest}", Uuid::nil());
            }
            let needed = item["get"]["parameters"].as_array().into_iter().flatten();
            let needed = needed.filter(|p| p["in"] == "query" && p["required"] == true);
            let query: String =
                needed.map(|p| format!("{}={}&", p["name"].as_str().unwrap(), any(p))).collect();
            found.push(format!("{path}?{query}"));
        }
    }
    found
}
/// Some right value of a parameter.
fn any(parameter: &Value) -> &'static str {
    if parameter["schema"]["format"] == "date" { "2026-12-01" } else { "care_ends" }
}

#[test]
fn a_day_or_an_instant_without_an_answer_is_refused_at_its_place() {
    let w = World::new();
    let [clerk, collection, officer] = ["clerk", "collection", "officer"].map(|who| w.staff(who));
    let reader = |path: &str| match path {
        _ if path.starts_with("/v1/voluntary-defaults") => &collection,
        _ if path.starts_with("/v1/users") => &officer,
        _ => &clerk,
    };
    let refused = |path: &str, query: &str, pointer: &str, code: &str| {
        let answer = reader(path).get(format!("{path}{query}"));
        let problem: Value = answer.expect(422);
        let told = (problem["errors"][0]["pointer"].as_str(), problem["errors"][0]["code"].as_str());
        assert_eq!(told, (Some(pointer), Some(code)), "{path}{query}");
    };
    let by_day = reads_with("as_of");
    assert!(by_day.len() >= 10, "{by_day:?}");
    for path in &by_day {
        refused(path, "as_of=1926-06-30", "/as_of", "before-the-law");
        refused(path, "as_of=2036-11-23", "/as_of", "beyond-the-records");
        refused(path, "as_of=9999-12-31", "/as_of", "beyond-the-records");
    }
    let by_instant = reads_with("known_at");
    assert!(by_instant.len() >= 14, "{by_instant:?}");
    let now = w.clock.now();
    let next = (now + chrono::Duration::seconds(1)).format("%Y-%m-%dT%H:%M:%SZ");
    for path in &by_instant {
        refused(path, &format!("known_at={next}"), "/known_at", "in-the-future");
        refused(path, "known_at=1926-06-30T14:59:59Z", "/known_at", "before-the-law");
        let answer = reader(path).get(format!("{path}known_at={}", now.format("%Y-%m-%dT%H:%M:%SZ")));
        assert!(matches!(answer.status, 200 | 404), "{path} answered {}", answer.status);
    }
}
