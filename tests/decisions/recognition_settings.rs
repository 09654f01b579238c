//! What the society sets of the recognition of dependents: it counts once a second person approved it.
use super::{
    recognition_law::daughter,
    recognitions::{Hired, accepted, saw},
};
use crate::{
    filing::{count, fresh_key, id, tables},
    harness::{
        caller::{Caller, Response},
        world::World,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

fn ask(by: &Caller, from: &str) -> Response {
    by.post("/v1/recognition-settings").key(&fresh_key()).json(&json!({ "contract_income_from": from }))
}
fn rule_on(by: &Caller, setting: Uuid, ruling: &str) -> Response {
    by.post(format!("/v1/recognition-settings/{setting}/check")).json(&json!({ "ruling": ruling }))
}
/// Asked for by one and approved by another.
#[track_caller]
fn set(w: &World, from: &str) {
    let setting = id(&ask(&w.staff("clerk"), from).expect(201)["id"]);
    assert_eq!(rule_on(&w.staff("privileged"), setting, "approve").expect(200)["state"], "approved");
}

#[test]
fn the_start_of_income_by_the_contract_takes_two() {
    let w = World::new();
    let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
    let asked = ask(&clerk, "2026-07-01").expect(201);
    assert_eq!(
        (&asked["state"], &asked["contract_income_from"]),
        (&json!("requested"), &json!("2026-07-01"))
    );
    let setting = id(&asked["id"]);
    rule_on(&clerk, setting, "approve").refused(409, "same-person");
    for login in ["collection", "benefits", "review", "officer", "it"] {
        let by = w.staff(login);
        ask(&by, "2026-07-01").refused(403, "forbidden");
        rule_on(&by, setting, "approve").refused(403, "forbidden");
        by.get("/v1/recognition-settings").refused(403, "forbidden");
    }
    ask(&w.client("employer"), "2026-07-01").refused(403, "insufficient-scope");
    rule_on(&second, setting, "approve").expect(200);
    rule_on(&second, setting, "reject").refused(409, "no-open-check");
    let wrong = id(&ask(&second, "2026-08-01").expect(201)["id"]);
    assert_eq!(rule_on(&clerk, wrong, "reject").expect(200)["state"], "rejected");
    let list = clerk.get("/v1/recognition-settings").expect(200);
    let states: Vec<&Value> = list["items"].as_array().unwrap().iter().map(|i| &i["state"]).collect();
    assert_eq!(states, ["rejected", "approved"]);
    rule_on(&second, Uuid::now_v7(), "approve").refused(404, "not-found");
    let before = tables(&w);
    let refused = ask(&clerk, "2026-03-31").refused(422, "invalid");
    assert_eq!(refused["errors"][0]["pointer"], "/contract_income_from");
    assert_eq!(tables(&w), before);
    let again = |from: &str| {
        clerk
            .post("/v1/recognition-settings")
            .key("settings-asked-once")
            .json(&json!({ "contract_income_from": from }))
    };
    assert_eq!(again("2026-09-01").expect(201), again("2026-09-01").expect(201));
    again("2026-10-01").refused(422, "idempotency-key-reused");
    assert_eq!(count(&w, "select count(*) as n from recognition_setting"), 3);
}
#[test]
fn of_two_who_approve_at_once_one_does() {
    for _ in 0..3 {
        let w = World::new();
        let setting = id(&ask(&w.staff("clerk"), "2026-07-01").expect(201)["id"]);
        let second = w.staff("privileged");
        let mut told = crate::protection::at_once(2, || rule_on(&second, setting, "approve"));
        told.sort_unstable();
        assert_eq!(told, [200, 409]);
    }
}
#[test]
fn a_society_that_looks_at_the_labour_contract_later_decides_so() {
    for (on, answer) in [("2026-06-30", "no"), ("2026-07-01", "yes")] {
        let h = Hired::new();
        set(&h.w, "2026-07-01");
        let n = h.filed(&daughter(&h, on, json!({ "income_yen": 1_400_000 })));
        let papers = ["kinship_proof", "household_proof", "labour_contract", "wages_only_statement"];
        let seen = json!({ "contract_income_yen": 1_200_000, "is_wages_only": true, "documents": papers });
        let finding = h.preview(n, &saw("other_1", seen.clone()))[0]["finding"].clone();
        assert_eq!(finding["answer"], answer, "{on}: {finding}");
        if answer == "yes" {
            h.send(n, &accepted(saw("other_1", seen))).expect(200);
            let kept = h.w.rows("select inputs from dependent_recognition");
            assert_eq!(kept[0]["inputs"]["contract_income_from"], "2026-07-01");
        }
    }
}

#[test]
fn settings_of_recognition_that_nobody_approved_do_not_count() {
    let h = Hired::new();
    ask(&h.w.staff("clerk"), "2026-12-01").expect(201);
    let rejected = id(&ask(&h.w.staff("clerk"), "2026-12-01").expect(201)["id"]);
    rule_on(&h.w.staff("privileged"), rejected, "reject").expect(200);
    let n = h.filed(&daughter(&h, "2026-11-10", json!({ "income_yen": 1_400_000 })));
    let papers = ["kinship_proof", "household_proof", "labour_contract", "wages_only_statement"];
    let seen = json!({ "contract_income_yen": 1_200_000, "is_wages_only": true, "documents": papers });
    let answer = || h.preview(n, &saw("other_1", seen.clone()))[0]["finding"]["answer"].clone();
    assert_eq!(answer(), "yes", "by the notice alone");
    for (from, told) in [("2026-12-01", "no"), ("2026-11-01", "yes")] {
        h.w.clock.advance(chrono::Duration::seconds(1));
        set(&h.w, from);
        assert_eq!(answer(), told, "the one approved last: {from}");
    }
}
