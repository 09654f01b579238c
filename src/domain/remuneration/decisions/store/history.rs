//! SQL of what a loss ended or took back: decisions, payments and other offices as they were known before it.
use super::super::model::{LiveRow, PaymentRow};
use crate::{
    domain::members::{self, OfficeRow},
    kernel::Problem,
    values::month::Month,
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{PgConnection, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// Known before the instant `$2`, and closed then or later.
const BEFORE: &str = "(superseded_at = $2 or recorded_at <= $2 and superseded_at > $2)";

/// Decisions of a person from a month on; the newest first.
/// # Errors
/// Database errors.
pub fn decisions_before(
    conn: &mut PgConnection,
    person: Uuid,
    at: DateTime<Utc>,
    from: Month,
) -> Result<Vec<LiveRow>, Problem> {
    let ids = members::ids_of("$1");
    Ok(sql_query(format!(
        "select {} from standard_remuneration where person_id in {ids} and {BEFORE} and applies_from >= $3 \
         order by recorded_at desc, applies_until desc nulls first, row_id desc",
        super::LIVE
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Timestamptz, _>(at)
    .bind::<t::Date, _>(from.first_day())
    .load(conn)?)
}
/// Payments of bonuses from a day on; the newest first.
/// # Errors
/// Database errors.
pub fn payments_before(
    conn: &mut PgConnection,
    person: Uuid,
    at: DateTime<Utc>,
    from: NaiveDate,
) -> Result<Vec<PaymentRow>, Problem> {
    let ids = members::ids_of("$1");
    Ok(sql_query(format!(
        "select {} from bonus_payment where person_id in {ids} and {BEFORE} and paid_on >= $3 \
         order by recorded_at desc, row_id desc",
        super::bonuses::PAYMENT
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Timestamptz, _>(at)
    .bind::<t::Date, _>(from)
    .load(conn)?)
}
/// Other offices, but those that end on the day of the loss; the newest first.
/// # Errors
/// Database errors.
pub fn offices_before(
    conn: &mut PgConnection,
    person: Uuid,
    at: DateTime<Utc>,
    lost_on: NaiveDate,
) -> Result<Vec<OfficeRow>, Problem> {
    let ids = members::ids_of("$1");
    Ok(sql_query(format!(
        "select office_id, employer_id, name, office_number, from_on, until_on, monthly_yen, received_on, recorded_at, source \
         from concurrent_office where person_id in {ids} and {BEFORE} and until_on is distinct from $3 \
         order by recorded_at desc, row_id desc"
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Timestamptz, _>(at)
    .bind::<t::Date, _>(lost_on)
    .load(conn)?)
}
