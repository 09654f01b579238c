//! 任意継続の届書 — what a person who left an employer notifies the society of. They come on paper from the person, are keyed for the
//! society's own office, and name their person by 記号・番号 instead of an employer's 整理番号.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::findings::Code;
use super::form_text::{drop_empty, push_given, tidy_postal_code};
use super::forms::form_struct;
use super::kinds::{Card, FormBody, Head, HeadTexts, Headed, Texts};
use super::numbers::Slot;
use super::rules::{Checked, RuleSettings, shape, voluntary};
use crate::domain::{members::Prepayment, voluntary::ContinuedType};

/// Most dependents who continue with one person.
const CONTINUING_MOST: usize = 30;

/// A form that names its person by 記号・番号: those fields, then its own.
macro_rules! card_form {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        form_struct! {
            $(#[$meta])*
            $name {
                /// 記号 under which the person is or was insured.
                pub symbol: String,
                /// 番号 under it.
                pub number: String,
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
                $($own)*
            }
        }
        impl Headed for $name {
            fn head(&self) -> Option<Head<'_>> {
                Some(Head {
                    office_number: None,
                    insured_number: None,
                    name_kana: &self.name_kana,
                    name_kana_raw: self.name_kana_raw.as_deref(),
                    name: self.name.as_deref(),
                    birth_on: self.birth_on,
                })
            }
            fn head_texts(&mut self) -> Option<HeadTexts<'_>> {
                Some(HeadTexts {
                    optional: vec![&mut self.name],
                    name_kana: &mut self.name_kana,
                    name_kana_raw: &mut self.name_kana_raw,
                })
            }
        }
    };
}
/// 枝番: two digits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = String, pattern = "^[0-9]{2}$", max_length = 2)]
pub struct BranchNumber(pub String);

/// 喪失の理由 of 任意継続 or 特例退職, as the person notifies it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContinuedLossReason {
    /// 申出 (健康保険法38条7号).
    Withdrawal,
    /// 被用者保険等の資格取得 (同4号・5号).
    OtherInsurance,
    /// 死亡 (同2号).
    Death,
    /// 後期高齢者医療の被保険者となった (同6号): before 75, by the recognition of a disability.
    ElderlyCare,
}

card_form! {
    /// 任意継続被保険者・特例退職被保険者資格取得申出書.
    VoluntaryApplication {
        /// 申出の種別.
        #[serde(default)]
        pub wanted: ContinuedType,
        /// 前納区分.
        #[serde(default)]
        pub prepayment: Prepayment,
        /// 郵便番号 to which the society writes; only with the address.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub postal_code: Option<String>,
        /// 住所 to which the society writes.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub address: Option<String>,
        /// 電話番号.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub phone: Option<String>,
        /// 枝番 under 記号・番号 of the dependents who are to continue; the others do not.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(max_items = 30)]
        pub continuing_branches: Vec<BranchNumber>,
        /// Insured by employment with another insurer since this day, without a break before the society: as the certificate says.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub covered_elsewhere_since: Option<NaiveDate>,
        /// 申出期限を過ぎた理由.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub late_reason: Option<String>,
    }
}
card_form! {
    /// 任意継続被保険者・特例退職被保険者資格喪失申出書.
    VoluntaryLoss {
        /// 喪失の理由.
        pub reason: ContinuedLossReason,
        /// The day of the acquisition elsewhere or of 後期高齢者医療, or of the death; none of a wish.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub happened_on: Option<NaiveDate>,
    }
}

fn check_card(checked: &mut Checked, symbol: &str, number: &str) {
    shape::symbol(checked, symbol, "symbol");
    shape::digits(checked, Some(number), "number");
}
impl FormBody for VoluntaryApplication {
    fn card(&self) -> Option<Card<'_>> {
        Some((&self.symbol, &self.number))
    }
    fn tidy(&mut self) {
        drop_empty([&mut self.postal_code, &mut self.address, &mut self.phone, &mut self.late_reason]);
        tidy_postal_code(&mut self.postal_code);
    }
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>) {
        texts.extend([("symbol", self.symbol.as_str()), ("number", self.number.as_str())]);
        let (postal, address, phone) = (&self.postal_code, &self.address, &self.phone);
        push_given(
            texts,
            [
                ("postal_code", postal),
                ("address", address),
                ("phone", phone),
                ("late_reason", &self.late_reason),
            ],
        );
    }
    fn check_shape(&self, checked: &mut Checked) {
        check_card(checked, &self.symbol, &self.number);
        shape::digits(checked, self.postal_code.as_deref(), "postal_code");
        shape::phone(checked, self.phone.as_deref(), "phone");
        let is_half = self.postal_code.is_some() && self.address.is_none();
        checked.add_if(is_half, Code::Required, ["address"]);
        let is_branch = |b: &BranchNumber| b.0.len() == 2 && b.0.bytes().all(|c| c.is_ascii_digit());
        let branches = &self.continuing_branches;
        checked.add_if(!branches.iter().all(is_branch), Code::InvalidCode, ["continuing_branches"]);
        checked.add_if(branches.len() > CONTINUING_MOST, Code::Count, ["continuing_branches"]);
    }
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        voluntary::check_application(checked, self, settings);
    }
}
impl FormBody for VoluntaryLoss {
    fn card(&self) -> Option<Card<'_>> {
        Some((&self.symbol, &self.number))
    }
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>) {
        texts.extend([("symbol", self.symbol.as_str()), ("number", self.number.as_str())]);
    }
    fn check_shape(&self, checked: &mut Checked) {
        check_card(checked, &self.symbol, &self.number);
    }
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        voluntary::check_loss(checked, self, settings);
    }
}
