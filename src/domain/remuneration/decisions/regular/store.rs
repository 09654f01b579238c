//! SQL of many regular determinations at once: as `decisions::store` does for one person, with one statement each. Whoever writes
//! holds the persons.
use super::{super::model::DecisionRow, Determination};
use crate::{
    domain::remuneration::rules::{RegularDetermination, Rule},
    kernel::{Problem, errand::Act},
    values::month::Month,
};
use chrono::NaiveDate;
use diesel::{PgConnection, RunQueryDsl, sql_query, sql_types as t};
use serde_json::Value;
use uuid::Uuid;

/// What is decided of these persons as known now, without the traces, which no rule reads.
/// # Errors
/// Database errors.
pub fn live(conn: &mut PgConnection, _: &Act, persons: &[Uuid]) -> Result<Vec<DecisionRow>, Problem> {
    Ok(sql_query(
        "select decision_id, person_id, employer_id, rule, applies_from, applies_until, grade, standard_yen, monthly_yen, \
           'null'::jsonb as trace, received_on, recorded_at, superseded_at, source \
         from standard_remuneration where person_id = any($1) and superseded_at is null order by person_id, applies_from",
    )
    .bind::<t::Array<t::Uuid>, _>(persons)
    .load(conn)?)
}
/// Ends what holds from the first month of each on: rows that began before are cut there, rows of that month are replaced.
/// # Errors
/// Database errors.
pub fn cut(conn: &mut PgConnection, act: &Act, decided: &[&Determination]) -> Result<(), Problem> {
    sql_query(
        "with old as (update standard_remuneration s set superseded_at = $3 from unnest($1, $2) as d(person, from_on) \
                      where s.person_id = d.person and s.superseded_at is null and s.applies_from <= d.from_on \
                      and (s.applies_until is null or s.applies_until > d.from_on) returning s.*, d.from_on) \
         insert into standard_remuneration (row_id, decision_id, person_id, employer_id, rule, rule_version, applies_from, \
           applies_until, grade, standard_yen, monthly_yen, inputs, trace, received_on, recorded_at, recorded_by, source) \
         select gen_random_uuid(), decision_id, person_id, employer_id, rule, rule_version, applies_from, from_on, grade, \
           standard_yen, monthly_yen, inputs, trace, received_on, $3, $4, source from old where applies_from < from_on",
    )
    .bind::<t::Array<t::Uuid>, _>(column(decided, |d| d.case.person))
    .bind::<t::Array<t::Date>, _>(column(decided, |d| d.from.first_day()))
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(act.by())
    .execute(conn)?;
    Ok(())
}
/// Writes them; each holds until the next one that is known.
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, act: &Act, decided: &[&Determination]) -> Result<(), Problem> {
    sql_query(
        "insert into standard_remuneration (row_id, decision_id, person_id, employer_id, rule, rule_version, applies_from, \
           applies_until, grade, standard_yen, monthly_yen, inputs, trace, received_on, recorded_at, recorded_by, source) \
         select row_id, decision_id, person_id, employer_id, $1, $2, applies_from, applies_until, grade, standard_yen, \
           monthly_yen, inputs, trace, received_on, $3, $4, source \
         from unnest($5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) as d(row_id, decision_id, person_id, \
           employer_id, applies_from, applies_until, grade, standard_yen, monthly_yen, inputs, trace, received_on, source)",
    )
    .bind::<t::Text, _>(RegularDetermination::ID)
    .bind::<t::Text, _>(RegularDetermination::VERSION)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Array<t::Uuid>, _>(column(decided, |_| Uuid::now_v7()))
    .bind::<t::Array<t::Uuid>, _>(column(decided, |d| d.decision_id))
    .bind::<t::Array<t::Uuid>, _>(column(decided, |d| d.case.person))
    .bind::<t::Array<t::Uuid>, _>(column(decided, |d| d.case.employer))
    .bind::<t::Array<t::Date>, _>(column(decided, |d| d.from.first_day()))
    .bind::<t::Array<t::Nullable<t::Date>>, _>(column(decided, |d| d.until.map(Month::first_day)))
    .bind::<t::Array<t::SmallInt>, _>(column(decided, |d| i16::from(d.amounts.0)))
    .bind::<t::Array<t::BigInt>, _>(column(decided, |d| d.amounts.1))
    .bind::<t::Array<t::BigInt>, _>(column(decided, |d| d.amounts.2))
    .bind::<t::Array<t::Jsonb>, _>(column::<&Value>(decided, |d| &d.told.0))
    .bind::<t::Array<t::Jsonb>, _>(column::<&Value>(decided, |d| &d.told.1))
    .bind::<t::Array<t::Date>, _>(column::<NaiveDate>(decided, |d| d.case.received_on))
    .bind::<t::Array<t::Nullable<t::Uuid>>, _>(column(decided, |d| d.case.source))
    .execute(conn)?;
    Ok(())
}
fn column<'a, T>(decided: &[&'a Determination], of: impl Fn(&'a Determination) -> T) -> Vec<T> {
    decided.iter().copied().map(of).collect()
}
