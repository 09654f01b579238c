//! What staff and employers see of a confirmation: what is proposed and why before it is decided, and what came of it.
use super::{Asked, ceased, confirm, pass, remove, still, work};
use crate::{
    filing::{Person, accept, decide, entries, filed, fresh_key, loss, ruled, tables},
    harness::caller::{Caller, Response},
};
use serde_json::{Value, json};

fn preview(s: &Asked, by: &Caller, who: (uuid::Uuid, uuid::Uuid), evidence: &Value) -> Response {
    by.post(format!("/v1/confirmations/{}/decision-preview", s.of(who)))
        .json(&json!({ "evidence": evidence }))
}

#[test]
fn staff_is_told_what_the_rule_says_of_what_it_saw_before_it_decides() {
    let s = Asked::new();
    let nothing = json!({});
    preview(&s, &s.staff, s.wife, &nothing).refused(409, "not-answered");
    s.answer(&s.employer, s.wife, &still()).expect(200);
    let before = tables(&s.w);
    let told = preview(&s, &s.staff, s.wife, &nothing).expect(200);
    assert_eq!((&told["finding"]["answer"], &told["needs_reason"]), (&json!("needs_evidence"), &json!(true)));
    assert_eq!(
        told["finding"]["documents_needed"],
        json!(["kinship_proof", "household_proof", "income_proof"]),
        "documents to ask for"
    );
    let too_much = json!({ "annual_income_yen": 1_300_000 });
    let told = preview(&s, &s.staff, s.wife, &too_much).expect(200);
    assert_eq!(
        (&told["finding"]["answer"], &told["finding"]["failed_test"], &told["needs_reason"]),
        (&json!("no"), &json!("income_limit"), &json!(true))
    );
    assert_eq!(tables(&s.w), before, "nothing is stored");
    let seen = confirm()["evidence"].clone();
    let told = preview(&s, &s.staff, s.wife, &seen).expect(200);
    assert_eq!((&told["finding"]["answer"], &told["needs_reason"]), (&json!("yes"), &json!(false)));
    assert!(!told["finding"]["trace"]["steps"].as_array().unwrap().is_empty());
    assert!(entries(&s.w, "previewConfirmationDecision")[0].disclosed.contains(&"income".to_owned()));
    s.decide(s.wife, &confirm()).expect(200);
    let kept = s.staff.get(format!("/v1/dependents/{}/recognition/explanation", s.wife.0)).expect(200);
    assert_eq!(kept["finding"], told["finding"], "the preview is the decision");
    preview(&s, &s.staff, s.wife, &seen).refused(409, "already-decided");
    s.answer(&s.employer, s.child, &ceased("2026-11-01")).expect(200);
    preview(&s, &s.staff, s.child, &nothing).refused(409, "answered-otherwise");
}

#[test]
fn a_preview_is_for_those_who_decide() {
    let s = Asked::new();
    s.answer(&s.employer, s.wife, &still()).expect(200);
    let nothing = json!({});
    for login in ["benefits", "review", "collection", "officer", "it"] {
        preview(&s, &s.w.staff(login), s.wife, &nothing).refused(403, "forbidden");
    }
    preview(&s, &s.employer, s.wife, &nothing).refused(403, "insufficient-scope");
    let nowhere = format!("/v1/confirmations/{}/decision-preview", uuid::Uuid::now_v7());
    s.staff.post(nowhere).json(&json!({})).refused(404, "not-found");
    for (evidence, pointer, code) in [
        (json!({ "documents": ["x"] }), "/evidence/documents/0", "unknown-value"),
        (json!({ "annual_income_yen": -1 }), "/evidence/annual_income_yen", "wrong-type"),
        (
            json!({ "both_support": { "other_scheme": "employees", "other_income_yen": 1 } }),
            "/evidence/both_support",
            "not-for-a-spouse",
        ),
    ] {
        let refused = preview(&s, &s.staff, s.wife, &evidence).refused(422, "invalid");
        let errors = refused["errors"].as_array().unwrap();
        assert!(errors.iter().any(|e| e["pointer"] == pointer && e["code"] == code), "{refused}");
    }
}

#[test]
fn what_is_proposed_is_decided_by_staff_alone() {
    let mut s = Asked::new();
    work(&s.w);
    let proposal = |s: &Asked, who| s.read(&s.staff, who).expect(200)["proposal"].clone();
    assert_eq!(proposal(&s, s.wife), Value::Null, "it is waited for");
    s.answer(&s.employer, s.wife, &still()).expect(200);
    assert_eq!(proposal(&s, s.wife), "examine_documents");
    let mut announced = still();
    announced["facts"]["documents"] = confirm()["evidence"]["documents"].clone();
    s.answer(&s.employer, s.wife, &announced).expect(200);
    assert_eq!(proposal(&s, s.wife), "confirm");
    announced["facts"]["annual_income_yen"] = json!(2_000_000);
    s.answer(&s.employer, s.wife, &announced).expect(200);
    assert_eq!(proposal(&s, s.wife), "remove", "the rule says no");
    s.answer(&s.employer, s.wife, &ceased("2026-11-01")).expect(200);
    assert_eq!(proposal(&s, s.wife), "remove", "the answer says no");
    pass(&s.w, 29);
    work(&s.w);
    (s.staff, s.employer) = (s.w.staff("privileged"), s.w.client("employer"));
    assert_eq!(proposal(&s, s.child), "remind_or_remove", "nobody answered");
    for who in [s.wife, s.child] {
        assert!(s.known(who)[0]["removed_on"].is_null(), "nothing ends by itself");
    }
    s.decide(s.wife, &remove("2026-11-01")).expect(200);
    assert_eq!(proposal(&s, s.wife), Value::Null);
    assert_eq!(s.known(s.wife)[0]["removed_on"], "2026-11-01");
}

#[test]
fn an_employer_sees_what_came_of_its_answers_while_the_insured_person_is_its_own() {
    let s = Asked::new();
    s.answer(&s.employer, s.wife, &ceased("2026-11-01")).expect(200);
    // she has another name since the day on which she was no dependent any more, and the society learns of one more afterwards
    let dependent = format!("/v1/dependents/{}", s.wife.0);
    let renamed = |change: &Value| {
        s.w.clock.advance(chrono::Duration::seconds(1));
        let tag = s.staff.get(&dependent).header("etag").to_owned();
        let path = format!("/v1/persons/{}/name-changes", s.wife.1);
        let asked = s.staff.post(path).header("if-match", &tag).key(&fresh_key()).json(change).expect(201);
        ruled(&s.w.staff("clerk"), &asked, "approve").expect(200);
    };
    renamed(&json!({ "name": "改姓　一", "reason": "other_change", "valid_from": "2026-11-01" }));
    s.decide(s.wife, &remove("2026-11-01")).expect(200);
    s.answer(&s.employer, s.child, &still()).expect(200);
    renamed(&json!({ "name": "改姓　二", "reason": "correction", "valid_from": "2020-04-01" }));
    let told = s.read(&s.employer, s.wife).expect(200);
    assert_eq!(
        (&told["state"], &told["removed_on"], &told["removal_reason"]),
        (&json!("removal_found"), &json!("2026-11-01"), &json!("employment"))
    );
    assert_eq!(told["name"], "確認　家族", "as on the last day of cover, and known when it was decided");
    let listed = s.employer.get("/v1/confirmations?state=removal_found").expect(200)["items"].clone();
    assert_eq!(listed[0]["dependent_id"], json!(s.wife.0));
    s.employer.get(format!("/v1/dependents/{}", s.wife.0)).refused(404, "not-found");
    s.read(&s.w.client("other-employer"), s.wife).refused(404, "not-found");
    let progress = format!("/v1/confirmation-campaigns/{}/progress", s.campaign);
    let own = s.employer.get(&progress).expect(200)["items"][0].clone();
    assert_eq!(
        (&own["campaign_name"], &own["campaign_state"], &own["as_of"], &own["due_on"], &own["remind_on"]),
        (
            &json!("令和8年度 現況確認"),
            &json!("running"),
            &json!("2026-11-20"),
            &json!("2026-12-20"),
            &json!(["2026-12-01", "2026-12-15"])
        )
    );
    assert_eq!((&own["counts"]["removal_found"], &own["takes_late_answers"]), (&json!(1), &json!(true)));
    // the insured person leaves: nothing of this family is shown to the employer any more
    let insured =
        Person {
            office_number: "7", kana: "カクニン　イチ", name: "確認　一", birth_on: "1985-07-07"
        };
    let n = filed(&s.w, &s.employer, &loss(insured, "2026-11-21", "2026-11-22"));
    decide(&s.staff, n, &accept()).expect(200);
    s.read(&s.employer, s.wife).refused(404, "not-found");
    assert_eq!(s.employer.get("/v1/confirmations").expect(200)["items"], json!([]));
}

#[test]
fn a_confirmation_goes_by_the_values_of_law_that_the_society_set() {
    let s = Asked::new();
    let mut earns = still();
    earns["facts"]["annual_income_yen"] = json!(1_250_000);
    let finding = |told: &Value| {
        let finding = &told["answer"]["finding"];
        (finding["answer"].clone(), finding["income_limit_yen"].clone())
    };
    let before = s.answer(&s.employer, s.wife, &earns).expect(200);
    assert_eq!(finding(&before), (json!("needs_evidence"), json!(1_300_000)));
    crate::decisions::recognition_settings::set(&s.w, "income_limit", "2026-11-20", 1_200_000);
    assert_eq!(finding(&s.read(&s.staff, s.wife).expect(200)), finding(&before), "what was answered stays");
    let told = preview(&s, &s.staff, s.wife, &confirm()["evidence"]).expect(200)["finding"].clone();
    assert_eq!((&told["answer"], &told["failed_test"]), (&json!("no"), &json!("income_limit")), "{told}");
    let after = s.answer(&s.employer, s.wife, &earns).expect(200);
    assert_eq!(finding(&after), (json!("no"), json!(1_200_000)), "the employer is told by them too");
    s.decide(s.wife, &confirm()).refused(409, "recognition-reason-needed");
}
