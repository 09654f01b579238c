//! What a page of a list reads: the people asked about, not the society.
use crate::harness::world::{World, day};
use diesel::{QueryableByName, RunQueryDsl, connection::SimpleConnection, sql_query, sql_types as t};
use kenpo::cli::seed;
use std::time::{Duration, Instant};

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = t::BigInt)]
    n: i64,
}
/// Entries of indexes and rows of whole tables that were read of people so far.
const READ: &str = "select ((select coalesce(sum(idx_tup_read), 0) from pg_stat_user_indexes where relname = any(t)) \
     + (select coalesce(sum(seq_tup_read), 0) from pg_stat_user_tables where relname = any(t)))::bigint as n \
     from (select array['person', 'person_identity', 'enrolment', 'dependency'] as t) x";

#[derive(QueryableByName)]
struct Pids {
    #[diesel(sql_type = t::Array<t::Integer>)]
    pids: Vec<i32>,
}
/// Ends the connections that there are, which makes them tell what they read.
fn settle(w: &World) {
    let mut owner = w.owner();
    let others = "select array(select pid from pg_stat_activity where datname = current_database() \
                  and pid <> pg_backend_pid()) as pids";
    let Pids { pids } = sql_query(others).get_result(&mut owner).unwrap();
    let mut left = |sql: &str| {
        let asked = sql_query(format!("select count(*) as n from ({sql}) x"));
        asked.bind::<t::Array<t::Integer>, _>(&pids).get_result::<Count>(&mut owner).unwrap().n
    };
    left("select pg_terminate_backend(pid) from unnest($1) pid");
    let until = Instant::now() + Duration::from_secs(20);
    while left("select from pg_stat_activity where pid = any($1)") > 0 {
        assert!(Instant::now() < until, "connections that do not end");
        std::thread::sleep(Duration::from_millis(20));
    }
}
/// 3,000 people of one employer who joined long ago and 1,000 dependents of theirs, and 4 of another who came last, each with a dependent, so
/// that they stand at the end of the order.
fn society() -> World {
    let w = World::new();
    let mut owner = w.owner();
    seed::people(&mut owner, &w.clock, &[w.employer], (3_000, 1_000)).unwrap();
    for (n, kana) in ["ナギサ　ア", "ナギサ　イ", "ナギサ　ウ", "ナギサ　エ"].into_iter().enumerate()
    {
        let office_number = format!("{}", 7000 + n);
        let person = seed::Insured {
            office_number: &office_number,
            name_kana: kana,
            name: "渚　某",
            birth_on: day("1990-01-01"),
            sex: "male",
            since: day("2020-04-01"),
        };
        let insured = seed::insured(&mut owner, &w.clock, w.other_employer, &person).unwrap();
        let child = ("港　某", "ミナト　ア", day("2015-05-05"), "child");
        let at = (w.other_employer, insured);
        seed::dependent(&mut owner, &w.clock, at, child, day("2020-04-01")).unwrap();
    }
    for table in ["person", "person_identity", "enrolment", "dependency"] {
        owner.batch_execute(&format!("vacuum analyze {table}")).unwrap();
    }
    w
}
/// How many of the people's rows one request reads, and how many it answers with.
fn reads(path: impl Fn(&World) -> String, who: &str) -> (i64, usize) {
    let w = society();
    let caller = if who == "clerk" { w.staff(who) } else { w.client(who) };
    let path = path(&w);
    let before = {
        let mut owner = w.owner();
        sql_query(READ).get_result::<Count>(&mut owner).unwrap();
        owner.batch_execute("select pg_stat_reset()").unwrap();
        sql_query(READ).get_result::<Count>(&mut owner).unwrap().n
    };
    let rows = caller.get(path).expect(200)["items"].as_array().unwrap().len();
    settle(&w);
    (sql_query(READ).get_result::<Count>(&mut w.owner()).unwrap().n - before, rows)
}
#[track_caller]
fn bounded_of(list: &str, who: &str, query: &'static str, rows: usize, most: i64) {
    let (read, found) =
        reads(|w| format!("/v1/{list}?{}", query.replace("OTHER", &w.other_employer.to_string())), who);
    assert_eq!(found, rows, "{query}");
    assert!((1..=most).contains(&read), "{list}?{query} by {who} read {read} rows for {rows}");
}
#[track_caller]
fn bounded(who: &str, query: &'static str, rows: usize, most: i64) {
    bounded_of("members", who, query, rows, most);
}
#[test]
fn a_page_of_a_small_employer_reads_its_people() {
    bounded("other-employer", "", 4, 100);
    bounded("clerk", "employer_id=OTHER", 4, 100);
    bounded("other-employer", "state=insured&limit=2", 2, 100);
}
#[test]
fn a_page_of_a_large_employer_ends_early() {
    bounded("employer", "limit=20", 20, 300);
    bounded("employer", "limit=20&symbol=101", 20, 300);
    bounded("clerk", "limit=20", 20, 300);
}
#[test]
fn a_number_or_a_reading_is_looked_up() {
    bounded("clerk", "number=97001", 1, 100);
    bounded("clerk", "symbol=102&number=97001", 1, 100);
    bounded("clerk", "symbol=102", 4, 100);
    bounded("clerk", "name_kana=%E3%83%8A%E3%82%AE%E3%82%B5", 4, 100);
    bounded("other-employer", "name_kana=%E3%83%8A%E3%82%AE%E3%82%B5%E3%82%A2", 1, 100);
}
#[test]
fn dependents_are_looked_up_and_their_pages_end_early() {
    let bounded = |who: &str, query: &'static str, rows: usize, most: i64| {
        bounded_of("dependents", who, query, rows, most)
    };
    bounded("clerk", "limit=20", 20, 400);
    bounded("employer", "limit=20", 20, 400);
    bounded("other-employer", "limit=20", 4, 100);
    bounded("clerk", "employer_id=OTHER", 4, 100);
    bounded("clerk", "number=97001", 1, 100);
    bounded("clerk", "symbol=102&number=97001", 1, 100);
    bounded("clerk", "name_kana=%E3%83%9F%E3%83%8A%E3%83%88", 4, 100);
}
