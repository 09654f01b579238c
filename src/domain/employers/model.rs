//! Rows of employers.
use crate::kernel::{Facts, Subject};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types as t;
use uuid::Uuid;

crate::row! {
    /// One version of the facts of an employer.
    pub struct EmployerRow {
        /// Immutable id.
        employer_id: t::Uuid => Uuid,
        /// Counts changes; the ETag.
        version: t::Integer => i32,
        /// Valid from (JST day).
        valid_from: t::Date => NaiveDate,
        /// Valid until, exclusive.
        valid_to: t::Nullable<t::Date> => Option<NaiveDate>,
        /// 記号.
        symbol: t::Text => String,
        /// 健保組合の事業所番号.
        society_number: t::Text => String,
        /// Pension-office prefecture code.
        prefecture_code: t::Nullable<t::Text> => Option<String>,
        /// 郡市区符号.
        district_code: t::Nullable<t::Text> => Option<String>,
        /// 事業所記号.
        office_symbol: t::Nullable<t::Text> => Option<String>,
        /// 事業所番号.
        office_number: t::Nullable<t::Text> => Option<String>,
        /// Name.
        name: t::Text => String,
        /// Reading.
        name_kana: t::Nullable<t::Text> => Option<String>,
        /// Postal code.
        postal_code: t::Nullable<t::Text> => Option<String>,
        /// Address.
        address: t::Nullable<t::Text> => Option<String>,
        /// 事業主氏名.
        owner_name: t::Nullable<t::Text> => Option<String>,
        /// Phone.
        phone: t::Nullable<t::Text> => Option<String>,
        /// SHFD files are taken.
        accepts_pension_layout: t::Bool => bool,
        /// Pre-check window in days: 0 or 14.
        early_filing_days: t::SmallInt => i16,
        /// 本支部コード.
        branch_office_code: t::Nullable<t::Text> => Option<String>,
        /// Known since.
        recorded_at: t::Timestamptz => DateTime<Utc>,
        /// Known until.
        superseded_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
    }
}
impl Subject for EmployerRow {
    fn facts(&self) -> Facts {
        Facts::of("Employer", self.employer_id).in_employer(self.employer_id)
    }
}
/// History of one employer: admitted as a whole.
impl Subject for Vec<EmployerRow> {
    fn facts(&self) -> Facts {
        let id = self.first().map_or(Uuid::nil(), |r| r.employer_id);
        Facts::of("Employer", id).in_employer(id)
    }
}

/// Facts of an employer to be recorded.
#[derive(Clone, Debug)]
pub struct EmployerFacts {
    /// Valid from (JST day).
    pub valid_from: NaiveDate,
    /// 記号.
    pub symbol: String,
    /// 健保組合の事業所番号.
    pub society_number: String,
    /// Office as pension files name it: prefecture, district, symbol, number.
    pub office: [Option<String>; 4],
    /// Name.
    pub name: String,
    /// Reading.
    pub name_kana: Option<String>,
    /// Postal code.
    pub postal_code: Option<String>,
    /// Address.
    pub address: Option<String>,
    /// 事業主氏名.
    pub owner_name: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// SHFD files are taken.
    pub accepts_pension_layout: bool,
    /// Pre-check window in days: 0 or 14.
    pub early_filing_days: i16,
    /// 本支部コード.
    pub branch_office_code: Option<String>,
}
impl From<EmployerRow> for EmployerFacts {
    fn from(r: EmployerRow) -> Self {
        Self {
            valid_from: r.valid_from,
            symbol: r.symbol,
            society_number: r.society_number,
            office: [r.prefecture_code, r.district_code, r.office_symbol, r.office_number],
            name: r.name,
            name_kana: r.name_kana,
            postal_code: r.postal_code,
            address: r.address,
            owner_name: r.owner_name,
            phone: r.phone,
            accepts_pension_layout: r.accepts_pension_layout,
            early_filing_days: r.early_filing_days,
            branch_office_code: r.branch_office_code,
        }
    }
}
