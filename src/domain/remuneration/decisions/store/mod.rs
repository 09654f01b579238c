//! SQL of decisions. Nothing is overwritten: a change closes a row by `superseded_at` and writes a new one. Whoever writes holds the
//! person.
pub mod bonuses;
pub mod history;
pub mod many;

use super::{
    history::Entry,
    model::{DecisionRow, LiveRow},
};
use crate::{
    domain::{
        members,
        remuneration::rules::{Rule, TwoOffices},
    },
    kernel::{Guarded, Operation, Permit, Problem, Subject, Tx, errand::Act},
    values::month::Month,
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

const DECISION: &str = "decision_id, person_id, employer_id, rule, applies_from, applies_until, grade, standard_yen, monthly_yen, \
     inputs->'offices' as offices, trace, received_on, recorded_at, superseded_at, source";
const LIVE: &str = "person_id, decision_id, employer_id, rule, rule_version, applies_from, applies_until, grade, standard_yen, monthly_yen, inputs, \
     trace, received_on, source";
/// The decision `s` was not withdrawn: what was made in error does not come back.
const STANDS: &str = "not exists (select from remuneration_withdrawal w where w.decision_id = s.decision_id and w.state = 'withdrawn')";
/// Rows known at `$2`, or now when it is null.
pub const KNOWN: &str = "(superseded_at is null and $2 is null or recorded_at <= $2 and (superseded_at is null or superseded_at > $2))";
/// The newest version of what `$1` names, as known at an instant (`$2`) or now.
pub const NEWEST_KNOWN: &str = "($2 is null or recorded_at <= $2) \
    order by case when $2 is null or superseded_at <= $2 then superseded_at end desc nulls first, recorded_at desc limit 1";

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
/// Takes decisions back that begin in a month or later.
/// # Errors
/// Database errors.
pub fn take_back(conn: &mut PgConnection, act: &Act, person: Uuid, from: Month) -> Result<(), Problem> {
    sql_query(
        "update standard_remuneration set superseded_at = $2 where person_id = $1 and superseded_at is null \
         and applies_from >= $3",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Date, _>(from.first_day())
    .execute(conn)?;
    Ok(())
}
/// Closes the version of a decision that is known now.
/// # Errors
/// Database errors.
pub fn close(conn: &mut PgConnection, act: &Act, decision: Uuid) -> Result<(), Problem> {
    sql_query("update standard_remuneration set superseded_at = $2 where decision_id = $1 and superseded_at is null")
        .bind::<t::Uuid, _>(decision)
        .bind::<t::Timestamptz, _>(act.at())
        .execute(conn)?;
    Ok(())
}
/// Writes a version of a decision, until when it holds.
/// # Errors
/// Database errors.
pub fn insert(
    conn: &mut PgConnection,
    act: &Act,
    person: Uuid,
    (d, until): (&Entry, Option<Month>),
) -> Result<(), Problem> {
    sql_query(
        "insert into standard_remuneration (row_id, decision_id, person_id, employer_id, rule, rule_version, applies_from, \
           applies_until, grade, standard_yen, monthly_yen, inputs, trace, received_on, recorded_at, recorded_by, source) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(d.decision_id)
    .bind::<t::Uuid, _>(person)
    .bind::<t::Uuid, _>(d.employer)
    .bind::<t::Text, _>(&d.rule.0)
    .bind::<t::Text, _>(&d.rule.1)
    .bind::<t::Date, _>(d.from.first_day())
    .bind::<t::Nullable<t::Date>, _>(until.map(Month::first_day))
    .bind::<t::SmallInt, _>(i16::from(d.amounts.0))
    .bind::<t::BigInt, _>(d.amounts.1)
    .bind::<t::BigInt, _>(d.amounts.2)
    .bind::<t::Jsonb, _>(&d.told.0)
    .bind::<t::Jsonb, _>(&d.told.1)
    .bind::<t::Date, _>(d.received_on)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Nullable<t::Uuid>, _>(d.source)
    .execute(conn)?;
    Ok(())
}
/// What is decided of a person as known now, by month, with its facts.
/// # Errors
/// Database errors.
pub fn known(conn: &mut PgConnection, person: Uuid) -> Result<Vec<LiveRow>, Problem> {
    Ok(sql_query(format!(
        "select {LIVE} from standard_remuneration where person_id = $1 and superseded_at is null order by applies_from"
    ))
    .bind::<t::Uuid, _>(person)
    .load(conn)?)
}
crate::row! {
    /// A standard remuneration.
    pub struct StandardRow {
        /// 標準報酬月額, yen.
        standard_yen: t::BigInt => i64,
    }
}
/// 標準報酬月額 of a person in the month of a day at an employer, yen, as known now; nothing where none is known, where the employer does not
/// employ the person on the day, and where the pay of several offices was added: no employer is told what another one pays. Nobody pays
/// that of 任意継続 and 特例退職.
/// # Errors
/// Database errors.
pub fn standard_on(
    conn: &mut PgConnection,
    (person, employer): (Uuid, Uuid),
    day: NaiveDate,
) -> Result<Option<i64>, Problem> {
    let found: Option<StandardRow> = sql_query(
        "select s.standard_yen from standard_remuneration s where s.person_id = $1 and s.employer_id = $3 and s.superseded_at is null \
         and s.applies_from <= $2 and (s.applies_until is null or s.applies_until > $2) and s.inputs->'offices' is null \
         and exists (select from enrolment e where e.person_id = $1 and e.employer_id = $3 and e.superseded_at is null \
           and e.enrolment_type = 'compulsory' and e.acquired_on <= $4 and (e.lost_on is null or e.lost_on > $4)) limit 1",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Date, _>(Month::of(day).first_day())
    .bind::<t::Uuid, _>(employer)
    .bind::<t::Date, _>(day)
    .get_result(conn)
    .optional()?;
    Ok(found.map(|s| s.standard_yen))
}
/// Of each month the newest decision of a rule that gave way, where the rule has none of that month now.
/// # Errors
/// Database errors.
pub fn superseded(conn: &mut PgConnection, person: Uuid, rule: &str) -> Result<Vec<LiveRow>, Problem> {
    let ids = members::ids_of("$1");
    Ok(sql_query(format!(
        "select {LIVE} from (select distinct on (applies_from) * from standard_remuneration s where person_id in {ids} and rule = $2 \
           and superseded_at is not null and not exists (select from standard_remuneration n where n.person_id in {ids} \
             and n.rule = $2 and n.applies_from = s.applies_from and n.superseded_at is null) \
         order by applies_from, recorded_at desc, superseded_at desc) s where {STANDS} order by applies_from"
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Text, _>(rule)
    .load(conn)?)
}
/// Of each kind and office the newest decision of a month, where a form of another kind or office was decided in its place; the newest
/// first. One that came back after another was taken back is not such a form: its notification had decided the month before.
/// # Errors
/// Database errors.
pub fn gave_way(conn: &mut PgConnection, person: Uuid) -> Result<Vec<LiveRow>, Problem> {
    let ids = members::ids_of("$1");
    Ok(sql_query(format!(
        "select {LIVE} from (select distinct on (applies_from, rule, employer_id) * from standard_remuneration \
             where person_id in {ids} order by applies_from, rule, employer_id, superseded_at desc nulls first, recorded_at desc) s \
         where superseded_at is not null and {STANDS} and rule <> $2 and exists (select from standard_remuneration n \
           where n.person_id in {ids} and n.applies_from = s.applies_from and n.recorded_at = s.superseded_at and n.rule <> $2 \
             and (n.rule, n.employer_id) <> (s.rule, s.employer_id) and not exists (select from standard_remuneration o \
               where o.person_id in {ids} and o.applies_from = n.applies_from and o.rule = n.rule \
                 and o.source is not distinct from n.source and o.recorded_at < n.recorded_at)) \
         order by superseded_at desc"
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Text, _>(TwoOffices::ID)
    .load(conn)?)
}
/// Decisions that the acquisition of a day took whole months from: superseded when it was recorded, and begun in its month or later.
/// # Errors
/// Database errors.
pub fn cut_away(
    conn: &mut PgConnection,
    person: Uuid,
    acquired_on: NaiveDate,
) -> Result<Vec<LiveRow>, Problem> {
    let ids = members::ids_of("$1");
    Ok(sql_query(format!(
        "select {LIVE} from standard_remuneration s where person_id in {ids} and applies_from >= date_trunc('month', $2::timestamp)::date \
           and superseded_at = (select max(e.recorded_at) from (select min(recorded_at) as recorded_at from enrolment \
             where person_id in {ids} and acquired_on = $2 group by symbol, number, branch) e) \
           and not exists (select from standard_remuneration n where n.person_id in {ids} and n.decision_id = s.decision_id \
             and n.recorded_at >= s.superseded_at) \
         order by applies_from"
    ))
    .bind::<t::Uuid, _>(person)
    .bind::<t::Date, _>(acquired_on)
    .load(conn)?)
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
crate::row! {
    /// When and why a decision was withdrawn.
    pub struct WithdrawnRow {
        /// When.
        decided_at: t::Timestamptz => DateTime<Utc>,
        /// Why, in words.
        reason: t::Text => String,
    }
}
/// The withdrawal of a decision, where it was withdrawn, as known at an instant or now.
/// # Errors
/// Database errors.
pub fn withdrawn(
    conn: &mut PgConnection,
    decision: Uuid,
    known_at: Option<DateTime<Utc>>,
) -> Result<Option<WithdrawnRow>, Problem> {
    Ok(sql_query(
        "select decided_at, reason from remuneration_withdrawal where decision_id = $1 and state = 'withdrawn' \
           and ($2 is null or decided_at <= $2)",
    )
    .bind::<t::Uuid, _>(decision)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .get_result(conn)
    .optional()?)
}
/// The newest version of a decision, for whoever was admitted to what is about it.
/// # Errors
/// 404 when there is none.
pub fn read<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, decision: Uuid) -> Result<DecisionRow, Problem> {
    newest(tx, decision, None)
}
/// The newest version of a decision, as known at an instant or now.
/// # Errors
/// 404 when there is none.
pub fn find(
    tx: &mut Tx<'_>,
    decision: Uuid,
    known_at: Option<DateTime<Utc>>,
) -> Result<Guarded<DecisionRow>, Problem> {
    newest(tx, decision, known_at).map(Guarded::new)
}
fn newest(tx: &mut Tx<'_>, decision: Uuid, known_at: Option<DateTime<Utc>>) -> Result<DecisionRow, Problem> {
    let found: Option<DecisionRow> = sql_query(format!(
        "select {DECISION} from standard_remuneration where decision_id = $1 and {NEWEST_KNOWN}"
    ))
    .bind::<t::Uuid, _>(decision)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .get_result(tx.conn())
    .optional()?;
    found.ok_or_else(Problem::not_found)
}
