//! Facts of a recognition: what is stated counts before what is known, and nothing is a yes by default.
#![allow(clippy::unwrap_used)]
use super::{super::rules::*, *};
use crate::values::yen::Yen;
use chrono::NaiveDate;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}
fn yen(n: i64) -> Option<Yen> {
    Yen::new(n)
}
fn child() -> RecognitionInput {
    RecognitionInput::of(day("2026-11-22"), day("2004-05-01"), Kinship::Child)
}

#[test]
fn a_case_of_which_nothing_is_stated_needs_evidence() {
    for code in ["wife", "child", "parent", "other_child", "older_sibling", "other", "husband_unregistered"] {
        let relation = relation_of(code);
        let facts = RecognitionInput::of(day("2026-11-22"), day("1995-05-01"), relation.kinship);
        let examined = examine(RecognitionFacts::default().over(facts, relation));
        assert_eq!(examined.answer(), Some(RecognitionAnswer::NeedsEvidence), "{code}");
        assert!(!examined.finding().documents_needed.is_empty(), "{code}");
    }
}
#[test]
fn what_is_stated_counts_before_what_is_known() {
    let known = RecognitionInput { annual_income_yen: yen(2_000_000), ..child() };
    let stated = RecognitionFacts {
        annual_income_yen: yen(900_000),
        lives_together: Some(true),
        insured_income_yen: yen(5_000_000),
        documents: vec![
            EvidenceDocument::KinshipProof,
            EvidenceDocument::HouseholdProof,
            EvidenceDocument::IncomeProof,
        ],
        ..RecognitionFacts::default()
    };
    assert_eq!(examine(known.clone()).answer(), Some(RecognitionAnswer::No));
    let examined = examine(stated.over(known, relation_of("child")));
    assert_eq!(examined.answer(), Some(RecognitionAnswer::Yes), "{examined:?}");
    assert_eq!(examined.finding().counted_income_yen, Some(900_000));
}
#[test]
fn a_relation_that_nobody_names_is_not_proved() {
    let stated =
        RecognitionFacts { documents: vec![EvidenceDocument::KinshipProof], ..RecognitionFacts::default() };
    let open = stated.over(child(), relation_of("other"));
    assert!(open.documents.is_empty());
    let named = RecognitionFacts { kinship: Some(Kinship::Grandchild), ..stated };
    let named = named.over(child(), relation_of("other"));
    assert_eq!((named.kinship, named.documents.len()), (Kinship::Grandchild, 1));
}
#[test]
fn a_year_later_incomes_and_documents_are_asked_for_anew() {
    let found = RecognitionInput {
        is_disabled: true,
        lives_together: Some(true),
        annual_income_yen: yen(1),
        support_yen: yen(1),
        temporary_rise: Some(TemporaryRise { usual_income_yen: Yen::new(1).unwrap(), consecutive_times: 1 }),
        documents: vec![EvidenceDocument::KinshipProof, EvidenceDocument::IncomeProof],
        ..child()
    };
    let stored = serde_json::to_value(&found).unwrap();
    let on = day("2027-10-01");
    let anew = confirmed_anew(Some(stored), on, found.birth_on, relation_of("child"));
    assert_eq!((anew.recognised_on, anew.is_disabled, anew.lives_together), (on, true, Some(true)));
    assert_eq!((anew.annual_income_yen, anew.support_yen), (None, None));
    assert_eq!(anew.documents, [EvidenceDocument::KinshipProof]);
    let rise = TemporaryRise { usual_income_yen: Yen::new(1_000_000).unwrap(), consecutive_times: 1 };
    let again = RecognitionFacts { temporary_rise: Some(rise), ..RecognitionFacts::default() };
    let again = again.over(anew.clone(), relation_of("child")).temporary_rise.unwrap();
    assert_eq!(again.consecutive_times, 2, "the second certificate in a row, whatever is stated");
    let none = RecognitionFacts::default().over(anew, relation_of("child"));
    assert!(none.temporary_rise.is_none(), "a certificate of last year does not count again");
    let nothing = confirmed_anew(None, on, found.birth_on, relation_of("wife"));
    assert_eq!((nothing.kinship, nothing.lives_together), (Kinship::Spouse, None));
}
#[test]
fn a_day_without_a_rule_has_no_answer_and_needs_a_reason() {
    let old = examine(RecognitionInput::of(day("2019-04-01"), day("2004-05-01"), Kinship::Child));
    assert_eq!(old.answer(), None);
    assert!(old.require_consistent("/x").is_ok());
    assert_eq!(require_reason(None, None, "/x").unwrap_err().code, "recognition-reason-needed");
    let early = RecognitionInput {
        recognised_on: day("2021-04-01"),
        both_support: Some(BothSupport {
            other_scheme: OtherSupporterScheme::Employees,
            other_income_yen: Yen::new(1).unwrap(),
            named: None,
        }),
        ..child()
    };
    assert_eq!(examine(early).answer(), Some(RecognitionAnswer::NeedsEvidence), "before the notice on both");
}
#[test]
fn a_reason_stands_where_the_rule_does_not_say_yes_and_only_there() {
    let given = |reason, note: Option<&str>| RecognitionDeparture { reason, note: note.map(Into::into) };
    let follow = given(DepartureReason::DocumentsFollow, None);
    assert!(require_reason(Some(RecognitionAnswer::No), Some(&follow), "/x").is_ok());
    assert!(require_reason(Some(RecognitionAnswer::Yes), None, "/x").is_ok());
    assert!(require_reason(Some(RecognitionAnswer::Yes), Some(&follow), "/x").is_err());
    let judged = given(DepartureReason::InsurersJudgement, None);
    assert!(require_reason(Some(RecognitionAnswer::No), Some(&judged), "/x").is_err());
    let judged = given(DepartureReason::InsurersJudgement, Some("個別の事情による"));
    assert!(require_reason(Some(RecognitionAnswer::No), Some(&judged), "/x").is_ok());
}
