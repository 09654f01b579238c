//! 被扶養者の生年月日訂正: named by the 枝番, for all days; a loss at 75 and a recognition at birth follow.
use super::{OLD_CHILD, Office, line, named, period, with};
use crate::filing::{CHILD, KYU, NANA, Person, child, child_leaves, decide, filed, loss, same_person};
use serde_json::{Value, json};

fn other_birth(of: Person, branch: &str, recorded: &str, right: &str) -> Value {
    let days =
        [("dependent_branch", branch), ("dependent_birth_on", recorded), ("corrected_birth_on", right)];
    with(named("birth_date_correction", of), &days)
}

#[test]
fn the_right_day_of_birth_of_a_dependent_holds_for_all_days() {
    let o = Office::new();
    let member = o.insured(NANA, "2026-04-01");
    let (dependent, _) = o.child(NANA, OLD_CHILD, "2026-04-01");
    let then = o.instant();
    let form = other_birth(NANA, "01", "2015-05-05", "2015-05-06");
    let lines = o.preview(&form);
    assert_eq!(lines, json!([line("dependent", "birth_on", "2015-05-05", "2015-05-06")]));
    let told = o.accepted(&form);
    assert_eq!(told["changes"], lines, "a preview equals the decision");
    assert_eq!((&told["member_id"], &told["dependents"][0]["branch"]), (&json!(member), &json!("01")));
    let birth =
        |query: &str| o.get(format!("/v1/dependents/{dependent}{query}")).expect(200)["birth_on"].clone();
    assert_eq!((birth(""), birth("?as_of=2026-04-01")), (json!("2015-05-06"), json!("2015-05-06")));
    assert_eq!(birth(&format!("?known_at={then}")), "2015-05-05");
    assert_eq!(
        o.get(format!("/v1/members/{member}")).expect(200)["birth_on"],
        NANA.birth_on,
        "not the insured's"
    );
    o.refused(&form, "E-PERSON-NOT-FOUND", "dependent_birth_on");
    let right = |day: &str| other_birth(NANA, "01", "2015-05-06", day);
    o.refused(&other_birth(NANA, "02", "2015-05-06", "2015-05-07"), "E-PERSON-NOT-FOUND", "dependent_branch");
    o.refused(&other_birth(NANA, "00", "2015-05-06", "2015-05-07"), "E-CODE", "dependent_branch");
    o.refused(&right("2015-05-06"), "E-NOTHING-NEW", "corrected_birth_on");
    o.refused(&right("2026-04-02"), "E-DATE-RELATION", "corrected_birth_on");
    o.refused(&right("1951-04-01"), "E-DATE-RELATION", "corrected_birth_on");
    o.refused(&right("2026-11-23"), "E-FUTURE-DATE", "corrected_birth_on");
    let mut half = right("2015-05-07");
    half.as_object_mut().unwrap().remove("dependent_birth_on");
    o.refused(&half, "E-REQUIRED", "dependent_birth_on");
}
#[test]
fn a_recognition_at_birth_follows_the_birth() {
    let o = Office::new();
    o.insured(NANA, "2026-04-01");
    let (_, newborn) = o.child(NANA, CHILD, "2026-11-10");
    let told = o.accepted(&other_birth(NANA, "01", "2026-11-10", "2026-11-12"));
    assert!(told["changes"].as_array().unwrap().contains(&line(
        "dependent",
        "recognised_on",
        "2026-11-10",
        "2026-11-12"
    )));
    assert_eq!(o.dependencies(newborn), [period("2026-11-12", None)]);
    o.accepted(&other_birth(NANA, "01", "2026-11-12", "2026-11-09"));
    assert_eq!(o.dependencies(newborn), [period("2026-11-09", None)]);
}
#[test]
fn a_loss_at_75_of_a_dependent_follows() {
    let o = Office::new();
    o.insured(NANA, "2026-04-01");
    let parent = Person { birth_on: "1951-11-10", kana: "ミホン　ハハ", name: "見本　母", ..CHILD };
    let mut form = child(NANA, parent, "2026-04-01", None);
    form["others"][0]["relationship"] = json!("parent");
    let made = o.accepted(&form);
    let person = crate::filing::id(&made["dependents"][0]["person_id"]);
    super::identity::work(&o);
    o.later(1);
    assert_eq!(o.dependencies(person), [period("2026-04-01", Some("2026-11-10"))]);
    o.accepted(&other_birth(NANA, "01", "1951-11-10", "1951-11-15"));
    assert_eq!(o.dependencies(person), [period("2026-04-01", Some("2026-11-15"))]);
    let why = o.get(format!(
        "/v1/dependents/{}/removal/explanation",
        made["dependents"][0]["dependent_id"].as_str().unwrap()
    ));
    assert_eq!(why.expect(200)["trace"]["steps"][1]["code"], "dependent_lost");
    o.accepted(&other_birth(NANA, "01", "1951-11-15", "1951-12-15"));
    assert_eq!(o.dependencies(person), [period("2026-04-01", None)]);
    o.accepted(&other_birth(NANA, "01", "1951-12-15", "1951-10-20"));
    o.later(86_400);
    super::identity::work(&o);
    assert_eq!(o.dependencies(person), [period("2026-04-01", Some("2026-10-20"))], "the calendar ends it");
}
#[test]
fn a_dependent_who_left_is_not_the_employers_to_correct() {
    let o = Office::new();
    o.insured(NANA, "2026-04-01");
    let (_, person) = o.child(NANA, OLD_CHILD, "2026-04-01");
    o.accepted(&child_leaves(NANA, OLD_CHILD, "2026-11-01"));
    let form = other_birth(NANA, "01", "2015-05-05", "2015-05-06");
    o.refused(&form, "E-PERSON-NOT-FOUND", "dependent_branch");
    o.insured(KYU, "2026-04-01");
    let again = filed(&o.w, &o.employer, &child(KYU, OLD_CHILD, "2026-11-01", None));
    o.later(1);
    decide(&o.staff, again, &same_person("other_1", person)).expect(200);
    o.refused(&form, "E-PERSON-NOT-FOUND", "dependent_branch");
    o.accepted(&other_birth(KYU, "01", "2015-05-05", "2015-05-06"));
    // another employer's people are nobody's here
    let there = o.w.client("other-employer");
    let slip = json!({ "employer_id": o.w.other_employer, "preparer_name": "見本 花子",
                       "notification": other_birth(KYU, "01", "2015-05-06", "2015-05-07") });
    let r = there.post("/v1/notifications").key(&crate::filing::fresh_key()).json(&slip);
    assert_eq!(r.status, 422, "{}", r.text);
}
#[test]
fn of_two_corrections_at_once_one_has_an_effect() {
    for _ in 0..3 {
        let o = Office::new();
        o.insured(NANA, "2026-04-01");
        let (dependent, _) = o.child(NANA, OLD_CHILD, "2026-04-01");
        let forms = ["2015-05-06", "2015-05-07"].map(|day| {
            let mut form = other_birth(NANA, "01", "2015-05-05", day);
            form.as_object_mut().unwrap().remove("office_number");
            form
        });
        super::at_once::one_effect(&super::at_once::both(&o, [&forms[0], &forms[1]]), &["identity-differs"]);
        let seen = o.get(format!("/v1/dependents/{dependent}")).expect(200)["birth_on"].clone();
        assert!([json!("2015-05-06"), json!("2015-05-07")].contains(&seen), "{seen}");
        // against the loss of the insured person: in either order both stand, or the correction finds nobody
        let now = seen.as_str().unwrap().to_owned();
        let answers = super::at_once::both(
            &o,
            [&other_birth(NANA, "01", &now, "2015-05-08"), &loss(NANA, "2026-09-30", "2026-10-01")],
        );
        assert_eq!(answers[1].0, 200, "{answers:?}");
        let is_gone = ["person-not-found", "cover-not-found"].map(|code| (409, Some(code.to_owned())));
        assert!(answers[0].0 == 200 || is_gone.contains(&answers[0]), "{answers:?}");
    }
}
