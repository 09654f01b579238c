//! The standard remuneration of 任意継続 as it goes on: each April's average, and what held at the loss put right.
use super::{Society, application, corrected::no_acquisition, over, setting};
use crate::filing::{HACHI, NANA, accept, filed, loss};
use crate::remuneration::regular;
use serde_json::{Value, json};

fn april(s: &Society, from: &str, average: i64) -> Value {
    let mut body = setting(s.office);
    (body["valid_from"], body["average_remuneration_yen"]) = (json!(from), json!(average));
    body
}
/// Months and amounts of 任意継続.
fn held(s: &Society, person: uuid::Uuid) -> Vec<(String, Option<String>, i64)> {
    let rows = s.w.rows(&format!(
        "select * from standard_remuneration where person_id = '{person}' and superseded_at is null \
         and rule = 'voluntary_continuation_standard' order by applies_from"
    ));
    let month = |v: &Value| v.as_str().map(|d| d[..7].to_owned());
    rows.iter()
        .map(|r| {
            (
                month(&r["applies_from"]).unwrap(),
                month(&r["applies_until"]),
                r["standard_yen"].as_i64().unwrap(),
            )
        })
        .collect()
}
fn row(from: &str, until: Option<&str>, yen: i64) -> (String, Option<String>, i64) {
    (from.into(), until.map(Into::into), yen)
}

#[test]
fn the_average_of_a_new_year_decides_whoever_continues() {
    let s = Society::new();
    let person = s.continuing(NANA);
    let over_by_then = s.continuing(HACHI);
    s.accepted(&over(HACHI, &s.card(over_by_then), "other_insurance", "2026-11-15"), "2026-11-20");
    assert_eq!(held(&s, person), [row("2026-11", None, 260_000)]);
    s.w.clock.advance(chrono::Duration::minutes(1));
    let known = s.w.clock.now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let path = format!("/v1/members/{person}/standard-remunerations?known_at={known}");
    let then = s.clerk.get(&path).text;
    s.w.clock.advance(chrono::Duration::minutes(1));
    s.set(&april(&s, "2027-04-01", 240_000));
    let all = [row("2026-11", Some("2027-04"), 260_000), row("2027-04", None, 240_000)];
    assert_eq!(held(&s, person), all);
    assert_eq!(held(&s, over_by_then), [row("2026-11", Some("2026-12"), 260_000)]);
    assert_eq!(s.clerk.get(&path).text, then, "what was known then is told byte for byte");
    let list =
        s.clerk.get(format!("/v1/members/{person}/standard-remunerations?as_of=2027-04-01")).expect(200);
    let why = list["items"][0]["decision_id"].as_str().unwrap();
    let why = s.clerk.get(format!("/v1/standard-remunerations/{why}/explanation")).expect(200);
    assert!(why["ja"].as_str().unwrap().contains("2027年4月"), "{why}");
    // an earlier year put right later, and one that leaves the amount
    s.set(&april(&s, "2027-04-01", 220_000));
    s.set(&april(&s, "2028-04-01", 400_000));
    let all = [
        row("2026-11", Some("2027-04"), 260_000),
        row("2027-04", Some("2028-04"), 220_000),
        row("2028-04", None, 260_000),
    ];
    assert_eq!(held(&s, person), all);
}
#[test]
fn whoever_joins_before_settings_that_are_approved_is_decided_by_both() {
    let s = Society::new();
    s.set(&april(&s, "2027-04-01", 240_000));
    let person = s.continuing(NANA);
    let all = [row("2026-11", Some("2027-04"), 260_000), row("2027-04", None, 240_000)];
    assert_eq!(held(&s, person), all);
}
#[test]
fn what_held_at_the_loss_put_right_decides_anew_and_the_former_employer_learns_nothing() {
    let s = Society::new();
    s.set(&april(&s, "2027-04-01", 280_000));
    let person = s.insured(NANA, "2025-04-01");
    let card = s.card(person);
    s.accepted_of_employer(&regular(NANA, [300_000; 3]));
    s.accepted_of_employer(&loss(NANA, "2026-10-31", "2026-11-01"));
    s.accepted(&application(NANA, &card), "2026-11-10");
    let all = [row("2026-11", Some("2027-04"), 300_000), row("2027-04", None, 280_000)];
    assert_eq!(held(&s, person), all);
    let mut form = json!({ "kind": "remuneration_correction", "office_number": NANA.office_number, "name_kana": NANA.kana,
        "birth_on": NANA.birth_on, "decision": "regular_determination", "applies_from": "2026-09" });
    let month = |n: u8| json!({ "month": n, "base_days": 30, "cash_yen": 250_000, "total_yen": 250_000 });
    form["months"] = [4, 5, 6].into_iter().map(month).collect();
    s.w.clock.advance(chrono::Duration::minutes(1));
    let dry = s
        .employer
        .post("/v1/notifications?validate_only=true")
        .json(&crate::filing::slip(&s.w, &form))
        .expect(200);
    assert!(!dry.to_string().contains("2026-11"), "{dry}");
    let n = filed(&s.w, &s.employer, &form);
    let told = crate::ahead::decide(&s.w, &s.clerk, n, &accept()).expect(200)["outcome"].clone();
    assert!(!told.to_string().contains("2026-11\""), "{told}");
    let all = [row("2026-11", Some("2027-04"), 260_000), row("2027-04", None, 260_000)];
    assert_eq!(held(&s, person), all);
}
#[test]
fn an_average_approved_while_it_was_over_holds_when_it_goes_on_again() {
    let s = Society::new();
    let person = s.continuing(NANA);
    s.hired(NANA, "2026-11-15", person);
    s.set(&april(&s, "2027-04-01", 240_000));
    assert!(!held(&s, person).iter().any(|row| *row.0 >= *"2027-04"));
    s.corrected(&no_acquisition(NANA, "2026-11-15"));
    let all = [row("2026-11", Some("2027-04"), 260_000), row("2027-04", None, 240_000)];
    assert_eq!(held(&s, person), all);
}
