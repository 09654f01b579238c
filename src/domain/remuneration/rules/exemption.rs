//! 産前産後休業・育児休業等の保険料免除 — months without premiums (健康保険法159条, 159条の3).
use super::{
    Refusal, Rule, in_reach, refuse,
    trace::{Trace, Value, steps},
};
use crate::values::{month::Month, period};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use validator::Validate;

/// Which leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaveKind {
    /// 産前産後休業.
    Maternity,
    /// 育児休業等, birth-time leave (出生時育児休業) among them.
    Childcare,
}
/// One leave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct Leave {
    /// First day.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub starts_on: NaiveDate,
    /// Last day.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub ends_on: NaiveDate,
    /// 就業日数: days worked in a birth-time leave, hours converted (fraction of a day dropped).
    #[serde(default)]
    #[validate(range(max = 28))]
    #[schema(maximum = 28)]
    pub worked_days: u16,
}
/// Facts of an exemption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ExemptionInput {
    /// Which leave.
    pub kind: LeaveKind,
    /// Leaves of one person and kind that count together, in any order: of one child, of one month, or following one another.
    #[validate(length(min = 1, max = 50), nested)]
    #[schema(min_items = 1, max_items = 50)]
    pub leaves: Vec<Leave>,
    /// Days without work by calendar: leaves with only such days between them count as one.
    #[serde(default)]
    #[validate(length(max = 400), custom(function = "all_in_reach"))]
    #[schema(max_items = 400)]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub non_working_days: Vec<NaiveDate>,
}
fn all_in_reach(days: &[NaiveDate]) -> Result<(), validator::ValidationError> {
    days.iter().try_for_each(in_reach)
}
/// Months that are exempt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ExemptionOutcome {
    /// Months without the monthly premium.
    #[schema(max_items = 2400)]
    pub monthly_months: Vec<Month>,
    /// Months in which a bonus paid bears no premium.
    #[schema(max_items = 2400)]
    pub bonus_months: Vec<Month>,
}

steps! {
    LEAVE = "leave", "健康保険法159条、159条の3":
        "{start}から{end}までの休業です。" / "A leave from {start} to {end}.";
    JOINED = "leaves_joined", "健康保険法159条2項":
        "連続するため、{start}から{end}までの一つの休業とみなします。" /
        "They follow one another and count as one leave, from {start} to {end}.";
    SPAN = "month_ends_within", "健康保険法159条1項1号、159条の3":
        "終了日の翌日が{after}で、{first}から{last}までの月の保険料を免除します。" /
        "The day after the end is {after}: {first} to {last} are exempt.";
    INSIDE = "days_inside_month", "健康保険法159条1項2号":
        "{month}の中で始まり終わる休業{days}から就業日数{worked}を除き、{counted}です。" /
        "A leave that begins and ends within {month}: {days} less {worked} worked is {counted}.";
    FOURTEEN = "fourteen_days", "健康保険法159条1項2号":
        "{month}の合計{counted}が{needed}以上のため、その月の保険料を免除します。" /
        "{month} has {counted} in all, at least {needed}: it is exempt.";
    NOT_FOURTEEN = "under_fourteen_days", "健康保険法159条1項2号":
        "{month}の合計{counted}が{needed}に満たないため、その月の保険料は免除しません。" /
        "{month} has {counted} in all, fewer than {needed}: it is not exempt.";
    BONUS = "bonus_exempt", "健康保険法159条1項":
        "休業が{limit}(1か月)を超えて{end}まで続くため、同じ月の賞与の保険料も免除します。" /
        "The leave lasts to {end}, beyond {limit} (one month): bonuses of these months are exempt too.";
    NO_BONUS = "bonus_not_exempt", "健康保険法159条1項":
        "休業が{end}までで、1か月({limit}まで)を超えないため、賞与の保険料は免除しません。" /
        "The leave lasts to {end}, not beyond one month (to {limit}): bonuses are not exempt.";
    MATERNITY_BONUS = "maternity_bonus", "健康保険法159条の3":
        "産前産後休業では、同じ月の賞与の保険料も免除します。" /
        "In a maternity leave bonuses of these months are exempt too.";
}
/// Days of leave inside a month from which it is exempt.
const FOURTEEN_DAYS: i64 = 14;

/// 休業期間中の保険料免除 (健康保険法159条, 159条の3; leaves from October 2022 on).
pub struct ExemptionMonths;
impl Rule for ExemptionMonths {
    type Input = ExemptionInput;
    type Outcome = ExemptionOutcome;
    const ID: &'static str = "exemption_months";
    const VERSION: &'static str = "2022-10";
    fn decide(input: &ExemptionInput, trace: &mut Trace) -> Result<ExemptionOutcome, Refusal> {
        let leaves = joined(checked(input)?, &input.non_working_days, trace);
        let (mut monthly, mut bonus) = (BTreeSet::new(), BTreeSet::new());
        let mut inside: BTreeMap<Month, i64> = BTreeMap::new();
        for leave in &leaves {
            let after = leave.ends_on.succ_opt().unwrap_or(leave.ends_on);
            let (first, end) = (Month::of(leave.starts_on), Month::of(after));
            if first < end {
                let last = end.plus(-1);
                trace.step(
                    &SPAN,
                    [
                        ("after", Value::Date(after)),
                        ("first", Value::Month(first)),
                        ("last", Value::Month(last)),
                    ],
                );
                let months: Vec<Month> = (0..).map(|n| first.plus(n)).take_while(|m| *m <= last).collect();
                if bonus_too(input.kind, leave, trace) {
                    bonus.extend(months.iter().copied());
                }
                monthly.extend(months);
            } else if input.kind == LeaveKind::Childcare {
                *inside.entry(first).or_default() += days_inside(leave, first, trace);
            }
        }
        for (month, counted) in inside {
            let is_exempt = counted >= FOURTEEN_DAYS;
            trace.step(
                if is_exempt { &FOURTEEN } else { &NOT_FOURTEEN },
                [
                    ("month", Value::Month(month)),
                    ("counted", Value::Days(counted)),
                    ("needed", Value::Days(FOURTEEN_DAYS)),
                ],
            );
            if is_exempt {
                monthly.insert(month);
            }
        }
        Ok(ExemptionOutcome {
            monthly_months: monthly.into_iter().collect(),
            bonus_months: bonus.into_iter().collect(),
        })
    }
}
/// The leaves by their first day, when they can be so.
fn checked(input: &ExemptionInput) -> Result<Vec<Leave>, Refusal> {
    let mut leaves = input.leaves.clone();
    leaves.sort_by_key(|l| l.starts_on);
    let first = match input.kind {
        LeaveKind::Maternity => Month::in_year(2014, 4),
        LeaveKind::Childcare => Month::in_year(2022, 10),
    };
    for leave in &leaves {
        let days = days_of(leave);
        let wrong = if days < 1 {
            ("leave-ends-before-start", ("終了日が開始日より前です", "the leave ends before it starts"))
        } else if leave.starts_on < first.first_day() {
            (
                "leave-before-this-rule",
                ("この規則の施行前の休業です", "the leave starts before this rule came into force"),
            )
        } else if leave.ends_on > period::last_day(leave.starts_on, LONGEST) {
            ("leave-too-long", ("休業が長すぎます", "the leave is too long"))
        } else if i64::from(leave.worked_days) > days {
            (
                "worked-more-than-leave",
                ("就業日数が休業日数を超えています", "more days worked than the leave has"),
            )
        } else if leave.worked_days > 0 && input.kind == LeaveKind::Maternity {
            (
                "worked-in-maternity-leave",
                ("産前産後休業に就業日数はありません", "nobody works in a maternity leave"),
            )
        } else {
            continue;
        };
        return Err(refuse("/leaves", wrong.0, wrong.1));
    }
    let overlap = leaves.iter().zip(leaves.iter().skip(1)).any(|(a, b)| b.starts_on <= a.ends_on);
    if overlap {
        return Err(refuse("/leaves", "leaves-overlap", ("休業が重なっています", "leaves overlap")));
    }
    Ok(leaves)
}
/// Months that no leave exceeds: a childcare leave ends before the child is three, and a year is left for what law may add.
const LONGEST: i32 = 48;

/// Days of a leave, first and last included.
fn days_of(leave: &Leave) -> i64 {
    (leave.ends_on - leave.starts_on).num_days() + 1
}
/// Leaves that follow one another made one (健康保険法159条2項).
fn joined(leaves: Vec<Leave>, non_working: &[NaiveDate], trace: &mut Trace) -> Vec<Leave> {
    let mut out: Vec<Leave> = Vec::new();
    for leave in leaves {
        let figures = |l: &Leave| [("start", Value::Date(l.starts_on)), ("end", Value::Date(l.ends_on))];
        trace.step(&LEAVE, figures(&leave));
        match out.last_mut() {
            Some(last) if no_work_between(last.ends_on, leave.starts_on, non_working) => {
                last.ends_on = leave.ends_on;
                last.worked_days += leave.worked_days;
                trace.step(&JOINED, figures(last));
            }
            _ => out.push(leave),
        }
    }
    out
}
fn no_work_between(end: NaiveDate, start: NaiveDate, non_working: &[NaiveDate]) -> bool {
    end.iter_days().skip(1).take_while(|day| *day < start).all(|day| non_working.contains(&day))
}
/// Days of a leave that lies within a month, without those worked.
fn days_inside(leave: &Leave, month: Month, trace: &mut Trace) -> i64 {
    let (days, worked) = (days_of(leave), i64::from(leave.worked_days));
    trace.step(
        &INSIDE,
        [
            ("month", Value::Month(month)),
            ("days", Value::Days(days)),
            ("worked", Value::Days(worked)),
            ("counted", Value::Days(days - worked)),
        ],
    );
    days - worked
}
/// Bonuses are exempt in a maternity leave, and in a childcare leave of more than one month (健康保険法159条1項).
fn bonus_too(kind: LeaveKind, leave: &Leave, trace: &mut Trace) -> bool {
    if kind == LeaveKind::Maternity {
        trace.step(&MATERNITY_BONUS, []);
        return true;
    }
    let limit = period::last_day(leave.starts_on, 1);
    let is_longer = leave.ends_on > limit;
    let figures = [("end", Value::Date(leave.ends_on)), ("limit", Value::Date(limit))];
    trace.step(if is_longer { &BONUS } else { &NO_BONUS }, figures);
    is_longer
}
