//! Personal numbers on their way: nobody outside learns whether one is registered, and none outlives its decision.
use super::hired;
use crate::{
    filing::{
        CHILD, HACHI, KYU, NANA, accept, acquisition, child, count, decide, filed, fresh_key, give_back, id,
        loss, same_person, slip,
    },
    harness::world::World,
};
use kenpo::cli::seed::fictitious_number;
use serde_json::{Value, json};

const PENDING: &str = "select count(*) as n from strongroom.pending_number";

/// The answer without what differs between any two: ids, receipt number.
fn masked(v: &Value) -> Value {
    match v {
        Value::Object(o) => o
            .iter()
            .filter(|(k, _)| *k != "id" && !k.ends_with("_id") && *k != "receipt_number" && *k != "instance")
            .map(|(k, v)| (k.clone(), masked(v)))
            .collect(),
        Value::Array(a) => a.iter().map(masked).collect(),
        other => other.clone(),
    }
}
#[test]
fn a_number_that_somebody_holds_is_told_to_the_privileged_only() {
    let (clash, plain) = (World::new(), World::new());
    let holder = clash.member("9", KYU.kana, KYU.name, KYU.birth_on);
    clash.number(holder, 1);
    plain.member("9", KYU.kana, KYU.name, KYU.birth_on);
    let form = acquisition(NANA, "2026-11-01", Some(1));
    let told = |w: &World| {
        let by = w.client("employer");
        let dry = by.post("/v1/notifications?validate_only=true").json(&slip(w, &form));
        let receipt = by.post("/v1/notifications").key("held-or-not").json(&slip(w, &form));
        let n = id(&receipt.body["results"][0]["notification_id"]);
        let seen = by.get(format!("/v1/notifications/{n}"));
        let submission = by.get(format!("/v1/submissions/{}", receipt.body["id"].as_str().unwrap()));
        let list = by.get("/v1/notifications");
        let answers: Vec<(u16, Value)> =
            [dry, receipt, seen, submission, list].iter().map(|r| (r.status, masked(&r.body))).collect();
        (n, answers)
    };
    let (n, with) = told(&clash);
    let (other, without) = told(&plain);
    assert_eq!(with, without, "the submitter learns nothing");

    let (clerk, privileged) = (clash.staff("clerk"), clash.staff("privileged"));
    let seen = clerk.get(format!("/v1/notifications/{n}")).expect(200);
    let same = plain.staff("clerk").get(format!("/v1/notifications/{other}")).expect(200);
    assert_eq!(masked(&seen), masked(&same), "staff without the privilege learns nothing");
    assert!(seen.get("number_held_by").is_none());
    let seen = privileged.get(format!("/v1/notifications/{n}")).expect(200);
    assert_eq!(seen["number_held_by"], json!([holder]));
    decide(&privileged, n, &accept()).refused(409, "number-held-by-another");
    assert_eq!(count(&clash, PENDING), 1, "it waits as before");
    assert_eq!(count(&clash, "select count(*) as n from person"), 1, "nobody new");
    decide(&privileged, n, &give_back()).expect(200);
    assert_eq!(count(&clash, PENDING), 0);
}
#[test]
fn the_privileged_find_what_clashes_with_the_register_and_nobody_else_learns_of_it() {
    let w = World::new();
    let (employer, privileged) = (w.client("employer"), w.staff("privileged"));
    let holder = w.member("9", KYU.kana, KYU.name, KYU.birth_on);
    w.number(holder, 1);
    let held = filed(&w, &employer, &acquisition(NANA, "2026-11-01", Some(1)));
    let later = filed(&w, &employer, &acquisition(HACHI, "2026-11-01", Some(2)));
    let mut leaves = loss(KYU, "2026-11-19", "2026-11-20");
    leaves["personal_number"] = json!(fictitious_number(1));
    let own = filed(&w, &employer, &leaves);
    let found = |query: &str| {
        let page = privileged.get(format!("/v1/notifications?{query}")).expect(200);
        page["items"].as_array().unwrap().iter().map(|n| id(&n["id"])).collect::<Vec<_>>()
    };
    assert_eq!(found("number_clash=true"), [held], "the own number, sent once more, is no clash");
    assert_eq!(found("number_clash=false"), [later, own]);
    w.number(w.member("10", "ミホン　ジュウ", "見本　十", "1970-10-10"), 2);
    assert_eq!(found("number_clash=true&limit=1"), [held]);
    assert_eq!(found("number_clash=true"), [held, later], "registered after it came");
    assert!(found("number_clash=true&kind=qualification_loss").is_empty());
    let told = w.entries("operation = 'listNotifications' and detail -> 'filters' ? 'number_clash'");
    assert_eq!(told.len(), 5);

    let others = [w.staff("clerk"), employer, privileged.at(&w.internet_url)];
    for query in ["number_clash=true", "number_clash=false"] {
        for by in &others {
            let told = by.get(format!("/v1/notifications?{query}"));
            assert!(told.status == 403, "a clash is told to one without the privilege: {}", told.text);
            told.refused(403, "forbidden");
        }
    }
    for n in [held, later] {
        decide(&privileged, n, &give_back()).expect(200);
    }
    assert!(found("number_clash=true").is_empty(), "what is decided waits no more");
}
#[test]
fn without_the_privilege_no_form_with_a_number_is_accepted() {
    let w = World::new();
    let (employer, clerk) = (w.client("employer"), w.staff("clerk"));
    let holder = w.member("9", KYU.kana, KYU.name, KYU.birth_on);
    w.number(holder, 1);
    let held = filed(&w, &employer, &acquisition(NANA, "2026-11-01", Some(1)));
    let free = filed(&w, &employer, &acquisition(HACHI, "2026-11-01", Some(2)));
    let (a, b) = (decide(&clerk, held, &accept()), decide(&clerk, free, &accept()));
    assert_eq!(masked(&a.clone().refused(403, "forbidden")), masked(&b.clone().refused(403, "forbidden")));
    assert_eq!(count(&w, PENDING), 2);
    decide(&clerk, filed(&w, &employer, &child(KYU, CHILD, "2026-11-10", None)), &accept()).expect(200);
}
#[test]
fn a_number_does_not_outlive_its_decision() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let n = filed(&w, &employer, &acquisition(NANA, "2026-11-01", Some(1)));
    assert_eq!(count(&w, PENDING), 1);
    decide(&staff, n, &give_back()).expect(200);
    assert_eq!(count(&w, PENDING), 0, "returned");
    let n = filed(&w, &employer, &acquisition(NANA, "2026-11-01", Some(1)));
    employer.post(format!("/v1/notifications/{n}/withdrawal")).send(b"").expect(200);
    assert_eq!(count(&w, PENDING), 0, "withdrawn");
    assert_eq!(count(&w, "select count(*) as n from strongroom.personal_number"), 0);
    let (person, _) = hired(&w, &employer, &staff, NANA, Some(1));
    assert_eq!(count(&w, PENDING), 0, "moved to the register");
    let state = staff.get(format!("/v1/members/{person}")).expect(200)["personal_number_state"].clone();
    assert_eq!(state["state"], "registered");
    let n = filed(&w, &employer, &child(NANA, CHILD, "2026-11-10", Some(3)));
    decide(&staff, n, &accept()).expect(200);
    assert_eq!(count(&w, PENDING), 0);
    assert_eq!(
        count(&w, "select count(*) as n from strongroom.personal_number where superseded_at is null"),
        2
    );
}
#[test]
fn a_number_that_waits_with_the_same_employer_is_a_duplicate() {
    let w = World::new();
    let employer = w.client("employer");
    filed(&w, &employer, &acquisition(NANA, "2026-11-01", Some(1)));
    for (query, status) in [("?validate_only=true", 200), ("", 422)] {
        let body = slip(&w, &acquisition(HACHI, "2026-11-01", Some(1)));
        let answer =
            employer.post(format!("/v1/notifications{query}")).key(&fresh_key()).json(&body).expect(status);
        let found = if status == 200 { &answer["records"][0]["findings"][0] } else { &answer["errors"][0] };
        assert_eq!(found["code"], "E-MYNUMBER-DUPLICATE", "{answer}");
        assert!(!answer.to_string().contains(&fictitious_number(1)));
    }
    assert_eq!(count(&w, PENDING), 1);
}
#[test]
fn a_number_that_waits_with_another_employer_is_not_told() {
    let w = World::new();
    filed(&w, &w.client("employer"), &acquisition(NANA, "2026-11-01", Some(1)));
    let body = |n: u16| {
        json!({ "employer_id": w.other_employer, "preparer_name": "見本 次郎",
                "notification": acquisition(HACHI, "2026-11-01", Some(n)) })
    };
    let other = w.client("other-employer");
    let first = other.post("/v1/notifications").key(&fresh_key()).json(&body(1));
    let n = id(&first.body["results"][0]["notification_id"]);
    other.post(format!("/v1/notifications/{n}/withdrawal")).send(b"").expect(200);
    let second = other.post("/v1/notifications").key(&fresh_key()).json(&body(2));
    assert_eq!(masked(&first.expect(202)), masked(&second.expect(202)));
}
#[test]
fn a_form_does_not_replace_a_number_that_is_registered() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let (person, _) = hired(&w, &employer, &staff, NANA, Some(1));
    let left = filed(&w, &employer, &loss(NANA, "2026-11-15", "2026-11-16"));
    decide(&staff, left, &accept()).expect(200);
    let back = filed(&w, &employer, &acquisition(NANA, "2026-11-20", Some(2)));
    let versions = "select count(*) as n from strongroom.personal_number";
    decide(&w.staff("clerk"), back, &same_person("insured", person)).refused(403, "forbidden");
    decide(&staff, back, &same_person("insured", person)).refused(409, "number-differs");
    assert_eq!(
        (count(&w, versions), count(&w, PENDING)),
        (1, 1),
        "nothing has changed, and it waits as before"
    );
    // The change goes through the register, with its reason; then the form says what is registered.
    let changed = json!({ "personal_number": fictitious_number(2), "reason": "number_changed" });
    let path = format!("/v1/persons/{person}/personal-number");
    w.granted(&staff, back, &[person]).put(path).json(&changed).expect(200);
    decide(&staff, back, &same_person("insured", person)).expect(200);
    assert_eq!((count(&w, versions), count(&w, PENDING)), (2, 0), "the same number makes no version");
}
