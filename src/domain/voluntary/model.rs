//! Rows and words of 任意継続.
use crate::{
    domain::{approvals::SettingState, members::EnrolmentType, remuneration::rules},
    kernel::{Facts, Problem, Subject},
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types as t;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What one asks to become.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContinuedType {
    /// 任意継続被保険者.
    #[default]
    VoluntaryContinuation,
    /// 特例退職被保険者.
    SpecialRetiree,
}
impl From<ContinuedType> for EnrolmentType {
    fn from(t: ContinuedType) -> Self {
        match t {
            ContinuedType::VoluntaryContinuation => Self::VoluntaryContinuation,
            ContinuedType::SpecialRetiree => Self::SpecialRetiree,
        }
    }
}
crate::row! {
    /// What the society sets from a day on.
    pub struct SettingRow {
        /// Id.
        id: t::Uuid => Uuid,
        /// First day.
        valid_from: t::Date => NaiveDate,
        /// The society's own office.
        office_id: t::Uuid => Uuid,
        /// Average of all insured, yen.
        average_remuneration_yen: t::BigInt => i64,
        /// Which ceiling.
        ceiling_rule: t::Text => String,
        /// Its amount, yen.
        rule_amount_yen: t::Nullable<t::BigInt> => Option<i64>,
        /// 標準報酬月額 of 特例退職, yen.
        special_retiree_yen: t::Nullable<t::BigInt> => Option<i64>,
        /// When it was asked for.
        requested_at: t::Timestamptz => DateTime<Utc>,
        /// requested, approved or rejected.
        state: t::Text => String,
        /// When the second person looked.
        decided_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
    }
}
impl Subject for SettingRow {
    fn facts(&self) -> Facts {
        Facts::of("VoluntarySetting", self.id)
    }
}
impl SettingRow {
    /// Where it stands.
    pub fn state(&self) -> SettingState {
        SettingState::of(&self.state)
    }
    /// Which ceiling the rules set.
    /// # Errors
    /// 503 when the stored word is none.
    pub fn ceiling(&self) -> Result<rules::CeilingRule, Problem> {
        serde_json::from_value(self.ceiling_rule.as_str().into())
            .map_err(|_| Problem::unavailable("stored-rule-unknown"))
    }
    /// What is asked for, as the digest of the second person takes it.
    pub fn told(&self) -> String {
        let ceiling = (self.ceiling_rule.as_str(), self.rule_amount_yen);
        told(
            self.valid_from,
            self.office_id,
            self.average_remuneration_yen,
            ceiling,
            self.special_retiree_yen,
        )
    }
}
/// What settings say: first day, office, average, ceiling with its amount, amount of 特例退職 (yen).
pub fn told(
    valid_from: NaiveDate,
    office: Uuid,
    average: i64,
    (rule, amount): (&str, Option<i64>),
    special: Option<i64>,
) -> String {
    format!("{valid_from}/{office}/{average}/{rule}/{amount:?}/{special:?}")
}
