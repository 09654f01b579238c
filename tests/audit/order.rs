//! The order: dense, whole, never changed, whoever writes and however many sequence.
use super::{count, entry, fresh, owner, run, sequence_all, service};
use diesel::{
    Connection, PgConnection, QueryableByName, RunQueryDsl, result::Error, sql_query, sql_types as t,
};
use kenpo::{
    domain::audit::{Round, Sequencer, sequence_once},
    kernel::{Problem, db::Db, trail},
};
use std::{
    sync::atomic::{AtomicBool, AtomicUsize, Ordering},
    time::Duration,
};
use uuid::Uuid;

#[derive(QueryableByName, PartialEq, Clone, Debug)]
struct Position {
    #[diesel(sql_type = t::BigInt)]
    seq: i64,
    #[diesel(sql_type = t::Uuid)]
    entry_id: Uuid,
    #[diesel(sql_type = t::Binary)]
    link: Vec<u8>,
}
fn positions(conn: &mut PgConnection) -> Vec<Position> {
    sql_query("select seq, entry_id, link from audit_position order by seq").load(conn).unwrap()
}

const WRITERS: usize = 6;
const TRANSACTIONS: usize = 120;

/// Writes as one of many: some transactions roll back, some take long; gives how many entries were committed.
fn write(db: &Db, writer: usize) -> usize {
    let mut committed = 0;
    for turn in 0..TRANSACTIONS {
        let mut conn = db.get().unwrap();
        let size = 1 + (writer + turn) % 4;
        let rolls_back = (writer + turn).is_multiple_of(5);
        let done = conn.transaction::<_, Problem, _>(|conn| {
            for _ in 0..size {
                trail::append(conn, &[entry("getMember")])?;
            }
            if (writer * 17 + turn).is_multiple_of(40) {
                std::thread::sleep(Duration::from_millis(120));
            }
            if rolls_back { Err(Error::RollbackTransaction.into()) } else { Ok(()) }
        });
        assert_eq!(done.is_err(), rolls_back);
        committed += if rolls_back { 0 } else { size };
    }
    committed
}

#[test]
fn many_writers_two_nodes_and_no_hole() {
    let base = fresh();
    let db = service(&base, 12);
    let written = AtomicUsize::new(0);
    let is_over = AtomicBool::new(false);
    let placed = AtomicUsize::new(0);
    std::thread::scope(|s| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|w| {
                s.spawn({
                    let (db, written) = (&db, &written);
                    move || written.fetch_add(write(db, w), Ordering::SeqCst)
                })
            })
            .collect();
        for _ in 0..2 {
            s.spawn(|| {
                let holder = Uuid::now_v7();
                while !is_over.load(Ordering::SeqCst) {
                    let mut conn = db.get().unwrap();
                    placed.fetch_add(sequence_all(&mut conn, holder), Ordering::SeqCst);
                    std::thread::sleep(Duration::from_millis(3));
                }
            });
        }
        // The lease is lost again and again, as when a node stalls.
        s.spawn(|| {
            let mut owner = owner(&base);
            while !is_over.load(Ordering::SeqCst) {
                run(&mut owner, "update audit_lease set until = clock_timestamp()");
                std::thread::sleep(Duration::from_millis(40));
            }
        });
        // A past window never changes.
        s.spawn(|| {
            let mut conn = db.get().unwrap();
            let mut before = Vec::new();
            while !is_over.load(Ordering::SeqCst) {
                let now = positions(&mut conn);
                assert!(now.starts_with(&before));
                assert!(now.iter().map(|p| p.seq).eq((1..).take(now.len())));
                before = now;
                std::thread::sleep(Duration::from_millis(15));
            }
        });
        for w in writers {
            w.join().unwrap();
        }
        is_over.store(true, Ordering::SeqCst);
    });
    let mut owner = owner(&base);
    run(&mut owner, "update audit_lease set until = clock_timestamp()");
    let early = placed.load(Ordering::SeqCst);
    let late = sequence_all(&mut db.get().unwrap(), Uuid::now_v7());
    let written = written.load(Ordering::SeqCst);
    assert!(early > 0);
    assert_eq!(early + late, written);
    assert_eq!(usize::try_from(count(&mut owner, "select count(*) as n from audit_entry")).unwrap(), written);
    let order = positions(&mut owner);
    assert_eq!(order.len(), written);
    assert!(order.iter().map(|p| p.seq).eq((1..).take(written)));
    let strangers = "select count(*) as n from audit_position p full join audit_entry e on e.id = p.entry_id \
                     where p.seq is null or e.id is null";
    assert_eq!(count(&mut owner, strangers), 0);
}

#[test]
fn a_long_transaction_holds_up_only_its_own_entries() {
    let base = fresh();
    let db = service(&base, 4);
    let (holder, long) = (Uuid::now_v7(), entry("createNotification"));
    let mut node = db.get().unwrap();
    assert_eq!(sequence_once(&mut node, holder).unwrap(), Round::Idle);
    let mut slow = db.get().unwrap();
    slow.transaction::<_, Problem, _>(|slow| {
        trail::append(slow, std::slice::from_ref(&long))?;
        for _ in 0..3 {
            trail::append(&mut db.get().unwrap(), &[entry("getMember")])?;
            assert_eq!(sequence_once(&mut node, holder).unwrap(), Round::Placed(1));
            assert_eq!(sequence_once(&mut node, holder).unwrap(), Round::Idle);
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(sequence_once(&mut node, holder).unwrap(), Round::Placed(1));
    let order = positions(&mut node);
    assert_eq!(order.len(), 4);
    assert_eq!(order[3].entry_id, long.id);
}

#[test]
fn one_node_holds_the_lease_until_it_runs_out_or_is_given_up() {
    let base = fresh();
    let db = service(&base, 3);
    let mut conn = db.get().unwrap();
    let (one, two) = (Uuid::now_v7(), Uuid::now_v7());
    assert_eq!(sequence_once(&mut conn, one).unwrap(), Round::Idle);
    trail::append(&mut conn, &[entry("getMember")]).unwrap();
    assert_eq!(sequence_once(&mut conn, two).unwrap(), Round::Elsewhere);
    assert_eq!(sequence_once(&mut conn, one).unwrap(), Round::Placed(1));
    run(&mut owner(&base), "update audit_lease set until = clock_timestamp()");
    trail::append(&mut conn, &[entry("getMember")]).unwrap();
    assert_eq!(sequence_once(&mut conn, two).unwrap(), Round::Placed(1));
    assert_eq!(sequence_once(&mut conn, one).unwrap(), Round::Elsewhere);
}

#[test]
fn the_thread_places_entries_and_leaves_the_lease_when_stopped() {
    let base = fresh();
    let db = service(&base, 3);
    let thread = Sequencer::start(db.clone());
    let mut conn = db.get().unwrap();
    trail::append(&mut conn, &[entry("getMember"), entry("getMember")]).unwrap();
    let placed = || count(&mut db.get().unwrap(), "select count(*) as n from audit_position");
    assert!((0..100).any(|_| {
        std::thread::sleep(Duration::from_millis(50));
        placed() == 2
    }));
    thread.stop();
    trail::append(&mut conn, &[entry("getMember")]).unwrap();
    assert_eq!(sequence_once(&mut conn, Uuid::now_v7()).unwrap(), Round::Placed(1));
}

#[test]
fn a_restored_trail_is_continued_whatever_its_transactions_were_called() {
    let base = fresh();
    let db = service(&base, 3);
    let mut conn = db.get().unwrap();
    trail::append(&mut conn, &[entry("getMember"), entry("getMember"), entry("getMember")]).unwrap();
    // As after a restore: transaction numbers of another cluster, in entries and in the lease.
    let mut owner = owner(&base);
    run(
        &mut owner,
        "set session_replication_role = replica; \
         update audit_entry set xid = case id when (select min(id::text)::uuid from audit_entry) then 3 else 9000000000000000 end; \
         insert into audit_lease values ('trail', gen_random_uuid(), clock_timestamp(), 9000000000000001, '{3}')",
    );
    let holder = Uuid::now_v7();
    assert_eq!(sequence_once(&mut conn, holder).unwrap(), Round::Placed(3));
    trail::append(&mut conn, &[entry("getMember")]).unwrap();
    assert_eq!(sequence_once(&mut conn, holder).unwrap(), Round::Placed(1));
    assert_eq!(sequence_once(&mut conn, holder).unwrap(), Round::Idle);
}

#[test]
fn more_than_one_batch_is_placed_in_rounds() {
    let base = fresh();
    let db = service(&base, 2);
    let mut conn = db.get().unwrap();
    let many: Vec<_> = (0..7_000).map(|_| entry("getMember")).collect();
    trail::append(&mut conn, &many).unwrap();
    let holder = Uuid::now_v7();
    assert_eq!(sequence_once(&mut conn, holder).unwrap(), Round::Full(5_000));
    assert_eq!(sequence_once(&mut conn, holder).unwrap(), Round::Placed(2_000));
    assert_eq!(positions(&mut conn).last().unwrap().seq, 7_000);
}
