//! 短時間労働者の資格 — whether somebody who works short hours is insured (健康保険法3条1項2号ロ・9号).
use super::parameters::{Law, LegalSetting, OF_SHORT_TIME, Parameter, SocietyValue, UnderLaw};
use crate::domain::remuneration::{Refusal, Rule, StepWords, Trace, Value, in_reach, refuse, steps};
use crate::values::{period, yen::Yen};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// What kind of employer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EmployerKind {
    /// Its size decides (特定適用事業所).
    BySize,
    /// Insures short-time workers by agreement (任意特定適用事業所).
    ByAgreement,
    /// 国又は地方公共団体: whatever its size.
    Public,
}
/// Facts of a worker.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ShortTimeInput {
    /// Day that is asked about.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub on: NaiveDate,
    /// Agreed minutes of work in a week (所定労働時間).
    #[validate(range(max = 10_080))]
    #[schema(maximum = 10_080)]
    pub weekly_minutes: u16,
    /// Those of a full-time worker of the same office and the same work.
    #[validate(range(min = 1, max = 10_080))]
    #[schema(minimum = 1, maximum = 10_080)]
    pub full_time_weekly_minutes: u16,
    /// Agreed days of work in a month (所定労働日数).
    #[validate(range(max = 31))]
    #[schema(maximum = 31)]
    pub monthly_days: u8,
    /// Those of a full-time worker of the same office and the same work.
    #[validate(range(min = 1, max = 31))]
    #[schema(minimum = 1, maximum = 31)]
    pub full_time_monthly_days: u8,
    /// First day of employment.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub employed_from: NaiveDate,
    /// Last day of a fixed term.
    #[validate(custom(function = "in_reach"))]
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub employed_until: Option<NaiveDate>,
    /// Expected to be employed beyond the fixed term, by the contract or by what was done for others.
    #[serde(default)]
    #[schema(nullable = false)]
    pub is_renewal_expected: bool,
    /// Agreed wage of a month, without overtime, bonuses, commuting and family allowances.
    #[schema(nullable = false)]
    pub monthly_wage_yen: Option<Yen>,
    /// Pupil or student; not one who works on after graduating, is on leave, or studies at night or by correspondence.
    #[serde(default)]
    #[schema(nullable = false)]
    pub is_student: bool,
    /// What kind of employer.
    pub employer: EmployerKind,
    /// Insured workers of the employer without the short-time ones.
    #[validate(range(max = 9_999_999))]
    #[schema(nullable = false, maximum = 9_999_999)]
    pub workers: Option<u32>,
    /// First day on which the wage no longer counts, where it differs from the table.
    #[validate(custom(function = "in_reach"))]
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub wage_condition_ends_on: Option<NaiveDate>,
    /// What is set in the place of the law that the program brings, to try a value; left out, what the society set counts.
    #[validate(nested, length(max = 40))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 40)]
    pub legal_values: Option<Vec<SocietyValue>>,
}
impl UnderLaw for ShortTimeInput {
    const NAMES: &'static [Parameter] = &OF_SHORT_TIME;
    fn values(&mut self) -> &mut Option<Vec<SocietyValue>> {
        &mut self.legal_values
    }
}
/// As what somebody is insured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InsuredClass {
    /// Like a full-time worker (three quarters or more).
    Ordinary,
    /// 短時間労働者.
    ShortTime,
    /// Not insured.
    NotInsured,
}
/// Why.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ShortTimeReason {
    /// Hours and days reach three quarters.
    ThreeQuarters,
    /// Every condition of short-time workers is met.
    AllConditions,
    /// Employed for two months at most.
    ShortTerm,
    /// Too few hours.
    TooFewHours,
    /// Too low a wage.
    LowWage,
    /// A student.
    Student,
    /// Not expected to be employed long enough.
    TermTooShort,
    /// The employer is too small.
    SmallEmployer,
}
/// Whether somebody is insured.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ShortTimeOutcome {
    /// As what.
    pub class: InsuredClass,
    /// Why.
    pub reason: ShortTimeReason,
    /// What law sets on the day.
    #[schema(max_items = 40)]
    pub settings: Vec<LegalSetting>,
}

steps! {
    SHORT_TERM = "short_term", "健康保険法3条1項2号ロ":
        "{until}までの{months}以内の期間を定めた雇用のため、被保険者になりません。" /
        "Employed for a fixed term of {months} at most, until {until}: not insured.";
    REACHES = "three_quarters", "健康保険法3条1項9号":
        "週{minutes}分、月{days}は、通常の労働者の週{full_minutes}分、月{full_days}の{percent}%以上のため、被保険者です。" /
        "{minutes} minutes a week and {days} a month are {percent} percent or more of {full_minutes} minutes and {full_days}: insured.";
    SHORT = "below_three_quarters", "健康保険法3条1項9号":
        "週{minutes}分、月{days}のいずれかが、通常の労働者の週{full_minutes}分、月{full_days}の{percent}%に満たないため、短時間労働者の要件によります。" /
        "{minutes} minutes a week or {days} a month are less than {percent} percent of {full_minutes} minutes and {full_days}: the conditions of short-time workers decide.";
    HOURS = "weekly_hours", "健康保険法3条1項9号イ":
        "週{minutes}分で、{least}分以上が要ります。" / "{minutes} minutes a week; {least} are needed.";
    WAGE = "monthly_wage", "健康保険法3条1項9号ロ":
        "月額賃金は{wage}で、{least}以上が要ります。" / "The wage of a month is {wage}; {least} are needed.";
    NO_WAGE = "no_wage_condition", "令和7年法律第74号":
        "この日には賃金の要件がありません。" / "There is no condition of wage on this day.";
    STUDENT = "student", "健康保険法3条1項9号ハ": "学生等のため、被保険者になりません。" / "A student: not insured.";
    NO_STUDENT = "no_student", "健康保険法3条1項9号ハ": "学生等ではありません。" / "Not a student.";
    EXPECTED = "expected_term", "健康保険法3条1項9号":
        "{months}以上の雇用の見込みが要ります。" / "Employment of {months} or more must be expected.";
    AGREED = "agreed_employer", "平成24年法律第62号附則46条":
        "任意特定適用事業所又は国・地方公共団体のため、規模を問いません。" /
        "The employer insures short-time workers by agreement or is public: its size does not matter.";
    SIZE = "employer_size", "平成24年法律第62号附則46条、令和7年法律第74号":
        "事業所の規模は{workers}人で、{least}人以上が要ります。" / "The employer has {workers} workers; {least} are needed.";
    ANY_SIZE = "any_size", "令和7年法律第74号":
        "この日には規模の要件がありません。" / "There is no condition of size on this day.";
    ALL = "all_conditions", "健康保険法3条1項9号":
        "短時間労働者の要件を全て満たすため、被保険者です。" / "Every condition of short-time workers is met: insured.";
    FAILS = "condition_not_met", "健康保険法3条1項9号":
        "この要件を満たさないため、被保険者になりません。" / "This condition is not met: not insured.";
}

/// 短時間労働者の資格 (健康保険法3条1項2号ロ・9号).
pub struct ShortTimeEligibility;
impl Rule for ShortTimeEligibility {
    type Input = ShortTimeInput;
    type Outcome = ShortTimeOutcome;
    const ID: &'static str = "short_time_eligibility";
    const VERSION: &'static str = "2026-10";
    fn decide(input: &ShortTimeInput, trace: &mut Trace) -> Result<ShortTimeOutcome, Refusal> {
        let law = Law::with(input.legal_values.as_ref())?;
        let settings = || law.in_force(&OF_SHORT_TIME, input.on);
        let out = |class, reason| ShortTimeOutcome { class, reason, settings: settings() };
        let percent = law.needed(Parameter::FullTimePercent, input.on, "/on")?;
        if input.employed_until.is_some_and(|until| until < input.employed_from) {
            return Err(refuse(
                "/employed_until",
                "ends-before-it-starts",
                ("雇用の終わりが始まりより前です", "the employment ends before it starts"),
            ));
        }
        if is_short_term(input, law, trace)? {
            return Ok(out(InsuredClass::NotInsured, ShortTimeReason::ShortTerm));
        }
        if reaches_three_quarters(input, percent, trace) {
            return Ok(out(InsuredClass::Ordinary, ShortTimeReason::ThreeQuarters));
        }
        for (reason, condition) in CONDITIONS {
            if !condition(input, law, trace)? {
                trace.step(&FAILS, []);
                return Ok(out(InsuredClass::NotInsured, reason));
            }
        }
        trace.step(&ALL, []);
        Ok(out(InsuredClass::ShortTime, ShortTimeReason::AllConditions))
    }
}
/// A condition of short-time workers: whether it is met.
type Condition = fn(&ShortTimeInput, Law<'_>, &mut Trace) -> Result<bool, Refusal>;
const CONDITIONS: [(ShortTimeReason, Condition); 5] = [
    (ShortTimeReason::TooFewHours, hours),
    (ShortTimeReason::LowWage, wage),
    (ShortTimeReason::Student, not_student),
    (ShortTimeReason::TermTooShort, expected_term),
    (ShortTimeReason::SmallEmployer, employer),
];

/// Employed for a fixed term that is too short for anybody (健康保険法3条1項2号ロ).
fn is_short_term(input: &ShortTimeInput, law: Law<'_>, trace: &mut Trace) -> Result<bool, Refusal> {
    let months = law.needed(Parameter::ShortTermMonths, input.on, "/on")?;
    let does_renewal_count = law.needed(Parameter::RenewalCounts, input.on, "/on")? > 0;
    let Some(until) = input.employed_until else { return Ok(false) };
    let is_short = until <= last_day(input.employed_from, months);
    if !is_short || (does_renewal_count && input.is_renewal_expected) {
        return Ok(false);
    }
    trace.step(&SHORT_TERM, [("until", Value::Date(until)), ("months", Value::Months(months))]);
    Ok(true)
}
fn last_day(from: NaiveDate, months: i64) -> NaiveDate {
    period::last_day(from, i32::try_from(months).unwrap_or(0))
}
/// 4分の3: hours and days both.
fn reaches_three_quarters(input: &ShortTimeInput, percent: i64, trace: &mut Trace) -> bool {
    const WHOLE: i64 = 100;
    let reaches = |part: i64, whole: i64| part * WHOLE >= whole * percent;
    let (minutes, full_minutes) =
        (i64::from(input.weekly_minutes), i64::from(input.full_time_weekly_minutes));
    let (days, full_days) = (i64::from(input.monthly_days), i64::from(input.full_time_monthly_days));
    let holds = reaches(minutes, full_minutes) && reaches(days, full_days);
    trace.step(
        if holds { &REACHES } else { &SHORT },
        [
            ("minutes", Value::Count(minutes)),
            ("days", Value::Days(days)),
            ("full_minutes", Value::Count(full_minutes)),
            ("full_days", Value::Days(full_days)),
            ("percent", Value::Count(percent)),
        ],
    );
    holds
}
fn hours(input: &ShortTimeInput, law: Law<'_>, trace: &mut Trace) -> Result<bool, Refusal> {
    let least = law.needed(Parameter::WeeklyMinutes, input.on, "/on")?;
    let minutes = i64::from(input.weekly_minutes);
    trace.step(&HOURS, [("minutes", Value::Count(minutes)), ("least", Value::Count(least))]);
    Ok(minutes >= least)
}
fn wage(input: &ShortTimeInput, law: Law<'_>, trace: &mut Trace) -> Result<bool, Refusal> {
    let has_ended = match input.wage_condition_ends_on {
        Some(ends_on) => ends_on <= input.on,
        None => law.holds(Parameter::WageNoLongerCounts, input.on),
    };
    if has_ended {
        trace.step(&NO_WAGE, []);
        return Ok(true);
    }
    let least = law.needed(Parameter::MonthlyWage, input.on, "/on")?;
    let wage = given(input.monthly_wage_yen, "/monthly_wage_yen")?.get();
    trace.step(&WAGE, [("wage", Value::Yen(wage)), ("least", Value::Yen(least))]);
    Ok(wage >= least)
}
fn not_student(input: &ShortTimeInput, _: Law<'_>, trace: &mut Trace) -> Result<bool, Refusal> {
    trace.step(if input.is_student { &STUDENT } else { &NO_STUDENT }, []);
    Ok(!input.is_student)
}
fn expected_term(input: &ShortTimeInput, law: Law<'_>, trace: &mut Trace) -> Result<bool, Refusal> {
    let months = law.needed(Parameter::ExpectedMonths, input.on, "/on")?;
    if months == 0 {
        return Ok(true);
    }
    trace.step(&EXPECTED, [("months", Value::Months(months))]);
    let is_long = |until: NaiveDate| until >= last_day(input.employed_from, months);
    Ok(input.is_renewal_expected || input.employed_until.is_none_or(is_long))
}
fn employer(input: &ShortTimeInput, law: Law<'_>, trace: &mut Trace) -> Result<bool, Refusal> {
    let is_agreed = match input.employer {
        EmployerKind::BySize => false,
        EmployerKind::ByAgreement => law.holds(Parameter::AgreedEmployer, input.on),
        EmployerKind::Public => true,
    };
    let least = law.needed(Parameter::EmployerSize, input.on, "/on")?;
    let words: &'static StepWords = if is_agreed { &AGREED } else { &ANY_SIZE };
    if is_agreed || least == 0 {
        trace.step(words, []);
        return Ok(true);
    }
    let workers = i64::from(given(input.workers, "/workers")?);
    trace.step(&SIZE, [("workers", Value::Count(workers)), ("least", Value::Count(least))]);
    Ok(workers >= least)
}
fn given<T: Copy>(value: Option<T>, pointer: &'static str) -> Result<T, Refusal> {
    value.ok_or(refuse(pointer, "missing-field", ("この日の判定に必要です", "needed to decide on this day")))
}
