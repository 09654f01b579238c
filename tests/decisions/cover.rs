//! One cover at a time: what is refused on acceptance, and that a refusal changes nothing.
use super::{accepted, hired};
use crate::{
    filing::{
        CHILD, HACHI, KYU, NANA, Person, accept, acquisition, child, child_leaves, count, decide, decide_on,
        filed, fresh_key, id, loss, same_person, tables,
    },
    harness::{
        caller::{Caller, Response},
        race::at_once,
        world::World,
    },
};
use serde_json::json;
use uuid::Uuid;

#[track_caller]
fn refused(w: &World, code: &str, ask: impl FnOnce() -> Response) {
    let before = tables(w);
    ask().refused(409, code);
    assert_eq!(tables(w), before, "nothing changed");
}
/// Nana and Hachi are insured, and there is a child under Nana from the 10th on.
fn family(w: &World, employer: &Caller, staff: &Caller) -> (Uuid, Uuid) {
    let (nana, _) = hired(w, employer, staff, NANA, None);
    hired(w, employer, staff, HACHI, None);
    let (_, outcome) = accepted(staff, filed(w, employer, &child(NANA, CHILD, "2026-11-10", None)));
    (nana, id(&outcome["dependents"][0]["person_id"]))
}
#[test]
fn nobody_is_insured_twice_at_a_time() {
    let w = World::new();
    let (employer, other) = (w.client("employer"), w.client("other-employer"));
    let staff = w.staff("clerk");
    let (person, _) = hired(&w, &employer, &staff, NANA, None);
    let at_other = |on: &str| {
        let body = json!({ "employer_id": w.other_employer, "preparer_name": "見本 次郎",
                           "notification": acquisition(NANA, on, None) });
        let receipt = other.post("/v1/notifications").key(&fresh_key()).json(&body).expect(202);
        id(&receipt["results"][0]["notification_id"])
    };
    let within = at_other("2026-11-15");
    let named = same_person("insured", person);
    refused(&w, "cover-overlaps", || decide(&staff, within, &named));
    accepted(&staff, filed(&w, &employer, &loss(NANA, "2026-11-15", "2026-11-16")));
    refused(&w, "cover-overlaps", || decide(&staff, within, &named));
    other.post(format!("/v1/notifications/{within}/withdrawal")).send(b"").expect(200);
    let before = at_other("2026-10-01");
    refused(&w, "cover-overlaps", || decide(&staff, before, &named));
    other.post(format!("/v1/notifications/{before}/withdrawal")).send(b"").expect(200);
    let after = at_other("2026-11-16");
    decide(&staff, after, &named).expect(200);
}
#[test]
fn a_dependent_is_covered_with_the_insured_person_only() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    hired(&w, &employer, &staff, NANA, None);
    let elder = Person { birth_on: "2020-02-02", ..CHILD };
    let n = filed(&w, &employer, &child(NANA, elder, "2026-10-31", None));
    refused(&w, "outside-cover", || decide(&staff, n, &accept()));
    let n = filed(&w, &employer, &child(NANA, elder, "2026-11-01", None));
    accepted(&staff, n);
}
#[test]
fn nobody_is_a_dependent_twice_at_a_time() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (_, person) = family(&w, &employer, &staff);
    let named = same_person("other_1", person);
    for insured in [NANA, HACHI] {
        let n = filed(&w, &employer, &child(insured, CHILD, "2026-11-12", None));
        refused(&w, "already-dependent", || decide(&staff, n, &named));
    }
    accepted(&staff, filed(&w, &employer, &child_leaves(NANA, CHILD, "2026-11-15")));
    let waiting = staff.get("/v1/notifications?state=accepted").expect(200);
    let still = id(&waiting["items"][1]["id"]);
    refused(&w, "already-dependent", || decide(&staff, still, &named));
}
#[test]
fn an_insured_person_is_nobodys_dependent() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (nana, _) = family(&w, &employer, &staff);
    let n = filed(&w, &employer, &child(HACHI, NANA, "2026-11-12", None));
    refused(&w, "dependent-is-insured", || decide(&staff, n, &same_person("other_1", nana)));
}
#[test]
fn nobody_is_covered_after_death() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (nana, _) = hired(&w, &employer, &staff, NANA, None);
    hired(&w, &employer, &staff, HACHI, None);
    let mut died = loss(NANA, "2026-11-15", "2026-11-16");
    died["cause"] = json!("death");
    accepted(&staff, filed(&w, &employer, &died));
    let again = filed(&w, &employer, &acquisition(NANA, "2026-11-18", None));
    let named = same_person("insured", nana);
    refused(&w, "person-died", || decide(&staff, again, &named));
    let n = filed(&w, &employer, &child(HACHI, NANA, "2026-11-18", None));
    refused(&w, "person-died", || decide(&staff, n, &same_person("other_1", nana)));
    // the death was reported wrongly: she had left only
    let wrong = json!({ "kind": "loss_cancellation", "office_number": NANA.office_number, "name_kana": NANA.kana, "birth_on": NANA.birth_on,
        "lost_on": "2026-11-16", "reason": "死亡の届出が誤りのため" });
    accepted(&staff, filed(&w, &employer, &wrong));
    accepted(&staff, filed(&w, &employer, &loss(NANA, "2026-11-15", "2026-11-16")));
    decide(&staff, again, &named).expect(200);
}
#[test]
fn of_two_recognitions_of_one_person_at_once_one_takes_effect() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (_, person) = family(&w, &employer, &staff);
    accepted(&staff, filed(&w, &employer, &child_leaves(NANA, CHILD, "2026-11-15")));
    w.member("9", KYU.kana, KYU.name, KYU.birth_on);
    let both = [HACHI, KYU].map(|p| filed(&w, &employer, &child(p, CHILD, "2026-11-16", None)));
    let tags = both.map(|n| staff.get(format!("/v1/notifications/{n}")).header("etag").to_owned());
    let named = same_person("other_1", person);
    let told = at_once(both.iter().zip(&tags).map(|(n, tag)| || decide_on(&staff, *n, tag, &named)));
    let code = |r: &Response| r.body["code"].as_str().unwrap_or_default().to_owned();
    let mut answers: Vec<(u16, String)> = told.iter().map(|r| (r.status, code(r))).collect();
    answers.sort();
    assert_eq!(answers, [(200, String::new()), (409, "already-dependent".to_owned())]);
    let live = "select count(*) as n from dependency where superseded_at is null and removed_on is null";
    assert_eq!(count(&w, live), 1);
}
#[test]
fn a_loss_and_a_recognition_at_once_leave_nobody_without_an_insured_person() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    hired(&w, &employer, &staff, NANA, None);
    let both = [
        filed(&w, &employer, &child(NANA, CHILD, "2026-11-12", None)),
        filed(&w, &employer, &loss(NANA, "2026-11-20", "2026-11-21")),
    ];
    let tags = both.map(|n| staff.get(format!("/v1/notifications/{n}")).header("etag").to_owned());
    let answers =
        at_once(both.iter().zip(&tags).map(|(n, tag)| || decide_on(&staff, *n, tag, &accept()).status));
    assert_eq!(answers[1], 200, "the loss takes effect whatever comes first");
    assert!([200, 409].contains(&answers[0]));
    let live = "select count(*) as n from dependency where superseded_at is null and removed_on is null";
    assert_eq!(count(&w, live), 0);
}
