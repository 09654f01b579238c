//! Each rule told a second time, as simply as it can be: day by day, grade by grade, with no code of the rules but the types.
use super::*;

/// Standard remuneration of each grade; the bounds are reckoned from them.
const STANDARDS: [i64; 50] = [
    58, 68, 78, 88, 98, 104, 110, 118, 126, 134, 142, 150, 160, 170, 180, 190, 200, 220, 240, 260, 280, 300,
    320, 340, 360, 380, 410, 440, 470, 500, 530, 560, 590, 620, 650, 680, 710, 750, 790, 830, 880, 930, 980,
    1030, 1090, 1150, 1210, 1270, 1330, 1390,
];
/// Grade and standard remuneration: a bound lies half-way between two grades, from grade 45 on 5,000 yen lower.
pub fn grade(pay: i64) -> (u8, i64) {
    let mut at = 0;
    while at < 49 {
        let lower = if at >= 43 { 5_000 } else { 0 };
        let bound = (STANDARDS[at] + STANDARDS[at + 1]) * 500 - lower;
        if pay < bound {
            break;
        }
        at += 1;
    }
    (u8::try_from(at).unwrap() + 1, STANDARDS[at] * 1_000)
}
pub fn standards() -> Vec<i64> {
    STANDARDS.iter().map(|s| s * 1_000).collect()
}
/// Average of the months with enough days, and how many they are.
pub fn average(months: &[PaidMonth], kind: WorkKind) -> (Option<i64>, usize) {
    for least in match kind {
        WorkKind::Full => vec![17],
        WorkKind::Part => vec![17, 15],
        WorkKind::Short => vec![11],
    } {
        let mut sum = 0;
        let mut count = 0;
        for m in months {
            if !m.is_excluded && m.base_days >= least {
                sum += m.pay_yen.get();
                count += 1;
            }
        }
        if count > 0 {
            return (Some(sum / count), usize::try_from(count).unwrap());
        }
    }
    (None, 0)
}
/// Whether an occasional revision takes place, by the words of the notice.
pub fn revises(i: &OccasionalInput) -> bool {
    let least = if i.kind == WorkKind::Short { 11 } else { 17 };
    if i.months.iter().any(|m| m.base_days < least) {
        return false;
    }
    let average = i.months.iter().map(|m| m.pay_yen.get()).sum::<i64>() / 3;
    let (old, new) = (i16::from(grade(i.current_standard_yen.get()).0), i16::from(grade(average).0));
    let base = i.current_base_yen.map(|b| b.get());
    match i.fixed_change {
        FixedPayChange::None => false,
        FixedPayChange::Up => {
            new - old >= 2
                || (old, new) == (49, 50) && average >= 1_415_000
                || (old, new) == (1, 2) && base.is_some_and(|b| b < 53_000)
        }
        FixedPayChange::Down => {
            old - new >= 2
                || (old, new) == (50, 49) && base.is_some_and(|b| b >= 1_415_000)
                || (old, new) == (2, 1) && average < 53_000
        }
    }
}
/// Months exempt by one leave, looking at each day: a month is exempt when its last day is one of leave.
pub fn months_by_last_day(leave: &Leave) -> Vec<Month> {
    let days = leave.starts_on.iter_days().take_while(|d| *d <= leave.ends_on);
    days.filter(|d| Month::of(d.succ_opt().unwrap()) != Month::of(*d)).map(Month::of).collect()
}
/// The leave is longer than a month: the day one month after its first, or what takes its place, is in it or before its end.
pub fn is_over_a_month(leave: &Leave) -> bool {
    leave.starts_on.checked_add_months(chrono::Months::new(1)).is_some_and(|d| {
        use chrono::Datelike;
        // chrono clamps to the last day of a short month; the law then counts that whole day in.
        let is_clamped = d.day() < leave.starts_on.day();
        if is_clamped { leave.ends_on > d } else { leave.ends_on >= d }
    })
}
