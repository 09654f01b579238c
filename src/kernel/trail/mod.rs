//! The trail: who, when, from where, what, which persons, which fields, why, and what came of it.
//!
//! `append` writes inside a transaction, next to the work it records. `Writer` serves reads and refusals: many requests wait
//! for one durable commit.
mod columns;
mod flood;
mod writer;

pub use flood::Floods;
pub use writer::Writer;

use super::Problem;
use chrono::{DateTime, Utc};
use diesel::{Connection, PgConnection, RunQueryDsl};
use serde::Serialize;
use std::borrow::Cow;
use uuid::Uuid;

/// What came of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Done or shown.
    Allowed,
    /// Refused: wrong caller, state or input.
    Refused,
    /// Failed on our side.
    Failed,
}
impl Outcome {
    /// The stored word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Allowed => "allowed",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
    /// Of an HTTP status.
    pub fn of(status: u16) -> Self {
        match status {
            0..400 => Self::Allowed,
            400..500 => Self::Refused,
            _ => Self::Failed,
        }
    }
}

/// One entry; the fields are the columns of `audit_entry`.
#[derive(Clone, Debug, Serialize)]
pub struct Entry {
    /// Entry id (v7).
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// operationId.
    pub operation: &'static str,
    /// read, write, refusal, protocol, disclosure, or export for the end of a streamed one.
    pub kind: &'static str,
    /// HTTP status of the answer.
    pub status: i16,
    /// What came of it.
    pub outcome: Outcome,
    /// Code of the problem.
    pub code: Option<String>,
    /// nobody, user, employer_system, third_party, auditor, system.
    pub actor_kind: String,
    /// Who.
    pub actor_id: Option<Uuid>,
    /// Name at that time.
    pub actor_name: Option<String>,
    /// System used.
    pub client_id: Option<Uuid>,
    /// Session.
    pub session_id: Option<Uuid>,
    /// Listener.
    pub zone: &'static str,
    /// Network address.
    pub address: String,
    /// Terminal as the caller names it.
    pub terminal: Option<String>,
    /// Request id.
    pub request_id: Uuid,
    /// Kind of what was asked about.
    pub subject_kind: Option<&'static str>,
    /// Its id.
    pub subject_id: Option<Uuid>,
    /// Employer concerned.
    pub employer_id: Option<Uuid>,
    /// Persons whose data left or changed.
    pub persons: Vec<Uuid>,
    /// Field classes that left.
    pub disclosed: Vec<Cow<'static, str>>,
    /// 事務.
    pub purpose: Option<String>,
    /// Reason code.
    pub reason_code: Option<String>,
    /// Case.
    pub case_id: Option<Uuid>,
    /// Policies that decided.
    pub policies: Vec<String>,
    /// Rows in the answer.
    pub row_count: Option<i32>,
    /// How many equal refusals this entry stands for.
    pub repeats: i32,
    /// Shape of the query and the like: names only, never values that identify.
    pub detail: Option<serde_json::Value>,
}

/// People that one entry names at most, where a piece of work concerns many.
pub const PEOPLE_MOST: usize = 500;

/// Appends the entry of work that failed, where the failure is kept in a table of its own as well: when the trail itself is what failed,
/// that stays all the same, and an alarm says so.
pub fn append_failure(conn: &mut PgConnection, entry: Entry) {
    let (operation, code) = (entry.operation, entry.code.clone());
    if conn.transaction(|conn| append(conn, &[entry])).is_err() {
        tracing::error!(operation, code, "ALARM: a failure stands in its own table alone, without its entry");
    }
}
/// Appends entries on this connection, inside its transaction if it has one: one statement, one fixed text.
/// # Errors
/// 503 `audit-unavailable`: without a record nothing is answered.
pub fn append(conn: &mut PgConnection, entries: &[Entry]) -> Result<(), Problem> {
    let written = columns::insert(entries).execute(conn).map_err(|e| {
        tracing::error!(error = %e, "ALARM: audit entries could not be written");
        metrics::counter!("kenpo_audit_failures_total").increment(1);
        Problem::unavailable("audit-unavailable")
    })?;
    if written == entries.len() { Ok(()) } else { Err(Problem::unavailable("audit-unavailable")) }
}
