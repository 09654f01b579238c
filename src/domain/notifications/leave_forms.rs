//! 休業の届書 — what employers notify of maternity and childcare leaves. No file layout is published for them: they come as JSON.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::forms::insured_form;
use super::pay_forms::ReportedMonth;
use crate::domain::remuneration::{
    ChildFacts, LeaveEnd, LeaveFacts, LeaveNotice, LeaveType, RightLeave, rules,
};
use crate::kernel::Problem;
use crate::values::month::Month;

/// A form about a leave: the fields that all of them share, then their own.
macro_rules! leave_form {
    ($(#[$meta:meta])* $name:ident { $($own:tt)* }) => {
        insured_form! {
            $(#[$meta])*
            $name {
                /// 備考.
                #[serde(default, skip_serializing_if = "Option::is_none")]
                pub remarks: Option<String>,
                $($own)*
            }
        }
    };
}

leave_form! {
    /// 産前産後休業取得者申出書 (健康保険法 第159条の3, 施行規則 第135条の2).
    MaternityLeaveReport {
        /// 産前産後休業開始年月日: the first day not worked.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub starts_on: NaiveDate,
        /// 産前産後休業終了予定年月日: the last day as planned.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub ends_on: NaiveDate,
        /// 出産予定年月日.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub expected_birth_on: NaiveDate,
        /// 出産年月日, when the child is born.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub actual_birth_on: Option<NaiveDate>,
        /// 多胎妊娠.
        #[serde(default)]
        pub multiple_pregnancy: bool,
    }
}

leave_form! {
    /// 産前産後休業取得者変更(終了)届 (施行規則 第135条の2).
    MaternityLeaveChange {
        /// 開始年月日 as notified before: tells which leave.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub starts_on: NaiveDate,
        /// 終了: the leave has ended on `ends_on`; otherwise its plan changes.
        #[serde(default)]
        pub has_ended: bool,
        /// 終了年月日, or 変更後の終了予定年月日.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub ends_on: NaiveDate,
        /// 変更後の開始年月日; only of a change.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub changed_starts_on: Option<NaiveDate>,
        /// 変更後の出産予定年月日; only of a change.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub expected_birth_on: Option<NaiveDate>,
        /// 出産年月日; only of a change.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub actual_birth_on: Option<NaiveDate>,
        /// 多胎妊娠; only of a change. `false` says nothing: what was said before stays.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub multiple_pregnancy: Option<bool>,
        /// It is no 多胎妊娠 after all; only of a change, and not with `multiple_pregnancy`.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub single_pregnancy: bool,
    }
}

leave_form! {
    /// 育児休業等取得者申出書(新規・延長), birth-time leave (出生時育児休業) among them (健康保険法 第159条, 施行規則 第135条).
    ChildcareLeaveReport {
        /// 新規 or 延長.
        pub application: LeaveApplication,
        /// 出生時育児休業 (産後パパ育休).
        #[serde(default)]
        pub birth_time_leave: bool,
        /// 育児休業等開始年月日; of an extension that of the leave that is extended.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub starts_on: NaiveDate,
        /// 育児休業等終了(予定)年月日.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub ends_on: NaiveDate,
        /// 養育する子の氏名(フリガナ).
        pub child_name_kana: String,
        /// 養育する子の氏名.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub child_name: Option<String>,
        /// 養育する子の生年月日.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub child_birth_on: NaiveDate,
        /// 出産予定年月日: for a leave that begins before the birth, or a birth-time leave that is counted from it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub expected_birth_on: Option<NaiveDate>,
        /// 前の育児休業等との間の、就業を要しない日: every day between the end of the childcare leave before and the start of this one, where
        /// all of them are days without work: the two then count as one. Only of a new leave.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        #[schema(max_items = 31)]
        pub no_work_days_between: Vec<NaiveDate>,
        /// 就業予定日数 of a birth-time leave: hours divided by the hours of a day, fractions dropped.
        #[serde(default)]
        pub planned_worked_days: u8,
    }
}

leave_form! {
    /// 育児休業等取得者終了届 (施行規則 第135条).
    ChildcareLeaveEnd {
        /// 育児休業等開始年月日: tells which leave.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub starts_on: NaiveDate,
        /// 育児休業等終了年月日: the last day of the leave.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub ends_on: NaiveDate,
        /// 就業日数 of a birth-time leave, where it differs from the planned one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub actual_worked_days: Option<u8>,
    }
}

leave_form! {
    /// 休業取得者申出書訂正・取消届: a leave that was notified wrongly is taken back, or gets its right days or the right day of birth of
    /// its child (健康保険法 第159条, 第159条の3).
    LeaveCorrection {
        /// Which leave; a birth-time leave is a childcare leave.
        pub leave: rules::LeaveKind,
        /// 開始年月日 as recorded: tells which leave.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub starts_on: NaiveDate,
        /// 取消: the leave never was. Nothing else is then stated.
        #[serde(default)]
        pub withdrawn: bool,
        /// 訂正後の開始年月日.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub corrected_starts_on: Option<NaiveDate>,
        /// 訂正後の終了(予定)年月日: the planned last day of a leave that has not ended, the last day of one that has.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub corrected_ends_on: Option<NaiveDate>,
        /// 訂正後の子の生年月日.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub corrected_child_birth_on: Option<NaiveDate>,
    }
}

leave_form! {
    /// 産前産後休業終了時・育児休業等終了時報酬月額変更届 (健康保険法 第43条の3, 第43条の2).
    LeaveEndRevisionReport {
        /// Which leave ended.
        pub leave: rules::LeaveKind,
        /// 申出: the insured person asks for the revision.
        pub requested: bool,
        /// 休業終了年月日: the last day of the leave.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub ends_on: NaiveDate,
        /// 子の氏名(フリガナ).
        pub child_name_kana: String,
        /// 子の氏名.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub child_name: Option<String>,
        /// 子の生年月日.
        #[serde(deserialize_with = "crate::kernel::input::dated")]
        pub child_birth_on: NaiveDate,
        /// 改定年月: the fourth month, counted from that of the day after the end.
        pub applies_from: Month,
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
        /// 短時間労働者(特定適用事業所等).
        #[serde(default)]
        pub short_time_worker: bool,
        /// パート.
        #[serde(default)]
        pub part_time_worker: bool,
        /// 二以上事業所勤務者.
        #[serde(default)]
        pub two_or_more_offices: bool,
    }
}

/// 申出の別.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum LeaveApplication {
    /// 新規.
    New,
    /// 延長.
    Extension,
}

impl MaternityLeaveReport {
    /// What it says of the leave.
    pub fn notice(&self) -> LeaveNotice {
        LeaveNotice::Begin(LeaveFacts {
            leave_type: LeaveType::Maternity,
            starts_on: self.starts_on,
            planned_ends_on: self.ends_on,
            ended_on: None,
            child: ChildFacts {
                expected_on: Some(self.expected_birth_on),
                born_on: self.actual_birth_on,
                is_multiple: self.multiple_pregnancy,
                ..ChildFacts::default()
            },
            worked_days: 0,
            no_work_days: Vec::new(),
        })
    }
}
impl MaternityLeaveChange {
    /// What it says of the leave.
    pub const fn notice(&self) -> LeaveNotice {
        if self.has_ended {
            return LeaveNotice::End {
                kind: rules::LeaveKind::Maternity,
                starts_on: self.starts_on,
                ended_on: self.ends_on,
                worked_days: None,
            };
        }
        LeaveNotice::Move {
            starts_on: self.starts_on,
            moved_to: self.changed_starts_on,
            planned_ends_on: self.ends_on,
            expected_on: self.expected_birth_on,
            born_on: self.actual_birth_on,
            is_multiple: match (self.multiple_pregnancy, self.single_pregnancy) {
                (Some(true), _) => Some(true),
                (_, true) => Some(false),
                (_, false) => None,
            },
        }
    }
}
impl ChildcareLeaveReport {
    /// What it says of the leave.
    pub fn notice(&self) -> LeaveNotice {
        if self.application == LeaveApplication::Extension {
            return LeaveNotice::Extend {
                starts_on: self.starts_on,
                planned_ends_on: self.ends_on,
                child_born_on: self.child_birth_on,
            };
        }
        LeaveNotice::Begin(LeaveFacts {
            leave_type: if self.birth_time_leave { LeaveType::BirthTime } else { LeaveType::Childcare },
            starts_on: self.starts_on,
            planned_ends_on: self.ends_on,
            ended_on: None,
            child: ChildFacts {
                expected_on: self.expected_birth_on,
                born_on: Some(self.child_birth_on),
                is_multiple: false,
                name_kana: Some(self.child_name_kana.clone()),
                name: self.child_name.clone(),
            },
            worked_days: self.planned_worked_days.into(),
            no_work_days: self.no_work_days_between.clone(),
        })
    }
}
impl ChildcareLeaveEnd {
    /// What it says of the leave.
    pub fn notice(&self) -> LeaveNotice {
        LeaveNotice::End {
            kind: rules::LeaveKind::Childcare,
            starts_on: self.starts_on,
            ended_on: self.ends_on,
            worked_days: self.actual_worked_days.map(u16::from),
        }
    }
}
impl LeaveCorrection {
    /// What it says of the leave.
    pub fn notice(&self) -> LeaveNotice {
        let right = RightLeave {
            starts_on: self.corrected_starts_on,
            ends_on: self.corrected_ends_on,
            child_born_on: self.corrected_child_birth_on,
        };
        LeaveNotice::Correct {
            kind: self.leave,
            starts_on: self.starts_on,
            right: (!self.withdrawn).then_some(right),
        }
    }
}
impl LeaveEndRevisionReport {
    /// The month of the day after the end: the first of the three.
    pub fn first_month(&self) -> Month {
        Month::of(self.ends_on.succ_opt().unwrap_or(self.ends_on))
    }
    /// The months of pay, in a row from the first one.
    /// # Errors
    /// As of a month.
    pub fn paid_months(&self) -> Result<Vec<rules::PaidMonth>, Problem> {
        self.months.iter().zip(0..).map(|(paid, n)| paid.counted_in(self.first_month().plus(n))).collect()
    }
    /// How much the person works: 短時間労働者, パート or neither.
    pub const fn work_kind(&self) -> rules::WorkKind {
        match (self.short_time_worker, self.part_time_worker) {
            (true, _) => rules::WorkKind::Short,
            (_, true) => rules::WorkKind::Part,
            _ => rules::WorkKind::Full,
        }
    }
    /// What the decision is made on.
    /// # Errors
    /// As of a month of pay.
    pub fn leave_end(&self) -> Result<LeaveEnd, Problem> {
        Ok(LeaveEnd {
            leave: self.leave,
            ended_on: self.ends_on,
            child_born_on: self.child_birth_on,
            kind: self.work_kind(),
            months: self.paid_months()?,
        })
    }
}
