//! SQL that reads insured persons. Three texts that differ only in which knowledge they use.
use super::model::{EnrolmentVersion, IdentityVersion, MemberRow};
use crate::kernel::{
    Guarded, Operation, Permit, Problem, RowScope, Tx,
    db::{Bind, Fixed},
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{PgConnection, QueryResult, RunQueryDsl, sql_query, sql_types as t};
use std::sync::LazyLock;
use uuid::Uuid;

pub(super) const COLUMNS: &str = "p.id as person_id, p.version, p.number_state, p.number_reason, i.name, i.name_kana, i.birth_on, \
     i.sex, i.resident_postal_code, i.resident_address, i.contact_postal_code, i.contact_address, i.phone, e.employer_id, \
     e.enrolment_type, e.symbol, e.number, e.branch, e.office_number, e.acquired_on, e.acquisition_reason, \
     e.acquisition_received_on, e.planned_loss_on, e.lost_on, e.loss_reason, e.loss_received_on, e.short_time_worker, (e.lost_on is null or e.lost_on > $1) as is_covered";
/// Rows known now; `$1` is the day.
const KNOWN_NOW: &str = "superseded_at is null";
/// Rows known at `$3`.
const KNOWN_THEN: &str = "recorded_at <= $3 and (superseded_at is null or superseded_at > $3)";

fn joined(known: &str) -> String {
    format!(
        "from person p \
         join lateral (select * from enrolment where person_id = p.id and {known} and acquired_on <= $1 \
                       order by acquired_on desc limit 1) e on true \
         join lateral (select * from person_identity where person_id = p.id and {known} and valid_from <= $1 \
                       and (valid_to is null or valid_to > $1) order by valid_from desc limit 1) i on true"
    )
}

/// The insured person as of a day; `known_at` answers what was known then.
/// # Errors
/// 404 when there is none.
pub fn find(
    tx: &mut Tx<'_>,
    id: Uuid,
    as_of: NaiveDate,
    known_at: Option<DateTime<Utc>>,
) -> Result<Guarded<MemberRow>, Problem> {
    let known = if known_at.is_some() { KNOWN_THEN } else { KNOWN_NOW };
    let query = sql_query(format!("select {COLUMNS} {} where p.id = $2", joined(known)))
        .bind::<t::Date, _>(as_of)
        .bind::<t::Uuid, _>(id);
    let row: MemberRow = match known_at {
        Some(at) => query.bind::<t::Timestamptz, _>(at).get_result(tx.conn())?,
        None => query.get_result(tx.conn())?,
    };
    Ok(Guarded::new(row))
}
/// The insured person, locked for a change.
/// # Errors
/// 404 when there is none.
pub fn lock(tx: &mut Tx<'_>, id: Uuid, as_of: NaiveDate) -> Result<Guarded<MemberRow>, Problem> {
    sql_query("select id from person where id = $1 for update").bind::<t::Uuid, _>(id).execute(tx.conn())?;
    find(tx, id, as_of, None)
}
/// The insured person as just written.
/// # Errors
/// Database errors.
pub fn written<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, id: Uuid) -> Result<MemberRow, Problem> {
    let today = tx.today();
    find_many(tx.conn(), &[id], today)?.pop().ok_or_else(Problem::not_found)
}
/// As of a day, as known now, many at once: for the coalescing reader.
pub(super) fn find_many(
    conn: &mut PgConnection,
    ids: &[Uuid],
    as_of: NaiveDate,
) -> QueryResult<Vec<MemberRow>> {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        format!("select {COLUMNS} {} where p.id = any(?)", joined(KNOWN_NOW).replace("$1", "?"))
    });
    let day = || Bind::Day(as_of);
    Fixed::new(&TEXT, vec![day(), day(), day(), Bind::Ids(ids.to_vec())]).load(conn)
}

/// Filters of the list.
pub struct Filter {
    /// As of this day.
    pub as_of: NaiveDate,
    /// Of this employer.
    pub employer: Option<Uuid>,
    /// Reading starts with (folded).
    pub kana: Option<String>,
    /// 記号.
    pub symbol: Option<String>,
    /// 番号.
    pub number: Option<String>,
    /// Insured or not any more.
    pub is_insured: Option<bool>,
}
/// One page of insured persons by id.
/// # Errors
/// Database errors.
pub fn list(
    tx: &mut Tx<'_>,
    scope: &RowScope,
    f: &Filter,
    after: Uuid,
    limit: i64,
) -> Result<Guarded<Vec<MemberRow>>, Problem> {
    let like = f.kana.as_ref().map(|k| format!("{}%", k.replace(['%', '_', '\\'], "")));
    let rows = sql_query(format!(
        "select {COLUMNS} {} where p.id > $2 \
           and ($3::uuid[] is null or (e.employer_id = any($3) and (e.lost_on is null or e.lost_on > $1))) and ($4::uuid is null or e.employer_id = $4) \
           and ($5::text is null or i.kana_search like $5) and ($6::text is null or e.symbol = $6) \
           and ($7::text is null or e.number = $7) \
           and ($8::boolean is null or (e.lost_on is null or e.lost_on > $1) = $8) \
         order by p.id limit $9",
        joined(KNOWN_NOW)
    ))
    .bind::<t::Date, _>(f.as_of)
    .bind::<t::Uuid, _>(after)
    .bind::<t::Nullable<t::Array<t::Uuid>>, _>(scope.employers())
    .bind::<t::Nullable<t::Uuid>, _>(f.employer)
    .bind::<t::Nullable<t::Text>, _>(like)
    .bind::<t::Nullable<t::Text>, _>(f.symbol.as_deref())
    .bind::<t::Nullable<t::Text>, _>(f.number.as_deref())
    .bind::<t::Nullable<t::Bool>, _>(f.is_insured)
    .bind::<t::BigInt, _>(limit)
    .load(tx.conn())?;
    Ok(Guarded::new(rows))
}
/// Every version of the identity; asked for after the member was admitted.
/// # Errors
/// Database errors.
pub fn identities(tx: &mut Tx<'_>, m: &MemberRow) -> Result<Vec<IdentityVersion>, Problem> {
    Ok(sql_query(
        "select name, name_kana, birth_on, sex, resident_postal_code, resident_address, contact_postal_code, contact_address, \
         phone, change_reason, received_on, valid_from, valid_to, recorded_at, superseded_at \
         from person_identity where person_id = $1 order by valid_from desc, recorded_at desc limit 500",
    )
    .bind::<t::Uuid, _>(m.person_id)
    .load(tx.conn())?)
}
/// Every version of the enrolments; asked for after the member was admitted.
/// # Errors
/// Database errors.
pub fn enrolments(tx: &mut Tx<'_>, m: &MemberRow) -> Result<Vec<EnrolmentVersion>, Problem> {
    Ok(sql_query(
        "select enrolment_id, employer_id, enrolment_type, symbol, number, branch, acquired_on, acquisition_reason, lost_on, \
         loss_reason, recorded_at, superseded_at \
         from enrolment where person_id = $1 order by acquired_on desc, recorded_at desc limit 500",
    )
    .bind::<t::Uuid, _>(m.person_id)
    .load(tx.conn())?)
}
