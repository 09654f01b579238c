//! The register as it is read: as of an instant, as known now or at another one, and its history.
use super::super::model::{LockRow, PrivilegeRow, UserRow};
use crate::kernel::{Guarded, Operation, Permit, Problem, Tx, asked};
use chrono::{DateTime, Utc};
use diesel::{RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// What a read asks for.
pub struct Asked<'a> {
    /// Of what instant.
    pub at: DateTime<Utc>,
    /// As known then; now when absent.
    pub known_at: Option<DateTime<Utc>>,
    /// Of this section.
    pub section: Option<&'a str>,
    /// With this sign-in name.
    pub login: Option<&'a str>,
}
/// Each person with the entry that holds at `$1`, else the last one before it, else the first one after it.
fn people(known_at: Option<DateTime<Utc>>) -> String {
    let [entry, privilege] = ["e", "p"].map(|of| asked::known(of, known_at, "$2"));
    let seen = "coalesce($2, 'infinity')";
    format!(
        "select u.id, u.login, e.display_name, e.section, e.duties, e.purposes, e.scopes, e.valid_from, e.valid_until, \
           p.valid_from as number_from, p.valid_until as number_until, l.reason as lock_reason, s.last as last_sign_in_at, \
           u.usable_since, coalesce((select coalesce(max(i.activated_at) filter (where i.activated_at <= least($1, {seen})), '-infinity') >= max(i.confirmed_at) \
             from user_instruction i where i.user_id = u.id and i.second_part is not null and i.confirmed_at <= least($1, {seen})), true) as is_activated, e.recorded_at, e.superseded_at, e.instruction_id \
         from app_user u join lateral (select * from user_entry e where e.user_id = u.id and {entry} \
           order by e.valid_from > $1, abs(extract(epoch from e.valid_from - $1)) limit 1) e on true \
         left join lateral (select p.valid_from, p.valid_until from user_privilege p where p.user_id = u.id and {privilege} \
           and (p.valid_until is null or p.valid_until > $1) order by p.valid_from limit 1) p on true \
         left join lateral (select l.reason from user_lock l where l.user_id = u.id and l.locked_at <= least($1, {seen}) \
           and (l.released_at is null or l.released_at > $1 or l.released_at > {seen}) order by l.locked_at limit 1) l on true \
         left join lateral (select max(s.authenticated_at) as last from session s where s.user_id = u.id \
           and s.authenticated_at <= least($1, {seen})) s on true"
    )
}
/// One page of the register, by id.
/// # Errors
/// Database errors.
pub fn list(
    tx: &mut Tx<'_>,
    q: &Asked<'_>,
    after: Uuid,
    limit: i64,
) -> Result<Guarded<Vec<UserRow>>, Problem> {
    let people = people(q.known_at);
    let rows = sql_query(format!(
        "{people} where u.id > $3 and ($4::text is null or e.section = $4) and ($5::text is null or u.login = $5) order by u.id limit $6"
    ))
    .bind::<t::Timestamptz, _>(q.at)
    .bind::<t::Nullable<t::Timestamptz>, _>(q.known_at)
    .bind::<t::Uuid, _>(after)
    .bind::<t::Nullable<t::Text>, _>(q.section)
    .bind::<t::Nullable<t::Text>, _>(q.login)
    .bind::<t::BigInt, _>(limit)
    .load(tx.conn())?;
    Ok(Guarded::new(rows))
}
/// One person.
/// # Errors
/// 404 when there is none, or none was known then.
pub fn find(
    tx: &mut Tx<'_>,
    id: Uuid,
    at: DateTime<Utc>,
    known_at: Option<DateTime<Utc>>,
) -> Result<Guarded<UserRow>, Problem> {
    let row = sql_query(format!("{} where u.id = $3", people(known_at)))
        .bind::<t::Timestamptz, _>(at)
        .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
        .bind::<t::Uuid, _>(id)
        .get_result(tx.conn())?;
    Ok(Guarded::new(row))
}
/// The person as just written.
/// # Errors
/// Database errors.
pub fn written<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, id: Uuid) -> Result<UserRow, Problem> {
    let now = tx.now();
    Ok(sql_query(format!("{} where u.id = $3", people(None)))
        .bind::<t::Timestamptz, _>(now)
        .bind::<t::Nullable<t::Timestamptz>, _>(None::<DateTime<Utc>>)
        .bind::<t::Uuid, _>(id)
        .get_result(tx.conn())?)
}
/// Every version of every entry of a person who was admitted, newest validity first.
/// # Errors
/// Database errors.
pub fn versions(tx: &mut Tx<'_>, user: &UserRow) -> Result<Vec<UserRow>, Problem> {
    Ok(sql_query(
        "select u.id, u.login, e.display_name, e.section, e.duties, e.purposes, e.scopes, e.valid_from, e.valid_until, \
           null::timestamptz as number_from, null::timestamptz as number_until, null::text as lock_reason, null::timestamptz as last_sign_in_at, \
           u.usable_since, true as is_activated, e.recorded_at, e.superseded_at, e.instruction_id \
         from app_user u join user_entry e on e.user_id = u.id where u.id = $1 order by e.valid_from desc, e.recorded_at desc limit 500",
    )
    .bind::<t::Uuid, _>(user.id)
    .load(tx.conn())?)
}
/// Every version of the personal-number privilege of a person who was admitted, newest validity first.
/// # Errors
/// Database errors.
pub fn privileges(tx: &mut Tx<'_>, user: &UserRow) -> Result<Vec<PrivilegeRow>, Problem> {
    Ok(sql_query(
        "select valid_from, valid_until, recorded_at, superseded_at, instruction_id from user_privilege where user_id = $1 \
         order by valid_from desc, recorded_at desc limit 500",
    )
    .bind::<t::Uuid, _>(user.id)
    .load(tx.conn())?)
}
/// Every lock of a person who was admitted, newest first.
/// # Errors
/// Database errors.
pub fn locks(tx: &mut Tx<'_>, user: &UserRow) -> Result<Vec<LockRow>, Problem> {
    Ok(sql_query(
        "select reason, locked_at, locked_by, released_at, released_under from user_lock where user_id = $1 order by locked_at desc limit 500",
    )
    .bind::<t::Uuid, _>(user.id)
    .load(tx.conn())?)
}
/// Locks an id at once.
/// # Errors
/// 409 when it is locked already.
pub fn lock<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, id: Uuid, reason: &str) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "insert into user_lock (row_id, user_id, reason, locked_at, locked_by) values ($1, $2, $3, $4, $5)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(id)
    .bind::<t::Text, _>(reason)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .execute(tx.conn())?;
    Ok(())
}
