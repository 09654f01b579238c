//! 氏名変更・氏名訂正: the operation on names of insured persons and dependents alike.
use super::{
    identity::{self, Rename},
    store,
    views::{Identity, Seen, identities_view},
};
use crate::{
    kernel::{
        Gate, Kind, Problem, Reply, Routes, Subject,
        input::{Id, IfMatch, Input, plain_text},
    },
    values::kana,
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 氏名変更・氏名訂正
    ///
    /// Records another name or reading (フリガナ) of an insured person or a dependent. A change holds from `valid_from` on. A
    /// correction says that the name was wrong: it holds from `valid_from` on, or for the whole period in which the wrong name
    /// stood. What was known before stays in the history. 409 `no-name-then`: no name is recorded for that day; `nothing-new`:
    /// it is recorded like that already.
    pub RecordNameChange: Post "/v1/persons/{person_id}/name-changes" = "recordNameChange", scope "members:write", on "Person", status 200, law "R-007, R-011", sends Etag;
}

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
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NameChange {
    /// 氏名.
    #[validate(length(min = 1, max = 100), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 100, nullable = false)]
    name: Option<String>,
    /// 氏名の振り仮名: katakana or hiragana of any width, a space between the parts.
    #[validate(length(min = 1, max = 100), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 100, nullable = false)]
    name_kana: Option<String>,
    /// 変更理由; `correction` says that the recorded name was wrong.
    reason: NameReason,
    /// 変更年月日: first day on which it holds, not after today. Required unless it is a correction.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    valid_from: Option<NaiveDate>,
    /// 受付年月日; today when absent.
    #[schema(nullable = false)]
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    received_on: Option<NaiveDate>,
}
crate::json_body!("application/json": NameChange);

/// Every version of a person's identity.
#[derive(Serialize, ToSchema)]
pub struct PersonIdentities {
    /// Person id.
    person_id: Uuid,
    /// Identities, newest validity first.
    #[schema(max_items = 500)]
    identities: Vec<Identity>,
}

impl NameChange {
    /// What is to be written; the reading in the form in which it is stored.
    fn checked(&self, reading: Option<&str>, today: NaiveDate) -> Result<(), Problem> {
        let wrong = |pointer, code, said| Err(Problem::new(Kind::Invalid).at(pointer, code, said));
        if self.name.is_none() && self.name_kana.is_none() {
            return wrong(
                "/name",
                "missing-field",
                "氏名か振り仮名が必要です / a name or a reading is required",
            );
        }
        if self.name.as_deref().is_some_and(|n| n.trim().is_empty()) {
            return wrong("/name", "blank", "氏名が空白です / the name is blank");
        }
        if reading.is_some_and(|k| !kana::canonical_faults(k).is_empty()) {
            let said = "振り仮名は片仮名で、姓と名の間に空白が必要です / the reading takes katakana with a space between its parts";
            return wrong("/name_kana", "kana", said);
        }
        if self.reason != NameReason::Correction && self.valid_from.is_none() {
            return wrong(
                "/valid_from",
                "missing-field",
                "変更年月日が必要です / the day of the change is required",
            );
        }
        for (pointer, day) in [("/valid_from", self.valid_from), ("/received_on", self.received_on)] {
            if day.is_some_and(|d| d > today) {
                return wrong(pointer, "future-date", "未来の日付です / the day is still to come");
            }
        }
        Ok(())
    }
}
async fn record_name_change(
    gate: Gate<RecordNameChange>,
    id: Id,
    tag: IfMatch,
    input: Input<NameChange>,
) -> Reply<RecordNameChange, PersonIdentities> {
    gate.run(move |tx| {
        store::lock_person(tx.conn(), id.0)?;
        let row = store::find_person(tx, id.0)?;
        let (person, permit) = tx.admit::<RecordNameChange, _>(row)?;
        person.require_current()?;
        tag.require(&person.version.to_string())?;
        let (b, today) = (input.value, tx.today());
        let reading = b.name_kana.as_deref().map(kana::canonical_kana);
        b.checked(reading.as_deref(), today)?;
        let r = Rename {
            name: b.name.as_deref(),
            name_kana: reading.as_deref(),
            valid_from: b.valid_from,
            reason: b.reason,
            received_on: b.received_on.unwrap_or(today),
            source: None,
        };
        identity::rename(tx, &permit, person.id, &r)?;
        let seen = Seen::of(tx, &person.facts())?;
        let identities = store::identities(tx, &person, None)?;
        let identities = identities_view(tx, identities, seen);
        let tag = (person.version + 1).to_string();
        Ok(permit.answer(PersonIdentities { person_id: person.id, identities }).tagged(tag))
    })
    .await
}
/// Routes of names.
pub fn routes(r: &mut Routes) {
    r.add::<RecordNameChange, _, _, _>(record_name_change);
}
