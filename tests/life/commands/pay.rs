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
/// What was paid in three months, and for how many days.
pub struct Paid {
    months: Value,
    /// How much the person works, as forms mark it; nothing for most.
    work: Option<&'static str>,
    /// The pay of the months that count by the law.
    counted: Vec<u64>,
}
/// Three months of pay: most of them alike and whole, the others unequal, of few days, or of somebody who works less.
pub fn paid(chance: &mut Chance, first: NaiveDate, yen: u64, may_be_part: bool) -> Paid {
    let is_plain = chance.below(3) > 0;
    let mut month =
        || if is_plain { (30, yen) } else { (8 + chance.below(24), yen + 3_001 * chance.below(20)) };
    let all = [month(), month(), month()];
    let work = match chance.below(3) {
        _ if is_plain => None,
        0 => Some("short_time_worker"),
        1 if may_be_part => Some("part_time_worker"),
        _ => None,
    };
    let has_17 = all.iter().any(|(days, _)| *days >= 17);
    let least = match work {
        Some("short_time_worker") => 11,
        Some(_) if !has_17 => 15,
        _ => 17,
    };
    let counted = all.iter().filter(|(days, _)| *days >= least).map(|(_, yen)| *yen).collect();
    let row = |(n, (days, yen)): (u32, &(u64, u64))| {
        let month = (first + Months::new(n)).month();
        json!({ "month": month, "base_days": days, "cash_yen": yen, "total_yen": yen })
    };
    Paid { months: (0..).zip(&all).map(row).collect(), work, counted }
}
impl Paid {
    /// States the months, and how much the person works.
    pub fn months(&self, mut form: Value) -> Value {
        form["months"] = self.months.clone();
        if let Some(work) = self.work {
            form[work] = json!(true);
        }
        form
    }
    /// States the months with the total and the average of those that count, where one does.
    pub fn averaged(&self, form: Value) -> Value {
        let mut form = self.months(form);
        let total: u64 = self.counted.iter().sum();
        if let Some(average) = total.checked_div(u64::try_from(self.counted.len()).unwrap()) {
            form["grand_total_yen"] = json!(total);
            form["average_yen"] = json!(average);
        }
        form
    }
}
/// A report of three months of pay, with what else such reports state.
fn three_months(mut form: Value, from: NaiveDate, paid: &Paid) -> Value {
    form["applies_from"] = json!(month_of(from));
    form["previous_remuneration_yen"] = json!(260_000);
    form["previous_revised_in"] = json!("2023-04");
    paid.averaged(form)
}
pub fn regular(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let (employer, is_second) = reporter(chance, family)?;
    let year = if today.month() >= 7 { today.year() } else { today.year() - 1 };
    let day = |month| NaiveDate::from_ymd_opt(year, month, 1);
    let (april, june, september) = (day(4)?, day(6)?, day(9)?);
    if family.cover()?.from >= june {
        return None;
    }
    let yen = pay(chance);
    let paid = paid(chance, april, yen, true);
    let form = three_months(named(family, "regular_report", is_second), september, &paid);
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
    let paid = paid(chance, first, yen, false);
    let mut form = three_months(named(family, "revision_report", is_second), from, &paid);
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
    let yen = pay(chance);
    let form = paid(chance, report.first, yen, report.rule == "regular_determination").months(form);
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
