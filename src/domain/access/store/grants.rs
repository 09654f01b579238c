//! Linkage that was switched on, and client assertions already used.
use super::super::rules::GrantWish;
use crate::kernel::{Problem, vault::LiveGrant};
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

#[derive(QueryableByName)]
struct GrantRow {
    #[diesel(sql_type = t::Uuid)]
    user_id: Uuid,
    #[diesel(sql_type = t::Uuid)]
    session_id: Uuid,
    #[diesel(sql_type = t::Text)]
    purpose: String,
    #[diesel(sql_type = t::Text)]
    reason_code: String,
    #[diesel(sql_type = t::Uuid)]
    case_id: Uuid,
    #[diesel(sql_type = t::Array<t::Uuid>)]
    persons: Vec<Uuid>,
    #[diesel(sql_type = t::Bool)]
    is_live: bool,
}
#[derive(QueryableByName)]
struct YesRow {
    #[diesel(sql_type = t::Bool)]
    yes: bool,
}

/// The record of a scoped token, judged at `now`.
/// # Errors
/// Database errors.
pub fn find_grant(
    conn: &mut PgConnection,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<LiveGrant>, Problem> {
    let row: Option<GrantRow> = sql_query(
        "select g.user_id, g.session_id, g.purpose, g.reason_code, g.case_id, g.persons, \
         (g.revoked_at is null and g.granted_at <= $2 and g.expires_at > $2 and s.ended_at is null and s.ends_at > $2) \
         as is_live from number_grant g join session s on s.id = g.session_id where g.id = $1",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Timestamptz, _>(now)
    .get_result(conn)
    .optional()?;
    Ok(row.map(|r| LiveGrant {
        user: r.user_id,
        session: r.session_id,
        purpose: r.purpose,
        reason: r.reason_code,
        case: r.case_id,
        persons: r.persons,
        is_live: r.is_live,
    }))
}
/// Switches the linkage on.
/// # Errors
/// Database errors.
pub fn insert_grant(
    conn: &mut PgConnection,
    id: Uuid,
    (session, user): (Uuid, Uuid),
    wish: &GrantWish,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), Problem> {
    sql_query(
        "insert into number_grant (id, session_id, user_id, purpose, reason_code, case_id, persons, granted_at, \
         expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Uuid, _>(session)
    .bind::<t::Uuid, _>(user)
    .bind::<t::Text, _>(&wish.purpose)
    .bind::<t::Text, _>(wish.reason.code())
    .bind::<t::Uuid, _>(wish.case)
    .bind::<t::Array<t::Uuid>, _>(&wish.members)
    .bind::<t::Timestamptz, _>(from)
    .bind::<t::Timestamptz, _>(until)
    .execute(conn)?;
    Ok(())
}
/// Switches the linkage off.
/// # Errors
/// Database errors.
pub fn revoke_grant(conn: &mut PgConnection, id: Uuid, now: DateTime<Utc>) -> Result<(), Problem> {
    sql_query("update number_grant set revoked_at = $2 where id = $1 and revoked_at is null")
        .bind::<t::Uuid, _>(id)
        .bind::<t::Timestamptz, _>(now)
        .execute(conn)?;
    Ok(())
}
/// All of these (distinct) persons are there.
/// # Errors
/// Database errors.
pub fn all_persons_exist(conn: &mut PgConnection, persons: &[Uuid]) -> Result<bool, Problem> {
    let row: YesRow = sql_query("select count(*) = cardinality($1) as yes from person where id = any($1)")
        .bind::<t::Array<t::Uuid>, _>(persons)
        .get_result(conn)?;
    Ok(row.yes)
}
/// Uses a client assertion; `false` when it was used before.
/// # Errors
/// Database errors.
pub fn use_assertion(
    conn: &mut PgConnection,
    digest: &[u8; 32],
    expires_at: DateTime<Utc>,
) -> Result<bool, Problem> {
    let used =
        sql_query("insert into used_assertion (digest, expires_at) values ($1, $2) on conflict do nothing")
            .bind::<t::Binary, _>(digest.as_slice())
            .bind::<t::Timestamptz, _>(expires_at)
            .execute(conn)?;
    Ok(used == 1)
}
