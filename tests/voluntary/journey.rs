//! J7, steps 1, 2, 5 and 7 as far as enrolment goes.
use super::{KID, Society, application, ended};
use crate::filing::{HACHI, NANA, accept, acquisition, child, decide, filed, loss, same_person};
use serde_json::{Value, json};

#[test]
fn from_the_application_to_a_new_job_and_to_a_premium_that_was_not_paid() {
    let mut s = Society::new();
    let person = s.insured(NANA, "2025-04-01");
    let card = s.card(person);
    s.accepted_of_employer(&child(NANA, KID, "2026-10-10", None));
    let child_then = s.clerk.get(format!("/v1/members/{person}/dependents")).expect(200)["items"][0].clone();
    s.accepted_of_employer(&loss(NANA, "2026-10-31", "2026-11-01"));

    // 1: the twenty-first day is too late, the twentieth is not
    let mut form = application(NANA, &card);
    form["continuing_branches"] = json!(["01"]);
    form["prepayment"] = json!("half_year");
    form["postal_code"] = json!("999-0009");
    form["address"] = json!("東京都架空区見本町９－９");
    form["phone"] = json!("03-0000-0009");
    let late = s.keyed(&form, "2026-11-21");
    let seen = s.preview(late)["plan"].clone();
    assert_eq!(seen["deadline"]["reason"], "too_late");
    assert_eq!(seen["deadline"]["last_day"], "2026-11-20");
    let p = decide(&s.clerk, late, &accept()).refused(409, "applied-too-late");
    assert!(p["detail"].as_str().unwrap().contains("20日以内"), "the law's sentence: {}", p["detail"]);
    let why = json!({ "decision": "return", "reasons": [{ "code": "not_eligible", "text": "申出期限を過ぎています" }] });
    assert_eq!(decide(&s.clerk, late, &why).expect(200)["state"], "returned");
    let n = s.keyed(&form, "2026-11-20");

    // 2: the earlier period and the dependents
    let seen = s.preview(n)["plan"].clone();
    assert_eq!(seen["person_id"], json!(person));
    let former = &seen["former"];
    assert_eq!(former["employer_id"], json!(s.w.employer));
    assert_eq!((&former["symbol"], &former["number"]), (&card["symbol"], &card["number"]));
    assert_eq!((&former["acquired_on"], &former["lost_on"]), (&json!("2025-04-01"), &json!("2026-11-01")));
    assert_eq!((&former["covered_since"], &former["months_before"]), (&json!("2025-04-01"), &json!(19)));
    let relative = &seen["dependents"][0];
    assert_eq!(
        (&relative["person_id"], &relative["branch"], &relative["continues"]),
        (&child_then["person_id"], &json!("01"), &json!(true))
    );
    assert_eq!(relative["name"], KID.name);
    assert_eq!(seen["deadline"]["reason"], "eligible");
    assert_eq!(
        (&seen["acquired_on"], &seen["planned_loss_on"]),
        (&json!("2026-11-01"), &json!("2028-11-01"))
    );
    assert_eq!(seen["standard_yen"], 260_000);

    let told = decide(&s.clerk, n, &accept()).expect(200)["outcome"].clone();
    assert_eq!(told["member_id"], json!(person), "the person is kept");
    assert_ne!((&told["symbol"], &told["number"]), (&card["symbol"], &card["number"]));
    assert_eq!((&told["standard_yen"], &told["applies_from"]), (&json!(260_000), &json!("2026-11")));
    assert_eq!(told["late_reason_recognised"], false);
    let m = s.member(person);
    assert_eq!(
        (&m["enrolment_type"], &m["prepayment"], &m["acquired_on"], &m["planned_loss_on"]),
        (&json!("voluntary_continuation"), &json!("half_year"), &json!("2026-11-01"), &json!("2028-11-01"))
    );
    assert_eq!(m["employer_id"], json!(s.office));
    assert_eq!(m["contact_address"], json!({ "postal_code": "9990009", "text": "東京都架空区見本町９－９" }));
    assert_eq!(m["phone"], "03-0000-0009");
    let family = s.clerk.get(format!("/v1/members/{person}/dependents")).expect(200)["items"].clone();
    assert_eq!((family.as_array().unwrap().len(), &family[0]["person_id"]), (1, &child_then["person_id"]));
    assert_ne!(family[0]["id"], child_then["id"], "recognised anew");
    assert_eq!(family[0]["recognised_on"], "2026-11-01");
    let why = |dependent: &Value| {
        let path = format!("/v1/dependents/{}/recognition/explanation", dependent["id"].as_str().unwrap());
        s.clerk.get(path).expect(200)
    };
    let (then, now) = (why(&child_then), why(&family[0]));
    assert_eq!(
        (&now["finding"], &now["departure"]),
        (&then["finding"], &then["departure"]),
        "as it was found then"
    );
    assert_eq!((&now["dependent_id"], &now["examined_on"]), (&family[0]["id"], &json!("2026-10-10")));
    let decision = told["decision_id"].as_str().unwrap();
    let why = s.clerk.get(format!("/v1/standard-remunerations/{decision}/explanation")).expect(200);
    assert_eq!(why["decision"]["rule"], "voluntary_continuation_standard");
    assert!(why["ja"].as_str().unwrap().contains("380,000円"), "{}", why["ja"]);
    let page = s.clerk.get("/v1/members?enrolment_type=voluntary_continuation").expect(200);
    let ids: Vec<&Value> = page["items"].as_array().unwrap().iter().map(|m| &m["id"]).collect();
    assert_eq!(ids, [&json!(person)]);
    // the employer of before sees nothing of it
    s.employer.get(format!("/v1/members/{person}")).refused(404, "not-found");
    s.employer.get(format!("/v1/notifications/{n}")).refused(404, "not-found");
    assert!(s.employer.get("/v1/members").expect(200)["items"].as_array().unwrap().is_empty());

    // 5: a new job
    s.pass(20);
    let hired = filed(&s.w, &s.employer, &acquisition(NANA, "2026-12-10", None));
    decide(&s.clerk, hired, &same_person("insured", person)).expect(200);
    let m = s.member(person);
    assert_eq!((&m["enrolment_type"], &m["acquired_on"]), (&json!("compulsory"), &json!("2026-12-10")));
    assert!(m.get("prepayment").is_none() && m.get("lost_on").is_none());
    let then = s.clerk.get(format!("/v1/members/{person}?as_of=2026-12-09")).expect(200);
    assert_eq!(
        (&then["enrolment_type"], &then["lost_on"], &then["loss_reason"]),
        (&json!("voluntary_continuation"), &json!("2026-12-10"), &json!("other_insurance"))
    );
    let family = s.clerk.get(format!("/v1/members/{person}/dependents")).expect(200);
    assert!(family["items"].as_array().unwrap().is_empty(), "dependents lose with the member");

    // 7: another member does not pay
    let other = {
        let (other, card) = s.left(HACHI, "2025-04-01", "2026-11-30", "2026-12-01");
        s.accepted(&application(HACHI, &card), "2026-12-05");
        other
    };
    s.pass(32); // 2027-01-13
    let m = s.unpaid(&s.collection, other, "monthly", "2027-01-12").expect(200);
    assert_eq!((&m["lost_on"], &m["loss_reason"]), (&json!("2027-01-13"), &json!("premium_unpaid")));
    assert_eq!(s.cover(other), ended("2026-12-01", "2027-01-13", "premium_unpaid"));
}
