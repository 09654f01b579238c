//! What every form has in common: its kind, its texts, its canonical form.

use chrono::NaiveDate;

use super::codes::AcquisitionClass;
use super::forms::{Acquisition, Address, DependentChange, Form, Loss, OtherEntry, Overseas, SpouseEntry};
use super::numbers::other_key;
use crate::values::kana::canonical_kana;

/// The same of each form, whichever it is.
macro_rules! of_each {
    ($form:expr, $inner:ident => $what:expr) => {
        match $form {
            Form::QualificationAcquisition($inner) => $what,
            Form::QualificationLoss($inner) => $what,
            Form::DependentChange($inner) => $what,
            Form::RegularReport($inner) => $what,
            Form::RevisionReport($inner) => $what,
            Form::BonusReport($inner) => $what,
        }
    };
}

/// The texts of a form, each under its field key.
pub(super) type Texts<'a> = Vec<(&'static str, &'a str)>;

impl Form {
    /// The kind, as JSON and the database name it.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::QualificationAcquisition(_) => "qualification_acquisition",
            Self::QualificationLoss(_) => "qualification_loss",
            Self::DependentChange(_) => "dependent_change",
            Self::RegularReport(_) => "regular_report",
            Self::RevisionReport(_) => "revision_report",
            Self::BonusReport(_) => "bonus_report",
        }
    }

    /// 届書コード of files.
    pub const fn form_code(&self) -> &'static str {
        match self {
            Self::QualificationAcquisition(_) => "2200700",
            Self::QualificationLoss(_) => "2201700",
            Self::DependentChange(_) => "2202700",
            Self::RegularReport(_) => "2225700",
            Self::RevisionReport(_) => "2221700",
            Self::BonusReport(_) => "2265700",
        }
    }

    /// 被保険者整理番号, when given.
    pub fn office_number(&self) -> Option<&str> {
        of_each!(self, form => form.office_number.as_deref())
    }

    /// 被保険者証番号(健保組合), when given.
    pub fn insured_number(&self) -> Option<&str> {
        match self {
            Self::QualificationAcquisition(form) => form.insured_number.as_deref(),
            Self::QualificationLoss(form) => form.insured_number.as_deref(),
            Self::RegularReport(form) => form.insured_number.as_deref(),
            Self::RevisionReport(form) => form.insured_number.as_deref(),
            Self::BonusReport(form) => form.insured_number.as_deref(),
            Self::DependentChange(_) => None,
        }
    }

    /// The insured person's reading.
    pub fn name_kana(&self) -> &str {
        of_each!(self, form => &form.name_kana)
    }

    /// The insured person's day of birth.
    pub const fn birth_on(&self) -> NaiveDate {
        of_each!(self, form => form.birth_on)
    }

    /// 適用年月, 改定年月 or 支払年月日 of a report of pay; empty for the other forms. Of one person several may wait at once.
    pub fn period(&self) -> String {
        match self {
            Self::RegularReport(form) => form.applies_from.to_string(),
            Self::RevisionReport(form) => form.applies_from.to_string(),
            Self::BonusReport(form) => form.paid_on.to_string(),
            _ => String::new(),
        }
    }

    /// The same facts in the one form they are stored in: readings in full width with the received text
    /// beside them where it differs, empty texts absent, postal codes without hyphen, the usual class of an
    /// acquisition filled in. To be applied once, to what a caller sent.
    #[must_use]
    pub fn normalised(mut self) -> Self {
        of_each!(&mut self, form => {
            canonical(&mut form.name_kana, &mut form.name_kana_raw);
            drop_empty([&mut form.office_number, &mut form.name]);
        });
        match &mut self {
            Self::QualificationAcquisition(form) => {
                drop_empty([
                    &mut form.insured_number,
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
                drop_empty([&mut form.insured_number, &mut form.remarks, &mut form.society_note]);
            }
            Self::DependentChange(form) => normalise_dependents(form),
            Self::RegularReport(form) => drop_empty([
                &mut form.insured_number,
                &mut form.over_70_months,
                &mut form.remarks,
                &mut form.society_note,
            ]),
            Self::RevisionReport(form) => drop_empty([
                &mut form.insured_number,
                &mut form.pay_change_reason,
                &mut form.remarks,
                &mut form.society_note,
            ]),
            Self::BonusReport(form) => drop_empty([&mut form.insured_number, &mut form.society_note]),
        }
        self
    }

    /// Every text of the form under its field key, also those of its entries.
    pub(super) fn texts(&self) -> Texts<'_> {
        let mut texts = Vec::new();
        of_each!(self, form => {
            texts.push(("name_kana", form.name_kana.as_str()));
            push_given(
                &mut texts,
                [("office_number", &form.office_number), ("name_kana", &form.name_kana_raw), ("name", &form.name)],
            );
        });
        match self {
            Self::QualificationAcquisition(form) => push_acquisition(&mut texts, form),
            Self::QualificationLoss(form) => push_loss(&mut texts, form),
            Self::DependentChange(form) => push_dependents(&mut texts, form),
            Self::RegularReport(form) => push_given(
                &mut texts,
                [
                    ("insured_number", &form.insured_number),
                    ("over_70_months", &form.over_70_months),
                    ("remarks", &form.remarks),
                    ("society_note", &form.society_note),
                ],
            ),
            Self::RevisionReport(form) => push_given(
                &mut texts,
                [
                    ("insured_number", &form.insured_number),
                    ("pay_change_reason", &form.pay_change_reason),
                    ("remarks", &form.remarks),
                    ("society_note", &form.society_note),
                ],
            ),
            Self::BonusReport(form) => push_given(
                &mut texts,
                [("insured_number", &form.insured_number), ("society_note", &form.society_note)],
            ),
        }
        texts
    }
}

fn push_acquisition<'a>(texts: &mut Texts<'a>, form: &'a Acquisition) {
    push_given(
        texts,
        [
            ("insured_number", &form.insured_number),
            ("no_number_note", &form.no_number_note),
            ("remarks", &form.remarks),
            ("society_note", &form.society_note),
        ],
    );
    push_resident_address(texts, form.resident_address.as_ref());
}

fn push_loss<'a>(texts: &mut Texts<'a>, form: &'a Loss) {
    push_given(
        texts,
        [
            ("insured_number", &form.insured_number),
            ("remarks", &form.remarks),
            ("society_note", &form.society_note),
        ],
    );
}

fn push_dependents<'a>(texts: &mut Texts<'a>, form: &'a DependentChange) {
    push_resident_address(texts, form.resident_address.as_ref());
    form.spouse.iter().for_each(|spouse| push_spouse(texts, spouse));
    form.others.iter().enumerate().for_each(|(index, other)| push_other(texts, index, other));
}

fn push_given<'a, const N: usize>(texts: &mut Texts<'a>, given: [(&'static str, &'a Option<String>); N]) {
    texts.extend(given.into_iter().filter_map(|(key, text)| Some((key, text.as_deref()?))));
}

fn push_resident_address<'a>(texts: &mut Texts<'a>, address: Option<&'a Address>) {
    if let Some(address) = address {
        push_given(
            texts,
            [
                ("resident_address.postal_code", &address.postal_code),
                ("resident_address.kana", &address.kana),
                ("resident_address.text", &address.text),
            ],
        );
    }
}

fn push_spouse<'a>(texts: &mut Texts<'a>, entry: &'a SpouseEntry) {
    texts.push(("spouse.name_kana", &entry.name_kana));
    push_given(
        texts,
        [
            ("spouse.name_kana", &entry.name_kana_raw),
            ("spouse.name", &entry.name),
            ("spouse.nationality", &entry.nationality),
            ("spouse.alias_kana", &entry.alias_kana),
            ("spouse.alias", &entry.alias),
            ("spouse.prefecture", &entry.prefecture),
            ("spouse.phone", &entry.phone),
            ("spouse.reason_text", &entry.reason_text),
            ("spouse.removal_text", &entry.removal_text),
            ("spouse.remarks", &entry.remarks),
        ],
    );
    if let Some(address) = &entry.address {
        push_given(
            texts,
            [
                ("spouse.address.postal_code", &address.postal_code),
                ("spouse.address.kana", &address.kana),
                ("spouse.address.text", &address.text),
            ],
        );
    }
    if let Some(overseas) = &entry.overseas {
        push_given(
            texts,
            [
                ("spouse.overseas.reason_text", &overseas.reason_text),
                ("spouse.overseas.end_text", &overseas.end_text),
            ],
        );
    }
}

fn push_other<'a>(texts: &mut Texts<'a>, index: usize, entry: &'a OtherEntry) {
    texts.push((other_key!(index, "name_kana"), &entry.name_kana));
    push_given(
        texts,
        [
            (other_key!(index, "name_kana"), &entry.name_kana_raw),
            (other_key!(index, "name"), &entry.name),
            (other_key!(index, "relationship_text"), &entry.relationship_text),
            (other_key!(index, "prefecture"), &entry.prefecture),
            (other_key!(index, "reason_text"), &entry.reason_text),
            (other_key!(index, "removal_text"), &entry.removal_text),
            (other_key!(index, "remarks"), &entry.remarks),
        ],
    );
    if let Some(address) = &entry.address {
        push_given(
            texts,
            [
                (other_key!(index, "address.postal_code"), &address.postal_code),
                (other_key!(index, "address.kana"), &address.kana),
                (other_key!(index, "address.text"), &address.text),
            ],
        );
    }
    if let Some(overseas) = &entry.overseas {
        push_given(
            texts,
            [
                (other_key!(index, "overseas.reason_text"), &overseas.reason_text),
                (other_key!(index, "overseas.end_text"), &overseas.end_text),
            ],
        );
    }
}

fn normalise_dependents(form: &mut DependentChange) {
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
