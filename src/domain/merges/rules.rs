//! May two ids be joined? Pure.
use chrono::NaiveDate;
use std::collections::BTreeSet;
use uuid::Uuid;

/// First day, and first day without cover.
pub type Period = (NaiveDate, Option<NaiveDate>);
/// What is known now of one of the two.
#[derive(Clone, Debug, Default)]
pub struct Side {
    /// Its id.
    pub id: Uuid,
    /// Days of birth; one, unless something is wrong.
    pub births: BTreeSet<NaiveDate>,
    /// Sex recorded last: male or female.
    pub sex: Option<String>,
    /// Readings of its names, one wide space between the parts.
    pub readings: BTreeSet<String>,
    /// Its names.
    pub names: BTreeSet<String>,
    /// A personal number is registered.
    pub has_number: bool,
    /// Periods of cover, as insured person and as dependent.
    pub covers: Vec<Period>,
    /// Persons under whom it is or was a dependent, and its own dependents.
    pub family: BTreeSet<Uuid>,
}
/// Why the two can't be joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Days of birth differ.
    BirthDiffers,
    /// Sexes differ.
    SexDiffers,
    /// Neither a name, nor a reading, nor the reading of the given name is the same.
    NamesDiffer,
    /// Both have a registered personal number; a number is registered for one person only, so the two differ.
    NumbersDiffer,
    /// Both are covered on some day.
    CoverOverlaps,
    /// One is or was the other's dependent.
    OneFamily,
}
fn share_a_day(a: &Period, b: &Period) -> bool {
    let begins_before = |x: NaiveDate, until: Option<NaiveDate>| until.is_none_or(|u| x < u);
    let is_empty = |p: &Period| p.1.is_some_and(|until| until <= p.0);
    !is_empty(a) && !is_empty(b) && begins_before(a.0, b.1) && begins_before(b.0, a.1)
}
/// Whether they ever had the same name, the same reading, or the same reading of the given name (氏 changes).
fn share_a_name(a: &Side, b: &Side) -> bool {
    let given = |s: &Side| -> BTreeSet<String> {
        s.readings.iter().filter_map(|r| Some(r.split_once('\u{3000}')?.1.to_owned())).collect()
    };
    !a.names.is_disjoint(&b.names) || !a.readings.is_disjoint(&b.readings) || !given(a).is_disjoint(&given(b))
}
/// Two ids of one human being: born on one day, of one sex as far as known, alike by name, covered at one place at a time, with at most one personal
/// number between them, and neither the other's dependent.
/// # Errors
/// The first reason that stands against it.
pub fn examine(surviving: &Side, merged: &Side) -> Result<(), Refusal> {
    let births: BTreeSet<_> = surviving.births.union(&merged.births).collect();
    let overlaps = surviving.covers.iter().any(|a| merged.covers.iter().any(|b| share_a_day(a, b)));
    let checks = [
        (births.len() > 1, Refusal::BirthDiffers),
        (surviving.sex.is_some() && merged.sex.is_some() && surviving.sex != merged.sex, Refusal::SexDiffers),
        (surviving.family.contains(&merged.id) || merged.family.contains(&surviving.id), Refusal::OneFamily),
        (!share_a_name(surviving, merged), Refusal::NamesDiffer),
        (surviving.has_number && merged.has_number, Refusal::NumbersDiffer),
        (overlaps, Refusal::CoverOverlaps),
    ];
    checks.into_iter().find(|(is_so, _)| *is_so).map_or(Ok(()), |(_, refusal)| Err(refusal))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }
    fn side(n: u128, cover: (&str, Option<&str>)) -> Side {
        Side {
            id: Uuid::from_u128(n),
            births: [day("1990-01-01")].into(),
            readings: ["ミホン　ナナ".into()].into(),
            names: ["見本七".into()].into(),
            covers: vec![(day(cover.0), cover.1.map(day))],
            ..Side::default()
        }
    }
    #[test]
    fn one_human_being_at_one_place_at_a_time_is_joined() {
        let (a, b) = (side(1, ("2020-04-01", Some("2025-04-01"))), side(2, ("2025-04-01", None)));
        assert_eq!(examine(&a, &b), Ok(()));
        assert_eq!(examine(&b, &a), Ok(()));
        let known = |sex: &str| Side { sex: Some(sex.into()), ..a.clone() };
        assert_eq!(examine(&known("male"), &b), Ok(()), "a sex that is not known is no other one");
        assert_eq!(examine(&Side { has_number: true, ..a.clone() }, &b), Ok(()));
        let never = side(3, ("2026-01-01", Some("2026-01-01")));
        assert_eq!(examine(&never, &b), Ok(()), "cover that never was overlaps nothing");
    }
    #[test]
    fn what_stands_against_it_is_told() {
        let (a, b) = (side(1, ("2020-04-01", Some("2025-04-01"))), side(2, ("2025-04-01", None)));
        let named = |reading: &str, name: &str| Side {
            readings: [reading.into()].into(),
            names: [name.into()].into(),
            ..b.clone()
        };
        for alike in [
            named("カクウ　ナナ", "架空七"),
            named("ミホン　ナナ", "架空七"),
            named("カクウ　ハチ", "見本七"),
        ] {
            assert_eq!(examine(&a, &alike), Ok(()), "{alike:?}");
        }
        let born = Side { births: [day("1990-01-02")].into(), ..b.clone() };
        let numbered = |s: &Side| Side { has_number: true, ..s.clone() };
        let sexed = |s: &Side, sex: &str| Side { sex: Some(sex.into()), ..s.clone() };
        let overlapping = side(2, ("2025-03-31", None));
        let child = Side { family: [a.id].into(), ..b.clone() };
        for (x, y, why) in [
            (a.clone(), named("カクウ　ハチ", "架空八"), Refusal::NamesDiffer),
            (a.clone(), born, Refusal::BirthDiffers),
            (sexed(&a, "male"), sexed(&b, "female"), Refusal::SexDiffers),
            (numbered(&a), numbered(&b), Refusal::NumbersDiffer),
            (a.clone(), overlapping, Refusal::CoverOverlaps),
            (a.clone(), child, Refusal::OneFamily),
        ] {
            assert_eq!(examine(&x, &y), Err(why));
            assert_eq!(examine(&y, &x), Err(why), "whichever survives");
        }
    }
}
