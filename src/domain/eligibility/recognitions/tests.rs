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
    let anew = confirmed_anew(Some(stored), on, found.birth_on, relation_of("child")).unwrap();
    assert_eq!((anew.recognised_on, anew.is_disabled, anew.lives_together), (on, true, Some(true)));
    assert_eq!((anew.annual_income_yen, anew.support_yen), (None, None));
    assert_eq!(anew.documents, [EvidenceDocument::KinshipProof]);
    let rise = TemporaryRise { usual_income_yen: Yen::new(1_000_000).unwrap(), consecutive_times: 1 };
    let again = RecognitionFacts { temporary_rise: Some(rise), ..RecognitionFacts::default() };
    let again = again.over(anew.clone(), relation_of("child")).temporary_rise.unwrap();
    assert_eq!(again.consecutive_times, 2, "the second certificate in a row, whatever is stated");
    let none = RecognitionFacts::default().over(anew, relation_of("child"));
    assert!(none.temporary_rise.is_none(), "a certificate of last year does not count again");
    let nothing = confirmed_anew(None, on, found.birth_on, relation_of("wife")).unwrap();
    assert_eq!((nothing.kinship, nothing.lives_together), (Kinship::Spouse, None));
}
#[test]
fn a_day_without_a_rule_has_no_answer_and_needs_a_reason() {
    let old = examine(RecognitionInput::of(day("2019-04-01"), day("2004-05-01"), Kinship::Child));
    assert_eq!(old.answer(), None);
    assert!(old.require_consistent("/x").is_ok());
    assert_eq!(require_reason(&old, None, "/x").unwrap_err().code, "recognition-reason-needed");
    let early = RecognitionInput {
        recognised_on: day("2021-04-01"),
        both_support: Some(BothSupport {
            other_scheme: OtherSupporterScheme::Employees,
            other_income_yen: yen(1),
            named: None,
        }),
        ..child()
    };
    assert_eq!(examine(early).answer(), Some(RecognitionAnswer::NeedsEvidence), "before the notice on both");
}
#[test]
fn that_another_one_supports_lasts_and_what_that_one_earns_does_not() {
    let both = |income, named| BothSupport {
        other_scheme: OtherSupporterScheme::National,
        other_income_yen: income,
        named,
    };
    let found = RecognitionInput {
        both_support: Some(both(yen(4_200_000), Some(PrincipalSupporter::Insured))),
        annual_income_yen: yen(0),
        insured_income_yen: yen(5_000_000),
        ..child()
    };
    let on = day("2027-10-01");
    let stored = Some(serde_json::to_value(&found).unwrap());
    let anew = confirmed_anew(stored, on, found.birth_on, relation_of("child")).unwrap();
    assert!(anew.both_support.as_ref().is_some_and(|b| b.other_income_yen.is_none() && b.named.is_none()));
    let silent = RecognitionFacts {
        annual_income_yen: yen(0),
        insured_income_yen: yen(3_600_000),
        ..RecognitionFacts::default()
    };
    let examined = examine(silent.clone().over(anew.clone(), relation_of("child")));
    assert_eq!(
        examined.answer(),
        Some(RecognitionAnswer::NeedsEvidence),
        "never a no by the income of last year"
    );
    assert!(examined.finding().documents_needed.contains(&EvidenceDocument::OtherSupporterIncomeProof));
    let alone = RecognitionFacts { struck: vec![StruckFact::BothSupport], ..silent };
    assert!(
        alone.over(anew.clone(), relation_of("child")).both_support.is_none(),
        "nobody else supports any more"
    );
    assert!(
        confirmed_anew(Some(serde_json::json!({ "x": 1 })), on, found.birth_on, relation_of("child"))
            .is_err()
    );
    let shown = for_employer(&RecognitionInput { is_disabled: true, ..anew });
    assert!(
        !shown.is_disabled && shown.both_support.is_none(),
        "an employer is not told what the society found"
    );
}
#[test]
fn the_least_of_an_income_speaks_for_and_never_against() {
    let least = |income: i64, other: Option<i64>| RecognitionInput {
        annual_income_yen: yen(income),
        lives_together: Some(true),
        insured_income_yen: yen(1_680_000),
        insured_income_is_least: true,
        is_disabled: true,
        both_support: other.map(|other| BothSupport {
            other_scheme: OtherSupporterScheme::Employees,
            other_income_yen: yen(other),
            named: None,
        }),
        documents: vec![
            EvidenceDocument::KinshipProof,
            EvidenceDocument::HouseholdProof,
            EvidenceDocument::IncomeProof,
            EvidenceDocument::DisabilityProof,
            EvidenceDocument::OtherSupporterIncomeProof,
        ],
        ..child()
    };
    let asked = |input| {
        let finding = examine(input).finding();
        (finding.answer, finding.documents_needed)
    };
    let by_proof = (Some(RecognitionAnswer::NeedsEvidence), vec![EvidenceDocument::InsuredIncomeProof]);
    assert_eq!(asked(least(800_000, None)), (Some(RecognitionAnswer::Yes), vec![]));
    assert_eq!(asked(least(1_780_000, None)), by_proof, "bonuses may make it more");
    assert_eq!(asked(least(900_000, None)), by_proof);
    assert_eq!(asked(least(0, Some(4_000_000))), by_proof);
    assert_eq!(asked(least(0, Some(1_600_000))), by_proof, "near, as far as it is known");
    // a figure that somebody states is the whole
    let stated = RecognitionFacts { insured_income_yen: yen(1_700_000), ..RecognitionFacts::default() };
    let over = stated.over(least(1_780_000, None), relation_of("child"));
    assert_eq!(examine(over).answer(), Some(RecognitionAnswer::No));
}
#[test]
fn what_does_not_hold_is_struck() {
    let answer = RecognitionFacts {
        temporary_rise: Some(TemporaryRise { usual_income_yen: Yen::new(1).unwrap(), consecutive_times: 1 }),
        contract_income_yen: yen(1),
        is_wages_only: Some(true),
        support_yen: yen(1),
        annual_income_yen: yen(2),
        insured_income_yen: yen(3),
        is_disabled: Some(true),
        ..RecognitionFacts::default()
    };
    let all = vec![
        StruckFact::AnnualIncome,
        StruckFact::ContractIncome,
        StruckFact::TemporaryRise,
        StruckFact::InsuredIncome,
        StruckFact::Support,
        StruckFact::BothSupport,
        StruckFact::Disability,
    ];
    let seen = RecognitionFacts { struck: all, annual_income_yen: yen(5), ..RecognitionFacts::default() };
    let left =
        seen.before(answer).over(RecognitionInput { is_disabled: true, ..child() }, relation_of("child"));
    assert_eq!(left.annual_income_yen, yen(5), "stated anew");
    assert!(left.temporary_rise.is_none() && left.contract_income_yen.is_none() && !left.is_wages_only);
    assert!(left.support_yen.is_none() && left.insured_income_yen.is_none() && !left.is_disabled);
}
#[test]
fn a_reason_stands_where_the_rule_does_not_say_yes_and_only_there() {
    let given = |reason, note: Option<&str>| RecognitionDeparture { reason, note: note.map(Into::into) };
    let proved = RecognitionInput {
        annual_income_yen: yen(900_000),
        lives_together: Some(true),
        insured_income_yen: yen(5_000_000),
        documents: vec![
            EvidenceDocument::KinshipProof,
            EvidenceDocument::HouseholdProof,
            EvidenceDocument::IncomeProof,
        ],
        ..child()
    };
    let open = examine(child());
    let no = examine(RecognitionInput { annual_income_yen: yen(2_000_000), ..proved.clone() });
    let other = examine(RecognitionInput {
        both_support: Some(BothSupport {
            other_scheme: OtherSupporterScheme::National,
            other_income_yen: yen(9_000_000),
            named: None,
        }),
        ..proved.clone()
    });
    let yes = examine(proved);
    assert_eq!((yes.answer(), no.answer()), (Some(RecognitionAnswer::Yes), Some(RecognitionAnswer::No)));
    let follow = given(DepartureReason::DocumentsFollow, None);
    assert!(require_reason(&open, Some(&follow), "/x").is_ok());
    assert!(require_reason(&no, Some(&follow), "/x").is_err(), "no document helps");
    assert!(require_reason(&yes, None, "/x").is_ok());
    assert!(require_reason(&yes, Some(&follow), "/x").is_err());
    let leave = given(DepartureReason::SupporterOnLeave, Some("育児休業中"));
    assert!(require_reason(&other, Some(&leave), "/x").is_ok());
    assert!(require_reason(&no, Some(&leave), "/x").is_err(), "not of two supporters");
    assert!(
        require_reason(&no, Some(&given(DepartureReason::ActualLivelihood, None)), "/x").is_err(),
        "in words"
    );
    assert!(require_reason(&no, Some(&given(DepartureReason::ActualLivelihood, Some("実態"))), "/x").is_ok());
    let judged = given(DepartureReason::InsurersJudgement, None);
    assert!(require_reason(&open, Some(&judged), "/x").is_err());
    let judged = given(DepartureReason::InsurersJudgement, Some("個別の事情による"));
    assert!(require_reason(&no, Some(&judged), "/x").is_ok());
}
