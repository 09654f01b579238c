//! 年齢到達日 — the days on which 40, 65, 70 and 75 years change cover (年齢計算ニ関スル法律), and the loss of cover at 75.
use super::{
    Refusal, Rule, in_reach, refuse,
    trace::{Trace, Value, steps},
};
use crate::values::{month::Month, period};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// A birth.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct AgeDatesInput {
    /// 生年月日.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub birth_on: NaiveDate,
}
/// What age brings, and when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct AgeDatesOutcome {
    /// Day on which 40 is reached: the day before the birthday.
    pub reaches_40_on: NaiveDate,
    /// Day on which 65 is reached.
    pub reaches_65_on: NaiveDate,
    /// Day on which 70 is reached: pension insurance ends with it (厚生年金保険法14条5号), health insurance does not.
    pub reaches_70_on: NaiveDate,
    /// First month as 介護保険第2号被保険者.
    pub care_from_month: Month,
    /// Last month as 介護保険第2号被保険者.
    pub care_until_month: Month,
    /// First day of the rules for 70 to 74 (高齢受給者).
    pub elderly_from: NaiveDate,
    /// Day on which the medical scheme for people of 75 and over takes over.
    pub transfer_on: NaiveDate,
}
steps! {
    CARE = "care_months", "介護保険法9条2号、年齢計算ニ関スル法律":
        "40歳に{forty}、65歳に{sixty_five}に達するため、介護保険第2号被保険者は{from}から{until}までです。" /
        "Reaches 40 on {forty} and 65 on {sixty_five}: insured for care from {from} to {until}.";
    SEVENTY = "seventy", "健康保険法74条1項2号":
        "70歳に{seventy}に達するため、その翌月の初日{from}から高齢受給者です。" /
        "Reaches 70 on {seventy}: the rules for 70 to 74 hold from the first day of the next month, {from}.";
    SEVENTY_FIVE = "seventy_five", "高齢者の医療の確保に関する法律50条1号":
        "75歳の誕生日{transfer}に後期高齢者医療に移ります。" /
        "The scheme for people of 75 and over takes over on the birthday, {transfer}.";
}

/// 年齢による資格・給付の変わる日.
pub struct AgeDates;
impl Rule for AgeDates {
    type Input = AgeDatesInput;
    type Outcome = AgeDatesOutcome;
    const ID: &'static str = "age_dates";
    const VERSION: &'static str = "2008-04";
    fn decide(input: &AgeDatesInput, trace: &mut Trace) -> Result<AgeDatesOutcome, Refusal> {
        let reaches = |age| Value::Date(period::reaches_age(input.birth_on, age));
        let dates = age_dates(input.birth_on);
        trace.step(
            &CARE,
            [
                ("forty", reaches(40)),
                ("sixty_five", reaches(65)),
                ("from", Value::Month(dates.care_from_month)),
                ("until", Value::Month(dates.care_until_month)),
            ],
        );
        trace.step(&SEVENTY, [("seventy", reaches(70)), ("from", Value::Date(dates.elderly_from))]);
        trace.step(&SEVENTY_FIVE, [("transfer", Value::Date(dates.transfer_on))]);
        Ok(dates)
    }
}
/// The same dates of a birth, without their explanation.
pub fn age_dates(birth_on: NaiveDate) -> AgeDatesOutcome {
    let reaches = |age| period::reaches_age(birth_on, age);
    let month_of = |age| Month::of(reaches(age));
    AgeDatesOutcome {
        reaches_40_on: reaches(40),
        reaches_65_on: reaches(65),
        reaches_70_on: reaches(70),
        care_from_month: month_of(40),
        care_until_month: month_of(65).plus(-1),
        elderly_from: month_of(70).plus(1).first_day(),
        transfer_on: period::birthday(birth_on, 75),
    }
}

/// A birth and the beginning of a cover.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct LossAtSeventyFiveInput {
    /// 生年月日.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub birth_on: NaiveDate,
    /// First day of the cover: 資格取得年月日, or the day of recognition.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub acquired_on: NaiveDate,
    /// It is the cover of a dependent.
    #[serde(default)]
    pub is_dependent: bool,
    /// It is 任意継続 or 特例退職.
    #[serde(default)]
    pub is_continuing: bool,
}
/// The end of a cover by age.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LossAtSeventyFiveOutcome {
    /// 資格喪失年月日: the first day without cover.
    pub lost_on: NaiveDate,
    /// The cover began on that day or later: it never was one.
    pub never_began: bool,
}
steps! {
    BIRTHDAY = "seventy_five", "高齢者の医療の確保に関する法律50条1号":
        "生年月日は{birth}で、75歳の誕生日{birthday}に後期高齢者医療の被保険者となります。" /
        "Born on {birth}: insured of the scheme for people of 75 and over from the 75th birthday, {birthday}.";
    NEVER = "never_was", "健康保険法3条1項7号・7項":
        "その日以後の{began}に始まった資格のため、始まった日に終わり、資格はなかったことになります。" /
        "The cover began on that day or later, on {began}: it ends on the day on which it began and never was one.";
    INSURED = "insured_lost", "健康保険法3条1項7号・36条":
        "後期高齢者医療の被保険者は健康保険の被保険者になれないため、{lost}に資格を喪失します。" /
        "Whoever is insured there can't be insured here: cover is lost on {lost}.";
    CONTINUED = "continued_lost", "健康保険法38条6号、附則3条":
        "後期高齢者医療の被保険者となるため、{lost}に任意継続被保険者・特例退職被保険者の資格を喪失します。" /
        "Insured there by then: voluntary continuation ends on {lost}.";
    DEPENDENT = "dependent_lost", "健康保険法3条7項":
        "後期高齢者医療の被保険者は被扶養者になれないため、{lost}から被扶養者ではありません。" /
        "Whoever is insured there can't be a dependent here: no dependent from {lost}.";
}
/// 75歳到達による資格喪失日.
pub struct LossAtSeventyFive;
impl Rule for LossAtSeventyFive {
    type Input = LossAtSeventyFiveInput;
    type Outcome = LossAtSeventyFiveOutcome;
    const ID: &'static str = "loss_at_75";
    const VERSION: &'static str = "2008-04";
    fn decide(
        input: &LossAtSeventyFiveInput,
        trace: &mut Trace,
    ) -> Result<LossAtSeventyFiveOutcome, Refusal> {
        if input.acquired_on < input.birth_on {
            let said = ("生年月日より前の資格取得日です", "acquired before birth");
            return Err(refuse("/acquired_on", "acquired-before-birth", said));
        }
        let birthday = age_dates(input.birth_on).transfer_on;
        let (lost_on, never_began) =
            (loss_at_75(input.birth_on, input.acquired_on), input.acquired_on >= birthday);
        trace.step(&BIRTHDAY, [("birth", Value::Date(input.birth_on)), ("birthday", Value::Date(birthday))]);
        if never_began {
            trace.step(&NEVER, [("began", Value::Date(input.acquired_on))]);
        }
        let words = match (input.is_dependent, input.is_continuing) {
            (true, _) => &DEPENDENT,
            (false, true) => &CONTINUED,
            (false, false) => &INSURED,
        };
        trace.step(words, [("lost", Value::Date(lost_on))]);
        Ok(LossAtSeventyFiveOutcome { lost_on, never_began })
    }
}
/// The day on which cover that began on `began` ends for somebody born on `birth`: the 75th birthday; the first day of a cover that began
/// later, which then never was one (健康保険法3条1項7号, 36条).
pub fn loss_at_75(birth: NaiveDate, began: NaiveDate) -> NaiveDate {
    age_dates(birth).transfer_on.max(began)
}
