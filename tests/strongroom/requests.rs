//! Registering and checking over HTTP.
use super::vault::number;
use crate::access::house::{CLERK, Got, House, NOVICE};
use actix_web::test::TestRequest;
use chrono::Duration;
use kenpo::kernel::Zone;
use serde_json::{Value, json};
use uuid::Uuid;

fn digits(serial: u32) -> String {
    String::from_utf8(number(serial).digits().to_vec()).unwrap()
}
async fn put(house: &House, token: &str, person: Uuid, body: Value) -> Got {
    let path = format!("/v1/persons/{person}/personal-number");
    house.ask(token, TestRequest::put().uri(&path).set_json(body)).await
}
async fn verify(house: &House, token: &str, person: Uuid, serial: u32) -> Got {
    let path = format!("/v1/persons/{person}/personal-number:verify");
    house
        .ask(token, TestRequest::post().uri(&path).set_json(json!({"personal_number": digits(serial)})))
        .await
}

#[actix_web::test]
async fn a_number_is_registered_replaced_and_taken_out() {
    let house = House::open();
    let person = house.person();
    let token = house.scoped(&[person]).await;
    let got =
        put(&house, &token, person, json!({"personal_number": digits(1), "reason": "first_registration"}))
            .await;
    assert_eq!(got.status, 200, "{}", got.text);
    assert_eq!(got.json()["personal_number_state"], json!({"state": "registered"}));
    let got =
        put(&house, &token, person, json!({"personal_number": digits(2), "reason": "correction"})).await;
    assert_eq!(got.status, 200);
    assert_eq!(verify(&house, &token, person, 2).await.json(), json!({"matches": true}));
    let got = put(&house, &token, person, json!({"not_registered_reason": "withdrawn_as_wrong"})).await;
    let state = json!({"state": "not_registered", "reason": "withdrawn_as_wrong"});
    assert_eq!(got.json()["personal_number_state"], state);
    assert_eq!(verify(&house, &token, person, 2).await.json(), json!({"matches": false}));
    let got =
        put(&house, &token, person, json!({"personal_number": digits(2), "reason": "number_changed"})).await;
    assert_eq!(got.status, 200, "registered again after it was taken out");
    assert_eq!(house.count("strongroom.personal_number"), 3);
    let told = format!(
        "audit_entry where operation = 'registerPersonalNumber' and kind = 'write' and persons = array['{person}'::uuid]"
    );
    assert_eq!(house.count(&told), 4);
    let everything = format!("audit_entry e where to_jsonb(e)::text ~ '{}|{}'", digits(1), digits(2));
    assert_eq!(house.count(&everything), 0);
}

#[actix_web::test]
async fn bodies_that_are_wrong_are_refused_without_an_echo() {
    let house = House::open();
    let person = house.person();
    let token = house.scoped(&[person]).await;
    let wrong_check = format!("{}{}", &digits(1)[..11], if digits(1).ends_with('0') { '1' } else { '0' });
    for (body, code) in [
        (json!({}), "exactly-one"),
        (json!({"personal_number": digits(1)}), "missing-field"),
        (
            json!({"personal_number": digits(1), "reason": "correction", "not_registered_reason": "not_notified"}),
            "exactly-one",
        ),
        (json!({"reason": "correction"}), "exactly-one"),
        (json!({"personal_number": digits(1), "reason": "because"}), "unknown-value"),
        (json!({"personal_number": wrong_check, "reason": "correction"}), "E-MYNUMBER-CHECK-DIGIT"),
        (
            json!({"personal_number": digits(1).parse::<u64>().unwrap(), "reason": "correction"}),
            "personal-number-malformed",
        ),
        (json!({"personal_number": "1234", "reason": "correction"}), "personal-number-malformed"),
        (json!({"personal_number": digits(1), "reason": "correction", "note": digits(1)}), "unknown-field"),
    ] {
        let got = put(&house, &token, person, body).await;
        assert_eq!(got.status, 422, "{}", got.text);
        assert_eq!(got.json()["errors"][0]["code"], code, "{}", got.text);
        assert!(
            !got.text.contains("99990000") && !got.text.contains("1234") && !got.text.contains("because")
        );
    }
    assert_eq!(house.count("strongroom.personal_number"), 0);
    let nobody =
        put(&house, &token, Uuid::now_v7(), json!({"personal_number": digits(1), "reason": "correction"}))
            .await;
    assert_eq!(nobody.status, 404);
}

#[actix_web::test]
async fn only_the_privileged_and_only_on_the_closed_network() {
    let house = House::open();
    let person = house.person();
    let body = json!({"personal_number": digits(1), "reason": "first_registration"});
    let novice = house.sign_in("novice").await.word("access_token");
    assert_eq!(put(&house, &novice, person, body.clone()).await.status, 403);
    assert_eq!(verify(&house, &novice, person, 1).await.status, 403);
    let taken = house.person();
    let clerk = house.scoped(&[person, taken]).await;
    let path = format!("/v1/persons/{person}/personal-number");
    let outside = TestRequest::put()
        .uri(&path)
        .set_json(&body)
        .insert_header(("authorization", format!("Bearer {clerk}")));
    assert_eq!(house.send(Zone::Internet, outside).await.status, 403);
    assert_eq!(house.send(Zone::Closed, TestRequest::put().uri(&path).set_json(&body)).await.status, 401);
    assert_eq!(house.count("strongroom.personal_number"), 0);
    assert_eq!(house.count(&format!("audit_entry where actor_id = '{NOVICE}' and status = 403")), 2);
    assert_eq!(put(&house, &clerk, taken, body.clone()).await.status, 200);
    assert_eq!(put(&house, &clerk, person, body).await.refusal(), (409, "number-held-by-another".into()));
}

#[actix_web::test]
async fn checks_are_limited_and_mismatches_lock() {
    let house = House::open();
    let person = house.person();
    let token = house.scoped(&[person]).await;
    let body = json!({"personal_number": digits(1), "reason": "first_registration"});
    assert_eq!(put(&house, &token, person, body).await.status, 200);
    for _ in 0..5 {
        assert_eq!(verify(&house, &token, person, 1).await.json(), json!({"matches": true}));
    }
    let fast = verify(&house, &token, person, 1).await;
    assert_eq!((fast.refusal(), fast.header("retry-after")), ((429, "too-many-checks".into()), "60"));
    house.pass(Duration::seconds(60));
    for serial in 2..5 {
        let got = verify(&house, &token, person, serial).await;
        assert_eq!((got.status, got.json()), (200, json!({"matches": false})), "answered, and counted");
    }
    assert_eq!(house.count(&format!("number_check where user_id = '{CLERK}' and not matched")), 3);
    house.pass(Duration::seconds(61));
    let token = house.scoped(&[person]).await;
    let locked = verify(&house, &token, person, 1).await;
    assert_eq!((locked.status, locked.header("retry-after")), (429, "839"));
    house.pass(Duration::seconds(839));
    let token = house.scoped(&[person]).await;
    assert_eq!(verify(&house, &token, person, 1).await.json(), json!({"matches": true}));
    assert_eq!(house.entries("verifyPersonalNumber", 429), 2);
}
