//! kill -9 in the middle of filing: what was acknowledged is there exactly once with its records, its numbers, its kept answer
//! and its audit entry; what was not is there whole or not at all; sending it again under its key has one effect. And of the worker in the
//! middle of a bulk determination.
mod bulk;
mod ledger;
mod load;
mod server;

use crate::harness::{
    cluster::{DurableCluster, binaries, durable_cluster},
    proof,
};
use diesel::{Connection, PgConnection, RunQueryDsl, connection::SimpleConnection, sql_query};
use kenpo::{
    domain::audit,
    kernel::{clock::Clock, secrets, vault::NumberVault},
    launcher::{Durability, PrivatePostgres},
};
use ledger::{Filing, Kept, Receipt, judge};
use load::Load;
use server::{Server, Society};
use std::{
    collections::BTreeMap,
    process::Command,
    time::{Duration, Instant},
};
use uuid::Uuid;

const CLIENTS: usize = 6;
const PATIENCE: Duration = Duration::from_secs(60);

fn rounds() -> usize {
    if proof::is_asked() { 20 } else { 3 }
}
/// A number below `most`.
fn chance(most: u16) -> u16 {
    u16::from_be_bytes(secrets::random().unwrap()) % most
}

#[test]
fn nothing_acknowledged_is_lost_or_doubled_by_kill_9() {
    let mut society = Society::found();
    let load = Load::new(society.employers(), Clock::real().today());
    let (mut lines, mut untold) = (Vec::new(), 0);
    for round in 0..rounds() {
        let before = load.filings.lock().unwrap().len();
        file_until_killed(&society.serve(), &society, &load);
        // Every third time the database goes the same way right after.
        let with_database = round % 3 == 1;
        if with_database {
            society.crash_database();
        }
        let mut filings = load.filings.lock().unwrap().clone();
        let open = filings[before..].iter().filter(|f| f.receipt.is_none()).count();
        assert!(open > 0, "round {round}: the kill met no request");
        let kept = society.kept();
        let open_and_kept =
            filings.iter().filter(|f| f.receipt.is_none()).filter(|f| is_kept(f, &kept)).count();
        untold += open_and_kept;
        fair(round, &filings, &kept, &society);

        let server = society.serve();
        send_again(&server, &society, &mut filings);
        fair(round, &filings, &society.kept(), &society);
        numbers_open(&society, &filings);
        log_is_whole(&server, &society);
        let killed = if with_database { "kenpo and PostgreSQL" } else { "kenpo" };
        let receipts = filings.len() - before - open;
        lines.push(format!("| {} | {killed} | {receipts} | {open} | {open_and_kept} |", round + 1));
        *load.filings.lock().unwrap() = filings;
    }
    if proof::is_asked() {
        assert!(untold > 0, "no kill fell between a commit and its answer: {lines:#?}");
        write_down(&lines);
    }
}
/// The dated result of `make prove`.
fn write_down(lines: &[String]) {
    let found = format!(
        "{CLIENTS} clients file JSON forms and KPFD files over HTTP, each under a key of its own, against the built program on a\n\
         durable PostgreSQL. At a random moment `kill -9`; every third round of PostgreSQL as well. After the new start: every\n\
         acknowledged receipt is there exactly once, with its records, its kept answer, one audit entry, and a personal number\n\
         that opens; every other filing is there whole or not at all; all are sent again under their keys and have one effect;\n\
         the log is dense, complete, and its export verifies. Held against a ledger by `tests/crash`; `make prove` repeats it.\n\n\
         Result: {} rounds, 0 faults.\n\n\
         | round | killed | acknowledged | open at the kill | of these found whole |\n|---|---|---|---|---|\n{}\n",
        lines.len(),
        lines.join("\n")
    );
    proof::write_down("crash", "kill -9 while employers file", &found);
}
fn is_kept(filing: &Filing, kept: &BTreeMap<Uuid, Kept>) -> bool {
    kept.values().any(|k| k.records.contains(&filing.office_numbers[0]))
}
fn fair(round: usize, filings: &[Filing], kept: &BTreeMap<Uuid, Kept>, society: &Society) {
    let faults = judge(filings, kept);
    assert!(faults.is_empty(), "round {round}: {faults:#?}");
    assert_eq!(society.entries_without_work(), 0, "round {round}");
}
/// Clients file; after some receipts, at a moment nobody chose, the server is killed.
fn file_until_killed(server: &Server, society: &Society, load: &Load) {
    let token = society.client(server, "employer").token.unwrap();
    let enough = load.receipts() + 10 + usize::from(chance(30));
    std::thread::scope(|threads| {
        let clients: Vec<_> =
            (0..CLIENTS).map(|_| threads.spawn(|| load.file(&server.url, &token))).collect();
        let since = Instant::now();
        while load.receipts() < enough && clients.iter().all(|c| !c.is_finished()) {
            assert!(since.elapsed() < PATIENCE, "{} receipts", load.receipts());
            std::thread::sleep(Duration::from_millis(1));
        }
        std::thread::sleep(Duration::from_micros(chance(50_000).into()));
        server.kill_9();
        for client in clients {
            client.join().unwrap().unwrap();
        }
    });
}
/// Whoever got no receipt, and whoever got one, sends the same again: one effect, and the same answer.
fn send_again(server: &Server, society: &Society, filings: &mut [Filing]) {
    let token = society.client(server, "employer").token.unwrap();
    let agent = load::agent();
    for filing in filings {
        let (status, was_kept, body) = load::post(&agent, &server.url, &token, filing).unwrap();
        assert_eq!(status, 202, "{}: {body}", filing.key);
        if let Some(receipt) = &filing.receipt {
            assert!(was_kept, "{}: done a second time", filing.key);
            assert_eq!(receipt.body, body, "{}: another answer than the first time", filing.key);
        }
        filing.receipt = Some(load::receipt(&body));
    }
}
/// The numbers that wait in the strongroom open with the keys that the key store kept.
fn numbers_open(society: &Society, filings: &[Filing]) {
    let strongroom = society.strongroom();
    let mut conn = society.owner();
    for filing in filings {
        let (Some(digits), Some(receipt)) = (&filing.personal_number, &filing.receipt) else { continue };
        let said: serde_json::Value = serde_json::from_str(&receipt.body).unwrap();
        let notification: Uuid = said["results"][0]["notification_id"].as_str().unwrap().parse().unwrap();
        // Looked at and put back.
        conn.test_transaction(|conn| {
            let number = strongroom.take_pending(conn, notification, "insured").map_err(|_| ())?;
            let is_it = number.is_some_and(|n| n.digits().iter().copied().map(char::from).eq(digits.chars()));
            assert!(is_it, "{}: its number is lost", filing.key);
            Ok::<_, ()>(())
        });
    }
}
/// Every entry gets its place, without gaps, and the auditor's copy verifies.
fn log_is_whole(server: &Server, society: &Society) {
    let since = Instant::now();
    let waits = "select (select count(*) from audit_entry) - (select count(*) from audit_position) as n";
    while society.count(waits) != 0 {
        assert!(since.elapsed() < PATIENCE, "{} entries have no place", society.count(waits));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(society.count("select coalesce(max(seq), 0) - count(*) as n from audit_position"), 0, "gaps");
    let placed = society.count("select count(*) as n from audit_position");
    let copy = society.client(server, "auditor").get("/v1/audit-logs/export");
    assert_eq!(copy.status, 200);
    let report = audit::verify(copy.text.as_bytes()).unwrap();
    assert!(report.trailer.count >= placed, "the copy is not complete");
}

/// The same judge on a writer that is told "done" before the disk has it: the loss must show.
#[test]
fn the_proof_shows_a_loss_where_there_is_one() {
    let DurableCluster { server, base } = durable_cluster();
    let url = server.url("kenpo", "postgres");
    let mut conn = PgConnection::establish(&url).unwrap();
    for sql in ["create table filed (id uuid, number text)", "checkpoint", "set synchronous_commit = off"] {
        conn.batch_execute(sql).unwrap();
    }
    // Whoever would bring the commits to the disk later is stopped; what follows is acknowledged and nowhere.
    let writer = walwriter(&mut conn);
    signal("-STOP", writer);
    let filings: Vec<Filing> = (0..50)
        .map(|n| {
            let id = Uuid::now_v7();
            conn.batch_execute(&format!("insert into filed values ('{id}', '{n}')")).unwrap();
            let receipt = Receipt { submission: id, number: n.to_string(), body: String::new() };
            Filing {
                key: format!("key-{n}"),
                path: String::new(),
                media: "",
                body: Vec::new(),
                office_numbers: vec![n.to_string()],
                personal_number: None,
                receipt: Some(receipt),
            }
        })
        .collect();
    signal("-9", i64::from(server.pid()));
    signal("-9", writer);
    drop(server);
    let _restarted = PrivatePostgres::start(&binaries(), base.path(), Durability::Durable).unwrap();
    let mut conn = PgConnection::establish(&url).unwrap();
    let left = server::filed(&mut conn);
    let faults = judge(&filings, &left);
    assert!(faults.iter().any(|f| f.contains("acknowledged and lost")), "{} of 50 left", left.len());
}
kenpo::row! {
    /// A process of the server.
    pub struct Running {
        /// Its id.
        n: diesel::sql_types::BigInt => i64,
    }
}
fn walwriter(conn: &mut PgConnection) -> i64 {
    let row: Running =
        sql_query("select pid::bigint as n from pg_stat_activity where backend_type = 'walwriter'")
            .get_result(conn)
            .unwrap();
    row.n
}
fn signal(which: &str, pid: i64) {
    assert!(Command::new("kill").args([which, &pid.to_string()]).status().unwrap().success());
}
