//! The folders of a private cluster: who owns them, who may enter, who holds the lock.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, lchown};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use aws_lc_rs::digest;

use super::account::Account;
use super::error::LaunchError;
use super::process;

/// Only the name of the socket depends on it: nothing listens on a network.
pub(super) const PORT: u16 = 5432;
/// `sockaddr_un.sun_path` holds 108 bytes with the closing NUL (unix(7)).
const LONGEST_SOCKET_PATH: usize = 107;
/// A process that is between fork and exec still holds the lock of its parent for a moment.
const LOCK_PATIENCE: Duration = Duration::from_secs(2);

/// Makes the base folder when missing and gives its real path. Errors: NotOurs when somebody else could put
/// links in the way of a log or a socket.
pub(super) fn open_base(base: &Path) -> Result<PathBuf, LaunchError> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o755).create(base).map_err(LaunchError::io("make", base))?;
    let base = base.canonicalize().map_err(LaunchError::io("find", base))?;
    let meta = fs::metadata(&base).map_err(LaunchError::io("look at", &base))?;
    let wanted = process::effective_uid();
    if meta.uid() != wanted || meta.mode() & 0o002 != 0 {
        return Err(LaunchError::NotOurs { folder: base, owner: meta.uid(), wanted });
    }
    Ok(base)
}

/// Takes the lock of the base folder, which lasts as long as the file that is given. Errors: Busy.
pub(super) fn lock(base: &Path) -> Result<File, LaunchError> {
    let path = base.join("lock");
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false).mode(0o600).custom_flags(libc::O_NOFOLLOW);
    let mut file = options.open(&path).map_err(LaunchError::io("open", &path))?;
    let since = Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => break,
            Err(TryLockError::WouldBlock) if since.elapsed() < LOCK_PATIENCE => thread::sleep(process::BLINK),
            Err(TryLockError::WouldBlock) => return Err(busy(base, &mut file)),
            Err(TryLockError::Error(source)) => return Err(LaunchError::io("lock", &path)(source)),
        }
    }
    file.set_len(0).map_err(LaunchError::io("write", &path))?;
    write!(file, "{}", std::process::id()).map_err(LaunchError::io("write", &path))?;
    Ok(file)
}

/// The error that names the kenpo holding the lock, as far as its note can be read.
fn busy(base: &Path, file: &mut File) -> LaunchError {
    let mut note = String::new();
    let pid = file.read_to_string(&mut note).ok().and_then(|_| note.trim().parse().ok());
    LaunchError::Busy { base: base.to_path_buf(), pid }
}

/// Makes a folder that the server's account alone may enter, or checks that it is one. A link is refused.
/// Errors: NotOurs.
pub(super) fn open_private(folder: &Path, account: Account) -> Result<(), LaunchError> {
    match DirBuilder::new().mode(0o700).create(folder) {
        Ok(()) => {}
        Err(e) if e.kind() == ErrorKind::AlreadyExists => {}
        Err(e) => return Err(LaunchError::io("make", folder)(e)),
    }
    let meta = fs::symlink_metadata(folder).map_err(LaunchError::io("look at", folder))?;
    let is_ours = meta.uid() == account.uid() || meta.uid() == process::effective_uid();
    if !is_ours || !meta.is_dir() {
        return Err(LaunchError::NotOurs {
            folder: folder.to_path_buf(),
            owner: meta.uid(),
            wanted: account.uid(),
        });
    }
    // Mode before owner: while it changes hands it is closed.
    fs::set_permissions(folder, Permissions::from_mode(0o700)).map_err(LaunchError::io("close", folder))?;
    give(folder, account)
}

/// Gives a path to the server's account when root stepped down to it.
fn give(path: &Path, account: Account) -> Result<(), LaunchError> {
    match account {
        Account::Own(_) => Ok(()),
        Account::SteppedDown { uid, gid } => {
            lchown(path, Some(uid), Some(gid)).map_err(LaunchError::io("hand over", path))
        }
    }
}

/// Makes or checks the folder of the socket and gives its path.
pub(super) fn open_socket(base: &Path, account: Account) -> Result<PathBuf, LaunchError> {
    let folder = socket_folder(base);
    open_private(&folder, account)?;
    reachable(&folder, account)?;
    Ok(folder)
}

/// `base/s`, or a short folder named by a hash of the base when the socket's path would be too long.
pub(super) fn socket_folder(base: &Path) -> PathBuf {
    let beside = base.join("s");
    if socket_file(&beside).as_os_str().len() <= LONGEST_SOCKET_PATH {
        return beside;
    }
    let hash = digest::digest(&digest::SHA256, base.as_os_str().as_bytes());
    let name: String = hash.as_ref().iter().take(10).map(|byte| format!("{byte:02x}")).collect();
    Path::new("/tmp").join(format!("kenpo-{name}"))
}

/// The socket that the server makes in a folder.
pub(super) fn socket_file(folder: &Path) -> PathBuf {
    folder.join(format!(".s.PGSQL.{PORT}"))
}

/// Checks that the server's account can get to `folder`: the kernel is asked, by a process of that account
/// that makes it its working folder. Errors: Unreachable, naming the first folder that is closed.
pub(super) fn reachable(folder: &Path, account: Account) -> Result<(), LaunchError> {
    let Account::SteppedDown { uid, gid } = account else { return Ok(()) };
    let probe = account.command(Path::new("/bin/sh")).args(["-c", "exit 0"]).current_dir(folder).status();
    match probe {
        Ok(_) => Ok(()),
        Err(e) if e.kind() == ErrorKind::PermissionDenied => {
            let blocker = first_closed(folder, uid, gid).unwrap_or_else(|| folder.to_path_buf());
            Err(LaunchError::Unreachable { folder: folder.to_path_buf(), blocker, uid })
        }
        Err(e) => Err(LaunchError::io("enter", folder)(e)),
    }
}

/// The topmost folder on the way whose mode does not let the account pass.
fn first_closed(folder: &Path, uid: u32, gid: u32) -> Option<PathBuf> {
    let mut way: Vec<&Path> = folder.ancestors().collect();
    way.reverse();
    let is_closed = |path: &&&Path| {
        let Ok(meta) = fs::metadata(path) else { return true };
        let bit = match meta.uid() == uid {
            true => 0o100,
            false if meta.gid() == gid => 0o010,
            false => 0o001,
        };
        meta.mode() & bit == 0
    };
    way.iter().find(is_closed).map(|path| path.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_base_gets_a_short_socket() {
        assert_eq!(socket_folder(Path::new("/var/lib/kenpo")), Path::new("/var/lib/kenpo/s"));
        // "/s/.s.PGSQL.5432" takes 16 bytes
        let fits = PathBuf::from(format!("/{}", "x".repeat(90)));
        assert_eq!(socket_folder(&fits), fits.join("s"));
        let long = PathBuf::from(format!("/{}", "x".repeat(91)));
        let short = socket_folder(&long);
        assert!(short.starts_with("/tmp") && socket_file(&short).as_os_str().len() <= LONGEST_SOCKET_PATH);
        assert_eq!(short, socket_folder(&long));
        assert_ne!(short, socket_folder(&long.join("y")));
    }

    #[test]
    fn a_closed_parent_is_named() {
        let root = std::env::temp_dir().join(format!("kenpo-folder-{}", std::process::id()));
        fs::create_dir_all(root.join("closed/in")).unwrap();
        fs::set_permissions(root.join("closed"), Permissions::from_mode(0o700)).unwrap();
        let stranger = process::effective_uid() + 7;
        let blocker = first_closed(&root.join("closed/in"), stranger, stranger);
        let account = Account::for_server().unwrap();
        let refusal = reachable(&root.join("closed/in"), account);
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(blocker, Some(root.join("closed")));
        let is_refused =
            matches!(refusal, Err(LaunchError::Unreachable { blocker, .. }) if blocker.ends_with("closed"));
        assert_eq!(is_refused, matches!(account, Account::SteppedDown { .. }));
    }

    #[test]
    fn a_link_or_a_stranger_is_no_private_folder() {
        let root = std::env::temp_dir().join(format!("kenpo-private-{}", std::process::id()));
        fs::create_dir_all(root.join("real")).unwrap();
        std::os::unix::fs::symlink(root.join("real"), root.join("link")).unwrap();
        let account = Account::for_server().unwrap();
        let link = open_private(&root.join("link"), account);
        open_private(&root.join("real"), account).unwrap();
        let mode = fs::metadata(root.join("real")).unwrap().mode() & 0o777;
        fs::remove_dir_all(&root).unwrap();
        assert!(matches!(link, Err(LaunchError::NotOurs { .. })));
        assert_eq!(mode, 0o700);
    }
}
