//! Every read of a person's life, of what is decided about it and of what is set for it takes both times, or a reason stands here.
use crate::harness::document::document;
use serde_json::Value;
use std::collections::BTreeSet;

/// Parts of the contract that keep no history of an insured life: the log, the registers of employers and users, intake.
const ELSEWHERE: [&str; 4] = ["AuditLogs", "Employers", "Notifications", "Users"];
const HISTORY: &str = "a history is over all days: only when it was known can be asked";
const ONE: &str = "one decision, named by its id: only how it was known can be asked";
const ACT: &str = "an act on records, which holds on no day: only how it stood at an instant can be asked";
const LOG: &str = "a log of work that was done: its rows carry their days and times, and are not corrected";
/// Which read lacks which of the two, and why.
const REASONS: &[(&str, &str, &str)] = &[
    ("getMemberHistory", "as_of", HISTORY),
    ("getDependentHistory", "as_of", HISTORY),
    ("explainStandardRemuneration", "as_of", ONE),
    ("explainStandardBonus", "as_of", ONE),
    ("explainLeave", "as_of", ONE),
    ("listPersonMerges", "as_of", ACT),
    ("listSamePersonProposals", "as_of", "every name and address of two ids is compared, of whatever day"),
    ("listRemunerationWithdrawals", "as_of", ACT),
    ("listIdentityChanges", "as_of", ACT),
    ("listVoluntaryDefaults", "as_of", ACT),
    (
        "listConfirmationCampaigns",
        "as_of",
        "a campaign has its own day; getConfirmationCampaign counts as of another",
    ),
    ("listLosses", "as_of", "asks for the days of the losses themselves"),
    ("listCalendarRuns", "as_of", LOG),
    ("listCalendarRuns", "known_at", LOG),
    ("getCalendarRun", "as_of", LOG),
    ("getCalendarRun", "known_at", LOG),
    ("listRegularDeterminationRuns", "as_of", LOG),
    ("listRegularDeterminationRuns", "known_at", LOG),
    ("getRegularDeterminationRun", "as_of", LOG),
    ("getRegularDeterminationRun", "known_at", LOG),
    ("listRegularDeterminationLeft", "as_of", LOG),
    ("listRegularDeterminationLeft", "known_at", LOG),
];

#[test]
fn every_read_takes_a_day_and_an_instant_or_says_why_not() {
    let mut lacking = BTreeSet::new();
    let mut reads = 0;
    for (_, item) in document()["paths"].as_object().unwrap() {
        let read = &item["get"];
        if read.is_null() || ELSEWHERE.iter().any(|tag| read["tags"][0] == *tag) {
            continue;
        }
        reads += 1;
        let id = read["operationId"].as_str().unwrap();
        let takes = |name: &str| {
            let mut parameters = read["parameters"].as_array().into_iter().flatten();
            parameters.any(|p: &Value| p["name"] == name && p["in"] == "query" && p["required"] != true)
        };
        lacking.extend(["as_of", "known_at"].iter().filter(|name| !takes(name)).map(|name| (id, *name)));
    }
    assert!(reads > 30, "{reads}");
    let explained: BTreeSet<(&str, &str)> = REASONS.iter().map(|(id, name, _)| (*id, *name)).collect();
    let without: Vec<_> = lacking.difference(&explained).collect();
    assert!(without.is_empty(), "neither the parameter nor a reason: {without:?}");
    let idle: Vec<_> = explained.difference(&lacking).collect();
    assert!(idle.is_empty(), "a reason for what is there: {idle:?}");
}
