//! Set, prolonged, lifted by two; and where letters go.
use super::{at_once, path, protect, request, tag};
use crate::{
    filing::{NANA, count, entries, id, tables},
    harness::{
        caller::{Caller, Response},
        world::World,
    },
};
use chrono::Duration;
use serde_json::{Value, json};
use uuid::Uuid;

fn nana(w: &World) -> Uuid {
    w.member("7", NANA.kana, NANA.name, NANA.birth_on)
}
fn of(staff: &Caller, person: Uuid) -> Uuid {
    id(&staff.get(path(person)).expect(200)["versions"][0]["protection_id"])
}
fn lift(by: &Caller, person: Uuid, body: &Value) -> Response {
    let (protection, tag) = (of(by, person), tag(by, person));
    by.post(format!("/v1/protections/{protection}/lifting")).header("if-match", &tag).json(body)
}
fn prolong(by: &Caller, person: Uuid, body: &Value) -> Response {
    let (protection, tag) = (of(by, person), tag(by, person));
    by.post(format!("/v1/protections/{protection}/prolongation")).header("if-match", &tag).json(body)
}
fn is_shown(by: &Caller, person: Uuid) -> bool {
    by.get(format!("/v1/members/{person}")).expect(200).get("resident_address").is_some()
}
fn with_address(w: &World, person: Uuid) {
    // the first piece of a seeded person has no address: one is stated as the owner would never do it, beside the product
    w.run(
        &format!(
            "alter table person_identity disable trigger keep_history; \
             update person_identity set resident_postal_code = '999-0001', resident_address = '架空市住所１' where person_id = '{person}'; \
             alter table person_identity enable trigger keep_history"
        ),
    );
}

#[test]
fn a_protection_is_set_prolonged_and_lifted_by_two_and_its_history_stays() {
    let w = World::new();
    let person = nana(&w);
    let (clerk, second, employer) = (w.staff("clerk"), w.staff("privileged"), w.client("employer"));
    with_address(&w, person);
    assert!(is_shown(&employer, person));
    w.clock.advance(Duration::minutes(1));
    let set = protect(&clerk, person, &request()).expect(200);
    assert_eq!((&set["protected"], &set["versions"][0]["change"]), (&json!(true), &json!("set")));
    assert!(!is_shown(&employer, person));
    let seen = clerk.get(format!("/v1/members/{person}")).expect(200);
    assert_eq!(seen["protected"], true, "staff sees the address with the flag");
    assert!(entries(&w, "getMember")[0].disclosed.contains(&"protected_whereabouts".to_owned()));

    w.clock.advance(Duration::minutes(1));
    let longer = json!({ "valid_to": "2028-11-22", "received_on": "2026-11-22" });
    assert_eq!(prolong(&clerk, person, &longer).expect(200)["versions"][0]["valid_to"], "2028-11-22");
    prolong(&clerk, person, &longer).refused(409, "not-later");
    // a letter address with it shortens nothing: to end it takes two
    let letter = json!({ "text": "架空市送付先３" });
    for end in ["2028-11-21", "2026-11-23", "2026-11-22", "2026-11-01", "2020-01-01"] {
        let body = json!({ "valid_to": end, "received_on": "2026-11-22", "letter_address": letter });
        prolong(&clerk, person, &body).refused(409, "not-later");
    }
    let alone = json!({ "received_on": "2026-11-22", "letter_address": letter });
    let told = prolong(&clerk, person, &alone).expect(200);
    assert_eq!((&told["versions"][0]["valid_to"], &told["protected"]), (&json!("2028-11-22"), &json!(true)));
    protect(&clerk, person, &request()).refused(409, "protection-runs");

    w.clock.advance(Duration::minutes(1));
    let ask = json!({ "step": "request", "valid_to": "2026-11-22", "received_on": "2026-11-22" });
    let confirm = json!({ "step": "approve", "valid_to": "2026-11-22", "received_on": "2026-11-22" });
    lift(&second, person, &confirm).refused(409, "no-open-check");
    assert_eq!(lift(&clerk, person, &ask).expect(200)["versions"][0]["lift_requested"], true);
    assert!(!is_shown(&employer, person), "asking alone lifts nothing");
    lift(&second, person, &ask).refused(409, "already-exists");
    lift(&clerk, person, &confirm).refused(409, "same-person");
    let other = json!({ "step": "approve", "valid_to": "2026-11-23", "received_on": "2026-11-22" });
    lift(&second, person, &other).refused(409, "entry-changed");
    let lifted = lift(&second, person, &confirm).expect(200);
    assert_eq!((&lifted["protected"], &lifted["versions"][0]["change"]), (&json!(false), &json!("lifted")));
    assert!(is_shown(&employer, person));
    prolong(&clerk, person, &longer).refused(409, "protection-over");
    let history = clerk.get(path(person)).expect(200);
    let changes: Vec<&Value> = history["versions"].as_array().unwrap().iter().map(|v| &v["change"]).collect();
    assert_eq!(changes, ["lifted", "prolonged", "prolonged", "set"]);
    let then = clerk.get(format!("{}?known_at=2026-11-22T00:01:30Z", path(person))).expect(200);
    assert_eq!(then["versions"].as_array().unwrap().len(), 1);
    assert!(then["versions"][0].get("superseded_at").is_none(), "{then}");
}
#[test]
fn a_protection_ends_on_its_day_and_begins_no_earlier() {
    let w = World::new();
    let (person, clerk, employer) = (nana(&w), w.staff("clerk"), w.client("employer"));
    with_address(&w, person);
    let mut one_day = request();
    one_day["valid_to"] = json!("2026-11-23");
    protect(&clerk, person, &one_day).expect(200);
    for query in ["", "?as_of=2025-01-01", "?known_at=2026-11-22T00:00:00Z"] {
        let seen = employer.get(format!("/v1/members/{person}{query}")).expect(200);
        assert!(seen.get("resident_address").is_none() && seen.get("protected").is_none(), "{query} {seen}");
    }
    w.clock.advance(Duration::days(1));
    assert!(is_shown(&w.client("employer"), person));
    let again = protect(
        &w.staff("clerk"),
        person,
        &json!({ "reason": "stalking", "authority": "police",
        "authority_name": "架空警察署", "valid_from": "2026-11-23", "received_on": "2026-11-23",
        "letter_address": { "text": "架空市送付先２" } }),
    );
    assert_eq!(again.expect(200)["versions"].as_array().unwrap().len(), 2);
}
#[test]
fn letters_go_to_the_letter_address_and_else_to_the_contact_or_resident_one() {
    let w = World::new();
    let (person, clerk) = (nana(&w), w.staff("clerk"));
    let goes_to = |by: &Caller| {
        let seen = by.get(format!("/v1/persons/{person}/mailing-address")).expect(200);
        (seen["mailing_address"]["source"].clone(), seen["mailing_address"]["text"].clone())
    };
    assert_eq!(goes_to(&clerk), (Value::Null, Value::Null), "nothing may be sent");
    with_address(&w, person);
    assert_eq!(goes_to(&clerk), (json!("resident"), json!("架空市住所１")));
    let contact = json!({ "contact_address": "架空市連絡先１" });
    crate::filing::contact_changed(&w, &clerk, person, &contact);
    assert_eq!(goes_to(&clerk), (json!("contact"), json!("架空市連絡先１")));
    protect(&clerk, person, &request()).expect(200);
    let benefits = w.staff("benefits");
    assert_eq!(goes_to(&benefits), (json!("protection"), json!("架空市送付先１")));
    assert!(entries(&w, "getMailingAddress")[0].disclosed.contains(&"protected_whereabouts".to_owned()));
}
#[test]
fn who_may_not_and_what_is_wrong_is_refused_and_stores_nothing() {
    let w = World::new();
    let (person, clerk) = (nana(&w), w.staff("clerk"));
    let (benefits, review) = (w.staff("benefits"), w.staff("review"));
    let tag = tag(&clerk, person);
    let before = tables(&w);
    let ask = |by: &Caller, tag: &str, body: &Value| by.post(path(person)).header("if-match", tag).json(body);
    for (member, value, pointer, code) in [
        ("valid_from", json!("2026-11-23"), "/valid_from", "future-date"),
        ("received_on", json!("2026-11-23"), "/received_on", "future-date"),
        ("valid_to", json!("2026-11-22"), "/valid_to", "past-date"),
        ("authority_name", json!(""), "/authority_name", "length"),
        ("authority_name", json!("123456789012"), "/authority_name", "E-NUMBER-IN-TEXT"),
        ("letter_address", json!({ "text": "" }), "/letter_address/text", "length"),
    ] {
        let mut body = request();
        body[member] = value;
        let refused = ask(&clerk, &tag, &body).refused(422, "invalid");
        let said = &refused["errors"][0];
        assert_eq!((&said["pointer"], &said["code"]), (&json!(pointer), &json!(code)), "{refused}");
    }
    let mut no_letter = request();
    no_letter.as_object_mut().unwrap().remove("letter_address");
    ask(&clerk, &tag, &no_letter).refused(422, "invalid");
    ask(&clerk, "\"99\"", &request()).refused(412, "stale");
    ask(&benefits, &tag, &request()).refused(403, "forbidden");
    ask(&review, &tag, &request()).refused(403, "forbidden");
    review.get(path(person)).refused(403, "forbidden");
    clerk.get(path(Uuid::now_v7())).refused(404, "not-found");
    assert_eq!(tables(&w), before);
}
#[test]
fn of_two_at_once_one_is_set() {
    let w = World::new();
    let (person, clerk) = (nana(&w), w.staff("clerk"));
    let tag = tag(&clerk, person);
    let answers = at_once(4, || clerk.post(path(person)).header("if-match", &tag).json(&request()));
    let won = answers.iter().filter(|s| **s == 200).count();
    assert_eq!((won, answers.iter().filter(|s| **s == 412).count()), (1, 3), "{answers:?}");
    assert_eq!(count(&w, "select count(*) as n from protection"), 1);
}
#[test]
fn a_request_to_lift_is_refused_or_confirmed_later_and_what_was_known_stays() {
    let w = World::new();
    let (person, clerk) = (nana(&w), w.staff("clerk"));
    protect(&clerk, person, &request()).expect(200);
    w.clock.advance(Duration::minutes(1));
    let then = format!("{}?known_at=2026-11-22T00:01:00Z", path(person));
    let told = clerk.get(&then).text;
    w.clock.advance(Duration::minutes(1));
    let step = |step: &str, to: &str| json!({ "step": step, "valid_to": to, "received_on": "2026-11-22" });
    lift(&clerk, person, &step("request", "2026-12-01")).expect(200);
    assert_eq!(clerk.get(&then).text, told, "as it was known before it was asked for");
    lift(&clerk, person, &step("refuse", "2026-12-01")).refused(409, "same-person");
    let second = w.staff("privileged");
    let told = lift(&second, person, &step("refuse", "2026-12-01")).expect(200);
    let newest = &told["versions"][0];
    assert_eq!((&newest["change"], &newest["lift_requested"]), (&json!("lift_refused"), &json!(false)));
    assert_eq!((&told["protected"], &newest["valid_to"]), (&json!(true), &json!("2027-11-22")));
    lift(&clerk, person, &step("request", "2026-11-22")).expect(200);
    w.clock.advance(Duration::days(1));
    let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
    let told = lift(&second, person, &step("approve", "2026-11-22")).expect(200);
    assert_eq!((&told["protected"], &told["versions"][0]["valid_to"]), (&json!(false), &json!("2026-11-22")));
    assert_eq!(lift(&clerk, person, &step("request", "2026-11-23")).status, 409, "it is over");
}
/// Who lives with a protected person is shown without the address, too; who lives apart is shown.
#[test]
fn the_record_of_a_child_tells_nothing_of_the_mother() {
    use crate::filing::{CHILD, SPOUSE, accept, acquisition, child, decide, filed, spouse};
    let w = World::new();
    let (clerk, employer) = (w.staff("clerk"), w.client("employer"));
    let hired = filed(&w, &employer, &acquisition(NANA, "2026-11-01", None));
    let mother = id(&decide(&clerk, hired, &accept()).expect(200)["outcome"]["member_id"]);
    let recognised = |form: &Value| {
        let made = decide(&clerk, filed(&w, &employer, form), &accept()).expect(200);
        id(&made["outcome"]["dependents"][0]["dependent_id"])
    };
    let with = recognised(&child(NANA, CHILD, "2026-11-10", None));
    let mut apart = spouse(NANA, SPOUSE, "2026-11-12", None);
    (apart["spouse"]["living"], apart["spouse"]["prefecture"]) = (json!("apart"), json!("27"));
    let apart = recognised(&apart);
    let seen = |by: &Caller, d: Uuid| by.get(format!("/v1/dependents/{d}")).expect(200);
    assert!(seen(&employer, with).get("resident_address").is_some());
    protect(&clerk, mother, &request()).expect(200);
    let child = seen(&employer, with);
    for hidden in ["resident_address", "lives_together", "protected"] {
        assert!(child.get(hidden).is_none(), "{hidden}: {child}");
    }
    let list = employer.get(format!("/v1/members/{mother}/dependents")).expect(200);
    assert!(list["items"][0].get("resident_address").is_none(), "{list}");
    assert!(seen(&employer, apart).get("resident_address").is_some(), "lives elsewhere");
    let child = seen(&w.staff("benefits"), with);
    assert!(child.get("resident_address").is_some() && child["protected"] == true, "{child}");
    assert!(seen(&w.staff("review"), with).get("resident_address").is_none());
}
