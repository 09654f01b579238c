//! 賞与不支給報告書: about an office and a month, and nobody.
use super::{accepted, bonus, insured};
use crate::{
    filing::{
        HACHI, NANA, accept, acquisition, batch, count, decide, entries, filed, fresh_key, give_back, id,
        refused_at, slip, tables,
    },
    harness::{caller::Caller, race, world::World},
};
use serde_json::{Value, json};

fn report(month: &str) -> Value {
    json!({ "kind": "no_bonus_report", "planned_month": month })
}
fn planned_for(month: &str, next: &str) -> Value {
    json!({ "kind": "no_bonus_report", "planned_month": month, "next_planned_month": next })
}
fn taken_back(month: &str) -> Value {
    json!({ "kind": "no_bonus_report", "planned_month": month, "withdrawn": true })
}
/// Months without a bonus, and the months planned instead.
#[track_caller]
fn reported(w: &World, by: &Caller, query: &str) -> Vec<(String, Option<String>)> {
    let list = by.get(format!("/v1/employers/{}/no-bonus-reports{query}", w.employer)).expect(200);
    let text = |v: &Value| v.as_str().map(str::to_owned);
    let all = list["items"].as_array().unwrap().iter();
    all.map(|r| (text(&r["planned_month"]).unwrap(), text(&r["next_planned_month"]))).collect()
}
fn month(planned: &str, next: Option<&str>) -> (String, Option<String>) {
    (planned.into(), next.map(str::to_owned))
}

#[test]
fn an_employer_reports_that_no_bonus_was_paid_and_staff_accepts_it() {
    let w = World::new();
    let (employer, clerk) = (w.client("employer"), w.staff("clerk"));
    let form = planned_for("2026-07", "2026-12");
    let dry = employer.post("/v1/notifications?validate_only=true").json(&slip(&w, &form)).expect(200);
    let line =
        |field: &str, after: &str| json!({ "subject": "no_bonus_report", "field": field, "after": after });
    let lines = json!([line("planned_month", "2026-07"), line("next_planned_month", "2026-12")]);
    assert_eq!(dry["records"][0]["consequences"], lines);
    let receipt = employer.post("/v1/notifications").key("reported-once").json(&slip(&w, &form)).expect(202);
    let again = employer.post("/v1/notifications").key("reported-once").json(&slip(&w, &form)).expect(202);
    assert_eq!(receipt, again, "the same request gets the same answer");
    assert_eq!((&receipt["read_count"], &receipt["counts"]["accepted"]), (&json!(1), &json!(1)), "R-087");
    let n = id(&receipt["results"][0]["notification_id"]);
    let path = format!("/v1/notifications/{n}");
    let waiting = clerk.get(&path).expect(200);
    assert_eq!(
        (&waiting["form"]["planned_month"], &waiting["kind"]),
        (&json!("2026-07"), &json!("no_bonus_report"))
    );
    let ahead = clerk.post(format!("{path}/decision-preview")).json(&json!({})).expect(200);
    assert_eq!(ahead["consequences"], lines, "told ahead as the employer was");
    assert!(reported(&w, &clerk, "").is_empty(), "a report that waits is none yet");
    let done = decide(&clerk, n, &accept()).expect(200);
    assert_eq!((&done["state"], done.get("outcome")), (&json!("applied"), None));
    for by in [&employer, &clerk, &w.staff("collection")] {
        assert_eq!(reported(&w, by, ""), [month("2026-07", Some("2026-12"))]);
    }
    let list = clerk.get(format!("/v1/employers/{}/no-bonus-reports", w.employer)).expect(200);
    let kept = &list["items"][0];
    assert_eq!((&kept["notification_id"], &kept["preparer_name"]), (&json!(n), &json!("見本 花子")));
    for by in [&w.client("other-employer"), &w.staff("benefits"), &w.staff("it")] {
        let path = format!("/v1/employers/{}/no-bonus-reports", w.employer);
        assert!([403, 404].contains(&by.get(&path).status));
        let status =
            by.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &report("2026-05"))).status;
        assert!([403, 404].contains(&status), "{status}");
    }
    // a bonus that is reported later for the month is taken, and the report stands no more
    insured(&w, &employer, &clerk, NANA);
    let known_at = w.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
    w.clock.advance(chrono::Duration::seconds(1));
    let paid = bonus(NANA, "2026-07-10", 300_000);
    let dry = employer.post("/v1/notifications?validate_only=true").json(&slip(&w, &paid)).expect(200);
    let ended = json!({ "subject": "no_bonus_report", "field": "planned_month", "before": "2026-07", "after": "none" });
    let told = |lines: &Value| lines.as_array().unwrap().iter().filter(|l| **l == ended).count();
    assert_eq!(told(&dry["records"][0]["consequences"]), 1, "{dry}");
    let n = filed(&w, &employer, &paid);
    let path = format!("/v1/notifications/{n}/decision-preview");
    let ahead = clerk.post(path).json(&json!({})).expect(200);
    assert_eq!(told(&ahead["consequences"]), 1, "{ahead}");
    decide(&clerk, n, &accept()).expect(200);
    assert!(reported(&w, &clerk, "").is_empty(), "two statements would contradict each other");
    let was = reported(&w, &clerk, &format!("?known_at={known_at}"));
    assert_eq!(was, [month("2026-07", Some("2026-12"))]);
    let noted = entries(&w, "decideNotification");
    assert!(noted.iter().any(|e| e.persons.is_empty() && e.status == 200), "it names nobody: {noted:?}");
}
#[test]
fn a_later_report_takes_the_place_of_an_earlier_one_and_one_is_taken_back() {
    let w = World::new();
    let (employer, clerk) = (w.client("employer"), w.staff("clerk"));
    let mut known = Vec::new();
    let now = || {
        w.clock.advance(chrono::Duration::minutes(1));
        let at = format!("?known_at={}", w.clock.now().format("%Y-%m-%dT%H:%M:%SZ"));
        w.clock.advance(chrono::Duration::minutes(1));
        at
    };
    for form in
        [report("2026-07"), planned_for("2026-07", "2026-12"), taken_back("2026-07"), report("2026-07")]
    {
        decide(&clerk, filed(&w, &employer, &form), &accept()).expect(200);
        let at = now();
        let told = clerk.get(format!("/v1/employers/{}/no-bonus-reports{at}", w.employer)).text;
        known.push((at, told, reported(&w, &clerk, "")));
    }
    let held: Vec<_> = known.iter().map(|k| k.2.clone()).collect();
    let (plain, moved) = (month("2026-07", None), month("2026-07", Some("2026-12")));
    assert_eq!(held, [vec![plain.clone()], vec![moved], Vec::new(), vec![plain]]);
    for (at, told, _) in known {
        let again = clerk.get(format!("/v1/employers/{}/no-bonus-reports{at}", w.employer)).text;
        assert_eq!(again, told, "what was known at {at} is told again");
    }
    assert_eq!(count(&w, "select count(*) as n from no_bonus_report"), 3, "nothing is overwritten");
}
#[test]
fn what_does_not_fit_is_refused_at_its_place_and_stores_nothing() {
    let w = World::new();
    let (employer, clerk) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &clerk, NANA);
    accepted(&w, &employer, &clerk, &bonus(NANA, "2026-06-30", 500_000));
    decide(&clerk, filed(&w, &employer, &report("2026-08")), &accept()).expect(200);
    filed(&w, &employer, &report("2026-09"));
    let both = |mut form: Value, key: &str, value: Value| {
        form[key] = value;
        form
    };
    refused_at(
        &w,
        &employer,
        &[
            (report("2026-12"), "E-FUTURE-DATE", "/planned_month"),
            (report("1926-06"), "E-BEFORE-LAW", "/planned_month"),
            (planned_for("2026-05", "2026-05"), "E-DATE-RELATION", "/next_planned_month"),
            (
                both(taken_back("2026-08"), "next_planned_month", json!("2026-12")),
                "E-MUST-BE-EMPTY",
                "/next_planned_month",
            ),
            (report("2026-06"), "E-BONUS-PAID", "/planned_month"),
            (report("2026-08"), "E-NOTHING-NEW", "/planned_month"),
            (taken_back("2026-05"), "E-NOTHING-NEW", "/planned_month"),
            (report("2026-09"), "E-DUPLICATE-PENDING", "/planned_month"),
            (
                both(report("2026-05"), "personal_number", json!(kenpo::cli::seed::fictitious_number(1))),
                "E-UNEXPECTED-DATA",
                "/personal_number",
            ),
        ],
    );
    let office = kenpo::cli::seed::employer(&mut w.owner(), &w.clock, 7).unwrap();
    let before = tables(&w);
    for form in [
        report("2026-13"),
        both(report("2026-05"), "name_kana", json!("ミホン　ナナ")),
        json!({ "kind": "no_bonus_report" }),
    ] {
        employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &form)).expect(422);
    }
    let mut own = slip(&w, &report("2026-05"));
    own["employer_id"] = json!(office);
    assert_eq!(employer.post("/v1/notifications").key(&fresh_key()).json(&own).status, 404);
    let twice = batch(&w, &[report("2026-04"), planned_for("2026-04", "2026-12"), report("2026-03")]);
    let told = employer.post("/v1/notification-batches?validate_only=true").json(&twice).expect(200);
    let codes: Vec<&Value> =
        told["records"].as_array().unwrap().iter().map(|r| &r["findings"][0]["code"]).collect();
    assert_eq!(codes, [&Value::Null, &json!("E-DUPLICATE-IN-FILE"), &Value::Null]);
    assert_eq!(tables(&w), before, "nothing is stored");
}
#[test]
fn a_report_is_returned_filed_anew_withdrawn_and_refused_for_what_came_meanwhile() {
    let w = World::new();
    let (employer, clerk) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &clerk, NANA);
    let n = filed(&w, &employer, &report("2026-07"));
    decide(&clerk, n, &give_back()).expect(200);
    let mut anew = report("2026-07");
    anew["resubmission_of"] = json!(n);
    let again = filed(&w, &employer, &anew);
    assert_eq!(employer.get(format!("/v1/notifications/{n}")).expect(200)["resubmitted_as"], json!(again));
    accepted(&w, &employer, &clerk, &bonus(NANA, "2026-07-10", 300_000));
    decide(&clerk, again, &accept()).refused(409, "bonus-paid");
    let gone = employer.post(format!("/v1/notifications/{again}/withdrawal")).json(&json!({})).expect(200);
    assert_eq!(gone["state"], "withdrawn");
    assert!(reported(&w, &clerk, "").is_empty());
    let named = json!({ "decision": "accept", "persons": [{ "slot": "insured", "choice": "new_person" }] });
    let n = filed(&w, &employer, &report("2026-08"));
    decide(&clerk, n, &named).refused(422, "person-not-expected");
    let determined = json!({ "decision": "accept", "determination": { "excluded_months": [] } });
    decide(&clerk, n, &determined).refused(422, "invalid");
    decide(&clerk, n, &accept()).expect(200);
    decide(&clerk, n, &accept()).refused(409, "already-decided");
}
#[test]
fn two_reports_of_a_month_at_once_are_one() {
    let w = World::new();
    let (employer, clerk) = (w.client("employer"), w.staff("clerk"));
    let forms = [report("2026-07"), planned_for("2026-07", "2026-12")];
    let mut states =
        race::at_once(forms.iter().map(|form| {
            || employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, form)).status
        }));
    states.sort_unstable();
    assert_eq!(states, [202, 422]);
    assert_eq!(
        count(
            &w,
            "select count(*) as n from notification where kind = 'no_bonus_report' and state = 'accepted'"
        ),
        1
    );
    filed(&w, &employer, &acquisition(HACHI, "2026-11-01", None));
    let rows = w.rows("select * from notification where kind = 'no_bonus_report' and state = 'accepted'");
    let n = id(&rows[0]["id"]);
    let mut states = race::at_once([(); 2].map(|()| || decide(&clerk, n, &accept()).status));
    states.sort_unstable();
    assert!(states == [200, 409] || states == [200, 412], "{states:?}");
    assert_eq!(count(&w, "select count(*) as n from no_bonus_report"), 1);
}
#[test]
fn a_report_and_a_bonus_of_its_month_at_once_leave_one_truth() {
    for _ in 0..3 {
        let w = World::new();
        let (employer, clerk) = (w.client("employer"), w.staff("clerk"));
        insured(&w, &employer, &clerk, NANA);
        let waiting = [report("2026-07"), bonus(NANA, "2026-07-10", 300_000)];
        let waiting = waiting.map(|form| filed(&w, &employer, &form));
        let answers = race::at_once(waiting.map(|n| {
            let clerk = &clerk;
            move || decide(clerk, n, &accept())
        }));
        assert_eq!(answers[1].status, 200, "the bonus is taken in any case: {}", answers[1].text);
        assert!(answers[0].status == 200 || answers[0].body["code"] == "bonus-paid", "{}", answers[0].text);
        assert!(reported(&w, &clerk, "").is_empty(), "no report stands beside the bonus");
    }
}
#[test]
fn bonuses_of_a_month_at_once_end_the_report_once() {
    let w = World::new();
    let (employer, clerk) = (w.client("employer"), w.staff("clerk"));
    for person in [NANA, HACHI] {
        insured(&w, &employer, &clerk, person);
    }
    accepted(&w, &employer, &clerk, &report("2026-07"));
    let waiting = [NANA, HACHI].map(|p| filed(&w, &employer, &bonus(p, "2026-07-10", 300_000)));
    let answers = race::at_once(waiting.map(|n| {
        let clerk = &clerk;
        move || decide(clerk, n, &accept())
    }));
    for told in answers {
        told.expect(200);
    }
    assert!(reported(&w, &clerk, "").is_empty());
    let closed = "select count(*) as n from no_bonus_report where superseded_at is not null";
    assert_eq!((count(&w, closed), count(&w, "select count(*) as n from no_bonus_report")), (1, 1));
}
