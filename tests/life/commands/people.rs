//! 被扶養者の異動, and who the insured person is.
use super::{
    super::family::{Family, Office, SURNAMES},
    Command, Way, address, command, way_of,
};
use crate::harness::chance::Chance;
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

/// 被扶養者(異動)届 without entries.
fn change(family: &Family, what: &str) -> Value {
    let mut form = family.named("dependent_change");
    form["sex"] = json!(family.sex());
    form["change"] = json!(what);
    form["resident_address"] = address();
    form
}
/// 枝番 and dependency of the first one that was recognised.
fn recognised(family: &mut Family, at: usize, outcome: &Value) {
    let (made, known) = (&outcome["dependents"][0], &mut family.relatives[at]);
    known.branch = made["branch"].as_str().unwrap_or_default().to_owned();
    let id = |key: &str| made[key].as_str().and_then(|id| id.parse().ok());
    (known.dependent, known.person) = (id("dependent_id"), id("person_id"));
}
pub fn child(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let cover = family.cover()?;
    let gone = family.relatives.iter().position(|r| !r.is_spouse && r.until.is_some());
    let span = (today - cover.from).num_days().max(0);
    let on = today - chance.days(0, span.min(60));
    let age = if chance.below(2) == 0 { 200 } else { 3000 };
    let born = family.births.last().copied().filter(|born| *born <= on && chance.below(2) == 0);
    let is_known = |born: NaiveDate| family.relatives.iter().any(|r| r.birth_on == born);
    let born = born.filter(|born| !is_known(*born)).unwrap_or(on - chance.days(0, age));
    let (relative, at) = match gone.filter(|_| chance.below(2) == 0) {
        Some(at) => (None, at),
        None => (Some(family.relative(born, on, false)), family.relatives.len()),
    };
    let who = relative.as_ref().unwrap_or_else(|| &family.relatives[at]);
    let mut form = change(family, "added");
    form["others"] = json!([{ "name_kana": who.kana, "name": who.name, "birth_on": who.birth_on, "sex": "female",
        "relationship": "child", "living": "together", "address": address(), "became_on": on, "reason": "birth",
        "occupation": "school_child", "income_yen": 0 }]);
    let kind = if cover.office == Office::Own { "child of one who continues" } else { "child" };
    command(kind, way_of(cover.office, today), form, move |family, outcome| {
        if let Some(relative) = relative {
            family.births.push(relative.birth_on);
            family.relatives.push(relative);
        }
        let known = &mut family.relatives[at];
        (known.since, known.until) = (on, None);
        recognised(family, at, outcome);
    })
}
pub fn spouse(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    if family.relatives.iter().any(|r| r.is_spouse) {
        return None;
    }
    let cover = family.cover()?;
    let span = (today - cover.from).num_days().max(0);
    let on = today - chance.days(0, span.min(60));
    let who = family.relative(family.birth_on + Days::new(400), on, true);
    let mut form = change(family, "added");
    form["spouse"] = json!({ "name_kana": who.kana, "name": who.name, "birth_on": who.birth_on, "relationship": "wife",
        "living": "together", "address": address(), "became_on": on, "reason": "marriage", "occupation": "none",
        "income_yen": 0 });
    command("spouse", way_of(cover.office, today), form, |family, outcome| {
        family.relatives.push(who);
        recognised(family, family.relatives.len() - 1, outcome);
    })
}
pub fn removal(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let at = family.relatives.iter().position(|r| !r.is_spouse && r.until.is_none())?;
    let who = &family.relatives[at];
    let on = (today - chance.days(0, 50)).max(who.since);
    let mut form = change(family, "removed");
    form["others"] = json!([{ "name_kana": who.kana, "name": who.name, "birth_on": who.birth_on, "relationship": "child",
        "address": address(), "ceased_on": on, "removal_reason": "employment" }]);
    let way = way_of(family.cover()?.office, today);
    command("removal", way, form, move |family, _| family.relatives[at].until = Some(on))
}
/// 現況確認 of one of the family: still a dependent, or none any more.
pub fn confirm(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (at, who) = family.one_of(chance, |r| r.until.is_none() && r.dependent.is_some())?;
    let way = Way::Confirms(who.dependent?);
    if chance.below(3) > 0 {
        let facts =
            json!({ "lives_together": true, "annual_income_yen": 0, "insured_income_yen": 5_000_000 });
        let papers = ["kinship_proof", "household_proof", "income_proof"];
        let form = json!({ "answer": { "still_qualifies": true, "facts": facts },
            "decision": { "decision": "confirm", "evidence": { "documents": papers } } });
        return command("confirmed dependent", way, form, |_, _| {});
    }
    let on = (today - chance.days(0, 50)).max(who.since);
    let form = json!({ "answer": { "still_qualifies": false, "ceased_on": on, "removal_reason": "employment" },
        "decision": { "decision": "remove", "removed_on": on, "removal_reason": "employment" } });
    let kind = "dependent who is none any more";
    command(kind, way, form, move |family, _| family.relatives[at].until = Some(on))
}
/// A day of the cover, lately.
fn lately(chance: &mut Chance, from: NaiveDate, today: NaiveDate) -> NaiveDate {
    (today - chance.days(0, 90)).max(from)
}
/// 氏名変更(訂正)届.
pub fn rename(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, cover) = family.employed()?;
    let surname = usize::try_from(chance.below(4)).unwrap() % SURNAMES.len();
    if surname == family.surname {
        return None;
    }
    let reason = ["marriage", "other_change", "correction"][usize::try_from(chance.below(3)).unwrap()];
    let mut form = family.named("name_change_report");
    form["changed_name_kana"] = json!(family.kana_as(surname));
    form["changed_name"] = json!(family.name_as(surname));
    form["name_reason"] = json!(reason);
    if reason != "correction" || chance.below(2) == 0 {
        form["changed_on"] = json!(lately(chance, cover.from, today));
    }
    command("another name", Way::Filed(employer), form, move |family, _| family.surname = surname)
}
/// 住所変更届.
pub fn move_house(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, cover) = family.employed()?;
    let mut form = family.named("address_change_report");
    form["changed_on"] = json!(lately(chance, cover.from, today));
    let what = chance.below(3);
    if what < 2 {
        let block = ["１", "２", "３", "４", "５"][usize::try_from(chance.below(5)).unwrap()];
        let text = format!("東京都架空区新町{block}");
        form["resident_address"] = json!({ "postal_code": "9990002", "text": text });
        form["dependents_too"] = json!(chance.below(2) == 0);
    }
    if what > 0 {
        form["contact_address"] = json!({ "postal_code": "9990003", "text": "大阪府架空市駅前４" });
        form["phone"] = json!(format!("06-0000-{:04}", chance.below(100)));
    }
    command("another address", Way::Filed(employer), form, |_, _| {})
}
/// 生年月日訂正届.
pub fn other_birth(chance: &mut Chance, family: &Family, _: NaiveDate) -> Option<Command> {
    let (employer, _) = family.employed()?;
    let right = family.birth_on + chance.days(-300, 300);
    let mut form = family.named("birth_date_correction");
    form["corrected_birth_on"] = json!(right);
    command("another day of birth", Way::Filed(employer), form, move |family, _| family.birth_on = right)
}
