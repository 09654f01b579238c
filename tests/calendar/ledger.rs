//! The ledger: every day once, in order, also those that were missed; a failure holds what follows and is shown.
use super::{insured, known, pass, relative, work};
use crate::{
    filing::tables,
    harness::{caller::Caller, race, world::World},
};
use kenpo::domain::calendar;
use serde_json::{Value, json};
use uuid::Uuid;

fn days(w: &World) -> Vec<(String, String)> {
    let rows = w.rows("select due_on, state from calendar_run where kind = 'loss_at_75' order by due_on");
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    rows.iter().map(|r| (text(&r["due_on"]), text(&r["state"]))).collect()
}
fn states(w: &World) -> Vec<String> {
    days(w).into_iter().map(|d| d.1).collect()
}
fn items(by: &Caller, query: &str) -> Vec<Value> {
    by.get(format!("/v1/calendar-runs{query}")).expect(200)["items"].as_array().unwrap().clone()
}

#[test]
fn days_that_were_missed_are_done_in_order() {
    let w = World::new();
    let people = ["1951-11-23", "1951-11-25", "1951-11-26"].map(|birth| insured(&w, &birth[8..], birth));
    assert_eq!(work(&w), 1);
    pass(&w, 5);
    assert_eq!(work(&w), 5);
    assert_eq!(states(&w), vec!["done"; 6]);
    assert_eq!(days(&w)[0].0, "2026-11-22", "the ledger begins with the day on which it is first looked at");
    let order = w.rows(
        "select string_agg(due_on::text, ' ' order by r.id) as days from calendar_run c join audit_entry r \
                        on r.subject_id = c.id where r.operation = 'runCalendarDay' and c.kind = 'loss_at_75'",
    );
    assert_eq!(order[0]["days"], "2026-11-22 2026-11-23 2026-11-24 2026-11-25 2026-11-26 2026-11-27");
    for (person, lost_on) in people.iter().zip(["2026-11-23", "2026-11-25", "2026-11-26"]) {
        assert_eq!(known(&w, "enrolment", *person)[0]["lost_on"], lost_on);
    }
    let counts =
        w.rows("select due_on, affected_count from calendar_run where affected_count > 0 order by due_on");
    let counts: Vec<&Value> = counts.iter().map(|c| &c["due_on"]).collect();
    assert_eq!(counts, ["2026-11-23", "2026-11-25", "2026-11-26"], "each on its own day");
    pass(&w, -3);
    assert_eq!(work(&w), 0, "a clock that is put back makes nothing due");
}
#[test]
fn of_many_workers_one_does_a_day() {
    let w = World::new();
    let old = insured(&w, "1", "1951-11-23");
    relative(&w, old, "コヨミ　ツマ", "1960-05-05");
    work(&w);
    pass(&w, 8);
    race::at_once((0..4).map(|_| || work(&w)));
    work(&w);
    let runs = w.rows("select attempts, state from calendar_run");
    assert_eq!(runs.len(), 36, "nine days of each kind, each by one of them");
    assert!(runs.iter().all(|r| r["attempts"] == 1 && r["state"] == "done"), "{runs:?}");
    assert_eq!(w.rows("select id from calendar_effect").len(), 2);
    assert_eq!(w.rows(&format!("select row_id from enrolment where person_id = '{old}'")).len(), 2);
}
#[test]
fn a_day_that_fails_holds_those_after_it_and_is_shown() {
    let w = World::new();
    let (one, two) = (insured(&w, "1", "1951-11-23"), insured(&w, "2", "1951-11-24"));
    work(&w);
    w.run(
        "create function refuse_loss() returns trigger language plpgsql as $$ begin \
             if new.lost_on = date '2026-11-23' then raise exception 'planted'; end if; return new; end $$; \
           create trigger planted before insert on enrolment for each row execute function refuse_loss();",
    );
    pass(&w, 2);
    let before = tables(&w);
    assert_eq!(work(&w), 2, "work of another kind goes on");
    assert_eq!(states(&w), ["done", "failed", "due"]);
    let told = w.entries("operation = 'runCalendarDay' and outcome = 'failed'");
    assert_eq!(told.len(), 1, "that it failed is in the trail");
    assert_eq!(told[0]["detail"], json!({ "work": "loss_at_75", "day": "2026-11-23" }));
    let code = &w.rows("select problem from calendar_run where state = 'failed'")[0]["problem"];
    assert_eq!((&told[0]["code"], &told[0]["status"]), (code, &json!(500)));
    let mut expected = before;
    *expected.get_mut("public.calendar_run").unwrap() += 8;
    assert_eq!(tables(&w), expected, "nothing of the day is kept");
    assert!(known(&w, "enrolment", two)[0]["lost_on"].is_null(), "the day after it waits");
    let shown = calendar::unfinished(&w.app.kernel.db).unwrap();
    let shown: Vec<_> =
        shown.iter().filter(|u| u.days > 0).map(|u| (u.kind.as_str(), u.state.as_str(), u.days)).collect();
    assert_eq!(shown, [("loss_at_75", "due", 1), ("loss_at_75", "failed", 1)]);
    let failed = &items(&w.staff("it"), "?state=failed")[0];
    assert_eq!((&failed["due_on"], &failed["attempts"]), (&json!("2026-11-23"), &json!(1)));
    assert!(
        failed["problem"].is_string()
            && failed["try_again_at"].is_string()
            && failed["worker_id"].is_string()
    );
    w.run("drop trigger planted on enrolment");
    assert_eq!(work(&w), 0, "not at once");
    w.clock.advance(chrono::Duration::minutes(10));
    assert_eq!(work(&w), 2);
    assert_eq!(states(&w), vec!["done"; 3]);
    assert_eq!(known(&w, "enrolment", one)[0]["lost_on"], "2026-11-23");
    assert_eq!(known(&w, "enrolment", two)[0]["lost_on"], "2026-11-24");
    let done = &items(&w.staff("it"), "?kind=loss_at_75&from=2026-11-23&to=2026-11-23")[0];
    assert_eq!(
        (&done["state"], &done["attempts"], &done["affected_count"]),
        (&json!("done"), &json!(2), &json!(1))
    );
    assert!(done.get("problem").is_none() && done.get("try_again_at").is_none());
}
#[test]
fn a_day_that_fails_for_its_entry_is_kept_as_failed_all_the_same() {
    let w = World::new();
    work(&w);
    w.run(
        "create function refuse_entry() returns trigger language plpgsql as $$ begin raise exception 'planted'; end $$; \
         create trigger planted before insert on audit_entry for each row execute function refuse_entry();",
    );
    pass(&w, 1);
    assert_eq!(work(&w), 0);
    assert_eq!(states(&w), ["done", "failed"]);
    w.run("drop trigger planted on audit_entry");
    w.clock.advance(chrono::Duration::minutes(10));
    work(&w);
    assert_eq!(states(&w), ["done", "done"]);
}
#[test]
fn runs_are_listed_and_read_by_those_who_answer_for_them() {
    let w = World::new();
    let old = insured(&w, "1", "1951-11-23");
    let family = [relative(&w, old, "コヨミ　ツマ", "1960-05-05")];
    work(&w);
    pass(&w, 4);
    work(&w);
    for login in ["clerk", "privileged", "it"] {
        assert_eq!(items(&w.staff(login), "").len(), 20, "{login}");
    }
    for login in ["benefits", "collection", "review", "officer"] {
        w.staff(login).get("/v1/calendar-runs").refused(403, "forbidden");
    }
    w.client("employer").get("/v1/calendar-runs").refused(403, "insufficient-scope");
    let (it, clerk) = (w.staff("it"), w.staff("clerk"));
    assert_eq!(items(&it, "")[0]["due_on"], "2026-11-26", "newest first");
    assert_eq!(items(&it, "?kind=loss_at_75&state=done&from=2026-11-24").len(), 3);
    assert_eq!(items(&it, "?state=due").len(), 0);
    for wrong in
        ["?state=late", "?kind=x", "?from=yesterday", "?limit=0", "?limit=501", "?cursor=x", "?who=1"]
    {
        assert_eq!(it.get(format!("/v1/calendar-runs{wrong}")).status, 422, "{wrong}");
    }
    let mut at = "?kind=loss_at_75&limit=2".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = it.get(format!("/v1/calendar-runs{at}")).expect(200);
        seen.extend(page["items"].as_array().unwrap().iter().map(|r| r["due_on"].clone()));
        let Some(next) = page["page"]["next_cursor"].as_str() else { break };
        at = format!("?kind=loss_at_75&limit=2&cursor={next}");
    }
    assert_eq!(seen, ["2026-11-26", "2026-11-25", "2026-11-24", "2026-11-23", "2026-11-22"]);

    let run = items(&it, "?kind=loss_at_75&from=2026-11-23&to=2026-11-23")[0].clone();
    assert_eq!(run["affected_count"], 2);
    let path = format!("/v1/calendar-runs/{}", run["id"].as_str().unwrap());
    it.get(&path).refused(403, "forbidden");
    let listed = it.get("/v1/calendar-runs").text;
    for person in [old, family[0]] {
        assert!(
            !listed.contains(&person.to_string()),
            "who looks after the system sees days and counts, nobody"
        );
    }
    let first = clerk.get(format!("{path}?limit=1")).expect(200);
    assert_eq!(first["run"], run);
    assert_eq!(
        first["effects"],
        json!([{ "effect": "insured_lost", "person_id": old, "member_id": old, "employer_id": w.employer,
                 "effective_on": "2026-11-23" }])
    );
    let next = first["page"]["next_cursor"].as_str().unwrap();
    let second = clerk.get(format!("{path}?limit=1&cursor={next}")).expect(200);
    assert_eq!(second["effects"][0]["person_id"], json!(family[0]));
    assert_eq!(second["effects"][0]["effect"], "dependent_lost_with_insured");
    assert_eq!(second["page"]["has_more"], false);
    let entry = w.entries("operation = 'getCalendarRun'").pop().unwrap();
    assert_eq!((&entry["persons"], &entry["disclosed"]), (&json!([family[0]]), &json!(["enrolment"])));
    let other = items(&it, "?from=2026-11-24&to=2026-11-24")[0]["id"].as_str().unwrap().to_owned();
    clerk.get(format!("/v1/calendar-runs/{other}?limit=1&cursor={next}")).refused(422, "invalid");
    clerk.get(format!("/v1/calendar-runs/{}", Uuid::now_v7())).refused(404, "not-found");
    w.staff("benefits").get(&path).refused(403, "forbidden");
}
