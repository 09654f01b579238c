//! What 報酬訂正届 and 賞与訂正届 say of themselves.

use super::correction_forms::{BonusCorrection, RemunerationCorrection};
use super::findings::Code;
use super::form_text::remarks_alone;
use super::kinds::{FormBody, PayTime};
use super::numbers::Slot;
use super::rules::{
    Checked, RuleSettings, correction,
    shape::{amount, months},
};

impl FormBody for RemunerationCorrection {
    fn period(&self) -> String {
        self.applies_from.to_string()
    }
    fn pay_time(&self) -> Option<PayTime> {
        let time = if self.is_of_acquisition() { PayTime::Acquired } else { PayTime::From };
        Some(time(self.applies_from))
    }
    remarks_alone!();
    fn check_shape(&self, checked: &mut Checked) {
        amount(checked, self.cash_yen, "cash_yen");
        amount(checked, self.in_kind_yen, "in_kind_yen");
        amount(checked, self.total_yen, "total_yen");
        months(checked, &self.months);
        checked.add_if(self.is_of_acquisition() && self.months.len() > 3, Code::Count, ["months"]);
    }
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        correction::check_remuneration(checked, self, settings);
    }
}
impl FormBody for BonusCorrection {
    fn period(&self) -> String {
        self.paid_on.to_string()
    }
    fn pay_time(&self) -> Option<PayTime> {
        Some(PayTime::Paid(self.paid_on))
    }
    remarks_alone!();
    fn check_shape(&self, checked: &mut Checked) {
        amount(checked, self.cash_yen, "cash_yen");
        amount(checked, self.in_kind_yen, "in_kind_yen");
        amount(checked, self.total_yen, "total_yen");
    }
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        correction::check_bonus(checked, self, settings);
    }
}
