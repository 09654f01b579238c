//! The intake of forms of pay as JSON: each fault is told with its place, and nothing is stored.
use super::{bonus, insured, regular, revision};
use crate::{
    filing::{KYU, NANA, filed, fresh_key, slip, tables},
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
    let before = tables(&w);
    for (form, code) in [
        (with(santei(), "/months/0/total_yen", json!(300_001)), "E-SUM"),
        (with(santei(), "/months/1/cash_yen", json!(-300_000)), "E-SUM"),
        (with(santei(), "/months/1/cash_yen", json!(9_000_000_000_000_000_i64)), "E-SUM"),
        (with(santei(), "/grand_total_yen", json!(900_001)), "E-SUM"),
        (with(santei(), "/average_yen", json!(300_001)), "E-SUM"),
        (with(santei(), "/months/2/base_days", json!(32)), "E-DAYS"),
        (with(santei(), "/months/2/base_days", json!(0)), "E-DAYS"),
        (with(santei(), "/months/0/month", json!(13)), "E-CODE"),
        (with(santei(), "/applies_from", json!("2026-10")), "E-CODE"),
        (with(santei(), "/applies_from", json!("2027-09")), "E-FUTURE-DATE"),
        (with(santei(), "/previous_remuneration_yen", json!(-1)), "E-LENGTH"),
        (with(santei(), "/pay_change_month", json!(13)), "E-CODE"),
        (with(geppen(), "/applies_from", json!("2026-12")), "E-FUTURE-DATE"),
        (with(geppen(), "/months/0/base_days", json!(16)), "E-DAYS"),
        (with(geppen(), "/months/0/month", json!(10)), "E-DATE-RELATION"),
        (with(geppen(), "/back_pay_yen", json!(1_000)), "E-REQUIRED"),
        (with(shoyo(), "/total_yen", json!(612_345)), "E-SUM"),
        (with(shoyo(), "/cash_yen", json!(-612_345)), "E-SUM"),
        (with(shoyo(), "/cash_yen", json!(9_000_000_000_000_000_i64)), "E-SUM"),
        (with(shoyo(), "/paid_on", json!("2026-11-23")), "E-FUTURE-DATE"),
        (regular(KYU, [300_000; 3]), "E-PERSON-NOT-FOUND"),
    ] {
        let answer =
            employer.post("/v1/notifications?validate_only=true").key(&fresh_key()).json(&slip(&w, &form));
        assert!(answer.text.contains(code), "{code}: {form} {}", answer.text);
        assert!(answer.text.contains("rejected") || answer.status == 422, "{code}: {}", answer.text);
    }
    for (form, status) in [
        (with(santei(), "/applies_from", json!("2026-13")), 422),
        (with(santei(), "/months", json!([])), 422),
        (with(shoyo(), "/paid_on", json!("2026-02-30")), 422),
        (with(shoyo(), "/surprise", json!(1)), 422),
    ] {
        let answer = employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &form));
        assert_eq!(answer.status, status, "{form} {}", answer.text);
    }
    let after = tables(&w);
    for table in ["public.notification", "public.standard_remuneration", "public.standard_bonus"] {
        assert_eq!(after[table], before[table], "{table}");
    }
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
