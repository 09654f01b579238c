//! What is decided is what anybody calculates from the same facts, whatever the order in which they are given.
use crate::{
    harness::{caller::Caller, chance::Chance, world::World},
    remuneration::rules_known,
};
use serde_json::{Value, json};

/// Decisions with the path of their calculation, their facts, and where the result stands in the outcome.
const DECIDED: &str = "\
  select rule, inputs, trace, to_jsonb(standard_yen) as result, to_char(applies_from, 'YYYY-MM') as month, person_id from standard_remuneration \
    where superseded_at is null \
  union all select rule, inputs, trace, to_jsonb(standard_yen), null, person_id from standard_bonus where superseded_at is null \
  union all select rule, inputs, trace, to_jsonb(array(select to_char(m, 'YYYY-MM') from unnest(exempt_months) m order by m)), null, \
    person_id from leave_period where superseded_at is null order by person_id";

/// Shuffles every list of facts.
fn shuffled(chance: &mut Chance, facts: &mut Value) {
    for list in facts.as_object_mut().unwrap().values_mut().filter_map(Value::as_array_mut) {
        for at in (1..list.len()).rev() {
            list.swap(at, usize::try_from(chance.below(u64::try_from(at + 1).unwrap())).unwrap());
        }
    }
}
/// The calculation of a rule, and where its result stands.
fn calculation(rule: &str) -> (&'static str, &'static str) {
    match rule {
        "acquisition_determination" => ("acquisition-determination", "/outcome/standard_yen"),
        "regular_determination" => ("regular-determination", "/outcome/standard_yen"),
        "occasional_revision" => ("occasional-revision", "/outcome/standard_yen"),
        "maternity_leave_end_revision" | "childcare_leave_end_revision" => {
            ("leave-end-revision", "/outcome/standard_yen")
        }
        "two_offices" => ("two-offices", "/outcome/standard_yen"),
        "voluntary_continuation_standard" => ("voluntary-continuation-standard", "/outcome/standard_yen"),
        "standard_bonus" => ("standard-bonus", "/outcome/standard_bonus_yen"),
        "exemption_months" => ("exemption-months", "/outcome/monthly_months"),
        other => panic!("{other} is decided: say here by which calculation"),
    }
}
/// Some of the decisions that hold, calculated anew.
#[track_caller]
pub fn holds(w: &World, by: &Caller, chance: &mut Chance, when: &str) {
    rules_known::hold(w);
    let decided = w.rows(DECIDED);
    assert!(!decided.is_empty());
    for d in &decided {
        if chance.below(3) > 0 {
            continue;
        }
        let (path, result) = calculation(d["rule"].as_str().unwrap());
        let mut facts = d["inputs"].clone();
        let offices = facts.as_object_mut().unwrap().remove("offices").unwrap_or_default();
        let pays: Vec<&Value> =
            offices.as_array().into_iter().flatten().map(|office| &office["monthly_yen"]).collect();
        let (path, mut facts) = match (path, pays.len()) {
            // one office is left: its pay is looked up
            ("two-offices", 1) => (
                "standard-remuneration-grade",
                json!({ "month": facts["month"], "remuneration_yen": pays[0] }),
            ),
            // the sum decides, whatever one of them reported
            (_, 2..) => ("two-offices", json!({ "month": d["month"], "remunerations_yen": pays })),
            (path, _) => (path, facts),
        };
        shuffled(chance, &mut facts);
        let told = by.post(format!("/v1/calculations/{path}")).json(&facts);
        assert_eq!(told.status, 200, "{when}: {facts} {}", told.text);
        assert_eq!(told.body.pointer(result), Some(&d["result"]), "{when}: {d:#} {}", told.text);
        if pays.is_empty() {
            let steps = |v: &Value| v["steps"].as_array().unwrap().clone();
            let (told, kept) = (steps(&told.body["trace"]), steps(&d["trace"]));
            let is_in = kept.windows(told.len()).any(|part| part == told);
            assert!(is_in, "{when}: the explanation says otherwise than the calculation: {d:#}");
        }
    }
}
