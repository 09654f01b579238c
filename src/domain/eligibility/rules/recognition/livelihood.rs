//! 生計維持 — the income that counts, its limit, and its share of what the insured person has or sends (昭和52年保発第9号・庁保発第9号).
use super::{super::parameters::Parameter, Case, EvidenceDocument as Document, Kinship};
use crate::domain::remuneration::{Refusal, Value, steps};
use crate::values::period;
use chrono::{Datelike, NaiveDate};

steps! {
    RISE = "temporary_rise", "令和5年保保発1020第3号、令和7年保保発1001第1号":
        "一時的な増収との事業主の証明(連続{times}回目、{most}回まで)により、通常の収入{income}で判定します。" /
        "The employer certifies a temporary rise (time {times} in a row, at most {most}): the usual income {income} counts.";
    RISE_OVER = "temporary_rise_too_often", "令和5年保保発1020第3号、令和7年保保発1001第1号":
        "事業主の証明は連続{times}回目で、{most}回までのため、用いません。" /
        "The employer's certificate would be time {times} in a row; at most {most} count.";
    RISE_EARLY = "temporary_rise_too_early", "令和5年保保発1020第3号":
        "この日には、一時的な増収の事業主の証明は用いられません。" /
        "Certificates of a temporary rise do not count on this day yet.";
    CONTRACT = "contract_income", "令和7年保保発1001第3号":
        "給与収入のみのため、労働契約による年間収入{income}で判定します。" /
        "Nothing but wages: the income of a year by the labour contract, {income}, counts.";
    NOT_CONTRACT = "contract_income_not_used", "令和7年保保発1001第3号":
        "労働契約による判定(給与収入のみ、適用開始後)に当たらないため、全ての収入の見込みで判定します。" /
        "The labour contract does not decide (wages only, once it is in force): all expected income counts.";
    ALL = "expected_income", "昭和52年保発第9号・庁保発第9号":
        "今後1年間の収入の見込み{income}で判定します。" / "The expected income of a year, {income}, counts.";
    NO_INCOME = "income_unknown", "昭和52年保発第9号・庁保発第9号":
        "収入が分からないため、書類を求めます。" / "The income is not known: a document tells it.";
    GENERAL = "limit_general", "昭和52年保発第9号・庁保発第9号":
        "基準額は{limit}です。" / "The limit is {limit}.";
    OLDER = "limit_from_age", "昭和52年保発第9号・庁保発第9号":
        "{reached}に{age}歳に達しているため、基準額は{limit}です。" / "Reached the age of {age} on {reached}: the limit is {limit}.";
    DISABLED = "limit_disabled", "昭和52年保発第9号・庁保発第9号":
        "障害者のため、基準額は{limit}です。" / "Disabled: the limit is {limit}.";
    YOUNG = "limit_young", "令和7年10月1日適用の通知(19歳以上23歳未満)":
        "配偶者でなく、{day}現在で{from}歳以上{below}歳未満のため、基準額は{limit}です。" /
        "Not the spouse, and from {from} to below {below} years old on {day}: the limit is {limit}.";
    BELOW = "below_limit", "昭和52年保発第9号・庁保発第9号":
        "収入{income}は基準額{limit}未満です。" / "The income {income} is below the limit {limit}.";
    ABOVE = "not_below_limit", "昭和52年保発第9号・庁保発第9号":
        "収入{income}は基準額{limit}未満ではありません。" / "The income {income} is not below the limit {limit}.";
    SHARE = "below_share", "昭和52年保発第9号・庁保発第9号":
        "同居で、収入{income}は被保険者の収入{insured}の{divisor}分の1未満です。" /
        "Living together; {income} is below the insured person's {insured} divided by {divisor}.";
    CENTRE = "household_centre", "昭和52年保発第9号・庁保発第9号":
        "同居で、収入{income}は被保険者の収入{insured}の{divisor}分の1以上ですが上回らないため、世帯の生計の状況により判断します。" /
        "Living together; {income} is not below {insured} divided by {divisor}, but not above it: how the household lives decides.";
    EARNS_MORE = "earns_more", "昭和52年保発第9号・庁保発第9号":
        "同居で、収入{income}は被保険者の収入{insured}を上回ります。" /
        "Living together; {income} is above the insured person's {insured}.";
    AT_LEAST = "insured_income_at_least", "昭和52年保発第9号・庁保発第9号":
        "同居で、被保険者の収入は標準報酬月額の12か月分{insured}以上としか分からず、収入{income}との比較には書類を求めます。" /
        "Living together; of the insured person's income only twelve times the standard remuneration, {insured}, is known: a document tells whether {income} is below its share.";
    SENT = "below_support", "昭和52年保発第9号・庁保発第9号":
        "別居で、収入{income}は被保険者からの援助{support}より少額です。" /
        "Living apart; {income} is less than the support sent, {support}.";
    NOT_SENT = "not_below_support", "昭和52年保発第9号・庁保発第9号":
        "別居で、収入{income}は被保険者からの援助{support}より少額ではありません。" /
        "Living apart; {income} is not less than the support sent, {support}.";
    UNTOLD = "support_unknown", "昭和52年保発第9号・庁保発第9号":
        "被保険者の収入又は援助の額が分からないため、書類を求めます。" /
        "The insured person's income or the support sent is not known: a document tells it.";
}

/// Income below the limit.
pub fn income_limit(case: &mut Case<'_>) -> Result<bool, Refusal> {
    case.income = counted_income(case);
    let Some(income) = case.income else { return Ok(true) };
    let general = case.law.needed(Parameter::IncomeLimit, case.input.recognised_on, "/recognised_on")?;
    let limit = limit(case, income, general)?;
    case.limit = Some(limit);
    let is_below = income < limit;
    let figures = [("income", Value::Yen(income)), ("limit", Value::Yen(limit))];
    case.trace.step(if is_below { &BELOW } else { &ABOVE }, figures);
    Ok(is_below)
}
/// The income that counts, in yen of a year; nothing when it is not known.
fn counted_income(case: &mut Case<'_>) -> Option<i64> {
    certified_income(case).or_else(|| contract_income(case)).or_else(|| {
        let Some(income) = case.input.annual_income_yen else {
            case.trace.step(&NO_INCOME, []);
            case.lack(Document::IncomeProof);
            return None;
        };
        case.trace.step(&ALL, [("income", income.into())]);
        if needs_proof(case) {
            case.prove(Document::IncomeProof);
        }
        Some(income.get())
    })
}
/// The usual income, when the employer certifies that it rose for a time only.
fn certified_income(case: &mut Case<'_>) -> Option<i64> {
    let rise = case.input.temporary_rise.as_ref()?;
    let Some(most) = case.law.on(Parameter::TemporaryTimes, case.input.recognised_on) else {
        case.trace.step(&RISE_EARLY, []);
        return None;
    };
    let times = i64::from(rise.consecutive_times);
    let (times_told, most_told) = (("times", Value::Count(times)), ("most", Value::Count(most)));
    if times > most {
        case.trace.step(&RISE_OVER, [times_told, most_told]);
        return None;
    }
    case.trace.step(&RISE, [times_told, most_told, ("income", rise.usual_income_yen.into())]);
    case.prove(Document::TemporaryRiseCertificate);
    Some(rise.usual_income_yen.get())
}
/// The income by the labour contract, when there are wages only.
fn contract_income(case: &mut Case<'_>) -> Option<i64> {
    let (input, day) = (case.input, case.input.recognised_on);
    let income = input.contract_income_yen?;
    let is_in_force = case.law.holds(Parameter::ContractIncome, day)
        && input.contract_income_from.is_none_or(|from| from <= day);
    if !is_in_force || !input.is_wages_only {
        case.trace.step(&NOT_CONTRACT, []);
        return None;
    }
    case.trace.step(&CONTRACT, [("income", income.into())]);
    case.prove(Document::LabourContract);
    case.prove(Document::WagesOnlyStatement);
    Some(income.get())
}
/// Income is proved by documents from an age on.
fn needs_proof(case: &Case<'_>) -> bool {
    let (birth, day) = (case.input.birth_on, case.input.recognised_on);
    case.law.on(Parameter::ProofFromAge, day).is_none_or(|age| has_reached(birth, age, day).is_some())
}
/// The day on which an age was reached, when that is not after `day`.
fn has_reached(birth: NaiveDate, age: i64, day: NaiveDate) -> Option<NaiveDate> {
    let reached = period::reaches_age(birth, i32::try_from(age).ok()?);
    (reached <= day).then_some(reached)
}
/// The limit that holds, in yen of a year: the highest of those that the person meets.
fn limit(case: &mut Case<'_>, income: i64, general: i64) -> Result<i64, Refusal> {
    let (input, day) = (case.input, case.input.recognised_on);
    let higher = case.law.needed(Parameter::HigherIncomeLimit, day, "/recognised_on")?;
    let age = case.law.needed(Parameter::HigherLimitAge, day, "/recognised_on")?;
    if let Some(reached) = has_reached(input.birth_on, age, day) {
        let figures =
            [("reached", Value::Date(reached)), ("age", Value::Count(age)), ("limit", Value::Yen(higher))];
        case.trace.step(&OLDER, figures);
        return Ok(higher);
    }
    if input.is_disabled {
        case.trace.step(&DISABLED, [("limit", Value::Yen(higher))]);
        if income >= general {
            case.prove(Document::DisabilityProof);
        }
        return Ok(higher);
    }
    if let Some(young) = young_limit(case) {
        return Ok(young);
    }
    case.trace.step(&GENERAL, [("limit", Value::Yen(general))]);
    Ok(general)
}
/// The limit of young people, by the age at the end of the year; nothing for others, and before it was set.
fn young_limit(case: &mut Case<'_>) -> Option<i64> {
    let (input, day) = (case.input, case.input.recognised_on);
    if matches!(input.kinship, Kinship::Spouse | Kinship::Partner) {
        return None;
    }
    let limit = case.law.on(Parameter::YoungIncomeLimit, day)?;
    let (from, below) =
        (case.law.on(Parameter::YoungFromAge, day)?, case.law.on(Parameter::YoungBelowAge, day)?);
    let year_end = NaiveDate::from_ymd_opt(day.year(), 12, 31)?;
    has_reached(input.birth_on, from, year_end)?;
    if has_reached(input.birth_on, below, year_end).is_some() {
        return None;
    }
    let figures = [
        ("day", Value::Date(year_end)),
        ("from", Value::Count(from)),
        ("below", Value::Count(below)),
        ("limit", Value::Yen(limit)),
    ];
    case.trace.step(&YOUNG, figures);
    Some(limit)
}

/// Lives mainly on what the insured person earns or sends.
pub fn mainly_supported(case: &mut Case<'_>) -> Result<bool, Refusal> {
    match (case.input.lives_together, case.income) {
        (Some(true), Some(income)) => share_of_household(case, income),
        (Some(false), Some(income)) => Ok(support_sent(case, income)),
        // What is not known is asked for already.
        _ => Ok(true),
    }
}
fn share_of_household(case: &mut Case<'_>, income: i64) -> Result<bool, Refusal> {
    let divisor = case.law.needed(Parameter::ShareDivisor, case.input.recognised_on, "/recognised_on")?;
    let Some(insured) = case.input.insured_income_yen else {
        case.trace.step(&UNTOLD, []);
        case.lack(Document::InsuredIncomeProof);
        return Ok(true);
    };
    let insured = insured.get();
    let (of_income, of_insured) = (("income", Value::Yen(income)), ("insured", Value::Yen(insured)));
    if income * divisor < insured {
        case.trace.step(&SHARE, [of_income, of_insured, ("divisor", Value::Count(divisor))]);
        return Ok(true);
    }
    if case.input.insured_income_is_least {
        case.trace.step(&AT_LEAST, [of_income, of_insured]);
        case.lack(Document::InsuredIncomeProof);
        return Ok(true);
    }
    if income > insured {
        case.trace.step(&EARNS_MORE, [of_income, of_insured]);
        return Ok(false);
    }
    case.trace.step(&CENTRE, [of_income, of_insured, ("divisor", Value::Count(divisor))]);
    case.prove(Document::HouseholdLivelihoodStatement);
    Ok(true)
}
fn support_sent(case: &mut Case<'_>, income: i64) -> bool {
    let Some(support) = case.input.support_yen else {
        case.trace.step(&UNTOLD, []);
        case.lack(Document::SupportProof);
        return true;
    };
    let is_more = income < support.get();
    let figures = [("income", Value::Yen(income)), ("support", support.into())];
    case.trace.step(if is_more { &SENT } else { &NOT_SENT }, figures);
    if is_more && needs_proof(case) && !case.input.is_student {
        case.prove(Document::SupportProof);
    }
    is_more
}
