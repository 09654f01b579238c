//! What payroll is told of an applied notification.
use super::dry_run::Consequence;
use crate::{
    domain::{
        members::Prepayment,
        remuneration::{BonusChange, CalculationTrace, PayChange},
    },
    values::month::Month,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// A dependent in a result.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DependentResult {
    /// Place on the form.
    #[schema(max_length = 10)]
    pub slot: String,
    /// Dependency.
    pub dependent_id: Uuid,
    /// Person.
    pub person_id: Uuid,
    /// 枝番.
    #[schema(max_length = 2)]
    pub branch: String,
    /// 認定年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recognised_on: Option<NaiveDate>,
    /// First day not recognised any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_on: Option<NaiveDate>,
}
/// What became of a dependent when the insured person's cover was corrected.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DependentFate {
    /// The recognition never was.
    TakenBack,
    /// It has other days.
    Changed,
    /// It would live again, but the person is covered elsewhere meanwhile: it stays ended.
    StaysEnded,
}
/// A dependent whose recognition a correction concerned.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct DependentCorrected {
    /// Dependency.
    pub dependent_id: Uuid,
    /// Person.
    pub person_id: Uuid,
    /// 枝番.
    #[schema(max_length = 2)]
    pub branch: String,
    /// What became of it.
    pub fate: DependentFate,
    /// 認定年月日.
    pub recognised_on: NaiveDate,
    /// First day not recognised any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub removed_on: Option<NaiveDate>,
}
/// What payroll needs of an applied notification.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NotificationOutcome {
    /// Insured person.
    pub member_id: Uuid,
    /// 記号.
    #[schema(max_length = 10)]
    pub symbol: String,
    /// 番号.
    #[schema(max_length = 10)]
    pub number: String,
    /// 枝番.
    #[schema(max_length = 2)]
    pub branch: String,
    /// 資格取得年月日.
    pub acquired_on: NaiveDate,
    /// 資格喪失年月日.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lost_on: Option<NaiveDate>,
    /// Decision of 標準報酬月額, of an acquisition or a report of pay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision_id: Option<Uuid>,
    /// Its grade.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 50)]
    pub grade: Option<u8>,
    /// 標準報酬月額.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard_yen: Option<i64>,
    /// First month of the standard remuneration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub applies_from: Option<Month>,
    /// 標準報酬月額 of the month before a correction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub standard_before_yen: Option<i64>,
    /// Later decisions that rest on this one and were decided anew.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1000)]
    pub decided_anew: Vec<PayChange>,
    /// 標準賞与額 of the month, of a report of a bonus.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standard_bonus_yen: Option<i64>,
    /// 標準賞与額 of the month before a correction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub standard_bonus_before_yen: Option<i64>,
    /// The bonus was paid in the month of the loss, before it: it bears no premium and counts for the cap.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub loss_month: bool,
    /// Other months of the fiscal year whose 標準賞与額 changed with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 24)]
    pub bonuses_decided_anew: Vec<BonusChange>,
    /// The leave that was notified.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave_id: Option<Uuid>,
    /// Its first day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave_starts_on: Option<NaiveDate>,
    /// Its last day as far as known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave_ends_on: Option<NaiveDate>,
    /// Months without the monthly premium, of this leave and those of the child that count with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100)]
    pub exempt_months: Option<Vec<Month>>,
    /// Months in which a bonus bears no premium.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_items = 100)]
    pub exempt_bonus_months: Option<Vec<Month>>,
    /// 喪失予定年月日, of 任意継続 and 特例退職.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub planned_loss_on: Option<NaiveDate>,
    /// 前納区分, of 任意継続 and 特例退職.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub prepayment: Option<Prepayment>,
    /// Why one may continue, of 任意継続.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub eligibility: Option<CalculationTrace>,
    /// The society recognised the reason for which the application came late.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub late_reason_recognised: Option<bool>,
    /// 資格取得年月日 before the correction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_acquired_on: Option<NaiveDate>,
    /// 資格喪失年月日 before the correction.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub previous_lost_on: Option<NaiveDate>,
    /// The acquisition was cancelled: the cover never was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acquisition_cancelled: Option<bool>,
    /// Dependents whose recognition the correction concerned.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 99)]
    pub dependents_corrected: Vec<DependentCorrected>,
    /// What a correction changed, before and after, as its dry run told it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 20)]
    pub changes: Vec<Consequence>,
    /// Dependents.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub dependents: Vec<DependentResult>,
}
