//! What staff records without a form: contact, names, 公費, 支援措置.
use super::{
    super::family::{Family, SURNAMES},
    Command, Way, command,
};
use crate::harness::chance::Chance;
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};
use uuid::Uuid;

/// Recorded on the version of a person that is read at a path.
fn recorded(read: String, path: String) -> Way {
    Way::Recorded { read, path }
}
/// A day lately.
fn lately(chance: &mut Chance, today: NaiveDate) -> NaiveDate {
    today - chance.days(0, 200)
}
/// 連絡先.
pub fn contact(chance: &mut Chance, family: &Family, _: NaiveDate) -> Option<Command> {
    let path = format!("/v1/members/{}", family.member?);
    let mut form = json!({ "phone": format!("03-0000-{:04}", chance.below(10_000)) });
    match chance.below(3) {
        0 => form["contact_address"] = json!(format!("大阪府架空市窓口{}", chance.below(9))),
        1 => form["contact_address"] = Value::Null,
        _ => {}
    }
    let way = Way::AskedFor { read: path.clone(), path: format!("{path}/contact-changes") };
    command("contact", way, form, |_, _| {})
}
/// 氏名変更・氏名訂正 of the insured person.
pub fn name(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let member = family.member?;
    let surname = usize::try_from(chance.below(4)).unwrap() % SURNAMES.len();
    let (kana, name) = (family.kana_as(surname), family.name_as(surname));
    let mut form = json!({ "name_kana": kana, "name": name, "reason": "correction" });
    if chance.below(2) == 0 {
        form["reason"] = json!("marriage");
        form["valid_from"] = json!(lately(chance, today).max(family.cover()?.from));
    }
    let way = Way::AskedFor {
        read: format!("/v1/members/{member}"),
        path: format!("/v1/persons/{member}/name-changes"),
    };
    command("name at the desk", way, form, move |family, _| family.surname = surname)
}
/// 氏名訂正 of somebody of the family.
pub fn name_of_relative(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (at, who) = family.one_of(chance, |r| r.person.is_some() && r.dependent.is_some())?;
    let name = format!("暮　家族{}", chance.below(1_000));
    let mut form = json!({ "name": name, "reason": "correction" });
    if chance.below(2) == 0 {
        form["valid_from"] = json!(lately(chance, today).max(who.since));
    }
    let read = format!("/v1/dependents/{}", who.dependent?);
    let way = Way::AskedFor { read, path: format!("/v1/persons/{}/name-changes", who.person?) };
    command("name of a relative", way, form, move |family, _| family.relatives[at].name = name)
}
fn expenses(person: Uuid) -> String {
    format!("/v1/persons/{person}/public-expenses")
}
/// A public expense as it is stated: by one of two payers, for some time.
fn stated(chance: &mut Chance, today: NaiveDate) -> Value {
    let payer = if chance.below(2) == 0 { "21136015" } else { "54136015" };
    let from = lately(chance, today);
    let mut form = json!({ "payer_number": payer, "recipient_number": format!("{:07}", chance.below(9_999_999)),
        "valid_from": from, "received_on": today });
    if chance.below(3) > 0 {
        form["valid_to"] = json!(from + chance.days(0, 400));
    }
    form
}
/// All that are known.
fn keeps(family: &mut Family, outcome: &Value) {
    let items = outcome["items"].as_array().unwrap();
    family.expenses = items.iter().map(|e| e["id"].as_str().unwrap().to_owned()).collect();
}
/// 公費.
pub fn expense(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let path = expenses(family.member?);
    command("public expense", recorded(path.clone(), path), stated(chance, today), keeps)
}
/// It was otherwise, or never was.
pub fn other_expense(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let count = u64::try_from(family.expenses.len()).unwrap();
    let id = family.expenses.get(usize::try_from(chance.below(count.max(1))).unwrap())?;
    let way = recorded(expenses(family.member?), format!("/v1/public-expenses/{id}/corrections"));
    command("correction of a public expense", way, stated(chance, today), keeps)
}
fn protections(person: Uuid) -> String {
    format!("/v1/persons/{person}/protections")
}
/// The version that holds now.
fn protected(family: &mut Family, outcome: &Value) {
    let now = &outcome["versions"][0];
    let until = now["valid_to"].as_str().map(|day| day.parse().unwrap());
    family.protection = Some((now["protection_id"].as_str().unwrap().to_owned(), until));
}
/// 支援措置.
pub fn protect(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let path = protections(family.member?);
    let mut form = json!({ "reason": "domestic_violence", "authority": "municipality", "authority_name": "架空市見本課",
        "valid_from": lately(chance, today), "received_on": today,
        "letter_address": { "postal_code": "999-0009", "text": format!("架空市送付先{}", chance.below(9)) } });
    if chance.below(3) > 0 {
        form["valid_to"] = json!(today + chance.days(1, 400));
    }
    command("protection", recorded(path.clone(), path), form, protected)
}
/// 延長.
pub fn protect_longer(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (id, until) = family.protection.as_ref()?;
    let mut form = json!({ "received_on": today });
    if chance.below(3) > 0 {
        form["valid_to"] = json!(until.unwrap_or(today) + chance.days(-10, 300));
    }
    if chance.below(2) == 0 {
        form["letter_address"] = json!({ "text": format!("架空市送付先{}", chance.below(9)) });
    }
    let way = recorded(protections(family.member?), format!("/v1/protections/{id}/prolongation"));
    command("longer protection", way, form, protected)
}
/// 終了: asked for by one, confirmed by another.
pub fn lift(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (id, until) = family.protection.as_ref()?;
    let last = until.unwrap_or(today + Days::new(20));
    let on = (today + chance.days(0, 20)).min(last);
    let form = json!({ "step": "request", "valid_to": on, "received_on": today });
    let way = recorded(protections(family.member?), format!("/v1/protections/{id}/lifting"));
    command("lifted protection", way, form, protected)
}
