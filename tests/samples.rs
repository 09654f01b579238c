//! The sample files, each on its state of samples/world.json, against samples/expected.json.
use crate::{
    filing::{count, entries, tables},
    harness::{
        caller::{Caller, Response},
        world::{World, day},
    },
};
use kenpo::cli::seed;
use serde_json::{Value, json};
use std::collections::BTreeMap;

pub fn read(path: &str) -> Vec<u8> {
    std::fs::read(format!("{}/samples/{path}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}
fn table(path: &str) -> Value {
    serde_json::from_slice(&read(path)).unwrap()
}
/// A world in the state from which the sample starts.
pub fn world_of(sample: &str) -> World {
    let w = World::new();
    let state = &table("world.json")["files"][sample];
    let mut conn = w.owner();
    for i in state["insured"].as_array().unwrap() {
        let text = |v: &Value, key: &str| v[key].as_str().unwrap().to_owned();
        let p = &i["person"];
        let (office, kana, name, sex) =
            (text(p, "office_number"), text(p, "name_kana"), text(p, "name"), text(p, "sex"));
        let insured = seed::Insured {
            office_number: &office,
            name_kana: &kana,
            name: &name,
            birth_on: day(&text(p, "birth")),
            sex: &sex,
            since: day(&text(i, "insured_since")),
        };
        let person = seed::insured(&mut conn, &w.clock, w.employer, &insured).unwrap();
        number(&w, person, &text(p, "personal_number"));
        for d in i["dependents"].as_array().into_iter().flatten() {
            let (name, kana, code) = (text(d, "name"), text(d, "name_kana"), text(d, "relationship"));
            let relationship = if code == "01" { "child" } else { "parent" };
            let facts = (name.as_str(), kana.as_str(), day(&text(d, "birth")), relationship);
            let since = day(&text(d, "recognised_on"));
            let child = seed::dependent(&mut conn, &w.clock, (w.employer, person), facts, since).unwrap();
            number(&w, child, &text(d, "personal_number"));
        }
    }
    w
}
fn number(w: &World, person: uuid::Uuid, digits: &str) {
    seed::number(&mut w.owner(), &w.clock, &*w.app.kernel.vault, person, digits).unwrap();
}
fn send(w: &World, by: &Caller, sample: &str, dry: bool) -> Response {
    let name = sample.split('/').nth(1).unwrap();
    let path = format!(
        "/v1/notification-files?employer_id={}&file_name={name}&preparer_name=%E8%A6%8B%E6%9C%AC{}",
        w.employer,
        if dry { "&validate_only=true" } else { "" }
    );
    by.post(path).key("sample-file-key").csv(&read(sample))
}

/// Code, and the field numbers where the expectation names some.
type Expected = (String, Option<Vec<u16>>);
/// `E-REQUIRED(29-31)` → code and fields; text in parentheses that is no field number is an explanation.
fn expected_finding(text: &str) -> Expected {
    let code: String = text.chars().take_while(|c| *c != '(' && *c != ' ').collect();
    let rest = &text[code.len()..];
    let inside = rest.strip_prefix('(').and_then(|r| r.strip_suffix(')'));
    let is_fields = |t: &str| !t.is_empty() && t.chars().all(|c| c.is_ascii_digit() || ",-".contains(c));
    let fields = inside.filter(|t| is_fields(t)).map(|t| {
        t.split(',')
            .flat_map(|part| {
                let (a, b) = part.split_once('-').unwrap_or((part, part));
                a.parse::<u16>().unwrap()..=b.parse::<u16>().unwrap()
            })
            .collect()
    });
    (code, fields)
}
/// Findings by row, as the API tells them.
fn told(rows: &Value, place: &str) -> BTreeMap<String, Vec<(String, Vec<u16>)>> {
    let finding = |f: &Value| {
        let fields = f["fields"].as_array().into_iter().flatten();
        (f["code"].as_str().unwrap().to_owned(), fields.map(|n| n.to_string().parse().unwrap()).collect())
    };
    rows.as_array()
        .unwrap()
        .iter()
        .map(|r| (r[place].to_string(), r["findings"].as_array().unwrap().iter().map(finding).collect()))
        .collect()
}
/// Holds what the API told against expected.json.
fn compare(sample: &str, answer: &Value, rows: &Value, state: &str, whole: &Value) {
    let expected = &table("expected.json")[sample];
    assert_eq!(answer["file_result"], expected["file_result"], "{sample}");
    let states = |s: &str| rows.as_array().unwrap().iter().filter(|r| r[state] == s).count();
    let told = told(rows, "row");
    let codes = told.values().flatten().map(|f| f.0.as_str());
    let whole: Vec<&str> = whole.as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect();
    let warnings = codes.chain(whole.iter().copied()).filter(|c| c.starts_with("W-")).count();
    let counted = json!({ "accepted": states("accepted"), "review": states("review"), "rejected": states("rejected"),
                          "warnings": warnings });
    let expect = |key: &str| expected[key].as_u64().unwrap_or(0);
    let wanted = json!({ "accepted": expect("accepted"), "review": expect("review"), "rejected": expect("rejected"),
                         "warnings": expect("warnings") });
    assert_eq!(counted, wanted, "{sample}: {told:?}");
    if let Some(rows) = expected["rows"].as_object() {
        for (row, found) in &told {
            match rows.get(row).map(|t| expected_finding(t.as_str().unwrap())) {
                None => assert!(found.is_empty(), "{sample} row {row}: {found:?}"),
                Some((code, fields)) => {
                    assert!(found.iter().any(|f| f.0 == code), "{sample} row {row}: {code} in {found:?}");
                    assert!(
                        found.iter().all(|f| f.0 == code),
                        "{sample} row {row}: only {code} in {found:?}"
                    );
                    let all: Vec<u16> = found.iter().flat_map(|f| f.1.clone()).collect();
                    assert!(fields.is_none_or(|f| f == all), "{sample} row {row}: fields of {found:?}");
                }
            }
        }
    }
    let named = expected["file_warnings"].as_array().cloned().unwrap_or_default();
    let named: Vec<String> = named.iter().map(|t| expected_finding(t.as_str().unwrap()).0).collect();
    assert_eq!(whole, named, "{sample}");
}

/// Files the sample for real and as a dry run: both find what is expected, the dry run stores nothing.
fn sample(path: &str) -> World {
    let w = world_of(path);
    let employer = w.client("employer");
    let before = tables(&w);
    let dry = send(&w, &employer, path, true).expect(200);
    compare(path, &dry, &dry["records"], "disposition", &dry["findings"]);
    assert_eq!(tables(&w), before, "{path}: a dry run stores nothing");
    assert_eq!(dry["read_count"], dry["records"].as_array().unwrap().len());

    let receipt = send(&w, &employer, path, false).expect(202);
    compare(path, &receipt, &receipt["results"], "state", &receipt["findings"]);
    assert_eq!(
        told(&receipt["results"], "row"),
        told(&dry["records"], "row"),
        "{path}: the dry run finds the same"
    );
    let counts = &receipt["counts"];
    let expected = &table("expected.json")[path];
    for key in ["accepted", "review", "rejected", "warnings"] {
        assert_eq!(counts[key].as_u64(), Some(expected[key].as_u64().unwrap_or(0)), "{path}: {key}");
    }
    assert_eq!(entries(&w, "createNotificationFile").len(), 2, "one entry for each");
    w
}

#[test]
fn acquisitions_in_the_pension_layout() {
    let w = sample("01_shutoku_ok/SHFD0006.CSV");
    assert_eq!(count(&w, "select count(*) as n from strongroom.pending_number"), 2);
    assert_eq!(count(&w, "select count(*) as n from strongroom.raw_file"), 1);
}
#[test]
fn acquisitions_in_the_societys_layout() {
    sample("02_shutoku_kpfd_ok/KPFD0006.CSV");
}
#[test]
fn losses() {
    sample("03_soshitsu_ok/SHFD0006.CSV");
}
#[test]
fn changes_of_dependents() {
    let path = "04_idou_ok/SHFD0006.CSV";
    sample(path);
    let w = world_of(path);
    let dry = send(&w, &w.client("employer"), path, true).expect(200);
    let told: Vec<&Value> = dry["records"].as_array().unwrap().iter().map(|r| &r["consequences"]).collect();
    let line = |field: &str, after: &str| json!({ "subject": "dependent", "field": field, "after": after });
    assert_eq!(*told[0], json!([line("recognised_on", "2026-11-01"), line("recognised_on", "2026-11-01")]));
    assert_eq!(*told[1], json!([line("removed_on", "2026-10-01")]));
    let mut renamed = line("name", "試　文");
    renamed["before"] = json!("試　史");
    assert_eq!(*told[2], json!([renamed]));
}
#[test]
fn a_fault_in_every_row() {
    sample("08_shutoku_field_errors/SHFD0006.CSV");
}
#[test]
fn structure_and_characters() {
    sample("10_structure_and_charset/SHFD0006.CSV");
}
#[test]
fn a_file_in_the_wrong_encoding_leaves_its_receipt_only() {
    let path = "09_shutoku_utf8_bom/SHFD0006.CSV";
    let w = world_of(path);
    let employer = w.client("employer");
    let before = tables(&w);
    let dry = send(&w, &employer, path, true).refused(422, "E-ENCODING");
    assert!(dry.get("receipt_number").is_none());
    assert_eq!(tables(&w), before, "a dry run stores nothing");

    let refused = send(&w, &employer, path, false).refused(422, "E-ENCODING");
    let mut expected = before;
    *expected.get_mut("public.submission").unwrap() += 1;
    *expected.get_mut("public.idempotency").unwrap() += 1;
    assert_eq!(tables(&w), expected, "the receipt, its answer under the key, and nothing else");
    let again = send(&w, &employer, path, false);
    assert_eq!((again.status, again.header("idempotency-replayed")), (422, "true"));
    assert_eq!(again.body["receipt_number"], refused["receipt_number"], "a retry leaves no second receipt");
    let list = employer.get("/v1/submissions").expect(200);
    assert_eq!(list["items"][0]["receipt_number"], refused["receipt_number"]);
    assert_eq!(list["items"][0]["file_result"], "rejected");
    assert_eq!(list["items"][0]["read_count"], 0);
}
#[test]
fn regular_reports() {
    sample("05_santei_ok/SHFD0006.CSV");
}
#[test]
fn revision_reports() {
    sample("06_geppen_ok/SHFD0006.CSV");
}
#[test]
fn bonus_reports() {
    sample("07_shoyo_ok/SHFD0006.CSV");
}
