//! By the calendar: reminders, and what is overdue; every day once and in order, also those that were missed.
use super::{Asked, campaign, confirm, pass, started, still, work};
use crate::filing::tables;
use serde_json::{Value, json};

fn reminders(s: &Asked) -> Vec<(Value, Value)> {
    let rows = s.w.rows("select remind_on, open_count from confirmation_reminder order by remind_on");
    rows.iter().map(|r| (r["remind_on"].clone(), r["open_count"].clone())).collect()
}
fn states(s: &Asked) -> Vec<Value> {
    let rows = s.w.rows("select state from confirmation order by state");
    rows.iter().map(|r| r["state"].clone()).collect()
}

#[test]
fn employers_are_reminded_and_what_is_unanswered_is_overdue() {
    let mut s = Asked::new();
    work(&s.w);
    pass(&s.w, 9); // 1 December
    work(&s.w);
    assert_eq!(reminders(&s), [(json!("2026-12-01"), json!(2))]);
    (s.staff, s.employer) = (s.w.staff("privileged"), s.w.client("employer"));
    s.answer(&s.employer, s.wife, &still()).expect(200);
    pass(&s.w, 14); // 15 December
    work(&s.w);
    assert_eq!(reminders(&s)[1], (json!("2026-12-15"), json!(1)), "of what is still open");
    pass(&s.w, 5); // 20 December, the due day
    work(&s.w);
    assert_eq!(states(&s), ["answered", "open"]);
    pass(&s.w, 1);
    work(&s.w);
    assert_eq!(states(&s), ["answered", "overdue"]);
    (s.staff, s.employer) = (s.w.staff("privileged"), s.w.client("employer"));
    let late = s.staff.get("/v1/confirmations?state=overdue").expect(200)["items"].clone();
    assert_eq!(late[0]["dependent_id"], json!(s.child.0));
    assert!(s.known(s.child)[0]["removed_on"].is_null(), "nothing happens to cover by itself");
    let path = format!("/v1/confirmation-campaigns/{}/progress", s.campaign);
    let progress = s.employer.get(path).expect(200)["items"][0].clone();
    assert_eq!((&progress["reminder_count"], &progress["reminded_on"]), (&json!(2), &json!("2026-12-15")));
    assert_eq!((&progress["counts"]["overdue"], &progress["counts"]["answered"]), (&json!(1), &json!(1)));
    let counted = s.w.rows(
        "select due_on, affected_count from calendar_run where kind = 'confirmations' and affected_count > 0 order by due_on");
    let counted: Vec<(&Value, &Value)> =
        counted.iter().map(|r| (&r["due_on"], &r["affected_count"])).collect();
    let one = json!(1);
    assert_eq!(
        counted,
        [(&json!("2026-12-01"), &one), (&json!("2026-12-15"), &one), (&json!("2026-12-21"), &one)]
    );
    let told = s.w.entries("operation = 'runCalendarDay' and subject_kind = 'ConfirmationCampaign'");
    let detail: Vec<&Value> = told.iter().map(|e| &e["detail"]).collect();
    assert_eq!(
        detail,
        [
            &json!({ "work": "confirmations", "day": "2026-12-01", "reminded_of": 2 }),
            &json!({ "work": "confirmations", "day": "2026-12-15", "reminded_of": 1 }),
            &json!({ "work": "confirmations", "day": "2026-12-21", "overdue": 1 }),
        ]
    );
    assert!(told[..2].iter().all(|e| e["employer_id"] == json!(s.w.employer)));
    let mut both = [s.wife.1, s.child.1];
    both.sort();
    let persons: Vec<&Value> = told.iter().map(|e| &e["persons"]).collect();
    assert_eq!(persons, [&json!(both), &json!([s.child.1]), &json!([s.child.1])], "whose rows these are");
    let before = tables(&s.w);
    work(&s.w);
    assert_eq!(tables(&s.w), before, "a day that was done is done");
    s.answer(&s.employer, s.child, &still()).expect(200);
    assert_eq!(states(&s), ["answered", "answered"]);
}

#[test]
fn entries_name_everybody_up_to_five_hundred_each() {
    let s = Asked::new();
    s.w.run(
        "with p as (insert into person (id, number_reason, created_at) \
           select gen_random_uuid(), 'not_submitted', now() from generate_series(1, 1010) returning id) \
         insert into dependency (row_id, dependent_id, person_id, insured_id, employer_id, branch, relationship, recognised_on, \
           recognition_reason, received_on, recorded_at, recorded_by) \
         select gen_random_uuid(), gen_random_uuid(), p.id, d.insured_id, d.employer_id, '09', 'child', d.recognised_on, \
           d.recognition_reason, d.received_on, d.recorded_at, d.recorded_by from p, (select * from dependency limit 1) d",
    );
    let mut body = campaign();
    (body["as_of"], body["remind_on"]) = (json!("2026-10-20"), json!(["2026-12-01"]));
    let campaign = started(&s.staff, &body);
    work(&s.w);
    pass(&s.w, 29);
    work(&s.w);
    let everybody = "select distinct person_id as id from dependency order by 1";
    let everybody: Vec<Value> = s.w.rows(everybody).iter().map(|r| r["id"].clone()).collect();
    assert_eq!(everybody.len(), 1_012);
    for (what, of) in [
        ("start", "operation = 'startConfirmationCampaign'"),
        ("reminder", "detail ? 'reminded_of'"),
        ("overdue", "detail ? 'overdue'"),
    ] {
        let told = s.w.entries(&format!("subject_id = '{campaign}' and {of}"));
        let named: Vec<Vec<Value>> = told.iter().map(|e| e["persons"].as_array().unwrap().clone()).collect();
        let mut sizes: Vec<usize> = named.iter().map(Vec::len).collect();
        sizes.sort_unstable();
        let mut all = named.concat();
        all.sort_by_key(ToString::to_string);
        assert_eq!(sizes, [12, 500, 500], "{what}");
        assert_eq!(all, everybody, "{what}: each once");
        let one = |field: &str| told.iter().all(|e| e[field] == told[0][field]);
        assert!(one("request_id") && one("actor_kind") && one("outcome"), "{what}");
    }
}
#[test]
fn days_that_were_missed_are_caught_up_in_order() {
    let s = Asked::new();
    work(&s.w);
    pass(&s.w, 40);
    work(&s.w);
    let reminded: Vec<Value> = reminders(&s).into_iter().map(|r| r.0).collect();
    assert_eq!(reminded, ["2026-12-01", "2026-12-15"]);
    assert_eq!(states(&s), ["overdue", "overdue"]);
    let runs = s.w.rows(
        "select due_on, state, attempts from calendar_run where kind = 'confirmations' order by due_on",
    );
    assert_eq!(runs.len(), 41);
    assert!(runs.iter().all(|r| r["state"] == "done" && r["attempts"] == 1));
    let order = s.w.rows(
        "select detail->>'day' as day from audit_entry where operation = 'runCalendarDay' and detail->>'work' = 'confirmations' \
         and subject_kind = 'CalendarRun' order by id");
    assert!(order.iter().map(|r| r["day"].as_str().unwrap()).is_sorted());
}

#[test]
fn a_day_that_failed_and_is_done_again_reminds_nobody_twice() {
    let s = Asked::new();
    work(&s.w);
    pass(&s.w, 9);
    s.w.run(
        "create function refuse_reminder() returns trigger language plpgsql as $$ begin raise exception 'planted'; end $$; \
         create trigger planted after insert on confirmation_reminder for each row execute function refuse_reminder();");
    work(&s.w);
    assert_eq!(reminders(&s), [], "nothing of the day is kept");
    s.w.run("drop trigger planted on confirmation_reminder");
    s.w.clock.advance(chrono::Duration::minutes(10));
    work(&s.w);
    assert_eq!(reminders(&s), [(json!("2026-12-01"), json!(2))]);
    // even if the row of the day were lost, the day done again changes nothing
    s.w.run("update calendar_run set state = 'due', affected_count = null, tried_at = null where kind = 'confirmations' and due_on = '2026-12-01'");
    work(&s.w);
    assert_eq!(reminders(&s), [(json!("2026-12-01"), json!(2))]);
}

#[test]
fn who_is_no_dependent_any_more_is_not_reminded_of() {
    let mut s = Asked::with(&{
        let mut body = campaign();
        body["remind_on"] = json!(["2026-11-30"]);
        body
    });
    work(&s.w);
    s.answer(&s.employer, s.wife, &still()).expect(200);
    s.decide(s.wife, &confirm()).expect(200);
    s.removed(s.child, "2026-11-22");
    pass(&s.w, 8);
    work(&s.w);
    assert_eq!(reminders(&s), []);
    (s.staff, s.employer) = (s.w.staff("privileged"), s.w.client("employer"));
    let counts =
        s.staff.get(format!("/v1/confirmation-campaigns/{}", s.campaign)).expect(200)["counts"].clone();
    assert_eq!(
        (&counts["confirmed"], &counts["removal_found"], &counts["open"]),
        (&json!(1), &json!(1), &json!(0))
    );
}
