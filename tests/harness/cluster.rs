//! One PostgreSQL for the whole test run, and a database per test.
//!
//! The shared cluster starts with the first test that asks and ends with the process (the kernel sees to it). A
//! [`Template`] is built once in it; [`Template::fresh_database`] copies it, which takes some 40 ms. Tests that
//! kill servers or need fsync take a cluster of their own from [`durable_cluster`].

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};

use diesel::{Connection, PgConnection, RunQueryDsl};
use kenpo::launcher::{Binaries, Durability, PrivatePostgres};

/// The role that owns the clusters.
pub const ADMIN: &str = "kenpo";
/// Begins the name of the folder of a run.
const PREFIX: &str = "kenpo-test-";

/// A database that is built once per run and then only copied.
///
/// ```ignore
/// static EMPTY: Template = Template::new("empty", |url| migrate(url));
/// let db = EMPTY.fresh_database();
/// ```
pub struct Template {
    name: &'static str,
    build: fn(&str),
    ready: OnceLock<()>,
}

impl Template {
    /// A template called `name`; `build` is given the URL of the empty database and must leave no connection open.
    pub const fn new(name: &'static str, build: fn(&str)) -> Self {
        Self { name, build, ready: OnceLock::new() }
    }

    /// A copy of the template for one test.
    pub fn fresh_database(&self) -> TestDb {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        self.ready.get_or_init(|| self.make());
        let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        // Copying files is twice as fast as copying through the log; PostgreSQL 15 made the latter the default.
        let strategy = if shared().major() >= 15 { " STRATEGY file_copy" } else { "" };
        copying(|| administer(&format!("CREATE DATABASE {name} TEMPLATE template_{}{strategy}", self.name)));
        TestDb { name }
    }

    fn make(&self) {
        let name = format!("template_{}", self.name);
        // A build that panicked in another test has left half a template.
        administer(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        copying(|| administer(&format!("CREATE DATABASE {name}")));
        (self.build)(&shared().url(ADMIN, &name));
        // A connection to the source would make every later copy wait.
        administer(&format!("ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false"));
    }
}

/// A database of one test, dropped with this value.
pub struct TestDb {
    name: String,
}

impl TestDb {
    /// The URL that reaches it as `user`.
    pub fn url_for(&self, user: &str) -> String {
        shared().url(user, &self.name)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for TestDb {
    fn drop(&mut self) {
        let dropped = try_administer(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name));
        assert!(dropped.is_ok() || std::thread::panicking(), "{dropped:?}");
    }
}

/// A durable cluster with its folder; both go with this value.
pub struct DurableCluster {
    // The server stops before its folder goes: fields are dropped in this order.
    pub server: PrivatePostgres,
    pub base: TempBase,
}

/// A cluster of one's own with fsync on, for tests that kill things.
pub fn durable_cluster() -> DurableCluster {
    let base = TempBase::with_cluster();
    let server = PrivatePostgres::start(&binaries(), base.path(), Durability::Durable).unwrap();
    DurableCluster { server, base }
}

/// A folder for a cluster, removed with this value.
pub struct TempBase(PathBuf);

impl TempBase {
    /// A new folder that the server's account can reach.
    pub fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let path = run_folder().join(NEXT.fetch_add(1, Ordering::Relaxed).to_string());
        fs::create_dir(&path).unwrap();
        Self(path)
    }

    /// A new folder that already holds an empty cluster: a copy costs a tenth of an initdb.
    pub fn with_cluster() -> Self {
        static SEED: OnceLock<TempBase> = OnceLock::new();
        let seed = SEED.get_or_init(|| {
            let seed = Self::new();
            PrivatePostgres::start(&binaries(), seed.path(), Durability::Fast).unwrap().stop();
            seed
        });
        let base = Self::new();
        let copied = Command::new("cp").arg("-a").arg(seed.path().join("data")).arg(base.path()).status();
        assert!(copied.is_ok_and(|status| status.success()));
        base
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for TempBase {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The server's programs, found as the program finds them.
pub fn binaries() -> Binaries {
    let named = std::env::var_os("KENPO_PG_BIN").map(PathBuf::from);
    Binaries::new(named, std::env::var_os("PATH").as_deref())
}

/// The cluster of this run.
fn shared() -> &'static PrivatePostgres {
    static SHARED: OnceLock<PrivatePostgres> = OnceLock::new();
    SHARED.get_or_init(|| {
        let base = TempBase::with_cluster();
        let server = PrivatePostgres::start(&binaries(), base.path(), Durability::Fast).unwrap();
        // It lasts as long as the run.
        std::mem::forget(base);
        server
    })
}

/// The folder of this run. It goes when the run ends, and when that failed, with the next run: a lock, which the
/// kernel frees, tells whether a run goes on.
fn run_folder() -> &'static Path {
    static RUN: OnceLock<(PathBuf, File, Child)> = OnceLock::new();
    let (folder, ..) = RUN.get_or_init(|| {
        let root = root_folder();
        sweep(&root);
        let folder = root.join(format!("{PREFIX}{}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        let lock = File::create(folder.join("run")).unwrap();
        lock.lock().unwrap();
        // Statics are never dropped. This one reads until the pipe closes, which is when this process is gone.
        let remover = Command::new("sh")
            .args(["-c", "read _; sleep 2; rm -rf \"$0\""])
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        (folder, lock, remover)
    });
    folder
}

/// Where to make folders: TMPDIR when set, else memory when there is plenty, since some file systems take a
/// millisecond to make a file and a database has hundreds. A killed process leaves the same bytes in either.
fn root_folder() -> PathBuf {
    const PLENTY: u64 = 2 << 30;
    let memory = "/dev/shm";
    let room = Command::new("df").args(["--output=avail", "-B1", memory]).output();
    let said = room.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let free: u64 = said.lines().nth(1).and_then(|bytes| bytes.trim().parse().ok()).unwrap_or(0);
    match std::env::var_os("TMPDIR") {
        None if free > PLENTY => memory.into(),
        _ => std::env::temp_dir(),
    }
}

/// Removes the folders of runs that ended without removing theirs.
fn sweep(root: &Path) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        let is_ours = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        if is_ours && File::open(entry.path().join("run")).is_ok_and(|run| run.try_lock().is_ok()) {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Runs `copy` alone: the source of a copy must have no other user, and copies wait for one another anyway.
fn copying(copy: impl FnOnce()) {
    static COPYING: Mutex<()> = Mutex::new(());
    let _alone = COPYING.lock().unwrap_or_else(PoisonError::into_inner);
    copy();
}

fn administer(sql: &str) {
    try_administer(sql).unwrap();
}

fn try_administer(sql: &str) -> Result<(), String> {
    let mut admin = PgConnection::establish(&shared().url(ADMIN, "postgres")).map_err(|e| e.to_string())?;
    diesel::sql_query(sql).execute(&mut admin).map(|_| ()).map_err(|e| format!("{sql}: {e}"))
}
