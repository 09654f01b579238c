//! What is told ahead — by the dry run, by the preview of the decision, by the preview of 任意継続 — is what is decided.
use crate::harness::caller::{Caller, Response};
use serde_json::{Value, json};
use uuid::Uuid;

/// Forms of which the preview refuses what the decision refuses, with the same code.
const PAY: &[&str] = &[
    "regular_report",
    "revision_report",
    "leave_end_revision_report",
    "remuneration_correction",
    "bonus_report",
    "bonus_correction",
    "two_office_report",
];
const LEAVES: &[&str] = &[
    "maternity_leave_report",
    "maternity_leave_change",
    "childcare_leave_report",
    "childcare_leave_end",
    "leave_correction",
];
const RECORDS: &[&str] = &[
    "acquisition_cancellation",
    "loss_cancellation",
    "qualification_date_correction",
    "birth_date_correction",
    "name_change_report",
    "address_change_report",
];
/// Whether the form is one of which something is told ahead.
pub fn is_told(form: &Value) -> bool {
    let kind = form["kind"].as_str().unwrap_or_default();
    [PAY, LEAVES, RECORDS, &["voluntary_application"]].iter().any(|all| all.contains(&kind))
}
/// What the preview of a waiting notification says.
pub fn preview(staff: &Caller, notification: Uuid, form: &Value) -> Response {
    let path = format!("/v1/notifications/{notification}");
    if form["kind"] == "voluntary_application" {
        return staff.get(format!("{path}/voluntary-continuation"));
    }
    staff.post(format!("{path}/decision-preview")).json(&json!({}))
}
/// Lines of a dry run of a form that can be filed.
pub fn dry(by: &Caller, slip: &Value) -> Option<Value> {
    let run = by.post("/v1/notifications?validate_only=true").json(slip);
    assert!(matches!(run.status, 200 | 409 | 422), "{}: {}", run.status, run.text);
    (run.status == 200).then(|| run.body["records"][0]["consequences"].clone())
}
fn code(r: &Response) -> (u16, Value) {
    (r.status, if r.status == 200 { Value::Null } else { r.body["code"].clone() })
}
/// Holds what was told ahead against the decision.
#[track_caller]
pub fn agree(form: &Value, (dry, told, decided): (Option<&Value>, &Response, &Response)) {
    let kind = form["kind"].as_str().unwrap();
    // of a correction an employer is told what is its own affair, staff all of it
    let dry = dry.filter(|_| !RECORDS.contains(&kind));
    let at = || format!("{form}\ntold {}\ndecided {}", told.text, decided.text);
    if kind == "voluntary_application" {
        return continues(told, decided);
    }
    if PAY.contains(&kind) {
        assert_eq!(code(told), code(decided), "{}", at());
    }
    if told.status != 200 {
        assert!(decided.status == told.status && code(told) == code(decided), "{}", at());
        assert!(dry.is_none_or(|lines| lines == &json!([])), "{}", at());
        return;
    }
    // the preview is held against the tables where it is decided by; a dry run tells a part of it
    let (all, none) = (told.body["consequences"].as_array().unwrap(), Vec::new());
    let foreseen = dry.map_or(&none, |dry| dry.as_array().unwrap());
    // where another employer paid in the month too, the one that files is told of its own pay alone, ahead and after
    let own = decided.body["outcome"]["standard_bonus_yen"].as_i64().map(|yen| yen.to_string());
    let is_own =
        |line: &Value| line["field"] == "standard_bonus_yen" && line["after"].as_str() == own.as_deref();
    let is_so = |line: &Value| all.contains(line) || own.is_some() && is_own(line);
    assert!(foreseen.iter().all(is_so), "the dry run told {dry:?}, {}", at());
}
/// 任意継続: the plan is what begins, an obstacle is what refuses, and one who applied too late is told so.
#[track_caller]
fn continues(told: &Response, decided: &Response) {
    let at = || format!("told {}\ndecided {}", told.text, decided.text);
    assert_eq!(told.status, 200, "{}", at());
    let (plan, refused) = (&told.body["plan"], (decided.status == 409).then(|| &decided.body["code"]));
    if let Some(obstacle) = told.body.get("obstacle") {
        assert_eq!(refused, Some(&obstacle["code"]), "{}", at());
        return;
    }
    let reason = plan["deadline"]["reason"].as_str().unwrap();
    if let Some(refused) = refused {
        let later = ["cover-overlaps", "still-dependent", "dependent-is-insured", "already-dependent"];
        let refused = refused.as_str().unwrap();
        let is_why = match reason {
            "too_late" => refused == "applied-too-late",
            "before_loss" => refused == "applied-before-loss",
            "too_few_months" => refused == "too-few-months",
            _ => later.contains(&refused),
        };
        assert!(is_why, "{}", at());
        return;
    }
    let outcome = &decided.body["outcome"];
    assert_eq!(reason, "eligible", "{}", at());
    for key in ["acquired_on", "planned_loss_on", "standard_yen"] {
        assert_eq!(plan[key], outcome[key], "{key}: {}", at());
    }
    let ids = |list: &Value, continues: bool| -> Vec<Value> {
        let all = list.as_array().cloned().unwrap_or_default();
        all.iter().filter(|d| !continues || d["continues"] == true).map(|d| d["person_id"].clone()).collect()
    };
    assert_eq!(ids(&plan["dependents"], true), ids(&outcome["dependents"], false), "{}", at());
    assert_eq!(outcome["eligibility"], plan["deadline"]["trace"], "{}", at());
}
