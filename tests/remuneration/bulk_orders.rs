//! Ordering, following and cancelling a bulk determination: who may, what is refused, and that an order is given once.
use super::bulk::{ask, chunk_entries, done, left, order, society, work};
use crate::{
    filing::{count, entries, fresh_key, tables},
    harness::{race, world::World},
};
use diesel::{PgConnection, connection::SimpleConnection};
use kenpo::{
    domain::{notifications, personal_numbers::jobs},
    kernel::{db, job},
};
use serde_json::json;
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};
use uuid::Uuid;

const RUNS: &str = "/v1/regular-determination-runs";

#[test]
fn only_enrolment_staff_orders_and_follows_runs() {
    let w = World::new();
    let body = json!({ "year": 2026 });
    let path = order(&w.staff("privileged"), body.clone());
    let left = format!("{path}/left-waiting");
    let cancel = format!("{path}/cancellation");
    for login in ["benefits", "collection", "review", "officer", "it"] {
        let by = w.staff(login);
        ask(&by, &body).refused(403, "forbidden");
        for read in [RUNS, &path, &left] {
            by.get(read).refused(403, "forbidden");
        }
        by.post(cancel.as_str()).send(b"").refused(403, "forbidden");
    }
    ask(&w.client("employer"), &body).refused(403, "insufficient-scope");
    assert_eq!(ask(&w.nobody(), &body).status, 401);
    let clerk = w.staff("clerk");
    assert_eq!(clerk.get(path.as_str()).expect(200)["requested_by"], json!(w.user("privileged")));
    let list = clerk.get(RUNS).expect(200);
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    clerk.get(format!("{RUNS}/{}", Uuid::now_v7())).refused(404, "not-found");
    clerk.get(format!("{RUNS}/{}/left-waiting", Uuid::now_v7())).refused(404, "not-found");
    clerk.post(format!("{RUNS}/{}/cancellation", Uuid::now_v7())).send(b"").refused(404, "not-found");
}
/// 算定基礎届 that state a rise in April: where their own months make a revision from July due, no determination is made in its place.
#[test]
fn a_form_that_makes_a_revision_from_july_due_is_left_for_a_clerk() {
    let w = society(5);
    w.run(
        "set session_replication_role = replica; \
         insert into standard_remuneration (row_id, decision_id, person_id, employer_id, rule, rule_version, applies_from, grade, \
           standard_yen, monthly_yen, inputs, trace, received_on, recorded_at, recorded_by) \
         select gen_random_uuid(), gen_random_uuid(), person_id, employer_id, 'acquisition_determination', '1', '2025-04-01', 20, 260000, \
           260000, jsonb_build_object('acquired_on', '2025-04-01', 'monthly_yen', 260000, 'periods', '[]'::jsonb), '{}', '2025-04-01', \
           '2025-04-01', person_id from enrolment; \
         update notification set form = form || x.change || jsonb_build_object('months', (select jsonb_agg(m || jsonb_build_object( \
             'cash_yen', x.yen, 'total_yen', x.yen, 'base_days', case when m->'month' = '5' then x.days else 30 end)) \
           from jsonb_array_elements(form->'months') m)) \
         from (values (101, '{\"pay_change_month\": 4, \"pay_change_direction\": \"up\"}'::jsonb, 300000, 30), \
           (102, '{\"pay_change_month\": 4, \"pay_change_direction\": \"up\"}', 275000, 30), \
           (103, '{\"pay_change_month\": 4, \"pay_change_direction\": \"down\"}', 300000, 30), \
           (104, '{\"pay_change_month\": 4, \"pay_change_direction\": \"up\"}', 300000, 16), \
           (105, '{}', 300000, 30)) x (n, change, yen, days) where office_number::int = x.n",
    );
    let by = w.staff("clerk");
    let run = done(&w, &by, json!({ "year": 2026 }));
    let left = left(&by, &run);
    let number = |id: &str| {
        let found = w.rows(&format!("select office_number::int as n from notification where id = '{id}'"));
        found[0]["n"].as_i64().unwrap()
    };
    let left: Vec<(i64, &str)> = left
        .iter()
        .map(|l| (number(l["notification_id"].as_str().unwrap()), l["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(left, [(101, "revision-due")]);
    assert_eq!(run["decided_count"], 4);
}
#[test]
fn a_wrong_order_stores_nothing() {
    let w = World::new();
    let by = w.staff("clerk");
    let before = tables(&w);
    for (body, pointer) in [
        (json!({}), "/year"),
        (json!({ "year": 2006 }), "/year"),
        (json!({ "year": 2199 }), "/year"),
        (json!({ "year": "2026" }), "/year"),
        (json!({ "year": 99_999_999 }), "/year"),
        (json!({ "year": 2026, "employer_id": Uuid::now_v7() }), "/employer_id"),
        (json!({ "year": 2026, "employer_id": "x" }), "/employer_id"),
        (json!({ "year": 2026, "months": 3 }), "/months"),
        (json!({ "year": 2026, "validate_only": "yes" }), "/validate_only"),
    ] {
        let refused = ask(&by, &body);
        assert_eq!(refused.status, 422, "{body} {}", refused.text);
        let errors = refused.body["errors"].as_array().cloned().unwrap_or_default();
        let at: Vec<&str> = errors.iter().filter_map(|e| e["pointer"].as_str()).collect();
        assert!(
            at.is_empty() && pointer == "/year" && body == json!({}) || at.contains(&pointer) || at == [""],
            "{body} {at:?}"
        );
    }
    assert_eq!(by.post(RUNS).json(&json!({ "year": 2026 })).status, 400, "an order needs its key");
    assert_eq!(by.get(format!("{RUNS}?limit=0")).status, 422);
    assert_eq!(by.get(format!("{RUNS}?cursor=x")).status, 422);
    assert_eq!(tables(&w), before);
}
#[test]
fn an_order_is_given_once_and_one_at_a_time() {
    let w = society(30);
    let by = w.staff("clerk");
    let body = json!({ "year": 2026, "validate_only": true });
    let key = fresh_key();
    let asked = || by.post(RUNS).key(&key).json(&body);
    let first = asked();
    assert_eq!(first.status, 202);
    let at = first.header("location").to_owned();
    let again = asked();
    assert_eq!(
        (again.status, again.text, again.headers.iter().any(|h| h.0 == "idempotency-replayed")),
        (202, first.text, true)
    );
    by.post(RUNS).key(&key).json(&json!({ "year": 2025 })).refused(422, "idempotency-key-reused");
    ask(&by, &json!({ "year": 2025 })).refused(409, "run-under-way");
    assert_eq!(work(&w), 2);
    assert_eq!(by.get(at).expect(200)["state"], "done");
    assert_eq!(
        count(&w, "select count(*) as n from determination_foreseen"),
        0,
        "what a dry run notes goes with its end"
    );
    // many at once: one is taken
    let statuses = race::at_once((0..4).map(|_| || ask(&by, &json!({ "year": 2026 })).status));
    assert_eq!(statuses.iter().filter(|s| **s == 202).count(), 1, "{statuses:?}");
    assert!(statuses.iter().all(|s| [202, 409].contains(s)), "{statuses:?}");
    let made = entries(&w, "createRegularDeterminationRun");
    assert_eq!(made.iter().filter(|e| e.status == 202).count(), 3, "two orders, one of them asked for twice");
}
#[test]
fn a_run_is_cancelled_between_two_chunks() {
    let w = society(1_100);
    let by = w.staff("clerk");
    let path = order(&by, json!({ "year": 2026 }));
    let cancel = |path: &str| by.post(format!("{path}/cancellation")).send(b"");
    let store =
        kenpo::ports::key_store::SqliteKeyStore::open(&w.folder().join("store/wrapped.sqlite")).unwrap();
    assert!(kenpo::cli::work_once(&w.app.kernel.db, &store, &w.clock, 7).unwrap());
    let cancelled = cancel(&path).expect(200);
    assert_eq!((&cancelled["state"], &cancelled["decided_count"]), (&json!("cancelled"), &json!(495)));
    assert!(cancelled["ended_at"].is_string());
    work(&w);
    assert_eq!(by.get(path.as_str()).expect(200), cancelled, "nothing follows");
    assert_eq!(
        count(&w, "select count(*) as n from notification where state = 'applied'"),
        495,
        "what was decided stays"
    );
    cancel(&path).refused(409, "already-ended");
    let rest = done(&w, &by, json!({ "year": 2026 }));
    assert_eq!(
        (&rest["total_count"], &rest["decided_count"]),
        (&json!(605), &json!(594)),
        "5 of those left before are left again"
    );
    cancel(&format!("{RUNS}/{}", rest["id"].as_str().unwrap())).refused(409, "already-ended");
}
/// Somebody of the first chunk, held so that the chunk waits in its middle.
pub(super) fn held(w: &World) -> PgConnection {
    let mut holder = w.owner();
    holder.batch_execute("begin; select from person where id = (select person_id from notification order by id limit 1) for update").unwrap();
    holder
}
/// Waits until so many wait for what others hold.
#[track_caller]
pub(super) fn wait_for(w: &World, waiting: i64) {
    let waits = "select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
    let since = Instant::now();
    while count(w, waits) < waiting {
        assert!(since.elapsed() < Duration::from_secs(8), "nobody waits");
        std::thread::sleep(Duration::from_millis(5));
    }
}
#[test]
fn a_cancellation_in_the_middle_of_a_chunk_comes_after_it() {
    let w = society(1_100);
    let by = w.staff("clerk");
    let path = order(&by, json!({ "year": 2026 }));
    let mut holder = held(&w);
    let cancelled = std::thread::scope(|s| {
        let worker = s.spawn(|| work(&w));
        wait_for(&w, 1);
        let cancelled = s.spawn(|| by.post(format!("{path}/cancellation")).send(b"").expect(200));
        wait_for(&w, 2);
        holder.batch_execute("rollback").unwrap();
        assert!(worker.join().unwrap() > 0);
        cancelled.join().unwrap()
    });
    assert_eq!((&cancelled["state"], &cancelled["decided_count"]), (&json!("cancelled"), &json!(495)));
    work(&w);
    assert_eq!(by.get(path.as_str()).expect(200), cancelled, "nothing follows");
    assert_eq!(count(&w, "select count(*) as n from notification where state = 'applied'"), 495);
    assert_eq!(chunk_entries(&w), 1);
}
#[test]
fn two_workers_at_one_chunk_do_it_once() {
    let w = society(600);
    let by = w.staff("clerk");
    let path = order(&by, json!({ "year": 2026 }));
    let leased = job::lease(&mut db::connection(&w.app.kernel.db).unwrap(), w.clock.now()).unwrap().unwrap();
    let mut holder = held(&w);
    std::thread::scope(|s| {
        let worker = || {
            let mut conn = db::connection(&w.app.kernel.db).unwrap();
            let drop_files = |conn: &mut PgConnection, of: &[Uuid]| jobs::drop_files(conn, &w.clock, of);
            let roof = notifications::Roof { drop_files: &drop_files, may_order: &|_, _| Ok(true) };
            notifications::determine(&mut conn, &w.clock, &leased, roof)
        };
        let workers = [s.spawn(worker), s.spawn(worker)];
        wait_for(&w, 2);
        holder.batch_execute("rollback").unwrap();
        assert_eq!(workers.map(|t| t.join().unwrap()), [Ok(()), Ok(())]);
    });
    let run = by.get(path).expect(200);
    assert_eq!((&run["decided_count"], &run["left_count"]), (&json!(495), &json!(5)));
    assert_eq!(count(&w, "select count(*) as n from standard_remuneration"), 495, "no version too many");
    assert_eq!(
        count(&w, "select count(*) as n from job where kind = 'regular_determination'"),
        2,
        "and the next"
    );
    assert_eq!(chunk_entries(&w), 1);
}
#[test]
fn runs_and_what_they_left_are_paged_and_recorded() {
    let w = society(420);
    let by = w.staff("clerk");
    let runs: Vec<_> = (0..3).map(|_| done(&w, &by, json!({ "year": 2026 }))).collect();
    let mut at = format!("{RUNS}?limit=1");
    let mut seen = Vec::new();
    loop {
        let page = by.get(at.as_str()).expect(200);
        seen.extend(page["items"].as_array().unwrap().clone());
        let Some(next) = page["page"]["next_cursor"].as_str() else { break };
        at = format!("{RUNS}?limit=1&cursor={next}");
    }
    assert_eq!(seen, runs.iter().rev().cloned().collect::<Vec<_>>(), "newest first");
    let path = format!("{RUNS}/{}/left-waiting", runs[0]["id"].as_str().unwrap());
    let first = by.get(format!("{path}?limit=3")).expect(200);
    let next = first["page"]["next_cursor"].as_str().unwrap();
    let second = by.get(format!("{path}?limit=3&cursor={next}")).expect(200);
    let ids = |page: &serde_json::Value| -> BTreeSet<String> {
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|i| i["member_id"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!((ids(&first).len(), ids(&second).len(), &second["page"]["has_more"]), (3, 2, &json!(false)));
    assert_eq!(first["items"][0]["reason"], "not-decidable");
    let entry = &entries(&w, "listRegularDeterminationLeft")[0];
    let named: BTreeSet<String> = entry.persons.iter().map(Uuid::to_string).collect();
    assert_eq!((named, entry.disclosed.clone()), (ids(&second), vec!["notification".to_owned()]));
    let other = format!("{RUNS}/{}/left-waiting?limit=3&cursor={next}", runs[1]["id"].as_str().unwrap());
    by.get(other).refused(422, "invalid");
}
