//! Which decision of 標準報酬月額 holds in which months when the days of a cover are corrected (健康保険法41条–43条: each holds until the next
//! one). Pure.
use crate::{domain::members::CoverDays, values::month::Month};

/// A decision and its months.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Span<T> {
    /// Which.
    pub of: T,
    /// First month.
    pub from: Month,
    /// First month in which it does not hold any more.
    pub until: Option<Month>,
}

/// Puts the decisions of a cover in order: each holds until the next one, the last until `end`, the month from which nothing of the cover holds
/// any more. What would begin then or later is none. Of two for one month the first given stands.
pub fn in_a_row<T>(spans: Vec<Span<T>>, end: Option<Month>) -> Vec<Span<T>> {
    let mut all: Vec<Span<T>> = Vec::with_capacity(spans.len());
    for span in spans {
        let is_over = end.is_some_and(|end| span.from >= end);
        if !is_over && all.iter().all(|s| s.from != span.from) {
            all.push(span);
        }
    }
    all.sort_by_key(|s| s.from);
    let nexts: Vec<Option<Month>> = all.iter().skip(1).map(|s| Some(s.from)).chain([end]).collect();
    for (span, next) in all.iter_mut().zip(nexts) {
        span.until = next;
    }
    all
}
/// Until which month the last decision of a cover holds: its month of loss may be the first of the next cover's decisions.
pub fn until_next(cover: CoverDays, next_from: Option<Month>) -> Option<Month> {
    match (cover.until_month(), next_from) {
        (Some(end), Some(next)) => Some(end.min(next)),
        (end, next) => end.or(next),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn m(text: &str) -> Month {
        text.parse().unwrap()
    }
    fn cover(acquired: &str, lost: Option<&str>) -> CoverDays {
        CoverDays { acquired_on: acquired.parse().unwrap(), lost_on: lost.map(|d| d.parse().unwrap()) }
    }
    fn spans(all: &[(&'static str, &str, Option<&str>)]) -> Vec<Span<&'static str>> {
        all.iter().map(|(of, from, until)| Span { of: *of, from: m(from), until: until.map(m) }).collect()
    }
    #[test]
    fn each_holds_until_the_next_one() {
        let known = spans(&[
            ("first", "2026-04", Some("2026-10")),
            ("back", "2026-11", None),
            ("old", "2026-11", None),
        ]);
        let open = in_a_row(known.clone(), None);
        assert_eq!(open, spans(&[("first", "2026-04", Some("2026-11")), ("back", "2026-11", None)]));
        let lost = in_a_row(known, Some(m("2026-11")));
        assert_eq!(lost, spans(&[("first", "2026-04", Some("2026-11"))]));
    }
    #[test]
    fn the_month_of_a_loss_is_the_next_covers_when_both_have_a_day_of_it() {
        let before = cover("2025-04-01", Some("2026-11-10"));
        assert_eq!(until_next(before, Some(m("2026-11"))), Some(m("2026-11")));
        assert_eq!(until_next(before, Some(m("2027-02"))), Some(m("2026-12")));
        assert_eq!(until_next(before, None), Some(m("2026-12")));
    }
}
