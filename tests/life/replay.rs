//! Every read that takes `known_at`, as the document tells: a new one is asked too, or this fails.
use super::family::Family;
use crate::harness::{chance::Chance, document::document};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use serde_json::Value;

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
/// The questions about a family at an instant: of today, of some day, and of all days where a read tells them.
pub fn asked(family: &Family, at: DateTime<Utc>, day: NaiveDate, chance: &mut Chance) -> Vec<String> {
    let Some(member) = family.member else { return Vec::new() };
    let dependents: Vec<_> = family.relatives.iter().filter_map(|r| r.dependent).collect();
    let at = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    let mut all = Vec::new();
    for (path, takes_day) in reads() {
        let mut path = path.replace("{member_id}", &member.to_string());
        if path.contains("{dependent_id}") {
            let count = u64::try_from(dependents.len()).unwrap();
            let Some(one) = dependents.get(usize::try_from(chance.below(count.max(1))).unwrap()) else {
                continue;
            };
            path = path.replace("{dependent_id}", &one.to_string());
        }
        assert!(!path.contains('{'), "{path} takes known_at: say here whom it is asked about");
        all.push(format!("{path}?known_at={at}"));
        if takes_day {
            all.push(format!("{path}?known_at={at}&as_of={day}"));
        }
    }
    all
}
