//! Protections that end soon: a list for 適用, and a reminder by the calendar.
use super::{path, protect, request, tag};
use crate::harness::world::World;
use kenpo::domain::calendar;
use serde_json::{Value, json};
use uuid::Uuid;

fn until(end: Option<&str>) -> Value {
    let mut body = request();
    body["valid_to"] = json!(end);
    if end.is_none() {
        body.as_object_mut().unwrap().remove("valid_to");
    }
    body
}
fn listed(w: &World, query: &str) -> Value {
    w.staff("clerk").get(format!("/v1/protections{query}")).expect(200)
}
fn persons(list: &Value) -> Vec<Value> {
    list["items"].as_array().unwrap().iter().map(|i| i["person_id"].clone()).collect()
}

#[test]
fn those_that_end_soon_come_first_a_page_at_a_time() {
    let w = World::new();
    let clerk = w.staff("clerk");
    let [late, soon, never] = [("1", "イチ"), ("2", "ニ"), ("3", "サン")]
        .map(|(n, kana)| w.member(n, &format!("ホゴ　{kana}"), "保護　例", "1990-01-01"));
    for (person, end) in [(late, Some("2027-11-22")), (soon, Some("2026-12-22")), (never, None)] {
        protect(&clerk, person, &until(end)).expect(200);
    }
    let all = listed(&w, "");
    assert_eq!(persons(&all), [json!(soon), json!(late)], "what has no end is not on it");
    assert_eq!(all["items"][0]["valid_to"], "2026-12-22");
    assert!(!all.to_string().contains("送付先"), "no address: {all}");
    assert_eq!(persons(&listed(&w, "?ends_before=2026-12-23")), [json!(soon)]);
    assert!(persons(&listed(&w, "?ends_before=2026-12-22")).is_empty());
    let first = listed(&w, "?limit=1");
    let cursor = first["page"]["next_cursor"].as_str().unwrap().to_owned();
    let second = listed(&w, &format!("?limit=1&cursor={cursor}"));
    assert_eq!((persons(&first), persons(&second)), (vec![json!(soon)], vec![json!(late)]));
    assert_eq!(second["page"]["has_more"], false);
    for login in ["benefits", "collection", "review", "officer", "it"] {
        w.staff(login).get("/v1/protections").refused(403, "forbidden");
    }
    w.client("employer").get("/v1/protections").refused(403, "insufficient-scope");
    let entry = w.entries("operation = 'listEndingProtections' and status = 200").remove(0);
    assert!(entry["disclosed"].to_string().contains("protected_whereabouts"), "{entry}");
    // prolonged: it ends later
    let known =
        clerk.get(path(soon)).expect(200)["versions"][0]["protection_id"].as_str().unwrap().to_owned();
    let longer = json!({ "valid_to": "2028-01-01", "received_on": "2026-11-22" });
    let at = tag(&clerk, soon);
    clerk
        .post(format!("/v1/protections/{known}/prolongation"))
        .header("if-match", &at)
        .json(&longer)
        .expect(200);
    assert_eq!(persons(&listed(&w, "")), [json!(late), json!(soon)]);
}
#[test]
fn the_calendar_reminds_of_each_thirty_days_before_its_end() {
    let w = World::new();
    let clerk = w.staff("clerk");
    let [soon, later] = [("1", "イチ"), ("2", "ニ")]
        .map(|(n, kana)| w.member(n, &format!("ホゴ　{kana}"), "保護　例", "1990-01-01"));
    protect(&clerk, soon, &until(Some("2026-12-22"))).expect(200);
    protect(&clerk, later, &until(Some("2026-12-24"))).expect(200);
    let work = || while calendar::work(&w.app.kernel.db, &w.clock, Uuid::now_v7()).unwrap() {};
    let reminded = || -> Vec<(Value, Value)> {
        let told = w.entries("operation = 'runCalendarDay' and subject_kind = 'Protection'");
        told.iter().map(|e| (e["detail"]["day"].clone(), e["persons"][0].clone())).collect()
    };
    work();
    work();
    assert_eq!(reminded(), [(json!("2026-11-22"), json!(soon))], "once");
    // days on which nothing ran are caught up
    w.clock.advance(chrono::Duration::days(3));
    work();
    assert_eq!(reminded()[1..], [(json!("2026-11-24"), json!(later))]);
    let runs = w.staff("clerk").get("/v1/calendar-runs?kind=protections").expect(200);
    let counts: Vec<&Value> =
        runs["items"].as_array().unwrap().iter().map(|r| &r["affected_count"]).collect();
    assert_eq!(counts, [&json!(0), &json!(1), &json!(0), &json!(1)], "newest first");
}
