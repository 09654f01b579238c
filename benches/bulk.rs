//! 定時決定 of many: from stored reports to stored decisions, by the worker, as staff orders it.
use crate::{report::Row, society::Society};
use diesel::{PgConnection, connection::SimpleConnection};
use kenpo::cli::seed;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The year that is measured; the one before it gives everybody a decision that it must end.
const YEAR: i32 = 2026;

/// Decides the reports of so many people, who all have a decision of the year before.
pub fn determination(society: &Society, people: usize) -> Row {
    let mut owner = society.owner();
    owner
        .batch_execute(
            "truncate submission, notification, job, standard_remuneration, determination_run, determination_lane, determination_left, \
               determination_foreseen",
        )
        .unwrap();
    let worker = society.worker();
    for year in [YEAR - 1, YEAR] {
        eprintln!("{people} reports of {year}");
        seed::reports::regular(&mut owner, society.clock(), year, i32::try_from(people).unwrap()).unwrap();
        // one by one: vacuum runs in no transaction, which several statements together are
        for statement in ["vacuum analyze notification, standard_remuneration", "checkpoint"] {
            owner.batch_execute(statement).unwrap();
        }
        let (seconds, decided) = run(society, year);
        if year == YEAR {
            let limit = twin(&mut owner, decided);
            let peak = worker.peak_mib();
            let what =
                format!("定時決定, {people} members in {seconds:.1} s, worker's peak memory {peak} MiB");
            return Row::work(&what, f64::from(decided) / seconds, limit);
        }
    }
    unreachable!()
}
/// Orders a run and waits for its end; gives the seconds from the order to the last decision, and how many there were.
fn run(society: &Society, year: i32) -> (f64, i32) {
    let token = society.staff_token();
    let url = format!("http://{}/v1/regular-determination-runs", society.address());
    let since = Instant::now();
    let mut ordered = ureq::post(&url)
        .header("authorization", format!("Bearer {token}"))
        .header("idempotency-key", format!("bench-{year}-{}", uuid::Uuid::now_v7()))
        .header("content-type", "application/json")
        .send(json!({ "year": year }).to_string())
        .unwrap();
    let run: Value = ordered.body_mut().read_json().unwrap();
    let at = format!("{url}/{}", run["id"].as_str().unwrap());
    loop {
        let mut answer = ureq::get(&at).header("authorization", format!("Bearer {token}")).call().unwrap();
        let run: Value = answer.body_mut().read_json().unwrap();
        assert!(run.get("problem").is_none() && since.elapsed().as_secs() < 540, "{run}");
        if run["state"] == "done" {
            assert_eq!(
                run["decided_count"].as_i64().unwrap() + run["left_count"].as_i64().unwrap(),
                run["total_count"]
            );
            return (
                since.elapsed().as_secs_f64(),
                i32::try_from(run["decided_count"].as_i64().unwrap()).unwrap(),
            );
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}
/// Records per second of one INSERT … SELECT that writes the rows of the run, the decisions and what they cut, into a twin of the table
/// with its indexes, constraints and references.
fn twin(conn: &mut PgConnection, decided: i32) -> f64 {
    conn.batch_execute(
        "drop table if exists standard_remuneration_twin; \
         create table standard_remuneration_twin (like standard_remuneration including all); \
         alter table standard_remuneration_twin add foreign key (person_id) references person (id), \
           add foreign key (employer_id) references employer (id); checkpoint",
    )
    .unwrap();
    let since = Instant::now();
    conn.batch_execute(&format!(
        "insert into standard_remuneration_twin select * from standard_remuneration \
         where superseded_at is null and coalesce(applies_until, '{YEAR}-09-01') = '{YEAR}-09-01'"
    ))
    .unwrap();
    let seconds = since.elapsed().as_secs_f64();
    conn.batch_execute("drop table standard_remuneration_twin").unwrap();
    f64::from(decided) / seconds
}
