//! Who is told to step up: the privileged who lack nothing but the scoped token, whatever scopes they signed in with (RFC 9470).
use super::Scene;
use crate::harness::{behind::within, caller::Response};
use serde_json::json;

const CHALLENGE: &str =
    "Bearer error=\"insufficient_user_authentication\", max_age=300, scope=\"personal-number:read\"";

/// Asks each operation on numbers as somebody who has just signed in with these scopes.
fn ask(s: &Scene, login: &str, scopes: &str, at: &str) -> Vec<(&'static str, Response)> {
    let user = s.w.user(login);
    s.w.reenter(login, &format!("scopes = '{{{scopes}}}'"));
    let wanted: Vec<&str> = scopes.split(',').collect();
    within(2, "the scopes are known", || {
        let live = s.w.app.kernel.live.get();
        let held = &live.users[&user].entries[0].scopes;
        wanted.iter().all(|w| held.iter().any(|h| h == w)) && held.len() == wanted.len() + 1
    });
    let by = s.w.staff(login).at(at);
    let path = format!("/v1/persons/{}/personal-number", s.member);
    vec![
        ("register", by.put(&path).json(&json!({ "not_registered_reason": "not_notified" }))),
        ("verify", by.post(format!("{path}:verify")).json(&json!({ "personal_number": s.number }))),
        ("member", by.get(format!("{}?expand=personal_number", s.member_path()))),
        ("dependent", by.get(format!("{}?expand=personal_number", s.child_path()))),
    ]
}
/// Holds status and code of each, and that the challenge stands where it helps and nowhere else.
#[track_caller]
fn told(answers: Vec<(&'static str, Response)>, expected: [(u16, &str); 4]) {
    for ((name, r), (status, code)) in answers.into_iter().zip(expected) {
        let challenge = r.header("www-authenticate").to_owned();
        assert_eq!(challenge == CHALLENGE, status == 401, "{name}: {challenge}");
        r.refused(status, code);
    }
}
const STEP_UP: (u16, &str) = (401, "insufficient-user-authentication");
const FORBIDDEN: (u16, &str) = (403, "forbidden");
const SCOPE: (u16, &str) = (403, "insufficient-scope");

#[test]
fn the_privileged_are_told_to_step_up_whatever_they_signed_in_with() {
    let s = Scene::new();
    let url = s.w.url.clone();
    let all = "members:read,dependents:read,personal-number:write,personal-number:verify";
    told(ask(&s, "privileged", all, &url), [STEP_UP; 4]);
    told(ask(&s, "privileged", "members:read,dependents:read", &url), [STEP_UP; 4]);
    told(
        ask(&s, "privileged", "members:read,personal-number:verify", &url),
        [STEP_UP, STEP_UP, STEP_UP, SCOPE],
    );
    // who may not read the person at all lacks more than the scoped token
    told(ask(&s, "privileged", "employers:read", &url), [STEP_UP, STEP_UP, SCOPE, SCOPE]);
    // on the other listener stepping up would not help
    let internet = s.w.internet_url.clone();
    told(
        ask(&s, "privileged", "members:read,dependents:read", &internet),
        [SCOPE, SCOPE, FORBIDDEN, FORBIDDEN],
    );
    assert!(s.w.rows("select * from number_check").is_empty());
}
#[test]
fn others_are_refused_and_not_sent_round_in_circles() {
    let s = Scene::new();
    let url = s.w.url.clone();
    let all = "members:read,dependents:read,personal-number:write,personal-number:verify";
    told(ask(&s, "clerk", all, &url), [FORBIDDEN; 4]);
    told(ask(&s, "clerk", "members:read,dependents:read", &url), [SCOPE, SCOPE, FORBIDDEN, FORBIDDEN]);
    // privileged, in a section that does not register: a scoped token would not open it
    s.w.reenter("privileged", "section = 'benefits'");
    let reads = "members:read,dependents:read";
    let answers = ask(&s, "privileged", reads, &url);
    told(answers, [SCOPE, SCOPE, STEP_UP, STEP_UP]);
    told(ask(&s, "privileged", all, &url), [FORBIDDEN, FORBIDDEN, STEP_UP, STEP_UP]);
    // and a person whom nobody knows is nobody for the privileged too, once they hold the scope
    s.w.reenter("privileged", "section = 'enrolment_1'");
    let registrar = s.registrar(&[s.member]);
    let nobody = format!("/v1/persons/{}/personal-number", uuid::Uuid::now_v7());
    registrar.put(nobody).json(&json!({ "not_registered_reason": "not_notified" })).refused(404, "not-found");
}
