//! 報酬・賞与の届書 — what employers report of pay: 算定基礎届, 月額変更届, 賞与支払届.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::codes::PayChangeDirection;
use super::forms::{form_struct, insured_form};
use crate::domain::remuneration::{self, rules};
use crate::kernel::Problem;
use crate::values::month::Month;

form_struct! {
    /// 支給月: the pay of one month, counted by the month in which it was paid.
    ReportedMonth {
        /// 支給月, 1–12.
        #[schema(minimum = 1, maximum = 12)]
        pub month: u8,
        /// 支払基礎日数, 0–31.
        #[schema(maximum = 31)]
        pub base_days: u8,
        /// 通貨, yen.
        pub cash_yen: i64,
        /// 現物, yen.
        #[serde(default)]
        pub in_kind_yen: i64,
        /// 合計: the sum of both, at most 9,999,999 yen.
        pub total_yen: i64,
    }
}

/// A report of three months' pay: the fields that 算定基礎届 and 月額変更届 share, then their own.
macro_rules! three_months {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        insured_form! {
            $(#[$meta])*
            $name {
                /// 適用年月・改定年月: the first month of the new standard remuneration.
                pub applies_from: Month,
                /// 従前の標準報酬月額, yen: whole thousands.
                #[schema(minimum = 1_000, maximum = 9_999_000)]
                pub previous_remuneration_yen: i64,
                /// 従前改定月.
                pub previous_revised_in: Month,
                /// 昇(降)給月, 1–12; given with its direction.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schema(minimum = 1, maximum = 12)]
                pub pay_change_month: Option<u8>,
                /// 昇(降)給区分.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub pay_change_direction: Option<PayChangeDirection>,
                /// 遡及支払月, 1–12; given with its amount.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schema(minimum = 1, maximum = 12)]
                pub back_pay_month: Option<u8>,
                /// 遡及支払額, yen; negative when pay was taken back.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schema(minimum = -9_999_999, maximum = 9_999_999)]
                pub back_pay_yen: Option<i64>,
                /// The three months of pay, in order.
                #[schema(min_items = 3, max_items = 3)]
                pub months: Vec<ReportedMonth>,
                /// 総計 of the months that count, yen.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                #[schema(minimum = 0, maximum = 29_999_997)]
                pub grand_total_yen: Option<i64>,
                /// 平均額 of the months that count, cut to the yen.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub average_yen: Option<i64>,
                /// 修正平均額, yen: without back pay, or of a year's pay.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub corrected_average_yen: Option<i64>,
                /// 70歳以上被用者.
                #[serde(default)]
                pub aged_70_or_over: bool,
                /// 二以上事業所勤務者.
                #[serde(default)]
                pub two_or_more_offices: bool,
                /// 短時間労働者(特定適用事業所等).
                #[serde(default)]
                pub short_time_worker: bool,
                /// 備考.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub remarks: Option<String>,
                /// 70歳以上被用者の届のみ提出: such a form names no 整理番号.
                #[serde(default)]
                pub over_70_only: bool,
                /// 健保固有項目: the society's own item.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub society_note: Option<String>,
                $($own)*
            }
        }
    };
}

three_months! {
    /// 被保険者報酬月額算定基礎届 (健康保険法 第41条): the pay of April, May and June.
    RegularReport {
        /// 70歳以上被用者算定基礎月: two or four digits.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub over_70_months: Option<String>,
        /// 月額変更届予定: an occasional revision of July to September takes its place.
        #[serde(default)]
        pub revision_planned: bool,
        /// 途中入社.
        #[serde(default)]
        pub joined_mid_month: bool,
        /// 病休・育休・休職等.
        #[serde(default)]
        pub on_leave: bool,
        /// パート.
        #[serde(default)]
        pub part_time_worker: bool,
        /// 年間平均.
        #[serde(default)]
        pub annual_average: bool,
    }
}

three_months! {
    /// 被保険者報酬月額変更届 (健康保険法 第43条): three months from a change of fixed pay.
    RevisionReport {
        /// 昇給・降給の理由.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub pay_change_reason: Option<String>,
        /// 健康保険のみ月額変更.
        #[serde(default)]
        pub health_insurance_only: bool,
    }
}

insured_form! {
    /// 被保険者賞与支払届 (健康保険法 第45条).
    BonusReport {
        /// 賞与支払年月日.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub paid_on: NaiveDate,
        /// 通貨, yen.
        pub cash_yen: i64,
        /// 現物, yen.
        #[serde(default)]
        pub in_kind_yen: i64,
        /// 賞与額: the sum of both without what is below 1,000 yen.
        pub total_yen: i64,
        /// 70歳以上被用者.
        #[serde(default)]
        pub aged_70_or_over: bool,
        /// 二以上事業所勤務者.
        #[serde(default)]
        pub two_or_more_offices: bool,
        /// 初回支払日: the day of the month, when several payments of the month are on one form.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[schema(minimum = 1, maximum = 31)]
        pub first_paid_day: Option<u8>,
        /// 70歳以上被用者の届のみ提出: such a form names no 整理番号.
        #[serde(default)]
        pub over_70_only: bool,
        /// 健保固有項目: the society's own item.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub society_note: Option<String>,
    }
}

impl PayChangeDirection {
    /// As the law asks for it.
    pub const fn of_fixed_pay(self) -> rules::FixedPayChange {
        match self {
            Self::Up => rules::FixedPayChange::Up,
            Self::Down => rules::FixedPayChange::Down,
        }
    }
}
impl ReportedMonth {
    /// The month as the law counts it.
    /// # Errors
    /// 409 `not-decidable` for an amount that no form may hold: the checks refuse it.
    pub(super) fn counted_in(&self, month: Month) -> Result<rules::PaidMonth, Problem> {
        let pay_yen = remuneration::amount(self.total_yen)?;
        Ok(rules::PaidMonth {
            month,
            pay_yen,
            base_days: self.base_days,
            is_excluded: false,
            back_pay_yen: 0,
        })
    }
}
impl RegularReport {
    /// How fixed pay changed in the first of its months, April, as far as it is stated: a revision from July may be due (健康保険法43条).
    pub fn changed_in_april(&self) -> Option<rules::FixedPayChange> {
        let change = self.pay_change_direction.filter(|_| self.pay_change_month == Some(4));
        change.map(PayChangeDirection::of_fixed_pay)
    }
    /// The months of pay, of the year of the determination.
    /// # Errors
    /// As of a month.
    pub fn paid_months(&self) -> Result<Vec<rules::PaidMonth>, Problem> {
        let year = self.applies_from.year();
        self.months.iter().map(|paid| paid.counted_in(Month::in_year(year, paid.month.into()))).collect()
    }
    /// How much the person works: 短時間労働者, パート or neither.
    pub const fn work_kind(&self) -> rules::WorkKind {
        match (self.short_time_worker, self.part_time_worker) {
            (true, _) => rules::WorkKind::Short,
            (_, true) => rules::WorkKind::Part,
            _ => rules::WorkKind::Full,
        }
    }
}
impl RevisionReport {
    /// The first month of changed pay: three before 改定年月.
    pub const fn change_month(&self) -> Month {
        self.applies_from.plus(-3)
    }
    /// The months of pay, in a row from the first one.
    /// # Errors
    /// As of a month.
    pub fn paid_months(&self) -> Result<Vec<rules::PaidMonth>, Problem> {
        self.months.iter().zip(0..).map(|(paid, n)| paid.counted_in(self.change_month().plus(n))).collect()
    }
    /// How much the person works: 短時間労働者 or not.
    pub const fn work_kind(&self) -> rules::WorkKind {
        if self.short_time_worker { rules::WorkKind::Short } else { rules::WorkKind::Full }
    }
}
