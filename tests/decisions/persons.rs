//! 名寄せ: the register proposes, staff chooses, and what the form states anew is kept beside what was known.
use super::{accepted, hired};
use crate::{
    filing::{
        CHILD, HACHI, NANA, Person, accept, acquisition, child, child_leaves, count, decide, decide_on,
        filed, fresh_key, give_back, id, loss, new_person, same_person, spouse, tables,
    },
    harness::{
        caller::{Caller, Response},
        race::at_once,
        world::World,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

/// The other employer files a form.
#[track_caller]
fn filed_there(w: &World, other: &Caller, form: &Value) -> Uuid {
    let body = json!({ "employer_id": w.other_employer, "preparer_name": "見本 次郎", "notification": form });
    let receipt = other.post("/v1/notifications").key(&fresh_key()).json(&body).expect(202);
    id(&receipt["results"][0]["notification_id"])
}
/// Nana was insured until the 9th.
fn left(w: &World, employer: &Caller, staff: &Caller) -> Uuid {
    let (person, _) = hired(w, employer, staff, NANA, None);
    accepted(staff, filed(w, employer, &loss(NANA, "2026-11-09", "2026-11-10")));
    person
}
fn persons(w: &World) -> i64 {
    count(w, "select count(*) as n from person")
}
/// Holds that a decision is refused and nothing changed.
#[track_caller]
fn refused(w: &World, (status, code): (u16, &str), ask: impl FnOnce() -> Response) -> Value {
    let before = tables(w);
    let problem = ask().refused(status, code);
    assert_eq!(tables(w), before, "nothing changed");
    problem
}

#[test]
fn where_somebody_is_proposed_staff_must_choose() {
    let w = World::new();
    let (employer, other) = (w.client("employer"), w.client("other-employer"));
    let staff = w.staff("clerk");
    let person = left(&w, &employer, &staff);
    let form = acquisition(NANA, "2026-11-15", None);
    let n = filed_there(&w, &other, &form);
    let seen = staff.get(format!("/v1/notifications/{n}")).expect(200);
    let proposal = &seen["same_person_proposals"][0];
    assert_eq!((&proposal["slot"], id(&proposal["person_id"])), (&json!("insured"), person));
    let reasons = json!(["same_reading_and_birth_day", "same_sex", "same_name", "same_address"]);
    assert_eq!(proposal["reasons"], reasons);
    for path in [format!("/v1/notifications/{n}"), "/v1/notifications".into()] {
        assert!(!other.get(path).text.contains(&person.to_string()), "the submitter learns nothing");
    }
    let p = refused(&w, (409, "person-choice-needed"), || decide(&staff, n, &accept()));
    assert_eq!(p["errors"][0]["pointer"], "/persons");
    assert!(!p.to_string().contains(&person.to_string()), "whom the view tells alone");
    let done = decide(&staff, n, &new_person("insured")).expect(200);
    assert_ne!(id(&done["outcome"]["member_id"]), person);
    assert_eq!(persons(&w), 2);
    let seen = staff.get(format!("/v1/notifications/{n}")).expect(200);
    assert!(seen.get("same_person_proposals").is_none(), "nothing is to be chosen any more");
}
#[test]
fn a_choice_must_fit_the_form() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let person = left(&w, &employer, &staff);
    let n = filed(&w, &employer, &acquisition(NANA, "2026-11-15", None));
    let with = |persons: Value| json!({ "decision": "accept", "persons": persons });
    let at = |body: &Value| {
        let p = refused(&w, (422, "invalid"), || decide(&staff, n, body));
        (p["errors"][0]["pointer"].as_str().unwrap().to_owned(), p["errors"][0]["code"].clone())
    };
    let same = json!({ "slot": "insured", "choice": "same_person", "person_id": person });
    let none = with(json!([{ "slot": "insured", "choice": "same_person" }]));
    assert_eq!(at(&none), ("/persons/0/person_id".into(), json!("missing-field")));
    let both = with(json!([{ "slot": "insured", "choice": "new_person", "person_id": person }]));
    assert_eq!(at(&both), ("/persons/0/person_id".into(), json!("must-be-absent")));
    assert_eq!(at(&with(json!([same, same]))), ("/persons/1/slot".into(), json!("duplicate")));
    assert_eq!(at(&same_person("insured", Uuid::now_v7())).1, "unknown-person");
    assert_eq!(at(&json!({ "decision": "accept", "person_id": person })).0, "/person_id");
    let mut back = give_back();
    back["persons"] = json!([same]);
    assert_eq!(at(&back), ("/persons".into(), json!("must-be-absent")));
    let p = refused(&w, (422, "person-not-expected"), || decide(&staff, n, &same_person("spouse", person)));
    assert_eq!(p["errors"][0]["pointer"], "/persons/0/slot");
    decide_on(&employer, n, "\"1\"", &same_person("insured", person)).refused(403, "insufficient-scope");
    decide(&staff, n, &same_person("insured", person)).expect(200);
    decide(&staff, n, &same_person("insured", person)).refused(409, "already-decided");
}
#[test]
fn of_two_forms_about_one_human_being_the_second_asks() {
    let w = World::new();
    let (employer, other) = (w.client("employer"), w.client("other-employer"));
    let staff = w.staff("clerk");
    let form = acquisition(NANA, "2026-11-01", None);
    let both = [filed(&w, &employer, &form), filed_there(&w, &other, &form)];
    let tags = both.map(|n| staff.get(format!("/v1/notifications/{n}")).header("etag").to_owned());
    let told = at_once(both.iter().zip(&tags).map(|(n, tag)| || decide_on(&staff, *n, tag, &accept())));
    let code = |r: &Response| r.body["code"].as_str().unwrap_or_default().to_owned();
    let mut answers: Vec<(u16, String)> = told.iter().map(|r| (r.status, code(r))).collect();
    answers.sort();
    assert_eq!(answers, [(200, String::new()), (409, "person-choice-needed".to_owned())]);
    assert_eq!(persons(&w), 1);
}
#[test]
fn who_rejoins_under_another_name_keeps_the_history() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let person = left(&w, &employer, &staff);
    let path = format!("/v1/members/{person}");
    // contact details were changed in between: they stay, and take the new name from its day on
    crate::filing::contact_changed(&w, &staff, person, &json!({ "phone": "03-0000-0000" }));
    let married = Person { kana: "タメシ　ナナ", name: "試　七", ..NANA };
    let mut form = acquisition(married, "2026-11-15", None);
    form["resident_address"] =
        json!({ "postal_code": "9990009", "kana": "タメシマチ９", "text": "東京都架空区試町９" });
    let n = filed(&w, &employer, &form);
    let seen = staff.get(format!("/v1/notifications/{n}")).expect(200);
    assert!(seen.get("same_person_proposals").is_none(), "another reading: staff finds the person");
    decide(&staff, n, &same_person("insured", person)).expect(200);

    let as_of = |day: &str| staff.get(format!("{path}?as_of={day}")).expect(200);
    let name_on =
        |day: &str| (as_of(day)["name"].clone(), as_of(day)["resident_address"]["postal_code"].clone());
    let (old, new) = ((json!("見本　七"), json!("9990001")), (json!("試　七"), json!("9990009")));
    assert_eq!(name_on("2026-11-05"), old);
    assert_eq!(name_on("2026-11-14"), old, "the day before");
    assert_eq!(name_on("2026-11-15"), new, "from the day of acquisition");
    let now = staff.get(&path).expect(200);
    assert_eq!(
        (&now["name"], &now["name_kana"], &now["phone"], &now["acquisition_reason"]),
        (&json!("試　七"), &json!("タメシ　ナナ"), &json!("03-0000-0000"), &json!("rejoined"))
    );
    assert!(as_of("2026-11-15").get("phone").is_none(), "the phone is known from the 22nd");
    let history = staff.get(format!("{path}/history")).expect(200);
    let identities = history["identities"].as_array().unwrap();
    let open: Vec<&Value> = identities.iter().filter(|i| i.get("superseded_at").is_none()).collect();
    assert_eq!(open.len(), 3, "{history}");
    assert_eq!(identities.iter().filter(|i| i["name"] == "見本　七").count(), 4, "nothing is overwritten");
    assert_eq!(persons(&w), 1);
    let list = staff.get("/v1/members?name_kana=%E3%82%BF%E3%83%A1%E3%82%B7").expect(200);
    assert_eq!(list["items"][0]["id"], json!(person), "found by the new reading");
}
#[test]
fn a_stranger_is_not_the_same_person() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let person = left(&w, &employer, &staff);
    w.number(person, 1);
    let other_name = Person { kana: "タメシ　ハナ", ..NANA };
    let n = filed(&w, &employer, &acquisition(other_name, "2026-11-15", None));
    refused(&w, (409, "person-differs"), || decide(&staff, n, &same_person("insured", person)));
    employer.post(format!("/v1/notifications/{n}/withdrawal")).send(b"").expect(200);
    // the number that came with the form is this person's: the whole name changed, and the form has the reading alone
    let mut form = acquisition(other_name, "2026-11-15", Some(1));
    form.as_object_mut().unwrap().remove("name");
    let n = filed(&w, &employer, &form);
    decide(&staff, n, &same_person("insured", person)).expect(200);
    let now = staff.get(format!("/v1/members/{person}")).expect(200);
    assert_eq!((&now["name"], &now["name_kana"]), (&json!("タメシ　ハナ"), &json!("タメシ　ハナ")));
    assert_eq!(
        now["resident_address"]["postal_code"], "9990001",
        "a form with a number has no address: the old one stays"
    );
    let born_later = Person { birth_on: "2000-07-08", office_number: "17", ..NANA };
    let n = filed(&w, &employer, &acquisition(born_later, "2026-11-15", None));
    refused(&w, (409, "person-differs"), || decide(&staff, n, &same_person("insured", person)));
}
#[test]
fn a_dependent_who_returns_is_named_for_the_place_on_the_form() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    hired(&w, &employer, &staff, NANA, None);
    let (_, first) = accepted(&staff, filed(&w, &employer, &child(NANA, CHILD, "2026-11-10", None)));
    let person = id(&first["dependents"][0]["person_id"]);
    accepted(&staff, filed(&w, &employer, &child_leaves(NANA, CHILD, "2026-11-15")));
    let n = filed(&w, &employer, &child(NANA, CHILD, "2026-11-16", None));
    let seen = staff.get(format!("/v1/notifications/{n}")).expect(200);
    let proposal = &seen["same_person_proposals"][0];
    assert_eq!((&proposal["slot"], id(&proposal["person_id"])), (&json!("other_1"), person));
    assert!(proposal["reasons"].as_array().unwrap().contains(&json!("former_dependent")), "{proposal}");
    refused(&w, (409, "person-choice-needed"), || decide(&staff, n, &accept()));
    refused(&w, (422, "person-not-expected"), || decide(&staff, n, &same_person("spouse", person)));
    let done = decide(&staff, n, &same_person("other_1", person)).expect(200);
    assert_eq!(id(&done["outcome"]["dependents"][0]["person_id"]), person);
    assert_eq!(done["outcome"]["dependents"][0]["branch"], "02", "a new 枝番 all the same");
    let leaves = filed(&w, &employer, &child_leaves(NANA, CHILD, "2026-11-20"));
    let named = same_person("other_1", person);
    refused(&w, (422, "person-not-expected"), || decide(&staff, leaves, &named));
}
#[test]
fn every_place_of_a_form_is_chosen_for() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    hired(&w, &employer, &staff, NANA, None);
    hired(&w, &employer, &staff, HACHI, None);
    let wife = Person {
        office_number: "", kana: "ミホン　ツマ", name: "見本　妻", birth_on: "1991-01-01"
    };
    let both = |of: Person, on: &str| {
        let mut form = spouse(of, wife, on, None);
        form["others"] = child(of, CHILD, on, None)["others"].clone();
        form
    };
    let (_, first) = accepted(&staff, filed(&w, &employer, &both(NANA, "2026-11-10")));
    let known = [0, 1].map(|i| id(&first["dependents"][i]["person_id"]));
    let n = filed(&w, &employer, &both(HACHI, "2026-11-12"));
    let p = refused(&w, (409, "person-choice-needed"), || decide(&staff, n, &accept()));
    assert_eq!(p["errors"].as_array().unwrap().len(), 2, "{p}");
    let p = refused(&w, (409, "person-choice-needed"), || decide(&staff, n, &new_person("spouse")));
    assert!(p["errors"][0]["detail"].as_str().unwrap().starts_with("other_1"), "{p}");
    let mut named = new_person("spouse");
    let same = same_person("other_1", known[1]);
    named["persons"].as_array_mut().unwrap().push(same["persons"][0].clone());
    refused(&w, (409, "already-dependent"), || decide(&staff, n, &named));
    assert_eq!(persons(&w), 4, "the new spouse is gone with the refusal");
    accepted(&staff, filed(&w, &employer, &child_leaves(NANA, CHILD, "2026-11-12")));
    let done = decide(&staff, n, &named).expect(200)["outcome"]["dependents"].clone();
    assert_ne!(id(&done[0]["person_id"]), known[0]);
    assert_eq!(id(&done[1]["person_id"]), known[1]);
}
#[test]
fn a_namesake_of_the_other_sex_is_not_proposed() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    left(&w, &employer, &staff);
    let mut form = acquisition(NANA, "2026-11-15", None);
    form["sex"] = json!("female");
    let n = filed(&w, &employer, &form);
    let seen = staff.get(format!("/v1/notifications/{n}")).expect(200);
    assert!(seen.get("same_person_proposals").is_none(), "{seen}");
    decide(&staff, n, &accept()).expect(200);
    assert_eq!(persons(&w), 2);
}
#[test]
fn a_dependent_moves_from_one_insured_person_to_another() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    hired(&w, &employer, &staff, NANA, None);
    hired(&w, &employer, &staff, HACHI, None);
    let (_, first) = accepted(&staff, filed(&w, &employer, &child(NANA, CHILD, "2026-11-10", None)));
    let person = id(&first["dependents"][0]["person_id"]);
    accepted(&staff, filed(&w, &employer, &child_leaves(NANA, CHILD, "2026-11-15")));
    let n = filed(&w, &employer, &child(HACHI, CHILD, "2026-11-15", None));
    refused(&w, (409, "person-choice-needed"), || decide(&staff, n, &accept()));
    let done = decide(&staff, n, &same_person("other_1", person)).expect(200);
    assert_eq!(id(&done["outcome"]["dependents"][0]["person_id"]), person);
    assert_eq!(persons(&w), 3);
}
#[test]
fn a_dependent_becomes_an_insured_person_and_stays_the_same() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    hired(&w, &employer, &staff, HACHI, None);
    let wife = Person {
        office_number: "21", kana: "ミホン　ツマ", name: "見本　妻", birth_on: "1991-01-01"
    };
    let (_, first) = accepted(&staff, filed(&w, &employer, &spouse(HACHI, wife, "2026-11-01", None)));
    let person = id(&first["dependents"][0]["person_id"]);
    let mut form = acquisition(wife, "2026-11-15", None);
    form["sex"] = json!("female");
    let n = filed(&w, &employer, &form);
    let named = same_person("insured", person);
    refused(&w, (409, "still-dependent"), || decide(&staff, n, &named));
    let mut leaves = child_leaves(HACHI, wife, "2026-11-15");
    let mut entry = leaves["others"][0].take();
    leaves.as_object_mut().unwrap().remove("others");
    entry["relationship"] = json!("wife");
    leaves["spouse"] = entry;
    accepted(&staff, filed(&w, &employer, &leaves));
    let done = decide(&staff, n, &named).expect(200);
    assert_eq!(id(&done["outcome"]["member_id"]), person);
    let now = staff.get(format!("/v1/members/{person}")).expect(200);
    assert_eq!(now["acquisition_reason"], "new", "insured for the first time");
}
