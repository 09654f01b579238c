//! The export: whole, ordered, the same again while others write, checked by two programs, never a short success.
use super::{
    count,
    counter::{Counter, Who, read},
    entry, fresh, instant, owner, run, sequence_all,
};
use crate::harness::cluster::TempBase;
use actix_web::body::{BoxBody, MessageBody};
use chrono::Duration;
use diesel::PgConnection;
use diesel::RunQueryDsl;
use kenpo::{
    domain::audit::{Sequencer, verify},
    kernel::trail,
};
use std::{
    future::poll_fn,
    pin::Pin,
    process::Command,
    sync::atomic::{AtomicBool, Ordering},
};
use uuid::Uuid;

const EXPORT: &str = "/v1/audit-logs/export";

fn fill(conn: &mut PgConnection, entries: usize) {
    let many: Vec<_> = (0..entries).map(|_| entry("getMember")).collect();
    trail::append(conn, &many).unwrap();
}
async fn chunk(body: &mut BoxBody) -> Option<Result<Vec<u8>, String>> {
    let got = poll_fn(|cx| Pin::new(&mut *body).poll_next(cx)).await;
    got.map(|chunk| chunk.map(|bytes| bytes.to_vec()).map_err(|e| e.to_string()))
}
async fn whole(counter: &Counter, query: &str) -> Vec<u8> {
    let response = counter.get(Who::Auditor, &format!("/v1/audit-logs/export?{query}")).await;
    assert_eq!((response.status, response.header("content-type")), (200, "application/x-ndjson"));
    response.text.into_bytes()
}
/// The independent program's word on these bytes.
fn python(bytes: &[u8]) -> (bool, String) {
    let folder = TempBase::new();
    let file = folder.path().join("export.ndjson");
    std::fs::write(&file, bytes).unwrap();
    let tool = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/verify_audit.py");
    let output = Command::new("python3").arg(tool).arg(file).output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    (output.status.success(), String::from_utf8(output.stdout).unwrap())
}

#[actix_web::test]
async fn a_window_gives_the_same_bytes_while_others_write() {
    let base = fresh();
    let counter = Counter::open(&base);
    let sequencer = Sequencer::start(counter.kernel.db.clone());
    let is_over = AtomicBool::new(false);
    std::thread::scope(|s| {
        for _ in 0..3 {
            s.spawn(|| {
                while !is_over.load(Ordering::SeqCst) {
                    fill(&mut counter.kernel.db.get().unwrap(), 25);
                    std::thread::sleep(std::time::Duration::from_millis(60));
                }
            });
        }
        // The counter works on a thread of its own: a failed assertion must still end the writers.
        let auditor = s.spawn(|| actix_web::rt::System::new().block_on(ask_again_and_again(&counter)));
        let said = auditor.join();
        is_over.store(true, Ordering::SeqCst);
        said.unwrap();
    });
    sequencer.stop();
    let mut conn = owner(&base);
    sequence_all(&mut conn, Uuid::now_v7());
    let all = whole(&counter, "").await;
    let good = verify(all.as_slice()).unwrap().trailer;
    // The export's own two entries came after its window was fixed.
    assert_eq!(good.count, count(&mut conn, "select count(*) as n from audit_entry") - 2);
}
async fn ask_again_and_again(counter: &Counter) {
    while count(
        &mut counter.kernel.db.get().unwrap(),
        "select coalesce(max(seq), 0) as n from audit_position",
    ) < 2_500
    {
        actix_web::rt::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    let first = whole(counter, "").await;
    let told = verify(first.as_slice()).unwrap().trailer;
    assert!(told.count >= 2_500);
    let again = format!("from_seq={}&to_seq={}", told.from_seq, told.to_seq);
    let part = verify(whole(counter, "from_seq=700&to_seq=2300").await.as_slice()).unwrap().trailer;
    for _ in 0..3 {
        assert!(whole(counter, &again).await == first, "the same window gave other bytes");
        let same = verify(whole(counter, "from_seq=700&to_seq=2300").await.as_slice()).unwrap().trailer;
        assert_eq!(same, part);
    }
    assert_eq!((part.count, part.from_seq, part.to_seq), (1_601, 700, 2_300));
    let next = verify(whole(counter, "from_seq=2301&to_seq=2400").await.as_slice()).unwrap().trailer;
    assert_eq!(next.previous_link, part.last_link);
}

#[actix_web::test]
async fn two_programs_agree_on_good_and_bad_exports() {
    let base = fresh();
    let counter = Counter::open(&base);
    let mut conn = owner(&base);
    let mut odd = entry("listMembers");
    odd.actor_name = Some("改行\n\u{1}\u{7f}\\ 😀 \u{2028}".into());
    odd.detail = Some(serde_json::json!({"Ω": 1, "a": [true, null, {"z": -1, "b": 1.5}]}));
    trail::append(&mut conn, &[odd]).unwrap();
    fill(&mut conn, 5);
    sequence_all(&mut conn, Uuid::now_v7());
    for query in ["", "from_seq=3", "from_seq=3&to_seq=4", "from_seq=99", "to=2020-01-01T00:00:00Z"] {
        let good = whole(&counter, query).await;
        let said = python(&good);
        assert!(said.0, "{query}: {}", said.1);
        verify(good.as_slice()).unwrap();
    }
    let good = String::from_utf8(whole(&counter, "").await).unwrap();
    let lines: Vec<&str> = good.split_inclusive('\n').collect();
    let mut swapped = lines.clone();
    swapped.swap(1, 2);
    let mut removed = lines.clone();
    removed.remove(3);
    for (bad, line) in [
        (good.replacen("getMember", "getNember", 1), 2),
        (removed.concat(), 4),
        (swapped.concat(), 2),
        (lines[..6].concat(), 7),
        (lines[1..].concat(), 1),
        (good[..good.len() - 5].to_owned(), 7),
    ] {
        assert_eq!(verify(bad.as_bytes()).unwrap_err().line, line);
        let said = python(bad.as_bytes());
        assert!(!said.0 && said.1.starts_with(&format!("BAD line {line}:")), "{line}: {}", said.1);
    }
}

#[actix_web::test]
async fn times_are_widened_to_an_unbroken_range() {
    let base = fresh();
    let counter = Counter::open(&base);
    let mut conn = owner(&base);
    let node = Uuid::now_v7();
    // Made at minutes 0, 5, 1, 6, 2: in the order of their commits, not of their times.
    for minute in [0, 5, 1, 6, 2] {
        let mut one = entry("getMember");
        one.at = instant() + Duration::minutes(minute);
        trail::append(&mut conn, &[one]).unwrap();
        sequence_all(&mut conn, node);
    }
    for (query, from_seq, to_seq) in [
        ("from=2026-11-22T00:01:00Z&to=2026-11-22T00:03:00Z", 3, 5),
        ("from=2026-11-22T00:05:00Z", 2, 4),
        ("to=2026-11-22T00:01:00Z", 1, 1),
        ("from=2026-11-22T00:05:00Z&to_seq=3", 2, 2),
        ("from=2026-11-22T00:00:00Z&from_seq=4", 4, 5),
    ] {
        let told = verify(whole(&counter, query).await.as_slice()).unwrap().trailer;
        assert_eq!((told.from_seq, told.to_seq), (from_seq, to_seq), "{query}");
    }
    let none = verify(whole(&counter, "from=2026-12-01T00:00:00Z").await.as_slice()).unwrap().trailer;
    assert_eq!(none.count, 0);
}

#[actix_web::test]
async fn an_export_is_recorded_before_its_first_byte_and_at_its_end() {
    let base = fresh();
    let counter = Counter::open(&base);
    let mut conn = owner(&base);
    fill(&mut conn, 10);
    sequence_all(&mut conn, Uuid::now_v7());
    let response = counter.begin(Who::Auditor, EXPORT).await;
    let of = "select count(*) as n from audit_entry where operation = 'exportAuditLogs' and outcome = 'allowed' and ";
    assert_eq!(count(&mut conn, &format!("{of} kind = 'read'")), 1);
    assert_eq!(count(&mut conn, &format!("{of} kind = 'export'")), 0);
    let all = read(EXPORT, response).await.text;
    let told = verify(all.as_bytes()).unwrap().trailer;
    let closing = format!(
        "{of} kind = 'export' and row_count = 10 and detail ->> 'sha256' = '{}' and (detail ->> 'count')::int = 10",
        told.sha256
    );
    assert_eq!(count(&mut conn, &closing), 1);
    assert_eq!(count(&mut conn, "select count(*) as n from audit_entry where kind = 'export'"), 1);
}

const BROKEN: &str = "select count(*) as n from audit_entry where operation = 'exportAuditLogs' and kind = 'export' \
     and outcome = 'failed' and code = 'export-broken-off' and row_count = 1000";

#[actix_web::test]
async fn a_database_error_breaks_the_stream_off_without_trailer() {
    let base = fresh();
    let counter = Counter::open(&base);
    let mut conn = owner(&base);
    fill(&mut conn, 1_500);
    sequence_all(&mut conn, Uuid::now_v7());
    let mut body = counter.begin(Who::Auditor, EXPORT).await.into_body();
    let first = chunk(&mut body).await.unwrap().unwrap();
    assert_eq!(first.iter().filter(|b| **b == b'\n').count(), 1_000);
    run(&mut conn, "alter table audit_position rename to elsewhere");
    assert!(chunk(&mut body).await.unwrap().is_err());
    assert!(chunk(&mut body).await.is_none());
    assert_eq!(verify(first.as_slice()).unwrap_err().line, 1_001);
    assert!(comes_true(&mut conn, BROKEN).await);
}

#[actix_web::test]
async fn a_caller_that_goes_away_leaves_an_entry_too() {
    let base = fresh();
    let counter = Counter::open(&base);
    let mut conn = owner(&base);
    fill(&mut conn, 1_500);
    sequence_all(&mut conn, Uuid::now_v7());
    let mut body = counter.begin(Who::Auditor, EXPORT).await.into_body();
    chunk(&mut body).await.unwrap().unwrap();
    drop(body);
    assert!(comes_true(&mut conn, BROKEN).await);
}
/// The entry of an export that nobody waits for comes soon.
async fn comes_true(conn: &mut PgConnection, sql: &str) -> bool {
    for _ in 0..100 {
        if count(conn, sql) == 1 {
            return true;
        }
        actix_web::rt::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    false
}

kenpo::row! {
    /// A line of a plan.
    pub struct Planned {
        /// It.
        line: diesel::sql_types::Text => String,
    }
}
#[test]
fn the_range_of_times_is_found_from_its_ends_whatever_lies_between() {
    let base = fresh();
    let mut conn = owner(&base);
    fill(&mut conn, 3);
    run(
        &mut conn,
        "insert into audit_entry (id, at, operation, kind, status, outcome, actor_kind, zone, address, request_id) \
         select gen_random_uuid(), timestamptz '2026-01-01' + n * interval '1 minute', 'getMember', 'read', 200, 'allowed', \
           'user', 'closed', 'local', gen_random_uuid() from generate_series(1, 50000) n",
    );
    sequence_all(&mut conn, Uuid::now_v7());
    run(&mut conn, "analyze audit_entry, audit_position");
    // The text that the export asks with: bounds of an hour in place of its binds.
    let source = include_str!("../../src/domain/audit/store/mod.rs");
    let text = source.split("const OF_HOUR: &str = \"").nth(1).unwrap().split("\";").next().unwrap();
    let asked = text
        .replace("\\\n", " ")
        .replace("$1", "timestamptz '2026-01-20'")
        .replace("$2", "timestamptz '2026-01-20 01:00'")
        .replace("$3", "1")
        .replace("$4", "99999");
    let ends =
        "select min(e.at), max(e.at) from audit_entry e where true and e.at >= timestamptz '2026-01-20'";
    run(
        &mut conn,
        "create function plan_of(q text) returns setof text language plpgsql as \
         $$ begin return query execute 'explain (analyze, costs off, timing off, summary off) ' || q; end $$",
    );
    for query in [asked.as_str(), ends] {
        let lines: Vec<Planned> = diesel::sql_query("select plan_of as line from plan_of($1)")
            .bind::<diesel::sql_types::Text, _>(query)
            .load(&mut conn)
            .unwrap();
        let plan = lines.iter().map(|l| l.line.as_str()).collect::<Vec<_>>().join("\n");
        assert!(plan.contains("audit_entry_time"), "{plan}");
        assert!(!plan.contains("Seq Scan") && !plan.contains("Rows Removed"), "{plan}");
        // No step gives more rows than the hour has.
        let most = plan
            .split("actual rows=")
            .skip(1)
            .map(|t| t.split([' ', '.']).next().unwrap().parse::<u32>().unwrap());
        assert!(most.max().unwrap() <= 60, "{plan}");
    }
}
