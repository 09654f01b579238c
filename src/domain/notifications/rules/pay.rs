//! 算定基礎届, 月額変更届, 賞与支払届 (健康保険法 第41条, 第43条, 第45条; 仕様書 2225700, 2221700, 2265700).

use chrono::NaiveDate;

use super::{Checked, Code, Filing, RuleSettings, check_not_future};
use crate::domain::notifications::pay_forms::{BonusReport, RegularReport, ReportedMonth, RevisionReport};
use crate::domain::remuneration::rules;
use crate::values::month::Month;

/// The largest amount a form can hold; larger sums are written as this.
const AMOUNT_CAP: i64 = 9_999_999;
/// Larger bonuses are also written as this: two readings of the specification are in use.
const BONUS_CAP: i64 = 9_999_000;
/// The smallest average, corrected average or bonus that is taken.
const FLOOR: i64 = 1_000;

/// What the reports of three months share.
struct Report<'a> {
    birth_on: NaiveDate,
    applies_from: Month,
    previous: (i64, Month),
    change: (Option<u8>, bool),
    back_pay: (Option<u8>, Option<i64>),
    months: &'a [ReportedMonth],
    grand_total: Option<i64>,
    average: Option<i64>,
    corrected: Option<i64>,
    aged_70: bool,
    over_70_only: bool,
    has_office_number: bool,
}

/// What both reports state.
macro_rules! report {
    ($form:ident) => {
        Report {
            birth_on: $form.birth_on,
            applies_from: $form.applies_from,
            previous: ($form.previous_remuneration_yen, $form.previous_revised_in),
            change: ($form.pay_change_month, $form.pay_change_direction.is_some()),
            back_pay: ($form.back_pay_month, $form.back_pay_yen),
            months: &$form.months,
            grand_total: $form.grand_total_yen,
            average: $form.average_yen,
            corrected: $form.corrected_average_yen,
            aged_70: $form.aged_70_or_over,
            over_70_only: $form.over_70_only,
            has_office_number: $form.office_number.is_some(),
        }
    };
}

pub(in crate::domain::notifications) fn check_regular(
    checked: &mut Checked,
    form: &RegularReport,
    has_number: bool,
    settings: &RuleSettings,
) {
    let report = report!(form);
    check_report(checked, &report, has_number, settings);
    // 項目10–12: always September, and of a year that has come.
    checked.add_if(form.applies_from.number() != 9, Code::InvalidCode, ["applies_from"]);
    checked.add_if(
        form.applies_from.year() > Month::of(settings.today).year(),
        Code::FutureDate,
        ["applies_from"],
    );
    let paid: Vec<u8> = form.months.iter().map(|month| month.month).collect();
    checked.add_if(paid != [4, 5, 6], Code::InvalidCode, ["months"]);
    checked.add_if(
        form.back_pay_month.is_some_and(|month| !(4..=6).contains(&month)),
        Code::InvalidCode,
        ["back_pay_month"],
    );
    // 項目22–27, 49, 50: the law tells which months count by their days.
    // an amount that no form may hold has its finding
    let Ok(months) = form.paid_months() else { return };
    let counted = rules::counted(&months, form.work_kind(), true, &mut rules::Trace::default());
    if form.revision_planned {
        // 月額変更届予定: the revision decides, the averages may be left out.
        return;
    }
    check_averages(checked, &report, &counted);
    // Nothing to average, or an average of a year: 保険者算定, for a clerk with the documents.
    checked.needs_clerk |= counted.is_empty() || form.annual_average;
}

pub(in crate::domain::notifications) fn check_revision(
    checked: &mut Checked,
    form: &RevisionReport,
    has_number: bool,
    settings: &RuleSettings,
) {
    let report = report!(form);
    check_report(checked, &report, has_number, settings);
    // 項目22–24: three months in a row, the last one before 改定年月; all three are over.
    let paid: Vec<u8> = form.months.iter().map(|month| month.month).collect();
    checked.add_if(
        paid != expected_months(form.applies_from),
        Code::DateRelation,
        ["months", "applies_from"],
    );
    checked.add_if(form.applies_from > Month::of(settings.today), Code::FutureDate, ["applies_from"]);
    // 項目25–27: every month must count (法43条1項).
    let least = form.work_kind().days();
    checked.add_if(form.months.iter().any(|month| month.base_days < least), Code::Days, ["months"]);
    check_averages(checked, &report, &form.months.iter().map(|month| month.total_yen).collect::<Vec<_>>());
    // Without a change of fixed pay there is no revision: a clerk asks for it.
    checked.needs_clerk |= form.pay_change_direction.is_none();
}

/// The three months before 改定年月, in a row, by their numbers.
pub(super) fn expected_months(applies_from: Month) -> [u8; 3] {
    [-3, -2, -1].map(|n| u8::try_from(applies_from.plus(n).number()).unwrap_or(0))
}

fn check_report(checked: &mut Checked, report: &Report<'_>, has_number: bool, settings: &RuleSettings) {
    check_not_future(checked, report.birth_on, "birth_on", Filing::Afterwards, settings);
    let before_birth = report.applies_from <= Month::of(report.birth_on);
    checked.add_if(before_birth, Code::DateRelation, ["applies_from", "birth_on"]);
    checked.add_if(
        report.previous.1 >= report.applies_from,
        Code::DateRelation,
        ["previous_revised_in", "applies_from"],
    );
    checked.add_if(
        report.previous.0 < FLOOR || report.previous.0 % 1_000 != 0 || report.previous.0 > AMOUNT_CAP,
        Code::Length,
        ["previous_remuneration_yen"],
    );
    pair(checked, report.change.0.is_some(), report.change.1, ["pay_change_month", "pay_change_direction"]);
    pair(
        checked,
        report.back_pay.0.is_some(),
        report.back_pay.1.is_some(),
        ["back_pay_month", "back_pay_yen"],
    );
    let is_month = |month: Option<u8>| month.is_none_or(|month| (1..=12).contains(&month));
    checked.add_if(!is_month(report.change.0), Code::InvalidCode, ["pay_change_month"]);
    checked.add_if(!is_month(report.back_pay.0), Code::InvalidCode, ["back_pay_month"]);
    checked.add_if(
        report.back_pay.1.is_some_and(|yen| yen.abs() > AMOUNT_CAP),
        Code::Length,
        ["back_pay_yen"],
    );
    for (index, month) in report.months.iter().enumerate() {
        check_month(checked, index, month);
    }
    checked.add_if(report.months.len() != 3, Code::Count, ["months"]);
    check_over_70(checked, (report.aged_70, report.over_70_only), has_number, report.has_office_number);
}

/// 備考 70歳以上: the number comes with it only; the pension office's own form is no business of the society.
fn check_over_70(
    checked: &mut Checked,
    (aged_70, only): (bool, bool),
    has_number: bool,
    has_office_number: bool,
) {
    checked.add_if(has_number && !aged_70, Code::UnexpectedData, ["personal_number"]);
    if only {
        checked.add_if(has_office_number, Code::MustBeEmpty, ["office_number"]);
        checked.add_if(!aged_70, Code::Required, ["aged_70_or_over"]);
        checked.needs_clerk = true;
    }
}

/// Both or none.
fn pair(checked: &mut Checked, first: bool, second: bool, keys: [&'static str; 2]) {
    checked.add_if(first && !second, Code::Required, [keys[1]]);
    checked.add_if(!first && second, Code::Required, [keys[0]]);
}

/// 項目25–36: the total of a month is the sum, and pay without a day is a slip of the pen.
pub(in crate::domain::notifications) fn check_month(
    checked: &mut Checked,
    index: usize,
    month: &ReportedMonth,
) {
    let [days, total] = match index {
        0 => ["months.0.base_days", "months.0.total_yen"],
        1 => ["months.1.base_days", "months.1.total_yen"],
        _ => ["months.2.base_days", "months.2.total_yen"],
    };
    let in_range = |yen: i64| (0..=AMOUNT_CAP).contains(&yen);
    let sum = month.cash_yen.saturating_add(month.in_kind_yen).min(AMOUNT_CAP);
    let is_sum = in_range(month.cash_yen) && in_range(month.in_kind_yen) && month.total_yen == sum;
    checked.add_if(!is_sum, Code::Sum, [total]);
    checked.add_if(month.base_days == 0 && sum > 0, Code::Days, [days]);
}

/// 項目37–39: the total and the average of the months that count.
fn check_averages(checked: &mut Checked, report: &Report<'_>, counted: &[i64]) {
    let sum = counted.iter().fold(0_i64, |sum, pay| sum.saturating_add(*pay));
    let average = i64::try_from(counted.len()).ok().and_then(|count| sum.checked_div(count));
    if average.is_some() {
        checked.add_if(report.grand_total.is_none(), Code::Required, ["grand_total_yen"]);
        checked.add_if(report.average.is_none(), Code::Required, ["average_yen"]);
    }
    checked.add_if(report.grand_total.is_some_and(|yen| yen != sum), Code::Sum, ["grand_total_yen"]);
    let average = average.unwrap_or(0).min(AMOUNT_CAP);
    let wrong = report.average.is_some_and(|yen| yen != average);
    let too_small = report.average.is_some_and(|yen| yen < FLOOR) && report.corrected.is_none();
    checked.add_if(wrong || (too_small && !counted.is_empty()), Code::Sum, ["average_yen"]);
    checked.add_if(
        report.corrected.is_some_and(|yen| !(FLOOR..=AMOUNT_CAP).contains(&yen)),
        Code::Sum,
        ["corrected_average_yen"],
    );
}

/// 賞与支払届: 項目10–14, 18–21.
pub(in crate::domain::notifications) fn check_bonus(
    checked: &mut Checked,
    form: &BonusReport,
    has_number: bool,
    settings: &RuleSettings,
) {
    check_not_future(checked, form.birth_on, "birth_on", Filing::Afterwards, settings);
    check_not_future(checked, form.paid_on, "paid_on", Filing::Afterwards, settings);
    checked.add_if(form.paid_on <= form.birth_on, Code::DateRelation, ["paid_on", "birth_on"]);
    check_bonus_amounts(checked, (form.cash_yen, form.in_kind_yen, form.total_yen), form.paid_on);
    checked.add_if(
        form.first_paid_day.is_some_and(|day| !(1..=31).contains(&day)),
        Code::InvalidCode,
        ["first_paid_day"],
    );
    check_over_70(
        checked,
        (form.aged_70_or_over, form.over_70_only),
        has_number,
        form.office_number.is_some(),
    );
}
/// 項目11–14: money, in kind, and their sum without what is below 1,000 yen.
pub(super) fn check_bonus_amounts(
    checked: &mut Checked,
    (cash, in_kind, total): (i64, i64, i64),
    paid_on: NaiveDate,
) {
    let in_range = |yen: i64| (0..=AMOUNT_CAP).contains(&yen);
    let sum = cash.saturating_add(in_kind);
    let is_cut = total == sum - sum.rem_euclid(1_000);
    let is_capped = sum > BONUS_CAP && (total == AMOUNT_CAP || total == BONUS_CAP);
    let is_good = in_range(cash) && in_range(in_kind) && (is_cut || is_capped);
    checked.add_if(!is_good || total < FLOOR, Code::Sum, ["total_yen"]);
    let cap = rules::bonus_cap(Month::of(paid_on));
    checked.add_if(cap.is_some_and(|cap| total > cap), Code::Cap, ["total_yen"]);
}
