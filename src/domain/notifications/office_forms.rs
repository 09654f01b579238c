//! 二以上事業所勤務届 — somebody works at another office beside the one that the cover is of.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::form_text::{drop_empty, push_given};
use super::forms::insured_form;
use super::kinds::{FormBody, PayTime, Texts};
use super::numbers::Slot;
use super::rules::{Checked, RuleSettings, office, shape::amount};

insured_form! {
    /// 被保険者所属選択・二以上事業所勤務届: filed by the office that the cover is of, which stays the one that was chosen (主たる事業所).
    TwoOfficeReport {
        /// 二以上事業所勤務となった日: the first day on which the person works at the other office too.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub starts_on: NaiveDate,
        /// 二以上事業所勤務でなくなった日: the first day on which the person does not any more; only when it ends.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub ceased_on: Option<NaiveDate>,
        /// 健保組合の事業所番号 of the other office, when it is one of this society.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub other_society_number: Option<String>,
        /// Name of the other office, when it is none of this society.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub other_office_name: Option<String>,
        /// 報酬月額 at the other office, in money and in kind; when it begins.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub other_monthly_yen: Option<i64>,
        /// 備考.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub remarks: Option<String>,
    }
}
impl FormBody for TwoOfficeReport {
    fn period(&self) -> String {
        self.starts_on.to_string()
    }
    fn pay_time(&self) -> Option<PayTime> {
        Some(PayTime::Began(self.starts_on))
    }
    fn tidy(&mut self) {
        drop_empty([&mut self.other_society_number, &mut self.other_office_name, &mut self.remarks]);
    }
    fn push_texts<'a>(&'a self, texts: &mut Texts<'a>) {
        push_given(
            texts,
            [
                ("other_society_number", &self.other_society_number),
                ("other_office_name", &self.other_office_name),
                ("remarks", &self.remarks),
            ],
        );
    }
    fn check_shape(&self, checked: &mut Checked) {
        amount(checked, self.other_monthly_yen, "other_monthly_yen");
    }
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        office::check(checked, self, settings);
    }
}
