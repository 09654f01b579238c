//! Changes of the registers are in force within a second on every node.
use super::house::{CLERK, House, PAYROLL};
use crate::harness::behind::{set_number_privilege, suspend};
use kenpo::domain::access;
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Waits until it holds; fails after a second.
fn soon(what: &str, holds: impl Fn() -> bool) {
    let started = Instant::now();
    while !holds() {
        assert!(started.elapsed() < Duration::from_secs(1), "{what}: not within a second");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn what_the_database_tells_is_known_within_a_second() {
    let house = House::open();
    let mut watch = access::watch(house.kernel.clone()).unwrap();
    std::thread::sleep(Duration::from_millis(300)); // the first look; the next poll is five seconds off
    let (now, live) = (house.kernel.clock.now(), || house.kernel.live.get());
    set_number_privilege(&mut house.owner(), CLERK, (None, None));
    soon("a privilege is taken", || live().users[&CLERK].at(now).unwrap().privilege.is_none());
    suspend(&mut house.owner(), CLERK, true);
    soon("a person is suspended", || live().users[&CLERK].at(now).is_none());
    let (employer, day) = (Uuid::now_v7(), house.kernel.clock.today());
    access::store::bind_client(&mut house.owner(), PAYROLL, employer, day, None).unwrap();
    soon("an employer is bound", || live().clients[&PAYROLL].employers_on(day) == [employer]);
    access::store::suspend_client(&mut house.owner(), PAYROLL, true).unwrap();
    soon("a client is suspended", || !live().clients[&PAYROLL].is_active);
    let session = Uuid::now_v7();
    house.run(&format!(
        "insert into session (id, user_id, authenticated_at, refresh_digest, idle_until, ends_at) \
         values ('{session}', '{CLERK}', now(), '\\x00', now(), now())"
    ));
    assert!(!live().ended.contains(&session));
    house.run(&format!("update session set ended_at = '{}' where id = '{session}'", now.to_rfc3339()));
    soon("a session is ended by another node", || live().ended.contains(&session));
    watch.stop();
    let epoch = live().epoch;
    access::refresh(&house.kernel).unwrap();
    assert_eq!(live().epoch, epoch, "nothing changed: remembered decisions stay good");
}

#[test]
fn a_rotated_signing_key_is_used_and_a_dropped_one_refused() {
    let house = House::open();
    let now = house.kernel.clock.now().timestamp();
    let before = house.kernel.keys.signing().len();
    let _watch = access::watch(house.kernel.clone()).unwrap();
    let kid = kenpo::kernel::keys::Keys::rotate(house.kernel.keys.folder(), now + 1, now + 1).unwrap();
    let started = Instant::now();
    let known = || house.kernel.keys.signing().iter().map(|k| k.kid.clone()).collect::<Vec<_>>();
    while known() != [kid.clone()] {
        assert!(started.elapsed() < Duration::from_secs(2), "{before} keys before");
        std::thread::sleep(Duration::from_millis(20));
    }
}
