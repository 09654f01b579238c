//! What is approved, and what the second person says.
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
}
impl ApprovalKind {
    /// As it is stored.
    pub fn word(self) -> &'static str {
        match self {
            Self::KeyedNotification => "keyed_notification",
            Self::ProtectionLift => "protection_lift",
            Self::PersonMerge => "person_merge",
            Self::VoluntarySetting => "voluntary_setting",
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
