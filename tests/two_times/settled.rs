//! What is recorded bears an instant from before its commit: nobody is told of an instant what is told otherwise later.
use crate::{
    filing::{HACHI, NANA, accept, acquisition, count, decide_on, filed, fresh_key, loss, slip},
    harness::{behind::within, world::World},
    remuneration::insured,
};
use chrono::Duration;
use diesel::connection::SimpleConnection;

/// Transactions that wait for a lock.
fn held(w: &World) -> i64 {
    count(
        w,
        "select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
    )
}
/// A write counts from its first moment, before it wrote or held anything.
#[test]
fn what_has_only_begun_is_waited_for() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    w.clock.advance(Duration::minutes(1));
    let asked = w.clock.now().format("as_of=2026-11-22&known_at=%Y-%m-%dT%H:%M:%SZ");
    let asked = format!("/v1/members/{member}?{asked}");
    let form = slip(&w, &acquisition(HACHI, "2026-11-01", None));
    let mut owner = w.owner();
    std::thread::scope(|s| {
        owner.batch_execute("begin; lock table idempotency in share mode").unwrap();
        let filing = s.spawn(|| employer.post("/v1/notifications").key(&fresh_key()).json(&form).status);
        within(9, "the filing waits with its first statement", || held(&w) == 1);
        staff.get(&asked).refused(503, "records-under-way");
        owner.batch_execute("commit").unwrap();
        assert_eq!(filing.join().unwrap(), 202);
    });
    staff.get(&asked).expect(200);
}

#[test]
fn what_is_under_way_is_waited_for() {
    let w = World::new();
    let member = insured(&w, &w.client("employer"), &w.staff("clerk"), NANA);
    let leaves = filed(&w, &w.client("employer"), &loss(NANA, "2026-11-20", "2026-11-21"));
    let at = || {
        let asked = w.clock.now().format("as_of=2026-11-22&known_at=%Y-%m-%dT%H:%M:%SZ");
        format!("/v1/members/{member}?{asked}")
    };
    w.clock.advance(Duration::minutes(1));
    let long_ago = at();
    w.clock.advance(Duration::minutes(90));
    let staff = w.staff("clerk");
    let tag = staff.get(format!("/v1/notifications/{leaves}")).header("etag").to_owned();
    let mut owner = w.owner();
    let asked = std::thread::scope(|s| {
        owner.batch_execute("begin; lock table enrolment in share mode").unwrap();
        let deciding = s.spawn(|| decide_on(&staff, leaves, &tag, &accept()).status);
        within(9, "the decision is held before its commit", || held(&w) == 1);
        // The decision has its instant already; a question about a later one would be answered without it.
        w.clock.advance(Duration::minutes(1));
        let asked = at();
        staff.get(&asked).refused(503, "records-under-way");
        assert!(staff.get(&long_ago).expect(200).get("lost_on").is_none(), "what is settled is told at once");
        owner.batch_execute("commit").unwrap();
        assert_eq!(deciding.join().unwrap(), 200);
        asked
    });
    let first = staff.get(&asked).text;
    assert!(first.contains(r#""lost_on":"2026-11-21""#), "{first}");
    w.clock.advance(Duration::minutes(1));
    assert_eq!(staff.get(&asked).text, first);
}
