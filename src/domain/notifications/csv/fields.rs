//! The fields of one row, each by the type its layout gives it.

use serde_json::{Map, Value};

use super::header::{is_city, is_office_no, is_office_symbol, is_pension_prefecture};
use crate::domain::notifications::codes::json_name;
use crate::domain::notifications::findings::{Code, Finding};
use crate::domain::notifications::layout::{ENTRIES, Field, FieldType, Layout, RequiredIn};
use crate::domain::notifications::numbers::{CutNumbers, Slot};
use crate::domain::notifications::rows::PensionOffice;
use crate::domain::notifications::rules::{EraMode, RuleSettings, is_prefecture};
use crate::values::kana::{KanaFault, half_width_faults};
use crate::values::month::Month;
use crate::values::personal_number::PersonalNumber;
use crate::values::wareki::{Era, parse_era_date};

/// What the fields of a row say, before they are a form.
#[derive(Default)]
pub(super) struct RowFacts {
    /// The values by key; never a personal number.
    pub values: Map<String, Value>,
    pub numbers: CutNumbers,
    pub findings: Vec<Finding>,
    pub office: PensionOffice,
    pub society_number: Option<String>,
    /// Whether the insured person's 基礎年金番号 was given; the number itself is dropped.
    pub pension_number_given: bool,
}

pub(super) struct FieldReader<'a> {
    pub layout: &'static Layout,
    pub raw: &'a [&'a [u8]],
    /// The decoded fields; empty in place of personal numbers.
    pub texts: &'a [String],
    pub settings: &'a RuleSettings,
}

/// What a field comes to: nothing to keep, or a value for its key.
type Read = Result<Option<Value>, Code>;

impl FieldReader<'_> {
    /// Reads every field; a tail is read with its head.
    pub fn read(&self) -> RowFacts {
        let mut facts = RowFacts::default();
        let present = ENTRIES.map(|entry| self.is_present(entry));
        for field in &self.layout.fields {
            self.read_field(field, present, &mut facts);
        }
        // The second block of other dependents is taken only after the first.
        if matches!(present, [_, false, true]) {
            facts.findings.push(Finding::at(Code::Required, ["others.0.name_kana"]));
        }
        facts
    }

    fn text(&self, no: u16) -> &str {
        self.texts.get(usize::from(no).wrapping_sub(1)).map_or("", String::as_str)
    }

    fn bytes(&self, no: u16) -> &[u8] {
        self.raw.get(usize::from(no).wrapping_sub(1)).copied().unwrap_or_default()
    }

    /// Whether an entry of the row holds anything.
    fn is_present(&self, entry: &str) -> bool {
        let of_entry = |field: &&Field| field.entry() == Some(entry) && field.kind != FieldType::Empty;
        self.layout.fields.iter().filter(of_entry).any(|field| !self.bytes(field.no).is_empty())
    }

    fn read_field(&self, field: &'static Field, present: [bool; 3], facts: &mut RowFacts) {
        use FieldType as T;
        match field.kind {
            T::Ymd
            | T::Tail
            | T::PostalTail
            | T::PhoneMiddle
            | T::PhoneTail
            | T::PensionTail
            | T::FormCode => {}
            T::PersonalNumber => self.read_number(field, facts),
            T::Era => self.read_date(field, present, facts),
            T::EraMonth => self.read_month(field, present, facts),
            T::PostalHead => self.read_postal(field, facts),
            T::PhoneHead => self.read_phone(field, facts),
            T::PensionHead => self.read_pension_number(field, facts),
            _ if self.bytes(field.no).is_empty() => {
                if is_required(field, present) {
                    say(facts, Code::Required, field, &[field.no]);
                }
            }
            T::Empty => say(facts, Code::MustBeEmpty, field, &[field.no]),
            _ if self.bytes(field.no).len() > field.max_bytes => say(facts, Code::Length, field, &[field.no]),
            T::KanaName => self.read_kana(field, facts),
            _ => match read_plain(field, self.text(field.no)) {
                Ok(value) => keep(facts, field, value),
                Err(code) => say(facts, code, field, &[field.no]),
            },
        }
    }

    /// Straight from the bytes: the digits become no text.
    fn read_number(&self, field: &'static Field, facts: &mut RowFacts) {
        let bytes = self.bytes(field.no);
        let Some(slot) = Slot::from_key(&field.key).filter(|_| !bytes.is_empty()) else { return };
        match PersonalNumber::from_ascii(bytes) {
            Ok(number) => facts.numbers.push((slot, number)),
            Err(_) => say(facts, Code::MynumberCheckDigit, field, &[field.no]),
        }
    }

    fn read_kana(&self, field: &'static Field, facts: &mut RowFacts) {
        let text = self.text(field.no);
        let faults = half_width_faults(text);
        faults.iter().for_each(|fault| say(facts, fault.code(), field, &[field.no]));
        if faults.is_empty() {
            keep(facts, field, Some(Value::from(text)));
        }
    }

    /// An era and YYMMDD; without a key the day is checked and dropped.
    fn read_date(&self, field: &'static Field, present: [bool; 3], facts: &mut RowFacts) {
        let (no, both) = (field.no, [field.no, field.no + 1]);
        let (code, ymd) = (self.text(no), self.text(no + 1));
        match (code.is_empty(), ymd.is_empty()) {
            (true, true) if is_required(field, present) => return say(facts, Code::Required, field, &both),
            (true, true) => return,
            (true, false) => return say(facts, Code::Required, field, &[no]),
            (false, true) => return say(facts, Code::Required, field, &[no + 1]),
            (false, false) => {}
        }
        let Some(era) = Era::from_file_code(code).filter(|_| field.eras.contains(code)) else {
            return say(facts, Code::InvalidCode, field, &[no]);
        };
        let Some(read) = parse_era_date(era, ymd) else {
            return say(facts, Code::DateNotReal, field, &both);
        };
        if read.outside_era {
            let code = match self.settings.era_mode {
                EraMode::Strict => Code::DateOutsideEra,
                EraMode::Lenient => Code::EraBoundary,
            };
            say(facts, code, field, &both);
        }
        keep(facts, field, Some(Value::from(read.date.to_string())));
    }

    /// An era, its year and a month, in three fields.
    fn read_month(&self, field: &'static Field, present: [bool; 3], facts: &mut RowFacts) {
        let numbers = [field.no, field.no + 1, field.no + 2];
        let [code, year, month] = numbers.map(|no| self.text(no));
        if code.is_empty() && year.is_empty() && month.is_empty() {
            if is_required(field, present) {
                say(facts, Code::Required, field, &numbers);
            }
            return;
        }
        let empty: Vec<u16> = numbers.into_iter().filter(|no| self.text(*no).is_empty()).collect();
        if !empty.is_empty() {
            return say(facts, Code::Required, field, &empty);
        }
        let Some(era) = Era::from_file_code(code).filter(|_| field.eras.contains(code)) else {
            return say(facts, Code::InvalidCode, field, &[field.no]);
        };
        match parse_era_date(era, &format!("{year}{month}01")) {
            Some(read) => keep(facts, field, Some(Value::from(Month::of(read.date).to_string()))),
            None => say(facts, Code::DateNotReal, field, &numbers),
        }
    }

    /// The parts of one value in fields side by side: all or none, digits only, each within its length.
    fn read_parts<const N: usize>(
        &self,
        field: &'static Field,
        exact: [Option<usize>; N],
        facts: &mut RowFacts,
    ) -> Option<[&str; N]> {
        let numbers: [u16; N] =
            std::array::from_fn(|index| field.no + u16::try_from(index).unwrap_or_default());
        let parts = numbers.map(|no| self.text(no));
        if parts.iter().all(|part| part.is_empty()) {
            return None;
        }
        let mut valid = true;
        for ((no, part), exact) in numbers.into_iter().zip(parts).zip(exact) {
            let longest = self.layout.fields.get(usize::from(no) - 1).map_or(0, |own| own.max_bytes);
            let code = match part {
                "" => Code::Required,
                _ if !is_digits(part) => Code::InvalidCode,
                _ if part.len() > longest || exact.is_some_and(|exact| part.len() != exact) => Code::Length,
                _ => continue,
            };
            say(facts, code, field, &[no]);
            valid = false;
        }
        valid.then_some(parts)
    }

    fn read_postal(&self, field: &'static Field, facts: &mut RowFacts) {
        if let Some(parts) = self.read_parts(field, [Some(3), Some(4)], facts) {
            keep(facts, field, Some(Value::from(parts.concat())));
        }
    }

    fn read_phone(&self, field: &'static Field, facts: &mut RowFacts) {
        if let Some(parts) = self.read_parts(field, [None; 3], facts) {
            keep(facts, field, Some(Value::from(parts.join("-"))));
        }
    }

    /// 基礎年金番号 4+6 digits, neither part all zero, the second only with the first: checked and dropped.
    fn read_pension_number(&self, field: &'static Field, facts: &mut RowFacts) {
        let parts = [(field.no, 4), (field.no + 1, 6)];
        for (no, length) in parts {
            let text = self.text(no);
            let code = match text {
                "" if no == field.no && !self.text(no + 1).is_empty() => Code::Required,
                "" => continue,
                _ if !is_digits(text) || text.bytes().all(|byte| byte == b'0') => Code::InvalidCode,
                _ if text.len() != length => Code::Length,
                _ => continue,
            };
            say(facts, code, field, &[no]);
        }
        let is_insured = self.layout.fields.iter().find(|other| other.kind == FieldType::PensionHead);
        if is_insured.is_some_and(|first| first.no == field.no) {
            facts.pension_number_given = !self.text(field.no).is_empty();
        }
    }
}

fn is_required(field: &Field, present: [bool; 3]) -> bool {
    match field.required {
        Some(RequiredIn::Row) => true,
        Some(RequiredIn::Entry) => {
            ENTRIES.iter().zip(present).any(|(entry, present)| present && field.entry() == Some(entry))
        }
        None => false,
    }
}

fn say(facts: &mut RowFacts, code: Code, field: &'static Field, fields: &[u16]) {
    let keys = if field.key.is_empty() { Vec::new() } else { vec![field.key.as_str()] };
    facts.findings.push(Finding { code, keys, fields: fields.to_vec(), other_row: None });
}

/// Puts a value under its key; the items of the office have their own place, dropped items none.
fn keep(facts: &mut RowFacts, field: &Field, value: Option<Value>) {
    let Some(value) = value else { return };
    let text = || value.as_str().unwrap_or_default().to_owned();
    match field.key.as_str() {
        "" => {}
        "office.prefecture" => facts.office.prefecture = text(),
        "office.city" => facts.office.city = text(),
        "office.symbol" => facts.office.symbol = text(),
        "office.number" => facts.office.number = Some(text()),
        "office.society_number" => facts.society_number = Some(text()),
        key => {
            facts.values.insert(key.to_owned(), value);
        }
    }
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A field that stands alone and is not empty.
fn read_plain(field: &Field, text: &str) -> Read {
    use FieldType as T;
    let checked = |valid: bool, code: Code| if valid { Ok(Some(Value::from(text))) } else { Err(code) };
    match field.kind {
        T::PensionPrefecture => checked(is_pension_prefecture(text), Code::InvalidCode),
        T::PensionCity => checked(is_city(text), Code::InvalidCode),
        T::OfficeSymbol => checked(is_office_symbol(text), Code::InvalidCode),
        T::OfficeNo => checked(is_office_no(text), Code::InvalidCode),
        T::Prefecture => checked(is_prefecture(text), Code::InvalidCode),
        T::Digits => checked(is_digits(text), Code::InvalidCode),
        T::KanaText => {
            let fault = half_width_faults(text).into_iter().find(|fault| *fault != KanaFault::Separator);
            fault.map_or_else(|| Ok(Some(Value::from(text))), |fault| Err(fault.code()))
        }
        T::KanjiName => checked(is_parted_by(text, '\u{3000}'), Code::NameSeparator),
        T::Address => checked(!text.contains(' ') && !text.contains("\u{3000}\u{3000}"), Code::AddressSpace),
        T::KanaAddress => checked(text.chars().all(is_half_width), Code::CharsetHalfKana),
        T::Code => {
            let name = json_name(&field.table, text).flatten().ok_or(Code::InvalidCode)?;
            Ok(Some(Value::from(name)))
        }
        T::Flag => {
            if text == "1" {
                Ok(Some(Value::Bool(true)))
            } else {
                Err(Code::InvalidCode)
            }
        }
        T::YesNo => match text {
            "0" => Ok(Some(Value::Bool(false))),
            "1" => Ok(Some(Value::Bool(true))),
            _ => Err(Code::InvalidCode),
        },
        T::Thousands => match text.parse::<u32>() {
            Ok(number) if is_digits(text) && number > 0 => Ok(Some(Value::from(u64::from(number) * 1_000))),
            _ => Err(Code::InvalidCode),
        },
        T::SignedAmount => match text.parse::<i32>() {
            Ok(number) if is_digits(text.strip_prefix('-').unwrap_or(text)) => Ok(Some(Value::from(number))),
            _ => Err(Code::InvalidCode),
        },
        T::Amount | T::Count => match text.parse::<u32>() {
            Ok(number) if is_digits(text) => Ok(Some(Value::from(number))),
            _ => Err(Code::InvalidCode),
        },
        _ => checked(true, Code::InvalidCode),
    }
}

/// Parts with exactly one full-width space between them, and no half-width one.
fn is_parted_by(text: &str, space: char) -> bool {
    let parts: Vec<&str> = text.split(space).collect();
    parts.len() > 1 && parts.iter().all(|part| !part.is_empty() && !part.contains(' '))
}

fn is_half_width(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{ff61}'..='\u{ff9f}')
}
