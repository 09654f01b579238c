//! One client with many slow filings: the others are answered, and it is told to come again instead of waiting for ever.
use crate::{
    filing::{NANA, acquisition, count, fresh_key, slip},
    harness::{
        behind::within,
        world::{World, day},
    },
};
use diesel::{Connection, PgConnection, RunQueryDsl, sql_query, sql_types as t};
use kenpo::{cli::seed, domain::access};
use serde_json::json;
use std::sync::mpsc::channel;
use uuid::Uuid;

/// More than one employer's line holds.
const FILINGS: usize = 36;

#[test]
fn filings_that_wait_for_their_turn_hold_no_connection() {
    let w = World::new(); // eight connections, three for a caller
    let (by, other) = (w.client("employer"), w.client("other-employer"));
    let body = slip(&w, &acquisition(NANA, "2026-11-01", None));
    let mut owner = w.owner();
    let statuses = std::thread::scope(|threads| {
        let (tell, told) = channel();
        owner.begin_test_transaction().unwrap();
        hold(&mut owner, w.employer);
        for _ in 0..FILINGS {
            let (tell, by, body) = (tell.clone(), by.clone(), body.clone());
            threads.spawn(move || {
                let _ = tell.send(by.post("/v1/notifications").key(&fresh_key()).json(&body));
            });
        }
        // The line is full: the first one that finds no place in it is answered at once.
        let first = told.recv().unwrap();
        assert_eq!(first.header("retry-after"), "2");
        first.refused(503, "filings-wait");
        within(9, "one filing waits at the database", || waiting(&w) == 1);
        other.get(format!("/v1/employers/{}", w.other_employer)).expect(200);
        by.get(format!("/v1/employers/{}", w.employer)).expect(200);
        assert_eq!(waiting(&w), 1, "the others wait without a connection");
        sql_query("rollback").execute(&mut owner).unwrap();
        drop(tell);
        told.iter().map(|r| r.status).collect::<Vec<_>>()
    });
    let of = |status: u16| statuses.iter().filter(|s| **s == status).count();
    // The first is taken; the same form again waits already.
    assert_eq!((of(202), of(422), of(503)), (1, 32, 2), "{statuses:?}");
    assert_eq!(count(&w, "select count(*) as n from submission"), 1);
}
#[test]
fn one_caller_holds_no_more_than_its_share() {
    let w = World::new();
    let mut owner = w.owner();
    let client: Uuid = w.rows("select id from api_client where client_key = 'employer'")[0]["id"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    let employers: Vec<Uuid> = (2..10).map(|n| seed::employer(&mut owner, &w.clock, n).unwrap()).collect();
    for employer in &employers {
        access::store::bind_client(&mut owner, client, *employer, day("2020-04-01"), None).unwrap();
    }
    access::refresh(&w.app.kernel).unwrap();
    let (by, other) = (w.client("employer"), w.client("other-employer"));
    std::thread::scope(|threads| {
        owner.begin_test_transaction().unwrap();
        for employer in &employers {
            hold(&mut owner, *employer);
        }
        let filings: Vec<_> = employers
            .iter()
            .map(|employer| {
                let mut body = slip(&w, &acquisition(NANA, "2026-11-01", None));
                body["employer_id"] = json!(employer);
                let by = &by;
                threads.spawn(move || by.post("/v1/notifications").key(&fresh_key()).json(&body))
            })
            .collect();
        within(9, "three filings wait at the database", || waiting(&w) == 3);
        other.get(format!("/v1/employers/{}", w.other_employer)).expect(200);
        assert_eq!(waiting(&w), 3);
        sql_query("rollback").execute(&mut owner).unwrap();
        for filing in filings {
            filing.join().unwrap().expect(202);
        }
    });
}
/// Another node is at work for this employer until the transaction ends.
fn hold(conn: &mut PgConnection, employer: Uuid) {
    sql_query("select pg_advisory_xact_lock(hashtextextended('filing/' || $1::text, 0))")
        .bind::<t::Uuid, _>(employer)
        .execute(conn)
        .unwrap();
}
fn waiting(w: &World) -> i64 {
    count(
        w,
        "select count(*) as n from pg_locks where locktype = 'advisory' and not granted \
              and database = (select oid from pg_database where datname = current_database())",
    )
}
