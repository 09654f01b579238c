//! 支援措置: why somebody is or was a dependent tells no employer how or where a protected person lives.
use super::{Asked, remove};
use crate::protection::{protect, request};
use serde_json::{Value, json};

fn left(reason: &str) -> (Value, Value) {
    let answer = json!({ "still_qualifies": false, "ceased_on": "2026-11-10", "removal_reason": reason });
    let mut decision = remove("2026-11-10");
    decision["removal_reason"] = json!(reason);
    (answer, decision)
}

#[test]
fn a_reason_that_tells_where_somebody_lives_is_for_those_who_may_see_it() {
    let s = Asked::new();
    let clerk = s.w.staff("clerk");
    protect(&clerk, s.wife.1, &request()).expect(200);
    for (dependent, reason, told) in
        [(s.wife, "left_household", "other"), (s.child, "left_japan", "left_japan")]
    {
        let (answer, decision) = left(reason);
        s.answer(&clerk, dependent, &answer).expect(200);
        s.decide(dependent, &decision).expect(200);
        let confirmation = format!("/v1/confirmations/{}", s.of(dependent));
        let paths = [
            (confirmation, ""),
            (format!("/v1/confirmations?member_id={}", s.insured), "items"),
            (format!("/v1/dependents/{}?as_of=2026-11-05", dependent.0), ""),
            (format!("/v1/members/{}/dependents?as_of=2026-11-05", s.insured), "items"),
        ];
        for (path, list) in paths {
            let read = |by: &crate::harness::caller::Caller| {
                let body = by.get(&path).expect(200);
                let of =
                    |r: &&Value| r["dependent_id"] == json!(dependent.0) || r["id"] == json!(dependent.0);
                let row = if list.is_empty() {
                    Some(body.clone())
                } else {
                    body[list].as_array().unwrap().iter().find(of).cloned()
                };
                row.unwrap()["removal_reason"].clone()
            };
            assert_eq!(read(&s.employer), told, "{path}, by the employer");
            assert_eq!(read(&clerk), reason, "{path}");
        }
    }
}
