//! The law: the day on which cover is lost, with its trace.
use crate::domain::remuneration::{Refusal, Rule, Trace, Value, age_dates, apply, rules, steps};
use chrono::NaiveDate;
use serde::Serialize;

/// Facts of a loss at 75.
#[derive(Clone, Debug, Serialize)]
pub struct LossAt75Input {
    /// 生年月日.
    pub birth_on: NaiveDate,
    /// First day of the cover.
    pub began_on: NaiveDate,
    /// It is a dependent's.
    pub is_dependent: bool,
}
steps! {
    BIRTHDAY = "seventy_five", "高齢者の医療の確保に関する法律50条1号":
        "生年月日は{birth}で、75歳の誕生日{birthday}に後期高齢者医療の被保険者となります。" /
        "Born on {birth}: insured of the scheme for people of 75 and over from the 75th birthday, {birthday}.";
    INSURED = "insured_lost", "健康保険法3条1項7号・36条":
        "後期高齢者医療の被保険者は健康保険の被保険者になれないため、{lost}に資格を喪失します。" /
        "Whoever is insured there can't be insured here: cover is lost on {lost}.";
    DEPENDENT = "dependent_lost", "健康保険法3条7項":
        "後期高齢者医療の被保険者は被扶養者になれないため、{lost}から被扶養者ではありません。" /
        "Whoever is insured there can't be a dependent here: no dependent from {lost}.";
    NEVER = "never_was", "健康保険法3条1項7号・7項":
        "その日より後の{began}に始まった資格のため、始まった日に終わり、資格はなかったことになります。" /
        "The cover began after it, on {began}: it ends on the day on which it began and never was one.";
}
/// 75歳到達による資格喪失.
pub struct LossAt75;
impl Rule for LossAt75 {
    type Input = LossAt75Input;
    type Outcome = NaiveDate;
    const ID: &'static str = "loss_at_75";
    const VERSION: &'static str = "2008-04";
    fn decide(input: &LossAt75Input, trace: &mut Trace) -> Result<NaiveDate, Refusal> {
        let birthday = age_dates(input.birth_on).transfer_on;
        let lost = loss_day(input.birth_on, input.began_on);
        let figures = [("birth", Value::Date(input.birth_on)), ("birthday", Value::Date(birthday))];
        trace.step(&BIRTHDAY, figures);
        if lost > birthday {
            trace.step(&NEVER, [("began", Value::Date(input.began_on))]);
        }
        let words = if input.is_dependent { &DEPENDENT } else { &INSURED };
        trace.step(words, [("lost", Value::Date(lost))]);
        Ok(lost)
    }
}
/// The day on which cover that began on `began` ends for somebody born on `birth`: the 75th birthday; the first day of a cover that began
/// later, which then never was one (健康保険法3条1項7号, 36条).
fn loss_day(birth: NaiveDate, began: NaiveDate) -> NaiveDate {
    age_dates(birth).transfer_on.max(began)
}
/// The day on which cover ends at 75, and how the rule came to it; without that where a day lies outside the years that can be told.
pub fn at_75(facts: &LossAt75Input) -> (NaiveDate, Option<Trace>) {
    match apply::<LossAt75>(facts) {
        Ok((day, trace)) => (day, Some(trace)),
        Err(_) => (loss_day(facts.birth_on, facts.began_on), None),
    }
}

/// What ends 任意継続 or 特例退職 by happening on a day; by time and by wish see `VoluntaryEnd`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
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
#[derive(Clone, Debug, Serialize)]
pub struct ContinuationLossInput {
    /// What happened.
    pub cause: ContinuationCause,
    /// First day of the cover.
    pub acquired_on: NaiveDate,
    /// When.
    pub happened_on: NaiveDate,
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
    type Outcome = NaiveDate;
    const ID: &'static str = "continuation_loss";
    const VERSION: &'static str = "2022-01";
    fn decide(input: &ContinuationLossInput, trace: &mut Trace) -> Result<NaiveDate, Refusal> {
        let on = input.happened_on;
        let after = on.succ_opt().unwrap_or(on);
        let (words, happened, lost) = match input.cause {
            ContinuationCause::Death => (&DIED, Some("died"), after),
            ContinuationCause::PremiumUnpaid => (&UNPAID, Some("due"), after),
            ContinuationCause::FirstPremiumUnpaid => (&FIRST, Some("due"), input.acquired_on),
            ContinuationCause::OtherInsurance => (&COVERED, None, on),
            ContinuationCause::ElderlyCare => (&ELDERLY, None, on),
            ContinuationCause::Withdrawal => (&WISHED, Some("received"), rules::withdrawal_effect(on)),
        };
        match happened {
            Some(name) => trace.step(words, [(name, Value::Date(on)), ("lost", Value::Date(lost))]),
            None => trace.step(words, [("lost", Value::Date(lost))]),
        }
        Ok(lost)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::remuneration::decide_and_check;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }
    #[test]
    fn cover_ends_on_the_75th_birthday_and_one_that_began_later_never_was() {
        for (birth, began, is_dependent, lost) in [
            ("1951-12-01", "2020-04-01", false, "2026-12-01"),
            ("1952-02-29", "2020-04-01", true, "2027-03-01"),
            ("1951-10-01", "2026-11-01", false, "2026-11-01"),
            ("1951-11-01", "2026-11-01", true, "2026-11-01"),
        ] {
            let facts = LossAt75Input { birth_on: day(birth), began_on: day(began), is_dependent };
            assert_eq!(decide_and_check::<LossAt75>(&facts), day(lost), "{birth} {began}");
            let (on, trace) = at_75(&facts);
            let codes: Vec<&str> = trace.unwrap().steps.iter().map(|s| s.words.code).collect();
            assert_eq!(on, day(lost));
            assert_eq!(codes.contains(&"never_was"), birth == "1951-10-01", "{codes:?}");
            assert_eq!(codes.last(), Some(&if is_dependent { "dependent_lost" } else { "insured_lost" }));
        }
    }
    #[test]
    fn a_day_that_cannot_be_told_still_ends_the_cover() {
        let facts =
            LossAt75Input { birth_on: day("1899-12-31"), began_on: day("1930-01-01"), is_dependent: false };
        let (on, trace) = at_75(&facts);
        assert_eq!((on, trace.is_none()), (day("1974-12-31"), true));
    }
    #[test]
    fn what_happened_ends_a_continuation_on_the_day_that_the_law_says() {
        use ContinuationCause::{
            Death, ElderlyCare, FirstPremiumUnpaid, OtherInsurance, PremiumUnpaid, Withdrawal,
        };
        for (cause, happened, lost) in [
            (Death, "2026-11-18", "2026-11-19"),
            (Death, "2028-02-29", "2028-03-01"),
            (PremiumUnpaid, "2026-12-10", "2026-12-11"),
            (FirstPremiumUnpaid, "2026-11-20", "2026-11-01"),
            (OtherInsurance, "2026-11-15", "2026-11-15"),
            (ElderlyCare, "2026-11-15", "2026-11-15"),
            (Withdrawal, "2026-11-30", "2026-12-01"),
            (Withdrawal, "2026-12-01", "2027-01-01"),
        ] {
            let facts =
                ContinuationLossInput { cause, acquired_on: day("2026-11-01"), happened_on: day(happened) };
            assert_eq!(decide_and_check::<ContinuationLoss>(&facts), day(lost), "{cause:?}");
        }
    }
}
