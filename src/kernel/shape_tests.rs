//! Problems, pages, time and bodies: the pure parts of the kernel.
#![allow(clippy::unwrap_used, clippy::expect_used)]
use super::{
    Kind, Problem,
    clock::{Clock, jst_date, jst_midnight},
    input::{parse_json, parse_valid, plain_text},
    page,
    problem::Lang,
};
use chrono::{DateTime, Duration, Utc};
use serde::Deserialize;
use std::collections::{BTreeMap, HashSet};
use validator::Validate;

#[test]
fn every_kind_of_problem_has_words_a_status_and_a_page_of_its_own() {
    let mut slugs = HashSet::new();
    for kind in Kind::ALL {
        let (ja, en) = (kind.title(Lang::Ja), kind.title(Lang::En));
        assert!(!ja.is_ascii() && en.is_ascii() && !en.is_empty(), "{kind:?}");
        assert!((400..=599).contains(&kind.status()), "{kind:?}");
        assert!(slugs.insert(kind.slug()), "{kind:?} shares its page");
        assert!(kind.slug().chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{kind:?}");
        for lang in [Lang::Ja, Lang::En] {
            let body = Problem { lang, ..Problem::new(*kind) }.body();
            assert_eq!((body.status, body.title.as_str()), (kind.status(), kind.title(lang)));
            assert_eq!(
                (body.r#type, body.code.as_str()),
                (format!("/problems/{}", kind.slug()), kind.slug())
            );
        }
    }
}
#[test]
fn the_text_of_the_database_does_not_leave() {
    let secret = "duplicate key value violates unique constraint (見本　太郎)";
    let error = diesel::result::Error::DatabaseError(
        diesel::result::DatabaseErrorKind::Unknown,
        Box::new(secret.to_owned()),
    );
    let problem = Problem::from(error);
    assert_eq!(problem.status(), 500);
    let body = serde_json::to_string(&problem.body()).unwrap();
    assert!(!body.contains("見本") && !body.contains("constraint"), "{body}");
}

#[test]
fn a_cursor_is_good_for_its_own_list_only() {
    let (key, other) = ([1; 32], [2; 32]);
    let last = ["0198c0de-0000-7000-8000-000000000001".to_owned()];
    let cursor = page::cursor(&key, "listMembers", "state=insured", &last).unwrap();
    assert_eq!(page::position(&key, "listMembers", "state=insured", &cursor).unwrap(), last);
    let (body, mac) = cursor.split_once('.').unwrap();
    let altered = format!("{}A.{mac}", &body[..body.len() - 1]);
    for (key, operation, filters, cursor) in [
        (&other, "listMembers", "state=insured", cursor.as_str()),
        (&key, "listEmployers", "state=insured", &cursor),
        (&key, "listMembers", "state=lost", &cursor),
        (&key, "listMembers", "state=insured", &altered),
        (&key, "listMembers", "state=insured", body),
        (&key, "listMembers", "state=insured", ""),
        (&key, "listMembers", "state=insured", "あ.い"),
    ] {
        let refused = page::position(key, operation, filters, cursor).unwrap_err();
        assert_eq!((refused.status(), refused.errors[0].code.as_str()), (422, "cursor"));
    }
}
#[test]
fn a_page_is_cut_by_the_row_that_is_one_too_many() {
    assert_eq!(page::cut(vec![1, 2, 3], 2), (vec![1, 2], true));
    assert_eq!(page::cut(vec![1, 2], 2), (vec![1, 2], false));
    assert_eq!(page::cut(Vec::<u8>::new(), 2), (vec![], false));
    assert_eq!(page::one_more(500), 501);
}

fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}
#[test]
fn a_frozen_clock_stands_until_it_is_moved_and_days_are_japans() {
    let clock = Clock::frozen(at("2026-11-22T23:59:59+09:00"));
    let shared = clock.clone();
    assert_eq!(clock.now(), clock.now());
    assert_eq!(clock.today().to_string(), "2026-11-22");
    shared.advance(Duration::seconds(1));
    assert_eq!((clock.now(), clock.today().to_string()), (at("2026-11-22T15:00:00Z"), "2026-11-23".into()));
    clock.advance(Duration::seconds(-1));
    assert_eq!(clock.today().to_string(), "2026-11-22");
    assert_eq!(jst_midnight(jst_date(at("2026-11-22T15:00:00Z"))), at("2026-11-22T15:00:00Z"));
    let moved = Clock::starting_at(at("2030-01-01T00:00:00Z"));
    assert!(moved.now() >= at("2029-12-31T23:59:59Z") && moved.now() < at("2030-01-01T01:00:00Z"));
}

#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Outer {
    #[validate(nested)]
    inner: Vec<Inner>,
    #[serde(default)]
    open: BTreeMap<String, u8>,
}
#[derive(Debug, Deserialize, Validate)]
#[serde(deny_unknown_fields)]
struct Inner {
    #[validate(length(max = 3), custom(function = "plain_text"))]
    name: String,
}
fn refused(body: &str) -> Problem {
    parse_valid::<Outer>(body.as_bytes()).unwrap_err()
}
#[test]
fn what_can_not_be_read_is_400_and_what_has_another_shape_is_422_with_its_place() {
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    for unreadable in
        ["", "{", "nul", "{\"inner\":[]} x", "{\"inner\":[{\"name\":\"\\u0000\"}]}", "\"\\ud800\""]
    {
        assert_eq!(refused(unreadable).status(), 400, "{unreadable:.40}");
    }
    // How deep it is tells the parser or the shape, whichever notices first; never the stack.
    assert!([400, 422].contains(&refused(&deep).status()));
    for (body, pointer, code) in [
        ("{\"inner\":[{\"name\":\"a\"},{\"name\":7}]}", "/inner/1/name", "wrong-type"),
        ("{\"inner\":[{}]}", "/inner/0", "missing-field"),
        ("{\"inner\":[{\"name\":\"long\"}]}", "/inner/0/name", "length"),
        ("{\"inner\":[{\"name\":\"a\\tb\"}]}", "/inner/0/name", "control-character"),
        ("{\"inner\":[],\"made_up\":1}", "/made_up", "unknown-field"),
        ("{\"inner\":[],\"open\":{\"a\":99999999999999999999999}}", "/open/a", "wrong-type"),
    ] {
        let problem = refused(body);
        let error = &problem.errors[0];
        assert_eq!(problem.status(), 422);
        assert_eq!((error.pointer.as_deref(), error.code.as_str()), (Some(pointer), code), "{body}");
    }
}
#[test]
fn a_refusal_echoes_neither_values_nor_made_up_names_that_could_be_data() {
    for body in [
        "{\"inner\":[{\"name\":123456789018}]}",
        "{\"inner\":[],\"123456789018\":1}",
        "{\"inner\":[],\"n123456789018\":1}",
        "{\"inner\":[],\"open\":{\"見本太郎\":\"123456789018\"}}",
        "{\"inner\":[{\"name\":\"123456789018\"}]}",
        "{\"inner\":\"123456789018\"}",
    ] {
        let said = serde_json::to_string(&refused(body).body()).unwrap();
        assert!(!said.contains("123456789018") && !said.contains("見本"), "{body}: {said}");
    }
    let read: Outer = parse_json(b"{\"inner\":[]}").unwrap();
    assert!(read.inner.is_empty() && read.open.is_empty());
}
