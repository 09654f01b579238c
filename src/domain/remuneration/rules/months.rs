//! 支払基礎日数 — which of the given months count, and their average (健康保険法41条1項; 昭和36年保発4号).
use super::{
    Refusal, refuse,
    trace::{Trace, Value, steps},
};
use crate::values::{month::Month, yen::Yen};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// How much somebody works: decides from how many days a month counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorkKind {
    /// 一般の被保険者: 17 days.
    Full,
    /// 短時間就労者 (three quarters or more of the usual hours): 17 days, and 15 where a rule says so.
    Part,
    /// 4分の3未満の短時間労働者: 11 days.
    Short,
}
impl WorkKind {
    /// Days from which a month counts (健康保険法41条1項; 同施行規則24条の2).
    pub const fn days(self) -> u8 {
        match self {
            Self::Full | Self::Part => 17,
            Self::Short => 11,
        }
    }
}
/// Days from which a month of 短時間就労者 counts when no month has 17.
pub const FALLBACK_DAYS: u8 = 15;

/// What was paid in a month, and for how many days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PaidMonth {
    /// The month in which it was paid.
    pub month: Month,
    /// Pay.
    pub pay_yen: Yen,
    /// 支払基礎日数.
    #[validate(range(max = 31))]
    #[schema(maximum = 31)]
    pub base_days: u8,
    /// The insurer leaves this month out (保険者算定, 健康保険法44条1項), such as a first month paid in part.
    #[serde(default)]
    pub is_excluded: bool,
    /// 遡及差額: of this pay, what was paid for months before, which the insurer leaves out (修正平均, 健康保険法44条1項); negative where
    /// pay was taken back.
    #[serde(default, skip_serializing_if = "is_nothing")]
    #[validate(range(min = -9_999_999, max = 9_999_999))]
    #[schema(minimum = -9_999_999, maximum = 9_999_999)]
    pub back_pay_yen: i64,
}
fn is_nothing(yen: &i64) -> bool {
    *yen == 0
}
impl PaidMonth {
    /// The pay that counts, in yen: without back pay, which is noted.
    pub fn own_pay(&self, trace: &mut Trace) -> i64 {
        let own = self.pay_yen.get().saturating_sub(self.back_pay_yen);
        if self.back_pay_yen != 0 {
            trace.step(
                &BACK_PAY,
                [
                    ("month", Value::Month(self.month)),
                    ("pay", self.pay_yen.into()),
                    ("back", Value::Yen(self.back_pay_yen)),
                    ("own", Value::Yen(own)),
                ],
            );
        }
        own
    }
}

steps! {
    FREQUENT = "frequent_bonuses", "健康保険法3条5項・6項", YenDown:
        "年4回以上支払われる賞与は報酬にあたるため、7月1日前1年間の合計{total}の12分の1、{share}を各月の報酬に加えます。" /
        "Bonuses paid four times a year or more are remuneration: a twelfth of the {total} of the year before 1 July, {share}, is added to the pay of each month.";
    LEFT_OUT = "month_left_out", "健康保険法44条1項":
        "{month}の報酬{pay}({days})は保険者算定により除きます。" /
        "{month}, {pay} for {days}, is left out by the insurer.";
    BACK_PAY = "back_pay_left_out", "健康保険法44条1項":
        "{month}の報酬{pay}から遡及支払額{back}を保険者算定により除き、{own}とします。" /
        "Of the {pay} of {month}, back pay of {back} is left out by the insurer: {own} remain.";
    TOO_FEW = "month_too_few_days", "健康保険法41条1項":
        "{month}は支払基礎日数{days}が{needed}に満たないため、報酬{pay}を算入しません。" /
        "{month} has {days}, fewer than {needed}: its {pay} are not counted.";
    COUNTED = "month_counted", "健康保険法41条1項":
        "{month}は支払基礎日数{days}({needed}以上)で、報酬{pay}を算入します。" /
        "{month} has {days}, at least {needed}: its {pay} are counted.";
    FALLBACK = "fifteen_days", "平成18年庁保険発0512001号":
        "{needed}以上の月がないため、短時間就労者として{fallback}以上の月を用います。" /
        "No month has {needed}; being a part-time worker, months of at least {fallback} are used.";
    AVERAGE = "average", "健康保険法41条1項", YenDown:
        "算入する報酬の合計{total}を{months}で除した平均は{average}です。" /
        "The counted pay, {total} in all, divided by {months} gives {average}.";
}

/// The months in their order, when they are exactly the `count` months from `first` on, given in any order.
/// # Errors
/// A month missing, twice or not asked for; more back pay than pay.
pub fn in_order(months: &[PaidMonth], first: Month, count: usize) -> Result<Vec<PaidMonth>, Refusal> {
    let mut sorted = months.to_vec();
    sorted.sort_by_key(|m| m.month);
    let is_run = sorted.len() == count && sorted.iter().zip(0..).all(|(m, i)| m.month == first.plus(i));
    if !is_run {
        return Err(refuse(
            "/months",
            "other-months-needed",
            ("この計算に要る月と一致しません", "these are not the months that this rule needs, each once"),
        ));
    }
    if sorted.iter().any(|m| m.pay_yen.get() < m.back_pay_yen) {
        return Err(refuse(
            "/months",
            "more-back-pay-than-pay",
            ("遡及支払額がその月の報酬を超えています", "more back pay than pay in a month"),
        ));
    }
    Ok(sorted)
}
/// Adds to each month its part of the bonuses that are remuneration: those paid four times a year or more, a twelfth of their total in the
/// year before 1 July, fractions of a yen dropped (健康保険法3条5項・6項).
/// # Errors
/// A pay that no amount holds.
pub fn add_frequent_bonuses(
    months: &mut [PaidMonth],
    total: Option<Yen>,
    trace: &mut Trace,
) -> Result<(), Refusal> {
    let Some(total) = total else { return Ok(()) };
    let share = twelfth(total);
    trace.step(&FREQUENT, [("total", total.into()), ("share", Value::Yen(share))]);
    for month in months {
        month.pay_yen = Yen::new(month.pay_yen.get() + share).ok_or(refuse(
            "/frequent_bonus_total_yen",
            "amount-too-large",
            ("報酬との合計が上限を超えています", "too much together with the pay"),
        ))?;
    }
    Ok(())
}
/// The part of a month in yen of bonuses that are remuneration: a twelfth of a year's, fractions of a yen dropped.
pub const fn twelfth(total: Yen) -> i64 {
    total.get() / 12
}
/// Refuses months that the insurer leaves out, for rules in which every month counts.
/// # Errors
/// A month left out.
pub fn none_left_out(months: &[PaidMonth]) -> Result<(), Refusal> {
    if months.iter().any(|m| m.is_excluded) {
        return Err(refuse(
            "/months",
            "month-left-out",
            ("この計算では月を除けません", "no month can be left out in this rule"),
        ));
    }
    Ok(())
}
/// The pay of months that count. `may_fall_back`: 15 days do where no month has 17, for 短時間就労者.
pub fn counted(months: &[PaidMonth], kind: WorkKind, may_fall_back: bool, trace: &mut Trace) -> Vec<i64> {
    let has = |needed: u8| months.iter().any(|m| !m.is_excluded && m.base_days >= needed);
    let mut needed = kind.days();
    if may_fall_back && kind == WorkKind::Part && !has(needed) && has(FALLBACK_DAYS) {
        let figures =
            [("needed", Value::Days(needed.into())), ("fallback", Value::Days(FALLBACK_DAYS.into()))];
        trace.step(&FALLBACK, figures);
        needed = FALLBACK_DAYS;
    }
    months.iter().filter_map(|m| count(m, needed, trace)).collect()
}
fn count(m: &PaidMonth, needed: u8, trace: &mut Trace) -> Option<i64> {
    let (month, pay) = (("month", Value::Month(m.month)), ("pay", m.pay_yen.into()));
    let (days, needed_days) =
        (("days", Value::Days(m.base_days.into())), ("needed", Value::Days(needed.into())));
    if m.is_excluded {
        trace.step(&LEFT_OUT, [month, pay, days]);
        return None;
    }
    if m.base_days < needed {
        trace.step(&TOO_FEW, [month, pay, days, needed_days]);
        return None;
    }
    let own = m.own_pay(trace);
    trace.step(&COUNTED, [month, ("pay", Value::Yen(own)), days, needed_days]);
    Some(own)
}
/// The average of counted pay, fractions of a yen dropped; nothing of nothing.
pub fn average(pays: &[i64], trace: &mut Trace) -> Option<i64> {
    let count = i64::try_from(pays.len()).ok().filter(|n| *n > 0)?;
    let total: i64 = pays.iter().sum();
    let average = total / count;
    trace.step(
        &AVERAGE,
        [("total", Value::Yen(total)), ("months", Value::Months(count)), ("average", Value::Yen(average))],
    );
    Some(average)
}
