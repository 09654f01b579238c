//! The program as an operator runs it: what it refuses to start on, and how it lives and ends. Production settings, fsync on.
mod beside;
mod first_people;

use crate::harness::{
    caller::Caller,
    cluster::{ADMIN, DurableCluster, TempBase, binaries, durable_cluster},
    world::{PASSWORD, day},
};
use diesel::{
    Connection, PgConnection, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types as t,
};
use kenpo::{
    app,
    cli::seed,
    domain::{
        access::{self, PasswordSettings},
        personal_numbers::jobs,
        users::{self, NewUser},
    },
    kernel::clock::Clock,
    launcher::{Durability, PrivatePostgres},
    ports::key_store::{Bond, KeyStore, SqliteKeyStore, SweptKeyStore},
};
use serde_json::json;
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    os::unix::fs::PermissionsExt,
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};
use uuid::Uuid;

const MOST: Duration = Duration::from_secs(40);

/// An installation: a folder with settings, keys and key store, and a database.
struct Site {
    folder: TempBase,
    owner_url: String,
}
impl Site {
    fn new(server: &PrivatePostgres) -> Self {
        let admin = server.url(ADMIN, "postgres");
        PgConnection::establish(&admin).unwrap().batch_execute("create database society").unwrap();
        let folder = TempBase::new();
        let site = Self { folder, owner_url: server.url(ADMIN, "society") };
        site.settings(&server.url("kenpo_service", "society"));
        site
    }
    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
    fn settings(&self, url: &str) {
        let database = if url.is_empty() { String::new() } else { format!("database_url = \"{url}\"\n") };
        let text = format!(
            "{database}keys = \"{}\"\nkey_store = \"{}\"\nlisten = \"127.0.0.1:0\"\nlisten_internet = \"127.0.0.1:0\"\npublic_url = \"http://kenpo.test\"\n\
             workers = 1\npool_size = 6\ncaller_connections = 1\nargon2_memory_kib = 64\nargon2_passes = 1\nbody_seconds = 2\nlog = \"debug\"\n",
            self.at("keys").display(),
            self.at("store/wrapped.sqlite").display()
        );
        fs::write(self.at("kenpo.toml"), text).unwrap();
    }
    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_kenpo"));
        command
            .args(args)
            .env_clear()
            .env("PATH", "/usr/bin:/bin")
            .env("KENPO_SETTINGS", self.at("kenpo.toml"));
        command
    }
    fn run(&self, args: &[&str]) -> Output {
        self.command(args).env("KENPO_MIGRATE_DATABASE_URL", &self.owner_url).output().unwrap()
    }
    #[track_caller]
    fn done(&self, args: &[&str]) {
        let output = self.run(args);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    fn owner(&self) -> PgConnection {
        PgConnection::establish(&self.owner_url).unwrap()
    }
    /// `serve` ends at once and says what to do.
    #[track_caller]
    fn refuses(&self, words: &[&str]) {
        self.refuses_to("serve", words);
    }
    #[track_caller]
    fn refuses_to(&self, command: &str, words: &[&str]) {
        let mut process = Process::start(self.command(&[command]));
        let code = process.end(MOST);
        let said = process.said();
        assert!(!code, "it must not start: {said}");
        for word in words {
            assert!(said.contains(word), "no {word:?} in: {said}");
        }
        assert!(!said.contains("panicked"), "{said}");
    }
}
/// A running kenpo, ended with this value.
struct Process {
    child: Child,
    log: Arc<Mutex<String>>,
}
impl Process {
    fn start(mut command: Command) -> Self {
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let (lines, kept) = (BufReader::new(child.stderr.take().unwrap()), log.clone());
        std::thread::spawn(move || {
            for line in lines.lines().map_while(Result::ok) {
                let mut log = kept.lock().unwrap();
                log.push_str(&line);
                log.push('\n');
            }
        });
        Self { child, log }
    }
    fn said(&self) -> String {
        self.log.lock().unwrap().clone()
    }
    /// The address that the log names, once it serves.
    fn url(&mut self) -> String {
        self.url_of("serving")
    }
    fn url_of(&mut self, words: &str) -> String {
        let find = |said: &str| {
            let line = said.lines().find(|l| l.contains(&format!("\"{words}\"")))?;
            let line: serde_json::Value = serde_json::from_str(line).ok()?;
            Some(format!("http://{}", line["fields"]["address"].as_str()?))
        };
        within(MOST, || {
            assert!(self.child.try_wait().unwrap().is_none(), "it ended: {}", self.said());
            find(&self.said())
        })
    }
    /// Waits for the end; was it a success?
    fn end(&mut self, most: Duration) -> bool {
        let status = within(most, || self.child.try_wait().unwrap());
        // What it said last may still be in the pipe.
        within(MOST, || (Arc::strong_count(&self.log) == 1).then_some(()));
        status.success()
    }
    fn terminate(&self) {
        let kill = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(kill.success());
    }
}
impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
/// Asks again until there is an answer: other processes have a time of their own.
#[track_caller]
fn within<T>(most: Duration, mut ask: impl FnMut() -> Option<T>) -> T {
    let until = Instant::now() + most;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < until, "not within {most:?}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
fn nobody(url: &str) -> Caller {
    Caller { url: url.to_owned(), token: None }
}

#[test]
fn it_refuses_what_it_could_not_serve_safely_and_says_what_to_do() {
    let cluster = durable_cluster();
    let site = Site::new(&cluster.server);
    site.refuses(&["kenpo migrate"]);
    site.done(&["migrate"]);
    site.refuses(&["kenpo keys init"]);
    site.done(&["keys", "init"]);
    let again = site.run(&["keys", "init"]);
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("holds keys already"));
    for file in ["vault.json", "signing.json"] {
        let path = site.at("keys").join(file);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        site.refuses(&[file, "can be read by others", "chmod 600"]);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    }
    let mut owner = site.owner();
    let mut alter = |sql: &str| owner.batch_execute(sql).unwrap();
    alter("insert into __diesel_schema_migrations (version) values ('99999999999999')");
    site.refuses(&["newer than this program"]);
    alter("delete from __diesel_schema_migrations where version = '99999999999999'");
    alter("create table kept as select max(version) as version from __diesel_schema_migrations");
    alter("delete from __diesel_schema_migrations where version in (select version from kept)");
    for command in ["serve", "worker"] {
        site.refuses_to(command, &["not current", "kenpo migrate"]);
    }
    alter("insert into __diesel_schema_migrations (version) select version from kept");
    alter("alter role kenpo_service set synchronous_commit = off");
    site.refuses(&["synchronous_commit = off", "could be lost"]);
    alter("alter role kenpo_service reset synchronous_commit");
    the_key_store_of_another_database(&site);
    site.settings("");
    site.refuses(&["database_url"]);
}
/// `serve` and `worker` end at once and say what to do, until it is done.
fn the_key_store_of_another_database(site: &Site) {
    let at = site.at("store/wrapped.sqlite");
    let foreign = Bond { id: Uuid::now_v7(), turn: 1 };
    SqliteKeyStore::open(&at).unwrap().keep_bond(foreign).unwrap();
    let words = ["belongs to another database", "database_url", "kenpo keys bind"];
    site.refuses(&words);
    site.refuses_to("worker", &words);
    site.done(&["keys", "bind"]);
    let mut serves = Process::start(site.command(&["serve"]));
    serves.url();
}

#[test]
fn it_refuses_settings_that_it_does_not_know() {
    let cluster = durable_cluster();
    let site = Site::new(&cluster.server);
    let misspelt = site.command(&["serve"]).env("KENPO_POOL_SISE", "4").output().unwrap();
    assert!(!misspelt.status.success());
    assert!(String::from_utf8_lossy(&misspelt.stderr).contains("no setting called pool_sise"));
    for command in ["serve", "worker"] {
        let moved = site.command(&[command]).env("KENPO_CLOCK_DAYS", "3").output().unwrap();
        assert!(!moved.status.success());
        assert!(String::from_utf8_lossy(&moved.stderr).contains("which only a sandbox may"), "{command}");
    }
    fs::write(site.at("kenpo.toml"), "pool_sise = 4\n").unwrap();
    site.refuses(&["no setting called pool_sise", "kenpo.toml"]);
}

#[test]
fn it_refuses_a_database_without_fsync() {
    let base = TempBase::with_cluster();
    let server = PrivatePostgres::start(&binaries(), base.path(), Durability::Fast).unwrap();
    let site = Site::new(&server);
    site.done(&["migrate"]);
    site.done(&["keys", "init"]);
    site.refuses(&["= off", "an acknowledged notification could be lost"]);
}

/// A site with a clerk who holds the privilege, served.
struct Served {
    process: Process,
    url: String,
    site: Site,
    cluster: DurableCluster,
}
fn served() -> Served {
    let cluster = durable_cluster();
    let site = Site::new(&cluster.server);
    site.done(&["migrate"]);
    site.done(&["keys", "init"]);
    let settings = PasswordSettings { memory_kib: 64, passes: 1, lanes: 1, at_once: 2 };
    let user = NewUser {
        id: Uuid::now_v7(),
        login: "clerk".into(),
        display_name: "適用　花子".into(),
        section: "enrolment_1".into(),
        duties: vec![],
        purposes: vec!["enrolment".into()],
        scopes: app::SCOPES.iter().map(|s| s.0.to_owned()).filter(|s| s != "personal-number:read").collect(),
        password_hash: access::hash_password(&settings, PASSWORD).unwrap(),
        valid_from: day("2020-04-01"),
        valid_until: None,
        number: (Some(Clock::real().now() - chrono::Duration::days(1)), None),
    };
    users::insert_user(&mut site.owner(), &user).unwrap();
    let mut process = Process::start(site.command(&["serve"]));
    let url = process.url();
    Served { process, url, site, cluster }
}
fn signed_in(url: &str) -> Caller {
    let body = json!({ "user_id": "clerk", "password": PASSWORD });
    let tokens = nobody(url).post("/v1/sessions").json(&body).expect(200);
    Caller { token: tokens["access_token"].as_str().map(Into::into), ..nobody(url) }
}
/// The clerk with the linkage switched on for a person, for a notification that waits.
fn registrar(s: &Served, clerk: &Caller, employer: Uuid, person: Uuid) -> Caller {
    let (case, submission) = (Uuid::now_v7(), Uuid::now_v7());
    let filed = format!(
        "insert into submission (id, receipt_number, employer_id, client_id, channel, preparer_name, read_count, \
           file_result, received_at) values ('{submission}', 'x', '{employer}', '{case}', 'api_json', 'x', 1, 'accepted', now()); \
         insert into notification (id, submission_id, row_number, employer_id, kind, state, person_id, received_at) \
           values ('{case}', '{submission}', 1, '{employer}', 'qualification_acquisition', 'accepted', '{person}', now())"
    );
    s.site.owner().batch_execute(&filed).unwrap();
    let form = format!(
        "grant_type=urn:ietf:params:oauth:grant-type:token-exchange&subject_token_type=urn:ietf:params:oauth:token-type:access_token\
         &scope=personal-number:read&purpose=enrolment&reason=examination&case={case}&members={person}&subject_token={}",
        clerk.token.clone().unwrap()
    );
    let tokens = nobody(&s.url).post("/oauth/token").form(&form).expect(200);
    Caller { token: tokens["access_token"].as_str().map(Into::into), ..nobody(&s.url) }
}
kenpo::row! {
    /// A job.
    pub struct Job {
        /// Done.
        is_done: t::Bool => bool,
        /// Failed with.
        error_code: t::Nullable<t::Text> => Option<String>,
    }
}

#[test]
fn an_installation_works_rotates_its_keys_destroys_others_and_logs_nobody() {
    let mut s = served();
    let internet = s.process.url_of("serving the internet zone");
    assert_eq!(nobody(&internet).get("/healthz").status, 200);
    assert_eq!(nobody(&internet).get("/metrics").status, 404);
    for (path, word) in [
        ("/healthz", "ok"),
        ("/readyz", "ready"),
        ("/metrics", "kenpo_calendar_unfinished_days{kind=\"loss_at_75\",state=\"failed\"} 0"),
        ("/metrics", "kenpo_jobs{kind=\"destroy_keys\",state=\"failed\"} 0"),
    ] {
        let answer = nobody(&s.url).get(path);
        assert!(answer.status == 200 && answer.text.contains(word), "{path}: {}", answer.text);
    }
    let clerk = signed_in(&s.url);
    let mut owner = s.site.owner();
    let employer = seed::sample_employer(&mut owner, &Clock::real()).unwrap();
    let person = seed::Insured {
        office_number: "1",
        name_kana: "ミホン　タロウ",
        name: "見本　太郎",
        birth_on: day("1980-01-02"),
        sex: "male",
        since: day("2020-04-01"),
    };
    let person = seed::insured(&mut owner, &Clock::real(), employer, &person).unwrap();
    let digits = seed::fictitious_number(71);
    let number = format!("/v1/persons/{person}/personal-number");
    let registrar = registrar(&s, &clerk, employer, person);
    registrar
        .put(&number)
        .json(&json!({ "personal_number": digits, "reason": "first_registration" }))
        .expect(200);
    let found = clerk.get("/v1/members?name_kana=%E3%83%9F%E3%83%9B%E3%83%B3").expect(200);
    assert_eq!(found["items"][0]["id"], person.to_string());
    registrar
        .put(&number)
        .json(&json!({ "personal_number": "123", "reason": "correction" }))
        .refused(422, "invalid");
    registrar.put(&number).json(&json!({ "not_registered_reason": "withdrawn_as_wrong" })).expect(200);

    // A key whose ciphertext went is destroyed by the worker, after the commit.
    let store = SqliteKeyStore::open(&s.site.at("store/wrapped.sqlite")).unwrap();
    let key = Uuid::now_v7();
    store.put_many(&[(key, [7; _])]).unwrap();
    jobs::enqueue_destruction(&mut owner, &Clock::real(), vec![key]).unwrap();
    let worker = Process::start(s.site.command(&["worker"]));
    let select = "select finished_at is not null as is_done, error_code from job where kind = 'destroy_keys'";
    let all_went_well = within(MOST, || {
        let found: Vec<Job> = sql_query(select).load(&mut owner).unwrap();
        assert_eq!(found.len(), 2, "this one and the number taken out: {}", worker.said());
        found.iter().all(|j| j.is_done).then(|| found.into_iter().find(|j| j.error_code.is_some()).is_none())
    });
    assert!(all_went_well);
    assert!(store.get(key).is_ok_and(|k| k.is_none()), "the key is still there");

    // The same worker does what the calendar brings.
    let done = "select state = 'done' as is_done, problem as error_code from calendar_run";
    within(MOST, || {
        let found: Vec<Job> = sql_query(done).load(&mut owner).unwrap();
        found.iter().any(|j| j.is_done).then_some(())
    });

    // A rotated key signs without a restart, and what the old one signed is still good.
    let keys = || nobody(&s.url).get("/.well-known/jwks.json").expect(200)["keys"].as_array().unwrap().len();
    assert_eq!(keys(), 1);
    s.site.done(&["keys", "rotate"]);
    within(MOST, || (keys() == 2).then_some(()));
    clerk.get("/v1/employers").expect(200);
    signed_in(&s.url).get("/v1/employers").expect(200);

    let said = s.process.said() + &worker.said();
    assert!(said.contains("registerPersonalNumber"), "the log tells what was asked: {said}");
    for secret in [digits.as_str(), "見本", "ミホン", "太郎", "適用　花子", "1980-01-02", PASSWORD, "eyJ"]
    {
        assert!(!said.contains(secret), "the log holds {secret}: {said}");
    }
}

#[test]
fn it_finishes_running_requests_before_it_ends() {
    let mut s = served();
    let body = json!({ "user_id": "clerk", "password": PASSWORD }).to_string();
    let (head, tail) = body.split_at(9);
    let mut slow = TcpStream::connect(s.url.trim_start_matches("http://")).unwrap();
    let length = body.len();
    write!(slow, "POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{head}").unwrap();
    // Another request, answered after the slow one was taken up by the only worker.
    assert_eq!(nobody(&s.url).get("/healthz").status, 200);
    s.process.terminate();
    within(MOST, || s.process.said().contains("stopping").then_some(()));
    assert!(s.process.child.try_wait().unwrap().is_none(), "it waits for the request");
    write!(slow, "{tail}").unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert!(s.process.end(MOST), "{}", s.process.said());
    assert!(TcpStream::connect(s.url.trim_start_matches("http://")).is_err());
}

#[test]
fn it_does_not_wait_for_slow_heads_and_says_when_the_database_is_away() {
    let mut s = served();
    let address = s.url.trim_start_matches("http://").to_owned();
    let mut slow = TcpStream::connect(&address).unwrap();
    slow.set_read_timeout(Some(MOST)).unwrap();
    write!(slow, "GET /healthz HTTP/1.1\r\nhost: x\r\n").unwrap();
    let mut answer = String::new();
    slow.read_to_string(&mut answer).unwrap();
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    {
        let mut slow = TcpStream::connect(&address).unwrap();
        slow.set_read_timeout(Some(MOST)).unwrap();
        write!(slow, "POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\nconnection: close\r\n\r\n{{").unwrap();
        let mut answer = String::new();
        slow.read_to_string(&mut answer).unwrap();
        assert!(answer.contains("too-slow"), "{answer}");
    }
    assert_eq!(nobody(&s.url).get("/readyz").status, 200);
    s.cluster.server.stop();
    let answer = nobody(&s.url).get("/readyz");
    assert_eq!(answer.status, 503, "{}", answer.text);
    assert_eq!(nobody(&s.url).get("/v1/members").status, 503, "without a record nothing is answered");
}
