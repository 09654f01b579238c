//! Rows of dependents.
use crate::kernel::{Facts, Subject};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types as t;
use uuid::Uuid;

crate::row! {
    /// A dependent as of a day: dependency, person and identity.
    pub struct DependentRow {
        /// Stays the same over all versions of this dependency.
        dependent_id: t::Uuid => Uuid,
        /// Who.
        person_id: t::Uuid => Uuid,
        /// Counts changes of the person; the ETag.
        version: t::Integer => i32,
        /// registered or not_registered; absent as known at an instant.
        number_state: t::Nullable<t::Text> => Option<String>,
        /// 未登録理由.
        number_reason: t::Nullable<t::Text> => Option<String>,
        /// Under whom.
        insured_id: t::Uuid => Uuid,
        /// In whose affairs.
        employer_id: t::Uuid => Uuid,
        /// Name as shown.
        name: t::Text => String,
        /// Reading.
        name_kana: t::Text => String,
        /// Day of birth.
        birth_on: t::Date => NaiveDate,
        /// male, female, unset.
        sex: t::Text => String,
        /// 住民票住所.
        resident_postal_code: t::Nullable<t::Text> => Option<String>,
        /// 住民票住所.
        resident_address: t::Nullable<t::Text> => Option<String>,
        /// 枝番.
        branch: t::Text => String,
        /// 続柄.
        relationship: t::Text => String,
        /// 同居.
        lives_together: t::Nullable<t::Bool> => Option<bool>,
        /// 認定年月日.
        recognised_on: t::Date => NaiveDate,
        /// Why recognised.
        recognition_reason: t::Text => String,
        /// First day not recognised any more.
        removed_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// Why removed.
        removal_reason: t::Nullable<t::Text> => Option<String>,
        /// When the society received it.
        received_on: t::Date => NaiveDate,
        /// Known since.
        recorded_at: t::Timestamptz => DateTime<Utc>,
        /// Known until.
        superseded_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// As-of day of the last confirmation that found the person a dependent.
        last_confirmed_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// Recognised on the day asked for.
        is_covered: t::Bool => bool,
        /// Protected (支援措置) today, or somebody of the household is.
        is_protected: t::Bool => bool,
    }
}
impl Subject for DependentRow {
    fn facts(&self) -> Facts {
        let facts =
            Facts::of("Dependent", self.dependent_id).about(self.person_id).protected(self.is_protected);
        if self.is_covered { facts.in_employer(self.employer_id) } else { facts }
    }
    fn people(&self) -> Vec<Uuid> {
        vec![self.person_id, self.insured_id]
    }
    fn classes(&self) -> &'static [&'static str] {
        // where a protected person is leaves for few: that is noted when they are asked for
        let tells_place = self.resident_postal_code.is_some() || self.resident_address.is_some();
        if tells_place && !self.is_protected {
            &["identity", "contact", "family"]
        } else {
            &["identity", "family"]
        }
    }
}
