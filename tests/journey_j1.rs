//! 入社と被扶養者2人: a hire with two dependents, from the first question of the employer's software to the result it polls.
use crate::{
    filing::{
        CHILD, HACHI, NANA, SPOUSE, accept, acquisition, batch, child, count, decide, entries, filed,
        give_back, id, slip, spouse, tables,
    },
    harness::{steps::Steps, world::World},
};
use chrono::Duration;
use kenpo::cli::seed::fictitious_number;
use serde_json::{Value, json};

#[test]
fn a_hire_with_two_dependents() {
    let w = World::new();
    let s = Steps { w: &w };
    let employer = w.client("employer");
    let (system, clerk, chief) = ("employer system", "clerk person", "privileged person");

    // 1: what may be filed, and how
    let may = s
        .step(("getCapabilities", 1), system, 200, || {
            employer.get(format!("/v1/capabilities?employer_id={}", w.employer))
        })
        .body;
    let forms = may["forms"].as_array().unwrap();
    assert!(forms.len() >= 3, "{may}");
    let papers = |kind: &str| {
        let form = forms.iter().find(|f| f["kind"] == kind).unwrap();
        let papers = form["required_attachments"].as_array().unwrap();
        let told =
            |p: &Value| [&p["code"], &p["change"], &p["basis"]].map(|v| v.as_str().unwrap_or("").to_owned());
        papers.iter().map(told).collect::<Vec<_>>()
    };
    assert_eq!(papers("qualification_loss"), [["eligibility_certificate", "", "law"]]);
    let of_changes = papers("dependent_change");
    assert!(of_changes.contains(&["kinship_document", "added", "society"].map(Into::into)), "{of_changes:?}");
    assert!(
        of_changes.contains(&["eligibility_certificate", "removed", "law"].map(Into::into)),
        "{of_changes:?}"
    );

    // 2: a dry run of the three forms; one number has a wrong check digit
    let mut forms = vec![
        acquisition(NANA, "2026-11-01", Some(1)),
        spouse(NANA, SPOUSE, "2026-11-01", Some(2)),
        child(NANA, CHILD, "2026-11-10", Some(3)),
    ];
    let wrong =
        format!("{}{}", &fictitious_number(3)[..11], (fictitious_number(3).as_bytes()[11] - b'0' + 1) % 10);
    let mut mistyped = forms.clone();
    mistyped[2]["others"][0]["personal_number"] = json!(wrong);
    let before = tables(&w);
    let dry = s
        .step(("createNotificationBatch", 1), system, 200, || {
            employer.post("/v1/notification-batches?validate_only=true").json(&batch(&w, &mistyped))
        })
        .body;
    assert_eq!(tables(&w), before, "a dry run stores nothing");
    let consequence = |row: usize, field: &str| {
        let all = dry["records"][row]["consequences"].as_array().unwrap();
        all.iter().find(|c| c["field"] == field).map(|c| c["after"].clone())
    };
    assert_eq!(consequence(0, "acquired_on"), Some(json!("2026-11-01")));
    assert_eq!(consequence(0, "planned_loss_on"), Some(json!("2075-07-07")));
    assert_eq!(consequence(1, "recognised_on"), Some(json!("2026-11-01")));
    let fault = &dry["records"][2]["findings"][0];
    assert_eq!(fault["code"], "E-MYNUMBER-CHECK-DIGIT");
    assert_eq!(fault["pointers"], json!(["/others/0/personal_number"]));
    assert!(!dry.to_string().contains(&wrong), "the mistyped number is not echoed");

    // 3: for real
    let body = batch(&w, &forms);
    let first = s.step(("createNotificationBatch", 1), system, 202, || {
        employer.post("/v1/notification-batches").key("hire-of-nana").json(&body)
    });
    let receipt = first.body.clone();
    assert!(receipt["receipt_number"].as_str().unwrap().starts_with("R20261122-"));
    assert_eq!((&receipt["read_count"], &receipt["declared_count"]), (&json!(3), &json!(3)));
    assert_eq!(receipt["file_result"], "accepted");
    assert_eq!(count(&w, "select count(*) as n from strongroom.pending_number"), 3);

    // 4: the same again; another body under the same key
    let again = s.step(("createNotificationBatch", 1), system, 202, || {
        employer.post("/v1/notification-batches").key("hire-of-nana").json(&body)
    });
    assert_eq!((again.text, again.headers.iter().any(|h| h.0 == "idempotency-replayed")), (first.text, true));
    assert_eq!(count(&w, "select count(*) as n from submission"), 1);
    forms.pop();
    let other = s.step(("createNotificationBatch", 1), system, 422, || {
        employer.post("/v1/notification-batches").key("hire-of-nana").json(&batch(&w, &forms))
    });
    other.refused(422, "idempotency-key-reused");

    // 5: the employer confirms the count
    let submission = format!("/v1/submissions/{}", receipt["id"].as_str().unwrap());
    let confirmed = s.step(("confirmSubmission", 1), system, 200, || {
        employer.post(format!("{submission}/confirmation")).json(&json!({ "read_count": 3 }))
    });
    assert!(confirmed.body["confirmed_at"].is_string());

    // 6: staff opens the form; the number is not there
    let ids: Vec<_> = (0..3).map(|n| id(&receipt["results"][n]["notification_id"])).collect();
    let staff = w.staff("clerk");
    let privileged = w.staff("privileged");
    let open =
        s.step(("getNotification", 1), clerk, 200, || staff.get(format!("/v1/notifications/{}", ids[0])));
    assert!(open.body["form"].get("personal_number").is_none());
    assert_eq!(open.body["carries_number"], true);

    // 10: the acquisition is accepted by somebody who may
    s.step(("decideNotification", 1), clerk, 403, || decide(&staff, ids[0], &accept()));
    let done = s.step(("decideNotification", 1), chief, 200, || decide(&privileged, ids[0], &accept())).body;
    let member = id(&done["outcome"]["member_id"]);
    assert!(entries(&w, "decideNotification")[0].persons.contains(&member));

    // 7: asking for the number expressly
    let path = format!("/v1/members/{member}?expand=personal_number");
    let told = s.step(("getMember", 1), clerk, 403, || staff.get(&path));
    assert!(told.body.get("personal_number").is_none());
    let told = s.step(("getMember", 1), chief, 401, || privileged.get(&path));
    assert!(told.header("www-authenticate").contains("insufficient_user_authentication"));

    // 8: linkage switched on for this person and case; the look is an entry of its own, with its purpose
    let granted = w.granted(&privileged, ids[0], &[member]);
    let shown = granted.get(&path).expect(200);
    assert_eq!(shown["personal_number"], fictitious_number(1));
    let seen = entries(&w, "getMember");
    let disclosure = seen.iter().find(|e| e.disclosed == ["personal_number"]).unwrap();
    assert_eq!((disclosure.purpose.as_deref(), &disclosure.persons), (Some("enrolment"), &vec![member]));
    assert_eq!(seen.iter().filter(|e| e.disclosed.contains(&"personal_number".to_owned())).count(), 1);
    let read = seen.iter().find(|e| e.disclosed.contains(&"identity".to_owned())).unwrap();
    assert_eq!(read.persons, vec![member], "what else left the house is told too");

    // 10: one dependent is recognised, the other form goes back
    let recognised =
        s.step(("decideNotification", 1), chief, 200, || decide(&privileged, ids[1], &accept())).body;
    assert_eq!(recognised["outcome"]["dependents"][0]["branch"], "01");
    assert_eq!(recognised["outcome"]["dependents"][0]["recognised_on"], "2026-11-01");
    s.step(("decideNotification", 1), chief, 200, || decide(&privileged, ids[2], &give_back()));
    assert_eq!(count(&w, "select count(*) as n from strongroom.pending_number"), 0);

    // 13: the employer polls
    let result = s.step(("getSubmission", 1), system, 200, || employer.get(&submission)).body;
    let states: Vec<&Value> = result["results"].as_array().unwrap().iter().map(|r| &r["state"]).collect();
    assert_eq!(states, ["applied", "applied", "returned"]);
    assert_eq!(result["results"][2]["reasons"][0]["code"], "evidence_missing");
    let outcome = &result["results"][0]["outcome"];
    assert_eq!((&outcome["symbol"], &outcome["branch"]), (&json!("101"), &json!("00")));
    assert_eq!(outcome["acquired_on"], "2026-11-01");
    assert!(outcome["number"].as_str().is_some_and(|n| !n.is_empty()));
}

#[test]
fn what_is_filed_early_is_returned() {
    let w = World::new();
    let employer = w.client("employer");
    let body = slip(&w, &acquisition(NANA, "2026-11-23", Some(1)));
    let refused = employer.post("/v1/notifications").key("too-early").json(&body).refused(422, "invalid");
    assert_eq!(refused["errors"][0]["code"], "E-FUTURE-DATE");
    assert_eq!(refused["errors"][0]["pointer"], "/notification/acquired_on");
}
#[test]
fn with_the_setting_it_is_checked_ahead_and_decided_from_its_day_on() {
    let w = World::new();
    let staff = w.staff("privileged");
    let path = format!("/v1/employers/{}", w.employer);
    let tag = staff.get(&path).header("etag").to_owned();
    let setting = json!({ "valid_from": "2026-11-22", "settings": { "accepts_pension_layout": true, "early_filing_days": 14 } });
    staff.patch(&path).header("if-match", &tag).merge_patch(&setting).expect(200);
    let employer = w.client("employer");
    let late = slip(&w, &acquisition(HACHI, "2026-12-07", Some(2)));
    let refused = employer.post("/v1/notifications").key("fifteen-days").json(&late).refused(422, "invalid");
    assert_eq!(refused["errors"][0]["code"], "E-FUTURE-DATE");

    let ahead = filed(&w, &employer, &acquisition(NANA, "2026-12-06", Some(1)));
    let newborn = filed(&w, &employer, &child(NANA, CHILD, "2026-12-06", None));
    let seen = employer.get(format!("/v1/notifications/{ahead}")).expect(200);
    assert_eq!(seen["state"], "precheck");
    decide(&staff, ahead, &accept()).refused(409, "not-yet");
    decide(&staff, newborn, &accept()).refused(409, "person-not-found");
    w.clock.advance(Duration::days(14));
    let staff = w.staff("privileged");
    let done = decide(&staff, ahead, &accept()).expect(200);
    assert_eq!(done["state"], "applied");
    assert_eq!(done["outcome"]["acquired_on"], "2026-12-06");
    decide(&staff, newborn, &accept()).expect(200);
}
