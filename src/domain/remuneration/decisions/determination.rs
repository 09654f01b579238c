//! 保険者算定 — what the insurer determines about the pay of a report, where the law's usual reckoning would be far from right
//! (健康保険法44条1項): months left out, back pay left out, the average of a year.
use super::{
    facts::{Facts, amount},
    history::History,
};
use crate::{
    domain::remuneration::rules::{
        AnnualPartRounding, FixedPayChange, OccasionalAnnualInput, OccasionalInput, PaidMonth,
        RegularAnnualInput, RegularInput, WorkKind,
    },
    kernel::Problem,
    values::{month::Month, yen::Yen},
};
use chrono::NaiveDate;
use uuid::Uuid;

/// What the insurer determines; nothing for most reports.
#[derive(Clone, Debug, Default)]
pub struct Determination {
    /// Months left out: paid in part, on leave, on strike.
    pub excluded: Vec<Month>,
    /// Back pay in yen by the month in which it was paid.
    pub back_pay: Vec<(Month, i64)>,
    /// The year's pay, where the average of a year is asked for.
    pub annual: Option<AnnualPay>,
}
/// The year's pay (年間平均).
#[derive(Clone, Debug)]
pub struct AnnualPay {
    /// Of a regular determination: July of the year before to March, in any order.
    pub months: Vec<PaidMonth>,
    /// Of an occasional revision: fixed pay of the three months together, in yen.
    pub fixed_pay_total_yen: Option<Yen>,
    /// Of an occasional revision: other pay of the nine months before and the three together, in yen.
    pub variable_pay_total_yen: Option<Yen>,
    /// The difference recurs every year by the nature of the work.
    pub is_recurring: bool,
    /// The insured person consents.
    pub has_consent: bool,
    /// Of an occasional revision: where fractions are dropped, as the society has set.
    pub rounding: AnnualPartRounding,
}
/// Facts of 定時決定, of a form and of the insurer's determination.
#[derive(Clone, Debug)]
pub struct RegularPay {
    /// Year.
    pub year: i32,
    /// How much the person works.
    pub kind: WorkKind,
    /// April, May and June.
    pub months: Vec<PaidMonth>,
    /// 保険者算定.
    pub determined: Determination,
}
/// Facts of 随時改定, of a form and of the insurer's determination.
#[derive(Clone, Debug)]
pub struct OccasionalPay {
    /// First month of changed pay.
    pub change_month: Month,
    /// How fixed pay changed.
    pub change: FixedPayChange,
    /// How much the person works.
    pub kind: WorkKind,
    /// That month and the two after it.
    pub months: Vec<PaidMonth>,
    /// 保険者算定.
    pub determined: Determination,
}

impl Determination {
    /// The months of the form with what is left out of them.
    /// # Errors
    /// 409 `other-month-determined`.
    pub fn applied(&self, mut months: Vec<PaidMonth>) -> Result<Vec<PaidMonth>, Problem> {
        let named = self.excluded.iter().chain(self.back_pay.iter().map(|(m, _)| m));
        if named.into_iter().any(|named| months.iter().all(|m| m.month != *named)) {
            return Err(other_month());
        }
        for m in &mut months {
            m.is_excluded = self.excluded.contains(&m.month);
            m.back_pay_yen = self.back_pay.iter().filter(|(of, _)| *of == m.month).map(|(_, yen)| yen).sum();
        }
        Ok(months)
    }
}
fn other_month() -> Problem {
    Problem::conflict(
        "other-month-determined",
        "届書にない月について算定の指定があります",
        "The determination names a month that the form does not have",
    )
}
impl RegularPay {
    /// First month of the standard remuneration.
    pub const fn from(&self) -> Month {
        Month::in_year(self.year, 9)
    }
    /// The facts of the rule, of cover from `acquired_on` to `lost_on`.
    /// # Errors
    /// 409 `other-month-determined`.
    pub fn facts(self, acquired_on: NaiveDate, lost_on: Option<NaiveDate>) -> Result<Facts, Problem> {
        let months = self.determined.applied(self.months)?;
        let usual = RegularInput {
            year: self.year,
            kind: self.kind,
            months,
            previous_standard_yen: None,
            acquired_on,
            lost_on,
            revision_month: None,
            frequent_bonus_total_yen: None,
        };
        let annual = self.determined.annual.map(|year| year.regular(&usual));
        Ok(Facts::Regular(usual, annual))
    }
}
impl OccasionalPay {
    /// First month of the standard remuneration.
    pub const fn from(&self) -> Month {
        self.change_month.plus(3)
    }
    /// The facts of the rule, on what holds before.
    /// # Errors
    /// 409 `nothing-to-revise`, `other-month-determined`, `not-decidable` without the totals of a year.
    pub fn facts(self, history: &History, employer: Uuid) -> Result<Facts, Problem> {
        let current = revisable(history, employer, self.from())?;
        let (standard, base) = (amount(current.0)?, Yen::new(current.1));
        let months = self.determined.applied(self.months)?;
        let usual = OccasionalInput {
            kind: self.kind,
            fixed_change: self.change,
            change_month: self.change_month,
            months,
            current_standard_yen: standard,
            current_base_yen: base,
            frequent_bonus_total_yen: None,
        };
        Ok(match self.determined.annual {
            Some(year) => Facts::OccasionalAnnual(year.occasional(usual)?),
            None => Facts::Occasional(usual),
        })
    }
}
impl AnnualPay {
    /// Facts of the average of a year beside those of a regular determination: the nine months before, then its three.
    pub fn regular(self, usual: &RegularInput) -> RegularAnnualInput {
        RegularAnnualInput {
            year: usual.year,
            kind: usual.kind,
            months: self.months.into_iter().chain(usual.months.iter().copied()).collect(),
            is_recurring: self.is_recurring,
            has_consent: self.has_consent,
            frequent_bonus_total_yen: usual.frequent_bonus_total_yen,
        }
    }
    /// The totals of fixed and of other pay of an occasional revision, yen.
    /// # Errors
    /// 409 `not-decidable` where one is not stated.
    pub fn totals(&self) -> Result<(Yen, Yen), Problem> {
        self.fixed_pay_total_yen.zip(self.variable_pay_total_yen).ok_or_else(|| {
            Problem::conflict(
                "not-decidable",
                "固定的賃金と非固定的賃金の合計が必要です",
                "The totals of fixed and of other pay are needed",
            )
        })
    }
    /// Facts of the average of a year in the place of those of an occasional revision.
    /// # Errors
    /// As of `totals`.
    pub fn occasional(self, usual: OccasionalInput) -> Result<OccasionalAnnualInput, Problem> {
        let (fixed_pay_total_yen, variable_pay_total_yen) = self.totals()?;
        Ok(OccasionalAnnualInput {
            kind: usual.kind,
            fixed_change: usual.fixed_change,
            change_month: usual.change_month,
            months: usual.months,
            fixed_pay_total_yen,
            variable_pay_total_yen,
            current_standard_yen: usual.current_standard_yen,
            current_base_yen: usual.current_base_yen,
            is_recurring: self.is_recurring,
            has_consent: self.has_consent,
            frequent_bonus_total_yen: usual.frequent_bonus_total_yen,
            rounding: Some(self.rounding),
        })
    }
}
/// 標準報酬月額 and 報酬月額 that a revision from a month on revises, of several offices those of the employer's.
/// # Errors
/// 409 `nothing-to-revise`.
pub fn revisable(history: &History, employer: Uuid, from: Month) -> Result<(i64, i64), Problem> {
    history.before(employer, from).ok_or_else(|| {
        Problem::conflict(
            "nothing-to-revise",
            "改定の前月に適用される標準報酬月額が登録されていません",
            "No standard remuneration is stored for the month before the revision",
        )
    })
}
