use super::*;
use crate::domain::users::{model::PrivilegeTime, words::UserPurpose};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}
fn content() -> UserContent {
    UserContent {
        display_name: "架空　職員".into(),
        section: Section::Enrolment1,
        duties: vec![],
        purposes: vec![UserPurpose::Enrolment],
        scopes: vec!["members:read".into()],
        holds_from: at("2026-11-22T00:00:00+09:00"),
        holds_until: None,
        number_privilege: None,
    }
}
fn codes(c: &UserContent) -> Vec<String> {
    let found = faults(c, at("2026-11-22T15:00:00+09:00"));
    found.iter().map(|e| format!("{} {}", e.pointer.clone().unwrap_or_default(), e.code)).collect()
}

#[test]
fn what_may_be_instructed_has_no_fault() {
    assert_eq!(codes(&content()), Vec::<String>::new());
    let privilege =
        PrivilegeTime { from: at("2026-11-22T00:00:00+09:00"), until: at("2027-11-23T00:00:00+09:00") };
    let whole = UserContent { number_privilege: Some(privilege), ..content() };
    assert_eq!(codes(&whole), Vec::<String>::new(), "366 days");
}
#[test]
fn a_privilege_needs_a_section_a_purpose_and_an_end_within_a_year() {
    let privilege = |from: &str, until: &str| Some(PrivilegeTime { from: at(from), until: at(until) });
    let year = privilege("2026-11-22T00:00:00+09:00", "2027-11-22T00:00:00+09:00");
    for (wrong, code) in [
        (
            UserContent { purposes: vec![], number_privilege: year.clone(), ..content() },
            "/content/number_privilege not-of-the-section",
        ),
        (
            UserContent { section: Section::It, purposes: vec![], number_privilege: year, ..content() },
            "/content/number_privilege not-of-the-section",
        ),
        (
            UserContent {
                number_privilege: privilege("2026-11-22T00:00:00+09:00", "2027-11-23T00:00:01+09:00"),
                ..content()
            },
            "/content/number_privilege/until out-of-range",
        ),
        (
            UserContent {
                number_privilege: privilege("2026-11-21T23:59:59+09:00", "2027-01-01T00:00:00+09:00"),
                ..content()
            },
            "/content/number_privilege/from out-of-range",
        ),
    ] {
        assert_eq!(codes(&wrong), [code]);
    }
}
#[test]
fn nothing_holds_before_it_was_confirmed_and_what_was_signed_in_before_is_over() {
    let (now, from) = (at("2026-11-22T00:00:00.250Z"), at("2026-11-22T00:00:00Z"));
    assert_eq!(effective_from(from, now), at("2026-11-22T00:00:01Z"));
    assert_eq!(effective_from(from, from), from);
    assert_eq!(effective_from(at("2026-12-01T00:00:00Z"), now), at("2026-12-01T00:00:00Z"));
}
#[test]
fn what_lies_before_stays_what_runs_is_shortened_and_what_comes_is_gone() {
    let (a, b, c) = (at("2026-01-01T00:00:00Z"), at("2026-02-01T00:00:00Z"), at("2026-03-01T00:00:00Z"));
    assert_eq!(cut(a, Some(b), b), Cut::Stays);
    assert_eq!(cut(a, Some(c), b), Cut::Shortened);
    assert_eq!(cut(a, None, b), Cut::Shortened);
    assert_eq!(cut(b, Some(c), b), Cut::Gone);
    assert_eq!(cut(c, None, b), Cut::Gone);
}
#[test]
fn an_id_is_idle_after_ninety_days() {
    let last = at("2026-01-01T00:00:00Z");
    assert!(!is_idle(last, last + Duration::days(90), 90));
    assert!(is_idle(last, last + Duration::days(90) + Duration::seconds(1), 90));
}
