//! Every item of the 適用ファイル has its column and its field, or a reason why not: docs/data-items.csv, held to the items of the assessment
//! (tables/data_items.csv), to the database and to the document.
use crate::{filing::count, harness::world::World};
use serde_json::Value;

const ITEMS: &str = include_str!("../docs/data-items.csv");
const ASSESSMENT: &str = include_str!("../tables/data_items.csv");
const DOCUMENT: &str = include_str!("../openapi/kenpo.v1.json");
/// Items that have no place yet, each with its reason in the table.
const OPEN: [u8; 9] = [18, 19, 20, 21, 22, 48, 49, 50, 51];

/// Fields of a line of RFC 4180; no field of these tables holds a line break.
fn fields(line: &str) -> Vec<String> {
    let (mut out, mut is_quoted) = (vec![String::new()], false);
    for c in line.chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            ',' if !is_quoted => out.push(String::new()),
            c => out.last_mut().unwrap().push(c),
        }
    }
    out
}

#[test]
fn the_items_are_those_of_the_assessment() {
    let rows: Vec<Vec<String>> = ASSESSMENT.lines().map(fields).collect();
    assert_eq!(rows[0], ["no", "file", "group", "item_ja", "fields", "note"]);
    assert!(rows.iter().all(|r| r.len() == 6), "six cells each");
    assert_eq!(rows.len(), 162, "the whole table");
    let asked: Vec<[&str; 3]> = rows
        .iter()
        .filter(|r| r[1].starts_with("適用"))
        .map(|r| [r[0].as_str(), r[2].as_str(), r[3].as_str()])
        .collect();
    let told: Vec<Vec<&str>> = ITEMS.lines().skip(1).map(|l| l.split(',').take(3).collect()).collect();
    for item in &asked {
        assert!(told.iter().any(|t| t == item), "left out or renamed: {item:?}");
    }
    assert_eq!(told, asked, "in the order of the assessment, and none besides");
}
#[test]
fn every_item_has_its_column_and_field_or_a_reason() {
    let w = World::new();
    let document: Value = serde_json::from_str(DOCUMENT).unwrap();
    let (mut numbers, mut open, mut places) = (Vec::new(), Vec::new(), 0);
    for line in ITEMS.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [no, _, item, columns, fields, why] = cells.as_slice() else { panic!("six cells: {line}") };
        let no: u8 = no.parse().unwrap();
        numbers.push(no);
        assert_eq!(columns.is_empty(), fields.is_empty(), "{no} {item}");
        if columns.is_empty() {
            assert!(why.chars().count() > 8, "{no} {item}: why not?");
            open.push(no);
        }
        for place in columns.split_whitespace() {
            let (table, column) = place.split_once('.').unwrap();
            let sql = format!(
                "select count(*) as n from information_schema.columns where table_schema = 'public' and table_name = '{table}' \
                 and column_name = '{column}'"
            );
            assert_eq!(count(&w, &sql), 1, "{no} {item}: no column {place}");
            places += 1;
        }
        for place in fields.split_whitespace() {
            let (schema, field) = place.split_once('.').unwrap();
            let found = &document["components"]["schemas"][schema]["properties"][field];
            assert!(found.is_object(), "{no} {item}: no field {place}");
        }
    }
    assert_eq!(numbers, (1..=53).collect::<Vec<u8>>());
    assert_eq!(open, OPEN, "what has no place yet");
    assert!(places > 40, "{places}");
}
