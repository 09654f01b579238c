//! SQL of bulk determination: its runs, and waiting forms many at a time.
mod lanes;

pub use lanes::{advance, end_lane, resume, take, widen};

use super::model::{
    DeterminationRunState, ForeseenRow, FormRow, IdRow, LaneRow, LeftRow, NewRun, RevisionRow, RunRow,
    Settled,
};
use crate::{
    domain::notifications::store::Number,
    kernel::{Guarded, Operation, Permit, Problem, Tx, errand::Act},
};
use chrono::{DateTime, Utc};
use diesel::{PgConnection, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// A run with what its lanes did.
const RUN: &str = "select r.id, year, employer_id, is_dry, state, r.lanes, total_count, r.decided_count + l.decided_count as decided_count, \
     r.left_count + l.left_count as left_count, r.first_count + l.first_count as first_count, not_looked_at_count, \
     (select coalesce(jsonb_object_agg(x.grades, x.n), '{}') from (select c.key as grades, sum(c.value::int) as n \
       from (select r.grade_changes as changes union all select grade_changes from determination_lane where run_id = r.id) g, \
         jsonb_each_text(g.changes) c group by c.key) x) as grade_changes, \
     requested_by, requested_at, greatest(r.worked_at, l.worked_at) as worked_at, ended_at, problem \
     from determination_run r cross join lateral (select coalesce(sum(decided_count), 0)::int as decided_count, \
       coalesce(sum(left_count), 0)::int as left_count, coalesce(sum(first_count), 0)::int as first_count, max(worked_at) as worked_at \
       from determination_lane where run_id = r.id) l";
/// A form, and whom it is about under the id of today (名寄せ).
const FORM: &str = "select n.id, n.employer_id, n.submission_id, n.form, n.carries_number, coalesce(p.merged_into, n.person_id) as person_id, \
     n.received_at from notification n left join person p on p.id = n.person_id";
/// 算定基礎届 that apply from the month `$3` and are of the employer `$4` or of any.
const ASKED: &str = "n.kind = 'regular_report' and n.form ->> 'applies_from' = $3 and ($4::uuid is null or n.employer_id = $4)";
/// What was keyed from paper waits for its second person.
const KEYED: &str = "exists (select from approval a where a.kind = 'keyed_notification' and a.subject_id = n.id and a.state = 'requested')";
/// Of those asked for, the ones that wait after `$1` and were filed before the run `$2`: as the index notification_regular_waiting has them,
/// in the order of their ids.
fn waiting() -> String {
    format!("n.state = 'accepted' and {ASKED} and n.id > $1 and n.id < $2 and not {KEYED}")
}

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
    Ok(sql_query(format!("{RUN} where r.id = $1")).bind::<t::Uuid, _>(id).get_result(tx.conn())?)
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
    sql_query("select pg_advisory_xact_lock(hashtextextended('determination/' || $1::text, 0))")
        .bind::<t::Uuid, _>(id)
        .execute(tx.conn())?;
    let row = sql_query(format!("{RUN} where r.id = $1 for update of r"))
        .bind::<t::Uuid, _>(id)
        .get_result(tx.conn())?;
    Ok(Guarded::new(row))
}
/// One page of runs, newest first (ids run with time).
/// # Errors
/// Database errors.
pub fn list(tx: &mut Tx<'_>, before: Uuid, limit: i64) -> Result<Guarded<Vec<RunRow>>, Problem> {
    let rows = sql_query(format!("{RUN} where $1 = $2 or r.id < $1 order by r.id desc limit $3"))
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

/// Counts the forms that wait, at the beginning; gives the number.
/// # Errors
/// Database errors.
pub fn count(conn: &mut PgConnection, run: &RunRow) -> Result<i32, Problem> {
    let found = of_run(conn, run, &format!("select count(*) as n from notification n where {}", waiting()))?;
    sql_query("update determination_run set total_count = $2 where id = $1")
        .bind::<t::Uuid, _>(run.id)
        .bind::<t::Integer, _>(found)
        .execute(conn)?;
    Ok(found)
}
/// Counts the forms of the year that the run does not look at, at its end: in review, before the check of a keyed form, filed after the order.
/// # Errors
/// Database errors.
pub fn count_beside(conn: &mut PgConnection, run: &RunRow) -> Result<(), Problem> {
    // let out of review behind a lane that had ended, while another went on
    let unseen = if run.is_dry { "false" } else { NOT_LEFT };
    let beside = format!(
        "select count(*) as n from notification n where {ASKED} and n.id > $1 \
           and (n.state in ('review', 'precheck') or n.state = 'accepted' and (n.id >= $2 or {KEYED} or {unseen}))"
    );
    let found = of_run(conn, run, &beside)?;
    sql_query("update determination_run set not_looked_at_count = $2 where id = $1")
        .bind::<t::Uuid, _>(run.id)
        .bind::<t::Integer, _>(found)
        .execute(conn)?;
    Ok(())
}
fn of_run(conn: &mut PgConnection, run: &RunRow, counting: &str) -> Result<i32, Problem> {
    let found: Number = sql_query(counting)
        .bind::<t::Uuid, _>(Uuid::nil())
        .bind::<t::Uuid, _>(run.id)
        .bind::<t::Text, _>(run.september().to_string())
        .bind::<t::Nullable<t::Uuid>, _>(run.employer_id)
        .get_result(conn)?;
    Ok(i32::try_from(found.n).unwrap_or(i32::MAX))
}
/// A form that the run did not leave.
const NOT_LEFT: &str =
    "not exists (select from determination_left l where l.run_id = $2 and l.notification_id = n.id)";
/// The next forms of a lane after its position, by id; but for a dry run they are held until the end of the transaction, in the order in
/// which everybody holds them, and are as they are then. What became one of them behind the position meanwhile (let out of review, or
/// received when the lane had passed) comes at the end.
/// # Errors
/// 409 when somebody who decides one of them takes too long.
pub fn next(
    conn: &mut PgConnection,
    (run, lane): (&RunRow, &LaneRow),
    limit: i64,
) -> Result<Vec<FormRow>, Problem> {
    let forms = next_after(conn, (run, lane), (lane.position, "true"), limit)?;
    if !forms.is_empty() || run.is_dry || lane.position.is_nil() {
        return Ok(forms);
    }
    next_after(conn, (run, lane), (Uuid::nil(), NOT_LEFT), limit)
}
fn next_after(
    conn: &mut PgConnection,
    (run, lane): (&RunRow, &LaneRow),
    (after, also): (Uuid, &str),
    limit: i64,
) -> Result<Vec<FormRow>, Problem> {
    let held = if run.is_dry { "" } else { "for update of n" };
    Ok(sql_query(format!(
        "{FORM} where {} and get_byte(uuid_send(n.id), 15) % $6 = $7 and {also} order by n.id limit $5 {held}",
        waiting()
    ))
    .bind::<t::Uuid, _>(after)
    .bind::<t::Uuid, _>(run.id)
    .bind::<t::Text, _>(run.september().to_string())
    .bind::<t::Nullable<t::Uuid>, _>(run.employer_id)
    .bind::<t::BigInt, _>(limit)
    .bind::<t::Integer, _>(i32::from(run.lanes))
    .bind::<t::Integer, _>(i32::from(lane.lane))
    .load(conn)?)
}
/// Reports of a revision from July to September of the year that wait, of these people or under these numbers, at these employers: such a
/// revision takes the place of the determination (健康保険法41条3項).
/// # Errors
/// Database errors.
pub fn revisions_waiting(
    conn: &mut PgConnection,
    run: &RunRow,
    (employers, people, numbers): (&[Uuid], &[Uuid], &[&str]),
) -> Result<Vec<RevisionRow>, Problem> {
    let september = run.september();
    Ok(sql_query(
        "select n.employer_id, n.office_number, coalesce(p.merged_into, n.person_id) as person_id \
         from notification n left join person p on p.id = n.person_id \
         where n.employer_id = any($1) and n.kind in ('revision_report', 'leave_end_revision_report') \
           and n.state in ('accepted', 'review', 'precheck') and n.form ->> 'applies_from' between $2 and $3 \
           and (coalesce(p.merged_into, n.person_id) = any($4) or n.office_number = any($5))",
    )
    .bind::<t::Array<t::Uuid>, _>(employers)
    .bind::<t::Text, _>(september.plus(-2).to_string())
    .bind::<t::Text, _>(september.to_string())
    .bind::<t::Array<t::Uuid>, _>(people)
    .bind::<t::Array<t::Text>, _>(numbers)
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
/// Holds those of these submissions that came as a file, in the order of their ids, until the end of the transaction; gives them.
/// # Errors
/// 409 when somebody who decides one of them takes too long.
pub fn hold_files(conn: &mut PgConnection, submissions: &[Uuid]) -> Result<Vec<Uuid>, Problem> {
    let held: Vec<IdRow> = sql_query(
        "select id from submission where id = any($1) and channel = 'api_file' order by id for update",
    )
    .bind::<t::Array<t::Uuid>, _>(submissions)
    .load(conn)?;
    Ok(held.into_iter().map(|s| s.id).collect())
}
/// Those of these submissions that came as a file and of which nothing waits any more; held, as `all_settled` does.
/// # Errors
/// Database errors.
pub fn settled_files(conn: &mut PgConnection, submissions: &[Uuid]) -> Result<Vec<Uuid>, Problem> {
    let held = hold_files(conn, submissions)?;
    if held.is_empty() {
        return Ok(Vec::new());
    }
    let settled: Vec<IdRow> = sql_query(
        "select s as id from unnest($1) s where not exists (select from notification n where n.submission_id = s \
           and n.state in ('accepted', 'review', 'precheck'))",
    )
    .bind::<t::Array<t::Uuid>, _>(held)
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
