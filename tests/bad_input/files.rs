//! Bad notification files.
use super::{refused, refused_file};
use crate::{
    filing::{accept, count, decide, fresh_key, id},
    harness::{
        caller::{Caller, Response},
        race,
        world::World,
    },
};
use kenpo::cli::seed::fictitious_number;
use serde_json::{Value, json};

/// A sample as it lies there.
pub fn file(folder: &str, name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/samples/{folder}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}
/// Sends a file for the employer of the samples.
pub fn send(w: &World, by: &Caller, name: &str, bytes: &[u8]) -> Response {
    send_with(w, by, name, "", bytes)
}
fn send_with(w: &World, by: &Caller, name: &str, more: &str, bytes: &[u8]) -> Response {
    let path = format!(
        "/v1/notification-files?employer_id={}&file_name={name}&preparer_name=hanako{more}",
        w.employer
    );
    by.post(path).key(&fresh_key()).csv(bytes)
}
const NAME: &str = "SHFD0006.CSV";
/// Head of the first sample and its first row.
fn parts() -> (Vec<u8>, Vec<u8>) {
    let bytes = file("01_shutoku_ok", NAME);
    let start = bytes.windows(8).position(|w| w == b"2200700,").unwrap();
    let end = start + bytes[start..].windows(2).position(|w| w == b"\r\n").unwrap();
    (bytes[..start].to_vec(), bytes[start..end].to_vec())
}
fn with_rows(rows: &[Vec<u8>]) -> Vec<u8> {
    let (mut bytes, _) = parts();
    for row in rows {
        bytes.extend_from_slice(row);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}
/// The first row with its `n`-th field (from 1) replaced.
fn row_with(n: usize, value: &[u8]) -> Vec<u8> {
    let (_, row) = parts();
    let mut fields: Vec<&[u8]> = row.split(|b| *b == b',').collect();
    fields[n - 1] = value;
    fields.join(&b","[..])
}

#[test]
fn one_fault_in_the_only_row() {
    let w = World::new();
    let by = w.client("employer");
    let (_, row) = parts();
    let cut = row[..row.len() - 1].to_vec();
    let longer = [&row[..], &b","[..]].concat();
    let wrong =
        format!("{}{}", &fictitious_number(1)[..11], (fictitious_number(1).as_bytes()[11] - b'0' + 1) % 10);
    for (code, fields, row) in [
        ("E-ENCODING", json!([8]), row_with(8, b"\x8c\xa9\x96\x7b\x98")),
        ("E-ENCODING", json!([8]), row_with(8, b"\x8c\xa9\xff\x7b")),
        ("E-GAIJI", json!([8]), row_with(8, b"\xf0\x40")),
        ("E-CHARSET-HALFKANA", json!([7]), row_with(7, b"\x83\x7e\x83\x7a")),
        ("E-CHARSET-HALFKANA", json!([7]), row_with(7, b"MIHON ICHIRO")),
        ("E-NAME-SEPARATOR", json!([7]), row_with(7, b"\xd0\xce\xdd")),
        ("E-KANA-STRAY-DAKUTEN", json!([7]), row_with(7, b"\xc5\xde \xb1")),
        ("E-FIELD-COUNT", Value::Null, cut),
        ("E-FIELD-COUNT", Value::Null, longer),
        ("E-FORM-CODE", json!([1]), row_with(1, b"9999999")),
        ("E-FORM-CODE", json!([1]), row_with(1, b"22007001")),
        ("E-FIELD-COUNT", Value::Null, row_with(1, b"2225700")),
        ("E-OFFICE-MISMATCH", Value::Null, row_with(4, b"\xb1")),
        ("E-DATE-NOT-REAL", json!([9, 10]), row_with(10, b"021301")),
        ("E-DATE-NOT-REAL", json!([18, 19]), row_with(19, b"080230")),
        ("E-DATE-NOT-REAL", json!([9, 10]), row_with(10, b"000101")),
        ("E-CODE", json!([9]), row_with(9, b"4")),
        ("E-FUTURE-DATE", json!([18, 19]), row_with(19, b"081123")),
        ("E-MYNUMBER-CHECK-DIGIT", json!([13]), row_with(13, wrong.as_bytes())),
        ("E-NUMBER-IN-TEXT", json!([28]), row_with(28, fictitious_number(5).as_bytes())),
    ] {
        let p = refused_file(&w, (422, "file-rejected"), || send(&w, &by, NAME, &with_rows(&[row])));
        let error = &p["errors"][0];
        assert_eq!((&error["code"], &error["row"]), (&json!(code), &json!(1)), "{p}");
        assert!(fields.is_null() || error["fields"] == fields, "{code}: {p}");
        for n in [1, 5] {
            assert!(!p.to_string().contains(&fictitious_number(n)[..11]), "not echoed");
        }
    }
}
#[test]
fn a_file_that_is_no_such_file() {
    let w = World::new();
    let by = w.client("employer");
    let (head, row) = parts();
    let good = with_rows(std::slice::from_ref(&row));
    let utf8 = {
        let mut text = b"\xef\xbb\xbf".to_vec();
        text.extend_from_slice(&good);
        text
    };
    let own = |from: &[u8], to: &[u8]| {
        let at = good.windows(from.len()).position(|w| w == from).unwrap();
        [&good[..at], to, &good[at + from.len()..]].concat()
    };
    for (code, name, bytes) in [
        ("E-ENCODING", NAME, utf8),
        ("E-ENCODING", NAME, "21,97,アオイ,001,20261120,22223\r\n[kanri]\r\n".repeat(3).into_bytes()),
        ("E-HEADER", NAME, b"hello\r\n".to_vec()),
        ("E-HEADER", "KPFD0006.CSV", good.clone()),
        ("E-HEADER", NAME, own(b"[kanri]", b"[kanry]")),
        ("E-HEADER", NAME, own(b"20261120", b"20261320")),
        ("E-COUNT", NAME, own(b",001\r\n21", b",002\r\n21")),
        ("E-COUNT", NAME, head),
        ("E-OFFICE-MISMATCH", NAME, own(b"21,97,\xb1\xb5\xb2,90001,999", b"21,97,\xb1\xb5\xb2,90002,999")),
    ] {
        println!("{code}");
        refused_file(&w, (422, code), || send(&w, &by, name, &bytes));
    }
    refused(&w, (422, "invalid"), || send(&w, &by, "", &good));
    refused(&w, (422, "invalid"), || send(&w, &by, "x".repeat(21).as_str(), &good));
    refused(&w, (422, "E-COUNT"), || send_with(&w, &by, NAME, "&declared_count=2", &good));
    refused(&w, (422, "invalid"), || send_with(&w, &by, NAME, "&surprise=1", &good));
    refused(&w, (404, "not-found"), || send(&w, &w.client("other-employer"), NAME, &good));
    refused(&w, (415, "unsupported-media-type"), || {
        let path = format!(
            "/v1/notification-files?employer_id={}&file_name={NAME}&preparer_name=hanako",
            w.employer
        );
        by.post(path).key(&fresh_key()).header("content-type", "application/octet-stream").send(&good)
    });
    send(&w, &by, NAME, &good).expect(202);
}
#[test]
fn another_office_and_a_layout_that_is_not_taken() {
    let w = World::new();
    let other = w.client("other-employer");
    let good = file("01_shutoku_ok", NAME);
    let path = |query: &str| {
        format!(
            "/v1/notification-files?employer_id={}&preparer_name=jiro&file_name={query}",
            w.other_employer
        )
    };
    let of_file = |fields: Value| json!([4, fields]);
    let place = |p: &Value| json!([p["errors"][0]["row"], p["errors"][0]["fields"]]);
    let mismatch = (422, "E-OFFICE-MISMATCH");
    let told = refused_file(&w, mismatch, || other.post(path(NAME)).key(&fresh_key()).csv(&good));
    assert_eq!(place(&told), of_file(json!([2, 3, 4])), "where the office's own record differs");
    let theirs = file("02_shutoku_kpfd_ok", "KPFD0006.CSV");
    let told = refused_file(&w, mismatch, || other.post(path("KPFD0006.CSV")).key(&fresh_key()).csv(&theirs));
    assert_eq!(place(&told), of_file(json!([1])));
    crate::filing::run(&w, "update employer_record set superseded_at = now() where society_number = '0123'");
    crate::filing::run(
        &w,
        "insert into employer_record select gen_random_uuid(), employer_id, valid_from, valid_to, symbol, society_number, \
         prefecture_code, district_code, office_symbol, office_number, name, name_kana, postal_code, address, owner_name, phone, \
         false, early_filing_days, recorded_at, recorded_by, null from employer_record where society_number = '0123'",
    );
    let own = w.client("employer");
    refused_file(&w, (422, "layout-not-accepted"), || send(&w, &own, NAME, &good));
    send(&w, &own, "KPFD0006.CSV", &theirs).expect(202);
}
#[test]
fn the_same_file_twice_and_another_under_its_number() {
    let w = World::new();
    let by = w.client("employer");
    let good = file("01_shutoku_ok", NAME);
    send(&w, &by, NAME, &good).expect(202);
    refused_file(&w, (422, "E-DUPLICATE-FILE"), || send(&w, &by, NAME, &good));
    refused(&w, (422, "E-DUPLICATE-FILE"), || send_with(&w, &by, NAME, "&validate_only=true", &good));
    // the medium's number of the same day, with other rows
    let (_, row) = parts();
    let other = with_rows(&[[
        &b"2200700,21,97,\xb1\xb5\xb2,90001,77"[..],
        &row[b"2200700,21,97,___,90001,1".len()..],
    ]
    .concat()]);
    refused_file(&w, (422, "E-DUPLICATE-FILE"), || send(&w, &by, NAME, &other));
    assert_eq!(count(&w, "select count(*) as n from notification"), 3);
    // the same people under a new number of the medium
    let at = good.windows(5).position(|w| w == b",001,").unwrap();
    let renumbered = [&good[..at], b",002,", &good[at + 5..]].concat();
    let p = refused_file(&w, (422, "file-rejected"), || send(&w, &by, NAME, &renumbered));
    let places: Vec<(&Value, &Value)> =
        p["errors"].as_array().unwrap().iter().map(|e| (&e["code"], &e["fields"])).collect();
    assert_eq!(places, vec![(&json!("E-DUPLICATE-PENDING"), &json!([6])); 3]);
}
#[test]
fn the_same_file_twice_at_once_is_taken_once() {
    let w = World::new();
    let by = w.client("employer");
    let good = file("01_shutoku_ok", NAME);
    let mut answers: Vec<(u16, String)> = race::at_once((0..2).map(|_| || send(&w, &by, NAME, &good)))
        .into_iter()
        .map(|r| (r.status, r.body["code"].as_str().unwrap_or_default().to_owned()))
        .collect();
    answers.sort();
    assert_eq!(answers, [(202, String::new()), (422, "E-DUPLICATE-FILE".to_owned())]);
    assert_eq!(count(&w, "select count(*) as n from notification"), 3);
    assert_eq!(count(&w, "select count(*) as n from strongroom.pending_number"), 2);
    assert_eq!(count(&w, "select count(*) as n from strongroom.raw_file"), 1);
}
/// The bytes with the first `from` of them replaced.
fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|w| w == from).unwrap();
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}
#[test]
fn two_files_at_once_that_name_the_same_people_have_one_effect_each_person() {
    let w = World::new();
    let by = w.client("employer");
    let first = file("01_shutoku_ok", NAME);
    let second = replaced(&first, b",001,", b",002,");
    let (one, other) = race::both(|| send(&w, &by, NAME, &first), || send(&w, &by, NAME, &second));
    let mut answers = [one, other].map(|r| (r.status, r.body));
    answers.sort_by_key(|a| a.0);
    assert_eq!((answers[0].0, answers[1].0), (202, 422), "{answers:?}");
    let errors = answers[1].1["errors"].as_array().unwrap();
    assert_eq!(errors.iter().map(|e| &e["code"]).collect::<Vec<_>>(), vec!["E-DUPLICATE-PENDING"; 3]);
    assert_eq!(count(&w, "select count(*) as n from notification"), 3);
    assert_eq!(count(&w, "select count(*) as n from strongroom.pending_number"), 2);
    assert_eq!(count(&w, "select count(*) as n from strongroom.raw_file"), 1);
    // decided, each is one member; the third waits for the loss of the same day
    let staff = w.staff("privileged");
    for result in &answers[0].1["results"].as_array().unwrap()[..2] {
        decide(&staff, id(&result["notification_id"]), &accept()).expect(200);
    }
    assert_eq!(count(&w, "select count(*) as n from enrolment where superseded_at is null"), 2);
    assert_eq!(count(&w, "select count(*) as n from person"), 2);
}
#[test]
fn a_file_does_not_reach_another_employers_member() {
    let w = World::new();
    let (own, other) = (w.client("employer"), w.client("other-employer"));
    w.member("1", "ミホン　イチロウ", "見本　一郎", "1990-04-15");
    let losses = file("03_soshitsu_ok", NAME);
    let start = losses.windows(8).position(|w| w == b"2201700,").unwrap();
    let end = start + losses[start..].windows(2).position(|w| w == b"\r\n").unwrap();
    // the member, by a file of the other employer; and somebody who does not exist
    let theirs = |media: &str, kana: &[u8]| {
        let head = format!(
            "1001,{media},20261120,,,,,\r\n[kanri]\r\n,001\r\n1001,999,0001,K,K,K,03,0000,0001\r\n[data]\r\n"
        );
        let row = replaced(&losses[start..end], b"\xd0\xce\xdd \xb2\xc1\xdb\xb3", kana);
        let row = replaced(&row, b"21,97,\xb1\xb5\xb2,90001", b"21,98,K01,91001");
        [head.as_bytes(), &row, b",1001,,\r\n"].concat()
    };
    let path = |dry: &str| {
        format!(
            "/v1/notification-files?employer_id={}&file_name=KPFD0006.CSV&preparer_name=jiro{dry}",
            w.other_employer
        )
    };
    let told = |media: &str, kana: &[u8]| {
        let bytes = theirs(media, kana);
        refused_file(&w, (422, "file-rejected"), || other.post(path("")).key(&fresh_key()).csv(&bytes))
    };
    let member = told("001", b"\xd0\xce\xdd \xb2\xc1\xdb\xb3");
    let nobody = told("002", b"\xc0\xde\xda\xc3\xde\xd3 \xc5\xb2");
    assert_eq!(member["errors"][0]["code"], "E-PERSON-NOT-FOUND", "{member}");
    assert_eq!(member["errors"], nobody["errors"], "the same answer as for nobody");
    let dry = |kana: &[u8]| {
        let run = other.post(path("&validate_only=true")).csv(&theirs("003", kana)).expect(200);
        run["records"].clone()
    };
    assert_eq!(dry(b"\xd0\xce\xdd \xb2\xc1\xdb\xb3"), dry(b"\xc0\xde\xda\xc3\xde\xd3 \xc5\xb2"));
    // in the file of its own employer that row is taken
    let row = [&losses[..end], b"\r\n"].concat();
    assert_eq!(send(&w, &own, NAME, &row).expect(202)["file_result"], "accepted");
}
#[test]
fn of_a_file_with_a_refused_row_only_what_was_taken_is_kept() {
    let w = World::new();
    let by = w.client("employer");
    let (_, row) = parts();
    // another person, whose row carries a number in its place and one fault elsewhere
    let refused = row_with(19, b"080230");
    let refused = replaced(&refused, b",90001,1,", b",90001,8,");
    let refused = replaced(&refused, fictitious_number(1).as_bytes(), fictitious_number(5).as_bytes());
    let receipt = send(&w, &by, NAME, &with_rows(&[row, refused])).expect(202);
    assert_eq!(receipt["file_result"], "partially_accepted", "{receipt}");
    assert_eq!(receipt["results"][1]["findings"][0]["code"], "E-DATE-NOT-REAL");
    assert_eq!(
        count(&w, "select count(*) as n from strongroom.pending_number"),
        1,
        "of the row that was taken"
    );
    assert_eq!(count(&w, "select count(*) as n from strongroom.raw_file"), 0, "a refused row stood in it");
    let kept = "select count(*) as n from notification n where n.row_number = 2 \
                and (n.form is not null or n.person_id is not null)";
    assert_eq!(count(&w, kept), 0);
    for n in [1, 5] {
        super::numbers::is_nowhere(&w, &fictitious_number(n));
    }
    // without such a row the whole of it is kept, sealed
    let other = replaced(&file("02_shutoku_kpfd_ok", "KPFD0006.CSV"), b",90001,1,", b",90001,21,");
    let whole = send(
        &w,
        &by,
        "KPFD0006.CSV",
        &replaced(&other, fictitious_number(1).as_bytes(), fictitious_number(21).as_bytes()),
    );
    assert_eq!(whole.expect(202)["file_result"], "accepted");
    assert_eq!(count(&w, "select count(*) as n from strongroom.raw_file"), 1);
}
#[test]
fn a_file_of_four_and_a_half_megabytes_is_too_large() {
    let w = World::new();
    let by = w.client("employer");
    let (_, row) = parts();
    let mut bytes = with_rows(&[row]);
    // what follows the last record is told and passed over
    bytes.resize(4_499_999, 0x1a);
    send(&w, &by, NAME, &bytes).expect(202);
    bytes.push(0x1a);
    assert_eq!(bytes.len(), 4_500_000);
    refused(&w, (413, "too-large"), || send(&w, &by, NAME, &bytes));
    bytes.resize(9_000_000, 0x1a);
    refused(&w, (413, "too-large"), || send(&w, &by, NAME, &bytes));
}
