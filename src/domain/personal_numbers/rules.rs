//! How often a number may be checked: yes/no answers must not add up to a guess. Which number must not be kept, and
//! which key nothing needs any more (R-104, R-108; 番号法 第20条: no number is kept that is not needed).
use chrono::{DateTime, Duration, Utc};

/// Hours after which a key that nothing needs is swept: the transaction that made it is over by then, one way or the other.
pub const ORPHAN_HOURS: i64 = 24;

/// Does this reason of a registration or a withdrawal say that the number before was never this person's? Such a number may
/// not be kept; that of a person whose number was changed by the municipality is history and stays.
pub fn was_mistake(reason: &str) -> bool {
    matches!(reason, "correction" | "withdrawn_as_wrong")
}
/// May a number that is registered be replaced by another for this reason? Only because it was changed or wrong. A form (`notified`), a first
/// registration and an inquiry state a number, not that there was one before: who registers so does not know of it.
pub fn may_replace(reason: &str) -> bool {
    matches!(reason, "number_changed" | "correction")
}
/// May the sweep mark so many keys anew? Rolled-back transactions leave a few; many say that the store stands beside an empty, a wrong
/// or an old database, whose people's keys must stay. Takes numbers of keys older than [`ORPHAN_HOURS`].
pub fn may_sweep(orphans: usize, needed: usize) -> bool {
    orphans <= needed / 100 + FEW_ORPHANS && orphans <= needed
}

/// So many keys that nothing needs are no sign of a wrong database in a small society.
const FEW_ORPHANS: usize = 20;

/// Checks of one user within a minute.
pub const PER_MINUTE: usize = 5;
/// Mismatches of one user within [`LOCK_MINUTES`] that lock checking.
pub const MISMATCHES: usize = 3;
/// How long mismatches count.
pub const LOCK_MINUTES: i64 = 15;

/// One earlier check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Check {
    /// When.
    pub at: DateTime<Utc>,
    /// It was the person's number.
    pub matched: bool,
}

/// Seconds to wait before the next check; `None` when one may be made now. Takes the earlier checks of one user in any order.
pub fn wait_before_check(history: &[Check], now: DateTime<Utc>) -> Option<u32> {
    let free_again = |mut times: Vec<DateTime<Utc>>, most: usize, span: Duration| {
        times.retain(|at| *at + span > now);
        times.sort_unstable();
        let over = times.len().checked_sub(most)?;
        times.get(over).map(|at| *at + span)
    };
    let all = history.iter().map(|c| c.at).collect();
    let wrong = history.iter().filter(|c| !c.matched).map(|c| c.at).collect();
    let fast = free_again(all, PER_MINUTE, Duration::minutes(1));
    let locked = free_again(wrong, MISMATCHES, Duration::minutes(LOCK_MINUTES));
    let until = fast.max(locked)?;
    Some(u32::try_from(((until - now).num_milliseconds() + 999) / 1000).unwrap_or(u32::MAX).max(1))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use chrono::TimeZone;

    fn now() -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, 22, 0, 0, 0).unwrap()
    }
    fn ago(seconds: i64, matched: bool) -> Check {
        Check { at: now() - Duration::seconds(seconds), matched }
    }

    #[test]
    fn a_mistake_is_not_kept_and_a_change_is() {
        assert!(was_mistake("correction") && was_mistake("withdrawn_as_wrong"));
        for kept in
            ["first_registration", "number_changed", "identity_confirmed", "notified", "under_inquiry"]
        {
            assert!(!was_mistake(kept), "{kept}");
        }
        for reason in ["number_changed", "correction"] {
            assert!(may_replace(reason), "{reason}");
        }
        for reason in ["notified", "first_registration", "identity_confirmed"] {
            assert!(!may_replace(reason), "{reason}");
        }
    }
    #[test]
    fn a_store_is_never_emptied_beside_a_wrong_database() {
        assert!(may_sweep(0, 0) && may_sweep(3, 3));
        assert!(!may_sweep(1, 0) && !may_sweep(4, 3));
        assert!(may_sweep(3_020, 300_000) && !may_sweep(3_021, 300_000));
        assert!(!may_sweep(30_000, 70_000), "a store beside an old database");
    }
    #[test]
    fn five_checks_a_minute() {
        let four: Vec<_> = (1..=4).map(|s| ago(s * 10, true)).collect();
        assert_eq!(wait_before_check(&four, now()), None);
        let five: Vec<_> = (1..=5).map(|s| ago(s * 10, true)).collect();
        assert_eq!(wait_before_check(&five, now()), Some(10), "the oldest leaves the minute");
        let six: Vec<_> = (1..=6).map(|s| ago(s * 9, true)).collect();
        assert_eq!(wait_before_check(&six, now()), Some(15), "the second oldest of six must leave");
        let past: Vec<_> = (0..9).map(|_| ago(60, true)).collect();
        assert_eq!(wait_before_check(&past, now()), None);
    }
    #[test]
    fn three_mismatches_lock_for_a_quarter_of_an_hour() {
        let two = [ago(300, false), ago(200, false), ago(100, true)];
        assert_eq!(wait_before_check(&two, now()), None);
        let three = [ago(300, false), ago(200, false), ago(100, false)];
        assert_eq!(wait_before_check(&three, now()), Some(600));
        let mut matches_between = three.to_vec();
        matches_between.extend((0..3).map(|i| ago(90 + i, true)));
        assert_eq!(wait_before_check(&matches_between, now()), Some(600), "a match does not unlock");
        assert_eq!(wait_before_check(&[ago(900, false), ago(200, false), ago(100, false)], now()), None);
    }
    #[test]
    fn a_wait_is_at_least_a_second() {
        let at = now() - Duration::minutes(1) + Duration::milliseconds(1);
        let five = [Check { at, matched: true }; 5];
        assert_eq!(wait_before_check(&five, now()), Some(1));
    }
}
