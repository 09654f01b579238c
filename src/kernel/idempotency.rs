//! Idempotency-Key: the answer of a request is kept in the transaction of its work, for 72 hours (a long weekend's retry).
//! Of key and request only keyed digests are kept, whatever the caller puts into them.
use super::{Kind, Problem, secrets};
use chrono::{DateTime, Duration, Utc};
use diesel::{OptionalExtension, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// Hours for which an answer is kept under its key.
pub const KEPT_HOURS: u32 = 72;

/// Which request claims the key.
pub struct Claim<'a> {
    /// Who asks.
    pub caller: Uuid,
    /// operationId.
    pub operation: &'static str,
    /// What is kept of the key.
    pub key: &'a str,
    /// Keyed digest of path and body.
    pub digest: [u8; 32],
}
/// What is kept of a key: its keyed digest, as text.
pub fn mark(digest_key: &[u8; 32], key: &str) -> String {
    secrets::b64(&secrets::hmac256(digest_key, &[b"idempotency-key/1", key.as_bytes()]))
}
/// A kept answer.
pub struct Stored {
    /// Status.
    pub status: u16,
    /// Location.
    pub location: Option<String>,
    /// Body as it was sent.
    pub body: String,
    /// What was made.
    pub subject_id: Option<Uuid>,
    /// In whose affairs.
    pub employer_id: Option<Uuid>,
    /// Whose data it holds.
    pub persons: Vec<Uuid>,
    /// Field classes that it holds.
    pub disclosed: Vec<String>,
}
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = t::Binary)]
    request_digest: Vec<u8>,
    #[diesel(sql_type = t::Nullable<t::SmallInt>)]
    status: Option<i16>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    location: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Text>)]
    body: Option<String>,
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    subject_id: Option<Uuid>,
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    employer_id: Option<Uuid>,
    #[diesel(sql_type = t::Array<t::Uuid>)]
    persons: Vec<Uuid>,
    #[diesel(sql_type = t::Array<t::Text>)]
    disclosed: Vec<String>,
}

/// Claims the key: `None` when this request is the first, else the kept answer. Waits for a concurrent first one.
/// # Errors
/// 422 when the key was used with another request; 409 when the first one takes too long.
pub fn begin(conn: &mut PgConnection, c: &Claim<'_>, now: DateTime<Utc>) -> Result<Option<Stored>, Problem> {
    sql_query(
        "delete from idempotency where caller = $1 and operation = $2 and key = $3 and expires_at <= $4",
    )
    .bind::<t::Uuid, _>(c.caller)
    .bind::<t::Text, _>(c.operation)
    .bind::<t::Text, _>(c.key)
    .bind::<t::Timestamptz, _>(now)
    .execute(conn)?;
    let inserted = sql_query(
        "insert into idempotency (caller, operation, key, request_digest, created_at, expires_at) \
         values ($1, $2, $3, $4, $5, $6) on conflict do nothing",
    )
    .bind::<t::Uuid, _>(c.caller)
    .bind::<t::Text, _>(c.operation)
    .bind::<t::Text, _>(c.key)
    .bind::<t::Binary, _>(c.digest.to_vec())
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Timestamptz, _>(now + Duration::hours(KEPT_HOURS.into()))
    .execute(conn)?;
    if inserted == 1 {
        return Ok(None);
    }
    let row: Option<Row> = sql_query(
        "select request_digest, status, location, body, subject_id, employer_id, persons, disclosed from idempotency \
         where caller = $1 and operation = $2 and key = $3",
    )
    .bind::<t::Uuid, _>(c.caller)
    .bind::<t::Text, _>(c.operation)
    .bind::<t::Text, _>(c.key)
    .get_result(conn)
    .optional()?;
    let row = row.ok_or_else(|| Problem::new(Kind::InProgress))?;
    if !secrets::same(&row.request_digest, &c.digest) {
        return Err(Problem::new(Kind::KeyReused));
    }
    match (row.status.and_then(|s| u16::try_from(s).ok()), row.body) {
        (Some(status), Some(body)) => Ok(Some(Stored {
            status,
            location: row.location,
            body,
            subject_id: row.subject_id,
            employer_id: row.employer_id,
            persons: row.persons,
            disclosed: row.disclosed,
        })),
        _ => Err(Problem::new(Kind::InProgress)),
    }
}

/// Keeps the answer.
/// # Errors
/// Database errors.
pub fn finish(conn: &mut PgConnection, c: &Claim<'_>, s: &Stored) -> Result<(), Problem> {
    sql_query(
        "update idempotency set status = $4, location = $5, body = $6, subject_id = $7, employer_id = $8, \
           persons = $9, disclosed = $10 \
         where caller = $1 and operation = $2 and key = $3",
    )
    .bind::<t::Uuid, _>(c.caller)
    .bind::<t::Text, _>(c.operation)
    .bind::<t::Text, _>(c.key)
    .bind::<t::SmallInt, _>(i16::try_from(s.status).unwrap_or(200))
    .bind::<t::Nullable<t::Text>, _>(s.location.as_deref())
    .bind::<t::Text, _>(&s.body)
    .bind::<t::Nullable<t::Uuid>, _>(s.subject_id)
    .bind::<t::Nullable<t::Uuid>, _>(s.employer_id)
    .bind::<t::Array<t::Uuid>, _>(&s.persons)
    .bind::<t::Array<t::Text>, _>(&s.disclosed)
    .execute(conn)?;
    Ok(())
}
/// Forgets up to 1,000 answers whose time is over; gives how many.
/// # Errors
/// Database errors.
pub fn forget_expired(conn: &mut PgConnection, now: DateTime<Utc>) -> Result<usize, Problem> {
    Ok(sql_query(
        "delete from idempotency where (caller, operation, key) in ( \
           select caller, operation, key from idempotency where expires_at <= $1 limit 1000 for update skip locked)",
    )
    .bind::<t::Timestamptz, _>(now)
    .execute(conn)?)
}
