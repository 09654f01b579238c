//! A standard bonus, explained in words with articles and figures to whoever asks.
use super::{accepted, bonus, insured};
use crate::{
    filing::{NANA, accept, acquisition, decide, filed, id, loss},
    harness::{caller::Caller, world::World},
    two_times::Asked,
};
use serde_json::{Value, json};
use uuid::Uuid;

fn month(staff: &Caller, member: Uuid, n: usize) -> (Uuid, Value) {
    let seen = staff.get(format!("/v1/members/{member}/standard-bonuses")).expect(200);
    (id(&seen["items"][n]["bonus_id"]), seen["items"][n].clone())
}
fn path(bonus: Uuid) -> String {
    format!("/v1/standard-bonuses/{bonus}/explanation")
}

#[test]
fn the_steps_are_told_with_their_figures_and_what_was_corrected_is_told_as_before() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-06-30", 5_800_900));
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-07-10", 100_500));
    let (of_july, item) = month(&staff, member, 1);
    let seen = staff.get(path(of_july)).expect(200);
    assert_eq!((&seen["member_id"], &seen["holds"], &seen["bonus"]), (&json!(member), &json!(true), &item));
    let (ja, en) = (seen["ja"].as_str().unwrap(), seen["en"].as_str().unwrap());
    assert_eq!(item["standard_bonus_yen"], 0, "the cap of the fiscal year is used up: {item}");
    for step in item["trace"]["steps"].as_array().unwrap() {
        assert!(
            ja.contains(step["ja"].as_str().unwrap()) && en.contains(step["en"].as_str().unwrap()),
            "{seen}"
        );
        assert!(step["article"].as_str().unwrap().contains("健康保険法"), "{step}");
    }
    assert!(ja.contains("5,730,000円"), "{ja}");
    let entry = w.entries("operation = 'explainStandardBonus'").pop().unwrap();
    assert_eq!((&entry["persons"], &entry["disclosed"]), (&json!([member]), &json!(["remuneration"])));

    let (of_june, _) = month(&staff, member, 0);
    let then = Asked::all(&w, &staff, &[path(of_june), path(of_july)]);
    let mut taken = super::named("bonus_correction", NANA);
    (taken["paid_on"], taken["withdrawn"]) = (json!("2026-06-30"), json!(true));
    accepted(&w, &employer, &staff, &taken);
    then.has_changed(&staff);
    then.is_told_again(&staff);
    let gone = staff.get(path(of_june)).expect(200);
    assert_eq!(
        (&gone["holds"], &gone["bonus"]["payments"][0]["paid_yen"]),
        (&json!(false), &json!(5_800_900))
    );
    assert_eq!(staff.get(path(of_july)).expect(200)["bonus"]["standard_bonus_yen"], 100_000);
}
#[test]
fn a_bonus_of_the_month_of_the_loss_is_told_to_bear_no_premium() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-10-05", 500_000));
    accepted(&w, &employer, &staff, &loss(NANA, "2026-10-19", "2026-10-20"));
    let seen = staff.get(path(month(&staff, member, 0).0)).expect(200);
    assert!(seen["ja"].as_str().unwrap().contains("保険料はかかりません(健康保険法156条3項)"), "{seen}");
    assert!(seen["en"].as_str().unwrap().contains("art. 156(3)"), "{seen}");
}
#[test]
fn whoever_may_not_read_pay_is_told_nothing_of_it() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-06-30", 500_000));
    let path = path(month(&staff, member, 0).0);
    for login in ["collection", "benefits", "review", "privileged"] {
        w.staff(login).get(&path).expect(200);
    }
    for login in ["it", "officer"] {
        w.staff(login).get(&path).refused(403, "forbidden");
    }
    // an employer gets its people's with the outcome of the form, another one nothing at all
    for client in ["employer", "other-employer"] {
        let r = w.client(client).get(&path);
        assert!([403, 404].contains(&r.status), "{}", r.text);
    }
    staff.get(self::path(Uuid::now_v7())).refused(404, "not-found");
    staff.get(format!("{path}?known_at=2026-11-21T00:00:00Z")).refused(404, "not-found");
    staff.get(format!("{path}?as_of=2026-11-21")).refused(422, "invalid");
}
#[test]
fn after_a_merge_it_is_that_of_the_surviving_id_and_as_known_before_that_of_then() {
    let w = World::new();
    let staff = w.staff("privileged");
    let hired = filed(&w, &w.client("employer"), &acquisition(NANA, "2025-04-01", None));
    let member = id(&decide(&staff, hired, &accept()).expect(200)["outcome"]["member_id"]);
    accepted(&w, &w.client("employer"), &staff, &bonus(NANA, "2026-06-30", 500_000));
    let other = crate::merges::another_id(&w, member);
    let bonus = month(&staff, member, 0).0;
    let then = Asked::all(&w, &staff, &[path(bonus)]);
    crate::merges::merged(&w, other, member);
    let seen = staff.get(path(bonus)).expect(200);
    assert_eq!((&seen["member_id"], &seen["holds"]), (&json!(other), &json!(true)));
    assert_eq!(seen["bonus"]["payments"].as_array().unwrap().len(), 1);
    then.is_told_again(&staff);
}
