//! J7, steps 1, 2, 5 and 7 as far as enrolment goes: each step with its status and its entry, and no personal number in any answer.
use super::{KID, Society, application, ended};
use crate::{
    decisions::{check, matches},
    filing::{HACHI, NANA, accept, acquisition, child, decide, fresh_key, id, loss, same_person, slip},
    harness::{caller::Response, steps::Steps},
};
use serde_json::{Value, json};
use uuid::Uuid;

const CLERK: &str = "clerk person";
const SECOND: &str = "privileged person";
const SYSTEM: &str = "employer system";

/// A step that leaves one entry.
#[track_caller]
fn step(s: &Society, operation: &str, actor: &str, status: u16, work: impl FnOnce() -> Response) -> Response {
    Steps { w: &s.w }.step((operation, 1), actor, status, work)
}
/// The clerk reads.
#[track_caller]
fn read(s: &Society, operation: &str, path: &str) -> Value {
    step(s, operation, CLERK, 200, || s.clerk.get(path)).body
}
/// A form on paper is keyed, and the second person compares it.
#[track_caller]
fn keyed(s: &Society, form: &Value, received_on: &str) -> Uuid {
    let receipt = step(s, "keyNotification", CLERK, 202, || s.key_in(form, received_on)).body;
    let n = id(&receipt["results"][0]["notification_id"]);
    step(s, "decideNotification", CLERK, 409, || decide(&s.clerk, n, &accept()));
    step(s, "checkKeyedNotification", SECOND, 200, || check(&s.second, n, &matches()));
    n
}
#[track_caller]
fn decided(s: &Society, n: Uuid, status: u16, decision: &Value) -> Value {
    step(s, "decideNotification", CLERK, status, || decide(&s.clerk, n, decision)).body
}
#[track_caller]
fn preview(s: &Society, n: Uuid) -> Value {
    let path = format!("/v1/notifications/{n}/voluntary-continuation");
    read(s, "previewVoluntaryContinuation", &path)["plan"].clone()
}
#[track_caller]
fn member(s: &Society, person: Uuid) -> Value {
    read(s, "getMember", &format!("/v1/members/{person}"))
}
#[track_caller]
fn family(s: &Society, person: Uuid) -> Value {
    read(s, "listDependents", &format!("/v1/members/{person}/dependents"))["items"].clone()
}
#[track_caller]
fn explained(s: &Society, dependent: &Value) -> Value {
    let path = format!("/v1/dependents/{}/recognition/explanation", dependent["id"].as_str().unwrap());
    read(s, "explainDependentRecognition", &path)
}

#[test]
fn from_the_application_to_a_new_job_and_to_a_premium_that_was_not_paid() {
    let mut s = Society::new();
    let person = s.insured(NANA, "2025-04-01");
    let card = s.card(person);
    s.accepted_of_employer(&child(NANA, KID, "2026-10-10", None));
    let child_then = family(&s, person)[0].clone();
    s.accepted_of_employer(&loss(NANA, "2026-10-31", "2026-11-01"));

    // 1: the twenty-first day is too late, the twentieth is not
    let mut form = application(NANA, &card);
    form["continuing_branches"] = json!(["01"]);
    form["prepayment"] = json!("half_year");
    form["postal_code"] = json!("999-0009");
    form["address"] = json!("東京都架空区見本町９－９");
    form["phone"] = json!("03-0000-0009");
    let late = keyed(&s, &form, "2026-11-21");
    let seen = preview(&s, late);
    assert_eq!(seen["deadline"]["reason"], "too_late");
    assert_eq!(seen["deadline"]["last_day"], "2026-11-20");
    let p = decided(&s, late, 409, &accept());
    assert_eq!(p["code"], "applied-too-late");
    assert!(p["detail"].as_str().unwrap().contains("20日以内"), "the law's sentence: {}", p["detail"]);
    let why = json!({ "decision": "return", "reasons": [{ "code": "not_eligible", "text": "申出期限を過ぎています" }] });
    assert_eq!(decided(&s, late, 200, &why)["state"], "returned");
    let n = keyed(&s, &form, "2026-11-20");

    // 2: the earlier period and the dependents
    let seen = preview(&s, n);
    assert_eq!(seen["person_id"], json!(person));
    let former = &seen["former"];
    assert_eq!(former["employer_id"], json!(s.w.employer));
    assert_eq!((&former["symbol"], &former["number"]), (&card["symbol"], &card["number"]));
    assert_eq!((&former["acquired_on"], &former["lost_on"]), (&json!("2025-04-01"), &json!("2026-11-01")));
    assert_eq!((&former["covered_since"], &former["months_before"]), (&json!("2025-04-01"), &json!(19)));
    let relative = &seen["dependents"][0];
    assert_eq!(
        (&relative["person_id"], &relative["branch"], &relative["continues"]),
        (&child_then["person_id"], &json!("01"), &json!(true))
    );
    assert_eq!(relative["name"], KID.name);
    assert_eq!(seen["deadline"]["reason"], "eligible");
    assert_eq!(
        (&seen["acquired_on"], &seen["planned_loss_on"]),
        (&json!("2026-11-01"), &json!("2028-11-01"))
    );
    assert_eq!(seen["standard_yen"], 260_000);

    let told = decided(&s, n, 200, &accept())["outcome"].clone();
    assert_eq!(told["member_id"], json!(person), "the person is kept");
    assert_ne!((&told["symbol"], &told["number"]), (&card["symbol"], &card["number"]));
    assert_eq!((&told["standard_yen"], &told["applies_from"]), (&json!(260_000), &json!("2026-11")));
    assert_eq!(told["late_reason_recognised"], false);
    let m = member(&s, person);
    assert_eq!(
        (&m["enrolment_type"], &m["prepayment"], &m["acquired_on"], &m["planned_loss_on"]),
        (&json!("voluntary_continuation"), &json!("half_year"), &json!("2026-11-01"), &json!("2028-11-01"))
    );
    assert_eq!(m["employer_id"], json!(s.office));
    assert_eq!(m["contact_address"], json!({ "postal_code": "9990009", "text": "東京都架空区見本町９－９" }));
    assert_eq!(m["phone"], "03-0000-0009");
    let with = family(&s, person);
    assert_eq!((with.as_array().unwrap().len(), &with[0]["person_id"]), (1, &child_then["person_id"]));
    assert_ne!(with[0]["id"], child_then["id"], "recognised anew");
    assert_eq!(with[0]["recognised_on"], "2026-11-01");
    let (then, now) = (explained(&s, &child_then), explained(&s, &with[0]));
    assert_eq!(
        (&now["finding"], &now["departure"]),
        (&then["finding"], &then["departure"]),
        "as it was found then"
    );
    assert_eq!((&now["dependent_id"], &now["examined_on"]), (&with[0]["id"], &json!("2026-10-10")));
    let decision = told["decision_id"].as_str().unwrap();
    let path = format!("/v1/standard-remunerations/{decision}/explanation");
    let why = read(&s, "explainStandardRemuneration", &path);
    assert_eq!(why["decision"]["rule"], "voluntary_continuation_standard");
    assert!(why["ja"].as_str().unwrap().contains("380,000円"), "{}", why["ja"]);
    let page = read(&s, "listMembers", "/v1/members?enrolment_type=voluntary_continuation");
    let ids: Vec<&Value> = page["items"].as_array().unwrap().iter().map(|m| &m["id"]).collect();
    assert_eq!(ids, [&json!(person)]);
    // the employer of before sees nothing of it
    let asked = |operation: &str, status: u16, path: String| {
        step(&s, operation, SYSTEM, status, || s.employer.get(path)).body
    };
    asked("getMember", 404, format!("/v1/members/{person}"));
    asked("getNotification", 404, format!("/v1/notifications/{n}"));
    assert!(asked("listMembers", 200, "/v1/members".into())["items"].as_array().unwrap().is_empty());

    // 5: a new job
    s.pass(20);
    let form = slip(&s.w, &acquisition(NANA, "2026-12-10", None));
    let receipt = step(&s, "createNotification", SYSTEM, 202, || {
        s.employer.post("/v1/notifications").key(&fresh_key()).json(&form)
    });
    let hired = id(&receipt.body["results"][0]["notification_id"]);
    decided(&s, hired, 200, &same_person("insured", person));
    let m = member(&s, person);
    assert_eq!((&m["enrolment_type"], &m["acquired_on"]), (&json!("compulsory"), &json!("2026-12-10")));
    assert!(m.get("prepayment").is_none() && m.get("lost_on").is_none());
    let then = read(&s, "getMember", &format!("/v1/members/{person}?as_of=2026-12-09"));
    assert_eq!(
        (&then["enrolment_type"], &then["lost_on"], &then["loss_reason"]),
        (&json!("voluntary_continuation"), &json!("2026-12-10"), &json!("other_insurance"))
    );
    assert!(family(&s, person).as_array().unwrap().is_empty(), "dependents lose with the member");

    // 7: another member does not pay
    let (other, card) = s.left(HACHI, "2025-04-01", "2026-11-30", "2026-12-01");
    let n = keyed(&s, &application(HACHI, &card), "2026-12-05");
    decided(&s, n, 200, &accept());
    s.pass(32); // 2027-01-13
    let asked = step(&s, "requestVoluntaryDefault", "collection person", 201, || {
        s.ask_unpaid(&s.collection, other, "monthly", "2027-01-12")
    });
    assert_eq!(s.cover(other).1, None, "nothing ends yet");
    step(&s, "decideVoluntaryDefault", "collection person", 409, || {
        s.rule_unpaid(&s.collection, &asked.body, "approve")
    });
    let second = s.w.staff("second-collection");
    let m = step(&s, "decideVoluntaryDefault", "second-collection person", 200, || {
        s.rule_unpaid(&second, &asked.body, "approve")
    });
    assert_eq!((&m.body["lost_on"], &m.body["state"]), (&json!("2027-01-13"), &json!("approved")));
    assert_eq!(s.cover(other), ended("2026-12-01", "2027-01-13", "premium_unpaid"));
    let m = member(&s, other);
    assert_eq!((&m["lost_on"], &m["loss_reason"]), (&json!("2027-01-13"), &json!("premium_unpaid")));
}
