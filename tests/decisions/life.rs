//! The life of a notification: who may end it, when, and how often.
use super::{accepted, hired};
use crate::{
    filing::{
        HACHI, NANA, accept, acquisition, count, decide, decide_on, entries, filed, give_back, loss,
        same_person, slip, tables,
    },
    harness::{race, world::World},
};
use serde_json::json;

#[test]
fn only_enrolment_staff_decides_and_only_the_own_employer_withdraws() {
    let w = World::new();
    let (employer, other) = (w.client("employer"), w.client("other-employer"));
    let n = filed(&w, &employer, &acquisition(NANA, "2026-11-01", None));
    let before = tables(&w);
    decide_on(&employer, n, "\"1\"", &accept()).refused(403, "insufficient-scope");
    decide_on(&w.client("auditor"), n, "\"1\"", &accept()).refused(403, "insufficient-scope");
    for login in ["benefits", "collection", "review", "officer", "it"] {
        decide_on(&w.staff(login), n, "\"1\"", &accept()).refused(403, "forbidden");
    }
    other.get(format!("/v1/notifications/{n}")).refused(404, "not-found");
    let path = format!("/v1/notifications/{n}/withdrawal");
    other.post(&path).json(&json!({})).refused(404, "not-found");
    w.staff("clerk").post(&path).send(b"").refused(403, "forbidden");
    w.nobody().post(&path).send(b"").refused(401, "unauthenticated");
    let mut after = tables(&w);
    for t in ["public.session", "public.sign_in_delay"] {
        after.insert(t.into(), before[t]);
    }
    assert_eq!(after, before, "nothing changed");
    assert_eq!(employer.get(format!("/v1/notifications/{n}")).expect(200)["state"], "accepted");
    employer.post(&path).send(b"").expect(200);
}
#[test]
fn a_notification_is_decided_once() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    for (end, key) in [(accept(), "applied"), (give_back(), "returned")] {
        let n = filed(
            &w,
            &employer,
            &acquisition(if key == "applied" { NANA } else { HACHI }, "2026-11-01", None),
        );
        assert_eq!(decide(&staff, n, &end).expect(200)["state"], key);
        let before = tables(&w);
        decide(&staff, n, &accept()).refused(409, "already-decided");
        decide(&staff, n, &give_back()).refused(409, "already-decided");
        let path = format!("/v1/notifications/{n}/withdrawal");
        employer.post(path).send(b"").refused(409, "already-decided");
        assert_eq!(tables(&w), before, "nothing is applied twice");
        let refusals = entries(&w, "decideNotification");
        assert_eq!((refusals[0].status, refusals[0].code.as_deref()), (409, Some("already-decided")));
    }
}
#[test]
fn what_was_withdrawn_is_over_and_may_be_filed_again() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let form = acquisition(NANA, "2026-11-01", None);
    let n = filed(&w, &employer, &form);
    let twice = employer.post("/v1/notifications").key("while-it-waits").json(&slip(&w, &form));
    let twice = twice.refused(422, "invalid");
    assert_eq!(twice["errors"][0]["code"], "E-DUPLICATE-PENDING");
    let path = format!("/v1/notifications/{n}/withdrawal");
    assert_eq!(employer.post(&path).send(b"").expect(200)["state"], "withdrawn");
    employer.post(&path).send(b"").refused(409, "already-decided");
    decide(&staff, n, &accept()).refused(409, "already-decided");
    let again = filed(&w, &employer, &form);
    accepted(&staff, again);
}
#[test]
fn what_was_returned_may_be_filed_again() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let n = filed(&w, &employer, &acquisition(NANA, "2026-11-01", None));
    let done = decide(&staff, n, &give_back()).expect(200);
    assert_eq!(
        (&done["state"], &done["reasons"][0]["code"]),
        (&json!("returned"), &json!("evidence_missing"))
    );
    let seen = employer.get(format!("/v1/notifications/{n}")).expect(200);
    assert_eq!(seen["reasons"], done["reasons"], "the employer reads why");
    assert_eq!(count(&w, "select count(*) as n from person"), 0);
    hired(&w, &employer, &staff, NANA, None);
}
#[test]
fn the_version_that_was_read_is_decided_on() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let n = filed(&w, &employer, &acquisition(NANA, "2026-11-01", None));
    let path = format!("/v1/notifications/{n}/decision");
    staff.post(&path).json(&accept()).refused(428, "if-match-missing");
    decide_on(&staff, n, "\"99\"", &accept()).refused(412, "stale");
    decide_on(&staff, n, "*", &accept()).refused(412, "stale");
    assert_eq!(staff.get(format!("/v1/notifications/{n}")).expect(200)["state"], "accepted");
    assert_eq!(count(&w, "select count(*) as n from person"), 0);
}
#[test]
fn a_return_needs_reasons_in_words() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let n = filed(&w, &employer, &acquisition(NANA, "2026-11-01", None));
    let p = decide(&staff, n, &json!({ "decision": "return" })).refused(422, "reasons-missing");
    assert_eq!(p["errors"][0]["pointer"], "/reasons");
    let reason =
        |code: &str, text: &str| json!({ "decision": "return", "reasons": [{ "code": code, "text": text }] });
    let p = decide(&staff, n, &reason("other", "")).refused(422, "invalid");
    assert_eq!(p["errors"][0]["pointer"], "/reasons/0/text");
    let p = decide(&staff, n, &reason("because", "x")).refused(422, "invalid");
    assert_eq!(p["errors"][0]["code"], "unknown-value");
    let p = decide(&staff, n, &reason("other", "番号は ９９９９-0000-0011 です")).refused(422, "invalid");
    assert_eq!(p["errors"][0]["code"], "E-NUMBER-IN-TEXT");
    assert!(!p.to_string().contains("0011"), "not echoed");
    assert_eq!(staff.get(format!("/v1/notifications/{n}")).expect(200)["state"], "accepted");
}
#[test]
fn of_two_decisions_at_once_one_takes_effect() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    for round in 0..5 {
        let office: &'static str = ["11", "12", "13", "14", "15"][round];
        let kana: &'static str =
            ["ミホン　ア", "ミホン　イ", "ミホン　ウ", "ミホン　エ", "ミホン　オ"][round];
        let n = filed(
            &w,
            &employer,
            &acquisition(crate::filing::Person { office_number: office, kana, ..NANA }, "2026-11-01", None),
        );
        let tag = staff.get(format!("/v1/notifications/{n}")).header("etag").to_owned();
        let ends = [accept(), if round % 2 == 0 { accept() } else { give_back() }];
        let mut answers: Vec<(u16, String)> =
            race::at_once(ends.iter().map(|end| || decide_on(&staff, n, &tag, end)))
                .into_iter()
                .map(|r| (r.status, r.body["state"].as_str().unwrap_or_default().to_owned()))
                .collect();
        answers.sort();
        assert_eq!([answers[0].0, answers[1].0], [200, 412]);
        let applied = i64::from(answers[0].1 == "applied");
        let sql = format!("select count(*) as n from enrolment where office_number = '{office}'");
        assert_eq!(count(&w, &sql), applied, "exactly what the one that won says");
    }
}
#[test]
fn staff_names_a_person_only_where_somebody_can_rejoin() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (person, _) = hired(&w, &employer, &staff, NANA, None);
    let n = filed(&w, &employer, &acquisition(HACHI, "2026-11-01", None));
    let unknown = same_person("insured", uuid::Uuid::now_v7());
    let p = decide(&staff, n, &unknown).refused(422, "invalid");
    assert_eq!(
        (&p["errors"][0]["pointer"], &p["errors"][0]["code"]),
        (&json!("/persons/0/person_id"), &json!("unknown-person"))
    );
    let insured = same_person("insured", person);
    decide(&staff, n, &insured).refused(409, "person-differs");
    let leaves = filed(&w, &employer, &loss(NANA, "2026-11-20", "2026-11-21"));
    decide(&staff, leaves, &insured).refused(422, "person-not-expected");
    accepted(&staff, leaves);
}
#[test]
fn the_employer_confirms_the_count_that_was_read() {
    let w = World::new();
    let employer = w.client("employer");
    let body = slip(&w, &acquisition(NANA, "2026-11-01", None));
    let receipt = employer.post("/v1/notifications").key("to-be-confirmed").json(&body).expect(202);
    let path = format!("/v1/submissions/{}/confirmation", receipt["id"].as_str().unwrap());
    let count_of = |n: i32| json!({ "read_count": n });
    employer.post(&path).json(&count_of(2)).refused(409, "count-differs");
    w.client("other-employer").post(&path).json(&count_of(1)).refused(404, "not-found");
    let first = employer.post(&path).json(&count_of(1)).expect(200);
    w.clock.advance(chrono::Duration::minutes(1));
    let again = employer.post(&path).json(&count_of(1)).expect(200);
    assert_eq!(again["confirmed_at"], first["confirmed_at"], "the first confirmation stands");
}
