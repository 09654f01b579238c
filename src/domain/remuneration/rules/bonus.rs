//! 標準賞与額 — bonuses of a month, cut and capped (健康保険法45条).
use super::{
    Refusal, Rule, refuse,
    trace::{Trace, Value, steps},
};
use crate::values::{month::Month, yen::Yen};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Facts of a standard bonus.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct BonusInput {
    /// Month of payment.
    pub month: Month,
    /// Every bonus paid in the month, in any order.
    #[validate(length(min = 1, max = 31))]
    #[schema(min_items = 1, max_items = 31)]
    pub amounts_yen: Vec<Yen>,
    /// 累計: standard bonuses of earlier months of the fiscal year at this insurer, those of exempt months and of months of loss among them.
    pub cumulative_before_yen: Yen,
}
/// The standard bonus, and the sum of the fiscal year with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct BonusOutcome {
    /// 標準賞与額.
    #[schema(value_type = Yen)]
    pub standard_bonus_yen: i64,
    /// 年度の累計.
    #[schema(value_type = Yen)]
    pub cumulative_after_yen: i64,
    /// The cap of the fiscal year cut it.
    pub is_capped: bool,
}

steps! {
    SUM = "same_month_sum", "健康保険法45条1項", ThousandDown:
        "{month}に支払われた賞与{count}件の合計{total}から{cut}となります。" /
        "Bonuses paid in {month} ({count}) add up to {total}; that makes {cut}.";
    WITHIN = "within_cap", "健康保険法45条1項ただし書":
        "年度の累計{before}に加えても上限{cap}を超えないため、標準賞与額は{standard}、累計は{after}です。" /
        "With {before} before, the year stays within {cap}: the standard bonus is {standard}, the sum of the year {after}.";
    CAPPED = "capped", "健康保険法45条1項ただし書":
        "年度の累計{before}に加えると上限{cap}を超えるため、標準賞与額は{standard}、累計は{after}です。" /
        "With {before} before, the year would exceed {cap}: the standard bonus is {standard}, the sum of the year {after}.";
}
/// Cap of a fiscal year since April 2016, in yen.
const CAP: i64 = 5_730_000;

/// First month of the cap that is known here.
const CAP_FROM: Month = Month::in_year(2016, 4);
/// The most, in yen, that the standard bonuses of the fiscal year of a month may add up to; nothing before April 2016, whose cap is
/// not known here (健康保険法45条1項ただし書).
pub fn bonus_cap(month: Month) -> Option<i64> {
    (month >= CAP_FROM).then_some(CAP)
}

/// 標準賞与額 (健康保険法45条).
pub struct StandardBonus;
impl Rule for StandardBonus {
    type Input = BonusInput;
    type Outcome = BonusOutcome;
    const ID: &'static str = "standard_bonus";
    const VERSION: &'static str = "2016-04";
    fn decide(input: &BonusInput, trace: &mut Trace) -> Result<BonusOutcome, Refusal> {
        let cap = bonus_cap(input.month).ok_or(refuse(
            "/month",
            "no-bonus-cap",
            ("2016年4月より前の上限額は扱いません", "the cap before April 2016 is not decided here"),
        ))?;
        let before = input.cumulative_before_yen.get();
        if before > cap {
            return Err(refuse(
                "/cumulative_before_yen",
                "above-cap",
                ("累計が上限を超えています", "the sum of the year exceeds its cap"),
            ));
        }
        let total: i64 = input.amounts_yen.iter().map(|a| a.get()).sum();
        let cut = total - total % 1_000;
        trace.step(
            &SUM,
            [
                ("month", Value::Month(input.month)),
                ("count", Value::Count(i64::try_from(input.amounts_yen.len()).unwrap_or(0))),
                ("total", Value::Yen(total)),
                ("cut", Value::Yen(cut)),
            ],
        );
        let standard = cut.min(cap - before);
        let is_capped = standard < cut;
        trace.step(
            if is_capped { &CAPPED } else { &WITHIN },
            [
                ("before", Value::Yen(before)),
                ("cap", Value::Yen(cap)),
                ("standard", Value::Yen(standard)),
                ("after", Value::Yen(before + standard)),
            ],
        );
        Ok(BonusOutcome { standard_bonus_yen: standard, cumulative_after_yen: before + standard, is_capped })
    }
}
