//! kill -9 of the worker in the middle of a bulk determination: every form is decided exactly once or was left, with one decision, and the
//! run knows of each; the next worker goes on where the last whole chunk ended.
use super::{
    PATIENCE, chance,
    server::{Society, Worker},
};
use crate::harness::proof;
use kenpo::{
    cli::seed,
    domain::{
        access::{self, PasswordSettings},
        users::{self, NewUser},
    },
    kernel::clock::Clock,
};
use serde_json::json;
use std::time::{Duration, Instant};
use uuid::Uuid;

const PASSWORD: &str = "a long enough fictitious password";

/// Forms of the run, so many that they go in two lanes, and how often its worker is killed.
fn size() -> (i32, usize) {
    if proof::is_asked() { (20_000, 20) } else { (6_000, 3) }
}
/// What would be wrong at any moment, and the query that counts it.
const FAULTS: [(&str, &str); 6] = [
    (
        "decided forms without their one decision",
        "select count(*) as n from notification n where state = 'applied' \
           and (select count(*) from standard_remuneration s where s.source = n.id) <> 1",
    ),
    (
        "decisions without their decided form",
        "select count(*) as n from standard_remuneration s left join notification n on n.id = s.source \
         where n.state is distinct from 'applied' or n.person_id is distinct from s.person_id",
    ),
    (
        "forms that were passed over or counted twice",
        "select coalesce(sum(abs(l.decided_count + l.left_count - (select count(*) from notification n \
           where n.id <= l.position and get_byte(uuid_send(n.id), 15) % r.lanes = l.lane))), 0)::bigint as n \
         from determination_lane l join determination_run r on r.id = l.run_id",
    ),
    (
        "forms that the run counts otherwise than they are",
        "select abs(coalesce(sum(decided_count), 0) - (select count(*) from notification where state = 'applied'))::bigint \
           + abs(coalesce(sum(left_count), 0) - (select count(*) from determination_left))::bigint as n from determination_lane",
    ),
    (
        "chunks without their one entry",
        "select abs(coalesce(sum(chunks), 0) + (select count(*) from determination_run where state = 'done') - (select count(*) \
           from audit_entry where operation = 'runRegularDetermination' and kind = 'write'))::bigint as n from determination_lane",
    ),
    (
        "people whom the entries do not name once",
        "select abs(coalesce(sum(decided_count + left_count), 0) - (select count(distinct p) from audit_entry e, unnest(e.persons) p \
           where e.operation = 'runRegularDetermination'))::bigint as n from determination_lane",
    ),
];
#[track_caller]
fn fair(society: &Society, round: usize) {
    for (what, sql) in FAULTS {
        assert_eq!(society.count(sql), 0, "round {round}: {what}");
    }
}

#[test]
fn every_form_is_decided_once_whenever_the_worker_is_killed() {
    let (people, rounds) = size();
    let mut society = Society::found();
    let clock = Clock::real();
    let mut owner = society.owner();
    seed::people(&mut owner, &clock, &[society.employer], (people, 0)).unwrap();
    seed::reports::regular(&mut owner, &clock, 2026, people).unwrap();
    drop(owner);
    order(&society);
    let mut lines = Vec::new();
    for round in 0..rounds {
        // a worker a day later: the lease that the last one left is over
        let worker = society.work(round);
        let is_inside = kill_inside(&society, &worker);
        // Every third time the database goes the same way right after.
        let with_database = round % 3 == 1;
        if with_database {
            society.crash_database();
        }
        fair(&society, round);
        let done = society.count("select coalesce(sum(chunks), 0)::bigint as n from determination_lane");
        let killed = if with_database { "worker and PostgreSQL" } else { "worker" };
        lines.push((is_inside, format!("| {} | {killed} | {is_inside} | {done} |", round + 1)));
    }
    assert!(lines.iter().any(|l| l.0), "no kill met a chunk");
    let worker = society.work(rounds);
    wait_until(&society, || society.count(DONE) == 1);
    drop(worker);
    fair(&society, rounds);
    assert_eq!(
        society.count("select count(*) as n from standard_remuneration"),
        i64::from(people - people / 100),
        "one in a hundred has no month that counts"
    );
    assert_eq!(
        society.count("select count(*) as n from notification where state = 'accepted'"),
        i64::from(people / 100)
    );
    if proof::is_asked() {
        write_down(people, &lines);
    }
}
/// A clerk signs in at the server and orders the run.
fn order(society: &Society) {
    let cheap = PasswordSettings { memory_kib: 64, passes: 1, lanes: 1, at_once: 2 };
    let user = NewUser {
        id: Uuid::now_v7(),
        login: "clerk".into(),
        display_name: "適用　二郎".into(),
        section: "enrolment_2".into(),
        duties: vec![],
        purposes: vec!["enrolment".into()],
        scopes: vec!["notifications:decide".into()],
        password_hash: access::hash_password(&cheap, PASSWORD).unwrap(),
        valid_from: Clock::real().today(),
        valid_until: None,
        number: (None, None),
    };
    users::insert_user(&mut society.owner(), &user).unwrap();
    let server = society.serve();
    let nobody = server.nobody();
    let signed_in =
        nobody.post("/v1/sessions").json(&json!({ "user_id": "clerk", "password": PASSWORD })).expect(200);
    let mut clerk = nobody;
    clerk.token = signed_in["access_token"].as_str().map(Into::into);
    clerk.post("/v1/regular-determination-runs").key("crash-run").json(&json!({ "year": 2026 })).expect(202);
}
/// Kills the worker at a moment that nobody chose; says whether a chunk was open then.
fn kill_inside(society: &Society, worker: &Worker) -> bool {
    let is_open = "select least(1, (select count(*) from determination_lane) \
        - (select count(*) from (select lane from determination_lane for update skip locked) l)) as n";
    let opens = || wait_until(society, || society.count(is_open) == 1 || society.count(DONE) == 1);
    opens();
    std::thread::sleep(Duration::from_millis(chance(400).into()));
    opens();
    std::thread::sleep(Duration::from_micros(chance(60_000).into()));
    let is_inside = society.count(is_open) == 1;
    worker.kill_9();
    is_inside
}
const DONE: &str = "select count(*) as n from determination_run where state = 'done'";
#[track_caller]
fn wait_until(society: &Society, is_so: impl Fn() -> bool) {
    let since = Instant::now();
    while !is_so() {
        let chunks = society.count("select coalesce(sum(chunks), 0)::bigint as n from determination_lane");
        assert!(since.elapsed() < PATIENCE, "{chunks} chunks are done");
        std::thread::sleep(Duration::from_millis(5));
    }
}
/// The dated result of `make prove`.
fn write_down(people: i32, lines: &[(bool, String)]) {
    let rows: Vec<&str> = lines.iter().map(|l| l.1.as_str()).collect();
    let found = format!(
        "{people} 算定基礎届 in one run, in chunks of 500, by the built program on a durable PostgreSQL. At a random moment `kill -9` of the\n\
         worker; every third round of PostgreSQL as well. After each kill and at the end: every decided form has its one decision, every\n\
         decision its form, every form up to the position of its lane was counted once, every whole chunk has its one entry, and\n\
         the entries name everybody once. Then the next worker goes on, a day later, when the lease of the job is over.\n\n\
         Result: {} rounds, 0 faults; every form decided once or left.\n\n\
         | round | killed | inside a chunk | chunks done |\n|---|---|---|---|\n{}\n",
        lines.len(),
        rows.join("\n")
    );
    proof::write_down("bulk-crash", "kill -9 of the worker in a bulk determination", &found);
}
