//! Standard remuneration: forms of pay as employers file them, decisions as the law makes them, and their explanation.
mod forms;
mod journey;
mod refusals;

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
fn regular(p: Person, pays: [i64; 3]) -> Value {
    three_months(named("regular_report", p), "2026-09", [4, 5, 6], pays)
}
/// 月額変更届 from 2026-02.
fn revision(p: Person, direction: &str, pays: [i64; 3]) -> Value {
    let mut form = three_months(named("revision_report", p), "2026-02", [11, 12, 1], pays);
    form["pay_change_month"] = json!(11);
    form["pay_change_direction"] = json!(direction);
    form
}
/// 賞与支払届.
fn bonus(p: Person, on: &str, yen: i64) -> Value {
    let mut form = named("bonus_report", p);
    form["paid_on"] = json!(on);
    form["cash_yen"] = json!(yen);
    form["total_yen"] = json!(yen - yen % 1_000);
    form
}
/// An insured person since 2025-04-01 with 250,000 yen a month: grade 20.
fn insured(w: &World, employer: &Caller, staff: &Caller, p: Person) -> Uuid {
    let hired = filed(w, employer, &acquisition(p, "2025-04-01", None));
    id(&decide(staff, hired, &accept()).expect(200)["outcome"]["member_id"])
}
/// Files and accepts; gives what payroll is told.
#[track_caller]
fn accepted(w: &World, employer: &Caller, staff: &Caller, form: &Value) -> Value {
    decide(staff, filed(w, employer, form), &accept()).expect(200)["outcome"].clone()
}
/// What holds, as months, grade and amount.
fn held(staff: &Caller, member: Uuid, query: &str) -> Vec<(String, Option<String>, i64, i64)> {
    let list = staff.get(format!("/v1/members/{member}/standard-remunerations{query}")).expect(200);
    let text = |v: &Value| v.as_str().map(str::to_owned);
    let row = |r: &Value| {
        let from = text(&r["applies_from"]).unwrap();
        (from, text(&r["applies_until"]), r["grade"].as_i64().unwrap(), r["standard_yen"].as_i64().unwrap())
    };
    list["items"].as_array().unwrap().iter().map(row).collect()
}
fn row(from: &str, until: Option<&str>, grade: i64, yen: i64) -> (String, Option<String>, i64, i64) {
    (from.into(), until.map(Into::into), grade, yen)
}
/// 標準賞与額 by month.
fn bonuses(staff: &Caller, member: Uuid, query: &str) -> Vec<(String, i64)> {
    let list = staff.get(format!("/v1/members/{member}/standard-bonuses{query}")).expect(200);
    let row =
        |r: &Value| (r["month"].as_str().unwrap().to_owned(), r["standard_bonus_yen"].as_i64().unwrap());
    list["items"].as_array().unwrap().iter().map(row).collect()
}
