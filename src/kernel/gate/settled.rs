//! What is recorded bears an instant from before its commit. Who asks what was known at an instant of just now waits for what is under way,
//! so that the same question is answered the same way ever after.
use crate::kernel::Problem;
use chrono::{DateTime, Duration, Utc};
use diesel::{PgConnection, QueryResult, QueryableByName, RunQueryDsl, sql_query, sql_types as t};
use std::time::{Duration as Span, Instant};

/// How far back an instant may lie that something under way bears: a statement takes two minutes at most, and what records most (a day of the
/// calendar, a start of a campaign) took seconds where it was measured.
const LONGEST: Duration = Duration::hours(1);
/// How long a question waits.
const PATIENCE: Span = Span::from_secs(5);
/// Between two looks, longer each time.
const PAUSES: (Span, Span) = (Span::from_millis(5), Span::from_millis(100));

#[derive(QueryableByName)]
struct Under {
    #[diesel(sql_type = t::Text)]
    way: String,
}
/// Makes it seen from its first moment that this transaction may record something.
pub(super) fn begin(conn: &mut PgConnection) -> QueryResult<()> {
    sql_query("select pg_current_xact_id()").execute(conn).map(drop)
}
/// Waits until nothing is under way that may bear an instant up to `known_at` and is not seen yet.
/// # Errors
/// 503 `records-under-way` when it takes too long: the same question is answered later.
pub(super) fn wait(
    conn: &mut PgConnection,
    known_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), Problem> {
    if known_at.is_none_or(|at| at < now - LONGEST) {
        return Ok(());
    }
    let (first, since) = (under_way(conn)?, Instant::now());
    let (mut left, mut pause) = (first, PAUSES.0);
    while !left.is_empty() {
        if since.elapsed() > PATIENCE {
            return Err(Problem::unavailable("records-under-way"));
        }
        std::thread::sleep(pause);
        pause = PAUSES.1.min(pause * 2);
        let still = under_way(conn)?;
        left.retain(|way| still.contains(way));
    }
    Ok(())
}
/// The transactions of others in this database that may have recorded something; the sequencer, which orders entries and may take long, records
/// nothing that is known by time. Everybody sees locks; who runs what is seen by few.
fn under_way(conn: &mut PgConnection) -> QueryResult<Vec<String>> {
    let found: Vec<Under> = sql_query(
        "select x.virtualtransaction as way from pg_locks x \
         where x.locktype = 'transactionid' and x.mode = 'ExclusiveLock' and x.granted and x.pid <> pg_backend_pid() \
           and not exists (select from pg_locks r where r.virtualtransaction = x.virtualtransaction and r.locktype = 'relation' \
             and (r.relation = 'audit_lease'::regclass \
               or r.database not in (select 0 union all select oid from pg_database where datname = current_database())))",
    )
    .load(conn)?;
    Ok(found.into_iter().map(|u| u.way).collect())
}
