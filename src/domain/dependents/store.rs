//! SQL that reads dependents.
use super::model::DependentRow;
use crate::kernel::{Guarded, Problem, Tx};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

const COLUMNS: &str = "d.dependent_id, d.person_id, p.version, p.number_state, p.number_reason, d.insured_id, d.employer_id, \
     i.name, i.name_kana, i.birth_on, i.sex, i.resident_postal_code, i.resident_address, d.branch, d.relationship, \
     d.lives_together, d.recognised_on, d.recognition_reason, d.removed_on, d.removal_reason, d.received_on, d.recorded_at, \
     d.superseded_at, (d.removed_on is null or d.removed_on > $1) as is_covered";
const KNOWN_NOW: &str = "superseded_at is null";
const KNOWN_THEN: &str = "recorded_at <= $3 and (superseded_at is null or superseded_at > $3)";

fn joined(known: &str) -> String {
    format!(
        "from (select * from dependency where {known}) d join person p on p.id = d.person_id \
         join lateral (select * from person_identity where person_id = d.person_id and {known} and valid_from <= $1 \
                       and (valid_to is null or valid_to > $1) order by valid_from desc limit 1) i on true"
    )
}
/// The dependent as of a day; `known_at` answers what was known then.
/// # Errors
/// 404 when there is none.
pub fn find(
    tx: &mut Tx<'_>,
    id: Uuid,
    as_of: NaiveDate,
    known_at: Option<DateTime<Utc>>,
) -> Result<Guarded<DependentRow>, Problem> {
    let known = if known_at.is_some() { KNOWN_THEN } else { KNOWN_NOW };
    let query = sql_query(format!(
        "select {COLUMNS} {} where d.dependent_id = $2 and d.recognised_on <= $1 limit 1",
        joined(known)
    ))
    .bind::<t::Date, _>(as_of)
    .bind::<t::Uuid, _>(id);
    let row: DependentRow = match known_at {
        Some(at) => query.bind::<t::Timestamptz, _>(at).get_result(tx.conn())?,
        None => query.get_result(tx.conn())?,
    };
    Ok(Guarded::new(row))
}
/// Dependents recognised under an insured person on a day.
/// # Errors
/// Database errors.
pub fn under(
    tx: &mut Tx<'_>,
    insured: Uuid,
    as_of: NaiveDate,
) -> Result<Guarded<Vec<DependentRow>>, Problem> {
    Ok(Guarded::new(
        sql_query(format!(
            "select {COLUMNS} {} where d.insured_id = $2 and d.recognised_on <= $1 and (d.removed_on is null or d.removed_on > $1) \
             order by d.branch limit 100",
            joined(KNOWN_NOW)
        ))
        .bind::<t::Date, _>(as_of)
        .bind::<t::Uuid, _>(insured)
        .load(tx.conn())?,
    ))
}
/// Every version of a dependency; asked for after it was admitted.
/// # Errors
/// Database errors.
pub fn versions(tx: &mut Tx<'_>, d: &DependentRow, today: NaiveDate) -> Result<Vec<DependentRow>, Problem> {
    Ok(sql_query(format!(
        "select {COLUMNS} from dependency d join person p on p.id = d.person_id \
         join lateral (select * from person_identity where person_id = d.person_id and superseded_at is null \
                       and valid_from <= $1 order by valid_from desc limit 1) i on true \
         where d.dependent_id = $2 order by d.recorded_at desc limit 500"
    ))
    .bind::<t::Date, _>(today)
    .bind::<t::Uuid, _>(d.dependent_id)
    .load(tx.conn())?)
}
