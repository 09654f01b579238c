//! 被扶養者の認定 at each boundary.
use super::*;
use EvidenceDocument as D;
use RecognitionAnswer::{NeedsEvidence, No, Yes};
use RecognitionTest as T;
use proptest::{prelude::*, sample::select};

const ALL: [D; 15] = [
    D::KinshipProof,
    D::PartnershipProof,
    D::HouseholdProof,
    D::StayAbroadProof,
    D::BaseInJapanProof,
    D::IncomeProof,
    D::LabourContract,
    D::WagesOnlyStatement,
    D::TemporaryRiseCertificate,
    D::DisabilityProof,
    D::InsuredIncomeProof,
    D::SupportProof,
    D::HouseholdLivelihoodStatement,
    D::OtherSupporterIncomeProof,
    D::PrincipalSupporterStatement,
];
/// A mother of 50 who lives with the insured person and earns little; every document is at hand.
fn mother() -> RecognitionInput {
    RecognitionInput {
        recognised_on: day("2026-11-22"),
        birth_on: day("1976-03-01"),
        kinship: Kinship::Ascendant,
        lives_together: Some(true),
        residence: DependentResidence::InJapan,
        is_disabled: false,
        is_student: false,
        in_elderly_scheme: false,
        annual_income_yen: Some(yen(600_000)),
        contract_income_yen: None,
        is_wages_only: false,
        contract_income_from: None,
        insured_income_is_least: false,
        temporary_rise: None,
        insured_income_yen: Some(yen(5_000_000)),
        support_yen: None,
        both_support: None,
        documents: ALL.to_vec(),
        legal_values: None,
    }
}
fn told(input: &RecognitionInput) -> (RecognitionAnswer, Option<T>) {
    let o = decide::<DependentRecognition>(input);
    assert_eq!(o.answer == No, o.failed_test.is_some());
    assert_eq!(o.answer == NeedsEvidence, !o.documents_needed.is_empty());
    (o.answer, o.failed_test)
}
/// The documents that are asked for when none is at hand.
fn asked(input: RecognitionInput) -> Vec<D> {
    decide::<DependentRecognition>(&RecognitionInput { documents: vec![], ..input }).documents_needed
}
fn income(n: i64) -> RecognitionInput {
    RecognitionInput { annual_income_yen: Some(yen(n)), ..mother() }
}

#[test]
fn the_limit_of_income_goes_by_age_disability_and_date() {
    let limit = |input: &RecognitionInput, limit: i64| {
        for (n, holds) in [(limit - 1, true), (limit, false)] {
            let o = decide::<DependentRecognition>(&RecognitionInput {
                annual_income_yen: Some(yen(n)),
                birth_on: input.birth_on,
                recognised_on: input.recognised_on,
                kinship: input.kinship,
                is_disabled: input.is_disabled,
                ..mother()
            });
            assert_eq!((o.answer, o.income_limit_yen), (if holds { Yes } else { No }, Some(limit)));
            assert_eq!((o.failed_test, o.counted_income_yen), ((!holds).then_some(T::IncomeLimit), Some(n)));
        }
    };
    limit(&mother(), 1_300_000);
    limit(&RecognitionInput { is_disabled: true, ..mother() }, 1_800_000);
    // 60 is reached the day before the birthday.
    for (birth, most) in [("1966-11-23", 1_800_000), ("1966-11-24", 1_300_000)] {
        limit(&RecognitionInput { birth_on: day(birth), ..mother() }, most);
    }
    // 19 to 22 at the end of the year, from October 2025, not the spouse; somebody born on 1 January ages on 31 December.
    for (kinship, on, birth, most) in [
        (Kinship::Child, "2025-10-01", "2006-01-01", 1_500_000),
        (Kinship::Child, "2025-10-01", "2007-01-01", 1_500_000),
        (Kinship::Child, "2025-10-01", "2007-01-02", 1_300_000),
        (Kinship::Child, "2025-10-01", "2003-01-02", 1_500_000),
        (Kinship::Child, "2025-10-01", "2003-01-01", 1_300_000),
        (Kinship::Child, "2025-09-30", "2005-06-01", 1_300_000),
        (Kinship::Sibling, "2026-01-01", "2004-06-01", 1_500_000),
        (Kinship::Spouse, "2026-01-01", "2004-06-01", 1_300_000),
        (Kinship::Partner, "2026-01-01", "2004-06-01", 1_300_000),
    ] {
        let (recognised_on, birth_on) = (day(on), day(birth));
        limit(&RecognitionInput { kinship, recognised_on, birth_on, ..mother() }, most);
    }
}

#[test]
fn living_together_takes_half_and_apart_takes_less_than_what_is_sent() {
    let insured = |n: i64, of: i64| RecognitionInput { insured_income_yen: Some(yen(of)), ..income(n) };
    assert_eq!(told(&insured(999_999, 2_000_000)), (Yes, None));
    for (n, of, needs) in
        [(1_000_000, 2_000_000, true), (1_000_000, 1_000_000, true), (999_999, 2_000_001, false)]
    {
        let needed = asked(insured(n, of));
        assert_eq!(needed.contains(&D::HouseholdLivelihoodStatement), needs, "{n} of {of}");
    }
    assert_eq!(told(&insured(1_000_001, 1_000_000)), (No, Some(T::MainlySupported)));
    let apart = |n: i64, support: i64| RecognitionInput {
        lives_together: Some(false),
        support_yen: Some(yen(support)),
        ..income(n)
    };
    assert_eq!(told(&apart(600_000, 600_001)), (Yes, None));
    assert_eq!(told(&apart(600_000, 600_000)), (No, Some(T::MainlySupported)));
    assert_eq!(told(&apart(0, 0)), (No, Some(T::MainlySupported)));
    assert!(asked(apart(0, 1)).contains(&D::SupportProof));
    assert!(!asked(RecognitionInput { is_student: true, ..apart(0, 1) }).contains(&D::SupportProof));
    assert!(
        !asked(RecognitionInput { birth_on: day("2015-01-01"), ..apart(0, 1) }).contains(&D::SupportProof)
    );
}

#[test]
fn kin_and_household_decide_who_may_be_a_dependent() {
    use Kinship as K;
    let by = |kinship, lives_together| {
        told(&RecognitionInput { kinship, lives_together, support_yen: Some(yen(900_000)), ..mother() })
    };
    for kin in [K::Spouse, K::Partner, K::Child, K::Grandchild, K::Ascendant, K::Sibling] {
        assert_eq!((by(kin, Some(true)).0, by(kin, Some(false)).0), (Yes, Yes), "{kin:?}");
        assert_eq!(by(kin, None).0, NeedsEvidence);
    }
    for kin in [K::RelativeWithinThirdDegree, K::PartnersParentOrChild, K::LatePartnersParentOrChild] {
        assert_eq!((by(kin, Some(true)).0, by(kin, Some(false))), (Yes, (No, Some(T::Kinship))), "{kin:?}");
        assert_eq!(by(kin, None).0, NeedsEvidence);
    }
    assert_eq!(by(K::Other, Some(true)), (No, Some(T::Kinship)));
    assert_eq!(asked(mother()), [D::KinshipProof, D::HouseholdProof, D::IncomeProof]);
    let partner = RecognitionInput { kinship: K::Partner, ..mother() };
    assert_eq!(asked(partner), [D::PartnershipProof, D::HouseholdProof, D::IncomeProof]);
}

#[test]
fn residence_in_japan_has_its_exceptions() {
    use DependentResidence as R;
    for (residence, answer, document) in [
        (R::InJapan, Yes, None),
        (R::StudentAbroad, Yes, Some(D::StayAbroadProof)),
        (R::WithPostedInsured, Yes, Some(D::StayAbroadProof)),
        (R::TemporarilyAbroad, Yes, Some(D::StayAbroadProof)),
        (R::FamilySincePosting, Yes, Some(D::StayAbroadProof)),
        (R::OtherwiseBasedInJapan, Yes, Some(D::BaseInJapanProof)),
        (R::Abroad, No, None),
        (R::MedicalStay, No, None),
        (R::LeisureStay, No, None),
    ] {
        let input = RecognitionInput { residence, ..mother() };
        assert_eq!(told(&input), (answer, (answer == No).then_some(T::Residence)), "{residence:?}");
        let needed = asked(input);
        let of_stay: Vec<_> =
            needed.into_iter().filter(|d| [D::StayAbroadProof, D::BaseInJapanProof].contains(d)).collect();
        assert_eq!(of_stay, document.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn the_labour_contract_counts_from_april_2026_for_wages_only() {
    let contract = |on: &str, is_wages_only, from: Option<&str>| RecognitionInput {
        recognised_on: day(on),
        contract_income_yen: Some(yen(1_299_999)),
        is_wages_only,
        contract_income_from: from.map(day),
        ..income(1_400_000)
    };
    for (input, answer) in [
        (contract("2026-04-01", true, None), Yes),
        (contract("2026-03-31", true, None), No),
        (contract("2026-03-31", true, Some("2026-01-01")), No),
        (contract("2026-04-01", false, None), No),
        (contract("2026-06-30", true, Some("2026-07-01")), No),
        (contract("2026-07-01", true, Some("2026-07-01")), Yes),
    ] {
        assert_eq!(told(&input).0, answer, "{input:?}");
    }
    let needed = asked(contract("2026-04-01", true, None));
    assert_eq!(needed, [D::KinshipProof, D::HouseholdProof, D::LabourContract, D::WagesOnlyStatement]);
    // Nothing else is known: the contract alone does not tell all income.
    let alone = RecognitionInput { annual_income_yen: None, ..contract("2026-04-01", false, None) };
    assert_eq!(told(&alone).0, NeedsEvidence);
}

#[test]
fn a_temporary_rise_counts_twice_in_a_row() {
    let rise = |times, on: &str, usual| RecognitionInput {
        recognised_on: day(on),
        temporary_rise: Some(TemporaryRise { usual_income_yen: yen(usual), consecutive_times: times }),
        ..income(1_400_000)
    };
    for (input, answer) in [
        (rise(1, "2023-10-20", 1_299_999), Yes),
        (rise(2, "2026-11-22", 1_299_999), Yes),
        (rise(3, "2026-11-22", 1_299_999), No),
        (rise(1, "2023-10-19", 1_299_999), No),
        (rise(1, "2026-11-22", 1_300_000), No),
    ] {
        assert_eq!(told(&input).0, answer, "{input:?}");
    }
    assert!(asked(rise(1, "2026-11-22", 0)).contains(&D::TemporaryRiseCertificate));
}

#[test]
fn of_two_supporters_the_higher_income_decides_beyond_ten_percent() {
    use OtherSupporterScheme::{Employees, National};
    use PrincipalSupporter::{Insured, Other};
    let both = |insured, other_scheme, other, named| RecognitionInput {
        kinship: Kinship::Child,
        birth_on: day("2020-05-01"),
        annual_income_yen: Some(yen(0)),
        insured_income_yen: Some(yen(insured)),
        both_support: Some(BothSupport { other_scheme, other_income_yen: Some(yen(other)), named }),
        ..mother()
    };
    for (input, answer) in [
        (both(5_000_000, Employees, 4_499_999, None), Yes),
        (both(5_000_000, Employees, 4_500_000, None), NeedsEvidence),
        (both(5_000_000, Employees, 4_500_000, Some(Insured)), Yes),
        (both(5_000_000, Employees, 4_500_000, Some(Other)), No),
        (both(4_500_000, Employees, 5_000_000, Some(Insured)), Yes),
        (both(4_499_999, Employees, 5_000_000, Some(Insured)), No),
        (both(5_000_000, National, 4_999_999, None), Yes),
        (both(5_000_000, National, 5_000_001, Some(Insured)), No),
        (both(5_000_000, National, 5_000_000, None), NeedsEvidence),
        (both(5_000_000, National, 5_000_000, Some(Insured)), Yes),
    ] {
        assert_eq!(told(&input), (answer, (answer == No).then_some(T::PrincipalSupporter)), "{input:?}");
    }
    let early = RecognitionInput { recognised_on: day("2021-07-31"), ..both(5_000_000, Employees, 1, None) };
    assert_eq!(refused::<DependentRecognition>(&early), ("/both_support", "no-rule-for-day"));
    assert_eq!(told(&RecognitionInput { recognised_on: day("2021-08-01"), ..early }).0, Yes);
    let spouse = RecognitionInput { kinship: Kinship::Spouse, ..both(5_000_000, Employees, 1, None) };
    assert_eq!(refused::<DependentRecognition>(&spouse), ("/both_support", "not-for-a-spouse"));
    let unknown = RecognitionInput { insured_income_yen: None, ..both(0, Employees, 1, None) };
    assert!(decide::<DependentRecognition>(&unknown).documents_needed.contains(&D::InsuredIncomeProof));
}

#[test]
fn the_scheme_for_elderly_people_comes_first() {
    for (birth, answer) in [("1951-11-22", No), ("1951-11-23", Yes)] {
        let input = RecognitionInput { birth_on: day(birth), ..mother() };
        assert_eq!(told(&input), (answer, (answer == No).then_some(T::OtherScheme)), "{birth}");
    }
    let certified = RecognitionInput { in_elderly_scheme: true, ..mother() };
    assert_eq!(told(&certified), (No, Some(T::OtherScheme)));
}

#[test]
fn what_can_not_be_decided_is_refused() {
    let early = RecognitionInput { recognised_on: day("2020-03-31"), ..mother() };
    assert_eq!(refused::<DependentRecognition>(&early), ("/recognised_on", "no-rule-for-day"));
    let unborn = RecognitionInput { birth_on: day("2026-11-23"), ..mother() };
    assert_eq!(refused::<DependentRecognition>(&unborn), ("/birth_on", "born-after-recognition"));
    assert_eq!(told(&RecognitionInput { birth_on: day("2026-11-22"), ..mother() }).0, Yes);
}

proptest! {
    /// More income never makes a dependent of somebody who is none, and papers that are asked for, once at hand, are enough unless a fact
    /// itself is missing.
    #[test]
    fn income_and_papers_go_one_way(
        n in 0i64..2_000_000, more in 0i64..500_000, insured in 0i64..6_000_000, together: bool, support in 0i64..2_000_000,
        kinship in select(vec![Kinship::Spouse, Kinship::Child, Kinship::Ascendant, Kinship::RelativeWithinThirdDegree]),
        birth in 0u64..30_000, has in prop::collection::vec(any::<bool>(), ALL.len()),
    ) {
        let documents: Vec<D> = ALL.into_iter().zip(has).filter_map(|(d, has)| has.then_some(d)).collect();
        let input = RecognitionInput {
            kinship, lives_together: Some(together), insured_income_yen: Some(yen(insured)), support_yen: Some(yen(support)),
            birth_on: day("1940-01-01") + chrono::Days::new(birth), documents, ..income(n)
        };
        let o = decide::<DependentRecognition>(&input);
        let rich = RecognitionInput { annual_income_yen: Some(yen(n + more)), ..input.clone() };
        prop_assert!(o.answer != No || told(&rich).0 == No);
        let with_all = RecognitionInput { documents: ALL.to_vec(), ..input };
        prop_assert_eq!(told(&with_all).0, if o.answer == No { No } else { Yes });
    }
}
