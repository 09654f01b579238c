//! 定時決定 of many at once: the outcome is that of one by one, once, whatever breaks off, and nothing else happens.
use crate::{
    filing::{accept, count, decide, entries, fresh_key},
    harness::{
        caller::{Caller, Response},
        world::World,
    },
};
use chrono::Duration;
use kenpo::{
    cli::{self, seed},
    domain::{notifications, personal_numbers::jobs},
    kernel::{db, job},
    ports::key_store::SqliteKeyStore,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

const RUNS: &str = "/v1/regular-determination-runs";

/// `people` insured persons at both employers with a waiting report of 2026 each.
pub(super) fn society(people: i32) -> World {
    let w = World::with(|c| c.with("pool_size", "12").with("caller_connections", "6"));
    seed::people(&mut w.owner(), &w.clock, &[w.employer, w.other_employer], (people, 0)).unwrap();
    reports(&w, 2026, people);
    w
}
pub(super) fn reports(w: &World, year: i32, people: i32) {
    seed::reports::regular(&mut w.owner(), &w.clock, year, people).unwrap();
}
pub(super) fn ask(by: &Caller, body: &Value) -> Response {
    by.post(RUNS).key(&fresh_key()).json(body)
}
/// Orders a run and gives its path.
#[track_caller]
pub(super) fn order(by: &Caller, body: Value) -> String {
    let run = ask(by, &body).expect(202);
    assert_eq!(run["state"], "waiting");
    format!("{RUNS}/{}", run["id"].as_str().unwrap())
}
/// What the worker does, until nothing is due; gives how many jobs it did.
pub(super) fn work(w: &World) -> usize {
    let store = SqliteKeyStore::open(&w.folder().join("store/wrapped.sqlite")).unwrap();
    let once = || cli::work_once(&w.app.kernel.db, &store, &w.clock, 7).unwrap();
    std::iter::repeat_with(once).take_while(|done| *done).count()
}
/// Orders a run, has it done and reads it.
#[track_caller]
pub fn done(w: &World, by: &Caller, body: Value) -> Value {
    let path = order(by, body);
    work(w);
    let run = by.get(path).expect(200);
    assert_eq!(run["state"], "done", "{run}");
    run
}
/// Entries of chunks that changed something, and of ends.
pub(super) fn chunk_entries(w: &World) -> i64 {
    count(
        w,
        "select count(*) as n from audit_entry where operation = 'runRegularDetermination' and kind = 'write'",
    )
}
pub(super) fn left(by: &Caller, run: &Value) -> Vec<Value> {
    let path = format!("{RUNS}/{}/left-waiting?limit=500", run["id"].as_str().unwrap());
    by.get(path).expect(200)["items"].as_array().unwrap().clone()
}
/// A run leaves what would change a later decision; staff decide it alone. Gives the other forms that it left, by reason.
pub(super) fn later_ones_alone(by: &Caller, run: &Value, reasons: &mut BTreeMap<String, usize>) -> usize {
    let (later, others): (Vec<_>, Vec<_>) =
        left(by, run).into_iter().partition(|l| l["reason"] == "later-decision-changes");
    for l in others {
        assert!(!l["ja"].as_str().unwrap().is_empty() && !l["en"].as_str().unwrap().is_empty());
        *reasons.entry(l["reason"].to_string()).or_default() += 1;
    }
    for l in &later {
        let notification = l["notification_id"].as_str().unwrap().parse().unwrap();
        let told = decide(by, notification, &accept()).expect(200);
        assert!(told["outcome"]["decided_anew"].is_array(), "{told}");
    }
    later.len()
}
/// What is known of every person and form, by 整理番号, without what differs between two societies that live through the same.
fn outcome(w: &World) -> BTreeMap<String, Value> {
    let rows = w.rows(
        "select n.office_number, n.state, n.reasons, n.result - 'member_id' - 'decision_id' as result, n.person_id is not null as named, \
           (select jsonb_agg(jsonb_build_object('rule', rule, 'from', applies_from, 'until', applies_until, 'grade', grade, \
               'standard', standard_yen, 'monthly', monthly_yen, 'inputs', inputs, 'trace', trace, 'live', s.superseded_at is null, \
               'received', s.received_on, 'own', s.source = n.id, 'version', rule_version) \
               order by applies_from, rule, s.superseded_at nulls first, applies_until nulls first) \
            from standard_remuneration s join enrolment e on e.person_id = s.person_id and e.superseded_at is null \
            where e.office_number = n.office_number) as decisions \
         from notification n order by n.office_number, n.id",
    );
    let mut all = BTreeMap::new();
    for (n, row) in rows.into_iter().enumerate() {
        all.insert(format!("{}/{n}", row["office_number"]), row);
    }
    all
}
/// The same people with the same forms and histories, some of which no rule decides: the n-th person's number is 100 + n.
fn varied(people: i32) -> World {
    let w = society(people);
    // what is stored of them: nothing, an acquisition, a revision from some month of the year, a decision of a later month
    w.run(
        "set session_replication_role = replica; \
         insert into standard_remuneration (row_id, decision_id, person_id, employer_id, rule, rule_version, applies_from, applies_until, \
           grade, standard_yen, monthly_yen, inputs, trace, received_on, recorded_at, recorded_by) \
         select gen_random_uuid(), gen_random_uuid(), person_id, employer_id, x.rule, '1', x.starts, x.ends, 20 + n % 3, \
           260000 + n % 3 * 20000, 255000, case x.rule when 'acquisition_determination' then \
               jsonb_build_object('acquired_on', x.starts, 'monthly_yen', 255000, 'periods', '[]'::jsonb) \
             when 'occasional_revision' then jsonb_build_object('kind', 'full', 'fixed_change', 'up', 'current_standard_yen', 260000, \
               'change_month', to_char(x.starts - interval '3 months', 'YYYY-MM'), 'current_base_yen', 255000, 'months', ( \
                 select jsonb_agg(jsonb_build_object('month', to_char(x.starts - make_interval(months => 3 - k), 'YYYY-MM'), \
                   'pay_yen', 400000 + n * 100, 'base_days', 30)) from generate_series(0, 2) k)) else '{}' end, \
           '{}', x.starts, '2025-01-01', person_id \
         from (select person_id, employer_id, office_number::int - 100 as n from enrolment) e cross join lateral ( \
           select 'acquisition_determination' as rule, date '2025-04-01' as starts, \
             case when n % 7 = 1 then date '2026-04-01' + make_interval(months => n % 10) \
                  when n % 11 = 5 then date '2026-12-01' end::date as ends where n % 5 <> 4 \
           union all select case when n % 10 > 5 or n % 3 = 0 then 'occasional_revision' when n % 3 = 1 then 'maternity_leave_end_revision' \
               else 'childcare_leave_end_revision' end, (date '2026-04-01' + make_interval(months => n % 10))::date, null \
             where n % 5 <> 4 and n % 7 = 1 \
           union all select 'occasional_revision', date '2026-12-01', null where n % 5 <> 4 and n % 7 <> 1 and n % 11 = 5) x; \
         update enrolment set acquired_on = case office_number::int % 4 when 0 then date '2026-06-01' when 1 then date '2026-05-31' \
           when 2 then date '2026-07-01' else date '2026-10-02' end where office_number::int % 13 = 6; \
         update enrolment set lost_on = '2026-10-10', loss_reason = 'retirement', loss_received_on = '2026-10-10' where office_number::int % 17 = 2; \
         update notification set person_id = null where office_number::int % 19 < 4; \
         update notification set form = form || '{\"revision_planned\": true}' where office_number::int % 23 = 1; \
         update notification set form = form || '{\"two_or_more_offices\": true}' where office_number::int % 23 = 2; \
         update notification set form = form || '{\"annual_average\": true}' where office_number::int % 23 = 3; \
         update notification set form = form || '{\"corrected_average_yen\": 300000}' where office_number::int % 23 = 4; \
         update notification set form = form || '{\"short_time_worker\": true}' where office_number::int % 3 = 1; \
         update notification set form = form || '{\"part_time_worker\": true}' where office_number::int % 6 = 2; \
         update notification set form = jsonb_set(form, '{months,1,base_days}', to_jsonb(office_number::int % 32));",
    );
    w
}

#[test]
fn the_run_decides_what_one_by_one_decides() {
    const PEOPLE: i32 = 260;
    let (one, many) = (varied(PEOPLE), varied(PEOPLE));
    let staff = one.staff("clerk");
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    for n in one.rows("select id from notification order by id") {
        let answer = decide(&staff, n["id"].as_str().unwrap().parse().unwrap(), &accept());
        if answer.status != 200 {
            assert_eq!(answer.status, 409, "{}", answer.text);
            *refused.entry(answer.body["code"].to_string()).or_default() += 1;
        }
    }
    let by = many.staff("clerk");
    let before = outcome(&many);
    let foreseen = done(&many, &by, json!({ "year": 2026, "validate_only": true }));
    assert_eq!(outcome(&many), before, "a dry run decides nothing");
    let run = done(&many, &by, json!({ "year": 2026 }));
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let alone = later_ones_alone(&by, &run, &mut reasons);
    assert!(alone > 3, "{alone}");
    let (expected, got) = (outcome(&one), outcome(&many));
    for (who, row) in &expected {
        assert_eq!(got[who], *row, "{who}");
    }
    assert_eq!(got.len(), expected.len());
    assert_eq!(reasons, refused, "what is left has the reason that one by one gets");
    assert!(reasons.len() >= 5, "{reasons:?}");
    for figure in [
        "total_count",
        "decided_count",
        "left_count",
        "rise_count",
        "fall_count",
        "unchanged_count",
        "first_count",
        "grade_changes",
    ] {
        assert_eq!(run[figure], foreseen[figure], "{figure}: the dry run told what the run did");
    }
    let of = |figure: &str| run[figure].as_i64().unwrap();
    assert_eq!(of("decided_count") + of("left_count"), i64::from(PEOPLE));
    assert_eq!(
        of("rise_count") + of("fall_count") + of("unchanged_count") + of("first_count"),
        of("decided_count")
    );
    assert!(
        of("rise_count") > 5 && of("fall_count") > 5 && of("unchanged_count") > 5 && of("first_count") > 5,
        "{run}"
    );
}

#[test]
fn every_change_is_recorded_and_a_second_run_changes_nothing() {
    let w = society(1_203);
    let by = w.staff("clerk");
    let run = done(&w, &by, json!({ "year": 2026 }));
    assert_eq!((&run["total_count"], &run["decided_count"]), (&json!(1_203), &json!(1_191)));
    assert_eq!(run["left_count"], 12, "no month counts and nothing is stored that could stay");
    let chunks = entries(&w, "runRegularDetermination");
    assert_eq!(chunk_entries(&w), 4, "three chunks and the end");
    let decided_people: std::collections::BTreeSet<Uuid> = w
        .rows("select person_id as id from notification where state = 'applied'")
        .iter()
        .map(|r| r["id"].as_str().unwrap().parse().unwrap())
        .collect();
    let written = w.rows("select p as id from audit_entry, unnest(persons) p where operation = 'runRegularDetermination' and kind = 'write'");
    let written: std::collections::BTreeSet<Uuid> =
        written.iter().map(|r| r["id"].as_str().unwrap().parse().unwrap()).collect();
    assert_eq!(written, decided_people, "who was left is named as looked at, not as changed");
    let mut named: Vec<Uuid> = chunks.iter().flat_map(|e| e.persons.clone()).collect();
    named.sort();
    named.dedup();
    assert_eq!(named.len(), 1_203);
    let decided = "select n.id from notification n join standard_remuneration s on s.source = n.id and s.person_id = n.person_id \
         where n.state = 'applied' and s.recorded_by = n.decided_by and s.recorded_by = (select id from app_user where login = 'clerk')";
    assert_eq!(w.rows(decided).len(), 1_191);
    assert_eq!(chunks[1].actor_name.as_deref(), Some("regular-determination"));
    let before = outcome(&w);
    let again = done(&w, &by, json!({ "year": 2026 }));
    assert_eq!(
        (&again["total_count"], &again["decided_count"], &again["left_count"]),
        (&json!(12), &json!(0), &json!(12))
    );
    assert_eq!(outcome(&w), before);
    // the year after: what held is cut, by every grade
    reports(&w, 2027, 1_203);
    w.clock.advance(Duration::days(300));
    let next = done(&w, &w.staff("clerk"), json!({ "year": 2027 }));
    assert_eq!(next["decided_count"], 1_191);
    let changes = next["grade_changes"].as_array().unwrap();
    assert!(changes.len() > 3 && changes[0]["grades"].as_i64().unwrap() < 0, "{next}");
    let cut = "select count(*) as n from standard_remuneration where superseded_at is null and applies_until = '2027-09-01'";
    assert_eq!(count(&w, cut), 1_191);
}

#[test]
fn only_what_was_asked_for_is_decided() {
    let w = society(60);
    let by = w.staff("clerk");
    w.run(
        "update notification set state = 'review' where office_number = '101'; \
         update notification set state = 'returned' where office_number = '102'; \
         update notification set carries_number = true where office_number = '103'; \
         update notification set form = jsonb_set(form, '{applies_from}', '\"2025-09\"') where office_number = '104'; \
         insert into approval (id, kind, subject_id, digest, state, requested_by, requested_at) \
           select gen_random_uuid(), 'keyed_notification', id, '', 'requested', id, now() from notification where office_number = '105'",
    );
    let run = done(&w, &by, json!({ "year": 2026, "employer_id": w.employer }));
    let others = w.rows(&format!(
        "select id from notification where employer_id <> '{}' and state <> 'accepted'",
        w.employer
    ));
    assert_eq!(others.len(), 1, "only the one that was returned");
    let own = w.rows(&format!(
        "select state, office_number from notification where employer_id = '{}' order by 2",
        w.employer
    ));
    let state = |n: &str| {
        own.iter().find(|r| r["office_number"] == n).map(|r| r["state"].as_str().unwrap().to_owned())
    };
    assert_eq!(run["employer_id"], json!(w.employer));
    assert_eq!(state("104").as_deref(), Some("accepted"), "of another year");
    let rest = done(&w, &by, json!({ "year": 2026 }));
    assert_eq!(
        run["total_count"].as_i64().unwrap() + rest["total_count"].as_i64().unwrap(),
        60 - 4 + run["left_count"].as_i64().unwrap()
    );
    let waits =
        w.rows("select office_number from notification where state in ('accepted', 'review') order by 1");
    let waits: Vec<&str> = waits.iter().map(|r| r["office_number"].as_str().unwrap()).collect();
    for n in ["101", "103", "104", "105"] {
        assert!(waits.contains(&n), "{n} {waits:?}");
    }
    let with_number = left(&by, &rest).into_iter().find(|l| l["reason"] == "number-waits");
    assert!(with_number.is_some());
}

#[test]
fn a_chunk_is_done_once_whatever_breaks_off() {
    let w = society(1_100);
    let by = w.staff("clerk");
    let path = order(&by, json!({ "year": 2026 }));
    let of = |figure: &str| by.get(path.as_str()).expect(200)[figure].clone();
    let mut conn = db::connection(&w.app.kernel.db).unwrap();
    let drop_files = |conn: &mut diesel::PgConnection, of: &[Uuid]| jobs::drop_files(conn, &w.clock, of);
    let roof = notifications::Roof { drop_files: &drop_files, may_order: &|_, _| Ok(true) };
    // the worker dies after the commit and before it says so: the job comes again
    let first = job::lease(&mut conn, w.clock.now()).unwrap().unwrap();
    assert_eq!(first.kind, notifications::DETERMINE);
    notifications::determine(&mut conn, &w.clock, &first, roof).unwrap();
    let decided = of("decided_count");
    assert!(decided.as_i64().unwrap() > 400 && of("state") == "running", "{decided}");
    notifications::determine(&mut conn, &w.clock, &first, roof).unwrap();
    assert_eq!(of("decided_count"), decided);
    assert_eq!(count(&w, "select count(*) as n from job where kind = 'regular_determination'"), 2);
    // the second chunk fails at its last statement
    w.run(
        "create function planted() returns trigger language plpgsql as $$ begin raise exception 'planted'; end $$; \
         create trigger planted before insert on audit_entry for each row when (new.operation = 'runRegularDetermination') \
           execute function planted()",
    );
    let before = (outcome(&w), count(&w, "select count(*) as n from determination_left"));
    job::finish(&mut conn, &first, Ok(()), w.clock.now()).unwrap();
    assert_eq!(work(&w), 1);
    assert_eq!(
        (outcome(&w), count(&w, "select count(*) as n from determination_left")),
        before,
        "nothing of the chunk is kept"
    );
    assert_eq!((of("state"), of("problem")), (json!("running"), json!("audit-unavailable")));
    w.run("drop trigger planted on audit_entry");
    w.clock.advance(Duration::minutes(1));
    assert_eq!(work(&w), 3, "two chunks and the end");
    let run = by.get(path.as_str()).expect(200);
    assert_eq!((&run["state"], &run["decided_count"]), (&json!("done"), &json!(1_089)), "{run}");
    assert!(run.get("problem").is_none());
    let twice = "select count(*) as n from (select person_id from standard_remuneration group by 1 having count(*) > 1) x";
    assert_eq!(count(&w, twice), 0);
    assert_eq!(chunk_entries(&w), 4, "while no entry could be written, none of the failure was");
}
#[test]
fn a_chunk_that_fails_for_good_ends_the_run_and_another_can_be_ordered() {
    let w = society(20);
    let by = w.staff("clerk");
    w.run(
        "create function planted() returns trigger language plpgsql as $$ begin raise exception 'planted'; end $$; \
         create trigger planted before insert on standard_remuneration for each row execute function planted()",
    );
    let path = order(&by, json!({ "year": 2026 }));
    for _ in 0..10 {
        assert_eq!(work(&w), 1);
        w.clock.advance(Duration::minutes(20));
    }
    assert_eq!(work(&w), 0);
    let run = w.staff("clerk").get(path).expect(200);
    assert_eq!(
        (&run["state"], &run["decided_count"], &run["problem"]),
        (&json!("failed"), &json!(0), &json!("internal"))
    );
    let ends = "select count(*) as n from audit_entry where operation = 'runRegularDetermination' \
        and detail->>'state' = 'failed' and detail->>'problem' = 'internal'";
    assert_eq!(count(&w, ends), 1, "the end of a run that failed is in the trail");
    let tries = entries(&w, "runRegularDetermination");
    assert_eq!(tries.len(), 10, "nine tries of the chunk and the end");
    for e in &tries {
        assert_eq!((e.status, e.outcome.as_str(), e.code.as_deref()), (500, "failed", Some("internal")));
        assert!(e.persons.is_empty(), "nobody's data changed");
    }
    let found = w.rows("select code from audit_entry where outcome = 'failed' and detail ? 'state'");
    assert_eq!(found, [json!({ "code": "internal" })], "who looks for what failed finds the run");
    w.run("drop trigger planted on standard_remuneration");
    assert_eq!(done(&w, &w.staff("clerk"), json!({ "year": 2026 }))["decided_count"], 19);
}

#[test]
fn a_run_and_clerks_at_once_decide_a_form_once() {
    let w = society(1_000);
    let by = w.staff("clerk");
    let path = order(&by, json!({ "year": 2026 }));
    let forms = w.rows("select id from notification order by md5(id::text) limit 120");
    let forms: Vec<Uuid> = forms.iter().map(|r| r["id"].as_str().unwrap().parse().unwrap()).collect();
    let statuses: Vec<u16> = std::thread::scope(|s| {
        let worker = [s.spawn(|| work(&w)), s.spawn(|| work(&w))];
        let clerks: Vec<_> = forms
            .chunks(40)
            .zip(["clerk", "privileged", "clerk"])
            .map(|(mine, login)| {
                let staff = w.staff(login);
                s.spawn(move || mine.iter().map(|n| decide(&staff, *n, &accept()).status).collect::<Vec<_>>())
            })
            .collect();
        let _ = worker.map(|t| t.join().unwrap());
        clerks.into_iter().flat_map(|t| t.join().unwrap()).collect()
    });
    work(&w);
    let run = by.get(path).expect(200);
    assert_eq!(run["state"], "done");
    let by_clerks = statuses.iter().filter(|s| **s == 200).count();
    assert!(statuses.iter().all(|s| [200, 409, 412].contains(s)), "{statuses:?}");
    let applied = count(&w, "select count(*) as n from notification where state = 'applied'");
    assert_eq!(run["decided_count"].as_i64().unwrap() + i64::try_from(by_clerks).unwrap(), applied);
    assert_eq!(applied, 990);
    let rows = "select count(*) as n from standard_remuneration where superseded_at is null";
    assert_eq!(count(&w, rows), 990);
    assert_eq!(count(&w, "select count(*) as n from standard_remuneration"), 990, "no version too many");
}
