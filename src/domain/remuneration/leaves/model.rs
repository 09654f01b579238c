//! Rows of leaves.
use super::plan::{ChildFacts, LeaveFacts, LeaveType};
use crate::kernel::{Facts, Problem, Subject};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types as t;
use uuid::Uuid;

crate::row! {
    /// A version of a leave.
    pub struct LeaveRow {
        /// Leave.
        leave_id: t::Uuid => Uuid,
        /// Insured person.
        person_id: t::Uuid => Uuid,
        /// Employer that notified it.
        employer_id: t::Uuid => Uuid,
        /// Kind.
        leave_type: t::Text => String,
        /// First day.
        starts_on: t::Date => NaiveDate,
        /// Last day as planned.
        planned_ends_on: t::Date => NaiveDate,
        /// Last day, once the end is known.
        ended_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// 出産予定日.
        expected_birth_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// The child's day of birth.
        born_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// 多胎妊娠.
        is_multiple: t::Bool => bool,
        /// The child's reading.
        child_name_kana: t::Nullable<t::Text> => Option<String>,
        /// The child's name.
        child_name: t::Nullable<t::Text> => Option<String>,
        /// 就業(予定)日数.
        worked_days: t::SmallInt => i16,
        /// Days without work before it.
        no_work_days: t::Array<t::Date> => Vec<NaiveDate>,
        /// First days of the exempt months.
        exempt_months: t::Array<t::Date> => Vec<NaiveDate>,
        /// First days of the months with exempt bonuses.
        exempt_bonus_months: t::Array<t::Date> => Vec<NaiveDate>,
        /// Facts of the rule.
        inputs: t::Jsonb => serde_json::Value,
        /// Trace of the rule.
        trace: t::Jsonb => serde_json::Value,
        /// 開始受付日.
        start_received_on: t::Date => NaiveDate,
        /// 終了受付日.
        end_received_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// Known since.
        recorded_at: t::Timestamptz => DateTime<Utc>,
        /// Known until.
        superseded_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Notification it came from.
        source: t::Nullable<t::Uuid> => Option<Uuid>,
    }
}
impl LeaveRow {
    /// What it says of the leave itself.
    /// # Errors
    /// 503 for a stored word that is none.
    pub fn facts_of_leave(&self) -> Result<LeaveFacts, Problem> {
        Ok(LeaveFacts {
            leave_type: LeaveType::of(&self.leave_type)?,
            starts_on: self.starts_on,
            planned_ends_on: self.planned_ends_on,
            ended_on: self.ended_on,
            child: ChildFacts {
                expected_on: self.expected_birth_on,
                born_on: self.born_on,
                is_multiple: self.is_multiple,
                name_kana: self.child_name_kana.clone(),
                name: self.child_name.clone(),
            },
            worked_days: self.worked_days.unsigned_abs(),
            no_work_days: self.no_work_days.clone(),
        })
    }
}
impl Subject for LeaveRow {
    fn facts(&self) -> Facts {
        Facts::of("Member", self.person_id).about(self.person_id)
    }
    fn classes(&self) -> &'static [&'static str] {
        &["remuneration", "family"]
    }
}
