//! Registering numbers, write-only, and asking whether one is right.
use super::{Scene, bare};
use crate::harness::caller::{Caller, Response};
use chrono::Duration;
use kenpo::cli::seed::fictitious_number;
use serde_json::{Value, json};
use uuid::Uuid;

fn put(caller: &Caller, person: Uuid, body: &Value) -> Response {
    caller.put(format!("/v1/persons/{person}/personal-number")).json(body)
}
fn number(n: u16, reason: &str) -> Value {
    json!({ "personal_number": fictitious_number(n), "reason": reason })
}
fn verify(caller: &Caller, person: Uuid, digits: &str) -> Response {
    caller
        .post(format!("/v1/persons/{person}/personal-number:verify"))
        .json(&json!({ "personal_number": digits }))
}

#[test]
fn registration_is_write_only_and_for_the_privileged() {
    let s = Scene::new();
    let (staff, person) = (s.w.staff("privileged"), s.another(1));
    let plain = staff.get(format!("/v1/members/{person}")).expect(200);
    assert_eq!(plain["personal_number_state"]["state"], "not_registered");
    let registrar = s.registrar(&[person]);
    let got = put(&registrar, person, &number(50, "first_registration"));
    bare(&got, &[&fictitious_number(50)]);
    assert_eq!(got.expect(200)["personal_number_state"]["state"], "registered");
    assert_eq!(staff.get(format!("/v1/persons/{person}/personal-number")).status, 405, "there is no reading");
    for login in ["clerk", "benefits", "it", "officer"] {
        put(&s.w.staff(login), person, &number(51, "correction")).refused(403, "forbidden");
    }
    for client in ["employer", "other-employer", "auditor", "front-end"] {
        put(&s.w.client(client), person, &number(51, "correction")).refused(403, "insufficient-scope");
    }
    for by in [&staff, &registrar] {
        put(by, Uuid::now_v7(), &number(51, "correction")).refused(404, "not-found");
    }
    let granted = s.granted(&staff, &[person]).get(format!("/v1/members/{person}")).expect(200);
    assert_eq!(granted["personal_number"], fictitious_number(50));
    let written = s.w.entries("operation = 'registerPersonalNumber' and status = 200");
    assert_eq!((written.len(), &written[0]["persons"]), (1, &json!([person])));
    assert_eq!(s.w.entries("operation = 'registerPersonalNumber' and outcome = 'refused'").len(), 10);
}

#[test]
fn registering_and_checking_need_the_linkage_for_this_person_and_its_entry_says_why() {
    let s = Scene::new();
    let (staff, person) = (s.w.staff("privileged"), s.another(1));
    let ask = |by: &Caller| {
        [put(by, person, &number(50, "first_registration")), verify(by, person, &fictitious_number(50))]
    };
    for by in [&staff, &s.registrar(&[s.member])] {
        for told in ask(by) {
            let challenge = told.header("www-authenticate").to_owned();
            assert!(challenge.contains("insufficient_user_authentication"), "{challenge}");
            assert!(
                challenge.contains("max_age=300") && challenge.contains("scope=\"personal-number:read\"")
            );
            told.refused(401, "insufficient-user-authentication");
        }
    }
    for told in ask(&s.w.staff("clerk")) {
        assert_eq!(told.header("www-authenticate"), "", "no hint");
        told.refused(403, "forbidden");
    }
    for told in ask(&s.registrar(&[person]).at(&s.w.internet_url)) {
        assert_eq!(told.header("www-authenticate"), "", "no hint");
        told.refused(403, "forbidden");
    }
    assert!(
        s.w.rows(&format!("select * from strongroom.personal_number where person_id = '{person}'"))
            .is_empty()
    );
    assert!(s.w.rows("select * from number_check").is_empty());
    let registrar = s.registrar(&[person]);
    for done in ask(&registrar) {
        let told = s.w.entries(&format!("request_id = '{}'", done.header("x-request-id")));
        assert_eq!((done.status, told.len()), (200, 1), "{}", done.text);
        let face = ["purpose", "reason_code", "case_id", "persons"].map(|c| told[0][c].clone());
        assert_eq!(face, [json!("enrolment"), json!("examination"), json!(s.case), json!([person])]);
    }
    s.w.run("update number_grant set revoked_at = granted_at");
    for dead in ask(&registrar) {
        dead.refused(401, "unauthenticated");
    }
}

#[test]
fn a_registered_number_is_replaced_only_because_it_was_changed_or_wrong() {
    let s = Scene::new();
    let person = s.another(1);
    let registrar = s.registrar(&[person]);
    put(&registrar, person, &number(50, "first_registration")).expect(200);
    for reason in ["first_registration", "identity_confirmed"] {
        put(&registrar, person, &number(51, reason)).refused(409, "number-differs");
        put(&registrar, person, &number(50, reason)).expect(200);
    }
    let live = || {
        s.w.rows(&format!("select version from strongroom.personal_number where person_id = '{person}'"))
            .len()
    };
    assert_eq!(live(), 1, "nothing was written");
    put(&registrar, person, &number(51, "number_changed")).expect(200);
    assert_eq!(live(), 2);
}

#[test]
fn malformed_numbers_are_refused_and_not_echoed() {
    let s = Scene::new();
    let person = s.another(1);
    let (staff, registrar) = (s.w.staff("privileged"), s.registrar(&[person]));
    let wide: String =
        fictitious_number(52).chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
    let digits = fictitious_number(52);
    let mut bent = digits.clone().into_bytes();
    bent[11] = b'0' + (bent[11] - b'0' + 1) % 10;
    let bent = String::from_utf8(bent).unwrap();
    let as_number: u64 = digits.parse().unwrap();
    for (body, code) in [
        (json!({ "personal_number": bent, "reason": "correction" }), "E-MYNUMBER-CHECK-DIGIT"),
        (json!({ "personal_number": wide, "reason": "correction" }), "personal-number-malformed"),
        (json!({ "personal_number": &digits[..11], "reason": "correction" }), "personal-number-malformed"),
        (
            json!({ "personal_number": format!("{digits}0"), "reason": "correction" }),
            "personal-number-malformed",
        ),
        (json!({ "personal_number": as_number, "reason": "correction" }), "personal-number-malformed"),
        (json!({ "personal_number": [digits], "reason": "correction" }), "personal-number-malformed"),
        (json!({ "personal_number": digits, "reason": digits }), "unknown-value"),
        (json!({ "personal_number": digits, "reason": "correction", "note": digits }), "unknown-field"),
        (json!({ "personal_number": digits, "reason": "correction", (digits.clone()): 1 }), "unknown-field"),
        (json!({ "personal_number": digits }), "missing-field"),
        (json!({ "personal_number": digits, "not_registered_reason": "not_notified" }), "exactly-one"),
        (json!({}), "exactly-one"),
    ] {
        let got = put(&registrar, person, &body);
        bare(&got, &[&digits, &bent, &wide, &digits[..11]]);
        assert_eq!((got.status, got.body["errors"][0]["code"].as_str()), (422, Some(code)), "{}", got.text);
    }
    let broken = staff
        .put(format!("/v1/persons/{person}/personal-number"))
        .header("content-type", "application/json")
        .send(format!("{{\"personal_number\": {digits}0, ").as_bytes());
    bare(&broken, &[&digits]);
    assert!([400, 422].contains(&broken.status));
    assert_eq!(
        staff.get(format!("/v1/members/{person}")).expect(200)["personal_number_state"]["state"],
        "not_registered"
    );
}

#[test]
fn a_number_held_by_another_is_told_to_the_privileged_only() {
    let s = Scene::new();
    let person = s.another(1);
    let staff = s.registrar(&[person, s.member]);
    let held = json!({ "personal_number": s.number, "reason": "first_registration" });
    let got = put(&staff, person, &held);
    bare(&got, &[&s.number]);
    assert!(!got.text.contains(&s.member.to_string()), "not whose it is");
    got.refused(409, "number-held-by-another");
    let free = number(53, "first_registration");
    let clerk = s.w.staff("clerk");
    let face = |r: Response| (r.status, r.body["code"].clone(), r.body["detail"].clone());
    assert_eq!(face(put(&clerk, person, &held)), face(put(&clerk, person, &free)));
    let client = s.w.client("employer");
    assert_eq!(face(put(&client, person, &held)), face(put(&client, person, &free)));
    // taken out of use, it is free again
    put(&staff, s.member, &json!({ "not_registered_reason": "withdrawn_as_wrong" })).expect(200);
    put(&staff, person, &held).expect(200);
}

#[test]
fn why_none_is_registered_and_every_version_is_kept() {
    let s = Scene::new();
    let (staff, person) = (s.w.staff("privileged"), s.another(1));
    let registrar = s.registrar(&[person]);
    for reason in ["not_notified", "no_resident_record", "identity_mismatch", "under_inquiry"] {
        let got = put(&registrar, person, &json!({ "not_registered_reason": reason })).expect(200);
        assert_eq!(got["personal_number_state"]["reason"], reason);
    }
    put(&registrar, person, &number(54, "first_registration")).expect(200);
    put(&registrar, person, &number(54, "first_registration")).expect(200); // the same again is no new version
    put(&registrar, person, &number(55, "number_changed")).expect(200);
    put(&registrar, person, &json!({ "not_registered_reason": "withdrawn_as_wrong" })).expect(200);
    put(&registrar, person, &number(56, "correction")).expect(200);
    let kept = s.w.rows(&format!(
        "select version, change_reason, superseded_at is null as is_live from strongroom.personal_number \
         where person_id = '{person}' order by version"
    ));
    let told: Vec<_> =
        kept.iter().map(|k| (k["change_reason"].as_str().unwrap(), k["is_live"] == true)).collect();
    assert_eq!(told, [("first_registration", false), ("number_changed", false), ("correction", true)]);
    let shown = s.granted(&staff, &[person]).get(format!("/v1/members/{person}")).expect(200);
    assert_eq!(shown["personal_number"], fictitious_number(56));
    let none = s.another(2);
    let nothing = s.granted(&staff, &[none]).get(format!("/v1/members/{none}?expand=personal_number"));
    bare(&nothing, &[]);
    assert_eq!(nothing.expect(200)["personal_number_state"]["state"], "not_registered");
    assert_eq!(s.disclosures().len(), 1, "where there is none, none was disclosed");
}

#[test]
fn five_checks_a_minute_and_three_mismatches_lock() {
    let s = Scene::new();
    let another = s.another(1);
    let people = [s.member, s.child.0, another];
    let staff = s.registrar(&people);
    for _ in 0..5 {
        let got = verify(&staff, s.member, &s.number);
        bare(&got, &[&s.number]);
        assert_eq!(got.expect(200)["matches"], true);
    }
    let got = verify(&staff, s.member, &s.number);
    assert_eq!(got.header("retry-after"), "60");
    got.refused(429, "too-many-checks");
    s.w.clock.advance(Duration::seconds(60));
    // mismatches count together, whoever they are about
    for person in people {
        assert_eq!(verify(&staff, person, &fictitious_number(99)).expect(200)["matches"], false);
    }
    let locked = verify(&staff, s.member, &s.number);
    assert_eq!(locked.header("retry-after"), "900");
    locked.refused(429, "too-many-checks");
    s.w.clock.advance(Duration::minutes(10));
    let again = s.registrar(&people);
    verify(&again, s.member, &s.number).refused(429, "too-many-checks"); // signing in again does not help
    s.w.clock.advance(Duration::minutes(5));
    let again = s.registrar(&people);
    assert_eq!(verify(&again, s.member, &s.number).expect(200)["matches"], true);
    let told = s.w.entries("operation = 'verifyPersonalNumber' and status = 200");
    assert_eq!(told.iter().filter(|e| e["detail"]["matches"] == false).count(), 3);
    assert_eq!(s.w.entries("operation = 'verifyPersonalNumber' and status = 429").len(), 3);
}

#[test]
fn nobody_else_can_use_the_check_as_an_oracle() {
    let s = Scene::new();
    for login in ["clerk", "benefits", "officer"] {
        for digits in [&s.number, &fictitious_number(99)] {
            verify(&s.w.staff(login), s.member, digits).refused(403, "forbidden");
        }
    }
    // even a system that was given the scope by mistake
    s.w.run("update api_client set scopes = scopes || '{personal-number:verify,personal-number:write}' where client_key = 'employer'");
    let client = s.w.client("employer");
    crate::harness::behind::within(1, "the scope is known", || {
        verify(&client, s.member, &s.number).status == 404
    });
    for digits in [&s.number, &fictitious_number(99)] {
        verify(&client, s.member, digits).refused(404, "not-found");
        put(&client, s.member, &json!({ "personal_number": digits, "reason": "correction" }))
            .refused(404, "not-found");
    }
    assert!(s.w.rows("select * from number_check").is_empty());
    // nor do intake and dry run tell what is registered
    let form = |digits: &str, (kana, key): (&str, &str), dry: bool| {
        let body = json!({ "employer_id": s.w.employer, "preparer_name": "見本 花子", "notification": {
            "kind": "qualification_acquisition", "name_kana": format!("ミホン　{kana}"), "name": "見本",
            "birth_on": "1999-09-09", "sex": "male", "acquired_on": "2026-11-01", "has_dependents": false,
            "cash_yen": 250000, "total_yen": 250000, "personal_number": digits } });
        let path = if dry { "/v1/notifications?validate_only=true" } else { "/v1/notifications" };
        s.w.client("employer").post(path).key(&format!("oracle-{key}-{dry}")).json(&body)
    };
    for dry in [true, false] {
        let taken = form(&s.number, ("イチ", "one"), dry);
        let free = form(&fictitious_number(98), ("ニ", "two"), dry);
        let face = |r: &Response| {
            let mut b = r.body.to_string();
            for name in ["id", "receipt_number", "notification_id", "submission_id"] {
                for v in [&r.body[name], &r.body["results"][0][name]] {
                    b = b.replace(v.as_str().unwrap_or("\u{0}"), name);
                }
            }
            (r.status, b)
        };
        assert_eq!(face(&taken), face(&free));
    }
}
