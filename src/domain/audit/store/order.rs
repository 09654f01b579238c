//! The order of the log: what the sequencer reads and writes, as the role `kenpo_sequencer`.
use super::FIELDS;
use crate::{
    domain::audit::model::{AuditEntry, NO_LINK},
    kernel::{Kind, Problem},
};
use diesel::{
    OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query,
    sql_types as t,
};
use uuid::Uuid;

/// The one row of `audit_lease`.
const NAME: &str = "trail";
/// Not in the order yet. `offset 0` makes it one look into the index for each entry: joined, the planner reads all positions at
/// every round while the statistics of a young table lag behind.
const WAITS: &str = "not exists (select from audit_position p where p.entry_id = e.id offset 0)";
/// Of a transaction that the sequencer can not have seen finished: index conditions only.
const UNSEEN: &str = "(e.xid >= $1 or e.xid = any($2))";

/// How far the order has come: every entry of a transaction below `last_xid` has its position, but for those in `open_xids`.
#[derive(QueryableByName, Clone, Debug, PartialEq)]
pub struct Progress {
    /// First transaction that was not seen; 0 when the whole trail is still to be looked through.
    #[diesel(sql_type = t::BigInt)]
    pub last_xid: i64,
    /// Transactions below that were open.
    #[diesel(sql_type = t::Array<t::BigInt>)]
    pub open_xids: Vec<i64>,
}
/// The lease as one node sees it.
#[derive(QueryableByName)]
pub struct Lease {
    /// This node holds it, with time to spare.
    #[diesel(sql_type = t::Bool)]
    pub is_mine: bool,
    /// Another node holds it.
    #[diesel(sql_type = t::Bool)]
    pub is_others: bool,
    /// How far the order has come.
    #[diesel(embed)]
    pub progress: Progress,
}
/// End of the order.
pub struct Head {
    /// Last position.
    pub seq: i64,
    /// Its link.
    pub link: [u8; 32],
}

/// Takes the sequencer's role for this transaction; it falls back at its end, however it ends.
/// # Errors
/// Database errors.
pub fn act_as_sequencer(conn: &mut PgConnection) -> Result<(), Problem> {
    Ok(conn.batch_execute("set local role kenpo_sequencer")?)
}
/// Reads the lease without touching it.
/// # Errors
/// Database errors.
pub fn peek(conn: &mut PgConnection, holder: Uuid) -> Result<Option<Lease>, Problem> {
    let lease = sql_query(
        "select holder = $1 and until > clock_timestamp() + interval '5 seconds' as is_mine, \
           holder <> $1 and until > clock_timestamp() as is_others, last_xid, open_xids \
         from audit_lease where name = $2",
    )
    .bind::<t::Uuid, _>(holder)
    .bind::<t::Text, _>(NAME)
    .get_result(conn)
    .optional()?;
    Ok(lease)
}
/// Takes or renews the lease for ten seconds and locks it until the end of the transaction; `None` when another node has it.
/// Its time is the database's: the nodes' clocks may differ. A new holder starts from the whole trail, since after a
/// restore the numbers of transactions are those of another cluster.
/// # Errors
/// Database errors.
pub fn take(conn: &mut PgConnection, holder: Uuid) -> Result<Option<Progress>, Problem> {
    let mine = sql_query(
        "insert into audit_lease as l (name, holder, until, last_xid) \
         values ($2, $1, clock_timestamp() + interval '10 seconds', 0) \
         on conflict (name) do update set holder = excluded.holder, until = excluded.until, \
           last_xid = case when l.holder = excluded.holder then l.last_xid else 0 end, \
           open_xids = case when l.holder = excluded.holder then l.open_xids else '{}' end \
         where l.holder = excluded.holder or l.until <= clock_timestamp() \
         returning last_xid, open_xids",
    )
    .bind::<t::Uuid, _>(holder)
    .bind::<t::Text, _>(NAME)
    .get_result(conn)
    .optional()?;
    Ok(mine)
}
/// Gives the lease up, so that the next holder need not wait.
/// # Errors
/// Database errors.
pub fn release(conn: &mut PgConnection, holder: Uuid) -> Result<(), Problem> {
    sql_query("update audit_lease set until = clock_timestamp() where name = $1 and holder = $2")
        .bind::<t::Text, _>(NAME)
        .bind::<t::Uuid, _>(holder)
        .execute(conn)?;
    Ok(())
}
/// Which transactions are finished now. Asked before `waiting`: what was finished then is seen there.
/// # Errors
/// Database errors.
pub fn finished(conn: &mut PgConnection) -> Result<Progress, Problem> {
    Ok(sql_query(
        "select pg_snapshot_xmax(s)::text::bigint as last_xid, \
           array(select x::text::bigint from pg_snapshot_xip(s) x) as open_xids \
         from pg_current_snapshot() s",
    )
    .get_result(conn)?)
}
#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = t::Bool)]
    is_there: bool,
}
/// Does any entry wait for its position?
/// # Errors
/// Database errors.
pub fn is_waiting(conn: &mut PgConnection, since: &Progress) -> Result<bool, Problem> {
    let sql = format!("select exists (select from audit_entry e where {UNSEEN} and {WAITS}) as is_there");
    let found: Found = sql_query(sql)
        .bind::<t::BigInt, _>(since.last_xid)
        .bind::<t::Array<t::BigInt>, _>(&since.open_xids)
        .get_result(conn)?;
    Ok(found.is_there)
}
/// Committed entries without position, oldest transaction first.
/// # Errors
/// Database errors.
pub fn waiting(conn: &mut PgConnection, since: &Progress, limit: i64) -> Result<Vec<AuditEntry>, Problem> {
    let sql = format!(
        "select 0::bigint as seq, ''::bytea as link, {FIELDS} from audit_entry e where {UNSEEN} and {WAITS} \
         order by e.xid, e.id limit $3"
    );
    if since.last_xid == 0 {
        conn.batch_execute("set local statement_timeout = '30min'")?; // the whole trail, once a holder
    }
    Ok(sql_query(sql)
        .bind::<t::BigInt, _>(since.last_xid)
        .bind::<t::Array<t::BigInt>, _>(&since.open_xids)
        .bind::<t::BigInt, _>(limit)
        .load(conn)?)
}
#[derive(QueryableByName)]
struct HeadRow {
    #[diesel(sql_type = t::BigInt)]
    seq: i64,
    #[diesel(sql_type = t::Binary)]
    link: Vec<u8>,
}
/// The end of the order.
/// # Errors
/// Database errors.
pub fn head(conn: &mut PgConnection) -> Result<Head, Problem> {
    let row: Option<HeadRow> = sql_query("select seq, link from audit_position order by seq desc limit 1")
        .get_result(conn)
        .optional()?;
    let Some(row) = row else { return Ok(Head { seq: 0, link: NO_LINK }) };
    let link = row.link.try_into().map_err(|_| Problem::new(Kind::Internal))?;
    Ok(Head { seq: row.seq, link })
}
/// Continues the order.
/// # Errors
/// Database errors; 409 when another node was faster.
pub fn append(conn: &mut PgConnection, placed: &[AuditEntry]) -> Result<(), Problem> {
    let seqs: Vec<i64> = placed.iter().map(|e| e.seq).collect();
    let ids: Vec<Uuid> = placed.iter().map(|e| e.id).collect();
    let links: Vec<&[u8]> = placed.iter().map(|e| e.link.as_slice()).collect();
    sql_query("insert into audit_position (seq, entry_id, link) select * from unnest($1, $2, $3)")
        .bind::<t::Array<t::BigInt>, _>(seqs)
        .bind::<t::Array<t::Uuid>, _>(ids)
        .bind::<t::Array<t::Binary>, _>(links)
        .execute(conn)?;
    Ok(())
}
/// Notes how far the order has come.
/// # Errors
/// Database errors.
pub fn advance(conn: &mut PgConnection, to: &Progress) -> Result<(), Problem> {
    sql_query("update audit_lease set last_xid = $2, open_xids = $3 where name = $1")
        .bind::<t::Text, _>(NAME)
        .bind::<t::BigInt, _>(to.last_xid)
        .bind::<t::Array<t::BigInt>, _>(&to.open_xids)
        .execute(conn)?;
    Ok(())
}
