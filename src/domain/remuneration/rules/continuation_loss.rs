//! 任意継続・特例退職 that end by what happened, other than by time (健康保険法37条2項, 38条; 附則3条).
use super::{Refusal, Rule, Trace, Value, in_reach, trace::steps, withdrawal_effect};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// What ends 任意継続 or 特例退職 by happening on a day; by time and by wish another rule decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContinuationCause {
    /// 38条2号, on that day.
    Death,
    /// 38条3号: a premium was not paid by that day.
    PremiumUnpaid,
    /// 37条2項: the first premium was not paid by that day.
    FirstPremiumUnpaid,
    /// 38条4号・5号: insured elsewhere or by virtue of an employment from that day.
    OtherInsurance,
    /// 38条6号: insured of 後期高齢者医療 from that day.
    ElderlyCare,
    /// 38条7号, of 特例退職, which no term ends: the wish was received on that day.
    Withdrawal,
}
/// Facts of such an end.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ContinuationLossInput {
    /// What happened.
    pub cause: ContinuationCause,
    /// First day of the cover.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub acquired_on: NaiveDate,
    /// When.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub happened_on: NaiveDate,
}
/// The end of such cover.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ContinuationLossOutcome {
    /// 資格喪失年月日: the first day without cover.
    pub lost_on: NaiveDate,
}
steps! {
    DIED = "death", "健康保険法38条2号":
        "{died}に死亡したため、その翌日{lost}に資格を喪失します。" /
        "Died on {died}: cover is lost the day after, {lost}.";
    UNPAID = "premium_unpaid", "健康保険法38条3号":
        "保険料を納付期日{due}までに納付しなかったため、その翌日{lost}に資格を喪失します。" /
        "A premium was not paid by its due day, {due}: cover is lost the day after, {lost}.";
    FIRST = "first_premium_unpaid", "健康保険法37条2項":
        "初めて納付すべき保険料を納付期日{due}までに納付しなかったため、資格ははじめからなかったものとみなし、喪失日は取得日と同じ{lost}です。" /
        "The first premium was not paid by its due day, {due}: the cover never was one, and ends on the day on which it began, {lost}.";
    COVERED = "other_insurance", "健康保険法38条4号・5号":
        "{lost}に就職などで他の被保険者の資格を取得したため、その日に資格を喪失します。" /
        "Insured by virtue of an employment or elsewhere from {lost}: cover is lost on that day.";
    ELDERLY = "elderly_care", "健康保険法38条6号":
        "{lost}に後期高齢者医療の被保険者となったため、その日に資格を喪失します。" /
        "Insured of the scheme for the elderly from {lost}: cover is lost on that day.";
    WISHED = "withdrawal", "健康保険法38条7号":
        "申出を{received}に受理したため、その翌月の初日{lost}に資格を喪失します。" /
        "The wish was received on {received}: cover is lost on the first day of the next month, {lost}.";
}
/// 任意継続被保険者・特例退職被保険者の資格喪失 by what happened (健康保険法37条2項, 38条2号–7号; 附則3条).
pub struct ContinuationLoss;
impl Rule for ContinuationLoss {
    type Input = ContinuationLossInput;
    type Outcome = ContinuationLossOutcome;
    const ID: &'static str = "continuation_loss";
    const VERSION: &'static str = "2022-01";
    fn decide(input: &ContinuationLossInput, trace: &mut Trace) -> Result<ContinuationLossOutcome, Refusal> {
        let on = input.happened_on;
        let after = on.succ_opt().unwrap_or(on);
        let (words, happened, lost) = match input.cause {
            ContinuationCause::Death => (&DIED, Some("died"), after),
            ContinuationCause::PremiumUnpaid => (&UNPAID, Some("due"), after),
            ContinuationCause::FirstPremiumUnpaid => (&FIRST, Some("due"), input.acquired_on),
            ContinuationCause::OtherInsurance => (&COVERED, None, on),
            ContinuationCause::ElderlyCare => (&ELDERLY, None, on),
            ContinuationCause::Withdrawal => (&WISHED, Some("received"), withdrawal_effect(on)),
        };
        match happened {
            Some(name) => trace.step(words, [(name, Value::Date(on)), ("lost", Value::Date(lost))]),
            None => trace.step(words, [("lost", Value::Date(lost))]),
        }
        Ok(ContinuationLossOutcome { lost_on: lost })
    }
}
