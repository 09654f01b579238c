//! 一部負担金の割合 — how many tenths of the cost of care an enrolled person bears, from 70 to 74 by what the insured person earns
//! (健康保険法74条1項、110条2項1号、同施行令34条).
use super::parameters::{Law, LegalSetting, OF_BURDEN, Parameter, SocietyValue, UnderLaw};
use crate::domain::remuneration::{
    AgeDatesOutcome, GradeTable, Refusal, Rule, StepWords, Trace, Value, age_dates, in_reach, refuse, steps,
};
use crate::values::{month::Month, period, yen::Yen};
use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// As what the patient is enrolled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PatientRole {
    /// 被保険者.
    Insured,
    /// 被扶養者.
    Dependent,
}
/// Facts of a patient on a day of care.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ElderlyBurdenInput {
    /// Day of care.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub care_on: NaiveDate,
    /// 生年月日 of the patient.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub patient_birth_on: NaiveDate,
    /// As what the patient is enrolled.
    pub role: PatientRole,
    /// 生年月日 of the insured person, of a dependent's care.
    #[validate(custom(function = "in_reach"))]
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub insured_birth_on: Option<NaiveDate>,
    /// 標準報酬月額 of the insured person in the month of care.
    pub insured_standard_yen: Yen,
    /// Income of the insured person, as applied for (収入の額); without an application left out.
    #[schema(nullable = false)]
    pub income_yen: Option<Yen>,
    /// The same together with the dependents to whom the rules for 70 to 74 apply; exactly when there are such.
    #[schema(nullable = false)]
    pub income_with_dependents_yen: Option<Yen>,
    /// The same together with a former dependent who has gone over to the scheme for people of 75 and over (被扶養者であった者), where
    /// there is one.
    #[schema(nullable = false)]
    pub income_with_former_dependent_yen: Option<Yen>,
    /// What is set in the place of the law that the program brings, to try a value; left out, what the society set counts.
    #[validate(nested, length(max = 40))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_items = 40)]
    pub legal_values: Option<Vec<SocietyValue>>,
}
impl UnderLaw for ElderlyBurdenInput {
    const NAMES: &'static [Parameter] = &OF_BURDEN;
    fn values(&mut self) -> &mut Option<Vec<SocietyValue>> {
        &mut self.legal_values
    }
}
/// Which rule decides the share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum BurdenBand {
    /// Before school.
    Preschool,
    /// From school to 70.
    General,
    /// 70 to 74.
    Elderly,
    /// 70 to 74, with an income like people at work (現役並み所得者).
    ElderlyActive,
    /// 75 and over: the other scheme.
    LateElderly,
}
impl BurdenBand {
    /// Tenths of the cost that the patient bears; none where another scheme decides.
    pub const fn tenths(self) -> Option<u8> {
        match self {
            Self::Preschool | Self::Elderly => Some(2),
            Self::General | Self::ElderlyActive => Some(3),
            Self::LateElderly => None,
        }
    }
}
/// What somebody bears.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ElderlyBurdenOutcome {
    /// Which rule decides.
    pub band: BurdenBand,
    /// Tenths of the cost; absent where the scheme for people of 75 and over decides.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub tenths: Option<u8>,
    /// First day of the rules for 70 to 74 (高齢受給者).
    pub elderly_from: NaiveDate,
    /// Day on which the scheme for people of 75 and over takes over.
    pub transfer_on: NaiveDate,
    /// What law sets on the day.
    #[schema(max_items = 40)]
    pub settings: Vec<LegalSetting>,
}

steps! {
    AGES = "patient_ages", "健康保険法74条1項2号、高齢者の医療の確保に関する法律50条1号":
        "70歳から74歳までの扱いは{elderly}から、後期高齢者医療への移行は{transfer}です。" /
        "The rules for 70 to 74 begin on {elderly}, the scheme for people of 75 and over takes over on {transfer}.";
    LATE = "late_elderly", "高齢者の医療の確保に関する法律50条1号":
        "受診日{care}は後期高齢者医療の対象です。" / "On {care} the scheme for people of 75 and over decides.";
    PRESCHOOL = "preschool", "健康保険法110条2項1号":
        "受診日{care}は、6歳に達する日以後の最初の3月31日{until}までのため、小学校就学前の扱いです。" /
        "{care} is not after {until}, the first 31 March from the age of six on: before school.";
    GENERAL = "below_seventy", "健康保険法74条1項1号、110条2項1号":
        "受診日{care}は、就学後で70歳からの扱いの前です。" / "{care} lies after school began and before the rules for 70 to 74.";
    YOUNGER = "insured_below_seventy", "健康保険法110条2項1号、同施行令34条":
        "被保険者に70歳からの扱いが始まるのは{insured}で、受診日{care}より後のため、現役並み所得の判定をしません。" /
        "The rules for 70 to 74 apply to the insured person from {insured} on, after {care}: what the insured person earns does not count.";
    LOW = "standard_below_active", "健康保険法74条1項3号、同施行令34条1項":
        "被保険者の標準報酬月額{standard}は{least}未満です。" / "The standard remuneration {standard} is below {least}.";
    HIGH = "standard_active", "健康保険法74条1項3号、同施行令34条1項":
        "被保険者の標準報酬月額{standard}は{least}以上のため、収入の額によります。" /
        "The standard remuneration {standard} is {least} or more: the income decides.";
    UNSTATED = "income_not_stated", "健康保険法施行令34条2項":
        "収入の額の申請がないため、現役並み所得者です。" / "No income was applied for: an income like people at work.";
    ALONE = "income_alone_below", "健康保険法施行令34条2項1号":
        "70歳以上の被扶養者がなく、収入{income}は{limit}未満のため、現役並み所得者ではありません。" /
        "No dependents of 70 and over, and the income {income} is below {limit}: not like people at work.";
    ALONE_NOT = "income_alone_not_below", "健康保険法施行令34条2項1号":
        "70歳以上の被扶養者がなく、収入{income}は{limit}未満ではありません。" /
        "No dependents of 70 and over, and the income {income} is not below {limit}.";
    WITH = "income_with_dependents_below", "健康保険法施行令34条2項1号":
        "70歳以上の被扶養者と合わせた収入{income}は{limit}未満のため、現役並み所得者ではありません。" /
        "The income together with dependents of 70 and over, {income}, is below {limit}: not like people at work.";
    WITH_NOT = "income_with_dependents_not_below", "健康保険法施行令34条2項1号":
        "70歳以上の被扶養者と合わせた収入{income}は{limit}未満ではないため、現役並み所得者です。" /
        "The income together with dependents of 70 and over, {income}, is not below {limit}: like people at work.";
    FORMER = "income_with_former_dependent_below", "健康保険法施行令34条2項2号":
        "後期高齢者医療に移った被扶養者であった者と合わせた収入{income}は{limit}未満のため、現役並み所得者ではありません。" /
        "The income together with the former dependent, {income}, is below {limit}: not like people at work.";
    FORMER_NOT = "income_with_former_dependent_not_below", "健康保険法施行令34条2項2号":
        "後期高齢者医療に移った被扶養者であった者と合わせた収入{income}は{limit}未満ではないため、現役並み所得者です。" /
        "The income together with the former dependent, {income}, is not below {limit}: like people at work.";
    NO_FORMER = "no_former_dependent", "健康保険法施行令34条2項2号":
        "後期高齢者医療に移った被扶養者であった者がないため、現役並み所得者です。" /
        "No former dependent: an income like people at work.";
    SHARE = "tenths", "健康保険法74条1項、110条2項1号":
        "一部負担金の割合は{tenths}割です。" / "The share borne: tenths of the cost, {tenths}.";
}
/// The last day of birth of whom a special measure let bear one tenth (until the 75th birthday, in 2019): not decided here.
const ONE_TENTH_UNTIL: (i32, u32, u32) = (1944, 4, 1);

/// 一部負担金の割合 (健康保険法74条1項、110条2項1号、同施行令34条).
pub struct ElderlyBurden;
impl Rule for ElderlyBurden {
    type Input = ElderlyBurdenInput;
    type Outcome = ElderlyBurdenOutcome;
    const ID: &'static str = "elderly_burden_ratio";
    const VERSION: &'static str = "2008-04";
    fn decide(input: &ElderlyBurdenInput, trace: &mut Trace) -> Result<ElderlyBurdenOutcome, Refusal> {
        let law = Law::with(input.legal_values.as_ref())?;
        law.needed(Parameter::ActiveStandard, input.care_on, "/care_on")?;
        require_fitting(input)?;
        let dates = age_dates(input.patient_birth_on);
        let (elderly, transfer) = (Value::Date(dates.elderly_from), Value::Date(dates.transfer_on));
        trace.step(&AGES, [("elderly", elderly), ("transfer", transfer)]);
        let band = band((input, law), &dates, trace)?;
        let tenths = band.tenths();
        if let Some(tenths) = tenths {
            trace.step(&SHARE, [("tenths", Value::Count(i64::from(tenths)))]);
        }
        Ok(ElderlyBurdenOutcome {
            band,
            tenths,
            elderly_from: dates.elderly_from,
            transfer_on: dates.transfer_on,
            settings: law.in_force(&OF_BURDEN, input.care_on),
        })
    }
}
/// Facts that contradict one another.
fn require_fitting(input: &ElderlyBurdenInput) -> Result<(), Refusal> {
    if input.patient_birth_on > input.care_on {
        let said = ("受診日より後の生年月日です", "born after the day of care");
        return Err(refuse("/patient_birth_on", "born-after-care", said));
    }
    match (input.role, input.insured_birth_on) {
        (PatientRole::Insured, Some(birth)) if birth != input.patient_birth_on => {
            let said = ("患者が被保険者本人です", "the patient is the insured person");
            return Err(refuse("/insured_birth_on", "other-birth-of-one-person", said));
        }
        (PatientRole::Dependent, None) => {
            let said = ("被扶養者の判定に必要です", "needed of a dependent's care");
            return Err(refuse("/insured_birth_on", "missing-field", said));
        }
        _ => {}
    }
    let sums = [
        ("/income_with_dependents_yen", input.income_with_dependents_yen),
        ("/income_with_former_dependent_yen", input.income_with_former_dependent_yen),
    ];
    for (pointer, sum) in sums {
        if sum.zip(input.income_yen).is_some_and(|(sum, own)| sum < own) {
            let said = ("被保険者本人の収入より少ない合計です", "less than the insured person's own income");
            return Err(refuse(pointer, "sum-below-part", said));
        }
    }
    let month = Month::of(input.care_on);
    GradeTable::in_force(month)?.with_standard(input.insured_standard_yen, "/insured_standard_yen")?;
    Ok(())
}
fn band(
    (input, law): (&ElderlyBurdenInput, Law<'_>),
    dates: &AgeDatesOutcome,
    trace: &mut Trace,
) -> Result<BurdenBand, Refusal> {
    let care = ("care", Value::Date(input.care_on));
    if input.care_on >= dates.transfer_on {
        trace.step(&LATE, [care]);
        return Ok(BurdenBand::LateElderly);
    }
    let until = school(input.patient_birth_on);
    if input.care_on <= until {
        trace.step(&PRESCHOOL, [care, ("until", Value::Date(until))]);
        return Ok(BurdenBand::Preschool);
    }
    if input.care_on < dates.elderly_from {
        trace.step(&GENERAL, [care]);
        return Ok(BurdenBand::General);
    }
    if is_active(input, law, trace)? {
        return Ok(BurdenBand::ElderlyActive);
    }
    let (year, month, day) = ONE_TENTH_UNTIL;
    if NaiveDate::from_ymd_opt(year, month, day).is_some_and(|last| input.patient_birth_on <= last) {
        let said = (
            "昭和19年4月1日以前生まれの方の特例は扱いません",
            "the special measure of people born up to 1 April 1944 is not decided here",
        );
        return Err(refuse("/patient_birth_on", "no-rule-for-birth", said));
    }
    Ok(BurdenBand::Elderly)
}
/// The last day before school: the first 31 March from the day on which six is reached.
fn school(birth: NaiveDate) -> NaiveDate {
    let six = period::reaches_age(birth, 6);
    let march = |year| Month::in_year(year, 3).last_day();
    if six <= march(six.year()) { march(six.year()) } else { march(six.year() + 1) }
}
/// 現役並み所得者: the insured person is 70 or over, has the standard remuneration, and no income below the limits.
fn is_active(input: &ElderlyBurdenInput, law: Law<'_>, trace: &mut Trace) -> Result<bool, Refusal> {
    let insured = age_dates(input.insured_birth_on.unwrap_or(input.patient_birth_on));
    if input.care_on >= insured.transfer_on {
        let said = (
            "被保険者が75歳に達し、被扶養者も資格を失っています",
            "cover ended when the insured person turned 75",
        );
        return Err(refuse("/insured_birth_on", "insured-is-75", said));
    }
    if input.care_on < insured.elderly_from {
        let figures = [("insured", Value::Date(insured.elderly_from)), ("care", Value::Date(input.care_on))];
        trace.step(&YOUNGER, figures);
        return Ok(false);
    }
    let least = law.needed(Parameter::ActiveStandard, input.care_on, "/care_on")?;
    let standard = input.insured_standard_yen;
    let is_high = standard.get() >= least;
    let figures = [("standard", standard.into()), ("least", Value::Yen(least))];
    trace.step(if is_high { &HIGH } else { &LOW }, figures);
    Ok(is_high && !is_below_limits(input, law, trace)?)
}
/// Income below the limits, as applied for (令34条2項).
fn is_below_limits(input: &ElderlyBurdenInput, law: Law<'_>, trace: &mut Trace) -> Result<bool, Refusal> {
    let alone = law.needed(Parameter::ActiveIncomeAlone, input.care_on, "/care_on")?;
    let together = law.needed(Parameter::ActiveIncomeTogether, input.care_on, "/care_on")?;
    let mut told = |words: [&'static StepWords; 2], income: Yen, limit| {
        let is_below = income.get() < limit;
        let [below, not] = words;
        trace.step(
            if is_below { below } else { not },
            [("income", income.into()), ("limit", Value::Yen(limit))],
        );
        is_below
    };
    if let Some(sum) = input.income_with_dependents_yen {
        return Ok(told([&WITH, &WITH_NOT], sum, together));
    }
    let Some(income) = input.income_yen else {
        if input.income_with_former_dependent_yen.is_some() {
            return Err(refuse("/income_yen", "missing-field", ("判定に必要です", "needed to decide")));
        }
        trace.step(&UNSTATED, []);
        return Ok(false);
    };
    if input.role == PatientRole::Dependent {
        let said =
            ("患者が70歳以上の被扶養者のため、合わせた収入が必要です", "the patient is such a dependent");
        return Err(refuse("/income_with_dependents_yen", "missing-field", said));
    }
    if told([&ALONE, &ALONE_NOT], income, alone) {
        return Ok(true);
    }
    let Some(sum) = input.income_with_former_dependent_yen else {
        trace.step(&NO_FORMER, []);
        return Ok(false);
    };
    Ok(told([&FORMER, &FORMER_NOT], sum, together))
}
