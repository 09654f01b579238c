//! Rows of decisions.
use super::facts::CHILDCARE_END;
use crate::kernel::{Facts, Subject};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types as t;
use uuid::Uuid;

crate::row! {
    /// A version of a decision of 標準報酬月額.
    pub struct DecisionRow {
        /// Decision.
        decision_id: t::Uuid => Uuid,
        /// Insured person.
        person_id: t::Uuid => Uuid,
        /// Employer whose form led to it.
        employer_id: t::Uuid => Uuid,
        /// Rule.
        rule: t::Text => String,
        /// First day of the first month.
        applies_from: t::Date => NaiveDate,
        /// First day of the first month in which it does not hold any more.
        applies_until: t::Nullable<t::Date> => Option<NaiveDate>,
        /// Grade.
        grade: t::SmallInt => i16,
        /// 標準報酬月額, yen.
        standard_yen: t::BigInt => i64,
        /// 報酬月額, yen.
        monthly_yen: t::BigInt => i64,
        /// The offices that were added.
        offices: t::Nullable<t::Jsonb> => Option<serde_json::Value>,
        /// Trace.
        trace: t::Jsonb => serde_json::Value,
        /// When the society received the form.
        received_on: t::Date => NaiveDate,
        /// Known since.
        recorded_at: t::Timestamptz => DateTime<Utc>,
        /// Known until.
        superseded_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Notification it came from.
        source: t::Nullable<t::Uuid> => Option<Uuid>,
    }
}
impl Subject for DecisionRow {
    fn facts(&self) -> Facts {
        Facts::of("Member", self.person_id).about(self.person_id)
    }
    fn classes(&self) -> &'static [&'static str] {
        // why it was revised tells the day of birth of the child
        if self.rule == CHILDCARE_END { &["remuneration", "family"] } else { &["remuneration"] }
    }
}
crate::row! {
    /// A decision as it is known now, to decide by.
    pub struct LiveRow {
        /// Insured person.
        person_id: t::Uuid => Uuid,
        /// Decision.
        decision_id: t::Uuid => Uuid,
        /// Employer whose form led to it.
        employer_id: t::Uuid => Uuid,
        /// Rule.
        rule: t::Text => String,
        /// Its version.
        rule_version: t::Text => String,
        /// First day of the first month.
        applies_from: t::Date => NaiveDate,
        /// First day of the first month in which it does not hold any more.
        applies_until: t::Nullable<t::Date> => Option<NaiveDate>,
        /// Grade.
        grade: t::SmallInt => i16,
        /// 標準報酬月額, yen.
        standard_yen: t::BigInt => i64,
        /// 報酬月額, yen.
        monthly_yen: t::BigInt => i64,
        /// Facts.
        inputs: t::Jsonb => serde_json::Value,
        /// Trace.
        trace: t::Jsonb => serde_json::Value,
        /// When the society received the form.
        received_on: t::Date => NaiveDate,
        /// Notification it came from.
        source: t::Nullable<t::Uuid> => Option<Uuid>,
    }
}
crate::row! {
    /// A version of the 標準賞与額 of a month.
    pub struct BonusRow {
        /// The same over all versions of the month.
        bonus_id: t::Uuid => Uuid,
        /// Insured person.
        person_id: t::Uuid => Uuid,
        /// Employer whose form stated the last bonus of the month.
        employer_id: t::Uuid => Uuid,
        /// First day of the month of payment.
        month: t::Date => NaiveDate,
        /// Sum of what was reported, yen.
        reported_yen: t::BigInt => i64,
        /// 標準賞与額, yen.
        standard_yen: t::BigInt => i64,
        /// Facts.
        inputs: t::Jsonb => serde_json::Value,
        /// Trace.
        trace: t::Jsonb => serde_json::Value,
        /// Why it bears no premium.
        no_premium: t::Nullable<t::Text> => Option<String>,
        /// When the society received the form.
        received_on: t::Date => NaiveDate,
        /// Known since.
        recorded_at: t::Timestamptz => DateTime<Utc>,
        /// Known until.
        superseded_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Notification it came from.
        source: t::Nullable<t::Uuid> => Option<Uuid>,
    }
}
impl Subject for BonusRow {
    fn facts(&self) -> Facts {
        Facts::of("Member", self.person_id).about(self.person_id)
    }
    fn classes(&self) -> &'static [&'static str] {
        &["remuneration"]
    }
}
crate::row! {
    /// A bonus that was paid.
    pub struct PaymentRow {
        /// The same over all versions of the payment.
        payment_id: t::Uuid => Uuid,
        /// Employer that paid.
        employer_id: t::Uuid => Uuid,
        /// 賞与支払年月日.
        paid_on: t::Date => NaiveDate,
        /// 賞与額 before it is cut, yen.
        paid_yen: t::BigInt => i64,
        /// When the society received the form.
        received_on: t::Date => NaiveDate,
        /// Known since.
        recorded_at: t::Timestamptz => DateTime<Utc>,
        /// Notification it came from.
        source: t::Nullable<t::Uuid> => Option<Uuid>,
    }
}
