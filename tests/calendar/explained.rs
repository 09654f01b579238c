//! Why cover ended at 75, told to whoever asks: by which rule, on which facts.
use super::{insured, known, pass, relative, work};
use crate::{harness::world::World, two_times::Asked};
use serde_json::json;

#[test]
fn a_loss_at_75_is_explained_by_its_rule_with_the_day_of_birth() {
    let w = World::new();
    let old = insured(&w, "1", "1951-11-23");
    let wife = relative(&w, old, "コヨミ　ツマ", "1960-05-05");
    let young = insured(&w, "2", "1980-01-01");
    let mother = relative(&w, young, "コヨミ　ハハ", "1951-11-23");
    work(&w);
    let path = format!("/v1/members/{old}/loss/explanation");
    w.staff("clerk").get(&path).refused(404, "not-found");
    pass(&w, 1);
    work(&w);
    let staff = w.staff("clerk");
    let seen = staff.get(&path).expect(200);
    assert_eq!((&seen["lost_on"], &seen["loss_reason"]), (&json!("2026-11-23"), &json!("age_75")));
    assert_eq!(
        (&seen["trace"]["rule"], &seen["trace"]["rule_version"]),
        (&json!("loss_at_75"), &json!("2008-04"))
    );
    let ja = seen["ja"].as_str().unwrap();
    assert!(ja.starts_with("生年月日は1951年11月23日で、75歳の誕生日2026年11月23日に"), "{ja}");
    let codes: Vec<&str> =
        seen["trace"]["steps"].as_array().unwrap().iter().map(|s| s["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["seventy_five", "insured_lost"]);
    let entry = w.entries("operation = 'explainLoss' and status = 200").pop().unwrap();
    assert_eq!((&entry["persons"], &entry["disclosed"]), (&json!([old]), &json!(["identity", "enrolment"])));
    let kept =
        w.rows("select * from loss_decision where reason = 'age_75' order by lost_on, recorded_at, id");
    assert_eq!(kept.len(), 2, "the insured person and the mother; the wife lost with the insured person");
    assert_eq!(
        kept[0]["inputs"],
        json!({ "birth_on": "1951-11-23", "acquired_on": "2020-04-01", "is_dependent": false, "is_continuing": false })
    );
    assert!(kept[0]["source"].is_null());

    let of = |person| known(&w, "dependency", person)[0]["dependent_id"].as_str().unwrap().to_owned();
    let removal = |person| format!("/v1/dependents/{}/removal/explanation", of(person));
    let seen = staff.get(removal(mother)).expect(200);
    assert_eq!((&seen["member_id"], &seen["dependent_id"]), (&json!(young), &json!(of(mother))));
    assert_eq!((&seen["began_on"], &seen["lost_on"]), (&json!("2020-04-01"), &json!("2026-11-23")));
    assert_eq!(seen["trace"]["steps"][1]["code"], "dependent_lost");
    let with_him = staff.get(removal(wife)).expect(200);
    assert!(with_him.get("trace").is_none() && with_him["loss_reason"] == "insured_lost", "{with_him}");
    crate::aloud::ground_is_said(
        &with_him,
        [
            &["被保険者の資格の喪失", "2026年11月23日から被扶養者ではありません(健康保険法3条7項)"],
            &["the insured person's loss of cover", "from 23 November 2026"],
        ],
    );
    crate::aloud::said_with(&w, &["seventy_five", "insured_lost", "dependent_lost"]);
    for path in [&path, &removal(mother)] {
        for login in ["benefits", "review"] {
            w.staff(login).get(path).expect(200);
        }
        for login in ["it", "officer"] {
            w.staff(login).get(path).refused(403, "forbidden");
        }
        for client in ["employer", "other-employer"] {
            w.client(client).get(path).refused(404, "not-found");
        }
    }
    w.staff("collection").get(removal(mother)).refused(403, "forbidden");
    staff
        .get(format!("/v1/dependents/{}/removal/explanation", uuid::Uuid::now_v7()))
        .refused(404, "not-found");
}
#[test]
fn as_known_before_a_correction_it_is_explained_as_before() {
    let w = World::new();
    let old = insured(&w, "1", "1951-11-23");
    work(&w);
    pass(&w, 1);
    work(&w);
    let staff = w.staff("clerk");
    let then = Asked::all(&w, &staff, &[format!("/v1/members/{old}/loss/explanation")]);
    // the day of the loss is corrected behind the scenes: no rule decided that one
    w.run(&format!(
        "with old as (update enrolment set superseded_at = '{0}' where person_id = '{old}' and superseded_at is null returning *) \
         insert into enrolment select (jsonb_populate_record(null::enrolment, to_jsonb(old) || jsonb_build_object( \
           'row_id', gen_random_uuid(), 'lost_on', '2026-11-20', 'recorded_at', '{0}', 'superseded_at', null))).* from old",
        w.clock.now().to_rfc3339()
    ));
    then.has_changed(&staff);
    then.is_told_again(&staff);
    let seen = staff.get(format!("/v1/members/{old}/loss/explanation")).expect(200);
    assert!(seen.get("trace").is_none() && seen["lost_on"] == "2026-11-20", "{seen}");
}
/// A form stated the day: the reason, its article, and why the day is the first one that is not covered.
#[test]
fn a_loss_that_a_form_stated_is_explained_by_its_reason() {
    use crate::filing::{
        CHILD, NANA, Person, accept, acquisition, child, child_leaves, decide, filed, id, loss,
    };
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    for (cause, article, reason) in [
        ("retirement", "健康保険法36条2号又は3号", ["使用されなくなった", "The employment ended"]),
        ("death", "健康保険法36条1号", ["被保険者が死亡した", "The insured person died"]),
        ("disability", "健康保険法36条3号", ["障害の認定", "certified as disabled"]),
        ("social_security_agreement", "社会保障協定", ["社会保障協定", "social security agreement"]),
    ] {
        let w = World::new();
        let (employer, staff) = (w.client("employer"), w.staff("clerk"));
        // 障害の認定 is given from 65 on
        let who =
            Person { birth_on: if cause == "disability" { "1958-07-07" } else { NANA.birth_on }, ..NANA };
        let hired = filed(&w, &employer, &acquisition(who, "2026-04-01", None));
        let member = id(&decide(&staff, hired, &accept()).expect(200)["outcome"]["member_id"]);
        let mut form = loss(who, "2026-11-20", "2026-11-21");
        form["cause"] = json!(cause);
        let is_next_day = ["retirement", "death"].contains(&cause);
        if !is_next_day {
            form.as_object_mut().unwrap().remove("left_on");
        }
        decide(&staff, filed(&w, &employer, &form), &accept()).expect(200);
        let seen = staff.get(format!("/v1/members/{member}/loss/explanation")).expect(200);
        let (ja, en) = if is_next_day {
            (
                "その翌日の2026年11月21日に資格を喪失しました",
                "on 20 November 2026: cover ended on the next day, 21 November 2026",
            )
        } else {
            ("その日に資格を喪失しました", "on 21 November 2026: cover ended on that day")
        };
        let days = [
            "2026年11月21日は資格のない最初の日で、2026年11月20日まで",
            "21 November 2026 is the first day not covered",
        ];
        crate::aloud::ground_is_said(
            &seen,
            [&[reason[0], article, ja, days[0]], &[reason[1], article, en, days[1]]],
        );
    }
    let hired = filed(&w, &employer, &acquisition(NANA, "2026-04-01", None));
    decide(&staff, hired, &accept()).expect(200);
    let made = filed(&w, &employer, &child(NANA, CHILD, "2026-11-10", None));
    let made = decide(&staff, made, &accept()).expect(200);
    let dependent = id(&made["outcome"]["dependents"][0]["dependent_id"]);
    let gone = filed(&w, &employer, &child_leaves(NANA, CHILD, "2026-11-20"));
    decide(&staff, gone, &accept()).expect(200);
    let seen = staff.get(format!("/v1/dependents/{dependent}/removal/explanation")).expect(200);
    let (ja, en) =
        ("2026年11月20日から被扶養者ではありません(健康保険法3条7項)", "no dependent from 20 November 2026");
    crate::aloud::ground_is_said(&seen, [&["理由は", ja, "被扶養者でない最初の日"], &["The reason is", en]]);
}
