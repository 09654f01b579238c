//! SQL of decisions. Nothing is overwritten: a change closes a row by `superseded_at` and writes a new one. Whoever writes holds the
//! person.
mod history;

use super::model::{BonusRow, DecisionRow};
use crate::{
    kernel::{Guarded, Operation, Permit, Problem, Subject, Tx, errand::Act},
    values::month::Month,
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
pub use history::{
    Anew, HeldRow, bonuses_before, bonuses_held, close, close_bonuses, copy, held, held_before,
};
use serde_json::Value;
use uuid::Uuid;

const DECISION: &str = "decision_id, person_id, employer_id, rule, applies_from, applies_until, grade, standard_yen, monthly_yen, \
     trace, received_on, recorded_at, superseded_at, source";
const BONUS: &str = "bonus_id, employer_id, month, reported_yen, standard_yen, inputs, trace, received_on, recorded_at, source";
/// Rows known at `$2`, or now when it is null.
const KNOWN: &str = "(superseded_at is null and $2 is null or recorded_at <= $2 and (superseded_at is null or superseded_at > $2))";

/// A decision to be kept.
pub struct NewDecision {
    /// Who, at which employer.
    pub person: (Uuid, Uuid),
    /// Rule and its version.
    pub rule: (&'static str, &'static str),
    /// First month.
    pub applies_from: Month,
    /// Grade, 標準報酬月額, 報酬月額.
    pub amounts: (u8, i64, i64),
    /// Facts and trace.
    pub told: (Value, Value),
    /// When the society received the form.
    pub received_on: NaiveDate,
    /// Notification.
    pub source: Option<Uuid>,
}
/// Ends what holds from a month on: rows that began before are cut there, rows of that month are replaced, later ones stay.
/// # Errors
/// Database errors.
pub fn cut(conn: &mut PgConnection, act: &Act, person: Uuid, from: Month) -> Result<(), Problem> {
    sql_query(
        "with old as (update standard_remuneration set superseded_at = $3 where person_id = $1 and superseded_at is null \
                      and applies_from <= $2 and (applies_until is null or applies_until > $2) returning *) \
         insert into standard_remuneration (row_id, decision_id, person_id, employer_id, rule, rule_version, applies_from, \
           applies_until, grade, standard_yen, monthly_yen, inputs, trace, received_on, recorded_at, recorded_by, source) \
         select gen_random_uuid(), decision_id, person_id, employer_id, rule, rule_version, applies_from, $2, grade, \
           standard_yen, monthly_yen, inputs, trace, received_on, $3, $4, source from old where applies_from < $2",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Date, _>(from.first_day())
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(act.by())
    .execute(conn)?;
    Ok(())
}
/// Takes decisions back that begin in a month or later, of one rule or of any.
/// # Errors
/// Database errors.
pub fn take_back(
    conn: &mut PgConnection,
    act: &Act,
    person: Uuid,
    (from, until): (Month, Option<Month>),
    rule: Option<&str>,
) -> Result<(), Problem> {
    sql_query(
        "update standard_remuneration set superseded_at = $2 where person_id = $1 and superseded_at is null \
         and applies_from >= $3 and ($4 is null or applies_from <= $4) and ($5 is null or rule = $5)",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Date, _>(from.first_day())
    .bind::<t::Nullable<t::Date>, _>(until.map(Month::first_day))
    .bind::<t::Nullable<t::Text>, _>(rule)
    .execute(conn)?;
    Ok(())
}
/// Takes bonuses back that were paid in a month or later.
/// # Errors
/// Database errors.
pub fn take_back_bonuses(
    conn: &mut PgConnection,
    act: &Act,
    person: Uuid,
    from: Month,
) -> Result<(), Problem> {
    sql_query(
        "update standard_bonus set superseded_at = $2 where person_id = $1 and superseded_at is null and month >= $3",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Date, _>(from.first_day())
    .execute(conn)?;
    Ok(())
}
/// Writes a decision; it holds until the next one that is known.
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, act: &Act, d: NewDecision) -> Result<Uuid, Problem> {
    let id = Uuid::now_v7();
    sql_query(
        "insert into standard_remuneration (row_id, decision_id, person_id, employer_id, rule, rule_version, applies_from, \
           applies_until, grade, standard_yen, monthly_yen, inputs, trace, received_on, recorded_at, recorded_by, source) \
         values ($1, $2, $3, $4, $5, $6, $7, (select min(applies_from) from standard_remuneration where person_id = $3 \
           and superseded_at is null and applies_from > $7), $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(id)
    .bind::<t::Uuid, _>(d.person.0)
    .bind::<t::Uuid, _>(d.person.1)
    .bind::<t::Text, _>(d.rule.0)
    .bind::<t::Text, _>(d.rule.1)
    .bind::<t::Date, _>(d.applies_from.first_day())
    .bind::<t::SmallInt, _>(i16::from(d.amounts.0))
    .bind::<t::BigInt, _>(d.amounts.1)
    .bind::<t::BigInt, _>(d.amounts.2)
    .bind::<t::Jsonb, _>(d.told.0)
    .bind::<t::Jsonb, _>(d.told.1)
    .bind::<t::Date, _>(d.received_on)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Nullable<t::Uuid>, _>(d.source)
    .execute(conn)?;
    Ok(id)
}
/// What is decided of a person as known now, by month, to decide by.
/// # Errors
/// Database errors.
pub fn live<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    person: Uuid,
) -> Result<Vec<DecisionRow>, Problem> {
    by_month(tx, person, None)
}
fn by_month(
    tx: &mut Tx<'_>,
    person: Uuid,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<DecisionRow>, Problem> {
    Ok(sql_query(format!(
        "select {DECISION} from standard_remuneration where person_id = $1 and {KNOWN} order by applies_from limit 1000"
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(tx.conn())?)
}
/// Decisions of a person, by month; asked for after the person was admitted.
/// # Errors
/// Database errors.
pub fn decisions<S: Subject>(
    tx: &mut Tx<'_>,
    of: &S,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<DecisionRow>, Problem> {
    match of.facts().person {
        Some(person) => by_month(tx, person, known_at),
        None => Ok(Vec::new()),
    }
}
/// The newest version of a decision.
/// # Errors
/// 404 when there is none.
pub fn find(tx: &mut Tx<'_>, decision: Uuid) -> Result<Guarded<DecisionRow>, Problem> {
    let found: Option<DecisionRow> = sql_query(format!(
        "select {DECISION} from standard_remuneration where decision_id = $1 \
         order by superseded_at desc nulls first, recorded_at desc limit 1"
    ))
    .bind::<t::Uuid, _>(decision)
    .get_result(tx.conn())
    .optional()?;
    found.map(Guarded::new).ok_or_else(Problem::not_found)
}

/// The 標準賞与額 of a month to be kept.
pub struct NewBonus {
    /// The month's id, when it was decided before.
    pub bonus_id: Option<Uuid>,
    /// Who, at which employer.
    pub person: (Uuid, Uuid),
    /// Rule and its version.
    pub rule: (&'static str, &'static str),
    /// Month of payment.
    pub month: Month,
    /// Reported sum, 標準賞与額.
    pub amounts: (i64, i64),
    /// Facts and trace.
    pub told: (Value, Value),
    /// When the society received the form.
    pub received_on: NaiveDate,
    /// Notification.
    pub source: Option<Uuid>,
}
/// Writes the bonus of a month in the place of what was known of it.
/// # Errors
/// Database errors.
pub fn put_bonus<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, b: NewBonus) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "update standard_bonus set superseded_at = $3 where person_id = $1 and month = $2 and superseded_at is null",
    )
    .bind::<t::Uuid, _>(b.person.0)
    .bind::<t::Date, _>(b.month.first_day())
    .bind::<t::Timestamptz, _>(now)
    .execute(tx.conn())?;
    sql_query(
        "insert into standard_bonus (row_id, bonus_id, person_id, employer_id, rule, rule_version, month, reported_yen, \
           standard_yen, inputs, trace, received_on, recorded_at, recorded_by, source) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(b.bonus_id.unwrap_or_else(Uuid::now_v7))
    .bind::<t::Uuid, _>(b.person.0)
    .bind::<t::Uuid, _>(b.person.1)
    .bind::<t::Text, _>(b.rule.0)
    .bind::<t::Text, _>(b.rule.1)
    .bind::<t::Date, _>(b.month.first_day())
    .bind::<t::BigInt, _>(b.amounts.0)
    .bind::<t::BigInt, _>(b.amounts.1)
    .bind::<t::Jsonb, _>(b.told.0)
    .bind::<t::Jsonb, _>(b.told.1)
    .bind::<t::Date, _>(b.received_on)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Nullable<t::Uuid>, _>(b.source)
    .execute(tx.conn())?;
    Ok(())
}
/// Bonuses of a person as known now, by month, to decide by.
/// # Errors
/// Database errors.
pub fn live_bonuses<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    person: Uuid,
) -> Result<Vec<BonusRow>, Problem> {
    bonuses_by_month(tx, person, None)
}
fn bonuses_by_month(
    tx: &mut Tx<'_>,
    person: Uuid,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<BonusRow>, Problem> {
    Ok(sql_query(format!(
        "select {BONUS} from standard_bonus where person_id = $1 and {KNOWN} order by month limit 1000"
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(tx.conn())?)
}
/// Bonuses of a person, by month; asked for after the person was admitted.
/// # Errors
/// Database errors.
pub fn bonuses<S: Subject>(
    tx: &mut Tx<'_>,
    of: &S,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<BonusRow>, Problem> {
    match of.facts().person {
        Some(person) => bonuses_by_month(tx, person, known_at),
        None => Ok(Vec::new()),
    }
}
