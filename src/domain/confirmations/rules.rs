//! Whom a campaign asks about: ages as the law counts them (年齢計算ニ関スル法律).
use crate::values::period;
use chrono::{Days, Months, NaiveDate};

/// The last day of birth of those who have reached an age on a day; nothing where the calendar has no such day.
pub fn born_by(age: i16, on: NaiveDate) -> Option<NaiveDate> {
    let years = u32::try_from(age).ok()?;
    // the age is reached the day before the birthday, at most two days from the same day of that year
    let latest = on.checked_sub_months(Months::new(12 * years))?.checked_add_days(Days::new(3))?;
    latest.iter_days().rev().take(8).find(|birth| period::reaches_age(*birth, i32::from(age)) <= on)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn an_age_is_reached_the_day_before_the_birthday() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(born_by(18, day("2026-11-22")), Some(day("2008-11-23")));
        assert_eq!(born_by(0, day("2026-11-22")), Some(day("2026-11-23")), "everybody who is born");
        assert_eq!(born_by(60, day("2026-02-28")), Some(day("1966-03-01")));
        for on in day("2023-12-20").iter_days().take(800) {
            for age in [0, 16, 19, 23, 60, 74] {
                let last = born_by(age, on).unwrap();
                let reached = |birth| period::reaches_age(birth, i32::from(age)) <= on;
                assert!(reached(last) && !reached(last + Days::new(1)), "{age} on {on}: {last}");
            }
        }
    }
}
