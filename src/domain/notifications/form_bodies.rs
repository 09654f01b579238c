//! What 資格取得届, 資格喪失届, the reports of pay and the forms of leaves say of themselves.

use super::codes::AcquisitionClass;
use super::findings::Code;
use super::form_text::{drop_empty, push_given, push_resident_address, remarks_alone, tidy_address};
use super::forms::{Acquisition, Loss};
use super::kinds::{FormBody, PayTime, Texts};
use super::leave_forms::{
    ChildcareLeaveEnd, ChildcareLeaveReport, LeaveCorrection, LeaveEndRevisionReport, MaternityLeaveChange,
    MaternityLeaveReport,
};
use super::numbers::Slot;
use super::pay_forms::{BonusReport, RegularReport, RevisionReport};
use super::rules::{
    Checked, RuleSettings, acquisition, leave, loss, pay,
    shape::{CERTIFICATES_MOST, WORKED_DAYS_MOST, amount, kana, months, postal, total},
};
use crate::values::kana::canonical_kana;

impl FormBody for Acquisition {
    fn tidy(&mut self) {
        drop_empty([&mut self.no_number_note, &mut self.remarks, &mut self.society_note]);
        tidy_address(&mut self.resident_address);
        if self.class.is_none() && !self.over_70_only {
            self.class = Some(AcquisitionClass::HealthAndPension);
        }
    }
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>) {
        let note = &self.no_number_note;
        push_given(
            texts,
            [("no_number_note", note), ("remarks", &self.remarks), ("society_note", &self.society_note)],
        );
        push_resident_address(texts, self.resident_address.as_ref());
    }
    fn check_shape(&self, checked: &mut Checked) {
        amount(checked, Some(self.cash_yen), "cash_yen");
        amount(checked, Some(self.in_kind_yen), "in_kind_yen");
        amount(checked, Some(self.total_yen), "total_yen");
        postal(checked, self.resident_address.as_ref(), "resident_address.postal_code");
    }
    fn check(&self, checked: &mut Checked, slots: &[Slot], settings: &RuleSettings) {
        acquisition::check(checked, self, slots.contains(&Slot::Insured), settings);
    }
}
impl FormBody for Loss {
    fn tidy(&mut self) {
        drop_empty([&mut self.remarks, &mut self.society_note]);
    }
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>) {
        push_given(texts, [("remarks", &self.remarks), ("society_note", &self.society_note)]);
    }
    fn check_shape(&self, checked: &mut Checked) {
        for (count, key) in [
            (self.certificates_returned, "certificates_returned"),
            (self.certificates_not_returnable, "certificates_not_returnable"),
        ] {
            checked.add_if(count > CERTIFICATES_MOST, Code::Length, [key]);
        }
    }
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        loss::check(checked, self, settings);
    }
}
impl FormBody for RegularReport {
    fn period(&self) -> String {
        self.applies_from.to_string()
    }
    fn pay_time(&self) -> Option<PayTime> {
        Some(PayTime::From(self.applies_from))
    }
    fn tidy(&mut self) {
        drop_empty([&mut self.over_70_months, &mut self.remarks, &mut self.society_note]);
    }
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>) {
        let months = &self.over_70_months;
        push_given(
            texts,
            [("over_70_months", months), ("remarks", &self.remarks), ("society_note", &self.society_note)],
        );
    }
    fn check_shape(&self, checked: &mut Checked) {
        months(checked, &self.months);
        total(checked, self.grand_total_yen, "grand_total_yen");
        amount(checked, self.average_yen, "average_yen");
        amount(checked, self.corrected_average_yen, "corrected_average_yen");
    }
    fn check(&self, checked: &mut Checked, slots: &[Slot], settings: &RuleSettings) {
        pay::check_regular(checked, self, slots.contains(&Slot::Insured), settings);
    }
}
impl FormBody for RevisionReport {
    fn period(&self) -> String {
        self.applies_from.to_string()
    }
    fn pay_time(&self) -> Option<PayTime> {
        Some(PayTime::From(self.applies_from))
    }
    fn tidy(&mut self) {
        drop_empty([&mut self.pay_change_reason, &mut self.remarks, &mut self.society_note]);
    }
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>) {
        let reason = &self.pay_change_reason;
        push_given(
            texts,
            [("pay_change_reason", reason), ("remarks", &self.remarks), ("society_note", &self.society_note)],
        );
    }
    fn check_shape(&self, checked: &mut Checked) {
        months(checked, &self.months);
        total(checked, self.grand_total_yen, "grand_total_yen");
        amount(checked, self.average_yen, "average_yen");
        amount(checked, self.corrected_average_yen, "corrected_average_yen");
    }
    fn check(&self, checked: &mut Checked, slots: &[Slot], settings: &RuleSettings) {
        pay::check_revision(checked, self, slots.contains(&Slot::Insured), settings);
    }
}
impl FormBody for BonusReport {
    fn period(&self) -> String {
        self.paid_on.to_string()
    }
    fn pay_time(&self) -> Option<PayTime> {
        Some(PayTime::Paid(self.paid_on))
    }
    fn tidy(&mut self) {
        drop_empty([&mut self.society_note]);
    }
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>) {
        push_given(texts, [("society_note", &self.society_note)]);
    }
    fn check_shape(&self, checked: &mut Checked) {
        amount(checked, Some(self.cash_yen), "cash_yen");
        amount(checked, Some(self.in_kind_yen), "in_kind_yen");
        amount(checked, Some(self.total_yen), "total_yen");
    }
    fn check(&self, checked: &mut Checked, slots: &[Slot], settings: &RuleSettings) {
        pay::check_bonus(checked, self, slots.contains(&Slot::Insured), settings);
    }
}
impl FormBody for MaternityLeaveReport {
    fn period(&self) -> String {
        self.starts_on.to_string()
    }
    remarks_alone!();
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        leave::check_maternity(checked, self, settings);
    }
}
impl FormBody for MaternityLeaveChange {
    fn period(&self) -> String {
        // An end may come while a change still waits.
        if self.has_ended { format!("{}/end", self.starts_on) } else { self.starts_on.to_string() }
    }
    remarks_alone!();
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        leave::check_maternity_change(checked, self, settings);
    }
}
impl FormBody for ChildcareLeaveReport {
    fn period(&self) -> String {
        self.starts_on.to_string()
    }
    fn tidy(&mut self) {
        self.child_name_kana = canonical_kana(&self.child_name_kana);
        drop_empty([&mut self.remarks, &mut self.child_name]);
    }
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>) {
        texts.push(("child_name_kana", &self.child_name_kana));
        push_given(texts, [("remarks", &self.remarks), ("child_name", &self.child_name)]);
    }
    fn check_shape(&self, checked: &mut Checked) {
        kana(checked, &self.child_name_kana, "child_name_kana");
        checked.add_if(self.planned_worked_days > WORKED_DAYS_MOST, Code::Length, ["planned_worked_days"]);
    }
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        leave::check_childcare(checked, self, settings);
    }
}
impl FormBody for ChildcareLeaveEnd {
    fn period(&self) -> String {
        self.starts_on.to_string()
    }
    remarks_alone!();
    fn check_shape(&self, checked: &mut Checked) {
        let is_many = self.actual_worked_days.is_some_and(|days| days > WORKED_DAYS_MOST);
        checked.add_if(is_many, Code::Length, ["actual_worked_days"]);
    }
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        leave::check_childcare_end(checked, self, settings);
    }
}
impl FormBody for LeaveCorrection {
    fn period(&self) -> String {
        self.starts_on.to_string()
    }
    remarks_alone!();
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        leave::check_correction(checked, self, settings);
    }
}
impl FormBody for LeaveEndRevisionReport {
    fn period(&self) -> String {
        self.applies_from.to_string()
    }
    fn pay_time(&self) -> Option<PayTime> {
        Some(PayTime::From(self.applies_from))
    }
    fn tidy(&mut self) {
        self.child_name_kana = canonical_kana(&self.child_name_kana);
        drop_empty([&mut self.remarks, &mut self.child_name]);
    }
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>) {
        texts.push(("child_name_kana", &self.child_name_kana));
        push_given(texts, [("remarks", &self.remarks), ("child_name", &self.child_name)]);
    }
    fn check_shape(&self, checked: &mut Checked) {
        kana(checked, &self.child_name_kana, "child_name_kana");
        months(checked, &self.months);
        total(checked, self.grand_total_yen, "grand_total_yen");
        amount(checked, self.average_yen, "average_yen");
    }
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        leave::check_leave_end_revision(checked, self, settings);
    }
}
