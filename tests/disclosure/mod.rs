//! Nobody sees a personal number without a grant for it (R-111, R-112, R-148; RFC 8693, 9470).
mod cases;
mod grant;
mod looking;
mod register;
mod step_up;

use crate::harness::{
    caller::{Caller, Response},
    world::{World, day},
};
use kenpo::cli::seed;
use serde_json::{Value, json};
use uuid::Uuid;

const NUMBER: &str = "personal_number";

/// A society with an insured person and a dependent, both with a number, and a case.
struct Scene {
    w: World,
    member: Uuid,
    number: String,
    /// Person id and dependent id.
    child: (Uuid, Uuid),
    child_number: String,
    case: Uuid,
}
impl Scene {
    fn new() -> Self {
        let w = World::new();
        let member = w.member("11", "ミホン　ジュウイチ", "見本　十一", "1990-04-15");
        let since = day("2021-04-01");
        let facts = ("見本　葉", "ミホン　ハ", since, "child");
        let child = seed::dependent(&mut w.owner(), &w.clock, (w.employer, member), facts, since).unwrap();
        let rows = w.rows(&format!("select dependent_id from dependency where person_id = '{child}'"));
        let dependent = rows[0]["dependent_id"].as_str().unwrap().parse().unwrap();
        let (number, child_number) = (w.number(member, 41), w.number(child, 42));
        let case = case(&w);
        w.concern(case, &[member, child]);
        Self { w, member, number, child: (child, dependent), child_number, case }
    }
    fn member_path(&self) -> String {
        format!("/v1/members/{}", self.member)
    }
    fn child_path(&self) -> String {
        format!("/v1/dependents/{}", self.child.1)
    }
    fn granted(&self, caller: &Caller, persons: &[Uuid]) -> Caller {
        self.w.concern(self.case, persons);
        self.w.granted(caller, self.case, persons)
    }
    /// Who registers and checks numbers, with the linkage switched on for these people.
    fn registrar(&self, persons: &[Uuid]) -> Caller {
        self.granted(&self.w.staff("privileged"), persons)
    }
    fn disclosures(&self) -> Vec<Value> {
        self.w.entries("kind = 'disclosure'")
    }
    /// Another insured person, without a number.
    fn another(&self, n: usize) -> Uuid {
        self.w.member(&(100 + n).to_string(), "ミホン　ベツ", "見本　別", "1980-01-01")
    }
}
/// A notification that was filed; the scene lets it name the insured person.
fn case(w: &World) -> Uuid {
    let form = json!({ "employer_id": w.employer, "preparer_name": "見本 花子", "notification": {
        "kind": "qualification_acquisition", "office_number": "77", "name_kana": "ミホン　ナナ", "name": "見本　七",
        "birth_on": "2000-07-07", "sex": "female", "acquired_on": "2026-11-01", "has_dependents": false,
        "cash_yen": 250000, "total_yen": 250000, "personal_number": seed::fictitious_number(77) } });
    let receipt = w.client("employer").post("/v1/notifications").key("the-case-key").json(&form).expect(202);
    receipt["results"][0]["notification_id"].as_str().unwrap().parse().unwrap()
}
/// Nothing in the answer is, or looks like, a number.
#[track_caller]
fn bare(r: &Response, numbers: &[&str]) {
    assert!(r.body.get(NUMBER).is_none(), "the field is absent, not null");
    let told = format!("{:?}{}", r.headers, r.text);
    assert!(!numbers.iter().any(|n| told.contains(*n)), "a number left");
}
