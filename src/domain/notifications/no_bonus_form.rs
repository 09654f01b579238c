//! 賞与不支給報告書 — the employer paid nobody a bonus in the month for which one was planned. It names nobody.

use serde::{Deserialize, Serialize};

use super::forms::form_struct;
use super::kinds::{FormBody, Head, HeadTexts, Headed, Texts};
use super::numbers::Slot;
use super::rules::{Checked, RuleSettings, office};
use crate::{domain::remuneration, values::month::Month};

form_struct! {
    /// 賞与不支給報告書: about an office and a month. A later one about the same month takes its place.
    NoBonusReport {
        /// 賞与支払予定年月: the month in which no bonus was paid.
        pub planned_month: Month,
        /// 変更後の賞与支払予定月: the month for which one is planned instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(nullable = false)]
        pub next_planned_month: Option<Month>,
        /// 取消: the report of this month was wrong and never was.
        #[serde(default)]
        pub withdrawn: bool,
    }
}
impl Headed for NoBonusReport {
    fn head(&self) -> Option<Head<'_>> {
        None
    }
    fn head_texts(&mut self) -> Option<HeadTexts<'_>> {
        None
    }
}
impl FormBody for NoBonusReport {
    fn period(&self) -> String {
        self.planned_month.to_string()
    }
    fn push_texts<'a>(&'a self, _: &mut Texts<'a>) {}
    fn check(&self, checked: &mut Checked, _: &[Slot], settings: &RuleSettings) {
        office::check_no_bonus(checked, self, settings);
    }
}
impl NoBonusReport {
    /// What it says of the month of an employer.
    pub fn said(&self, employer: uuid::Uuid) -> remuneration::NoBonus {
        remuneration::NoBonus {
            employer,
            planned: self.planned_month,
            next: self.next_planned_month,
            is_withdrawn: self.withdrawn,
        }
    }
}
