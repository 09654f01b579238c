//! The society that is measured: a durable cluster that is seeded once and kept, the release server on it, callers.
use crate::http;
use chrono::NaiveDate;
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query,
    sql_types as t,
};
use kenpo::{
    app,
    cli::seed,
    domain::{
        access::{self, NewClient, PasswordSettings},
        users::{self, NewUser},
    },
    kernel::{clock::Clock, keys::Keys, page},
    launcher::{Binaries, Durability, PrivatePostgres},
};
use serde_json::{Value, json};
use std::{
    fs::File,
    io::{BufRead, BufReader},
    net::SocketAddr,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use uuid::Uuid;

/// Insured persons, when nothing else is said.
const MEMBERS: usize = 300_000;
/// Insured persons: KENPO_BENCH_MEMBERS tries the benchmark itself on a smaller society, which is kept apart.
pub fn members() -> usize {
    let named = std::env::var_os("KENPO_BENCH_MEMBERS");
    named.map_or(MEMBERS, |n| n.to_str().unwrap().parse().expect("KENPO_BENCH_MEMBERS is a number"))
}
const DATABASE: &str = "postgres";
const PASSWORD: &str = "a long enough fictitious password";

pub struct Society {
    // The server ends before its database.
    server: Child,
    address: SocketAddr,
    postgres: PrivatePostgres,
    binaries: PathBuf,
    base: PathBuf,
    employer: Uuid,
    staff: String,
    client: (String, String),
    ids: Vec<Uuid>,
    clock: Clock,
}
impl Society {
    /// Starts everything; seeds the first time.
    pub fn open() -> Self {
        let members = members();
        let name = if members == MEMBERS { "bench".into() } else { format!("bench-{members}") };
        let base = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(base.join("kenpo")).unwrap();
        let (named, path) = (std::env::var_os("KENPO_PG_BIN"), std::env::var_os("PATH"));
        let binaries = Binaries::new(named.map(Into::into), path.as_deref());
        let postgres =
            PrivatePostgres::start(&binaries, &base, Durability::Durable).unwrap_or_else(|e| panic!("{e}"));
        let clock = Clock::real();
        let url = postgres.url("kenpo", DATABASE);
        app::migrate(&url).unwrap();
        let keys = base.join("kenpo/keys");
        if !keys.exists() {
            Keys::init(&keys, clock.now().timestamp()).unwrap();
        }
        let mut conn = PgConnection::establish(&url).unwrap();
        let employer = seeded(&mut conn, &clock);
        forget_last_run(&mut conn);
        let (staff, client) = callers(&mut conn, &keys, employer);
        let ids = ids(&mut conn);
        assert_eq!(ids.len(), members, "remove {} to seed anew", base.display());
        let (server, address) = serve(&postgres, &base);
        let binaries = format!("/usr/lib/postgresql/{}/bin", postgres.major()).into();
        Self { server, address, postgres, binaries, base, employer, staff, client, ids, clock }
    }
    pub fn address(&self) -> SocketAddr {
        self.address
    }
    pub fn base(&self) -> &Path {
        &self.base
    }
    pub fn folder(&self) -> PathBuf {
        self.base.join("kenpo")
    }
    pub fn employer(&self) -> Uuid {
        self.employer
    }
    pub fn today(&self) -> NaiveDate {
        self.clock.today()
    }
    pub fn ids(&self) -> &[Uuid] {
        &self.ids
    }
    pub fn owner_url(&self) -> String {
        self.postgres.url("kenpo", DATABASE)
    }
    pub fn owner(&self) -> PgConnection {
        PgConnection::establish(&self.owner_url()).unwrap()
    }
    /// A program of PostgreSQL, from beside the server or from PATH.
    pub fn program(&self, name: &str) -> PathBuf {
        Some(self.binaries.join(name)).filter(|p| p.exists()).unwrap_or_else(|| name.into())
    }
    /// Processor time of the server so far, in seconds.
    pub fn server_cpu(&self) -> f64 {
        http::cpu(&self.server.id().to_string())
    }
    pub fn clock(&self) -> &Clock {
        &self.clock
    }
    /// The cursor after the n-th person.
    pub fn cursor(&self, n: usize, limit: usize) -> String {
        let keys = Keys::open(&self.folder().join("keys")).unwrap();
        let last = self.ids[n - 1].to_string();
        page::cursor(&keys.vault.cursor, "listMembers", &format!("limit={limit}"), &[last]).unwrap()
    }
    /// A worker beside the server.
    pub fn worker(&self) -> Worker {
        let log = self.base.join("kenpo/worker.log");
        let child = program("worker", &self.postgres, &self.base).stderr(File::create(log).unwrap()).spawn();
        Worker(child.unwrap())
    }
    pub fn staff_token(&self) -> String {
        let body = json!({ "user_id": self.staff, "password": PASSWORD });
        self.token("/v1/sessions", "application/json", &body.to_string())
    }
    pub fn employer_token(&self) -> String {
        let (id, secret) = &self.client;
        let form = format!("grant_type=client_credentials&client_id={id}&client_secret={secret}");
        self.token("/oauth/token", "application/x-www-form-urlencoded", &form)
    }
    fn token(&self, path: &str, media: &str, body: &str) -> String {
        let mut answer = ureq::post(format!("http://{}{path}", self.address))
            .header("content-type", media)
            .send(body)
            .unwrap();
        let said: Value = answer.body_mut().read_json().unwrap();
        said["access_token"].as_str().unwrap().to_owned()
    }
    /// Entries of an operation.
    pub fn entries(&self, operation: &str) -> usize {
        let sql = "select count(*) as n, null::uuid as id from audit_entry where operation = $1";
        let row: Counted =
            sql_query(sql).bind::<t::Text, _>(operation).get_result(&mut self.owner()).unwrap();
        usize::try_from(row.n).unwrap()
    }
    /// Submissions of this run and their records.
    pub fn submissions(&self) -> Vec<(Uuid, usize)> {
        let sql = "select count(*) as n, submission_id as id from notification group by 2 order by 2";
        let rows: Vec<Counted> = sql_query(sql).load(&mut self.owner()).unwrap();
        rows.into_iter().map(|r| (r.id.unwrap(), usize::try_from(r.n).unwrap())).collect()
    }
    /// The machine and the day.
    pub fn about(&self) -> Value {
        let cpus = std::thread::available_parallelism().map_or(0, Into::into);
        let info = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
        let model = info.lines().find_map(|l| l.strip_prefix("model name")?.split_once(": ")).map(|m| m.1);
        let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
        json!({ "date": self.today(), "cpus": cpus, "cpu": model, "postgresql": self.postgres.major(), "members": members(),
                "load_at_end": load.trim() })
    }
}
impl Drop for Society {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
#[derive(QueryableByName)]
struct Counted {
    #[diesel(sql_type = t::BigInt)]
    n: i64,
    #[diesel(sql_type = t::Nullable<t::Uuid>)]
    id: Option<Uuid>,
}
/// The employer that files; the people of all employers, the first time.
fn seeded(conn: &mut PgConnection, clock: &Clock) -> Uuid {
    let sql = "select employer_id as id, 0::bigint as n from employer_record where society_number = '0123'";
    if let Ok(row) = sql_query(sql).get_result::<Counted>(conn) {
        return row.id.unwrap();
    }
    let members = members();
    eprintln!("seeding {members} insured persons, once");
    let all = conn.transaction(|conn| {
        let mut all = vec![seed::sample_employer(conn, clock)?];
        for n in 1..20 {
            all.push(seed::employer(conn, clock, n)?);
        }
        seed::people(conn, clock, &all, (i32::try_from(members)?, 1_500))?;
        anyhow::Ok(all)
    });
    conn.batch_execute("vacuum analyze").unwrap();
    all.unwrap()[0]
}
/// What a run leaves is removed by the next, past the guards that keep the trail: it is a fictional one.
fn forget_last_run(conn: &mut PgConnection) {
    conn.batch_execute(
        "set session_replication_role = replica; \
         truncate submission, notification, idempotency, strongroom.raw_file, strongroom.pending_number, job, audit_entry, \
           audit_position, audit_lease, session, number_grant, standard_remuneration, determination_run, determination_lane, determination_left, \
           determination_foreseen; \
         reset session_replication_role",
    )
    .unwrap();
    // No analyze: a log that is known to be empty would be read from end to end by plans made now.
    conn.batch_execute("checkpoint").unwrap();
}
fn ids(conn: &mut PgConnection) -> Vec<Uuid> {
    let sql = "select distinct person_id as id, 0::bigint as n from enrolment order by 1";
    let rows: Vec<Counted> = sql_query(sql).load(conn).unwrap();
    rows.into_iter().filter_map(|r| r.id).collect()
}
/// A clerk and an employer's system, new in each run.
fn callers(conn: &mut PgConnection, keys: &Path, employer: Uuid) -> (String, (String, String)) {
    let keys = Keys::open(keys).unwrap();
    let from = NaiveDate::from_ymd_opt(2020, 4, 1).unwrap();
    let (clerk, client) = (Uuid::now_v7(), Uuid::now_v7());
    let settings = PasswordSettings { memory_kib: 64, passes: 1, lanes: 1, at_once: 2 };
    let user = NewUser {
        id: clerk,
        login: format!("clerk-{clerk}"),
        display_name: "適用　二郎".into(),
        section: "enrolment_2".into(),
        duties: vec![],
        purposes: vec!["enrolment".into()],
        scopes: ["members:read", "remuneration:read", "notifications:decide"].map(Into::into).to_vec(),
        password_hash: access::hash_password(&settings, PASSWORD).unwrap(),
        valid_from: from,
        valid_until: None,
        number: (None, None),
    };
    users::insert_user(conn, &user).unwrap();
    let (secret, digest) = access::store::new_secret(&keys.vault.digest, client).unwrap();
    let system = NewClient {
        id: client,
        client_key: format!("payroll-{client}"),
        name: "payroll".into(),
        kind: "employer_system".into(),
        scopes: vec!["notifications:submit".into()],
        secret_digest: Some(digest),
        jwks: None,
    };
    access::store::insert_client(conn, &system).unwrap();
    access::store::bind_client(conn, client, employer, from, None).unwrap();
    (user.login, (system.client_key, secret))
}
/// A process that does the jobs; it ends with this.
pub struct Worker(Child);
impl Worker {
    /// What it used of memory at most so far, in MiB.
    pub fn peak_mib(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap_or_default();
        let peak =
            status.lines().find_map(|l| l.strip_prefix("VmHWM:")?.trim().split(' ').next()?.parse().ok());
        peak.unwrap_or(0) / 1024
    }
}
impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
/// The release program with its settings as they are, but for the limit on one caller's rate.
fn program(command: &str, postgres: &PrivatePostgres, base: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_kenpo"));
    program
        .arg(command)
        .env_clear()
        .env("DATABASE_URL", postgres.url("kenpo_service", DATABASE))
        .env("KENPO_MIGRATE_DATABASE_URL", postgres.url("kenpo", DATABASE))
        .env("KENPO_KEYS", base.join("kenpo/keys"))
        .env("KENPO_KEY_STORE", base.join("kenpo/store/wrapped.sqlite"))
        .env("KENPO_LISTEN", "127.0.0.1:0")
        .env("KENPO_RATE_PER_SECOND", "0")
        .env("KENPO_ARGON2_MEMORY_KIB", "64")
        .env("KENPO_ARGON2_PASSES", "1")
        .stdin(Stdio::null());
    program
}
/// Starts the server and waits until it serves.
fn serve(postgres: &PrivatePostgres, base: &Path) -> (Child, SocketAddr) {
    let log = base.join("kenpo/server.log");
    let mut child = program("serve", postgres, base).stderr(File::create(&log).unwrap()).spawn().unwrap();
    let since = std::time::Instant::now();
    loop {
        let lines = BufReader::new(File::open(&log).unwrap()).lines().map_while(Result::ok);
        for line in lines {
            let said: Value = serde_json::from_str(&line).unwrap_or_default();
            if said["fields"]["message"] == "serving" {
                return (child, said["fields"]["address"].as_str().unwrap().parse().unwrap());
            }
        }
        let is_over = child.try_wait().unwrap().is_some() || since.elapsed().as_secs() > 20;
        assert!(!is_over, "the server does not start: {}", std::fs::read_to_string(&log).unwrap());
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}
