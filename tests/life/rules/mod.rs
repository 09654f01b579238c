//! What holds of everybody at any time, looked at in the tables.
mod cover;
mod kept;
mod pay;

use crate::harness::world::World;
use serde_json::Value;

/// A rule, and the rows that break it. `$today` stands for the day of the clock, `$recorded` for the operations that leave no form, `$75` for the
/// 75th birthday of an identity `i`, `$two_years` for the day on which two years from `acquired_on` are over.
type Rule = (&'static str, &'static str);

/// Every rule holds: all of them are asked in one go.
#[track_caller]
pub fn hold(w: &World, when: &str) {
    let today = format!("date '{}'", w.clock.today());
    let rules = cover::RULES.iter().chain(pay::RULES).chain(kept::RULES).chain(kept::FORMS);
    let asked: Vec<String> = rules
        .map(|(rule, broken)| {
            let (rule, broken) = (rule.replace('\'', "''"), broken.replace("$today", &today));
            let broken = broken.replace("$recorded", kept::RECORDED);
            let broken = broken.replace("$75", &years_after("i.birth_on", 75));
            let broken = broken.replace("$two_years", &years_after("acquired_on", 2));
            format!("select '{rule}' as rule, to_jsonb(r) as row from ({broken}) r")
        })
        .collect();
    let broken = w.rows(&asked.join(" union all "));
    assert!(
        broken.is_empty(),
        "{when}: {broken:#?}\n{}",
        broken.first().map(|b| story(w, b)).unwrap_or_default()
    );
}
/// The same day so many years later; 1 March where a year has no 29 February (民法143条).
fn years_after(day: &str, years: u8) -> String {
    let later = format!("({day} + interval '{years} years')");
    format!("({later}::date + (extract(day from {day}) <> extract(day from {later}))::int)")
}
/// What was told of the person of a broken rule, and what is known now.
fn story(w: &World, broken: &Value) -> String {
    let Some(person) = broken["row"]["person_id"].as_str() else { return String::new() };
    let mut all = Vec::new();
    for (what, order) in [
        ("state, form, employer_id from notification", "coalesce(decided_at, received_at)"),
        ("* from enrolment", "recorded_at"),
        ("* from concurrent_office", "recorded_at"),
        (
            "rule, employer_id, applies_from, applies_until, standard_yen, monthly_yen, inputs, recorded_at, superseded_at from standard_remuneration",
            "recorded_at",
        ),
        ("* from bonus_payment", "recorded_at"),
        (
            "employer_id, leave_type, starts_on, planned_ends_on, ended_on, exempt_months, recorded_at, superseded_at from leave_period",
            "recorded_at",
        ),
    ] {
        let rows = w.rows(&format!("select {what} where person_id = '{person}' order by {order}"));
        all.push(format!("-- {what}"));
        all.extend(rows.iter().map(Value::to_string));
    }
    all.join("\n")
}
