//! SQL of the lanes of a bulk determination: how far each is, and what its chunks move on.
use super::{
    super::{
        chunk::Next,
        model::{LaneRow, Progress, RunRow},
    },
    RUN,
};
use crate::{domain::notifications::store::Number, kernel::Problem};
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use serde_json::json;
use uuid::Uuid;

/// Takes a lane of a run for the chunk that is to be done, until the end of the transaction; none when that chunk was done or the run has
/// ended. Chunks of other lanes go on beside it; who cancels waits for all of them, and they for whoever cancels.
/// # Errors
/// 409 when another worker is at it for long.
pub fn take(conn: &mut PgConnection, next: &Next) -> Result<Option<(RunRow, LaneRow)>, Problem> {
    sql_query("select pg_advisory_xact_lock_shared(hashtextextended('determination/' || $1::text, 0))")
        .bind::<t::Uuid, _>(next.run)
        .execute(conn)?;
    // the first lane goes on where a run from before there were lanes stands
    sql_query(
        "insert into determination_lane (run_id, lane, position, chunks) select id, 0, position, chunks from determination_run \
         where id = $1 and chunks = $2 and not exists (select from determination_lane where run_id = $1) on conflict do nothing",
    )
    .bind::<t::Uuid, _>(next.run)
    .bind::<t::Integer, _>(next.chunk)
    .execute(conn)?;
    let lane: Option<LaneRow> = sql_query(
        "select lane, position, chunks, grade_changes from determination_lane \
         where run_id = $1 and lane = $2 and chunks = $3 and not is_done for update",
    )
    .bind::<t::Uuid, _>(next.run)
    .bind::<t::SmallInt, _>(next.lane)
    .bind::<t::Integer, _>(next.chunk)
    .get_result(conn)
    .optional()?;
    let run: Option<RunRow> = sql_query(format!("{RUN} where r.id = $1 and state in ('waiting', 'running')"))
        .bind::<t::Uuid, _>(next.run)
        .get_result(conn)
        .optional()?;
    Ok(run.zip(lane))
}
/// Begins so many lanes beside the first.
/// # Errors
/// Database errors.
pub fn widen(conn: &mut PgConnection, run: &mut RunRow, lanes: i16) -> Result<(), Problem> {
    sql_query("update determination_run set lanes = $2 where id = $1")
        .bind::<t::Uuid, _>(run.id)
        .bind::<t::SmallInt, _>(lanes)
        .execute(conn)?;
    sql_query("insert into determination_lane (run_id, lane, position) select $1, n, $3 from generate_series(1, $2 - 1) n")
        .bind::<t::Uuid, _>(run.id)
        .bind::<t::SmallInt, _>(lanes)
        .bind::<t::Uuid, _>(Uuid::nil())
        .execute(conn)?;
    run.lanes = lanes;
    Ok(())
}
/// Ends a lane; says whether it was the last one of the run. Of two that end at once one waits for the other.
/// # Errors
/// Database errors.
pub fn end_lane(conn: &mut PgConnection, run: &RunRow, lane: &LaneRow) -> Result<bool, Problem> {
    sql_query("update determination_lane set is_done = true where run_id = $1 and lane = $2")
        .bind::<t::Uuid, _>(run.id)
        .bind::<t::SmallInt, _>(lane.lane)
        .execute(conn)?;
    sql_query("select from determination_run where id = $1 for no key update")
        .bind::<t::Uuid, _>(run.id)
        .execute(conn)?;
    let open: Number =
        sql_query("select count(*) as n from determination_lane where run_id = $1 and not is_done")
            .bind::<t::Uuid, _>(run.id)
            .get_result(conn)?;
    Ok(open.n == 0)
}
/// Moves a lane on by a chunk.
/// # Errors
/// Database errors.
pub fn advance(
    conn: &mut PgConnection,
    (run, lane): (&RunRow, &LaneRow),
    by: &Progress,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    sql_query(
        "update determination_lane set position = greatest(position, $3), chunks = chunks + 1, decided_count = decided_count + $4, \
         left_count = left_count + $5, first_count = first_count + $6, grade_changes = $7, worked_at = $8 where run_id = $1 and lane = $2",
    )
    .bind::<t::Uuid, _>(run.id)
    .bind::<t::SmallInt, _>(lane.lane)
    .bind::<t::Uuid, _>(by.position)
    .bind::<t::Integer, _>(count(by.decided))
    .bind::<t::Integer, _>(count(by.left))
    .bind::<t::Integer, _>(count(by.first))
    .bind::<t::Jsonb, _>(json!(by.changes))
    .bind::<t::Timestamptz, _>(now)
    .execute(conn)?;
    // rarely: the row of the run is not for a chunk to hold, beside which those of other lanes go on
    sql_query(
        "update determination_run set state = 'running', problem = null where id = $1 and (state = 'waiting' or problem is not null)",
    )
    .bind::<t::Uuid, _>(run.id)
    .execute(conn)?;
    Ok(())
}
/// Enqueues the next chunk of each lane that has not ended and has no job, which a worker lost when it could not even say that it failed; gives
/// how many there were.
/// # Errors
/// Database errors.
pub fn resume(conn: &mut PgConnection, kind: &str, now: DateTime<Utc>) -> Result<usize, Problem> {
    Ok(sql_query(
        "insert into job (id, kind, payload, run_at, created_at) \
         select gen_random_uuid(), $1, jsonb_build_object('run', r.id, 'lane', coalesce(l.lane, 0), 'chunk', coalesce(l.chunks, r.chunks)), $2, $2 \
         from determination_run r left join determination_lane l on l.run_id = r.id \
         where r.state in ('waiting', 'running') and l.is_done is not true and not exists ( \
           select from job j where j.kind = $1 and j.finished_at is null and j.payload ->> 'run' = r.id::text \
             and coalesce((j.payload ->> 'lane')::int, 0) = coalesce(l.lane, 0))",
    )
    .bind::<t::Text, _>(kind)
    .bind::<t::Timestamptz, _>(now)
    .execute(conn)?)
}
