//! SQL of the first people.
use super::super::{model::UserContent, rules};
use chrono::{DateTime, Duration, Utc};
use diesel::{PgConnection, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// Who is entered.
pub struct Founded<'a> {
    /// User id, and that of the instruction that stands for the founding.
    pub ids: (Uuid, Uuid),
    /// Sign-in name.
    pub login: &'a str,
    /// What holds.
    pub content: &'a UserContent,
    /// Digests of both halves of the activation code.
    pub halves: ([u8; 32], [u8; 32]),
    /// When.
    pub at: DateTime<Utc>,
}
crate::row! {
    /// How many.
    pub struct Count {
        /// They.
        n: t::BigInt => i64,
    }
}
/// How many could act with that 担当, now or once their time begins: not locked, with a password that was used lately or a code that is good.
/// Nobody else enters anybody before the end of the transaction.
/// # Errors
/// Database errors.
pub fn able(conn: &mut PgConnection, duty: &str, at: DateTime<Utc>, idle_days: u32) -> anyhow::Result<i64> {
    sql_query("lock table app_user in exclusive mode").execute(conn)?;
    let row: Count = sql_query(
        "select count(*) as n from app_user u where exists (select from user_entry e where e.user_id = u.id and e.superseded_at is null \
             and $1 = any(e.duties) and (e.valid_until is null or e.valid_until > $2)) \
           and not exists (select from user_lock l where l.user_id = u.id and l.released_at is null) \
           and (u.password_hash is not null and greatest(u.usable_since, (select max(s.authenticated_at) from session s where s.user_id = u.id)) >= $3 \
             or exists (select from user_instruction i where i.user_id = u.id and i.second_part is not null and i.activated_at is null \
               and i.confirmed_at > $4))",
    )
    .bind::<t::Text, _>(duty)
    .bind::<t::Timestamptz, _>(at)
    .bind::<t::Timestamptz, _>(at - Duration::days(idle_days.into()))
    .bind::<t::Timestamptz, _>(at - Duration::days(rules::ACTIVATION_DAYS))
    .get_result(conn)?;
    Ok(row.n)
}
/// Enters one of them. The instruction is nobody's: instructed and confirmed by the nil id, executed by the greatest one.
/// # Errors
/// Database errors.
pub fn found(conn: &mut PgConnection, f: &Founded<'_>) -> anyhow::Result<()> {
    let (user, instruction) = f.ids;
    let c = f.content;
    sql_query("insert into app_user (id, login, usable_since) values ($1, $2, $3)")
        .bind::<t::Uuid, _>(user)
        .bind::<t::Text, _>(f.login)
        .bind::<t::Timestamptz, _>(f.at)
        .execute(conn)?;
    sql_query(
        "insert into user_instruction (id, user_id, login, is_new, content, digest, renews_credentials, releases_lock, reason, state, \
         instructed_by, instructed_at, expires_at, executed_by, executed_at, confirmed_by, confirmed_at, first_part, second_part) \
         values ($1, $2, $3, true, $4, ''::bytea, false, false, '設置', 'confirmed', $5, $6, $7, $8, $6, $5, $6, $9, $10)",
    )
    .bind::<t::Uuid, _>(instruction)
    .bind::<t::Uuid, _>(user)
    .bind::<t::Text, _>(f.login)
    .bind::<t::Jsonb, _>(serde_json::to_value(c)?)
    .bind::<t::Uuid, _>(Uuid::nil())
    .bind::<t::Timestamptz, _>(f.at)
    .bind::<t::Timestamptz, _>(f.at + Duration::days(rules::INSTRUCTION_DAYS))
    .bind::<t::Uuid, _>(Uuid::max())
    .bind::<t::Binary, _>(f.halves.0.as_slice())
    .bind::<t::Binary, _>(f.halves.1.as_slice())
    .execute(conn)?;
    let duties: Vec<&str> = c.duties.iter().map(|d| d.word()).collect();
    sql_query(
        "insert into user_entry (row_id, user_id, display_name, section, duties, purposes, scopes, valid_from, recorded_at, recorded_by, instruction_id) \
         values ($1, $2, $3, $4, $5, '{}', $6, $7, $7, $8, $9)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(user)
    .bind::<t::Text, _>(&c.display_name)
    .bind::<t::Text, _>(c.section.word())
    .bind::<t::Array<t::Text>, _>(duties)
    .bind::<t::Array<t::Text>, _>(&c.scopes)
    .bind::<t::Timestamptz, _>(f.at)
    .bind::<t::Uuid, _>(Uuid::nil())
    .bind::<t::Uuid, _>(instruction)
    .execute(conn)?;
    Ok(())
}
