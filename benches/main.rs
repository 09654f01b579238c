//! `make bench`: how much work the release server does, each figure beside the limit of the same machine in the same minute.
//!
//! 300,000 insured persons on a private, durable PostgreSQL that is kept under the target folder. The limit of a read is pgbench
//! with the same SELECT and as many connections; the limit of the intake is COPY of the same rows; that of a bulk determination an
//! INSERT … SELECT of the rows that it wrote. A read as of a past day stands beside the same read of the present.
//! `KENPO_BENCH_MEMBERS=3000` tries parts of it on a smaller society, whose figures mean nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::as_conversions, clippy::disallowed_methods)]
mod bulk;
mod files;
mod history;
mod http;
mod limits;
mod report;
mod society;

use http::{Burst, Load};
use report::{Row, Table};
use society::Society;
use std::time::Duration;

/// What can be measured alone: `make bench PART="members history"`.
const PARTS: [&str; 6] =
    ["members", "pages", "files", "history", "determination-20000", "determination-300000"];
/// How long each measurement lasts, after a second to warm up.
const SECONDS: u64 = 6;
/// Rows of a page: page 5,000 must exist.
const PAGE: usize = 50;
const PAGE_NUMBER: usize = 5_000;
const PAGE_CONNECTIONS: usize = 16;
/// Files of the intake and their records.
const FILES: usize = 6;
const RECORDS: usize = 5_000;

fn main() {
    // `cargo test --all-targets` runs this too: nothing to measure then.
    if !std::env::args().any(|a| a == "--bench") {
        return;
    }
    let parts: Vec<String> = std::env::args().skip(1).filter(|a| !a.starts_with('-')).collect();
    let unknown: Vec<&String> = parts.iter().filter(|p| !PARTS.contains(&p.as_str())).collect();
    assert!(unknown.is_empty(), "no such part: {unknown:?}; there are {PARTS:?}");
    let wanted = |name: &str| parts.is_empty() || parts.iter().any(|p| p == name);
    let society = Society::open();
    let mut table = Table::default();
    if wanted("members") {
        for connections in [16, 32, 64] {
            table.add(members(&society, connections));
        }
    }
    if wanted("pages") {
        for number in [1, PAGE_NUMBER] {
            table.add(page(&society, number));
        }
    }
    if wanted("files") {
        table.add(intake(&society));
    }
    if wanted("history") {
        history::reads(&society, SECONDS).into_iter().for_each(|row| table.add(row));
    }
    for (part, people) in [("determination-20000", 20_000), ("determination-300000", 300_000)] {
        if wanted(part) {
            table.add(bulk::determination(&society, people.min(society::members())));
        }
    }
    table.write(society.about());
}

fn members(society: &Society, connections: usize) -> Row {
    let limit = limits::pgbench(society, connections, SECONDS, &limits::one_member());
    let load = Load {
        address: society.address(),
        token: society.staff_token(),
        paths: society.ids().iter().map(|id| format!("/v1/members/{id}")).collect(),
        connections,
    };
    let burst = measured(society, &load, "getMember");
    Row::reads(&format!("GET member, {connections} connections"), &burst, limit)
}
fn page(society: &Society, number: usize) -> Row {
    let after = (number - 1) * PAGE;
    let cursor = if after == 0 { String::new() } else { format!("&cursor={}", society.cursor(after, PAGE)) };
    let limit = limits::pgbench(society, PAGE_CONNECTIONS, SECONDS, &limits::page(after, PAGE));
    let load = Load {
        address: society.address(),
        token: society.staff_token(),
        paths: vec![format!("/v1/members?limit={PAGE}{cursor}")],
        connections: PAGE_CONNECTIONS,
    };
    let first = http::once(&load).expect("a page");
    assert!(first.contains(&society.ids()[after].to_string()), "page {number} begins elsewhere");
    let burst = measured(society, &load, "listMembers");
    Row::reads(
        &format!("page {number} of members, {PAGE} rows, {PAGE_CONNECTIONS} connections"),
        &burst,
        limit,
    )
}
fn measured(society: &Society, load: &Load, operation: &str) -> Burst {
    http::run(load, Duration::from_secs(1), || 0.0);
    let before = society.entries(operation);
    let burst = http::run(load, Duration::from_secs(SECONDS), || society.server_cpu());
    // Not one answer without its entry.
    let entries = society.entries(operation) - before;
    assert!(entries >= burst.answers, "{operation}: {} answers, {entries} entries", burst.answers);
    burst
}
fn intake(society: &Society) -> Row {
    let token = society.employer_token();
    let (mut taken, mut slowest) = (0.0, 0.0_f64);
    for file in 0..FILES {
        let bytes = files::kpfd(society.today(), 1 + file, RECORDS);
        let seconds = files::send(society, &token, file, &bytes);
        (taken, slowest) = (taken + seconds, slowest.max(seconds));
    }
    let rows = (FILES * RECORDS) as f64;
    let limit = limits::copy(society);
    let what = format!("CSV intake, {FILES} files of {RECORDS} records, the slowest in {slowest:.2} s");
    Row::intake(&what, rows / taken, limit)
}
