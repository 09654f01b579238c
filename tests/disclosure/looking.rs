//! Reading with and without the scoped token.
use super::{NUMBER, Scene, bare};
use kenpo::kernel::secrets;
use serde_json::Value;
use uuid::Uuid;

#[test]
fn at_sign_in_nobody_can_see_numbers_however_privileged() {
    let s = Scene::new();
    // not even where the record names the scope
    s.w.reenter("privileged", "scopes = scopes || 'personal-number:read'::text");
    let caller = s.w.staff("privileged");
    let token = caller.token.clone().unwrap();
    let claims = secrets::unb64(token.split('.').nth(1).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert!(!claims["scope"].as_str().unwrap().contains("personal-number:read"));
    for path in [s.member_path(), s.child_path()] {
        let got = caller.get(&path);
        assert_eq!(got.status, 200);
        bare(&got, &[&s.number, &s.child_number]);
        assert_eq!(got.body["personal_number_state"]["state"], "registered");
    }
    assert!(s.disclosures().is_empty());
}

#[test]
fn asked_for_expressly_the_privileged_are_told_to_step_up_and_others_that_they_may_not() {
    let s = Scene::new();
    let expand = |path: String| format!("{path}?expand=personal_number");
    let callers = ["privileged", "clerk", "benefits"].map(|login| s.w.staff(login));
    for path in [expand(s.member_path()), expand(s.child_path())] {
        let told = callers[0].get(&path);
        let challenge = told.header("www-authenticate").to_owned();
        assert!(challenge.starts_with("Bearer error=\"insufficient_user_authentication\""), "{challenge}");
        assert!(challenge.contains("max_age=300") && challenge.contains("scope=\"personal-number:read\""));
        told.refused(401, "insufficient-user-authentication");
        for other in &callers[1..] {
            let got = other.get(&path);
            assert_eq!(got.header("www-authenticate"), "", "no hint");
            got.refused(403, "forbidden");
        }
    }
    // where the person itself is hidden, nothing is told but that
    let hidden = s.w.client("other-employer");
    let nowhere = format!("/v1/members/{}?expand=personal_number", Uuid::now_v7());
    for path in [expand(s.member_path()), s.member_path(), nowhere] {
        let got = hidden.get(path);
        assert_eq!(got.header("www-authenticate"), "");
        got.refused(404, "not-found");
    }
    let own = s.w.client("employer");
    let got = own.get(expand(s.member_path()));
    assert_eq!(got.header("www-authenticate"), "", "a system can't step up: no hint that people can");
    got.refused(403, "forbidden");
    bare(&own.get(s.member_path()), &[&s.number]);
    assert!(s.disclosures().is_empty());
    assert_eq!(s.w.entries("code = 'insufficient-user-authentication' and status = 401").len(), 2);
}

#[test]
fn a_granted_look_is_an_entry_of_its_own_with_purpose_case_and_person() {
    let s = Scene::new();
    let staff = s.w.staff("privileged");
    let granted = s.granted(&staff, &[s.member]);
    let plain = staff.get(s.member_path());
    let shown = granted.get(s.member_path());
    assert_eq!(shown.header("cache-control"), "no-store");
    assert_ne!(shown.header("etag"), plain.header("etag"), "with and without are two representations");
    assert!(!shown.header("etag").is_empty());
    assert_eq!(shown.expect(200)[NUMBER], s.number);
    assert_eq!(
        granted.get(format!("{}?expand=personal_number", s.member_path())).expect(200)[NUMBER],
        s.number
    );
    let told = s.disclosures();
    assert_eq!(told.len(), 2);
    for entry in &told {
        assert_eq!(entry["operation"], "getMember");
        assert_eq!(entry["persons"], serde_json::json!([s.member]));
        assert_eq!(entry["disclosed"], serde_json::json!([NUMBER]));
        assert_eq!((&entry["purpose"], &entry["reason_code"]), (&"enrolment".into(), &"examination".into()));
        assert_eq!(entry["case_id"], serde_json::json!(s.case));
        assert_eq!(entry["actor_id"], serde_json::json!(s.w.user("privileged")));
    }
    let reads = s.w.entries("operation = 'getMember' and kind = 'read'");
    assert_eq!(reads.len(), 3, "beside the entry of the read");
}

#[test]
fn the_scoped_token_shows_its_people_only() {
    let s = Scene::new();
    let staff = s.w.staff("privileged");
    let other = s.another(1);
    let other_number = s.w.number(other, 43);
    let granted = s.granted(&staff, &[s.member]);
    let path = format!("/v1/members/{other}");
    bare(&granted.get(&path), &[&other_number, &s.number]);
    granted.get(format!("{path}?expand=personal_number")).refused(401, "insufficient-user-authentication");
    // a dependent is a person of their own: the insured person's grant does not cover them
    bare(&granted.get(s.child_path()), &[&s.child_number]);
    let for_child = s.granted(&staff, &[s.child.0]);
    assert_eq!(for_child.get(s.child_path()).expect(200)[NUMBER], s.child_number);
    bare(&for_child.get(s.member_path()), &[&s.number]);
    let by_dependent_id = s.w.exchange(&staff, s.case, &[s.child.1]);
    assert_eq!(by_dependent_id.status, 400, "the id of the dependency is not the id of the person");
    assert_eq!(s.disclosures().len(), 1);
}

#[test]
fn the_scoped_token_opens_nothing_else() {
    let s = Scene::new();
    let granted = s.granted(&s.w.staff("privileged"), &[s.member, s.child.0]);
    for path in [
        "/v1/members".into(),
        "/v1/employers".into(),
        format!("/v1/employers/{}", s.w.employer),
        format!("{}/history", s.member_path()),
        format!("{}/dependents", s.member_path()),
        format!("{}/history", s.child_path()),
        "/v1/notifications".into(),
        format!("/v1/notifications/{}", s.case),
        "/v1/submissions".into(),
        "/v1/audit-logs".into(),
        "/v1/audit-logs/export".into(),
    ] {
        granted.get(path).refused(403, "insufficient-scope");
    }
    assert_eq!(granted.delete("/v1/sessions/current").status, 403);
    let put = format!("/v1/persons/{}/personal-number", s.another(1));
    let body = serde_json::json!({ "not_registered_reason": "not_notified" });
    granted.put(put).json(&body).refused(401, "insufficient-user-authentication");
    assert!(s.disclosures().is_empty());
}

#[test]
fn no_number_leaves_by_a_listener_of_another_zone() {
    let s = Scene::new();
    let staff = s.w.staff("privileged");
    let granted = s.granted(&staff, &[s.member]).at(&s.w.internet_url);
    bare(&granted.get(s.member_path()), &[&s.number]);
    // nothing that a header says changes the zone
    for (name, value) in [
        ("kenpo-zone", "closed"),
        ("x-forwarded-for", "127.0.0.1"),
        ("forwarded", "for=127.0.0.1;proto=https"),
        ("x-zone", "closed"),
        ("host", "127.0.0.1"),
    ] {
        let got = granted.ask("GET", s.member_path()).header(name, value).send(b"");
        bare(&got, &[&s.number]);
    }
    let expressly = granted.get(format!("{}?expand=personal_number", s.member_path()));
    assert_eq!(expressly.header("www-authenticate"), "", "stepping up would not help here");
    expressly.refused(403, "forbidden");
    let path = format!("/v1/persons/{}/personal-number", s.member);
    let plain = staff.at(&s.w.internet_url);
    let body = serde_json::json!({ "personal_number": s.number, "reason": "correction" });
    plain.put(&path).json(&body).refused(403, "forbidden");
    plain
        .post(format!("{path}:verify"))
        .json(&serde_json::json!({ "personal_number": s.number }))
        .refused(403, "forbidden");
    assert!(s.disclosures().is_empty());
    assert!(s.w.entries("zone = 'internet'").len() >= 9);
}

#[test]
fn numbers_can_not_be_sorted_filtered_searched_or_counted() {
    let s = Scene::new();
    let staff = s.w.staff("privileged");
    let granted = s.granted(&staff, &[s.member]);
    for query in [
        format!("personal_number={}", s.number),
        "sort=personal_number".into(),
        "fields=personal_number".into(),
        "expand=personal_number".into(),
        "filter=personal_number".into(),
        "has_personal_number=true".into(),
        "personal_number_state=registered".into(),
        format!("{}=1", s.number),
        format!("name_kana={}", s.number),
        format!("symbol={}", s.number),
        format!("number={}", s.number),
        format!("cursor={}", s.number),
        format!("limit={}", s.number),
        format!("as_of={}", s.number),
        format!("employer_id={}", s.number),
    ] {
        let got = staff.get(format!("/v1/members?{query}"));
        assert!([400, 422].contains(&got.status), "{query}: {}", got.text);
        assert!(!query.starts_with("personal_number") || got.status == 422);
        bare(&got, &[&s.number]);
        let list = staff.get(format!("{}/dependents?{query}", s.member_path()));
        assert!([400, 422].contains(&list.status) || query.starts_with("as_of"), "{query}: {}", list.text);
        bare(&list, &[&s.number]);
    }
    for query in [
        "expand=PERSONAL_NUMBER",
        "expand=personal_number&expand=personal_number",
        "expand=",
        "expand=all",
        "fields=personal_number",
    ] {
        let got = granted.get(format!("{}?{query}", s.member_path()));
        assert_eq!(got.status, 422, "{query}");
        bare(&got, &[&s.number]);
    }
    bare(&staff.get(format!("/v1/members/{}", s.number)), &[&s.number]);
    bare(&staff.get(format!("/v1/{}", s.number)), &[&s.number]);
    for path in [
        "/v1/members".into(),
        format!("{}/dependents", s.member_path()),
        format!("{}/history", s.member_path()),
        format!("{}/history", s.child_path()),
    ] {
        let got = staff.get(&path);
        assert_eq!(got.status, 200, "{path}");
        assert!(!got.text.contains("\"personal_number\""), "{path}: lists and histories never carry it");
        bare(&got, &[&s.number, &s.child_number]);
    }
    assert!(s.disclosures().is_empty());
}
