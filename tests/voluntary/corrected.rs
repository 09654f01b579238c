//! 任意継続 that ended because an acquisition was accepted, when that acquisition never was or was on another day.
use super::{KID, Society, application, ended, wish};
use crate::filing::{
    NANA, Person, accept, acquisition, child, decide, decide_on, filed, fresh_key, id, loss, same_person,
    slip,
};
use crate::harness::race;
use chrono::Duration;
use serde_json::{Value, json};
use uuid::Uuid;

fn named(kind: &str, p: Person, fields: &[(&str, &str)]) -> Value {
    let mut form = json!({ "kind": kind, "office_number": p.office_number, "name_kana": p.kana, "birth_on": p.birth_on, "reason": "誤り" });
    for (key, value) in fields {
        form[*key] = json!(value);
    }
    form
}
pub(super) fn no_acquisition(p: Person, on: &str) -> Value {
    named("acquisition_cancellation", p, &[("acquired_on", on)])
}
fn other_acquisition(p: Person, on: &str, right: &str) -> Value {
    named("qualification_date_correction", p, &[("acquired_on", on), ("corrected_acquired_on", right)])
}
impl Society {
    /// As time goes by between decisions.
    fn tick(&self) {
        self.w.clock.advance(Duration::seconds(1));
    }
    #[track_caller]
    pub(super) fn hired(&self, p: Person, on: &str, person: Uuid) {
        self.tick();
        let n = filed(&self.w, &self.employer, &acquisition(p, on, None));
        decide(&self.clerk, n, &same_person("insured", person)).expect(200);
        self.tick();
    }
    #[track_caller]
    pub(super) fn corrected(&self, form: &Value) -> Value {
        self.tick();
        self.accepted_of_employer(form)
    }
    /// Days and reason of the end of 任意継続, as known now.
    fn continued(&self, person: Uuid) -> (String, Option<String>, Option<String>) {
        let rows = self.w.rows(&format!(
            "select acquired_on, lost_on, loss_reason from enrolment where person_id = '{person}' and superseded_at is null \
             and enrolment_type = 'voluntary_continuation'"
        ));
        let text = |v: &Value| v.as_str().map(str::to_owned);
        (text(&rows[0]["acquired_on"]).unwrap(), text(&rows[0]["lost_on"]), text(&rows[0]["loss_reason"]))
    }
    /// Rule and months of standard remuneration, as known now.
    fn pay(&self, person: Uuid) -> Vec<(String, String, Option<String>)> {
        let rows = self.w.rows(&format!(
            "select rule, applies_from, applies_until from standard_remuneration where person_id = '{person}' \
             and superseded_at is null order by applies_from"
        ));
        let text = |v: &Value| v.as_str().map(str::to_owned);
        rows.iter()
            .map(|r| {
                (text(&r["rule"]).unwrap(), text(&r["applies_from"]).unwrap(), text(&r["applies_until"]))
            })
            .collect()
    }
    fn dependencies(&self, person: Uuid) -> Vec<(String, Option<String>)> {
        let rows = self.w.rows(&format!(
            "select recognised_on, removed_on from dependency where person_id = '{person}' and superseded_at is null \
             order by recognised_on, removed_on"
        ));
        let text = |v: &Value| v.as_str().map(str::to_owned);
        rows.iter().map(|r| (text(&r["recognised_on"]).unwrap(), text(&r["removed_on"]))).collect()
    }
}
fn open() -> (String, Option<String>, Option<String>) {
    ("2026-11-01".into(), None, None)
}

#[test]
fn it_goes_on_as_before_when_the_acquisition_never_was() {
    let s = Society::new();
    let person = s.insured(NANA, "2025-04-01");
    let card = s.card(person);
    s.tick();
    let kid =
        s.accepted_of_employer(&child(NANA, KID, "2026-10-10", None))["dependents"][0]["person_id"].clone();
    s.accepted_of_employer(&loss(NANA, "2026-10-31", "2026-11-01"));
    s.tick();
    let mut form = application(NANA, &card);
    form["continuing_branches"] = json!(["01"]);
    s.accepted(&form, "2026-11-10");
    s.tick();
    let before = (s.pay(person), s.dependencies(id(&kid)), s.card(person), s.continued(person));
    assert_eq!((before.0.len(), &before.3), (2, &open()));
    // both covers begin in November: the second one's decision holds in it
    s.hired(NANA, "2026-11-15", person);
    let n = filed(&s.w, &s.employer, &child(NANA, KID, "2026-11-15", None));
    decide(&s.clerk, n, &same_person("other_1", id(&kid))).expect(200);
    assert_eq!(s.continued(person), ended("2026-11-01", "2026-11-15", "other_insurance"));
    s.tick();
    let then = s.w.clock.now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let path = format!("/v1/members/{person}?known_at={then}");
    let known = s.clerk.get(path.clone()).text;
    s.tick();
    let form = no_acquisition(NANA, "2026-11-15");
    let dry = s.employer.post("/v1/notifications?validate_only=true").json(&slip(&s.w, &form)).expect(200);
    assert!(!dry.to_string().contains("voluntary"), "the employer sees nothing of before: {dry}");
    let n = filed(&s.w, &s.employer, &form);
    let ahead = format!("/v1/notifications/{n}/decision-preview");
    let ahead = s.clerk.post(ahead).json(&json!({})).expect(200)["consequences"].clone();
    let goes_on = json!({ "subject": "voluntary_continuation", "field": "lost_on", "before": "2026-11-15", "after": "none" });
    assert!(ahead.as_array().unwrap().contains(&goes_on), "staff sees it before it decides: {ahead}");
    decide(&s.clerk, n, &accept()).expect(200);
    assert_eq!(s.continued(person), open());
    assert_eq!((s.pay(person), s.card(person)), (before.0, before.2));
    assert_eq!(
        s.dependencies(id(&kid)),
        before.1,
        "the child under 任意継続 again, and not under the employer"
    );
    assert_eq!(s.member(person)["enrolment_type"], "voluntary_continuation");
    assert_eq!(s.clerk.get(path).text, known, "what was known then is told byte for byte");
    assert!([403, 404].contains(&s.employer.get(format!("/v1/members/{person}")).status));
}
#[test]
fn it_ends_on_the_right_first_day_of_the_new_cover() {
    let s = Society::new();
    let person = s.continuing(NANA);
    s.hired(NANA, "2026-11-15", person);
    for (recorded, right) in
        [("2026-11-15", "2026-11-18"), ("2026-11-18", "2026-11-10"), ("2026-11-10", "2026-11-01")]
    {
        s.corrected(&other_acquisition(NANA, recorded, right));
        assert_eq!(s.continued(person), ended("2026-11-01", right, "other_insurance"));
        assert_eq!(s.member(person)["acquired_on"], right);
    }
    // before 任意継続 began is an overlap with the cover before it
    let early = filed(&s.w, &s.employer, &other_acquisition(NANA, "2026-11-01", "2026-10-31"));
    decide(&s.clerk, early, &accept()).refused(409, "cover-overlaps");
    s.corrected(&no_acquisition(NANA, "2026-11-01"));
    assert_eq!(s.continued(person), open());
}
#[test]
fn the_end_that_it_had_before_comes_back() {
    let s = Society::new();
    let person = s.continuing(NANA);
    s.accepted(&wish(NANA, &s.card(person)), "2026-11-20");
    s.hired(NANA, "2026-11-15", person);
    assert_eq!(s.continued(person), ended("2026-11-01", "2026-11-15", "other_insurance"));
    s.corrected(&no_acquisition(NANA, "2026-11-15"));
    assert_eq!(s.continued(person), ended("2026-11-01", "2026-12-01", "withdrawal"));
}
/// What was known before a merge stands under the id of then: an end that comes back is looked for there, too.
#[test]
fn the_end_that_it_had_before_comes_back_under_the_surviving_id() {
    let s = Society::new();
    let person = s.continuing(NANA);
    s.accepted(&wish(NANA, &s.card(person)), "2026-11-20");
    s.hired(NANA, "2026-11-15", person);
    let other = crate::merges::another_id(&s.w, person);
    crate::merges::merged(&s.w, other, person);
    s.corrected(&no_acquisition(NANA, "2026-11-15"));
    assert_eq!(s.continued(other), ended("2026-11-01", "2026-12-01", "withdrawal"));
    // and one that ran goes on, whichever id survives
    let s = Society::new();
    let person = s.continuing(NANA);
    s.hired(NANA, "2026-11-15", person);
    let other = crate::merges::another_id(&s.w, person);
    crate::merges::merged(&s.w, person, other);
    s.corrected(&no_acquisition(NANA, "2026-11-15"));
    assert_eq!(s.continued(person), open());
}
#[test]
fn two_years_that_are_over_meanwhile_end_it_by_the_calendar() {
    let mut s = Society::new();
    let person = s.continuing(NANA);
    s.work();
    s.hired(NANA, "2026-11-15", person);
    s.pass(720); // 2028-11-11
    s.work();
    s.corrected(&no_acquisition(NANA, "2026-11-15"));
    assert_eq!(s.continued(person), open());
    s.pass(1);
    s.work();
    assert_eq!(s.continued(person), ended("2026-11-01", "2028-11-01", "two_years_passed"));
}
#[test]
fn one_that_never_was_rests_on_no_loss() {
    let s = Society::new();
    let person = s.continuing(NANA);
    let form = named("loss_cancellation", NANA, &[("lost_on", "2026-11-01")]);
    let n = filed(&s.w, &s.employer, &form);
    decide(&s.clerk, n, &accept()).refused(409, "resting-cover-stands");
    s.unpaid(person, "first", "2026-11-20");
    s.tick();
    decide(&s.clerk, n, &accept()).expect(200);
    assert_eq!(s.member(person)["enrolment_type"], "compulsory");
    assert_eq!(s.member(person).get("lost_on"), None);
    assert_eq!(s.pay(person).iter().map(|p| p.2.clone()).collect::<Vec<_>>(), [None]);
}
#[test]
fn at_once_with_the_loss_of_the_new_cover() {
    for _ in 0..3 {
        let s = Society::new();
        let person = s.continuing(NANA);
        s.hired(NANA, "2026-11-15", person);
        let forms = [no_acquisition(NANA, "2026-11-15"), loss(NANA, "2026-11-19", "2026-11-20")];
        let ids = forms.map(|form| {
            let made =
                s.employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&s.w, &form)).expect(202);
            id(&made["results"][0]["notification_id"])
        });
        let tags = ids.map(|n| s.clerk.get(format!("/v1/notifications/{n}")).header("etag").to_owned());
        s.tick();
        let answers: Vec<(u16, Value)> = race::at_once([0, 1].map(|at| {
            let (s, n, tag) = (&s, ids[at], &tags[at]);
            move || decide_on(&s.clerk, n, tag, &accept())
        }))
        .into_iter()
        .map(|r| (r.status, r.body["code"].clone()))
        .collect();
        assert_eq!(answers.iter().filter(|a| a.0 == 200).count(), 1, "{answers:?}");
        assert!(answers.iter().all(|a| [200, 409].contains(&a.0)), "{answers:?}");
        let is_cancelled = answers[0].0 == 200;
        let end = if is_cancelled { open() } else { ended("2026-11-01", "2026-11-15", "other_insurance") };
        assert_eq!(s.continued(person), end, "{answers:?}");
    }
}
