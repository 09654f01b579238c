//! What is kept of passwords, and choosing one with an activation code.
use super::super::rules::ACTIVATION_DAYS;
use crate::kernel::Problem;
use chrono::{DateTime, Duration, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use std::collections::BTreeSet;
use uuid::Uuid;

crate::row! {
    /// With what hashes were made.
    pub struct SettingsRow {
        /// PHC string without salt and digest.
        settings: t::Text => String,
    }
}
/// The settings that the kept hashes were made with: their PHC strings without salt and digest.
/// # Errors
/// Database errors.
pub fn password_settings(conn: &mut PgConnection) -> Result<BTreeSet<String>, Problem> {
    let rows: Vec<SettingsRow> = sql_query(
        "select distinct substring(password_hash from '^(.+)[$][^$]*[$][^$]*$') as settings from app_user \
         where password_hash ~ '^.+[$][^$]*[$][^$]*$'",
    )
    .load(conn)?;
    Ok(rows.into_iter().map(|r| r.settings).collect())
}
/// Keeps another hash of the same password, unless it was changed meanwhile.
/// # Errors
/// Database errors.
pub fn renew_password_hash(conn: &mut PgConnection, id: Uuid, old: &str, new: &str) -> Result<(), Problem> {
    sql_query("update app_user set password_hash = $3 where id = $1 and password_hash = $2")
        .bind::<t::Uuid, _>(id)
        .bind::<t::Text, _>(old)
        .bind::<t::Text, _>(new)
        .execute(conn)?;
    Ok(())
}
crate::row! {
    /// An activation code that is good.
    pub struct Activation {
        /// Instruction under which it was given.
        id: t::Uuid => Uuid,
        /// For whom.
        user_id: t::Uuid => Uuid,
        /// Keyed digest of the first half.
        first_part: t::Binary => Vec<u8>,
        /// Keyed digest of the second half.
        second_part: t::Binary => Vec<u8>,
        /// When it was given.
        confirmed_at: t::Timestamptz => DateTime<Utc>,
    }
}
/// The activation code of a sign-in name that is good at `now`: the newest one, not used, not older than its days.
/// # Errors
/// Database errors.
pub fn activation_of(
    conn: &mut PgConnection,
    login: &str,
    now: DateTime<Utc>,
) -> Result<Option<Activation>, Problem> {
    Ok(sql_query(
        "select i.* from app_user u join lateral (select id, user_id, first_part, second_part, confirmed_at, activated_at from user_instruction \
           where user_id = u.id and second_part is not null order by confirmed_at desc limit 1) i on true \
         where u.login = $1 and i.activated_at is null and i.confirmed_at > $2",
    )
    .bind::<t::Text, _>(login)
    .bind::<t::Timestamptz, _>(now - Duration::days(ACTIVATION_DAYS))
    .get_result(conn)
    .optional()?)
}
/// The person chose a password; `false` when the code was used meanwhile.
/// # Errors
/// Database errors.
pub fn activate(
    conn: &mut PgConnection,
    code: &Activation,
    password_hash: &str,
    now: DateTime<Utc>,
) -> Result<bool, Problem> {
    let used =
        sql_query("update user_instruction set activated_at = $2 where id = $1 and activated_at is null")
            .bind::<t::Uuid, _>(code.id)
            .bind::<t::Timestamptz, _>(now)
            .execute(conn)?;
    if used == 0 {
        return Ok(false);
    }
    sql_query(
        "update app_user set password_hash = $2, usable_since = greatest(usable_since, $3) where id = $1",
    )
    .bind::<t::Uuid, _>(code.user_id)
    .bind::<t::Text, _>(password_hash)
    .bind::<t::Timestamptz, _>(now)
    .execute(conn)?;
    Ok(true)
}
