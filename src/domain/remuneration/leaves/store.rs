//! SQL of leaves. Nothing is overwritten: a change closes a row by `superseded_at` and writes a new one. Whoever writes holds the person.
use super::{
    super::{
        corrections::CLOSED_BY,
        decisions::{CHILDCARE_END, MATERNITY_END, NEWEST_KNOWN},
        rules::LeaveKind,
    },
    model::LeaveRow,
    plan::LeaveFacts,
};
use crate::{
    domain::members,
    kernel::{Guarded, Problem, Subject, Tx, errand::Act},
    values::month::Month,
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use serde_json::Value;
use uuid::Uuid;

const LEAVE: &str = "leave_id, person_id, employer_id, leave_type, starts_on, planned_ends_on, ended_on, expected_birth_on, born_on, \
     is_multiple, child_name_kana, child_name, worked_days, no_work_days, exempt_months, exempt_bonus_months, inputs, trace, \
     start_received_on, end_received_on, recorded_at, superseded_at, source";

/// A version of a leave to be kept.
pub struct NewLeave {
    /// Leave.
    pub leave_id: Uuid,
    /// Who, at which employer.
    pub person: (Uuid, Uuid),
    /// The leave.
    pub facts: LeaveFacts,
    /// Version of the rule.
    pub rule: (&'static str, &'static str),
    /// Months without premium, and without premium of bonuses.
    pub months: (Vec<Month>, Vec<Month>),
    /// Facts and trace of the rule.
    pub told: (Value, Value),
    /// 開始受付日, 終了受付日.
    pub received_on: (NaiveDate, Option<NaiveDate>),
    /// Notification.
    pub source: Option<Uuid>,
}
/// Closes the version of a leave that is known now.
/// # Errors
/// Database errors.
pub fn close(conn: &mut PgConnection, act: &Act, leave: Uuid) -> Result<(), Problem> {
    sql_query("update leave_period set superseded_at = $2 where leave_id = $1 and superseded_at is null")
        .bind::<t::Uuid, _>(leave)
        .bind::<t::Timestamptz, _>(act.at())
        .execute(conn)?;
    Ok(())
}
/// Writes a version of a leave.
/// # Errors
/// Database errors.
pub fn insert(conn: &mut PgConnection, act: &Act, l: NewLeave) -> Result<(), Problem> {
    let days = |months: &[Month]| months.iter().map(|m| m.first_day()).collect::<Vec<NaiveDate>>();
    sql_query(
        "insert into leave_period (row_id, leave_id, person_id, employer_id, leave_type, starts_on, planned_ends_on, ended_on, \
           expected_birth_on, born_on, is_multiple, child_name_kana, child_name, worked_days, rule, rule_version, exempt_months, \
           exempt_bonus_months, inputs, trace, start_received_on, end_received_on, recorded_at, recorded_by, source, no_work_days) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(l.leave_id)
    .bind::<t::Uuid, _>(l.person.0)
    .bind::<t::Uuid, _>(l.person.1)
    .bind::<t::Text, _>(l.facts.leave_type.word())
    .bind::<t::Date, _>(l.facts.starts_on)
    .bind::<t::Date, _>(l.facts.planned_ends_on)
    .bind::<t::Nullable<t::Date>, _>(l.facts.ended_on)
    .bind::<t::Nullable<t::Date>, _>(l.facts.child.expected_on)
    .bind::<t::Nullable<t::Date>, _>(l.facts.child.born_on)
    .bind::<t::Bool, _>(l.facts.child.is_multiple)
    .bind::<t::Nullable<t::Text>, _>(l.facts.child.name_kana)
    .bind::<t::Nullable<t::Text>, _>(l.facts.child.name)
    .bind::<t::SmallInt, _>(i16::try_from(l.facts.worked_days).unwrap_or(i16::MAX))
    .bind::<t::Text, _>(l.rule.0)
    .bind::<t::Text, _>(l.rule.1)
    .bind::<t::Array<t::Date>, _>(days(&l.months.0))
    .bind::<t::Array<t::Date>, _>(days(&l.months.1))
    .bind::<t::Jsonb, _>(l.told.0)
    .bind::<t::Jsonb, _>(l.told.1)
    .bind::<t::Date, _>(l.received_on.0)
    .bind::<t::Nullable<t::Date>, _>(l.received_on.1)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Nullable<t::Uuid>, _>(l.source)
    .bind::<t::Array<t::Date>, _>(l.facts.no_work_days)
    .execute(conn)?;
    Ok(())
}
crate::row! {
    /// Whether there is one.
    pub struct FoundRow {
        /// There is one.
        is_there: t::Bool => bool,
    }
}
/// Does a revision after a leave of this kind hold that ended on this day?
/// # Errors
/// Database errors.
pub fn is_revised_after(
    conn: &mut PgConnection,
    person: Uuid,
    (kind, ended_on): (LeaveKind, NaiveDate),
) -> Result<bool, Problem> {
    let rule = match kind {
        LeaveKind::Maternity => MATERNITY_END,
        LeaveKind::Childcare => CHILDCARE_END,
    };
    let found: FoundRow = sql_query(
        "select exists (select from standard_remuneration where person_id = $1 and superseded_at is null and rule = $2 \
           and inputs->>'ended_on' = $3::date::text) as is_there",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Text, _>(rule)
    .bind::<t::Date, _>(ended_on)
    .get_result(conn)?;
    Ok(found.is_there)
}
/// Leaves of a person as known now, by their first day, to decide by.
/// # Errors
/// Database errors.
pub fn live(conn: &mut PgConnection, person: Uuid) -> Result<Vec<LeaveRow>, Problem> {
    by_day(conn, person, None)
}
fn by_day(
    conn: &mut PgConnection,
    person: Uuid,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<LeaveRow>, Problem> {
    Ok(sql_query(format!(
        "select {LEAVE} from leave_period where person_id = $1 \
         and (superseded_at is null and $2 is null or recorded_at <= $2 and (superseded_at is null or superseded_at > $2)) \
         order by starts_on, leave_id limit 1000"
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(conn)?)
}
/// Versions of leaves that the losses recorded at these instants closed, but those that end on `last`, the last day before
/// a loss; the newest first.
/// # Errors
/// Database errors.
pub fn before(
    conn: &mut PgConnection,
    person: Uuid,
    at: &[DateTime<Utc>],
    last: NaiveDate,
) -> Result<Vec<LeaveRow>, Problem> {
    let ids = members::ids_of("$1");
    Ok(sql_query(format!(
        "select {LEAVE} from leave_period where person_id in {ids} and {CLOSED_BY} \
         and ended_on is distinct from $3 order by recorded_at desc, row_id desc"
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Array<t::Timestamptz>, _>(at)
    .bind::<t::Date, _>(last)
    .load(conn)?)
}
/// Leaves of a person, by their first day; asked for after the person was admitted.
/// # Errors
/// Database errors.
pub fn leaves<S: Subject>(
    tx: &mut Tx<'_>,
    of: &S,
    known_at: Option<DateTime<Utc>>,
) -> Result<Vec<LeaveRow>, Problem> {
    match of.facts().person {
        Some(person) => by_day(tx.conn(), person, known_at),
        None => Ok(Vec::new()),
    }
}
/// The newest version of a leave, as known at an instant or now.
/// # Errors
/// 404 when there is none.
pub fn find(
    tx: &mut Tx<'_>,
    leave: Uuid,
    known_at: Option<DateTime<Utc>>,
) -> Result<Guarded<LeaveRow>, Problem> {
    let found: Option<LeaveRow> =
        sql_query(format!("select {LEAVE} from leave_period where leave_id = $1 and {NEWEST_KNOWN}"))
            .bind::<t::Uuid, _>(leave)
            .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
            .get_result(tx.conn())
            .optional()?;
    found.map(Guarded::new).ok_or_else(Problem::not_found)
}
