//! 年月 — calendar months, which remuneration, premiums and exemptions count in.
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// Years that a caller may name.
pub const YEARS: std::ops::RangeInclusive<i32> = 1900..=2199;

/// A month of the common calendar, written `YYYY-MM`; inside, months counted from January of year 0.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, utoipa::ToSchema,
)]
#[serde(try_from = "String", into = "String")]
#[schema(value_type = String, pattern = "^(19|2[01])[0-9]{2}-(0[1-9]|1[0-2])$", max_length = 7, examples("2026-09"))]
pub struct Month(i32);

/// The text names no month of the years 1900 to 2199.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoMonth;
impl fmt::Display for NoMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a month is written YYYY-MM")
    }
}

impl Month {
    /// The `n`th month of a year: 9 is September, 13 January of the next.
    pub const fn in_year(year: i32, n: i32) -> Self {
        Self(year * 12 + n - 1)
    }
    /// The month a day lies in.
    pub fn of(day: NaiveDate) -> Self {
        Self::in_year(day.year(), i32::try_from(day.month()).unwrap_or(1))
    }
    /// The month `n` months later (earlier when negative).
    pub const fn plus(self, n: i32) -> Self {
        Self(self.0 + n)
    }
    /// Year.
    pub const fn year(self) -> i32 {
        self.0.div_euclid(12)
    }
    /// Month, 1 to 12.
    pub const fn number(self) -> u32 {
        self.0.rem_euclid(12).unsigned_abs() + 1
    }
    /// Its first day.
    pub fn first_day(self) -> NaiveDate {
        NaiveDate::from_ymd_opt(self.year(), self.number(), 1).unwrap_or_default()
    }
    /// Its last day.
    pub fn last_day(self) -> NaiveDate {
        self.plus(1).first_day().pred_opt().unwrap_or_default()
    }
}
impl fmt::Display for Month {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.number())
    }
}
impl FromStr for Month {
    type Err = NoMonth;
    fn from_str(text: &str) -> Result<Self, NoMonth> {
        let bytes = text.as_bytes();
        let is_shaped = bytes.len() == 7
            && bytes.iter().enumerate().all(|(i, b)| if i == 4 { *b == b'-' } else { b.is_ascii_digit() });
        let (year, month) = text.split_once('-').filter(|_| is_shaped).ok_or(NoMonth)?;
        let year = year.parse().ok().filter(|y| YEARS.contains(y)).ok_or(NoMonth)?;
        month.parse().ok().filter(|m| (1..=12).contains(m)).map(|m| Self::in_year(year, m)).ok_or(NoMonth)
    }
}
impl TryFrom<String> for Month {
    type Error = NoMonth;
    fn try_from(text: String) -> Result<Self, NoMonth> {
        text.parse()
    }
}
impl From<Month> for String {
    fn from(month: Month) -> Self {
        month.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn months_read_and_count() {
        for wrong in [
            "2026-13",
            "2026-00",
            "2026-1",
            "26-01",
            "2026/01",
            "+026-01",
            "2026-1a",
            "1899-12",
            "2200-01",
            "２０２６-01",
            "",
        ] {
            assert!(wrong.parse::<Month>().is_err(), "{wrong}");
        }
        let december: Month = "2026-12".parse().unwrap();
        assert_eq!(december.plus(1).to_string(), "2027-01");
        assert_eq!(december.plus(-12).to_string(), "2025-12");
        assert_eq!(december.last_day().to_string(), "2026-12-31");
        assert_eq!("2028-02".parse::<Month>().unwrap().last_day().to_string(), "2028-02-29");
        assert_eq!(Month::of(december.first_day()), december);
    }
}
