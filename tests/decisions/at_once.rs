//! Decisions at once: what goes with the last one goes once.
use crate::{
    filing::{accept, count, decide_on, fresh_key, id},
    harness::world::World,
};
use std::sync::Barrier;

const FILE: &[u8] = include_bytes!("../../samples/02_shutoku_kpfd_ok/KPFD0006.CSV");

#[test]
fn of_two_last_decisions_at_once_one_drops_the_file() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let path = format!(
        "/v1/notification-files?employer_id={}&file_name=KPFD0006.CSV&preparer_name=%E8%A6%8B%E6%9C%AC",
        w.employer
    );
    let receipt = employer.post(path).key(&fresh_key()).csv(FILE).expect(202);
    let records: Vec<_> =
        receipt["results"].as_array().unwrap().iter().map(|r| id(&r["notification_id"])).collect();
    assert_eq!(records.len(), 2);
    assert_eq!(count(&w, "select count(*) as n from strongroom.raw_file"), 1);
    // Both have decided, and neither has committed, when each looks whether the other was the last.
    w.run(
        "create function slow() returns trigger language plpgsql as $$ begin perform pg_sleep(0.5); return new; end $$; \
         create trigger slow after update on notification for each row execute function slow()",
    );
    let begin = Barrier::new(2);
    std::thread::scope(|s| {
        for n in &records {
            s.spawn(|| {
                begin.wait();
                decide_on(&staff, *n, "\"1\"", &accept()).expect(200);
            });
        }
    });
    let left = ["strongroom.raw_file", "strongroom.pending_number"]
        .map(|t| count(&w, &format!("select count(*) as n from {t}")));
    assert_eq!(left, [0, 0]);
}
