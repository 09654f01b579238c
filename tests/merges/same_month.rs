//! Two ids whose covers meet in one month: nothing of pay is lost, no mark stays that one id would not have.
use super::{
    filed_elsewhere, hired_elsewhere,
    joined::{bonus, pay},
    merged,
};
use crate::{
    filing::{NANA, accept, acquisition, decide, filed, id, loss, new_person},
    harness::world::World,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Files at the first employer and accepts, a second later.
fn accepted(w: &World, form: &Value) -> Value {
    let n = filed(w, &w.client("employer"), form);
    w.clock.advance(chrono::Duration::seconds(1));
    decide(&w.staff("privileged"), n, &accept()).expect(200)["outcome"].clone()
}
/// The same human being under a new id at the other employer.
fn hired(w: &World, on: &str) -> Uuid {
    let n = hired_elsewhere(w, NANA, on, None);
    w.clock.advance(chrono::Duration::seconds(1));
    id(&decide(&w.staff("privileged"), n, &new_person("insured")).expect(200)["outcome"]["member_id"])
}
/// Merges the two, the first or the second surviving; gives the survivor.
fn one_of(w: &World, (old, new): (Uuid, Uuid), survivor: usize) -> Uuid {
    w.clock.advance(chrono::Duration::minutes(1));
    let (surviving, gone) = if survivor == 0 { (old, new) } else { (new, old) };
    merged(w, surviving, gone);
    w.clock.advance(chrono::Duration::minutes(1));
    surviving
}

#[test]
fn an_acquisition_that_never_was_on_the_same_day_takes_nothing_from_the_one_that_stands() {
    for survivor in [0, 1] {
        let w = World::new();
        let old = id(&accepted(&w, &acquisition(NANA, "2026-06-01", None))["member_id"]);
        accepted(&w, &loss(NANA, "2026-05-31", "2026-06-01"));
        let new = hired(&w, "2026-06-01");
        let surviving = one_of(&w, (old, new), survivor);
        assert_eq!(pay(&w.staff("clerk"), surviving).0, json!([["2026-06", null, 260_000]]), "{survivor}");
    }
}
#[test]
fn a_bonus_before_a_loss_with_cover_again_in_the_month_under_the_other_id_has_no_mark() {
    for survivor in [0, 1] {
        let w = World::new();
        let old = id(&accepted(&w, &acquisition(NANA, "2026-04-01", None))["member_id"]);
        accepted(&w, &bonus(NANA, "2026-10-05", 500_000));
        accepted(&w, &loss(NANA, "2026-10-19", "2026-10-20"));
        let staff = w.staff("clerk");
        let mark = |person: Uuid| {
            let seen = staff.get(format!("/v1/members/{person}/standard-bonuses")).expect(200);
            seen["items"][0].get("no_premium").cloned()
        };
        assert_eq!(mark(old), Some(json!("loss_month")));
        let surviving = one_of(&w, (old, hired(&w, "2026-10-20")), survivor);
        assert_eq!(mark(surviving), None, "{survivor}");
    }
}
#[test]
fn what_gave_way_to_the_other_ids_cover_comes_back_when_that_never_was() {
    for survivor in [0, 1] {
        let w = World::new();
        let old = id(&accepted(&w, &acquisition(NANA, "2025-04-01", None))["member_id"]);
        let month = |n: u8| json!({ "month": n, "base_days": 30, "cash_yen": 400_000, "total_yen": 400_000 });
        accepted(
            &w,
            &json!({ "kind": "revision_report", "office_number": NANA.office_number, "name_kana": NANA.kana,
            "birth_on": NANA.birth_on, "applies_from": "2026-10", "previous_revised_in": "2025-04",
            "previous_remuneration_yen": 260_000, "months": [month(7), month(8), month(9)], "grand_total_yen": 1_200_000,
            "average_yen": 400_000, "pay_change_month": 7, "pay_change_direction": "up" }),
        );
        accepted(&w, &loss(NANA, "2026-10-14", "2026-10-15"));
        let surviving = one_of(&w, (old, hired(&w, "2026-10-20")), survivor);
        let staff = w.staff("clerk");
        let all = json!([["2025-04", "2026-10", 260_000], ["2026-10", null, 260_000]]);
        assert_eq!(pay(&staff, surviving).0, all, "{survivor}");
        let none = filed_elsewhere(
            &w,
            &json!({ "kind": "acquisition_cancellation", "office_number": NANA.office_number,
            "name_kana": NANA.kana, "birth_on": NANA.birth_on, "acquired_on": "2026-10-20", "reason": "採用取消のため" }),
        );
        w.clock.advance(chrono::Duration::seconds(1));
        decide(&staff, none, &accept()).expect(200);
        let all = json!([["2025-04", "2026-10", 260_000], ["2026-10", "2026-11", 410_000]]);
        assert_eq!(pay(&staff, surviving).0, all, "{survivor}");
    }
}
