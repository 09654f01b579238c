//! The shape of single items: what a file's layout says by length and type, said for JSON too.

use super::{Checked, Code};
use crate::domain::notifications::forms::{Address, DependentChange, Form};
use crate::domain::notifications::numbers::other_key;
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
const CERTIFICATES_MOST: u8 = 99;

/// How many characters a text of a form may have, by the last part of its key.
fn lengths(item: &str) -> std::ops::RangeInclusive<usize> {
    match item {
        "office_number" => 1..=6,
        "insured_number" => 1..=7,
        "postal_code" => 7..=7,
        "prefecture" => 2..=2,
        "phone" => 8..=16,
        "name_kana" => 1..=LONGEST_TEXT,
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
            item.minimum = Some(0.into());
            item.maximum = Some(if name.ends_with("_yen") {
                AMOUNT_CAP.into()
            } else {
                i64::from(CERTIFICATES_MOST).into()
            });
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

pub(super) fn check(checked: &mut Checked, form: &Form) {
    check_texts(checked, form);
    match form {
        Form::QualificationAcquisition(form) => {
            kana(checked, &form.name_kana, "name_kana");
            digits(checked, form.office_number.as_deref(), "office_number");
            digits(checked, form.insured_number.as_deref(), "insured_number");
            amount(checked, Some(form.cash_yen), "cash_yen");
            amount(checked, Some(form.in_kind_yen), "in_kind_yen");
            amount(checked, Some(form.total_yen), "total_yen");
            postal(checked, form.resident_address.as_ref(), "resident_address.postal_code");
        }
        Form::QualificationLoss(form) => {
            kana(checked, &form.name_kana, "name_kana");
            digits(checked, form.office_number.as_deref(), "office_number");
            digits(checked, form.insured_number.as_deref(), "insured_number");
            let two = |count: u8| count > CERTIFICATES_MOST;
            checked.add_if(two(form.certificates_returned), Code::Length, ["certificates_returned"]);
            checked.add_if(
                two(form.certificates_not_returnable),
                Code::Length,
                ["certificates_not_returnable"],
            );
        }
        Form::DependentChange(form) => check_dependents(checked, form),
        Form::RegularReport(_) | Form::RevisionReport(_) | Form::BonusReport(_) => {
            kana(checked, form.name_kana(), "name_kana");
            digits(checked, form.office_number(), "office_number");
            digits(checked, form.insured_number(), "insured_number");
        }
    }
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

fn check_dependents(checked: &mut Checked, form: &DependentChange) {
    kana(checked, &form.name_kana, "name_kana");
    digits(checked, form.office_number.as_deref(), "office_number");
    amount(checked, form.income_yen, "income_yen");
    amount(checked, form.spouse_yearly_income_yen, "spouse_yearly_income_yen");
    postal(checked, form.resident_address.as_ref(), "resident_address.postal_code");
    checked.add_if(form.others.len() > 2, Code::Length, ["others"]);
    if let Some(entry) = &form.spouse {
        kana(checked, &entry.name_kana, "spouse.name_kana");
        amount(checked, entry.income_yen, "spouse.income_yen");
        prefecture(checked, entry.prefecture.as_deref(), "spouse.prefecture");
        postal(checked, entry.address.as_ref(), "spouse.address.postal_code");
        phone(checked, entry.phone.as_deref());
    }
    for (index, entry) in form.others.iter().enumerate() {
        kana(checked, &entry.name_kana, other_key!(index, "name_kana"));
        amount(checked, entry.income_yen, other_key!(index, "income_yen"));
        prefecture(checked, entry.prefecture.as_deref(), other_key!(index, "prefecture"));
        postal(checked, entry.address.as_ref(), other_key!(index, "address.postal_code"));
    }
}

fn kana(checked: &mut Checked, text: &str, key: &'static str) {
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

fn digits(checked: &mut Checked, text: Option<&str>, key: &'static str) {
    let Some(text) = text else { return };
    let code = if is_digits(text) { Code::Length } else { Code::InvalidCode };
    checked.add_if(code == Code::InvalidCode || !has_length(text, key), code, [key]);
}

fn amount(checked: &mut Checked, yen: Option<i64>, key: &'static str) {
    checked.add_if(yen.is_some_and(|yen| !(0..=AMOUNT_CAP).contains(&yen)), Code::Length, [key]);
}

fn postal(checked: &mut Checked, address: Option<&Address>, key: &'static str) {
    digits(checked, address.and_then(|address| address.postal_code.as_deref()), key);
}

fn prefecture(checked: &mut Checked, code: Option<&str>, key: &'static str) {
    checked.add_if(code.is_some_and(|code| !is_prefecture(code)), Code::InvalidCode, [key]);
}

/// 都道府県コード 01–47 (JIS X 0401).
pub(in crate::domain::notifications) fn is_prefecture(code: &str) -> bool {
    code.len() == 2 && is_digits(code) && code.parse().is_ok_and(|number: u8| (1..=47).contains(&number))
}

fn phone(checked: &mut Checked, number: Option<&str>) {
    let Some(number) = number else { return };
    let plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    checked.add_if(!plain, Code::InvalidCode, ["spouse.phone"]);
    checked.add_if(!has_length(number, "spouse.phone"), Code::Length, ["spouse.phone"]);
}
