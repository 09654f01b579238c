//! 現況確認: the yearly confirmation of dependents, from the campaign to its effect on cover.
mod answers;
mod at_once;
mod campaigns;
mod days;
mod decisions;
mod ends;
mod knowledge;
mod protected;
mod results;

use crate::{
    filing::{fresh_key, id},
    harness::{
        caller::{Caller, Response},
        world::{World, day},
    },
};
use chrono::Duration;
use kenpo::{cli::seed, domain::calendar};
use serde_json::{Value, json};
use uuid::Uuid;

/// A campaign as of 2026-11-20, answers by 2026-12-20, with reminders on 1 and 15 December.
fn campaign() -> Value {
    json!({ "name": "令和8年度 現況確認", "as_of": "2026-11-20", "due_on": "2026-12-20",
            "remind_on": ["2026-12-15", "2026-12-01"] })
}
fn made(by: &Caller, body: &Value) -> Response {
    by.post("/v1/confirmation-campaigns").key(&fresh_key()).json(body)
}
fn start(by: &Caller, campaign: Uuid) -> Response {
    by.post(format!("/v1/confirmation-campaigns/{campaign}/start")).send(b"")
}
/// Makes a campaign and starts it.
#[track_caller]
fn started(by: &Caller, body: &Value) -> Uuid {
    let campaign = id(&made(by, body).expect(201)["id"]);
    start(by, campaign).expect(200);
    campaign
}
/// A dependent of somebody since a day; gives dependency and person.
fn relative(
    w: &World,
    (employer, insured): (Uuid, Uuid),
    (reading, relationship, birth): (&str, &str, &str),
    since: &str,
) -> (Uuid, Uuid) {
    let who = ("確認　家族", reading, day(birth), relationship);
    let person = seed::dependent(&mut w.owner(), &w.clock, (employer, insured), who, day(since)).unwrap();
    let rows = w.rows(&format!("select dependent_id from dependency where person_id = '{person}'"));
    (id(&rows[0]["dependent_id"]), person)
}
/// An insured person with a wife born in 1991 and a child born in 2015, both recognised in 2020, in a running campaign.
struct Asked {
    w: World,
    insured: Uuid,
    wife: (Uuid, Uuid),
    child: (Uuid, Uuid),
    campaign: Uuid,
    staff: Caller,
    employer: Caller,
}
impl Asked {
    fn new() -> Self {
        Self::with(&campaign())
    }
    fn with(body: &Value) -> Self {
        let w = World::with(|c| c.with("pool_size", "12").with("caller_connections", "4"));
        let insured = w.member("7", "カクニン　イチ", "確認　一", "1985-07-07");
        let at = (w.employer, insured);
        let wife = relative(&w, at, ("カクニン　ツマ", "wife", "1991-01-01"), "2020-04-01");
        let child = relative(&w, at, ("カクニン　コ", "child", "2015-05-05"), "2020-04-01");
        let (staff, employer) = (w.staff("privileged"), w.client("employer"));
        let campaign = started(&staff, body);
        Self { w, insured, wife, child, campaign, staff, employer }
    }
    /// The confirmation of a dependency.
    fn of(&self, dependency: (Uuid, Uuid)) -> Uuid {
        let dependent = dependency.0;
        id(&self.w.rows(&format!("select id from confirmation where dependent_id = '{dependent}'"))[0]["id"])
    }
    fn read(&self, by: &Caller, dependency: (Uuid, Uuid)) -> Response {
        by.get(format!("/v1/confirmations/{}", self.of(dependency)))
    }
    /// Sends to a confirmation on the version that staff reads now.
    fn send(&self, by: &Caller, dependency: (Uuid, Uuid), what: &str, body: &Value) -> Response {
        let tag = self.read(&self.staff, dependency).header("etag").to_owned();
        self.send_on(by, dependency, what, &tag, body)
    }
    fn send_on(
        &self,
        by: &Caller,
        dependency: (Uuid, Uuid),
        what: &str,
        tag: &str,
        body: &Value,
    ) -> Response {
        by.post(format!("/v1/confirmations/{}/{what}", self.of(dependency)))
            .header("if-match", tag)
            .json(body)
    }
    fn answer(&self, by: &Caller, dependency: (Uuid, Uuid), body: &Value) -> Response {
        self.send(by, dependency, "answer", body)
    }
    fn decide(&self, dependency: (Uuid, Uuid), body: &Value) -> Response {
        self.send(&self.staff, dependency, "decision", body)
    }
    /// Removed by the employer's answer.
    #[track_caller]
    fn removed(&self, dependency: (Uuid, Uuid), on: &str) {
        self.answer(&self.employer, dependency, &ceased(on)).expect(200);
        self.decide(dependency, &remove(on)).expect(200);
    }
    fn known(&self, dependency: (Uuid, Uuid)) -> Vec<Value> {
        let dependent = dependency.0;
        self.w.rows(&format!(
            "select * from dependency where dependent_id = '{dependent}' and superseded_at is null"
        ))
    }
}
/// The wife lives at home without income of her own; the insured person earns 5,000,000.
fn still() -> Value {
    json!({ "still_qualifies": true, "facts": { "lives_together": true, "annual_income_yen": 0,
            "insured_income_yen": 5_000_000 } })
}
fn ceased(on: &str) -> Value {
    json!({ "still_qualifies": false, "ceased_on": on, "removal_reason": "employment" })
}
/// Staff saw what proves the wife's case.
fn confirm() -> Value {
    json!({ "decision": "confirm",
            "evidence": { "documents": ["kinship_proof", "household_proof", "income_proof"] } })
}
fn remove(on: &str) -> Value {
    json!({ "decision": "remove", "removed_on": on, "removal_reason": "employment" })
}
/// The worker's look at the calendar, until nothing is due.
fn work(w: &World) {
    let worker = Uuid::now_v7();
    while calendar::work(&w.app.kernel.db, &w.clock, worker).unwrap() {}
}
/// So many days go by.
fn pass(w: &World, days: i64) {
    w.clock.advance(Duration::days(days));
}
