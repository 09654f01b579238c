//! The cluster itself: made whole or not at all, started, and waited for.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::Durability;
use super::account::Account;
use super::binaries::Program;
use super::error::LaunchError;
use super::{folder, process};

/// The role that owns a new cluster.
const OWNER: &str = "kenpo";
/// Long enough for the recovery of what a busy cluster left in its log.
const START_PATIENCE: Duration = Duration::from_secs(300);
/// A log beyond this is put aside (as log.old) at the next start.
const LOG_LIMIT: u64 = 8 * 1024 * 1024;
/// How much of the log an error shows.
const LOG_TAIL: u64 = 2048;

/// Settings of every private server. It says nothing of values: no statement, no detail that quotes a row.
const ALWAYS: [&str; 9] = [
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "logging_collector=off",
    "log_statement=none",
    "log_min_duration_statement=-1",
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "timezone=UTC",
    "log_timezone=UTC",
];
/// What a commit needs to outlive a power cut, whatever the files of the cluster say.
const DURABLE: [&str; 3] = ["fsync=on", "synchronous_commit=on", "full_page_writes=on"];
/// Every shortcut.
const FAST: [&str; 6] = [
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "autovacuum=off",
    "wal_level=minimal",
    "max_wal_senders=0",
];

/// The data folder of a cluster that exists and fits the server.
pub(super) struct Data {
    path: PathBuf,
    log: PathBuf,
}

/// The data folder of the cluster kept in `base`.
pub(super) fn folder(base: &Path) -> PathBuf {
    base.join("data")
}

impl Data {
    /// Finds the cluster of `base` or makes it. Errors: NotOurs, NotACluster, VersionMismatch, Unreachable, Initdb.
    pub(super) fn prepare(
        base: &Path,
        program: &Program,
        account: Account,
        durability: Durability,
    ) -> Result<Self, LaunchError> {
        let data = Self { path: folder(base), log: base.join("log") };
        if data.is_missing()? {
            initdb(base, &data.path, program, account, durability)?;
        }
        data.check(program, account)?;
        Ok(data)
    }

    /// The folder.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Whether there is nothing at all, or an empty folder.
    fn is_missing(&self) -> Result<bool, LaunchError> {
        match fs::read_dir(&self.path) {
            Ok(mut entries) => Ok(entries.next().is_none()),
            Err(e) if e.kind() == ErrorKind::NotFound => Ok(true),
            Err(e) => Err(LaunchError::io("read", &self.path)(e)),
        }
    }

    /// Checks owner, way and version.
    fn check(&self, program: &Program, account: Account) -> Result<(), LaunchError> {
        let meta = fs::symlink_metadata(&self.path).map_err(LaunchError::io("look at", &self.path))?;
        let (folder, owner, wanted) = (self.path.clone(), meta.uid(), account.uid());
        if owner != wanted || !meta.is_dir() {
            return Err(LaunchError::NotOurs { folder, owner, wanted });
        }
        folder::reachable(&self.path, account)?;
        let version = fs::read_to_string(self.path.join("PG_VERSION")).unwrap_or_default();
        let Some(written_by) = version.trim().split('.').next().and_then(|major| major.parse().ok()) else {
            return Err(LaunchError::NotACluster(folder));
        };
        if written_by != program.major {
            return Err(LaunchError::VersionMismatch { data: folder, written_by, server: program.major });
        }
        Ok(())
    }

    /// Starts the server and waits until it accepts connections. Errors: Ended, NotReady.
    pub(super) fn launch(
        &self,
        program: &Program,
        account: Account,
        durability: Durability,
        socket: &Path,
    ) -> Result<Child, LaunchError> {
        let (log, log_start) = self.open_log()?;
        let server = program.folder.join("postgres");
        let mut command = account.command(&server);
        command.arg("-D").arg(&self.path).arg("-k").arg(socket).arg("-p").arg(folder::PORT.to_string());
        let own: &[&str] = match durability {
            Durability::Durable => &DURABLE,
            Durability::Fast => &FAST,
        };
        ALWAYS.iter().chain(own).for_each(|setting| {
            command.arg("-c").arg(setting);
        });
        command.arg("-c").arg(format!("max_connections={}", durability.max_connections()));
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let mut child =
            process::spawn_bound(command, libc::SIGINT).map_err(LaunchError::io("start", &server))?;
        match self.await_ready(&mut child, log_start) {
            Ok(()) => Ok(child),
            Err(error) => {
                process::signal_child(&mut child, libc::SIGQUIT);
                process::wait_at_most(&mut child, super::IMMEDIATE_STOP);
                Err(error)
            }
        }
    }

    /// The log to append to, and where this run begins in it.
    fn open_log(&self) -> Result<(File, u64), LaunchError> {
        if fs::symlink_metadata(&self.log).is_ok_and(|meta| meta.len() > LOG_LIMIT) {
            fs::rename(&self.log, self.log.with_extension("old"))
                .map_err(LaunchError::io("put aside", &self.log))?;
        }
        let mut options = OpenOptions::new();
        options.append(true).create(true).mode(0o600).custom_flags(libc::O_NOFOLLOW);
        let file = options.open(&self.log).map_err(LaunchError::io("open", &self.log))?;
        let start = file.metadata().map_err(LaunchError::io("look at", &self.log))?.len();
        Ok((file, start))
    }

    /// Waits for the word `ready` in line 8 of postmaster.pid, written by this child (line 1).
    fn await_ready(&self, child: &mut Child, log_start: u64) -> Result<(), LaunchError> {
        let note = self.path.join("postmaster.pid");
        let pid = child.id().to_string();
        let since = Instant::now();
        while since.elapsed() < START_PATIENCE {
            if !matches!(child.try_wait(), Ok(None)) {
                return Err(LaunchError::Ended(self.log_tail(log_start)));
            }
            if fs::read_to_string(&note).is_ok_and(|note| is_ready(&note, &pid)) {
                return Ok(());
            }
            thread::sleep(process::BLINK);
        }
        Err(LaunchError::NotReady(self.log_tail(log_start)))
    }

    /// The end of what the server said since `start`.
    fn log_tail(&self, start: u64) -> String {
        let read = || {
            let mut file = File::open(&self.log)?;
            let end = file.metadata()?.len();
            file.seek(SeekFrom::Start(start.max(end.saturating_sub(LOG_TAIL))))?;
            let mut tail = Vec::new();
            file.read_to_end(&mut tail)?;
            std::io::Result::Ok(String::from_utf8_lossy(&tail).trim().to_owned())
        };
        read().unwrap_or_else(|e| format!("(unreadable: {e})"))
    }
}

/// Makes the cluster as `data.new` and renames it when whole: an interrupted initdb would otherwise look like a
/// cluster. Trust is for the socket alone, whose folder is the gate; a network connection is refused besides.
fn initdb(
    base: &Path,
    data: &Path,
    program: &Program,
    account: Account,
    durability: Durability,
) -> Result<(), LaunchError> {
    let fresh = base.join("data.new");
    if fs::symlink_metadata(&fresh).is_ok() {
        fs::remove_dir_all(&fresh).map_err(LaunchError::io("remove", &fresh))?;
    }
    folder::open_private(&fresh, account)?;
    folder::reachable(&fresh, account)?;
    let mut command = account.command(&program.folder.join("initdb"));
    command.args(["-U", OWNER, "--auth-local=trust", "--auth-host=reject", "-E", "UTF8", "--locale=C.UTF-8"]);
    command.args(["--wal-segsize=4", "--no-instructions"]);
    if durability == Durability::Fast {
        command.arg("--no-sync");
    }
    command.arg("-D").arg(&fresh).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let child = process::spawn_bound(command, libc::SIGKILL).map_err(LaunchError::io("make", &fresh))?;
    let output = child.wait_with_output().map_err(LaunchError::io("make", &fresh))?;
    if !output.status.success() {
        return Err(LaunchError::Initdb(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    fs::rename(&fresh, data).map_err(LaunchError::io("name", data))?;
    let synced = File::open(base).and_then(|folder| folder.sync_all());
    synced.map_err(LaunchError::io("write", base))
}

/// Whether the text of a postmaster.pid says that the server `pid` is ready (PostgreSQL, miscadmin.h,
/// LOCK_FILE_LINE_PM_STATUS).
fn is_ready(note: &str, pid: &str) -> bool {
    let mut lines = note.lines();
    lines.next() == Some(pid) && lines.nth(6).map(str::trim_end) == Some("ready")
}

#[cfg(test)]
mod tests {
    use super::is_ready;

    #[test]
    fn ready_is_the_word_of_this_server() {
        let note = "812\n/b/data\n1790000000\n5432\n/b/s\n\n  5432001         3\nready   \n";
        assert!(is_ready(note, "812"));
        assert!(!is_ready(note, "81"));
        assert!(!is_ready(&note.replace("ready   ", "starting"), "812"));
        assert!(!is_ready("812\n/b/data\n", "812"));
    }
}
