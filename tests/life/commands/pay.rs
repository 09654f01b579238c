//! 算定基礎届, 月額変更届, 賞与支払届, and their corrections.
use super::{
    super::family::{Cover, Family, Office, Report, month_start},
    Command, Way, command, month_of, pay,
};
use crate::harness::chance::Chance;
use chrono::{Datelike, Months, NaiveDate};
use serde_json::{Value, json};

/// Who reports, and whether it is the second employer.
fn reporter(chance: &mut Chance, family: &Family) -> Option<(usize, bool)> {
    let (employer, _) = family.employed()?;
    let second = family.second.as_ref().and_then(|s| s.employer).filter(|_| chance.below(2) == 0);
    Some(second.map_or((employer, false), |second| (second, true)))
}
/// A report of pay by one of the employers.
fn named(family: &Family, kind: &str, is_second: bool) -> Value {
    let mut form = family.named(kind);
    if is_second {
        form["two_or_more_offices"] = json!(true);
    }
    form
}
/// Three months of pay.
pub fn months(first: NaiveDate, yen: u64) -> Value {
    let months = (0..3).map(|n| (first + Months::new(n)).month());
    months.map(|n| json!({ "month": n, "base_days": 30, "cash_yen": yen, "total_yen": yen })).collect()
}
/// Three months of pay from `first`, with what else such reports state.
fn three_months(mut form: Value, first: NaiveDate, from: NaiveDate, yen: u64) -> Value {
    form["applies_from"] = json!(month_of(from));
    form["previous_remuneration_yen"] = json!(260_000);
    form["previous_revised_in"] = json!("2023-04");
    form["months"] = months(first, yen);
    form["grand_total_yen"] = json!(3 * yen);
    form["average_yen"] = json!(yen);
    form
}
pub fn regular(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, is_second) = reporter(chance, family)?;
    let year = if today.month() >= 7 { today.year() } else { today.year() - 1 };
    let day = |month| NaiveDate::from_ymd_opt(year, month, 1);
    let (april, june, september) = (day(4)?, day(6)?, day(9)?);
    if family.cover()?.from >= june {
        return None;
    }
    let form = three_months(named(family, "regular_report", is_second), april, september, pay(chance));
    let (kind, way) = match chance.below(3) {
        _ if is_second => ("regular report of a second employer", Way::Filed(employer)),
        0 => ("regular report in a run", Way::Waits(employer)),
        _ => ("regular report", Way::Filed(employer)),
    };
    let report = Report { employer, rule: "regular_determination", first: april, from: september };
    command(kind, way, form, move |family, _| family.reports.push(report))
}
pub fn revision(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, is_second) = reporter(chance, family)?;
    let back = u32::try_from(chance.below(8)).unwrap();
    let from = month_start(today) - Months::new(back);
    let first = from - Months::new(3);
    if first < month_start(family.cover()?.from) {
        return None;
    }
    let (yen, way) =
        if chance.below(2) == 0 { (700_000 + 10_000 * chance.below(20), "up") } else { (110_000, "down") };
    let mut form = three_months(named(family, "revision_report", is_second), first, from, yen);
    form["pay_change_month"] = json!(first.month());
    form["pay_change_direction"] = json!(way);
    let kind = if is_second { "revision of a second employer" } else { "revision" };
    let report = Report { employer, rule: "occasional_revision", first, from };
    command(kind, Way::Filed(employer), form, move |family, _| family.reports.push(report))
}
fn amounts(mut form: Value, yen: u64) -> Value {
    form["cash_yen"] = json!(yen);
    form["total_yen"] = json!(yen - yen % 1_000);
    form
}
pub fn bonus(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, is_second) = reporter(chance, family)?;
    let on = today - chance.days(0, 60);
    let mut form = amounts(named(family, "bonus_report", is_second), 300_123 + 100_000 * chance.below(40));
    form["paid_on"] = json!(on);
    let kind = if is_second { "bonus of a second employer" } else { "bonus" };
    command(kind, Way::Filed(employer), form, move |family, _| family.bonuses.push((employer, on)))
}
/// Paid before the loss, reported after it.
pub fn late_bonus(chance: &mut Chance, family: &Family, _: NaiveDate) -> Option<Command> {
    let Cover { office: Office::Employer(employer), until: Some(lost_on), .. } = *family.cover()? else {
        return None;
    };
    let on = lost_on - chance.days(1, 20);
    let mut form = amounts(family.named("bonus_report"), 200_000);
    form["paid_on"] = json!(on);
    command("late bonus", Way::Filed(employer), form, move |family, _| family.bonuses.push((employer, on)))
}
/// 賞与不支給報告書.
pub fn no_bonus(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, _) = family.employed()?;
    let month = month_of(today - chance.days(0, 3_000));
    let form = json!({ "kind": "no_bonus_report", "planned_month": month });
    command("no bonus", Way::Filed(employer), form, |_, _| {})
}
/// 報酬訂正届 of the acquisition.
pub fn correct_acquisition(chance: &mut Chance, family: &Family, _: NaiveDate) -> Option<Command> {
    let (employer, cover) = family.employed()?;
    let yen = pay(chance);
    let mut form = family.named("remuneration_correction");
    form["decision"] = json!("acquisition_determination");
    form["applies_from"] = json!(month_of(cover.from));
    form["cash_yen"] = json!(yen);
    form["total_yen"] = json!(yen);
    command("correction of pay", Way::Filed(employer), form, |_, _| {})
}
/// 報酬訂正届 of 定時決定 or 随時改定.
pub fn correct_report(chance: &mut Chance, family: &Family, _: NaiveDate) -> Option<Command> {
    let count = u64::try_from(family.reports.len()).unwrap();
    let report = *family.reports.get(usize::try_from(chance.below(count.max(1))).unwrap())?;
    let mut form = family.named("remuneration_correction");
    form["decision"] = json!(report.rule);
    form["applies_from"] = json!(month_of(report.from));
    form["months"] = months(report.first, pay(chance));
    command("correction of a report", Way::Filed(report.employer), form, |_, _| {})
}
/// 取消 of 定時決定, 随時改定 or a revision after a leave.
pub fn withdraw(_: &mut Chance, family: &Family, _: NaiveDate) -> Option<Command> {
    if family.reports.is_empty() && family.leaves.iter().all(|l| !l.is_revised) {
        return None;
    }
    let form = json!({ "reason": "誤って処理したため" });
    command("withdrawn decision", Way::Withdraws(family.member?), form, |family, outcome| {
        let is_it = |r: &Report| outcome["rule"] == r.rule && outcome["month"] == month_of(r.from);
        family.reports.retain(|r| !is_it(r));
    })
}
/// 賞与訂正届: another amount, another day, or never paid.
pub fn correct_bonus(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let count = u64::try_from(family.bonuses.len()).unwrap();
    let at = usize::try_from(chance.below(count.max(1))).unwrap();
    let (employer, on) = *family.bonuses.get(at)?;
    let mut form = family.named("bonus_correction");
    form["paid_on"] = json!(on);
    let what = chance.below(3);
    if what == 0 {
        form["withdrawn"] = json!(true);
        let kind = "bonus that was none";
        return command(kind, Way::Filed(employer), form, move |family, _| {
            family.bonuses.retain(|paid| *paid != (employer, on));
        });
    }
    let mut form = amounts(form, 100_999 + 500_000 * chance.below(12));
    let right = if what == 1 { on } else { (on + chance.days(-40, 40)).min(today) };
    if right != on {
        form["right_paid_on"] = json!(right);
    }
    let kind = if right == on { "correction of a bonus" } else { "bonus of another day" };
    command(kind, Way::Filed(employer), form, move |family, _| {
        if let Some(paid) = family.bonuses.iter_mut().find(|paid| **paid == (employer, on)) {
            paid.1 = right;
        }
    })
}
