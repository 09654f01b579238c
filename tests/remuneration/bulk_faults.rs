//! 定時決定 of many at once, when something is not as it should be: records that can't be read or kept, forms that change under the run, an order
//! whose giver lost the right, a job that is gone. Nobody is decided by what does not hold, and one fault does not keep the others waiting.
use super::{
    bulk::{chunk_entries, done, left, order, society, work},
    bulk_orders::{held, wait_for},
};
use crate::{
    filing::{count, decide, give_back},
    harness::{behind::reentry, caller::Caller, world::World},
};
use diesel::connection::SimpleConnection;
use kenpo::{cli, ports::key_store::SqliteKeyStore};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

const LOCK: &str = "insert into user_lock (row_id, user_id, reason, locked_at, locked_by) \
    select gen_random_uuid(), id, 'suspicion', now(), id from app_user where login = 'clerk'";
/// Does one job.
fn work_once(w: &World) {
    let store = SqliteKeyStore::open(&w.folder().join("store/wrapped.sqlite")).unwrap();
    assert!(cli::work_once(&w.app.kernel.db, &store, &w.clock, 7).unwrap());
}
/// Why each 整理番号 was left.
fn reasons(w: &World, by: &Caller, run: &Value) -> BTreeMap<String, String> {
    let number = |id: &str| {
        w.rows(&format!("select office_number from notification where id = '{id}'"))[0]["office_number"]
            .clone()
    };
    let of = |l: &Value| {
        let told = [&l["ja"], &l["en"]].iter().all(|w| w.as_str().is_some_and(|w| !w.is_empty()));
        assert!(told, "no words: {l}");
        let number = number(l["notification_id"].as_str().unwrap());
        (number.as_str().unwrap().to_owned(), l["reason"].as_str().unwrap().to_owned())
    };
    left(by, run).iter().map(of).collect()
}
fn form(w: &World, number: &str) -> Uuid {
    let rows = w.rows(&format!("select id from notification where office_number = '{number}'"));
    rows[0]["id"].as_str().unwrap().parse().unwrap()
}

#[test]
fn what_can_not_be_read_or_kept_is_left_alone() {
    let w = society(20);
    let by = w.staff("clerk");
    let person =
        w.rows("select person_id from notification where office_number = '105'")[0]["person_id"].clone();
    w.run(&format!(
        "update notification set form = '{{\"kind\": \"regular_report\", \"applies_from\": \"2026-09\"}}' where office_number = '102'; \
         create function planted() returns trigger language plpgsql as $$ begin raise exception 'planted'; end $$; \
         create trigger planted before insert on standard_remuneration for each row \
           when (new.person_id = '{}') execute function planted()",
        person.as_str().unwrap()
    ));
    let run = done(&w, &by, json!({ "year": 2026 }));
    let left = reasons(&w, &by, &run);
    let of = |number: &str| left.get(number).map(String::as_str);
    assert_eq!((of("102"), of("105")), (Some("stored-form-unreadable"), Some("not-kept")));
    assert_eq!(
        (run["decided_count"].as_i64(), left.len()),
        (Some(20 - 3), 3),
        "one has no month that counts"
    );
    assert_eq!(count(&w, "select count(*) as n from standard_remuneration"), 17);
    assert_eq!(chunk_entries(&w), 2, "one chunk and the end");
    w.run("drop trigger planted on standard_remuneration");
    assert_eq!(done(&w, &by, json!({ "year": 2026 }))["decided_count"], 1);
}
#[test]
fn an_order_ends_with_the_right_of_whoever_gave_it() {
    for (lapse, restore) in [
        ("section = 'benefits'", "section = 'enrolment_1'"),
        ("valid_until = '2026-11-22 00:00+09'", "valid_until = null"),
        ("scopes = array_remove(scopes, 'notifications:decide')", "scopes = scopes"),
        (LOCK, "released_at = now(), released_by = user_id"),
    ]
    .map(|(lapse, restore)| {
        if lapse == LOCK {
            (lapse.into(), format!("update user_lock set {restore}"))
        } else {
            (reentry("clerk", lapse), reentry("clerk", restore))
        }
    }) {
        let w = society(600);
        let path = order(&w.staff("clerk"), json!({ "year": 2026 }));
        work_once(&w);
        w.run(&lapse);
        work(&w);
        let by = w.staff("privileged");
        let run = by.get(path.as_str()).expect(200);
        assert_eq!(
            (&run["state"], &run["problem"], &run["decided_count"]),
            (&json!("failed"), &json!("order-lapsed"), &json!(495)),
            "{lapse}"
        );
        let ends = "select count(*) as n from audit_entry where operation = 'runRegularDetermination' \
            and detail->>'problem' = 'order-lapsed'";
        assert_eq!(count(&w, ends), 1);
        w.run(&restore);
        assert_eq!(work(&w), 0, "it does not come back with the right");
        assert_eq!(
            done(&w, &by, json!({ "year": 2026 }))["decided_count"],
            99,
            "somebody else orders the rest"
        );
    }
}
#[test]
fn a_run_that_lost_its_job_goes_on() {
    let w = society(600);
    let by = w.staff("clerk");
    let path = order(&by, json!({ "year": 2026 }));
    cli::tidy(&w.app.kernel.db, &w.clock).unwrap();
    assert_eq!(count(&w, "select count(*) as n from job where finished_at is null"), 1, "it has one");
    work_once(&w);
    // closed for good, without a word in the run
    w.run("update job set finished_at = now(), error_code = 'in-progress' where finished_at is null");
    assert_eq!(work(&w), 0);
    assert_eq!(by.get(path.as_str()).expect(200)["state"], "running");
    cli::tidy(&w.app.kernel.db, &w.clock).unwrap();
    assert!(work(&w) > 0);
    let run = by.get(path.as_str()).expect(200);
    assert_eq!((&run["state"], &run["decided_count"]), (&json!("done"), &json!(594)));
    cli::tidy(&w.app.kernel.db, &w.clock).unwrap();
    assert_eq!(work(&w), 0, "a run that has ended needs none");
}
#[test]
fn forms_that_wait_otherwise_are_counted_and_late_ones_found() {
    let w = society(600);
    let by = w.staff("clerk");
    w.run(
        "update notification set state = 'review' where office_number in ('101', '103', '104'); \
         update notification set state = 'returned' where office_number = '105'; \
         insert into approval (id, kind, subject_id, digest, state, requested_by, requested_at) \
           select gen_random_uuid(), 'keyed_notification', id, '', 'requested', id, now() from notification where office_number = '106'",
    );
    let path = order(&by, json!({ "year": 2026 }));
    work_once(&w);
    // a clerk lets one out of review when the run has passed it
    w.run("update notification set state = 'accepted' where office_number = '101'");
    work(&w);
    let run = by.get(path).expect(200);
    assert_eq!(run["state"], "done", "{run}");
    assert_eq!(
        count(&w, "select count(*) as n from notification where office_number = '101' and state = 'applied'"),
        1
    );
    assert_eq!(run["not_looked_at_count"], 3, "two in review, one not checked");
    assert_eq!(
        (&run["decided_count"], &run["left_count"]),
        (&json!(590), &json!(6)),
        "each looked at once: {run}"
    );
    let of_one = done(&w, &by, json!({ "year": 2025 }));
    assert_eq!(of_one["not_looked_at_count"], 0, "of another year");
}
#[test]
fn a_person_who_was_merged_is_followed() {
    let w = society(3);
    let by = w.staff("clerk");
    w.run(
        "insert into person (id, number_state, number_reason, created_at, merged_into) \
           select '00000000-0000-4000-8000-000000000001', number_state, number_reason, created_at, id from person \
           where id = (select person_id from notification where office_number = '102'); \
         update notification set person_id = '00000000-0000-4000-8000-000000000001' where office_number = '102'",
    );
    let run = done(&w, &by, json!({ "year": 2026 }));
    assert_eq!(
        (&run["decided_count"], &run["left_count"]),
        (&json!(3), &json!(0)),
        "{:?}",
        reasons(&w, &by, &run)
    );
    let of = "select count(*) as n from standard_remuneration s join enrolment e on e.person_id = s.person_id where e.office_number = '102'";
    assert_eq!(count(&w, of), 1, "under the id of today");
}
#[test]
fn a_revision_that_is_told_of_bars_the_determination() {
    let w = society(6);
    let by = w.staff("clerk");
    w.run(
        "update notification set form = form || '{\"previous_revised_in\": \"2026-08\"}' where office_number = '101'; \
         insert into notification (id, submission_id, row_number, employer_id, kind, state, office_number, form, received_at) \
           select gen_random_uuid(), submission_id, 9000 + row_number, employer_id, x.kind, x.state, \
             office_number, jsonb_build_object('applies_from', x.month), received_at \
           from notification join (values ('102', 'revision_report', 'review', '2026-07'), \
             ('103', 'leave_end_revision_report', 'accepted', '2026-09'), ('104', 'revision_report', 'accepted', '2026-08'), \
             ('105', 'revision_report', 'accepted', '2026-10')) x (number, kind, state, month) on office_number = x.number; \
         update notification set state = 'returned' where office_number = '104' and kind = 'revision_report'; \
         insert into standard_remuneration (row_id, decision_id, person_id, employer_id, rule, rule_version, applies_from, grade, \
           standard_yen, monthly_yen, inputs, trace, received_on, recorded_at, recorded_by) \
         select gen_random_uuid(), gen_random_uuid(), person_id, employer_id, 'occasional_revision', '1', '2026-08-01', 20, 260000, \
           260000, '{}', '{}', '2026-08-01', '2026-08-01', person_id from notification where office_number = '106'; \
         update notification set form = form || '{\"previous_revised_in\": \"2026-08\"}' where office_number = '106'",
    );
    let run = done(&w, &by, json!({ "year": 2026 }));
    let expected = [
        ("101", "previous-differs"),
        ("102", "revision-waits"),
        ("103", "revision-waits"),
        ("106", "no-determination"),
    ];
    let expected = expected.map(|(n, reason)| (n.to_owned(), reason.to_owned()));
    assert_eq!(reasons(&w, &by, &run), expected.into());
    assert_eq!(run["decided_count"], 2);
}
/// What is said of a form that a clerk returns while a chunk that read it waits for a person.
#[test]
fn a_form_is_not_returned_under_a_chunk_that_decides_it() {
    let w = society(600);
    let by = w.staff("clerk");
    let path = order(&by, json!({ "year": 2026 }));
    let target = form(&w, "110");
    let mut holder = held(&w);
    let answer = std::thread::scope(|s| {
        let worker = s.spawn(|| work(&w));
        wait_for(&w, 1);
        let clerk = s.spawn(|| decide(&by, target, &give_back()));
        // the chunk holds the form: the clerk waits too
        wait_for(&w, 2);
        holder.batch_execute("rollback").unwrap();
        assert!(worker.join().unwrap() > 0);
        clerk.join().unwrap()
    });
    assert!([409, 412].contains(&answer.status), "{}", answer.text);
    let run = by.get(path).expect(200);
    assert_eq!((&run["state"], &run["decided_count"]), (&json!("done"), &json!(594)));
    assert_eq!(count(&w, "select count(*) as n from notification where state = 'returned'"), 0);
}
#[test]
fn a_form_that_is_being_returned_is_not_decided() {
    let w = society(600);
    let by = w.staff("clerk");
    let path = order(&by, json!({ "year": 2026 }));
    let target = form(&w, "110");
    let mut clerk = w.owner();
    clerk
        .batch_execute(&format!("begin; update notification set state = 'returned' where id = '{target}'"))
        .unwrap();
    std::thread::scope(|s| {
        let worker = s.spawn(|| work(&w));
        wait_for(&w, 1);
        clerk.batch_execute("commit").unwrap();
        assert!(worker.join().unwrap() > 0);
    });
    let run = by.get(path).expect(200);
    assert_eq!((&run["state"], &run["decided_count"]), (&json!("done"), &json!(593)), "{run}");
    assert_eq!(
        count(&w, "select count(*) as n from notification where state = 'returned'"),
        1,
        "it stays returned"
    );
    let decided = format!("select count(*) as n from standard_remuneration where source = '{target}'");
    assert_eq!(count(&w, &decided), 0);
}

/// Many forms go in two lanes side by side: what comes of it is what one lane would make of it, once, and the end is one.
#[test]
fn many_forms_go_in_two_lanes() {
    const PEOPLE: i32 = 5_000;
    let w = society(PEOPLE);
    let by = w.staff("clerk");
    // two forms of one person in different lanes: whoever comes second finds it decided
    let twice = w.rows(
        "select a.id as one, b.id as other from notification a join notification b on b.employer_id = a.employer_id and b.id > a.id \
         where get_byte(uuid_send(a.id), 15) % 2 <> get_byte(uuid_send(b.id), 15) % 2 order by a.id limit 1",
    );
    let (one, other) = (twice[0]["one"].as_str().unwrap(), twice[0]["other"].as_str().unwrap());
    w.run(&format!(
        "update notification b set person_id = a.person_id, form = a.form, office_number = a.office_number from notification a \
         where a.id = '{one}' and b.id = '{other}'"
    ));
    let path = order(&by, json!({ "year": 2026 }));
    work_once(&w);
    assert_eq!(
        count(&w, "select count(*) as n from job where finished_at is null"),
        2,
        "one job for each lane"
    );
    std::thread::scope(|s| {
        for worker in [s.spawn(|| work(&w)), s.spawn(|| work(&w))] {
            assert!(worker.join().unwrap() > 2, "both had chunks to do");
        }
    });
    work(&w);
    let run = by.get(path).expect(200);
    assert_eq!((&run["state"], &run["total_count"]), (&json!("done"), &json!(PEOPLE)), "{run}");
    let left = reasons(&w, &by, &run);
    let decided = PEOPLE - i32::try_from(left.len()).unwrap();
    assert_eq!(run["decided_count"], json!(decided));
    assert_eq!(left.values().filter(|r| *r == "already-determined").count(), 1);
    assert_eq!(count(&w, "select count(*) as n from standard_remuneration"), i64::from(decided));
    let twice = "select count(*) as n from (select person_id from standard_remuneration group by 1 having count(*) > 1) x";
    assert_eq!(count(&w, twice), 0);
    let changes = run["grade_changes"].as_array().unwrap().iter().map(|c| c["persons"].as_i64().unwrap());
    assert_eq!(changes.sum::<i64>() + run["first_count"].as_i64().unwrap(), i64::from(decided));
    let ends = "select count(*) as n from audit_entry where operation = 'runRegularDetermination' and detail->>'state' = 'done'";
    assert_eq!(count(&w, ends), 1);
    // another run of the rest changes nothing
    assert_eq!(done(&w, &by, json!({ "year": 2026 }))["decided_count"], 0);
}
