//! The shape of single items: what a file's layout says by length and type, said for JSON too.

use super::{Checked, Code};
use crate::domain::notifications::forms::Address;
use crate::domain::notifications::kinds::Form;
use crate::domain::notifications::pay_forms::ReportedMonth;
use crate::values::kana::{KanaFault, canonical_faults};
use crate::values::number_run::contains_number_run;
use utoipa::openapi::{
    RefOr,
    schema::{Object, Schema, SchemaType, Type},
};

/// The longest text of any item, in characters.
const LONGEST_TEXT: usize = 200;

/// The largest amount a form can hold.
pub(super) const AMOUNT_CAP: i64 = 9_999_999;

/// Most certificates that come back with a form, or cannot.
pub(in crate::domain::notifications) const CERTIFICATES_MOST: u8 = 99;

/// Most days worked in a birth-time leave: it has no more days.
pub(in crate::domain::notifications) const WORKED_DAYS_MOST: u8 = 28;

/// How many characters a text of a form may have, by the last part of its key.
fn lengths(item: &str) -> std::ops::RangeInclusive<usize> {
    match item {
        "office_number" => 1..=6,
        "insured_number" | "number" => 1..=7,
        "symbol" => 1..=10,
        "postal_code" => 7..=7,
        "prefecture" => 2..=2,
        "phone" => 8..=16,
        "name_kana" | "child_name_kana" | "changed_name_kana" | "changed_name" | "reason" => 1..=LONGEST_TEXT,
        _ => 0..=LONGEST_TEXT,
    }
}

/// States in the schema of a form, or of a part of one, what the checks below take: lengths of texts, ranges of amounts and
/// counts. A 郵便番号 may come with its hyphen, which is dropped before it is checked.
pub(in crate::domain::notifications) fn state_bounds(schema: &mut Object) {
    for (name, property) in &mut schema.properties {
        let RefOr::T(Schema::Object(item)) = property else { continue };
        let is_text = item.enum_values.is_none() && item.format.is_none() && item.pattern.is_none();
        if is_text && is_a(&item.schema_type, &Type::String) {
            let lengths = lengths(name);
            let hyphen = usize::from(name == "postal_code");
            item.min_length = Some(*lengths.start()).filter(|least| *least > 0);
            item.max_length = Some(lengths.end() + hyphen);
            // What a caller sends there is replaced, whatever it is.
            item.read_only = (name == "name_kana_raw").then_some(true);
        }
        if is_a(&item.schema_type, &Type::Integer) {
            let most = match name.as_str() {
                yen if yen.ends_with("_yen") => AMOUNT_CAP,
                days if days.ends_with("_worked_days") => WORKED_DAYS_MOST.into(),
                _ => CERTIFICATES_MOST.into(),
            };
            // Where the form itself states another bound, that one holds.
            item.minimum = item.minimum.take().or(Some(0.into()));
            item.maximum = item.maximum.take().or(Some(most.into()));
        }
    }
}

fn is_a(schema: &SchemaType, kind: &Type) -> bool {
    match schema {
        SchemaType::Type(one) => one == kind,
        SchemaType::Array(any) => any.contains(kind),
        SchemaType::AnyValue => false,
    }
}

/// Its texts, whom it names, then its own items.
pub(super) fn check(checked: &mut Checked, form: &Form) {
    check_texts(checked, form);
    if let Some(head) = form.head() {
        kana(checked, head.name_kana, "name_kana");
    }
    digits(checked, form.office_number(), "office_number");
    digits(checked, form.insured_number(), "insured_number");
    form.body().check_shape(checked);
}

/// Every text: no twelve digits in a row, no control or privately assigned character, not too long.
fn check_texts(checked: &mut Checked, form: &Form) {
    for (key, text) in form.texts() {
        let said = checked.findings.last().is_some_and(|finding| finding.keys == [key]);
        let code = if contains_number_run(text) {
            Code::NumberInText
        } else if text.chars().any(char::is_control) {
            Code::Control
        } else if text.chars().any(is_private) {
            Code::Gaiji
        } else if text.chars().count() > LONGEST_TEXT {
            Code::Length
        } else {
            continue;
        };
        // The received reading stands beside the stored one under the same key: say it once.
        checked.add_if(!said, code, [key]);
    }
}

fn is_private(character: char) -> bool {
    matches!(u32::from(character), 0xE000..=0xF8FF | 0xF_0000..=0xF_FFFD | 0x10_0000..=0x10_FFFD)
}

/// A reading: given, and as the kana rules want it.
pub(in crate::domain::notifications) fn kana(checked: &mut Checked, text: &str, key: &'static str) {
    if text.is_empty() {
        return checked.add(Code::Required, [key]);
    }
    for fault in canonical_faults(text) {
        checked.add(fault.code(), [key]);
    }
}

impl KanaFault {
    /// The finding that reports the fault.
    pub(in crate::domain::notifications) const fn code(self) -> Code {
        match self {
            Self::Charset => Code::CharsetHalfKana,
            Self::Separator => Code::NameSeparator,
            Self::StrayDakuten => Code::KanaStrayDakuten,
        }
    }
}

fn has_length(text: &str, key: &str) -> bool {
    lengths(key.rsplit('.').next().unwrap_or(key)).contains(&text.chars().count())
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Digits, as many as the item takes.
pub(in crate::domain::notifications) fn digits(checked: &mut Checked, text: Option<&str>, key: &'static str) {
    let Some(text) = text else { return };
    let code = if is_digits(text) { Code::Length } else { Code::InvalidCode };
    checked.add_if(code == Code::InvalidCode || !has_length(text, key), code, [key]);
}

/// An amount within what a form can hold.
pub(in crate::domain::notifications) fn amount(checked: &mut Checked, yen: Option<i64>, key: &'static str) {
    checked.add_if(yen.is_some_and(|yen| !(0..=AMOUNT_CAP).contains(&yen)), Code::Length, [key]);
}

/// 総計 of three months within what they can hold.
pub(in crate::domain::notifications) fn total(checked: &mut Checked, yen: Option<i64>, key: &'static str) {
    checked.add_if(yen.is_some_and(|yen| !(0..=3 * AMOUNT_CAP).contains(&yen)), Code::Length, [key]);
}

/// 支給月, 支払基礎日数 and amounts of months of pay, each at its place; there are three months at most.
pub(in crate::domain::notifications) fn months(checked: &mut Checked, months: &[ReportedMonth]) {
    const KEYS: [[&str; 5]; 3] = [
        [
            "months.0.month",
            "months.0.base_days",
            "months.0.cash_yen",
            "months.0.in_kind_yen",
            "months.0.total_yen",
        ],
        [
            "months.1.month",
            "months.1.base_days",
            "months.1.cash_yen",
            "months.1.in_kind_yen",
            "months.1.total_yen",
        ],
        [
            "months.2.month",
            "months.2.base_days",
            "months.2.cash_yen",
            "months.2.in_kind_yen",
            "months.2.total_yen",
        ],
    ];
    for (paid, [month, days, cash, in_kind, total]) in months.iter().zip(KEYS) {
        checked.add_if(!(1..=12).contains(&paid.month), Code::InvalidCode, [month]);
        checked.add_if(paid.base_days > 31, Code::Days, [days]);
        amount(checked, Some(paid.cash_yen), cash);
        amount(checked, Some(paid.in_kind_yen), in_kind);
        amount(checked, Some(paid.total_yen), total);
    }
}

/// 郵便番号.
pub(in crate::domain::notifications) fn postal(
    checked: &mut Checked,
    address: Option<&Address>,
    key: &'static str,
) {
    digits(checked, address.and_then(|address| address.postal_code.as_deref()), key);
}

/// 都道府県コード.
pub(in crate::domain::notifications) fn prefecture(
    checked: &mut Checked,
    code: Option<&str>,
    key: &'static str,
) {
    checked.add_if(code.is_some_and(|code| !is_prefecture(code)), Code::InvalidCode, [key]);
}

/// 都道府県コード 01–47 (JIS X 0401).
pub(in crate::domain::notifications) fn is_prefecture(code: &str) -> bool {
    code.len() == 2 && is_digits(code) && code.parse().is_ok_and(|number: u8| (1..=47).contains(&number))
}

/// 電話番号.
pub(in crate::domain::notifications) fn phone(
    checked: &mut Checked,
    number: Option<&str>,
    key: &'static str,
) {
    let Some(number) = number else { return };
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    checked.add_if(!plain, Code::InvalidCode, [key]);
    checked.add_if(!has_length(number, key), Code::Length, [key]);
}

/// 記号.
pub(in crate::domain::notifications) fn symbol(checked: &mut Checked, text: &str, key: &'static str) {
    checked.add_if(!has_length(text, key), Code::Length, [key]);
}
