//! 二以上事業所勤務.
use super::{
    super::family::{Family, Second},
    Command, Way, command, cover, pay,
};
use crate::harness::chance::Chance;
use chrono::NaiveDate;
use serde_json::{Value, json};

/// 健保組合の事業所番号 of the employers of a world.
const SOCIETY_NUMBERS: [&str; 2] = ["0123", "1001"];

/// The employer of the cover, and a first day at another one, where there is none yet.
fn begins(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<(usize, NaiveDate)> {
    let (employer, cover) = family.employed()?;
    let on = (today - chance.days(0, 120)).max(cover.from);
    family.second.is_none().then_some((employer, on))
}
/// 二以上事業所勤務届.
fn report(family: &Family, from: NaiveDate, employer: Option<usize>) -> Value {
    let mut form = family.named("two_office_report");
    form["starts_on"] = json!(from);
    match employer {
        Some(e) => form["other_society_number"] = json!(SOCIETY_NUMBERS[e]),
        None => form["other_office_name"] = json!("架空別会社"),
    }
    form
}
pub fn outside(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, from) = begins(chance, family, today)?;
    let mut form = report(family, from, None);
    form["other_monthly_yen"] = json!(pay(chance));
    command("second office", Way::Filed(employer), form, move |family, _| {
        family.second = Some(Second { employer: None, from });
    })
}
pub fn employer(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, from) = begins(chance, family, today)?;
    let other = 1 - employer;
    let mut form = report(family, from, Some(other));
    form["other_monthly_yen"] = json!(pay(chance));
    command("second employer", Way::Filed(employer), form, move |family, _| {
        family.second = Some(Second { employer: Some(other), from });
    })
}
/// The second employer's 資格取得届.
pub fn acquisition(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, from) = begins(chance, family, today)?;
    let other = 1 - employer;
    let mut form = cover::acquisition(chance, family, from);
    form["two_or_more_offices"] = json!(true);
    command("second employer by its acquisition", Way::Filed(other), form, move |family, _| {
        family.second = Some(Second { employer: Some(other), from });
    })
}
/// It ends: by the principal office's report, or the second employer's 資格喪失届.
pub fn end(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (principal, _) = family.employed()?;
    let second = family.second.clone()?;
    let on = (today - chance.days(0, 90)).max(second.from);
    let ended = |family: &mut Family, _: &Value| family.second = None;
    if let Some(other) = second.employer.filter(|_| chance.below(2) == 0) {
        let form = cover::loss(family, on, "retirement");
        return command("loss at a second employer", Way::Filed(other), form, ended);
    }
    let mut form = report(family, second.from, second.employer);
    form["ceased_on"] = json!(on);
    command("end of a second office", Way::Filed(principal), form, ended)
}
