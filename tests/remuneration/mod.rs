//! Standard remuneration: forms of pay as employers file them, decisions as the law makes them, and their explanation.
mod bonus_corrections;
mod bonus_explained;
pub mod bulk;
mod bulk_faults;
mod bulk_lives;
mod bulk_orders;
mod corrections;
pub use corrections::of_acquisition;
mod determinations;
mod forms;
mod journey;
mod late;
mod leave_corrections;
mod leave_joins;
mod leave_refusals;
mod leaves;
mod no_bonus;
mod office_changes;
mod offices;
mod readings;
mod refusals;
pub mod rules_known;
mod withdrawals;

use crate::{
    filing::{Person, accept, acquisition, decide, filed, id},
    harness::{caller::Caller, world::World},
};
use serde_json::{Value, json};
use uuid::Uuid;

fn named(kind: &str, p: Person) -> Value {
    json!({ "kind": kind, "office_number": p.office_number, "name_kana": p.kana, "birth_on": p.birth_on })
}
fn three_months(mut form: Value, from: &str, months: [u8; 3], pays: [i64; 3]) -> Value {
    let sum: i64 = pays.iter().sum();
    form["applies_from"] = json!(from);
    form["previous_remuneration_yen"] = json!(260_000);
    form["previous_revised_in"] = json!("2025-04");
    let month =
        |(n, pay): (u8, i64)| json!({ "month": n, "base_days": 30, "cash_yen": pay, "total_yen": pay });
    form["months"] = months.into_iter().zip(pays).map(month).collect();
    form["grand_total_yen"] = json!(sum);
    form["average_yen"] = json!(sum / 3);
    form
}
/// 算定基礎届 of 2026.
pub fn regular(p: Person, pays: [i64; 3]) -> Value {
    three_months(named("regular_report", p), "2026-09", [4, 5, 6], pays)
}
/// 月額変更届 from 2026-02.
pub fn revision(p: Person, direction: &str, pays: [i64; 3]) -> Value {
    let mut form = three_months(named("revision_report", p), "2026-02", [11, 12, 1], pays);
    form["pay_change_month"] = json!(11);
    form["pay_change_direction"] = json!(direction);
    form
}
/// 賞与支払届.
pub fn bonus(p: Person, on: &str, yen: i64) -> Value {
    let mut form = named("bonus_report", p);
    form["paid_on"] = json!(on);
    form["cash_yen"] = json!(yen);
    form["total_yen"] = json!(yen - yen % 1_000);
    form
}
/// An insured person since 2025-04-01 with 250,000 yen a month: grade 20.
pub fn insured(w: &World, employer: &Caller, staff: &Caller, p: Person) -> Uuid {
    let hired = filed(w, employer, &acquisition(p, "2025-04-01", None));
    id(&decide(staff, hired, &accept()).expect(200)["outcome"]["member_id"])
}
/// Files and accepts; gives what payroll is told.
#[track_caller]
pub fn accepted(w: &World, employer: &Caller, staff: &Caller, form: &Value) -> Value {
    decide(staff, filed(w, employer, form), &accept()).expect(200)["outcome"].clone()
}
/// What holds, as months, grade and amount.
pub fn held(staff: &Caller, member: Uuid, query: &str) -> Vec<(String, Option<String>, i64, i64)> {
    let list = staff.get(format!("/v1/members/{member}/standard-remunerations{query}")).expect(200);
    let text = |v: &Value| v.as_str().map(str::to_owned);
    let row = |r: &Value| {
        let from = text(&r["applies_from"]).unwrap();
        (from, text(&r["applies_until"]), r["grade"].as_i64().unwrap(), r["standard_yen"].as_i64().unwrap())
    };
    list["items"].as_array().unwrap().iter().map(row).collect()
}
pub fn row(from: &str, until: Option<&str>, grade: i64, yen: i64) -> (String, Option<String>, i64, i64) {
    (from.into(), until.map(Into::into), grade, yen)
}
/// 標準賞与額 by month.
fn bonuses(staff: &Caller, member: Uuid, query: &str) -> Vec<(String, i64)> {
    let list = staff.get(format!("/v1/members/{member}/standard-bonuses{query}")).expect(200);
    let row =
        |r: &Value| (r["month"].as_str().unwrap().to_owned(), r["standard_bonus_yen"].as_i64().unwrap());
    list["items"].as_array().unwrap().iter().map(row).collect()
}
/// 産前産後休業取得者申出書: expected on 2026-03-05, from 2026-01-23 to 2026-04-30.
pub fn maternity(p: Person) -> Value {
    let mut form = named("maternity_leave_report", p);
    form["starts_on"] = json!("2026-01-23");
    form["ends_on"] = json!("2026-04-30");
    form["expected_birth_on"] = json!("2026-03-05");
    form
}
/// 産前産後休業取得者変更(終了)届 of that leave.
pub fn maternity_change(p: Person, ends_on: &str, has_ended: bool) -> Value {
    let mut form = named("maternity_leave_change", p);
    form["starts_on"] = json!("2026-01-23");
    form["ends_on"] = json!(ends_on);
    form["has_ended"] = json!(has_ended);
    form
}
/// 育児休業等取得者申出書 for a child born on that day.
pub fn childcare(p: Person, born: &str, starts_on: &str, ends_on: &str) -> Value {
    let mut form = named("childcare_leave_report", p);
    form["application"] = json!("new");
    form["starts_on"] = json!(starts_on);
    form["ends_on"] = json!(ends_on);
    form["child_name_kana"] = json!("ミホン　コ");
    form["child_birth_on"] = json!(born);
    form
}
/// 出生時育児休業.
fn birth_time(p: Person, born: &str, starts_on: &str, ends_on: &str, worked: u8) -> Value {
    let mut form = childcare(p, born, starts_on, ends_on);
    form["birth_time_leave"] = json!(true);
    form["planned_worked_days"] = json!(worked);
    form
}
/// 育児休業等取得者終了届.
pub fn childcare_end(p: Person, starts_on: &str, ends_on: &str) -> Value {
    let mut form = named("childcare_leave_end", p);
    form["starts_on"] = json!(starts_on);
    form["ends_on"] = json!(ends_on);
    form
}
/// 育児休業等終了時報酬月額変更届 after an end on 2026-07-31.
pub fn after_childcare(p: Person, pay: i64) -> Value {
    let mut form = named("leave_end_revision_report", p);
    form["leave"] = json!("childcare");
    form["requested"] = json!(true);
    form["ends_on"] = json!("2026-07-31");
    form["child_name_kana"] = json!("ミホン　コ");
    form["child_birth_on"] = json!("2026-03-03");
    form["applies_from"] = json!("2026-11");
    let month = |n: u8| json!({ "month": n, "base_days": 30, "cash_yen": pay, "total_yen": pay });
    form["months"] = [8, 9, 10].into_iter().map(month).collect();
    form["average_yen"] = json!(pay);
    form
}
/// Leaves as kind, first and last day, and how many months they exempt, with the last one.
pub fn leaves(staff: &Caller, member: Uuid, query: &str) -> Vec<(String, String, String, usize)> {
    let list = staff.get(format!("/v1/members/{member}/leaves{query}")).expect(200);
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    let row = |l: &Value| {
        let last = if l["ended_on"].is_null() { &l["planned_ends_on"] } else { &l["ended_on"] };
        let months = l["exempt_months"].as_array().unwrap().len();
        (text(&l["leave_type"]), text(&l["starts_on"]), text(last), months)
    };
    list["items"].as_array().unwrap().iter().map(row).collect()
}
fn leave(kind: &str, starts_on: &str, ends_on: &str, months: usize) -> (String, String, String, usize) {
    (kind.into(), starts_on.into(), ends_on.into(), months)
}
