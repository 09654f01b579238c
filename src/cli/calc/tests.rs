//! The worked cases of `vectors/`, family by family, through the functions that the command asks: every row, whole.
#![allow(clippy::unwrap_used)]
use super::{Answer, answer, families::FAMILIES, row::Sheet};

/// What stands in the file, as the program would print it.
fn expected(family: &str, text: &str) -> String {
    let outputs = FAMILIES.iter().find(|f| f.name == family).unwrap().outputs;
    let sheet = Sheet::read(text).unwrap();
    sheet.require(outputs).unwrap();
    let mut out = format!("id,{}\n", outputs.join(","));
    for row in sheet.rows() {
        let cells: Vec<&str> = outputs.iter().map(|column| row.text(column)).collect();
        out.push_str(&format!("{},{}\n", row.id(), cells.join(",")));
    }
    out
}
/// One test for each family, and one that none is left out.
macro_rules! families {
    ($($family:ident)+) => {
        $(#[test]
        fn $family() {
            let text = include_str!(concat!("../../../vectors/", stringify!($family), ".csv"));
            let Answer { text: got, has_errors } = answer(stringify!($family), text).unwrap();
            assert!(!has_errors, "{got}");
            assert!(got.lines().count() > 60, "{}", got.lines().count());
            for (got, expected) in got.lines().zip(expected(stringify!($family), text).lines()) {
                assert_eq!(got, expected);
            }
            assert_eq!(got, expected(stringify!($family), text));
        })+
        #[test]
        fn every_family_is_worked() {
            let worked = [$(stringify!($family)),+];
            assert_eq!(FAMILIES.iter().map(|f| f.name).collect::<Vec<_>>(), worked);
        }
    };
}
families! {
    standard_remuneration_grade
    regular_determination
    regular_determination_annual
    occasional_revision
    leave_end_revision
    exemption_months
    voluntary_continuation
    elderly_burden_ratio
    personal_number_check_digit
    insurer_number_check_digit
    corporate_number_check_digit
}
