//! The built program, serving, to be killed; and the society that it serves, on a durable cluster of its own.
use super::ledger::Kept;
use crate::harness::{
    caller::Caller,
    cluster::{ADMIN, DurableCluster, binaries, durable_cluster},
};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types as t};
use kenpo::{
    app,
    cli::seed,
    domain::{
        access::{self, NewClient},
        personal_numbers::Strongroom,
    },
    kernel::{clock::Clock, keys::Keys, vault::NumberVault},
    launcher::{Durability, PrivatePostgres},
    ports::key_store::SqliteKeyStore,
};
use serde_json::Value;
use std::{
    collections::BTreeMap,
    io::{BufRead, BufReader, Read},
    path::PathBuf,
    process::{Child, Command, Stdio},
    sync::Arc,
};
use uuid::Uuid;

/// The database of the cluster that is served.
const DATABASE: &str = "postgres";
/// One employer more than the clients that file: their forms don't wait for one another.
const OTHERS: u16 = 7;

pub struct Society {
    cluster: Option<DurableCluster>,
    url: String,
    service_url: String,
    folder: PathBuf,
    pub employer: Uuid,
    /// Other employers that the same system files for.
    others: Vec<Uuid>,
    secrets: BTreeMap<&'static str, String>,
}
impl Society {
    /// An employer with its system, and an auditor.
    pub fn found() -> Self {
        let cluster = durable_cluster();
        let url = cluster.server.url(ADMIN, DATABASE);
        let service_url = cluster.server.url("kenpo_service", DATABASE);
        let folder = cluster.base.path().join("kenpo");
        std::fs::create_dir(&folder).unwrap();
        app::migrate(&url).unwrap();
        let clock = Clock::real();
        Keys::init(&folder.join("keys"), clock.now().timestamp()).unwrap();
        let keys = Keys::open(&folder.join("keys")).unwrap();
        let mut conn = PgConnection::establish(&url).unwrap();
        let employer = seed::sample_employer(&mut conn, &clock).unwrap();
        let others: Vec<Uuid> = (1..OTHERS).map(|n| seed::employer(&mut conn, &clock, n).unwrap()).collect();
        let mut secrets = BTreeMap::new();
        for (key, kind, scopes) in [
            ("employer", "employer_system", &["notifications:submit", "notifications:read"][..]),
            ("auditor", "auditor", &["audit:read", "audit:export"][..]),
        ] {
            let id = Uuid::now_v7();
            let (secret, digest) = access::store::new_secret(&keys.vault.digest, id).unwrap();
            let client = NewClient {
                id,
                client_key: key.into(),
                name: format!("{key} system"),
                kind: kind.into(),
                scopes: scopes.iter().map(|s| (*s).into()).collect(),
                secret_digest: Some(digest),
                jwks: None,
            };
            access::store::insert_client(&mut conn, &client).unwrap();
            if kind == "employer_system" {
                for bound in others.iter().chain([&employer]) {
                    access::store::bind_client(&mut conn, id, *bound, clock.today(), None).unwrap();
                }
            }
            secrets.insert(key, secret);
        }
        Self { cluster: Some(cluster), url, service_url, folder, employer, others, secrets }
    }
    /// Every employer, the one of the samples first.
    pub fn employers(&self) -> Vec<Uuid> {
        [&[self.employer], &self.others[..]].concat()
    }
    /// A connection as the owner of the tables, to look behind the scenes.
    pub fn owner(&self) -> PgConnection {
        PgConnection::establish(&self.url).unwrap()
    }
    /// kill -9 of PostgreSQL, and a new start on what it left.
    pub fn crash_database(&mut self) {
        let DurableCluster { server, base } = self.cluster.take().unwrap();
        let killed = Command::new("kill").args(["-9", &server.pid().to_string()]).status().unwrap();
        assert!(killed.success());
        drop(server);
        let server = PrivatePostgres::start(&binaries(), base.path(), Durability::Durable).unwrap();
        self.cluster = Some(DurableCluster { server, base });
    }
    /// A token of one of the systems.
    pub fn client(&self, server: &Server, key: &str) -> Caller {
        let nobody = server.nobody();
        let form =
            format!("grant_type=client_credentials&client_id={key}&client_secret={}", self.secrets[key]);
        let tokens = nobody.post("/oauth/token").form(&form).expect(200);
        Caller { token: tokens["access_token"].as_str().map(Into::into), ..nobody }
    }
    /// The strongroom, opened beside the server.
    pub fn strongroom(&self) -> impl NumberVault + use<> {
        let keys = Keys::open(&self.folder.join("keys")).unwrap();
        let store = SqliteKeyStore::open(&self.folder.join("store/wrapped.sqlite")).unwrap();
        Strongroom::new(&keys.vault, Clock::real(), Arc::new(store))
    }
    /// Everything that was filed, as the database has it.
    pub fn kept(&self) -> BTreeMap<Uuid, Kept> {
        let rows: Vec<Row> = sql_query(
            "select s.id, s.receipt_number, \
               array(select office_number from notification n where n.submission_id = s.id order by row_number) as records, \
               (select count(*) from audit_entry e where e.detail->'replayed' is null and e.subject_kind = 'Submission' and e.subject_id = s.id \
                  and e.outcome = 'allowed' and e.operation like 'createNotification%') as entries, \
               (select count(*) from idempotency i where i.subject_id = s.id and i.status = 202) as keys \
             from submission s",
        )
        .load(&mut self.owner())
        .unwrap();
        rows.into_iter().map(Row::kept).collect()
    }
    /// Entries that say that a submission was filed which is not there.
    pub fn entries_without_work(&self) -> i64 {
        self.count(
            "select count(*) as n from audit_entry e where subject_kind = 'Submission' and outcome = 'allowed' \
             and operation like 'createNotification%' and not exists (select from submission s where s.id = e.subject_id)",
        )
    }
    pub fn count(&self, sql: &str) -> i64 {
        sql_query(sql).get_result::<Count>(&mut self.owner()).unwrap().n
    }
    /// Starts the program; gives it once it serves.
    pub fn serve(&self) -> Server {
        Server::start(self.program("serve"))
    }
    /// Starts a worker whose clock is so many days ahead: what one that was killed had begun is leased again then.
    pub fn work(&self, days: usize) -> Worker {
        let mut program = self.program("worker");
        program.env("KENPO_MODE", "sandbox").env("KENPO_CLOCK_DAYS", days.to_string());
        Worker(program.stderr(Stdio::null()).spawn().unwrap())
    }
    fn program(&self, command: &str) -> Command {
        let mut program = Command::new(env!("CARGO_BIN_EXE_kenpo"));
        program
            .arg(command)
            .env_clear()
            .env("DATABASE_URL", &self.service_url)
            .env("KENPO_MIGRATE_DATABASE_URL", &self.url)
            .env("KENPO_KEYS", self.folder.join("keys"))
            .env("KENPO_KEY_STORE", self.folder.join("store/wrapped.sqlite"))
            .env("KENPO_LISTEN", "127.0.0.1:0")
            .env("KENPO_RATE_PER_SECOND", "0");
        program
    }
}
#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = t::Uuid)]
    id: Uuid,
    #[diesel(sql_type = t::Text)]
    receipt_number: String,
    #[diesel(sql_type = t::Array<t::Text>)]
    records: Vec<String>,
    #[diesel(sql_type = t::BigInt)]
    entries: i64,
    #[diesel(sql_type = t::BigInt)]
    keys: i64,
}
impl Row {
    fn kept(self) -> (Uuid, Kept) {
        let [entries, keys] = [self.entries, self.keys].map(|n| usize::try_from(n).unwrap());
        (self.id, Kept { receipt_number: self.receipt_number, records: self.records, entries, keys })
    }
}
#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = t::BigInt)]
    n: i64,
}

/// The running program; killed with this value.
pub struct Server {
    child: Child,
    pub url: String,
}
impl Server {
    fn start(mut program: Command) -> Self {
        let mut child = program.stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let address = loop {
            let mut line = String::new();
            assert_ne!(log.read_line(&mut line).unwrap(), 0, "the server does not start: {said}");
            let parsed: Value = serde_json::from_str(&line).unwrap_or_default();
            if parsed["fields"]["message"] == "serving" {
                break parsed["fields"]["address"].as_str().unwrap().to_owned();
            }
            said.push_str(&line);
        };
        // A full pipe would stop it.
        std::thread::spawn(move || std::io::copy(&mut log.take(u64::MAX), &mut std::io::sink()));
        Self { child, url: format!("http://{address}") }
    }
    /// Somebody without a token.
    pub fn nobody(&self) -> Caller {
        Caller { url: self.url.clone(), token: None }
    }
    /// kill -9, whatever it is doing; it is buried when this value goes.
    pub fn kill_9(&self) {
        kill_9(&self.child);
    }
}
/// A process that does the jobs; killed with this value.
pub struct Worker(Child);
impl Worker {
    /// As of a server.
    pub fn kill_9(&self) {
        kill_9(&self.0);
    }
}
impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
fn kill_9(child: &Child) {
    assert!(Command::new("kill").args(["-9", &child.id().to_string()]).status().unwrap().success());
}
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a table `filed (id, number)` still holds, as the judge reads it.
pub fn filed(conn: &mut PgConnection) -> BTreeMap<Uuid, Kept> {
    let rows: Vec<Row> = sql_query(
        "select id, number as receipt_number, array[number] as records, 1::bigint as entries, 1::bigint as keys from filed",
    )
    .load(conn)
    .unwrap();
    rows.into_iter().map(Row::kept).collect()
}
