//! SQL of reviews.
use super::super::{model::UseRow, words::ReviewFinding};
use crate::kernel::{Operation, Permit, Problem, Tx};
use diesel::{RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// What a review goes by, of these people.
/// # Errors
/// Database errors.
pub fn uses(tx: &mut Tx<'_>, users: &[Uuid]) -> Result<Vec<UseRow>, Problem> {
    Ok(sql_query(
        "select u.id as user_id, l.locked_at, g.last as last_linkage_at, r.id as review_id, r.reasons, r.finding, r.note, r.reviewed_by, \
           r.reviewed_at \
         from unnest($1) as u (id) \
         left join user_lock l on l.user_id = u.id and l.released_at is null \
         left join lateral (select max(granted_at) as last from number_grant g where g.user_id = u.id) g on true \
         left join lateral (select * from user_review r where r.user_id = u.id order by r.reviewed_at desc limit 1) r on true",
    )
    .bind::<t::Array<t::Uuid>, _>(users)
    .load(tx.conn())?)
}
/// Writes what the caller found.
/// # Errors
/// Database errors, also when it is the caller's own id.
pub fn insert_review<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    user: Uuid,
    reasons: &[&str],
    (finding, note): (ReviewFinding, &str),
) -> Result<Uuid, Problem> {
    let (id, by, now) = (Uuid::now_v7(), tx.actor()?.id, tx.now());
    sql_query(
        "insert into user_review (id, user_id, reasons, finding, note, reviewed_by, reviewed_at) values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Uuid, _>(user)
    .bind::<t::Array<t::Text>, _>(reasons)
    .bind::<t::Text, _>(finding.word())
    .bind::<t::Text, _>(note)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Timestamptz, _>(now)
    .execute(tx.conn())?;
    Ok(id)
}
