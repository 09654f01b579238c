//! 訂正届 — what employers correct of pay that was reported wrong: 報酬訂正届, 賞与訂正届.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::codes::PayChangeDirection;
use super::forms::insured_form;
use super::pay_forms::ReportedMonth;
use crate::domain::remuneration::{
    self, BonusCorrection as CorrectedBonus, DecisionRule, Determination, PayCorrection, RightMonths,
    RightPay, rules,
};
use crate::kernel::Problem;
use crate::values::month::Month;

insured_form! {
    /// 報酬訂正届: the right amounts of a decision that was made on wrong ones.
    RemunerationCorrection {
        /// Which decision: of the acquisition, 定時決定, 随時改定 or a revision after a leave.
        pub decision: DecisionRule,
        /// 適用年月・改定年月 of that decision; of an acquisition its month.
        pub applies_from: Month,
        /// 報酬月額(通貨), of an acquisition.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cash_yen: Option<i64>,
        /// 報酬月額(現物), of an acquisition.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub in_kind_yen: Option<i64>,
        /// 報酬月額(合計), of an acquisition.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub total_yen: Option<i64>,
        /// The three months as they are right, in order; of every decision but that of an acquisition.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[schema(max_items = 3)]
        pub months: Vec<ReportedMonth>,
        /// 昇(降)給区分, of 随時改定, where it is corrected too.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub pay_change_direction: Option<PayChangeDirection>,
        /// 短時間労働者(特定適用事業所等), as it is right.
        #[serde(default)]
        pub short_time_worker: bool,
        /// パート, as it is right.
        #[serde(default)]
        pub part_time_worker: bool,
        /// 訂正の理由.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub remarks: Option<String>,
    }
}
insured_form! {
    /// 賞与訂正届: the right day and amount of a bonus that was reported, or that it was not paid.
    BonusCorrection {
        /// 賞与支払年月日 as it was reported.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub paid_on: NaiveDate,
        /// 賞与支払年月日 as it is right, where it differs.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub right_paid_on: Option<NaiveDate>,
        /// 取消: no bonus was paid; then no day and no amount is given.
        #[serde(default)]
        pub withdrawn: bool,
        /// 通貨, yen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub cash_yen: Option<i64>,
        /// 現物, yen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub in_kind_yen: Option<i64>,
        /// 賞与額: the sum of both without what is below 1,000 yen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub total_yen: Option<i64>,
        /// 訂正の理由.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub remarks: Option<String>,
    }
}

impl RemunerationCorrection {
    /// It corrects what an acquisition stated.
    pub fn is_of_acquisition(&self) -> bool {
        self.decision == DecisionRule::AcquisitionDetermination
    }
    /// How much the person works: 短時間労働者, パート or neither.
    pub const fn work_kind(&self) -> rules::WorkKind {
        match (self.short_time_worker, self.part_time_worker) {
            (true, _) => rules::WorkKind::Short,
            (_, true) => rules::WorkKind::Part,
            _ => rules::WorkKind::Full,
        }
    }
    /// What is corrected.
    /// # Errors
    /// 409 `not-decidable` for an amount that is missing or that no form may hold.
    pub fn correction(&self, determined: Option<Determination>) -> Result<PayCorrection, Problem> {
        let right = if self.is_of_acquisition() {
            RightPay::Monthly(remuneration::amount(stated(self.total_yen)?)?)
        } else {
            // The year of a month is that of the decision's own.
            let paid = |m: &ReportedMonth| Ok((m.month, m.counted_in(self.applies_from)?));
            RightPay::Months(RightMonths {
                months: self.months.iter().map(paid).collect::<Result<_, Problem>>()?,
                kind: self.work_kind(),
                change: self.pay_change_direction.map(PayChangeDirection::of_fixed_pay),
                determined,
            })
        };
        Ok(remuneration::PayCorrection { word: self.decision.word(), from: self.applies_from, right })
    }
}
/// An amount that the form must state: one that is missing is never taken for none.
fn stated(yen: Option<i64>) -> Result<i64, Problem> {
    yen.ok_or_else(|| Problem::conflict("not-decidable", "金額がありません", "An amount is missing"))
}
impl BonusCorrection {
    /// What is corrected.
    /// # Errors
    /// 409 `not-decidable` for an amount that is missing.
    pub fn correction(&self) -> Result<CorrectedBonus, Problem> {
        if self.withdrawn {
            return Ok(CorrectedBonus { paid_on: self.paid_on, right: None });
        }
        // 現物 is stated only where there is some
        let yen = stated(self.cash_yen)?.saturating_add(self.in_kind_yen.unwrap_or(0));
        let right = Some((self.right_paid_on.unwrap_or(self.paid_on), yen));
        Ok(CorrectedBonus { paid_on: self.paid_on, right })
    }
}
