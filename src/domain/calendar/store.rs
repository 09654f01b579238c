//! SQL of the ledger of days, and of people by their day of birth.
use super::model::{
    AgeFilter, AgeRow, CalendarState, CalendarWork, Effect, EffectRow, OldRow, RunRow, Unfinished,
};
use crate::kernel::{Guarded, Problem, Tx, asked};
use chrono::{DateTime, Duration, NaiveDate, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

const COLUMNS: &str =
    "id, kind, due_on, state, attempts, affected_count, worker, tried_at, try_again_at, problem";
/// After how long a day that failed is tried again.
const AGAIN_AFTER: Duration = Duration::minutes(10);
/// People looked at in one go.
const AT_ONCE: i64 = 200;

/// Makes the days of a kind due up to today, from the one after the last that the ledger holds.
/// # Errors
/// Database errors.
pub fn open_days(
    conn: &mut PgConnection,
    kind: CalendarWork,
    today: NaiveDate,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    sql_query(
        "insert into calendar_run (id, kind, due_on, state, created_at) \
         select gen_random_uuid(), $1, d::date, 'due', $3 \
         from generate_series(coalesce((select max(due_on) + 1 from calendar_run where kind = $1), $2)::timestamp, \
           $2::timestamp, interval '1 day') d on conflict (kind, due_on) do nothing",
    )
    .bind::<t::Text, _>(kind.name())
    .bind::<t::Date, _>(today)
    .bind::<t::Timestamptz, _>(now)
    .execute(conn)?;
    Ok(())
}
/// Takes the first day of a kind that is not done, until the end of the transaction; none while another worker has it or it failed just
/// now. Never a later one.
/// # Errors
/// Database errors.
pub fn take(
    conn: &mut PgConnection,
    kind: CalendarWork,
    now: DateTime<Utc>,
) -> Result<Option<RunRow>, Problem> {
    Ok(sql_query(format!(
        "select {COLUMNS} from calendar_run where id = ( \
           select id from calendar_run where kind = $1 and state <> 'done' order by due_on limit 1) \
         and state <> 'done' and (try_again_at is null or try_again_at <= $2) for update skip locked"
    ))
    .bind::<t::Text, _>(kind.name())
    .bind::<t::Timestamptz, _>(now)
    .get_result(conn)
    .optional()?)
}
/// Keeps a day as done, with the covers that it changed and how many other changes it made; gives how many changes.
/// # Errors
/// Database errors.
pub fn finish(
    conn: &mut PgConnection,
    run: Uuid,
    worker: Uuid,
    now: DateTime<Utc>,
    (effects, more): (&[Effect], i32),
) -> Result<i32, Problem> {
    for e in effects {
        sql_query(
            "insert into calendar_effect (id, run_id, effect, person_id, insured_id, employer_id, effective_on) \
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind::<t::Uuid, _>(Uuid::now_v7())
        .bind::<t::Uuid, _>(run)
        .bind::<t::Text, _>(e.kind.name())
        .bind::<t::Uuid, _>(e.person)
        .bind::<t::Uuid, _>(e.insured)
        .bind::<t::Uuid, _>(e.employer)
        .bind::<t::Date, _>(e.on)
        .execute(conn)?;
    }
    let count = i32::try_from(effects.len()).unwrap_or(i32::MAX).saturating_add(more);
    sql_query(
        "update calendar_run set state = 'done', attempts = attempts + 1, affected_count = $2, worker = $3, tried_at = $4, \
         try_again_at = null, problem = null where id = $1",
    )
    .bind::<t::Uuid, _>(run)
    .bind::<t::Integer, _>(count)
    .bind::<t::Uuid, _>(worker)
    .bind::<t::Timestamptz, _>(now)
    .execute(conn)?;
    Ok(count)
}
/// Keeps a day as failed, unless another worker did it meanwhile.
/// # Errors
/// Database errors.
pub fn fail(
    conn: &mut PgConnection,
    run: Uuid,
    worker: Uuid,
    (now, code): (DateTime<Utc>, &str),
) -> Result<(), Problem> {
    sql_query(
        "update calendar_run set state = 'failed', attempts = attempts + 1, worker = $2, tried_at = $3, try_again_at = $4, \
         problem = $5 where id = $1 and state <> 'done'",
    )
    .bind::<t::Uuid, _>(run)
    .bind::<t::Uuid, _>(worker)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Timestamptz, _>(now + AGAIN_AFTER)
    .bind::<t::Text, _>(code)
    .execute(conn)?;
    Ok(())
}
/// Days that are not done, by kind and state.
/// # Errors
/// Database errors.
pub fn unfinished(conn: &mut PgConnection) -> Result<Vec<Unfinished>, Problem> {
    let kinds: Vec<&str> = CalendarWork::ALL.iter().map(|k| k.name()).collect();
    let states = [CalendarState::Due.name(), CalendarState::Failed.name()];
    Ok(sql_query(
        "select k as kind, s as state, count(r.id) as days from unnest($1) k cross join unnest($2) s \
         left join calendar_run r on r.kind = k and r.state = s and r.state <> 'done' group by 1, 2 order by 1, 2",
    )
    .bind::<t::Array<t::Text>, _>(kinds)
    .bind::<t::Array<t::Text>, _>(states.to_vec())
    .load(conn)?)
}

/// Whose cover is looked at.
#[derive(Clone, Copy, Debug)]
pub enum Who {
    /// Insured persons.
    Insured,
    /// Dependents.
    Dependents,
}
/// People born on `$2` or before who are covered on the day `$1`, as known now.
fn old_text(who: Who) -> &'static str {
    match who {
        Who::Insured => {
            "select e.person_id, e.person_id as insured_id, e.employer_id, e.enrolment_id as cover_id, i.birth_on, \
               e.acquired_on as began_on, e.enrolment_type <> 'compulsory' as is_continuing \
             from person_identity i join enrolment e on e.person_id = i.person_id and e.superseded_at is null \
             where i.superseded_at is null and i.birth_on <= $2 and i.valid_from <= $1 \
               and (i.valid_to is null or i.valid_to > $1) and e.acquired_on <= $1 and (e.lost_on is null or e.lost_on > $1)"
        }
        Who::Dependents => {
            "select e.person_id, e.insured_id, e.employer_id, e.dependent_id as cover_id, i.birth_on, e.recognised_on as began_on, \
               false as is_continuing \
             from person_identity i join dependency e on e.person_id = i.person_id and e.superseded_at is null \
             where i.superseded_at is null and i.birth_on <= $2 and i.valid_from <= $1 \
               and (i.valid_to is null or i.valid_to > $1) and e.recognised_on <= $1 \
               and (e.removed_on is null or e.removed_on > $1)"
        }
    }
}
/// The next of them after a person, by person.
/// # Errors
/// Database errors.
pub fn old(
    conn: &mut PgConnection,
    who: Who,
    (day, born_by): (NaiveDate, NaiveDate),
    after: Uuid,
) -> Result<Vec<OldRow>, Problem> {
    Ok(sql_query(format!("{} and e.person_id > $3 order by e.person_id limit $4", old_text(who)))
        .bind::<t::Date, _>(day)
        .bind::<t::Date, _>(born_by)
        .bind::<t::Uuid, _>(after)
        .bind::<t::BigInt, _>(AT_ONCE)
        .load(conn)?)
}
/// One of them, looked at once more.
/// # Errors
/// Database errors.
pub fn old_one(
    conn: &mut PgConnection,
    who: Who,
    (day, born_by): (NaiveDate, NaiveDate),
    person: Uuid,
) -> Result<Option<OldRow>, Problem> {
    Ok(sql_query(format!("{} and e.person_id = $3 order by began_on limit 1", old_text(who)))
        .bind::<t::Date, _>(day)
        .bind::<t::Date, _>(born_by)
        .bind::<t::Uuid, _>(person)
        .get_result(conn)
        .optional()?)
}

/// One day of the ledger.
/// # Errors
/// 404 when there is none.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<RunRow>, Problem> {
    let row = sql_query(format!("select {COLUMNS} from calendar_run where id = $1"))
        .bind::<t::Uuid, _>(id)
        .get_result(tx.conn())?;
    Ok(Guarded::new(row))
}
/// What a day changed, after an effect; asked for after the day was admitted.
/// # Errors
/// Database errors.
pub fn effects(tx: &mut Tx<'_>, run: &RunRow, after: Uuid, limit: i64) -> Result<Vec<EffectRow>, Problem> {
    Ok(sql_query(
        "select id, effect, person_id, insured_id, employer_id, effective_on from calendar_effect \
         where run_id = $1 and id > $2 order by id limit $3",
    )
    .bind::<t::Uuid, _>(run.id)
    .bind::<t::Uuid, _>(after)
    .bind::<t::BigInt, _>(limit)
    .load(tx.conn())?)
}
/// Filters of the list of days.
#[derive(Clone, Copy, Debug)]
pub struct RunFilter {
    /// Which work.
    pub kind: Option<CalendarWork>,
    /// How far.
    pub state: Option<CalendarState>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub to: Option<NaiveDate>,
}
/// One page of days, newest first.
/// # Errors
/// Database errors.
pub fn list(
    tx: &mut Tx<'_>,
    f: &RunFilter,
    before: Option<(NaiveDate, Uuid)>,
    limit: i64,
) -> Result<Guarded<Vec<RunRow>>, Problem> {
    let rows = sql_query(format!(
        "select {COLUMNS} from calendar_run where ($1::text is null or kind = $1) and ($2::text is null or state = $2) \
           and ($3::date is null or due_on >= $3) and ($4::date is null or due_on <= $4) \
           and ($5::date is null or (due_on, id) < ($5, $6)) order by due_on desc, id desc limit $7"
    ))
    .bind::<t::Nullable<t::Text>, _>(f.kind.map(CalendarWork::name))
    .bind::<t::Nullable<t::Text>, _>(f.state.map(CalendarState::name))
    .bind::<t::Nullable<t::Date>, _>(f.from)
    .bind::<t::Nullable<t::Date>, _>(f.to)
    .bind::<t::Nullable<t::Date>, _>(before.map(|b| b.0))
    .bind::<t::Nullable<t::Uuid>, _>(before.map(|b| b.1))
    .bind::<t::BigInt, _>(limit)
    .load(tx.conn())?;
    Ok(Guarded::new(rows))
}
/// One page of people born in the period of the filter, by day of birth and person, who were covered on a day of its period or lost
/// cover on one: the latest such cover of each, as known now or at the instant.
/// # Errors
/// Database errors.
pub fn people(
    tx: &mut Tx<'_>,
    f: &AgeFilter,
    after: Option<(NaiveDate, Uuid)>,
    limit: i64,
) -> Result<Guarded<Vec<AgeRow>>, Problem> {
    let known = |of: &str| asked::known(of, f.known_at, "$9");
    let (identity, enrolment, dependency) = (known("i"), known("enrolment"), known("dependency"));
    let rows = sql_query(format!(
        "select i.person_id, c.insured_id, c.employer_id, c.is_dependent, i.name, i.name_kana, i.birth_on \
         from person_identity i join lateral ( \
           select insured_id, employer_id, is_dependent from ( \
             select person_id as insured_id, employer_id, false as is_dependent, acquired_on as began from enrolment \
               where person_id = i.person_id and {enrolment} and acquired_on <= $4 \
               and (lost_on is null or lost_on >= $3) \
             union all select insured_id, employer_id, true, recognised_on from dependency \
               where person_id = i.person_id and {dependency} and recognised_on <= $4 \
               and (removed_on is null or removed_on >= $3)) x order by began desc limit 1) c on true \
         where {identity} and i.birth_on between $1 and $2 and i.valid_from <= $5 \
           and (i.valid_to is null or i.valid_to > $5) and ($6::date is null or (i.birth_on, i.person_id) > ($6, $7)) \
         order by i.birth_on, i.person_id limit $8"
    ))
    .bind::<t::Date, _>(f.births.0)
    .bind::<t::Date, _>(f.births.1)
    .bind::<t::Date, _>(f.period.0)
    .bind::<t::Date, _>(f.period.1)
    .bind::<t::Date, _>(f.as_of)
    .bind::<t::Nullable<t::Date>, _>(after.map(|a| a.0))
    .bind::<t::Nullable<t::Uuid>, _>(after.map(|a| a.1))
    .bind::<t::BigInt, _>(limit)
    .bind::<t::Nullable<t::Timestamptz>, _>(f.known_at)
    .load(tx.conn())?;
    Ok(Guarded::new(rows))
}
