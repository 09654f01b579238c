//! What 被扶養者(異動)届 says of itself.

use super::findings::Code;
use super::form_text::{
    canonical, drop_empty, push_given, push_resident_address, tidy_address, tidy_overseas,
};
use super::forms::{DependentChange, OtherEntry, SpouseEntry};
use super::kinds::{FormBody, Head, HeadTexts, Headed, Texts};
use super::numbers::{Slot, other_key};
use super::rules::{
    Checked, RuleSettings, dependents,
    shape::{amount, kana, phone, postal, prefecture},
};

impl Headed for DependentChange {
    fn head(&self) -> Option<Head<'_>> {
        Some(Head {
            office_number: self.office_number.as_deref(),
            insured_number: None,
            name_kana: &self.name_kana,
            name_kana_raw: self.name_kana_raw.as_deref(),
            name: self.name.as_deref(),
            birth_on: self.birth_on,
        })
    }
    fn head_texts(&mut self) -> Option<HeadTexts<'_>> {
        Some(HeadTexts {
            optional: vec![&mut self.office_number, &mut self.name],
            name_kana: &mut self.name_kana,
            name_kana_raw: &mut self.name_kana_raw,
        })
    }
}
impl FormBody for DependentChange {
    fn tidy(&mut self) {
        normalise_dependents(self);
    }
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>) {
        push_resident_address(texts, self.resident_address.as_ref());
        self.spouse.iter().for_each(|spouse| push_spouse(texts, spouse));
        self.others.iter().enumerate().for_each(|(index, other)| push_other(texts, index, other));
    }
    fn check_shape(&self, checked: &mut Checked) {
        check_dependents(checked, self);
    }
    fn check(&self, checked: &mut Checked, slots: &[Slot], settings: &RuleSettings) {
        dependents::check(checked, self, slots, settings);
    }
}

fn check_dependents(checked: &mut Checked, form: &DependentChange) {
    amount(checked, form.income_yen, "income_yen");
    amount(checked, form.spouse_yearly_income_yen, "spouse_yearly_income_yen");
    postal(checked, form.resident_address.as_ref(), "resident_address.postal_code");
    checked.add_if(form.others.len() > 2, Code::Length, ["others"]);
    if let Some(entry) = &form.spouse {
        kana(checked, &entry.name_kana, "spouse.name_kana");
        amount(checked, entry.income_yen, "spouse.income_yen");
        prefecture(checked, entry.prefecture.as_deref(), "spouse.prefecture");
        postal(checked, entry.address.as_ref(), "spouse.address.postal_code");
        phone(checked, entry.phone.as_deref(), "spouse.phone");
    }
    for (index, entry) in form.others.iter().enumerate() {
        kana(checked, &entry.name_kana, other_key!(index, "name_kana"));
        amount(checked, entry.income_yen, other_key!(index, "income_yen"));
        prefecture(checked, entry.prefecture.as_deref(), other_key!(index, "prefecture"));
        postal(checked, entry.address.as_ref(), other_key!(index, "address.postal_code"));
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
