//! 任意継続: from the application to whatever ends it (requirements journey J7, as far as enrolment goes).
mod applications;
mod at_once;
mod averages;
mod born;
mod corrected;
mod ends;
mod journey;
mod losses;
mod settings;
mod special;

use crate::{
    filing::{Person, accept, acquisition, decide, filed, fresh_key, give_back, id, loss},
    harness::{
        caller::{Caller, Response},
        world::World,
    },
};
use chrono::Duration;
use kenpo::{cli::seed, domain::calendar};
use serde_json::{Value, json};
use uuid::Uuid;

/// A society that set an office of its own for 任意継続, and its people.
pub struct Society {
    pub w: World,
    pub office: Uuid,
    pub employer: Caller,
    /// 適用, and the second person.
    pub clerk: Caller,
    pub second: Caller,
    pub collection: Caller,
}
impl Society {
    /// The average is 380,000 yen, and the law's ceiling holds.
    pub fn new() -> Self {
        let s = Self::without_settings();
        s.set(&setting(s.office));
        s
    }
    pub fn without_settings() -> Self {
        let w = World::new();
        let office = seed::employer(&mut w.owner(), &w.clock, 7).unwrap();
        let (employer, clerk, second) = (w.client("employer"), w.staff("clerk"), w.staff("privileged"));
        let collection = w.staff("collection");
        Self { w, office, employer, clerk, second, collection }
    }
    /// Settings that the second person approved.
    #[track_caller]
    fn set(&self, body: &Value) -> Uuid {
        let asked = self.clerk.post("/v1/voluntary-settings").key(&fresh_key()).json(body).expect(201);
        let setting = id(&asked["id"]);
        self.rule_on(&self.second, setting, "approve").expect(200);
        setting
    }
    pub fn rule_on(&self, by: &Caller, setting: Uuid, ruling: &str) -> Response {
        by.post(format!("/v1/voluntary-settings/{setting}/check")).json(&json!({ "ruling": ruling }))
    }
    /// An insured person at the employer.
    #[track_caller]
    pub fn insured(&self, p: Person, since: &str) -> Uuid {
        let hired = filed(&self.w, &self.employer, &acquisition(p, since, None));
        id(&decide(&self.clerk, hired, &accept()).expect(200)["outcome"]["member_id"])
    }
    /// As `insured`, and the person left; gives 記号・番号 too.
    #[track_caller]
    pub fn left(&self, p: Person, since: &str, left_on: &str, lost_on: &str) -> (Uuid, Value) {
        let person = self.insured(p, since);
        let card = self.card(person);
        self.accepted_of_employer(&loss(p, left_on, lost_on));
        (person, card)
    }
    #[track_caller]
    pub fn accepted_of_employer(&self, form: &Value) -> Value {
        let n = filed(&self.w, &self.employer, form);
        decide(&self.clerk, n, &accept()).expect(200)["outcome"].clone()
    }
    /// 記号 and 番号 of today's cover, as forms name them.
    #[track_caller]
    pub fn card(&self, person: Uuid) -> Value {
        let m = self.member(person);
        json!({ "symbol": m["symbol"], "number": m["number"] })
    }
    #[track_caller]
    fn member(&self, person: Uuid) -> Value {
        self.clerk.get(format!("/v1/members/{person}")).expect(200)
    }
    /// Keys a form for the society's own office.
    fn key_in(&self, form: &Value, received_on: &str) -> Response {
        let path = format!("/v1/keyed-notifications?received_on={received_on}");
        self.clerk.post(path).key(&fresh_key()).json(&self.slip(form))
    }
    pub fn slip(&self, form: &Value) -> Value {
        json!({ "employer_id": self.office, "preparer_name": "適用 花子", "notification": form })
    }
    /// As `key_in`; the second person compared it with the paper.
    #[track_caller]
    pub fn keyed(&self, form: &Value, received_on: &str) -> Uuid {
        let n = id(&self.key_in(form, received_on).expect(202)["results"][0]["notification_id"]);
        crate::decisions::check(&self.second, n, &json!({ "outcome": "matches" })).expect(200);
        n
    }
    /// Keyed, checked and accepted; gives the outcome.
    #[track_caller]
    pub fn accepted(&self, form: &Value, received_on: &str) -> Value {
        decide(&self.clerk, self.keyed(form, received_on), &accept()).expect(200)["outcome"].clone()
    }
    /// Keyed and checked, and accepting it is refused; then it is returned.
    #[track_caller]
    fn refused(&self, form: &Value, received_on: &str, code: &str) -> Value {
        let n = self.keyed(form, received_on);
        let told = decide(&self.clerk, n, &accept()).refused(409, code);
        decide(&self.clerk, n, &give_back()).expect(200);
        told
    }
    /// What accepting an application would do, or what stands against it.
    #[track_caller]
    fn preview(&self, n: Uuid) -> Value {
        self.clerk.get(format!("/v1/notifications/{n}/voluntary-continuation")).expect(200)
    }
    /// Somebody who left on 2026-10-31 and continues since 2026-11-01.
    #[track_caller]
    pub fn continuing(&self, p: Person) -> Uuid {
        let (person, card) = self.left(p, "2025-04-01", "2026-10-31", "2026-11-01");
        self.accepted(&application(p, &card), "2026-11-10");
        person
    }
    /// 保険料未納, asked for; nothing ends yet.
    pub fn ask_unpaid(&self, by: &Caller, person: Uuid, premium: &str, due_on: &str) -> Response {
        let body = json!({ "premium": premium, "due_on": due_on });
        by.post(format!("/v1/members/{person}/voluntary-defaults")).key(&fresh_key()).json(&body)
    }
    /// What another one of 徴収 says of it.
    pub fn rule_unpaid(&self, by: &Caller, asked: &Value, ruling: &str) -> Response {
        let path = format!("/v1/voluntary-defaults/{}/decision", id(&asked["id"]));
        by.post(path).json(&json!({ "ruling": ruling }))
    }
    /// 保険料未納, asked for by one and approved by another.
    #[track_caller]
    pub fn unpaid(&self, person: Uuid, premium: &str, due_on: &str) -> Value {
        let asked = self.ask_unpaid(&self.collection, person, premium, due_on).expect(201);
        self.rule_unpaid(&self.w.staff("second-collection"), &asked, "approve").expect(200)
    }
    /// 資格取得日, 喪失日 and 喪失理由 of the latest cover, as known now.
    pub fn cover(&self, person: Uuid) -> (String, Option<String>, Option<String>) {
        let sql = format!(
            "select * from enrolment where person_id = '{person}' and superseded_at is null order by acquired_on desc, \
             recorded_at desc limit 1"
        );
        let row = &self.w.rows(&sql)[0];
        let text = |v: &Value| v.as_str().map(str::to_owned);
        (text(&row["acquired_on"]).unwrap(), text(&row["lost_on"]), text(&row["loss_reason"]))
    }
    /// The worker's look at the calendar, until nothing is due.
    fn work(&self) {
        let worker = Uuid::now_v7();
        while calendar::work(&self.w.app.kernel.db, &self.w.clock, worker).unwrap() {}
    }
    /// So many days go by, and everybody signs in again.
    fn pass(&mut self, days: i64) {
        self.w.clock.advance(Duration::days(days));
        (self.employer, self.clerk) = (self.w.client("employer"), self.w.staff("clerk"));
        (self.second, self.collection) = (self.w.staff("privileged"), self.w.staff("collection"));
    }
}
/// A child that was there before the loss.
const KID: Person =
    Person { office_number: "", kana: "ミホン　ムスメ", name: "見本　娘", birth_on: "2020-05-05" };

/// Settings since 2025-04-01: the law's ceiling at an average of 380,000 yen.
pub fn setting(office: Uuid) -> Value {
    json!({ "valid_from": "2025-04-01", "office_id": office, "average_remuneration_yen": 380_000, "ceiling_rule": "statutory" })
}
fn named(kind: &str, p: Person, card: &Value) -> Value {
    json!({ "kind": kind, "symbol": card["symbol"], "number": card["number"], "name_kana": p.kana, "birth_on": p.birth_on })
}
/// 資格取得申出書.
pub fn application(p: Person, card: &Value) -> Value {
    named("voluntary_application", p, card)
}
/// 資格喪失申出書 of somebody who wishes to leave.
pub fn wish(p: Person, card: &Value) -> Value {
    let mut form = named("voluntary_loss", p, card);
    form["reason"] = json!("withdrawal");
    form
}
/// 資格喪失申出書 for a reason with a day.
fn over(p: Person, card: &Value, reason: &str, on: &str) -> Value {
    let mut form = named("voluntary_loss", p, card);
    form["reason"] = json!(reason);
    form["happened_on"] = json!(on);
    form
}
fn ended(from: &str, on: &str, reason: &str) -> (String, Option<String>, Option<String>) {
    (from.into(), Some(on.into()), Some(reason.into()))
}
