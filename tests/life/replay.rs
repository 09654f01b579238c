//! Every read that takes `known_at`, as the document tells: a new one is asked too, or this fails.
use super::family::Family;
use crate::{
    filing::id,
    harness::{chance::Chance, document::document, world::World},
};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::Value;
use uuid::Uuid;

/// The reads that take `known_at`: path, and whether they take `as_of` too.
pub fn reads() -> Vec<(String, bool)> {
    let paths = document()["paths"].as_object().unwrap();
    let takes = |read: &Value, name: &str| {
        let all = read["parameters"].as_array().cloned().unwrap_or_default();
        all.iter().any(|p| p["name"] == name)
    };
    let of_past = paths.iter().filter(|(_, methods)| takes(&methods["get"], "known_at"));
    of_past.map(|(path, methods)| (path.clone(), takes(&methods["get"], "as_of"))).collect()
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
        other => panic!("{other} is a place of a read that takes known_at: say here what stands for it"),
    }
}
/// Tells what is in force today, of values that may lie ahead.
const IN_FORCE: &str = "/v1/recognition-settings";
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
    for (mut path, takes_day) in reads() {
        if let Some((place, _)) = path.split_once('{').and_then(|(_, rest)| rest.split_once('}')) {
            let of = named(w, family, member, place);
            let count = u64::try_from(of.len()).unwrap();
            let Some(one) = of.get(usize::try_from(chance.below(count.max(1))).unwrap()) else { continue };
            path = path.replace(&format!("{{{place}}}"), &one.to_string());
        }
        // a value of law that was known then may have come into force meanwhile: of these the day is asked for
        let today = Some(format!("&as_of={today}")).filter(|_| path == IN_FORCE).unwrap_or_default();
        all.push(format!("{path}?known_at={at}{today}"));
        if takes_day {
            all.push(format!("{path}?known_at={at}&as_of={day}"));
        }
    }
    all
}
