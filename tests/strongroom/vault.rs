//! The doors of the strongroom against a real database and a real key store.
use crate::access::house::{CLERK, House};
use diesel::{Connection, PgConnection, RunQueryDsl, connection::SimpleConnection, sql_query};
use kenpo::{
    cli,
    kernel::{
        Problem, db,
        vault::{Pending, Registration},
    },
    ports::key_store::KeyStore,
    values::personal_number::{PersonalNumber, check_digit},
};
use uuid::Uuid;

pub fn number(serial: u32) -> PersonalNumber {
    let eleven = format!("99990000{serial:03}");
    let last = check_digit(eleven.as_bytes().try_into().unwrap());
    PersonalNumber::parse(&format!("{eleven}{}", char::from(last))).unwrap()
}
fn digits(n: &PersonalNumber) -> String {
    String::from_utf8(n.digits().to_vec()).unwrap()
}
/// Does something as the service in one transaction.
pub fn inside<T>(
    house: &House,
    work: impl FnOnce(&mut PgConnection) -> Result<T, Problem>,
) -> Result<T, Problem> {
    let mut conn = db::connection(&house.kernel.db)?;
    conn.transaction(|conn| work(conn))
}
fn register(house: &House, person: Uuid, n: &PersonalNumber) -> Result<(), Problem> {
    register_for(house, person, n, "first_registration")
}
fn register_for(
    house: &House,
    person: Uuid,
    n: &PersonalNumber,
    reason: &'static str,
) -> Result<(), Problem> {
    let r = Registration { person, number: n, reason, by: CLERK };
    inside(house, |conn| house.kernel.vault.register(conn, &house.kernel.clock, r))
}
pub fn read(house: &House, person: Uuid) -> Option<String> {
    inside(house, |conn| house.kernel.vault.read(conn, person)).unwrap().map(|n| digits(&n))
}
pub fn pending(notification: Uuid, slot: &'static str, serial: u32) -> Pending {
    Pending { notification, slot, number: number(serial) }
}
pub fn keep(house: &House, items: Vec<Pending>) {
    inside(house, |conn| house.kernel.vault.keep_pending(conn, &house.kernel.clock, &items)).unwrap()
}
/// Does the jobs that wait; gives how many.
pub fn work(house: &House) -> usize {
    let (kernel, store) = (&house.kernel, house.store.as_ref());
    let mut done = 0;
    while cli::work_once(&kernel.db, store, &kernel.clock, 7).unwrap() {
        done += 1;
    }
    done
}

#[test]
fn a_number_is_kept_sealed_and_read_back() {
    let house = House::open();
    let person = house.person();
    assert_eq!(read(&house, person), None);
    register(&house, person, &number(1)).unwrap();
    assert_eq!(read(&house, person), Some(digits(&number(1))));
    register(&house, person, &number(1)).unwrap();
    assert_eq!(house.count("strongroom.personal_number"), 1, "the same number again changes nothing");
    assert_eq!(register(&house, person, &number(2)).unwrap_err().code, "number-differs");
    register_for(&house, person, &number(2), "number_changed").unwrap();
    assert_eq!(read(&house, person), Some(digits(&number(2))));
    assert_eq!(
        house.count("strongroom.personal_number where superseded_at is not null"),
        1,
        "versions are kept"
    );
    assert_eq!(
        house.count("(select distinct key_id from strongroom.personal_number) k"),
        2,
        "each version has a key of its own"
    );
    assert_eq!(house.count("person where number_state = 'registered' and number_reason is null"), 1);
    let check =
        |serial| inside(&house, |conn| house.kernel.vault.matches(conn, person, &number(serial))).unwrap();
    assert_eq!((check(2), check(1)), (true, false));
    let bytes = format!(
        "strongroom.personal_number n where position('{}' in encode(n.ciphertext, 'escape')) > 0",
        digits(&number(2))
    );
    assert_eq!(house.count(&bytes), 0);
}

#[test]
fn a_number_belongs_to_one_person() {
    let house = House::open();
    let (one, two) = (house.person(), house.person());
    register(&house, one, &number(1)).unwrap();
    let refused = register(&house, two, &number(1)).unwrap_err();
    assert_eq!((refused.status(), refused.code), (409, "number-held-by-another"));
    assert_eq!(house.count("person where number_state = 'registered'"), 1);
    register_for(&house, one, &number(2), "number_changed").unwrap();
    register(&house, two, &number(1)).unwrap();
    let nobody = register(&house, Uuid::now_v7(), &number(3)).unwrap_err();
    assert_eq!(nobody.status(), 404);
}

#[test]
fn two_who_register_one_number_at_once_get_one_conflict() {
    let house = House::open();
    let people: Vec<Uuid> = (0..6).map(|_| house.person()).collect();
    let results: Vec<_> = std::thread::scope(|s| {
        let tries: Vec<_> = people.iter().map(|p| s.spawn(|| register(&house, *p, &number(7)))).collect();
        tries.into_iter().map(|t| t.join().unwrap()).collect()
    });
    assert_eq!(results.iter().filter(|r| r.is_ok()).count(), 1);
    assert!(results.iter().filter_map(|r| r.as_ref().err()).all(|p| p.code == "number-held-by-another"));
}

#[test]
fn a_ciphertext_moved_to_another_person_does_not_open() {
    let house = House::open();
    let (one, two) = (house.person(), house.person());
    register(&house, one, &number(1)).unwrap();
    register(&house, two, &number(2)).unwrap();
    house.run(&format!(
        "update strongroom.personal_number a set ciphertext = b.ciphertext, key_id = b.key_id \
         from strongroom.personal_number b where a.person_id = '{one}' and b.person_id = '{two}'"
    ));
    let moved = inside(&house, |conn| house.kernel.vault.read(conn, one)).unwrap_err();
    assert_eq!(moved.code, "strongroom-unavailable");
    house.run(&format!("update strongroom.personal_number set version = 9 where person_id = '{two}'"));
    assert!(inside(&house, |conn| house.kernel.vault.read(conn, two)).is_err());
}

#[test]
fn the_service_reaches_nothing_by_itself_and_gets_its_role_back() {
    let house = House::open();
    let person = house.person();
    register(&house, person, &number(1)).unwrap();
    let mut conn = db::connection(&house.kernel.db).unwrap();
    for sql in ["select 1 from strongroom.personal_number", "delete from strongroom.pending_number"] {
        assert!(sql_query(sql).execute(&mut conn).unwrap_err().to_string().contains("permission denied"));
    }
    conn.transaction::<_, Problem, _>(|conn| {
        house.kernel.vault.read(conn, person)?;
        assert!(
            conn.transaction(|c| c.batch_execute("select 1 from strongroom.raw_file")).is_err(),
            "given back"
        );
        // A refusal that the caller survives gives the role back too.
        let other = Registration { person: Uuid::now_v7(), number: &number(2), reason: "x", by: CLERK };
        assert!(house.kernel.vault.register(conn, &house.kernel.clock, other).is_err());
        sql_query("select 1 from person").execute(conn)?;
        Ok(())
    })
    .unwrap();
    assert!(house.kernel.vault.read(&mut conn, person).is_err(), "outside a transaction it stays shut");
    sql_query("select 1 from person").execute(&mut conn).unwrap();
}

#[test]
fn what_waits_is_taken_out_once_and_its_key_destroyed_after_the_commit() {
    let house = House::open();
    let (first, second, holder) = (house.case(), house.case(), house.person());
    register(&house, holder, &number(5)).unwrap();
    keep(&house, vec![pending(first, "insured", 1), pending(first, "spouse", 5)]);
    keep(&house, vec![pending(second, "insured", 2), pending(second, "spouse", 1)]);
    let (one, two) = (number(1), number(9));
    let waiting = inside(&house, |c| house.kernel.vault.waiting(c, &[&one, &two])).unwrap();
    let [mut with, without] = [waiting[0].clone(), waiting[1].clone()];
    with.sort_unstable();
    let mut both = [first, second];
    both.sort_unstable();
    assert_eq!((with.as_slice(), without.len()), (&both[..], 0), "waits with both notifications");
    let clashes = inside(&house, |c| house.kernel.vault.clashes(c, first)).unwrap();
    assert_eq!(clashes, [("spouse".to_owned(), holder)]);
    assert_eq!(house.count("strongroom.pending_number where is_clash"), 1);

    let keys = house.count("strongroom.pending_number");
    assert_eq!(keys, 4);
    let rolled_back = inside(&house, |c| {
        house.kernel.vault.take_pending(c, first, "insured")?;
        Err::<(), _>(Problem::not_found())
    });
    assert!(rolled_back.is_err());
    assert_eq!(work(&house), 0, "what was not committed destroys nothing");
    let taken = inside(&house, |c| house.kernel.vault.take_pending(c, first, "insured")).unwrap().unwrap();
    assert_eq!(digits(&taken), digits(&number(1)));
    assert!(inside(&house, |c| house.kernel.vault.take_pending(c, first, "insured")).unwrap().is_none());
    inside(&house, |c| house.kernel.vault.drop_pending(c, first)).unwrap();
    inside(&house, |c| house.kernel.vault.drop_pending(c, second)).unwrap();
    inside(&house, |c| house.kernel.vault.drop_pending(c, second)).unwrap();
    assert_eq!(house.count("strongroom.pending_number"), 0);
    assert_eq!(work(&house), 3);
    assert_eq!(house.count("job where finished_at is not null and error_code is null"), 3);
    assert_eq!(read(&house, holder), Some(digits(&number(5))), "the holder's key stays");
}

#[test]
fn a_received_file_is_kept_sealed_until_it_is_dropped() {
    let house = House::open();
    let submission = Uuid::now_v7();
    let raw = format!("2200700,{}\r\n", digits(&number(3)));
    inside(&house, |c| house.kernel.vault.keep_file(c, &house.kernel.clock, submission, raw.as_bytes()))
        .unwrap();
    assert_eq!(
        house.count("strongroom.raw_file where position('2200700' in encode(ciphertext, 'escape')) = 0"),
        1
    );
    inside(&house, |c| house.kernel.vault.drop_file(c, submission)).unwrap();
    assert_eq!((house.count("strongroom.raw_file"), work(&house)), (0, 1));
}

#[test]
fn a_destroyed_key_ends_every_copy_of_the_number() {
    let house = House::open();
    let person = house.person();
    register(&house, person, &number(1)).unwrap();
    let stored = std::fs::read(house.key_store()).unwrap();
    assert!(!stored.windows(12).any(|w| w == number(1).digits()));
    #[derive(diesel::QueryableByName)]
    struct Key {
        #[diesel(sql_type = diesel::sql_types::Uuid)]
        key_id: Uuid,
    }
    let key: Key =
        sql_query("select key_id from strongroom.personal_number").get_result(&mut house.owner()).unwrap();
    house.store.destroy_many(&[key.key_id]).unwrap();
    let gone = inside(&house, |c| house.kernel.vault.read(c, person)).unwrap_err();
    assert_eq!((gone.status(), gone.code), (503, "number-key-missing"));
}

#[test]
fn many_rows_are_kept_in_one_go() {
    let house = House::open();
    let case = house.case();
    let items: Vec<Pending> = (0..500)
        .map(|i| pending(Uuid::now_v7(), "insured", i))
        .chain([pending(case, "spouse", 999)])
        .collect();
    let started = std::time::Instant::now();
    keep(&house, items);
    assert!(started.elapsed().as_secs() < 5);
    assert_eq!(house.count("strongroom.pending_number"), 501);
}
