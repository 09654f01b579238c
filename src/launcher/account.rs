//! Whom the server runs as, and where its data live by default. PostgreSQL refuses to run as root.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::error::LaunchError;
use super::process;

/// Where a machine keeps its accounts.
const PASSWD: &str = "/etc/passwd";

/// The account of the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Account {
    /// The account of this process.
    Own(u32),
    /// Root steps down to another one.
    SteppedDown {
        /// User.
        uid: u32,
        /// Its primary group.
        gid: u32,
    },
}

impl Account {
    /// The account to use. Errors: NoAccount when root finds nobody to step down to.
    pub(super) fn for_server() -> Result<Self, LaunchError> {
        if !is_root() {
            return Ok(Self::Own(process::effective_uid()));
        }
        let passwd = fs::read_to_string(PASSWD).map_err(LaunchError::io("read", Path::new(PASSWD)))?;
        let (uid, gid) = ["postgres", "nobody"]
            .iter()
            .find_map(|name| ids_of(&passwd, name))
            .ok_or(LaunchError::NoAccount)?;
        Ok(Self::SteppedDown { uid, gid })
    }

    /// The user id.
    pub(super) fn uid(self) -> u32 {
        match self {
            Self::Own(uid) | Self::SteppedDown { uid, .. } => uid,
        }
    }

    /// A command that runs under this account, in a bare environment and in `/`.
    ///
    /// The standard library empties the supplementary groups when root names a uid and no groups, so nothing
    /// of root's groups is carried along; `tests::no_group_of_root_is_carried_along` holds it to that.
    pub(super) fn command(self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.env_clear().env("LC_ALL", "C").current_dir("/");
        if let Self::SteppedDown { uid, gid } = self {
            command.uid(uid).gid(gid);
        }
        command
    }
}

/// User and group id of `name` in the text of a passwd file; never root's.
fn ids_of(passwd: &str, name: &str) -> Option<(u32, u32)> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let is_named = fields.next() == Some(name);
        let uid: u32 = fields.nth(1)?.parse().ok()?;
        let gid: u32 = fields.next()?.parse().ok()?;
        (is_named && uid != 0).then_some((uid, gid))
    })
}

/// Whether this process has root's power over files and accounts.
pub fn is_root() -> bool {
    process::effective_uid() == 0
}

/// The folder of the private cluster when the settings name none.
///
/// Takes whether this is root, and the values of XDG_DATA_HOME and HOME. Root's home is closed to the account
/// that the server runs under, so root keeps it in /var/lib. Relative paths count as unset (XDG Base Directory
/// Specification). Errors: NoHome.
pub fn default_base(is_root: bool, xdg: Option<&Path>, home: Option<&Path>) -> Result<PathBuf, LaunchError> {
    if is_root {
        return Ok(PathBuf::from("/var/lib/kenpo"));
    }
    let usable = |path: &&Path| path.is_absolute();
    let data = xdg.filter(usable).map(Path::to_path_buf);
    data.or_else(|| home.filter(usable).map(|home| home.join(".local/share")))
        .map(|data| data.join("kenpo"))
        .ok_or(LaunchError::NoHome)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "root:x:0:0::/root:/bin/sh\nodd\npostgres:x:101:104:x,,,:/var/lib/postgresql:/bin/bash\n\
                        nobody:x:65534:65533:nobody:/:/usr/sbin/nologin\n";

    #[test]
    fn accounts_are_read_from_passwd() {
        assert_eq!(ids_of(TEXT, "postgres"), Some((101, 104)));
        assert_eq!(ids_of(TEXT, "nobody"), Some((65534, 65533)));
        assert_eq!(ids_of(TEXT, "root"), None);
        assert_eq!(ids_of(TEXT, "post"), None);
    }

    #[test]
    fn the_default_folder_follows_root_then_xdg_then_home() {
        let (xdg, home) = (Path::new("/x"), Path::new("/h"));
        let base = |root, xdg, home| default_base(root, xdg, home).ok();
        assert_eq!(base(true, Some(xdg), Some(home)), Some("/var/lib/kenpo".into()));
        assert_eq!(base(false, Some(xdg), Some(home)), Some("/x/kenpo".into()));
        assert_eq!(base(false, Some(Path::new("rel")), Some(home)), Some("/h/.local/share/kenpo".into()));
        assert_eq!(base(false, None, None), None);
    }

    #[test]
    fn no_group_of_root_is_carried_along() {
        let account = Account::for_server().unwrap();
        let output =
            account.command(Path::new("/bin/sh")).args(["-c", "cat /proc/self/status"]).output().unwrap();
        let status = String::from_utf8(output.stdout).unwrap();
        let line = |name: &str| status.lines().find_map(|l| l.strip_prefix(name)).unwrap().trim().to_owned();
        assert!(line("Uid:").split_whitespace().all(|uid| uid == account.uid().to_string()));
        if let Account::SteppedDown { gid, .. } = account {
            assert!(line("Gid:").split_whitespace().all(|id| id == gid.to_string()));
            assert_eq!(line("Groups:"), "");
        }
    }
}
