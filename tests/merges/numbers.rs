//! The surviving person keeps the one personal number; two are never joined.
use super::{asked, decided, hired_elsewhere, merged, moved, twins};
use crate::{
    filing::{NANA, count, id, tables},
    harness::world::World,
};
use serde_json::json;

#[test]
fn the_one_number_goes_on_with_the_surviving_person() {
    let w = World::new();
    let (one, other) = twins(&w, "81");
    w.number(other, 41);
    let live = "select count(*) as n from strongroom.personal_number where superseded_at is null";
    let kept = "select count(*) as n from strongroom.personal_number where erased_at is null";
    assert_eq!((count(&w, live), count(&w, kept)), (1, 1));
    merged(&w, one, other);
    assert_eq!((count(&w, live), count(&w, kept)), (1, 1), "erased where it was");
    assert_eq!(count(&w, &format!("{live} and person_id = '{one}'")), 1);
    assert_eq!(count(&w, "select count(*) as n from job where kind = 'destroy_keys'"), 1);
    let clerk = w.staff("clerk");
    let seen = clerk.get(format!("/v1/members/{one}")).expect(200);
    assert_eq!(seen["personal_number_state"]["state"], "registered");
    // it opens for the surviving person
    let case = hired_elsewhere(&w, NANA, "2026-11-15", None);
    w.concern(case, &[one]);
    let granted = w.granted(&w.staff("privileged"), case, &[one]);
    let number = granted.get(format!("/v1/members/{one}")).expect(200)["personal_number"].clone();
    assert_eq!(number, json!(kenpo::cli::seed::fictitious_number(41)));
}
#[test]
fn two_with_registered_numbers_are_not_joined() {
    let w = World::new();
    let (one, other) = twins(&w, "81");
    let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
    w.number(one, 41);
    let merge = id(&asked(&clerk, one, other).expect(201)["id"]);
    w.number(other, 42);
    let before = tables(&w);
    let refused = asked(&clerk, one, other).refused(409, "numbers-differ");
    assert_eq!(refused["errors"][0]["pointer"], "/merged_person_id");
    asked(&clerk, other, one).refused(409, "numbers-differ");
    let refused = decided(&second, merge, "approve");
    let refused = refused.refused(409, "numbers-differ").to_string();
    for n in [41, 42] {
        assert!(!refused.contains(&kenpo::cli::seed::fictitious_number(n)));
    }
    assert_eq!(count(&w, "select count(*) as n from person where merged_into is not null"), 0);
    assert_eq!(count(&w, "select count(*) as n from person_merge where state = 'requested'"), 1);
    assert_eq!(tables(&w), before, "nothing is stored");
}
#[test]
fn who_holds_the_number_of_a_form_is_proposed_to_the_privileged_alone() {
    let w = World::new();
    let (old, new) = moved(&w, NANA);
    let holder = w.member("9", "ベツ　ヨミ", "別　読", "1999-09-09");
    w.number(holder, 43);
    // a form that names the new id, with the number of somebody else
    let case = hired_elsewhere(&w, crate::filing::HACHI, "2026-11-16", Some(43));
    w.run(&format!("update notification set person_id = '{new}' where id = '{case}'"));
    let path = format!("/v1/persons/{new}/same-person-proposals");
    let reasons = |login: &str| {
        let seen = w.staff(login).get(&path).expect(200);
        let all = seen["items"].as_array().unwrap().clone();
        all.into_iter().map(|p| (p["person_id"].clone(), p["reasons"].to_string())).collect::<Vec<_>>()
    };
    let clerk = reasons("clerk");
    assert_eq!(clerk.iter().map(|p| &p.0).collect::<Vec<_>>(), [&json!(old)]);
    let privileged = reasons("privileged");
    assert_eq!(privileged[1], (json!(holder), "[\"same_number\"]".into()));
    let outside = w.staff("privileged").at(&w.internet_url).get(&path);
    assert!(!outside.text.contains("same_number"), "{}", outside.text);
}
/// a number that goes over is used; whoever has no privilege, or comes over the internet, does not do it.
#[test]
fn a_number_is_handed_over_by_the_privileged_on_the_closed_network_alone() {
    let w = World::new();
    let (one, other) = twins(&w, "81");
    w.number(other, 41);
    let (clerk, privileged) = (w.staff("clerk"), w.staff("privileged"));
    let merge = id(&asked(&privileged, one, other).expect(201)["id"]);
    let before = tables(&w);
    decided(&clerk, merge, "approve").refused(403, "forbidden");
    decided(&clerk, merge, "reject").refused(403, "forbidden");
    assert_eq!(tables(&w), before);
    assert_eq!(clerk.get("/v1/person-merges?state=requested").expect(200)["items"][0]["id"], json!(merge));
    // without a number, 適用 alone
    let (third, fourth) = twins(&w, "82");
    let merge = id(&asked(&privileged, third, fourth).expect(201)["id"]);
    assert_eq!(decided(&clerk, merge, "approve").expect(200)["state"], "merged");
}
