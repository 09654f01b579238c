//! Decisions: confirmed and kept with the facts, or removed with effect on cover.
use super::{Asked, ceased, confirm, pass, remove, still, work};
use crate::filing::{entries, tables};
use serde_json::{Value, json};

#[test]
fn who_is_confirmed_is_confirmed_with_the_facts() {
    let s = Asked::new();
    let dependent = format!("/v1/dependents/{}", s.wife.0);
    let explained = format!("{dependent}/recognition/explanation");
    s.staff.get(&explained).refused(404, "not-found");
    let before = s.w.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    s.w.clock.advance(chrono::Duration::minutes(1));
    s.answer(&s.employer, s.wife, &still()).expect(200);
    let tag = s.staff.get(&dependent).header("etag").to_owned();
    let decided = s.decide(s.wife, &confirm()).expect(200);
    assert_eq!(decided["state"], "confirmed");
    let read = s.staff.get(&dependent);
    assert_eq!(read.body["last_confirmed_on"], "2026-11-20");
    assert_ne!(read.header("etag"), tag, "the dependent has changed");
    assert_eq!(s.employer.get(&dependent).expect(200)["last_confirmed_on"], "2026-11-20");
    let at = |query: &str| s.staff.get(format!("{dependent}?{query}")).expect(200);
    assert!(at("as_of=2026-11-19").get("last_confirmed_on").is_none(), "not for an earlier day");
    assert!(at(&format!("known_at={before}")).get("last_confirmed_on").is_none(), "not known then");
    let told = s.staff.get(&explained).expect(200);
    assert_eq!(
        (&told["occasion"], &told["is_recognised"], &told["examined_on"]),
        (&json!("confirmation"), &json!(true), &json!("2026-11-20"))
    );
    assert_eq!(told["finding"]["answer"], "yes");
    assert!(told["ja"].as_str().unwrap().contains("基準額は1,300,000円です。"), "{told}");
    assert!(told["en"].as_str().unwrap().contains("The limit is"), "{told}");
    let steps = told["finding"]["trace"]["steps"].as_array().unwrap();
    assert!(steps.iter().all(|step| told["ja"].as_str().unwrap().contains(step["ja"].as_str().unwrap())));
    s.staff.get(format!("{explained}?known_at={before}")).refused(404, "not-found");
    s.staff.get(format!("{explained}?as_of=2026-11-19")).refused(404, "not-found");
    for login in ["benefits", "review", "clerk"] {
        s.w.staff(login).get(&explained).expect(200);
    }
    for login in ["collection", "officer", "it"] {
        s.w.staff(login).get(&explained).refused(403, "forbidden");
    }
    s.employer.get(&explained).refused(404, "not-found");
    let entry = entries(&s.w, "decideConfirmation").remove(0);
    assert_eq!(entry.persons, [s.wife.1, s.insured]);
    let entry = entries(&s.w, "explainDependentRecognition").into_iter().find(|e| e.status == 200).unwrap();
    assert!(entry.persons.contains(&s.insured) && entry.disclosed.contains(&"remuneration".to_owned()));
    // a document stays proof of the relation the next year; incomes are asked for anew
    let inputs = &s.w.rows("select inputs from dependent_recognition")[0]["inputs"];
    assert_eq!((&inputs["kinship"], &inputs["insured_income_yen"]), (&json!("spouse"), &json!(5_000_000)));
}

#[test]
fn without_evidence_a_confirmation_needs_a_reason() {
    let s = Asked::new();
    let mut announced = still();
    announced["facts"]["documents"] = json!(["kinship_proof", "household_proof", "income_proof"]);
    let answered = s.answer(&s.employer, s.wife, &announced).expect(200);
    assert_eq!(answered["answer"]["finding"]["answer"], "yes", "should the documents come as announced");
    let before = tables(&s.w);
    let bare = json!({ "decision": "confirm" });
    let refused = s.decide(s.wife, &bare).refused(409, "recognition-reason-needed");
    assert_eq!(refused["errors"][0]["pointer"], "/departure", "staff saw none of them");
    let with = |departure: Value| json!({ "decision": "confirm", "departure": departure });
    for (body, pointer, code) in [
        (with(json!({ "reason": "x" })), "/departure/reason", "unknown-value"),
        (with(json!({ "reason": "insurers_judgement" })), "/departure/note", "missing-field"),
        (
            with(json!({ "reason": "insurers_judgement", "note": "9999 0000 0000" })),
            "/departure/note",
            "E-NUMBER-IN-TEXT",
        ),
        (json!({ "decision": "confirm", "removed_on": "2026-11-01" }), "/removed_on", "must-be-absent"),
    ] {
        let refused = s.decide(s.wife, &body).refused(422, "invalid");
        let found = refused["errors"]
            .as_array()
            .unwrap()
            .iter()
            .any(|e| e["pointer"] == pointer && e["code"] == code);
        assert!(found, "{body}: {refused}");
    }
    let mut needless = confirm();
    needless["departure"] = json!({ "reason": "documents_follow" });
    let refused = s.decide(s.wife, &needless).refused(422, "invalid");
    assert_eq!(
        (&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]),
        (&json!("/departure"), &json!("must-be-absent"))
    );
    assert_eq!(tables(&s.w), before);
    s.decide(s.wife, &with(json!({ "reason": "known_otherwise", "note": "課税証明を照会済み" }))).expect(200);
    let told = s.staff.get(format!("/v1/dependents/{}/recognition/explanation", s.wife.0)).expect(200);
    assert_eq!(
        (&told["departure"], &told["departure_note"]),
        (&json!("known_otherwise"), &json!("課税証明を照会済み"))
    );
    assert_eq!(told["finding"]["answer"], "needs_evidence");
    let ja = told["ja"].as_str().unwrap();
    assert!(
        ja.contains("その書類は、") && ja.contains("です。この判定にかかわらず、"),
        "the documents are named: {ja}"
    );
    assert!(ja.ends_with("（課税証明を照会済み）により、被扶養者として認定されました。"), "{ja}");
}

#[test]
fn a_removal_ends_the_cover_in_the_same_transaction() {
    let s = Asked::new();
    s.answer(&s.employer, s.wife, &ceased("2026-11-01")).expect(200);
    s.decide(s.wife, &confirm()).refused(409, "answered-otherwise");
    let before = tables(&s.w);
    for (body, pointer, code) in [
        (json!({ "decision": "remove", "removal_reason": "employment" }), "/removed_on", "missing-field"),
        (json!({ "decision": "remove", "removed_on": "2026-11-01" }), "/removal_reason", "missing-field"),
        (remove("2026-11-23"), "/removed_on", "E-DATE-RELATION"),
        (remove("2020-03-31"), "/removed_on", "E-DATE-RELATION"),
    ] {
        let refused = s.decide(s.wife, &body).refused(422, "invalid");
        let found = refused["errors"]
            .as_array()
            .unwrap()
            .iter()
            .any(|e| e["pointer"] == pointer && e["code"] == code);
        assert!(found, "{body}: {refused}");
    }
    assert_eq!(tables(&s.w), before);
    let decided = s.decide(s.wife, &remove("2026-11-01")).expect(200);
    assert_eq!(
        (&decided["state"], &decided["removed_on"], &decided["removal_reason"]),
        (&json!("removal_found"), &json!("2026-11-01"), &json!("employment"))
    );
    let known = &s.known(s.wife)[0];
    assert_eq!(
        (&known["removed_on"], &known["removal_reason"]),
        (&json!("2026-11-01"), &json!("employment"))
    );
    let under = s.staff.get(format!("/v1/members/{}/dependents", s.insured)).expect(200);
    assert_eq!(under["items"].as_array().unwrap().len(), 1, "the child alone");
    s.decide(s.wife, &remove("2026-11-01")).refused(409, "already-decided");
    let told = s.staff.get(format!("/v1/dependents/{}/recognition/explanation", s.wife.0)).expect(200);
    assert_eq!((&told["is_recognised"], &told["occasion"]), (&json!(false), &json!("confirmation")));
    assert!(
        s.staff.get(format!("/v1/dependents/{}", s.wife.0)).expect(200).get("last_confirmed_on").is_none()
    );
    s.decide(s.child, &confirm()).refused(409, "not-answered");
    let silent =
        |reason: &str| json!({ "decision": "remove", "removed_on": "2026-11-22", "removal_reason": reason });
    s.decide(s.child, &silent("no_answer")).refused(409, "not-answered");
    // by the due day nobody answered: staff may remove for that, and for nothing else
    let mut s = s;
    work(&s.w);
    pass(&s.w, 29);
    work(&s.w);
    (s.staff, s.employer) = (s.w.staff("privileged"), s.w.client("employer"));
    let refused = s.decide(s.child, &silent("employment")).refused(422, "invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/removal_reason");
    s.decide(s.child, &silent("no_answer")).expect(200);
    assert_eq!(s.known(s.child)[0]["removal_reason"], "no_answer");
    // the explanation stands with the cover: found none from the day of the removal on, not from the as-of day
    let path = format!("/v1/dependents/{}/recognition/explanation", s.child.0);
    s.staff.get(format!("{path}?as_of=2026-11-21")).refused(404, "not-found");
    assert_eq!(s.staff.get(format!("{path}?as_of=2026-11-22")).expect(200)["is_recognised"], false);
}

#[test]
fn a_decision_is_for_enrolment_on_the_version_that_it_read() {
    let s = Asked::new();
    s.answer(&s.employer, s.wife, &still()).expect(200);
    let tag = s.read(&s.staff, s.wife).header("etag").to_owned();
    let send =
        |by: &crate::harness::caller::Caller, tag: &str| s.send_on(by, s.wife, "decision", tag, &confirm());
    send(&s.employer, &tag).refused(403, "insufficient-scope");
    for login in ["benefits", "review", "collection", "officer", "it"] {
        send(&s.w.staff(login), &tag).refused(403, "forbidden");
    }
    send(&s.staff, "\"1\"").refused(412, "stale");
    assert_eq!(s.w.rows("select 1 from dependent_recognition").len(), 0);
    send(&s.w.staff("clerk"), &tag).expect(200);
    send(&s.staff, &tag).refused(412, "stale");
    assert_eq!(s.w.rows("select 1 from dependent_recognition").len(), 1);
}

#[test]
fn the_next_year_begins_with_what_was_found() {
    let mut s = Asked::new();
    let mut rise = still();
    rise["facts"]["temporary_rise"] = json!({ "usual_income_yen": 1_200_000, "consecutive_times": 1 });
    s.answer(&s.employer, s.wife, &rise).expect(200);
    let seen = json!({ "decision": "confirm", "evidence": { "is_disabled": true,
        "documents": ["kinship_proof", "household_proof", "temporary_rise_certificate"] } });
    s.decide(s.wife, &seen).expect(200);
    pass(&s.w, 365);
    (s.staff, s.employer) = (s.w.staff("privileged"), s.w.client("employer"));
    let next = json!({ "name": "令和9年度 現況確認", "as_of": "2027-11-20", "due_on": "2027-12-20" });
    s.campaign = super::started(&s.staff, &next);
    let find = |s: &Asked| {
        let rows = s.w.rows(&format!(
            "select id from confirmation where campaign_id = '{}' and dependent_id = '{}'",
            s.campaign, s.wife.0
        ));
        format!("/v1/confirmations/{}", rows[0]["id"].as_str().unwrap())
    };
    let path = find(&s);
    rise["facts"]["temporary_rise"]["consecutive_times"] = json!(1);
    let answered =
        s.employer.post(format!("{path}/answer")).header("if-match", "\"1\"").json(&rise).expect(200);
    let stated = &answered["answer"]["finding"];
    assert_eq!(stated["income_limit_yen"], 1_300_000, "an employer is not told of the disability");
    let full = s.staff.get(&path).expect(200);
    let finding = &full["answer"]["finding"];
    let told: Vec<&Value> = finding["trace"]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|s| s["code"] == "temporary_rise")
        .collect();
    assert!(
        told[0]["ja"].as_str().unwrap().contains("連続2回目"),
        "counted on from the year before: {told:?}"
    );
    assert_eq!(finding["income_limit_yen"], 1_800_000, "disabled as found the year before");
    assert!(
        !finding["documents_needed"].as_array().unwrap().contains(&json!("kinship_proof")),
        "proved before"
    );
    assert!(finding["documents_needed"].as_array().unwrap().contains(&json!("temporary_rise_certificate")));
}

#[test]
fn whoever_filed_an_answer_from_paper_does_not_decide_on_it() {
    let s = Asked::new();
    let clerk = s.w.staff("clerk");
    s.answer(&clerk, s.wife, &still()).expect(200);
    let tag = s.read(&s.staff, s.wife).header("etag").to_owned();
    let before = tables(&s.w);
    for body in [confirm(), remove("2026-11-01")] {
        s.send_on(&clerk, s.wife, "decision", &tag, &body).refused(409, "same-person");
    }
    assert_eq!(tables(&s.w), before);
    s.send_on(&s.staff, s.wife, "decision", &tag, &confirm()).expect(200);
    // the employer corrected it: the answer is not the clerk's any more
    s.answer(&clerk, s.child, &still()).expect(200);
    s.answer(&s.employer, s.child, &ceased("2026-11-01")).expect(200);
    let tag = s.read(&s.staff, s.child).header("etag").to_owned();
    s.send_on(&clerk, s.child, "decision", &tag, &remove("2026-11-01")).expect(200);
}

#[test]
fn what_is_confirmed_is_what_the_register_tells() {
    let s = Asked::new();
    let dependent = format!("/v1/dependents/{}", s.wife.0);
    let then = s.staff.get(&dependent).expect(200);
    let before = s.w.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    s.w.clock.advance(chrono::Duration::minutes(1));
    let apart = json!({ "still_qualifies": true, "facts": { "lives_together": false, "annual_income_yen": 900_000,
        "support_yen": 1_200_000 } });
    s.answer(&s.employer, s.wife, &apart).expect(200);
    let documents = ["kinship_proof", "income_proof", "support_proof"];
    s.decide(s.wife, &json!({ "decision": "confirm", "evidence": { "documents": documents } })).expect(200);
    let now = s.staff.get(&dependent).expect(200);
    assert_eq!(now["lives_together"], false);
    assert_ne!(then["lives_together"], now["lives_together"]);
    let known = &s.known(s.wife)[0];
    assert_eq!((&known["lives_together"], &known["income_yen"]), (&json!(false), &json!(900_000)));
    assert_eq!(known["source"], json!(s.of(s.wife)), "by the confirmation");
    let known = s.staff.get(format!("{dependent}?known_at={before}")).expect(200);
    assert_eq!(known["lives_together"], then["lives_together"], "as it was known then");
    assert_eq!(now["recognised_on"], then["recognised_on"]);
}

#[test]
fn what_was_answered_and_does_not_hold_is_struck_by_staff() {
    let s = Asked::new();
    let mut rise = still();
    rise["facts"]["annual_income_yen"] = json!(900_000);
    rise["facts"]["temporary_rise"] = json!({ "usual_income_yen": 800_000, "consecutive_times": 1 });
    s.answer(&s.employer, s.wife, &rise).expect(200);
    s.decide(s.wife, &confirm()).refused(409, "recognition-reason-needed");
    let mut seen = confirm();
    seen["evidence"]["struck"] = json!(["temporary_rise"]);
    s.decide(s.wife, &seen).expect(200);
    let told = s.staff.get(format!("/v1/dependents/{}/recognition/explanation", s.wife.0)).expect(200);
    assert_eq!(
        (&told["finding"]["answer"], &told["finding"]["counted_income_yen"]),
        (&json!("yes"), &json!(900_000))
    );
}

#[test]
fn a_reason_fits_what_the_rule_found() {
    let s = Asked::new();
    let mut much = still();
    much["facts"]["annual_income_yen"] = json!(3_000_000);
    s.answer(&s.employer, s.wife, &much).expect(200);
    let with = |departure: Value| json!({ "decision": "confirm", "departure": departure });
    for (departure, pointer, code) in [
        (json!({ "reason": "documents_follow", "note": "x" }), "/departure/reason", "reason-does-not-fit"),
        (json!({ "reason": "known_otherwise", "note": "x" }), "/departure/reason", "reason-does-not-fit"),
        (json!({ "reason": "supporter_on_leave", "note": "x" }), "/departure/reason", "reason-does-not-fit"),
        (json!({ "reason": "actual_livelihood" }), "/departure/note", "missing-field"),
    ] {
        let refused = s.decide(s.wife, &with(departure.clone())).refused(422, "invalid");
        assert_eq!(
            (&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]),
            (&json!(pointer), &json!(code)),
            "{departure}"
        );
    }
    s.decide(s.wife, &with(json!({ "reason": "actual_livelihood", "note": "一時所得のため" }))).expect(200);
}

#[test]
fn whoever_removes_against_the_answer_says_why_in_words() {
    let s = Asked::new();
    s.answer(&s.employer, s.wife, &still()).expect(200);
    s.answer(&s.employer, s.child, &ceased("2026-11-01")).expect(200);
    let before = tables(&s.w);
    let noted = |mut body: Value, note: &str| {
        body["removal_note"] = json!(note);
        body
    };
    for (who, body, code) in [
        (s.wife, remove("2026-11-01"), "missing-field"),
        (s.wife, noted(remove("2026-11-01"), ""), "E-LENGTH"),
        (s.wife, noted(remove("2026-11-01"), "9999 0000 0000"), "E-NUMBER-IN-TEXT"),
        (s.wife, noted(confirm(), "課税証明と異なる"), "must-be-absent"),
        (s.child, noted(remove("2026-11-01"), "就職"), "must-be-absent"),
    ] {
        let refused = s.decide(who, &body).refused(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], "/removal_note", "{body}: {refused}");
        assert!(code == "E-LENGTH" || refused["errors"][0]["code"] == code, "{body}: {refused}");
    }
    assert_eq!(tables(&s.w), before);
    let decided = s.decide(s.wife, &noted(remove("2026-11-01"), "課税証明の収入が回答と異なる")).expect(200);
    assert_eq!(decided["removal_note"], "課税証明の収入が回答と異なる");
    assert!(s.read(&s.employer, s.wife).expect(200).get("removal_note").is_none(), "for staff alone");
    s.decide(s.child, &remove("2026-11-01")).expect(200);
}
