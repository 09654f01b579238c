//! The days of a cover (健康保険法35条, 36条), and what they mean for months.
use crate::values::month::Month;
use chrono::NaiveDate;

/// A period: the first day, and the first day that is not in it any more; no end yet when absent.
pub type Period = (NaiveDate, Option<NaiveDate>);

/// The days of a cover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CoverDays {
    /// 資格取得年月日.
    pub acquired_on: NaiveDate,
    /// 資格喪失年月日: the first day without it.
    pub lost_on: Option<NaiveDate>,
}
impl CoverDays {
    /// Month of the acquisition.
    pub fn first_month(self) -> Month {
        Month::of(self.acquired_on)
    }
    /// The month after the last one that has a day of the cover, once it is lost; that of the acquisition when it has no day.
    pub fn until_month(self) -> Option<Month> {
        let lost = self.lost_on?;
        let last = lost.pred_opt().filter(|last| *last >= self.acquired_on);
        Some(last.map_or(self.first_month(), |last| Month::of(last).plus(1)))
    }
    /// As a period.
    pub fn period(self) -> Period {
        (self.acquired_on, self.lost_on)
    }
    /// Is the day one of the cover?
    pub fn has(self, day: NaiveDate) -> bool {
        self.acquired_on <= day && self.lost_on.is_none_or(|lost| day < lost)
    }
}
/// Do two periods have a day in common? One that ends on the day it begins has no day.
pub fn has_common_day(a: Period, b: Period) -> bool {
    let has_day = |p: Period| p.1.is_none_or(|until| until > p.0);
    let begins_within = |a: Period, b: Period| b.1.is_none_or(|until| a.0 < until);
    has_day(a) && has_day(b) && begins_within(a, b) && begins_within(b, a)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }
    #[test]
    fn periods_that_touch_have_no_day_in_common() {
        let p = |from: &str, until: Option<&str>| (day(from), until.map(day));
        let first = p("2026-04-01", Some("2026-10-01"));
        assert!(!has_common_day(first, p("2026-10-01", None)));
        assert!(has_common_day(first, p("2026-09-30", None)) && has_common_day(p("2026-09-30", None), first));
        assert!(!has_common_day(first, p("2026-05-01", Some("2026-05-01"))), "no day");
        assert!(has_common_day(p("2026-04-01", None), p("2030-01-01", None)));
    }
    #[test]
    fn a_month_holds_as_long_as_it_has_a_day() {
        let until = |acquired: &str, lost: Option<&str>| {
            CoverDays { acquired_on: day(acquired), lost_on: lost.map(day) }
                .until_month()
                .map(|m| m.to_string())
        };
        assert_eq!(until("2026-04-01", None), None);
        assert_eq!(until("2026-04-01", Some("2026-11-01")).as_deref(), Some("2026-11"));
        assert_eq!(until("2026-04-01", Some("2026-11-02")).as_deref(), Some("2026-12"));
        assert_eq!(until("2026-04-01", Some("2026-04-01")).as_deref(), Some("2026-04"));
    }
}
