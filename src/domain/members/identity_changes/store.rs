//! SQL of changes of names and contact details that were asked for.
use super::{
    super::store::sheltered_on,
    model::{IdentityChangeRow, Stated},
};
use crate::{
    domain::approvals::{self, RegistrationState},
    kernel::{Guarded, Operation, Permit, Problem, Tx, asked::NOW},
};
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension, QueryResult, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// Changes with the second person's look at them; `today` names the parameter of today, `at` that of the instant, null for now.
fn changes(today: &str, at: &str) -> String {
    let (sheltered, standing) = (sheltered_on("c.person_id", today), approvals::standing(at));
    format!(
        "select c.id, c.person_id, c.stated, c.person_version, (a.requested_at at time zone 'Asia/Tokyo')::date as asked_on, \
         a.requested_at, {standing}, {sheltered} as is_protected \
         from identity_change c join approval a on a.kind = 'identity_change' and a.subject_id = c.id \
           and ({at} is null or a.requested_at <= {at})"
    )
}
/// Writes what is asked for, of a person who is held and changed so often by now.
/// # Errors
/// 409 `already-exists` when a change of the same kind of the person waits.
pub fn insert<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    (id, person, version): (Uuid, Uuid, i32),
    stated: &Stated,
) -> Result<(), Problem> {
    let waits: Option<approvals::Waiting> = sql_query(
        "select c.id from identity_change c join approval a on a.kind = 'identity_change' and a.subject_id = c.id \
         where c.person_id = $1 and c.kind = $2 and a.state = 'requested' limit 1",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Text, _>(stated.word())
    .get_result(tx.conn())
    .optional()?;
    if let Some(waits) = waits {
        return Err(waits.stands_before());
    }
    sql_query("insert into identity_change (id, person_id, kind, stated, person_version) values ($1, $2, $3, $4, $5)")
        .bind::<t::Uuid, _>(id)
        .bind::<t::Uuid, _>(person)
        .bind::<t::Text, _>(stated.word())
        .bind::<t::Jsonb, _>(stated.stored()?)
        .bind::<t::Integer, _>(version)
        .execute(tx.conn())?;
    Ok(())
}
/// A change that was asked for.
/// # Errors
/// 404 when there is none.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<IdentityChangeRow>, Problem> {
    Ok(Guarded::new(one(tx, id)?))
}
/// As [`find`], as just written.
/// # Errors
/// Database errors.
pub fn written<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    id: Uuid,
) -> Result<IdentityChangeRow, Problem> {
    Ok(one(tx, id)?)
}
fn one(tx: &mut Tx<'_>, id: Uuid) -> QueryResult<IdentityChangeRow> {
    let today = tx.today();
    sql_query(format!("{} where c.id = $1", changes("$2", NOW)))
        .bind::<t::Uuid, _>(id)
        .bind::<t::Date, _>(today)
        .get_result(tx.conn())
}
/// Changes that stand so, as known at an instant or now, newest first, asked for before one of them (the nil id: from the newest on).
/// # Errors
/// Database errors.
pub fn list(
    tx: &mut Tx<'_>,
    (state, known_at): (Option<RegistrationState>, Option<DateTime<Utc>>),
    before: Uuid,
    limit: i64,
) -> Result<Guarded<Vec<IdentityChangeRow>>, Problem> {
    let today = tx.today();
    let rows = sql_query(format!(
        "select * from ({}) c where ($1::text is null or state = $1) and ($2 = $3 or id < $2) order by id desc limit $4",
        changes("$5", "$6")
    ))
    .bind::<t::Nullable<t::Text>, _>(state.map(RegistrationState::word))
    .bind::<t::Uuid, _>(before)
    .bind::<t::Uuid, _>(Uuid::nil())
    .bind::<t::BigInt, _>(limit)
    .bind::<t::Date, _>(today)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(tx.conn())?;
    Ok(Guarded::new(rows))
}
