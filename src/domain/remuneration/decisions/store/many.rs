//! SQL of decisions of many people at once: as the store does for one, with one statement each.
use super::super::{history::Entry, model::LiveRow};
use crate::{
    kernel::{Problem, errand::Act},
    values::month::Month,
};
use chrono::NaiveDate;
use diesel::{PgConnection, RunQueryDsl, sql_query, sql_types as t};
use serde_json::Value;
use uuid::Uuid;

/// What is decided of these persons as known now, by month, without the traces, which nobody decides by.
/// # Errors
/// Database errors.
pub fn live(conn: &mut PgConnection, _: &Act, persons: &[Uuid]) -> Result<Vec<LiveRow>, Problem> {
    Ok(sql_query(
        "select person_id, decision_id, employer_id, rule, rule_version, applies_from, applies_until, grade, standard_yen, \
           monthly_yen, inputs, 'null'::jsonb as trace, received_on, source \
         from standard_remuneration where person_id = any($1) and superseded_at is null order by person_id, applies_from",
    )
    .bind::<t::Array<t::Uuid>, _>(persons)
    .load(conn)?)
}
crate::row! {
    /// A version that was closed.
    pub struct Closed {
        /// Its row.
        row_id: t::Uuid => Uuid,
    }
}
/// Closes the versions of decisions that are known now; gives their rows.
/// # Errors
/// Database errors.
pub fn close(conn: &mut PgConnection, act: &Act, decisions: &[Uuid]) -> Result<Vec<Uuid>, Problem> {
    let closed: Vec<Closed> = sql_query(
        "update standard_remuneration set superseded_at = $2 where decision_id = any($1) and superseded_at is null returning row_id",
    )
    .bind::<t::Array<t::Uuid>, _>(decisions)
    .bind::<t::Timestamptz, _>(act.at())
    .load(conn)?;
    Ok(closed.into_iter().map(|c| c.row_id).collect())
}
/// Writes those of the closed versions once more that go on, each with another end.
/// # Errors
/// Database errors.
pub fn reopen(
    conn: &mut PgConnection,
    act: &Act,
    (closed, moved): (&[Uuid], &[(Uuid, Option<Month>)]),
) -> Result<(), Problem> {
    let (decisions, ends): (Vec<Uuid>, Vec<Option<NaiveDate>>) =
        moved.iter().map(|(id, until)| (*id, until.map(Month::first_day))).unzip();
    sql_query(
        "insert into standard_remuneration (row_id, decision_id, person_id, employer_id, rule, rule_version, applies_from, \
           applies_until, grade, standard_yen, monthly_yen, inputs, trace, received_on, recorded_at, recorded_by, source) \
         select m.row_id, s.decision_id, person_id, employer_id, rule, rule_version, applies_from, m.until_on, grade, \
           standard_yen, monthly_yen, inputs, trace, received_on, $3, $4, source \
         from unnest($1, $2, $6) as m(decision_id, until_on, row_id) \
         join standard_remuneration s on s.decision_id = m.decision_id and s.row_id = any($5)",
    )
    .bind::<t::Array<t::Uuid>, _>(decisions)
    .bind::<t::Array<t::Nullable<t::Date>>, _>(ends)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Array<t::Uuid>, _>(closed)
    // ids that run with time: random ones would touch another page of the index for every row
    .bind::<t::Array<t::Uuid>, _>(moved.iter().map(|_| Uuid::now_v7()).collect::<Vec<_>>())
    .execute(conn)?;
    Ok(())
}
/// A new decision: whose, and until when it holds.
type New<'a> = (Uuid, &'a Entry, Option<Month>);
/// Writes new decisions.
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, act: &Act, new: &[New<'_>]) -> Result<(), Problem> {
    sql_query(
        "insert into standard_remuneration (row_id, decision_id, person_id, employer_id, rule, rule_version, applies_from, \
           applies_until, grade, standard_yen, monthly_yen, inputs, trace, received_on, recorded_at, recorded_by, source) \
         select row_id, decision_id, person_id, employer_id, rule, rule_version, applies_from, applies_until, grade, standard_yen, \
           monthly_yen, inputs, trace, received_on, $1, $2, source \
         from unnest($3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) as d(row_id, decision_id, person_id, \
           employer_id, rule, rule_version, applies_from, applies_until, grade, standard_yen, monthly_yen, inputs, trace, \
           received_on, source)",
    )
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Array<t::Uuid>, _>(column(new, |_| Uuid::now_v7()))
    .bind::<t::Array<t::Uuid>, _>(column(new, |d| d.1.decision_id))
    .bind::<t::Array<t::Uuid>, _>(column(new, |d| d.0))
    .bind::<t::Array<t::Uuid>, _>(column(new, |d| d.1.employer))
    .bind::<t::Array<t::Text>, _>(column::<&str>(new, |d| &d.1.rule.0))
    .bind::<t::Array<t::Text>, _>(column::<&str>(new, |d| &d.1.rule.1))
    .bind::<t::Array<t::Date>, _>(column(new, |d| d.1.from.first_day()))
    .bind::<t::Array<t::Nullable<t::Date>>, _>(column(new, |d| d.2.map(Month::first_day)))
    .bind::<t::Array<t::SmallInt>, _>(column(new, |d| i16::from(d.1.amounts.0)))
    .bind::<t::Array<t::BigInt>, _>(column(new, |d| d.1.amounts.1))
    .bind::<t::Array<t::BigInt>, _>(column(new, |d| d.1.amounts.2))
    .bind::<t::Array<t::Jsonb>, _>(column::<&Value>(new, |d| &d.1.told.0))
    .bind::<t::Array<t::Jsonb>, _>(column::<&Value>(new, |d| &d.1.told.1))
    .bind::<t::Array<t::Date>, _>(column(new, |d| d.1.received_on))
    .bind::<t::Array<t::Nullable<t::Uuid>>, _>(column(new, |d| d.1.source))
    .execute(conn)?;
    Ok(())
}
fn column<'a, T>(new: &[New<'a>], of: impl Fn(&New<'a>) -> T) -> Vec<T> {
    new.iter().map(of).collect()
}
