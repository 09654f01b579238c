//! Rules of the user register: what may be instructed, and what a register says after it. Pure, judged by the time they are given.
use super::{
    model::UserContent,
    words::{Duty, ReviewReason, SCOPES, Section},
};
use crate::kernel::{FieldError, Said, clock};
use chrono::{DateTime, Duration, SubsecRound, Utc};

/// How long an instruction waits to be executed and confirmed, in days.
pub const INSTRUCTION_DAYS: i64 = 7;
/// How long the halves of an activation code are good, in days.
pub const ACTIVATION_DAYS: i64 = 7;
/// Longest time of the personal-number privilege, in days: it is given anew each year.
pub const PRIVILEGE_DAYS: i64 = 366;

/// Days without use after which an id, or the privilege, is to be looked at.
pub const UNUSED_DAYS: i64 = 30;
/// Days after which an id without a password is to be looked at.
pub const UNACTIVATED_DAYS: i64 = 14;
/// Days for which a finding that it stays holds.
pub const REVIEW_DAYS: i64 = 90;

/// Sections whose people may hold the personal-number privilege.
pub const NUMBER_SECTIONS: &[Section] =
    &[Section::Enrolment1, Section::Enrolment2, Section::Benefits, Section::Collection, Section::Review];

/// A sign-in name: 3 to 64 small letters, digits, dots, hyphens and underscores.
pub fn is_login(text: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || ".-_".contains(c);
    (3..=64).contains(&text.len()) && text.chars().all(is_plain)
}
fn has_twice<T: PartialEq>(all: &[T]) -> bool {
    all.iter().enumerate().any(|(i, one)| all.iter().take(i).any(|other| other == one))
}
/// What is wrong with an instruction that is given at `now`; nothing when it may be given.
pub fn faults(c: &UserContent, now: DateTime<Utc>) -> Vec<FieldError> {
    let mut found = Vec::new();
    let mut say = |pointer: &str, code: &str, said: Said<'_>| {
        found.push(FieldError::at(format!("/content{pointer}"), code, said));
    };
    if c.holds_from < clock::jst_midnight(clock::jst_date(now)) {
        say("/holds_from", "in-the-past", ("権限は過去に遡りません", "no right reaches back into the past"));
    }
    if c.holds_until.is_some_and(|until| until <= c.holds_from) {
        say("/holds_until", "not-after-from", ("開始より後の時刻です", "it is after the start"));
    }
    if c.display_name.trim().is_empty() {
        say("/display_name", "length", ("氏名がありません", "there is no name"));
    }
    if has_twice(&c.duties) || has_twice(&c.purposes) {
        let place = if has_twice(&c.duties) { "/duties" } else { "/purposes" };
        say(place, "twice", ("同じものが2回あります", "one of them stands twice"));
    }
    let has = |duty: Duty| c.duties.contains(&duty);
    if has(Duty::DataProtectionOfficer) && has(Duty::IdAdministration) {
        let said =
            ("データ保護担当者とID設定担当は兼ねられません", "nobody is officer and administrator at once");
        say("/duties", "two-roles", said);
    }
    for (duty, section) in
        [(Duty::DataProtectionOfficer, Section::DataProtection), (Duty::IdAdministration, Section::It)]
    {
        if has(duty) && c.section != section {
            let said = ("この課の担当ではありません", "this duty is not of this section");
            say("/duties", "not-of-the-section", said);
        }
    }
    let handles = NUMBER_SECTIONS.contains(&c.section);
    if !handles && !c.purposes.is_empty() {
        say("/purposes", "not-of-the-section", ("この課は事務を扱いません", "this section handles no 事務"));
    }
    for (i, scope) in c.scopes.iter().enumerate() {
        let is_known = SCOPES.iter().any(|s| s.0 == scope) && scope != "personal-number:read";
        if !is_known || c.scopes.iter().take(i).any(|s| s == scope) {
            let said =
                ("登録できる権限ではありません", "this is no scope that a sign-in has, or it stands twice");
            say(&format!("/scopes/{i}"), "scope", said);
        }
    }
    if let Some(p) = &c.number_privilege {
        if !handles || c.purposes.is_empty() {
            let said = (
                "個人番号の権限は、事務を扱う課の担当者だけに与えます",
                "only who handles a 事務 in one of its sections holds the privilege",
            );
            say("/number_privilege", "not-of-the-section", said);
        }
        if p.until <= p.from || p.until - p.from > Duration::days(PRIVILEGE_DAYS) {
            let said =
                ("開始より後、366日以内の時刻です", "it is after the start, and at most 366 days later");
            say("/number_privilege/until", "out-of-range", said);
        }
        if p.from < c.holds_from || c.holds_until.is_some_and(|until| p.until > until) {
            let said = ("この登録の期間内の時刻です", "it lies within the time of this entry");
            say("/number_privilege/from", "out-of-range", said);
        }
    }
    found
}

/// From when an instruction holds that is confirmed at `now`: never before, and to the full second, as tokens tell the time, so that what was
/// signed in before is over.
pub fn effective_from(holds_from: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let at = holds_from.max(now);
    let whole = at.trunc_subsecs(0);
    if whole < at { whole + Duration::seconds(1) } else { at }
}
/// What becomes of a time (from, until) when something else holds from an instant on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// It lies before: it stays.
    Stays,
    /// It gives way, and holds until then.
    Shortened,
    /// It gives way whole.
    Gone,
}
/// See [`Cut`].
pub fn cut(from: DateTime<Utc>, until: Option<DateTime<Utc>>, at: DateTime<Utc>) -> Cut {
    if until.is_some_and(|u| u <= at) {
        Cut::Stays
    } else if from < at {
        Cut::Shortened
    } else {
        Cut::Gone
    }
}
/// The id was not used for so long that it is locked: counted from the last sign-in, or from when it could be used.
pub fn is_idle(last_used: DateTime<Utc>, now: DateTime<Utc>, idle_days: u32) -> bool {
    now - last_used > Duration::days(idle_days.into())
}

/// How an id is used.
pub struct Use {
    /// A password was chosen.
    pub is_activated: bool,
    /// From when it could be used.
    pub usable_since: DateTime<Utc>,
    /// Last sign-in.
    pub last_sign_in_at: Option<DateTime<Utc>>,
    /// Locked since.
    pub locked_at: Option<DateTime<Utc>>,
    /// The personal-number privilege has held since.
    pub privileged_since: Option<DateTime<Utc>>,
    /// When the linkage was last switched on.
    pub last_linkage_at: Option<DateTime<Utc>>,
    /// It has scopes that no policy lets it use.
    pub has_excess: bool,
}
/// What gives reason to look at an id whose time runs.
pub fn reasons(u: &Use, now: DateTime<Utc>) -> Vec<ReviewReason> {
    let is_past = |at: DateTime<Utc>, days: i64| now - at > Duration::days(days);
    let last_used = u.last_sign_in_at.map_or(u.usable_since, |last| last.max(u.usable_since));
    let privilege_used =
        u.privileged_since.map(|since| u.last_linkage_at.map_or(since, |last| last.max(since)));
    [
        (u.is_activated && is_past(last_used, UNUSED_DAYS), ReviewReason::Unused),
        (!u.is_activated && is_past(u.usable_since, UNACTIVATED_DAYS), ReviewReason::NeverActivated),
        (u.locked_at.is_some_and(|at| is_past(at, UNUSED_DAYS)), ReviewReason::LockedLong),
        (privilege_used.is_some_and(|at| is_past(at, UNUSED_DAYS)), ReviewReason::PrivilegeUnused),
        (u.has_excess, ReviewReason::ExcessScopes),
    ]
    .into_iter()
    .filter_map(|(is_so, reason)| is_so.then_some(reason))
    .collect()
}
/// Is a review due: nobody found that it stays, or that was long ago or for other reasons?
pub fn is_due(
    reasons: &[ReviewReason],
    kept: Option<(DateTime<Utc>, Vec<ReviewReason>)>,
    now: DateTime<Utc>,
) -> bool {
    let Some((at, then)) = kept else { return !reasons.is_empty() };
    reasons.iter().any(|r| !then.contains(r)) || !reasons.is_empty() && now - at > Duration::days(REVIEW_DAYS)
}

#[cfg(test)]
#[path = "rules_tests.rs"]
mod tests;
