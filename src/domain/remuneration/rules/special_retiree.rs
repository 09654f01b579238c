//! 特例退職被保険者 — standard remuneration (健康保険法附則3条).
use super::{
    Refusal, Rule,
    grades::GradeTable,
    trace::{Trace, Value, steps},
};
use crate::values::{month::Month, yen::Yen};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Facts of the standard remuneration of 特例退職被保険者.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SpecialRetireeInput {
    /// Month from which it is to hold.
    pub month: Month,
    /// 標準報酬月額 that the society's rules set.
    pub rule_amount_yen: Yen,
}
/// Standard remuneration of 特例退職被保険者.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SpecialRetireeOutcome {
    /// 標準報酬月額.
    #[schema(value_type = Yen)]
    pub standard_yen: i64,
}
steps! {
    SET = "amount_by_rules", "健康保険法附則3条":
        "特例退職被保険者の標準報酬月額は、規約で定めた{amount}です。" /
        "The society's rules set {amount} as the standard remuneration of special retirees.";
}
/// 特例退職被保険者の標準報酬月額 (健康保険法附則3条).
pub struct SpecialRetireeStandard;
impl Rule for SpecialRetireeStandard {
    type Input = SpecialRetireeInput;
    type Outcome = SpecialRetireeOutcome;
    const ID: &'static str = "special_retiree_standard";
    const VERSION: &'static str = "2022-01";
    fn decide(input: &SpecialRetireeInput, trace: &mut Trace) -> Result<SpecialRetireeOutcome, Refusal> {
        let table = GradeTable::in_force(input.month)?;
        let standard = table.with_standard(input.rule_amount_yen, "/rule_amount_yen")?.standard;
        trace.step(&SET, [("amount", Value::Yen(standard))]);
        Ok(SpecialRetireeOutcome { standard_yen: standard })
    }
}
