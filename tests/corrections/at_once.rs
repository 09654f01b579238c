//! Corrections of one person at once, and a correction against a loss: one effect, and the other a clear refusal.
use super::{Office, no_acquisition, no_loss, other_acquisition, other_birth, other_loss, period};
use crate::filing::{NANA, accept, decide_on, filed, loss};
use crate::harness::race;
use serde_json::Value;
use uuid::Uuid;

/// Decides both at once; gives the answers as status and code.
pub(super) fn both(o: &Office, forms: [&Value; 2]) -> Vec<(u16, Option<String>)> {
    let ids: Vec<Uuid> = forms.iter().map(|f| filed(&o.w, &o.employer, f)).collect();
    o.later(1);
    let tags: Vec<String> =
        ids.iter().map(|n| o.get(format!("/v1/notifications/{n}")).header("etag").to_owned()).collect();
    race::at_once(ids.iter().zip(&tags).map(|(n, tag)| {
        move || {
            let r = decide_on(&o.staff, *n, tag, &accept());
            (r.status, r.body["code"].as_str().map(str::to_owned))
        }
    }))
}
/// One is done, the other is told one of these.
#[track_caller]
pub(super) fn one_effect(answers: &[(u16, Option<String>)], codes: &[&str]) {
    assert_eq!(answers.iter().filter(|a| a.0 == 200).count(), 1, "{answers:?}");
    let other = answers.iter().find(|a| a.0 != 200).unwrap();
    assert_eq!(other.0, 409, "{answers:?}");
    assert!(codes.contains(&other.1.as_deref().unwrap()), "{answers:?}");
}
/// The same form for a person whom it names without 整理番号: both wait.
fn without_number(mut form: Value, note: &str) -> Value {
    form.as_object_mut().unwrap().remove("office_number");
    form["reason"] = Value::from(note);
    form
}

#[test]
fn two_corrections_of_one_person_have_one_effect() {
    let gone = ["person-not-found", "cover-not-found"];
    for round in 0..5 {
        let o = Office::new();
        let member = o.insured(NANA, "2026-04-01");
        let forms = ["2026-05-01", "2026-06-01"]
            .map(|day| without_number(other_acquisition(NANA, "2026-04-01", day), day));
        one_effect(&both(&o, [&forms[0], &forms[1]]), &gone);
        let now = o.covers(member);
        assert!(
            [period("2026-05-01", None), period("2026-06-01", None)].contains(&now[0]),
            "{round}: {now:?}"
        );
        assert_eq!(o.held(member).len(), 1);
        let day = now[0].0.clone();
        let forms = ["一", "二"].map(|n| without_number(no_acquisition(NANA, &day), n));
        one_effect(&both(&o, [&forms[0], &forms[1]]), &gone);
        assert!(o.covers(member).is_empty() && o.held(member).is_empty());
    }
}
#[test]
fn a_correction_against_a_loss_has_one_effect() {
    for _ in 0..5 {
        let o = Office::new();
        let member = o.insured(NANA, "2026-04-01");
        let answers =
            both(&o, [&no_acquisition(NANA, "2026-04-01"), &loss(NANA, "2026-09-30", "2026-10-01")]);
        one_effect(&answers, &["not-insured", "person-not-found", "loss-stands"]);
        let covers = o.covers(member);
        assert!(covers.is_empty() || covers == [period("2026-04-01", Some("2026-10-01"))], "{covers:?}");
    }
}
#[test]
fn a_cancelled_loss_against_another_day_of_it_has_one_effect() {
    for _ in 0..5 {
        let o = Office::new();
        let member = o.insured(NANA, "2026-04-01");
        o.accepted(&loss(NANA, "2026-09-30", "2026-10-01"));
        let answers = both(
            &o,
            [&no_loss(NANA, "2026-10-01"), &other_loss(NANA, "2026-04-01", "2026-10-01", "2026-11-01")],
        );
        one_effect(&answers, &["person-not-found", "cover-not-found"]);
        let covers = o.covers(member);
        assert!(
            [period("2026-04-01", None), period("2026-04-01", Some("2026-11-01"))].contains(&covers[0]),
            "{covers:?}"
        );
    }
}
#[test]
fn a_day_of_birth_is_corrected_once() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    let forms = ["2001-07-07", "2002-07-07"].map(|day| {
        let mut form = other_birth(NANA, day);
        form.as_object_mut().unwrap().remove("office_number");
        form
    });
    let answers = both(&o, [&forms[0], &forms[1]]);
    one_effect(&answers, &["identity-differs"]);
    let seen = o.get(format!("/v1/members/{member}")).expect(200);
    assert!(["2001-07-07", "2002-07-07"].contains(&seen["birth_on"].as_str().unwrap()));
}
