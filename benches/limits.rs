//! The limits: what PostgreSQL alone does with the same statement, or with the same rows.
use crate::society::Society;
use diesel::connection::SimpleConnection;
use std::{process::Command, time::Instant};

const COLUMNS: &str = "p.id as person_id, p.version, p.number_state, p.number_reason, i.name, i.name_kana, i.birth_on, \
     i.sex, i.resident_postal_code, i.resident_address, i.contact_postal_code, i.contact_address, i.phone, e.employer_id, \
     e.enrolment_type, e.symbol, e.number, e.branch, e.office_number, e.acquired_on, e.acquisition_reason, \
     e.acquisition_received_on, e.planned_loss_on, e.lost_on, e.loss_reason, e.loss_received_on, e.short_time_worker";
const JOINED: &str = "from person p \
     join lateral (select * from enrolment where person_id = p.id and superseded_at is null and acquired_on <= current_date \
                   order by acquired_on desc limit 1) e on true \
     join lateral (select * from person_identity where person_id = p.id and superseded_at is null and valid_from <= current_date \
                   and (valid_to is null or valid_to > current_date) order by valid_from desc limit 1) i on true";

/// The id of the n-th person, as the seed makes it: pgbench knows numbers only.
fn id_of(n: &str) -> String {
    format!(
        "(lpad(to_hex(1600000000000::bigint + {n}), 12, '0') || '7' || substr(md5('a' || {n}), 1, 3) || '8' \
         || substr(md5('b' || {n}), 1, 15))::uuid"
    )
}
/// A random insured person by id.
pub fn one_member() -> String {
    format!(
        "\\set n random(1, {})\nselect {COLUMNS} {JOINED} where p.id = {};\n",
        crate::society::members(),
        id_of(":n::int")
    )
}
/// A page of insured persons after the n-th.
pub fn page(after: usize, rows: usize) -> String {
    let from =
        if after == 0 { "'00000000-0000-0000-0000-000000000000'".into() } else { id_of(&format!("{after}")) };
    format!("select {COLUMNS} {JOINED} where p.id > {from} order by p.id limit {};\n", rows + 1)
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
