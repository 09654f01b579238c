//! 国民の祝日と休日 — the days on which nobody works by law, for the years 2000 to 2099 (国民の祝日に関する法律2条・3条).
use chrono::{Datelike, Days, NaiveDate, Weekday};

/// Years whose holidays are known here; of other years Saturdays and Sundays alone are known.
pub const YEARS: std::ops::RangeInclusive<i32> = 2000..=2099;

/// When a holiday falls.
enum On {
    /// A day of a month.
    Day(u32, u32),
    /// The nth Monday of a month.
    Monday(u32, u8),
    /// The day on which the sun crosses the equator in a month: what it gains, in millionths of a day, from 0 March or September 1980.
    Equinox(u32, i32),
}
use On::{Day, Equinox, Monday};
/// Holidays with the first and last year in which each falls so.
const TABLE: [(i32, i32, On); 30] = [
    (2000, 2099, Day(1, 1)),
    (2000, 2099, Monday(1, 2)),
    (2000, 2099, Day(2, 11)),
    (2020, 2099, Day(2, 23)),
    (2000, 2099, Equinox(3, 20_843_100)),
    (2000, 2099, Day(4, 29)),
    (2000, 2099, Day(5, 3)),
    (2007, 2099, Day(5, 4)),
    (2000, 2099, Day(5, 5)),
    (2000, 2002, Day(7, 20)),
    (2003, 2019, Monday(7, 3)),
    (2022, 2099, Monday(7, 3)),
    (2016, 2019, Day(8, 11)),
    (2022, 2099, Day(8, 11)),
    (2000, 2002, Day(9, 15)),
    (2003, 2099, Monday(9, 3)),
    (2000, 2099, Equinox(9, 23_248_800)),
    (2000, 2019, Monday(10, 2)),
    (2022, 2099, Monday(10, 2)),
    (2000, 2099, Day(11, 3)),
    (2000, 2099, Day(11, 23)),
    (2000, 2018, Day(12, 23)),
    // 天皇の即位の日及び即位礼正殿の儀の行われる日を休日とする法律.
    (2019, 2019, Day(5, 1)),
    (2019, 2019, Day(10, 22)),
    // 令和三年東京オリンピック競技大会・東京パラリンピック競技大会特別措置法32条.
    (2020, 2020, Day(7, 23)),
    (2020, 2020, Day(7, 24)),
    (2020, 2020, Day(8, 10)),
    (2021, 2021, Day(7, 22)),
    (2021, 2021, Day(7, 23)),
    (2021, 2021, Day(8, 8)),
];
/// The year from which a holiday on a Sunday moves past the holidays that follow it; before, to the Monday alone.
const SUBSTITUTE_PASSES_ON: i32 = 2007;

/// 国民の祝日 itself.
fn is_named(day: NaiveDate) -> bool {
    let (year, month) = (day.year(), day.month());
    TABLE.iter().filter(|(from, until, _)| (*from..=*until).contains(&year)).any(|(.., on)| match *on {
        Day(m, d) => (m, d) == (month, day.day()),
        Monday(m, nth) => {
            m == month && day.weekday() == Weekday::Mon && day.day().div_ceil(7) == u32::from(nth)
        }
        Equinox(m, start) => m == month && i32::try_from(day.day()).is_ok_and(|d| d == equinox(year, start)),
    })
}
/// The usual reckoning of the day for 1980 to 2099; the day that holds is published each February (国立天文台 暦要項).
const fn equinox(year: i32, start: i32) -> i32 {
    const YEAR_GAINS: i32 = 242_194;
    const DAY: i32 = 1_000_000;
    let years = year - 1980;
    (start + YEAR_GAINS * years - DAY * (years / 4)) / DAY
}
/// Whether a day is a holiday: 国民の祝日, the day that takes its place when it falls on a Sunday, or a day between two of them
/// (国民の祝日に関する法律3条1項–3項). Takes a civil date in Japan; false outside [`YEARS`].
pub fn is_holiday(day: NaiveDate) -> bool {
    if is_named(day) {
        return true;
    }
    let (Some(before), Some(after)) = (day.pred_opt(), day.succ_opt()) else { return false };
    if is_named(before) && is_named(after) && day.weekday() != Weekday::Sun {
        return true;
    }
    let reach = if day.year() >= SUBSTITUTE_PASSES_ON { 6 } else { 1 };
    let run = (1..=reach).map_while(|n| day.checked_sub_days(Days::new(n))).take_while(|d| is_named(*d));
    run.into_iter().any(|d| d.weekday() == Weekday::Sun)
}
/// The first day from `day` on, itself included, on which a society is open: no Saturday, no Sunday, no holiday of [`is_holiday`], none of
/// `closed` (its own closed days). A period that ends on a closed day ends then (民法142条). Takes and gives civil dates in Japan; gives
/// `day` back when the calendar of the computer ends first.
pub fn next_business_day(day: NaiveDate, closed: &[NaiveDate]) -> NaiveDate {
    let is_open = |d: &NaiveDate| {
        !matches!(d.weekday(), Weekday::Sat | Weekday::Sun) && !is_holiday(*d) && !closed.contains(d)
    };
    day.iter_days().find(is_open).unwrap_or(day)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }
    fn holidays(year: i32) -> Vec<String> {
        let first = NaiveDate::from_ymd_opt(year, 1, 1).unwrap();
        let days = first.iter_days().take_while(|d| d.year() == year).filter(|d| is_holiday(*d));
        days.map(|d| d.format("%-m/%-d").to_string()).collect()
    }

    #[test]
    fn the_years_as_published() {
        for (year, expected) in [
            (2000, "1/1 1/10 2/11 3/20 4/29 5/3 5/4 5/5 7/20 9/15 9/23 10/9 11/3 11/23 12/23"),
            (2003, "1/1 1/13 2/11 3/21 4/29 5/3 5/5 7/21 9/15 9/23 10/13 11/3 11/23 11/24 12/23"),
            (2009, "1/1 1/12 2/11 3/20 4/29 5/3 5/4 5/5 5/6 7/20 9/21 9/22 9/23 10/12 11/3 11/23 12/23"),
            (
                2019,
                "1/1 1/14 2/11 3/21 4/29 4/30 5/1 5/2 5/3 5/4 5/5 5/6 7/15 8/11 8/12 9/16 9/23 10/14 10/22 11/3 11/4 11/23",
            ),
            (2020, "1/1 1/13 2/11 2/23 2/24 3/20 4/29 5/3 5/4 5/5 5/6 7/23 7/24 8/10 9/21 9/22 11/3 11/23"),
            (2021, "1/1 1/11 2/11 2/23 3/20 4/29 5/3 5/4 5/5 7/22 7/23 8/8 8/9 9/20 9/23 11/3 11/23"),
            (2026, "1/1 1/12 2/11 2/23 3/20 4/29 5/3 5/4 5/5 5/6 7/20 8/11 9/21 9/22 9/23 10/12 11/3 11/23"),
            (2027, "1/1 1/11 2/11 2/23 3/21 3/22 4/29 5/3 5/4 5/5 7/19 8/11 9/20 9/23 10/11 11/3 11/23"),
        ] {
            assert_eq!(holidays(year).join(" "), expected, "{year}");
        }
    }

    #[test]
    fn nothing_is_known_beyond_the_table() {
        assert!(holidays(1999).is_empty() && holidays(2100).is_empty());
        assert!(YEARS.into_iter().all(|year| holidays(year).len() >= 14));
    }

    #[test]
    fn business_days_pass_weekends_holidays_and_closed_days() {
        for (from, open) in [
            ("2026-05-01", "2026-05-01"),
            ("2026-05-02", "2026-05-07"),
            ("2026-09-19", "2026-09-24"),
            ("2026-01-01", "2026-01-02"),
        ] {
            assert_eq!(next_business_day(day(from), &[]), day(open), "{from}");
        }
        let closed = ["2025-12-31", "2026-01-02"].map(day);
        assert_eq!(next_business_day(day("2025-12-31"), &closed), day("2026-01-05"));
    }
}
