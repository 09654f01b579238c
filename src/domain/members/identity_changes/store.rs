//! SQL of changes of names and contact details that were asked for.
use super::{
    super::store::sheltered_on,
    model::{IdentityChangeRow, Stated},
};
use crate::{
    domain::approvals::RegistrationState,
    kernel::{Guarded, Operation, Permit, Problem, Tx},
};
use diesel::{QueryResult, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// Changes with the second person's look at them; `today` names the parameter of today.
fn changes(today: &str) -> String {
    format!(
        "select c.id, c.person_id, c.stated, c.person_version, (a.requested_at at time zone 'Asia/Tokyo')::date as asked_on, \
         a.state, a.requested_at, a.decided_at, {} as is_protected \
         from identity_change c join approval a on a.kind = 'identity_change' and a.subject_id = c.id",
        sheltered_on("c.person_id", today)
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
    let waits = sql_query(
        "select from identity_change c join approval a on a.kind = 'identity_change' and a.subject_id = c.id \
         where c.person_id = $1 and c.kind = $2 and a.state = 'requested' limit 1",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Text, _>(stated.word())
    .execute(tx.conn())?;
    if waits > 0 {
        return Err(Problem::conflict(
            "already-exists",
            "同じ種類の変更が承認を待っています",
            "A change of this kind waits for the second person already",
        ));
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
    sql_query(format!("{} where c.id = $1", changes("$2")))
        .bind::<t::Uuid, _>(id)
        .bind::<t::Date, _>(today)
        .get_result(tx.conn())
}
/// Changes that stand so, newest first, asked for before one of them (the nil id: from the newest on).
/// # Errors
/// Database errors.
pub fn list(
    tx: &mut Tx<'_>,
    state: Option<RegistrationState>,
    before: Uuid,
    limit: i64,
) -> Result<Guarded<Vec<IdentityChangeRow>>, Problem> {
    let today = tx.today();
    let rows = sql_query(format!(
        "{} where ($1::text is null or a.state = $1) and ($2 = $3 or c.id < $2) order by c.id desc limit $4",
        changes("$5")
    ))
    .bind::<t::Nullable<t::Text>, _>(state.map(RegistrationState::word))
    .bind::<t::Uuid, _>(before)
    .bind::<t::Uuid, _>(Uuid::nil())
    .bind::<t::BigInt, _>(limit)
    .bind::<t::Date, _>(today)
    .load(tx.conn())?;
    Ok(Guarded::new(rows))
}
