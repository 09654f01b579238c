//! 任意継続 of the society that the sweep asks about.
use crate::{
    decisions::{check, matches},
    filing::{HACHI, NANA, Person, accept, acquisition, decide, filed, fresh_key, id, loss},
    harness::{caller::Caller, world::World},
    voluntary::{application, setting},
};
use kenpo::cli::seed;
use serde_json::{Value, json};
use uuid::Uuid;

/// What the operations on 任意継続 are asked about.
pub struct Continuing {
    /// The society's own office.
    pub office: Uuid,
    /// Settings that wait for a second person.
    pub setting: Uuid,
    /// An application that waits.
    pub application: Uuid,
    /// Somebody who continues.
    pub person: Uuid,
    /// A premium of another that was not paid, as somebody else asked.
    pub unpaid: Uuid,
}
impl Continuing {
    pub fn new(w: &World, staff: &Caller) -> Self {
        let office = seed::employer(&mut w.owner(), &w.clock, 7).unwrap();
        let clerk = w.staff("clerk");
        let ask = || {
            id(
                &clerk.post("/v1/voluntary-settings").key(&fresh_key()).json(&setting(office)).expect(201)["id"],
            )
        };
        let approved = ask();
        staff
            .post(format!("/v1/voluntary-settings/{approved}/check"))
            .json(&json!({ "ruling": "approve" }))
            .expect(200);
        let keyed = |p: Person| {
            let card = left(w, staff, p);
            let slip = json!({ "employer_id": office, "preparer_name": "適用 花子", "notification": application(p, &card) });
            let path = "/v1/keyed-notifications?received_on=2026-11-10";
            let receipt = clerk.post(path).key(&fresh_key()).json(&slip).expect(202);
            let n = id(&receipt["results"][0]["notification_id"]);
            check(staff, n, &matches()).expect(200);
            n
        };
        let continuing =
            |p: Person| id(&decide(staff, keyed(p), &accept()).expect(200)["outcome"]["member_id"]);
        let person = continuing(NANA);
        let other =
            Person { office_number: "20", kana: "カクウ　ニジュウ", name: "架空　二十", ..NANA };
        let path = format!("/v1/members/{}/voluntary-defaults", continuing(other));
        let body = json!({ "premium": "first", "due_on": "2026-11-20" });
        let asked = w.staff("second-collection").post(path).key(&fresh_key()).json(&body).expect(201);
        Self { office, setting: ask(), application: keyed(HACHI), person, unpaid: id(&asked["id"]) }
    }
}
/// Somebody was insured at the employer and left: 記号 and 番号.
fn left(w: &World, staff: &Caller, p: Person) -> Value {
    let employer = w.client("employer");
    let hired = filed(w, &employer, &acquisition(p, "2025-04-01", None));
    let told = decide(staff, hired, &accept()).expect(200)["outcome"].clone();
    let gone = filed(w, &employer, &loss(p, "2026-10-31", "2026-11-01"));
    decide(staff, gone, &accept()).expect(200);
    told
}
