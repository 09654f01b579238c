//! SQL of withdrawals.
use super::model::{WithdrawalRow, WithdrawalState};
use crate::kernel::{Guarded, Operation, Permit, Problem, Tx};
use chrono::{DateTime, Utc};
use diesel::{RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

const WITHDRAWAL: &str = "select w.id, w.decision_id, s.person_id, w.reason, w.state, w.requested_at, w.decided_at \
     from remuneration_withdrawal w join lateral (select person_id from standard_remuneration where decision_id = w.decision_id \
       order by superseded_at desc nulls first, recorded_at desc limit 1) s on true";

/// Writes what was asked for.
/// # Errors
/// 409 `already-exists` when a withdrawal of the decision waits or was done.
pub fn request<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    (id, decision): (Uuid, Uuid),
    reason: &str,
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "insert into remuneration_withdrawal (id, decision_id, reason, state, requested_by, requested_at) \
         values ($1, $2, $3, 'requested', $4, $5)",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Uuid, _>(decision)
    .bind::<t::Text, _>(reason)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok(())
}
/// A withdrawal, held until the end of the transaction.
/// # Errors
/// 404 when there is none.
pub fn lock(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<WithdrawalRow>, Problem> {
    let row = sql_query(format!("{WITHDRAWAL} where w.id = $1 for update of w"))
        .bind::<t::Uuid, _>(id)
        .get_result(tx.conn())?;
    Ok(Guarded::new(row))
}
/// The withdrawal as just written.
/// # Errors
/// Database errors.
pub fn written<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, id: Uuid) -> Result<WithdrawalRow, Problem> {
    Ok(sql_query(format!("{WITHDRAWAL} where w.id = $1")).bind::<t::Uuid, _>(id).get_result(tx.conn())?)
}
/// Withdrawals that stand so, newest first, asked for before one of them (the nil id: from the newest on); as known now or at an instant.
/// # Errors
/// Database errors.
pub fn list(
    tx: &mut Tx<'_>,
    (state, known_at): (Option<WithdrawalState>, Option<DateTime<Utc>>),
    before: Uuid,
    limit: i64,
) -> Result<Guarded<Vec<WithdrawalRow>>, Problem> {
    let rows = sql_query(
        "select w.id, w.decision_id, s.person_id, w.reason, w.state, w.requested_at, w.decided_at from ( \
           select id, decision_id, reason, requested_at, case when decided_at > $5 then 'requested' else state end as state, \
             case when decided_at > $5 then null else decided_at end as decided_at \
           from remuneration_withdrawal where $5 is null or requested_at <= $5) w \
         join lateral (select person_id from standard_remuneration where decision_id = w.decision_id and ($5 is null or recorded_at <= $5) \
           order by superseded_at is not null and ($5 is null or superseded_at <= $5), superseded_at desc, recorded_at desc limit 1) s on true \
         where ($1::text is null or w.state = $1) and ($2 = $3 or w.id < $2) order by w.id desc limit $4",
    )
    .bind::<t::Nullable<t::Text>, _>(state.map(WithdrawalState::word))
    .bind::<t::Uuid, _>(before)
    .bind::<t::Uuid, _>(Uuid::nil())
    .bind::<t::BigInt, _>(limit)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(tx.conn())?;
    Ok(Guarded::new(rows))
}
/// Writes what the second person said.
/// # Errors
/// Database errors.
pub fn settle<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    id: Uuid,
    state: WithdrawalState,
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "update remuneration_withdrawal set state = $2, decided_by = $3, decided_at = $4 where id = $1",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Text, _>(state.word())
    .bind::<t::Uuid, _>(by)
    .bind::<t::Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok(())
}
