//! The intake of forms of pay as JSON: each fault is told with its place, and nothing is stored.
use super::{bonus, insured, regular, revision};
use crate::{
    filing::{KYU, NANA, Person, filed, fresh_key, refused_at, slip},
    harness::world::World,
};
use serde_json::{Value, json};

/// Sets the value at a pointer into the form.
fn with(mut form: Value, pointer: &str, value: Value) -> Value {
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    match form.pointer_mut(parent).unwrap() {
        Value::Array(items) => items[key.parse::<usize>().unwrap()] = value,
        at => at[key] = value,
    }
    form
}

#[test]
fn bad_pay_is_refused_with_its_place() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    let santei = || regular(NANA, [300_000; 3]);
    let geppen = || revision(NANA, "up", [300_000; 3]);
    let shoyo = || bonus(NANA, "2026-07-10", 612_345);
    let refused = [
        (with(santei(), "/months/0/total_yen", json!(300_001)), "E-SUM", "/months/0/total_yen"),
        (with(santei(), "/months/1/cash_yen", json!(-300_000)), "E-LENGTH", "/months/1/cash_yen"),
        (
            with(santei(), "/months/1/cash_yen", json!(9_000_000_000_000_000_i64)),
            "E-SUM",
            "/months/1/total_yen",
        ),
        (with(santei(), "/grand_total_yen", json!(900_001)), "E-SUM", "/grand_total_yen"),
        (with(santei(), "/average_yen", json!(300_001)), "E-SUM", "/average_yen"),
        (with(santei(), "/months/2/base_days", json!(32)), "E-DAYS", "/months/2/base_days"),
        (with(santei(), "/months/2/base_days", json!(0)), "E-DAYS", "/months/2/base_days"),
        (with(santei(), "/months/0/month", json!(13)), "E-CODE", "/months/0/month"),
        (with(santei(), "/applies_from", json!("2026-10")), "E-CODE", "/applies_from"),
        (with(santei(), "/applies_from", json!("2027-09")), "E-FUTURE-DATE", "/applies_from"),
        (with(santei(), "/previous_remuneration_yen", json!(-1)), "E-LENGTH", "/previous_remuneration_yen"),
        (with(santei(), "/pay_change_month", json!(13)), "E-CODE", "/pay_change_month"),
        (with(geppen(), "/applies_from", json!("2026-12")), "E-FUTURE-DATE", "/applies_from"),
        (with(geppen(), "/months/0/base_days", json!(16)), "E-DAYS", "/months"),
        (with(geppen(), "/months/0/month", json!(10)), "E-DATE-RELATION", "/months"),
        (with(geppen(), "/back_pay_yen", json!(1_000)), "E-REQUIRED", "/back_pay_month"),
        (with(shoyo(), "/total_yen", json!(612_345)), "E-SUM", "/total_yen"),
        (with(shoyo(), "/cash_yen", json!(-612_345)), "E-LENGTH", "/cash_yen"),
        (with(shoyo(), "/cash_yen", json!(9_000_000_000_000_000_i64)), "E-LENGTH", "/cash_yen"),
        (with(shoyo(), "/paid_on", json!("2026-11-23")), "E-FUTURE-DATE", "/paid_on"),
        (regular(KYU, [300_000; 3]), "E-PERSON-NOT-FOUND", "/office_number"),
        (with(santei(), "/applies_from", json!("2026-13")), "wrong-type", "/applies_from"),
        (with(santei(), "/months", json!([])), "E-COUNT", "/months"),
        (with(shoyo(), "/paid_on", json!("2026-02-30")), "wrong-type", "/paid_on"),
        (with(shoyo(), "/surprise", json!(1)), "unknown-field", "/surprise"),
    ];
    refused_at(&w, &employer, &refused);
}

#[test]
fn a_bonus_above_the_cap_is_taken_with_a_warning_at_its_total() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    let findings = |on: &str, yen: i64| {
        let body = slip(&w, &bonus(NANA, on, yen));
        let receipt = employer.post("/v1/notifications").key(&fresh_key()).json(&body).expect(202);
        assert_eq!(receipt["results"][0]["state"], "accepted", "{receipt}");
        receipt["results"][0]["findings"].clone()
    };
    assert_eq!(findings("2026-06-30", 5_730_000), json!([]), "the cap itself");
    let above = findings("2026-07-10", 5_731_000);
    assert_eq!(
        (&above[0]["code"], &above[0]["pointers"]),
        (&json!("W-CAP"), &json!(["/total_yen"])),
        "{above}"
    );
    assert_eq!(above.as_array().unwrap().len(), 1, "{above}");
}

#[test]
fn who_is_seventy_without_the_mark_is_looked_at_by_a_clerk() {
    let w = World::new();
    let employer = w.client("employer");
    // 70 years are full on the eve of the birthday
    for (office, birth_on, codes) in [
        ("71", "1956-11-02", vec!["W-AGE-70"]),
        ("72", "1956-11-03", vec![]),
        ("73", "1956-11-01", vec!["W-AGE-70"]),
    ] {
        let form = crate::filing::acquisition(
            Person { office_number: office, birth_on, ..NANA },
            "2026-11-01",
            None,
        );
        let receipt = employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &form)).expect(202);
        let findings = receipt["results"][0]["findings"].as_array().unwrap();
        assert_eq!(findings.iter().map(|f| &f["code"]).collect::<Vec<_>>(), codes, "{birth_on}: {receipt}");
        let state = if codes.is_empty() { "accepted" } else { "review" };
        assert_eq!(receipt["results"][0]["state"], state, "{receipt}");
    }
    // with the mark there is nothing to look at
    let mut marked = crate::filing::acquisition(
        Person { office_number: "74", birth_on: "1956-10-01", ..NANA },
        "2026-11-01",
        None,
    );
    marked["aged_70_or_over"] = json!(true);
    let receipt = employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &marked)).expect(202);
    assert_eq!(receipt["results"][0]["findings"], json!([]), "{receipt}");
}

#[test]
fn a_month_waits_once() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    filed(&w, &employer, &bonus(NANA, "2026-07-10", 100_000));
    let again = slip(&w, &bonus(NANA, "2026-07-10", 200_000));
    let refused = employer.post("/v1/notifications").key(&fresh_key()).json(&again);
    assert!(refused.text.contains("E-DUPLICATE-PENDING"), "{}", refused.text);
    filed(&w, &employer, &bonus(NANA, "2026-10-10", 200_000));
}
