//! SQL of protections. Nothing is overwritten: a change closes a version and writes the next.
use super::model::{EndingRow, ProtectionChange, ProtectionRow};
use crate::{
    domain::members::PersonRow,
    kernel::{
        Guarded, Operation, Permit, Problem, Tx,
        asked::{self, NOW},
    },
    values::day_key::DayKey,
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

const COLUMNS: &str = "r.row_id, r.protection_id, r.person_id, r.reason, r.authority, r.authority_name, r.valid_from, r.valid_to, \
     r.received_on, r.letter_name, r.letter_postal_code, r.letter_address, r.change, r.recorded_at, p.version";
/// Whether the end of the version was asked for and waits for a second person: now, or at the instant `at`.
fn lift_requested(at: &str) -> String {
    format!(
        "exists (select from approval a where a.kind = 'protection_lift' and a.subject_id = r.row_id \
           and a.requested_at <= coalesce({at}, 'infinity') and (a.decided_at is null or a.decided_at > {at})) as is_lift_requested"
    )
}

/// Every version for a person who was admitted, or those that hold on a day; newest knowledge first, as known at an instant or now.
/// # Errors
/// Database errors.
pub fn versions(
    tx: &mut Tx<'_>,
    person: &PersonRow,
    (as_of, known_at): (Option<NaiveDate>, Option<DateTime<Utc>>),
) -> Result<Vec<ProtectionRow>, Problem> {
    let lift = lift_requested("$2");
    Ok(sql_query(format!(
        "select {COLUMNS}, {lift}, case when $2 is null or r.superseded_at <= $2 then r.superseded_at end as superseded_at \
         from protection r join person p on p.id = r.person_id \
         where r.person_id = $1 and ($2 is null or r.recorded_at <= $2) \
           and ($3::date is null or r.valid_from <= $3 and (r.valid_to is null or r.valid_to > $3)) \
         order by r.recorded_at desc, r.row_id desc limit 500"
    ))
    .bind::<t::Uuid, _>(person.id)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .bind::<t::Nullable<t::Date>, _>(as_of)
    .load(tx.conn())?)
}
/// The version that is known now. The person is held until the end of the transaction.
/// # Errors
/// 404 when there is none.
pub fn lock(tx: &mut Tx<'_>, protection: Uuid) -> Result<Guarded<ProtectionRow>, Problem> {
    let lift = lift_requested(NOW);
    let text = format!(
        "select {COLUMNS}, {lift}, r.superseded_at from protection r join person p on p.id = r.person_id \
         where r.protection_id = $1 and r.superseded_at is null for no key update of p"
    );
    sql_query(&text).bind::<t::Uuid, _>(protection).execute(tx.conn())?;
    // read once more: whoever held the person before may have written another version
    Ok(Guarded::new(sql_query(text).bind::<t::Uuid, _>(protection).get_result(tx.conn())?))
}
/// Whether a protection of the person holds on the day or later.
/// # Errors
/// Database errors.
pub fn runs(tx: &mut Tx<'_>, person: &PersonRow, from: NaiveDate) -> Result<bool, Problem> {
    let found = sql_query(
        "select from protection where person_id = $1 and superseded_at is null and (valid_to is null or valid_to > $2) limit 1",
    )
    .bind::<t::Uuid, _>(person.id)
    .bind::<t::Date, _>(from)
    .execute(tx.conn())?;
    Ok(found > 0)
}
/// The protection of a person that holds on a day, as known now or at an instant; the one recorded last, if several do.
/// # Errors
/// Database errors.
pub fn holding(
    tx: &mut Tx<'_>,
    person: &PersonRow,
    (on, known_at): (NaiveDate, Option<DateTime<Utc>>),
) -> Result<Option<ProtectionRow>, Problem> {
    let (lift, known) = (lift_requested("$3"), asked::known("r", known_at, "$3"));
    Ok(sql_query(format!(
        "select {COLUMNS}, {lift}, r.superseded_at from protection r join person p on p.id = r.person_id \
         where r.person_id = $1 and {known} and r.valid_from <= $2 and (r.valid_to is null or r.valid_to > $2) \
         order by r.recorded_at desc, r.row_id desc limit 1"
    ))
    .bind::<t::Uuid, _>(person.id)
    .bind::<t::Date, _>(on)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .get_result(tx.conn())
    .optional()?)
}
/// What is known now of the protections of an id.
fn known(tx: &mut Tx<'_>, person: Uuid) -> Result<Vec<ProtectionRow>, Problem> {
    let lift = lift_requested(NOW);
    Ok(sql_query(format!(
        "select {COLUMNS}, {lift}, r.superseded_at from protection r join person p on p.id = r.person_id \
         where r.person_id = $1 and r.superseded_at is null order by r.valid_from, r.protection_id"
    ))
    .bind::<t::Uuid, _>(person)
    .load(tx.conn())?)
}
/// 名寄せ: the protections of the merged id go on under the surviving one. Where one runs under either, they are one: it holds until the later
/// of the two days, and letters go where they went. Both persons are held.
/// # Errors
/// 409 `letter-addresses-differ`.
pub fn join<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    surviving: Uuid,
    merged: Uuid,
) -> Result<(), Problem> {
    let today = tx.today();
    let runs = |r: &ProtectionRow| r.valid_to.is_none_or(|to| to > today);
    let mut own = known(tx, surviving)?.into_iter().find(runs);
    for r in known(tx, merged)? {
        let mut r = ProtectionRow { person_id: surviving, ..r };
        if let Some(own) = own.as_mut().filter(|_| runs(&r)) {
            if own.letter() != r.letter() {
                return Err(Problem::conflict(
                    "letter-addresses-differ",
                    "両者の支援措置の送付先が異なります。先に一方の送付先を変更してください",
                    "Both are protected, and letters go to different addresses: change one first",
                )
                .placed("/decision"));
            }
            let later = own.valid_to.zip(r.valid_to).map(|(a, b)| a.max(b));
            if own.valid_to != later {
                own.valid_to = later;
                write(tx, permit, own, ProtectionChange::Merged)?;
            }
            r.valid_to = Some(today.max(r.valid_from));
        }
        write(tx, permit, &r, ProtectionChange::Merged)?;
    }
    Ok(())
}
/// Writes a version as the next one of its protection; the one known before is closed.
/// # Errors
/// Database errors.
pub fn write<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    r: &ProtectionRow,
    change: ProtectionChange,
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "update protection set superseded_at = greatest($2, recorded_at) where protection_id = $1 and superseded_at is null",
    )
    .bind::<t::Uuid, _>(r.protection_id)
    .bind::<t::Timestamptz, _>(now)
    .execute(tx.conn())?;
    sql_query(
        "insert into protection (row_id, protection_id, person_id, reason, authority, authority_name, valid_from, valid_to, \
         received_on, letter_name, letter_postal_code, letter_address, change, recorded_at, recorded_by) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(r.protection_id)
    .bind::<t::Uuid, _>(r.person_id)
    .bind::<t::Text, _>(&r.reason)
    .bind::<t::Text, _>(&r.authority)
    .bind::<t::Text, _>(&r.authority_name)
    .bind::<t::Date, _>(r.valid_from)
    .bind::<t::Nullable<t::Date>, _>(r.valid_to)
    .bind::<t::Date, _>(r.received_on)
    .bind::<t::Nullable<t::Text>, _>(&r.letter_name)
    .bind::<t::Nullable<t::Text>, _>(&r.letter_postal_code)
    .bind::<t::Text, _>(&r.letter_address)
    .bind::<t::Text, _>(change.word())
    .bind::<t::Timestamptz, _>(now.max(r.recorded_at))
    .bind::<t::Uuid, _>(by)
    .execute(tx.conn())?;
    Ok(())
}
const ENDING: &str = "select protection_id, person_id, authority_name, valid_from, valid_to from protection where valid_from <= $1";
/// One page of the protections that hold on a day and have an end, before a day if one is stated, as known now or at an instant; the next end
/// first.
/// # Errors
/// Database errors.
pub fn ending(
    tx: &mut Tx<'_>,
    (on, known_at, ends_before): (NaiveDate, Option<DateTime<Utc>>, Option<NaiveDate>),
    after: Option<DayKey>,
    limit: i64,
) -> Result<Guarded<Vec<EndingRow>>, Problem> {
    let known = asked::known("protection", known_at, "$6");
    let rows = sql_query(format!(
        "{ENDING} and {known} and valid_to > $1 and ($2::date is null or valid_to < $2) \
           and ($3::date is null or (valid_to, protection_id) > ($3, $4)) order by valid_to, protection_id limit $5"
    ))
    .bind::<t::Date, _>(on)
    .bind::<t::Nullable<t::Date>, _>(ends_before)
    .bind::<t::Nullable<t::Date>, _>(after.map(|k| k.0))
    .bind::<t::Nullable<t::Uuid>, _>(after.map(|k| k.1))
    .bind::<t::BigInt, _>(limit)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(tx.conn())?;
    Ok(Guarded::new(rows))
}
/// The protections that hold on a day and end on another one, for the calendar.
/// # Errors
/// Database errors.
pub fn ending_on(
    conn: &mut PgConnection,
    day: NaiveDate,
    ends_on: NaiveDate,
) -> Result<Vec<EndingRow>, Problem> {
    Ok(sql_query(format!("{ENDING} and superseded_at is null and valid_to = $2 order by protection_id"))
        .bind::<t::Date, _>(day)
        .bind::<t::Date, _>(ends_on)
        .load(conn)?)
}
crate::row! {
    /// The addresses of a person on a day.
    pub struct AddressRow {
        /// 連絡先 郵便番号.
        contact_postal_code: t::Nullable<t::Text> => Option<String>,
        /// 連絡先住所.
        contact_address: t::Nullable<t::Text> => Option<String>,
        /// 住民票 郵便番号.
        resident_postal_code: t::Nullable<t::Text> => Option<String>,
        /// 住民票住所.
        resident_address: t::Nullable<t::Text> => Option<String>,
    }
}
/// The addresses of a person on a day, as known now or at an instant; none when no identity is known for that day.
/// # Errors
/// Database errors.
pub fn addresses(
    tx: &mut Tx<'_>,
    person: &PersonRow,
    (on, known_at): (NaiveDate, Option<DateTime<Utc>>),
) -> Result<Option<AddressRow>, Problem> {
    let known = asked::known("person_identity", known_at, "$3");
    Ok(sql_query(format!(
        "select contact_postal_code, contact_address, resident_postal_code, resident_address from person_identity \
         where person_id = $1 and {known} and valid_from <= $2 and (valid_to is null or valid_to > $2)"
    ))
    .bind::<t::Uuid, _>(person.id)
    .bind::<t::Date, _>(on)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .get_result(tx.conn())
    .optional()?)
}
