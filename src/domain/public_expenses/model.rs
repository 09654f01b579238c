//! Rows of public expenses.
use crate::kernel::{Facts, Subject};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types as t;
use uuid::Uuid;

crate::row! {
    /// A version of a public expense.
    pub struct ExpenseRow {
        /// Stays the same over all versions.
        public_expense_id: t::Uuid => Uuid,
        /// Whose.
        person_id: t::Uuid => Uuid,
        /// 公費負担者番号.
        payer_number: t::Text => String,
        /// 受給者番号.
        recipient_number: t::Text => String,
        /// 受給開始年月日.
        valid_from: t::Date => NaiveDate,
        /// First day on which it does not hold any more.
        valid_to: t::Nullable<t::Date> => Option<NaiveDate>,
        /// When the society received it.
        received_on: t::Date => NaiveDate,
        /// Known since.
        recorded_at: t::Timestamptz => DateTime<Utc>,
        /// Counts changes of the person; the ETag.
        version: t::Integer => i32,
    }
}
impl Subject for ExpenseRow {
    fn facts(&self) -> Facts {
        Facts::of("PublicExpense", self.public_expense_id).about(self.person_id)
    }
    fn classes(&self) -> &'static [&'static str] {
        &["public_expense"]
    }
}
