//! What every form has in common: its kind, its texts, its canonical form.

use std::borrow::Cow;

use super::codes::AcquisitionClass;
use super::forms::{Address, DependentChange, Form, OtherEntry, Overseas, SpouseEntry};
use crate::values::kana::canonical_kana;

/// The texts of a form, each under its field key.
pub(super) type Texts<'a> = Vec<(Cow<'static, str>, &'a str)>;

impl Form {
    /// The kind, as JSON and the database name it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::QualificationAcquisition(_) => "qualification_acquisition",
            Self::QualificationLoss(_) => "qualification_loss",
            Self::DependentChange(_) => "dependent_change",
        }
    }

    /// 届書コード of files.
    pub const fn form_code(&self) -> &'static str {
        match self {
            Self::QualificationAcquisition(_) => "2200700",
            Self::QualificationLoss(_) => "2201700",
            Self::DependentChange(_) => "2202700",
        }
    }

    /// 被保険者整理番号, when given.
    pub fn office_number(&self) -> Option<&str> {
        match self {
            Self::QualificationAcquisition(form) => form.office_number.as_deref(),
            Self::QualificationLoss(form) => form.office_number.as_deref(),
            Self::DependentChange(form) => form.office_number.as_deref(),
        }
    }

    /// The same facts in the one form they are stored in: readings in full width with the received text
    /// beside them where it differs, empty texts absent, postal codes without hyphen, the usual class of an
    /// acquisition filled in. To be applied once, to what a caller sent.
    #[must_use]
    pub fn normalised(mut self) -> Self {
        match &mut self {
            Self::QualificationAcquisition(form) => {
                canonical(&mut form.name_kana, &mut form.name_kana_raw);
                drop_empty([
                    &mut form.office_number,
                    &mut form.insured_number,
                    &mut form.name,
                    &mut form.no_number_note,
                    &mut form.remarks,
                    &mut form.society_note,
                ]);
                tidy_address(&mut form.resident_address);
                if form.class.is_none() && !form.over_70_only {
                    form.class = Some(AcquisitionClass::HealthAndPension);
                }
            }
            Self::QualificationLoss(form) => {
                canonical(&mut form.name_kana, &mut form.name_kana_raw);
                drop_empty([
                    &mut form.office_number,
                    &mut form.insured_number,
                    &mut form.name,
                    &mut form.remarks,
                    &mut form.society_note,
                ]);
            }
            Self::DependentChange(form) => normalise_dependents(form),
        }
        self
    }

    /// Every free text of the form under its field key, also those of its entries.
    pub(super) fn texts(&self) -> Texts<'_> {
        let mut texts = Collector(Vec::new());
        match self {
            Self::QualificationAcquisition(form) => {
                texts.names("", &form.name_kana, &form.name_kana_raw, &form.name);
                texts.many(
                    "",
                    [
                        ("no_number_note", &form.no_number_note),
                        ("remarks", &form.remarks),
                        ("society_note", &form.society_note),
                    ],
                );
                texts.address("resident_address", &form.resident_address);
            }
            Self::QualificationLoss(form) => {
                texts.names("", &form.name_kana, &form.name_kana_raw, &form.name);
                texts.many("", [("remarks", &form.remarks), ("society_note", &form.society_note)]);
            }
            Self::DependentChange(form) => {
                texts.names("", &form.name_kana, &form.name_kana_raw, &form.name);
                texts.address("resident_address", &form.resident_address);
                form.spouse.iter().for_each(|spouse| texts.spouse(spouse));
                form.others.iter().enumerate().for_each(|(index, other)| texts.other(index, other));
            }
        }
        texts.0
    }
}

struct Collector<'a>(Texts<'a>);

impl<'a> Collector<'a> {
    fn push(&mut self, prefix: &str, field: &'static str, text: &'a str) {
        let key = if prefix.is_empty() { Cow::from(field) } else { Cow::from(format!("{prefix}.{field}")) };
        self.0.push((key, text));
    }

    fn many<const N: usize>(&mut self, prefix: &str, fields: [(&'static str, &'a Option<String>); N]) {
        for (field, text) in fields {
            text.iter().for_each(|text| self.push(prefix, field, text));
        }
    }

    fn names(&mut self, prefix: &str, kana: &'a str, raw: &'a Option<String>, name: &'a Option<String>) {
        self.push(prefix, "name_kana", kana);
        self.many(prefix, [("name_kana", raw), ("name", name)]);
    }

    fn address(&mut self, prefix: &str, address: &'a Option<Address>) {
        if let Some(address) = address {
            self.many(prefix, [("kana", &address.kana), ("text", &address.text)]);
        }
    }

    fn overseas(&mut self, prefix: &str, overseas: &'a Option<Overseas>) {
        if let Some(overseas) = overseas {
            self.many(prefix, [("reason_text", &overseas.reason_text), ("end_text", &overseas.end_text)]);
        }
    }

    fn spouse(&mut self, entry: &'a SpouseEntry) {
        self.names("spouse", &entry.name_kana, &entry.name_kana_raw, &entry.name);
        self.many(
            "spouse",
            [
                ("nationality", &entry.nationality),
                ("alias_kana", &entry.alias_kana),
                ("alias", &entry.alias),
                ("phone", &entry.phone),
                ("reason_text", &entry.reason_text),
                ("removal_text", &entry.removal_text),
                ("remarks", &entry.remarks),
            ],
        );
        self.address("spouse.address", &entry.address);
        self.overseas("spouse.overseas", &entry.overseas);
    }

    fn other(&mut self, index: usize, entry: &'a OtherEntry) {
        let prefix = format!("others.{index}");
        self.names(&prefix, &entry.name_kana, &entry.name_kana_raw, &entry.name);
        self.many(
            &prefix,
            [
                ("relationship_text", &entry.relationship_text),
                ("reason_text", &entry.reason_text),
                ("removal_text", &entry.removal_text),
                ("remarks", &entry.remarks),
            ],
        );
        self.address(&format!("{prefix}.address"), &entry.address);
        self.overseas(&format!("{prefix}.overseas"), &entry.overseas);
    }
}

fn normalise_dependents(form: &mut DependentChange) {
    canonical(&mut form.name_kana, &mut form.name_kana_raw);
    drop_empty([&mut form.office_number, &mut form.name]);
    tidy_address(&mut form.resident_address);
    if let Some(entry) = &mut form.spouse {
        canonical(&mut entry.name_kana, &mut entry.name_kana_raw);
        drop_empty([
            &mut entry.name,
            &mut entry.nationality,
            &mut entry.alias_kana,
            &mut entry.alias,
            &mut entry.prefecture,
            &mut entry.phone,
            &mut entry.reason_text,
            &mut entry.removal_text,
            &mut entry.remarks,
        ]);
        tidy_address(&mut entry.address);
        tidy_overseas(&mut entry.overseas);
    }
    for entry in &mut form.others {
        canonical(&mut entry.name_kana, &mut entry.name_kana_raw);
        drop_empty([
            &mut entry.name,
            &mut entry.relationship_text,
            &mut entry.prefecture,
            &mut entry.reason_text,
            &mut entry.removal_text,
            &mut entry.remarks,
        ]);
        tidy_address(&mut entry.address);
        tidy_overseas(&mut entry.overseas);
    }
}

fn canonical(kana: &mut String, raw: &mut Option<String>) {
    let stored = canonical_kana(kana);
    let received = std::mem::replace(kana, stored);
    *raw = (received != *kana).then_some(received);
}

fn drop_empty<const N: usize>(texts: [&mut Option<String>; N]) {
    for text in texts {
        if text.as_deref().is_some_and(|text| text.trim().is_empty()) {
            *text = None;
        }
    }
}

fn tidy_address(address: &mut Option<Address>) {
    let Some(inner) = address else { return };
    drop_empty([&mut inner.postal_code, &mut inner.kana, &mut inner.text]);
    if let Some(code) = &mut inner.postal_code
        && code.len() == 8
        && code.find('-') == Some(3)
    {
        code.remove(3);
    }
    if inner.postal_code.is_none() && inner.kana.is_none() && inner.text.is_none() {
        *address = None;
    }
}

fn tidy_overseas(overseas: &mut Option<Overseas>) {
    if let Some(inner) = overseas {
        drop_empty([&mut inner.reason_text, &mut inner.end_text]);
    }
}
