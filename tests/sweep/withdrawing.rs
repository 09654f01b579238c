//! Withdrawals of the society that the sweep asks about.
use crate::{
    filing::{KYU, Person, accept, acquisition, decide, filed, id},
    harness::{caller::Caller, world::World},
    remuneration::regular,
};
use serde_json::json;
use uuid::Uuid;

/// What the operations on withdrawals are asked about.
pub struct Withdrawing {
    /// A decision that nobody asked about, and whose.
    pub decision: Uuid,
    pub person: Uuid,
    /// A withdrawal that somebody else asked for.
    pub asked: Uuid,
}
impl Withdrawing {
    pub fn new(w: &World, staff: &Caller) -> Self {
        let decided = |p: Person| {
            let employer = w.client("employer");
            let hired = filed(w, &employer, &acquisition(p, "2025-04-01", None));
            let person = id(&decide(staff, hired, &accept()).expect(200)["outcome"]["member_id"]);
            let n = filed(w, &employer, &regular(p, [300_000; 3]));
            (id(&decide(staff, n, &accept()).expect(200)["outcome"]["decision_id"]), person)
        };
        let other =
            Person { office_number: "19", kana: "カクウ　ジュウク", name: "架空　十九", ..KYU };
        let path = format!("/v1/standard-remunerations/{}/withdrawals", decided(other).0);
        let asked = w.staff("clerk").post(path).json(&json!({ "reason": "対象外の方の処理" })).expect(201);
        let (decision, person) = decided(KYU);
        Self { decision, person, asked: id(&asked["id"]) }
    }
}
