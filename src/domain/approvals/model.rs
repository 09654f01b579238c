//! What is approved, and what the second person says.
use crate::kernel::Problem;
use chrono::{DateTime, Utc};
use diesel::sql_types as t;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

/// What is approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalKind {
    /// A form keyed from paper.
    KeyedNotification,
    /// The end of a 支援措置; about a version of it.
    ProtectionLift,
    /// Two ids of one person, to be joined.
    PersonMerge,
    /// Settings of 任意継続.
    VoluntarySetting,
    /// A decision of standard remuneration that was made in error.
    RemunerationWithdrawal,
    /// Settings of the recognition of dependents.
    RecognitionSetting,
    /// A name or contact details, registered without a form.
    IdentityChange,
    /// A premium of 任意継続 that was not paid.
    VoluntaryDefault,
}
impl ApprovalKind {
    /// As it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::KeyedNotification => "keyed_notification",
            Self::ProtectionLift => "protection_lift",
            Self::PersonMerge => "person_merge",
            Self::VoluntarySetting => "voluntary_setting",
            Self::RemunerationWithdrawal => "remuneration_withdrawal",
            Self::RecognitionSetting => "recognition_setting",
            Self::IdentityChange => "identity_change",
            Self::VoluntaryDefault => "voluntary_default",
        }
    }
}
crate::row! {
    /// What waits for a second person.
    pub struct Waiting {
        /// Its id.
        id: t::Uuid => Uuid,
    }
}
impl Waiting {
    /// 409 `already-exists` for another one of its kind, which tells the id of what waits.
    pub fn stands_before(&self) -> Problem {
        let id = self.id;
        Problem::conflict(
            "already-exists",
            &format!("同じ種類のもの（{id}）が承認を待っています。先にそれを承認又は却下してください"),
            &format!("One of this kind ({id}) waits for the second person: it is approved or rejected first"),
        )
    }
}
/// What the second person says.
#[derive(Clone, Debug)]
pub enum Ruling {
    /// It is as it was asked for.
    Approve,
    /// It is not; the differences found, as they are to be shown.
    Reject(serde_json::Value),
}
/// Where settings stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SettingState {
    /// A second person has not looked yet: they do not count.
    Requested,
    /// They count from their day on.
    Approved,
    /// They never count.
    Rejected,
}
impl SettingState {
    /// Out of the stored word of the approval.
    pub fn of(word: &str) -> Self {
        match word {
            "approved" => Self::Approved,
            "rejected" => Self::Rejected,
            _ => Self::Requested,
        }
    }
}
/// What the second person says of settings.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum SettingRuling {
    /// 承認.
    Approve,
    /// 却下.
    Reject,
}
impl From<SettingRuling> for Ruling {
    fn from(r: SettingRuling) -> Self {
        match r {
            SettingRuling::Approve => Self::Approve,
            SettingRuling::Reject => Self::Reject(serde_json::json!([])),
        }
    }
}
/// Where something stands that staff registers with a second person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationState {
    /// A second person has not looked yet: nothing holds of it.
    Requested,
    /// It is registered.
    Approved,
    /// It was turned down.
    Rejected,
}
impl RegistrationState {
    /// The word as it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
    /// Out of the stored word of the approval.
    /// # Errors
    /// 503 for a word that is none.
    pub fn of(word: &str) -> Result<Self, Problem> {
        let known = [Self::Requested, Self::Approved, Self::Rejected].into_iter().find(|s| s.word() == word);
        known.ok_or_else(|| Problem::unavailable("stored-word-unknown"))
    }
}
/// What the second person says of it.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationRuling {
    /// 承認: it is registered.
    Approve,
    /// 却下: it is not.
    Reject,
}
impl From<RegistrationRuling> for Ruling {
    fn from(r: RegistrationRuling) -> Self {
        match r {
            RegistrationRuling::Approve => Self::Approve,
            RegistrationRuling::Reject => Self::Reject(serde_json::json!([])),
        }
    }
}
/// 承認・却下.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RegistrationDecision {
    /// Approve or reject.
    pub ruling: RegistrationRuling,
}
crate::json_body!("application/json": RegistrationDecision);
/// Filter and page.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RegistrationQuery {
    /// Standing so.
    #[param(inline = false)]
    pub state: Option<RegistrationState>,
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub known_at: Option<DateTime<Utc>>,
    /// Rows per page.
    #[validate(range(min = 1, max = 500))]
    #[param(minimum = 1, maximum = 500)]
    pub limit: Option<u16>,
    /// Where to go on.
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    pub cursor: Option<String>,
}
