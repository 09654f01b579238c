//! 保険者算定 as staff states it with a decision (健康保険法44条1項).
use crate::{
    domain::remuneration::{AnnualPay, Determination, rules},
    values::{month::Month, readings::Readings, yen::Yen},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// 保険者算定: what the insurer determines about the pay of 算定基礎届, 月額変更届 or their 報酬訂正届. Needed where the form says 途中入社, 休職等,
/// 遡及支払, 修正平均 or 年間平均 (409 `determination-needed`); empty says that nothing is left out.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PayDetermination {
    /// Months of the form that are left out: a first month paid in part, leave, strike.
    #[serde(default)]
    #[validate(length(max = 3))]
    #[schema(max_items = 3)]
    excluded_months: Vec<Month>,
    /// 修正平均: back pay that is left out, by the month in which it was paid.
    #[serde(default)]
    #[validate(nested, length(max = 3))]
    #[schema(max_items = 3)]
    back_pay: Vec<BackPay>,
    /// 年間平均: the year's pay.
    #[serde(default)]
    #[validate(nested)]
    annual: Option<YearOfPay>,
}
/// 遡及支払額 of a month.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct BackPay {
    /// Month in which it was paid.
    month: Month,
    /// How much of its pay was for months before, in yen; negative where pay was taken back.
    #[validate(range(min = -9_999_999, max = 9_999_999))]
    #[schema(minimum = -9_999_999, maximum = 9_999_999)]
    yen: i64,
}
/// 年間平均: pay of the year, its nature and the consent.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct YearOfPay {
    /// 定時決定: July of the year before to March; April to June are those of the form.
    #[serde(default)]
    #[validate(nested, length(max = 9))]
    #[schema(max_items = 9)]
    months: Vec<rules::PaidMonth>,
    /// 随時改定: fixed pay of the three months of the form together.
    #[serde(default)]
    #[schema(nullable = false)]
    fixed_pay_total_yen: Option<Yen>,
    /// 随時改定: other pay of the nine months before and the three of the form together.
    #[serde(default)]
    #[schema(nullable = false)]
    variable_pay_total_yen: Option<Yen>,
    /// 業務の性質上例年発生する: the difference recurs every year.
    is_recurring: bool,
    /// 被保険者の同意.
    has_consent: bool,
}
impl PayDetermination {
    /// As the rules take it, by the readings that the society has set.
    pub fn given(&self, readings: Readings) -> Determination {
        Determination {
            excluded: self.excluded_months.clone(),
            back_pay: self.back_pay.iter().map(|b| (b.month, b.yen)).collect(),
            annual: self.annual.as_ref().map(|year| AnnualPay {
                months: year.months.clone(),
                fixed_pay_total_yen: year.fixed_pay_total_yen,
                variable_pay_total_yen: year.variable_pay_total_yen,
                is_recurring: year.is_recurring,
                has_consent: year.has_consent,
                rounding: readings.annual_parts,
            }),
        }
    }
}
