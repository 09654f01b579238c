//! Entries say exactly what left: the people, the field classes and the rows of the answer, no more and no less.
use crate::{
    filing::{
        CHILD, HACHI, KYU, NANA, Person, accept, acquisition, batch, child, decide, filed, fresh_key, id,
        loss, slip,
    },
    harness::{caller::Caller, caller::Response, world::World},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Persons, field classes and rows that the one entry of a request tells.
#[track_caller]
fn told(w: &World, r: &Response) -> (Value, Value, Value) {
    assert!(r.status < 300, "{}", r.text);
    let all = w.entries(&format!("request_id = '{}'", r.header("x-request-id")));
    assert_eq!(all.len(), 1);
    (all[0]["persons"].clone(), all[0]["disclosed"].clone(), all[0]["row_count"].clone())
}
/// Hires somebody and enters a child: member and the child's person.
fn family(w: &World, employer: &Caller, staff: &Caller, p: Person) -> (Uuid, Uuid) {
    let hired = filed(w, employer, &acquisition(p, "2026-11-01", None));
    let member = id(&decide(staff, hired, &accept()).expect(200)["outcome"]["member_id"]);
    let made = filed(w, employer, &child(p, CHILD, "2026-11-10", None));
    let outcome = decide(staff, made, &accept()).expect(200)["outcome"].clone();
    (member, id(&outcome["dependents"][0]["person_id"]))
}

#[test]
fn a_page_tells_of_its_own_rows_only() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    for p in [NANA, HACHI, KYU] {
        let n = filed(&w, &employer, &acquisition(p, "2026-11-01", None));
        decide(&staff, n, &accept()).expect(200);
    }
    let r = staff.get("/v1/members?limit=2");
    let shown: Vec<Value> = r.body["items"].as_array().unwrap().iter().map(|m| m["id"].clone()).collect();
    assert_eq!(shown.len(), 2);
    assert_eq!(told(&w, &r), (json!(shown), json!(["identity", "contact", "enrolment"]), json!(2)));
    let r = staff.get("/v1/notifications?limit=1");
    let shown = &r.body["items"][0]["outcome"]["member_id"];
    assert_eq!(
        told(&w, &r),
        (json!([shown]), json!(["identity", "notification", "enrolment", "remuneration"]), json!(1))
    );
    for path in ["/v1/submissions?limit=1", "/v1/employers?limit=1"] {
        assert_eq!(told(&w, &staff.get(path)), (json!([]), json!([]), json!(1)), "{path}");
    }
    crate::harness::behind::within(10, "the log has a page and more", || {
        w.client("auditor").get("/v1/audit-logs?limit=2").body["page"]["has_more"] == true
    });
    assert_eq!(
        told(&w, &w.client("auditor").get("/v1/audit-logs?limit=1")),
        (json!([]), json!([]), json!(1))
    );
}
#[test]
fn a_list_of_dependents_tells_of_dependents() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let (parent, child) = family(&w, &employer, &staff, NANA);
    let alone = w.member("9", KYU.kana, KYU.name, KYU.birth_on);
    for by in [&employer, &staff] {
        let r = by.get(format!("/v1/members/{parent}/dependents"));
        assert_eq!(
            told(&w, &r),
            (json!([parent, child]), json!(["identity", "contact", "family"]), json!(1))
        );
        let r = by.get(format!("/v1/members/{alone}/dependents"));
        assert_eq!(told(&w, &r), (json!([alone]), json!([]), json!(0)));
    }
    let dependent = w.rows(&format!("select dependent_id as id from dependency where person_id = '{child}'"));
    let r = staff.get(format!("/v1/dependents/{}/history", dependent[0]["id"].as_str().unwrap()));
    assert!(r.body["identities"][0]["resident_address"].is_object(), "{}", r.text);
    assert_eq!(told(&w, &r), (json!([child, parent]), json!(["identity", "contact", "family"]), Value::Null));
}
#[test]
fn a_submission_tells_of_the_people_of_its_results() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let parent = w.member("7", NANA.kana, NANA.name, NANA.birth_on);
    let forms = [child(NANA, CHILD, "2026-11-10", None), acquisition(HACHI, "2026-11-01", None)];
    let made =
        employer.post("/v1/notification-batches").key(&fresh_key()).json(&batch(&w, &forms)).expect(202);
    let path = format!("/v1/submissions/{}", made["id"].as_str().unwrap());
    let r = employer.get(path.as_str());
    assert_eq!(told(&w, &r), (json!([parent]), json!(["notification"]), json!(2)));
    let n = id(&made["results"][0]["notification_id"]);
    let decided = decide(&staff, n, &accept());
    let of_child = decided.body["outcome"]["dependents"][0]["person_id"].clone();
    let both = json!([parent, of_child]);
    assert_eq!(told(&w, &decided).0, both);
    let r = employer.get(path.as_str());
    assert_eq!(told(&w, &r), (both.clone(), json!(["notification", "enrolment", "family"]), json!(2)));
    let r = employer.post(format!("{path}/confirmation")).json(&json!({ "read_count": 2 }));
    assert_eq!(told(&w, &r), (both.clone(), json!(["notification", "enrolment", "family"]), json!(2)));
    let r = employer.get(format!("/v1/notifications/{n}"));
    let classes = json!(["identity", "notification", "enrolment", "family"]);
    assert_eq!(told(&w, &r), (both, classes, Value::Null));
}
#[test]
fn a_dry_run_tells_of_the_people_whose_records_it_showed() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let (parent, of_child) = family(&w, &employer, &staff, NANA);
    let dry = |form: &Value| employer.post("/v1/notifications?validate_only=true").json(&slip(&w, form));
    let mut renamed = child(NANA, CHILD, "2026-11-10", None);
    renamed["change"] = json!("changed");
    renamed["others"][0]["name"] = json!("見本　小");
    renamed["others"][0]["remarks"] = json!("戸籍の訂正");
    for entry in ["became_on", "reason"] {
        renamed["others"][0].as_object_mut().unwrap().remove(entry);
    }
    let r = dry(&renamed);
    assert_eq!(r.body["records"][0]["consequences"][0]["before"], CHILD.name, "{}", r.text);
    assert_eq!(told(&w, &r), (json!([of_child]), json!(["identity"]), Value::Null));
    let r = dry(&loss(NANA, "2026-11-15", "2026-11-16"));
    assert_eq!(r.body["records"][0]["consequences"][1]["subject"], "dependent", "{}", r.text);
    assert_eq!(told(&w, &r), (json!([parent]), json!(["family", "remuneration"]), Value::Null));
    let r = dry(&acquisition(HACHI, "2026-11-01", None));
    assert_eq!(
        told(&w, &r),
        (json!([]), json!([]), Value::Null),
        "what the form says was known to who sent it"
    );
}
#[test]
fn what_is_told_of_pay_is_pay() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let hired = filed(&w, &employer, &acquisition(NANA, "2026-11-01", None));
    let member = id(&decide(&staff, hired, &accept()).expect(200)["outcome"]["member_id"]);
    let path = format!("/v1/members/{member}");
    let pay = staff.get(format!("{path}/standard-remunerations"));
    assert_eq!(told(&w, &pay), (json!([member]), json!(["remuneration"]), json!(1)));
    for nothing in ["standard-bonuses", "concurrent-offices", "leaves"] {
        let r = staff.get(format!("{path}/{nothing}"));
        assert_eq!(told(&w, &r), (json!([member]), json!([]), json!(0)), "{nothing}");
    }
    let r = employer.get(format!("/v1/notifications/{hired}"));
    assert!(r.body["outcome"]["standard_yen"].is_number(), "{}", r.text);
    assert_eq!(told(&w, &r).1, json!(["identity", "notification", "enrolment", "remuneration"]));
}
