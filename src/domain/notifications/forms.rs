//! 届書 — the facts that a form states, without personal numbers.
//!
//! One set of types for JSON bodies, file rows and stored notifications. Items that only the pension office
//! needs (基礎年金番号, 第3号被保険者) have no place here: they are read and dropped.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::codes::{
    AcquisitionClass, Change, DependentReason, Living, LossCause, NoResidentAddressReason, Occupation,
    OverseasEndReason, OverseasReason, OverseasStatus, PhoneKind, Relationship, RemovalReason, Sex,
    SpouseOccupation, SpouseReason, SpouseRelationship, SpouseRemovalReason, StatedSex,
};
use super::kinds::headed;

/// Derives and attributes that every struct of a form shares.
macro_rules! form_struct {
    ($(#[$meta:meta])* $name:ident { $($fields:tt)* }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $name { $($fields)* }
    };
}
pub(super) use form_struct;
/// A form about somebody who is insured: whom it names, then its own fields.
macro_rules! insured_form {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        crate::domain::notifications::forms::form_struct! {
            $(#[$meta])*
            $name {
                /// 被保険者整理番号.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub office_number: Option<String>,
                /// 被保険者証番号(健保組合).
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub insured_number: Option<String>,
                /// Reading in katakana, one space between the parts; stored in full width.
                pub name_kana: String,
                /// The reading as received, where it differs. Set by the society; what a caller sends is replaced.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub name_kana_raw: Option<String>,
                /// Name as received.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub name: Option<String>,
                /// Day of birth of the insured person.
                #[serde(deserialize_with = "crate::kernel::input::dated")]
                pub birth_on: NaiveDate,
                $($own)*
            }
        }
        crate::domain::notifications::kinds::headed!($name);
    };
}
pub(super) use insured_form;

form_struct! {
    /// 被保険者資格取得届.
    Acquisition {
        /// 被保険者整理番号: up to six digits; a new person may have none yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub office_number: Option<String>,
        /// 被保険者証番号(健保組合): up to seven digits; empty leaves the numbering to the society.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub insured_number: Option<String>,
        /// Reading in katakana, one space between the parts; stored in full width.
        pub name_kana: String,
        /// The reading as received, where it differs. Set by the society; what a caller sends is replaced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name_kana_raw: Option<String>,
        /// Name as received.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// Day of birth.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub birth_on: NaiveDate,
        /// 種別(性別); absent only with `over_70_only`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sex: Option<Sex>,
        /// 取得区分; health_and_pension when absent, none with `over_70_only`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub class: Option<AcquisitionClass>,
        /// 住民票住所を記載できない理由; only without a personal number.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub no_resident_address_reason: Option<NoResidentAddressReason>,
        /// 個人番号情報(備考); only with the reason `other`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub no_number_note: Option<String>,
        /// 資格取得年月日.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub acquired_on: NaiveDate,
        /// 被扶養者の有無.
        pub has_dependents: bool,
        /// 報酬月額(通貨).
        pub cash_yen: i64,
        /// 報酬月額(現物).
        #[serde(default)]
        pub in_kind_yen: i64,
        /// 報酬月額(合計): the sum of both, at most 9,999,999.
        pub total_yen: i64,
        /// 備考1 70歳以上被用者該当.
        #[serde(default)]
        pub aged_70_or_over: bool,
        /// 備考2 二以上事業所勤務者.
        #[serde(default)]
        pub two_or_more_offices: bool,
        /// 備考3 短時間労働者.
        #[serde(default)]
        pub short_time_worker: bool,
        /// 備考4 退職後の継続再雇用者.
        #[serde(default)]
        pub reemployed_after_retirement: bool,
        /// 備考.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub remarks: Option<String>,
        /// 住民票住所; given exactly when the personal number is not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub resident_address: Option<Address>,
        /// 70歳以上被用者該当届のみ提出.
        #[serde(default)]
        pub over_70_only: bool,
        /// 資格確認書発行要否.
        #[serde(default)]
        pub certificate_wanted: bool,
        /// 健保固有項目: the society's own item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub society_note: Option<String>,
    }
}

form_struct! {
    /// 被保険者資格喪失届.
    Loss {
        /// 被保険者整理番号.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub office_number: Option<String>,
        /// 被保険者証番号(健保組合).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub insured_number: Option<String>,
        /// Reading in katakana, one space between the parts; stored in full width.
        pub name_kana: String,
        /// The reading as received, where it differs. Set by the society; what a caller sends is replaced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name_kana_raw: Option<String>,
        /// Name as received.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// Day of birth.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub birth_on: NaiveDate,
        /// 資格喪失年月日: the day after leaving or death, the birthday itself at 75.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub lost_on: NaiveDate,
        /// 喪失原因.
        pub cause: LossCause,
        /// 退職日・死亡日; given exactly for retirement and death.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub left_on: Option<NaiveDate>,
        /// 備考1 二以上事業所勤務者.
        #[serde(default)]
        pub two_or_more_offices: bool,
        /// 備考2 退職後の継続再雇用者.
        #[serde(default)]
        pub reemployed_after_retirement: bool,
        /// 備考.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub remarks: Option<String>,
        /// 資格確認書回収(添付): how many come back with the form.
        #[serde(default)]
        pub certificates_returned: u8,
        /// 資格確認書回収(返不能): how many cannot come back.
        #[serde(default)]
        pub certificates_not_returnable: u8,
        /// 70歳以上被用者不該当.
        #[serde(default)]
        pub over_70_ceased: bool,
        /// 70歳以上被用者不該当年月日.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub over_70_ceased_on: Option<NaiveDate>,
        /// 70歳以上被用者不該当届のみ提出.
        #[serde(default)]
        pub over_70_only: bool,
        /// 健保固有項目: the society's own item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub society_note: Option<String>,
    }
}
headed!(Acquisition);
headed!(Loss);

form_struct! {
    /// 被扶養者(異動)届: one insured person, at most one spouse and two other dependents.
    DependentChange {
        /// 被保険者整理番号; required for removed and changed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub office_number: Option<String>,
        /// The insured person's reading in katakana; stored in full width.
        pub name_kana: String,
        /// The reading as received, where it differs. Set by the society; what a caller sends is replaced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name_kana_raw: Option<String>,
        /// The insured person's name as received.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// The insured person's day of birth.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub birth_on: NaiveDate,
        /// The insured person's sex.
        pub sex: StatedSex,
        /// 収入: the insured person's yearly income; only for added.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub income_yen: Option<i64>,
        /// The insured person's address; given exactly when the personal number is not.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub resident_address: Option<Address>,
        /// 事業主確認: the employer has confirmed the relationship.
        #[serde(default)]
        pub employer_confirmed: bool,
        /// 事業主受付年月日.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub employer_received_on: Option<NaiveDate>,
        /// 異動の別.
        pub change: Change,
        /// 配偶者である被扶養者.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub spouse: Option<SpouseEntry>,
        /// 配偶者の収入(年収), also of a spouse who is no dependent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub spouse_yearly_income_yen: Option<i64>,
        /// その他の被扶養者, at most two.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(max_items = 2)]
        pub others: Vec<OtherEntry>,
    }
}

form_struct! {
    /// 配偶者である被扶養者欄.
    SpouseEntry {
        /// Reading in katakana, one space between the parts; stored in full width.
        pub name_kana: String,
        /// The reading as received, where it differs. Set by the society; what a caller sends is replaced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name_kana_raw: Option<String>,
        /// Name as received.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// Day of birth.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub birth_on: NaiveDate,
        /// 続柄.
        pub relationship: SpouseRelationship,
        /// 国籍.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub nationality: Option<String>,
        /// 通称名(フリガナ).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub alias_kana: Option<String>,
        /// 通称名.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub alias: Option<String>,
        /// 同居・別居; only for added.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub living: Option<Living>,
        /// 住所地: prefecture 01–47; only when living apart.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub prefecture: Option<String>,
        /// Address; always required.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub address: Option<Address>,
        /// 電話番号の種別.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub phone_kind: Option<PhoneKind>,
        /// 電話番号, with hyphens.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub phone: Option<String>,
        /// 被扶養者になった日.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub became_on: Option<NaiveDate>,
        /// なった理由.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<SpouseReason>,
        /// なった理由(その他); only with the reason `other`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason_text: Option<String>,
        /// 職業.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub occupation: Option<SpouseOccupation>,
        /// 収入(年収).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub income_yen: Option<i64>,
        /// 被扶養者でなくなった日.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub ceased_on: Option<NaiveDate>,
        /// なくなった理由.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub removal_reason: Option<SpouseRemovalReason>,
        /// なくなった理由(その他); only with the removal reason `other`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub removal_text: Option<String>,
        /// 死亡日; only with the removal reason `death`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub died_on: Option<NaiveDate>,
        /// 備考; for changed, which item and its old value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub remarks: Option<String>,
        /// 続柄確認済み.
        #[serde(default)]
        pub relationship_confirmed: bool,
        /// 海外特例要件.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub overseas: Option<Overseas>,
        /// 資格確認書発行要否.
        #[serde(default)]
        pub certificate_wanted: bool,
    }
}

form_struct! {
    /// その他の被扶養者欄.
    OtherEntry {
        /// Reading in katakana, one space between the parts; stored in full width.
        pub name_kana: String,
        /// The reading as received, where it differs. Set by the society; what a caller sends is replaced.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name_kana_raw: Option<String>,
        /// Name as received.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub name: Option<String>,
        /// Day of birth.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub birth_on: NaiveDate,
        /// 性別.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub sex: Option<StatedSex>,
        /// 続柄.
        pub relationship: Relationship,
        /// 続柄(その他); given exactly with the relationship `other`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub relationship_text: Option<String>,
        /// 同居・別居.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub living: Option<Living>,
        /// Address; required for added and removed.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub address: Option<Address>,
        /// 住所地: prefecture 01–47.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub prefecture: Option<String>,
        /// 海外特例要件.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub overseas: Option<Overseas>,
        /// 被扶養者になった日.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub became_on: Option<NaiveDate>,
        /// なった理由.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<DependentReason>,
        /// なった理由(その他); only with the reason `other`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason_text: Option<String>,
        /// 職業.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub occupation: Option<Occupation>,
        /// 収入(年収).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub income_yen: Option<i64>,
        /// 被扶養者でなくなった日.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub ceased_on: Option<NaiveDate>,
        /// なくなった理由.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub removal_reason: Option<RemovalReason>,
        /// なくなった理由(その他); only with the removal reason `other`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub removal_text: Option<String>,
        /// 備考; for changed, which item and its old value.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub remarks: Option<String>,
        /// 続柄確認済み.
        #[serde(default)]
        pub relationship_confirmed: bool,
        /// 資格確認書発行要否.
        #[serde(default)]
        pub certificate_wanted: bool,
    }
}

form_struct! {
    /// 住所.
    #[derive(Default)]
    Address {
        /// 郵便番号: seven digits; a hyphen after the third is taken too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub postal_code: Option<String>,
        /// 住所カナ.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub kana: Option<String>,
        /// 住所.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub text: Option<String>,
    }
}

form_struct! {
    /// 海外特例要件 (健康保険法 第3条第7項ただし書).
    Overseas {
        /// 該当・非該当.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub status: Option<OverseasStatus>,
        /// 該当年月日.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub starts_on: Option<NaiveDate>,
        /// 該当した理由.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<OverseasReason>,
        /// 該当した理由(その他).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason_text: Option<String>,
        /// 非該当年月日.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub ends_on: Option<NaiveDate>,
        /// 非該当となった理由.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end_reason: Option<OverseasEndReason>,
        /// 非該当となった理由(その他).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub end_text: Option<String>,
        /// 国内転入年月日.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub entered_japan_on: Option<NaiveDate>,
    }
}
