//! Two at once: one effect, one clear refusal.
use super::{Society, application, over, wish};
use crate::filing::{HACHI, KYU, NANA, accept, acquisition, count, decide_on, filed, same_person};
use crate::harness::race;
use serde_json::Value;
use uuid::Uuid;

fn tag(s: &Society, n: Uuid) -> String {
    s.clerk.get(format!("/v1/notifications/{n}")).header("etag").to_owned()
}
fn known(s: &Society, person: Uuid) -> i64 {
    count(
        &s.w,
        &format!(
            "select count(*) as n from enrolment where person_id = '{person}' and superseded_at is null \
             and enrolment_type <> 'compulsory'"
        ),
    )
}

#[test]
fn two_ends_of_one_cover() {
    let s = Society::new();
    for p in [NANA, HACHI, KYU] {
        let person = s.continuing(p);
        let card = s.card(person);
        let n = s.keyed(&over(p, &card, "other_insurance", "2026-11-15"), "2026-11-20");
        let version = tag(&s, n);
        let asked = s.ask_unpaid(&s.collection, person, "first", "2026-11-20").expect(201);
        let second = s.w.staff("second-collection");
        let (a, b) = race::both(
            || decide_on(&s.clerk, n, &version, &accept()),
            || s.rule_unpaid(&second, &asked, "approve"),
        );
        // the unpaid first premium ends it earlier: it may take the place of the other, never the other way round
        assert_eq!(b.status, 200, "{}", b.text);
        assert!(
            a.status == 200 || (a.status, &a.body["code"]) == (409, &"ended-already".into()),
            "{}",
            a.text
        );
        assert_eq!(s.cover(person).2.as_deref(), Some("first_premium_unpaid"));
        assert_eq!(known(&s, person), 1);
    }
}
#[test]
fn the_same_unpaid_premium_twice_at_once() {
    let s = Society::new();
    for p in [NANA, HACHI, KYU] {
        let person = s.continuing(p);
        let ask = || s.ask_unpaid(&s.collection, person, "first", "2026-11-20");
        let told = race::at_once([ask, ask]);
        let mut answers: Vec<(u16, Value)> =
            told.iter().map(|r| (r.status, r.body["code"].clone())).collect();
        answers.sort_by_key(|a| a.0);
        assert_eq!((answers[0].0, &answers[1]), (201, &(409, Value::from("already-exists"))));
        assert_eq!(known(&s, person), 1);
    }
}
#[test]
fn an_application_and_a_new_job() {
    let s = Society::new();
    for p in [NANA, HACHI, KYU] {
        let (person, card) = s.left(p, "2025-04-01", "2026-10-31", "2026-11-01");
        let n = s.keyed(&application(p, &card), "2026-11-10");
        let job = filed(&s.w, &s.employer, &acquisition(p, "2026-11-15", None));
        let (version, of_job) = (tag(&s, n), tag(&s, job));
        let same = same_person("insured", person);
        let (joined, hired) = race::both(
            || decide_on(&s.clerk, n, &version, &accept()),
            || decide_on(&s.second, job, &of_job, &same),
        );
        assert_eq!(hired.status, 200, "the job is taken whatever comes first: {}", hired.text);
        let is_first = joined.status == 200;
        assert!(
            is_first || (joined.status, &joined.body["code"]) == (409, &"cover-overlaps".into()),
            "{}",
            joined.text
        );
        assert_eq!(known(&s, person), i64::from(is_first));
        let open = format!(
            "select count(*) as n from enrolment where person_id = '{person}' and superseded_at is null and lost_on is null"
        );
        assert_eq!(count(&s.w, &open), 1);
    }
}
#[test]
fn the_calendar_and_a_wish() {
    let mut s = Society::new();
    let person = s.continuing(NANA);
    let card = s.card(person);
    s.work();
    s.pass(710); // 2028-11-01
    let (clerk, second) = (s.w.staff("clerk"), s.w.staff("privileged"));
    let path = "/v1/keyed-notifications?received_on=2028-10-20";
    let key = crate::filing::fresh_key();
    let keyed = clerk.post(path).key(&key).json(&s.slip(&wish(NANA, &card))).expect(202);
    let n = crate::filing::id(&keyed["results"][0]["notification_id"]);
    crate::decisions::check(&second, n, &crate::decisions::matches()).expect(200);
    let version = clerk.get(format!("/v1/notifications/{n}")).header("etag").to_owned();
    let (answer, ()) = race::both(|| decide_on(&clerk, n, &version, &accept()), || s.work());
    assert!(
        answer.status == 200 || (answer.status, &answer.body["code"]) == (409, &"ended-already".into()),
        "{}",
        answer.text
    );
    s.work();
    assert_eq!(s.cover(person).1.as_deref(), Some("2028-11-01"));
    assert_eq!(known(&s, person), 1);
}
