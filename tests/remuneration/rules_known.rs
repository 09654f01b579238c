//! Every stored decision names a rule that the program has, with the version of that rule.
use super::{
    accepted, after_childcare, childcare, childcare_end, insured, maternity, maternity_change, regular,
    revision,
};
use crate::{
    filing::{HACHI, KYU, NANA, decide, filed},
    harness::world::World,
};
use serde_json::json;
use std::{collections::BTreeSet, fs, path::Path};

/// Ids and versions of the rules, read from the sources.
fn rules() -> BTreeSet<(String, String)> {
    let mut all = BTreeSet::new();
    let mut open = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src/domain")];
    while let Some(at) = open.pop() {
        for path in fs::read_dir(at).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let text = fs::read_to_string(path).unwrap();
            let quoted = |line: &str| line.split('"').nth(1).map(str::to_owned);
            let ids =
                text.lines().filter(|l| l.trim().starts_with("const ID: &'static str =")).filter_map(quoted);
            let versions = text
                .lines()
                .filter(|l| l.trim().starts_with("const VERSION: &'static str ="))
                .filter_map(quoted);
            let (ids, versions): (Vec<_>, Vec<_>) = (ids.collect(), versions.collect());
            assert_eq!(ids.len(), versions.len(), "a rule without a version, or one that this does not find");
            all.extend(ids.into_iter().zip(versions));
        }
    }
    assert!(all.len() > 20, "{all:?}");
    all
}
/// 改定区分 after a leave is told by its leave; both are of one rule.
fn of_word(word: &str) -> &str {
    match word {
        "maternity_leave_end_revision" | "childcare_leave_end_revision" => "leave_end_revision",
        word => word,
    }
}
/// Every (rule, version) that is stored, in whatever table, is one of a rule; and so is the one that a trace names.
#[track_caller]
pub fn hold(w: &World) -> BTreeSet<(String, String)> {
    let rules = rules();
    let tables = w.rows(
        "select table_name as name from information_schema.columns where table_schema = 'public' and column_name = 'rule_version' \
           and table_name in (select table_name from information_schema.columns where column_name = 'rule')",
    );
    assert!(tables.len() >= 4, "{tables:?}");
    let mut all = BTreeSet::new();
    for table in &tables {
        let table = table["name"].as_str().unwrap();
        let sql = format!(
            "select distinct rule, rule_version as version, trace->>'rule' as by, trace->>'rule_version' as by_version from {table}"
        );
        for row in w.rows(&sql) {
            let text = |name: &str| row[name].as_str().unwrap().to_owned();
            let stored = (of_word(&text("rule")).to_owned(), text("version"));
            assert!(rules.contains(&stored), "{table}: {stored:?} is no rule");
            let told = (text("by"), text("by_version"));
            assert!(rules.contains(&told), "{table}: {told:?} is told and no rule");
            all.insert((text("rule"), told.0));
        }
    }
    all
}

#[test]
fn every_rule_has_a_name_to_be_read_aloud() {
    let told = include_str!("../../src/domain/remuneration/told.rs");
    let unnamed: Vec<_> =
        rules().into_iter().filter(|(id, _)| !told.contains(&format!("\"{id}\" => \""))).collect();
    assert!(unnamed.is_empty(), "{unnamed:?}");
}

#[test]
fn what_is_stored_names_a_rule_and_a_version_of_it() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    for person in [NANA, HACHI, KYU] {
        insured(&w, &employer, &staff, person);
    }
    let by_year = |form, annual| {
        let waiting = filed(&w, &employer, &form);
        let determined = json!({ "decision": "accept", "determination": { "annual": annual } });
        decide(&staff, waiting, &determined).expect(200);
    };
    let months: Vec<_> = (7..=12)
        .map(|n| format!("2025-{n:02}"))
        .chain((1..=3).map(|n| format!("2026-{n:02}")))
        .map(|m| json!({ "month": m, "pay_yen": 260_000, "base_days": 30 }))
        .collect();
    let mut yearly = regular(NANA, [400_000; 3]);
    yearly["annual_average"] = json!(true);
    by_year(yearly, json!({ "months": months, "is_recurring": true, "has_consent": true }));
    by_year(
        revision(HACHI, "up", [400_000; 3]),
        json!({ "fixed_pay_total_yen": 840_000, "variable_pay_total_yen": 360_000, "is_recurring": true, "has_consent": true }),
    );
    accepted(&w, &employer, &staff, &maternity(KYU));
    let mut born = maternity_change(KYU, "2026-04-28", false);
    born["actual_birth_on"] = json!("2026-03-03");
    accepted(&w, &employer, &staff, &born);
    accepted(&w, &employer, &staff, &childcare(KYU, "2026-03-03", "2026-04-29", "2026-08-31"));
    accepted(&w, &employer, &staff, &childcare_end(KYU, "2026-04-29", "2026-07-31"));
    accepted(&w, &employer, &staff, &after_childcare(KYU, 235_000));
    let told = hold(&w);
    for (rule, by) in [
        ("regular_determination", "regular_determination_annual"),
        ("occasional_revision", "occasional_revision_annual"),
        ("childcare_leave_end_revision", "leave_end_revision"),
        ("acquisition_determination", "acquisition_determination"),
    ] {
        assert!(told.contains(&(rule.into(), by.into())), "{rule} by {by} in {told:?}");
    }
}
