//! SQL of what a loss ended or took back: decisions, payments and other offices as they were known before it; and of what gave way to
//! another cover.
use super::super::model::{LiveRow, PaymentRow};
use crate::{
    domain::{
        members::{self, OfficeRow},
        remuneration::corrections::CLOSED_BY,
    },
    kernel::Problem,
    values::month::Month,
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{PgConnection, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// Decisions of a person from a month on; the newest first.
/// # Errors
/// Database errors.
pub fn decisions_before(
    conn: &mut PgConnection,
    person: Uuid,
    at: &[DateTime<Utc>],
    from: Month,
) -> Result<Vec<LiveRow>, Problem> {
    let ids = members::ids_of("$1");
    Ok(sql_query(format!(
        "select {} from standard_remuneration where person_id in {ids} and {CLOSED_BY} and applies_from >= $3 \
         order by recorded_at desc, applies_until desc nulls first, row_id desc",
        super::LIVE
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Array<t::Timestamptz>, _>(at)
    .bind::<t::Date, _>(from.first_day())
    .load(conn)?)
}
/// Payments of bonuses from a day on; the newest first.
/// # Errors
/// Database errors.
pub fn payments_before(
    conn: &mut PgConnection,
    person: Uuid,
    at: &[DateTime<Utc>],
    from: NaiveDate,
) -> Result<Vec<PaymentRow>, Problem> {
    let ids = members::ids_of("$1");
    Ok(sql_query(format!(
        "select {} from bonus_payment where person_id in {ids} and {CLOSED_BY} and paid_on >= $3 \
         order by recorded_at desc, row_id desc",
        super::bonuses::PAYMENT
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Array<t::Timestamptz>, _>(at)
    .bind::<t::Date, _>(from)
    .load(conn)?)
}
/// Other offices, but those that end on the day of the loss; the newest first.
/// # Errors
/// Database errors.
pub fn offices_before(
    conn: &mut PgConnection,
    person: Uuid,
    at: &[DateTime<Utc>],
    lost_on: NaiveDate,
) -> Result<Vec<OfficeRow>, Problem> {
    let ids = members::ids_of("$1");
    Ok(sql_query(format!(
        "select office_id, employer_id, name, office_number, from_on, until_on, monthly_yen, received_on, recorded_at, source \
         from concurrent_office where person_id in {ids} and {CLOSED_BY} and until_on is distinct from $3 \
         order by recorded_at desc, row_id desc"
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Array<t::Timestamptz>, _>(at)
    .bind::<t::Date, _>(lost_on)
    .load(conn)?)
}
/// Decisions of other covers that gave way to a cover: made before it was recorded, and closed last when it or a correction of it was; or
/// closed when the ids of both covers were merged (名寄せ), where they began in the first month of the cover or later. The newest first.
/// # Errors
/// Database errors.
pub fn gave_way_to(conn: &mut PgConnection, person: Uuid, enrolment: Uuid) -> Result<Vec<LiveRow>, Problem> {
    let ids = members::ids_of("$1");
    Ok(sql_query(format!(
        "select {} from (select distinct on (decision_id) * from standard_remuneration where person_id in {ids} \
             order by decision_id, superseded_at desc nulls first, recorded_at desc) s \
         where superseded_at = any(array(select recorded_at from enrolment where person_id in {ids} and enrolment_id = $2)) \
           and exists (select from standard_remuneration o where o.person_id in {ids} and o.decision_id = s.decision_id \
             and o.recorded_at < (select min(recorded_at) from enrolment where person_id in {ids} and enrolment_id = $2)) \
           or superseded_at = any(array(select decided_at from person_merge where surviving_id = $1 and state = 'merged')) \
           and applies_from >= (select date_trunc('month', min(acquired_on)::timestamp)::date from enrolment \
             where person_id in {ids} and enrolment_id = $2) \
         order by superseded_at desc, recorded_at desc, row_id desc",
        super::LIVE
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Uuid, _>(enrolment)
    .load(conn)?)
}
