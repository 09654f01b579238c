//! What an earlier server left behind. The lock of the base folder is held here, so no kenpo runs one: a server
//! that still lives is shutting down (its kenpo was killed) or was started by hand.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::error::LaunchError;
use super::folder;
use super::process::{self, Life};

/// How long an orphaned server may take to shut down.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long backends may take to notice that their postmaster is dead.
const GRIEF: Duration = Duration::from_secs(1);

/// Leaves nothing that blocks a start: waits for a dying server, ends the backends of a dead one, and removes
/// lock files whose process id now means a zombie or somebody else. Errors: ForeignServer when a server lives on.
pub(super) fn settle(data: &Path, socket: &Path) -> Result<(), LaunchError> {
    let noted = noted_pid(data);
    let since = Instant::now();
    loop {
        let users = users_of(data);
        let Some(&first) = users.first() else { break };
        let postmaster = noted.filter(|pid| users.contains(pid));
        if since.elapsed() >= PATIENCE {
            let pid = postmaster.unwrap_or(first);
            return Err(LaunchError::ForeignServer { data: data.to_path_buf(), pid });
        }
        if postmaster.is_none() && since.elapsed() >= GRIEF {
            // Backends whose postmaster is dead: it will never collect them, and the crash it died of is
            // recovered from anyway.
            users.iter().for_each(|&pid| process::signal(pid, libc::SIGKILL));
        }
        thread::sleep(process::BLINK);
    }
    // PostgreSQL clears the files of a dead process itself. It only asks whether the id exists, though, so a
    // zombie or a stranger with the same id (ids start low in a container) would block it for ever.
    if noted.is_some_and(|pid| process::life(pid) != Life::None) {
        forget(&data.join("postmaster.pid"))?;
    }
    let socket = folder::socket_file(socket);
    let mut socket_lock = socket.clone().into_os_string();
    socket_lock.push(".lock");
    forget(Path::new(&socket_lock))?;
    forget(&socket)
}

/// The process id in postmaster.pid; a single-user server notes it as a negative number.
fn noted_pid(data: &Path) -> Option<u32> {
    let note = fs::read_to_string(data.join("postmaster.pid")).ok()?;
    note.lines().next()?.trim().trim_start_matches('-').parse().ok()
}

/// Living server processes that work in the data folder. Every one of them makes it its working folder; a zombie
/// has none any more.
fn users_of(data: &Path) -> Vec<u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let is_server = |pid: &u32| {
        let name = fs::read_to_string(format!("/proc/{pid}/comm")).unwrap_or_default();
        name.starts_with("post") && fs::read_link(format!("/proc/{pid}/cwd")).is_ok_and(|cwd| cwd == data)
    };
    pids.filter(is_server).collect()
}

/// Removes a file that may be absent.
fn forget(path: &Path) -> Result<(), LaunchError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != ErrorKind::NotFound => Err(LaunchError::io("remove", path)(e)),
        _ => Ok(()),
    }
}
