//! 任意継続.
use super::{
    super::family::{Cover, Family, Office},
    Command, Way, command,
    cover::card,
};
use crate::harness::chance::Chance;
use chrono::{Datelike, Days, Months, NaiveDate};
use kenpo::values::holidays::next_business_day;
use serde_json::json;

/// 資格取得申出書; some come too late.
pub fn apply(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let lost_on = family.cover()?.until?;
    let received_on = (lost_on + chance.days(0, 24)).min(today);
    let mut form = family.carded("voluntary_application")?;
    let mut who: Vec<usize> = Vec::new();
    for (at, r) in family.relatives.iter().enumerate() {
        if r.until == Some(lost_on) && !r.branch.is_empty() && chance.below(4) > 0 {
            who.push(at);
        }
    }
    who.sort_by_key(|at| family.relatives[*at].branch.clone());
    if !who.is_empty() {
        form["continuing_branches"] = who.iter().map(|at| json!(family.relatives[*at].branch)).collect();
    }
    form["prepayment"] = json!(["none", "half_year", "full_year"][usize::try_from(chance.below(3)).unwrap()]);
    if chance.below(2) == 0 {
        form["postal_code"] = json!("9990009");
        form["address"] = json!("東京都架空区見本町９－９");
        form["phone"] = json!("03-0000-0009");
    }
    let kind = if who.is_empty() { "continuation" } else { "continuation with dependents" };
    command(kind, Way::Keyed(received_on), form, move |family, outcome| {
        let (office, card) = (Office::Own, card(outcome));
        family.covers.push(Cover { office, from: lost_on, until: None, card, is_at_75: false });
        let made = outcome["dependents"].as_array().cloned().unwrap_or_default();
        for (at, made) in who.into_iter().zip(made) {
            let r = &mut family.relatives[at];
            (r.since, r.until) = (lost_on, None);
            r.branch = made["branch"].as_str().unwrap().to_owned();
            r.dependent = made["dependent_id"].as_str().and_then(|id| id.parse().ok());
        }
        family.reports.clear();
    })
}
fn own(family: &Family) -> Option<&Cover> {
    family.cover().filter(|cover| cover.office == Office::Own)
}
/// 資格喪失申出書 of one who wishes to leave.
pub fn wish(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let received_on = (today - chance.days(0, 30)).max(own(family)?.from);
    let mut form = family.carded("voluntary_loss")?;
    form["reason"] = json!("withdrawal");
    command("wish to leave", Way::Keyed(received_on), form, |family, outcome| {
        family.ends(outcome["lost_on"].as_str().unwrap().parse().unwrap());
    })
}
/// 資格喪失申出書 of one who is insured elsewhere.
pub fn other_insurance(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let on = (today - chance.days(0, 40)).max(own(family)?.from);
    let mut form = family.carded("voluntary_loss")?;
    form["reason"] = json!("other_insurance");
    form["happened_on"] = json!(on);
    command("other insurance", Way::Keyed(today), form, move |family, _| family.ends(on))
}
/// The first premium was not paid: the cover never was.
pub fn first_unpaid(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let from = own(family)?.from;
    let due_on = from + chance.days(5, 30);
    if due_on >= today {
        return None;
    }
    let form = json!({ "premium": "first", "due_on": due_on });
    command("first premium unpaid", Way::Unpaid, form, move |family, _| family.ends(from))
}
/// A later premium was not paid.
pub fn unpaid(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let from = own(family)?.from;
    let month = from + Months::new(1 + u32::try_from(chance.below(5)).unwrap());
    let due_on = next_business_day(month.with_day(10)?, &[]);
    if due_on >= today {
        return None;
    }
    let form = json!({ "premium": "monthly", "due_on": due_on });
    let kind = "premium unpaid";
    command(kind, Way::Unpaid, form, move |family, _| family.ends(due_on + Days::new(1)))
}
