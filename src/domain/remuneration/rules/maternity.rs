//! 産前産後休業の期間 — the days in which a maternity leave may lie (健康保険法43条の3第1項, 102条).
use chrono::{Days, NaiveDate};

/// Days before the birth, the day of birth among them.
const BEFORE: u64 = 42;
/// The same of a multiple pregnancy.
const BEFORE_MULTIPLE: u64 = 98;
/// Days after the birth.
const AFTER: u64 = 56;

/// First and last day that a maternity leave may have. It may begin 42 days (98 of a multiple pregnancy) before the birth, counted
/// with that day; a birth after the day on which it was expected is counted from the expected day. It ends with the 56th day after
/// the birth, or after the expected day while the child is not born (健康保険法43条の3第1項).
pub fn maternity_window(
    expected: NaiveDate,
    born: Option<NaiveDate>,
    is_multiple: bool,
) -> (NaiveDate, NaiveDate) {
    let before = if is_multiple { BEFORE_MULTIPLE } else { BEFORE };
    let counted_from = born.map_or(expected, |born| born.min(expected));
    let first = counted_from.checked_sub_days(Days::new(before - 1)).unwrap_or(counted_from);
    let birth = born.unwrap_or(expected);
    (first, birth.checked_add_days(Days::new(AFTER)).unwrap_or(birth))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_late_birth_lengthens_and_an_early_one_moves() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for (expected, born, is_multiple, first, last) in [
            ("2015-11-20", Some("2015-11-10"), false, "2015-09-30", "2016-01-05"),
            ("2026-08-20", None, false, "2026-07-10", "2026-10-15"),
            ("2026-08-20", Some("2026-08-25"), false, "2026-07-10", "2026-10-20"),
            ("2026-08-20", None, true, "2026-05-15", "2026-10-15"),
        ] {
            let window = maternity_window(day(expected), born.map(day), is_multiple);
            assert_eq!(window, (day(first), day(last)), "{expected} {born:?} {is_multiple}");
        }
    }
}
