//! What a clerk reads aloud of a decision names every figure that it used, each article, and the rule with its version.
use crate::harness::world::World;
use kenpo::domain::remuneration::CalculationTrace;
use serde_json::Value;
use std::collections::BTreeSet;

/// Every trace that is kept in a society, and the rule and version that its row names.
const KEPT: &str = "select trace, rule, rule_version from standard_remuneration union all select trace, rule, rule_version from leave_period \
    union all select trace, rule, rule_version from loss_decision union all select trace, trace->>'rule', trace->>'rule_version' from standard_bonus";

fn grouped(digits: &str) -> String {
    let (sign, digits) = digits.strip_prefix('-').map_or(("", digits), |d| ("-", d));
    let parts: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|c| std::str::from_utf8(c).unwrap()).collect();
    format!("{sign}{}", parts.join(","))
}
/// A figure as Japanese and as English write it.
fn said(unit: &str, value: &str) -> [String; 2] {
    let counted = |noun: &str| format!("{value} {noun}{}", if value == "1" { "" } else { "s" });
    match unit {
        "yen" => [format!("{}円", grouped(value)), format!("{} yen", grouped(value))],
        "days" => [format!("{value}日"), counted("day")],
        "months" => [format!("{value}か月"), counted("month")],
        "grade" => [format!("第{value}級"), format!("grade {value}")],
        "grades" => [format!("{value}等級"), counted("grade")],
        "count" => [grouped(value), grouped(value)],
        "month" | "date" => {
            let day = format!("{value}-01")[..10].parse::<chrono::NaiveDate>().unwrap();
            let (ja, en) =
                if unit == "month" { ("%Y年%-m月", "%B %Y") } else { ("%Y年%-m月%-d日", "%-d %B %Y") };
            [day.format(ja).to_string(), day.format(en).to_string()]
        }
        other => panic!("{other}"),
    }
}
/// Holds of every trace that is kept that its text tells all of it; gives the codes of the steps.
#[track_caller]
pub fn all_is_said(w: &World) -> BTreeSet<String> {
    let mut codes = BTreeSet::new();
    for row in w.rows(KEPT) {
        let text = |name: &str| row[name].as_str().unwrap().to_owned();
        let trace = CalculationTrace::read(row["trace"].clone()).unwrap();
        // of a revision after a leave the row also says which leave
        assert!(
            text("rule").ends_with(&trace.rule) && text("rule_version") == trace.rule_version,
            "the row names the rule of its trace: {row}"
        );
        let (ja, en) = trace.aloud();
        let holds = |ja_words: &str, en_words: &str| {
            assert!(
                ja.contains(ja_words) && en.contains(en_words),
                "{ja_words} / {en_words} in {ja} / {en} of {}",
                row["trace"]
            );
        };
        assert!(!trace.steps.is_empty(), "{}", row["trace"]);
        holds(
            &format!("({}版)", trace.rule_version),
            &format!("Rule: {}, version {}.", trace.rule, trace.rule_version),
        );
        assert!(!ja.contains(&trace.rule), "a rule is called by its name: {ja}");
        for step in &trace.steps {
            holds(&step.article, &step.article);
            holds(&step.ja, &step.en);
            for figure in &step.figures {
                let unit = serde_json::to_value(figure.unit).unwrap();
                let [ja, en] = said(unit.as_str().unwrap(), &figure.value);
                holds(&ja, &en);
            }
            if let Some(rounding) = step.rounding {
                let (ja, en) = rounding.words();
                holds(ja, en);
            }
            codes.insert(step.code.clone());
        }
    }
    codes
}
/// As [`all_is_said`]; steps of these codes are among them.
#[track_caller]
pub fn said_with(w: &World, expected: &[&str]) {
    let codes = all_is_said(w);
    for code in expected {
        assert!(codes.contains(*code), "no step {code} is kept here: {codes:?}");
    }
}
/// What is told of the loss that a form stated: the reason, the article, the first day not covered and the last one covered.
#[track_caller]
pub fn ground_is_said(seen: &Value, [ja, en]: [&[&str]; 2]) {
    assert!(seen.get("trace").is_none(), "{seen}");
    for (text, words) in [("ja", ja), ("en", en)] {
        let told = seen[text].as_str().unwrap();
        assert!(words.iter().all(|w| told.contains(w)), "{words:?} in {told}");
    }
}
