//! The rules on forms as JSON gives them.
#![allow(clippy::unwrap_used, clippy::expect_used)]

use serde_json::{Value, json};

use super::*;
use crate::domain::notifications::rows::ParsedRow;
use crate::values::personal_number::PersonalNumber;

fn acquisition() -> Value {
    json!({
        "kind": "qualification_acquisition", "office_number": "1", "name_kana": "ミホン イチロウ", "name": "見本 一郎",
        "birth_on": "1990-04-15", "sex": "male", "acquired_on": "2026-11-01", "has_dependents": false,
        "cash_yen": 300_000, "total_yen": 300_000
    })
}

fn loss() -> Value {
    json!({
        "kind": "qualification_loss", "office_number": "1", "name_kana": "ﾐﾎﾝ ｲﾁﾛｳ", "birth_on": "1990-04-15",
        "lost_on": "2026-11-16", "cause": "retirement", "left_on": "2026-11-15"
    })
}

fn address() -> Value {
    json!({"postal_code": "999-0002", "text": "東京都架空区見本町４－５－６"})
}

fn change(kind: &str) -> Value {
    let mut form = json!({
        "kind": "dependent_change", "office_number": "1", "name_kana": "ミホン イチロウ", "birth_on": "1990-04-15",
        "sex": "male", "employer_received_on": "2026-11-06", "change": kind,
        "spouse": {
            "name_kana": "ミホン ユキ", "birth_on": "1991-08-20", "relationship": "wife", "address": address()
        }
    });
    let own = match kind {
        "added" => json!({"became_on": "2026-11-01", "reason": "marriage"}),
        "removed" => json!({"ceased_on": "2026-11-01", "removal_reason": "employment"}),
        _ => json!({"remarks": "氏名訂正"}),
    };
    merge(&mut form["spouse"], &own);
    form
}

/// RFC 7396 in short: null removes.
fn merge(target: &mut Value, patch: &Value) {
    for (key, value) in patch.as_object().unwrap() {
        match value {
            Value::Null => {
                target.as_object_mut().unwrap().remove(key);
            }
            Value::Object(_) if target[key].is_object() => merge(&mut target[key], value),
            _ => target[key] = value.clone(),
        }
    }
}

fn settings() -> RuleSettings {
    RuleSettings::on("2026-11-22".parse().unwrap())
}

fn checked(form: Value, patch: Value, slots: &[Slot], settings: &RuleSettings) -> Checked {
    let mut form = form;
    merge(&mut form, &patch);
    let form: Form = serde_json::from_value(form).unwrap();
    check_form(&form.normalised(), slots, settings)
}

fn found(form: Value, patch: Value, slots: &[Slot]) -> Vec<(&'static str, Vec<&'static str>)> {
    let checked = checked(form, patch, slots, &settings());
    checked.findings.into_iter().map(|finding| (finding.code.as_str(), finding.keys)).collect()
}

const INSURED: &[Slot] = &[Slot::Insured];
const BOTH: &[Slot] = &[Slot::Insured, Slot::Spouse];

/// Each patch gives exactly this one finding.
fn each_gives(form: &Value, slots: &[Slot], cases: &[(Value, &'static str, &[&'static str])]) {
    for (patch, code, keys) in cases {
        assert_eq!(found(form.clone(), patch.clone(), slots), [(*code, keys.to_vec())], "{patch}");
    }
}

#[test]
fn plain_forms_are_accepted() {
    for (form, slots) in [(acquisition(), INSURED), (loss(), INSURED), (change("added"), BOTH)] {
        let checked = checked(form, json!({}), slots, &settings());
        assert_eq!((checked.findings.len(), checked.disposition()), (0, Disposition::Accepted));
    }
    assert_eq!(
        checked(change("removed"), json!({}), INSURED, &settings()).disposition(),
        Disposition::Accepted
    );
    assert_eq!(
        checked(change("changed"), json!({}), INSURED, &settings()).disposition(),
        Disposition::Review
    );
}

#[test]
fn acquisition_relations() {
    let address_needed: &[&str] = &["resident_address.postal_code", "resident_address.kana"];
    each_gives(
        &acquisition(),
        INSURED,
        &[
            (json!({"total_yen": 300_001}), "E-SUM", &["total_yen"]),
            (json!({"cash_yen": 999, "total_yen": 999}), "E-SUM", &["total_yen"]),
            (json!({"sex": null}), "E-REQUIRED", &["sex"]),
            (json!({"class": "seamen_voluntary", "sex": "miner"}), "E-CODE", &["sex"]),
            (json!({"acquired_on": "2026-11-23"}), "E-FUTURE-DATE", &["acquired_on"]),
            (json!({"acquired_on": "1990-04-15"}), "E-DATE-RELATION", &["acquired_on"]),
            (json!({"aged_70_or_over": true}), "E-DATE-RELATION", &["acquired_on"]),
            (json!({"resident_address": address()}), "E-MUST-BE-EMPTY", &["resident_address"]),
            (
                json!({"no_resident_address_reason": "short_stay"}),
                "E-MUST-BE-EMPTY",
                &["no_resident_address_reason"],
            ),
            (json!({"no_number_note": "a"}), "E-MUST-BE-EMPTY", &["no_number_note"]),
            (
                json!({"reemployed_after_retirement": true}),
                "W-SAME-DAY-LOSS",
                &["reemployed_after_retirement"],
            ),
        ],
    );
    each_gives(&acquisition(), &[], &[(json!({}), "E-REQUIRED", address_needed)]);
    let filled = json!({"resident_address": {"postal_code": "9990002", "kana": "ﾄｳｷｮｳ"}});
    assert_eq!(found(acquisition(), filled, &[]), []);
    let capped = json!({"cash_yen": 9_999_000, "in_kind_yen": 5_000, "total_yen": 9_999_999});
    assert_eq!(found(acquisition(), capped, INSURED), []);
    assert!(checked(acquisition(), json!({"class": "code_6"}), INSURED, &settings()).needs_clerk);
    let pension_only =
        json!({"over_70_only": true, "sex": null, "aged_70_or_over": true, "birth_on": "1950-01-01"});
    let pension_only = checked(acquisition(), pension_only, INSURED, &settings());
    assert_eq!((pension_only.findings.len(), pension_only.disposition()), (0, Disposition::Review));
    assert_eq!(found(acquisition(), json!({"over_70_only": true}), INSURED).len(), 2);
}

#[test]
fn seventy_is_full_on_the_eve_of_the_birthday() {
    let later = RuleSettings::on("2028-03-22".parse().unwrap());
    for (birth, acquired, fits) in [
        ("1956-11-02", "2026-11-01", true),
        ("1956-11-03", "2026-11-01", false),
        ("1956-03-01", "2026-02-28", true),
        ("1956-02-29", "2026-02-28", true),
        ("1956-02-29", "2026-02-27", false),
        // the year of the age has a 29 February and the year of birth has none
        ("1958-03-01", "2028-02-29", true),
        ("1958-03-01", "2028-02-28", false),
    ] {
        let patch = json!({"aged_70_or_over": true, "birth_on": birth, "acquired_on": acquired});
        assert_eq!(
            checked(acquisition(), patch, INSURED, &later).findings.is_empty(),
            fits,
            "{birth} {acquired}"
        );
        let unmarked =
            checked(acquisition(), json!({"birth_on": birth, "acquired_on": acquired}), INSURED, &later);
        let expected = if fits { Disposition::Review } else { Disposition::Accepted };
        assert_eq!(unmarked.disposition(), expected, "{birth} {acquired} without the mark");
    }
    let at_75 = json!({"birth_on": "1951-11-01", "acquired_on": "2026-11-01"});
    assert_eq!(found(acquisition(), at_75, INSURED), [], "told by the age of 75 alone");
}

#[test]
fn early_filing_is_a_precheck_within_the_window() {
    let window = RuleSettings { early_filing_days: 14, ..settings() };
    let at = |day: &str| checked(acquisition(), json!({"acquired_on": day}), INSURED, &window).disposition();
    assert_eq!(at("2026-11-22"), Disposition::Accepted);
    assert_eq!(at("2026-12-06"), Disposition::Precheck);
    assert_eq!(at("2026-12-07"), Disposition::Rejected);
    let early_loss = json!({"lost_on": "2026-11-23", "left_on": "2026-11-22"});
    assert_eq!(checked(loss(), early_loss, INSURED, &window).disposition(), Disposition::Rejected);
    let added = json!({"spouse": {"became_on": "2026-12-01"}});
    assert_eq!(checked(change("added"), added, BOTH, &window).disposition(), Disposition::Precheck);
}

#[test]
fn loss_relations() {
    each_gives(
        &loss(),
        INSURED,
        &[
            (json!({"lost_on": "2026-11-15"}), "E-DATE-RELATION", &["lost_on", "left_on"]),
            (json!({"lost_on": "2026-11-17"}), "E-DATE-RELATION", &["lost_on", "left_on"]),
            (json!({"cause": "death", "lost_on": "2026-11-15"}), "E-DATE-RELATION", &["lost_on", "left_on"]),
            (json!({"left_on": null}), "E-REQUIRED", &["left_on"]),
            (json!({"cause": "disability", "birth_on": "1958-07-07"}), "E-MUST-BE-EMPTY", &["left_on"]),
            (json!({"lost_on": "2026-11-23", "left_on": "2026-11-22"}), "E-FUTURE-DATE", &["lost_on"]),
            (json!({"over_70_ceased": true}), "E-REQUIRED", &["over_70_ceased_on"]),
            (json!({"over_70_ceased_on": "2026-11-15"}), "E-MUST-BE-EMPTY", &["over_70_ceased_on"]),
            (
                json!({"over_70_ceased": true, "over_70_ceased_on": "2026-11-16"}),
                "E-DATE-RELATION",
                &["over_70_ceased_on", "left_on"],
            ),
            (json!({"over_70_only": true}), "E-MUST-BE-EMPTY", &["office_number"]),
        ],
    );
    let at_75 = |day: &str| {
        let patch = json!({"cause": "age_75", "left_on": null, "birth_on": "1951-11-01", "lost_on": day});
        found(loss(), patch, INSURED)
    };
    assert_eq!(at_75("2026-11-01"), []);
    assert_eq!(at_75("2026-10-31"), [("E-DATE-RELATION", vec!["lost_on", "birth_on"])]);
    let certified = |day: &str| {
        let patch = json!({"cause": "disability", "left_on": null, "birth_on": "1961-11-02", "lost_on": day});
        found(loss(), patch, INSURED)
    };
    assert_eq!(certified("2026-11-01"), []);
    assert_eq!(certified("2026-10-31"), [("E-DATE-RELATION", vec!["lost_on", "birth_on"])]);
    assert_eq!(found(loss(), json!({}), &[]), []);
}

#[test]
fn added_dependents() {
    each_gives(
        &change("added"),
        BOTH,
        &[
            (json!({"spouse": {"became_on": null}}), "E-REQUIRED", &["spouse.became_on"]),
            (json!({"spouse": {"reason": null}}), "E-REQUIRED", &["spouse.reason"]),
            (json!({"spouse": {"ceased_on": "2026-11-01"}}), "E-MUST-BE-EMPTY", &["spouse.ceased_on"]),
            (
                json!({"spouse": {"address": null}}),
                "E-REQUIRED",
                &["spouse.address.postal_code", "spouse.address.text"],
            ),
            (json!({"spouse": {"prefecture": "13"}}), "E-MUST-BE-EMPTY", &["spouse.prefecture"]),
            (json!({"spouse": {"reason_text": "a"}}), "E-MUST-BE-EMPTY", &["spouse.reason_text"]),
            (json!({"spouse": {"died_on": "2026-11-01"}}), "E-MUST-BE-EMPTY", &["spouse.died_on"]),
            (json!({"spouse": {"became_on": "2026-11-23"}}), "E-FUTURE-DATE", &["spouse.became_on"]),
            (json!({"spouse": {"became_on": "2026-10-31"}}), "W-LATE-NOTICE", &["spouse.became_on"]),
            (
                json!({"employer_received_on": "2026-11-23", "spouse": {"became_on": "2026-11-20"}}),
                "E-FUTURE-DATE",
                &["employer_received_on"],
            ),
            (json!({"resident_address": address()}), "E-MUST-BE-EMPTY", &["resident_address"]),
        ],
    );
    let missing = found(change("added"), json!({}), INSURED);
    assert_eq!(missing, [("W-MYNUMBER-MISSING", vec!["spouse.personal_number"])]);
    each_gives(
        &change("removed"),
        INSURED,
        &[
            (json!({"office_number": null}), "E-REQUIRED", &["office_number"]),
            (json!({"income_yen": 1}), "E-MUST-BE-EMPTY", &["income_yen"]),
            (json!({"spouse": {"living": "together"}}), "E-MUST-BE-EMPTY", &["spouse.living"]),
            (json!({"spouse": {"removal_text": "a"}}), "E-MUST-BE-EMPTY", &["spouse.removal_text"]),
            (json!({"spouse": {"reason": "marriage"}}), "E-MUST-BE-EMPTY", &["spouse.reason"]),
            (
                json!({"spouse": {"ceased_on": "1991-08-19"}, "employer_received_on": null}),
                "E-DATE-RELATION",
                &["spouse.ceased_on", "spouse.birth_on"],
            ),
            (json!({"spouse": null}), "E-REQUIRED", &["spouse.name_kana", "others.0.name_kana"]),
        ],
    );
    let ended = |reason: &str, birth_on: &str| {
        let entry = json!({"spouse": {"removal_reason": reason, "birth_on": birth_on}});
        found(change("removed"), entry, INSURED)
    };
    for (reason, old, young) in
        [("age_75", "1951-11-01", "1951-11-02"), ("disability", "1961-11-02", "1961-11-03")]
    {
        assert_eq!(ended(reason, old), [], "{reason}");
        assert_eq!(
            ended(reason, young),
            [("E-DATE-RELATION", vec!["spouse.ceased_on", "spouse.birth_on"])],
            "{reason}"
        );
    }
    each_gives(
        &change("changed"),
        INSURED,
        &[(json!({"spouse": {"remarks": null}}), "E-REQUIRED", &["spouse.remarks"])],
    );
}

#[test]
fn other_dependents_have_their_own_rules() {
    let child = json!({
        "name_kana": "ミホン ハル", "birth_on": "2026-10-30", "relationship": "child", "address": address(),
        "became_on": "2026-11-01", "reason": "birth"
    });
    let with = |patch: Value| {
        let mut child = child.clone();
        merge(&mut child, &patch);
        found(change("added"), json!({"others": [child]}), &[Slot::Insured, Slot::Spouse, Slot::Other1])
    };
    assert_eq!(with(json!({})), []);
    assert_eq!(with(json!({"relationship": "other"})), [("E-REQUIRED", vec!["others.0.relationship_text"])]);
    assert_eq!(
        with(json!({"relationship_text": "a"})),
        [("E-MUST-BE-EMPTY", vec!["others.0.relationship_text"])]
    );
    assert_eq!(with(json!({"prefecture": "00"})), [("E-CODE", vec!["others.0.prefecture"])]);
    let three = json!({"others": [child, child, child]});
    let slots = [Slot::Insured, Slot::Spouse, Slot::Other1, Slot::Other2];
    assert_eq!(found(change("added"), three, &slots), [("E-LENGTH", vec!["others"])]);
}

#[test]
fn a_number_without_place_is_refused() {
    assert_eq!(
        found(acquisition(), json!({}), BOTH),
        [("E-UNEXPECTED-DATA", vec!["spouse.personal_number"])]
    );
    let slots = [Slot::Insured, Slot::Spouse, Slot::Other1];
    let lone = found(change("added"), json!({}), &slots);
    assert_eq!(lone, [("E-UNEXPECTED-DATA", vec!["others.0.personal_number"])]);
}

#[test]
fn shapes_hold_for_json_too() {
    each_gives(
        &acquisition(),
        INSURED,
        &[
            (json!({"name_kana": "ミホン"}), "E-NAME-SEPARATOR", &["name_kana"]),
            (json!({"name_kana": "見本 一郎"}), "E-CHARSET-HALFKANA", &["name_kana"]),
            (json!({"name_kana": "ア゛ ア"}), "E-KANA-STRAY-DAKUTEN", &["name_kana"]),
            (json!({"name_kana": ""}), "E-REQUIRED", &["name_kana"]),
            (json!({"office_number": "1234567"}), "E-LENGTH", &["office_number"]),
            (json!({"office_number": "12a"}), "E-CODE", &["office_number"]),
            (json!({"insured_number": "12345678"}), "E-LENGTH", &["insured_number"]),
            (json!({"name": "見本\u{0}"}), "E-ENCODING", &["name"]),
            (json!({"name": "見本\u{e000}"}), "E-GAIJI", &["name"]),
            (json!({"remarks": "あ".repeat(201)}), "E-LENGTH", &["remarks"]),
            (json!({"remarks": "番号９９９９−００００−００１１"}), "E-NUMBER-IN-TEXT", &["remarks"]),
        ],
    );
    let spaced = found(acquisition(), json!({"office_number": "9999 0000 0011"}), INSURED);
    assert!(spaced.contains(&("E-NUMBER-IN-TEXT", vec!["office_number"])));
    for number in [i64::MAX, i64::MIN, -1, 10_000_000] {
        let found = found(acquisition(), json!({"cash_yen": number}), INSURED);
        assert!(found.contains(&("E-LENGTH", vec!["cash_yen"])), "{number}");
    }
}

#[test]
fn refused_forms_are_forgotten() {
    let mut form = acquisition();
    merge(&mut form, &json!({"remarks": "999900000020"}));
    let number = PersonalNumber::parse("999900000011").unwrap();
    let form: Form = serde_json::from_value(form).unwrap();
    let row = ParsedRow::from_form(1, form, (vec![(Slot::Insured, number)], &[]), &settings());
    assert_eq!(row.disposition, Disposition::Rejected);
    assert!(row.form.is_none() && row.numbers.is_empty());
    assert_eq!(row.office_number.as_deref(), Some("1"));
    assert!(!format!("{row:?}").contains("9999"));
}

#[test]
fn normalising_keeps_the_received_reading() {
    let form: Form = serde_json::from_value(loss()).unwrap();
    let Form::QualificationLoss(form) = form.normalised() else { panic!("no loss") };
    assert_eq!(form.name_kana, "ミホン　イチロウ");
    assert_eq!(form.name_kana_raw.as_deref(), Some("ﾐﾎﾝ ｲﾁﾛｳ"));
}

#[test]
fn unknown_fields_are_refused() {
    for (form, inner) in [(acquisition(), None), (loss(), None), (change("added"), Some("spouse"))] {
        let mut form = form;
        match inner {
            None => form["pension_number"] = json!("1234"),
            Some(inner) => form[inner]["pension_number"] = json!("1234"),
        }
        assert!(serde_json::from_value::<Form>(form).is_err());
    }
}
