//! 名寄せ: two ids that turn out to be one human being.
mod at_once;
mod joined;
mod numbers;
mod refusals;
mod same_month;
mod structure;
mod whole;

use crate::{
    filing::{Person, accept, acquisition, decide, filed, fresh_key, id, loss, new_person, slip},
    harness::{
        caller::{Caller, Response},
        world::World,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

/// A person and another id of hers or his that nothing hangs on but an identity.
pub fn twins(w: &World, office_number: &str) -> (Uuid, Uuid) {
    let birth = format!("1977-07-{}", &office_number[1..]).replace("-07-", "-07-0");
    let one = w.member(office_number, "ミホン　フタゴ", "見本　双子", &birth);
    (one, another_id(w, one))
}
/// Another id of a person that nothing hangs on but the identity of today.
pub fn another_id(w: &World, one: Uuid) -> Uuid {
    let other = Uuid::now_v7();
    w.run(&format!(
        "insert into person (id, number_state, number_reason, created_at) values ('{other}', 'not_registered', 'not_notified', '2026-01-01'); \
         insert into person_identity select r.* from person_identity i, lateral jsonb_populate_record(null::person_identity, \
           to_jsonb(i) || jsonb_build_object('row_id', gen_random_uuid(), 'person_id', '{other}')) r \
         where i.person_id = '{one}' and i.superseded_at is null"
    ));
    other
}
/// Asks for a merge on the version that is read now.
pub fn asked(by: &Caller, surviving: Uuid, merged: Uuid) -> Response {
    let seen = by.get(format!("/v1/persons/{surviving}/public-expenses"));
    // an id that was merged has none
    let tag = if seen.status == 200 { seen.header("etag").to_owned() } else { "\"1\"".into() };
    let body = json!({ "merged_person_id": merged, "reason": "employer_move" });
    by.post(format!("/v1/persons/{surviving}/merges")).header("if-match", &tag).json(&body)
}
pub fn decided(by: &Caller, merge: Uuid, decision: &str) -> Response {
    by.post(format!("/v1/person-merges/{merge}/decision")).json(&json!({ "decision": decision }))
}
/// Asked for by one and done by another.
#[track_caller]
pub fn merged(w: &World, surviving: Uuid, merged: Uuid) {
    let merge = id(&asked(&w.staff("clerk"), surviving, merged).expect(201)["id"]);
    assert_eq!(decided(&w.staff("privileged"), merge, "approve").expect(200)["state"], "merged");
}
/// An acquisition at the other employer, waiting.
pub fn hired_elsewhere(w: &World, p: Person, on: &str, n: Option<u16>) -> Uuid {
    filed_elsewhere(w, &acquisition(p, on, n))
}
/// A form of the other employer, waiting.
pub fn filed_elsewhere(w: &World, form: &Value) -> Uuid {
    let mut body = slip(w, form);
    body["employer_id"] = json!(w.other_employer);
    let receipt =
        w.client("other-employer").post("/v1/notifications").key(&fresh_key()).json(&body).expect(202);
    id(&receipt["results"][0]["notification_id"])
}
/// Somebody who was insured at the first employer in September, and is insured at the other one under a new id since 15 November: the two ids.
pub fn moved(w: &World, p: Person) -> (Uuid, Uuid) {
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let hired = filed(w, &employer, &acquisition(p, "2026-09-01", None));
    let old = id(&decide(&staff, hired, &accept()).expect(200)["outcome"]["member_id"]);
    let left = filed(w, &employer, &loss(p, "2026-10-09", "2026-10-10"));
    decide(&staff, left, &accept()).expect(200);
    let hired = hired_elsewhere(w, p, "2026-11-15", None);
    let new = id(&decide(&staff, hired, &new_person("insured")).expect(200)["outcome"]["member_id"]);
    assert_ne!(old, new);
    (old, new)
}
/// What a caller is told, in bytes.
fn text(by: &Caller, path: &str) -> String {
    let r = by.get(path);
    assert_eq!(r.status, 200, "{path}: {}", r.text);
    r.text
}
/// The id was merged, and the answer says into which.
#[track_caller]
fn is_merged_into(r: Response, surviving: Uuid) {
    assert_eq!(r.refused(409, "person-merged")["merged_into"], Value::String(surviving.to_string()));
}
