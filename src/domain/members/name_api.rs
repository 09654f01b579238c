//! 氏名変更・氏名訂正: what is stated of a name, of insured persons and dependents alike.
use crate::{
    kernel::{Kind, Problem, input::plain_text},
    values::kana,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// 氏名変更理由.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NameReason {
    /// 訂正: the recorded name or reading was wrong.
    Correction,
    /// 婚姻.
    Marriage,
    /// 離婚.
    Divorce,
    /// 養子縁組・離縁.
    Adoption,
    /// その他の改姓・改名.
    OtherChange,
}
impl NameReason {
    /// The code as it is kept as reason of the version.
    pub fn code(self) -> &'static str {
        match self {
            Self::Correction => "name_correction",
            Self::Marriage => "marriage",
            Self::Divorce => "divorce",
            Self::Adoption => "adoption",
            Self::OtherChange => "other_name_change",
        }
    }
}
/// A name, a reading or both. A name alone keeps the reading. A reading alone: where nothing but a reading is known, it stands for
/// the name; else a correction keeps the name, and a change leaves the reading to stand for the new name until that is recorded.
#[derive(Clone, Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NameChange {
    /// 氏名.
    #[validate(length(min = 1, max = 100), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 100, nullable = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// 氏名の振り仮名: katakana or hiragana of any width, a space between the parts.
    #[validate(length(min = 1, max = 100), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 100, nullable = false)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name_kana: Option<String>,
    /// 変更理由; `correction` says that the recorded name was wrong.
    pub reason: NameReason,
    /// 変更年月日: first day on which it holds, not after today. Required unless it is a correction.
    #[schema(nullable = false)]
    #[serde(
        default,
        deserialize_with = "crate::kernel::input::dated",
        skip_serializing_if = "Option::is_none"
    )]
    pub valid_from: Option<NaiveDate>,
    /// 受付年月日; today when absent.
    #[schema(nullable = false)]
    #[serde(
        default,
        deserialize_with = "crate::kernel::input::dated",
        skip_serializing_if = "Option::is_none"
    )]
    pub received_on: Option<NaiveDate>,
}
crate::json_body!("application/json": NameChange);

impl NameChange {
    /// Is it whole, and of days that have come?
    /// # Errors
    /// 422 with the place.
    pub fn checked(&self, today: NaiveDate) -> Result<(), Problem> {
        let reading = self.name_kana.as_deref().map(kana::canonical_kana);
        let wrong = |pointer, code, said| Err(Problem::new(Kind::Invalid).at(pointer, code, said));
        if self.name.is_none() && self.name_kana.is_none() {
            return wrong(
                "/name",
                "missing-field",
                ("氏名か振り仮名が必要です", "a name or a reading is required"),
            );
        }
        if self.name.as_deref().is_some_and(|n| n.trim().is_empty()) {
            return wrong("/name", "blank", ("氏名が空白です", "the name is blank"));
        }
        if reading.is_some_and(|k| !kana::canonical_faults(&k).is_empty()) {
            let said = (
                "振り仮名は片仮名で、姓と名の間に空白が必要です",
                "the reading takes katakana with a space between its parts",
            );
            return wrong("/name_kana", "kana", said);
        }
        if self.reason != NameReason::Correction && self.valid_from.is_none() {
            return wrong(
                "/valid_from",
                "missing-field",
                ("変更年月日が必要です", "the day of the change is required"),
            );
        }
        for (pointer, day) in [("/valid_from", self.valid_from), ("/received_on", self.received_on)] {
            if day.is_some_and(|d| d > today) {
                return wrong(pointer, "future-date", ("未来の日付です", "the day is still to come"));
            }
        }
        Ok(())
    }
}
