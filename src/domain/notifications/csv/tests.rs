//! The sample files give what samples/expected.json says, and valid rows read back.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use chrono::{Datelike, NaiveDate};
use encoding_rs::SHIFT_JIS;
use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::domain::notifications::kinds::Form;
use crate::domain::notifications::numbers::Slot;
use crate::values::personal_number::{check_digit, contains_number_run};
use crate::values::wareki::to_era_date;

const EXPECTED: &str = include_str!("../../../../samples/expected.json");

pub(super) const SHUTOKU: &[u8] = include_bytes!("../../../../samples/01_shutoku_ok/SHFD0006.CSV");
pub(super) const KPFD: &[u8] = include_bytes!("../../../../samples/02_shutoku_kpfd_ok/KPFD0006.CSV");
pub(super) const SOSHITSU: &[u8] = include_bytes!("../../../../samples/03_soshitsu_ok/SHFD0006.CSV");
pub(super) const IDOU: &[u8] = include_bytes!("../../../../samples/04_idou_ok/SHFD0006.CSV");
pub(super) const ERRORS: &[u8] = include_bytes!("../../../../samples/08_shutoku_field_errors/SHFD0006.CSV");
pub(super) const CHARSET: &[u8] = include_bytes!("../../../../samples/10_structure_and_charset/SHFD0006.CSV");

const SAMPLES: [(&str, &[u8]); 10] = [
    ("01_shutoku_ok/SHFD0006.CSV", SHUTOKU),
    ("02_shutoku_kpfd_ok/KPFD0006.CSV", KPFD),
    ("03_soshitsu_ok/SHFD0006.CSV", SOSHITSU),
    ("04_idou_ok/SHFD0006.CSV", IDOU),
    ("05_santei_ok/SHFD0006.CSV", include_bytes!("../../../../samples/05_santei_ok/SHFD0006.CSV")),
    ("06_geppen_ok/SHFD0006.CSV", include_bytes!("../../../../samples/06_geppen_ok/SHFD0006.CSV")),
    ("07_shoyo_ok/SHFD0006.CSV", include_bytes!("../../../../samples/07_shoyo_ok/SHFD0006.CSV")),
    ("08_shutoku_field_errors/SHFD0006.CSV", ERRORS),
    (
        "09_shutoku_utf8_bom/SHFD0006.CSV",
        include_bytes!("../../../../samples/09_shutoku_utf8_bom/SHFD0006.CSV"),
    ),
    ("10_structure_and_charset/SHFD0006.CSV", CHARSET),
];

pub(super) fn settings() -> RuleSettings {
    RuleSettings::on("2026-11-22".parse().unwrap())
}

/// A file like sample 01 with other data rows, given as texts.
pub(super) fn shfd(rows: &[Vec<String>]) -> Vec<u8> {
    let mut bytes = head(SHUTOKU);
    for row in rows {
        let text = row.join(",");
        let (encoded, _, unmappable) = SHIFT_JIS.encode(&text);
        assert!(!unmappable);
        bytes.extend_from_slice(&encoded);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes
}

/// The five header lines of a sample.
pub(super) fn head(sample: &[u8]) -> Vec<u8> {
    let mark = b"[data]\r\n";
    let end = sample.windows(mark.len()).position(|window| window == mark).unwrap() + mark.len();
    sample[..end].to_vec()
}

/// The fields of a data row of a sample, from 1.
pub(super) fn fields(sample: &[u8], row: usize) -> Vec<String> {
    let (text, _) = SHIFT_JIS.decode_without_bom_handling(sample);
    text.split("\r\n").nth(4 + row).unwrap().split(',').map(str::to_owned).collect()
}

/// The same row with some fields, numbered from 1, set anew.
pub(super) fn with(mut row: Vec<String>, changes: &[(usize, &str)]) -> Vec<String> {
    for (no, text) in changes {
        row[no - 1] = (*text).to_owned();
    }
    row
}

/// The codes of a row with the places that the expectation names.
pub(super) fn codes(row: &ParsedRow) -> Vec<(&'static str, Vec<u16>)> {
    row.findings.iter().map(|found| (found.code.as_str(), found.fields.clone())).collect()
}

/// A test number from the block of invented ones.
pub(super) fn number(index: u32) -> String {
    let eleven = format!("99990000{index:03}");
    let digit = check_digit(eleven.as_bytes().try_into().unwrap());
    format!("{eleven}{}", char::from(digit))
}

/// `E-CODE(9,10)`, `E-CODE(29-31)`, `E-CODE(row1)`, `E-CODE (words)`: code, fields, other row.
fn expectation(text: &str) -> (String, Option<Vec<u16>>, Option<u32>) {
    let (code, rest) = text.split_at(text.find(['(', ' ']).unwrap_or(text.len()));
    let inner = rest.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')).unwrap_or_default();
    if let Some(row) = inner.strip_prefix("row") {
        return (code.to_owned(), None, Some(row.parse().unwrap()));
    }
    let range = |part: &str| -> Option<Vec<u16>> {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        Some((first.parse().ok()?..=last.parse().ok()?).collect())
    };
    let fields: Option<Vec<Vec<u16>>> = inner.split(',').map(range).collect();
    (code.to_owned(), fields.map(|fields| fields.concat()), None)
}

fn check_rows(name: &str, file: &ParsedFile, expected: &Value) {
    let Some(rows) = expected.get("rows") else { return };
    for row in &file.rows {
        let found = codes(row);
        let Some(text) = rows.get(row.row.to_string()).and_then(Value::as_str) else {
            assert_eq!(found, [], "{name} row {}", row.row);
            continue;
        };
        let (code, fields, other_row) = expectation(text);
        assert_eq!(found.len(), 1, "{name} row {}: {found:?}", row.row);
        assert_eq!(found[0].0, code, "{name} row {}", row.row);
        assert_eq!(row.findings[0].other_row, other_row, "{name} row {}", row.row);
        if let Some(fields) = fields {
            assert_eq!(found[0].1, fields, "{name} row {}", row.row);
        }
    }
}

#[test]
fn samples_give_what_is_expected() {
    let expected: Value = serde_json::from_str(EXPECTED).unwrap();
    for (name, bytes) in SAMPLES {
        let expected = &expected[name];
        assert_eq!(bytes.len(), usize::try_from(expected["bytes"].as_u64().unwrap()).unwrap(), "{name}");
        let read = parse_file(bytes, name.rsplit('/').next(), &settings());
        if let Some(error) = expected["file_error"].as_str() {
            assert_eq!(read.unwrap_err().code.as_str(), expectation(error).0, "{name}");
            continue;
        }
        let file = read.unwrap();
        let count = |key: &str| expected[key].as_u64().map_or(0, |count| usize::try_from(count).unwrap());
        assert_eq!(file.profile.as_str(), expected["profile"], "{name}");
        let result = serde_json::to_value(file.result()).unwrap();
        assert_eq!(result, expected["file_result"], "{name}");
        assert_eq!(file.count(Disposition::Accepted), count("accepted"), "{name}");
        assert_eq!(file.count(Disposition::Review), count("review"), "{name}");
        assert_eq!(file.count(Disposition::Rejected), count("rejected"), "{name}");
        assert_eq!(file.warnings(), count("warnings"), "{name}");
        let named = expected["file_warnings"].as_array().cloned().unwrap_or_default();
        let named: Vec<String> = named.iter().map(|text| expectation(text.as_str().unwrap()).0).collect();
        assert_eq!(
            file.findings.iter().map(|found| found.code.as_str()).collect::<Vec<_>>(),
            named,
            "{name}"
        );
        check_rows(name, &file, expected);
    }
}

#[test]
fn a_sample_becomes_forms_and_cut_numbers() {
    let file = parse_file(SHUTOKU, None, &settings()).unwrap();
    assert_eq!((file.media_sequence, file.made_on.to_string()), (1, "2026-11-20".to_owned()));
    assert_eq!(file.office.pension.as_ref().unwrap().symbol, "ｱｵｲ");
    let Some(Form::QualificationAcquisition(form)) = &file.rows[0].form else { panic!("no acquisition") };
    assert_eq!(form.name_kana, "ミホン　イチロウ");
    assert_eq!(form.name_kana_raw.as_deref(), Some("ﾐﾎﾝ ｲﾁﾛｳ"));
    assert_eq!(form.name.as_deref(), Some("見本　一郎"));
    assert_eq!((form.birth_on.to_string(), form.total_yen), ("1990-04-15".to_owned(), 300_000));
    assert_eq!(file.rows[0].numbers[0].0, Slot::Insured);
    assert!(file.rows[1].numbers.is_empty());
    assert_eq!(codes(&file.rows[2]), [("W-SAME-DAY-LOSS", vec![27])]);

    let file = parse_file(IDOU, None, &settings()).unwrap();
    assert_eq!(codes(&file.rows[0]), [("W-MYNUMBER-MISSING", vec![78])]);
    assert_eq!(codes(&file.rows[1]), [("W-LATE-NOTICE", vec![97, 98])]);
    let Some(Form::DependentChange(form)) = &file.rows[0].form else { panic!("no change") };
    assert_eq!(form.others[0].name_kana, "ミホン　ハル");
    assert_eq!(form.spouse.as_ref().unwrap().phone.as_deref(), Some("090-0000-0002"));
    let slots: Vec<Slot> = file.rows[0].numbers.iter().map(|(slot, _)| *slot).collect();
    assert_eq!(slots, [Slot::Insured, Slot::Spouse]);
    let json = serde_json::to_value(&file.rows[0].form).unwrap();
    assert_eq!(json["kind"], "dependent_change");
    assert_eq!(serde_json::from_value::<Option<Form>>(json).unwrap(), file.rows[0].form);
}

#[test]
fn debug_output_holds_no_number() {
    for (name, bytes) in SAMPLES {
        let Ok(file) = parse_file(bytes, None, &settings()) else { continue };
        let shown = format!("{file:?}");
        assert!(!contains_number_run(&shown), "{name}");
        assert!(!shown.contains("99990000"), "{name}");
        // 基礎年金番号 of sample 01 is dropped.
        assert!(!shown.contains("900002"), "{name}");
    }
}

/// A day as era and YYMMDD.
fn era(day: NaiveDate) -> [String; 2] {
    let (era, text) = to_era_date(day).unwrap();
    [era.file_code().to_owned(), text]
}

prop_compose! {
    fn acquisition()(
        kana in "[ｱｶﾅﾏﾔ]{1,5}(ｶﾞ|ﾊﾟ)? [ｲｷｼﾁﾆ]{1,5}",
        name in "[一二三山川田表]{1,4}　[太郎花子ソ]{1,4}",
        birth in 715_000i32..732_000,
        days in 0i32..300,
        cash in 1_000u32..2_000_000,
        kind in 0u32..50_000,
        with_number in any::<bool>(),
        flags in "1?",
    ) -> (Vec<String>, NaiveDate, NaiveDate) {
        let birth = NaiveDate::from_num_days_from_ce_opt(birth).unwrap();
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let acquired = NaiveDate::from_num_days_from_ce_opt(today.num_days_from_ce() - days).unwrap();
        let mut row = fields(SHUTOKU, if with_number { 1 } else { 2 });
        let [birth_era, birth_text] = era(birth);
        let [era, text] = era(acquired);
        row[6..10].clone_from_slice(&[kana, name, birth_era, birth_text]);
        row[17..19].clone_from_slice(&[era, text]);
        row[20..23].clone_from_slice(&[cash.to_string(), kind.to_string(), (cash + kind).to_string()]);
        row[25] = flags;
        (row, birth, acquired)
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn valid_rows_are_accepted_and_read_the_same_twice(rows in prop::collection::vec(acquisition(), 1..6)) {
        let numbered: Vec<Vec<String>> = rows.iter().zip(1u32..).map(|((row, ..), index)| {
            let number = if row[12].is_empty() { String::new() } else { number(index) };
            with(row.clone(), &[(6, &index.to_string()), (13, &number)])
        }).collect();
        let bytes = shfd(&numbered);
        let file = parse_file(&bytes, None, &settings()).unwrap();
        for (row, (_, birth, acquired)) in file.rows.iter().zip(&rows) {
            prop_assert_eq!(row.disposition, Disposition::Accepted, "{:?}", row);
            let Some(Form::QualificationAcquisition(form)) = &row.form else { panic!("no acquisition") };
            prop_assert_eq!((form.birth_on, form.acquired_on), (*birth, *acquired));
        }
        let again = parse_file(&bytes, None, &settings()).unwrap();
        prop_assert_eq!(format!("{:?}", file), format!("{:?}", again));
        for row in &file.rows {
            let json = serde_json::to_string(&row.form).unwrap();
            prop_assert_eq!(&serde_json::from_str::<Option<Form>>(&json).unwrap(), &row.form);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic_and_never_pass(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        if let Ok(file) = parse_file(&bytes, None, &settings()) {
            prop_assert_eq!(file.result(), FileResult::Rejected);
        }
        let mut body = head(SHUTOKU);
        body.extend_from_slice(&bytes);
        if let Ok(file) = parse_file(&body, None, &settings()) {
            prop_assert_eq!(file.count(Disposition::Rejected), file.rows.len());
        }
    }

    #[test]
    fn a_changed_byte_never_panics_nor_shows_a_number(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        for sample in [SHUTOKU, KPFD, SOSHITSU, IDOU] {
            let mut bytes = sample.to_vec();
            let place = at.index(bytes.len());
            bytes[place] = byte;
            if let Ok(file) = parse_file(&bytes, None, &settings()) {
                let shown = format!("{:?}", file);
                prop_assert!(!shown.contains("99990000"));
            }
        }
    }
}
