//! SQL of approvals.
use super::Ruling;
use crate::kernel::{Operation, Permit, Problem, Tx};
use diesel::{OptionalExtension, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// Columns `state` and `decided_at` of an approval `a` as they stood at the instant that `at` is bound to; now where that is null.
pub fn standing(at: &str) -> String {
    format!(
        "case when a.decided_at > {at} then 'requested' else a.state end as state, \
         case when a.decided_at > {at} then null else a.decided_at end as decided_at"
    )
}
crate::row! {
    /// A request that waits for the second person.
    pub struct Open {
        /// Id.
        id: t::Uuid => Uuid,
        /// Who asked.
        requested_by: t::Uuid => Uuid,
        /// Keyed digest of what was asked for.
        digest: t::Binary => Vec<u8>,
    }
}
/// Writes a request of the caller: kind and subject, and the digest of what is asked for.
/// # Errors
/// Database errors.
pub fn insert<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    (kind, subject): (&str, Uuid),
    digest: &[u8; 32],
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "insert into approval (id, kind, subject_id, digest, state, requested_by, requested_at) \
         values ($1, $2, $3, $4, 'requested', $5, $6)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Text, _>(kind)
    .bind::<t::Uuid, _>(subject)
    .bind::<t::Binary, _>(digest.as_slice())
    .bind::<t::Uuid, _>(by)
    .bind::<t::Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok(())
}
/// The open request about a subject, locked.
/// # Errors
/// Database errors.
pub fn lock_open(tx: &mut Tx<'_>, (kind, subject): (&str, Uuid)) -> Result<Option<Open>, Problem> {
    Ok(sql_query(
        "select id, requested_by, digest from approval where kind = $1 and subject_id = $2 and state = 'requested' for update",
    )
    .bind::<t::Text, _>(kind)
    .bind::<t::Uuid, _>(subject)
    .get_result(tx.conn())
    .optional()?)
}
/// Writes what the caller says of a request.
/// # Errors
/// Database errors, also when the caller is who asked.
pub fn decide<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    id: Uuid,
    ruling: &Ruling,
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    let (state, differences) = match ruling {
        Ruling::Approve => ("approved", serde_json::json!([])),
        Ruling::Reject(differences) => ("rejected", differences.clone()),
    };
    sql_query(
        "update approval set state = $2, decided_by = $3, decided_at = $4, differences = $5 where id = $1",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Text, _>(state)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Jsonb, _>(differences)
    .execute(tx.conn())?;
    Ok(())
}
