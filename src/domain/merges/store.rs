//! SQL of merges: what is known of two ids, and the records of one carried over to the other. Nothing is overwritten: a row of history is
//! closed under the one id and written anew under the other, so that what was known before is read as before.
use super::{
    model::{LikeRow, MergeRow, MergeState, SideRow},
    rules::Side,
};
use crate::{
    domain::{dependents, members, protections, remuneration},
    kernel::{Guarded, Operation, Permit, Problem, Tx, asked},
};
use chrono::{DateTime, Utc};
use diesel::{RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

const COLUMNS: &str = "id, surviving_id, merged_id, reason, state, surviving_version, merged_version, requested_at, decided_at, records";
/// A merge, without a look at personal numbers.
const MERGE: &str = "false as carries_number from person_merge";
/// Every column of history that names a person, but for what is joined by a rule of its own: the pieces of an identity, the 標準賞与額 of the
/// months, protections.
const CARRIED: &[(&str, &str)] = &[
    ("enrolment", "person_id"),
    ("dependency", "person_id"),
    ("dependency", "insured_id"),
    ("standard_remuneration", "person_id"),
    ("bonus_payment", "person_id"),
    ("concurrent_office", "person_id"),
    ("leave_period", "person_id"),
    ("public_expense", "person_id"),
];

/// What is known now of a person, for the examination; and the version.
/// # Errors
/// 404 when there is no such person; 409 `person-merged`.
pub fn side(tx: &mut Tx<'_>, person: Uuid) -> Result<(Side, i32), Problem> {
    let row: SideRow = sql_query(
        "select merged_into, version, number_state = 'registered' as has_number, \
           array(select distinct birth_on from person_identity where person_id = p.id and superseded_at is null) as births, \
           (select sex from person_identity where person_id = p.id and superseded_at is null and sex <> 'unset' \
            order by valid_from desc limit 1) as sex, \
           array(select distinct name_kana from person_identity where person_id = p.id and superseded_at is null) as readings, \
           array(select distinct name_search from person_identity where person_id = p.id and superseded_at is null) as names, \
           array(select insured_id from dependency where person_id = p.id and superseded_at is null \
                 union select person_id from dependency where insured_id = p.id and superseded_at is null) as family \
         from person p where id = $1",
    )
    .bind::<t::Uuid, _>(person)
    .get_result(tx.conn())?;
    if let Some(to) = row.merged_into {
        return Err(members::merged_into(to));
    }
    let mut covers = members::periods(tx, person)?;
    covers.extend(dependents::periods(tx, person)?);
    let side = Side {
        id: person,
        births: row.births.into_iter().collect(),
        sex: row.sex,
        readings: row.readings.into_iter().collect(),
        names: row.names.into_iter().collect(),
        has_number: row.has_number,
        covers,
        family: row.family.into_iter().collect(),
    };
    Ok((side, row.version))
}
crate::row! {
    /// A digest.
    pub struct DigestRow {
        /// It.
        digest: t::Text => String,
    }
}
/// A digest of all records of two ids that are known now: another one as soon as one of them changed.
/// # Errors
/// Database errors.
pub fn records<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    persons: [Uuid; 2],
) -> Result<String, Problem> {
    let own = ["person_identity", "standard_bonus", "protection"].map(|table| (table, "person_id"));
    let rows: Vec<String> = CARRIED
        .iter()
        .chain(&own)
        .map(|(table, column)| {
            format!("select row_id from {table} where {column} = any($1) and superseded_at is null")
        })
        .collect();
    let found: DigestRow = sql_query(format!(
        "select md5(coalesce(string_agg(row_id::text, ',' order by row_id), '')) as digest from ({}) r",
        rows.join(" union ")
    ))
    .bind::<t::Array<t::Uuid>, _>(persons.to_vec())
    .get_result(tx.conn())?;
    Ok(found.digest)
}
/// Persons who may be the same one, at most 20: with the same birth day, and with the same reading, the same address or a family in
/// common; not those whose sex is known and differs. Personal numbers are not looked at.
/// As known now or at an instant.
/// # Errors
/// Database errors.
pub fn alike<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    person: Uuid,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<LikeRow>, Problem> {
    let own = asked::known("person_identity", known_at, "$2");
    let other = asked::known("i", known_at, "$2");
    Ok(sql_query(format!(
        "with own as (select * from person_identity where person_id = $1 and {own}), \
         family as not materialized (select person_id, insured_id from dependency where $2::timestamptz is null or recorded_at <= $2), \
         kin as (select insured_id as id from family where person_id = $1 \
                 union select person_id from family where insured_id = $1), \
         like_it as ( \
           select i.person_id, bool_or(i.kana_search = own.kana_search) as same_reading, \
             bool_or(i.sex = own.sex and i.sex <> 'unset') as same_sex, bool_and(i.sex <> own.sex and 'unset' not in (i.sex, own.sex)) as other_sex, \
             bool_or(i.name_search = own.name_search) as same_name, \
             bool_or(coalesce(i.resident_postal_code = own.resident_postal_code and i.resident_address = own.resident_address, false)) \
               as same_address, \
             exists (select from family d where d.person_id = i.person_id and d.insured_id in (select id from kin) \
                     or d.insured_id = i.person_id and d.person_id in (select id from kin)) as former_family \
           from person_identity i join own on own.birth_on = i.birth_on join person p on p.id = i.person_id \
           where i.person_id <> $1 and {other} and (p.merged_into is null or exists ( \
             select from person_merge m where m.merged_id = p.id and m.state = 'merged' and m.decided_at > $2)) group by i.person_id) \
         select person_id, same_sex, same_reading, same_name, same_address, former_family from like_it \
         where not other_sex and (same_reading or same_name or same_address or former_family) \
         order by same_reading desc, person_id limit 20"
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(tx.conn())?)
}
crate::row! {
    /// A notification, or a person.
    pub struct WaitingRow {
        /// Id.
        id: t::Uuid => Uuid,
    }
}
/// Notifications with a number that wait and name a person.
/// # Errors
/// Database errors.
pub fn waiting_with_number<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    person: Uuid,
) -> Result<Vec<Uuid>, Problem> {
    let rows: Vec<WaitingRow> = sql_query(
        "select id from notification where person_id = $1 and carries_number and state in ('accepted', 'review', 'precheck') limit 20",
    )
    .bind::<t::Uuid, _>(person)
    .load(tx.conn())?;
    Ok(rows.into_iter().map(|r| r.id).collect())
}
/// Merges that stand so, newest first, asked for before one of them (the nil id: from the newest on); as known now or at an instant.
/// # Errors
/// Database errors.
pub fn list(
    tx: &mut Tx<'_>,
    (state, known_at): (Option<MergeState>, Option<DateTime<Utc>>),
    before: Uuid,
    limit: i64,
) -> Result<Guarded<Vec<MergeRow>>, Problem> {
    let rows = sql_query(format!(
        "select {COLUMNS}, false as carries_number from (select id, surviving_id, merged_id, reason, surviving_version, merged_version, \
           requested_at, records, case when decided_at > $5 then 'requested' else state end as state, \
           case when decided_at > $5 then null else decided_at end as decided_at \
           from person_merge where $5 is null or requested_at <= $5) m \
         where ($1::text is null or state = $1) and ($2 = $3 or id < $2) order by id desc limit $4"
    ))
    .bind::<t::Nullable<t::Text>, _>(state.map(MergeState::word))
    .bind::<t::Uuid, _>(before)
    .bind::<t::Uuid, _>(Uuid::nil())
    .bind::<t::BigInt, _>(limit)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(tx.conn())?;
    Ok(Guarded::new(rows))
}
/// A merge, held until the end of the transaction.
/// # Errors
/// 404 when there is none.
pub fn lock(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<MergeRow>, Problem> {
    let row = sql_query(format!(
        "select {COLUMNS}, exists (select from person p where p.id in (surviving_id, merged_id) and p.number_state = 'registered') \
           as carries_number from person_merge where id = $1 for update"
    ))
        .bind::<t::Uuid, _>(id)
        .get_result(tx.conn())?;
    Ok(Guarded::new(row))
}
/// The merge as just written.
/// # Errors
/// Database errors.
pub fn written<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, id: Uuid) -> Result<MergeRow, Problem> {
    Ok(sql_query(format!("select {COLUMNS}, {MERGE} where id = $1"))
        .bind::<t::Uuid, _>(id)
        .get_result(tx.conn())?)
}
/// Writes what was asked for.
/// # Errors
/// 409 `already-exists` when it waits already.
pub fn request<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, m: &MergeRow) -> Result<(), Problem> {
    let by = tx.actor()?.id;
    sql_query(
        "insert into person_merge (id, surviving_id, merged_id, reason, state, surviving_version, merged_version, requested_by, requested_at, \
           records) values ($1, $2, $3, $4, 'requested', $5, $6, $7, $8, $9)",
    )
    .bind::<t::Uuid, _>(m.id)
    .bind::<t::Uuid, _>(m.surviving_id)
    .bind::<t::Uuid, _>(m.merged_id)
    .bind::<t::Text, _>(&m.reason)
    .bind::<t::Integer, _>(m.surviving_version)
    .bind::<t::Integer, _>(m.merged_version)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Timestamptz, _>(m.requested_at)
    .bind::<t::Text, _>(&m.records)
    .execute(tx.conn())?;
    Ok(())
}
/// Writes what the second person said.
/// # Errors
/// Database errors.
pub fn settle<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    id: Uuid,
    state: MergeState,
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query("update person_merge set state = $2, decided_by = $3, decided_at = $4 where id = $1")
        .bind::<t::Uuid, _>(id)
        .bind::<t::Text, _>(state.word())
        .bind::<t::Uuid, _>(by)
        .bind::<t::Timestamptz, _>(now)
        .execute(tx.conn())?;
    Ok(())
}
/// Holds the notifications that wait and name one of the two, in one order and before the persons, as a decision does: so that one that
/// is decided at the same time is over, or waits. Gives those that are held.
/// # Errors
/// 409 when those before it take too long.
pub fn hold_waiting<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    persons: [Uuid; 2],
) -> Result<Vec<Uuid>, Problem> {
    let held: Vec<WaitingRow> = sql_query(
        "select id from notification where person_id = any($1) and state in ('accepted', 'review', 'precheck') order by id for update",
    )
    .bind::<t::Array<t::Uuid>, _>(persons.to_vec())
    .load(tx.conn())?;
    Ok(held.into_iter().map(|r| r.id).collect())
}
/// Carries every record of the merged id over to the surviving one, and lets the merged id answer with it. `held` are the notifications that
/// wait and are held; one that comes in meanwhile is read as one about the surviving person.
/// # Errors
/// 409 `records-overlap` when both have one for the same time, `letter-addresses-differ`.
pub fn carry<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    m: &MergeRow,
    held: &[Uuid],
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    members::join_identities(tx, permit, m.surviving_id, m.merged_id)?;
    protections::join(tx, permit, m.surviving_id, m.merged_id)?;
    remuneration::before_merge(tx, permit, m.surviving_id, m.merged_id)?;
    for (table, column) in CARRIED {
        sql_query(format!(
            "with old as (update {table} set superseded_at = greatest($3, recorded_at) \
                          where {column} = $1 and superseded_at is null returning *) \
             insert into {table} select r.* from old, lateral jsonb_populate_record(null::{table}, to_jsonb(old) || jsonb_build_object( \
               'row_id', gen_random_uuid(), '{column}', $2, 'recorded_at', greatest($3, old.recorded_at), 'recorded_by', $4, \
               'superseded_at', null, 'change', 'merged')) r"
        ))
        .bind::<t::Uuid, _>(m.merged_id)
        .bind::<t::Uuid, _>(m.surviving_id)
        .bind::<t::Timestamptz, _>(now)
        .bind::<t::Uuid, _>(by)
        .execute(tx.conn())
        .map_err(|e| overlapping(e.into()))?;
    }
    remuneration::after_merge(tx, permit, m.surviving_id, m.merged_id)?;
    sql_query(
        "update notification set person_id = $2 where person_id = $1 and (id = any($3) or state not in ('accepted', 'review', 'precheck'))",
    )
    .bind::<t::Uuid, _>(m.merged_id)
    .bind::<t::Uuid, _>(m.surviving_id)
    .bind::<t::Array<t::Uuid>, _>(held.to_vec())
    .execute(tx.conn())?;
    // whose dependents they are now is theirs, too
    let family: Vec<WaitingRow> = sql_query(
        "update person set version = version + 1 where id in \
           (select person_id from dependency where insured_id = $1 and superseded_at is null and recorded_at >= $2) returning id",
    )
    .bind::<t::Uuid, _>(m.surviving_id)
    .bind::<t::Timestamptz, _>(now)
    .load(tx.conn())?;
    tx.note(|n| n.left(family.iter().map(|r| r.id), &[]));
    members::touch(tx, m.merged_id)?;
    // an id that was merged into this one before leads on at once
    sql_query("update person set merged_into = $2 where id = $1 or merged_into = $1")
        .bind::<t::Uuid, _>(m.merged_id)
        .bind::<t::Uuid, _>(m.surviving_id)
        .execute(tx.conn())?;
    members::touch(tx, m.surviving_id)
}
fn overlapping(p: Problem) -> Problem {
    if p.code != "already-exists" {
        return p;
    }
    Problem::conflict(
        "records-overlap",
        "両者に同じ期間の記録(標準報酬・標準賞与・休業・公費)があります。先に訂正してください",
        "Both have a record (remuneration, bonus, leave, public expense) for the same time: correct it first",
    )
    .placed("/decision")
}
