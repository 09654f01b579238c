//! Every read that takes `known_at`, as the document tells: a new one is asked too, or this fails.
use super::family::Family;
use crate::{
    filing::id,
    harness::{chance::Chance, document::document, world::World},
};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::Value;
use uuid::Uuid;

/// The reads that take `known_at` and are of an insured life, as the register of users is not: path, whether they take `as_of` too, and whether that is today when it is absent.
pub fn reads() -> Vec<(String, bool, bool)> {
    let paths = document()["paths"].as_object().unwrap();
    let of_past = paths.iter().filter(|(_, methods)| taken(&methods["get"], "known_at").is_some());
    let of_past = of_past.filter(|(_, methods)| methods["get"]["tags"][0] != "Users");
    let days = |methods: &Value| {
        let day = taken(&methods["get"], "as_of");
        (day.is_some(), day.is_some_and(|said| said.contains("today when absent")))
    };
    of_past.map(|(path, methods)| (path.clone(), days(methods).0, days(methods).1)).collect()
}
/// What is said of a parameter that a read takes.
fn taken(read: &Value, name: &str) -> Option<String> {
    let all = read["parameters"].as_array().cloned().unwrap_or_default();
    let one = all.iter().find(|p| p["name"] == name)?;
    Some(one["description"].as_str().unwrap_or_default().to_owned())
}
/// What a place in a path may stand for, of a family.
fn named(w: &World, family: &Family, member: Uuid, place: &str) -> Vec<Uuid> {
    let of = |table: &str, column: &str| {
        let sql =
            format!("select distinct {column} as id from {table} where person_id = '{member}' order by 1");
        w.rows(&sql).iter().map(|row| id(&row["id"])).collect()
    };
    let asked = |column: &str| {
        let sql = format!(
            "select distinct {column} as id from confirmation where insured_id = '{member}' order by 1"
        );
        w.rows(&sql).iter().map(|row| id(&row["id"])).collect()
    };
    match place {
        "confirmation_id" => asked("id"),
        "confirmation_campaign_id" => asked("campaign_id"),
        "member_id" | "person_id" => vec![member],
        "dependent_id" => family.relatives.iter().filter_map(|r| r.dependent).collect(),
        "decision_id" => of("standard_remuneration", "decision_id"),
        "bonus_id" => of("standard_bonus", "bonus_id"),
        "leave_id" => of("leave_period", "leave_id"),
        "employer_id" => vec![w.employer, w.other_employer],
        other => panic!("{other} is a place of a read that takes known_at: say here what stands for it"),
    }
}
/// What a read must be told beside: the days of a year.
fn must(path: &str, today: NaiveDate) -> String {
    let since = today - chrono::Days::new(365);
    match path {
        "/v1/losses" => format!("&lost_from={since}&lost_to={today}"),
        "/v1/age-events" => format!("&event=transfer&from={since}&to={today}"),
        _ => String::new(),
    }
}
/// The questions about a family at an instant: of today, of some day, and of all days where a read tells them.
pub fn asked(
    w: &World,
    family: &Family,
    (at, day): (DateTime<Utc>, NaiveDate),
    chance: &mut Chance,
) -> Vec<String> {
    let Some(member) = family.member else { return Vec::new() };
    let (today, at) = (w.clock.today(), at.to_rfc3339_opts(SecondsFormat::Millis, true));
    let mut all = Vec::new();
    for (mut path, takes_day, is_of_today) in reads() {
        if let Some((place, _)) = path.split_once('{').and_then(|(_, rest)| rest.split_once('}')) {
            let of = named(w, family, member, place);
            let count = u64::try_from(of.len()).unwrap();
            let Some(one) = of.get(usize::try_from(chance.below(count.max(1))).unwrap()) else { continue };
            path = path.replace(&format!("{{{place}}}"), &one.to_string());
        }
        let must = must(&path, today);
        // what was known then may begin or end meanwhile: a read of today is asked for the day
        let today = if is_of_today { format!("&as_of={today}") } else { String::new() };
        all.push(format!("{path}?known_at={at}{must}{today}"));
        if takes_day {
            all.push(format!("{path}?known_at={at}{must}&as_of={day}"));
        }
    }
    all
}
