//! Sign-in attempts and sessions.
use super::super::{
    model::Session,
    refresh_token::RefreshToken,
    rules::{IDLE_SECONDS, delay_after},
};
use crate::kernel::Problem;
use chrono::{DateTime, Duration, Utc};
use diesel::{OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

#[derive(QueryableByName)]
struct DelayRow {
    #[diesel(sql_type = t::Integer)]
    failures: i32,
    #[diesel(sql_type = t::Timestamptz)]
    not_before: DateTime<Utc>,
}
#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
}
/// Failures older than this no longer delay.
const FORGIVEN_AFTER_MINUTES: i64 = 15;

/// Counts a sign-in attempt as failed before the password is looked at (success takes it back), so that attempts made at once
/// can't all pass the same count. `Err` inside: how long this id must wait.
/// # Errors
/// Database errors.
pub fn count_attempt(
    conn: &mut PgConnection,
    key: &[u8; 32],
    now: DateTime<Utc>,
) -> Result<Result<(), Duration>, Problem> {
    sql_query(
        "insert into sign_in_delay (key, failures, not_before) values ($1, 0, $2) on conflict (key) do nothing",
    )
    .bind::<t::Binary, _>(key.as_slice())
    .bind::<t::Timestamptz, _>(now)
    .execute(conn)?;
    let row: DelayRow = sql_query("select failures, not_before from sign_in_delay where key = $1 for update")
        .bind::<t::Binary, _>(key.as_slice())
        .get_result(conn)?;
    if now < row.not_before {
        return Ok(Err(row.not_before - now));
    }
    let is_old = row.not_before + Duration::minutes(FORGIVEN_AFTER_MINUTES) < now;
    let failures = if is_old { 1 } else { row.failures.saturating_add(1) };
    sql_query("update sign_in_delay set failures = $2, not_before = $3 where key = $1")
        .bind::<t::Binary, _>(key.as_slice())
        .bind::<t::Integer, _>(failures)
        .bind::<t::Timestamptz, _>(now + delay_after(failures))
        .execute(conn)?;
    Ok(Ok(()))
}
/// Forgets the failures of an id: its person signed in.
/// # Errors
/// Database errors.
pub fn forgive(conn: &mut PgConnection, key: &[u8; 32]) -> Result<(), Problem> {
    sql_query("delete from sign_in_delay where key = $1")
        .bind::<t::Binary, _>(key.as_slice())
        .execute(conn)?;
    Ok(())
}
/// Forgets what no longer counts: old failures, expired assertions.
/// # Errors
/// Database errors.
pub fn forget_stale(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<(), Problem> {
    sql_query("delete from sign_in_delay where not_before < $1")
        .bind::<t::Timestamptz, _>(now - Duration::hours(1))
        .execute(conn)?;
    sql_query("delete from used_assertion where expires_at < $1")
        .bind::<t::Timestamptz, _>(now - Duration::minutes(5))
        .execute(conn)?;
    sql_query("delete from number_check where at < $1")
        .bind::<t::Timestamptz, _>(now - Duration::hours(1))
        .execute(conn)?;
    Ok(())
}

/// Opens a session.
/// # Errors
/// Database errors.
pub fn insert_session(conn: &mut PgConnection, s: &Session, refresh: &RefreshToken) -> Result<(), Problem> {
    sql_query(
        "insert into session (id, user_id, authenticated_at, refresh_digest, idle_until, ends_at) \
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind::<t::Uuid, _>(s.id)
    .bind::<t::Uuid, _>(s.user_id)
    .bind::<t::Timestamptz, _>(s.authenticated_at)
    .bind::<t::Binary, _>(refresh.digest.as_slice())
    .bind::<t::Timestamptz, _>(s.idle_until)
    .bind::<t::Timestamptz, _>(s.ends_at)
    .execute(conn)?;
    Ok(())
}
/// Reads a session and holds it until the end of the transaction.
/// # Errors
/// Database errors.
pub fn lock_session(conn: &mut PgConnection, id: Uuid) -> Result<Option<Session>, Problem> {
    Ok(sql_query(
        "select id, user_id, authenticated_at, idle_until, ends_at, ended_at from session where id = $1 for update",
    )
    .bind::<t::Uuid, _>(id)
    .get_result(conn)
    .optional()?)
}

/// What became of a refresh token.
pub enum Rotation {
    /// It was the current one and is replaced.
    Done(Session),
    /// It had been replaced before: somebody else has it.
    Reused,
    /// Its session is over.
    Over,
}
/// Replaces the refresh token of a session.
/// # Errors
/// Database errors.
pub fn rotate(
    conn: &mut PgConnection,
    used: &RefreshToken,
    fresh: &RefreshToken,
    now: DateTime<Utc>,
) -> Result<Rotation, Problem> {
    let Some(session) = lock_session(conn, used.session)? else { return Ok(Rotation::Over) };
    if !session.is_open(now) {
        return Ok(Rotation::Over);
    }
    let idle_until = (now + Duration::seconds(IDLE_SECONDS)).min(session.ends_at);
    let replaced: Option<IdRow> = sql_query(
        "update session set refresh_digest = $3, idle_until = case when idle_until > $4 then $5 else idle_until end \
         where id = $1 and refresh_digest = $2 returning id",
    )
    .bind::<t::Uuid, _>(session.id)
    .bind::<t::Binary, _>(used.digest.as_slice())
    .bind::<t::Binary, _>(fresh.digest.as_slice())
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Timestamptz, _>(idle_until)
    .get_result(conn)
    .optional()?;
    Ok(match replaced {
        None => Rotation::Reused,
        Some(_) if session.idle_until <= now => Rotation::Over,
        Some(_) => Rotation::Done(Session { idle_until, ..session }),
    })
}
/// Ends a session; `false` when it was over before.
/// # Errors
/// Database errors.
pub fn end_session(
    conn: &mut PgConnection,
    id: Uuid,
    reason: &str,
    now: DateTime<Utc>,
) -> Result<bool, Problem> {
    let ended =
        sql_query("update session set ended_at = $2, end_reason = $3 where id = $1 and ended_at is null")
            .bind::<t::Uuid, _>(id)
            .bind::<t::Timestamptz, _>(now)
            .bind::<t::Text, _>(reason)
            .execute(conn)?;
    Ok(ended == 1)
}
/// Sessions that ended since.
/// # Errors
/// Database errors.
pub fn ended_since(conn: &mut PgConnection, since: DateTime<Utc>) -> Result<Vec<Uuid>, Problem> {
    let rows: Vec<IdRow> = sql_query("select id from session where ended_at > $1")
        .bind::<t::Timestamptz, _>(since)
        .load(conn)?;
    Ok(rows.into_iter().map(|r| r.id).collect())
}
