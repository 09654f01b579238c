//! 夫婦共同扶養 — which of two supporters mainly supports (令和3年保保発0430第2号).
use super::{
    super::parameters::Parameter, Case, EvidenceDocument as Document, Kinship, OtherSupporterScheme,
    PrincipalSupporter,
};
use crate::domain::remuneration::{Refusal, Value, refuse, steps};

steps! {
    HIGHER = "higher_income", "令和3年保保発0430第2号":
        "被保険者の収入{insured}は他の扶養者の収入{other}より多く、被保険者の被扶養者とします。" /
        "The insured person's income {insured} is higher than the other supporter's {other}: a dependent of the insured person.";
    LOWER = "lower_income", "令和3年保保発0430第2号":
        "被保険者の収入{insured}は他の扶養者の収入{other}より少なく、他の扶養者の被扶養者とします。" /
        "The insured person's income {insured} is lower than the other supporter's {other}: a dependent of the other.";
    NEAR = "near_incomes", "令和3年保保発0430第2号":
        "被保険者の収入{insured}と他の扶養者の収入{other}の差は多い方の{percent}%以内のため、届出により主として生計を維持する者によります。" /
        "The incomes {insured} and {other} differ by {percent} percent of the higher one or less: the two name who mainly supports.";
    EQUAL = "equal_incomes", "令和3年保保発0430第2号":
        "被保険者の収入と国民健康保険の被保険者の収入がいずれも{insured}のため、主として生計を維持する者を確認します。" /
        "The insured person and the one in national insurance both have {insured}: who mainly supports is to be confirmed.";
    OTHER_UNKNOWN = "other_income_unknown", "令和3年保保発0430第2号":
        "他の扶養者の収入が分からないため、書類を求めます。" / "The other supporter's income is not known: a document tells it.";
    AT_LEAST = "both_incomes_at_least", "令和3年保保発0430第2号":
        "被保険者の収入は標準報酬月額の12か月分{insured}以上としか分からず、他の扶養者の収入{other}との比較には書類を求めます。" /
        "Of the insured person's income only twelve times the standard remuneration, {insured}, is known: a document tells whether it is above the other's {other}.";
    UNKNOWN = "insured_income_unknown", "令和3年保保発0430第2号":
        "被保険者の収入が分からないため、書類を求めます。" / "The insured person's income is not known: a document tells it.";
}
const WHOLE_PERCENT: i64 = 100;

/// The insured person is the one who mainly supports.
pub fn principal(case: &mut Case<'_>) -> Result<bool, Refusal> {
    let input = case.input;
    let Some(both) = &input.both_support else { return Ok(true) };
    let percent = case.law.needed(Parameter::NearPercent, input.recognised_on, "/both_support")?;
    if matches!(input.kinship, Kinship::Spouse | Kinship::Partner) {
        return Err(refuse(
            "/both_support",
            "not-for-a-spouse",
            ("配偶者は夫婦共同扶養の対象ではありません", "a spouse is not supported by both"),
        ));
    }
    let Some(other) = both.other_income_yen else {
        case.trace.step(&OTHER_UNKNOWN, []);
        case.lack(Document::OtherSupporterIncomeProof);
        return Ok(true);
    };
    case.prove(Document::OtherSupporterIncomeProof);
    let Some(insured) = input.insured_income_yen else {
        case.trace.step(&UNKNOWN, []);
        case.lack(Document::InsuredIncomeProof);
        return Ok(true);
    };
    let (insured, other) = (insured.get(), other.get());
    let (of_insured, of_other) = (("insured", Value::Yen(insured)), ("other", Value::Yen(other)));
    let is_near = |least: i64| (least - other).abs() * WHOLE_PERCENT <= least.max(other) * percent;
    if input.insured_income_is_least && (insured <= other || is_near(insured)) {
        case.trace.step(&AT_LEAST, [of_insured, of_other]);
        case.lack(Document::InsuredIncomeProof);
        return Ok(true);
    }
    case.prove(Document::InsuredIncomeProof);
    match both.other_scheme {
        OtherSupporterScheme::Employees if is_near(insured) => {
            case.trace.step(&NEAR, [of_insured, of_other, ("percent", Value::Count(percent))]);
            return Ok(named(case, both.named));
        }
        OtherSupporterScheme::National if insured == other => {
            case.trace.step(&EQUAL, [of_insured]);
            return Ok(named(case, both.named));
        }
        OtherSupporterScheme::Employees | OtherSupporterScheme::National => {}
    }
    let is_higher = insured > other;
    case.trace.step(if is_higher { &HIGHER } else { &LOWER }, [of_insured, of_other]);
    Ok(is_higher)
}
/// By what the two stated; false when they named the other one.
fn named(case: &mut Case<'_>, named: Option<PrincipalSupporter>) -> bool {
    match named {
        Some(PrincipalSupporter::Insured) => case.prove(Document::PrincipalSupporterStatement),
        Some(PrincipalSupporter::Other) => return false,
        None => case.lack(Document::PrincipalSupporterStatement),
    }
    true
}
