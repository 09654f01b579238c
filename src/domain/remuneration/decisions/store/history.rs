//! SQL of decisions and bonuses whose cover is corrected: what holds, what held before the loss, and its new versions.
use super::super::model::BonusRow;
use crate::{
    kernel::{Problem, Tx, errand::Act},
    values::month::Month,
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{PgConnection, RunQueryDsl, sql_query, sql_types as t};
use serde_json::Value;
use uuid::Uuid;

crate::row! {
    /// A version of a decision, to be copied.
    pub struct HeldRow {
        /// Row.
        row_id: t::Uuid => Uuid,
        /// Decision.
        decision_id: t::Uuid => Uuid,
        /// Employer.
        employer_id: t::Uuid => Uuid,
        /// Rule.
        rule: t::Text => String,
        /// First day of the first month.
        applies_from: t::Date => NaiveDate,
        /// First day of the first month in which it does not hold any more.
        applies_until: t::Nullable<t::Date> => Option<NaiveDate>,
        /// 標準報酬月額, yen.
        standard_yen: t::BigInt => i64,
        /// Facts.
        inputs: t::Jsonb => Value,
        /// Known now.
        is_known: t::Bool => bool,
    }
}
const HELD: &str = "row_id, decision_id, employer_id, rule, applies_from, applies_until, standard_yen, inputs, \
     superseded_at is null as is_known";

/// Decisions of a person as known now, by month.
/// # Errors
/// Database errors.
pub fn held(tx: &mut Tx<'_>, person: Uuid) -> Result<Vec<HeldRow>, Problem> {
    Ok(sql_query(format!(
        "select {HELD} from standard_remuneration where person_id = $1 and superseded_at is null order by applies_from"
    ))
    .bind::<t::Uuid, _>(person)
    .load(tx.conn())?)
}
/// Decisions of a person that were known before an instant and taken back then or later, from a month on; the newest first.
/// # Errors
/// Database errors.
pub fn held_before(
    tx: &mut Tx<'_>,
    person: Uuid,
    at: DateTime<Utc>,
    from: Month,
) -> Result<Vec<HeldRow>, Problem> {
    Ok(sql_query(format!(
        "select {HELD} from standard_remuneration where person_id = $1 and (superseded_at = $2 or recorded_at <= $2 and superseded_at > $2) \
         and applies_from >= $3 order by recorded_at desc, applies_until desc nulls first, row_id desc"
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Timestamptz, _>(at)
    .bind::<t::Date, _>(from.first_day())
    .load(tx.conn())?)
}
/// Closes versions that do not hold any more.
/// # Errors
/// Database errors.
pub fn close(conn: &mut PgConnection, act: &Act, rows: &[Uuid]) -> Result<(), Problem> {
    sql_query(
        "update standard_remuneration set superseded_at = $2 where row_id = any($1) and superseded_at is null",
    )
    .bind::<t::Array<t::Uuid>, _>(rows)
    .bind::<t::Timestamptz, _>(act.at())
    .execute(conn)?;
    Ok(())
}
/// What is decided anew in a version.
#[derive(Clone, Debug)]
pub struct Anew {
    /// Version of the rule.
    pub version: &'static str,
    /// Grade and 標準報酬月額.
    pub amounts: (u8, i64),
    /// Facts and trace.
    pub told: (Value, Value),
}
/// Writes a version of a decision for other months, as it is or decided anew.
/// # Errors
/// Database errors.
pub fn copy(
    conn: &mut PgConnection,
    act: &Act,
    row: Uuid,
    (from, until): (Month, Option<Month>),
    anew: Option<&Anew>,
) -> Result<(), Problem> {
    sql_query(
        "insert into standard_remuneration (row_id, decision_id, person_id, employer_id, rule, rule_version, applies_from, \
           applies_until, grade, standard_yen, monthly_yen, inputs, trace, received_on, recorded_at, recorded_by, source) \
         select $2, decision_id, person_id, employer_id, rule, coalesce($3, rule_version), $4, $5, coalesce($6, grade), \
           coalesce($7, standard_yen), monthly_yen, coalesce($8, inputs), coalesce($9, trace), received_on, $10, $11, \
           coalesce($12, source) from standard_remuneration where row_id = $1",
    )
    .bind::<t::Uuid, _>(row)
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Nullable<t::Text>, _>(anew.map(|a| a.version))
    .bind::<t::Date, _>(from.first_day())
    .bind::<t::Nullable<t::Date>, _>(until.map(Month::first_day))
    .bind::<t::Nullable<t::SmallInt>, _>(anew.map(|a| i16::from(a.amounts.0)))
    .bind::<t::Nullable<t::BigInt>, _>(anew.map(|a| a.amounts.1))
    .bind::<t::Nullable<t::Jsonb>, _>(anew.map(|a| &a.told.0))
    .bind::<t::Nullable<t::Jsonb>, _>(anew.map(|a| &a.told.1))
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Nullable<t::Uuid>, _>(anew.and(act.source()))
    .execute(conn)?;
    Ok(())
}
/// Bonuses of a person as known now, by month.
/// # Errors
/// Database errors.
pub fn bonuses_held(tx: &mut Tx<'_>, person: Uuid) -> Result<Vec<BonusRow>, Problem> {
    super::bonuses_by_month(tx, person, None)
}
/// Bonuses that were known before an instant and taken back then or later, from a month on; the newest first.
/// # Errors
/// Database errors.
pub fn bonuses_before(
    tx: &mut Tx<'_>,
    person: Uuid,
    at: DateTime<Utc>,
    from: Month,
) -> Result<Vec<BonusRow>, Problem> {
    Ok(sql_query(format!(
        "select {} from standard_bonus where person_id = $1 and (superseded_at = $2 or recorded_at <= $2 and superseded_at > $2) and month >= $3 \
         order by recorded_at desc, row_id desc",
        super::BONUS
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Timestamptz, _>(at)
    .bind::<t::Date, _>(from.first_day())
    .load(tx.conn())?)
}
/// Takes bonuses back.
/// # Errors
/// Database errors.
pub fn close_bonuses(conn: &mut PgConnection, act: &Act, bonuses: &[Uuid]) -> Result<(), Problem> {
    sql_query(
        "update standard_bonus set superseded_at = $2 where bonus_id = any($1) and superseded_at is null",
    )
    .bind::<t::Array<t::Uuid>, _>(bonuses)
    .bind::<t::Timestamptz, _>(act.at())
    .execute(conn)?;
    Ok(())
}
