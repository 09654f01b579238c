//! 氏名変更・氏名訂正 (R-011; 健康保険法施行規則 第28条, 第36条): for which days a new name holds. A change (marriage, divorce, adoption)
//! holds from its day on. A correction says that the name was wrong all the time, so it holds for the whole period in which
//! the wrong one stood, unless it names its day.
use chrono::NaiveDate;
use uuid::Uuid;

/// A stretch of days in which one identity of a person is valid, as it is known now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// Its row.
    pub row_id: Uuid,
    /// First day.
    pub valid_from: NaiveDate,
    /// First day not any more; none yet when absent.
    pub valid_to: Option<NaiveDate>,
    /// Name as shown.
    pub name: String,
    /// Reading, full width.
    pub name_kana: String,
}
impl Slice {
    fn covers(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|to| day < to)
    }
}
/// What is new: at least one of both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewName<'a> {
    /// Name as shown.
    pub name: Option<&'a str>,
    /// Reading, full width.
    pub name_kana: Option<&'a str>,
}
impl NewName<'_> {
    /// Nothing of it is new in this slice.
    fn is_in(&self, s: &Slice) -> bool {
        self.name.is_none_or(|n| n == s.name) && self.name_kana.is_none_or(|k| k == s.name_kana)
    }
    /// What it replaces is the same in both slices.
    fn replaces_the_same(&self, a: &Slice, b: &Slice) -> bool {
        (self.name.is_none() || a.name == b.name) && (self.name_kana.is_none() || a.name_kana == b.name_kana)
    }
}
/// A part of a slice that is written anew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Row of the slice that it is a part of.
    pub row_id: Uuid,
    /// First day.
    pub valid_from: NaiveDate,
    /// First day not any more.
    pub valid_to: Option<NaiveDate>,
    /// It carries the new name; else it is as before.
    pub is_renamed: bool,
}
/// Why no name can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoPieces {
    /// Nothing is known of the person on that day.
    NoneThen,
    /// The name is the one that holds already.
    NothingNew,
}

/// The pieces that take the place of the slices of one person, for a name that holds from `from` on; when absent, for the whole
/// period in which the name of `today` stood. It never reaches beyond that period: a name that came later stays. Takes what is
/// known now, by `valid_from`, without overlaps.
/// # Errors
/// [`NoPieces`].
pub fn renamed(
    slices: &[Slice],
    new: NewName<'_>,
    from: Option<NaiveDate>,
    today: NaiveDate,
) -> Result<Vec<Piece>, NoPieces> {
    let day = from.unwrap_or(today);
    let at = slices.iter().position(|s| s.covers(day)).ok_or(NoPieces::NoneThen)?;
    let (before, rest) = slices.split_at(at);
    let (here, after) = rest.split_first().ok_or(NoPieces::NoneThen)?;
    if new.is_in(here) {
        return Err(NoPieces::NothingNew);
    }
    let belongs = |s: &&Slice| new.replaces_the_same(s, here);
    let earlier = if from.is_none() { before.iter().rev().take_while(belongs).count() } else { 0 };
    let run = before.iter().skip(at - earlier).chain([here]).chain(after.iter().take_while(belongs));
    let mut pieces = Vec::new();
    for s in run {
        let starts = from.map_or(s.valid_from, |f| f.max(s.valid_from));
        if s.valid_from < starts {
            let (row_id, valid_from) = (s.row_id, s.valid_from);
            pieces.push(Piece { row_id, valid_from, valid_to: Some(starts), is_renamed: false });
        }
        let (row_id, valid_to) = (s.row_id, s.valid_to);
        pieces.push(Piece { row_id, valid_from: starts, valid_to, is_renamed: true });
    }
    Ok(pieces)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }
    fn slice(n: u128, from: &str, to: Option<&str>, name: &str) -> Slice {
        let (name, name_kana) = (name.to_owned(), "ミホン　ナナ".to_owned());
        Slice { row_id: Uuid::from_u128(n), valid_from: day(from), valid_to: to.map(day), name, name_kana }
    }
    fn told(pieces: &[Piece]) -> Vec<(u128, String, bool)> {
        let words = |p: &Piece| {
            let to = p.valid_to.map_or(String::new(), |d| d.to_string());
            (p.row_id.as_u128(), format!("{}..{to}", p.valid_from), p.is_renamed)
        };
        pieces.iter().map(words).collect()
    }
    /// A wrong name through a change of address, then a name of marriage.
    fn life() -> Vec<Slice> {
        vec![
            slice(1, "2020-04-01", Some("2022-01-01"), "見木　七"),
            slice(2, "2022-01-01", Some("2024-06-01"), "見木　七"),
            slice(3, "2024-06-01", None, "架空　七"),
        ]
    }
    const RIGHT: NewName<'_> = NewName { name: Some("見本　七"), name_kana: None };

    #[test]
    fn a_correction_reaches_the_whole_time_of_the_wrong_name_and_no_other() {
        let pieces = renamed(&life(), RIGHT, None, day("2023-01-01")).unwrap();
        let whole =
            [(1, "2020-04-01..2022-01-01".to_owned(), true), (2, "2022-01-01..2024-06-01".to_owned(), true)];
        assert_eq!(told(&pieces), whole);
        let pieces = renamed(&life(), RIGHT, None, day("2026-11-22")).unwrap();
        assert_eq!(told(&pieces), [(3, "2024-06-01..".to_owned(), true)]);
    }
    #[test]
    fn from_a_day_on_what_was_before_it_stays() {
        let pieces = renamed(&life(), RIGHT, Some(day("2021-05-05")), day("2026-11-22")).unwrap();
        let split = [
            (1, "2020-04-01..2021-05-05".to_owned(), false),
            (1, "2021-05-05..2022-01-01".to_owned(), true),
            (2, "2022-01-01..2024-06-01".to_owned(), true),
        ];
        assert_eq!(told(&pieces), split);
        let pieces = renamed(&life(), RIGHT, Some(day("2022-01-01")), day("2026-11-22")).unwrap();
        assert_eq!(told(&pieces), [(2, "2022-01-01..2024-06-01".to_owned(), true)]);
    }
    #[test]
    fn a_reading_is_corrected_through_all_names_that_have_it() {
        let new = NewName { name: None, name_kana: Some("ミホン　シチ") };
        let pieces = renamed(&life(), new, None, day("2026-11-22")).unwrap();
        assert_eq!(pieces.iter().filter(|p| p.is_renamed).count(), 3);
    }
    #[test]
    fn nothing_is_written_for_the_same_name_or_before_the_first_day() {
        let same = NewName { name: Some("架空　七"), name_kana: Some("ミホン　ナナ") };
        assert_eq!(renamed(&life(), same, None, day("2026-11-22")), Err(NoPieces::NothingNew));
        assert_eq!(
            renamed(&life(), RIGHT, Some(day("2020-03-31")), day("2026-11-22")),
            Err(NoPieces::NoneThen)
        );
        assert_eq!(renamed(&[], RIGHT, None, day("2026-11-22")), Err(NoPieces::NoneThen));
    }
}
