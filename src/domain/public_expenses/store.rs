//! SQL of public expenses. Nothing is overwritten: a correction closes a version and writes the next.
use super::model::ExpenseRow;
use crate::{
    domain::members::PersonRow,
    kernel::{Guarded, Operation, Permit, Problem, Tx},
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

const COLUMNS: &str = "r.public_expense_id, r.person_id, r.payer_number, r.recipient_number, r.valid_from, r.valid_to, r.received_on, \
     r.recorded_at, p.version";

/// What holds on a day (all days when absent) for a person who was admitted, as known at an instant or now.
/// # Errors
/// Database errors.
pub fn list(
    tx: &mut Tx<'_>,
    person: &PersonRow,
    as_of: Option<NaiveDate>,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<ExpenseRow>, Problem> {
    Ok(sql_query(format!(
        "select {COLUMNS} from public_expense r join person p on p.id = r.person_id \
         where r.person_id = $1 and r.recorded_at <= coalesce($3, 'infinity') \
           and (r.superseded_at is null or r.superseded_at > $3) \
           and ($2 is null or r.valid_from <= $2 and (r.valid_to is null or r.valid_to > $2)) \
         order by r.valid_from desc, r.payer_number, r.public_expense_id limit 200"
    ))
    .bind::<t::Uuid, _>(person.id)
    .bind::<t::Nullable<t::Date>, _>(as_of)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(tx.conn())?)
}
/// The version that is known now. The person is held until the end of the transaction.
/// # Errors
/// 404 when there is none.
pub fn lock(tx: &mut Tx<'_>, expense: Uuid) -> Result<Guarded<ExpenseRow>, Problem> {
    let text = format!(
        "select {COLUMNS} from public_expense r join person p on p.id = r.person_id \
         where r.public_expense_id = $1 and r.superseded_at is null for no key update of p"
    );
    sql_query(&text).bind::<t::Uuid, _>(expense).execute(tx.conn())?;
    // read once more: whoever held the person before may have written another version
    Ok(Guarded::new(sql_query(text).bind::<t::Uuid, _>(expense).get_result(tx.conn())?))
}
/// Writes a version as the next one of its item; the one known before is closed.
/// # Errors
/// 409 when the same payer bears for the person on one of these days already.
pub fn write<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    r: &ExpenseRow,
    change: &str,
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "update public_expense set superseded_at = greatest($2, recorded_at) where public_expense_id = $1 and superseded_at is null",
    )
    .bind::<t::Uuid, _>(r.public_expense_id)
    .bind::<t::Timestamptz, _>(now)
    .execute(tx.conn())?;
    sql_query(
        "insert into public_expense (row_id, public_expense_id, person_id, payer_number, recipient_number, valid_from, valid_to, \
         received_on, change, recorded_at, recorded_by) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(r.public_expense_id)
    .bind::<t::Uuid, _>(r.person_id)
    .bind::<t::Text, _>(&r.payer_number)
    .bind::<t::Text, _>(&r.recipient_number)
    .bind::<t::Date, _>(r.valid_from)
    .bind::<t::Nullable<t::Date>, _>(r.valid_to)
    .bind::<t::Date, _>(r.received_on)
    .bind::<t::Text, _>(change)
    .bind::<t::Timestamptz, _>(now.max(r.recorded_at))
    .bind::<t::Uuid, _>(by)
    .execute(tx.conn())
    .map_err(|e| overlapping(e.into()))?;
    Ok(())
}
fn overlapping(p: Problem) -> Problem {
    if p.code != "already-exists" {
        return p;
    }
    Problem::conflict(
        "public-expense-overlaps",
        "同じ公費負担者番号の受給期間が重なっています",
        "The same payer bears for the person on one of these days already",
    )
}
