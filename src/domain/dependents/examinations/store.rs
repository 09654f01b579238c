//! SQL of examinations. Nothing is overwritten: what is examined again for the same day closes the earlier row. Whoever writes holds the
//! person.
use crate::kernel::{Problem, Subject, Tx, errand::Act};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use serde_json::Value;
use uuid::Uuid;

/// What the rule of recognition made of a case, in stored words.
#[derive(Clone, Debug)]
pub struct Proposed {
    /// yes, no or needs_evidence; nothing where it knows no rule for the day.
    pub answer: Option<&'static str>,
    /// First condition that is not met.
    pub failed_test: Option<String>,
    /// Documents still asked for.
    pub documents_needed: Vec<String>,
    /// Income that counted, yen of a year.
    pub counted_income_yen: Option<i64>,
    /// Limit that it was held against, yen of a year.
    pub income_limit_yen: Option<i64>,
    /// Id and version of the rule.
    pub rule: (&'static str, &'static str),
    /// Facts and trace.
    pub told: (Value, Value),
}
/// An examination to be kept.
#[derive(Clone, Debug)]
pub struct NewExamination<'a> {
    /// Recognition that was examined.
    pub dependent: Uuid,
    /// At the recognition, or at a yearly confirmation.
    pub occasion: &'static str,
    /// Day for which the rule was asked.
    pub examined_on: NaiveDate,
    /// What staff decided.
    pub is_recognised: bool,
    /// What the rule made of it.
    pub proposed: &'a Proposed,
    /// Why staff recognised without a yes of the rule: code, words.
    pub departure: Option<(&'a str, Option<&'a str>)>,
    /// When the society received what it was decided on.
    pub received_on: NaiveDate,
}
/// Keeps an examination, in the place of what was known of the same day and occasion.
/// # Errors
/// Database errors.
pub fn keep_examination(conn: &mut PgConnection, act: &Act, new: &NewExamination<'_>) -> Result<(), Problem> {
    sql_query(
        "update dependent_recognition set superseded_at = $4 where dependent_id = $1 and occasion = $2 and examined_on = $3 \
         and superseded_at is null",
    )
    .bind::<t::Uuid, _>(new.dependent)
    .bind::<t::Text, _>(new.occasion)
    .bind::<t::Date, _>(new.examined_on)
    .bind::<t::Timestamptz, _>(act.at())
    .execute(conn)?;
    let p = new.proposed;
    sql_query(
        "insert into dependent_recognition (row_id, dependent_id, occasion, examined_on, is_recognised, answer, failed_test, \
           documents_needed, counted_income_yen, income_limit_yen, rule, rule_version, inputs, trace, departure, departure_note, \
           received_on, recorded_at, recorded_by, source) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(new.dependent)
    .bind::<t::Text, _>(new.occasion)
    .bind::<t::Date, _>(new.examined_on)
    .bind::<t::Bool, _>(new.is_recognised)
    .bind::<t::Nullable<t::Text>, _>(p.answer)
    .bind::<t::Nullable<t::Text>, _>(p.failed_test.as_deref())
    .bind::<t::Array<t::Text>, _>(&p.documents_needed)
    .bind::<t::Nullable<t::BigInt>, _>(p.counted_income_yen)
    .bind::<t::Nullable<t::BigInt>, _>(p.income_limit_yen)
    .bind::<t::Text, _>(p.rule.0)
    .bind::<t::Text, _>(p.rule.1)
    .bind::<t::Jsonb, _>(&p.told.0)
    .bind::<t::Jsonb, _>(&p.told.1)
    .bind::<t::Nullable<t::Text>, _>(new.departure.map(|d| d.0))
    .bind::<t::Nullable<t::Text>, _>(new.departure.and_then(|d| d.1))
    .bind::<t::Date, _>(new.received_on)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Nullable<t::Uuid>, _>(act.source())
    .execute(conn)?;
    Ok(())
}
/// Keeps what was found of somebody under a former recognition for the one that goes on where that ended (任意継続), as known now.
/// # Errors
/// Database errors.
pub fn carry_examinations(
    conn: &mut PgConnection,
    act: &Act,
    (former, dependent): (Uuid, Uuid),
) -> Result<(), Problem> {
    sql_query(
        "insert into dependent_recognition (row_id, dependent_id, occasion, examined_on, is_recognised, answer, failed_test, \
           documents_needed, counted_income_yen, income_limit_yen, rule, rule_version, inputs, trace, departure, departure_note, \
           received_on, recorded_at, recorded_by, source) \
         select gen_random_uuid(), $2, occasion, examined_on, is_recognised, answer, failed_test, documents_needed, \
           counted_income_yen, income_limit_yen, rule, rule_version, inputs, trace, departure, departure_note, received_on, $3, $4, $5 \
         from dependent_recognition where dependent_id = $1 and superseded_at is null",
    )
    .bind::<t::Uuid, _>(former)
    .bind::<t::Uuid, _>(dependent)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Nullable<t::Uuid>, _>(act.source())
    .execute(conn)?;
    Ok(())
}

crate::row! {
    /// An examination of a recognition.
    pub struct ExaminationRow {
        /// recognition or confirmation.
        occasion: t::Text => String,
        /// Day for which the rule was asked.
        examined_on: t::Date => NaiveDate,
        /// What staff decided.
        is_recognised: t::Bool => bool,
        /// What the rule answered.
        answer: t::Nullable<t::Text> => Option<String>,
        /// First condition that was not met.
        failed_test: t::Nullable<t::Text> => Option<String>,
        /// Documents that were still asked for.
        documents_needed: t::Array<t::Text> => Vec<String>,
        /// Income that counted.
        counted_income_yen: t::Nullable<t::BigInt> => Option<i64>,
        /// Limit that it was held against.
        income_limit_yen: t::Nullable<t::BigInt> => Option<i64>,
        /// Steps.
        trace: t::Jsonb => Value,
        /// Why staff recognised without a yes of the rule.
        departure: t::Nullable<t::Text> => Option<String>,
        /// The same in words.
        departure_note: t::Nullable<t::Text> => Option<String>,
        /// When the society received what it was decided on.
        received_on: t::Date => NaiveDate,
        /// Known since.
        recorded_at: t::Timestamptz => DateTime<Utc>,
    }
}
/// The examination that speaks for a day: the latest one for that day or an earlier one, as known at an instant or now; before all of
/// them the recognition itself, whose day was corrected since. Asked for after the dependent was admitted for the day.
/// # Errors
/// 404 when none was kept.
pub fn examination<S: Subject>(
    tx: &mut Tx<'_>,
    dependent: &S,
    day: NaiveDate,
    known_at: Option<DateTime<Utc>>,
) -> Result<ExaminationRow, Problem> {
    let found: Option<ExaminationRow> = sql_query(
        "select occasion, examined_on, is_recognised, answer, failed_test, documents_needed, counted_income_yen, income_limit_yen, \
           trace, departure, departure_note, received_on, recorded_at \
         from dependent_recognition where dependent_id = $1 and (examined_on <= $2 or occasion = 'recognition') \
           and (superseded_at is null and $3 is null or recorded_at <= $3 and (superseded_at is null or superseded_at > $3)) \
         order by examined_on <= $2 desc, examined_on desc, recorded_at desc limit 1",
    )
    .bind::<t::Uuid, _>(dependent.facts().id)
    .bind::<t::Date, _>(day)
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .get_result(tx.conn())
    .optional()?;
    found.ok_or_else(Problem::not_found)
}
crate::row! {
    /// Facts of an examination.
    pub struct Inputs {
        /// They.
        inputs: t::Jsonb => Value,
    }
}
/// The facts that somebody was last found to be a dependent on before a day (at the recognition, whatever its day), as known now.
/// # Errors
/// Database errors.
pub fn latest_inputs(
    conn: &mut PgConnection,
    dependent: Uuid,
    before: NaiveDate,
) -> Result<Option<Value>, Problem> {
    let found: Option<Inputs> = sql_query(
        "select inputs from dependent_recognition where dependent_id = $1 and superseded_at is null and is_recognised \
           and (examined_on < $2 or occasion = 'recognition') \
         order by examined_on desc, recorded_at desc limit 1",
    )
    .bind::<t::Uuid, _>(dependent)
    .bind::<t::Date, _>(before)
    .get_result(conn)
    .optional()?;
    Ok(found.map(|f| f.inputs))
}
