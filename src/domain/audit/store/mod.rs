//! What auditors read of the log. Everything here ends at the last given position.
pub mod order;

use super::model::{AuditEntry, AuditOutcome, NO_LINK, Window};
use crate::kernel::{Guarded, Kind, Problem, Tx};
use chrono::{DateTime, Duration, Utc};
use diesel::{
    OptionalExtension, PgConnection, QueryableByName, RunQueryDsl,
    pg::Pg,
    query_builder::{BoxedSqlQuery, SqlQuery},
    serialize::ToSql,
    sql_query,
    sql_types::{self as t, HasSqlType},
};
use uuid::Uuid;

/// Columns of an entry `e`, as `AuditEntry` reads them beside `seq` and `link`.
const FIELDS: &str = "e.id, e.at, e.operation, e.kind, e.status, e.outcome, e.code, e.actor_kind, e.actor_id, \
     e.actor_name, e.client_id, e.session_id, e.zone, e.address, e.terminal, e.request_id, e.subject_kind, e.subject_id, \
     e.employer_id, e.persons, e.disclosed, e.purpose, e.reason_code, e.case_id, e.policies, e.row_count, e.repeats, \
     e.detail";

/// Which entries a list shows.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// From that instant on.
    pub from: Option<DateTime<Utc>>,
    /// Before that instant.
    pub to: Option<DateTime<Utc>>,
    /// operationId.
    pub operation: Option<String>,
    /// Who asked.
    pub actor_id: Option<Uuid>,
    /// Person whose data left or changed.
    pub person_id: Option<Uuid>,
    /// What came of it.
    pub outcome: Option<AuditOutcome>,
}

/// A query to which conditions are added; planned anew each time, for what was in fact asked.
struct Search {
    query: BoxedSqlQuery<'static, Pg, SqlQuery>,
    binds: usize,
}
impl Search {
    fn new(sql: String) -> Self {
        Self { query: sql_query(sql).into_boxed(), binds: 0 }
    }
    fn and<ST, V>(self, before: &str, value: Option<V>, after: &str) -> Self
    where
        Pg: HasSqlType<ST>,
        V: ToSql<ST, Pg> + Send + 'static,
        ST: Send + 'static,
    {
        let Some(value) = value else { return self };
        let binds = self.binds + 1;
        Self { query: self.query.sql(format!(" {before}${binds}{after}")).bind::<ST, V>(value), binds }
    }
}

/// Entries that match, newest position first, from before `before` on.
/// # Errors
/// Database errors.
pub fn search(
    tx: &mut Tx<'_>,
    filter: &Filter,
    before: Option<i64>,
    limit: i64,
) -> Result<Guarded<Vec<AuditEntry>>, Problem> {
    let rows = Search::new(format!(
        "select p.seq, p.link, {FIELDS} from audit_position p join audit_entry e on e.id = p.entry_id where true"
    ))
    .and::<t::BigInt, _>("and p.seq < ", before, "")
    .and::<t::Timestamptz, _>("and e.at >= ", filter.from, "")
    .and::<t::Timestamptz, _>("and e.at < ", filter.to, "")
    .and::<t::Text, _>("and e.operation = ", filter.operation.clone(), "")
    .and::<t::Uuid, _>("and e.actor_id = ", filter.actor_id, "")
    // under all ids of the person (名寄せ)
    .and::<t::Uuid, _>(
        "and e.persons && array(select unnest(array[v.i] || array(select p.id from person p where p.merged_into = v.i)) from (values (",
        filter.person_id,
        ")) v(i))",
    )
    .and::<t::Text, _>("and e.outcome = ", filter.outcome.map(AuditOutcome::name), "")
    .and::<t::BigInt, _>("order by p.seq desc limit ", Some(limit), "")
    .query
    .load(tx.conn())?;
    Ok(Guarded::new(rows))
}

/// Which part of the log an export is asked for.
#[derive(Clone, Debug, Default)]
pub struct Part {
    /// First position.
    pub from_seq: Option<i64>,
    /// Last position.
    pub to_seq: Option<i64>,
    /// From that instant on.
    pub from: Option<DateTime<Utc>>,
    /// Before that instant.
    pub to: Option<DateTime<Utc>>,
}
#[derive(QueryableByName)]
struct Bounds {
    #[diesel(sql_type = t::Nullable<t::BigInt>)]
    first: Option<i64>,
    #[diesel(sql_type = t::Nullable<t::BigInt>)]
    last: Option<i64>,
}
/// Positions of the entries of an hour: all of them, and those within the positions asked for.
#[derive(QueryableByName)]
struct Hour {
    #[diesel(sql_type = t::Nullable<t::BigInt>)]
    lowest: Option<i64>,
    #[diesel(sql_type = t::Nullable<t::BigInt>)]
    highest: Option<i64>,
    #[diesel(sql_type = t::Nullable<t::BigInt>)]
    first: Option<i64>,
    #[diesel(sql_type = t::Nullable<t::BigInt>)]
    last: Option<i64>,
}
#[derive(QueryableByName)]
struct Ends {
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    first: Option<DateTime<Utc>>,
    #[diesel(sql_type = t::Nullable<t::Timestamptz>)]
    last: Option<DateTime<Utc>>,
}
#[derive(QueryableByName)]
struct Link {
    #[diesel(sql_type = t::Binary)]
    link: Vec<u8>,
}

/// Fixes the positions of an export: at most up to the last position given so far. Of times, the unbroken range of positions
/// that holds every entry of these times, so that the export can be checked for gaps.
/// # Errors
/// Database errors.
pub fn window(tx: &mut Tx<'_>, part: &Part) -> Result<Guarded<Window>, Problem> {
    let all: Bounds =
        sql_query("select min(seq) as first, max(seq) as last from audit_position").get_result(tx.conn())?;
    let mark = all.last.unwrap_or(0);
    let mut from_seq = part.from_seq.unwrap_or(1).clamp(1, mark + 1);
    let mut to_seq = part.to_seq.unwrap_or(mark).clamp(from_seq - 1, mark);
    if part.from.is_some() || part.to.is_some() {
        let within = within_times(tx.conn(), from_seq, to_seq, part)?;
        to_seq = within.last.unwrap_or(from_seq - 1);
        from_seq = within.first.unwrap_or(from_seq);
    }
    let previous_link = link_at(tx.conn(), from_seq - 1)?;
    Ok(Guarded::new(Window { from_seq, to_seq, previous_link }))
}
/// The first and last position of the entries of an hour of times: their ids out of the index by time, their positions by id.
/// (Joined freely, the planner may read all positions.)
pub const OF_HOUR: &str = "with hour as materialized (select e.id from audit_entry e where e.at >= $1 and e.at < $2) \
     select min(p.seq) as lowest, max(p.seq) as highest, min(p.seq) filter (where p.seq between $3 and $4) as first, \
       max(p.seq) filter (where p.seq between $3 and $4) as last \
     from hour, lateral (select p.seq from audit_position p where p.entry_id = hour.id offset 0) p";
/// The first position is one of the first hour with entries, the last one of the last: a request and its commit take far less
/// than an hour (statements end after two minutes), so entries that are an hour apart keep their order.
fn within_times(conn: &mut PgConnection, first: i64, last: i64, part: &Part) -> Result<Bounds, Problem> {
    let ends: Ends =
        Search::new("select min(e.at) as first, max(e.at) as last from audit_entry e where true".into())
            .and::<t::Timestamptz, _>("and e.at >= ", part.from, "")
            .and::<t::Timestamptz, _>("and e.at < ", part.to, "")
            .query
            .get_result(conn)?;
    let (Some(begin), Some(end)) = (ends.first, ends.last) else {
        return Ok(Bounds { first: None, last: None });
    };
    let hour = Duration::hours(1);
    let until = part.to.map_or(begin + hour, |to| to.min(begin + hour));
    let since = part.from.map_or(end - hour, |from| from.max(end - hour));
    let early = of_hour(conn, (begin, until), (first, last))?;
    let late = of_hour(conn, (since, end + Duration::microseconds(1)), (first, last))?;
    // An hour that lies whole before or behind the positions asked for leaves their end as it is.
    Ok(Bounds {
        first: early.first.or(early.lowest.filter(|l| *l < first).map(|_| first)),
        last: late.last.or(late.highest.filter(|h| *h > last).map(|_| last)),
    })
}
fn of_hour(
    conn: &mut PgConnection,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    (first, last): (i64, i64),
) -> Result<Hour, Problem> {
    Ok(sql_query(OF_HOUR)
        .bind::<t::Timestamptz, _>(from)
        .bind::<t::Timestamptz, _>(to)
        .bind::<t::BigInt, _>(first)
        .bind::<t::BigInt, _>(last)
        .get_result(conn)?)
}
fn link_at(conn: &mut PgConnection, seq: i64) -> Result<[u8; 32], Problem> {
    if seq == 0 {
        return Ok(NO_LINK);
    }
    let row: Option<Link> = sql_query("select link from audit_position where seq = $1")
        .bind::<t::BigInt, _>(seq)
        .get_result(conn)
        .optional()?;
    row.and_then(|r| r.link.try_into().ok()).ok_or_else(|| torn(seq))
}

/// The entries of the positions from `first` to `last`, every one of them.
/// # Errors
/// Database errors; 500 when a position is missing.
pub fn chunk(conn: &mut PgConnection, first: i64, last: i64) -> Result<Vec<AuditEntry>, Problem> {
    let sql = format!(
        "select p.seq, p.link, {FIELDS} from audit_position p join audit_entry e on e.id = p.entry_id \
         where p.seq >= $1 and p.seq <= $2 order by p.seq"
    );
    let rows: Vec<AuditEntry> =
        sql_query(sql).bind::<t::BigInt, _>(first).bind::<t::BigInt, _>(last).load(conn)?;
    match rows.iter().map(|r| r.seq).eq(first..=last) {
        true => Ok(rows),
        false => Err(torn(first)),
    }
}
fn torn(seq: i64) -> Problem {
    tracing::error!(seq, "ALARM: positions of the audit log are missing");
    Problem::new(Kind::Internal)
}
