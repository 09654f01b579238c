//! What the society sets, with a second person's check; and an office that is nobody else's.
use super::{Society, setting};
use crate::filing::{NANA, count, fresh_key, id, tables};
use crate::harness::race;
use diesel::{RunQueryDsl, sql_query};
use serde_json::{Value, json};

#[test]
fn settings_count_once_a_second_person_approved_them() {
    let s = Society::without_settings();
    let asked = s.clerk.post("/v1/voluntary-settings").key(&fresh_key()).json(&setting(s.office)).expect(201);
    assert_eq!(asked["state"], "requested");
    let own = id(&asked["id"]);
    s.rule_on(&s.clerk, own, "approve").refused(409, "same-person");
    for login in ["collection", "benefits", "review", "officer"] {
        s.rule_on(&s.w.staff(login), own, "approve").refused(403, "forbidden");
        s.w.staff(login)
            .post("/v1/voluntary-settings")
            .key(&fresh_key())
            .json(&setting(s.office))
            .refused(403, "forbidden");
    }
    s.rule_on(&s.employer, own, "approve").refused(403, "insufficient-scope");
    let done = s.rule_on(&s.w.staff("it"), own, "approve").expect(200);
    assert_eq!(done["state"], "approved");
    s.rule_on(&s.second, own, "reject").refused(409, "no-open-check");
    let rejected =
        s.w.staff("it").post("/v1/voluntary-settings").key(&fresh_key()).json(&setting(s.office)).expect(201);
    assert_eq!(s.rule_on(&s.second, id(&rejected["id"]), "reject").expect(200)["state"], "rejected");
    let list = s.collection.get("/v1/voluntary-settings").expect(200);
    let states: Vec<&Value> = list["items"].as_array().unwrap().iter().map(|i| &i["state"]).collect();
    assert_eq!(states, ["rejected", "approved"]);
    s.w.staff("review").get("/v1/voluntary-settings").refused(403, "forbidden");
    s.rule_on(&s.second, uuid::Uuid::now_v7(), "approve").refused(404, "not-found");
}
#[test]
fn an_office_to_which_people_came_meanwhile_is_not_approved() {
    let s = Society::without_settings();
    let ask = || s.clerk.post("/v1/voluntary-settings").key(&fresh_key()).json(&setting(s.w.other_employer));
    // the employer's system is bound to it; without one, whoever is about to be insured there stands against it
    s.w.run(&format!("delete from client_employer where employer_id = '{}'", s.w.other_employer));
    let asked = id(&ask().expect(201)["id"]);
    let form = crate::filing::acquisition(NANA, "2026-11-10", None);
    let mut slip = crate::filing::slip(&s.w, &form);
    slip["employer_id"] = json!(s.w.other_employer);
    s.clerk.post("/v1/keyed-notifications?received_on=2026-11-20").key(&fresh_key()).json(&slip).expect(202);
    s.rule_on(&s.second, asked, "approve").refused(409, "office-has-employees");
    s.rule_on(&s.second, asked, "reject").expect(200);
    // what was rejected bars nobody's system
    s.w.run(&format!(
        "insert into client_employer (client_id, employer_id, valid_from) \
         select id, '{}', '2020-04-01' from api_client where client_key = 'other-employer'",
        s.w.other_employer
    ));
}
#[test]
fn settings_that_nobody_approved_do_not_count() {
    let s = Society::new();
    let mut low = setting(s.office);
    (low["valid_from"], low["average_remuneration_yen"]) = (json!("2026-04-01"), json!(200_000));
    s.clerk.post("/v1/voluntary-settings").key(&fresh_key()).json(&low).expect(201);
    let asked = s.clerk.post("/v1/voluntary-settings").key(&fresh_key()).json(&low).expect(201);
    s.rule_on(&s.second, id(&asked["id"]), "reject").expect(200);
    let (_, card) = s.left(NANA, "2025-04-01", "2026-10-31", "2026-11-01");
    let told = s.accepted(&super::application(NANA, &card), "2026-11-10");
    assert_eq!(told["standard_yen"], 260_000, "by the approved average alone");
}
#[test]
fn the_same_key_asks_once() {
    let s = Society::without_settings();
    let ask = |body: &Value| s.clerk.post("/v1/voluntary-settings").key("settings-of-2026").json(body);
    let first = ask(&setting(s.office)).expect(201);
    assert_eq!(ask(&setting(s.office)).expect(201), first);
    let mut other = setting(s.office);
    other["average_remuneration_yen"] = json!(390_000);
    ask(&other).refused(422, "idempotency-key-reused");
    assert_eq!(count(&s.w, "select count(*) as n from voluntary_setting"), 1);
    s.clerk.post("/v1/voluntary-settings").json(&other).refused(400, "idempotency-key-missing");
}
#[test]
fn what_does_not_fit_is_refused_at_its_place() {
    let s = Society::without_settings();
    let before = tables(&s.w);
    for (field, value, pointer, code) in [
        ("average_remuneration_yen", json!(0), "/average_remuneration_yen", "range"),
        ("average_remuneration_yen", json!(-1), "/average_remuneration_yen", ""),
        ("ceiling_rule", json!("below_average"), "/rule_amount_yen", "missing-field"),
        ("rule_amount_yen", json!(260_000), "/rule_amount_yen", "must-be-absent"),
        ("special_retiree_yen", json!(123_456), "/special_retiree_yen", "not-a-standard-remuneration"),
        ("office_id", json!(uuid::Uuid::now_v7()), "/office_id", "unknown-value"),
        ("valid_from", json!("2300-01-01"), "/valid_from", "date-out-of-range"),
        ("shoe_size", json!(27), "/shoe_size", ""),
    ] {
        let mut body = setting(s.office);
        body[field] = value;
        let p = s.clerk.post("/v1/voluntary-settings").key(&fresh_key()).json(&body).refused(422, "invalid");
        assert_eq!(p["errors"][0]["pointer"], pointer, "{p}");
        assert!(code.is_empty() || p["errors"][0]["code"] == code, "{p}");
    }
    // an office of an employer
    let mut body = setting(s.w.employer);
    s.clerk.post("/v1/voluntary-settings").key(&fresh_key()).json(&body).refused(409, "office-has-systems");
    sql_query("delete from client_employer").execute(&mut s.w.owner()).unwrap();
    s.w.member("7", NANA.kana, NANA.name, NANA.birth_on);
    body["office_id"] = json!(s.w.employer);
    s.clerk.post("/v1/voluntary-settings").key(&fresh_key()).json(&body).refused(409, "office-has-employees");
    assert_eq!(
        count(&s.w, "select count(*) as n from voluntary_setting")
            + count(&s.w, "select count(*) as n from approval"),
        0
    );
    assert_eq!(before["public.voluntary_setting"], 0);
}
#[test]
fn no_system_is_ever_bound_to_the_societys_own_office() {
    let s = Society::new();
    let bind = format!(
        "insert into client_employer (client_id, employer_id, valid_from) select id, '{}', '2026-01-01' from api_client limit 1",
        s.office
    );
    let refused = sql_query(bind).execute(&mut s.w.owner()).unwrap_err().to_string();
    assert!(refused.contains("own office"), "{refused}");
    let moved = format!("update client_employer set employer_id = '{}'", s.office);
    sql_query(moved).execute(&mut s.w.owner()).unwrap_err();
}
#[test]
fn of_two_second_persons_one_decides() {
    let s = Society::without_settings();
    let asked = id(&s
        .clerk
        .post("/v1/voluntary-settings")
        .key(&fresh_key())
        .json(&setting(s.office))
        .expect(201)["id"]);
    let it = s.w.staff("it");
    let mut answers = race::at_once([(&s.second, "approve"), (&it, "reject")].map(|(by, ruling)| {
        let s = &s;
        move || s.rule_on(by, asked, ruling).status
    }));
    answers.sort_unstable();
    assert_eq!(answers, [200, 409]);
}
