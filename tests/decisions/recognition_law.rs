//! What the rule makes of form, register and evidence, over the API: limits by age, disability and day, kin and household, residence,
//! support by both parents, a temporary rise of income.
use super::recognitions::{Hired, PROVED, saw};
use crate::filing::{CHILD, NANA, accept, child, decide, fresh_key, id};
use serde_json::{Value, json};

#[test]
fn the_law_of_the_day_decides_on_form_register_and_evidence() {
    let h = Hired::new();
    let of = |birth: &'static str| crate::filing::Person { birth_on: birth, ..CHILD };
    let entry = |birth: &'static str, change: Value| {
        let mut form = child(NANA, of(birth), "2026-11-10", None);
        form["others"][0]["reason"] = json!("left_work");
        for (name, value) in change.as_object().unwrap() {
            match name.strip_prefix("insured_") {
                Some(own) => form[own] = value.clone(),
                None => form["others"][0][name] = value.clone(),
            }
        }
        form
    };
    let proved = |more: Value| {
        let mut evidence = json!({ "documents": PROVED });
        for (name, value) in more.as_object().unwrap() {
            evidence[name] = value.clone();
        }
        evidence
    };
    let documents =
        |more: &[&str]| json!(["kinship_proof", "household_proof"].iter().chain(more).collect::<Vec<_>>());
    for (what, form, evidence, answer, income, limit) in [
        (
            "nothing is stated of income",
            entry("2000-01-01", json!({})),
            json!({ "documents": documents(&[]) }),
            "needs_evidence",
            None,
            None,
        ),
        (
            "a newborn",
            entry("2026-11-10", json!({ "income_yen": 0 })),
            json!({ "documents": documents(&[]) }),
            "yes",
            Some(0),
            Some(1_300_000),
        ),
        (
            "19 to 22 at the end of the year",
            entry("2006-05-01", json!({ "income_yen": 1_450_000, "occupation": "student" })),
            proved(json!({})),
            "yes",
            Some(1_450_000),
            Some(1_500_000),
        ),
        (
            "23 at the end of the year",
            entry("2003-12-31", json!({ "income_yen": 1_450_000 })),
            proved(json!({})),
            "no",
            Some(1_450_000),
            Some(1_300_000),
        ),
        (
            "disabled",
            entry("1990-01-01", json!({ "income_yen": 1_500_000 })),
            proved(
                json!({ "is_disabled": true, "documents": documents(&["income_proof", "disability_proof"]) }),
            ),
            "yes",
            Some(1_500_000),
            Some(1_800_000),
        ),
        (
            "disabled without its paper",
            entry("1990-01-01", json!({ "income_yen": 1_500_000 })),
            proved(json!({ "is_disabled": true })),
            "needs_evidence",
            Some(1_500_000),
            Some(1_800_000),
        ),
        (
            "income by the labour contract",
            entry("1990-01-01", json!({ "income_yen": 1_400_000 })),
            json!({ "contract_income_yen": 1_200_000, "is_wages_only": true, "documents": documents(&["labour_contract", "wages_only_statement"]) }),
            "yes",
            Some(1_200_000),
            Some(1_300_000),
        ),
        (
            "a temporary rise",
            entry("1990-01-01", json!({ "income_yen": 1_400_000 })),
            json!({ "temporary_rise": { "usual_income_yen": 1_100_000, "consecutive_times": 2 }, "documents": documents(&["temporary_rise_certificate"]) }),
            "yes",
            Some(1_100_000),
            Some(1_300_000),
        ),
        (
            "a third certificate",
            entry("1990-01-01", json!({ "income_yen": 1_400_000 })),
            json!({ "temporary_rise": { "usual_income_yen": 1_100_000, "consecutive_times": 3 }, "documents": documents(&["temporary_rise_certificate"]) }),
            "no",
            Some(1_400_000),
            Some(1_300_000),
        ),
        (
            "more than half of the register's income",
            entry("1960-01-01", json!({ "relationship": "parent", "income_yen": 1_700_000 })),
            proved(json!({})),
            "needs_evidence",
            Some(1_700_000),
            Some(1_800_000),
        ),
        (
            "apart, with less than what is sent",
            entry(
                "1960-01-01",
                json!({ "relationship": "parent", "living": "apart", "income_yen": 700_000 }),
            ),
            json!({ "support_yen": 800_000, "documents": ["kinship_proof", "income_proof", "support_proof"] }),
            "yes",
            Some(700_000),
            Some(1_800_000),
        ),
        (
            "apart, nothing is known of what is sent",
            entry(
                "1960-01-01",
                json!({ "relationship": "parent", "living": "apart", "income_yen": 700_000 }),
            ),
            json!({ "documents": ["kinship_proof", "income_proof"] }),
            "needs_evidence",
            Some(700_000),
            Some(1_800_000),
        ),
        (
            "a parent-in-law apart",
            entry(
                "1960-01-01",
                json!({ "relationship": "parent_in_law", "living": "apart", "income_yen": 0 }),
            ),
            proved(json!({})),
            "no",
            None,
            None,
        ),
        (
            "a relation that nobody named",
            entry(
                "2000-01-01",
                json!({ "relationship": "other", "relationship_text": "甥", "income_yen": 0 }),
            ),
            proved(json!({})),
            "needs_evidence",
            Some(0),
            Some(1_300_000),
        ),
        (
            "a relation that staff named",
            entry(
                "2000-01-01",
                json!({ "relationship": "other", "relationship_text": "甥", "income_yen": 0 }),
            ),
            proved(json!({ "kinship": "relative_within_third_degree" })),
            "yes",
            Some(0),
            Some(1_300_000),
        ),
        (
            "a spouse who earns more",
            entry(
                "2026-11-10",
                json!({ "income_yen": 0, "insured_income_yen": 3_000_000, "insured_spouse_yearly_income_yen": 4_000_000 }),
            ),
            proved(json!({})),
            "no",
            Some(0),
            Some(1_300_000),
        ),
        (
            "a spouse who earns less",
            entry(
                "2026-11-10",
                json!({ "income_yen": 0, "insured_income_yen": 3_000_000, "insured_spouse_yearly_income_yen": 2_000_000 }),
            ),
            proved(
                json!({ "documents": documents(&["other_supporter_income_proof", "insured_income_proof"]) }),
            ),
            "yes",
            Some(0),
            Some(1_300_000),
        ),
        (
            "a spouse who earns about as much",
            entry(
                "2026-11-10",
                json!({ "income_yen": 0, "insured_income_yen": 3_000_000, "insured_spouse_yearly_income_yen": 2_900_000 }),
            ),
            proved(
                json!({ "documents": documents(&["other_supporter_income_proof", "insured_income_proof"]) }),
            ),
            "needs_evidence",
            Some(0),
            Some(1_300_000),
        ),
    ] {
        let n = h.filed(&form);
        let finding = h.preview(n, &saw("other_1", evidence))[0]["finding"].clone();
        assert_eq!(finding["answer"], answer, "{what}: {finding}");
        let of = |name: &str| finding[name].as_i64();
        assert_eq!((of("counted_income_yen"), of("income_limit_yen")), (income, limit), "{what}");
        h.employer.post(format!("/v1/notifications/{n}/withdrawal")).key(&fresh_key()).send(b"").expect(200);
    }
}

/// Somebody insured since 2020, of whom a daughter born in 1990 would be recognised on a day.
pub fn daughter(h: &Hired, on: &str, change: Value) -> Value {
    let person = crate::filing::Person { birth_on: "1990-01-01", ..CHILD };
    h.w.member("8", "ミホン　ハチ", "見本　八", "1960-08-08");
    let insured = crate::filing::Person { birth_on: "1960-08-08", ..crate::filing::HACHI };
    let mut form = child(insured, person, on, None);
    (form["others"][0]["reason"], form["income_yen"]) = (json!("left_work"), json!(6_000_000));
    for (name, value) in change.as_object().unwrap() {
        form["others"][0][name] = value.clone();
    }
    form
}
fn steps(finding: &Value) -> Vec<&str> {
    finding["trace"]["steps"].as_array().unwrap().iter().map(|s| s["code"].as_str().unwrap()).collect()
}

#[test]
fn no_employer_is_told_what_another_one_paid() {
    let h = Hired::new();
    let n = h.filed(&crate::filing::loss(NANA, "2026-11-15", "2026-11-16"));
    decide(&h.w.staff("privileged"), n, &accept()).expect(200);
    let other = h.w.client("other-employer");
    let slip = |form: &Value| json!({ "employer_id": h.w.other_employer, "preparer_name": "見本 花子", "notification": form });
    let hired = crate::filing::acquisition(NANA, "2026-11-17", None);
    let made = other.post("/v1/notifications").key(&fresh_key()).json(&slip(&hired)).expect(202);
    let n = id(&made["results"][0]["notification_id"]);
    let insured =
        h.w.rows("select person_id from enrolment where superseded_at is null")[0]["person_id"].clone();
    decide(&h.w.staff("privileged"), n, &crate::filing::same_person("insured", id(&insured))).expect(200);
    let figures = |day: &str| {
        let mut form = child(NANA, crate::filing::Person { birth_on: "2020-01-01", ..CHILD }, day, None);
        form["others"][0]["reason"] = json!("left_work");
        form["others"][0]["income_yen"] = json!(1);
        let dry = other.post("/v1/notifications?validate_only=true").json(&slip(&form)).expect(200);
        let trace = dry["records"][0]["recognitions"][0]["finding"]["trace"].clone();
        let steps = trace["steps"].as_array().unwrap().clone();
        let figures: Vec<Value> =
            steps.iter().flat_map(|s| s["figures"].as_array().unwrap().clone()).collect();
        assert!(!figures.is_empty(), "{dry}");
        figures.into_iter().filter(|f| f["name"] == "insured").map(|f| f["value"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(figures("2026-11-05"), Vec::<Value>::new(), "paid by the employer before");
    assert_eq!(figures("2026-11-18"), [json!("3120000")], "its own");
}

#[test]
fn what_the_register_knows_of_an_income_speaks_for_and_never_against() {
    let h = Hired::new();
    let person = crate::filing::Person { birth_on: "1960-01-01", ..CHILD };
    let mut form = child(NANA, person, "2026-11-10", None);
    form["others"][0]["relationship"] = json!("parent");
    form["others"][0]["reason"] = json!("left_work");
    for (income, answer, needed) in
        [(1_500_000, "yes", json!([])), (1_700_000, "needs_evidence", json!(["insured_income_proof"]))]
    {
        form["others"][0]["income_yen"] = json!(income);
        let n = h.filed(&form);
        let finding = h.preview(n, &saw("other_1", json!({ "documents": PROVED })))[0]["finding"].clone();
        assert_eq!(
            (&finding["answer"], &finding["documents_needed"]),
            (&json!(answer), &needed),
            "{income}: {finding}"
        );
        h.employer.post(format!("/v1/notifications/{n}/withdrawal")).key(&fresh_key()).send(b"").expect(200);
    }
    // the other parent earns more than twelve times the standard remuneration: bonuses may turn it
    let mut form = child(NANA, CHILD, "2026-11-10", None);
    (form["others"][0]["income_yen"], form["spouse_yearly_income_yen"]) = (json!(0), json!(4_000_000));
    let n = h.filed(&form);
    let finding = h.seen(n).expect(200)["recognitions"][0]["finding"].clone();
    assert_eq!(finding["answer"], "needs_evidence", "{finding}");
    assert!(finding["documents_needed"].as_array().unwrap().contains(&json!("insured_income_proof")));
    // and the two do not live on one another: staff strikes what the form says of the other
    let seen = json!({ "struck": ["both_support"], "documents": PROVED });
    let finding = h.preview(n, &saw("other_1", seen))[0]["finding"].clone();
    assert_eq!(finding["answer"], "yes", "{finding}");
}

#[test]
fn income_by_the_labour_contract_counts_from_the_day_of_its_setting() {
    for (on, answer, income, step) in [
        ("2026-03-31", "no", 1_400_000, "contract_income_not_used"),
        ("2026-04-01", "yes", 1_200_000, "contract_income"),
    ] {
        let h = Hired::new();
        let n = h.filed(&daughter(&h, on, json!({ "income_yen": 1_400_000 })));
        let papers = ["kinship_proof", "household_proof", "labour_contract", "wages_only_statement"];
        let mut evidence =
            json!({ "contract_income_yen": 1_200_000, "is_wages_only": true, "documents": papers });
        let finding = h.preview(n, &saw("other_1", evidence.clone()))[0]["finding"].clone();
        assert_eq!(
            (&finding["answer"], &finding["counted_income_yen"]),
            (&json!(answer), &json!(income)),
            "{on}"
        );
        assert!(steps(&finding).contains(&step), "{on}: {finding}");
        if answer == "yes" {
            // without the statement that there are wages only all income counts; without the papers they are asked for
            evidence["documents"] = json!(["kinship_proof", "household_proof"]);
            let finding = h.preview(n, &saw("other_1", evidence.clone()))[0]["finding"].clone();
            assert_eq!(finding["answer"], "needs_evidence");
            assert_eq!(finding["documents_needed"], json!(["labour_contract", "wages_only_statement"]));
            evidence["is_wages_only"] = json!(false);
            let finding = h.preview(n, &saw("other_1", evidence))[0]["finding"].clone();
            assert_eq!(
                (&finding["answer"], &finding["counted_income_yen"]),
                (&json!("no"), &json!(1_400_000))
            );
        }
    }
}

#[test]
fn who_lives_abroad_is_recognised_by_exception_with_its_paper() {
    let h = Hired::new();
    let abroad = |reason: &str| {
        let mut overseas = json!({ "status": "starts", "starts_on": "2026-11-10", "reason": reason });
        if reason == "other" {
            overseas["reason_text"] = json!("一時的な滞在");
        }
        json!({ "income_yen": 0, "overseas": overseas })
    };
    let form = daughter(&h, "2026-11-10", json!({ "income_yen": 0 }));
    for (reason, paper) in [
        ("study_abroad", "stay_abroad_proof"),
        ("accompanying_family", "stay_abroad_proof"),
        ("specified_activity", "stay_abroad_proof"),
        ("married_abroad", "stay_abroad_proof"),
        ("other", "base_in_japan_proof"),
    ] {
        let mut form = form.clone();
        for (name, value) in abroad(reason).as_object().unwrap() {
            form["others"][0][name] = value.clone();
        }
        let n = h.filed(&form);
        let finding = h.preview(n, &saw("other_1", json!({ "documents": PROVED })))[0]["finding"].clone();
        assert_eq!(
            (&finding["answer"], &finding["documents_needed"]),
            (&json!("needs_evidence"), &json!([paper])),
            "{reason}"
        );
        let all: Vec<&str> = PROVED.into_iter().chain([paper]).collect();
        let finding = h.preview(n, &saw("other_1", json!({ "documents": all })))[0]["finding"].clone();
        assert_eq!(finding["answer"], "yes", "{reason}: {finding}");
        h.employer.post(format!("/v1/notifications/{n}/withdrawal")).key(&fresh_key()).send(b"").expect(200);
    }
    let n = h.filed(&form);
    for residence in ["abroad", "medical_stay", "leisure_stay"] {
        let seen = json!({ "documents": PROVED, "residence": residence });
        let finding = h.preview(n, &saw("other_1", seen))[0]["finding"].clone();
        assert_eq!(
            (&finding["answer"], &finding["failed_test"]),
            (&json!("no"), &json!("residence")),
            "{residence}"
        );
        assert_eq!(finding["documents_needed"], json!([]), "no paper helps");
    }
}

#[test]
fn of_two_who_support_the_one_who_mainly_does_has_the_child() {
    let h = Hired::new();
    let form = daughter(&h, "2026-11-10", json!({ "income_yen": 0 }));
    let n = h.filed(&form);
    let papers: Vec<&str> =
        PROVED.into_iter().chain(["other_supporter_income_proof", "insured_income_proof"]).collect();
    let with = |more: &'static str| papers.iter().copied().chain([more]).collect::<Vec<_>>();
    for (both, documents, answer, needed) in [
        (
            json!({ "other_scheme": "employees", "other_income_yen": 7_000_000 }),
            papers.clone(),
            "no",
            json!([]),
        ),
        (
            json!({ "other_scheme": "employees", "other_income_yen": 5_000_000 }),
            papers.clone(),
            "yes",
            json!([]),
        ),
        (
            json!({ "other_scheme": "employees", "other_income_yen": 6_500_000 }),
            papers.clone(),
            "needs_evidence",
            json!(["principal_supporter_statement"]),
        ),
        (
            json!({ "other_scheme": "employees", "other_income_yen": 6_500_000, "named": "insured" }),
            with("principal_supporter_statement"),
            "yes",
            json!([]),
        ),
        (
            json!({ "other_scheme": "employees", "other_income_yen": 6_500_000, "named": "other" }),
            papers.clone(),
            "no",
            json!([]),
        ),
        (
            json!({ "other_scheme": "national", "other_income_yen": 6_500_000 }),
            papers.clone(),
            "no",
            json!([]),
        ),
        (
            json!({ "other_scheme": "national", "other_income_yen": 5_900_000 }),
            papers.clone(),
            "yes",
            json!([]),
        ),
    ] {
        let seen = json!({ "documents": documents, "both_support": both });
        let finding = h.preview(n, &saw("other_1", seen))[0]["finding"].clone();
        assert_eq!(
            (&finding["answer"], &finding["documents_needed"]),
            (&json!(answer), &needed),
            "{both}: {finding}"
        );
        if answer == "no" {
            assert_eq!(finding["failed_test"], "principal_supporter", "{both}");
        }
    }
}

#[test]
fn a_recognition_whose_day_is_corrected_is_still_explained() {
    let h = Hired::new();
    let person = crate::filing::Person { birth_on: "1990-01-01", ..CHILD };
    let mut form = child(NANA, person, "2026-11-01", None);
    form["others"][0]["reason"] = json!("left_work");
    let n = h.filed(&form);
    let done = decide(&h.w.staff("privileged"), n, &accept()).expect(200);
    let dependent = id(&done["outcome"]["dependents"][0]["dependent_id"]);
    let explained = |day: &str| {
        h.w.staff("privileged").get(format!("/v1/dependents/{dependent}/recognition/explanation?as_of={day}"))
    };
    explained("2026-10-20").refused(404, "not-found");
    h.w.clock.advance(chrono::Duration::seconds(1));
    let days = json!({ "kind": "qualification_date_correction", "office_number": NANA.office_number, "name_kana": NANA.kana,
        "birth_on": NANA.birth_on, "acquired_on": "2026-11-01", "corrected_acquired_on": "2026-10-15", "reason": "日付の誤り" });
    let n = h.filed(&days);
    decide(&h.w.staff("privileged"), n, &accept()).expect(200);
    let told = explained("2026-10-20").expect(200);
    assert_eq!(
        (&told["occasion"], &told["examined_on"], &told["is_recognised"]),
        (&json!("recognition"), &json!("2026-11-01"), &json!(true)),
        "the day for which it was examined stands"
    );
    explained("2026-10-14").refused(404, "not-found");
}
