//! Registering what was instructed, executed and confirmed.
use super::super::{
    model::{InstructionRow, UserContent},
    rules::{self, Cut},
};
use crate::kernel::{Operation, Permit, Problem, Tx};
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

crate::row! {
    /// A time that is set.
    pub struct Time {
        /// Row.
        row_id: t::Uuid => Uuid,
        /// From.
        valid_from: t::Timestamptz => DateTime<Utc>,
        /// Until, exclusive.
        valid_until: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
    }
}
crate::row! {
    /// Up to when something is known.
    pub struct Known {
        /// The latest instant at which anything was recorded.
        known: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
    }
}
/// Registers what was confirmed: from an instant on the content holds, and whatever else was set gives way.
/// # Errors
/// 409 `already-over` for a new person whose time has passed, `locked-since` when a lock came after the instruction to release one;
/// database errors, also when it was not confirmed, or the sign-in name is taken by now.
pub fn register<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    i: &InstructionRow,
    content: &UserContent,
) -> Result<(), Problem> {
    let known: Option<Known> = sql_query(
        "select greatest((select max(greatest(recorded_at, superseded_at)) from user_entry where user_id = u.id), \
           (select max(greatest(recorded_at, superseded_at)) from user_privilege where user_id = u.id)) as known \
         from app_user u where u.id = $1 for update of u",
    )
    .bind::<t::Uuid, _>(i.user_id)
    .get_result(tx.conn())
    .optional()?;
    tx.record_at_once(known.and_then(|k| k.known));
    let from = rules::effective_from(content.holds_from, tx.now());
    let is_over = content.holds_until.is_some_and(|until| until <= from);
    if i.is_new && is_over {
        return Err(Problem::conflict(
            "already-over",
            "有効期間が過ぎています。改めて指示してください",
            "Its time is over already; it is instructed anew",
        ));
    }
    if i.is_new {
        sql_query("insert into app_user (id, login, usable_since) values ($1, $2, $3)")
            .bind::<t::Uuid, _>(i.user_id)
            .bind::<t::Text, _>(&i.login)
            .bind::<t::Timestamptz, _>(from)
            .execute(tx.conn())?;
    }
    give_way(tx, permit, i, "user_entry", "display_name, section, duties, purposes, scopes,", from)?;
    give_way(tx, permit, i, "user_privilege", "", from)?;
    if !is_over {
        enter(tx, permit, i, content, from)?;
    }
    if let Some(p) = &content.number_privilege
        && from.max(p.from) < p.until
    {
        grant(tx, permit, i, (from.max(p.from), p.until))?;
    }
    if i.releases_lock {
        release(tx, permit, i, from)?;
    }
    if i.renews_credentials {
        take_password(tx, permit, i)?;
    }
    Ok(())
}
/// Cuts what is set in one of the two tables at an instant: what is known now is kept as it was known, and what remains of it is recorded anew.
fn give_way<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    i: &InstructionRow,
    table: &str,
    columns: &str,
    at: DateTime<Utc>,
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    let times: Vec<Time> = sql_query(format!(
        "select row_id, valid_from, valid_until from {table} where user_id = $1 and superseded_at is null for update"
    ))
    .bind::<t::Uuid, _>(i.user_id)
    .load(tx.conn())?;
    for time in times {
        let cut = rules::cut(time.valid_from, time.valid_until, at);
        if cut == Cut::Stays {
            continue;
        }
        sql_query(format!("update {table} set superseded_at = $2 where row_id = $1"))
            .bind::<t::Uuid, _>(time.row_id)
            .bind::<t::Timestamptz, _>(now)
            .execute(tx.conn())?;
        if cut == Cut::Shortened {
            sql_query(format!(
                "insert into {table} (row_id, user_id, {columns} valid_from, valid_until, recorded_at, recorded_by, instruction_id) \
                 select $2, user_id, {columns} valid_from, $3, $4, $5, $6 from {table} where row_id = $1"
            ))
            .bind::<t::Uuid, _>(time.row_id)
            .bind::<t::Uuid, _>(Uuid::now_v7())
            .bind::<t::Timestamptz, _>(at)
            .bind::<t::Timestamptz, _>(now)
            .bind::<t::Uuid, _>(by)
            .bind::<t::Uuid, _>(i.id)
            .execute(tx.conn())?;
        }
    }
    Ok(())
}
fn enter<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    i: &InstructionRow,
    c: &UserContent,
    from: DateTime<Utc>,
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    let duties: Vec<&str> = c.duties.iter().map(|d| d.word()).collect();
    let purposes: Vec<&str> = c.purposes.iter().map(|p| p.word()).collect();
    sql_query(
        "insert into user_entry (row_id, user_id, display_name, section, duties, purposes, scopes, valid_from, valid_until, recorded_at, \
         recorded_by, instruction_id) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(i.user_id)
    .bind::<t::Text, _>(&c.display_name)
    .bind::<t::Text, _>(c.section.word())
    .bind::<t::Array<t::Text>, _>(duties)
    .bind::<t::Array<t::Text>, _>(purposes)
    .bind::<t::Array<t::Text>, _>(&c.scopes)
    .bind::<t::Timestamptz, _>(from)
    .bind::<t::Nullable<t::Timestamptz>, _>(c.holds_until)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Uuid, _>(i.id)
    .execute(tx.conn())?;
    Ok(())
}
fn grant<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    i: &InstructionRow,
    (from, until): (DateTime<Utc>, DateTime<Utc>),
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "insert into user_privilege (row_id, user_id, valid_from, valid_until, recorded_at, recorded_by, instruction_id) \
         values ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(i.user_id)
    .bind::<t::Timestamptz, _>(from)
    .bind::<t::Timestamptz, _>(until)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Uuid, _>(i.id)
    .execute(tx.conn())?;
    Ok(())
}
/// Releases the lock that was known when it was instructed; a later one stands against it.
fn release<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    i: &InstructionRow,
    from: DateTime<Utc>,
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "update user_lock set released_at = greatest($2, locked_at), released_by = $3, released_under = $4 \
         where user_id = $1 and released_at is null and locked_at <= $5",
    )
    .bind::<t::Uuid, _>(i.user_id)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Uuid, _>(i.id)
    .bind::<t::Timestamptz, _>(i.instructed_at)
    .execute(tx.conn())?;
    let later = sql_query("select row_id from user_lock where user_id = $1 and released_at is null")
        .bind::<t::Uuid, _>(i.user_id)
        .execute(tx.conn())?;
    if later > 0 {
        return Err(Problem::conflict(
            "locked-since",
            "指示の後に停止されています。改めて指示してください",
            "The id was locked after it was instructed; it is instructed anew",
        ));
    }
    sql_query("update app_user set usable_since = greatest($2, usable_since) where id = $1")
        .bind::<t::Uuid, _>(i.user_id)
        .bind::<t::Timestamptz, _>(from)
        .execute(tx.conn())?;
    Ok(())
}
/// The old password is none any more, and what was signed in with it is over.
fn take_password<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, i: &InstructionRow) -> Result<(), Problem> {
    sql_query(
        "update app_user set password_hash = null, \
         signed_out_at = (select confirmed_at from user_instruction where id = $2) where id = $1",
    )
    .bind::<t::Uuid, _>(i.user_id)
    .bind::<t::Uuid, _>(i.id)
    .execute(tx.conn())?;
    Ok(())
}
