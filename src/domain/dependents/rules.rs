//! What becomes of a dependent when the days of the insured person's cover are corrected (健康保険法3条7項: who is a dependent is so by the
//! insured person's cover and as long as it lasts). Pure.
use crate::{
    domain::members::{CoverDays, Period, has_common_day},
    values::period::birthday,
};
use chrono::NaiveDate;

/// Why a dependent ends with the insured person.
pub const WITH_INSURED: &str = "insured_lost";

/// What is known of a dependent under a cover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Under {
    /// Day of birth.
    pub birth_on: NaiveDate,
    /// 認定年月日.
    pub recognised_on: NaiveDate,
    /// First day not recognised any more, and why.
    pub removed: Option<(NaiveDate, String)>,
    /// The same as it was before it ended with the insured person.
    pub removed_before: Option<(NaiveDate, String)>,
    /// Days of other cover of the person, as insured or under somebody else.
    pub elsewhere: Vec<Period>,
}
/// What becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is as it was.
    Stays,
    /// It never was.
    TakenBack,
    /// It has other days.
    Changed {
        /// 認定年月日.
        recognised_on: NaiveDate,
        /// First day not recognised any more, and why.
        removed: Option<(NaiveDate, String)>,
    },
    /// It would live again, but the person is covered elsewhere meanwhile: it stays ended.
    StaysEnded,
}
/// What stands against the correction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DependentFault {
    /// The dependent was recognised, or was removed, before the cover begins.
    OutsideCover,
    /// The person is covered elsewhere on a day that is new.
    Elsewhere,
    /// The dependent was recognised before the birth, or at 75 or later.
    OutsideLife,
}
/// Why a dependent ends at 75, by the calendar as by a form.
const AT_75: &str = "age_75";

/// What becomes of a dependent under a cover who was born on another day than is recorded: whoever was recognised on the day of birth
/// follows it within the cover, and a loss at 75 moves to the right birthday if that has come by `today`.
/// # Errors
/// What stands against it.
pub fn born(d: &Under, right: NaiveDate, cover: CoverDays, today: NaiveDate) -> Result<Fate, DependentFault> {
    let transfer = birthday(right, 75);
    let is_by_birth = d.recognised_on == d.birth_on;
    let recognised_on = if is_by_birth { right.max(cover.acquired_on) } else { d.recognised_on };
    if recognised_on < right || recognised_on >= transfer {
        return Err(DependentFault::OutsideLife);
    }
    let mut removed = d.removed.clone();
    if removed.as_ref().is_some_and(|(_, why)| why == AT_75) {
        removed = Some((transfer, AT_75.to_owned())).filter(|(day, _)| *day <= today);
        if let Some(lost) = cover.lost_on
            && removed.as_ref().is_none_or(|(day, _)| *day > lost)
        {
            removed = Some((lost.max(recognised_on), WITH_INSURED.into()));
        }
    }
    if removed.as_ref().is_some_and(|(day, _)| *day < recognised_on) {
        return Err(DependentFault::OutsideCover);
    }
    if recognised_on == d.recognised_on && removed == d.removed {
        return Ok(Fate::Stays);
    }
    let days = (recognised_on, removed.as_ref().map(|(day, _)| *day));
    if d.elsewhere.iter().any(|other| has_common_day(*other, days)) {
        return Err(DependentFault::Elsewhere);
    }
    Ok(Fate::Changed { recognised_on, removed })
}

/// What becomes of a dependent when the days of the cover are `new` instead of `old`; `None`: there was no cover.
///
/// Whoever was recognised on the day of acquisition follows that day, but not before the own birth. Whoever ended with the insured person lives again as before
/// and ends with the new loss, if there is one.
/// # Errors
/// What stands against it.
pub fn follow(d: &Under, old: CoverDays, new: Option<CoverDays>) -> Result<Fate, DependentFault> {
    let Some(new) = new else { return Ok(Fate::TakenBack) };
    let recognised_on =
        if d.recognised_on == old.acquired_on { new.acquired_on.max(d.birth_on) } else { d.recognised_on };
    let ended_with = |r: &(NaiveDate, String)| old.lost_on.is_some() && r.1 == WITH_INSURED;
    let mut removed =
        if d.removed.as_ref().is_some_and(ended_with) { d.removed_before.clone() } else { d.removed.clone() };
    let is_removed_earlier = removed.as_ref().is_some_and(|(day, _)| *day < recognised_on);
    if recognised_on < new.acquired_on || is_removed_earlier {
        return Err(DependentFault::OutsideCover);
    }
    if let Some(lost) = new.lost_on
        && removed.as_ref().is_none_or(|(day, _)| *day > lost)
    {
        removed = Some((lost.max(recognised_on), WITH_INSURED.into()));
    }
    if recognised_on == d.recognised_on && removed == d.removed {
        return Ok(Fate::Stays);
    }
    let days = (recognised_on, removed.as_ref().map(|(day, _)| *day));
    if !d.elsewhere.iter().any(|other| has_common_day(*other, days)) {
        return Ok(Fate::Changed { recognised_on, removed });
    }
    if recognised_on == d.recognised_on { Ok(Fate::StaysEnded) } else { Err(DependentFault::Elsewhere) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }
    fn cover(acquired: &str, lost: Option<&str>) -> CoverDays {
        CoverDays { acquired_on: day(acquired), lost_on: lost.map(day) }
    }
    fn under(recognised: &str, removed: Option<(&str, &str)>, before: Option<(&str, &str)>) -> Under {
        let end = |r: Option<(&str, &str)>| r.map(|(on, why)| (day(on), why.to_owned()));
        Under {
            birth_on: day("2020-05-05"),
            recognised_on: day(recognised),
            removed: end(removed),
            removed_before: end(before),
            elsewhere: Vec::new(),
        }
    }
    fn changed(recognised: &str, removed: Option<(&str, &str)>) -> Result<Fate, DependentFault> {
        let removed = removed.map(|(on, why)| (day(on), why.to_owned()));
        Ok(Fate::Changed { recognised_on: day(recognised), removed })
    }
    #[test]
    fn whoever_was_recognised_on_the_first_day_follows_it() {
        let old = cover("2026-04-01", None);
        let first = under("2026-04-01", None, None);
        assert_eq!(follow(&first, old, Some(cover("2026-03-01", None))), changed("2026-03-01", None));
        assert_eq!(follow(&first, old, Some(cover("2026-05-01", None))), changed("2026-05-01", None));
        assert_eq!(
            follow(&first, old, Some(cover("2020-04-01", None))),
            changed("2020-05-05", None),
            "not before birth"
        );
        let later = under("2026-04-20", None, None);
        assert_eq!(follow(&later, old, Some(cover("2026-03-01", None))), Ok(Fate::Stays));
        assert_eq!(follow(&later, old, Some(cover("2026-05-01", None))), Err(DependentFault::OutsideCover));
        let gone = under("2026-04-01", Some(("2026-04-20", "employment")), None);
        assert_eq!(follow(&gone, old, Some(cover("2026-05-01", None))), Err(DependentFault::OutsideCover));
        assert_eq!(follow(&gone, old, None), Ok(Fate::TakenBack));
    }
    #[test]
    fn whoever_ended_with_the_insured_person_lives_again_as_before() {
        let old = cover("2026-04-01", Some("2026-10-01"));
        let with = Some(("2026-10-01", WITH_INSURED));
        let open = cover("2026-04-01", None);
        assert_eq!(follow(&under("2026-04-01", with, None), old, Some(open)), changed("2026-04-01", None));
        let plan = Some(("2026-12-01", "employment"));
        assert_eq!(follow(&under("2026-04-01", with, plan), old, Some(open)), changed("2026-04-01", plan));
        let later = cover("2026-04-01", Some("2026-11-01"));
        let lost = Some(("2026-11-01", WITH_INSURED));
        assert_eq!(follow(&under("2026-04-01", with, plan), old, Some(later)), changed("2026-04-01", lost));
        let alone = under("2026-04-01", Some(("2026-08-01", "divorce")), None);
        assert_eq!(follow(&alone, old, Some(open)), Ok(Fate::Stays));
    }
    #[test]
    fn a_newborn_follows_the_right_day_of_birth() {
        let (cover, today) = (cover("2019-04-01", None), day("2026-11-22"));
        let of_birth = under("2020-05-05", None, None);
        assert_eq!(born(&of_birth, day("2020-05-06"), cover, today), changed("2020-05-06", None));
        assert_eq!(born(&of_birth, day("2020-05-04"), cover, today), changed("2020-05-04", None));
        assert_eq!(
            born(&of_birth, day("2018-05-05"), cover, today),
            changed("2019-04-01", None),
            "within cover"
        );
        let later = under("2026-04-01", None, None);
        assert_eq!(born(&later, day("2020-06-05"), cover, today), Ok(Fate::Stays));
        assert_eq!(born(&later, day("2026-04-02"), cover, today), Err(DependentFault::OutsideLife));
        assert_eq!(born(&later, day("1951-04-01"), cover, today), Err(DependentFault::OutsideLife));
        let gone = under("2020-05-05", Some(("2020-05-10", "death")), None);
        assert_eq!(born(&gone, day("2020-05-11"), cover, today), Err(DependentFault::OutsideCover));
    }
    #[test]
    fn a_loss_at_75_of_a_dependent_follows_too() {
        let today = day("2026-11-22");
        let old = Under {
            birth_on: day("1951-10-01"),
            ..under("2026-04-01", Some(("2026-10-01", "age_75")), None)
        };
        let (open, over) = (cover("2026-04-01", None), cover("2026-04-01", Some("2026-11-01")));
        assert_eq!(
            born(&old, day("1951-11-01"), open, today),
            changed("2026-04-01", Some(("2026-11-01", "age_75")))
        );
        assert_eq!(born(&old, day("1951-12-01"), open, today), changed("2026-04-01", None));
        assert_eq!(
            born(&old, day("1951-12-01"), over, today),
            changed("2026-04-01", Some(("2026-11-01", WITH_INSURED)))
        );
    }
    #[test]
    fn whoever_is_covered_elsewhere_stays_ended() {
        let old = cover("2026-04-01", Some("2026-10-01"));
        let mut d = under("2026-04-01", Some(("2026-10-01", WITH_INSURED)), None);
        d.elsewhere = vec![(day("2026-11-01"), None)];
        assert_eq!(follow(&d, old, Some(cover("2026-04-01", None))), Ok(Fate::StaysEnded));
        assert_eq!(
            follow(&d, old, Some(cover("2026-04-01", Some("2026-10-15")))),
            changed("2026-04-01", Some(("2026-10-15", WITH_INSURED))),
            "the other cover begins later"
        );
        d.elsewhere = vec![(day("2026-01-01"), Some(day("2026-03-20")))];
        assert_eq!(
            follow(&d, old, Some(cover("2026-03-01", Some("2026-10-01")))),
            Err(DependentFault::Elsewhere)
        );
    }
}
