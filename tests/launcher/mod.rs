//! The private PostgreSQL: data outlive every kind of killing, and nothing blocks the next start.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use diesel::sql_types::{Integer, Text};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl};
use kenpo::launcher::{Binaries, Durability, LaunchError, PrivatePostgres};

use crate::harness::cluster::{ADMIN, TempBase, Template, binaries, durable_cluster};

#[derive(QueryableByName)]
struct Setting {
    #[diesel(sql_type = Text)]
    value: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = Integer)]
    rows: i32,
}

fn connect(server: &PrivatePostgres) -> PgConnection {
    PgConnection::establish(&server.url(ADMIN, "postgres")).unwrap()
}

fn run(server: &PrivatePostgres, sql: &str) {
    diesel::sql_query(sql).execute(&mut connect(server)).unwrap();
}

fn setting(server: &PrivatePostgres, name: &str) -> String {
    let sql = format!("SELECT current_setting('{name}') AS value");
    diesel::sql_query(sql).get_result::<Setting>(&mut connect(server)).unwrap().value
}

fn rows(connection: &mut PgConnection) -> i32 {
    let sql = "SELECT count(*)::int AS rows FROM kept";
    diesel::sql_query(sql).get_result::<Count>(connection).unwrap().rows
}

fn start(base: &Path) -> PrivatePostgres {
    PrivatePostgres::start(&binaries(), base, Durability::Durable).unwrap()
}

fn kill_9(pid: u32) {
    assert!(Command::new("sh").args(["-c", &format!("kill -9 {pid}")]).status().unwrap().success());
}

/// Waits until a process is gone; gives how long it took, None beyond five seconds.
fn gone_within_5_s(pid: u32) -> Option<Duration> {
    let since = Instant::now();
    let is_there = || {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        stat.rsplit_once(')').is_some_and(|(_, rest)| !rest.trim_start().starts_with('Z'))
    };
    while is_there() {
        if since.elapsed() > Duration::from_secs(5) {
            return None;
        }
        thread::sleep(Duration::from_millis(5));
    }
    Some(since.elapsed())
}

/// Tells the child process of [`Holder`] where to start a server. Anywhere else it is not set.
const HOLD: &str = "KENPO_TEST_HOLD";

/// Not a test but the body of [`Holder`]: does nothing unless asked.
#[test]
fn hold_a_server_when_asked() {
    let Some(base) = std::env::var_os(HOLD) else { return };
    // As a real caller might: from a thread that ends at once.
    let server = thread::spawn(move || start(&PathBuf::from(base))).join().unwrap();
    println!("\npostmaster {}", server.pid());
    thread::sleep(Duration::from_secs(120));
}

/// Another process that runs a private server, as a kenpo does.
struct Holder {
    process: Child,
    postmaster: u32,
}

impl Holder {
    fn start(base: &Path) -> Self {
        let mut process = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "launcher::hold_a_server_when_asked", "--nocapture", "--test-threads=1"])
            .env(HOLD, base)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(process.stdout.take().unwrap());
        let mut lines = said.lines().map_while(Result::ok);
        let postmaster = lines.find_map(|line| line.strip_prefix("postmaster ")?.parse().ok());
        Self { process, postmaster: postmaster.expect("the holder started no server") }
    }

    fn kill_9(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl Drop for Holder {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_killed_postmaster_loses_nothing_and_blocks_nothing() {
    let base = TempBase::with_cluster();
    let server = start(base.path());
    run(&server, "CREATE TABLE kept AS SELECT 1 AS n");
    run(&server, "INSERT INTO kept VALUES (2)");
    let _in_use = connect(&server);
    kill_9(server.pid());
    drop(server);
    let again = start(base.path());
    assert_eq!(rows(&mut connect(&again)), 2);
}

#[test]
fn a_stopped_server_starts_again_and_is_gone_when_dropped() {
    let base = TempBase::with_cluster();
    let mut server = start(base.path());
    run(&server, "CREATE TABLE kept AS SELECT 1 AS n");
    let first = server.pid();
    server.stop();
    server.stop();
    assert!(!Path::new(&format!("/proc/{first}")).exists(), "not even a zombie");
    drop(server);
    let server = start(base.path());
    assert_eq!(rows(&mut connect(&server)), 1);
    let second = server.pid();
    drop(server);
    assert!(!Path::new(&format!("/proc/{second}")).exists());
    assert!(!base.path().join("data/postmaster.pid").exists());
}

#[test]
fn a_killed_owner_takes_its_server_along() {
    let base = TempBase::with_cluster();
    let mut holder = Holder::start(base.path());
    let url = format!("postgres://kenpo@/postgres?host={}", base.path().join("s").display());
    let mut connection = PgConnection::establish(&url).unwrap();
    diesel::sql_query("CREATE TABLE kept AS SELECT 1 AS n").execute(&mut connection).unwrap();
    holder.kill_9();
    // At once: the start itself waits for the dying server.
    let server = start(base.path());
    assert_eq!(rows(&mut connect(&server)), 1);
    assert!(gone_within_5_s(holder.postmaster).is_some());
}

#[test]
fn a_server_without_owner_is_gone_within_five_seconds() {
    let base = TempBase::with_cluster();
    let mut holder = Holder::start(base.path());
    holder.kill_9();
    let took = gone_within_5_s(holder.postmaster);
    assert!(took.is_some());
    assert!(!base.path().join("data/postmaster.pid").exists(), "it shut down, it did not crash");
}

#[test]
fn owner_and_postmaster_killed_together_block_nothing() {
    let base = TempBase::with_cluster();
    let mut holder = Holder::start(base.path());
    let url = format!("postgres://kenpo@/postgres?host={}", base.path().join("s").display());
    let mut busy = PgConnection::establish(&url).unwrap();
    diesel::sql_query("CREATE TABLE kept AS SELECT 1 AS n").execute(&mut busy).unwrap();
    // A backend that is busy does not notice that its postmaster died.
    let spins = "DO $$ BEGIN LOOP PERFORM 1; END LOOP; END $$";
    let spinning = thread::spawn(move || diesel::sql_query(spins).execute(&mut busy).is_err());
    thread::sleep(Duration::from_millis(300));
    kill_9(holder.postmaster);
    holder.kill_9();
    let server = start(base.path());
    assert_eq!(rows(&mut connect(&server)), 1);
    assert!(spinning.join().unwrap());
}

#[test]
fn a_process_id_that_means_somebody_else_blocks_nothing() {
    let base = TempBase::with_cluster();
    let mut server = start(base.path());
    server.stop();
    drop(server);
    // A zombie's id still answers signals, to the very end of its parent.
    let mut stranger = Command::new("true").spawn().unwrap();
    thread::sleep(Duration::from_millis(100));
    let note = format!("{}\n{}\n1\n5432\n\n\n", stranger.id(), base.path().join("data").display());
    fs::write(base.path().join("data/postmaster.pid"), note).unwrap();
    fs::write(base.path().join("s/.s.PGSQL.5432.lock"), format!("{}\n", std::process::id())).unwrap();
    let server = start(base.path());
    stranger.wait().unwrap();
    assert_eq!(setting(&server, "fsync"), "on");
}

#[test]
fn one_folder_serves_one_kenpo() {
    let base = TempBase::with_cluster();
    let holder = Holder::start(base.path());
    let refusal = PrivatePostgres::start(&binaries(), base.path(), Durability::Durable).unwrap_err();
    let said = refusal.to_string();
    assert!(matches!(refusal, LaunchError::Busy { pid, .. } if pid == Some(holder.process.id())), "{said}");
    assert!(said.contains("another running kenpo") && said.contains("stop it first"), "{said}");
}

#[test]
fn a_cluster_is_removed_only_when_nobody_runs_it() {
    let base = TempBase::with_cluster();
    {
        let _holder = Holder::start(base.path());
        let refusal = PrivatePostgres::remove(base.path()).unwrap_err();
        assert!(matches!(refusal, LaunchError::Busy { .. }), "{refusal}");
        assert!(base.path().join("data/PG_VERSION").exists());
    }
    PrivatePostgres::remove(base.path()).unwrap();
    assert!(!base.path().exists());
    PrivatePostgres::remove(base.path()).unwrap();
}

#[test]
fn an_interrupted_initdb_is_begun_anew() {
    let base = TempBase::new();
    fs::create_dir(base.path().join("data.new")).unwrap();
    fs::write(base.path().join("data.new/PG_VERSION"), "15\n").unwrap();
    let server = start(base.path());
    assert_eq!(setting(&server, "server_encoding"), "UTF8");
    assert!(!base.path().join("data.new").exists());
}

#[test]
fn data_of_another_version_or_kind_are_left_alone() {
    let base = TempBase::with_cluster();
    let mut server = start(base.path());
    server.stop();
    drop(server);
    let version = base.path().join("data/PG_VERSION");
    fs::write(&version, "9.6\n").unwrap();
    let refusal = PrivatePostgres::start(&binaries(), base.path(), Durability::Durable).unwrap_err();
    let said = refusal.to_string();
    assert!(said.contains("written by PostgreSQL 9,") && said.contains("KENPO_PG_BIN"), "{said}");
    fs::remove_file(&version).unwrap();
    let refusal = PrivatePostgres::start(&binaries(), base.path(), Durability::Durable).unwrap_err();
    assert!(matches!(refusal, LaunchError::NotACluster(_)), "{refusal}");
}

#[test]
fn a_server_that_cannot_start_shows_its_log() {
    let base = TempBase::with_cluster();
    let mut server = start(base.path());
    server.stop();
    drop(server);
    fs::write(base.path().join("data/postgresql.conf"), "no_such_setting = 1\n").unwrap();
    let refusal = PrivatePostgres::start(&binaries(), base.path(), Durability::Durable).unwrap_err();
    assert!(refusal.to_string().contains("no_such_setting"), "{refusal}");
}

#[test]
fn a_base_that_others_can_write_to_is_refused() {
    use std::os::unix::fs::PermissionsExt;
    let base = TempBase::new();
    fs::set_permissions(base.path(), fs::Permissions::from_mode(0o777)).unwrap();
    let refusal = PrivatePostgres::start(&binaries(), base.path(), Durability::Durable).unwrap_err();
    assert!(matches!(refusal, LaunchError::NotOurs { .. }), "{refusal}");
}

#[test]
fn a_long_and_odd_folder_is_served_over_a_short_socket() {
    let outer = TempBase::new();
    let base = outer.path().join(format!("組 合%&?{}", "x".repeat(90)));
    let server = start(&base);
    let socket = setting(&server, "unix_socket_directories");
    assert!(socket.starts_with("/tmp/kenpo-"), "{socket}");
    assert_eq!(fs::metadata(&socket).unwrap().mode() & 0o777, 0o700);
    drop(server);
    fs::remove_dir(&socket).unwrap();
}

#[test]
fn an_odd_folder_is_encoded_in_the_url() {
    let outer = TempBase::new();
    let server = start(&outer.path().join("組 %&?"));
    assert_eq!(setting(&server, "listen_addresses"), "");
}

#[test]
fn durable_means_that_commits_are_on_the_disk() {
    let cluster = durable_cluster();
    for name in ["fsync", "synchronous_commit", "full_page_writes", "autovacuum"] {
        assert_eq!(setting(&cluster.server, name), "on", "{name}");
    }
    assert_eq!(setting(&cluster.server, "max_connections"), "100");
    assert_eq!(setting(&cluster.server, "wal_segment_size"), "4MB");
    let socket = fs::metadata(cluster.base.path().join("s")).unwrap();
    assert_eq!(socket.mode() & 0o777, 0o700);
}

#[test]
fn the_log_of_the_server_quotes_no_value() {
    let cluster = durable_cluster();
    run(&cluster.server, "CREATE TABLE kept (n text PRIMARY KEY)");
    let twice = "INSERT INTO kept VALUES ('secret-value'), ('secret-value')";
    assert!(diesel::sql_query(twice).execute(&mut connect(&cluster.server)).is_err());
    let log = fs::read_to_string(cluster.base.path().join("log")).unwrap();
    assert!(log.contains("duplicate key") && !log.contains("secret-value"), "{log}");
}

#[test]
fn a_folder_without_a_server_is_refused() {
    let base = TempBase::new();
    let nothing = Binaries::new(Some(base.path().to_path_buf()), None);
    let refusal = PrivatePostgres::start(&nothing, base.path(), Durability::Durable).unwrap_err();
    assert!(matches!(refusal, LaunchError::NoBinaries(_)), "{refusal}");
}

static WITH_ONE_ROW: Template = Template::new("launcher_one_row", |url| {
    let mut connection = PgConnection::establish(url).unwrap();
    diesel::sql_query("CREATE TABLE kept AS SELECT 1 AS n").execute(&mut connection).unwrap();
});

#[test]
fn every_test_gets_a_database_of_its_own() {
    let at_once: Vec<_> = (0..6).map(|_| thread::spawn(|| WITH_ONE_ROW.fresh_database())).collect();
    let databases: Vec<_> = at_once.into_iter().map(|thread| thread.join().unwrap()).collect();
    for database in &databases {
        let mut connection = PgConnection::establish(&database.url_for(ADMIN)).unwrap();
        assert_eq!(rows(&mut connection), 1, "{}", database.name());
        diesel::sql_query("INSERT INTO kept VALUES (2)").execute(&mut connection).unwrap();
        assert_eq!(rows(&mut connection), 2);
    }
    let url = databases[0].url_for(ADMIN);
    let still_connected = PgConnection::establish(&url).unwrap();
    drop(databases);
    drop(still_connected);
    assert!(PgConnection::establish(&url).is_err());
}
