//! What law, orders and notices set from a day on. Each row names its source and how far it is known; `docs/eligibility.md` lists the same rows,
//! and a test holds the two together.
use crate::domain::remuneration::{Refusal, in_reach, refuse};
use crate::kernel::{Said, input::plain_text};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::ops::RangeInclusive;
use utoipa::ToSchema;
use validator::Validate;

/// What a row sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = LegalSettingName)]
pub enum Parameter {
    /// Income of a year, in yen, below which somebody may be a dependent.
    IncomeLimit,
    /// The same for people from [`Parameter::HigherLimitAge`] on, and for disabled ones.
    HigherIncomeLimit,
    /// Age from which the higher limit holds.
    HigherLimitAge,
    /// The same for young people who are not the spouse.
    YoungIncomeLimit,
    /// Age, at the end of the year, from which the limit for young people holds.
    YoungFromAge,
    /// Age, at the end of the year, from which it no longer holds.
    YoungBelowAge,
    /// What the income must stay below when living together: the insured person's, divided by this.
    ShareDivisor,
    /// Age from which income and support sent are proved by documents.
    ProofFromAge,
    /// Income may be taken from the labour contract.
    ContractIncome,
    /// How often in a row an employer's certificate of a temporary rise of income counts.
    TemporaryTimes,
    /// Two supporters' incomes are near when they differ by no more than so many percent of the higher one.
    NearPercent,
    /// Percent of the hours and days of a full-time worker from which somebody is insured like one.
    FullTimePercent,
    /// Weekly minutes of work from which a short-time worker is insured.
    WeeklyMinutes,
    /// Monthly wage in yen from which a short-time worker is insured.
    MonthlyWage,
    /// The wage no longer counts.
    WageNoLongerCounts,
    /// Months for which a short-time worker is expected to be employed; zero when there is no condition of its own.
    ExpectedMonths,
    /// Workers from which an employer's short-time workers are insured; zero when there is no such condition.
    EmployerSize,
    /// Smaller employers may choose to insure them by agreement.
    AgreedEmployer,
    /// Months up to which a fixed term of employment leaves somebody out.
    ShortTermMonths,
    /// A renewal that is expected ends that exception from the first day on.
    RenewalCounts,
    /// Standard remuneration in yen from which somebody of 70 and over may have an income like people at work.
    ActiveStandard,
    /// Income of a year, in yen, below which it is not so, without dependents of 70 and over.
    ActiveIncomeAlone,
    /// The same together with dependents of 70 and over, or with a former dependent.
    ActiveIncomeTogether,
}
/// How far a row is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettingBasis {
    /// The specification of this product states the value (not always the notice or its first day).
    Specified,
    /// Public pages of societies or ministries tell the value and the day; the text itself was not read.
    Reported,
    /// Neither: general knowledge.
    Recalled,
    /// The society set it in the place of what the program brings.
    Society,
}
/// A value from a day on.
#[derive(Debug)]
pub struct Row {
    /// What it sets.
    pub what: Parameter,
    /// First day (year, month, day).
    pub from: (i32, u32, u32),
    /// Value.
    pub value: i64,
    /// Where it is set.
    pub source: &'static str,
    /// How far that is known.
    pub basis: SettingBasis,
}
use Parameter as P;
use SettingBasis::{Recalled, Reported, Specified};
const fn row(
    what: Parameter,
    from: (i32, u32, u32),
    value: i64,
    source: &'static str,
    basis: SettingBasis,
) -> Row {
    Row { what, from, value, source, basis }
}
/// First day of the rules of dependents that are known here: residence in Japan counts since then.
const DEPENDENTS: (i32, u32, u32) = (2020, 4, 1);
/// First day of insurance of short-time workers.
const SHORT_TIME: (i32, u32, u32) = (2016, 10, 1);
const INCOME: &str = "昭和52年保発第9号・庁保発第9号";
const YOUNG: &str = "令和7年10月1日適用の通知(19歳以上23歳未満)";
const ACT: &str = "健康保険法3条1項9号";
const SIZE: &str = "平成24年法律第62号附則46条";
const SIZE_2025: &str = "令和7年法律第74号";
const TERM: &str = "健康保険法3条1項2号ロ";
/// First day of the shares of people of 70 to 74 that are known here.
const BURDEN: (i32, u32, u32) = (2008, 4, 1);

/// The table. Within one parameter, later rows replace earlier ones.
pub const TABLE: [Row; 31] = [
    row(P::IncomeLimit, DEPENDENTS, 1_300_000, INCOME, Specified),
    row(P::HigherIncomeLimit, DEPENDENTS, 1_800_000, INCOME, Specified),
    row(P::HigherLimitAge, DEPENDENTS, 60, INCOME, Specified),
    row(P::YoungIncomeLimit, (2025, 10, 1), 1_500_000, YOUNG, Specified),
    row(P::YoungFromAge, (2025, 10, 1), 19, YOUNG, Specified),
    row(P::YoungBelowAge, (2025, 10, 1), 23, YOUNG, Specified),
    row(P::ShareDivisor, DEPENDENTS, 2, INCOME, Specified),
    row(P::ProofFromAge, DEPENDENTS, 16, "平成30年年管管発0829第5号", Recalled),
    row(P::ContractIncome, (2026, 4, 1), 1, "令和7年保保発1001第3号", Specified),
    row(P::TemporaryTimes, (2023, 10, 20), 2, "令和5年保保発1020第3号、令和7年保保発1001第1号", Specified),
    row(P::NearPercent, (2021, 8, 1), 10, "令和3年保保発0430第2号", Specified),
    row(P::FullTimePercent, SHORT_TIME, 75, ACT, Specified),
    row(P::WeeklyMinutes, SHORT_TIME, 1_200, "健康保険法3条1項9号イ", Specified),
    row(P::MonthlyWage, SHORT_TIME, 88_000, "健康保険法3条1項9号ロ", Reported),
    row(P::WageNoLongerCounts, (2026, 10, 1), 1, SIZE_2025, Reported),
    row(P::ExpectedMonths, SHORT_TIME, 12, ACT, Reported),
    row(P::ExpectedMonths, (2022, 10, 1), 0, "令和2年法律第40号", Reported),
    row(P::EmployerSize, SHORT_TIME, 501, SIZE, Reported),
    row(P::EmployerSize, (2022, 10, 1), 101, SIZE, Reported),
    row(P::EmployerSize, (2024, 10, 1), 51, SIZE, Reported),
    row(P::EmployerSize, (2027, 10, 1), 36, SIZE_2025, Reported),
    row(P::EmployerSize, (2029, 10, 1), 21, SIZE_2025, Reported),
    row(P::EmployerSize, (2032, 10, 1), 11, SIZE_2025, Reported),
    row(P::EmployerSize, (2035, 10, 1), 0, SIZE_2025, Reported),
    row(P::AgreedEmployer, (2017, 4, 1), 1, SIZE, Recalled),
    row(P::ShortTermMonths, SHORT_TIME, 2, TERM, Specified),
    row(P::RenewalCounts, SHORT_TIME, 0, TERM, Recalled),
    row(P::RenewalCounts, (2022, 10, 1), 1, TERM, Reported),
    row(P::ActiveStandard, BURDEN, 280_000, "健康保険法施行令34条1項", Specified),
    row(P::ActiveIncomeAlone, BURDEN, 3_830_000, "健康保険法施行令34条2項", Specified),
    row(P::ActiveIncomeTogether, BURDEN, 5_200_000, "健康保険法施行令34条2項", Specified),
];

/// What the rule of dependents looks at.
pub const OF_DEPENDENTS: [Parameter; 11] = [
    P::IncomeLimit,
    P::HigherIncomeLimit,
    P::HigherLimitAge,
    P::YoungIncomeLimit,
    P::YoungFromAge,
    P::YoungBelowAge,
    P::ShareDivisor,
    P::ProofFromAge,
    P::ContractIncome,
    P::TemporaryTimes,
    P::NearPercent,
];
/// What the rule of short-time workers looks at.
pub const OF_SHORT_TIME: [Parameter; 9] = [
    P::FullTimePercent,
    P::WeeklyMinutes,
    P::MonthlyWage,
    P::WageNoLongerCounts,
    P::ExpectedMonths,
    P::EmployerSize,
    P::AgreedEmployer,
    P::ShortTermMonths,
    P::RenewalCounts,
];
/// What the rule of the share that patients bear looks at.
pub const OF_BURDEN: [Parameter; 3] = [P::ActiveStandard, P::ActiveIncomeAlone, P::ActiveIncomeTogether];
/// A value in force, as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LegalSetting {
    /// What it sets.
    pub name: Parameter,
    /// First day.
    pub from: NaiveDate,
    /// Value, in the unit that `name` tells; for what merely holds or does not, 1 or 0.
    pub value: i64,
    /// Where it is set.
    #[schema(max_length = 100)]
    pub source: String,
    /// How far that is known.
    pub basis: SettingBasis,
}
/// A value that the society sets in the place of the table's, from a day on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SocietyValue {
    /// What it sets.
    pub name: Parameter,
    /// First day.
    #[validate(custom(function = "in_reach"))]
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    pub valid_from: NaiveDate,
    /// Value, in the unit that `name` tells; for what merely holds or does not, 1 or 0.
    #[validate(range(min = 0, max = 99_999_999))]
    #[schema(minimum = 0, maximum = 99_999_999)]
    pub value: i64,
    /// Where it is set: law, notice or decision of the society.
    #[validate(length(min = 1, max = 100), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 100)]
    pub source: String,
}
impl SocietyValue {
    /// That the income by the labour contract counts (1) or does not (0) from a day on.
    pub fn contract_income(valid_from: NaiveDate, value: i64) -> Self {
        let source = "令和7年保保発1001第3号".into();
        Self { name: P::ContractIncome, valid_from, value, source }
    }
}
impl Parameter {
    /// The values that it can have.
    pub fn bounds(self) -> RangeInclusive<i64> {
        match self {
            P::IncomeLimit | P::HigherIncomeLimit | P::YoungIncomeLimit => 1..=99_999_999,
            P::ActiveStandard | P::ActiveIncomeAlone | P::ActiveIncomeTogether => 1..=99_999_999,
            P::MonthlyWage => 0..=9_999_999,
            P::HigherLimitAge | P::YoungFromAge | P::YoungBelowAge | P::ProofFromAge => 0..=120,
            P::ShareDivisor | P::TemporaryTimes => 1..=99,
            P::NearPercent | P::FullTimePercent => 0..=100,
            P::WeeklyMinutes => 0..=10_080,
            P::ExpectedMonths | P::ShortTermMonths => 0..=120,
            P::EmployerSize => 0..=9_999_999,
            P::ContractIncome | P::WageNoLongerCounts | P::AgreedEmployer | P::RenewalCounts => 0..=1,
        }
    }
}

/// The law as the society holds it: the table, and what the society set in its place.
#[derive(Clone, Copy, Debug)]
pub struct Law<'a>(&'a [SocietyValue]);
impl<'a> Law<'a> {
    /// With what the society set, in the order of approval: of two values for one day the later one counts.
    /// # Errors
    /// A value that its name can't have, or a day before the table begins; told at `/legal_values`.
    pub fn with(values: Option<&'a Vec<SocietyValue>>) -> Result<Self, Refusal> {
        let values = values.map(Vec::as_slice).unwrap_or_default();
        for set in values {
            if !set.name.bounds().contains(&set.value) {
                let said = ("この項目の値の範囲外です", "not a value that this may have");
                return Err(refuse("/legal_values", "value-out-of-bounds", said));
            }
            if first_day(set.name).is_none_or(|first| set.valid_from < first) {
                return Err(refuse("/legal_values", NO_RULE.0, NO_RULE.1));
            }
        }
        Ok(Self(values))
    }
    /// What is in force on a day, in the order of `names`; nothing for what has not begun.
    pub fn in_force(self, names: &[Parameter], day: NaiveDate) -> Vec<LegalSetting> {
        names.iter().filter_map(|name| self.latest(*name, day)).collect()
    }
    fn latest(self, name: Parameter, day: NaiveDate) -> Option<LegalSetting> {
        let table = of_table(name, day);
        let set =
            self.0.iter().filter(|v| v.name == name && v.valid_from <= day).max_by_key(|v| v.valid_from);
        let set = set.filter(|v| table.as_ref().is_none_or(|t| t.from <= v.valid_from));
        let shown = set.map(|v| LegalSetting {
            name,
            from: v.valid_from,
            value: v.value,
            source: v.source.clone(),
            basis: SettingBasis::Society,
        });
        shown.or(table)
    }
    /// The value in force on a day; nothing before its first row.
    pub fn on(self, what: Parameter, day: NaiveDate) -> Option<i64> {
        self.latest(what, day).map(|s| s.value)
    }
    /// Whether what merely holds or does not holds on a day.
    pub fn holds(self, what: Parameter, day: NaiveDate) -> bool {
        self.on(what, day).is_some_and(|value| value > 0)
    }
    /// The value in force on a day that the rule can't do without.
    /// # Errors
    /// `no-rule-for-day` at `pointer`, for a day before the table begins.
    pub fn needed(self, what: Parameter, day: NaiveDate, pointer: &'static str) -> Result<i64, Refusal> {
        self.on(what, day).ok_or(refuse(pointer, NO_RULE.0, NO_RULE.1))
    }
}
const NO_RULE: (&str, Said<'static>) =
    ("no-rule-for-day", ("この日の基準は扱いません", "the rule in force on this day is not decided here"));
fn day_of(row: &Row) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(row.from.0, row.from.1, row.from.2)
}
/// The row of the table in force on a day.
fn of_table(name: Parameter, day: NaiveDate) -> Option<LegalSetting> {
    let shown = |r: &Row| {
        Some(LegalSetting { name, from: day_of(r)?, value: r.value, source: r.source.into(), basis: r.basis })
    };
    TABLE.iter().filter(|r| r.what == name).filter_map(shown).rfind(|s| s.from <= day)
}
/// The first day of which the table says anything.
fn first_day(name: Parameter) -> Option<NaiveDate> {
    TABLE.iter().find(|r| r.what == name).and_then(day_of)
}
/// The first day for which a society can set a value on `today`: that of the table's row in force, else of its first row. What stood before that
/// day stays as the table says.
pub fn settable_from(name: Parameter, today: NaiveDate) -> Option<NaiveDate> {
    of_table(name, today).map(|row| row.from).or_else(|| first_day(name))
}
/// Facts that are looked at by the law as the society holds it.
pub trait UnderLaw {
    /// What the rule of these facts looks at.
    const NAMES: &'static [Parameter];
    /// What the society set in the place of the table; nothing where that is not known yet.
    fn values(&mut self) -> &mut Option<Vec<SocietyValue>>;
}
