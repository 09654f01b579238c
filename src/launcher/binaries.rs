//! Where the server's programs are: the folder that was named, the distribution's folders, PATH.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use super::account::Account;
use super::error::LaunchError;

/// Debian keeps each major version in a folder of its own, out of PATH.
const DISTRIBUTION: &str = "/usr/lib/postgresql";

/// The folders in which a server may be found, best first.
#[derive(Clone, Debug)]
pub struct Binaries {
    candidates: Vec<PathBuf>,
}

/// A server that was found and answered.
#[derive(Clone, Debug)]
pub(super) struct Program {
    /// Folder of `postgres` and `initdb`.
    pub(super) folder: PathBuf,
    /// Its major version.
    pub(super) major: u32,
}

impl Binaries {
    /// The folders to try. Takes the folder named by the settings (KENPO_PG_BIN), which then is the only one,
    /// and the value of PATH.
    pub fn new(named: Option<PathBuf>, path: Option<&OsStr>) -> Self {
        let candidates = named.map_or_else(|| usual(Path::new(DISTRIBUTION), path), |folder| vec![folder]);
        Self { candidates }
    }

    /// The first folder whose `postgres` and `initdb` both run under `account` and are of one major version.
    /// A `postgres` on PATH may be a lone wrapper, so each is asked. Errors: NoBinaries.
    pub(super) fn usable(&self, account: Account) -> Result<Program, LaunchError> {
        let mut looked = Vec::new();
        for folder in &self.candidates {
            match probe(folder, account) {
                Ok(program) => return Ok(program),
                Err(why) => looked.push(format!("{}: {why}", folder.display())),
            }
        }
        Err(LaunchError::NoBinaries(looked))
    }
}

/// The distribution's folders, newest major first, then those of PATH that hold a `postgres`.
fn usual(distribution: &Path, path: Option<&OsStr>) -> Vec<PathBuf> {
    let entries = fs::read_dir(distribution).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_by(|a, b| b.cmp(a));
    let on_path = path.map(|path| std::env::split_paths(path).collect::<Vec<_>>()).unwrap_or_default();
    let on_path = on_path.into_iter().filter(|folder| folder.join("postgres").is_file());
    versions.into_iter().map(|(_, bin)| bin).chain(on_path).collect()
}

/// Asks both programs of a folder for their version. The error says what is wrong with the folder.
fn probe(folder: &Path, account: Account) -> Result<Program, String> {
    let server = major_of(&folder.join("postgres"), account)?;
    let initdb = major_of(&folder.join("initdb"), account)?;
    if server != initdb {
        return Err(format!("postgres is {server} but initdb is {initdb}"));
    }
    Ok(Program { folder: folder.to_path_buf(), major: server })
}

/// The major version that a program reports.
fn major_of(program: &Path, account: Account) -> Result<u32, String> {
    let name = program.file_name().unwrap_or_default().display();
    let output = account.command(program).arg("--version").output().map_err(|e| format!("{name}: {e}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    parse_major(&said).filter(|_| output.status.success()).ok_or_else(|| format!("{name} does not work"))
}

/// The major version in `postgres (PostgreSQL) 15.18 (Debian 15.18-0)`.
fn parse_major(said: &str) -> Option<u32> {
    let version = said.split_once("(PostgreSQL) ")?.1;
    let digits = version.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_major("initdb (PostgreSQL) 19devel\n"), Some(19));
        assert_eq!(parse_major("postgres 15"), None);
    }

    #[test]
    fn the_newest_of_the_distribution_comes_first_and_path_last() {
        let root = std::env::temp_dir().join(format!("kenpo-binaries-{}", std::process::id()));
        for folder in ["9/bin", "17/bin", "15/bin", "common", "local"] {
            fs::create_dir_all(root.join(folder)).unwrap();
        }
        fs::write(root.join("local/postgres"), "").unwrap();
        let path = std::env::join_paths([root.join("common"), root.join("local")]).unwrap();
        let found = usual(&root, Some(&path));
        fs::remove_dir_all(&root).unwrap();
        assert_eq!(found, ["17/bin", "15/bin", "9/bin", "local"].map(|f| root.join(f)));
    }

    #[test]
    fn a_named_folder_without_a_server_is_refused_by_name() {
        let binaries = Binaries::new(Some("/nonexistent/pg".into()), Some(OsStr::new("/usr/bin")));
        let error = binaries.usable(Account::for_server().unwrap()).unwrap_err().to_string();
        assert!(error.contains("/nonexistent/pg: postgres:") && error.contains("KENPO_PG_BIN"), "{error}");
    }
}
