//! 資格期間 — the periods of cover of a person, each with the employer and the number under which it ran.
use crate::kernel::Problem;
use chrono::NaiveDate;
use diesel::{PgConnection, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

crate::row! {
    /// A period of cover.
    pub struct Cover {
        /// Insured person.
        person_id: t::Uuid => Uuid,
        /// Employer.
        employer_id: t::Uuid => Uuid,
        /// 記号.
        symbol: t::Text => String,
        /// 番号.
        number: t::Text => String,
        /// 枝番.
        branch: t::Text => String,
        /// 資格取得年月日.
        acquired_on: t::Date => NaiveDate,
        /// 資格喪失年月日: first day without it.
        lost_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// 強制: by an employment, and neither 任意継続 nor 特例退職.
        is_compulsory: t::Bool => bool,
    }
}
impl Cover {
    /// The day is covered.
    pub fn has(&self, day: NaiveDate) -> bool {
        self.acquired_on <= day && self.lost_on.is_none_or(|lost| day < lost)
    }
}
/// The periods of a person as known now, in their order.
/// # Errors
/// Database errors.
pub fn covers(conn: &mut PgConnection, person: Uuid) -> Result<Vec<Cover>, Problem> {
    covers_of(conn, &[person])
}
/// As `covers`, of several persons with one query.
/// # Errors
/// Database errors.
pub fn covers_of(conn: &mut PgConnection, persons: &[Uuid]) -> Result<Vec<Cover>, Problem> {
    Ok(sql_query(
        "select person_id, employer_id, symbol, number, branch, acquired_on, lost_on, enrolment_type = 'compulsory' as is_compulsory \
         from enrolment \
         where person_id = any($1) and superseded_at is null order by person_id, acquired_on, lost_on",
    )
    .bind::<t::Array<t::Uuid>, _>(persons)
    .load(conn)?)
}
/// Of the periods at an employer, the latest that began by the day; where none had begun, the first.
pub fn cover_by(covers: &[Cover], employer: Uuid, day: NaiveDate) -> Option<&Cover> {
    let there = || covers.iter().filter(|c| c.employer_id == employer);
    there().rfind(|c| c.acquired_on <= day).or_else(|| there().next())
}
