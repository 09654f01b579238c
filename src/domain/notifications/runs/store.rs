//! SQL of bulk determination: its runs, and waiting forms many at a time.
use super::{
    chunk::Next,
    model::{DeterminationRunState, ForeseenRow, FormRow, IdRow, LeftRow, NewRun, Progress, RunRow, Settled},
};
use crate::{
    domain::notifications::store::Number,
    kernel::{Guarded, Operation, Permit, Problem, Tx, errand::Act},
};
use chrono::{DateTime, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use serde_json::json;
use uuid::Uuid;

const RUN: &str = "select id, year, employer_id, is_dry, state, position, chunks, total_count, decided_count, left_count, \
     first_count, grade_changes, requested_by, requested_at, worked_at, ended_at, problem from determination_run";
const FORM: &str =
    "select id, employer_id, submission_id, form, carries_number, person_id, received_at from notification n";
/// Forms that wait after `$1`, were filed before the run `$2`, apply from the month `$3` and are of the employer `$4` or of any. What was
/// keyed from paper waits for its second person.
const WAITING: &str = "n.state = 'accepted' and n.kind = 'regular_report' and n.id > $1 and n.id < $2 \
     and n.form ->> 'applies_from' = $3 and ($4::uuid is null or n.employer_id = $4) \
     and not exists (select from approval a where a.kind = 'keyed_notification' and a.subject_id = n.id and a.state = 'requested')";

/// Writes an order; it waits for its first chunk.
/// # Errors
/// 409 `run-under-way` while another one has not ended.
pub fn order<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, r: &NewRun) -> Result<RunRow, Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "insert into determination_run (id, year, employer_id, is_dry, state, position, requested_by, requested_at) \
         values ($1, $2, $3, $4, 'waiting', $5, $6, $7)",
    )
    .bind::<t::Uuid, _>(r.id)
    .bind::<t::SmallInt, _>(r.year)
    .bind::<t::Nullable<t::Uuid>, _>(r.employer)
    .bind::<t::Bool, _>(r.is_dry)
    .bind::<t::Uuid, _>(Uuid::nil())
    .bind::<t::Uuid, _>(by)
    .bind::<t::Timestamptz, _>(now)
    .execute(tx.conn())
    .map_err(under_way)?;
    written(tx, r.id)
}
fn under_way(e: diesel::result::Error) -> Problem {
    use diesel::result::{DatabaseErrorKind::UniqueViolation, Error::DatabaseError};
    match &e {
        DatabaseError(UniqueViolation, _) => Problem::conflict(
            "run-under-way",
            "定時決定の一括処理がまだ終わっていません。終了を待つか、取り消してください",
            "A run of regular determination has not ended yet: wait for it, or cancel it",
        ),
        _ => e.into(),
    }
}
fn written(tx: &mut Tx<'_>, id: Uuid) -> Result<RunRow, Problem> {
    Ok(sql_query(format!("{RUN} where id = $1")).bind::<t::Uuid, _>(id).get_result(tx.conn())?)
}
/// A run.
/// # Errors
/// 404.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<RunRow>, Problem> {
    Ok(Guarded::new(written(tx, id)?))
}
/// A run, held: no chunk of it goes on meanwhile.
/// # Errors
/// 404; 409 when its chunk takes too long.
pub fn lock(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<RunRow>, Problem> {
    let row =
        sql_query(format!("{RUN} where id = $1 for update")).bind::<t::Uuid, _>(id).get_result(tx.conn())?;
    Ok(Guarded::new(row))
}
/// One page of runs, newest first (ids run with time).
/// # Errors
/// Database errors.
pub fn list(tx: &mut Tx<'_>, before: Uuid, limit: i64) -> Result<Guarded<Vec<RunRow>>, Problem> {
    let rows = sql_query(format!("{RUN} where $1 = $2 or id < $1 order by id desc limit $3"))
        .bind::<t::Uuid, _>(before)
        .bind::<t::Uuid, _>(Uuid::nil())
        .bind::<t::BigInt, _>(limit)
        .load(tx.conn())?;
    Ok(Guarded::new(rows))
}
/// Forms that a run left waiting, after one of them; asked for after the run was admitted.
/// # Errors
/// Database errors.
pub fn left(tx: &mut Tx<'_>, run: &RunRow, after: Uuid, limit: i64) -> Result<Vec<LeftRow>, Problem> {
    Ok(sql_query(
        "select notification_id, employer_id, person_id, reason, reason_ja, reason_en from determination_left \
         where run_id = $1 and notification_id > $2 order by notification_id limit $3",
    )
    .bind::<t::Uuid, _>(run.id)
    .bind::<t::Uuid, _>(after)
    .bind::<t::BigInt, _>(limit)
    .load(tx.conn())?)
}
/// Ends a run between two chunks; gives it as it is then.
/// # Errors
/// Database errors.
pub fn cancel<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, run: &RunRow) -> Result<RunRow, Problem> {
    let now = tx.now();
    close(tx.conn(), run.id, DeterminationRunState::Cancelled, now)?;
    written(tx, run.id)
}

/// Takes a run for the chunk that is to be done, until the end of the transaction; none when that chunk was done or the run has ended.
/// # Errors
/// 409 when another worker is at it for long.
pub fn take(conn: &mut PgConnection, next: &Next) -> Result<Option<RunRow>, Problem> {
    Ok(sql_query(format!(
        "{RUN} where id = $1 and chunks = $2 and state in ('waiting', 'running') for update"
    ))
    .bind::<t::Uuid, _>(next.run)
    .bind::<t::Integer, _>(next.chunk)
    .get_result(conn)
    .optional()?)
}
/// Counts the forms that wait, at the beginning.
/// # Errors
/// Database errors.
pub fn count(conn: &mut PgConnection, run: &RunRow) -> Result<(), Problem> {
    let found: Number = sql_query(format!("select count(*) as n from notification n where {WAITING}"))
        .bind::<t::Uuid, _>(run.position)
        .bind::<t::Uuid, _>(run.id)
        .bind::<t::Text, _>(run.september().to_string())
        .bind::<t::Nullable<t::Uuid>, _>(run.employer_id)
        .get_result(conn)?;
    sql_query("update determination_run set total_count = $2 where id = $1")
        .bind::<t::Uuid, _>(run.id)
        .bind::<t::Integer, _>(i32::try_from(found.n).unwrap_or(i32::MAX))
        .execute(conn)?;
    Ok(())
}
/// The next forms, by id.
/// # Errors
/// Database errors.
pub fn next(conn: &mut PgConnection, run: &RunRow, limit: i64) -> Result<Vec<FormRow>, Problem> {
    Ok(sql_query(format!("{FORM} where {WAITING} order by n.id limit $5"))
        .bind::<t::Uuid, _>(run.position)
        .bind::<t::Uuid, _>(run.id)
        .bind::<t::Text, _>(run.september().to_string())
        .bind::<t::Nullable<t::Uuid>, _>(run.employer_id)
        .bind::<t::BigInt, _>(limit)
        .load(conn)?)
}
/// Holds these forms until the end of the transaction, in the order of their ids as everybody does; gives those that wait still, as they
/// are now.
/// # Errors
/// 409 when somebody who decides one of them takes too long.
pub fn hold(conn: &mut PgConnection, forms: &[FormRow]) -> Result<Vec<FormRow>, Problem> {
    let ids: Vec<Uuid> = forms.iter().map(|f| f.id).collect();
    Ok(sql_query(format!("{FORM} where n.id = any($1) and n.state = 'accepted' order by n.id for update"))
        .bind::<t::Array<t::Uuid>, _>(ids)
        .load(conn)?)
}
/// Writes the decisions of these forms, as `notifications::store::settle` does for one.
/// # Errors
/// Database errors.
pub fn settle(conn: &mut PgConnection, act: &Act, settled: &[Settled]) -> Result<(), Problem> {
    let (ids, people): (Vec<Uuid>, Vec<Uuid>) = settled.iter().map(|s| (s.notification, s.person)).unzip();
    let results: Vec<&serde_json::Value> = settled.iter().map(|s| &s.result).collect();
    sql_query(
        "update notification n set state = 'applied', person_id = s.person, result = s.result, reasons = '[]', decided_at = $4, \
         decided_by = $5, version = version + 1 from unnest($1, $2, $3) as s(id, person, result) where n.id = s.id",
    )
    .bind::<t::Array<t::Uuid>, _>(ids)
    .bind::<t::Array<t::Uuid>, _>(people)
    .bind::<t::Array<t::Jsonb>, _>(results)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(act.by())
    .execute(conn)?;
    Ok(())
}
/// Those of these submissions that came as a file and of which nothing waits any more; held, as `all_settled` does.
/// # Errors
/// Database errors.
pub fn settled_files(conn: &mut PgConnection, submissions: &[Uuid]) -> Result<Vec<Uuid>, Problem> {
    let held: Vec<IdRow> = sql_query(
        "select id from submission where id = any($1) and channel = 'api_file' order by id for update",
    )
    .bind::<t::Array<t::Uuid>, _>(submissions)
    .load(conn)?;
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let settled: Vec<IdRow> = sql_query(
        "select s as id from unnest($1) s where not exists (select from notification n where n.submission_id = s \
           and n.state in ('accepted', 'review', 'precheck'))",
    )
    .bind::<t::Array<t::Uuid>, _>(held.into_iter().map(|s| s.id).collect::<Vec<_>>())
    .load(conn)?;
    Ok(settled.into_iter().map(|s| s.id).collect())
}
/// Keeps what a chunk left waiting, and why.
/// # Errors
/// Database errors.
pub fn leave(conn: &mut PgConnection, run: &RunRow, left: &[LeftRow]) -> Result<(), Problem> {
    let text = |of: fn(&LeftRow) -> &str| left.iter().map(of).collect::<Vec<_>>();
    sql_query(
        "insert into determination_left (run_id, notification_id, employer_id, person_id, reason, reason_ja, reason_en) \
         select $1, l.* from unnest($2, $3, $4, $5, $6, $7) as l",
    )
    .bind::<t::Uuid, _>(run.id)
    .bind::<t::Array<t::Uuid>, _>(left.iter().map(|l| l.notification_id).collect::<Vec<_>>())
    .bind::<t::Array<t::Uuid>, _>(left.iter().map(|l| l.employer_id).collect::<Vec<_>>())
    .bind::<t::Array<t::Nullable<t::Uuid>>, _>(left.iter().map(|l| l.person_id).collect::<Vec<_>>())
    .bind::<t::Array<t::Text>, _>(text(|l| &l.reason))
    .bind::<t::Array<t::Text>, _>(text(|l| &l.reason_ja))
    .bind::<t::Array<t::Text>, _>(text(|l| &l.reason_en))
    .execute(conn)?;
    Ok(())
}
/// Those of these people for whom an earlier chunk of a dry run foresaw a decision, each with the employer.
/// # Errors
/// Database errors.
pub fn foreseen(
    conn: &mut PgConnection,
    run: &RunRow,
    people: &[Uuid],
) -> Result<Vec<(Uuid, Uuid)>, Problem> {
    let found: Vec<ForeseenRow> = sql_query(
        "select person_id, employer_id from determination_foreseen where run_id = $1 and person_id = any($2)",
    )
    .bind::<t::Uuid, _>(run.id)
    .bind::<t::Array<t::Uuid>, _>(people)
    .load(conn)?;
    Ok(found.into_iter().map(|f| (f.person_id, f.employer_id)).collect())
}
/// Notes for whom a chunk of a dry run foresaw a decision.
/// # Errors
/// Database errors.
pub fn foresee(conn: &mut PgConnection, run: &RunRow, people: &[(Uuid, Uuid)]) -> Result<(), Problem> {
    let (people, employers): (Vec<Uuid>, Vec<Uuid>) = people.iter().copied().unzip();
    sql_query(
        "insert into determination_foreseen (run_id, person_id, employer_id) select $1, p, e from unnest($2, $3) as f(p, e)",
    )
    .bind::<t::Uuid, _>(run.id)
    .bind::<t::Array<t::Uuid>, _>(people)
    .bind::<t::Array<t::Uuid>, _>(employers)
    .execute(conn)?;
    Ok(())
}
/// Moves a run on by a chunk.
/// # Errors
/// Database errors.
pub fn advance(
    conn: &mut PgConnection,
    run: &RunRow,
    by: &Progress,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    let count = |n: usize| i32::try_from(n).unwrap_or(i32::MAX);
    sql_query(
        "update determination_run set state = 'running', position = $2, chunks = chunks + 1, \
         decided_count = decided_count + $3, left_count = left_count + $4, first_count = first_count + $5, grade_changes = $6, \
         worked_at = $7, problem = null where id = $1",
    )
    .bind::<t::Uuid, _>(run.id)
    .bind::<t::Uuid, _>(by.position)
    .bind::<t::Integer, _>(count(by.decided))
    .bind::<t::Integer, _>(count(by.left))
    .bind::<t::Integer, _>(count(by.first))
    .bind::<t::Jsonb, _>(json!(by.changes))
    .bind::<t::Timestamptz, _>(now)
    .execute(conn)?;
    Ok(())
}
/// Ends a run; what a dry run noted on its way is not needed any more.
/// # Errors
/// Database errors.
pub fn close(
    conn: &mut PgConnection,
    run: Uuid,
    state: DeterminationRunState,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    sql_query(
        "update determination_run set state = $2, ended_at = $3 where id = $1 and state in ('waiting', 'running')",
    )
    .bind::<t::Uuid, _>(run)
    .bind::<t::Text, _>(state.word())
    .bind::<t::Timestamptz, _>(now)
    .execute(conn)?;
    sql_query("delete from determination_foreseen where run_id = $1")
        .bind::<t::Uuid, _>(run)
        .execute(conn)?;
    Ok(())
}
/// Notes that a chunk failed.
/// # Errors
/// Database errors.
pub fn fail(conn: &mut PgConnection, run: Uuid, (now, code): (DateTime<Utc>, &str)) -> Result<(), Problem> {
    sql_query(
        "update determination_run set problem = $3, worked_at = $2 where id = $1 and state in ('waiting', 'running')",
    )
    .bind::<t::Uuid, _>(run)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Text, _>(code)
    .execute(conn)?;
    Ok(())
}
