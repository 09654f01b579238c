//! Who works at two employers of the society is seen by both, each for its own time.
use super::family;
use crate::{
    filing::{NANA, accept, acquisition, decide, fresh_key, id, loss, same_person},
    harness::{caller::Caller, world::World},
};
use chrono::Duration;
use serde_json::{Value, json};
use uuid::Uuid;

/// Files at the other employer, and accepts.
#[track_caller]
fn accepted_there(w: &World, staff: &Caller, form: &Value, decision: &Value) {
    let body = json!({ "employer_id": w.other_employer, "preparer_name": "見本 次郎", "notification": form });
    let receipt =
        w.client("other-employer").post("/v1/notifications").key(&fresh_key()).json(&body).expect(202);
    decide(staff, id(&receipt["results"][0]["notification_id"]), decision).expect(200);
}
/// Whom a list shows on a day.
#[track_caller]
fn listed(by: &Caller, query: &str) -> Vec<Uuid> {
    let page = by.get(format!("/v1/members?{query}")).expect(200);
    page["items"].as_array().unwrap().iter().map(|m| id(&m["id"])).collect()
}

#[test]
fn an_employer_sees_who_works_there_beside_another_one_for_that_time() {
    let w = World::new();
    let (employer, other, staff) = (w.client("employer"), w.client("other-employer"), w.staff("clerk"));
    let (member, dependent, _) = family(&w, &employer, &staff);
    w.clock.advance(Duration::minutes(2));
    let before = w.clock.now().format("known_at=%Y-%m-%dT%H:%M:%SZ").to_string();
    let of_other = format!("employer_id={}", w.other_employer);
    let staff_then = staff.get(format!("/v1/members?{of_other}&as_of=2026-11-15&{before}")).text;
    w.clock.advance(Duration::minutes(2));
    let mut begins = acquisition(NANA, "2026-11-15", None);
    begins["two_or_more_offices"] = json!(true);
    accepted_there(&w, &staff, &begins, &same_person("insured", member));

    let path = format!("/v1/members/{member}");
    let own = employer.get(&path).expect(200);
    assert!(own.get("planned_loss_on").is_some() && own.get("personal_number_state").is_some());
    let seen = other.get(&path).expect(200);
    assert_eq!(
        other.get(format!("/v1/members?symbol={}", own["symbol"].as_str().unwrap())).expect(200)["items"],
        json!([seen])
    );
    // The person and the number of the cover, with the employment there in the place of the cover.
    let mut wanted = own.clone();
    for hidden in ["office_number", "planned_loss_on", "short_time_worker", "personal_number_state"] {
        wanted.as_object_mut().unwrap().remove(hidden);
    }
    wanted["office_number"] = json!(NANA.office_number);
    wanted["acquired_on"] = json!("2026-11-15");
    wanted["acquisition_reason"] = json!("concurrent_office");
    assert_eq!(seen, wanted);
    assert_eq!(other.get(format!("{path}/dependents")).expect(200)["items"], json!([]));
    other.get(format!("/v1/dependents/{dependent}")).refused(404, "not-found");
    assert_eq!(employer.get(format!("{path}/dependents")).expect(200)["items"].as_array().unwrap().len(), 1);
    for (by, query) in [
        (&other, "as_of=2026-11-22".to_owned()),
        (&other, "as_of=2026-11-15&name_kana=%E3%83%9F".to_owned()),
        (&other, format!("symbol={}", own["symbol"].as_str().unwrap())),
        (&other, format!("number={}&{of_other}", own["number"].as_str().unwrap())),
        (&other, of_other.clone()),
        (&employer, "as_of=2026-11-22".to_owned()),
        (&staff, of_other.clone()),
    ] {
        assert!(listed(by, &query).contains(&member), "{query}");
    }

    // Not before its time, and what was known before the form does not show it either.
    other.get(format!("{path}?as_of=2026-11-14")).refused(404, "not-found");
    other.get(format!("{path}?{before}")).refused(404, "not-found");
    assert!(!listed(&other, "as_of=2026-11-14").contains(&member));
    assert!(!listed(&other, &before).contains(&member));
    let again = staff.get(format!("/v1/members?{of_other}&as_of=2026-11-15&{before}")).text;
    assert_eq!(again, staff_then, "what was known then is told byte for byte");

    // Nor after it, while the cover goes on; of its own days it is told still.
    w.clock.advance(Duration::minutes(2));
    let during = w.clock.now().format("known_at=%Y-%m-%dT%H:%M:%SZ").to_string();
    w.clock.advance(Duration::minutes(2));
    accepted_there(&w, &staff, &loss(NANA, "2026-11-20", "2026-11-21"), &accept());
    employer.get(&path).expect(200);
    for gone in ["", &format!("?{during}"), "?as_of=2026-11-21"] {
        other.get(format!("{path}{gone}")).refused(404, "not-found");
    }
    let ended = other.get(format!("{path}?as_of=2026-11-20")).expect(200);
    assert_eq!(ended["lost_on"], "2026-11-21");
    other.get(format!("{path}?as_of=2026-11-20&{during}")).expect(200);
    for (query, is_there) in [
        ("as_of=2026-11-20".to_owned(), true),
        (format!("as_of=2026-11-20&{during}"), true),
        ("as_of=2026-11-21".to_owned(), false),
        (during.clone(), false),
    ] {
        assert_eq!(listed(&other, &query).contains(&member), is_there, "{query}");
    }
    assert!(listed(&staff, &format!("{of_other}&{during}")).contains(&member), "known so then");
}
