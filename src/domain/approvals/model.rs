//! What is approved, and what the second person says.
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
        }
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
