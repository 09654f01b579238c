//! 二以上事業所勤務 — where an insured person works beside the office that the cover is of (健康保険法44条3項). Nothing is overwritten. Whoever
//! writes holds the person.
use super::Knowledge;
use crate::kernel::{Problem, Subject, Tx, errand::Act};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

crate::row! {
    /// An employment beside the cover.
    pub struct OfficeRow {
        /// The same over all versions of one employment.
        office_id: t::Uuid => Uuid,
        /// Employer of this society.
        employer_id: t::Nullable<t::Uuid> => Option<Uuid>,
        /// Name of an office outside it.
        name: t::Nullable<t::Text> => Option<String>,
        /// 整理番号 at an employer of this society.
        office_number: t::Nullable<t::Text> => Option<String>,
        /// First day.
        from_on: t::Date => NaiveDate,
        /// First day on which the person does not work there any more.
        until_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// 報酬月額 as first reported, yen.
        monthly_yen: t::BigInt => i64,
        /// When the society received the form.
        received_on: t::Date => NaiveDate,
        /// Known since.
        recorded_at: t::Timestamptz => DateTime<Utc>,
        /// Notification it came from.
        source: t::Nullable<t::Uuid> => Option<Uuid>,
    }
}
impl OfficeRow {
    /// The person works there on the day.
    pub fn has(&self, day: NaiveDate) -> bool {
        self.from_on <= day && self.until_on.is_none_or(|until| day < until)
    }
}
crate::row! {
    /// A person.
    pub struct Known {
        /// Who.
        id: t::Uuid => Uuid,
    }
}
/// The employments, as `o`, of the person `p` on the day `$1` at employers of this society beside the office that the cover is of, by `rows` of what
/// is known.
fn beside(rows: &str) -> String {
    format!(
        "from concurrent_office o where o.person_id = p.id and {rows} and o.employer_id is not null \
           and o.from_on <= $1 and (o.until_on is null or o.until_on > $1)"
    )
}
/// Those by what is known now as well: their employers may look at the person.
fn to_be_shown(known: &Knowledge) -> String {
    let beside = beside(known.rows);
    if known.is_now {
        return beside;
    }
    format!(
        "{beside} and exists (select from concurrent_office x where x.office_id = o.office_id and x.superseded_at is null \
           and x.from_on <= $1 and (x.until_on is null or x.until_on > $1))"
    )
}
/// The column `beside` of a [`super::super::model::MemberRow`].
pub(super) fn beside_column(known: &Knowledge) -> String {
    format!("array(select to_jsonb(o) {} order by o.from_on, o.employer_id) as beside", to_be_shown(known))
}
/// The person `p` works at one of the employers `$4` beside another one; for employers' systems (`$5`) only where they may look.
pub(super) fn is_beside(known: &Knowledge) -> String {
    format!(
        "exists (select {} and o.employer_id = any($4)) and (not $5 or exists (select {} and o.employer_id = any($4)))",
        beside(known.rows),
        to_be_shown(known)
    )
}
const COLUMNS: &str = "office_id, employer_id, name, office_number, from_on, until_on, monthly_yen, received_on, recorded_at, source";

/// The employments of a person beside the cover, as known at an instant or now, in their order.
/// # Errors
/// Database errors.
pub fn offices(
    conn: &mut PgConnection,
    person: Uuid,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<OfficeRow>, Problem> {
    Ok(sql_query(format!(
        "select {COLUMNS} from concurrent_office where person_id = $1 \
           and (superseded_at is null and $2 is null or recorded_at <= $2 and (superseded_at is null or superseded_at > $2)) \
         order by from_on, office_id limit 1000"
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(conn)?)
}
/// The last employment of a person at an employer beside a cover (its first day, and the first one without it), as known now; one beside another
/// cover, or one that is not known any more, where there is no other.
/// # Errors
/// Database errors.
pub fn last_office(
    conn: &mut PgConnection,
    person: Uuid,
    employer: Uuid,
    (from, until): (NaiveDate, Option<NaiveDate>),
) -> Result<Option<OfficeRow>, Problem> {
    let found = sql_query(format!(
        "select {COLUMNS} from concurrent_office where person_id = $1 and employer_id = $2 \
         order by superseded_at is null desc, daterange(from_on, until_on) && daterange($3, $4) desc, from_on desc, recorded_at desc \
         limit 1"
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Uuid, _>(employer)
    .bind::<t::Date, _>(from)
    .bind::<t::Nullable<t::Date>, _>(until)
    .get_result(conn)
    .optional()?;
    Ok(found)
}
/// Those of these people who have, or had, an employment beside the cover, as known now.
/// # Errors
/// Database errors.
pub fn with_offices(conn: &mut PgConnection, persons: &[Uuid]) -> Result<Vec<Uuid>, Problem> {
    let found: Vec<Known> = sql_query(
        "select distinct person_id as id from concurrent_office where person_id = any($1) and superseded_at is null",
    )
    .bind::<t::Array<t::Uuid>, _>(persons)
    .load(conn)?;
    Ok(found.into_iter().map(|k| k.id).collect())
}
/// As `offices`; asked for after the person was admitted.
/// # Errors
/// Database errors.
pub fn offices_of<S: Subject>(
    tx: &mut Tx<'_>,
    of: &S,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<OfficeRow>, Problem> {
    match of.facts().person {
        Some(person) => offices(tx.conn(), person, known_at),
        None => Ok(Vec::new()),
    }
}
/// Writes a version of an employment in the place of what was known of it.
/// # Errors
/// Database errors.
pub fn put_office(conn: &mut PgConnection, act: &Act, person: Uuid, o: &OfficeRow) -> Result<(), Problem> {
    close_office(conn, act, o.office_id)?;
    sql_query(
        "insert into concurrent_office (row_id, office_id, person_id, employer_id, name, office_number, from_on, until_on, \
           monthly_yen, received_on, recorded_at, recorded_by, source) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(o.office_id)
    .bind::<t::Uuid, _>(person)
    .bind::<t::Nullable<t::Uuid>, _>(o.employer_id)
    .bind::<t::Nullable<t::Text>, _>(o.name.as_deref())
    .bind::<t::Nullable<t::Text>, _>(o.office_number.as_deref())
    .bind::<t::Date, _>(o.from_on)
    .bind::<t::Nullable<t::Date>, _>(o.until_on)
    .bind::<t::BigInt, _>(o.monthly_yen)
    .bind::<t::Date, _>(o.received_on)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Nullable<t::Uuid>, _>(o.source)
    .execute(conn)?;
    Ok(())
}
/// Closes what is known of an employment.
/// # Errors
/// Database errors.
pub fn close_office(conn: &mut PgConnection, act: &Act, office: Uuid) -> Result<(), Problem> {
    sql_query(
        "update concurrent_office set superseded_at = $2 where office_id = $1 and superseded_at is null",
    )
    .bind::<t::Uuid, _>(office)
    .bind::<t::Timestamptz, _>(act.at())
    .execute(conn)?;
    Ok(())
}
