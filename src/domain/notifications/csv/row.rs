//! One data record: form, field count, characters, fields, then the rules.

use serde_json::{Map, Value};

use super::charset::decode;
use super::fields::{FieldReader, RowFacts};
use super::header::Header;
use super::lines::Line;
use crate::domain::notifications::codes::AcquisitionClass;
use crate::domain::notifications::findings::{Code, Finding, Severity};
use crate::domain::notifications::kinds::Form;
use crate::domain::notifications::layout::{FieldType, Layout, Profile, form_on, layout};
use crate::domain::notifications::numbers::Slot;
use crate::domain::notifications::rows::{ParsedRow, PensionOffice, is_office_number};
use crate::domain::notifications::rules::{CharacterMode, Checked, Disposition, RuleSettings, check_form};

/// Reads and checks the row; `no` counts data records from 1.
pub(super) fn read(no: u32, line: &Line<'_>, header: &Header, settings: &RuleSettings) -> ParsedRow {
    let mut row = ParsedRow {
        row: no,
        line: line.no,
        kind: None,
        form_code: None,
        office_number: None,
        office: None,
        form: None,
        numbers: Vec::new(),
        resubmission_of: None,
        had_number: false,
        findings: Vec::new(),
        disposition: Disposition::Rejected,
    };
    let raw: Vec<&[u8]> = line.bytes.split(|byte| *byte == b',').collect();
    match layout_of(&raw, header.profile, settings, &mut row.form_code) {
        Err(code) => {
            row.findings.push(finding(code, if code == Code::FieldCount { vec![] } else { vec![1] }))
        }
        Ok(layout) => read_fields(&mut row, &raw, layout, header, settings),
    }
    row
}

/// Gives the findings of the rules, and later of the register, their field numbers.
pub(in super::super) fn locate(row: &mut ParsedRow, profile: Profile, settings: &RuleSettings) {
    let Some(layout) = row.form_code.and_then(|code| layout(profile, code, settings.today)) else { return };
    row.findings = std::mem::take(&mut row.findings).into_iter().map(|found| found.located(layout)).collect();
}

fn finding(code: Code, fields: Vec<u16>) -> Finding {
    Finding { code, keys: Vec::new(), fields, other_row: None }
}

/// The layout by form code. A code is kept only when it is a known one: an unknown text may be anything.
fn layout_of(
    raw: &[&[u8]],
    profile: Profile,
    settings: &RuleSettings,
    form_code: &mut Option<&'static str>,
) -> Result<&'static Layout, Code> {
    let code = raw.first().and_then(|bytes| std::str::from_utf8(bytes).ok()).unwrap_or_default();
    let Some(form) = form_on(code, settings.today) else {
        let is_legacy =
            code.len() == 8 && code.starts_with("22") && code.bytes().all(|byte| byte.is_ascii_digit());
        return Err(if is_legacy { Code::FormCodeLegacy } else { Code::FormCode });
    };
    *form_code = form.form_code.as_deref();
    let layout =
        layout(profile, code, settings.today).filter(|_| form.accepted).ok_or(Code::FormNotAccepted)?;
    if raw.len() == layout.field_count { Ok(layout) } else { Err(Code::FieldCount) }
}

fn read_fields(
    row: &mut ParsedRow,
    raw: &[&[u8]],
    layout: &'static Layout,
    header: &Header,
    settings: &RuleSettings,
) {
    let mut places = raw.iter().zip(&layout.fields);
    row.had_number = places.any(|(b, f)| f.kind == FieldType::PersonalNumber && !b.is_empty());
    let (texts, mut findings) = read_characters(raw, layout, settings.character_mode);
    if has_error(&findings) {
        row.findings = findings;
        return;
    }
    let facts = FieldReader { layout, raw, texts: &texts, settings }.read();
    let RowFacts { values, numbers, findings: of_fields, office, society_number, pension_number_given } =
        facts;
    if !of_fields.iter().any(|found| found.keys.iter().any(|key| key.starts_with("office."))) {
        findings.extend(check_office(header, &office, society_number.as_deref()));
    }
    findings.extend(of_fields);
    row.office_number = values
        .get("office_number")
        .and_then(Value::as_str)
        .map(str::to_owned)
        .filter(|n| is_office_number(n));
    if has_error(&findings) {
        row.findings = findings;
        return;
    }
    let Some(form) = build(layout, values, settings) else {
        row.findings.push(finding(Code::UnexpectedData, Vec::new()));
        return;
    };
    row.office = Some(office);
    let slots: Vec<Slot> = numbers.iter().map(|(slot, _)| *slot).collect();
    let Checked { findings: of_rules, needs_clerk, is_early } = check_form(&form, &slots, settings);
    findings.extend(check_pension_number(layout, &form, &slots, pension_number_given, settings));
    findings.extend(of_rules);
    row.form = Some(form);
    row.numbers = numbers;
    row.settle(Checked { findings, needs_clerk, is_early });
}

fn has_error(findings: &[Finding]) -> bool {
    Finding::heaviest(findings) == Some(Severity::Error)
}

/// Decodes every field but those of personal numbers, which are never made a text.
fn read_characters(raw: &[&[u8]], layout: &Layout, mode: CharacterMode) -> (Vec<String>, Vec<Finding>) {
    let (mut texts, mut findings) = (Vec::with_capacity(raw.len()), Vec::new());
    let (mut extended, mut quoted) = (Vec::new(), Vec::new());
    for (bytes, field) in raw.iter().zip(&layout.fields) {
        if field.kind == FieldType::PersonalNumber {
            texts.push(String::new());
            continue;
        }
        let decoded = decode(bytes);
        findings.extend(decoded.fault.map(|fault| finding(fault, vec![field.no])));
        if decoded.has_extension {
            extended.push(field.no);
        }
        if decoded.text.contains('"') {
            quoted.push(field.no);
        }
        texts.push(decoded.text);
    }
    let outside = match mode {
        CharacterMode::Strict => Code::EncodingStrict,
        CharacterMode::Lenient => Code::CharOutsideJisX0208,
    };
    for (code, fields) in [(outside, extended), (Code::Quote, quoted)] {
        if !fields.is_empty() {
            findings.push(finding(code, fields));
        }
    }
    (texts, findings)
}

/// A row speaks for the office of the header, and for no other (事業所情報).
fn check_office(header: &Header, office: &PensionOffice, society_number: Option<&str>) -> Option<Finding> {
    let mut keys = Vec::new();
    if let Some(own) = &header.office.pension {
        let same_symbol =
            (&own.prefecture, &own.city, &own.symbol) == (&office.prefecture, &office.city, &office.symbol);
        let same_number = office.number.is_none() || office.number == own.number;
        if !same_symbol {
            keys.extend(["office.prefecture", "office.city", "office.symbol"]);
        }
        if !same_number {
            keys.push("office.number");
        }
    }
    let named = society_number.is_some() && society_number != header.office.society_number.as_deref();
    if named {
        keys.push("office.society_number");
    }
    let mismatch = Finding { code: Code::OfficeMismatch, keys, fields: Vec::new(), other_row: None };
    (!mismatch.keys.is_empty()).then_some(mismatch)
}

/// The form from the values by key. A value that the types refuse was let through by the layout: the row is
/// refused then, too.
fn build(layout: &Layout, values: Map<String, Value>, settings: &RuleSettings) -> Option<Form> {
    let kind = form_on(&layout.form_code, settings.today)?.kind.clone()?;
    let mut root = Map::new();
    root.insert("kind".to_owned(), Value::String(kind));
    for (key, value) in values {
        let mut place = &mut root;
        let mut parts = key.split('.').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                place.insert(part.to_owned(), value);
                break;
            }
            let inner = place.entry(part).or_insert_with(|| Value::Object(Map::new()));
            place = inner.as_object_mut()?;
        }
    }
    for list in ["others", "months"] {
        if let Some(Value::Object(entries)) = root.remove(list) {
            root.insert(list.to_owned(), entries.into_iter().map(|(_, entry)| entry).collect());
        }
    }
    serde_json::from_value::<Form>(Value::Object(root)).ok().map(Form::normalised)
}

/// 基礎年金番号 is checked and dropped: empty for 取得区分 3 and 4, and, where the society asks as the pension
/// office does, given when the personal number is not (仕様書 2201700 項目12, 2202700 項目15).
fn check_pension_number(
    layout: &Layout,
    form: &Form,
    slots: &[Slot],
    given: bool,
    settings: &RuleSettings,
) -> Option<Finding> {
    let code = match form {
        Form::QualificationAcquisition(form) => {
            let barred = matches!(
                form.class,
                Some(AcquisitionClass::MutualAidSecondment | AcquisitionClass::SeamenVoluntary)
            );
            (given && barred).then_some(Code::MustBeEmpty)
        }
        Form::QualificationLoss(_) | Form::DependentChange(_) => {
            let missing = settings.pension_fields_required && !given && !slots.contains(&Slot::Insured);
            missing.then_some(Code::Required)
        }
        _ => None,
    }?;
    let head = layout.fields.iter().find(|field| field.kind == FieldType::PensionHead)?;
    Some(finding(code, vec![head.no, head.no + 1]))
}
