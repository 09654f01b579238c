//! What the determinations and revisions have in common: a standard remuneration, and how long it holds.
use crate::values::{month::Month, yen::Yen};
use serde::Serialize;
use utoipa::ToSchema;

/// A standard remuneration that a rule sets; what is not set is left out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Determined {
    /// 報酬月額: average of the months that count.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Yen>)]
    pub average_yen: Option<i64>,
    /// 標準報酬月額.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, value_type = Option<Yen>)]
    pub standard_yen: Option<i64>,
    /// 適用年月・改定年月: first month.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub effective_month: Option<Month>,
    /// Last month unless revised earlier.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub valid_until_month: Option<Month>,
}
impl Determined {
    /// The average alone: nothing is set by it.
    pub const fn average(average_yen: Option<i64>) -> Self {
        Self { average_yen, standard_yen: None, effective_month: None, valid_until_month: None }
    }
    /// A standard remuneration in yen, its average, first and last month.
    pub const fn holding(average_yen: Option<i64>, standard: i64, from: Month, until: Month) -> Self {
        Self {
            average_yen,
            standard_yen: Some(standard),
            effective_month: Some(from),
            valid_until_month: Some(until),
        }
    }
}
