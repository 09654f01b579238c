//! What can happen to a family, and the form that tells of it.
use super::family::{Cover, Family};
use crate::harness::chance::Chance;
use chrono::{Datelike, Days, Months, NaiveDate};
use serde_json::{Value, json};

/// What these lives must have seen accepted.
pub const KINDS: &[&str] = &[
    "acquisition",
    "rejoining",
    "loss",
    "child",
    "spouse",
    "removal",
    "regular report",
    "revision",
    "bonus",
    "late bonus",
    "leave",
    "end of leave",
    "correction of pay",
    "correction of a bonus",
];

/// What is known of a family once a form was accepted with that outcome.
type Then = Box<dyn FnOnce(&mut Family, &Value)>;
/// A form to be filed, and what is known of the family once it is accepted.
pub struct Command {
    pub kind: &'static str,
    pub employer: usize,
    pub form: Value,
    pub then: Then,
}
fn command(
    kind: &'static str,
    employer: usize,
    form: Value,
    then: impl FnOnce(&mut Family, &Value) + 'static,
) -> Option<Command> {
    Some(Command { kind, employer, form, then: Box::new(then) })
}
fn address() -> Value {
    json!({ "postal_code": "9990001", "kana": "ミホンマチ１ノ２", "text": "東京都架空区見本町１－２" })
}
fn month_of(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}
/// What happens next, if anything can.
pub fn next(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    match family.cover() {
        None => acquire(chance, family, today),
        Some(cover) => match cover.until {
            Some(lost_on) => match chance.below(3) {
                0 => late_bonus(chance, family, cover, lost_on),
                _ => acquire(chance, family, today),
            },
            None => while_insured(chance, family, cover, today),
        },
    }
}
fn while_insured(chance: &mut Chance, family: &Family, cover: Cover, today: NaiveDate) -> Option<Command> {
    match chance.below(16) {
        0..=2 => lose(chance, family, cover, today),
        3 | 4 => child(chance, family, cover, today),
        5 => spouse(chance, family, cover, today),
        6 | 7 => removal(chance, family, cover, today),
        8 => regular(chance, family, cover, today),
        9 => revision(chance, family, cover, today),
        10 | 11 => bonus(chance, family, cover, today),
        12 | 13 if family.leave.is_some() => end_of_leave(chance, family, cover, today),
        12 | 13 => leave(chance, family, cover, today),
        14 => correction_of_pay(chance, family, cover),
        _ => correction_of_a_bonus(chance, family, cover),
    }
}
fn acquire(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let on = today - chance.days(0, 40);
    let employer = usize::try_from(chance.below(2)).unwrap();
    let yen = 150_000 + 10_000 * chance.below(40);
    let mut form = family.named("qualification_acquisition");
    for (key, value) in [
        ("name", json!(family.name)),
        ("sex", json!("male")),
        ("acquired_on", json!(on)),
        ("has_dependents", json!(false)),
        ("cash_yen", json!(yen)),
        ("total_yen", json!(yen)),
        ("resident_address", address()),
    ] {
        form[key] = value;
    }
    let kind = if family.covers.is_empty() { "acquisition" } else { "rejoining" };
    command(kind, employer, form, move |family, outcome| {
        family.member = outcome["member_id"].as_str().unwrap().parse().ok();
        family.covers.push(Cover { employer, from: on, until: None });
        family.leave = None;
    })
}
fn lose(chance: &mut Chance, family: &Family, cover: Cover, today: NaiveDate) -> Option<Command> {
    let lost_on = (today - chance.days(0, 60)).max(cover.from + Days::new(1)).min(today);
    let mut form = family.named("qualification_loss");
    form["lost_on"] = json!(lost_on);
    form["left_on"] = json!(lost_on - Days::new(1));
    form["cause"] = json!("retirement");
    command("loss", cover.employer, form, move |family, _| {
        family.covers.last_mut().unwrap().until = Some(lost_on);
        family.relatives.iter_mut().for_each(|r| r.until = r.until.or(Some(lost_on)));
        family.bonuses.retain(|paid| *paid < lost_on);
    })
}
/// 被扶養者(異動)届 without entries.
fn change(family: &Family, what: &str) -> Value {
    let mut form = family.named("dependent_change");
    form["sex"] = json!("male");
    form["change"] = json!(what);
    form["resident_address"] = address();
    form
}
fn child(chance: &mut Chance, family: &Family, cover: Cover, today: NaiveDate) -> Option<Command> {
    let gone = family.relatives.iter().position(|r| !r.is_spouse && r.until.is_some());
    let span = (today - cover.from).num_days();
    let on = today - chance.days(0, span.min(60));
    let (relative, at) = match gone.filter(|_| chance.below(2) == 0) {
        Some(at) => (None, at),
        None => (Some(family.relative(on - chance.days(0, 3000), on, false)), family.relatives.len()),
    };
    let who = relative.as_ref().unwrap_or_else(|| &family.relatives[at]);
    let mut form = change(family, "added");
    form["others"] = json!([{ "name_kana": who.kana, "name": who.name, "birth_on": who.birth_on, "sex": "female",
        "relationship": "child", "living": "together", "address": address(), "became_on": on, "reason": "birth",
        "occupation": "school_child", "income_yen": 0 }]);
    command("child", cover.employer, form, move |family, _| {
        if let Some(relative) = relative {
            family.child_born = Some(relative.birth_on);
            family.relatives.push(relative);
        }
        let known = &mut family.relatives[at];
        (known.since, known.until) = (on, None);
    })
}
fn spouse(chance: &mut Chance, family: &Family, cover: Cover, today: NaiveDate) -> Option<Command> {
    if family.relatives.iter().any(|r| r.is_spouse) {
        return None;
    }
    let span = (today - cover.from).num_days();
    let on = today - chance.days(0, span.min(60));
    let who = family.relative(family.birth_on + Days::new(400), on, true);
    let mut form = change(family, "added");
    form["spouse"] = json!({ "name_kana": who.kana, "name": who.name, "birth_on": who.birth_on, "relationship": "wife",
        "living": "together", "address": address(), "became_on": on, "reason": "marriage", "occupation": "none",
        "income_yen": 0 });
    command("spouse", cover.employer, form, move |family, _| family.relatives.push(who))
}
fn removal(chance: &mut Chance, family: &Family, cover: Cover, today: NaiveDate) -> Option<Command> {
    let at = family.relatives.iter().position(|r| !r.is_spouse && r.until.is_none())?;
    let who = &family.relatives[at];
    let on = (today - chance.days(0, 50)).max(who.since);
    let mut form = change(family, "removed");
    form["others"] = json!([{ "name_kana": who.kana, "name": who.name, "birth_on": who.birth_on, "relationship": "child",
        "address": address(), "ceased_on": on, "removal_reason": "employment" }]);
    command("removal", cover.employer, form, move |family, _| family.relatives[at].until = Some(on))
}
/// Three months of pay from `first`, with what else such reports state.
fn three_months(mut form: Value, first: NaiveDate, from: NaiveDate, yen: u64) -> Value {
    let months = (0..3).map(|n| (first + Months::new(n)).month());
    form["applies_from"] = json!(month_of(from));
    form["previous_remuneration_yen"] = json!(260_000);
    form["previous_revised_in"] = json!("2025-04");
    form["months"] =
        months.map(|n| json!({ "month": n, "base_days": 30, "cash_yen": yen, "total_yen": yen })).collect();
    form["grand_total_yen"] = json!(3 * yen);
    form["average_yen"] = json!(yen);
    form
}
fn regular(chance: &mut Chance, family: &Family, cover: Cover, today: NaiveDate) -> Option<Command> {
    let year = today.year();
    let (july, april, september) = (
        NaiveDate::from_ymd_opt(year, 7, 1)?,
        NaiveDate::from_ymd_opt(year, 4, 1)?,
        NaiveDate::from_ymd_opt(year, 9, 1)?,
    );
    if today < july {
        return None;
    }
    let yen = 150_000 + 10_000 * chance.below(40);
    let form = three_months(family.named("regular_report"), april, september, yen);
    command("regular report", cover.employer, form, |_, _| {})
}
fn revision(chance: &mut Chance, family: &Family, cover: Cover, today: NaiveDate) -> Option<Command> {
    let back = u32::try_from(chance.below(4)).unwrap();
    let from = today.with_day(1)? - Months::new(back);
    let first = from - Months::new(3);
    let (yen, way) =
        if chance.below(2) == 0 { (600_000 + 10_000 * chance.below(10), "up") } else { (120_000, "down") };
    let mut form = three_months(family.named("revision_report"), first, from, yen);
    form["pay_change_month"] = json!(first.month());
    form["pay_change_direction"] = json!(way);
    command("revision", cover.employer, form, |_, _| {})
}
fn bonus_form(family: &Family, on: NaiveDate, yen: u64) -> Value {
    let mut form = family.named("bonus_report");
    form["paid_on"] = json!(on);
    form["cash_yen"] = json!(yen);
    form["total_yen"] = json!(yen - yen % 1_000);
    form
}
fn bonus(chance: &mut Chance, family: &Family, cover: Cover, today: NaiveDate) -> Option<Command> {
    let on = today - chance.days(0, 40);
    let form = bonus_form(family, on, 300_123 + 100_000 * chance.below(40));
    command("bonus", cover.employer, form, move |family, _| family.bonuses.push(on))
}
/// Paid before the loss, reported after it.
fn late_bonus(chance: &mut Chance, family: &Family, cover: Cover, lost_on: NaiveDate) -> Option<Command> {
    let on = lost_on - chance.days(1, 20);
    let form = bonus_form(family, on, 200_000);
    command("late bonus", cover.employer, form, move |family, _| family.bonuses.push(on))
}
fn leave(chance: &mut Chance, family: &Family, cover: Cover, today: NaiveDate) -> Option<Command> {
    let born = family.child_born?;
    let starts_on = (today - chance.days(0, 30)).max(cover.from).max(born + Days::new(57));
    let ends_on = starts_on + chance.days(10, 120);
    let mut form = family.named("childcare_leave_report");
    form["application"] = json!("new");
    form["starts_on"] = json!(starts_on);
    form["ends_on"] = json!(ends_on);
    form["child_name_kana"] = json!("クラシ　コ");
    form["child_birth_on"] = json!(born);
    command("leave", cover.employer, form, move |family, _| family.leave = Some((starts_on, ends_on)))
}
fn end_of_leave(chance: &mut Chance, family: &Family, cover: Cover, today: NaiveDate) -> Option<Command> {
    let (starts_on, planned) = family.leave?;
    let ended_on = (today - chance.days(0, 20)).max(starts_on).min(planned);
    let mut form = family.named("childcare_leave_end");
    form["starts_on"] = json!(starts_on);
    form["ends_on"] = json!(ended_on);
    command("end of leave", cover.employer, form, |family, _| family.leave = None)
}
/// 報酬訂正届 of the acquisition.
fn correction_of_pay(chance: &mut Chance, family: &Family, cover: Cover) -> Option<Command> {
    let yen = 150_000 + 10_000 * chance.below(40);
    let mut form = family.named("remuneration_correction");
    form["decision"] = json!("acquisition_determination");
    form["applies_from"] = json!(month_of(cover.from));
    form["cash_yen"] = json!(yen);
    form["total_yen"] = json!(yen);
    command("correction of pay", cover.employer, form, |_, _| {})
}
/// 賞与訂正届: another amount, or never paid.
fn correction_of_a_bonus(chance: &mut Chance, family: &Family, cover: Cover) -> Option<Command> {
    let on = *family.bonuses.last()?;
    let mut form = family.named("bonus_correction");
    form["paid_on"] = json!(on);
    let is_withdrawn = chance.below(2) == 0;
    if is_withdrawn {
        form["withdrawn"] = json!(true);
    } else {
        let yen = 100_999 + 500_000 * chance.below(12);
        form["cash_yen"] = json!(yen);
        form["total_yen"] = json!(yen - yen % 1_000);
    }
    command("correction of a bonus", cover.employer, form, move |family, _| {
        if is_withdrawn {
            family.bonuses.retain(|paid| *paid != on);
        }
    })
}
