//! Bytes and records that real files get wrong, one by one.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use super::tests::{
    CHARSET, ERRORS, IDOU, KPFD, SHUTOKU, SOSHITSU, codes, fields, head, number, settings, shfd, with,
};
use super::*;
use crate::domain::notifications::rules::{CharacterMode, EraMode};

/// Code, line and fields of a refused file.
type Refusal = (&'static str, Option<u32>, Vec<u16>);

/// A sample, its row, changes, and the code and fields that these give.
type FieldCase<'a> = (&'a [u8], usize, Changes<'a>, &'a str, &'a [u16]);

/// Field numbers and their new texts.
type Changes<'a> = &'a [(usize, &'a str)];

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).expect("the bytes to replace");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

fn everywhere(bytes: &[u8], from: &str, to: &str) -> Vec<u8> {
    let chars: String = bytes.iter().map(|byte| char::from(*byte)).collect();
    chars.replace(from, to).chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect()
}

fn refused(bytes: &[u8], file_name: Option<&str>) -> Refusal {
    let error = parse_file(bytes, file_name, &settings()).unwrap_err();
    (error.code.as_str(), error.line, error.fields)
}

fn read(bytes: &[u8]) -> ParsedFile {
    parse_file(bytes, None, &settings()).unwrap()
}

fn file_codes(file: &ParsedFile) -> Vec<&'static str> {
    file.findings.iter().map(|found| found.code.as_str()).collect()
}

/// The one row with raw bytes in place of 備考 (field 28).
fn with_remarks(raw: &[u8]) -> ParsedRow {
    let bytes = replaced(&shfd(&[with(fields(SHUTOKU, 1), &[(28, "@@@")])]), b"@@@", raw);
    read(&bytes).rows.remove(0)
}

#[test]
fn size_is_bounded() {
    let mut bytes = SHUTOKU.to_vec();
    bytes.resize(FILE_TOO_LARGE - 1, b'\n');
    assert_eq!(read(&bytes).rows.len(), 3);
    bytes.push(b'\n');
    assert_eq!(refused(&bytes, None), ("E-LENGTH", None, vec![]));
    assert_eq!(refused(b"", None).0, "E-LINE-END");
}

#[test]
fn other_encodings_are_refused_first() {
    let (utf8, _) = encoding_rs::SHIFT_JIS.decode_without_bom_handling(SHUTOKU);
    assert_eq!(refused(utf8.as_bytes(), None).0, "E-ENCODING");
    for mark in [b"\xef\xbb\xbf".as_slice(), b"\xff\xfe", b"\xfe\xff"] {
        assert_eq!(refused(&[mark, SHUTOKU].concat(), None), ("E-ENCODING", None, vec![]));
    }
}

#[test]
fn every_line_end_is_taken_and_none_is_not() {
    for end in ["\n", "\r"] {
        let file = read(&everywhere(SHUTOKU, "\r\n", end));
        assert_eq!((file.rows.len(), file_codes(&file)), (3, vec!["W-LINE-END"]), "{end:?}");
    }
    assert_eq!(refused(&everywhere(SHUTOKU, "\r\n", ""), None).0, "E-LINE-END");
    let unended = read(&SHUTOKU[..SHUTOKU.len() - 2]);
    assert_eq!((unended.rows.len(), file_codes(&unended)), (3, vec![]));
}

#[test]
fn tails_are_warned_of_and_blank_lines_within_are_rows() {
    for tail in [b"\x1a".as_slice(), b"\r\n", b"\r\n\x1a", b"\r\n\r\n"] {
        let file = read(&[SHUTOKU, tail].concat());
        assert_eq!((file.rows.len(), file_codes(&file)), (3, vec!["W-TRAILING"]), "{tail:?}");
    }
    let row = fields(SHUTOKU, 1);
    let file = read(&shfd(&[vec![String::new()], row]));
    assert_eq!(codes(&file.rows[0]), [("E-FORM-CODE", vec![1])]);
    assert_eq!(
        (file.rows[1].row, file.rows[1].line, file.rows[1].disposition),
        (2, 7, Disposition::Accepted)
    );
    assert_eq!(refused(&head(SHUTOKU), None).0, "E-COUNT");
}

#[test]
fn header_records_are_checked_field_by_field() {
    let cases: [(&[u8], &[u8], Refusal); 11] = [
        (b"[kanri]", b"[kanri ]", ("E-HEADER", Some(2), vec![])),
        (b"[data]", b"[DATA]", ("E-HEADER", Some(5), vec![])),
        (b",001,20261120,22223", b",000,20261120,22223", ("E-HEADER", Some(1), vec![4])),
        (b",001,20261120,22223", b",001,20261320,22223", ("E-HEADER", Some(1), vec![5])),
        (b",001,20261120,22223", b",001,20261120,22224", ("E-HEADER", Some(1), vec![6])),
        (b"21,97,", b"", ("E-HEADER", Some(1), vec![])),
        (b"21,97,", b",", ("E-HEADER", Some(1), vec![])),
        (b",001\r\n", b",002\r\n", ("E-COUNT", Some(3), vec![2])),
        (b"21,97,", b"21,98,", ("E-OFFICE-MISMATCH", Some(1), vec![1, 2, 3])),
        (b",90001,999,", b",00000,999,", ("E-HEADER", Some(4), vec![4])),
        (b",90001,999,", b",90001,99a,", ("E-HEADER", Some(4), vec![5])),
    ];
    for (from, to, expected) in cases {
        assert_eq!(refused(&replaced(SHUTOKU, from, to), None), expected, "{to:?}");
    }
    let consultant = replaced(SHUTOKU, b"21,97,\xb1\xb5\xb2,001", b",,7777,001");
    assert_eq!(read(&consultant).rows.len(), 3);
    for count in [b",1\r\n".as_slice(), b",01\r\n"] {
        assert_eq!(read(&replaced(SHUTOKU, b",001\r\n", count)).rows.len(), 3);
    }
    let gaiji = replaced(SHUTOKU, b",90001,999,0001,", b",90001,999,0001,\xf0\x40");
    assert_eq!(refused(&gaiji, None), ("E-GAIJI", Some(4), vec![7]));
    assert_eq!(refused(b"a\r\n", None).0, "E-HEADER");
}

#[test]
fn file_names_must_agree_with_the_records() {
    assert_eq!(refused(SHUTOKU, Some("KPFD0006.CSV")).0, "E-HEADER");
    assert_eq!(refused(KPFD, Some("SHFD0006.CSV")).0, "E-HEADER");
    assert_eq!(refused(SHUTOKU, Some("KNFD0006.CSV")).0, "E-FORM-NOT-ACCEPTED");
    for name in ["SHFD0006.CSV", "shfd0006.csv", "anything.csv"] {
        assert!(parse_file(SHUTOKU, Some(name), &settings()).is_ok(), "{name}");
    }
}

#[test]
fn legacy_and_unknown_forms_are_told_apart() {
    let row = fields(SHUTOKU, 1);
    let code = |text: &str| read(&shfd(&[with(row.clone(), &[(1, text)])])).rows.remove(0);
    assert_eq!(code("22257041").findings[0].code, Code::FormCodeLegacy);
    assert_eq!(code("2200701").findings[0].code, Code::FormCode);
    let hidden = code(&number(1));
    assert_eq!((hidden.form_code, codes(&hidden)), (None, vec![("E-FORM-CODE", vec![1])]));
    let idou_in_kpfd = [head(KPFD), IDOU[head(IDOU).len()..].to_vec()].concat();
    assert_eq!(codes(&read(&idou_in_kpfd).rows[0]), [("E-FORM-NOT-ACCEPTED", vec![1])]);
}

#[test]
fn characters_are_judged_by_their_bytes() {
    let refused: [(&[u8], &str); 10] = [
        (b"\xf0\x40", "E-GAIJI"),
        (b"\xf9\xfc", "E-GAIJI"),
        (b"\x98", "E-ENCODING"),
        (b"\x98\x20", "E-ENCODING"),
        (b"\x80", "E-ENCODING"),
        (b"\xa0", "E-ENCODING"),
        (b"\xfd", "E-ENCODING"),
        (b"\x81\xad", "E-ENCODING"),
        (b"\x85\x40", "E-ENCODING"),
        (b"a\x1ab", "E-ENCODING"),
    ];
    for (raw, code) in refused {
        assert_eq!(codes(&with_remarks(raw)), [(code, vec![28])], "{raw:x?}");
    }
    // 表 and ソ end in 0x5C, ー in 0x5B: the trail byte is no backslash, and nothing is split there.
    let row = with_remarks(b"\x95\x5c\x83\x5c\x81\x5b\\~");
    assert_eq!((codes(&row), row.disposition), (vec![], Disposition::Accepted));
    for raw in [b"\xfb\xfc".as_slice(), b"\xed\x95", b"\xfa\xb1", b"\x87\x40"] {
        let row = with_remarks(raw);
        assert_eq!(codes(&row), [("W-CHAR-OUTSIDE-JISX0208", vec![28])], "{raw:x?}");
        assert_eq!(row.disposition, Disposition::Review);
    }
    // A lead byte as the last byte of the line leaves the next line whole.
    let bytes =
        replaced(&shfd(&[with(fields(SHUTOKU, 1), &[(34, "@@@")]), fields(SHUTOKU, 2)]), b"@@@", b"\x98");
    let file = read(&bytes);
    assert_eq!(codes(&file.rows[0]), [("E-ENCODING", vec![34])]);
    assert_eq!(file.rows[1].disposition, Disposition::Accepted);
}

#[test]
fn strict_modes_refuse_what_lenient_ones_show_to_a_clerk() {
    let strict =
        RuleSettings { character_mode: CharacterMode::Strict, era_mode: EraMode::Strict, ..settings() };
    let file = parse_file(CHARSET, None, &strict).unwrap();
    assert_eq!(codes(&file.rows[1]), [("E-ENCODING", vec![8])]);
    let file = parse_file(ERRORS, None, &strict).unwrap();
    assert_eq!(codes(&file.rows[10]), [("E-DATE-NOT-REAL", vec![9, 10])]);
}

#[test]
fn numbers_in_the_wrong_place_refuse_the_row_and_are_kept_nowhere() {
    let row = fields(SHUTOKU, 1);
    let digits = number(7);
    let wide: String = digits.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
    let spaced = format!("{} {}-{}", &digits[..4], &digits[4..8], &digits[8..]);
    let cases = [
        (28, digits.as_str(), "E-NUMBER-IN-TEXT"),
        (28, wide.as_str(), "E-NUMBER-IN-TEXT"),
        (28, spaced.as_str(), "E-NUMBER-IN-TEXT"),
        (6, digits.as_str(), "E-LENGTH"),
        (7, digits.as_str(), "E-CHARSET-HALFKANA"),
        (16, digits.as_str(), "E-LENGTH"),
        (21, digits.as_str(), "E-LENGTH"),
        (5, digits.as_str(), "E-LENGTH"),
        (13, wide.as_str(), "E-MYNUMBER-CHECK-DIGIT"),
        (13, &digits[..11], "E-MYNUMBER-CHECK-DIGIT"),
    ];
    for (no, text, code) in cases {
        let file = read(&shfd(&[with(row.clone(), &[(no, text)])]));
        assert_eq!(codes(&file.rows[0])[0].0, code, "{no}");
        let shown = format!("{file:?}");
        assert!(!shown.contains("9999") && !shown.contains("９９９９"), "{shown}");
        assert!(file.rows[0].numbers.is_empty() && file.rows[0].form.is_none());
    }
}

#[test]
fn single_fields_are_checked() {
    let cases: [FieldCase<'_>; 22] = [
        (SHUTOKU, 1, &[(2, "13")], "E-CODE", &[2]),
        (SHUTOKU, 1, &[(2, "31")], "E-OFFICE-MISMATCH", &[2, 3, 4]),
        (SHUTOKU, 1, &[(2, "22")], "E-CODE", &[2]),
        (SHUTOKU, 1, &[(3, "99")], "E-CODE", &[3]),
        (SHUTOKU, 1, &[(5, "90002")], "E-OFFICE-MISMATCH", &[5]),
        (SHUTOKU, 1, &[(4, "ABC")], "E-OFFICE-MISMATCH", &[2, 3, 4]),
        (SHUTOKU, 1, &[(6, "1234567")], "E-LENGTH", &[6]),
        (SHUTOKU, 1, &[(8, "見本一郎")], "E-NAME-SEPARATOR", &[8]),
        (SHUTOKU, 1, &[(9, "")], "E-REQUIRED", &[9]),
        (SHUTOKU, 1, &[(9, ""), (10, "")], "E-REQUIRED", &[9, 10]),
        (SHUTOKU, 1, &[(11, "4")], "E-CODE", &[11]),
        (SHUTOKU, 1, &[(18, "5"), (19, "610101")], "E-CODE", &[18]),
        (SHUTOKU, 1, &[(20, "")], "E-REQUIRED", &[20]),
        (SHUTOKU, 1, &[(21, "-1")], "E-CODE", &[21]),
        (SHUTOKU, 1, &[(24, "0")], "E-CODE", &[24]),
        (SHUTOKU, 1, &[(17, "123456")], "E-REQUIRED", &[16]),
        (SHUTOKU, 1, &[(16, "0000")], "E-CODE", &[16]),
        (SHUTOKU, 2, &[(30, "")], "E-REQUIRED", &[30]),
        (SHUTOKU, 2, &[(31, "東京")], "E-CHARSET-HALFKANA", &[31]),
        (SHUTOKU, 2, &[(32, "東京 都")], "E-NAME-SEPARATOR", &[32]),
        (SOSHITSU, 1, &[(16, "6")], "E-CODE", &[16]),
        (SOSHITSU, 1, &[(22, "100")], "E-LENGTH", &[22]),
    ];
    for (sample, row, changes, code, places) in cases {
        let file = read(&shfd(&[with(fields(sample, row), changes)]));
        assert_eq!(codes(&file.rows[0]), [(code, places.to_vec())], "{changes:?}");
    }
}

#[test]
fn fields_of_dependent_changes_are_checked() {
    let cases: [(usize, Changes<'_>, &str, &[u16]); 12] = [
        (1, &[(70, "1")], "E-MUST-BE-EMPTY", &[70]),
        (1, &[(136, "1")], "E-MUST-BE-EMPTY", &[136]),
        (1, &[(24, "")], "E-REQUIRED", &[24]),
        (1, &[(28, "5")], "E-CODE", &[28]),
        (1, &[(29, "999900000019")], "E-MYNUMBER-CHECK-DIGIT", &[29]),
        (1, &[(76, "11")], "E-CODE", &[76]),
        (1, &[(76, "")], "E-REQUIRED", &[76]),
        (1, &[(104, "ﾐﾎﾝ ﾅﾂ")], "E-REQUIRED", &[106, 107]),
        (1, &[(26, "3"), (27, "100101")], "E-CODE", &[26]),
        (1, &[(42, "")], "E-REQUIRED", &[42]),
        (1, &[(36, "48")], "E-CODE", &[36]),
        (2, &[(71, "")], "E-REQUIRED", &[71]),
    ];
    for (row, changes, code, places) in cases {
        let file = read(&shfd(&[with(fields(IDOU, row), changes)]));
        assert!(
            codes(&file.rows[0]).contains(&(code, places.to_vec())),
            "{changes:?} {:?}",
            file.rows[0].findings
        );
    }
    let mut second_block_only = fields(IDOU, 2);
    for no in 70..103 {
        second_block_only.swap(no - 1, no + 32);
    }
    let file = read(&shfd(&[second_block_only]));
    assert_eq!(codes(&file.rows[0]), [("E-REQUIRED", vec![71])]);
}

#[test]
fn pension_numbers_are_checked_and_dropped() {
    let loss = with(fields(SOSHITSU, 1), &[(11, "")]);
    assert_eq!(codes(&read(&shfd(std::slice::from_ref(&loss))).rows[0]), []);
    let asked = RuleSettings { pension_fields_required: true, ..settings() };
    let file = parse_file(&shfd(std::slice::from_ref(&loss)), None, &asked).unwrap();
    assert_eq!(codes(&file.rows[0]), [("E-REQUIRED", vec![12, 13])]);
    let given = with(loss, &[(12, "1234"), (13, "567890")]);
    let file = parse_file(&shfd(&[given]), None, &asked).unwrap();
    assert_eq!(codes(&file.rows[0]), []);
    assert!(!format!("{file:?}").contains("567890"));
    let seamen = with(fields(SHUTOKU, 2), &[(12, "4")]);
    assert_eq!(codes(&read(&shfd(&[seamen])).rows[0]), [("E-MUST-BE-EMPTY", vec![16, 17])]);
}

#[test]
fn society_files_speak_for_their_office() {
    let bytes = replaced(KPFD, b",0123,1001,", b",0124,1001,");
    assert_eq!(codes(&read(&bytes).rows[0]), [("E-OFFICE-MISMATCH", vec![35])]);
    let file = read(KPFD);
    assert_eq!(file.office.society_number.as_deref(), Some("0123"));
    assert_eq!(refused(&replaced(KPFD, b"0123,001,", b"0124,001,"), None).0, "E-OFFICE-MISMATCH");
}

#[test]
fn duplicates_are_told_by_person_by_number_and_by_row() {
    let one = fields(SHUTOKU, 1);
    let clash = |rows: &[Vec<String>]| {
        let file = read(&shfd(rows));
        let found = file.rows.last().unwrap();
        found.findings.last().map(|last| (last.code.as_str(), last.fields.clone(), last.other_row))
    };
    let same_person = with(one.clone(), &[(6, "0001"), (13, &number(2))]);
    assert_eq!(clash(&[one.clone(), same_person]), Some(("E-DUPLICATE-IN-FILE", vec![], Some(1))));
    let same_number = with(one.clone(), &[(6, "2")]);
    assert_eq!(clash(&[one.clone(), same_number]), Some(("E-MYNUMBER-DUPLICATE", vec![13], Some(1))));
    let nameless = with(fields(SHUTOKU, 2), &[(6, "")]);
    assert_eq!(clash(&[nameless.clone(), nameless]), Some(("E-DUPLICATE-IN-FILE", vec![], Some(1))));
    // A refused row does not stand in the way; a loss and an acquisition of one person may share a file.
    let broken = with(one.clone(), &[(23, "1")]);
    assert_eq!(clash(&[broken, one.clone()]), None);
    assert_eq!(clash(&[fields(SOSHITSU, 1), one]), None);

    let (first, second) = (fields(IDOU, 1), fields(IDOU, 2));
    assert_eq!(clash(&[first.clone(), first.clone()]), Some(("E-DUPLICATE-IN-FILE", vec![], Some(1))));
    let further = with(second.clone(), &[(8, "1"), (14, &number(1))]);
    assert_eq!(clash(&[first.clone(), further]).unwrap().0, "W-LATE-NOTICE");
    let same_dependent = with(second, &[(78, &number(11))]);
    let found = read(&shfd(&[first.clone(), same_dependent])).rows.remove(1);
    assert!(codes(&found).contains(&("E-MYNUMBER-DUPLICATE", vec![78])));
    let within = with(first, &[(78, &number(11))]);
    assert_eq!(clash(&[within]), Some(("E-MYNUMBER-DUPLICATE", vec![29, 78], None)));
}

#[test]
fn no_number_may_stand_in_the_head_of_a_file() {
    for (file, from, line) in [(KPFD, ",,,,,", 1), (SHUTOKU, "\n,001", 3), (SHUTOKU, ",90001,", 4)] {
        let to = match line {
            1 => ",,999900000011,,,".to_owned(),
            3 => "\n9999-0000-0011,001".to_owned(),
            _ => ",999900000011,".to_owned(),
        };
        let refusal = refused(&replaced(file, from.as_bytes(), to.as_bytes()), None);
        assert_eq!((refusal.0, refusal.1), ("E-NUMBER-IN-TEXT", Some(line)), "{from}");
    }
}
