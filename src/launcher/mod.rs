//! ROOF helper: a private PostgreSQL, so that a newcomer needs no database of their own (Linux).
//!
//! The server listens on a unix socket only; the folder of the socket, open to its owner alone (0700), is the
//! gate. It dies with the process that started it, however that process ends, and whatever a `kill -9` leaves
//! behind is cleared by the next start.
//!
//! ```text
//! base/lock       held (flock) while a kenpo runs the server; the kernel frees it however that kenpo ends
//! base/data       the cluster; made as data.new and renamed when whole
//! base/s          the socket, or /tmp/kenpo-<hash of base> when the path would pass 107 bytes
//! base/log        what the server says, without values
//! ```

mod account;
mod binaries;
mod cluster;
mod error;
mod folder;
mod leftovers;
mod process;

use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::Duration;

pub use account::{default_base, is_root};
pub use binaries::Binaries;
pub use error::LaunchError;

use account::Account;

/// How long a fast shutdown may take before the server is told to drop everything.
const FAST_STOP: Duration = Duration::from_secs(20);
/// How long an immediate shutdown may take before the kernel ends it.
const IMMEDIATE_STOP: Duration = Duration::from_secs(6);

/// What the cluster promises after a power cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// A commit that was answered is on the disk.
    Durable,
    /// Nothing is promised: for tests that throw the cluster away.
    Fast,
}

impl Durability {
    /// Connections that a cluster of this kind accepts.
    pub fn max_connections(self) -> u16 {
        match self {
            Self::Durable => 100,
            Self::Fast => 200,
        }
    }
}

/// A running PostgreSQL that belongs to this process. Dropping it stops the server.
#[derive(Debug)]
pub struct PrivatePostgres {
    child: Option<Child>,
    pid: u32,
    major: u32,
    base: PathBuf,
    socket: PathBuf,
    _lock: File,
}

impl PrivatePostgres {
    /// Starts the cluster kept in `base`, making it first when the folder is empty.
    ///
    /// Takes the server's programs, the folder (made when missing) and the durability. Gives a server that
    /// accepts connections. Errors: see [`LaunchError`]; each says what to do.
    pub fn start(binaries: &Binaries, base: &Path, durability: Durability) -> Result<Self, LaunchError> {
        let account = Account::for_server()?;
        let program = binaries.usable(account)?;
        let base = folder::open_base(base)?;
        let lock = folder::lock(&base)?;
        let data = cluster::Data::prepare(&base, &program, account, durability)?;
        let socket = folder::open_socket(&base, account)?;
        leftovers::settle(data.path(), &socket)?;
        let child = data.launch(&program, account, durability, &socket)?;
        let pid = child.id();
        Ok(Self { child: Some(child), pid, major: program.major, base, socket, _lock: lock })
    }

    /// Removes the cluster kept in `base`, if there is one. Errors: Busy while a kenpo runs it, ForeignServer.
    pub fn remove(base: &Path) -> Result<(), LaunchError> {
        if !base.exists() {
            return Ok(());
        }
        let base = folder::open_base(base)?;
        let _lock = folder::lock(&base)?;
        leftovers::settle(&cluster::folder(&base), &folder::socket_folder(&base))?;
        std::fs::remove_dir_all(&base).map_err(LaunchError::io("remove", &base))
    }

    /// The libpq URL that reaches database `db` as role `user` over the private socket.
    pub fn url(&self, user: &str, db: &str) -> String {
        format!(
            "postgres://{}@/{}?host={}&port={}",
            percent(user.as_bytes()),
            percent(db.as_bytes()),
            percent(self.socket.as_os_str().as_bytes()),
            folder::PORT
        )
    }

    /// Process id of the postmaster.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// Major version of the server.
    pub fn major(&self) -> u32 {
        self.major
    }

    /// The folder that holds the cluster.
    pub fn base(&self) -> &Path {
        &self.base
    }

    /// Stops the server: open transactions are rolled back, everything committed is kept. Once stopped, a
    /// further call does nothing.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        for (signal, patience) in [(libc::SIGINT, FAST_STOP), (libc::SIGQUIT, IMMEDIATE_STOP)] {
            process::signal_child(&mut child, signal);
            if process::wait_at_most(&mut child, patience) {
                return;
            }
        }
        process::signal_child(&mut child, libc::SIGKILL);
        process::wait_at_most(&mut child, IMMEDIATE_STOP);
    }
}

impl Drop for PrivatePostgres {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Percent-encodes all but the unreserved characters (RFC 3986 §2.3).
fn percent(raw: &[u8]) -> String {
    raw.iter().fold(String::with_capacity(raw.len()), |mut out, &byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}

#[cfg(test)]
mod tests {
    use super::percent;

    #[test]
    fn what_a_url_reserves_is_encoded() {
        assert_eq!(percent(b"/var/lib/k p/%"), "%2Fvar%2Flib%2Fk%20p%2F%25");
        assert_eq!(percent("組".as_bytes()), "%E7%B5%84");
        assert_eq!(percent(b"a-Z.0_~"), "a-Z.0_~");
    }
}
