//! Work that follows a commit: enqueued in the transaction of its cause, leased by workers with SKIP LOCKED.
use super::Problem;
use chrono::{DateTime, Duration, Utc};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// A leased job.
#[derive(QueryableByName, Debug)]
pub struct Job {
    /// Job id.
    #[diesel(sql_type = t::Uuid)]
    pub id: Uuid,
    /// Which work.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// Ids that it needs; never personal data.
    #[diesel(sql_type = t::Jsonb)]
    pub payload: serde_json::Value,
    /// How often it was tried before.
    #[diesel(sql_type = t::Integer)]
    pub attempts: i32,
}

impl Job {
    /// It is not tried again when it fails.
    pub fn is_last_try(&self) -> bool {
        self.attempts >= TRIES - 1
    }
}
/// Jobs of a kind that are not done.
#[derive(QueryableByName, Debug)]
pub struct Unfinished {
    /// Which work.
    #[diesel(sql_type = t::Text)]
    pub kind: String,
    /// `waiting`, or `failed` for good.
    #[diesel(sql_type = t::Text)]
    pub state: String,
    /// How many.
    #[diesel(sql_type = t::BigInt)]
    pub jobs: i64,
}
/// How often a job is tried.
const TRIES: i32 = 10;

/// Enqueues a job, due at `run_at`.
/// # Errors
/// Database errors.
pub fn enqueue(
    conn: &mut PgConnection,
    kind: &str,
    payload: serde_json::Value,
    run_at: DateTime<Utc>,
) -> Result<Uuid, Problem> {
    let id = Uuid::now_v7();
    sql_query("insert into job (id, kind, payload, run_at, created_at) values ($1, $2, $3, $4, $4)")
        .bind::<t::Uuid, _>(id)
        .bind::<t::Text, _>(kind)
        .bind::<t::Jsonb, _>(payload)
        .bind::<t::Timestamptz, _>(run_at)
        .execute(conn)?;
    Ok(id)
}
/// Enqueues a job without payload, due at `run_at`, unless one of its kind waits already.
/// # Errors
/// Database errors.
pub fn enqueue_once(
    conn: &mut PgConnection,
    kind: &str,
    now: DateTime<Utc>,
    run_at: DateTime<Utc>,
) -> Result<(), Problem> {
    sql_query(
        "insert into job (id, kind, payload, run_at, created_at) select $1, $2, '{}', $3, $4 \
         where not exists (select from job where kind = $2 and finished_at is null)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Text, _>(kind)
    .bind::<t::Timestamptz, _>(run_at)
    .bind::<t::Timestamptz, _>(now)
    .execute(conn)?;
    Ok(())
}
/// Leases the next due job for five minutes; a worker that dies leaves it to the next one.
/// # Errors
/// Database errors.
pub fn lease(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<Option<Job>, Problem> {
    let jobs: Vec<Job> = sql_query(
        "update job set leased_until = $1 + interval '5 minutes', attempts = attempts + 1 where id = ( \
           select id from job where finished_at is null and run_at <= $1 and (leased_until is null or leased_until < $1) \
           order by run_at limit 1 for update skip locked) \
         returning id, kind, payload, attempts - 1 as attempts",
    )
    .bind::<t::Timestamptz, _>(now)
    .load(conn)?;
    Ok(jobs.into_iter().next())
}
/// Marks a job as done, or puts it back with a growing delay; after ten tries it stays for a person to look at.
/// # Errors
/// Database errors.
pub fn finish(
    conn: &mut PgConnection,
    job: &Job,
    outcome: Result<(), &'static str>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let (done, code, next) = match outcome {
        Ok(()) => (Some(now), None, now),
        Err(code) if job.is_last_try() => (Some(now), Some(code), now),
        Err(code) => (
            None,
            Some(code),
            now + Duration::seconds(2_i64.pow(u32::try_from(job.attempts).unwrap_or(9).min(9))),
        ),
    };
    sql_query(
        "update job set finished_at = $2, error_code = $3, run_at = $4, leased_until = null where id = $1",
    )
    .bind::<t::Uuid, _>(job.id)
    .bind::<t::Nullable<t::Timestamptz>, _>(done)
    .bind::<t::Nullable<t::Text>, _>(code)
    .bind::<t::Timestamptz, _>(next)
    .execute(conn)?;
    Ok(())
}
/// Forgets up to 1,000 jobs that were done a week ago; gives how many. Those that failed for good stay for a person to look at.
/// # Errors
/// Database errors.
pub fn forget_done(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<usize, Problem> {
    Ok(sql_query(
        "delete from job where id in ( \
           select id from job where finished_at <= $1 and error_code is null limit 1000 for update skip locked)",
    )
    .bind::<t::Timestamptz, _>(now - Duration::days(7))
    .execute(conn)?)
}
/// Jobs of these kinds that are not done, counted by kind and state; every kind and state is there. For metrics.
/// # Errors
/// Database errors.
pub fn unfinished(conn: &mut PgConnection, kinds: &[&str]) -> Result<Vec<Unfinished>, Problem> {
    Ok(sql_query(
        "select k as kind, s as state, count(j.id) as jobs from unnest($1) k cross join unnest(array['waiting', 'failed']) s \
         left join job j on j.kind = k and (s = 'waiting' and j.finished_at is null or s = 'failed' and j.finished_at is not null and j.error_code is not null) \
         group by 1, 2 order by 1, 2",
    )
    .bind::<t::Array<t::Text>, _>(kinds.to_vec())
    .load(conn)?)
}
