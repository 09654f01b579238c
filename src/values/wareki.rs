//! 和暦 — dates by era, as notification files write them: one digit of era and YYMMDD.

use chrono::{Datelike, NaiveDate};

/// 元号. The file codes are those of the pension office's layouts; other systems number the eras otherwise,
/// so a digit is never taken for an era without naming its code table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Era {
    /// 明治, file code 1.
    Meiji,
    /// 大正, file code 3.
    Taisho,
    /// 昭和, file code 5.
    Showa,
    /// 平成, file code 7.
    Heisei,
    /// 令和, file code 9.
    Reiwa,
}

/// A date read from an era and its year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EraDate {
    /// The day in the common calendar.
    pub date: NaiveDate,
    /// True when that day lies outside the era it was written in (平成31年5月1日).
    pub outside_era: bool,
}

/// Year, month and day.
type FirstDay = (i32, u32, u32);

/// The eras with file code, first day and the year before year one.
const ERAS: [(Era, &str, FirstDay, i32); 5] = [
    (Era::Reiwa, "9", (2019, 5, 1), 2018),
    (Era::Heisei, "7", (1989, 1, 8), 1988),
    (Era::Showa, "5", (1926, 12, 25), 1925),
    (Era::Taisho, "3", (1912, 7, 30), 1911),
    (Era::Meiji, "1", (1868, 1, 25), 1867),
];

impl Era {
    /// The era of a file code: 1, 3, 5, 7 or 9; nothing for any other text.
    pub fn from_file_code(code: &str) -> Option<Self> {
        ERAS.iter().find(|entry| entry.1 == code).map(|entry| entry.0)
    }

    /// The file code of the era, as the tests write files.
    #[cfg(test)]
    pub fn file_code(self) -> &'static str {
        ERAS.iter().find(|entry| entry.0 == self).map_or("", |entry| entry.1)
    }

    /// The era a day belongs to; nothing before 1868.
    pub fn of(day: NaiveDate) -> Option<Self> {
        ERAS.iter()
            .find(|(_, _, (year, month, date), _)| {
                (day.year(), day.month(), day.day()) >= (*year, *month, *date)
            })
            .map(|entry| entry.0)
    }

    fn year_zero(self) -> i32 {
        ERAS.iter().find(|entry| entry.0 == self).map_or(0, |entry| entry.3)
    }
}

/// The day that an era and six digits YYMMDD name; nothing when the text is not six digits, the year is 0 or
/// the calendar has no such day.
pub fn parse_era_date(era: Era, yymmdd: &str) -> Option<EraDate> {
    let (year, rest) = digits(yymmdd, 6)?.split_at(2);
    let year: i32 = year.parse().ok().filter(|year| *year > 0)?;
    let date = day(era.year_zero() + year, rest)?;
    Some(EraDate { date, outside_era: Era::of(date) != Some(era) })
}

/// The day that eight digits YYYYMMDD name; nothing for any other text.
pub fn parse_gregorian(yyyymmdd: &str) -> Option<NaiveDate> {
    let (year, rest) = digits(yyyymmdd, 8)?.split_at(4);
    day(year.parse().ok()?, rest)
}

/// The era and YYMMDD of a day, as the tests write files; nothing before 1868.
#[cfg(test)]
pub fn to_era_date(date: NaiveDate) -> Option<(Era, String)> {
    let era = Era::of(date)?;
    Some((era, format!("{:02}{:02}{:02}", date.year() - era.year_zero(), date.month(), date.day())))
}

fn digits(text: &str, length: usize) -> Option<&str> {
    (text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit())).then_some(text)
}

fn day(year: i32, mmdd: &str) -> Option<NaiveDate> {
    let (month, date) = mmdd.split_at(2);
    NaiveDate::from_ymd_opt(year, month.parse().ok()?, date.parse().ok()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use proptest::prelude::*;

    use super::*;

    fn read(code: &str, text: &str) -> Option<(String, bool)> {
        let read = parse_era_date(Era::from_file_code(code)?, text)?;
        Some((read.date.to_string(), read.outside_era))
    }

    #[test]
    fn eras_and_their_bounds() {
        let cases = [
            ("9", "080230", None),
            ("9", "081101", Some(("2026-11-01", false))),
            ("9", "010501", Some(("2019-05-01", false))),
            ("9", "010430", Some(("2019-04-30", true))),
            ("7", "310430", Some(("2019-04-30", false))),
            ("7", "310501", Some(("2019-05-01", true))),
            ("7", "010107", Some(("1989-01-07", true))),
            ("5", "640107", Some(("1989-01-07", false))),
            ("5", "011225", Some(("1926-12-25", false))),
            ("5", "011224", Some(("1926-12-24", true))),
            ("3", "151224", Some(("1926-12-24", false))),
            ("3", "010730", Some(("1912-07-30", false))),
            ("1", "450729", Some(("1912-07-29", false))),
            ("7", "000101", None),
            ("7", "0101", None),
            ("7", "01010a", None),
            ("7", "０１", None),
            ("8", "010101", None),
            ("2", "010101", None),
        ];
        for (code, text, expected) in cases {
            assert_eq!(read(code, text), expected.map(|(day, out)| (day.to_string(), out)), "{code}{text}");
        }
        assert_eq!(parse_gregorian("20261122").unwrap().to_string(), "2026-11-22");
        assert_eq!(parse_gregorian("20260229"), None);
        assert_eq!(parse_gregorian("2026112"), None);
    }

    proptest! {
        #[test]
        fn a_day_reads_back(days in -37_000i32..40_000) {
            let date = NaiveDate::from_num_days_from_ce_opt(719_163 + days).unwrap();
            let (era, text) = to_era_date(date).unwrap();
            prop_assert_eq!(Era::from_file_code(era.file_code()), Some(era));
            prop_assert_eq!(parse_era_date(era, &text), Some(EraDate { date, outside_era: false }));
        }

        #[test]
        fn no_text_panics(text in ".{0,10}") {
            let _ = (parse_era_date(Era::Showa, &text), parse_gregorian(&text));
        }
    }
}
