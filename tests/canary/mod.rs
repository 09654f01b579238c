//! The canary: a whole life with fictitious personal numbers, then a search for them wherever something is kept or told.
mod life;
mod scan;

use crate::harness::{
    caller::{self, Response},
    world::World,
};
use kenpo::cli::seed::fictitious_number;
use scan::{Scanner, logs};
use std::path::Path;

/// Bytes that left, without what was granted; and how often it was.
fn without_granted(responses: &[(String, Response)]) -> (Vec<(String, Vec<u8>)>, usize) {
    let mut granted = 0;
    let told = responses.iter().map(|(asked, r)| {
        let mut body = r.body.clone();
        let shown =
            r.status == 200 && body.as_object_mut().is_some_and(|b| b.remove("personal_number").is_some());
        granted += usize::from(shown);
        let text = if shown { body.to_string() } else { r.text.clone() };
        (format!("the answer {} to {asked}", r.status), format!("{:?} {text}", r.headers).into_bytes())
    });
    (told.collect(), granted)
}

#[test]
fn no_personal_number_is_kept_or_told_outside_granted_disclosures() {
    let logs = logs();
    caller::listen();
    let w = World::new();
    let granted = life::whole(&w);
    let scanner = Scanner::new();
    let (told, shown) = without_granted(&caller::heard());
    assert!(told.len() > 100, "{} responses", told.len());
    assert_eq!(shown, granted, "numbers left in granted answers only");
    let mut hits = Vec::new();
    // The document shows examples out of the fictitious block; it is fixed before anybody files anything.
    for (asked, bytes) in told.iter().filter(|(asked, _)| !asked.ends_with("GET /openapi.json")) {
        hits.extend(scanner.hits(asked, bytes));
    }
    let tables = scan::tables(&w);
    for must in
        ["audit_entry", "notification", "submission", "idempotency", "job", "number_grant", "number_check"]
    {
        assert!(tables.iter().any(|(t, _)| t == &format!("public.{must}")), "{must} is not looked at");
    }
    for must in ["personal_number", "pending_number", "raw_file"] {
        let (_, rows) = tables.iter().find(|(t, _)| t == &format!("strongroom.{must}")).unwrap();
        assert!(!rows.is_empty(), "strongroom.{must} is empty: nothing is proven");
    }
    for (table, rows) in &tables {
        hits.extend(rows.iter().flat_map(|row| scanner.hits(table, row.as_bytes())));
    }
    let dump = scan::dump(&w);
    assert!(dump.windows(31).any(|part| part == b"COPY strongroom.personal_number"), "the dump is whole");
    hits.extend(scanner.hits("the dump", &dump));
    for (path, bytes) in scan::files(&w.folder()) {
        hits.extend(scanner.hits(&path, &bytes));
    }
    assert!(scan::files(&w.folder()).iter().any(|(path, _)| Path::new(path).ends_with("wrapped.sqlite")));
    assert!(logs.lines() > 50, "the log was listened to");
    hits.extend(logs.hits());
    assert!(hits.is_empty(), "{hits:#?}");
}

/// What is never red proves nothing: the scanner finds each form where it was planted.
#[test]
fn the_scanner_finds_what_was_planted() {
    let w = World::new();
    let digits = fictitious_number(998);
    let scanner = Scanner::new();
    assert!(
        scan::tables(&w)
            .iter()
            .all(|(t, rows)| rows.iter().all(|r| scanner.hits(t, r.as_bytes()).is_empty()))
    );
    w.run("create table planted (what text, words text, list text[], doc jsonb, bytes bytea)");
    for (column, value) in [
        ("words", format!("'see {digits} there'")),
        ("words", format!("'{} {} {}'", &digits[..4], &digits[4..8], &digits[8..])),
        ("words", format!("'{}-{}-{}'", &digits[..4], &digits[4..8], &digits[8..])),
        ("words", format!("translate('{digits}', '0123456789', '０１２３４５６７８９')")),
        ("words", format!("encode('{digits}'::bytea, 'base64')")),
        ("words", format!("encode('x{digits}'::bytea, 'base64')")),
        ("words", format!("encode('xx{digits}'::bytea, 'base64')")),
        ("words", format!("upper(encode('{digits}'::bytea, 'hex'))")),
        ("words", format!("'{:?}'", digits.as_bytes())),
        ("list", format!("array['a', '{digits}']")),
        ("doc", format!("jsonb_build_object('form', jsonb_build_object('n', {digits}))")),
        ("bytes", format!("'x{digits}y'::bytea")),
    ] {
        w.run(&format!("insert into planted ({column}) values ({value})"));
        let tables = scan::tables(&w);
        let (_, rows) = tables.iter().find(|(t, _)| t == "public.planted").unwrap();
        assert_eq!(scanner.hits("planted", rows[0].as_bytes()).len(), 1, "{column} {value}: {rows:?}");
        w.run("delete from planted");
    }
    w.run(&format!("insert into planted (bytes) values ('{digits}')"));
    assert!(!scanner.hits("the dump", &scan::dump(&w)).is_empty());
    let planted = w.folder().join("planted");
    std::fs::write(&planted, &digits).unwrap();
    assert!(scan::files(&w.folder()).iter().any(|(p, b)| !scanner.hits(p, b).is_empty()));
}

/// The log is listened to in a way that would hear a number, down to the finest level.
#[test]
fn the_listener_hears_a_number_in_the_log() {
    let logs = logs();
    let heard = logs.while_planting(|| tracing::trace!(said = %fictitious_number(997), "planted"));
    assert!(heard, "a number in the log was not heard");
}
