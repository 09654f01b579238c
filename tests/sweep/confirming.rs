//! 現況確認 for the sweep: a campaign that is planned, one that runs, and dependents in it at both employers.
use crate::{
    filing::{fresh_key, id},
    harness::{
        caller::Caller,
        world::{World, day},
    },
};
use kenpo::cli::seed;
use serde_json::json;
use uuid::Uuid;

pub struct Confirming {
    pub planned: Uuid,
    pub running: Uuid,
    /// Runs, and waits for nobody.
    pub decided: Uuid,
    /// To be cancelled.
    pub wrong: Uuid,
    /// Waits for the employer.
    pub open: Uuid,
    /// Waits for staff.
    pub answered: Uuid,
    /// Of the other employer.
    pub own: Uuid,
}
impl Confirming {
    /// `member` has a dependent already, who is confirmed here once; `other` is somebody of the other employer.
    pub fn new(w: &World, staff: &Caller, (member, other): (Uuid, Uuid)) -> Self {
        let body = |name: &str| json!({ "name": name, "as_of": "2026-11-20", "due_on": "2026-12-20", "remind_on": ["2026-12-15"] });
        let send_new = |body: &serde_json::Value| {
            let made = staff.post("/v1/confirmation-campaigns").key(&fresh_key()).json(body);
            id(&made.expect(201)["id"])
        };
        let made = |name: &str| send_new(&body(name));
        let start = |campaign: Uuid| {
            staff.post(format!("/v1/confirmation-campaigns/{campaign}/start")).send(b"").expect(200)
        };
        let dependent =
            |at, who| seed::dependent(&mut w.owner(), &w.clock, at, who, day("2020-04-01")).unwrap();
        let employer = w.client("employer");
        let send = |confirmation: Uuid, what: &str, body| {
            let by = if what == "answer" { &employer } else { staff };
            let path = format!("/v1/confirmations/{confirmation}");
            let tag = staff.get(&path).header("etag").to_owned();
            by.post(format!("{path}/{what}")).header("if-match", &tag).json(&body).expect(200)
        };
        let answer = json!({ "still_qualifies": true, "facts": { "lives_together": true } });
        let mut before = body("前年度");
        before["as_of"] = json!("2026-10-20");
        let first = send_new(&before);
        start(first);
        let confirmed = Self::of(w, first, member);
        send(confirmed, "answer", answer.clone());
        let facts = json!({ "documents": ["kinship_proof", "household_proof"], "annual_income_yen": 0, "insured_income_yen": 4_000_000 });
        send(confirmed, "decision", json!({ "decision": "confirm", "evidence": facts }));
        let running = made("令和8年度 現況確認");
        start(running);
        let open = Self::of(w, running, member);
        let another =
            dependent((w.employer, member), ("見本　母", "ミホン　ハハ", day("1960-05-05"), "parent"));
        dependent((w.other_employer, other), ("余所　子", "ヨソ　コ", day("2015-05-05"), "child"));
        let second = made("追加分");
        start(second);
        let answered = w.rows(&format!("select id from confirmation where person_id = '{another}'"));
        let answered = id(&answered[0]["id"]);
        send(answered, "answer", answer);
        let own = Self::of(w, second, other);
        let mut nobody = body("高齢者");
        nobody["selection"] = json!({ "age_from": 74, "age_below": 75 });
        let decided = send_new(&nobody);
        start(decided);
        Self {
            planned: made("翌年度"), wrong: made("誤り"), decided, running: second, open, answered, own
        }
    }
    fn of(w: &World, campaign: Uuid, insured: Uuid) -> Uuid {
        let sql = format!(
            "select id from confirmation where campaign_id = '{campaign}' and insured_id = '{insured}'"
        );
        id(&w.rows(&sql)[0]["id"])
    }
}
