//! Rows of insured persons.
use crate::kernel::{Facts, Subject};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    deserialize::{self, FromSql, FromSqlRow},
    pg::{Pg, PgValue},
    sql_types as t,
};
use serde::Deserialize;
use uuid::Uuid;

crate::row! {
    /// An insured person as of a day, as known at an instant: person, identity and the latest enrolment.
    pub struct MemberRow {
        /// Immutable person id.
        person_id: t::Uuid => Uuid,
        /// Counts changes; the ETag.
        version: t::Integer => i32,
        /// registered or not_registered; absent as known at an instant.
        number_state: t::Nullable<t::Text> => Option<String>,
        /// 未登録理由.
        number_reason: t::Nullable<t::Text> => Option<String>,
        /// Name as shown.
        name: t::Text => String,
        /// Reading, full width.
        name_kana: t::Text => String,
        /// Day of birth.
        birth_on: t::Date => NaiveDate,
        /// male, female, unset.
        sex: t::Text => String,
        /// 住民票住所.
        resident_postal_code: t::Nullable<t::Text> => Option<String>,
        /// 住民票住所.
        resident_address: t::Nullable<t::Text> => Option<String>,
        /// 連絡先住所.
        contact_postal_code: t::Nullable<t::Text> => Option<String>,
        /// 連絡先住所.
        contact_address: t::Nullable<t::Text> => Option<String>,
        /// Phone.
        phone: t::Nullable<t::Text> => Option<String>,
        /// Employer of the enrolment.
        employer_id: t::Uuid => Uuid,
        /// 加入区分.
        enrolment_type: t::Text => String,
        /// 記号.
        symbol: t::Text => String,
        /// 番号.
        number: t::Text => String,
        /// 枝番.
        branch: t::Text => String,
        /// 被保険者整理番号.
        office_number: t::Nullable<t::Text> => Option<String>,
        /// 資格取得年月日.
        acquired_on: t::Date => NaiveDate,
        /// 取得理由.
        acquisition_reason: t::Text => String,
        /// 取得受付年月日.
        acquisition_received_on: t::Date => NaiveDate,
        /// 喪失予定年月日.
        planned_loss_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// 資格喪失年月日: first day not covered.
        lost_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// 喪失理由.
        loss_reason: t::Nullable<t::Text> => Option<String>,
        /// 喪失受付年月日.
        loss_received_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// 短時間労働者.
        short_time_worker: t::Bool => bool,
        /// 前納区分, of 任意継続 and 特例退職.
        prepayment_code: t::Nullable<t::Text> => Option<String>,
        /// Covered on the day asked for.
        is_covered: t::Bool => bool,
        /// Where the person works that day at employers of this society beside the one of the cover (二以上事業所勤務).
        beside: t::Array<t::Jsonb> => Vec<Beside>,
        /// Protected (支援措置) today, or somebody of the household is.
        is_protected: t::Bool => bool,
    }
}
/// An employment beside the office that the cover is of, at an employer of this society.
#[derive(Clone, Debug, Deserialize, FromSqlRow)]
#[diesel(sql_type = t::Jsonb)]
pub struct Beside {
    /// Employer.
    pub employer_id: Uuid,
    /// 整理番号 there.
    pub office_number: Option<String>,
    /// First day.
    pub from_on: NaiveDate,
    /// First day on which the person does not work there any more.
    pub until_on: Option<NaiveDate>,
    /// When the society received the form.
    pub received_on: NaiveDate,
}
impl FromSql<t::Jsonb, Pg> for Beside {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        Ok(serde_json::from_value(FromSql::<t::Jsonb, Pg>::from_sql(value)?)?)
    }
}
impl Subject for MemberRow {
    fn facts(&self) -> Facts {
        let facts = Facts::of("Member", self.person_id).about(self.person_id).protected(self.is_protected);
        // an employer's right to look ends with the employment; as of a day within it, it may look still.
        if !self.is_covered {
            return facts;
        }
        self.beside
            .iter()
            .fold(facts.in_employer(self.employer_id), |facts, o| facts.in_employer(o.employer_id))
    }
    fn classes(&self) -> &'static [&'static str] {
        // where a protected person is leaves for few: that is noted when they are asked for
        if self.is_protected { &["identity", "enrolment"] } else { &["identity", "contact", "enrolment"] }
    }
}

crate::row! {
    /// A person, insured or a dependent, as far as operations on the person itself need it.
    pub struct PersonRow {
        /// Immutable person id.
        id: t::Uuid => Uuid,
        /// Counts changes; the ETag.
        version: t::Integer => i32,
        /// The id under which the records go on, after a merge.
        merged_into: t::Nullable<t::Uuid> => Option<Uuid>,
        /// When it was merged.
        merged_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Employers in whose affairs the person is today.
        employers: t::Array<t::Uuid> => Vec<Uuid>,
        /// Protected (支援措置) today.
        is_protected: t::Bool => bool,
        /// Protected today, or somebody of the household is.
        is_sheltered: t::Bool => bool,
    }
}
impl Subject for PersonRow {
    fn facts(&self) -> Facts {
        Facts {
            employers: self.employers.clone(),
            ..Facts::of("Person", self.id).about(self.id).protected(self.is_sheltered)
        }
    }
}

crate::row! {
    /// One version of an identity.
    pub struct IdentityVersion {
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
        /// 連絡先住所.
        contact_postal_code: t::Nullable<t::Text> => Option<String>,
        /// 連絡先住所.
        contact_address: t::Nullable<t::Text> => Option<String>,
        /// Phone.
        phone: t::Nullable<t::Text> => Option<String>,
        /// Why it changed.
        change_reason: t::Text => String,
        /// When the society received it.
        received_on: t::Date => NaiveDate,
        /// Valid from.
        valid_from: t::Date => NaiveDate,
        /// Valid until, exclusive.
        valid_to: t::Nullable<t::Date> => Option<NaiveDate>,
        /// Known since.
        recorded_at: t::Timestamptz => DateTime<Utc>,
        /// Known until.
        superseded_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
    }
}
impl IdentityVersion {
    /// It has an address or a phone number.
    pub fn tells_place(&self) -> bool {
        let all = [
            &self.resident_postal_code,
            &self.resident_address,
            &self.contact_postal_code,
            &self.contact_address,
            &self.phone,
        ];
        all.iter().any(|part| part.is_some())
    }
}
crate::row! {
    /// One version of an enrolment.
    pub struct EnrolmentVersion {
        /// Enrolment.
        enrolment_id: t::Uuid => Uuid,
        /// Employer.
        employer_id: t::Uuid => Uuid,
        /// 加入区分.
        enrolment_type: t::Text => String,
        /// 記号.
        symbol: t::Text => String,
        /// 番号.
        number: t::Text => String,
        /// 枝番.
        branch: t::Text => String,
        /// 資格取得年月日.
        acquired_on: t::Date => NaiveDate,
        /// 取得理由.
        acquisition_reason: t::Text => String,
        /// 資格喪失年月日.
        lost_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// 喪失理由.
        loss_reason: t::Nullable<t::Text> => Option<String>,
        /// 前納区分, of 任意継続 and 特例退職.
        prepayment_code: t::Nullable<t::Text> => Option<String>,
        /// Known since.
        recorded_at: t::Timestamptz => DateTime<Utc>,
        /// Known until.
        superseded_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
    }
}
crate::row! {
    /// A period of being insured, as known now.
    pub struct CoverRow {
        /// Enrolment.
        enrolment_id: t::Uuid => Uuid,
        /// Who.
        person_id: t::Uuid => Uuid,
        /// Where.
        employer_id: t::Uuid => Uuid,
        /// 加入区分.
        enrolment_type: t::Text => String,
        /// 記号.
        symbol: t::Text => String,
        /// 番号.
        number: t::Text => String,
        /// 資格取得年月日.
        acquired_on: t::Date => NaiveDate,
        /// 資格喪失年月日: first day not covered.
        lost_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// 喪失理由.
        loss_reason: t::Nullable<t::Text> => Option<String>,
    }
}
