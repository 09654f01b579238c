//! Calculations over HTTP: what a payroll system or a clerk asks, and what is refused.
use crate::harness::{caller::Caller, world::World};
use kenpo::cli::seed::fictitious_number;
use serde_json::{Value, json};

fn ask(by: &Caller, rule: &str, facts: &Value) -> crate::harness::caller::Response {
    by.post(format!("/v1/calculations/{rule}")).json(facts)
}
fn months() -> Value {
    json!([
        { "month": "2026-06", "pay_yen": 300_001, "base_days": 17 },
        { "month": "2026-04", "pay_yen": 301_000, "base_days": 20 },
        { "month": "2026-05", "pay_yen": 299_000, "base_days": 16 },
    ])
}
fn regular() -> Value {
    json!({ "year": 2026, "kind": "full", "months": months(), "previous_standard_yen": 320_000, "acquired_on": "2020-04-01" })
}
/// The facts with one member set.
fn with(mut facts: Value, pointer: &str, value: Value) -> Value {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let at = facts.pointer_mut(parent).unwrap();
    match at {
        Value::Array(items) if name == "-" => items.push(value),
        at => at[name] = value,
    }
    facts
}

#[test]
fn a_calculation_tells_its_outcome_and_every_figure_in_both_languages() {
    let w = World::new();
    let told = ask(&w.client("employer"), "regular-determination", &regular()).expect(200);
    assert_eq!(
        told["outcome"],
        json!({ "applies": true, "reason": "averaged", "months_used": 2, "average_yen": 300_500, "grade": 22,
            "standard_yen": 300_000, "effective_month": "2026-09", "valid_until_month": "2027-08" })
    );
    let trace = &told["trace"];
    assert_eq!(
        (&trace["rule"], &trace["rule_version"]),
        (&json!("regular_determination"), &json!("2022-10"))
    );
    let steps = trace["steps"].as_array().unwrap();
    let average = steps.iter().find(|s| s["code"] == "average").unwrap();
    assert_eq!(
        (&average["article"], &average["rounding"]),
        (&json!("健康保険法41条1項"), &json!("yen_down"))
    );
    assert_eq!(average["figures"][0], json!({ "name": "total", "value": "601001", "unit": "yen" }));
    assert!(
        average["ja"].as_str().unwrap().contains("601,001円")
            && average["en"].as_str().unwrap().contains("601,001 yen")
    );
}

#[test]
fn systems_and_staff_calculate_and_auditors_do_not() {
    let w = World::new();
    let facts = json!({ "remuneration_yen": 1_055_000, "month": "2026-09" });
    let rule = "standard-remuneration-grade";
    for by in [w.client("employer"), w.client("front-end"), w.staff("benefits"), w.staff("officer")] {
        assert_eq!(
            ask(&by, rule, &facts).expect(200)["outcome"],
            json!({ "grade": 45, "standard_yen": 1_090_000 })
        );
    }
    assert_eq!(ask(&w.client("auditor"), rule, &facts).status, 403);
    assert_eq!(ask(&w.nobody(), rule, &facts).status, 401);
    assert_eq!(ask(&w.client("employer"), "premium", &facts).status, 404);
    assert_eq!(ask(&w.client("employer"), "personal-number-check-digit", &facts).status, 404);
}

#[test]
fn wrong_facts_are_told_by_their_place_and_never_echoed() {
    let w = World::new();
    let by = w.client("employer");
    let thirteenth = json!({ "month": "2026-07", "pay_yen": 300_000, "base_days": 20 });
    for (pointer, code, facts) in [
        ("/acquired_on", "wrong-type", with(regular(), "/acquired_on", json!("2025-02-29"))),
        ("/acquired_on", "date-out-of-range", with(regular(), "/acquired_on", json!("1899-12-31"))),
        ("/months/1/pay_yen", "wrong-type", with(regular(), "/months/1/pay_yen", json!(-1))),
        ("/months/1/pay_yen", "wrong-type", with(regular(), "/months/1/pay_yen", json!(10_000_000_000_i64))),
        ("/months/1/pay_yen", "wrong-type", with(regular(), "/months/1/pay_yen", json!(1.5))),
        ("/months/0/base_days", "range", with(regular(), "/months/0/base_days", json!(32))),
        ("/months/0/month", "wrong-type", with(regular(), "/months/0/month", json!("2026-13"))),
        ("/months", "other-months-needed", with(regular(), "/months/0/month", json!("2026-07"))),
        ("/months", "other-months-needed", with(regular(), "/months/0/month", json!("2026-05"))),
        ("/months", "length", with(regular(), "/months/-", thirteenth.clone())),
        ("/kind", "unknown-value", with(regular(), "/kind", json!("half"))),
        ("/member", "unknown-field", with(regular(), "/member", json!("x"))),
        (
            "/previous_standard_yen",
            "not-a-standard-remuneration",
            with(regular(), "/previous_standard_yen", json!(321_000)),
        ),
        ("/lost_on", "lost-before-acquired", with(regular(), "/lost_on", json!("2020-03-31"))),
    ] {
        let p = ask(&by, "regular-determination", &facts).refused(422, "invalid");
        assert_eq!(
            (&p["errors"][0]["pointer"], &p["errors"][0]["code"]),
            (&json!(pointer), &json!(code)),
            "{p}"
        );
    }
    let mut no_days = regular();
    no_days["months"][2].as_object_mut().unwrap().remove("base_days");
    let p = ask(&by, "regular-determination", &no_days).refused(422, "invalid");
    assert_eq!(
        (&p["errors"][0]["pointer"], &p["errors"][0]["code"]),
        (&json!("/months/2"), &json!("missing-field"))
    );
    let year: Vec<Value> = (0..13)
        .map(|n| json!({ "month": format!("{}-{:02}", 2025 + (n + 6) / 12, (n + 6) % 12 + 1), "pay_yen": 1, "base_days": 20 }))
        .collect();
    let facts =
        json!({ "year": 2026, "kind": "full", "months": year, "is_recurring": true, "has_consent": true });
    let p = ask(&by, "regular-determination-annual", &facts).refused(422, "invalid");
    assert_eq!(p["errors"][0]["pointer"], "/months", "a thirteenth month");
}

#[test]
fn no_calculation_takes_a_personal_number() {
    let w = World::new();
    let by = w.client("employer");
    let number = fictitious_number(7);
    let as_amount: i64 = number.parse().unwrap();
    for (rule, facts) in [
        ("standard-remuneration-grade", json!({ "remuneration_yen": as_amount, "month": "2026-09" })),
        ("corporate-number-check-digit", json!({ "corporate_number": number })),
        ("insurer-number-check-digit", json!({ "insurer_number": number })),
        ("age-dates", json!({ "birth_on": "1990-01-01", "personal_number": number })),
        ("age-dates", json!({ "birth_on": number })),
    ] {
        let p = ask(&by, rule, &facts).refused(422, "invalid");
        assert!(!p.to_string().contains(&number[..11]), "{rule} echoes: {p}");
    }
}
