//! SQL of bonuses: what was paid, and the 標準賞与額 of each month. Nothing is overwritten. Whoever writes holds the person.
use super::{
    super::model::{BonusRow, PaymentRow},
    KNOWN, NEWEST_KNOWN,
};
use crate::{
    kernel::{Guarded, Problem, Subject, Tx, errand::Act},
    values::month::Month,
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use serde_json::Value;
use uuid::Uuid;

const BONUS: &str = "bonus_id, person_id, employer_id, month, reported_yen, standard_yen, inputs, trace, no_premium, received_on, \
     recorded_at, superseded_at, source";
/// Columns of a payment.
pub const PAYMENT: &str = "payment_id, employer_id, paid_on, paid_yen, received_on, recorded_at, source";

/// The 標準賞与額 of a month to be kept.
pub struct NewBonus {
    /// The month's id, when it was decided before.
    pub bonus_id: Option<Uuid>,
    /// Employer of the last payment.
    pub employer: Uuid,
    /// Rule and its version.
    pub rule: (&'static str, &'static str),
    /// Month of payment.
    pub month: Month,
    /// Reported sum, 標準賞与額.
    pub amounts: (i64, i64),
    /// Facts and trace.
    pub told: (Value, Value),
    /// Why it bears no premium.
    pub no_premium: Option<&'static str>,
    /// When the society received the form.
    pub received_on: NaiveDate,
    /// Notification.
    pub source: Option<Uuid>,
}
/// Closes what is known of the bonus of a month.
/// # Errors
/// Database errors.
pub fn close(conn: &mut PgConnection, act: &Act, person: Uuid, month: Month) -> Result<(), Problem> {
    sql_query(
        "update standard_bonus set superseded_at = $3 where person_id = $1 and month = $2 and superseded_at is null",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Date, _>(month.first_day())
    .bind::<t::Timestamptz, _>(act.at())
    .execute(conn)?;
    Ok(())
}
/// Writes the bonus of a month in the place of what was known of it.
/// # Errors
/// Database errors.
pub fn put(conn: &mut PgConnection, act: &Act, person: Uuid, b: NewBonus) -> Result<(), Problem> {
    close(conn, act, person, b.month)?;
    sql_query(
        "insert into standard_bonus (row_id, bonus_id, person_id, employer_id, rule, rule_version, month, reported_yen, \
           standard_yen, inputs, trace, no_premium, received_on, recorded_at, recorded_by, source) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(b.bonus_id.unwrap_or_else(Uuid::now_v7))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Uuid, _>(b.employer)
    .bind::<t::Text, _>(b.rule.0)
    .bind::<t::Text, _>(b.rule.1)
    .bind::<t::Date, _>(b.month.first_day())
    .bind::<t::BigInt, _>(b.amounts.0)
    .bind::<t::BigInt, _>(b.amounts.1)
    .bind::<t::Jsonb, _>(b.told.0)
    .bind::<t::Jsonb, _>(b.told.1)
    .bind::<t::Nullable<t::Text>, _>(b.no_premium)
    .bind::<t::Date, _>(b.received_on)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Nullable<t::Uuid>, _>(b.source)
    .execute(conn)?;
    Ok(())
}
/// 名寄せ: the bonuses of the merged id (the second) are closed, and go on under the surviving one where it has none of the month.
/// # Errors
/// Database errors.
pub fn carry(conn: &mut PgConnection, act: &Act, (surviving, merged): (Uuid, Uuid)) -> Result<(), Problem> {
    sql_query(
        "with old as (update standard_bonus set superseded_at = greatest($3, recorded_at) \
                      where person_id = $1 and superseded_at is null returning *) \
         insert into standard_bonus (row_id, bonus_id, person_id, employer_id, rule, rule_version, month, reported_yen, \
           standard_yen, inputs, trace, no_premium, received_on, recorded_at, recorded_by, source) \
         select gen_random_uuid(), bonus_id, $2, employer_id, rule, rule_version, month, reported_yen, standard_yen, inputs, trace, \
           no_premium, received_on, $3, $4, source from old \
         where not exists (select from standard_bonus s where s.person_id = $2 and s.month = old.month and s.superseded_at is null)",
    )
    .bind::<t::Uuid, _>(merged)
    .bind::<t::Uuid, _>(surviving)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(act.by())
    .execute(conn)?;
    Ok(())
}
crate::row! {
    /// A month.
    pub struct MonthRow {
        /// Its first day.
        month: t::Date => NaiveDate,
    }
}
/// Months of the bonuses that went over from the merged id (the second) now, if the surviving one has bonuses of its own.
/// # Errors
/// Database errors.
pub fn carried_months(
    conn: &mut PgConnection,
    act: &Act,
    (surviving, merged): (Uuid, Uuid),
) -> Result<Vec<NaiveDate>, Problem> {
    let found: Vec<MonthRow> = sql_query(
        "select distinct month from standard_bonus where person_id = $1 and superseded_at >= $3 \
           and exists (select from standard_bonus s where s.person_id = $2 and s.superseded_at is null \
             and s.bonus_id not in (select bonus_id from standard_bonus where person_id = $1))",
    )
    .bind::<t::Uuid, _>(merged)
    .bind::<t::Uuid, _>(surviving)
    .bind::<t::Timestamptz, _>(act.at())
    .load(conn)?;
    Ok(found.into_iter().map(|r| r.month).collect())
}
/// Closes the version of a payment that is known now.
/// # Errors
/// Database errors.
pub fn close_payment(conn: &mut PgConnection, act: &Act, payment: Uuid) -> Result<(), Problem> {
    sql_query("update bonus_payment set superseded_at = $2 where payment_id = $1 and superseded_at is null")
        .bind::<t::Uuid, _>(payment)
        .bind::<t::Timestamptz, _>(act.at())
        .execute(conn)?;
    Ok(())
}
/// Writes a version of a payment.
/// # Errors
/// Database errors.
pub fn insert_payment(
    conn: &mut PgConnection,
    act: &Act,
    person: Uuid,
    p: &PaymentRow,
) -> Result<(), Problem> {
    sql_query(
        "insert into bonus_payment (row_id, payment_id, person_id, employer_id, paid_on, paid_yen, received_on, recorded_at, \
           recorded_by, source) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(p.payment_id)
    .bind::<t::Uuid, _>(person)
    .bind::<t::Uuid, _>(p.employer_id)
    .bind::<t::Date, _>(p.paid_on)
    .bind::<t::BigInt, _>(p.paid_yen)
    .bind::<t::Date, _>(p.received_on)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Nullable<t::Uuid>, _>(p.source)
    .execute(conn)?;
    Ok(())
}
/// Bonuses of a person by month, as known at an instant or now.
/// # Errors
/// Database errors.
pub fn by_month(
    conn: &mut PgConnection,
    person: Uuid,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<BonusRow>, Problem> {
    Ok(sql_query(format!(
        "select {BONUS} from standard_bonus where person_id = $1 and {KNOWN} order by month limit 1000"
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(conn)?)
}
/// What was paid to a person, by day, as known at an instant or now.
/// # Errors
/// Database errors.
pub fn payments(
    conn: &mut PgConnection,
    person: Uuid,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<PaymentRow>, Problem> {
    Ok(sql_query(format!(
        "select {PAYMENT} from bonus_payment where person_id = $1 and {KNOWN} order by paid_on, payment_id limit 5000"
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(conn)?)
}
/// The newest version of the bonus of a month, as known at an instant or now.
/// # Errors
/// 404 when there is none.
pub fn find(
    tx: &mut Tx<'_>,
    bonus: Uuid,
    known_at: Option<DateTime<Utc>>,
) -> Result<Guarded<BonusRow>, Problem> {
    let found: Option<BonusRow> =
        sql_query(format!("select {BONUS} from standard_bonus where bonus_id = $1 and {NEWEST_KNOWN}"))
            .bind::<t::Uuid, _>(bonus)
            .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
            .get_result(tx.conn())
            .optional()?;
    found.map(Guarded::new).ok_or_else(Problem::not_found)
}
/// Bonuses of a person with what was paid, by month; asked for after the person was admitted.
/// # Errors
/// Database errors.
pub fn bonuses<S: Subject>(
    tx: &mut Tx<'_>,
    of: &S,
    known_at: Option<DateTime<Utc>>,
) -> Result<(Vec<BonusRow>, Vec<PaymentRow>), Problem> {
    match of.facts().person {
        Some(person) => Ok((by_month(tx.conn(), person, known_at)?, payments(tx.conn(), person, known_at)?)),
        None => Ok((Vec::new(), Vec::new())),
    }
}
/// An employer paid somebody a bonus in a month, as known now.
/// # Errors
/// Database errors.
pub fn has_paid(conn: &mut PgConnection, employer: Uuid, month: Month) -> Result<bool, Problem> {
    let found = sql_query(
        "select from bonus_payment where employer_id = $1 and paid_on between $2 and $3 and superseded_at is null limit 1",
    )
    .bind::<t::Uuid, _>(employer)
    .bind::<t::Date, _>(month.first_day())
    .bind::<t::Date, _>(month.last_day())
    .execute(conn)?;
    Ok(found > 0)
}
