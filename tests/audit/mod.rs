//! The audit log against a real PostgreSQL: its order under load, what nobody may do to it, its list and its export.
mod counter;
mod export;
mod list;
mod order;
mod rights;
mod writer;

use crate::harness::cluster::{Template, TestDb};
use chrono::{DateTime, Utc};
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query,
    sql_types as t,
};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};
use kenpo::{
    domain::audit::{Round, sequence_once},
    kernel::{
        db::{self, Db},
        trail::{Entry, Outcome},
    },
};
use uuid::Uuid;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!();
static EMPTY: Template = Template::new("audit", migrate);

fn migrate(url: &str) {
    PgConnection::establish(url).unwrap().run_pending_migrations(MIGRATIONS).map(|_| ()).unwrap();
}
fn fresh() -> TestDb {
    EMPTY.fresh_database()
}
/// Connections as the service, whose login is not the owner.
fn service(of: &TestDb, size: u32) -> Db {
    db::pool(&of.url_for("kenpo_service"), size).unwrap()
}
fn owner(of: &TestDb) -> PgConnection {
    PgConnection::establish(&of.url_for("kenpo")).unwrap()
}
fn run(conn: &mut PgConnection, sql: &str) {
    conn.batch_execute(sql).unwrap();
}

fn instant() -> DateTime<Utc> {
    DateTime::from_timestamp(1_795_305_600, 0).unwrap() // 2026-11-22 in Japan, 09:00
}
/// An entry of a read, as a gate writes it.
fn entry(operation: &'static str) -> Entry {
    Entry {
        id: Uuid::now_v7(),
        at: instant(),
        operation,
        kind: "read",
        status: 200,
        outcome: Outcome::Allowed,
        code: None,
        actor_kind: "user".into(),
        actor_id: Some(Uuid::now_v7()),
        actor_name: Some("適用 花子 \"H\"".into()),
        client_id: None,
        session_id: Some(Uuid::now_v7()),
        zone: "closed",
        address: "10.0.0.7".into(),
        terminal: None,
        request_id: Uuid::now_v7(),
        subject_kind: Some("Member"),
        subject_id: Some(Uuid::now_v7()),
        employer_id: None,
        persons: vec![Uuid::now_v7()],
        disclosed: vec![],
        purpose: None,
        reason_code: None,
        case_id: None,
        policies: vec!["P02-enrolment-reads-and-keeps-records".into()],
        row_count: None,
        repeats: 1,
        detail: Some(serde_json::json!({"filters": ["state", "employer_id"]})),
    }
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = t::BigInt)]
    n: i64,
}
/// The number that `sql` gives as `n`.
fn count(conn: &mut PgConnection, sql: &str) -> i64 {
    sql_query(sql).get_result::<Count>(conn).unwrap().n
}
/// Places everything that is committed; gives how many that were.
fn sequence_all(conn: &mut PgConnection, holder: Uuid) -> usize {
    let mut placed = 0;
    loop {
        match sequence_once(conn, holder).unwrap() {
            Round::Full(n) => placed += n,
            Round::Placed(n) => return placed + n,
            Round::Idle | Round::Elsewhere => return placed,
        }
    }
}
