//! Why a private PostgreSQL could not be started, in words that say what to do.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A refusal to start. `Display` names the cause and what to do.
#[derive(Debug)]
pub enum LaunchError {
    /// No folder holds both `postgres` and `initdb`; the texts say what was looked at.
    NoBinaries(Vec<String>),
    /// Running as root, and neither `postgres` nor `nobody` is in /etc/passwd.
    NoAccount,
    /// Neither XDG_DATA_HOME nor HOME gives a place for the data.
    NoHome,
    /// The server's account cannot enter a folder on the way to the data.
    Unreachable {
        /// Where the account must get to.
        folder: PathBuf,
        /// The folder that stops it.
        blocker: PathBuf,
        /// The account.
        uid: u32,
    },
    /// A folder belongs to another account, or others may write to it.
    NotOurs {
        /// The folder.
        folder: PathBuf,
        /// Its owner.
        owner: u32,
        /// Who it must belong to.
        wanted: u32,
    },
    /// Another kenpo runs the cluster of this folder.
    Busy {
        /// The folder.
        base: PathBuf,
        /// Process id that the other kenpo noted, where it can be read.
        pid: Option<u32>,
    },
    /// A postmaster that no running kenpo answers for uses the data and does not end.
    ForeignServer {
        /// The data folder.
        data: PathBuf,
        /// Process id of the postmaster.
        pid: u32,
    },
    /// The data were written by another major version.
    VersionMismatch {
        /// The data folder.
        data: PathBuf,
        /// What its PG_VERSION says.
        written_by: u32,
        /// The server found.
        server: u32,
    },
    /// The data folder holds something that is not a cluster.
    NotACluster(PathBuf),
    /// `initdb` failed; holds what it said.
    Initdb(String),
    /// The server ended while starting; holds the end of its log.
    Ended(String),
    /// The server did not become ready in time; holds the end of its log.
    NotReady(String),
    /// The system refused something.
    Io {
        /// What was being done.
        doing: String,
        /// What the system said.
        source: io::Error,
    },
}

impl LaunchError {
    /// Wraps what the system said with what was being done to `path`.
    pub(super) fn io(doing: &str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let doing = format!("{doing} {}", path.display());
        move |source| Self::Io { doing, source }
    }
}

impl LaunchError {
    /// What is wrong.
    fn cause(&self) -> String {
        match self {
            Self::NoBinaries(looked) => format!("no usable PostgreSQL server found ({})", looked.join("; ")),
            Self::NoAccount => {
                "PostgreSQL does not run as root, and /etc/passwd has neither `postgres` nor `nobody`"
                    .to_owned()
            }
            Self::NoHome => "no place for the data".to_owned(),
            Self::Unreachable { folder, blocker, uid } => {
                let (folder, blocker) = (folder.display(), blocker.display());
                format!("the server runs as uid {uid}, which cannot enter {blocker} on the way to {folder}")
            }
            Self::NotOurs { folder, owner, wanted } => {
                let folder = folder.display();
                format!(
                    "{folder} must be a folder of uid {wanted} that others cannot write to (owner: uid {owner})"
                )
            }
            Self::Busy { base, pid } => {
                let who = pid.map(|pid| format!(" (process {pid})")).unwrap_or_default();
                format!("another running kenpo{who} uses {}", base.display())
            }
            Self::ForeignServer { data, pid } => {
                format!("a PostgreSQL without its kenpo (process {pid}) uses {}", data.display())
            }
            Self::VersionMismatch { data, written_by, server } => {
                format!(
                    "{} was written by PostgreSQL {written_by}, the server found is {server}",
                    data.display()
                )
            }
            Self::NotACluster(data) => format!("{} is not a PostgreSQL cluster", data.display()),
            Self::Initdb(said) => format!("initdb could not make the cluster: {said}"),
            Self::Ended(log) => format!("PostgreSQL ended while starting; the end of its log: {log}"),
            Self::NotReady(log) => format!("PostgreSQL did not become ready; the end of its log: {log}"),
            Self::Io { doing, source } => format!("{doing}: {source}"),
        }
    }

    /// What to do, where the cause does not say it.
    fn remedy(&self) -> Option<String> {
        Some(match self {
            Self::NoBinaries(_) => "install it (scripts/ensure-postgres.sh does on Debian), set KENPO_PG_BIN to the \
                                    folder of `postgres` and `initdb`, or set DATABASE_URL to a server of your own"
                .to_owned(),
            Self::NoAccount => "add one of them or run kenpo as another user".to_owned(),
            Self::NoHome => "set HOME or XDG_DATA_HOME to an absolute folder, or name one in the settings".to_owned(),
            Self::Unreachable { blocker, .. } => {
                format!("`chmod o+x {}`, or keep the data elsewhere (/var/lib/kenpo is usual)", blocker.display())
            }
            Self::NotOurs { .. } => {
                "run kenpo as the user that made it, change its owner and mode, or remove it".to_owned()
            }
            Self::Busy { .. } => "stop it first, or give this one a folder of its own".to_owned(),
            Self::ForeignServer { pid, .. } => {
                format!("if it is shutting down, try again in a moment; otherwise stop it with `kill -INT {pid}`")
            }
            Self::VersionMismatch { written_by, .. } => format!(
                "install PostgreSQL {written_by} and set KENPO_PG_BIN to its folder, or forget the data \
                 (`make demo-reset`)"
            ),
            Self::NotACluster(_) => "move it away or name another folder".to_owned(),
            Self::Initdb(_) | Self::Ended(_) | Self::NotReady(_) | Self::Io { .. } => return None,
        })
    }
}

impl fmt::Display for LaunchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.cause())?;
        match self.remedy() {
            Some(remedy) => write!(f, ". What to do: {remedy}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for LaunchError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
