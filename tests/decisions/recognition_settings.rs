//! What the society sets in the place of a value of law: it counts once a second person approved it, from its day on.
use super::{
    recognition_law::daughter,
    recognitions::{Hired, PROVED, accepted, saw},
};
use crate::{
    filing::{count, fresh_key, id, tables},
    harness::{
        caller::{Caller, Response},
        world::World,
    },
};
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};
use uuid::Uuid;

const PATH: &str = "/v1/recognition-settings";

fn value(name: &str, from: &str, value: i64) -> Value {
    json!({ "name": name, "valid_from": from, "value": value, "source": "令和8年の通知" })
}
fn ask(by: &Caller, set: &Value) -> Response {
    by.post(PATH).key(&fresh_key()).json(set)
}
fn rule_on(by: &Caller, setting: Uuid, ruling: &str) -> Response {
    by.post(format!("{PATH}/{setting}/check")).json(&json!({ "ruling": ruling }))
}
/// Asked for by one and approved by another.
#[track_caller]
pub fn set(w: &World, name: &str, from: &str, to: i64) {
    let setting = id(&ask(&w.staff("clerk"), &value(name, from, to)).expect(201)["id"]);
    assert_eq!(rule_on(&w.staff("privileged"), setting, "approve").expect(200)["state"], "approved");
    w.clock.advance(chrono::Duration::seconds(1));
}
/// What is in force of a name, by the answer of the list.
fn in_force(list: &Value, name: &str) -> Value {
    list["in_force"].as_array().unwrap().iter().find(|s| s["name"] == name).unwrap().clone()
}

#[test]
fn a_value_of_law_takes_two() {
    let w = World::new();
    let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
    let limit = value("income_limit", "2027-01-01", 1_350_000);
    let asked = ask(&clerk, &limit).expect(201);
    assert_eq!((&asked["state"], &asked["set"]), (&json!("requested"), &limit));
    let setting = id(&asked["id"]);
    rule_on(&clerk, setting, "approve").refused(409, "same-person");
    for login in ["collection", "benefits", "review", "officer", "it"] {
        let by = w.staff(login);
        ask(&by, &limit).refused(403, "forbidden");
        rule_on(&by, setting, "approve").refused(403, "forbidden");
        by.get(PATH).refused(403, "forbidden");
    }
    ask(&w.client("employer"), &limit).refused(403, "insufficient-scope");
    rule_on(&second, setting, "approve").expect(200);
    rule_on(&second, setting, "reject").refused(409, "no-open-check");
    let wrong = id(&ask(&second, &value("income_limit", "2027-04-01", 1)).expect(201)["id"]);
    assert_eq!(rule_on(&clerk, wrong, "reject").expect(200)["state"], "rejected");
    let list = clerk.get(PATH).expect(200);
    let states: Vec<&Value> = list["items"].as_array().unwrap().iter().map(|i| &i["state"]).collect();
    assert_eq!(states, ["rejected", "approved"]);
    rule_on(&second, Uuid::now_v7(), "approve").refused(404, "not-found");
    let again = |to: i64| {
        let set = value("income_limit", "2027-01-01", to);
        clerk.post(PATH).key("settings-asked-once").json(&set)
    };
    assert_eq!(again(1_400_000).expect(201), again(1_400_000).expect(201));
    again(1_410_000).refused(422, "idempotency-key-reused");
    assert_eq!(count(&w, "select count(*) as n from recognition_setting"), 3);
}
#[test]
fn a_value_that_cannot_be_or_would_rewrite_an_earlier_day_is_refused_at_its_place() {
    let w = World::new();
    let clerk = w.staff("clerk");
    let before = tables(&w);
    let number = kenpo::cli::seed::fictitious_number(7);
    let with = |name: &str, to: Value| {
        let mut set = value("monthly_wage", "2026-12-01", 90_000);
        set[name] = to;
        set
    };
    for (set, pointer, code) in [
        (value("income_limit", "2026-12-01", 0), "/value", "value-out-of-bounds"),
        (value("contract_income", "2026-12-01", 2), "/value", "value-out-of-bounds"),
        (value("near_percent", "2026-12-01", 101), "/value", "value-out-of-bounds"),
        (value("income_limit", "2026-12-01", 100_000_000), "/value", "range"),
        (value("income_limit", "2026-12-01", -1), "/value", "range"),
        (value("income_limit", "2020-03-31", 1_200_000), "/valid_from", "E-DATE-RELATION"),
        (value("contract_income", "2026-03-31", 1), "/valid_from", "E-DATE-RELATION"),
        (value("employer_size", "2024-09-30", 40), "/valid_from", "E-DATE-RELATION"),
        (with("valid_from", json!("2026-02-30")), "/valid_from", "wrong-type"),
        (with("name", json!("premium")), "/name", "unknown-value"),
        (with("source", json!("")), "/source", "length"),
        (with("source", json!(format!("通知 {number}"))), "/source", "E-NUMBER-IN-TEXT"),
        (with("because", json!("x")), "/because", "unknown-field"),
    ] {
        let p = ask(&clerk, &set).refused(422, "invalid");
        let told = (&p["errors"][0]["pointer"], &p["errors"][0]["code"]);
        assert_eq!(told, (&json!(pointer), &json!(code)), "{set}");
    }
    assert_eq!(tables(&w), before);
    // What is announced for a later day can be put off: the row in force today bounds, not the last one.
    ask(&clerk, &value("employer_size", "2027-10-01", 51)).expect(201);
}
#[test]
fn of_two_who_approve_at_once_one_does() {
    for _ in 0..3 {
        let w = World::new();
        let setting =
            id(&ask(&w.staff("clerk"), &value("income_limit", "2026-12-01", 1_350_000)).expect(201)["id"]);
        let second = w.staff("privileged");
        let mut told = crate::protection::at_once(2, || rule_on(&second, setting, "approve"));
        told.sort_unstable();
        assert_eq!(told, [200, 409]);
    }
}
#[test]
fn a_decision_goes_by_the_values_of_its_day_and_keeps_them() {
    let h = Hired::new();
    let proved = || saw("other_1", json!({ "documents": PROVED }));
    let n = h.filed(&daughter(&h, "2026-11-10", json!({ "income_yen": 1_250_000 })));
    let answer = |n| h.preview(n, &proved())[0]["finding"]["answer"].clone();
    assert_eq!(answer(n), "yes", "by the table");
    let done = h.send(n, &accepted(proved())).expect(200);
    let dependent = done["outcome"]["dependents"][0]["dependent_id"].clone();
    let told = h.explained(&dependent);
    let kept =
        || h.w.rows("select inputs from dependent_recognition order by recorded_at")[0]["inputs"].clone();
    assert!(kept().get("legal_values").is_none());
    let before = (kept(), told);
    set(&h.w, "income_limit", "2026-11-01", 1_200_000);
    assert_eq!((kept(), h.explained(&dependent)), before, "what was decided stays");

    let on = |day: &str| {
        json!({ "recognised_on": day, "birth_on": "1990-01-01", "kinship": "child", "lives_together": true,
        "residence": "in_japan", "annual_income_yen": 1_250_000, "insured_income_yen": 6_000_000, "documents": PROVED })
    };
    let by = h.w.client("employer");
    let worked = |facts: &Value| {
        by.post("/v1/calculations/dependent-recognition").json(facts).expect(200)["outcome"].clone()
    };
    for (day, answer, limit) in [("2026-10-31", "yes", 1_300_000), ("2026-11-01", "no", 1_200_000)] {
        let told = worked(&on(day));
        assert_eq!((&told["answer"], &told["income_limit_yen"]), (&json!(answer), &json!(limit)), "{day}");
    }
    let told = worked(&on("2026-11-22"));
    let shown = json!({ "name": "income_limit", "from": "2026-11-01", "value": 1_200_000, "source": "令和8年の通知", "basis": "society" });
    assert!(told["settings"].as_array().unwrap().contains(&shown), "{told}");
    let mut tried = on("2026-11-22");
    tried["legal_values"] = json!([]);
    assert_eq!(worked(&tried)["answer"], "yes", "the table alone");
    tried["legal_values"] = json!([value("income_limit", "2026-11-01", 0)]);
    let refused = by.post("/v1/calculations/dependent-recognition").json(&tried).refused(422, "invalid");
    assert_eq!(refused["errors"][0]["code"], "value-out-of-bounds");

    for (day, answer) in [("2026-10-31", "yes"), ("2026-11-10", "no")] {
        let h = Hired::new();
        set(&h.w, "income_limit", "2026-11-01", 1_200_000);
        let n = h.filed(&daughter(&h, day, json!({ "income_yen": 1_250_000 })));
        let finding = h.preview(n, &proved())[0]["finding"].clone();
        assert_eq!(finding["answer"], answer, "{day}: {finding}");
        if answer == "yes" {
            h.send(n, &accepted(proved())).expect(200);
            let kept = h.w.rows("select inputs from dependent_recognition");
            let known = json!([value("income_limit", "2026-11-01", 1_200_000)]);
            assert_eq!(kept[0]["inputs"]["legal_values"], known);
        }
    }
}
#[test]
fn short_time_workers_and_the_share_of_care_go_by_them_too() {
    let w = World::new();
    let by = w.client("employer");
    let worked = |rule: &str, facts: &Value| {
        by.post(format!("/v1/calculations/{rule}")).json(facts).expect(200)["outcome"].clone()
    };
    let worker = json!({ "on": "2026-12-01", "weekly_minutes": 1_200, "full_time_weekly_minutes": 2_400, "monthly_days": 10,
        "full_time_monthly_days": 20, "employed_from": "2026-11-01", "employer": "by_size", "workers": 50, "monthly_wage_yen": 80_000 });
    let patient = json!({ "care_on": "2026-12-01", "patient_birth_on": "1955-06-15", "role": "insured", "insured_standard_yen": 280_000 });
    let both = || {
        (
            worked("short-time-eligibility", &worker)["reason"].clone(),
            worked("elderly-burden-ratio", &patient)["tenths"].clone(),
        )
    };
    assert_eq!(both(), (json!("small_employer"), json!(3)));
    set(&w, "employer_size", "2026-12-01", 50);
    set(&w, "active_standard", "2026-12-01", 300_000);
    assert_eq!(both(), (json!("all_conditions"), json!(2)));
    set(&w, "wage_no_longer_counts", "2026-10-01", 0);
    assert_eq!(both().0, "low_wage", "the condition goes on");
    set(&w, "wage_no_longer_counts", "2026-12-01", 1);
    assert_eq!(both().0, "all_conditions");
    // the row of the program that begins later takes the place of what was set before it
    let list = w.staff("clerk").get(format!("{PATH}?as_of=2027-10-01")).expect(200);
    assert_eq!(
        (&in_force(&list, "employer_size")["value"], &in_force(&list, "employer_size")["basis"]),
        (&json!(36), &json!("reported"))
    );
}
#[test]
fn what_was_in_force_is_told_as_it_was_known() {
    let w = World::new();
    let clerk = w.staff("clerk");
    let setting = id(&ask(&clerk, &value("income_limit", "2026-12-01", 1_350_000)).expect(201)["id"]);
    let at = |w: &World| w.clock.now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let list = |known: &str| clerk.get(format!("{PATH}?as_of=2026-12-01&known_at={known}")).expect(200);
    w.clock.advance(chrono::Duration::seconds(2));
    let asked = at(&w);
    let told = list(&asked);
    assert_eq!(
        (&told["items"][0]["state"], in_force(&told, "income_limit")["value"].clone()),
        (&json!("requested"), json!(1_300_000))
    );
    w.clock.advance(chrono::Duration::seconds(2));
    rule_on(&w.staff("privileged"), setting, "approve").expect(200);
    set(&w, "income_limit", "2026-12-01", 1_400_000);
    assert_eq!(list(&asked), told, "byte for byte what was told then");
    let now = clerk.get(format!("{PATH}?as_of=2026-12-01")).expect(200);
    assert_eq!(
        (now["items"].as_array().unwrap().len(), &in_force(&now, "income_limit")["value"]),
        (2, &json!(1_400_000))
    );
    let before = clerk.get(format!("{PATH}?as_of=2026-11-30")).expect(200);
    assert_eq!(in_force(&before, "income_limit")["value"], 1_300_000);
}
#[test]
fn a_society_that_looks_at_the_labour_contract_later_decides_so() {
    for (on, answer) in [("2026-06-30", "no"), ("2026-07-01", "yes")] {
        let h = Hired::new();
        set(&h.w, "contract_income", "2026-04-01", 0);
        set(&h.w, "contract_income", "2026-07-01", 1);
        let n = h.filed(&daughter(&h, on, json!({ "income_yen": 1_400_000 })));
        let papers = ["kinship_proof", "household_proof", "labour_contract", "wages_only_statement"];
        let seen = json!({ "contract_income_yen": 1_200_000, "is_wages_only": true, "documents": papers });
        let finding = h.preview(n, &saw("other_1", seen.clone()))[0]["finding"].clone();
        assert_eq!(finding["answer"], answer, "{on}: {finding}");
    }
}
#[test]
fn a_start_that_was_set_before_any_value_could_be_goes_on() {
    let h = Hired::new();
    let (old, asker) = (Uuid::now_v7(), Uuid::now_v7());
    let at = "2026-11-20T00:00:00Z";
    let mut owner = h.w.owner();
    owner.batch_execute(&format!(
        "insert into recognition_setting (id, contract_income_from, requested_at, requested_by) values ('{old}', '2026-12-01', '{at}', '{asker}')"
    ))
    .unwrap();
    owner.batch_execute(&format!(
        "insert into approval (id, kind, subject_id, digest, state, requested_by, requested_at, decided_by, decided_at, differences) \
         values (gen_random_uuid(), 'recognition_setting', '{old}', sha256('x'), 'approved', '{asker}', '{at}', gen_random_uuid(), '{at}', '[]')"
    ))
    .unwrap();
    let list = h.w.staff("clerk").get(PATH).expect(200);
    assert_eq!(
        (&list["items"][0]["set"]["name"], &list["items"][0]["set"]["valid_from"]),
        (&json!("contract_income"), &json!("2026-12-01"))
    );
    assert_eq!(in_force(&list, "contract_income")["value"], 0);
    let later = h.w.staff("clerk").get(format!("{PATH}?as_of=2026-12-01")).expect(200);
    assert_eq!(in_force(&later, "contract_income")["value"], 1);
}
#[test]
fn settings_of_recognition_that_nobody_approved_do_not_count() {
    let h = Hired::new();
    let off = value("contract_income", "2026-04-01", 0);
    ask(&h.w.staff("clerk"), &off).expect(201);
    let rejected = id(&ask(&h.w.staff("clerk"), &off).expect(201)["id"]);
    rule_on(&h.w.staff("privileged"), rejected, "reject").expect(200);
    let n = h.filed(&daughter(&h, "2026-11-10", json!({ "income_yen": 1_400_000 })));
    let papers = ["kinship_proof", "household_proof", "labour_contract", "wages_only_statement"];
    let seen = json!({ "contract_income_yen": 1_200_000, "is_wages_only": true, "documents": papers });
    let answer = || h.preview(n, &saw("other_1", seen.clone()))[0]["finding"]["answer"].clone();
    assert_eq!(answer(), "yes", "by the notice alone");
    for (to, told) in [(0, "no"), (1, "yes")] {
        set(&h.w, "contract_income", "2026-04-01", to);
        assert_eq!(answer(), told, "the one approved last: {to}");
    }
}
