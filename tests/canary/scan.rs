//! Where a number could lie, and the forms in which it could.
use crate::harness::world::World;
use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use diesel::{PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types::Text};
use kenpo::kernel::secrets;
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

/// Every fictitious number begins so; no other text of a test does.
const BLOCK: &str = "99990000";

/// Looks for numbers of the fictitious block, whatever their check digit.
pub struct Scanner {
    forms: Vec<(&'static str, Vec<u8>)>,
}
impl Scanner {
    pub fn new() -> Self {
        let digits = BLOCK.as_bytes();
        let hex: String = digits.iter().map(|b| format!("{b:02x}")).collect();
        let list =
            |joint: &str| digits.iter().map(ToString::to_string).collect::<Vec<_>>().join(joint).into_bytes();
        let wide: String = BLOCK.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
        let mut forms = vec![
            ("digits", digits.to_vec()),
            ("digits in groups", b"9999 0000 ".to_vec()),
            ("digits with hyphens", b"9999-0000-".to_vec()),
            ("full-width digits", wide.into_bytes()),
            ("full-width digits in Shift_JIS", digits.iter().flat_map(|d| [0x82, d + 0x1F]).collect()),
            ("bytes in hex", hex.clone().into_bytes()),
            ("bytes in upper-case hex", hex.to_uppercase().into_bytes()),
            ("values of digits", digits.iter().map(|d| d - b'0').collect()),
            ("a list of bytes", list(",")),
            ("a printed list of bytes", list(", ")),
        ];
        for shift in 0..3 {
            let padded = [vec![0; shift], digits.to_vec()].concat();
            let (from, to) = ((shift * 8).div_ceil(6), (shift + digits.len()) * 8 / 6);
            forms.push(("base64", STANDARD_NO_PAD.encode(&padded).as_bytes()[from..to].to_vec()));
            forms.push(("base64url", secrets::b64(&padded).as_bytes()[from..to].to_vec()));
        }
        forms.dedup_by(|a, b| a.1 == b.1);
        Self { forms }
    }
    /// The forms found, each once. The place is named, what lies there is not.
    pub fn hits(&self, place: &str, hay: &[u8]) -> Vec<String> {
        let found = self.forms.iter().filter(|(name, form)| {
            let at = |n: usize| hay[n + form.len()..].iter().take(4).all(u8::is_ascii_digit);
            let mut here = hay.windows(form.len()).enumerate().filter(|(_, w)| w == form).map(|(n, _)| n);
            if *name == "digits" { here.any(|n| hay.len() >= n + 12 && at(n)) } else { here.next().is_some() }
        });
        found.map(|(name, _)| format!("{name} in {place}")).collect()
    }
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    line: String,
}
fn lines(conn: &mut PgConnection, sql: &str) -> Vec<String> {
    sql_query(sql).load::<Line>(conn).unwrap().into_iter().map(|l| l.line).collect()
}
/// Every table of every schema with the text of all its rows: bytea is hex, jsonb and arrays are text.
pub fn tables(w: &World) -> Vec<(String, Vec<String>)> {
    let mut conn = w.owner();
    let names = lines(
        &mut conn,
        "select format('%I.%I', table_schema, table_name) as line from information_schema.tables \
         where table_type = 'BASE TABLE' and table_schema not in ('pg_catalog', 'information_schema') order by 1",
    );
    let rows = |name: String| {
        let rows = lines(&mut conn, &format!("select t::text as line from {name} t"));
        (name, rows)
    };
    names.into_iter().map(rows).collect()
}
/// What `pg_dump` writes of the whole database.
pub fn dump(w: &World) -> Vec<u8> {
    let url = w.db.url_for(crate::harness::cluster::ADMIN);
    let done = Command::new(program("pg_dump")).args(["--dbname", &url]).output().unwrap();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    done.stdout
}
/// A program beside the newest server.
fn program(name: &str) -> PathBuf {
    let mut folders: Vec<PathBuf> = std::env::var_os("KENPO_PG_BIN").map(PathBuf::from).into_iter().collect();
    let mut majors: Vec<(u32, PathBuf)> = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|e| Some((e.file_name().to_str()?.parse().ok()?, e.path().join("bin"))))
        .collect();
    majors.sort();
    folders.extend(majors.into_iter().rev().map(|(_, bin)| bin));
    folders.extend(std::env::var_os("PATH").iter().flat_map(std::env::split_paths));
    folders.into_iter().map(|f| f.join(name)).find(|p| p.is_file()).unwrap()
}
/// Every file under a folder.
pub fn files(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() {
            all.extend(files(&path));
        } else if let Ok(bytes) = std::fs::read(&path) {
            all.push((path.display().to_string(), bytes));
        }
    }
    all
}

/// Listens to the log of this whole process, at its finest, in the form in which the server writes it.
#[derive(Clone)]
pub struct Logs {
    scanner: Arc<Scanner>,
    lines: Arc<AtomicUsize>,
    hits: Arc<Mutex<Vec<String>>>,
}
static LOGS: LazyLock<Logs> = LazyLock::new(|| {
    let logs = Logs { scanner: Arc::new(Scanner::new()), lines: Arc::default(), hits: Arc::default() };
    let ear = logs.clone();
    tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(move || ear.clone())
        .try_init()
        .unwrap();
    logs
});
/// The listener, which listens from the first call on.
pub fn logs() -> Logs {
    LOGS.clone()
}
const PLANTED: &str = "\"message\":\"planted\"";
impl Logs {
    pub fn lines(&self) -> usize {
        self.lines.load(Ordering::SeqCst)
    }
    /// Lines with a number that nobody planted.
    pub fn hits(&self) -> Vec<String> {
        let hits = self.hits.lock().unwrap();
        hits.iter().filter(|l| !l.contains(PLANTED)).map(|l| format!("in the log: {l}")).collect()
    }
    /// Does it hear what `plant` says?
    pub fn while_planting(&self, plant: impl FnOnce()) -> bool {
        plant();
        self.hits.lock().unwrap().iter().any(|l| l.contains(PLANTED))
    }
}
impl Write for Logs {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        self.lines.fetch_add(1, Ordering::SeqCst);
        if !self.scanner.hits("the log", line).is_empty() {
            self.hits.lock().unwrap().push(String::from_utf8_lossy(line).into_owned());
        }
        Ok(line.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
