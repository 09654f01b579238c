//! What accepting writes: effective-dated records, and what was known when.
use super::{accepted, hired};
use crate::{
    filing::{
        CHILD, KYU, NANA, Person, SPOUSE, accept, acquisition, child, child_leaves, count, decide, filed,
        fresh_key, id, loss, new_person, same_person, spouse,
    },
    harness::world::World,
};
use chrono::Duration;
use serde_json::json;

const SECOND: Person =
    Person {
        office_number: "", kana: "ミホン　フタバ", name: "見本　二葉", birth_on: "2020-02-02"
    };
const THIRD: Person =
    Person { office_number: "", kana: "ミホン　ミナ", name: "見本　三奈", birth_on: "2022-03-03" };

#[test]
fn a_loss_ends_the_dependents_too_and_the_past_stays_as_it_was() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (member, _) = hired(&w, &employer, &staff, NANA, None);
    let made = filed(&w, &employer, &child(NANA, CHILD, "2026-11-10", None));
    let (_, outcome) = accepted(&staff, made);
    let dependent = id(&outcome["dependents"][0]["dependent_id"]);
    w.clock.advance(Duration::minutes(2));
    let leaves = filed(&w, &employer, &loss(NANA, "2026-11-20", "2026-11-21"));
    let (same, outcome) = accepted(&staff, leaves);
    assert_eq!((same, &outcome["lost_on"]), (member, &json!("2026-11-21")));

    let m = |query: &str| staff.get(format!("/v1/members/{member}{query}")).expect(200);
    let d = |query: &str| staff.get(format!("/v1/members/{member}/dependents{query}")).expect(200);
    assert_eq!(m("")["lost_on"], "2026-11-21");
    assert_eq!(m("")["loss_reason"], "retirement");
    assert!(
        m("?known_at=2026-11-22T00:01:00Z").get("lost_on").is_none(),
        "what was known before the loss came"
    );
    assert_eq!(d("")["items"], json!([]), "nobody is covered any more");
    assert_eq!(d("?as_of=2026-11-20")["items"].as_array().unwrap().len(), 1, "the last day of cover");
    assert_eq!(d("?as_of=2026-11-09")["items"], json!([]), "before the recognition");
    let known = staff.get(format!("/v1/dependents/{dependent}?known_at=2026-11-22T00:01:00Z")).expect(200);
    assert!(known.get("removed_on").is_none());
    let ended = staff.get(format!("/v1/dependents/{dependent}")).expect(200);
    assert_eq!(
        (&ended["removed_on"], &ended["removal_reason"]),
        (&json!("2026-11-21"), &json!("insured_lost"))
    );
    staff.get(format!("/v1/members/{member}?as_of=2026-10-31")).refused(404, "not-found");
}
#[test]
fn histories_hold_every_version() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (member, _) = hired(&w, &employer, &staff, NANA, None);
    let made = filed(&w, &employer, &child(NANA, CHILD, "2026-11-10", None));
    let dependent = id(&accepted(&staff, made).1["dependents"][0]["dependent_id"]);
    w.clock.advance(Duration::minutes(2));
    accepted(&staff, filed(&w, &employer, &loss(NANA, "2026-11-20", "2026-11-21")));
    let history = staff.get(format!("/v1/members/{member}/history")).expect(200);
    let enrolments = history["enrolments"].as_array().unwrap();
    assert_eq!(enrolments.len(), 2);
    assert_eq!(enrolments[0]["lost_on"], "2026-11-21");
    assert!(enrolments[0].get("superseded_at").is_none());
    assert_eq!(enrolments[1]["superseded_at"], enrolments[0]["recorded_at"]);
    assert_eq!(history["identities"].as_array().unwrap().len(), 1);
    let history = staff.get(format!("/v1/dependents/{dependent}/history")).expect(200);
    assert_eq!(history["versions"].as_array().unwrap().len(), 2);

    let path = format!("/v1/employers/{}", w.employer);
    let tag = staff.get(&path).header("etag").to_owned();
    let renamed = json!({ "valid_from": "2026-12-01", "name": "あおい新製作所" });
    staff.patch(&path).header("if-match", &tag).merge_patch(&renamed).expect(200);
    assert_eq!(staff.get(&path).expect(200)["name"], "株式会社あおい見本製作所", "not yet");
    assert_eq!(staff.get(format!("{path}?as_of=2026-12-01")).expect(200)["name"], "あおい新製作所");
    let versions = staff.get(format!("{path}/history")).expect(200)["versions"].clone();
    assert_eq!(versions.as_array().unwrap().len(), 3, "{versions}");
}
#[test]
fn branch_numbers_count_up_and_are_not_given_twice() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (member, outcome) = hired(&w, &employer, &staff, NANA, None);
    assert_eq!(outcome["branch"], "00");
    let branch = |form: &serde_json::Value| {
        accepted(&staff, filed(&w, &employer, form)).1["dependents"][0]["branch"].as_str().unwrap().to_owned()
    };
    assert_eq!(branch(&spouse(NANA, SPOUSE, "2026-11-01", None)), "01");
    assert_eq!(branch(&child(NANA, SECOND, "2026-11-01", None)), "02");
    assert_eq!(branch(&child_leaves(NANA, SECOND, "2026-11-15")), "02");
    assert_eq!(branch(&child(NANA, THIRD, "2026-11-16", None)), "03");
    let list = staff.get(format!("/v1/members/{member}/dependents")).expect(200);
    let branches: Vec<&str> =
        list["items"].as_array().unwrap().iter().map(|d| d["branch"].as_str().unwrap()).collect();
    assert_eq!(branches, ["01", "03"]);
}
#[test]
fn numbers_of_insured_persons_count_up_under_their_symbol() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let numbers: Vec<u32> = [NANA, KYU]
        .into_iter()
        .map(|p| hired(&w, &employer, &staff, p, None).1["number"].as_str().unwrap().parse().unwrap())
        .collect();
    assert_eq!(numbers[1], numbers[0] + 1);
}
#[test]
fn who_rejoins_at_another_employer_stays_the_same_person() {
    let w = World::new();
    let (employer, other) = (w.client("employer"), w.client("other-employer"));
    let staff = w.staff("privileged");
    let (person, _) = hired(&w, &employer, &staff, NANA, Some(1));
    accepted(&staff, filed(&w, &employer, &loss(NANA, "2026-11-09", "2026-11-10")));

    let form = json!({ "employer_id": w.other_employer, "preparer_name": "見本 次郎",
                       "notification": acquisition(NANA, "2026-11-15", Some(1)) });
    let receipt = other.post("/v1/notifications").key(&fresh_key()).json(&form).expect(202);
    let n = id(&receipt["results"][0]["notification_id"]);
    let seen = staff.get(format!("/v1/notifications/{n}")).expect(200);
    let reasons = json!(["same_reading_and_birth_day", "same_sex", "same_name"]);
    assert_eq!(
        seen["same_person_proposals"],
        json!([{ "slot": "insured", "person_id": person, "reasons": reasons }])
    );
    assert_eq!(seen["number_held_by"], json!([person]));
    decide(&staff, n, &accept()).refused(409, "person-choice-needed");
    decide(&staff, n, &new_person("insured")).refused(409, "number-held-by-another");
    let done = decide(&staff, n, &same_person("insured", person)).expect(200);
    assert_eq!(id(&done["outcome"]["member_id"]), person);

    let now = staff.get(format!("/v1/members/{person}")).expect(200);
    assert_eq!((id(&now["employer_id"]), &now["acquisition_reason"]), (w.other_employer, &json!("rejoined")));
    let then = staff.get(format!("/v1/members/{person}?as_of=2026-11-05")).expect(200);
    assert_eq!(id(&then["employer_id"]), w.employer);
    other.get(format!("/v1/members/{person}")).expect(200);
    employer.get(format!("/v1/members/{person}")).refused(404, "not-found");
    assert_eq!(count(&w, "select count(*) as n from person"), 1);
    assert_eq!(
        count(&w, "select count(*) as n from strongroom.personal_number"),
        1,
        "the number is registered once"
    );
}
#[test]
fn a_late_loss_does_not_end_the_cover_at_the_next_employer() {
    let w = World::new();
    let (employer, other) = (w.client("employer"), w.client("other-employer"));
    let staff = w.staff("clerk");
    let (person, _) = hired(&w, &employer, &staff, NANA, None);
    let late = filed(&w, &employer, &loss(NANA, "2026-11-19", "2026-11-20"));
    let mut without_number = loss(NANA, "2026-11-09", "2026-11-10");
    without_number.as_object_mut().unwrap().remove("office_number");
    accepted(&staff, filed(&w, &employer, &without_number));
    let form = json!({ "employer_id": w.other_employer, "preparer_name": "見本 次郎",
                       "notification": acquisition(NANA, "2026-11-15", None) });
    let receipt = other.post("/v1/notifications").key(&fresh_key()).json(&form).expect(202);
    let n = id(&receipt["results"][0]["notification_id"]);
    decide(&staff, n, &same_person("insured", person)).expect(200);
    decide(&staff, late, &accept()).refused(409, "person-not-found");
    let now = staff.get(format!("/v1/members/{person}")).expect(200);
    assert_eq!(id(&now["employer_id"]), w.other_employer);
    assert!(now.get("lost_on").is_none());
}
#[test]
fn re_employment_on_the_same_day_is_taken_beside_its_loss() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (person, _) = hired(&w, &employer, &staff, NANA, None);
    let plain = acquisition(NANA, "2026-11-16", None);
    let refused = employer
        .post("/v1/notifications")
        .key("insured-already")
        .json(&crate::filing::slip(&w, &plain))
        .refused(422, "invalid");
    assert_eq!(refused["errors"][0]["code"], "E-ALREADY-INSURED");
    let leaves = filed(&w, &employer, &loss(NANA, "2026-11-15", "2026-11-16"));
    let mut back = plain;
    back["reemployed_after_retirement"] = json!(true);
    let back = filed(&w, &employer, &back);
    let again = same_person("insured", person);
    decide(&staff, back, &again).refused(409, "cover-overlaps");
    accepted(&staff, leaves);
    decide(&staff, back, &again).expect(200);
    assert!(staff.get(format!("/v1/members/{person}")).expect(200).get("lost_on").is_none());
}
