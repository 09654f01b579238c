//! Fifty at once: one effect, and a clear answer to each. A decision is guarded by its If-Match, a resubmission by its
//! Idempotency-Key and by what it corrects; a calculation stores nothing; every token exchange is a grant of its own.
mod continuing;
mod corrections;

use crate::{
    filing::{
        NANA, accept, acquisition, count, decide, decide_on, filed, fresh_key, give_back, id, loss,
        new_person, same_person, slip, tables,
    },
    harness::{
        caller::{Caller, Response},
        race,
        world::World,
    },
};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};
use uuid::Uuid;

/// Longer than this, fifty answers are not waited for.
const LONGEST: Duration = Duration::from_secs(50);

/// Asks fifty times, all at once; all are answered in time.
fn fifty(ask: impl Fn(usize) -> Response + Sync) -> Vec<Response> {
    let ask = &ask;
    let begun = Instant::now();
    let answers = race::at_once((0..50).map(|i| move || ask(i)));
    assert!(begun.elapsed() < LONGEST, "fifty answers took {:?}", begun.elapsed());
    answers
}
/// Those that were done. The others were refused as said here, or told when to come again.
#[track_caller]
fn done<'a>(answers: &'a [Response], status: u16, refusals: &[(u16, &str)]) -> Vec<&'a Response> {
    let (done, refused): (Vec<_>, Vec<_>) = answers.iter().partition(|r| r.status == status);
    for r in refused {
        let code = r.body["code"].as_str().or(r.body["error"].as_str()).unwrap_or_default();
        let told = (r.status, code);
        let comes_again = matches!(r.status, 429 | 503) && r.header("retry-after").parse::<u32>().is_ok();
        assert!(refusals.contains(&told) || comes_again, "{told:?}: {}", r.text);
    }
    done
}
fn as_number(n: usize) -> i64 {
    i64::try_from(n).unwrap()
}

#[test]
fn a_notification_is_decided_once_for_one_person() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), [w.staff("clerk"), w.staff("privileged")]);
    let hired = filed(&w, &employer, &acquisition(NANA, "2026-11-01", None));
    let person = id(&decide(&staff[0], hired, &accept()).expect(200)["outcome"]["member_id"]);
    let left = filed(&w, &employer, &loss(NANA, "2026-11-09", "2026-11-10"));
    decide(&staff[0], left, &accept()).expect(200);
    let mut body = slip(&w, &acquisition(NANA, "2026-11-15", None));
    body["employer_id"] = json!(w.other_employer);
    let receipt =
        w.client("other-employer").post("/v1/notifications").key(&fresh_key()).json(&body).expect(202);
    let waiting = id(&receipt["results"][0]["notification_id"]);
    let tag = staff[0].get(format!("/v1/notifications/{waiting}")).header("etag").to_owned();
    // two people of the society, one for the person who is known and one for a new one
    let choices = [same_person("insured", person), new_person("insured")];
    let decisions = || w.entries("operation = 'decideNotification'").len();
    let of = |table: &str| count(&w, &format!("select count(*) as n from {table}"));
    let (before, people, enrolments) =
        (decisions(), of("person"), of("enrolment where superseded_at is null"));
    let answers = fifty(|i| decide_on(&staff[i % 2], waiting, &tag, &choices[i % 2]));
    let accepted = done(&answers, 200, &[(412, "stale")]);
    assert_eq!(accepted.len(), 1);
    let member = id(&accepted[0].body["outcome"]["member_id"]);
    assert_eq!(of("person") - people, i64::from(member != person), "{}", accepted[0].text);
    assert_eq!(of("enrolment where superseded_at is null") - enrolments, 1);
    assert_eq!(decisions() - before, 50, "each is told of in the log");
    assert_eq!(w.entries("operation = 'decideNotification' and status = 412").len(), 49);
}

fn returned(w: &World, employer: &Caller) -> (Uuid, Value) {
    let mut form = acquisition(NANA, "2026-11-01", None);
    let old = filed(w, employer, &form);
    decide(&w.staff("clerk"), old, &give_back()).expect(200);
    form["resubmission_of"] = json!(old);
    (old, slip(w, &form))
}
#[track_caller]
fn is_resubmitted_once(w: &World, old: Uuid) {
    let corrections = format!("select count(*) as n from notification where resubmission_of = '{old}'");
    assert_eq!(count(w, &corrections), 1);
    assert_eq!(count(w, "select count(*) as n from submission"), 2, "the returned one and its correction");
}
#[test]
fn a_return_is_resubmitted_once_under_one_key() {
    let w = World::new();
    let employer = w.client("employer");
    let (old, body) = returned(&w, &employer);
    let ask = || employer.post("/v1/notifications").key("corrected-at-once").json(&body);
    let answers = fifty(|_| ask());
    let taken = done(&answers, 202, &[]);
    let again = ask();
    assert!(!taken.is_empty() && taken.iter().all(|r| r.text == again.text), "one answer for all");
    assert_eq!(taken.iter().filter(|r| r.header("idempotency-replayed").is_empty()).count(), 1);
    is_resubmitted_once(&w, old);
}
#[test]
fn a_return_is_resubmitted_once_under_fifty_keys() {
    let w = World::new();
    let employer = w.client("employer");
    let (old, body) = returned(&w, &employer);
    let answers = fifty(|_| employer.post("/v1/notifications").key(&fresh_key()).json(&body));
    assert_eq!(done(&answers, 202, &[(409, "already-resubmitted")]).len(), 1);
    is_resubmitted_once(&w, old);
}

#[test]
fn a_calculation_says_the_same_to_all_and_stores_nothing() {
    let w = World::new();
    let by = [w.client("employer"), w.client("front-end")];
    let facts = json!({ "remuneration_yen": 1_055_000, "month": "2026-09" });
    let before = tables(&w);
    let answers = fifty(|i| by[i % 2].post("/v1/calculations/standard-remuneration-grade").json(&facts));
    let told = done(&answers, 200, &[]);
    assert!(!told.is_empty() && told.iter().all(|r| r.text == told[0].text));
    assert_eq!(tables(&w), before);
    let entries = w.entries("operation = 'calculateStandardRemunerationGrade' and status = 200");
    assert_eq!(entries.len(), told.len());
}

#[test]
fn every_token_exchange_that_is_answered_is_one_grant() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let case = filed(&w, &employer, &acquisition(NANA, "2026-11-01", None));
    let person = id(&decide(&staff, case, &accept()).expect(200)["outcome"]["member_id"]);
    let answers = fifty(|_| w.exchange(&staff, case, &[person]));
    let given = done(&answers, 200, &[]);
    let tokens: BTreeSet<&str> = given.iter().filter_map(|r| r.body["access_token"].as_str()).collect();
    assert!(!given.is_empty() && tokens.len() == given.len(), "each has a token of its own");
    assert_eq!(count(&w, "select count(*) as n from number_grant"), as_number(given.len()));
    assert_eq!(
        w.entries("operation = 'oauthToken' and status = 200 and purpose is not null").len(),
        given.len()
    );
    // a refusal of all fifty grants nobody anything
    let stranger = w.member("8", "ミホン　ハチ", "見本　八", "1990-08-08");
    let answers = fifty(|_| w.exchange(&staff, case, &[stranger]));
    assert_eq!(done(&answers, 200, &[(403, "access_denied")]).len(), 0);
    assert_eq!(count(&w, "select count(*) as n from number_grant"), as_number(given.len()));
}
