//! 保険者算定 with the decision: months left out, back pay left out, the average of a year; the preview is the decision.
use super::{corrections::of_months, held, insured, regular, revision, row};
use crate::{
    filing::{NANA, accept, decide, filed, loss, tables},
    harness::{caller::Caller, world::World},
};
use serde_json::{Value, json};
use uuid::Uuid;

fn with(mut form: Value, key: &str, value: Value) -> Value {
    form[key] = value;
    form
}
fn determined(determination: &Value) -> Value {
    json!({ "decision": "accept", "determination": determination })
}
/// The nine months from July 2025 to March 2026.
fn nine(yen: i64) -> Vec<Value> {
    let months = (7..=12).map(|n| format!("2025-{n:02}")).chain((1..=3).map(|n| format!("2026-{n:02}")));
    months.map(|m| json!({ "month": m, "pay_yen": yen, "base_days": 30 })).collect()
}
/// Previews, decides, and holds both against each other; gives what was told and the explanation.
#[track_caller]
fn decided(staff: &Caller, notification: Uuid, determination: &Value) -> (Value, String) {
    let asked = json!({ "determination": determination });
    let path = format!("/v1/notifications/{notification}/decision-preview");
    let preview = staff.post(&path).json(&asked).expect(200);
    let told = decide(staff, notification, &determined(determination)).expect(200)["outcome"].clone();
    assert_eq!(preview["consequences"][0]["after"], told["standard_yen"].to_string());
    assert_eq!(preview["consequences"][1]["after"], told["applies_from"]);
    let decision = told["decision_id"].as_str().unwrap();
    let explained = staff.get(format!("/v1/standard-remunerations/{decision}/explanation")).expect(200);
    (told, explained["ja"].as_str().unwrap().to_owned())
}

#[test]
fn a_form_that_leads_to_a_determination_says_what_to_state() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    let form = || regular(NANA, [300_000; 3]);
    for (form, said) in [
        (with(form(), "annual_average", json!(true)), "/determination/annual"),
        (with(form(), "joined_mid_month", json!(true)), "/determination/excluded_months"),
        (with(form(), "on_leave", json!(true)), "/determination/excluded_months"),
        (with(form(), "corrected_average_yen", json!(290_000)), "/determination/back_pay"),
        (
            with(revision(NANA, "up", [300_000; 3]), "corrected_average_yen", json!(290_000)),
            "/determination/back_pay",
        ),
    ] {
        let waiting = filed(&w, &employer, &form);
        let before = tables(&w);
        let refused = decide(&staff, waiting, &accept()).refused(409, "determination-needed");
        assert!(refused["detail"].as_str().unwrap().contains(said), "{refused}");
        let preview = staff.post(format!("/v1/notifications/{waiting}/decision-preview")).json(&json!({}));
        preview.refused(409, "determination-needed");
        assert_eq!(tables(&w), before);
        employer.post(format!("/v1/notifications/{waiting}/withdrawal")).send(b"").expect(200);
    }
}

#[test]
fn months_and_back_pay_are_left_out_by_the_insurer() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let form = with(regular(NANA, [150_000, 330_000, 340_000]), "on_leave", json!(true));
    let waiting = filed(&w, &employer, &form);
    let determination =
        json!({ "excluded_months": ["2026-04"], "back_pay": [{ "month": "2026-06", "yen": 30_000 }] });
    let (told, ja) = decided(&staff, waiting, &determination);
    assert_eq!(told["standard_yen"], 320_000);
    for said in [
        "2026年4月",
        "150,000円",
        "保険者算定により除きます",
        "340,000円",
        "30,000円",
        "310,000円",
        "640,000円",
    ] {
        assert!(ja.contains(said), "{said} in {ja}");
    }
    assert_eq!(held(&staff, member, "?as_of=2026-09-01"), [row("2026-09", None, 23, 320_000)]);
}

#[test]
fn back_pay_is_left_out_of_a_revision() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    let mut form = revision(NANA, "up", [390_000, 300_000, 300_000]);
    form["back_pay_month"] = json!(11);
    form["back_pay_yen"] = json!(90_000);
    form["corrected_average_yen"] = json!(300_000);
    let waiting = filed(&w, &employer, &form);
    let (told, ja) =
        decided(&staff, waiting, &json!({ "back_pay": [{ "month": "2025-11", "yen": 90_000 }] }));
    assert_eq!(told["standard_yen"], 300_000);
    assert!(ja.contains("90,000円") && ja.contains("390,000円"), "{ja}");
}

#[test]
fn the_average_of_a_year_decides_where_the_law_lets_it() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    let form = with(regular(NANA, [400_000; 3]), "annual_average", json!(true));
    let waiting = filed(&w, &employer, &form);
    let year = json!({ "annual": { "months": nine(260_000), "is_recurring": true, "has_consent": true } });
    let (told, ja) = decided(&staff, waiting, &year);
    assert_eq!((&told["grade"], &told["standard_yen"]), (&json!(22), &json!(300_000)), "{ja}");
    assert!(ja.contains("年間平均295,000円"), "{ja}");

    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    let waiting = filed(&w, &employer, &form);
    let alone = json!({ "annual": { "months": nine(260_000), "is_recurring": true, "has_consent": false } });
    let (told, ja) = decided(&staff, waiting, &alone);
    assert_eq!(told["standard_yen"], 410_000, "{ja}");

    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    let waiting = filed(&w, &employer, &revision(NANA, "up", [400_000; 3]));
    let year = json!({ "annual": { "fixed_pay_total_yen": 840_000, "variable_pay_total_yen": 360_000,
        "is_recurring": true, "has_consent": true } });
    let (told, ja) = decided(&staff, waiting, &year);
    assert_eq!(told["standard_yen"], 320_000, "{ja}");
}

#[test]
fn wrong_determinations_are_refused_with_their_place() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    let waiting = filed(&w, &employer, &regular(NANA, [300_000; 3]));
    let before = tables(&w);
    for (determination, status, said) in [
        (json!({ "excluded_months": ["2026-07"] }), 409, "other-month-determined"),
        (json!({ "back_pay": [{ "month": "2026-04", "yen": 300_001 }] }), 409, "not-decidable"),
        (
            json!({ "back_pay": [{ "month": "2026-04", "yen": 10_000_000 }] }),
            422,
            "/determination/back_pay/0/yen",
        ),
        (json!({ "excluded_months": ["2026-13"] }), 422, "/determination/excluded_months/0"),
        (
            json!({ "annual": { "months": nine(1)[1..], "is_recurring": true, "has_consent": true } }),
            422,
            "/determination/annual/months",
        ),
        (
            json!({ "annual": { "months": nine(-1), "is_recurring": true, "has_consent": true } }),
            422,
            "/determination/annual/months/0",
        ),
        (json!({ "surprise": 1 }), 422, "/determination"),
    ] {
        let answer = decide(&staff, waiting, &determined(&determination));
        assert!(answer.status == status && answer.text.contains(said), "{determination}: {}", answer.text);
    }
    let returned = json!({ "decision": "return", "determination": {}, "reasons": [{ "code": "other", "text": "確認" }] });
    assert!(decide(&staff, waiting, &returned).text.contains("/determination"));
    assert_eq!(tables(&w), before);
    let paid = filed(&w, &employer, &super::bonus(NANA, "2026-07-10", 100_000));
    let answer = decide(&staff, paid, &determined(&json!({})));
    assert!(answer.status == 422 && answer.text.contains("/determination"), "{}", answer.text);
    for by in [&employer, &w.client("other-employer"), &w.staff("collection"), &w.staff("it")] {
        let status = by.post(format!("/v1/notifications/{waiting}/decision-preview")).json(&json!({})).status;
        assert!([403, 404].contains(&status), "{status}");
    }
}

#[test]
fn a_correction_states_the_totals_of_a_year_anew_and_whole() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    let waiting = filed(&w, &employer, &revision(NANA, "up", [400_000; 3]));
    let year = json!({ "annual": { "fixed_pay_total_yen": 840_000, "variable_pay_total_yen": 360_000,
        "is_recurring": true, "has_consent": true } });
    decide(&staff, waiting, &determined(&year)).expect(200);
    let form = of_months(NANA, "occasional_revision", "2026-02", [11, 12, 1], 410_000);
    let waiting = filed(&w, &employer, &form);
    decide(&staff, waiting, &accept()).refused(409, "determination-needed");
    for annual in [
        json!({ "is_recurring": true, "has_consent": true }),
        json!({ "fixed_pay_total_yen": 840_000, "is_recurring": true, "has_consent": true }),
        json!({ "fixed_pay_total_yen": 840_000, "variable_pay_total_yen": 360_000, "months": nine(1),
            "is_recurring": true, "has_consent": true }),
    ] {
        let answer = decide(&staff, waiting, &determined(&json!({ "annual": annual })));
        assert!(answer.status == 422 && answer.text.contains("/determination/annual"), "{}", answer.text);
    }
    let told = decide(&staff, waiting, &determined(&year)).expect(200)["outcome"].clone();
    assert_eq!(told["standard_yen"], 320_000, "{told}");
}

#[test]
fn a_correction_with_an_empty_determination_leaves_nothing_out() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    let form = with(regular(NANA, [270_000, 330_000, 330_000]), "on_leave", json!(true));
    let waiting = filed(&w, &employer, &form);
    let told = decide(&staff, waiting, &determined(&json!({ "excluded_months": ["2026-04"] }))).expect(200);
    assert_eq!(told["outcome"]["standard_yen"], 340_000);
    let mut form = of_months(NANA, "regular_determination", "2026-09", [4, 5, 6], 330_000);
    for key in ["cash_yen", "total_yen"] {
        form["months"][0][key] = json!(270_000);
    }
    let waiting = filed(&w, &employer, &form);
    decide(&staff, waiting, &accept()).refused(409, "nothing-changes");
    let told = decide(&staff, waiting, &determined(&json!({}))).expect(200)["outcome"].clone();
    assert_eq!(told["standard_yen"], 320_000, "the three months: 310,000");
}

#[test]
fn a_preview_refuses_what_the_decision_refuses() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    let leaving = filed(&w, &employer, &loss(NANA, "2026-10-20", "2026-10-21"));
    let leave = filed(&w, &employer, &super::maternity(NANA));
    let preview =
        |n: Uuid, body: &Value| staff.post(format!("/v1/notifications/{n}/decision-preview")).json(body);
    let answer = preview(leaving, &json!({ "determination": {} }));
    assert!(answer.status == 422 && answer.text.contains("must-be-absent"), "{}", answer.text);
    decide(&staff, leaving, &determined(&json!({}))).refused(422, "invalid");
    preview(leave, &json!({})).expect(200);
    decide(&staff, leaving, &accept()).expect(200);
    decide(&staff, leave, &accept()).refused(409, "person-not-found");
    preview(leave, &json!({})).refused(409, "person-not-found");
}
