//! Switching the linkage on and off: the exchange, and what ends it.
use super::{NUMBER, Scene, bare};
use crate::harness::behind::set_number_privilege;
use crate::harness::{
    behind::within,
    caller::{Caller, Response},
};
use chrono::Duration;
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

/// A wish, with some parameters replaced; an empty one is left out.
fn wish(s: &Scene, caller: &Caller, at: &str, changes: &[(&str, &str)]) -> Response {
    let (case, member) = (s.case.to_string(), s.member.to_string());
    let mut form = BTreeMap::from([
        ("grant_type", "urn:ietf:params:oauth:grant-type:token-exchange"),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:access_token"),
        ("subject_token", caller.token.as_deref().unwrap_or_default()),
        ("scope", "personal-number:read"),
        ("purpose", "enrolment"),
        ("reason", "examination"),
        ("case", &case),
        ("members", &member),
    ]);
    form.extend(changes.iter().copied());
    let body: Vec<String> = form
        .iter()
        .filter(|(_, v)| !v.is_empty())
        .map(|(k, v)| format!("{k}={}", v.replace(' ', "+")))
        .collect();
    s.w.nobody().at(at).post("/oauth/token").form(&body.join("&"))
}
#[track_caller]
fn refused(r: &Response, status: u16, error: &str) {
    assert_eq!((r.status, r.body["error"].as_str()), (status, Some(error)), "{}", r.text);
    assert!(r.body.get("access_token").is_none());
}

#[test]
fn the_exchange_gives_at_most_five_minutes_for_up_to_twenty_people() {
    let s = Scene::new();
    let staff = s.w.staff("privileged");
    let mut people: Vec<String> = (0..19).map(|n| s.another(n).to_string()).collect();
    people.push(s.member.to_string());
    let named: Vec<Uuid> = people.iter().map(|p| p.parse().unwrap()).collect();
    s.w.concern(s.case, &named);
    let got = wish(&s, &staff, &s.w.url, &[("members", &people.join(" "))]).expect(200);
    assert_eq!((&got["scope"], &got["token_type"]), (&json!("personal-number:read"), &json!("Bearer")));
    assert_eq!(got["issued_token_type"], "urn:ietf:params:oauth:token-type:access_token");
    assert!(got["expires_in"].as_i64().unwrap() <= 300);
    let granted = s.w.bearer(got["access_token"].as_str().unwrap());
    assert_eq!(granted.get(s.member_path()).expect(200)[NUMBER], s.number);
    s.w.clock.advance(Duration::seconds(299));
    assert_eq!(granted.get(s.member_path()).expect(200)[NUMBER], s.number);
    s.w.clock.advance(Duration::seconds(1));
    granted.get(s.member_path()).refused(401, "unauthenticated");
    let told = s.w.entries("operation = 'oauthToken' and purpose is not null");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0]["persons"].as_array().unwrap().len(), 20);
    assert_eq!(told[0]["case_id"], json!(s.case));
    people.push(s.child.0.to_string());
    refused(
        &wish(&s, &s.w.staff("privileged"), &s.w.url, &[("members", &people.join(" "))]),
        400,
        "invalid_request",
    );
}

#[test]
fn only_privileged_people_here_and_now_may_switch_it_on() {
    let s = Scene::new();
    let staff = s.w.staff("privileged");
    let scoped = s.granted(&staff, &[s.member]);
    let mut expected = 1; // the scoped token itself
    for (caller, error) in [
        (s.w.client("employer"), "access_denied"),
        (s.w.client("auditor"), "access_denied"),
        (s.w.staff("clerk"), "access_denied"),
        (scoped, "access_denied"),
    ] {
        refused(&wish(&s, &caller, &s.w.url, &[]), 403, error);
        expected += 1;
    }
    refused(&wish(&s, &staff, &s.w.internet_url, &[]), 403, "access_denied");
    refused(&wish(&s, &s.w.bearer("forged"), &s.w.url, &[]), 400, "invalid_grant");
    assert_eq!(s.w.entries("operation = 'oauthToken' and purpose = 'enrolment'").len(), expected + 2);
    assert_eq!(s.w.rows("select * from number_grant").len(), 1);
}

#[test]
fn an_old_sign_in_is_not_enough() {
    let s = Scene::new();
    let staff = s.w.staff("privileged");
    s.w.clock.advance(Duration::seconds(300));
    wish(&s, &staff, &s.w.url, &[]).expect(200);
    s.w.clock.advance(Duration::seconds(1));
    refused(&wish(&s, &staff, &s.w.url, &[]), 400, "invalid_grant");
    wish(&s, &s.w.staff("privileged"), &s.w.url, &[]).expect(200);
    assert_eq!(
        s.w.entries("operation = 'oauthToken' and code = 'invalid_grant' and case_id is not null").len(),
        1
    );
}

#[test]
fn what_is_asked_for_must_be_there() {
    let s = Scene::new();
    let staff = s.w.staff("privileged");
    let (nobody, nothing) = (Uuid::now_v7().to_string(), Uuid::now_v7().to_string());
    let two = format!("{} {nobody}", s.member);
    let cases: &[(&str, &str, u16, &str)] = &[
        ("purpose", "benefits", 403, "access_denied"), // a purpose that this person does not hold
        ("purpose", "curiosity", 400, "invalid_request"),
        ("purpose", "", 400, "invalid_request"),
        ("reason", "because", 400, "invalid_request"),
        ("reason", "", 400, "invalid_request"),
        ("case", &nothing, 400, "invalid_request"),
        ("case", "7", 400, "invalid_request"),
        ("case", "", 400, "invalid_request"),
        ("members", &nobody, 400, "invalid_request"),
        ("members", &two, 400, "invalid_request"),
        ("members", "everybody", 400, "invalid_request"),
        ("members", &s.number, 400, "invalid_request"),
        ("members", "", 400, "invalid_request"),
        ("scope", "members:read", 400, "invalid_scope"),
        ("scope", "personal-number:read members:read", 400, "invalid_scope"),
        ("scope", "", 400, "invalid_scope"),
        ("subject_token_type", "urn:ietf:params:oauth:token-type:jwt", 400, "invalid_request"),
        ("actor_token", "x", 400, "invalid_request"),
        ("subject_token", "", 400, "invalid_request"),
    ];
    for (name, value, status, error) in cases {
        let got = wish(&s, &staff, &s.w.url, &[(*name, *value)]);
        refused(&got, *status, error);
        assert!(
            value.len() < 4 || !got.text.contains(value) || *name == "scope",
            "nothing is echoed: {name}"
        );
        assert!(!got.text.contains(&s.number));
    }
    assert_eq!(s.w.entries("operation = 'oauthToken' and outcome = 'refused'").len(), cases.len());
    assert!(s.w.rows("select * from number_grant").is_empty());
}

#[test]
fn a_revoked_scoped_token_is_dead_at_once() {
    let s = Scene::new();
    let staff = s.w.staff("privileged");
    let (granted, other) = (s.granted(&staff, &[s.member]), s.granted(&staff, &[s.child.0]));
    granted.get(s.member_path()).expect(200);
    let elsewhere = s.w.second_node(); // hears nothing: the record itself is asked
    s.w.nobody()
        .post("/oauth/revoke")
        .form(&format!("token={}", granted.token.as_deref().unwrap()))
        .expect(200);
    for caller in [granted.clone(), granted.at(&elsewhere.url)] {
        let got = caller.get(s.member_path());
        assert_eq!(got.header("www-authenticate"), "Bearer error=\"invalid_token\"");
        bare(&got, &[&s.number]);
        got.refused(401, "unauthenticated");
        caller.get(format!("{}?expand=personal_number", s.member_path())).refused(401, "unauthenticated");
    }
    assert_eq!(other.get(s.child_path()).expect(200)[NUMBER], s.child_number, "the other one stays on");
    staff.get(s.member_path()).expect(200);
    assert_eq!(s.disclosures().len(), 2);
}

#[test]
fn it_ends_with_its_session() {
    let s = Scene::new();
    let staff = s.w.staff("privileged");
    let granted = s.granted(&staff, &[s.member]);
    let elsewhere = s.w.second_node();
    granted.at(&elsewhere.url).get(s.member_path()).expect(200);
    assert_eq!(staff.delete("/v1/sessions/current").status, 204);
    granted.get(s.member_path()).refused(401, "unauthenticated");
    granted.at(&elsewhere.url).get(s.member_path()).refused(401, "unauthenticated");
    // another session of the same person does not carry it on
    s.w.staff("privileged")
        .get(format!("{}?expand=personal_number", s.member_path()))
        .refused(401, "insufficient-user-authentication");
    assert_eq!(s.disclosures().len(), 1);
}

#[test]
fn it_ends_with_the_privilege_taken_or_run_out() {
    let s = Scene::new();
    let (staff, user) = (s.w.staff("privileged"), s.w.user("privileged"));
    let granted = s.granted(&staff, &[s.member]);
    granted.get(s.member_path()).expect(200);
    set_number_privilege(&mut s.w.owner(), user, (None, None));
    within(9, "the privilege is gone", || granted.get(s.member_path()).body.get(NUMBER).is_none());
    granted.get(s.member_path()).refused(401, "unauthenticated");
    staff.get(format!("{}?expand=personal_number", s.member_path())).refused(403, "forbidden");
    refused(&wish(&s, &staff, &s.w.url, &[]), 403, "access_denied");
    // given again, for ninety seconds
    let now = s.w.clock.now();
    let until = now + Duration::seconds(90);
    set_number_privilege(&mut s.w.owner(), user, (Some(now), Some(until)));
    within(9, "it is given again", || wish(&s, &staff, &s.w.url, &[]).status == 200);
    let got = wish(&s, &staff, &s.w.url, &[]).expect(200);
    assert_eq!(got["expires_in"], 90, "no longer than the privilege");
    let granted = s.w.bearer(got["access_token"].as_str().unwrap());
    assert_eq!(granted.get(s.member_path()).expect(200)[NUMBER], s.number);
    s.w.clock.advance(Duration::seconds(90));
    granted.get(s.member_path()).refused(401, "unauthenticated");
    staff.get(format!("{}?expand=personal_number", s.member_path())).refused(403, "forbidden");
}

#[test]
fn a_purpose_or_privilege_that_ends_while_a_grant_lives_ends_what_it_shows() {
    let s = Scene::new();
    let staff = s.w.staff("privileged");
    let granted = s.granted(&staff, &[s.member]);
    let until = s.w.clock.now() + Duration::seconds(60);
    set_number_privilege(
        &mut s.w.owner(),
        s.w.user("privileged"),
        (Some(until - Duration::days(9)), Some(until)),
    );
    within(9, "the end is known", || {
        s.w.app.kernel.live.get().users[&s.w.user("privileged")].privileges.iter().any(|p| p.1 == Some(until))
    });
    assert_eq!(granted.get(s.member_path()).expect(200)[NUMBER], s.number);
    s.w.reenter("privileged", "purposes = '{benefits}'");
    within(9, "the purpose is gone", || granted.get(s.member_path()).body.get(NUMBER).is_none());
    s.w.reenter("privileged", "purposes = '{enrolment}'");
    within(9, "the purpose is back", || granted.get(s.member_path()).body.get(NUMBER).is_some());
    s.w.clock.advance(Duration::seconds(60)); // nothing tells anybody: the time has passed
    granted.get(s.member_path()).refused(401, "unauthenticated");
}

#[test]
fn a_grant_for_another_purpose_shows_the_number_and_registers_and_checks_none() {
    let s = Scene::new();
    s.w.concern(s.case, &[s.member]);
    let user = s.w.user("privileged");
    s.w.reenter("privileged", "purposes = '{enrolment,collection}'");
    within(9, "both purposes are known", || {
        s.w.app.kernel.live.get().users[&user].entries[0].purposes.len() == 2
    });
    let staff = s.w.staff("privileged");
    let got = wish(&s, &staff, &s.w.url, &[("purpose", "collection")]).expect(200);
    let granted = s.w.bearer(got["access_token"].as_str().unwrap());
    assert_eq!(granted.get(s.member_path()).expect(200)[NUMBER], s.number);
    assert_eq!(s.disclosures()[0]["purpose"], "collection");
    let path = format!("/v1/persons/{}/personal-number:verify", s.member);
    let ask = |by: &Caller| by.post(&path).json(&json!({ "personal_number": s.number }));
    let refused = ask(&granted);
    assert!(
        refused.header("www-authenticate").contains("insufficient_user_authentication"),
        "{}",
        refused.text
    );
    refused.refused(401, "insufficient-user-authentication");
    assert_eq!(ask(&s.granted(&staff, &[s.member])).expect(200)["matches"], true);
}
