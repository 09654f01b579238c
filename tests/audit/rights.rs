//! What nobody may do to the log.
use super::{count, entry, fresh, owner, sequence_all, service};
use diesel::{Connection, PgConnection, connection::SimpleConnection, result::Error};
use kenpo::kernel::{Problem, trail};
use uuid::Uuid;

fn refusal(conn: &mut PgConnection, sql: &str) -> String {
    conn.batch_execute(sql).expect_err(sql).to_string()
}

#[test]
fn the_service_only_adds_to_the_log() {
    let base = fresh();
    let db = service(&base, 2);
    let mut conn = db.get().unwrap();
    trail::append(&mut conn, &[entry("getMember")]).unwrap();
    sequence_all(&mut conn, Uuid::now_v7());
    let position = "insert into audit_position select 2, gen_random_uuid(), sha256('')";
    for sql in [
        "update audit_entry set operation = 'x'",
        "delete from audit_entry",
        "truncate audit_entry cascade",
        "update audit_position set seq = 7",
        "delete from audit_position",
        "truncate audit_position",
        "update audit_lease set last_xid = 0",
        "alter table audit_entry disable trigger all",
        position,
    ] {
        let said = refusal(&mut conn, sql);
        assert!(said.contains("permission denied") || said.contains("must be owner"), "{sql}: {said}");
    }
    // Positions are for the sequencer's role, and it may not change them either, nor write entries.
    for sql in [
        "delete from audit_position",
        "update audit_position set seq = 7",
        "insert into audit_entry (id) values (gen_random_uuid())",
    ] {
        let said = refusal(&mut conn, &format!("begin; set local role kenpo_sequencer; {sql}"));
        assert!(said.contains("permission denied"), "{sql}: {said}");
        conn.batch_execute("rollback").unwrap();
    }
    let said = refusal(&mut conn, &format!("begin; set local role kenpo_sequencer; {position}"));
    assert!(said.contains("foreign key"), "{said}");
    conn.batch_execute("rollback").unwrap();
}

#[test]
fn not_even_the_owner_changes_the_log_in_passing() {
    let base = fresh();
    let mut owner = owner(&base);
    trail::append(&mut owner, &[entry("getMember")]).unwrap();
    for sql in
        ["update audit_entry set operation = 'x'", "delete from audit_entry", "truncate audit_entry cascade"]
    {
        assert!(refusal(&mut owner, sql).contains("never changed"), "{sql}");
    }
    assert_eq!(count(&mut owner, "select count(*) as n from audit_entry where operation = 'getMember'"), 1);
}

#[test]
fn the_role_falls_back_after_a_round() {
    let base = fresh();
    let db = service(&base, 1);
    let mut conn = db.get().unwrap();
    sequence_all(&mut conn, Uuid::now_v7());
    assert_eq!(count(&mut conn, "select (current_user = 'kenpo_service')::int::bigint as n"), 1);
}

#[test]
fn what_is_rolled_back_leaves_no_entry() {
    let base = fresh();
    let db = service(&base, 2);
    let mut conn = db.get().unwrap();
    let undone = conn.transaction::<(), Problem, _>(|conn| {
        trail::append(conn, &[entry("updateEmployer")])?;
        assert_eq!(count(conn, "select count(*) as n from audit_entry"), 1);
        Err(Error::RollbackTransaction.into())
    });
    assert!(undone.is_err());
    assert_eq!(count(&mut conn, "select count(*) as n from audit_entry"), 0);
    assert_eq!(sequence_all(&mut conn, Uuid::now_v7()), 0);
}
