//! Keys end with what they open: a number that was a mistake, and keys that nothing ever needed.
use super::vault::{inside, keep, number, pending, read, work};
use crate::access::house::{CLERK, House};
use actix_web::test::TestRequest;
use chrono::Duration;
use diesel::{QueryableByName, RunQueryDsl, sql_query, sql_types as t};
use kenpo::{
    cli,
    domain::personal_numbers::{bond, jobs},
    kernel::{Problem, db, vault::Registration},
    ports::key_store::{KeyStore, SqliteKeyStore, SweptKeyStore},
};
use serde_json::{Value, json};
use uuid::Uuid;

#[derive(QueryableByName)]
struct Kept {
    #[diesel(sql_type = t::Uuid)]
    key_id: Uuid,
}
fn keys(house: &House) -> Vec<Uuid> {
    let rows: Vec<Kept> = sql_query("select key_id from strongroom.personal_number order by row_id")
        .load(&mut house.owner())
        .unwrap();
    rows.into_iter().map(|k| k.key_id).collect()
}
fn register(house: &House, person: Uuid, serial: u32, reason: &str) {
    let r = Registration { person, number: &number(serial), reason, by: CLERK };
    inside(house, |conn| house.kernel.vault.register(conn, &house.kernel.clock, r)).unwrap();
}
async fn withdraw(house: &House, person: Uuid, reason: &str) -> Value {
    let token = house.scoped(&[person]).await;
    let path = format!("/v1/persons/{person}/personal-number");
    let got = house
        .ask(&token, TestRequest::put().uri(&path).set_json(json!({ "not_registered_reason": reason })))
        .await;
    assert_eq!(got.status, 200, "{}", got.text);
    got.json()
}
fn sweep(house: &House) -> Result<(), &'static str> {
    let mut conn = db::connection(&house.kernel.db).unwrap();
    jobs::sweep_keys(&mut conn, house.store.as_ref(), &house.kernel.clock, 7).map(|_| ())
}
fn held(house: &House) -> Vec<Uuid> {
    house.store.ids_between(Uuid::nil(), Uuid::max(), 100).unwrap()
}
fn marked(house: &House) -> Vec<Uuid> {
    house.store.marks().unwrap().into_iter().map(|m| m.0).collect()
}

#[test]
fn a_corrected_number_is_erased_and_the_changed_one_before_it_stays() {
    let house = House::open();
    let person = house.person();
    register(&house, person, 1, "first_registration");
    register(&house, person, 2, "number_changed");
    assert_eq!(
        house.count("strongroom.personal_number where ciphertext is not null"),
        2,
        "a change is history"
    );
    // a backup of before the correction
    house.run("create table backup as select * from strongroom.personal_number");
    register(&house, person, 3, "correction");
    let keys = keys(&house);
    assert_eq!(keys.len(), 3);
    let erased = "strongroom.personal_number where version = 2 and ciphertext is null and blind_index is null and erased_at is not null";
    assert_eq!(house.count(erased), 1, "that there was one stays");
    assert_eq!(house.count("strongroom.personal_number where erased_at is not null"), 1);
    assert!(house.store.get(keys[1]).unwrap().is_some(), "until the job is done");
    assert_eq!(work(&house), 1);
    assert!(house.store.get(keys[1]).unwrap().is_none());
    assert!(house.store.get(keys[0]).unwrap().is_some() && house.store.get(keys[2]).unwrap().is_some());
    assert!(read(&house, person).is_some());
    // brought back, it does not open
    house.run(
        "delete from strongroom.personal_number where version <> 2; \
         update strongroom.personal_number n set ciphertext = b.ciphertext, blind_index = b.blind_index, erased_at = null, \
           superseded_at = null from backup b where b.row_id = n.row_id",
    );
    let gone = inside(&house, |c| house.kernel.vault.read(c, person)).unwrap_err();
    assert_eq!(gone.code, "number-key-missing");
}
#[actix_web::test]
async fn a_number_withdrawn_as_wrong_is_erased_also_after_an_inquiry() {
    let house = House::open();
    let (one, two) = (house.person(), house.person());
    register(&house, one, 1, "first_registration");
    register(&house, two, 2, "first_registration");
    withdraw(&house, one, "under_inquiry").await;
    assert_eq!((house.count("strongroom.personal_number where erased_at is not null"), work(&house)), (0, 0));
    withdraw(&house, one, "withdrawn_as_wrong").await;
    withdraw(&house, one, "withdrawn_as_wrong").await;
    assert_eq!((house.count("strongroom.personal_number where erased_at is not null"), work(&house)), (1, 1));
    let keys = keys(&house);
    assert!(house.store.get(keys[0]).unwrap().is_none() && house.store.get(keys[1]).unwrap().is_some());
    register(&house, one, 1, "first_registration");
    assert!(read(&house, one).is_some(), "registered again, under a key of its own");
    assert!(read(&house, two).is_some());
}
#[test]
fn the_same_number_again_is_no_mistake_and_a_shared_key_stays() {
    let house = House::open();
    let person = house.person();
    register(&house, person, 1, "first_registration");
    register(&house, person, 1, "correction");
    assert_eq!((house.count("strongroom.personal_number where erased_at is null"), work(&house)), (1, 0));
    // as it was written before each version had a key of its own
    register(&house, person, 2, "number_changed");
    house.run("update strongroom.personal_number set key_id = (select key_id from strongroom.personal_number where version = 1)");
    register(&house, person, 3, "correction");
    assert_eq!((house.count("strongroom.personal_number where erased_at is not null"), work(&house)), (1, 0));
    assert!(house.store.get(keys(&house)[0]).unwrap().is_some(), "version 1 needs it");
}
#[test]
fn the_sweep_takes_what_was_rolled_back_and_nothing_that_lives() {
    let house = House::open();
    let person = house.person();
    register(&house, person, 1, "first_registration");
    let (case, submission) = (house.case(), Uuid::now_v7());
    keep(&house, vec![pending(case, "insured", 2)]);
    inside(&house, |c| house.kernel.vault.keep_file(c, &house.kernel.clock, submission, b"x")).unwrap();
    let living = held(&house);
    assert_eq!(living.len(), 3);
    let other = house.person();
    let broke_off = inside(&house, |c| {
        let r = Registration { person: other, number: &number(3), reason: "first_registration", by: CLERK };
        house.kernel.vault.register(c, &house.kernel.clock, r)?;
        Err::<(), _>(Problem::not_found())
    });
    assert!(broke_off.is_err());
    assert_eq!(held(&house).len(), 4, "the key is kept before the commit that never came");
    house.pass(Duration::hours(23));
    sweep(&house).unwrap();
    assert_eq!(
        (held(&house).len(), marked(&house).len()),
        (4, 0),
        "its transaction could still be under way"
    );
    house.pass(Duration::hours(2));
    sweep(&house).unwrap();
    let orphan = marked(&house);
    assert_eq!((held(&house).len(), orphan.len()), (4, 1), "it is only marked");
    assert!(!living.contains(&orphan[0]));
    house.pass(Duration::days(7) - Duration::milliseconds(1));
    sweep(&house).unwrap();
    assert_eq!((held(&house).len(), marked(&house)), (4, orphan), "marking again keeps the instant");
    house.pass(Duration::milliseconds(1));
    sweep(&house).unwrap();
    assert_eq!((held(&house), marked(&house)), (living, Vec::new()));
    assert!(read(&house, person).is_some());
}
#[test]
fn beside_an_empty_database_nothing_is_swept() {
    let house = House::open();
    let person = house.person();
    register(&house, person, 1, "first_registration");
    house.run("delete from strongroom.personal_number");
    house.pass(Duration::hours(25));
    for _ in 0..2 {
        assert_eq!(sweep(&house), Err("too-many-orphans"));
        assert_eq!((held(&house).len(), marked(&house).len()), (1, 0));
        house.pass(Duration::days(8));
    }
}
#[test]
fn a_key_that_is_needed_again_loses_its_mark() {
    let house = House::open();
    let (one, two) = (house.person(), house.person());
    register(&house, one, 1, "first_registration");
    register(&house, two, 2, "first_registration");
    let away = format!("strongroom.personal_number where person_id = '{two}'");
    house.run(&format!("create table backup as select * from {away}; delete from {away}"));
    house.pass(Duration::days(2));
    sweep(&house).unwrap();
    assert_eq!((marked(&house).len(), held(&house).len()), (1, 2));
    house.run("insert into strongroom.personal_number select * from backup");
    house.pass(Duration::days(6));
    sweep(&house).unwrap();
    assert_eq!(marked(&house).len(), 0);
    house.run(&format!("delete from {away}"));
    for (days, keys) in [(2, 2), (6, 2), (1, 1)] {
        house.pass(Duration::days(days));
        sweep(&house).unwrap();
        assert_eq!(held(&house).len(), keys, "the days are counted anew");
    }
    assert!(read(&house, one).is_some());
}
#[test]
fn what_does_not_belong_together_is_not_swept() {
    let (house, other) = (House::open(), House::open());
    for h in [&house, &other] {
        let person = h.person();
        register(h, person, 1, "first_registration");
        h.pass(Duration::days(2));
        sweep(h).unwrap();
    }
    let sweep_with = |store: &dyn SweptKeyStore| {
        let mut conn = db::connection(&house.kernel.db).unwrap();
        jobs::sweep_keys(&mut conn, store, &house.kernel.clock, 0).map(|_| ())
    };
    assert_eq!(sweep_with(other.store.as_ref()), Err("foreign-key-store"));
    assert_eq!(held(&other).len(), 1);
    let folder = crate::harness::cluster::TempBase::new();
    let new = SqliteKeyStore::open(&folder.path().join("new/wrapped.sqlite")).unwrap();
    assert_eq!(sweep_with(&new), Err("empty-key-store"));
    // copies of both as they are now, and a turn that only the database took before a crash
    let copy = folder.path().join("new/copy.sqlite");
    std::fs::copy(house.key_store(), &copy).unwrap();
    house.run("create table backup as select * from strongroom.key_store_bond");
    house.run("update strongroom.key_store_bond set turn = turn + 1");
    sweep(&house).unwrap();
    sweep(&house).unwrap();
    assert_eq!(sweep_with(&SqliteKeyStore::open(&copy).unwrap()), Err("old-key-store"));
    house.run("update strongroom.key_store_bond b set turn = k.turn from backup k");
    assert_eq!(sweep(&house), Err("old-database"));
    house.run("delete from strongroom.key_store_bond");
    assert_eq!(sweep(&house), Err("foreign-key-store"), "a backup of before the two met");
    // the operator says that these two are what there is: what was marked is looked at anew
    let key = held(&house)[0];
    house.store.remark(&[key], &[], house.kernel.clock.now()).unwrap();
    let mut conn = db::connection(&house.kernel.db).unwrap();
    bond::bind(&mut conn, house.store.as_ref(), house.kernel.clock.now()).unwrap();
    assert_eq!(marked(&house).len(), 0);
    sweep(&house).unwrap();
    let ours = house.store.bond().unwrap().unwrap();
    assert_eq!(ours.turn, 2, "the first use and the sweep");
}
#[test]
fn the_worker_sweeps_once_a_day() {
    let house = House::open();
    let mut conn = db::connection(&house.kernel.db).unwrap();
    let waiting = "job where kind = 'sweep_keys' and finished_at is null";
    jobs::enqueue_sweep(&mut conn, &house.kernel.clock, 0).unwrap();
    jobs::enqueue_sweep(&mut conn, &house.kernel.clock, 0).unwrap();
    assert_eq!(house.count(waiting), 1, "one waits, however many workers start");
    drop(conn);
    let worked = || cli::work_once(&house.kernel.db, house.store.as_ref(), &house.kernel.clock, 7).unwrap();
    assert!(worked());
    assert_eq!((house.count(waiting), worked()), (1, false), "the next one is for tomorrow");
    house.pass(Duration::days(1));
    assert!(worked());
}
#[test]
fn what_is_done_to_keys_leaves_entries() {
    let house = House::open();
    let person = house.person();
    register(&house, person, 1, "first_registration");
    register(&house, person, 2, "correction");
    let told = |operation: &str, more: &str| {
        house
            .count(&format!("audit_entry where operation = '{operation}' and actor_name = 'keys' and {more}"))
    };
    let work = || cli::work_once(&house.kernel.db, house.store.as_ref(), &house.kernel.clock, 7);
    // no record: the job is not done, and comes again
    house.run(
        "create function planted() returns trigger language plpgsql as $$ begin raise exception 'planted'; end $$; \
         create trigger planted before insert on audit_entry for each row execute function planted()",
    );
    assert!(work().is_err());
    assert_eq!(house.count("job where finished_at is not null"), 0);
    house.run("drop trigger planted on audit_entry");
    house.pass(Duration::minutes(6));
    assert!(work().unwrap());
    let whole = format!(
        "outcome = 'allowed' and status = 200 and row_count = 1 and persons = array['{person}'::uuid]"
    );
    assert_eq!((told("destroyKeys", &whole), told("destroyKeys", "true")), (1, 1));
    // a job that fails
    house.run(
        "insert into job (id, kind, payload, run_at, created_at) select gen_random_uuid(), 'destroy_keys', '{}', created_at, created_at \
         from job limit 1",
    );
    assert!(work().unwrap());
    let failed = "outcome = 'failed' and status = 500 and code = 'malformed-payload' and persons = '{}'";
    assert_eq!((told("destroyKeys", failed), told("destroyKeys", "true")), (1, 2));
    // the sweep
    house.run("delete from job");
    let mut conn = db::connection(&house.kernel.db).unwrap();
    jobs::enqueue_sweep(&mut conn, &house.kernel.clock, 0).unwrap();
    drop(conn);
    assert!(work().unwrap());
    assert_eq!(told("sweepKeys", "outcome = 'allowed' and row_count = 0"), 1);
}
