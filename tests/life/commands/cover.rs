//! 資格の取得・喪失, and their corrections.
use super::{
    super::family::{Cover, Family, Office, Stands},
    Command, Way, address, command, pay,
};
use crate::harness::chance::Chance;
use chrono::{Days, NaiveDate};
use serde_json::{Value, json};

/// 資格取得届.
pub fn acquisition(chance: &mut Chance, family: &Family, on: NaiveDate) -> Value {
    let yen = pay(chance);
    let mut form = family.named("qualification_acquisition");
    for (key, value) in [
        ("office_number", json!(family.office_number)),
        ("name", json!(family.name_as(family.surname))),
        ("sex", json!(family.sex())),
        ("acquired_on", json!(on)),
        ("has_dependents", json!(false)),
        ("cash_yen", json!(yen)),
        ("total_yen", json!(yen)),
        ("resident_address", address()),
    ] {
        form[key] = value;
    }
    form
}
/// 記号 and 番号 of an outcome.
pub fn card(outcome: &Value) -> (String, String) {
    let text = |key: &str| outcome[key].as_str().unwrap().to_owned();
    (text("symbol"), text("number"))
}
/// A new cover.
pub fn hired(
    chance: &mut Chance,
    family: &Family,
    (employer, on): (usize, NaiveDate),
    kind: &'static str,
) -> Option<Command> {
    let form = acquisition(chance, family, on);
    command(kind, Way::Filed(employer), form, move |family, outcome| {
        if family.cover().is_some_and(|c| c.office == Office::Own && c.until.is_none_or(|until| until > on)) {
            family.ends(on);
        }
        let member = outcome["member_id"].as_str().unwrap().parse().ok();
        if family.member != member {
            // somebody whom nobody knew again: what is recorded is another id's
            family.expenses.clear();
            family.protection = None;
        }
        family.member = member;
        let (office, card) = (Office::Employer(employer), card(outcome));
        family.covers.push(Cover { office, from: on, until: None, card, is_at_75: false });
        family.leaves.clear();
        family.reports.clear();
        (family.second, family.ended_second) = (None, None);
    })
}
pub fn acquire(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let kind = match family.stands() {
        Stands::New => "acquisition",
        Stands::Continues => "new job",
        _ => "rejoining",
    };
    // whoever is new may have been here for long
    let most = if family.covers.is_empty() && chance.below(2) == 0 { 700 } else { 40 };
    let on = today - chance.days(0, most);
    let employer = usize::try_from(chance.below(2)).unwrap();
    hired(chance, family, (employer, on), kind)
}
/// The other employer of the society takes the place of the one that was left (所属選択).
pub fn choose(chance: &mut Chance, family: &Family, _: NaiveDate) -> Option<Command> {
    // who is 75 chooses nobody any more
    let cover = family.cover().filter(|cover| !cover.is_at_75)?;
    let (employer, on) = (family.ended_second.as_ref()?.employer?, cover.until?);
    hired(chance, family, (employer, on), "choice of the other employer")
}
pub fn lose(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, cover) = family.employed()?;
    let lost_on = (today - chance.days(0, 60)).max(cover.from + Days::new(1)).min(today);
    let (kind, cause) = match chance.below(16) {
        0..3 => ("loss by death", "death"),
        3 => ("loss without leaving", "disability"),
        4 => ("loss without leaving", "social_security_agreement"),
        // the calendar is there first: whoever is younger is refused
        5 => ("loss at 75 by a form", "age_75"),
        _ => ("loss", "retirement"),
    };
    let form = loss(family, lost_on, cause);
    command(kind, Way::Filed(employer), form, move |family, _| {
        family.ends(lost_on);
        family.is_dead = cause == "death";
    })
}
/// 資格喪失届.
pub fn loss(family: &Family, lost_on: NaiveDate, cause: &str) -> Value {
    let mut form = family.named("qualification_loss");
    form["lost_on"] = json!(lost_on);
    if ["retirement", "death"].contains(&cause) {
        form["left_on"] = json!(lost_on - Days::new(1));
    }
    form["cause"] = json!(cause);
    form
}
/// 資格取得取消届.
pub fn cancel_acquisition(_: &mut Chance, family: &Family, _: NaiveDate) -> Option<Command> {
    let (employer, cover) = family.employed()?;
    let from = cover.from;
    let mut form = family.named("acquisition_cancellation");
    form["acquired_on"] = json!(from);
    form["reason"] = json!("採用取消のため");
    command("cancelled acquisition", Way::Filed(employer), form, move |family, _| {
        family.covers.pop();
        for r in family.relatives.iter_mut().filter(|r| r.since >= from) {
            r.until = Some(r.since);
        }
        family.bonuses.retain(|paid| paid.1 < from);
        family.leaves.clear();
        family.reports.clear();
        (family.second, family.ended_second) = (None, None);
    })
}
/// The cover that was left, and its employer.
fn left(family: &Family) -> Option<(usize, &Cover, NaiveDate)> {
    match family.cover()? {
        Cover { is_at_75: true, .. } => None,
        cover @ Cover { office: Office::Employer(e), until: Some(until), .. } => Some((*e, cover, *until)),
        _ => None,
    }
}
/// What ended with the loss ends with its right day, or not at all.
fn moves(family: &mut Family, old: NaiveDate, right: Option<NaiveDate>) {
    family.covers.last_mut().unwrap().until = right;
    for r in family.relatives.iter_mut().filter(|r| r.until == Some(old)) {
        r.until = right;
    }
    for l in family.leaves.iter_mut().filter(|l| l.ended == Some(old - Days::new(1))) {
        l.ended = right.map(|right| right - Days::new(1));
    }
}
/// 資格喪失取消届.
pub fn cancel_loss(_: &mut Chance, family: &Family, _: NaiveDate) -> Option<Command> {
    let (employer, _, lost_on) = left(family)?;
    let mut form = family.named("loss_cancellation");
    form["lost_on"] = json!(lost_on);
    form["reason"] = json!("退職の撤回のため");
    command("cancelled loss", Way::Filed(employer), form, move |family, _| {
        moves(family, lost_on, None);
        family.is_dead = false;
        family.second = family.ended_second.take();
    })
}
/// Another day than this one, not to come.
fn other_day(chance: &mut Chance, day: NaiveDate, today: NaiveDate) -> Option<NaiveDate> {
    let right = (day + chance.days(-45, 45)).min(today);
    (right != day).then_some(right)
}
/// 得喪年月日訂正届.
fn dates(family: &Family, cover: &Cover) -> Value {
    let mut form = family.named("qualification_date_correction");
    form["acquired_on"] = json!(cover.from);
    form["reason"] = json!("記入誤り");
    if let Some(until) = cover.until {
        form["lost_on"] = json!(until);
    }
    form
}
fn begins(family: &mut Family, old: NaiveDate, right: NaiveDate) {
    family.covers.last_mut().unwrap().from = right;
    for r in family.relatives.iter_mut().filter(|r| r.since == old) {
        r.since = right.max(r.birth_on);
    }
}
pub fn other_acquisition(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, cover) = family.employed()?;
    let (old, right) = (cover.from, other_day(chance, cover.from, today)?);
    let mut form = dates(family, cover);
    form["corrected_acquired_on"] = json!(right);
    let kind = "another day of acquisition";
    command(kind, Way::Filed(employer), form, move |family, _| begins(family, old, right))
}
pub fn other_loss(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, cover, lost_on) = left(family)?;
    let right = other_day(chance, lost_on, today)?;
    let from = other_day(chance, cover.from, today).filter(|_| chance.below(4) == 0);
    let (mut form, old) = (dates(family, cover), cover.from);
    form["corrected_lost_on"] = json!(right);
    if let Some(from) = from {
        form["corrected_acquired_on"] = json!(from);
    }
    command("another day of loss", Way::Filed(employer), form, move |family, _| {
        moves(family, lost_on, Some(right));
        if let Some(from) = from {
            begins(family, old, from);
        }
    })
}
