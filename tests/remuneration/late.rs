//! Forms of pay that come after the loss: decided for the months and days of cover, refused for those after it.
use super::{accepted, bonus, bonuses, held, insured, offices::filed_there, regular, revision, row};
use crate::{
    corrections::{named, with},
    filing::{NANA, accept, acquisition, decide, filed, fresh_key, id, loss, same_person, slip, tables},
    harness::{caller::Caller, world::World},
};
use serde_json::{Value, json};

#[track_caller]
fn refused_at_intake(w: &World, by: &Caller, form: &Value, pointer: &str) {
    let before = tables(w);
    let answer = by.post("/v1/notifications").key(&fresh_key()).json(&slip(w, form));
    assert_eq!(answer.status, 422, "{}", answer.text);
    assert!(answer.text.contains("E-AFTER-LOSS") && answer.text.contains(pointer), "{}", answer.text);
    assert_eq!(tables(w)["public.notification"], before["public.notification"]);
}

#[test]
fn pay_of_the_time_of_cover_is_decided_after_the_loss_and_none_after_it() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &loss(NANA, "2026-08-20", "2026-08-21"));
    w.clock.advance(chrono::Duration::minutes(1));
    let known = format!("?known_at={}", w.clock.now().format("%Y-%m-%dT%H:%M:%SZ"));
    let path = format!("/v1/members/{member}/standard-remunerations{known}");
    let then = staff.get(&path).text;
    w.clock.advance(chrono::Duration::minutes(1));

    let told = accepted(&w, &employer, &staff, &revision(NANA, "up", [320_000; 3]));
    assert_eq!((&told["standard_yen"], &told["lost_on"]), (&json!(320_000), &json!("2026-08-21")));
    let all = [row("2025-04", Some("2026-02"), 20, 260_000), row("2026-02", Some("2026-09"), 23, 320_000)];
    assert_eq!(held(&staff, member, ""), all, "never beyond the cover");
    assert_eq!(staff.get(&path).text, then, "what was known then is told byte for byte");

    let told = accepted(&w, &employer, &staff, &bonus(NANA, "2026-07-10", 300_000));
    assert_eq!((&told["standard_bonus_yen"], told.get("loss_month")), (&json!(300_000), None));
    let told = accepted(&w, &employer, &staff, &bonus(NANA, "2026-08-20", 5_600_000));
    assert_eq!((&told["standard_bonus_yen"], &told["loss_month"]), (&json!(5_430_000), &json!(true)));
    let list = staff.get(format!("/v1/members/{member}/standard-bonuses")).expect(200);
    assert_eq!(list["items"][1]["no_premium"], "loss_month");
    assert_eq!(list["items"][1]["payments"][0]["paid_on"], "2026-08-20");
    assert!(list["items"][0].get("no_premium").is_none());

    for day in ["2026-08-21", "2026-08-31", "2026-09-10"] {
        refused_at_intake(&w, &employer, &bonus(NANA, day, 100_000), "/paid_on");
    }
    refused_at_intake(&w, &employer, &regular(NANA, [300_000; 3]), "/applies_from");
    let other = w.client("other-employer");
    let again = slip(&w, &bonus(NANA, "2026-06-10", 100_000));
    other.post("/v1/notifications").key(&fresh_key()).json(&again).refused(404, "not-found");
}

#[test]
fn a_loss_that_is_decided_first_leaves_nothing_to_decide_of_what_waits_for_after_it() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    let waiting = [
        (filed(&w, &employer, &bonus(NANA, "2026-08-21", 100_000)), "/paid_on"),
        (filed(&w, &employer, &regular(NANA, [300_000; 3])), "/applies_from"),
    ];
    accepted(&w, &employer, &staff, &loss(NANA, "2026-08-20", "2026-08-21"));
    let before = tables(&w);
    for (notification, pointer) in waiting {
        let preview = format!("/v1/notifications/{notification}/decision-preview");
        for told in [decide(&staff, notification, &accept()), staff.post(preview).json(&json!({}))] {
            let told = told.refused(409, "after-loss");
            assert_eq!(told["errors"][0]["pointer"], pointer, "{told}");
        }
    }
    assert_eq!(tables(&w), before);
}

#[test]
fn a_loss_takes_back_what_was_paid_after_it_and_marks_what_was_paid_in_its_month() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    for (paid_on, yen) in [("2026-07-10", 5_000_000), ("2026-08-10", 500_000), ("2026-08-25", 400_000)] {
        accepted(&w, &employer, &staff, &bonus(NANA, paid_on, yen));
    }
    assert_eq!(bonuses(&staff, member, "")[1], ("2026-08".to_owned(), 730_000));
    accepted(&w, &employer, &staff, &loss(NANA, "2026-08-20", "2026-08-21"));
    let list = staff.get(format!("/v1/members/{member}/standard-bonuses")).expect(200);
    assert_eq!(list["items"][1]["standard_bonus_yen"], 500_000, "what was paid after the loss is none");
    assert_eq!(list["items"][1]["no_premium"], "loss_month");
    let said = list["items"][1]["trace"]["steps"].as_array().unwrap().last().unwrap()["ja"].clone();
    assert!(said.as_str().unwrap().contains("資格喪失月"), "{said}");
    crate::aloud::said_with(&w, &["loss_month"]);
}

#[test]
fn cover_of_one_month_bears_the_premium_of_its_bonus() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let hired = filed(&w, &employer, &acquisition(NANA, "2026-08-01", None));
    let member = id(&decide(&staff, hired, &accept()).expect(200)["outcome"]["member_id"]);
    accepted(&w, &employer, &staff, &loss(NANA, "2026-08-20", "2026-08-21"));
    let told = accepted(&w, &employer, &staff, &bonus(NANA, "2026-08-20", 100_000));
    assert!(told.get("loss_month").is_none());
    assert_eq!(bonuses(&staff, member, ""), [("2026-08".to_owned(), 100_000)]);
}

#[test]
fn a_former_employer_learns_nothing_of_what_the_next_one_paid() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &loss(NANA, "2026-05-31", "2026-06-01"));
    let other = w.client("other-employer");
    let there = |form: &Value| {
        let body =
            json!({ "employer_id": w.other_employer, "preparer_name": "見本 次郎", "notification": form });
        let receipt = other.post("/v1/notifications").key(&fresh_key()).json(&body).expect(202);
        id(&receipt["results"][0]["notification_id"])
    };
    let again = there(&acquisition(NANA, "2026-06-01", None));
    decide(&staff, again, &same_person("insured", member)).expect(200);
    let paid = there(&bonus(NANA, "2026-07-10", 5_700_000));
    decide(&staff, paid, &accept()).expect(200);
    let late = bonus(NANA, "2026-05-29", 100_000);
    let dry = employer.post("/v1/notifications?validate_only=true").json(&slip(&w, &late)).expect(200);
    assert_eq!(dry["records"][0]["consequences"].as_array().unwrap().len(), 2, "{dry}");
    let told = accepted(&w, &employer, &staff, &late);
    assert!(told.get("bonuses_decided_anew").is_none(), "{told}");
    assert_eq!((&told["acquired_on"], &told["lost_on"]), (&json!("2025-04-01"), &json!("2026-06-01")));
    let all = [("2026-05".to_owned(), 100_000), ("2026-07".to_owned(), 5_630_000)];
    assert_eq!(bonuses(&staff, member, ""), all, "the later one has less of the year");
}

/// Lost here and acquired there on 2026-06-16; gives the person.
fn moved_on(w: &World) -> uuid::Uuid {
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(w, &employer, &staff, NANA);
    accepted(w, &employer, &staff, &loss(NANA, "2026-06-15", "2026-06-16"));
    let again = filed_there(w, &acquisition(NANA, "2026-06-16", None));
    decide(&staff, again, &same_person("insured", member)).expect(200);
    member
}
#[test]
fn a_former_employer_learns_nothing_of_what_the_next_one_paid_in_the_same_month() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = moved_on(&w);
    decide(&staff, filed_there(&w, &bonus(NANA, "2026-06-30", 5_000_000)), &accept()).expect(200);
    let late = bonus(NANA, "2026-06-10", 100_999);
    let dry = employer.post("/v1/notifications?validate_only=true").json(&slip(&w, &late)).expect(200);
    let lines = &dry["records"][0]["consequences"];
    assert_eq!((&lines[0]["before"], &lines[0]["after"]), (&json!("0"), &json!("100000")), "{dry}");
    let told = accepted(&w, &employer, &staff, &late);
    assert_eq!(told["standard_bonus_yen"], 100_000, "{told}");
    let fixed = json!({ "kind": "bonus_correction", "office_number": NANA.office_number, "name_kana": NANA.kana,
        "birth_on": NANA.birth_on, "paid_on": "2026-06-10", "cash_yen": 200_000, "total_yen": 200_000 });
    let told = accepted(&w, &employer, &staff, &fixed);
    assert_eq!(
        (&told["standard_bonus_before_yen"], &told["standard_bonus_yen"]),
        (&json!(100_000), &json!(200_000))
    );
    assert_eq!(bonuses(&staff, member, ""), [("2026-06".to_owned(), 5_200_000)], "the society has the sum");
}

#[test]
fn an_acquisition_that_never_was_leaves_the_former_cover_whole() {
    let w = World::new();
    let staff = w.staff("clerk");
    let member = moved_on(&w);
    assert_eq!(held(&staff, member, "")[0], row("2025-04", Some("2026-06"), 20, 260_000));
    decide(&staff, filed_there(&w, &loss(NANA, "2026-06-15", "2026-06-16")), &accept()).expect(200);
    assert_eq!(held(&staff, member, ""), [row("2025-04", Some("2026-07"), 20, 260_000)]);
    let employer = w.client("employer");
    accepted(&w, &employer, &staff, &revision(NANA, "up", [320_000; 3]));
    let all = [row("2025-04", Some("2026-02"), 20, 260_000), row("2026-02", Some("2026-07"), 23, 320_000)];
    assert_eq!(held(&staff, member, ""), all);
}

#[test]
fn a_bonus_before_a_loss_with_cover_again_in_the_month_has_no_mark() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = moved_on(&w);
    let told = accepted(&w, &employer, &staff, &bonus(NANA, "2026-06-10", 100_000));
    assert!(told.get("loss_month").is_none(), "{told}");
    let list = staff.get(format!("/v1/members/{member}/standard-bonuses")).expect(200);
    assert!(list["items"][0].get("no_premium").is_none(), "{list}");
}

#[test]
fn late_pay_of_a_former_cover_leaves_the_next_one_alone() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &loss(NANA, "2026-01-31", "2026-02-01"));
    let again = filed(&w, &employer, &acquisition(NANA, "2026-02-10", None));
    decide(&staff, again, &same_person("insured", member)).expect(200);
    let before = held(&staff, member, "");
    assert_eq!(before, [row("2025-04", Some("2026-02"), 20, 260_000), row("2026-02", None, 20, 260_000)]);
    refused_at_intake(&w, &employer, &revision(NANA, "up", [320_000; 3]), "/applies_from");
    let told = accepted(&w, &employer, &staff, &bonus(NANA, "2026-01-30", 100_000));
    assert_eq!(told["acquired_on"], "2025-04-01", "of the cover in which it was paid");
    assert_eq!(held(&staff, member, ""), before);
    let between = slip(&w, &bonus(NANA, "2026-02-05", 100_000));
    let refused = employer.post("/v1/notifications").key(&fresh_key()).json(&between);
    assert!(refused.text.contains("E-AFTER-LOSS"), "{}", refused.text);
}

#[test]
fn a_former_employer_names_a_person_as_on_the_last_day_of_its_cover() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = moved_on(&w);
    let married = [
        ("changed_name_kana", "カクウ　ナナ"),
        ("changed_name", "架空　七"),
        ("name_reason", "marriage"),
        ("changed_on", "2026-08-01"),
    ];
    let renamed = filed_there(&w, &with(named("name_change_report", NANA), &married));
    decide(&staff, renamed, &accept()).expect(200);
    // who is there now is known by the name of now
    let slip_there = json!({ "employer_id": w.other_employer, "preparer_name": "見本 次郎",
                             "notification": bonus(NANA, "2026-09-10", 100_000) });
    let there = w.client("other-employer").post("/v1/notifications").key(&fresh_key()).json(&slip_there);
    assert!(there.status == 422 && there.text.contains("E-PERSON-NOT-FOUND"), "{}", there.text);
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-06-10", 100_000));
    assert_eq!(bonuses(&staff, member, ""), [("2026-06".to_owned(), 100_000)]);
}
