//! What the tests of filing share: forms as employers write them, decisions as staff makes them, a look behind the scenes.
use crate::harness::{
    caller::{Caller, Response},
    world::World,
};
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types as t};
use kenpo::cli::seed;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::atomic::{AtomicU32, Ordering},
};
use uuid::Uuid;

/// A person as forms name one.
#[derive(Clone, Copy)]
pub struct Person {
    pub office_number: &'static str,
    pub kana: &'static str,
    pub name: &'static str,
    pub birth_on: &'static str,
}
pub const NANA: Person =
    Person { office_number: "7", kana: "ミホン　ナナ", name: "見本　七", birth_on: "2000-07-07" };
pub const HACHI: Person =
    Person { office_number: "8", kana: "ミホン　ハチ", name: "見本　八", birth_on: "1990-08-08" };
pub const KYU: Person =
    Person {
        office_number: "9", kana: "カクウ　キュウ", name: "架空　九", birth_on: "1980-09-09"
    };
pub const SPOUSE: Person =
    Person { office_number: "", kana: "ミホン　ツマ", name: "見本　妻", birth_on: "1991-01-01" };
pub const CHILD: Person =
    Person { office_number: "", kana: "ミホン　コドモ", name: "見本　子", birth_on: "2026-11-10" };

fn address() -> Value {
    json!({ "postal_code": "9990001", "kana": "ミホンマチ１ノ２", "text": "東京都架空区見本町１－２" })
}
/// Puts the `n`-th fictitious number into a form, or the address that stands in for it.
fn with_number(mut form: Value, n: Option<u16>) -> Value {
    match n {
        Some(n) => form["personal_number"] = json!(seed::fictitious_number(n)),
        None => form["resident_address"] = address(),
    }
    form
}
/// 資格取得届.
pub fn acquisition(p: Person, on: &str, n: Option<u16>) -> Value {
    let form = json!({
        "kind": "qualification_acquisition", "office_number": p.office_number, "name_kana": p.kana, "name": p.name,
        "birth_on": p.birth_on, "sex": "male", "acquired_on": on, "has_dependents": false, "cash_yen": 250_000,
        "total_yen": 250_000 });
    with_number(form, n)
}
/// 資格喪失届 for retirement on the day before.
pub fn loss(p: Person, left_on: &str, lost_on: &str) -> Value {
    json!({ "kind": "qualification_loss", "office_number": p.office_number, "name_kana": p.kana, "birth_on": p.birth_on,
            "lost_on": lost_on, "left_on": left_on, "cause": "retirement" })
}
/// 被扶養者(異動)届 without entries.
fn change(p: Person, kind: &str, n: Option<u16>) -> Value {
    let form = json!({ "kind": "dependent_change", "office_number": p.office_number, "name_kana": p.kana, "birth_on": p.birth_on,
                       "sex": "male", "change": kind });
    with_number(form, n)
}
/// A child is to be recognised; `n` is the child's number.
pub fn child(of: Person, who: Person, on: &str, n: Option<u16>) -> Value {
    let mut form = change(of, "added", None);
    form["others"] = json!([{ "name_kana": who.kana, "name": who.name, "birth_on": who.birth_on, "sex": "female",
        "relationship": "child", "living": "together", "address": address(), "became_on": on, "reason": "birth",
        "occupation": "school_child" }]);
    if let Some(n) = n {
        form["others"][0]["personal_number"] = json!(seed::fictitious_number(n));
    }
    form
}
/// A spouse is to be recognised.
pub fn spouse(of: Person, who: Person, on: &str, n: Option<u16>) -> Value {
    let mut form = change(of, "added", None);
    form["spouse"] = json!({ "name_kana": who.kana, "name": who.name, "birth_on": who.birth_on, "relationship": "wife",
        "living": "together", "address": address(), "became_on": on, "reason": "marriage", "occupation": "none" });
    if let Some(n) = n {
        form["spouse"]["personal_number"] = json!(seed::fictitious_number(n));
    }
    form
}
/// A child is no dependent any more.
pub fn child_leaves(of: Person, who: Person, on: &str) -> Value {
    let mut form = change(of, "removed", None);
    form["others"] = json!([{ "name_kana": who.kana, "name": who.name, "birth_on": who.birth_on, "relationship": "child",
        "address": address(), "ceased_on": on, "removal_reason": "employment" }]);
    form
}
/// One form under its slip.
pub fn slip(w: &World, form: &Value) -> Value {
    json!({ "employer_id": w.employer, "preparer_name": "見本 花子", "notification": form })
}
/// Forms under one slip.
pub fn batch(w: &World, forms: &[Value]) -> Value {
    json!({ "employer_id": w.employer, "preparer_name": "見本 花子", "declared_count": forms.len(), "notifications": forms })
}
/// Files one form and gives its notification.
#[track_caller]
pub fn filed(w: &World, by: &Caller, form: &Value) -> Uuid {
    let key = fresh_key();
    let receipt = by.post("/v1/notifications").key(&key).json(&slip(w, form)).expect(202);
    id(&receipt["results"][0]["notification_id"])
}
/// A key that was never used.
pub fn fresh_key() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    format!("filing-key-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}
pub fn id(v: &Value) -> Uuid {
    v.as_str().unwrap().parse().unwrap()
}
/// What was asked for of a name or of contact details, decided on by the second person of 適用.
pub fn ruled(by: &Caller, asked: &Value, ruling: &str) -> Response {
    let path = format!("/v1/identity-changes/{}/decision", id(&asked["id"]));
    by.post(path).json(&json!({ "ruling": ruling }))
}
/// Asks for other contact details of the version that was read last.
pub fn ask_contact(staff: &Caller, member: Uuid, contact: &Value) -> Response {
    let tag = staff.get(format!("/v1/members/{member}")).header("etag").to_owned();
    let asked = staff.post(format!("/v1/members/{member}/contact-changes")).header("if-match", &tag);
    asked.key(&fresh_key()).json(contact)
}
/// As [`ask_contact`], and the second person approved it.
#[track_caller]
pub fn contact_changed(w: &World, staff: &Caller, member: Uuid, contact: &Value) {
    let asked = ask_contact(staff, member, contact).expect(201);
    ruled(&w.staff("privileged"), &asked, "approve").expect(200);
}
/// Decides on the version that was read last.
#[track_caller]
pub fn decide(staff: &Caller, notification: Uuid, decision: &Value) -> Response {
    let seen = staff.get(format!("/v1/notifications/{notification}"));
    assert_eq!(seen.status, 200, "{}", seen.text);
    let decision = reasoned(&seen.body, decision);
    send_decision(staff, notification, seen.header("etag"), &decision)
}
/// Decides on a version; where a dependent is to be recognised without a yes of the rule, with a reason.
pub fn decide_on(staff: &Caller, notification: Uuid, tag: &str, decision: &Value) -> Response {
    let told = send_decision(staff, notification, tag, decision);
    if told.body["code"] != "recognition-reason-needed" || !decision["recognitions"].is_null() {
        return told;
    }
    let seen = staff.get(format!("/v1/notifications/{notification}"));
    send_decision(staff, notification, tag, &reasoned(&seen.body, decision))
}
pub fn send_decision(staff: &Caller, notification: Uuid, tag: &str, decision: &Value) -> Response {
    staff.post(format!("/v1/notifications/{notification}/decision")).header("if-match", tag).json(decision)
}
/// An acceptance that states nothing of the people to be recognised, with the reason that their documents follow.
pub fn reasoned(seen: &Value, decision: &Value) -> Value {
    let mut decision = decision.clone();
    let proposed = seen["recognitions"].as_array().cloned().unwrap_or_default();
    let open: Vec<Value> = proposed
        .iter()
        .filter(|p| p["finding"]["answer"] != "yes")
        .map(|p| match p["finding"]["answer"].as_str() {
            Some("no") => json!({ "slot": p["slot"], "departure": { "reason": "actual_livelihood", "note": "実態による" } }),
            _ => json!({ "slot": p["slot"], "departure": { "reason": "documents_follow" } }),
        })
        .collect();
    if decision["decision"] == "accept" && decision["recognitions"].is_null() && !open.is_empty() {
        decision["recognitions"] = json!(open);
    }
    decision
}
pub fn accept() -> Value {
    json!({ "decision": "accept" })
}
/// Accepted, and the person at this place is the one that the society knows.
pub fn same_person(slot: &str, person: Uuid) -> Value {
    json!({ "decision": "accept", "persons": [{ "slot": slot, "choice": "same_person", "person_id": person }] })
}
/// Accepted, and the person at this place is a new one whatever is proposed.
pub fn new_person(slot: &str) -> Value {
    json!({ "decision": "accept", "persons": [{ "slot": slot, "choice": "new_person" }] })
}
pub fn give_back() -> Value {
    json!({ "decision": "return", "reasons": [{ "code": "evidence_missing", "text": "続柄を確認できる書類がありません" }] })
}

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = t::Text)]
    name: String,
}
#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = t::BigInt)]
    n: i64,
}
/// The number that `sql` gives as `n`, asked as the owner.
pub fn count(w: &World, sql: &str) -> i64 {
    sql_query(sql).get_result::<Count>(&mut w.owner()).unwrap().n
}
/// How many rows every table has, without the log (and what orders it).
pub fn tables(w: &World) -> BTreeMap<String, i64> {
    let names: Vec<Name> = sql_query(
        "select table_schema || '.' || table_name as name from information_schema.tables \
         where table_schema in ('public', 'strongroom') and table_type = 'BASE TABLE' and table_name not like 'audit%'",
    )
    .load(&mut w.owner())
    .unwrap();
    names
        .into_iter()
        .map(|n| (n.name.clone(), count(w, &format!("select count(*) as n from {}", n.name))))
        .collect()
}
/// Files each form: every one is refused with its code at its place in the form, and nothing is stored.
#[track_caller]
pub fn refused_at(w: &World, by: &Caller, forms: &[(Value, &str, &str)]) {
    let before = tables(w);
    let mut wrong = Vec::new();
    for (form, code, place) in forms {
        let answer = by.post("/v1/notifications").key(&fresh_key()).json(&slip(w, form));
        let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
        let errors = answer.body["errors"].as_array().cloned().unwrap_or_default();
        let told: Vec<_> = errors.iter().map(|e| (text(&e["code"]), text(&e["pointer"]))).collect();
        if answer.status != 422 || !told.contains(&((*code).into(), format!("/notification{place}"))) {
            wrong.push(format!("{code} at {place}: {} {told:?}", answer.status));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(tables(w), before, "nothing is stored");
}
/// An entry of the log.
#[derive(QueryableByName, Debug)]
pub struct Entry {
    #[diesel(sql_type = t::SmallInt)]
    pub status: i16,
    #[diesel(sql_type = t::Text)]
    pub outcome: String,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub code: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub actor_name: Option<String>,
    #[diesel(sql_type = t::Array<t::Uuid>)]
    pub persons: Vec<Uuid>,
    #[diesel(sql_type = t::Array<t::Text>)]
    pub disclosed: Vec<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    pub purpose: Option<String>,
}
/// The entries of an operation, newest first.
pub fn entries(w: &World, operation: &str) -> Vec<Entry> {
    sql_query(
        "select status, outcome, code, actor_name, persons, disclosed, purpose from audit_entry where operation = $1 \
         order by id desc",
    )
    .bind::<t::Text, _>(operation)
    .load(&mut w.owner())
    .unwrap()
}
/// Runs a change as the owner.
pub fn run(w: &World, sql: &str) {
    sql_query(sql).execute(&mut w.owner()).unwrap();
}
