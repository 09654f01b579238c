//! Looking behind the scenes of a world, changing what its register says, and a second node beside it.
use super::world::{World, listen};
use chrono::{DateTime, Utc};
use diesel::{
    PgConnection, QueryableByName, RunQueryDsl,
    connection::SimpleConnection,
    result::{DatabaseErrorKind, Error},
    sql_query, sql_types as t,
};
use kenpo::{
    app::{self, App, Background, Parts},
    config::Config,
    kernel::Zone,
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    path::PathBuf,
    time::{Duration, Instant},
};
use uuid::Uuid;

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = diesel::sql_types::Text)]
    row: String,
}

/// Lets a notification name the first of these persons, if it names nobody yet, and the others as former dependents of the person
/// whom it names: so that it is a case of all of them.
pub fn concern(owner: &mut PgConnection, case: Uuid, persons: &[Uuid]) {
    sql_query(
        "with n as (update notification set person_id = coalesce(person_id, ($2)[1]) where id = $1 returning person_id, employer_id) \
         insert into dependency (row_id, dependent_id, person_id, insured_id, employer_id, branch, relationship, recognised_on, \
           recognition_reason, removed_on, removal_reason, received_on, recorded_at, recorded_by, superseded_at) \
         select gen_random_uuid(), gen_random_uuid(), p, n.person_id, n.employer_id, '99', 'other', '2019-01-01', 'other', \
           '2019-01-02', 'other', '2019-01-01', '2019-01-01', n.person_id, '2019-01-01' from n, unnest($2) p where p <> n.person_id",
    )
    .bind::<t::Uuid, _>(case)
    .bind::<t::Array<t::Uuid>, _>(persons)
    .execute(owner)
    .unwrap();
}

/// Locks an id, or releases it.
pub fn suspend(owner: &mut PgConnection, user: Uuid, is_suspended: bool) {
    let sql = if is_suspended {
        "insert into user_lock (row_id, user_id, reason, locked_at, locked_by) values (gen_random_uuid(), $1, 'suspended', now(), $1)"
    } else {
        "update user_lock set released_at = now(), released_by = user_id where user_id = $1 and released_at is null"
    };
    assert_eq!(sql_query(sql).bind::<t::Uuid, _>(user).execute(owner).unwrap(), 1);
}
/// The personal-number privilege holds from, until; what was set before is over.
pub fn set_number_privilege(
    owner: &mut PgConnection,
    user: Uuid,
    (from, until): (Option<DateTime<Utc>>, Option<DateTime<Utc>>),
) {
    sql_query("update user_privilege set superseded_at = greatest(recorded_at, now()) where user_id = $1 and superseded_at is null")
        .bind::<t::Uuid, _>(user)
        .execute(owner)
        .unwrap();
    let Some(from) = from else { return };
    sql_query(
        "insert into user_privilege (row_id, user_id, valid_from, valid_until, recorded_at, recorded_by) \
         values (gen_random_uuid(), $1, $2, $3, $2, $1)",
    )
    .bind::<t::Uuid, _>(user)
    .bind::<t::Timestamptz, _>(from)
    .bind::<t::Nullable<t::Timestamptz>, _>(until)
    .execute(owner)
    .unwrap();
}
/// SQL, for the owner of the tables: the user register says otherwise of a person, as if it always had.
pub fn reentry(login: &str, set: &str) -> String {
    format!(
        "begin; alter table user_entry disable trigger keep_history; \
         update user_entry set {set} where superseded_at is null and user_id = (select id from app_user where login = '{login}'); \
         alter table user_entry enable trigger keep_history; commit;"
    )
}

impl World {
    /// As [`concern`].
    pub fn concern(&self, case: Uuid, persons: &[Uuid]) {
        concern(&mut self.owner(), case, persons);
    }
    /// The rows of a query, as JSON. One connection is kept for it: a new one costs more than most questions.
    pub fn rows(&self, sql: &str) -> Vec<Value> {
        let sql = format!("select row_to_json(r)::text as row from ({sql}) r");
        let load = |conn: &mut PgConnection| sql_query(&sql).load::<Row>(conn);
        let kept = self.looking.lock().unwrap().take();
        let kept = kept.and_then(|mut conn| match load(&mut conn) {
            Ok(rows) => Some((rows, conn)),
            // a test may have ended the one that was kept
            Err(Error::DatabaseError(DatabaseErrorKind::ClosedConnection, _)) => None,
            Err(wrong) => panic!("{sql}: {wrong}"),
        });
        let (rows, conn) = kept.unwrap_or_else(|| {
            let mut conn = self.owner();
            (load(&mut conn).unwrap(), conn)
        });
        *self.looking.lock().unwrap() = Some(conn);
        rows.iter().map(|r| serde_json::from_str(&r.row).unwrap()).collect()
    }
    /// The entries that fit, oldest first.
    pub fn entries(&self, condition: &str) -> Vec<Value> {
        self.rows(&format!("select * from audit_entry where {condition} order by id"))
    }
    /// Does it as the owner of the tables.
    pub fn run(&self, sql: &str) {
        self.owner().batch_execute(sql).unwrap();
    }
    /// As `run`; what the database says when it refuses.
    pub fn attempt(&self, sql: &str) -> Result<(), String> {
        self.owner().batch_execute(sql).map_err(|e| e.to_string())
    }
    /// As [`reentry`].
    pub fn reenter(&self, login: &str, set: &str) {
        self.run(&reentry(login, set));
    }
    /// User id of a person who signs in by that name.
    pub fn user(&self, login: &str) -> Uuid {
        let rows = self.rows(&format!("select id from app_user where login = '{login}'"));
        rows[0]["id"].as_str().unwrap().parse().unwrap()
    }
    /// The folder with keys and key store.
    pub fn folder(&self) -> PathBuf {
        self.app.kernel.keys.folder().parent().unwrap().to_owned()
    }
    /// Another node of the same society.
    pub fn second_node(&self) -> Node {
        self.node_with(|c| c)
    }
    /// As `second_node`, with other settings.
    pub fn node_with(&self, change: impl FnOnce(Config) -> Config) -> Node {
        let config = Config::from_pairs(BTreeMap::new())
            .unwrap()
            .with("database_url", self.db.url_for("kenpo_service"))
            .with("keys", self.folder().join("keys").display().to_string())
            .with("key_store", self.folder().join("store/wrapped.sqlite").display().to_string())
            .with("rate_per_second", "0")
            .with("pool_size", "6")
            .with("caller_connections", "1")
            .with("argon2_memory_kib", "64")
            .with("argon2_passes", "1");
        let config = change(config);
        let parts = Parts { config, clock: self.clock.clone(), public_url: "http://kenpo.test".into() };
        let app = App::build(parts).unwrap();
        let (address, handle, thread) = listen(&app, Zone::Closed);
        Node { url: format!("http://{address}"), app, background: None, handle, thread: Some(thread) }
    }
}

/// A node beside the one of the world; it hears of changes once it watches.
pub struct Node {
    pub url: String,
    pub app: App,
    background: Option<Background>,
    handle: actix_web::dev::ServerHandle,
    thread: Option<std::thread::JoinHandle<()>>,
}
impl Node {
    /// Starts what a server runs beside its listeners.
    pub fn watching(mut self) -> Self {
        self.background = Some(app::background(&self.app).unwrap());
        self
    }
}
impl Drop for Node {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        if let Some(background) = self.background.take() {
            background.stop();
        }
    }
}

/// Waits until it holds, as long as is promised.
#[track_caller]
pub fn within(seconds: u64, what: &str, holds: impl Fn() -> bool) {
    let begun = Instant::now();
    while !holds() {
        assert!(begun.elapsed() < Duration::from_secs(seconds), "not within {seconds} s: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
