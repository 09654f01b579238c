//! 取消・訂正・変更の届書 — the corrections of everyday work. No file layout is published for them: they come as JSON, or on paper.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::forms::{Address, insured_form};
use super::voluntary_forms::BranchNumber;
use crate::domain::members::{self, CoverDays, NameReason};

insured_form! {
    /// 被保険者資格取得取消届: the cover never was.
    AcquisitionCancellation {
        /// 資格取得年月日 as recorded: tells which cover.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub acquired_on: NaiveDate,
        /// 取消の理由.
        pub reason: String,
    }
}

insured_form! {
    /// 被保険者資格喪失取消届: the cover goes on as if it had not been lost.
    LossCancellation {
        /// 資格喪失年月日 as recorded: tells which cover.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub lost_on: NaiveDate,
        /// 取消の理由.
        pub reason: String,
    }
}

insured_form! {
    /// 被保険者資格取得・喪失年月日訂正届: at least one day is corrected.
    QualificationDateCorrection {
        /// 資格取得年月日 as recorded.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub acquired_on: NaiveDate,
        /// 資格喪失年月日 as recorded; given exactly when the cover is lost.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub lost_on: Option<NaiveDate>,
        /// 訂正後の資格取得年月日.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub corrected_acquired_on: Option<NaiveDate>,
        /// 訂正後の資格喪失年月日; only of a cover that is lost.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub corrected_lost_on: Option<NaiveDate>,
        /// 訂正の理由.
        pub reason: String,
    }
}

insured_form! {
    /// 被保険者・被扶養者生年月日訂正届; `birth_on` is the insured person's day as recorded.
    BirthDateCorrection {
        /// 枝番 under the insured person's number of the dependent whose day of birth it is; absent: it is the insured person's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub dependent_branch: Option<BranchNumber>,
        /// The dependent's day of birth as recorded; given exactly with the 枝番.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub dependent_birth_on: Option<NaiveDate>,
        /// 訂正後の生年月日.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub corrected_birth_on: NaiveDate,
        /// 備考.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub remarks: Option<String>,
    }
}

insured_form! {
    /// 被保険者氏名変更(訂正)届 (健康保険法施行規則 第28条, 第36条); `name_kana` is the reading as recorded.
    NameChangeReport {
        /// 変更後の氏名(フリガナ); stored in full width.
        pub changed_name_kana: String,
        /// 変更後の氏名.
        pub changed_name: String,
        /// 変更の理由; a correction says that the recorded name was wrong.
        pub name_reason: NameReason,
        /// 変更年月日: the first day of the new name. A correction without it holds for the whole period of today's name.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub changed_on: Option<NaiveDate>,
        /// 備考.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub remarks: Option<String>,
    }
}

insured_form! {
    /// 被保険者住所変更届 (健康保険法施行規則 第28条の2): 住民票住所, 連絡先 or both.
    AddressChangeReport {
        /// 変更年月日: the first day on which they hold.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub changed_on: NaiveDate,
        /// 住民票住所: postal code and text, with its reading if known.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub resident_address: Option<Address>,
        /// 連絡先住所: postal code and text; no reading is kept of it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub contact_address: Option<Address>,
        /// 電話番号, with hyphens.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub phone: Option<String>,
        /// 被扶養者も同じ: the 住民票住所 is that of the dependents too, but for those who live apart (別居) or are protected
        /// (支援措置).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub dependents_too: bool,
        /// 備考.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub remarks: Option<String>,
    }
}

impl QualificationDateCorrection {
    /// The cover as it is recorded.
    pub const fn recorded(&self) -> CoverDays {
        CoverDays { acquired_on: self.acquired_on, lost_on: self.lost_on }
    }
    /// The cover as it is right.
    pub fn corrected(&self) -> CoverDays {
        CoverDays {
            acquired_on: self.corrected_acquired_on.unwrap_or(self.acquired_on),
            lost_on: self.corrected_lost_on.or(self.lost_on),
        }
    }
}
impl BirthDateCorrection {
    /// The day of birth as recorded, of whom it corrects.
    pub fn recorded(&self) -> NaiveDate {
        self.dependent_birth_on.unwrap_or(self.birth_on)
    }
}
impl NameChangeReport {
    /// What is to be recorded.
    pub fn rename(&self, received_on: NaiveDate, source: Option<uuid::Uuid>) -> members::Rename<'_> {
        members::Rename {
            name: Some(&self.changed_name),
            name_kana: Some(&self.changed_name_kana),
            valid_from: self.changed_on,
            reason: self.name_reason,
            received_on,
            source,
        }
    }
}
impl AddressChangeReport {
    /// What is to be recorded of the insured person.
    pub fn moved(&self, received_on: NaiveDate, source: Option<uuid::Uuid>) -> members::Moved {
        let contact = self.contact_address.as_ref();
        members::Moved {
            contact_address: contact.map(|a| (a.postal_code.clone(), a.text.clone())),
            phone: self.phone.clone(),
            ..self.moved_with(self.changed_on, received_on, source)
        }
    }
    /// What is to be recorded of a dependent from a day on.
    pub fn moved_with(
        &self,
        from: NaiveDate,
        received_on: NaiveDate,
        source: Option<uuid::Uuid>,
    ) -> members::Moved {
        let resident = self.resident_address.as_ref().map(|a| members::Resident {
            postal_code: a.postal_code.clone(),
            text: a.text.clone(),
            kana: a.kana.clone(),
        });
        members::Moved { resident, contact_address: None, phone: None, from, received_on, source }
    }
}
