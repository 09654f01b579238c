//! Which notification is whose case: an undecided one stands only for those whom its decision may concern.
use crate::{
    filing::{
        CHILD, HACHI, KYU, NANA, Person, accept, acquisition, child, decide, filed, fresh_key, give_back, id,
        loss, same_person,
    },
    harness::{caller::Caller, world::World},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// The linkage is given for these people under this case, or refused.
#[track_caller]
fn stands(w: &World, staff: &Caller, case: Uuid, persons: &[Uuid], expected: Result<(), &str>) {
    let r = w.exchange(staff, case, persons);
    let told = if r.status == 200 { Ok(()) } else { Err(r.body["error"].as_str().unwrap_or_default()) };
    assert_eq!(told, expected, "{}", r.text);
}

/// The other employer files a form.
#[track_caller]
fn filed_elsewhere(w: &World, form: &Value) -> Uuid {
    let body = json!({ "employer_id": w.other_employer, "preparer_name": "見本 次郎", "notification": form });
    let by = w.client("other-employer");
    id(
        &by.post("/v1/notifications").key(&fresh_key()).json(&body).expect(202)["results"][0]["notification_id"],
    )
}

#[test]
fn an_undecided_acquisition_stands_for_its_namesakes_and_the_holder_of_its_number() {
    let w = World::new();
    let staff = w.staff("privileged");
    let namesake = w.member("7", NANA.kana, NANA.name, NANA.birth_on);
    let holder = w.member("8", HACHI.kana, HACHI.name, HACHI.birth_on);
    let stranger = w.member("9", KYU.kana, KYU.name, KYU.birth_on);
    w.number(stranger, 3);
    w.number(holder, 2);
    let other_office = Person { office_number: "70", ..NANA };
    let case = filed_elsewhere(&w, &acquisition(other_office, "2026-11-01", Some(2)));
    let refused = Err("access_denied");
    stands(&w, &staff, case, &[stranger], refused);
    stands(&w, &staff, case, &[namesake, stranger], refused);
    stands(&w, &staff, case, &[namesake, holder], Ok(()));
    assert_eq!(w.rows("select * from number_grant").len(), 1);
    let told = w.entries("operation = 'oauthToken' and code = 'access_denied'");
    assert_eq!((told.len(), &told[0]["persons"]), (2, &json!([stranger])));
    // without the number, its holder has nothing to do with it
    let bare = Person { office_number: "71", birth_on: "2001-07-07", ..NANA };
    let bare = filed_elsewhere(&w, &acquisition(bare, "2026-11-01", None));
    for person in [namesake, holder, stranger] {
        stands(&w, &staff, bare, &[person], refused);
    }
    // what was given back before it named anybody is no case any more
    decide(&staff, case, &give_back()).expect(200);
    stands(&w, &staff, case, &[namesake], Err("invalid_request"));
}
#[test]
fn a_decided_one_stands_for_the_person_chosen() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let first = filed(&w, &employer, &acquisition(NANA, "2026-11-01", None));
    let done = decide(&staff, first, &accept()).expect(200);
    let person = id(&done["outcome"]["member_id"]);
    let left = filed(&w, &employer, &loss(NANA, "2026-11-09", "2026-11-10"));
    decide(&staff, left, &accept()).expect(200);
    let twin = w.member("70", NANA.kana, NANA.name, NANA.birth_on);
    let case = filed_elsewhere(&w, &acquisition(NANA, "2026-11-15", None));
    stands(&w, &staff, case, &[person, twin], Ok(()));
    decide(&staff, case, &same_person("insured", person)).expect(200);
    stands(&w, &staff, case, &[twin], Err("access_denied"));
    stands(&w, &staff, case, &[person], Ok(()));
}
#[test]
fn a_dependent_change_that_named_nobody_stands_for_the_insured_person_whom_it_names_now() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let comes = filed(&w, &employer, &acquisition(NANA, "2026-11-01", None));
    let case = filed(&w, &employer, &child(NANA, CHILD, "2026-11-10", None));
    let hachi = w.member("8", HACHI.kana, HACHI.name, HACHI.birth_on);
    stands(&w, &staff, case, &[hachi], Err("access_denied"));
    let nana = id(&decide(&staff, comes, &accept()).expect(200)["outcome"]["member_id"]);
    stands(&w, &staff, case, &[nana], Ok(()));
    stands(&w, &staff, case, &[nana, hachi], Err("access_denied"));
}
