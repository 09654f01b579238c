//! 一部負担金の割合: the worked cases, and what they don't hold.
use super::*;
use BurdenBand::{Elderly, ElderlyActive, General, LateElderly, Preschool};

/// Somebody insured of 71 with an income like people at work.
fn patient() -> ElderlyBurdenInput {
    ElderlyBurdenInput {
        care_on: day("2026-12-01"),
        patient_birth_on: day("1955-06-15"),
        role: PatientRole::Insured,
        insured_birth_on: None,
        insured_standard_yen: yen(280_000),
        income_yen: Some(yen(3_830_000)),
        income_with_dependents_yen: None,
        income_with_former_dependent_yen: None,
        legal_values: None,
    }
}
fn band(input: &ElderlyBurdenInput) -> BurdenBand {
    decide::<ElderlyBurden>(input).band
}

#[test]
fn every_worked_case_is_told_as_it_is_decided() {
    let file = include_str!("../../../../../vectors/elderly_burden_ratio.csv");
    let mut count = 0;
    for line in file.lines().filter(|l| !l.starts_with('#')).skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let sum = |has: &str, amount: &str| (has == "Y").then(|| Yen::parse(amount).unwrap());
        let outcome = decide::<ElderlyBurden>(&ElderlyBurdenInput {
            patient_birth_on: day(cells[1]),
            care_on: day(cells[2]),
            role: if cells[3] == "insured" { PatientRole::Insured } else { PatientRole::Dependent },
            insured_birth_on: Some(day(cells[4])),
            insured_standard_yen: Yen::parse(cells[5]).unwrap(),
            income_yen: Yen::parse(cells[6]),
            income_with_dependents_yen: sum(cells[7], cells[8]),
            income_with_former_dependent_yen: sum(cells[9], cells[10]),
            legal_values: None,
        });
        let tenths = outcome.tenths.map_or("late_elderly".to_owned(), |t| t.to_string());
        let told = [tenths, outcome.elderly_from.to_string(), outcome.transfer_on.to_string()];
        assert_eq!(told, [cells[11], cells[12], cells[13]], "{}", cells[0]);
        count += 1;
    }
    assert!(count > 60, "{count}");
}

#[test]
fn without_an_application_the_standard_remuneration_decides() {
    let silent = ElderlyBurdenInput { income_yen: None, ..patient() };
    assert_eq!(band(&silent), ElderlyActive);
    assert_eq!(band(&ElderlyBurdenInput { insured_standard_yen: yen(260_000), ..silent }), Elderly);
    let former = ElderlyBurdenInput { income_with_former_dependent_yen: Some(yen(5_000_000)), ..patient() };
    assert_eq!(band(&former), Elderly);
    let untold = ElderlyBurdenInput { income_yen: None, ..former };
    assert_eq!(refused::<ElderlyBurden>(&untold), ("/income_yen", "missing-field"));
}

#[test]
fn ages_count_from_the_day_before_and_75_on_the_birthday() {
    let at = |birth: &str, care: &str| {
        band(&ElderlyBurdenInput {
            patient_birth_on: day(birth),
            care_on: day(care),
            insured_standard_yen: yen(200_000),
            ..patient()
        })
    };
    for (birth, care, expected) in [
        ("2020-04-01", "2026-03-31", Preschool),
        ("2020-04-01", "2026-04-01", General),
        ("2020-04-02", "2027-03-31", Preschool),
        ("1956-12-01", "2026-11-30", General),
        ("1956-12-01", "2026-12-01", Elderly),
        ("1956-12-02", "2026-12-31", General),
        ("1956-12-02", "2027-01-01", Elderly),
        ("1952-02-29", "2027-02-28", Elderly),
        ("1952-02-29", "2027-03-01", LateElderly),
    ] {
        assert_eq!(at(birth, care), expected, "{birth} {care}");
    }
}

#[test]
fn a_former_special_measure_is_not_decided() {
    let old = |birth: &str, standard| ElderlyBurdenInput {
        patient_birth_on: day(birth),
        care_on: day("2016-05-01"),
        insured_standard_yen: yen(standard),
        ..patient()
    };
    assert_eq!(
        refused::<ElderlyBurden>(&old("1944-04-01", 200_000)),
        ("/patient_birth_on", "no-rule-for-birth")
    );
    assert_eq!(band(&old("1944-04-02", 200_000)), Elderly);
    assert_eq!(band(&old("1944-04-01", 300_000)), ElderlyActive);
}
