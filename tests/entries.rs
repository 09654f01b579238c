//! What entries name: the thing that a kept answer is about, the people of a refusal, and no purpose that has ended.
use crate::{
    filing::{NANA, acquisition, fresh_key, slip},
    harness::{
        caller::{Caller, Response},
        world::World,
    },
    remuneration::{accepted, after_childcare, childcare, insured},
};
use serde_json::{Value, json};
use uuid::Uuid;

fn entry(w: &World, r: &Response) -> Value {
    let all = w.entries(&format!("request_id = '{}'", r.header("x-request-id")));
    assert_eq!(all.len(), 1);
    all[0].clone()
}

#[test]
fn a_kept_answer_is_about_what_was_made() {
    let w = World::new();
    let body = slip(&w, &acquisition(NANA, "2026-11-01", None));
    let employer = json!({ "valid_from": "2026-12-01", "symbol": "777", "society_number": "0777", "name": "見本商店株式会社",
        "settings": { "accepts_pension_layout": false, "early_filing_days": 14 } });
    for (by, path, body, kind) in [
        (w.client("employer"), "/v1/notifications", &body, "Submission"),
        (w.staff("privileged"), "/v1/employers", &employer, "Employer"),
    ] {
        let key = fresh_key();
        let first = by.post(path).key(&key).json(body);
        let again = by.post(path).key(&key).json(body);
        assert_eq!(again.header("idempotency-replayed"), "true", "{}", again.text);
        for (r, detail) in [(&first, Value::Null), (&again, json!({ "replayed": true }))] {
            let e = entry(&w, r);
            assert_eq!(e["detail"], detail);
            assert_eq!((&e["subject_kind"], &e["subject_id"]), (&json!(kind), &first.body["id"]), "{path}");
        }
    }
}

#[test]
fn a_kept_answer_that_goes_out_again_discloses_again() {
    let w = World::new();
    let member = w.member("7", "ミホン　ナナ", "見本　七", "2000-07-07");
    let by = w.staff("clerk");
    let path = format!("/v1/members/{member}");
    let tag = by.get(path.as_str()).header("etag").to_owned();
    let moved = json!({ "phone": "03-0000-0000" });
    let key = fresh_key();
    let ask = || by.post(format!("{path}/contact-changes")).header("if-match", &tag).key(&key).json(&moved);
    let (first, again) = (ask(), ask());
    assert_eq!((first.status, again.header("idempotency-replayed")), (201, "true"), "{}", again.text);
    let (first, again) = (entry(&w, &first), entry(&w, &again));
    assert_eq!((&first["persons"], &first["disclosed"]), (&json!([member]), &json!(["contact"])));
    assert_eq!((&again["persons"], &again["disclosed"]), (&first["persons"], &first["disclosed"]));
}

#[test]
fn a_refused_confirmation_names_the_people_of_its_records() {
    let w = World::new();
    let member = w.member("7", "ミホン　ナナ", "見本　七", "2000-07-07");
    let by = w.client("employer");
    let loss = crate::filing::loss(NANA, "2026-11-15", "2026-11-16");
    let id = by.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &loss)).expect(202)["id"].clone();
    let path = format!("/v1/submissions/{}/confirmation", id.as_str().unwrap());
    for (count, status) in [(2, 409), (1, 200)] {
        let r = by.post(path.as_str()).json(&json!({ "read_count": count }));
        assert_eq!(r.status, status, "{}", r.text);
        assert_eq!(entry(&w, &r)["persons"], json!([member]), "{status}");
    }
}

#[test]
fn who_is_refused_at_the_door_is_recorded_with_whom_it_asked_for() {
    let w = World::new();
    let member = w.member("7", "ミホン　ナナ", "見本　七", "2000-07-07");
    let path = format!("/v1/members/{member}");
    let auditor = w.staff("officer");
    let stranger = Caller { token: Some("none".into()), ..w.nobody() };
    for (by, status, actor) in [(&auditor, 403, json!(w.user("officer"))), (&stranger, 401, Value::Null)] {
        let r = by.get(path.as_str());
        assert_eq!(r.status, status, "{}", r.text);
        let e = entry(&w, &r);
        assert_eq!((&e["subject_kind"], &e["subject_id"]), (&json!("Member"), &json!(member)), "{status}");
        assert_eq!(e["actor_id"], actor, "{status}");
    }
    for path in ["/v1/no-such-thing", "/v1/sessions"] {
        let r = auditor.get(path);
        assert!([404, 405].contains(&r.status), "{}", r.text);
        assert_eq!(entry(&w, &r)["actor_id"], json!(w.user("officer")), "{path}");
    }
}

#[test]
fn a_linkage_that_has_ended_gives_no_purpose() {
    let w = World::new();
    let member = w.member("11", "ミホン　ジュウイチ", "見本　十一", "1990-04-15");
    let form = slip(&w, &acquisition(NANA, "2026-11-01", None));
    let filed = w.client("employer").post("/v1/notifications").key(&fresh_key()).json(&form).expect(202);
    let case: Uuid = filed["results"][0]["notification_id"].as_str().unwrap().parse().unwrap();
    w.concern(case, &[member]);
    let granted = w.granted(&w.staff("privileged"), case, &[member]);
    let path = format!("/v1/members/{member}");
    let live = granted.get(path.as_str());
    assert_eq!((live.status, &entry(&w, &live)["purpose"]), (200, &json!("enrolment")));
    w.run("update number_grant set revoked_at = granted_at");
    let dead = granted.get(path.as_str());
    assert_eq!((dead.status, &entry(&w, &dead)["purpose"]), (401, &Value::Null));
}

#[test]
fn people_of_another_case_are_not_linked() {
    let w = World::new();
    let member = w.member("7", "ミホン　ナナ", "見本　七", "2000-07-07");
    let stranger = w.member("8", "ミホン　ハチ", "見本　八", "1990-08-08");
    let since = crate::harness::world::day("2021-04-01");
    let facts = ("見本　葉", "ミホン　ハ", since, "child");
    let child =
        kenpo::cli::seed::dependent(&mut w.owner(), &w.clock, (w.employer, member), facts, since).unwrap();
    let form = slip(&w, &crate::filing::loss(NANA, "2026-11-15", "2026-11-16"));
    let filed = w.client("employer").post("/v1/notifications").key(&fresh_key()).json(&form).expect(202);
    let case: Uuid = filed["results"][0]["notification_id"].as_str().unwrap().parse().unwrap();
    let staff = w.staff("privileged");
    w.exchange(&staff, case, &[member, child]).expect(200);
    for others in [vec![stranger], vec![member, stranger]] {
        let r = w.exchange(&staff, case, &others);
        assert_eq!((r.status, r.body["error"].as_str()), (403, Some("access_denied")), "{}", r.text);
        assert_eq!(entry(&w, &r)["persons"], json!(others));
    }
}

#[test]
fn why_pay_was_revised_after_a_childcare_leave_tells_of_the_family() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &childcare(NANA, "2026-03-03", "2026-05-01", "2026-07-31"));
    let told = accepted(&w, &employer, &staff, &after_childcare(NANA, 200_000));
    let why = |decision: &Value| {
        staff.get(format!("/v1/standard-remunerations/{}/explanation", decision.as_str().unwrap()))
    };
    let revised = why(&told["decision_id"]);
    assert!(revised.text.contains("2026-03-03"), "{}", revised.text);
    assert_eq!(entry(&w, &revised)["disclosed"], json!(["remuneration", "family"]));
    let hired = w.rows(
        "select decision_id from standard_remuneration where rule = 'acquisition_determination' limit 1",
    );
    assert_eq!(entry(&w, &why(&hired[0]["decision_id"]))["disclosed"], json!(["remuneration"]));
}
