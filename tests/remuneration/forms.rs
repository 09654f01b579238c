//! The intake of forms of pay as JSON: each fault is told with its place, and nothing is stored.
use super::{bonus, insured, regular, revision};
use crate::{
    filing::{KYU, NANA, filed, fresh_key, refused_at, slip},
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
