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

#[test]
fn eligibility_is_answered_with_its_reasons_papers_and_the_law_of_the_day() {
    let w = World::new();
    let child = json!({ "recognised_on": "2026-11-22", "birth_on": "2006-05-01", "kinship": "child", "lives_together": true,
        "residence": "in_japan", "annual_income_yen": 1_499_999, "insured_income_yen": 5_000_000 });
    for by in [w.client("employer"), w.client("front-end"), w.staff("benefits")] {
        let told = ask(&by, "dependent-recognition", &child).expect(200);
        let outcome = &told["outcome"];
        assert_eq!(
            (&outcome["answer"], &outcome["income_limit_yen"], &outcome["documents_needed"]),
            (
                &json!("needs_evidence"),
                &json!(1_500_000),
                &json!(["kinship_proof", "household_proof", "income_proof"])
            )
        );
        let near = json!({ "name": "near_percent", "from": "2021-08-01", "value": 10, "source": "令和3年保保発0430第2号",
            "basis": "specified" });
        assert!(outcome["settings"].as_array().unwrap().contains(&near), "{outcome}");
        assert!(told["trace"]["steps"].as_array().unwrap().iter().any(|s| s["code"] == "limit_young"));
    }
    let by = w.client("employer");
    let papers = json!(["kinship_proof", "household_proof", "income_proof"]);
    let told = ask(&by, "dependent-recognition", &with(child.clone(), "/documents", papers)).expect(200);
    assert_eq!(told["outcome"]["answer"], "yes");
    let more = with(child.clone(), "/annual_income_yen", json!(1_500_000));
    let told = ask(&by, "dependent-recognition", &more).expect(200);
    assert_eq!(
        (&told["outcome"]["answer"], &told["outcome"]["failed_test"]),
        (&json!("no"), &json!("income_limit"))
    );
    let early = with(child, "/recognised_on", json!("2020-03-31"));
    let p = ask(&by, "dependent-recognition", &early).refused(422, "invalid");
    assert_eq!(
        (&p["errors"][0]["pointer"], &p["errors"][0]["code"]),
        (&json!("/recognised_on"), &json!("no-rule-for-day"))
    );

    let worker = json!({ "on": "2026-11-22", "weekly_minutes": 1_200, "full_time_weekly_minutes": 2_400, "monthly_days": 10,
        "full_time_monthly_days": 20, "employed_from": "2026-11-01", "employer": "by_size", "workers": 50 });
    let told = ask(&by, "short-time-eligibility", &worker).expect(200);
    assert_eq!(
        (&told["outcome"]["class"], &told["outcome"]["reason"]),
        (&json!("not_insured"), &json!("small_employer"))
    );
    let told = ask(&by, "short-time-eligibility", &with(worker, "/workers", json!(51))).expect(200);
    assert_eq!(told["outcome"]["class"], "short_time");
}

#[test]
fn a_result_beyond_the_calendar_is_refused_as_such() {
    let w = World::new();
    let facts = json!({ "birth_on": "2150-01-01" });
    let p = ask(&w.client("employer"), "age-dates", &facts).refused(422, "invalid");
    assert_eq!(p["errors"][0]["code"], "result-out-of-range");
}

#[test]
fn a_year_s_average_that_is_not_used_leaves_the_usual_revision() {
    let w = World::new();
    let pay = |month: &str| json!({ "month": month, "pay_yen": 400_000, "base_days": 20 });
    let facts = json!({ "kind": "full", "fixed_change": "up", "change_month": "2026-04",
        "months": [pay("2026-04"), pay("2026-05"), pay("2026-06")], "fixed_pay_total_yen": 900_000, "variable_pay_total_yen": 300_000,
        "current_standard_yen": 300_000, "is_recurring": true, "has_consent": false });
    let told = ask(&w.client("employer"), "occasional-revision-annual", &facts).expect(200);
    assert_eq!(
        told["outcome"],
        json!({ "uses_annual": false, "annual_average_yen": 325_000,
            "revision": { "revises": true, "reason": "two_grades", "average_yen": 400_000, "grade": 27,
                "standard_yen": 410_000, "effective_month": "2026-07", "valid_until_month": "2027-08" } })
    );
}

/// Rules that no operation offers, each with its reason. None now.
const NOT_OFFERED: [(&str, &str); 0] = [];

#[test]
fn every_rule_is_offered_as_a_calculation() {
    let sources = |folder: &str| {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let (mut all, mut open) = (String::new(), vec![root]);
        while let Some(at) = open.pop() {
            for entry in std::fs::read_dir(at).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    open.push(path);
                } else {
                    all.push_str(&std::fs::read_to_string(path).unwrap());
                }
            }
        }
        all
    };
    let all = sources("src/domain");
    let rules: Vec<&str> =
        all.lines().filter_map(|l| l.strip_prefix("impl Rule for ")?.split(' ').next()).collect();
    assert!(rules.len() > 20, "{rules:?}");
    for rule in &rules {
        let is_offered = all.lines().any(|l| l.contains(&format!(": {rule}(")) && l.contains("Result"));
        let is_excused = NOT_OFFERED.iter().any(|(name, why)| name == rule && !why.is_empty());
        assert_ne!(is_offered, is_excused, "{rule}");
    }
}

#[test]
fn what_is_borne_is_told_with_its_reason() {
    let w = World::new();
    let by = w.client("front-end");
    let facts = json!({ "care_on": "2026-12-01", "patient_birth_on": "1955-06-15", "role": "insured", "insured_standard_yen": 280_000,
        "income_yen": 3_829_999 });
    let rule = "elderly-burden-ratio";
    let told = ask(&by, rule, &facts).expect(200);
    assert_eq!((&told["outcome"]["band"], &told["outcome"]["tenths"]), (&json!("elderly"), &json!(2)));
    let steps: Vec<&str> =
        told["trace"]["steps"].as_array().unwrap().iter().map(|s| s["code"].as_str().unwrap()).collect();
    assert_eq!(steps, ["patient_ages", "standard_active", "income_alone_below", "tenths"]);
    let low = told["trace"]["steps"][2]["ja"].as_str().unwrap();
    assert!(low.contains("3,829,999円は3,830,000円未満"), "{low}");
    let active = ask(&by, rule, &with(facts.clone(), "/income_yen", json!(3_830_000))).expect(200);
    assert_eq!(active["outcome"]["tenths"], 3);
    let late = ask(&by, rule, &with(facts.clone(), "/patient_birth_on", json!("1951-12-01"))).expect(200);
    assert_eq!(
        (&late["outcome"]["band"], &late["outcome"]["tenths"]),
        (&json!("late_elderly"), &Value::Null)
    );
    let dependent = with(facts.clone(), "/role", json!("dependent"));
    for (facts, pointer, code) in [
        (with(facts.clone(), "/care_on", json!("2008-03-31")), "/care_on", "no-rule-for-day"),
        (
            with(facts.clone(), "/patient_birth_on", json!("2026-12-02")),
            "/patient_birth_on",
            "born-after-care",
        ),
        (
            with(facts.clone(), "/insured_standard_yen", json!(281_000)),
            "/insured_standard_yen",
            "not-a-standard-remuneration",
        ),
        (
            with(facts.clone(), "/insured_birth_on", json!("1955-06-16")),
            "/insured_birth_on",
            "other-birth-of-one-person",
        ),
        (
            with(facts.clone(), "/income_with_dependents_yen", json!(1)),
            "/income_with_dependents_yen",
            "sum-below-part",
        ),
        (dependent.clone(), "/insured_birth_on", "missing-field"),
        (
            with(dependent.clone(), "/insured_birth_on", json!("1955-06-15")),
            "/income_with_dependents_yen",
            "missing-field",
        ),
        (with(dependent, "/insured_birth_on", json!("1951-12-01")), "/insured_birth_on", "insured-is-75"),
    ] {
        let p = ask(&by, rule, &facts).refused(422, "invalid");
        assert_eq!(
            (&p["errors"][0]["pointer"], &p["errors"][0]["code"]),
            (&json!(pointer), &json!(code)),
            "{p}"
        );
    }
}

#[test]
fn leave_days_the_end_at_75_and_special_retirees_are_told() {
    let w = World::new();
    let by = w.client("front-end");
    let birth = json!({ "expected_birth_on": "2026-08-20", "born_on": "2026-08-25" });
    assert_eq!(
        ask(&by, "maternity-window", &birth).expect(200)["outcome"],
        json!({ "first_on": "2026-07-10", "last_on": "2026-10-20" })
    );
    let cover = json!({ "birth_on": "1952-02-29", "acquired_on": "1990-04-01" });
    assert_eq!(
        ask(&by, "loss-at-seventy-five", &cover).expect(200)["outcome"],
        json!({ "lost_on": "2027-03-01", "never_began": false })
    );
    let late = with(cover.clone(), "/acquired_on", json!("2027-03-01"));
    assert_eq!(ask(&by, "loss-at-seventy-five", &late).expect(200)["outcome"]["never_began"], true);
    let before = with(cover, "/acquired_on", json!("1952-02-28"));
    let p = ask(&by, "loss-at-seventy-five", &before).refused(422, "invalid");
    assert_eq!(p["errors"][0]["code"], "acquired-before-birth");
    let set = json!({ "month": "2026-12", "rule_amount_yen": 240_000 });
    assert_eq!(
        ask(&by, "special-retiree-standard", &set).expect(200)["outcome"],
        json!({ "standard_yen": 240_000 })
    );
    let p = ask(&by, "special-retiree-standard", &with(set, "/rule_amount_yen", json!(241_000)))
        .refused(422, "invalid");
    assert_eq!(p["errors"][0]["code"], "not-a-standard-remuneration");
}
