//! 氏名・連絡先 registered by staff without a form: one asks, another decides.
use super::{family, names::ask};
use crate::{
    filing::{ask_contact, contact_changed, count, fresh_key, ruled, tables},
    harness::{race, world::World},
};
use serde_json::{Value, json};
use uuid::Uuid;

fn married() -> Value {
    json!({ "name": "架空　七", "name_kana": "カクウ　ナナ", "reason": "marriage", "valid_from": "2026-11-15" })
}

#[test]
fn a_name_holds_once_a_second_person_approved_it() {
    let w = World::new();
    let (employer, clerk, second) = (w.client("employer"), w.staff("clerk"), w.staff("privileged"));
    let (member, ..) = family(&w, &employer, &clerk);
    let path = format!("/v1/members/{member}");
    let tag = clerk.get(&path).header("etag").to_owned();
    let request = || {
        let path = format!("/v1/persons/{member}/name-changes");
        clerk.post(path).header("if-match", &tag).key("asked-for-once").json(&married()).expect(201)
    };
    let asked = request();
    assert_eq!(request(), asked, "the same request gets the same answer");
    assert_eq!((&asked["state"], &asked["name"]), (&json!("requested"), &married()));
    assert_eq!(clerk.get(&path).expect(200)["name"], "見本　七", "nothing holds yet");
    assert_eq!(clerk.get(&path).header("etag"), tag);
    let told = ask(&clerk, member, &tag, &json!({ "name": "別　七", "reason": "correction" }));
    let told = told.refused(409, "already-exists");
    assert!(told["detail"].as_str().unwrap().contains(asked["id"].as_str().unwrap()), "what waits is named");
    let waiting = second.get("/v1/identity-changes?state=requested").expect(200);
    assert_eq!(waiting["items"], json!([asked]), "the work of the second person");
    ruled(&clerk, &asked, "approve").refused(409, "same-person");
    for login in ["benefits", "collection", "review", "it", "officer"] {
        let by = w.staff(login);
        ruled(&by, &asked, "approve").refused(403, "forbidden");
        by.get("/v1/identity-changes").refused(403, "forbidden");
    }
    assert!([403, 404].contains(&ruled(&employer, &asked, "approve").status));
    ruled(&second, &json!({ "id": Uuid::now_v7() }), "approve").refused(404, "not-found");
    ruled(&second, &asked, "perhaps").refused(422, "invalid");
    let done = ruled(&second, &asked, "approve").expect(200);
    assert_eq!(done["state"], "approved");
    let name = |query: &str| clerk.get(format!("{path}{query}")).expect(200)["name"].clone();
    assert_eq!((name(""), name("?as_of=2026-11-14")), (json!("架空　七"), json!("見本　七")));
    ruled(&second, &asked, "reject").refused(409, "no-open-check");
    let noted =
        w.entries("operation in ('requestNameChange', 'decideIdentityChange') and status in (200, 201)");
    let by: Vec<&Value> = noted.iter().map(|e| &e["actor_name"]).collect();
    assert!(by.contains(&&json!("clerk person")) && by.contains(&&json!("privileged person")), "{by:?}");
}
#[test]
fn what_is_turned_down_changes_nothing_and_may_be_asked_for_anew() {
    let w = World::new();
    let (employer, clerk, second) = (w.client("employer"), w.staff("clerk"), w.staff("privileged"));
    let (member, dependent, child) = family(&w, &employer, &clerk);
    let of_member = format!("/v1/members/{member}");
    let seen = || (clerk.get(&of_member).text, clerk.get(format!("{of_member}/history")).text);
    let before = seen();
    let asked = ask_contact(&clerk, member, &json!({ "phone": "03-0000-0007" })).expect(201);
    assert_eq!(ruled(&second, &asked, "reject").expect(200)["state"], "rejected");
    assert_eq!(seen(), before);
    contact_changed(&w, &clerk, member, &json!({ "phone": "03-0000-0007", "contact_address": "架空市１" }));
    let now = clerk.get(&of_member).expect(200);
    assert_eq!(
        (&now["phone"], &now["contact_address"]["text"]),
        (&json!("03-0000-0007"), &json!("架空市１"))
    );
    // a dependent's name in the same way
    let tag = clerk.get(format!("/v1/dependents/{dependent}")).header("etag").to_owned();
    let right = json!({ "name": "見本　小友", "reason": "correction" });
    let asked = ask(&clerk, child, &tag, &right).expect(201);
    ruled(&second, &asked, "approve").expect(200);
    assert_eq!(clerk.get(format!("/v1/dependents/{dependent}")).expect(200)["name"], "見本　小友");
}
#[test]
fn what_changed_meanwhile_is_not_approved_but_may_be_turned_down() {
    let w = World::new();
    let (employer, clerk, second) = (w.client("employer"), w.staff("clerk"), w.staff("privileged"));
    let (member, ..) = family(&w, &employer, &clerk);
    let tag = clerk.get(format!("/v1/members/{member}")).header("etag").to_owned();
    let asked = ask(&clerk, member, &tag, &married()).expect(201);
    contact_changed(&w, &clerk, member, &json!({ "phone": "03-0000-0007" }));
    let before = count(&w, "select count(*) as n from person_identity");
    ruled(&clerk, &asked, "approve").refused(409, "same-person");
    ruled(&second, &asked, "approve").refused(409, "entry-changed");
    assert_eq!(count(&w, "select count(*) as n from person_identity"), before);
    ruled(&second, &asked, "reject").expect(200);
    let tag = clerk.get(format!("/v1/members/{member}")).header("etag").to_owned();
    let asked = ask(&clerk, member, &tag, &married()).expect(201);
    ruled(&second, &asked, "approve").expect(200);
    assert_eq!(clerk.get(format!("/v1/members/{member}")).expect(200)["name"], "架空　七");
}
#[test]
fn a_name_and_contact_details_that_wait_at_once_are_decided_one_after_the_other() {
    let w = World::new();
    let (employer, clerk, second) = (w.client("employer"), w.staff("clerk"), w.staff("privileged"));
    let (member, ..) = family(&w, &employer, &clerk);
    let tag = clerk.get(format!("/v1/members/{member}")).header("etag").to_owned();
    let asked = [
        ask(&clerk, member, &tag, &married()).expect(201),
        ask_contact(&clerk, member, &json!({ "phone": "03-0000-0007" })).expect(201),
    ];
    let told = race::at_once(asked.iter().map(|asked| || ruled(&second, asked, "approve")));
    let mut told: Vec<(u16, Value)> = told.iter().map(|r| (r.status, r.body["code"].clone())).collect();
    told.sort_by_key(|t| t.0);
    assert_eq!((told[0].0, &told[1]), (200, &(409, json!("entry-changed"))));
}
#[test]
fn a_request_that_is_refused_stores_nothing() {
    let w = World::new();
    let (employer, clerk) = (w.client("employer"), w.staff("clerk"));
    let (member, ..) = family(&w, &employer, &clerk);
    let benefits = w.staff("benefits");
    let before = tables(&w);
    let number = json!({ "phone": "999900000011" });
    let p = ask_contact(&clerk, member, &number).refused(422, "invalid");
    assert_eq!(p["errors"][0]["code"], "E-NUMBER-IN-TEXT");
    ask_contact(&benefits, member, &json!({ "phone": "1" })).refused(403, "forbidden");
    let path = format!("/v1/members/{member}/contact-changes");
    let ask = |tag: &str| {
        clerk.post(&path).header("if-match", tag).key(&fresh_key()).json(&json!({ "phone": "1" }))
    };
    ask("\"99\"").refused(412, "stale");
    let path = format!("/v1/members/{}/contact-changes", Uuid::now_v7());
    let r = clerk.post(path).header("if-match", "\"1\"").key(&fresh_key()).json(&json!({ "phone": "1" }));
    r.refused(404, "not-found");
    assert_eq!(tables(&w), before);
}
