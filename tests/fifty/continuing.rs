//! Fifty at once about one person's 任意継続.
use super::{done, fifty};
use crate::{
    filing::{NANA, accept, count, decide_on, fresh_key, id},
    voluntary::{Society, application, setting},
};
use serde_json::json;

/// Covers of 任意継続 that are known.
fn known(s: &Society) -> i64 {
    count(
        &s.w,
        "select count(*) as n from enrolment where superseded_at is null and enrolment_type <> 'compulsory'",
    )
}

#[test]
fn fifty_applications_of_one_person() {
    let s = Society::new();
    let (person, card) = s.left(NANA, "2025-04-01", "2026-10-31", "2026-11-01");
    let body = s.slip(&application(NANA, &card));
    let by = [&s.clerk, &s.second];
    let path = "/v1/keyed-notifications?received_on=2026-11-10";
    let answers = fifty(|i| by[i % 2].post(path).key(&fresh_key()).json(&body));
    let taken = done(&answers, 202, &[(422, "invalid")]);
    assert_eq!(taken.len(), 1, "one application waits");
    let n = id(&taken[0].body["results"][0]["notification_id"]);
    // whoever did not key it compares it with the paper
    let keyed_by =
        s.w.rows("select actor_name from audit_entry where operation = 'keyNotification' and status = 202");
    let checks = usize::from(keyed_by[0]["actor_name"] == "clerk person");
    crate::decisions::check(by[checks], n, &crate::decisions::matches()).expect(200);
    let version = s.clerk.get(format!("/v1/notifications/{n}")).header("etag").to_owned();
    let answers = fifty(|i| decide_on(by[i % 2], n, &version, &accept()));
    let joined = done(&answers, 200, &[(412, "stale")]);
    assert_eq!((joined.len(), known(&s)), (1, 1));
    assert_eq!(joined[0].body["outcome"]["member_id"], json!(person));
    assert_eq!(s.cover(person).0, "2026-11-01");
    let held = count(
        &s.w,
        "select count(*) as n from standard_remuneration where rule = 'voluntary_continuation_standard' and superseded_at is null",
    );
    assert_eq!(held, 1);
}
#[test]
fn fifty_times_the_same_unpaid_premium() {
    let s = Society::new();
    let person = s.continuing(NANA);
    let answers = fifty(|_| s.ask_unpaid(&s.collection, person, "first", "2026-11-20"));
    let asked = done(&answers, 201, &[(409, "already-exists")]);
    assert_eq!(asked.len(), 1);
    let second = s.w.staff("second-collection");
    let answers = fifty(|_| s.rule_unpaid(&second, &asked[0].body, "approve"));
    assert_eq!(done(&answers, 200, &[(409, "no-open-check")]).len(), 1);
    assert_eq!(s.cover(person).2.as_deref(), Some("first_premium_unpaid"));
    assert_eq!(known(&s), 1);
}
#[test]
fn fifty_second_persons_settle_one_setting() {
    let s = Society::without_settings();
    let asked = s.clerk.post("/v1/voluntary-settings").key(&fresh_key()).json(&setting(s.office)).expect(201);
    let wanted = id(&asked["id"]);
    let rulings = ["approve", "reject"];
    let answers = fifty(|i| s.rule_on(&s.second, wanted, rulings[i % 2]));
    assert_eq!(done(&answers, 200, &[(409, "no-open-check")]).len(), 1);
    assert_eq!(count(&s.w, "select count(*) as n from approval where state <> 'requested'"), 1);
    assert_eq!(s.w.entries("operation = 'checkVoluntarySetting' and status = 200").len(), 1);
}
