//! 期間と年齢の計算 — how the law counts months and years.
use super::month::Month;
use chrono::{Datelike, NaiveDate};

/// The last day of a period of `months` months that starts on `start`: the day before the same day of the last month (応当日); when
/// that month has no such day, its last day (民法143条2項).
pub fn last_day(start: NaiveDate, months: i32) -> NaiveDate {
    let end = Month::of(start).plus(months);
    match end.first_day().with_day(start.day()) {
        Some(same_day) => same_day.pred_opt().unwrap_or(same_day),
        None => end.last_day(),
    }
}

/// The day on which somebody born on `birth` reaches an age: the day before the birthday; for a birth on 29 February, in a year without
/// that day, 28 February (年齢計算ニ関スル法律、民法143条).
pub fn reaches_age(birth: NaiveDate, age: i32) -> NaiveDate {
    last_day(birth, age * 12)
}

/// The first day on which somebody born on `birth` can come into 後期高齢者医療 by 障害の認定: from 65 on (高齢者の医療の確保に関する法律50条2号).
pub fn certified_from(birth: NaiveDate) -> NaiveDate {
    reaches_age(birth, 65)
}

/// The birthday of that age, the day after it is reached; for a birth on 29 February, in a year without that day, 1 March. Cover of
/// the health insurance ends on the 75th (高齢者の医療の確保に関する法律50条1号, 52条; 健康保険法36条).
pub fn birthday(birth: NaiveDate, age: i32) -> NaiveDate {
    let eve = reaches_age(birth, age);
    eve.succ_opt().unwrap_or(eve)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn periods_end_before_the_same_day() {
        for (start, months, end) in [
            ("2026-01-25", 1, "2026-02-24"),
            ("2026-01-31", 1, "2026-02-28"),
            ("2026-01-30", 1, "2026-02-28"),
            ("2028-01-29", 1, "2028-02-28"),
            ("2028-01-31", 1, "2028-02-29"),
            ("2026-12-01", 1, "2026-12-31"),
            ("2024-02-29", 24, "2026-02-28"),
            ("2026-04-01", 24, "2028-03-31"),
        ] {
            assert_eq!(last_day(day(start), months), day(end), "{start} + {months}");
        }
    }

    #[test]
    fn ages_are_reached_the_day_before() {
        assert_eq!(reaches_age(day("1985-06-01"), 40), day("2025-05-31"));
        assert_eq!(reaches_age(day("1985-06-02"), 40), day("2025-06-01"));
        assert_eq!(reaches_age(day("1968-02-29"), 65), day("2033-02-28"));
        assert_eq!(reaches_age(day("1968-02-29"), 40), day("2008-02-28"));
        assert_eq!(reaches_age(day("1956-01-01"), 70), day("2025-12-31"));
        assert_eq!(birthday(day("1951-12-02"), 75), day("2026-12-02"));
        assert_eq!(birthday(day("1952-02-29"), 75), day("2027-03-01"));
        assert_eq!(birthday(day("1952-02-29"), 76), day("2028-02-29"));
    }
}
