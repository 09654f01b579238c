//! Corrections of everyday work: what never was, what goes on, other days of a cover, another day of birth, names and addresses.
mod again;
mod at_once;
mod beside;
mod broken;
mod cancelled;
mod days;
mod dependents;
mod elsewhere;
mod identity;
mod months;
mod refusals;

use crate::{
    filing::{CHILD, Person, accept, acquisition, child, decide, filed, fresh_key, id, same_person, slip},
    harness::{
        caller::{Caller, Response},
        world::World,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

/// A society, the employer and a clerk.
struct Office {
    w: World,
    employer: Caller,
    staff: Caller,
}
impl Office {
    fn new() -> Self {
        let w = World::new();
        let (employer, staff) = (w.client("employer"), w.staff("clerk"));
        Self { w, employer, staff }
    }
    /// Files and decides, a second after what was before.
    #[track_caller]
    fn decided(&self, form: &Value) -> Response {
        let n = filed(&self.w, &self.employer, form);
        self.later(1);
        // what staff is told ahead is held against it
        crate::ahead::decide(&self.w, &self.staff, n, &accept())
    }
    /// Files and accepts; gives what payroll is told.
    #[track_caller]
    fn accepted(&self, form: &Value) -> Value {
        self.decided(form).expect(200)["outcome"].clone()
    }
    /// Filing is refused with this finding at this field.
    #[track_caller]
    fn refused(&self, form: &Value, code: &str, pointer: &str) {
        let r = self.employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&self.w, form));
        assert_eq!(r.status, 422, "{}", r.text);
        let at = format!("/notification/{pointer}");
        let errors = r.body["errors"].as_array().unwrap();
        assert!(errors.iter().any(|e| e["code"] == code && e["pointer"] == at), "{code} {at}: {}", r.text);
    }
    /// What accepting would change, as subject and field, before and after.
    #[track_caller]
    fn preview(&self, form: &Value) -> Value {
        let run =
            self.employer.post("/v1/notifications?validate_only=true").json(&slip(&self.w, form)).expect(200);
        run["records"][0]["consequences"].clone()
    }
    fn later(&self, seconds: i64) {
        self.w.clock.advance(chrono::Duration::seconds(seconds));
    }
    /// An instant to ask `known_at` with; what follows is later.
    fn instant(&self) -> String {
        let now = self.w.clock.now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
        self.later(1);
        now
    }
    /// Somebody insured since a day with 250,000 yen a month.
    #[track_caller]
    fn insured(&self, p: Person, on: &str) -> Uuid {
        id(&self.accepted(&acquisition(p, on, None))["member_id"])
    }
    /// A child recognised under somebody; gives the dependency and the person.
    #[track_caller]
    fn child(&self, of: Person, who: Person, on: &str) -> (Uuid, Uuid) {
        let made = self.accepted(&child(of, who, on, None));
        (id(&made["dependents"][0]["dependent_id"]), id(&made["dependents"][0]["person_id"]))
    }
    /// Somebody who is known is hired by the other employer.
    #[track_caller]
    fn hired_elsewhere(&self, p: Person, on: &str, person: Uuid) {
        let slip = json!({ "employer_id": self.w.other_employer, "preparer_name": "見本 花子",
                           "notification": acquisition(p, on, None) });
        let made = self
            .w
            .client("other-employer")
            .post("/v1/notifications")
            .key(&fresh_key())
            .json(&slip)
            .expect(202);
        self.later(1);
        let n = id(&made["results"][0]["notification_id"]);
        decide(&self.staff, n, &same_person("insured", person)).expect(200);
    }
    /// The notification that waits.
    fn waiting(&self) -> Uuid {
        let rows = self.w.rows("select id from notification where state in ('accepted', 'review')");
        id(&rows[0]["id"])
    }
    fn get(&self, path: String) -> Response {
        self.staff.get(path)
    }
    /// Days of the covers of a person as known now, by their first day.
    fn covers(&self, person: Uuid) -> Vec<(String, Option<String>)> {
        self.periods("enrolment", ("acquired_on", "lost_on"), person)
    }
    /// Days on which a person is or was a dependent, as known now.
    fn dependencies(&self, person: Uuid) -> Vec<(String, Option<String>)> {
        self.periods("dependency", ("recognised_on", "removed_on"), person)
    }
    fn periods(
        &self,
        table: &str,
        (from, until): (&str, &str),
        person: Uuid,
    ) -> Vec<(String, Option<String>)> {
        let rows = self.w.rows(&format!(
            "select * from {table} where person_id = '{person}' and superseded_at is null order by {from}"
        ));
        let text = |v: &Value| v.as_str().map(str::to_owned);
        rows.iter().map(|r| (text(&r[from]).unwrap(), text(&r[until]))).collect()
    }
    /// Months and amounts of standard remuneration as known now.
    fn held(&self, person: Uuid) -> Vec<(String, Option<String>, i64)> {
        let rows = self.w.rows(&format!(
            "select * from standard_remuneration where person_id = '{person}' and superseded_at is null order by applies_from"
        ));
        let month = |v: &Value| v.as_str().map(|d| d[..7].to_owned());
        let row = |r: &Value| {
            (
                month(&r["applies_from"]).unwrap(),
                month(&r["applies_until"]),
                r["standard_yen"].as_i64().unwrap(),
            )
        };
        rows.iter().map(row).collect()
    }
}
fn period(from: &str, until: Option<&str>) -> (String, Option<String>) {
    (from.into(), until.map(Into::into))
}
fn holds(from: &str, until: Option<&str>, yen: i64) -> (String, Option<String>, i64) {
    (from.into(), until.map(Into::into), yen)
}
fn line(subject: &str, field: &str, before: &str, after: &str) -> Value {
    json!({ "subject": subject, "field": field, "before": before, "after": after })
}

/// A form of a kind about a person.
pub fn named(kind: &str, p: Person) -> Value {
    json!({ "kind": kind, "office_number": p.office_number, "name_kana": p.kana, "birth_on": p.birth_on })
}
pub fn with(mut form: Value, fields: &[(&str, &str)]) -> Value {
    for (key, value) in fields {
        form[*key] = json!(value);
    }
    form
}
/// 資格取得取消届.
pub fn no_acquisition(p: Person, acquired_on: &str) -> Value {
    with(named("acquisition_cancellation", p), &[("acquired_on", acquired_on), ("reason", "採用取消のため")])
}
/// 資格喪失取消届.
pub fn no_loss(p: Person, lost_on: &str) -> Value {
    with(named("loss_cancellation", p), &[("lost_on", lost_on), ("reason", "退職の撤回のため")])
}
/// 得喪年月日訂正届 of a cover that runs.
fn other_acquisition(p: Person, acquired_on: &str, right: &str) -> Value {
    let days = [("acquired_on", acquired_on), ("corrected_acquired_on", right), ("reason", "記入誤り")];
    with(named("qualification_date_correction", p), &days)
}
/// 得喪年月日訂正届 of the day of loss.
pub fn other_loss(p: Person, acquired_on: &str, lost_on: &str, right: &str) -> Value {
    let days = [
        ("acquired_on", acquired_on),
        ("lost_on", lost_on),
        ("corrected_lost_on", right),
        ("reason", "記入誤り"),
    ];
    with(named("qualification_date_correction", p), &days)
}
/// 得喪年月日訂正届 of both days of an ended cover.
fn other_days(p: Person, recorded: (&str, &str), right: (&str, &str)) -> Value {
    let days = [
        ("acquired_on", recorded.0),
        ("lost_on", recorded.1),
        ("corrected_acquired_on", right.0),
        ("corrected_lost_on", right.1),
        ("reason", "記入誤り"),
    ];
    with(named("qualification_date_correction", p), &days)
}
/// 生年月日訂正届.
pub fn other_birth(p: Person, right: &str) -> Value {
    with(named("birth_date_correction", p), &[("corrected_birth_on", right)])
}
/// 賞与支払届.
fn bonus(p: Person, on: &str, yen: i64) -> Value {
    let mut form = with(named("bonus_report", p), &[("paid_on", on)]);
    form["cash_yen"] = json!(yen);
    form["total_yen"] = json!(yen - yen % 1_000);
    form
}
/// 月額変更届 after a change of fixed pay in a month.
fn revision(p: Person, change: u8, months: [u8; 3], from: &str, pay: i64) -> Value {
    let mut form =
        with(named("revision_report", p), &[("applies_from", from), ("previous_revised_in", "2025-04")]);
    let month = |n: u8| json!({ "month": n, "base_days": 30, "cash_yen": pay, "total_yen": pay });
    form["previous_remuneration_yen"] = json!(260_000);
    form["months"] = months.into_iter().map(month).collect();
    (form["grand_total_yen"], form["average_yen"]) = (json!(pay * 3), json!(pay));
    (form["pay_change_month"], form["pay_change_direction"]) = (json!(change), json!("up"));
    form
}
/// 育児休業等取得者申出書.
fn childcare(p: Person, starts_on: &str, ends_on: &str) -> Value {
    let days = [("starts_on", starts_on), ("ends_on", ends_on), ("child_birth_on", "2026-03-03")];
    let form = with(named("childcare_leave_report", p), &days);
    with(form, &[("application", "new"), ("child_name_kana", "ミホン　コ")])
}
/// A child born long ago.
const OLD_CHILD: Person =
    Person { kana: "ミホン　チョウナン", name: "見本　長男", birth_on: "2015-05-05", ..CHILD };
/// Another child of that age.
const CHILD_OF_OTHER: Person =
    Person { kana: "ミホン　ジナン", name: "見本　次男", birth_on: "2016-06-06", ..CHILD };
