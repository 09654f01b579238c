//! 二以上事業所勤務 — remuneration of several offices (健康保険法44条3項).
use super::{
    Refusal, Rule,
    grades::{GradeTable, look_up},
    trace::{Trace, Value, steps},
};
use crate::values::{month::Month, yen::Yen};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Facts of somebody who works at several offices.
#[derive(Clone, Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct TwoOfficesInput {
    /// Month from which it is to hold.
    pub month: Month,
    /// 報酬月額 at each office, in any order.
    #[validate(length(min = 2, max = 50))]
    #[schema(min_items = 2, max_items = 50)]
    pub remunerations_yen: Vec<Yen>,
}
/// The one standard remuneration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct TwoOfficesOutcome {
    /// Sum of the offices.
    pub remuneration_yen: i64,
    /// Grade.
    #[schema(minimum = 1, maximum = 50)]
    pub grade: u8,
    /// 標準報酬月額.
    #[schema(value_type = Yen)]
    pub standard_yen: i64,
}
steps! {
    SUM = "sum_of_offices", "健康保険法44条3項":
        "{count}か所の事業所の報酬月額を合算すると{total}です。" /
        "The remunerations of {count} offices add up to {total}.";
}

/// 二以上の事業所に勤務する場合の報酬月額 (健康保険法44条3項).
pub struct TwoOffices;
impl Rule for TwoOffices {
    type Input = TwoOfficesInput;
    type Outcome = TwoOfficesOutcome;
    const ID: &'static str = "two_offices";
    const VERSION: &'static str = "2016-04";
    fn decide(input: &TwoOfficesInput, trace: &mut Trace) -> Result<TwoOfficesOutcome, Refusal> {
        let table = GradeTable::in_force(input.month)?;
        let total: i64 = input.remunerations_yen.iter().map(|r| r.get()).sum();
        let count = i64::try_from(input.remunerations_yen.len()).unwrap_or(0);
        trace.step(&SUM, [("count", Value::Count(count)), ("total", Value::Yen(total))]);
        let grade = look_up(&table, total, trace);
        Ok(TwoOfficesOutcome { remuneration_yen: total, grade: grade.number, standard_yen: grade.standard })
    }
}
