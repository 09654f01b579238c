//! レイアウト — the file layouts and the forms by date. Both are data: JSON beside this file.

use std::sync::LazyLock;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{codes::Change, numbers::Slot};

/// The family and edition of a file's records.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
pub enum Profile {
    /// 日本年金機構の届書作成仕様書 第16.2版 (SHFD0006.CSV).
    #[serde(rename = "SHFD-16.2")]
    Shfd162,
    /// 健康保険組合 (KPFD0006.CSV): the same fields, then three of the society.
    #[serde(rename = "KPFD-37A")]
    Kpfd37A,
}

impl Profile {
    /// The published name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Shfd162 => "SHFD-16.2",
            Self::Kpfd37A => "KPFD-37A",
        }
    }

    /// The fixed file name of the exchange.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Shfd162 => "SHFD0006.CSV",
            Self::Kpfd37A => "KPFD0006.CSV",
        }
    }
}

/// What a field holds. A head reads the fields that follow it together with its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum FieldType {
    FormCode,
    PensionPrefecture,
    PensionCity,
    OfficeSymbol,
    OfficeNo,
    Digits,
    KanaName,
    KanaText,
    KanjiName,
    Text,
    Address,
    KanaAddress,
    Era,
    Ymd,
    EraMonth,
    /// Read with the head before it.
    Tail,
    Code,
    Flag,
    YesNo,
    Amount,
    SignedAmount,
    Thousands,
    Count,
    PersonalNumber,
    PostalHead,
    PostalTail,
    PhoneHead,
    PhoneMiddle,
    PhoneTail,
    Prefecture,
    PensionHead,
    PensionTail,
    Empty,
}

/// When a field must be filled by itself; the relations between fields are rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum RequiredIn {
    /// In every row.
    Row,
    /// In an entry (spouse, another dependent) that holds anything.
    Entry,
}

/// One field of a layout.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Field {
    pub no: u16,
    /// The place in the form; absent for items that are checked and dropped.
    #[serde(default)]
    pub key: String,
    #[serde(rename = "type")]
    pub kind: FieldType,
    pub max_bytes: usize,
    #[serde(default)]
    pub required: Option<RequiredIn>,
    #[serde(default)]
    pub table: String,
    #[serde(default)]
    pub eras: String,
}

impl Field {
    /// The entry the field belongs to: spouse, others.0, others.1; nothing for the row itself.
    pub fn entry(&self) -> Option<&'static str> {
        ENTRIES.into_iter().find(|entry| is_within(&self.key, entry))
    }
}

/// The entries of a row that may be absent as a whole.
pub(super) const ENTRIES: [&str; 3] = ["spouse", "others.0", "others.1"];

/// The layout of one form in one profile from one day.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Layout {
    pub profile: Profile,
    pub form_code: String,
    pub valid_from: NaiveDate,
    /// Last day, when it has one.
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
    pub field_count: usize,
    pub fields: Vec<Field>,
}

impl Layout {
    /// The numbers of the fields that field keys name; a key names its whole group.
    pub fn fields_of(&self, keys: &[&str]) -> Vec<u16> {
        let named = |field: &&Field| keys.iter().any(|key| is_within(&field.key, key));
        self.fields.iter().filter(named).map(|field| field.no).collect()
    }
}

fn is_within(key: &str, group: &str) -> bool {
    key.strip_prefix(group).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether a form carries somebody's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NumberRule {
    /// The form is refused without it.
    Required,
    /// It may be given.
    Optional,
    /// The form is refused with it, and the number is kept nowhere (R-082).
    Refused,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NumberRules {
    insured: NumberRule,
    spouse: NumberRule,
    other_1: NumberRule,
    other_2: NumberRule,
}

/// What makes an attachment necessary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttachmentBasis {
    /// The law asks for it where the case is at hand.
    Law,
    /// The society decides whether it asks for it, or finds out by inquiry instead (R-015).
    Society,
}

/// A paper that goes with a form. The API takes none: it follows by the society's other ways.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Attachment {
    /// Code, lower case.
    #[schema(max_length = 40)]
    pub code: String,
    /// Name in Japanese.
    #[schema(max_length = 60)]
    pub name_ja: String,
    /// Name in English.
    #[schema(max_length = 120)]
    pub name_en: String,
    /// The change of a dependent that it belongs to; absent where the form knows no changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub change: Option<Change>,
    /// What makes it necessary.
    pub basis: AttachmentBasis,
}

/// One line of the table of forms by date.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FormOnDate {
    /// 届書コード.
    pub form_code: String,
    /// From this day.
    pub valid_from: NaiveDate,
    /// To this day, included; absent while no end is known.
    #[serde(default)]
    pub valid_until: Option<NaiveDate>,
    /// Papers that go with it.
    #[serde(default)]
    pub attachments: Vec<Attachment>,
    /// Whether the society takes it; a known form may not be taken yet.
    pub accepted: bool,
    /// The kind of notification, for accepted forms.
    #[serde(default)]
    pub kind: Option<String>,
    #[serde(default)]
    numbers: Option<NumberRules>,
}

impl FormOnDate {
    /// What the form says about the number of a slot. A form that is not accepted takes none.
    pub fn number_rule(&self, slot: Slot) -> NumberRule {
        let Some(rules) = &self.numbers else { return NumberRule::Refused };
        match slot {
            Slot::Insured => rules.insured,
            Slot::Spouse => rules.spouse,
            Slot::Other1 => rules.other_1,
            Slot::Other2 => rules.other_2,
        }
    }
}

const LAYOUTS_JSON: [&str; 11] = [
    include_str!("layouts/shfd_16_2_2200700.json"),
    include_str!("layouts/shfd_16_2_2201700.json"),
    include_str!("layouts/shfd_16_2_2202700.json"),
    include_str!("layouts/kpfd_37a_2200700.json"),
    include_str!("layouts/kpfd_37a_2201700.json"),
    include_str!("layouts/shfd_16_2_2221700.json"),
    include_str!("layouts/shfd_16_2_2225700.json"),
    include_str!("layouts/shfd_16_2_2265700.json"),
    include_str!("layouts/kpfd_37a_2221700.json"),
    include_str!("layouts/kpfd_37a_2225700.json"),
    include_str!("layouts/kpfd_37a_2265700.json"),
];

/// A layout that cannot be read is missing here, and the tests below fail.
static LAYOUTS: LazyLock<Vec<Layout>> =
    LazyLock::new(|| LAYOUTS_JSON.iter().filter_map(|text| serde_json::from_str(text).ok()).collect());

static FORMS: LazyLock<Vec<FormOnDate>> =
    LazyLock::new(|| serde_json::from_str(include_str!("layouts/forms_by_date.json")).unwrap_or_default());

fn is_in_force(from: NaiveDate, until: Option<NaiveDate>, on: NaiveDate) -> bool {
    from <= on && until.is_none_or(|last| on <= last)
}

/// The layout of a form in a profile on a day: the latest that is valid then.
pub(super) fn layout(profile: Profile, form_code: &str, on: NaiveDate) -> Option<&'static Layout> {
    LAYOUTS
        .iter()
        .filter(|layout| {
            layout.profile == profile
                && layout.form_code == form_code
                && is_in_force(layout.valid_from, layout.valid_until, on)
        })
        .max_by_key(|layout| layout.valid_from)
}

/// What is known of a form code on a day; nothing for an unknown code.
pub fn form_on(form_code: &str, on: NaiveDate) -> Option<&'static FormOnDate> {
    FORMS
        .iter()
        .filter(|form| form.form_code == form_code && is_in_force(form.valid_from, form.valid_until, on))
        .max_by_key(|form| form.valid_from)
}

/// The forms that the society takes on a day.
pub fn forms_on(on: NaiveDate) -> Vec<&'static FormOnDate> {
    let is_latest =
        |form: &&FormOnDate| form_on(&form.form_code, on).is_some_and(|best| std::ptr::eq(best, *form));
    FORMS.iter().filter(is_latest).filter(|form| form.accepted).collect()
}

/// The layouts in force on a day.
pub(super) fn layouts_on(on: NaiveDate) -> Vec<&'static Layout> {
    LAYOUTS
        .iter()
        .filter(|known| {
            layout(known.profile, &known.form_code, on).is_some_and(|best| std::ptr::eq(best, *known))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::domain::notifications::codes::json_name;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn every_layout_reads_and_counts() {
        for text in LAYOUTS_JSON {
            let layout: Layout = serde_json::from_str(text).unwrap();
            assert_eq!(layout.fields.len(), layout.field_count, "{}", layout.form_code);
            for (index, field) in layout.fields.iter().enumerate() {
                assert_eq!(usize::from(field.no), index + 1);
                assert_eq!(
                    field.kind == FieldType::Code,
                    json_name(&field.table, "1").is_some(),
                    "{}",
                    field.no
                );
                assert_eq!(
                    matches!(field.kind, FieldType::Era | FieldType::EraMonth),
                    !field.eras.is_empty(),
                    "{}",
                    field.no
                );
                let slot = Slot::from_key(&field.key);
                assert_eq!(field.kind == FieldType::PersonalNumber, slot.is_some(), "{}", field.no);
            }
        }
        serde_json::from_str::<Vec<FormOnDate>>(include_str!("layouts/forms_by_date.json")).unwrap();
        let counts: Vec<usize> =
            layouts_on(day("2026-11-22")).iter().map(|known| known.field_count).collect();
        assert_eq!(counts, [34, 27, 139, 37, 30, 49, 53, 21, 52, 56, 24]);
    }

    #[test]
    fn layouts_and_forms_are_chosen_by_date() {
        assert!(layout(Profile::Shfd162, "2200700", day("2026-02-28")).is_none());
        assert!(layout(Profile::Shfd162, "2200700", day("2026-03-01")).is_some());
        assert!(layout(Profile::Kpfd37A, "2202700", day("2026-11-22")).is_none());
        assert!(form_on("2200700", day("2016-12-31")).is_none());
        let loss = form_on("2201700", day("2026-11-22")).unwrap();
        assert_eq!(loss.number_rule(Slot::Insured), NumberRule::Optional);
        assert_eq!(loss.number_rule(Slot::Spouse), NumberRule::Refused);
        assert!(form_on("2225700", day("2026-11-22")).unwrap().accepted);
    }

    #[test]
    fn what_has_ended_is_taken_no_more() {
        let until: FormOnDate = serde_json::from_str(
            r#"{"form_code": "1", "valid_from": "2020-01-01", "valid_until": "2024-12-01", "accepted": true}"#,
        )
        .unwrap();
        let taken = |on| is_in_force(until.valid_from, until.valid_until, day(on));
        let days = ["2019-12-31", "2020-01-01", "2024-12-01", "2024-12-02"];
        assert_eq!(days.map(taken), [false, true, true, false]);
        assert!(is_in_force(until.valid_from, None, day("2999-12-31")));
    }

    #[test]
    fn keys_name_fields_and_groups() {
        let known = layout(Profile::Shfd162, "2200700", day("2026-11-22")).unwrap();
        assert_eq!(known.fields_of(&["birth_on"]), [9, 10]);
        assert_eq!(known.fields_of(&["resident_address"]), [29, 30, 31, 32]);
        assert_eq!(known.fields_of(&["name"]), [8]);
        assert_eq!(known.fields_of(&[]), [0u16; 0]);
    }
}
