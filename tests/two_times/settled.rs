//! What is recorded bears an instant from before its commit: nobody is told of an instant what is told otherwise later.
use crate::{
    filing::{NANA, accept, count, decide_on, filed, loss},
    harness::{behind::within, world::World},
    remuneration::insured,
};
use chrono::Duration;
use diesel::connection::SimpleConnection;

#[test]
fn what_is_under_way_is_waited_for() {
    let w = World::new();
    let member = insured(&w, &w.client("employer"), &w.staff("clerk"), NANA);
    let leaves = filed(&w, &w.client("employer"), &loss(NANA, "2026-11-20", "2026-11-21"));
    let at =
        || w.clock.now().format("/v1/members/{}?as_of=2026-11-22&known_at=%Y-%m-%dT%H:%M:%SZ").to_string();
    let at = || at().replace("{}", &member.to_string());
    w.clock.advance(Duration::minutes(1));
    let long_ago = at();
    w.clock.advance(Duration::minutes(30));
    let staff = w.staff("clerk");
    let tag = staff.get(format!("/v1/notifications/{leaves}")).header("etag").to_owned();
    let mut owner = w.owner();
    let asked = std::thread::scope(|s| {
        owner.batch_execute("begin; lock table enrolment in share mode").unwrap();
        let deciding = s.spawn(|| decide_on(&staff, leaves, &tag, &accept()).status);
        within(9, "the decision is held before its commit", || {
            count(
                &w,
                "select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
            ) == 1
        });
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
