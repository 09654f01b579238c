//! SQL of premiums that were not paid.
use super::model::DefaultRow;
use crate::{
    domain::approvals::{self, RegistrationState},
    kernel::{Guarded, Operation, Permit, Problem, Tx, asked::NOW},
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// Premiums that were not paid with the second person's look at them; `at` names the parameter of the instant, null for now.
fn defaults(at: &str) -> String {
    let standing = approvals::standing(at);
    format!(
        "select d.id, d.person_id, d.premium, d.due_on, d.acquired_on, \
         (a.requested_at at time zone 'Asia/Tokyo')::date as asked_on, a.requested_at, {standing} \
         from voluntary_default d join approval a on a.kind = 'voluntary_default' and a.subject_id = d.id \
           and ({at} is null or a.requested_at <= {at})"
    )
}

/// Writes a premium that was not paid, of a person who is held: which, its due day, and since when the cover is.
/// # Errors
/// 409 `already-exists` when one of the person waits.
pub fn insert<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    (id, person): (Uuid, Uuid),
    (premium, due_on, acquired_on): (&str, NaiveDate, NaiveDate),
) -> Result<(), Problem> {
    let waits: Option<approvals::Waiting> = sql_query(
        "select d.id from voluntary_default d join approval a on a.kind = 'voluntary_default' and a.subject_id = d.id \
         where d.person_id = $1 and a.state = 'requested' limit 1",
    )
    .bind::<t::Uuid, _>(person)
    .get_result(tx.conn())
    .optional()?;
    if let Some(waits) = waits {
        return Err(waits.stands_before());
    }
    sql_query(
        "insert into voluntary_default (id, person_id, premium, due_on, acquired_on) values ($1, $2, $3, $4, $5)",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Uuid, _>(person)
    .bind::<t::Text, _>(premium)
    .bind::<t::Date, _>(due_on)
    .bind::<t::Date, _>(acquired_on)
    .execute(tx.conn())?;
    Ok(())
}
/// A premium that was not paid.
/// # Errors
/// 404 when there is none.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<DefaultRow>, Problem> {
    let row = sql_query(format!("{} where d.id = $1", defaults(NOW)))
        .bind::<t::Uuid, _>(id)
        .get_result(tx.conn())?;
    Ok(Guarded::new(row))
}
/// As [`find`], as just written.
/// # Errors
/// Database errors.
pub fn written<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, id: Uuid) -> Result<DefaultRow, Problem> {
    Ok(sql_query(format!("{} where d.id = $1", defaults(NOW)))
        .bind::<t::Uuid, _>(id)
        .get_result(tx.conn())?)
}
/// Those that stand so, as known at an instant or now, newest first, asked for before one of them (the nil id: from the newest on).
/// # Errors
/// Database errors.
pub fn list(
    tx: &mut Tx<'_>,
    (state, known_at): (Option<RegistrationState>, Option<DateTime<Utc>>),
    before: Uuid,
    limit: i64,
) -> Result<Guarded<Vec<DefaultRow>>, Problem> {
    let rows = sql_query(format!(
        "select * from ({}) d where ($1::text is null or state = $1) and ($2 = $3 or id < $2) order by id desc limit $4",
        defaults("$5")
    ))
    .bind::<t::Nullable<t::Text>, _>(state.map(RegistrationState::word))
    .bind::<t::Uuid, _>(before)
    .bind::<t::Uuid, _>(Uuid::nil())
    .bind::<t::BigInt, _>(limit)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(tx.conn())?;
    Ok(Guarded::new(rows))
}
