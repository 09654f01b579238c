//! The limits: what PostgreSQL alone does with the same statement, or with the same rows.
use crate::society::Society;
use diesel::connection::SimpleConnection;
use kenpo::domain::members;
use std::{process::Command, time::Instant};

/// The id of the n-th person, as the seed makes it: pgbench knows numbers only.
fn id_of(n: &str) -> String {
    format!(
        "(lpad(to_hex(1600000000000::bigint + {n}), 12, '0') || '7' || substr(md5('a' || {n}), 1, 3) || '8' \
         || substr(md5('b' || {n}), 1, 15))::uuid"
    )
}
/// A statement of the product with its parameters written out.
fn said(mut statement: String, parameters: &[(&str, &str)]) -> String {
    for (name, value) in parameters {
        statement = statement.replace(name, value);
    }
    statement
}
/// A random insured person by id.
pub fn one_member() -> String {
    let (one, _) = members::statements();
    let one = said(one, &[("$2", &id_of(":n::int")), ("$1", "current_date")]);
    format!("\\set n random(1, {})\n{one};\n", crate::society::members())
}
/// A page of insured persons after the n-th.
pub fn page(after: usize, rows: usize) -> String {
    let from =
        if after == 0 { "'00000000-0000-0000-0000-000000000000'".into() } else { id_of(&format!("{after}")) };
    let (_, page) = members::statements();
    let parameters = [
        ("$12", "current_date"),
        ("$11", "null"),
        ("$10", &(rows + 1).to_string()),
        ("$9", "null"),
        ("$8", "null"),
        ("$7", "null"),
        ("$6", "null"),
        ("$2", &from),
        ("$1", "current_date"),
    ];
    format!("{};\n", said(page, &parameters))
}
/// Transactions per second of pgbench.
pub fn pgbench(society: &Society, connections: usize, seconds: u64, script: &str) -> f64 {
    let file = society.folder().join("limit.sql");
    std::fs::write(&file, script).unwrap();
    let said = Command::new(society.program("pgbench"))
        .args(["-n", "-M", "prepared", "-j", "2"])
        .args(["-c", &connections.to_string(), "-T", &seconds.to_string(), "-f"])
        .arg(&file)
        .arg(society.owner_url())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&said.stdout);
    let tps = text.lines().find_map(|l| l.strip_prefix("tps = ")?.split(' ').next()?.parse().ok());
    tps.unwrap_or_else(|| panic!("{text}{}", String::from_utf8_lossy(&said.stderr)))
}
/// Rows per second of COPY: the rows that the intake wrote, file by file, into a twin of their table.
pub fn copy(society: &Society) -> f64 {
    let mut conn = society.owner();
    let submissions = society.submissions();
    conn.batch_execute(
        "drop table if exists notification_twin; create table notification_twin (like notification including all)",
    )
    .unwrap();
    let (mut seconds, mut rows) = (0.0, 0);
    for (id, count) in submissions {
        let file = society.base().join("data/rows.copy");
        let file = file.display();
        conn.batch_execute(&format!(
            "copy (select * from notification where submission_id = '{id}') to '{file}'"
        ))
        .unwrap();
        let since = Instant::now();
        conn.batch_execute(&format!("copy notification_twin from '{file}'")).unwrap();
        seconds += since.elapsed().as_secs_f64();
        rows += count;
    }
    conn.batch_execute("drop table notification_twin").unwrap();
    rows as f64 / seconds
}
