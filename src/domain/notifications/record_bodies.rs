//! What the forms of corrections say of themselves.

use super::findings::Code;
use super::form_text::{drop_empty, push_given, push_resident_address, tidy_address};
use super::kinds::{FormBody, Texts};
use super::numbers::Slot;
use super::record_forms::{
    AcquisitionCancellation, AddressChangeReport, BirthDateCorrection, LossCancellation, NameChangeReport,
    QualificationDateCorrection,
};
use super::rules::{
    Checked, RuleSettings, record,
    shape::{kana, phone, postal},
};
use super::voluntary_forms::BranchNumber;
use crate::values::kana::canonical_kana;

/// A reason in words is given.
fn reasoned(checked: &mut Checked, reason: &str) {
    checked.add_if(reason.trim().is_empty(), Code::Required, ["reason"]);
}

impl FormBody for AcquisitionCancellation {
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>) {
        texts.push(("reason", &self.reason));
    }
    fn check_shape(&self, checked: &mut Checked) {
        reasoned(checked, &self.reason);
    }
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        record::check_acquisition_cancellation(checked, self, settings);
    }
}
impl FormBody for LossCancellation {
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>) {
        texts.push(("reason", &self.reason));
    }
    fn check_shape(&self, checked: &mut Checked) {
        reasoned(checked, &self.reason);
    }
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        record::check_loss_cancellation(checked, self, settings);
    }
}
impl FormBody for QualificationDateCorrection {
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>) {
        texts.push(("reason", &self.reason));
    }
    fn check_shape(&self, checked: &mut Checked) {
        reasoned(checked, &self.reason);
    }
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        record::check_dates(checked, self, settings);
    }
}
impl FormBody for BirthDateCorrection {
    fn period(&self) -> String {
        self.dependent_branch.as_ref().map_or_else(String::new, |branch| branch.0.clone())
    }
    fn tidy(&mut self) {
        drop_empty([&mut self.remarks]);
    }
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>) {
        push_given(texts, [("remarks", &self.remarks)]);
        texts.extend(self.dependent_branch.iter().map(|branch| ("dependent_branch", branch.0.as_str())));
    }
    fn check_shape(&self, checked: &mut Checked) {
        let is_of_dependent =
            |b: &BranchNumber| b.0.len() == 2 && b.0.bytes().all(|c| c.is_ascii_digit()) && b.0 != "00";
        let is_branch = self.dependent_branch.as_ref().is_none_or(is_of_dependent);
        checked.add_if(!is_branch, Code::InvalidCode, ["dependent_branch"]);
    }
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        record::check_birth(checked, self, settings);
    }
}
impl FormBody for NameChangeReport {
    fn tidy(&mut self) {
        self.changed_name_kana = canonical_kana(&self.changed_name_kana);
        drop_empty([&mut self.remarks]);
    }
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>) {
        texts.push(("changed_name_kana", &self.changed_name_kana));
        texts.push(("changed_name", &self.changed_name));
        push_given(texts, [("remarks", &self.remarks)]);
    }
    fn check_shape(&self, checked: &mut Checked) {
        kana(checked, &self.changed_name_kana, "changed_name_kana");
        checked.add_if(self.changed_name.trim().is_empty(), Code::Required, ["changed_name"]);
    }
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        record::check_name(checked, self, settings);
    }
}
impl FormBody for AddressChangeReport {
    fn tidy(&mut self) {
        drop_empty([&mut self.phone, &mut self.remarks]);
        tidy_address(&mut self.resident_address);
        tidy_address(&mut self.contact_address);
    }
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>) {
        push_given(texts, [("phone", &self.phone), ("remarks", &self.remarks)]);
        push_resident_address(texts, self.resident_address.as_ref());
        if let Some(contact) = &self.contact_address {
            push_given(
                texts,
                [
                    ("contact_address.postal_code", &contact.postal_code),
                    ("contact_address.kana", &contact.kana),
                    ("contact_address.text", &contact.text),
                ],
            );
        }
    }
    fn check_shape(&self, checked: &mut Checked) {
        postal(checked, self.resident_address.as_ref(), "resident_address.postal_code");
        postal(checked, self.contact_address.as_ref(), "contact_address.postal_code");
        phone(checked, self.phone.as_deref(), "phone");
    }
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        record::check_address(checked, self, settings);
    }
}
