//! Ages of the law and the days on which they take effect.
use crate::{domain::remuneration, values::period};
use chrono::{Days, Months, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What an age brings (介護保険法9条2号、健康保険法74条1項2号、高齢者の医療の確保に関する法律50条1号).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AgeEvent {
    /// 40: 介護保険第2号被保険者 from the first day of the month.
    CareBegins,
    /// 65: no 介護保険第2号被保険者 any more from the first day of the month.
    CareEnds,
    /// 70: 高齢受給者 from the first day of the next month.
    ElderlyBegins,
    /// 75: 後期高齢者医療 from the birthday on; cover is lost.
    Transfer,
}
impl AgeEvent {
    /// The age in years.
    pub fn age(self) -> i32 {
        match self {
            Self::CareBegins => 40,
            Self::CareEnds => 65,
            Self::ElderlyBegins => 70,
            Self::Transfer => 75,
        }
    }
    /// The day on which somebody born on `birth` reaches the age: the day before the birthday (年齢計算ニ関スル法律).
    pub fn reached_on(self, birth: NaiveDate) -> NaiveDate {
        period::reaches_age(birth, self.age())
    }
    /// The day from which it takes effect; never earlier for a later birth.
    pub fn effective_on(self, birth: NaiveDate) -> NaiveDate {
        let dates = remuneration::age_dates(birth);
        match self {
            Self::CareBegins => dates.care_from_month.first_day(),
            Self::CareEnds => dates.care_until_month.plus(1).first_day(),
            Self::ElderlyBegins => dates.elderly_from,
            Self::Transfer => dates.transfer_on,
        }
    }
    /// The first and the last day of birth for which it takes effect from `from` to `to`, both included; `None` when there is none.
    pub fn births(self, from: NaiveDate, to: NaiveDate) -> Option<(NaiveDate, NaiveDate)> {
        let first = self.first_birth(from)?;
        let last = self.first_birth(to.succ_opt()?)?.pred_opt()?;
        (first <= last).then_some((first, last))
    }
    /// The last day of birth for which it takes effect by `day`.
    pub fn last_birth(self, day: NaiveDate) -> Option<NaiveDate> {
        self.first_birth(day.succ_opt()?)?.pred_opt()
    }
    /// The first day of birth for which it takes effect on `day` or later.
    fn first_birth(self, day: NaiveDate) -> Option<NaiveDate> {
        // it takes effect at most a month and a day apart from the birthday of that age
        let years = u32::try_from(self.age()).ok()?;
        let start = day.checked_sub_months(Months::new(12 * years))?.checked_sub_days(Days::new(40))?;
        start.iter_days().take(90).find(|birth| self.effective_on(*birth) >= day)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }
    const ALL: [AgeEvent; 4] =
        [AgeEvent::CareBegins, AgeEvent::CareEnds, AgeEvent::ElderlyBegins, AgeEvent::Transfer];

    #[test]
    fn ages_take_effect_as_the_law_says() {
        use AgeEvent::{CareBegins, CareEnds, ElderlyBegins, Transfer};
        for (event, birth, reached, effective) in [
            (CareBegins, "1986-12-01", "2026-11-30", "2026-11-01"),
            (CareBegins, "1986-12-02", "2026-12-01", "2026-12-01"),
            (CareEnds, "1961-12-01", "2026-11-30", "2026-11-01"),
            (ElderlyBegins, "1956-12-01", "2026-11-30", "2026-12-01"),
            (ElderlyBegins, "1956-12-02", "2026-12-01", "2027-01-01"),
            (Transfer, "1951-12-01", "2026-11-30", "2026-12-01"),
            (Transfer, "1952-02-29", "2027-02-28", "2027-03-01"),
        ] {
            assert_eq!(
                (event.reached_on(day(birth)), event.effective_on(day(birth))),
                (day(reached), day(effective)),
                "{event:?} {birth}"
            );
        }
    }
    #[test]
    fn births_of_a_period_are_those_whose_day_lies_in_it() {
        for event in ALL {
            for from in day("2026-11-20").iter_days().take(500) {
                for length in [0, 1, 27, 30, 90] {
                    let to = from + Days::new(length);
                    let (first, last) =
                        event.births(from, to).unwrap_or((day("2000-01-02"), day("2000-01-01")));
                    let start = from - Months::new(u32::try_from(event.age()).unwrap() * 12) - Days::new(70);
                    for birth in start.iter_days().take(240) {
                        let on = event.effective_on(birth);
                        assert_eq!(
                            (from..=to).contains(&on),
                            (first..=last).contains(&birth),
                            "{event:?} {birth} in {from}..{to}"
                        );
                    }
                }
            }
        }
    }
    #[test]
    fn the_last_birth_of_a_day_is_that_of_its_birthday() {
        assert_eq!(AgeEvent::Transfer.last_birth(day("2026-12-01")), Some(day("1951-12-01")));
        assert_eq!(AgeEvent::Transfer.last_birth(day("2027-02-28")), Some(day("1952-02-28")));
    }
}
