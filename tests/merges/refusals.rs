//! What stands against a merge, and that a refusal stores nothing.
use super::{asked, decided, hired_elsewhere, is_merged_into, merged, moved, twins};
use crate::{
    filing::{CHILD, NANA, Person, accept, acquisition, child, decide, filed, id, same_person, tables},
    harness::world::World,
};
use serde_json::json;
use uuid::Uuid;

#[test]
fn what_is_no_one_human_being_at_one_place_is_refused() {
    let w = World::new();
    let clerk = w.staff("clerk");
    let (one, other) = twins(&w, "81");
    let overlapping = w.member("83", "ミホン　フタゴ", "見本　双子", "1977-07-01");
    let stranger = w.member("85", "カクウ　タニン", "架空　他人", "1977-07-01");
    let later = w.member("84", "ミホン　フタゴ", "見本　双子", "1977-07-02");
    let woman = twins(&w, "82").1;
    w.run(&format!(
        "alter table person_identity disable trigger keep_history; \
         update person_identity set sex = 'female', birth_on = '1977-07-01' where person_id = '{woman}'; \
         alter table person_identity enable trigger keep_history"
    ));
    let hired = filed(&w, &w.client("employer"), &acquisition(NANA, "2026-11-01", None));
    let parent = id(&decide(&clerk, hired, &accept()).expect(200)["outcome"]["member_id"]);
    let made = filed(&w, &w.client("employer"), &child(NANA, CHILD, "2026-11-10", None));
    let made = decide(&clerk, made, &accept()).expect(200);
    let kid = id(&made["outcome"]["dependents"][0]["person_id"]);
    w.run(&format!(
        "alter table person_identity disable trigger keep_history; \
         update person_identity set birth_on = '2000-07-07', sex = 'male' where person_id = '{kid}'; \
         alter table person_identity enable trigger keep_history"
    ));
    let review = w.staff("review");
    let before = tables(&w);
    for (surviving, merged, code) in [
        (one, overlapping, "cover-overlaps"),
        (one, later, "birth-day-differs"),
        (one, woman, "sex-differs"),
        (one, stranger, "names-differ"),
        (parent, kid, "one-family"),
    ] {
        for (surviving, merged) in [(surviving, merged), (merged, surviving)] {
            let place = asked(&clerk, surviving, merged).refused(409, code)["errors"][0].clone();
            assert_eq!((&place["pointer"], &place["code"]), (&json!("/merged_person_id"), &json!(code)));
        }
    }
    assert_eq!(asked(&clerk, one, one).refused(422, "invalid")["errors"][0]["code"], "same-id");
    assert_eq!(
        asked(&clerk, one, Uuid::now_v7()).refused(422, "invalid")["errors"][0]["code"],
        "unknown-person"
    );
    let body = json!({ "merged_person_id": other, "reason": "double_entry" });
    let path = format!("/v1/persons/{one}/merges");
    clerk.post(&path).header("if-match", "\"99\"").json(&body).refused(412, "stale");
    review.post(&path).header("if-match", "\"1\"").json(&body).refused(403, "forbidden");
    clerk.post(&path).json(&body).refused(428, "if-match-missing");
    assert_eq!(tables(&w), before);
}
#[test]
fn it_takes_two_and_what_was_asked_for() {
    let w = World::new();
    let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
    let (one, other) = twins(&w, "81");
    let merge = id(&asked(&clerk, one, other).expect(201)["id"]);
    asked(&second, other, one).refused(409, "already-exists");
    decided(&clerk, merge, "approve").refused(409, "same-person");
    decided(&clerk, merge, "reject").refused(409, "same-person");
    let waiting = second.get("/v1/person-merges?state=requested").expect(200);
    assert_eq!(waiting["items"][0]["id"], json!(merge));
    // one of the two changes in between
    crate::protection::protect(&clerk, one, &crate::protection::request()).expect(200);
    decided(&second, merge, "approve").refused(409, "entry-changed");
    assert_eq!(decided(&second, merge, "reject").expect(200)["state"], "rejected");
    decided(&second, merge, "approve").refused(409, "merge-decided");
    merged(&w, one, other);
    is_merged_into(second.get(format!("/v1/persons/{other}/same-person-proposals")), one);
    let third = twins(&w, "82").0;
    is_merged_into(asked(&clerk, other, third), one);
    is_merged_into(asked(&clerk, third, other), one);
    decided(&second, Uuid::now_v7(), "approve").refused(404, "not-found");
}
/// Who decides a form and names an id that was merged meanwhile is told where it goes on, and nothing is stored.
#[test]
fn a_form_decided_for_a_merged_id_is_told_the_one_that_goes_on() {
    let w = World::new();
    let clerk = w.staff("clerk");
    let (one, other) = twins(&w, "81");
    let p = Person { kana: "ミホン　フタゴ", name: "見本　双子", birth_on: "1977-07-01", ..NANA };
    let hired = hired_elsewhere(&w, p, "2026-11-15", None);
    merged(&w, one, other);
    let before = tables(&w);
    let refused = decide(&clerk, hired, &same_person("insured", other));
    let place = refused.body["errors"][0].clone();
    assert_eq!(
        (&place["pointer"], &place["code"]),
        (&json!("/persons/0/person_id"), &json!("person-merged"))
    );
    is_merged_into(refused, one);
    let nobody = decide(&clerk, hired, &same_person("insured", Uuid::now_v7())).refused(422, "invalid");
    assert_eq!(nobody["errors"][0]["code"], "unknown-person");
    assert_eq!(tables(&w), before);
}
#[test]
fn proposals_say_why() {
    let w = World::new();
    let (old, new) = moved(&w, NANA);
    w.member("9", "ミホン　ベツ", "見本　別", NANA.birth_on);
    let seen = w.staff("clerk").get(format!("/v1/persons/{old}/same-person-proposals")).expect(200);
    let reasons = json!(["same_birth_day", "same_sex", "same_reading", "same_name", "same_address"]);
    assert_eq!(seen["items"], json!([{ "person_id": new, "reasons": reasons }]));
    w.staff("benefits").get(format!("/v1/persons/{old}/same-person-proposals")).refused(403, "forbidden");
}
