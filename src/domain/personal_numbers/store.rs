//! All SQL of 個人番号管理. What lies in the strongroom is touched only inside [`in_strongroom`].
use super::{
    RegisterPersonalNumber, VerifyPersonalNumber,
    model::{NewNumber, NumberRow, PendingColumns, TakenRow},
    rules::{self, Check},
};
use crate::{
    domain::members::lock_person,
    kernel::{Permit, Problem, Tx, vault::Clash},
    ports::key_store::Bond,
};
use chrono::{DateTime, Duration, Utc};
use diesel::{
    OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query,
    sql_types as t,
};
use uuid::Uuid;

/// Runs statements under the role of the strongroom and gives the role back, also when they are refused and the
/// transaction goes on. Outside a transaction `set local` does nothing, so that the strongroom stays shut.
/// # Errors
/// What the work refuses; database errors.
pub fn in_strongroom<T>(
    conn: &mut PgConnection,
    work: impl FnOnce(&mut PgConnection) -> Result<T, Problem>,
) -> Result<T, Problem> {
    conn.batch_execute("set local role kenpo_strongroom")?;
    let done = work(conn);
    // In a transaction that failed this is refused too; its end takes the role back.
    let back = conn.batch_execute("set local role kenpo_service");
    let done = done?;
    back?;
    Ok(done)
}

#[derive(QueryableByName)]
struct IdRow {
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
}
#[derive(QueryableByName)]
struct IndexRow {
    #[diesel(sql_type = t::Binary)]
    blind_index: Vec<u8>,
}
#[derive(QueryableByName)]
struct WaitingRow {
    #[diesel(sql_type = t::Binary)]
    blind_index: Vec<u8>,
    #[diesel(sql_type = t::Uuid)]
    notification_id: Uuid,
}
#[derive(QueryableByName)]
struct SlotRow {
    #[diesel(sql_type = t::Text)]
    slot: String,
    #[diesel(sql_type = t::Uuid)]
    person_id: Uuid,
}
#[derive(QueryableByName)]
struct ClashRow {
    #[diesel(sql_type = t::Uuid)]
    notification_id: Uuid,
    #[diesel(sql_type = t::Text)]
    slot: String,
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    person_id: Option<Uuid>,
}
#[derive(QueryableByName)]
struct CheckRow {
    #[diesel(sql_type = t::Timestamptz)]
    at: DateTime<Utc>,
    #[diesel(sql_type = t::Bool)]
    matched: bool,
}

/// Says on the person that a number is registered (no reason) or why not.
/// # Errors
/// Database errors.
pub fn tell_state(
    conn: &mut PgConnection,
    person: Uuid,
    not_registered: Option<&str>,
) -> Result<(), Problem> {
    sql_query(
        "update person set number_state = case when $2 is null then 'registered' else 'not_registered' end, \
         number_reason = $2, version = version + 1 where id = $1",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Nullable<t::Text>, _>(not_registered)
    .execute(conn)?;
    Ok(())
}
/// Takes the registered number of a person out of use and says why none is registered. Its version is kept, unless it was
/// registered by mistake: then the number is erased, and the keys that open nothing any more are given, to be destroyed.
/// # Errors
/// 404 when there is no such person.
pub fn withdraw(
    tx: &mut Tx<'_>,
    _: &Permit<RegisterPersonalNumber>,
    person: Uuid,
    reason: &str,
) -> Result<Vec<Uuid>, Problem> {
    let now = tx.now();
    lock_person(tx.conn(), person)?;
    let keys = in_strongroom(tx.conn(), |conn| {
        supersede(conn, person, now)?;
        if rules::was_mistake(reason) { erase_latest(conn, person, now) } else { Ok(Vec::new()) }
    })?;
    tell_state(tx.conn(), person, Some(reason))?;
    Ok(keys)
}

// --- inside the strongroom

/// Latest version of a person's number, in use or not.
/// # Errors
/// Database errors.
pub fn latest(conn: &mut PgConnection, person: Uuid) -> Result<Option<NumberRow>, Problem> {
    Ok(sql_query(
        "select version, key_id, coalesce(ciphertext, '') as ciphertext, coalesce(blind_index, '') as blind_index, \
         superseded_at is null as is_live from strongroom.personal_number where person_id = $1 order by version desc limit 1",
    )
    .bind::<t::Uuid, _>(person)
    .get_result(conn)
    .optional()?)
}
/// Somebody else holds this number.
/// # Errors
/// Database errors.
pub fn is_held_by_another(conn: &mut PgConnection, person: Uuid, index: &[u8; 32]) -> Result<bool, Problem> {
    let holder: Option<IdRow> = sql_query(
        "select person_id as id from strongroom.personal_number where blind_index = $1 and superseded_at is null \
         and person_id <> $2",
    )
    .bind::<t::Binary, _>(index.as_slice())
    .bind::<t::Uuid, _>(person)
    .get_result(conn)
    .optional()?;
    Ok(holder.is_some())
}
/// Takes the version in use out of use.
/// # Errors
/// Database errors.
pub fn supersede(conn: &mut PgConnection, person: Uuid, now: DateTime<Utc>) -> Result<(), Problem> {
    sql_query(
        "update strongroom.personal_number set superseded_at = $2 where person_id = $1 and superseded_at is null",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Timestamptz, _>(now)
    .execute(conn)?;
    Ok(())
}
/// Erases the number of the latest version, which is out of use: what is left tells that there was one, when and why. Gives the
/// keys that no version needs any more.
/// # Errors
/// Database errors.
pub fn erase_latest(conn: &mut PgConnection, person: Uuid, now: DateTime<Utc>) -> Result<Vec<Uuid>, Problem> {
    let erased: Vec<IdRow> = sql_query(
        "update strongroom.personal_number set ciphertext = null, blind_index = null, erased_at = $2 \
         where person_id = $1 and erased_at is null and superseded_at is not null \
           and version = (select max(version) from strongroom.personal_number where person_id = $1) \
         returning key_id as id",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Timestamptz, _>(now)
    .load(conn)?;
    let keys: Vec<Uuid> = erased.into_iter().map(|r| r.id).collect();
    unneeded(conn, &keys)
}
/// Which of these keys open nothing that is kept: no number in the register, none that waits, no file.
/// # Errors
/// Database errors.
pub fn unneeded(conn: &mut PgConnection, keys: &[Uuid]) -> Result<Vec<Uuid>, Problem> {
    let rows: Vec<IdRow> = sql_query(
        "select k as id from unnest($1) k \
         where not exists (select from strongroom.personal_number where key_id = k and erased_at is null) \
           and not exists (select from strongroom.pending_number where key_id = k) \
           and not exists (select from strongroom.raw_file where key_id = k) order by k",
    )
    .bind::<t::Array<t::Uuid>, _>(keys)
    .load(conn)?;
    Ok(rows.into_iter().map(|r| r.id).collect())
}
/// Whose numbers these keys open, or opened before they were erased.
/// # Errors
/// Database errors.
pub fn people_of(conn: &mut PgConnection, keys: &[Uuid]) -> Result<Vec<Uuid>, Problem> {
    let rows: Vec<IdRow> = sql_query(
        "select distinct person_id as id from strongroom.personal_number where key_id = any($1) order by 1",
    )
    .bind::<t::Array<t::Uuid>, _>(keys)
    .load(conn)?;
    Ok(rows.into_iter().map(|r| r.id).collect())
}
/// Writes a version. Two people registering one number at once: the second is refused by the index.
/// # Errors
/// 409 `already-exists` when somebody else was faster.
pub fn insert(conn: &mut PgConnection, n: NewNumber<'_>, now: DateTime<Utc>) -> Result<(), Problem> {
    sql_query(
        "insert into strongroom.personal_number (row_id, person_id, version, key_id, ciphertext, blind_index, \
         registered_at, registered_by, change_reason) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(n.person)
    .bind::<t::Integer, _>(n.version)
    .bind::<t::Uuid, _>(n.key_id)
    .bind::<t::Binary, _>(n.ciphertext)
    .bind::<t::Binary, _>(n.blind_index.as_slice())
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(n.by)
    .bind::<t::Text, _>(n.reason)
    .execute(conn)?;
    Ok(())
}
/// Which of these indexes are registered for anybody.
/// # Errors
/// Database errors.
pub fn registered(conn: &mut PgConnection, indexes: &[Vec<u8>]) -> Result<Vec<Vec<u8>>, Problem> {
    let rows: Vec<IndexRow> = sql_query(
        "select blind_index from strongroom.personal_number where blind_index = any($1) and superseded_at is null",
    )
    .bind::<t::Array<t::Binary>, _>(indexes)
    .load(conn)?;
    Ok(rows.into_iter().map(|r| r.blind_index).collect())
}
/// Which of these indexes wait with which undecided notification.
/// # Errors
/// Database errors.
pub fn waiting(conn: &mut PgConnection, indexes: &[Vec<u8>]) -> Result<Vec<(Vec<u8>, Uuid)>, Problem> {
    let rows: Vec<WaitingRow> = sql_query(
        "select blind_index, notification_id from strongroom.pending_number where blind_index = any($1)",
    )
    .bind::<t::Array<t::Binary>, _>(indexes)
    .load(conn)?;
    Ok(rows.into_iter().map(|r| (r.blind_index, r.notification_id)).collect())
}
/// Writes numbers that wait, in one statement.
/// # Errors
/// Database errors.
pub fn insert_pending(
    conn: &mut PgConnection,
    p: &PendingColumns,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let rows: Vec<Uuid> = p.notifications.iter().map(|_| Uuid::now_v7()).collect();
    sql_query(
        "insert into strongroom.pending_number (row_id, notification_id, slot, key_id, ciphertext, blind_index, \
         is_clash, created_at) \
         select *, $8 from unnest($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind::<t::Array<t::Uuid>, _>(rows)
    .bind::<t::Array<t::Uuid>, _>(&p.notifications)
    .bind::<t::Array<t::Text>, _>(&p.slots)
    .bind::<t::Array<t::Uuid>, _>(&p.keys)
    .bind::<t::Array<t::Binary>, _>(&p.ciphertexts)
    .bind::<t::Array<t::Binary>, _>(&p.indexes)
    .bind::<t::Array<t::Bool>, _>(&p.clashes)
    .bind::<t::Timestamptz, _>(now)
    .execute(conn)?;
    Ok(())
}
/// Takes out what waits for a notification: one place, or all of them.
/// # Errors
/// Database errors.
pub fn delete_pending(
    conn: &mut PgConnection,
    notification: Uuid,
    slot: Option<&str>,
) -> Result<Vec<TakenRow>, Problem> {
    Ok(sql_query(
        "delete from strongroom.pending_number where notification_id = $1 and ($2 is null or slot = $2) \
         returning key_id, ciphertext",
    )
    .bind::<t::Uuid, _>(notification)
    .bind::<t::Nullable<t::Text>, _>(slot)
    .load(conn)?)
}
/// Places of a notification whose number is registered, and for whom.
/// # Errors
/// Database errors.
pub fn holders(conn: &mut PgConnection, notification: Uuid) -> Result<Vec<(String, Uuid)>, Problem> {
    let rows: Vec<SlotRow> = sql_query(
        "select p.slot, n.person_id from strongroom.pending_number p join strongroom.personal_number n \
         on n.blind_index = p.blind_index and n.superseded_at is null where p.notification_id = $1 order by p.slot",
    )
    .bind::<t::Uuid, _>(notification)
    .load(conn)?;
    Ok(rows.into_iter().map(|r| (r.slot, r.person_id)).collect())
}
/// Every waiting number that was registered when it came, or is now.
/// # Errors
/// Database errors.
pub fn all_clashes(conn: &mut PgConnection) -> Result<Vec<Clash>, Problem> {
    let rows: Vec<ClashRow> = sql_query(
        "select p.notification_id, p.slot, n.person_id from strongroom.pending_number p \
         left join strongroom.personal_number n on n.blind_index = p.blind_index and n.superseded_at is null \
         where p.is_clash or n.person_id is not null",
    )
    .load(conn)?;
    let clash = |r: ClashRow| Clash { notification: r.notification_id, slot: r.slot, holder: r.person_id };
    Ok(rows.into_iter().map(clash).collect())
}
/// Writes a received file.
/// # Errors
/// Database errors.
pub fn insert_file(
    conn: &mut PgConnection,
    submission: Uuid,
    key_id: Uuid,
    ciphertext: Vec<u8>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    sql_query(
        "insert into strongroom.raw_file (submission_id, key_id, ciphertext, created_at) values ($1, $2, $3, $4)",
    )
    .bind::<t::Uuid, _>(submission)
    .bind::<t::Uuid, _>(key_id)
    .bind::<t::Binary, _>(ciphertext)
    .bind::<t::Timestamptz, _>(now)
    .execute(conn)?;
    Ok(())
}
/// Deletes received files; gives their keys.
/// # Errors
/// Database errors.
pub fn delete_files(conn: &mut PgConnection, submissions: &[Uuid]) -> Result<Vec<Uuid>, Problem> {
    let rows: Vec<IdRow> =
        sql_query("delete from strongroom.raw_file where submission_id = any($1) returning key_id as id")
            .bind::<t::Array<t::Uuid>, _>(submissions)
            .load(conn)?;
    Ok(rows.into_iter().map(|r| r.id).collect())
}

// --- the key store that belongs to this database

crate::row! {
    /// A bond.
    pub struct BondRow {
        /// Of the pair.
        id: t::Uuid => Uuid,
        /// How often both were seen together.
        turn: t::BigInt => i64,
    }
}
/// The bond of this database, `None` when it never met a key store. One process at a time, until the end of the transaction.
/// # Errors
/// Database errors.
pub fn bond(conn: &mut PgConnection) -> Result<Option<Bond>, Problem> {
    sql_query("select pg_advisory_xact_lock(hashtextextended('key-store-bond', 0))").execute(conn)?;
    let row: Option<BondRow> =
        sql_query("select id, turn from strongroom.key_store_bond").get_result(conn).optional()?;
    Ok(row.map(|r| Bond { id: r.id, turn: r.turn }))
}
/// Writes the bond of this database, whatever it was.
/// # Errors
/// Database errors.
pub fn keep_bond(conn: &mut PgConnection, bond: Bond) -> Result<(), Problem> {
    sql_query(
        "insert into strongroom.key_store_bond (id, turn) values ($1, $2) \
         on conflict (only_one) do update set id = excluded.id, turn = excluded.turn",
    )
    .bind::<t::Uuid, _>(bond.id)
    .bind::<t::BigInt, _>(bond.turn)
    .execute(conn)?;
    Ok(())
}

// --- yes/no checks

/// Earlier checks of a user that still count. Holds the user's checks until the end of the transaction, so that checks made
/// at once don't all see the same count; forgets those that no longer count.
/// # Errors
/// Database errors.
pub fn checks(tx: &mut Tx<'_>, _: &Permit<VerifyPersonalNumber>, user: Uuid) -> Result<Vec<Check>, Problem> {
    let since = tx.now() - Duration::minutes(rules::LOCK_MINUTES);
    sql_query("select pg_advisory_xact_lock(hashtextextended('number-check/' || $1::text, 0))")
        .bind::<t::Uuid, _>(user)
        .execute(tx.conn())?;
    sql_query("delete from number_check where user_id = $1 and at <= $2")
        .bind::<t::Uuid, _>(user)
        .bind::<t::Timestamptz, _>(since)
        .execute(tx.conn())?;
    let rows: Vec<CheckRow> = sql_query("select at, matched from number_check where user_id = $1")
        .bind::<t::Uuid, _>(user)
        .load(tx.conn())?;
    Ok(rows.into_iter().map(|r| Check { at: r.at, matched: r.matched }).collect())
}
/// Counts a check.
/// # Errors
/// Database errors.
pub fn count_check(
    tx: &mut Tx<'_>,
    _: &Permit<VerifyPersonalNumber>,
    user: Uuid,
    matched: bool,
) -> Result<(), Problem> {
    let now = tx.now();
    sql_query("insert into number_check (user_id, at, matched) values ($1, $2, $3)")
        .bind::<t::Uuid, _>(user)
        .bind::<t::Timestamptz, _>(now)
        .bind::<t::Bool, _>(matched)
        .execute(tx.conn())?;
    Ok(())
}
