//! Rows of premiums that were not paid.
use crate::kernel::{Facts, Subject};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types as t;
use uuid::Uuid;

crate::row! {
    /// A premium that was not paid.
    pub struct DefaultRow {
        /// Id.
        id: t::Uuid => Uuid,
        /// Insured person.
        person_id: t::Uuid => Uuid,
        /// first or monthly.
        premium: t::Text => String,
        /// 納付期日.
        due_on: t::Date => NaiveDate,
        /// 資格取得年月日 of the cover.
        acquired_on: t::Date => NaiveDate,
        /// When it was asked for, as a day in Japan.
        asked_on: t::Date => NaiveDate,
        /// Where the second person's look stands.
        state: t::Text => String,
        /// When it was asked for.
        requested_at: t::Timestamptz => DateTime<Utc>,
        /// When the second person looked.
        decided_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
    }
}
impl Subject for DefaultRow {
    fn facts(&self) -> Facts {
        Facts::of("VoluntaryDefault", self.id).about(self.person_id)
    }
    fn classes(&self) -> &'static [&'static str] {
        &["enrolment"]
    }
}
