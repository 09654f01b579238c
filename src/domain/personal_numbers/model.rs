//! Rows and codes of 個人番号管理.
use diesel::{QueryableByName, sql_types as t};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// 変更理由: why a number is registered or replaced (別添2 個人番号記録).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RegistrationReason {
    /// 新規登録: submitted for the first time, or late.
    FirstRegistration,
    /// 番号変更: the municipality gave another number (番号法 第7条第2項).
    NumberChanged,
    /// 訂正: a wrong number had been registered.
    Correction,
    /// 本人確認: found by an inquiry on the person's identity.
    IdentityConfirmed,
}
impl RegistrationReason {
    /// The code as it is kept and recorded.
    pub fn code(self) -> &'static str {
        match self {
            Self::FirstRegistration => "first_registration",
            Self::NumberChanged => "number_changed",
            Self::Correction => "correction",
            Self::IdentityConfirmed => "identity_confirmed",
        }
    }
}

/// 未登録理由: why no number is registered; its absence must be explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NotRegisteredReason {
    /// 届出に記載なし.
    NotNotified,
    /// 住民票なし: living abroad or staying for a short time.
    NoResidentRecord,
    /// 本人確認の結果不一致.
    IdentityMismatch,
    /// 照会中.
    UnderInquiry,
    /// 誤登録の取消: a wrong number was taken out.
    WithdrawnAsWrong,
}
impl NotRegisteredReason {
    /// The code as it is kept and recorded.
    pub fn code(self) -> &'static str {
        match self {
            Self::NotNotified => "not_notified",
            Self::NoResidentRecord => "no_resident_record",
            Self::IdentityMismatch => "identity_mismatch",
            Self::UnderInquiry => "under_inquiry",
            Self::WithdrawnAsWrong => "withdrawn_as_wrong",
        }
    }
}

/// A number as it lies in the register. Ciphertext and index are the number in another form: no `Debug`, no `Serialize`.
#[derive(QueryableByName)]
pub struct NumberRow {
    /// Version, from 1.
    #[diesel(sql_type = t::Integer)]
    pub version: i32,
    /// Key of this version.
    #[diesel(sql_type = t::Uuid)]
    pub key_id: Uuid,
    /// The sealed number; empty when it was erased.
    #[diesel(sql_type = t::Binary)]
    pub ciphertext: Vec<u8>,
    /// Keyed index; empty when it was erased.
    #[diesel(sql_type = t::Binary)]
    pub blind_index: Vec<u8>,
    /// Not replaced or taken out yet.
    #[diesel(sql_type = t::Bool)]
    pub is_live: bool,
}

/// A version to be written.
pub struct NewNumber<'a> {
    /// Whose.
    pub person: Uuid,
    /// Version.
    pub version: i32,
    /// Key of this version.
    pub key_id: Uuid,
    /// The sealed number.
    pub ciphertext: Vec<u8>,
    /// Keyed index.
    pub blind_index: [u8; 32],
    /// Reason code.
    pub reason: &'a str,
    /// Who registers.
    pub by: Uuid,
}

/// Numbers that wait, as columns: one statement takes them all.
#[derive(Default)]
pub struct PendingColumns {
    /// Notifications.
    pub notifications: Vec<Uuid>,
    /// Places on the form.
    pub slots: Vec<&'static str>,
    /// Keys.
    pub keys: Vec<Uuid>,
    /// Sealed numbers.
    pub ciphertexts: Vec<Vec<u8>>,
    /// Keyed indexes.
    pub indexes: Vec<Vec<u8>>,
    /// Registered for somebody already.
    pub clashes: Vec<bool>,
}

/// A sealed number or file that was taken out, with the key that opens it.
#[derive(QueryableByName)]
pub struct TakenRow {
    /// Its key, to be destroyed after the commit.
    #[diesel(sql_type = t::Uuid)]
    pub key_id: Uuid,
    /// What was sealed.
    #[diesel(sql_type = t::Binary)]
    pub ciphertext: Vec<u8>,
}
