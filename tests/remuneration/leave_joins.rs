//! Which leaves count together, and what a later form says of an earlier one: children, covers, days without work, twins.
use super::{
    accepted, after_childcare, birth_time, childcare, childcare_end, insured, leave, leaves, maternity,
    maternity_change,
};
use crate::{
    filing::{NANA, accept, acquisition, decide, filed, fresh_key, id, loss, same_person, slip},
    harness::{caller::Caller, world::World},
};
use serde_json::{Value, json};

/// What a dry run says of the exempt months afterwards.
fn foreseen(w: &World, employer: &Caller, form: &Value) -> String {
    let run = employer.post("/v1/notifications?validate_only=true").json(&slip(w, form)).expect(200);
    let lines = run["records"][0]["consequences"].as_array().unwrap();
    let line = lines.iter().find(|c| c["field"] == "exempt_months").unwrap();
    line["after"].as_str().unwrap().to_owned()
}
#[track_caller]
fn refused(w: &World, employer: &Caller, form: &Value, code: &str, pointer: &str) {
    let told = employer.post("/v1/notifications").key(&fresh_key()).json(&slip(w, form));
    let at = format!("/notification/{pointer}");
    let errors = told.body["errors"].as_array().cloned().unwrap_or_default();
    let is_told = errors.iter().any(|e| e["code"] == code && e["pointer"] == at);
    assert!(told.status == 422 && is_told, "{code} {at}: {} {}", told.status, told.text);
}

#[test]
fn the_revision_after_a_leave_looks_at_the_child_of_the_stored_leave() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &childcare(NANA, "2026-03-03", "2026-05-01", "2026-07-31"));
    let mut other = after_childcare(NANA, 235_000);
    other["child_birth_on"] = json!("2026-03-04");
    let other = filed(&w, &employer, &other);
    decide(&staff, other, &accept()).refused(409, "leave-of-another-child");
    employer.post(format!("/v1/notifications/{other}/withdrawal")).send(b"").expect(200);
    // the form says that the child is young, the stored leave that it was three when it ended
    let stored = |born: &str| {
        w.run(&format!(
            "set session_replication_role = replica; update leave_period set born_on = '{born}' where person_id = '{member}'"
        ));
    };
    stored("2023-07-31");
    let form = filed(&w, &employer, &after_childcare(NANA, 235_000));
    let told = decide(&staff, form, &accept()).refused(409, "child-is-three");
    assert!(!told.to_string().contains("2023"), "no day of birth in a problem: {told}");
    // the day before its birthday it still was under three
    stored("2023-08-01");
    decide(&staff, form, &accept()).refused(409, "leave-of-another-child");
    stored("2026-03-03");
    let told = decide(&staff, form, &accept()).expect(200)["outcome"].clone();
    let kept = w.rows(&format!("select inputs, trace from standard_remuneration where person_id = '{member}' and superseded_at is null"));
    let kept = kept.iter().find(|d| d["inputs"]["leave"] == "childcare").unwrap();
    assert_eq!(
        (&kept["inputs"]["child_born_on"], &kept["inputs"]["reading"]),
        (&json!("2026-03-03"), &json!("practice"))
    );
    // the calculation says what the decision says, also of a child that was three
    let ask = |born: Value| {
        let mut facts = kept["inputs"].clone();
        facts["child_born_on"] = born;
        employer.post("/v1/calculations/leave-end-revision").json(&facts).expect(200)
    };
    let same = ask(json!("2026-03-03"));
    assert_eq!(same["outcome"]["standard_yen"], told["standard_yen"]);
    assert_eq!(same["trace"]["steps"], kept["trace"]["steps"]);
    let three = ask(json!("2023-07-31"));
    assert_eq!(
        (&three["outcome"]["revises"], &three["outcome"]["reason"]),
        (&json!(false), &json!("child_is_three"))
    );
    let unknown = ask(Value::Null);
    assert_eq!(unknown["outcome"]["revises"], true);
    assert_eq!(unknown["trace"]["steps"][0]["code"], "child_not_examined");
}

#[test]
fn leaves_for_two_children_within_a_month_are_counted_together() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let first = childcare(NANA, "2025-09-10", "2026-10-02", "2026-10-09");
    let second = birth_time(NANA, "2026-10-11", "2026-10-20", "2026-10-26", 1);
    accepted(&w, &employer, &staff, &first);
    assert_eq!(leaves(&staff, member, "")[0].3, 0, "eight days are too few");
    assert_eq!(foreseen(&w, &employer, &second), "2026-10 - 2026-10 (1)");
    let told = accepted(&w, &employer, &staff, &second);
    assert_eq!(
        told["exempt_months"],
        json!(["2026-10"]),
        "eight and six are fourteen, whoever the children are"
    );
    let both = [
        leave("childcare", "2026-10-02", "2026-10-09", 1),
        leave("birth_time", "2026-10-20", "2026-10-26", 1),
    ];
    assert_eq!(leaves(&staff, member, ""), both);
    // one of another month has nothing to do with them
    let told = accepted(&w, &employer, &staff, &childcare(NANA, "2025-09-10", "2026-05-11", "2026-07-20"));
    assert_eq!(told["exempt_months"].as_array().unwrap().len(), 3, "of one child with the first: {told}");
    let mut end = childcare_end(NANA, "2026-10-20", "2026-10-26");
    end["actual_worked_days"] = json!(2);
    accepted(&w, &employer, &staff, &end);
    assert_eq!(
        leaves(&staff, member, "?as_of=2026-10-20")[0].3,
        2,
        "thirteen are not: {:?}",
        leaves(&staff, member, "")
    );
}

#[test]
fn leaves_join_over_days_without_work_that_the_form_names() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &childcare(NANA, "2026-08-20", "2026-09-01", "2026-09-18"));
    let second = |days: Value| {
        let mut form = childcare(NANA, "2026-08-20", "2026-09-24", "2026-10-15");
        form["no_work_days_between"] = days;
        form
    };
    let holidays = json!(["2026-09-19", "2026-09-20", "2026-09-21", "2026-09-22", "2026-09-23"]);
    let wrong = |days: Value, code: &str| refused(&w, &employer, &second(days), code, "no_work_days_between");
    wrong(json!(["2026-09-20"]), "E-DATE-RELATION");
    wrong(
        json!(["2026-09-18", "2026-09-19", "2026-09-20", "2026-09-21", "2026-09-22", "2026-09-23"]),
        "E-DATE-RELATION",
    );
    wrong(json!(["2026-09-24"]), "E-DATE-RELATION");
    wrong(json!(vec!["2026-09-19"; 2]), "E-DATE-RELATION");
    wrong(json!(vec!["2026-09-19"; 32]), "E-COUNT");
    let mut longer = second(holidays.clone());
    (longer["application"], longer["starts_on"]) = (json!("extension"), json!("2026-09-01"));
    refused(&w, &employer, &longer, "E-MUST-BE-EMPTY", "no_work_days_between");
    let told = accepted(&w, &employer, &staff, &second(holidays));
    assert_eq!(told["exempt_months"], json!(["2026-09"]));
    assert_eq!(told["exempt_bonus_months"], json!(["2026-09"]), "as one they are longer than a month");
    let explained =
        staff.get(format!("/v1/leaves/{}/explanation", told["leave_id"].as_str().unwrap())).expect(200);
    assert!(
        explained["ja"].as_str().unwrap().contains("2026年9月1日から2026年10月15日までの一つの休業"),
        "{}",
        explained["ja"]
    );
    // the first ends earlier than was known: there was work between them after all
    accepted(&w, &employer, &staff, &childcare_end(NANA, "2026-09-01", "2026-09-15"));
    let list = staff.get(format!("/v1/members/{member}/leaves")).expect(200);
    assert!(
        list["items"].as_array().unwrap().iter().all(|l| l["exempt_bonus_months"] == json!([])),
        "{list}"
    );
}

#[test]
fn leaves_of_a_former_cover_are_counted_neither_in_a_dry_run_nor_in_the_decision() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &childcare(NANA, "2026-09-20", "2026-10-01", "2026-10-08"));
    accepted(&w, &employer, &staff, &loss(NANA, "2026-10-11", "2026-10-12"));
    let again = filed(&w, &employer, &acquisition(NANA, "2026-10-13", None));
    let again = decide(&staff, again, &same_person("insured", member)).expect(200);
    assert_eq!(id(&again["outcome"]["member_id"]), member, "the same employer again");
    let form = childcare(NANA, "2026-09-20", "2026-10-14", "2026-10-22");
    assert_eq!(foreseen(&w, &employer, &form), "0");
    let told = accepted(&w, &employer, &staff, &form);
    assert_eq!(told["exempt_months"], json!([]), "as the dry run said");
    let versions =
        format!("select row_id from leave_period where person_id = '{member}' and starts_on = '2026-10-01'");
    assert_eq!(w.rows(&versions).len(), 1, "the former leave stays as it was");
    accepted(&w, &employer, &staff, &loss(NANA, "2026-10-31", "2026-11-01"));
    assert_eq!(w.rows(&versions).len(), 1);
}

#[test]
fn an_end_may_be_filed_while_a_change_waits_and_is_filed_once() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &maternity(NANA));
    let mut born = maternity_change(NANA, "2026-04-28", false);
    born["actual_birth_on"] = json!("2026-03-03");
    let change = filed(&w, &employer, &born);
    let end = filed(&w, &employer, &maternity_change(NANA, "2026-04-20", true));
    for again in
        [born, maternity_change(NANA, "2026-04-28", false), maternity_change(NANA, "2026-04-20", true)]
    {
        let told = employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &again));
        assert!(
            told.status == 422 && told.text.contains("E-DUPLICATE-PENDING"),
            "{} {}",
            told.status,
            told.text
        );
    }
    decide(&staff, change, &accept()).expect(200);
    decide(&staff, end, &accept()).expect(200);
    assert_eq!(leaves(&staff, member, "")[0].2, "2026-04-20");
    refused(&w, &employer, &maternity_change(NANA, "2026-04-20", true), "E-LEAVE-ENDED", "starts_on");
}

#[test]
fn twins_are_taken_back_by_a_change() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let mut twins = maternity(NANA);
    (twins["starts_on"], twins["multiple_pregnancy"]) = (json!("2025-12-01"), json!(true));
    accepted(&w, &employer, &staff, &twins);
    let is_multiple = || {
        staff.get(format!("/v1/members/{member}/leaves")).expect(200)["items"][0]["multiple_pregnancy"]
            .clone()
    };
    assert_eq!(is_multiple(), json!(true));
    let change = |ends_on: &str, said: &[(&str, bool)], from: Option<&str>| {
        let mut form = maternity_change(NANA, ends_on, false);
        form["starts_on"] = json!("2025-12-01");
        for (field, is_so) in said {
            form[*field] = json!(is_so);
        }
        if let Some(from) = from {
            form["changed_starts_on"] = json!(from);
        }
        form
    };
    accepted(&w, &employer, &staff, &change("2026-04-29", &[], None));
    assert_eq!(is_multiple(), json!(true), "what a change does not say stays");
    // what a client writes out that says nothing of it
    accepted(&w, &employer, &staff, &change("2026-04-28", &[("multiple_pregnancy", false)], None));
    assert_eq!(is_multiple(), json!(true), "false says nothing");
    let single = [("multiple_pregnancy", false), ("single_pregnancy", true)];
    refused(&w, &employer, &change("2026-04-29", &single, None), "E-DATE-RELATION", "starts_on");
    let both = [("multiple_pregnancy", true), ("single_pregnancy", true)];
    refused(&w, &employer, &change("2026-04-29", &both, None), "E-MUST-BE-EMPTY", "single_pregnancy");
    accepted(&w, &employer, &staff, &change("2026-04-29", &single, Some("2026-01-23")));
    assert_eq!(is_multiple(), json!(false));
    for said in ["multiple_pregnancy", "single_pregnancy"] {
        let mut end = maternity_change(NANA, "2026-04-29", true);
        end[said] = json!(true);
        refused(&w, &employer, &end, "E-MUST-BE-EMPTY", said);
    }
    let mut end = maternity_change(NANA, "2026-04-29", true);
    (end["starts_on"], end["multiple_pregnancy"]) = (json!("2026-01-23"), json!(false));
    accepted(&w, &employer, &staff, &end);
}
