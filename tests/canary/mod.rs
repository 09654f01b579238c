//! The canary: a whole life with fictitious personal numbers, then a search for them wherever something is kept or told.
mod life;
mod operations;
pub mod scan;

use crate::{
    harness::{
        caller::{self, Response},
        world::World,
    },
    sweep::society::Society,
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

/// Looks in everything that was told and in everything that is kept; the tables with what was found in them to look at.
fn search(w: &World, granted: usize) -> (Vec<(String, Vec<String>)>, Vec<String>) {
    let scanner = Scanner::new();
    let (told, shown) = without_granted(&caller::heard());
    assert!(told.len() > 100, "{} responses", told.len());
    assert_eq!(shown, granted, "numbers left in granted answers only");
    let mut hits = Vec::new();
    // The document shows examples out of the fictitious block; it is fixed before anybody files anything.
    for (asked, bytes) in told.iter().filter(|(asked, _)| !asked.ends_with("GET /openapi.json")) {
        hits.extend(scanner.hits(asked, bytes));
    }
    let tables = scan::tables(w);
    for (table, rows) in &tables {
        hits.extend(rows.iter().flat_map(|row| scanner.hits(table, row.as_bytes())));
    }
    let dump = scan::dump(w);
    assert!(dump.windows(31).any(|part| part == b"COPY strongroom.personal_number"), "the dump is whole");
    hits.extend(scanner.hits("the dump", &dump));
    for (path, bytes) in scan::files(&w.folder()) {
        hits.extend(scanner.hits(&path, &bytes));
    }
    assert!(scan::files(&w.folder()).iter().any(|(path, _)| Path::new(path).ends_with("wrapped.sqlite")));
    let logs = logs();
    assert!(logs.lines() > 50, "the log was listened to");
    hits.extend(logs.hits());
    (tables, hits)
}

#[test]
fn no_personal_number_is_kept_or_told_outside_granted_disclosures() {
    logs();
    caller::listen();
    let w = World::new();
    let granted = life::whole(&w);
    let (tables, hits) = search(&w, granted);
    for must in ["personal_number", "pending_number", "raw_file"] {
        let (_, rows) = tables.iter().find(|(t, _)| t == &format!("strongroom.{must}")).unwrap();
        assert!(!rows.is_empty(), "strongroom.{must} is empty: nothing is proven");
    }
    assert!(hits.is_empty(), "{hits:#?}");
}

/// Tables that this life leaves empty: what a run foresees is forgotten at its end, and a system that signs its own assertions is not among
/// the callers.
const EMPTY: [&str; 2] = ["public.determination_foreseen", "public.used_assertion"];

/// The same of every operation that there is: each table of the database has rows, so that nothing is looked for where nothing lies.
#[test]
fn no_operation_keeps_or_tells_a_personal_number() {
    logs();
    caller::listen();
    let s = Society::new();
    let (granted, mut taken) = operations::whole(&s);
    taken.retain(|t| !t.contains(": 412 ")); // what was used before is refused for its version first
    let (tables, hits) = search(&s.w, granted);
    let empty: Vec<&str> = tables.iter().filter(|t| t.1.is_empty()).map(|t| t.0.as_str()).collect();
    assert!(hits.is_empty(), "{hits:#?}");
    assert!(taken.is_empty(), "{taken:#?}");
    assert_eq!(empty, EMPTY, "nothing is proven of a table without rows");
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
