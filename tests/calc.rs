//! `kenpo calc`: the worked cases of `vectors/` through the program, and what it says of rows that it can't work.
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

const FAMILIES: [&str; 11] = [
    "standard_remuneration_grade",
    "regular_determination",
    "regular_determination_annual",
    "occasional_revision",
    "leave_end_revision",
    "exemption_months",
    "voluntary_continuation",
    "elderly_burden_ratio",
    "personal_number_check_digit",
    "insurer_number_check_digit",
    "corporate_number_check_digit",
];
fn calc(family: &str, file: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kenpo")).args(["calc", family]).arg(file).output().unwrap()
}
/// What the program prints for a file of these lines, and its exit code.
fn worked(family: &str, lines: &[&str]) -> (Vec<String>, i32) {
    let file = std::env::temp_dir().join(format!("kenpo-calc-{}.csv", uuid::Uuid::now_v7()));
    fs::write(&file, lines.join("\n")).unwrap();
    let out = calc(family, &file);
    fs::remove_file(&file).unwrap();
    let text = String::from_utf8(out.stdout).unwrap();
    (text.lines().map(str::to_owned).collect(), out.status.code().unwrap())
}
fn cells(line: &str) -> Vec<&str> {
    line.split(',').collect()
}

#[test]
fn every_worked_case_comes_out_as_expected() {
    for family in FAMILIES {
        let file: PathBuf =
            [env!("CARGO_MANIFEST_DIR"), "vectors", &format!("{family}.csv")].iter().collect();
        let text = fs::read_to_string(&file).unwrap();
        let mut lines = text.lines().filter(|l| !l.starts_with('#'));
        let header = cells(lines.next().unwrap());
        let shown: Vec<usize> =
            (0..header.len()).filter(|i| header[*i] == "id" || header[*i].starts_with("exp")).collect();
        let pick = |line: &str| {
            let cells = cells(line);
            shown.iter().map(|i| cells[*i]).collect::<Vec<_>>().join(",")
        };
        let mut expected = vec![pick(&header.join(","))];
        expected.extend(lines.map(pick));
        assert!(expected.len() > 60, "{family}");
        let out = calc(family, &file);
        assert!(out.status.success(), "{family}: {}", String::from_utf8_lossy(&out.stderr));
        let got = String::from_utf8(out.stdout).unwrap();
        for (row, (got, expected)) in got.lines().zip(&expected).enumerate() {
            assert_eq!(got, expected, "{family}, row {row}");
        }
        assert_eq!(got.lines().count(), expected.len(), "{family}");
    }
}

#[test]
fn a_row_that_cannot_be_worked_says_why_and_the_others_are_worked() {
    let (lines, code) = worked(
        "standard_remuneration_grade",
        &[
            "# a comment",
            "note,id,exp_grade,remuneration",
            "x,good,1,63000",
            "x,negative,,-1",
            "x,huge,,99999999999999999999",
            "x,above,,10000000000",
            "x,most,,9999999999",
            "x,empty,,",
            "x,fraction,,1.5",
            "x,short",
            "\"a, \"\"b\"\"\",quoted,,63000",
        ],
    );
    let amount = "remuneration: not an amount of 0 to 9999999999 yen";
    assert_eq!(
        lines,
        [
            "id,exp_grade,exp_standard,error".to_owned(),
            "good,2,68000,".into(),
            format!("negative,,,{amount}"),
            format!("huge,,,{amount}"),
            format!("above,,,{amount}"),
            "most,50,1390000,".into(),
            format!("empty,,,{amount}"),
            format!("fraction,,,{amount}"),
            "short,,,row: wrong number of fields".into(),
            "quoted,2,68000,".into(),
        ]
    );
    assert_eq!(code, 2);
}

#[test]
fn days_that_no_calendar_has_and_facts_that_contradict_are_told() {
    let header = "id,year,kind,apr_pay,apr_days,apr_excluded,may_pay,may_days,may_excluded,jun_pay,jun_days,jun_excluded,previous_standard,acquired,lost,revision_month";
    let row = |id: &str, year: &str, previous: &str, acquired: &str, lost: &str| {
        format!("{id},{year},full,300000,20,N,300000,20,N,300000,32,N,{previous},{acquired},{lost},")
            .replace(",32,N", if id == "days" { ",32,N" } else { ",20,N" })
    };
    let rows = [
        row("good", "2026", "300000", "2024-02-29", ""),
        row("leap", "2026", "300000", "2025-02-29", ""),
        row("shape", "2026", "300000", "2025-2-28", ""),
        row("none", "2026", "301000", "2024-02-29", ""),
        row("order", "2026", "300000", "2024-02-29", "2024-02-28"),
        row("days", "2026", "300000", "2024-02-29", ""),
        row("year", "99999", "300000", "2024-02-29", ""),
    ];
    let lines: Vec<&str> = std::iter::once(header).chain(rows.iter().map(String::as_str)).collect();
    let (out, code) = worked("regular_determination", &lines);
    let errors: Vec<&str> = out.iter().skip(1).map(|l| l.rsplit(',').next().unwrap()).collect();
    let day = "acquired: not a day of the calendar";
    assert_eq!(
        errors,
        [
            "",
            day,
            day,
            "not-a-standard-remuneration",
            "lost-before-acquired",
            "months: out of range",
            "year: out of range"
        ]
    );
    assert!(out[1].starts_with("good,Y,averaged,3,300000,22,300000,2026-09,2027-08"), "{}", out[1]);
    assert_eq!(code, 2);
}

#[test]
fn month_ends_and_leap_days_are_counted_as_the_civil_code_says() {
    let leaves = [
        ("2026-01-31/2026-02-28/0", "2026-01|2026-02,"),
        ("2026-01-31/2026-03-01/0", "2026-01|2026-02,2026-01|2026-02"),
        ("2028-02-29/2028-02-29/0", "2028-02,"),
        ("2027-02-28/2027-02-28/0", "2027-02,"),
        ("2028-02-28/2028-02-28/0", ","),
        ("2026-10-20/2026-10-31/0;2026-11-01/2026-11-19/0", "2026-10,"),
        ("2026-11-01/2026-11-19/0;2026-10-20/2026-10-31/0", "2026-10,"),
        ("2026-10-20/2026-10-31/0;2026-11-01/2026-11-20/0", "2026-10,2026-10"),
        ("2026-10-20/2026-11-10/0;2026-11-12/2026-11-24/0", "2026-10,"),
        ("2026-11-02/2026-11-16/2", ","),
    ];
    let rows: Vec<String> =
        leaves.iter().enumerate().map(|(i, (leaves, _))| format!("{i},childcare,{leaves}")).collect();
    let lines: Vec<&str> = std::iter::once("id,kind,leaves").chain(rows.iter().map(String::as_str)).collect();
    let (out, code) = worked("exemption_months", &lines);
    for (i, (leave, expected)) in leaves.iter().enumerate() {
        assert_eq!(out[i + 1], format!("{i},{expected}"), "{leave}");
    }
    assert_eq!(code, 0);
    let (out, code) = worked(
        "voluntary_continuation",
        &[
            "id,op,at_loss,average_remuneration,rule,rule_amount,months_before,loss_date,applied,date_in",
            "leap,term,,,,,,,,2024-02-29",
            "end,withdrawal,,,,,,,,2026-12-31",
            "weekend,eligible,,,,,2,2026-10-20,2026-11-09,",
            "month,eligible,,,,,1,2026-10-20,2026-10-20,",
            "op,other,,,,,,,,",
        ],
    );
    assert_eq!(
        out[1..],
        ["leap,2026-03-01,", "end,2027-01-01,", "weekend,Y,", "month,N,", "op,,op: not one of the words"]
    );
    assert_eq!(code, 2);
}

#[test]
fn what_is_no_family_or_no_such_file_is_refused_whole() {
    let nowhere = Path::new("no-such-file.csv");
    assert_eq!(calc("regular_determination", nowhere).status.code(), Some(1));
    assert_eq!(calc("premium", nowhere).status.code(), Some(2));
    let (out, code) = worked("standard_remuneration_grade", &["id,pay", "a,1"]);
    assert_eq!((out.len(), code), (0, 1), "a column is missing");
}
