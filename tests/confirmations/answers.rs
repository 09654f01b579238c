//! Answers: by the employer for its own people, or by staff; what the rule makes of them; when it is too late.
use super::{Asked, campaign, ceased, confirm, pass, remove, still};
use crate::filing::{Person, child_leaves, decide, entries, filed, tables};
use serde_json::{Value, json};
use uuid::Uuid;

const INSURED: Person =
    Person {
        office_number: "7", kana: "カクニン　イチ", name: "確認　一", birth_on: "1985-07-07"
    };
const CHILD: Person =
    Person { office_number: "", kana: "カクニン　コ", name: "確認　家族", birth_on: "2015-05-05" };

#[test]
fn an_employer_answers_and_learns_which_documents_to_bring() {
    let s = Asked::new();
    let open = s.read(&s.employer, s.wife).expect(200);
    assert_eq!(
        (&open["state"], &open["due_on"], &open["relationship"]),
        (&json!("open"), &json!("2026-12-20"), &json!("wife"))
    );
    assert!(open.get("answer").is_none());
    let answered = s.answer(&s.employer, s.wife, &still()).expect(200);
    assert_eq!((&answered["state"], &answered["answer"]["by_employer"]), (&json!("answered"), &json!(true)));
    let finding = &answered["answer"]["finding"];
    assert_eq!(finding["answer"], "needs_evidence");
    assert_eq!(finding["documents_needed"], json!(["kinship_proof", "household_proof", "income_proof"]));
    assert_eq!(
        (&finding["income_limit_yen"], &finding["counted_income_yen"]),
        (&json!(1_300_000), &json!(0))
    );
    assert!(finding["trace"]["steps"].as_array().unwrap().iter().any(|step| step["code"] == "below_share"));
    let entry = &entries(&s.w, "answerConfirmation")[0];
    assert_eq!((&entry.persons, &entry.status), (&vec![s.wife.1, s.insured], &200));
    assert_eq!(entry.disclosed, ["identity", "family", "income", "remuneration"]);
    s.read(&s.employer, s.wife).expect(200);
    let entry = &entries(&s.w, "getConfirmation")[0];
    assert_eq!(entry.persons, [s.wife.1, s.insured], "whose pay was shown");
    assert!(entry.disclosed.contains(&"remuneration".to_owned()));

    // the answer is corrected; the earlier one stays as what was known
    let mut more = still();
    more["facts"]["annual_income_yen"] = json!(1_400_000);
    let corrected = s.answer(&s.employer, s.wife, &more).expect(200);
    let finding = &corrected["answer"]["finding"];
    assert_eq!((&finding["answer"], &finding["failed_test"]), (&json!("no"), &json!("income_limit")));
    let kept = s.w.rows("select superseded_at, by_employer from confirmation_answer order by recorded_at");
    assert_eq!(kept.len(), 2);
    assert!(kept[0]["superseded_at"].is_string() && kept[1]["superseded_at"].is_null());
    let paper = s.answer(&s.w.staff("clerk"), s.wife, &still()).expect(200);
    assert_eq!(paper["answer"]["by_employer"], false, "staff files what came on paper");
}

#[test]
fn what_the_register_knows_is_taken_where_the_answer_is_silent() {
    let s = Asked::new();
    s.w.run(&format!(
        "insert into standard_remuneration (row_id, decision_id, person_id, employer_id, rule, rule_version, applies_from, grade, \
           standard_yen, monthly_yen, inputs, trace, received_on, recorded_at, recorded_by) \
         values (gen_random_uuid(), gen_random_uuid(), '{}', '{}', 'regular_determination', '1', '2026-09-01', 17, 200000, 200000, \
           '{{}}', '{{}}', '2026-07-01', '2026-07-01', gen_random_uuid())",
        s.insured, s.w.employer
    ));
    let silent = json!({ "still_qualifies": true, "facts": { "lives_together": true, "annual_income_yen": 1_250_000 } });
    let finding = s.answer(&s.employer, s.wife, &silent).expect(200)["answer"]["finding"].clone();
    let figures = finding["trace"]["steps"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|step| step["figures"].as_array().unwrap());
    let insured: Vec<&Value> = figures.filter(|f| f["name"] == "insured").map(|f| &f["value"]).collect();
    assert_eq!(insured, ["2400000"], "twelve times the standard remuneration");
    assert_eq!(finding["answer"], "needs_evidence", "half or more of what is known, without bonuses");
    assert!(finding["documents_needed"].as_array().unwrap().contains(&json!("insured_income_proof")));
    let nothing = json!({ "still_qualifies": true });
    let finding = s.answer(&s.employer, s.child, &nothing).expect(200)["answer"]["finding"].clone();
    assert_eq!(finding["answer"], "needs_evidence", "nothing is a yes by default: {finding}");
}

#[test]
fn an_answer_that_makes_no_sense_is_refused_and_nothing_is_kept() {
    let s = Asked::new();
    let before = tables(&s.w);
    let both = json!({ "other_scheme": "employees", "other_income_yen": 1 });
    for (body, pointer, code) in [
        (json!({}), "", "missing-field"),
        (json!({ "still_qualifies": true, "ceased_on": "2026-11-01" }), "/ceased_on", "must-be-absent"),
        (json!({ "still_qualifies": true, "removal_reason": "other" }), "/removal_reason", "must-be-absent"),
        (json!({ "still_qualifies": false, "removal_reason": "other" }), "/ceased_on", "missing-field"),
        (json!({ "still_qualifies": false, "ceased_on": "2026-11-01" }), "/removal_reason", "missing-field"),
        (ceased("2026-11-23"), "/ceased_on", "E-DATE-RELATION"),
        (ceased("2020-03-31"), "/ceased_on", "E-DATE-RELATION"),
        (
            // before 65
            json!({ "still_qualifies": false, "ceased_on": "2026-11-01", "removal_reason": "disability" }),
            "/ceased_on",
            "E-DATE-RELATION",
        ),
        (
            json!({ "still_qualifies": false, "ceased_on": "2026-11-01", "removal_reason": "x" }),
            "/removal_reason",
            "unknown-value",
        ),
        (
            json!({ "still_qualifies": true, "facts": { "annual_income_yen": -1 } }),
            "/facts/annual_income_yen",
            "wrong-type",
        ),
        (
            json!({ "still_qualifies": true, "facts": { "documents": ["x"] } }),
            "/facts/documents/0",
            "unknown-value",
        ),
        (
            json!({ "still_qualifies": true, "facts": { "both_support": both } }),
            "/facts/both_support",
            "not-for-a-spouse",
        ),
        (
            json!({ "still_qualifies": true, "facts": { "temporary_rise": { "usual_income_yen": 1, "consecutive_times": 0 } } }),
            "/facts/temporary_rise/consecutive_times",
            "range",
        ),
        (json!({ "still_qualifies": true, "note": "x" }), "/note", "unknown-field"),
        (json!({ "still_qualifies": true, "received_on": "2026-11-21" }), "/received_on", "must-be-absent"),
    ] {
        let refused = s.answer(&s.employer, s.wife, &body).refused(422, "invalid");
        let found = refused["errors"]
            .as_array()
            .unwrap()
            .iter()
            .any(|e| e["pointer"] == pointer && e["code"] == code);
        assert!(found, "{body}: {refused}");
    }
    assert_eq!(tables(&s.w), before);
}

#[test]
fn an_answer_is_the_employers_for_its_own_people() {
    let s = Asked::new();
    let tag = s.read(&s.staff, s.wife).header("etag").to_owned();
    let other = s.w.client("other-employer");
    s.read(&other, s.wife).refused(404, "not-found");
    s.send_on(&other, s.wife, "answer", &tag, &still()).refused(404, "not-found");
    s.send_on(&s.w.staff("benefits"), s.wife, "answer", &tag, &still()).refused(403, "forbidden");
    s.send_on(&s.w.client("front-end"), s.wife, "answer", &tag, &still()).refused(403, "insufficient-scope");
    s.employer
        .post(format!("/v1/confirmations/{}/answer", s.of(s.wife)))
        .json(&still())
        .refused(428, "if-match-missing");
    let nowhere = format!("/v1/confirmations/{}/answer", Uuid::now_v7());
    s.employer.post(nowhere).header("if-match", "\"1\"").json(&still()).refused(404, "not-found");
    s.send_on(&s.employer, s.wife, "answer", &tag, &still()).expect(200);
    s.send_on(&s.employer, s.wife, "answer", &tag, &still()).refused(412, "stale");
    assert_eq!(s.w.rows("select 1 from confirmation_answer").len(), 1, "the repeated answer is none");
}

#[test]
fn after_the_decision_or_the_end_of_cover_there_is_nothing_to_answer() {
    let s = Asked::new();
    s.answer(&s.employer, s.wife, &still()).expect(200);
    s.decide(s.wife, &confirm()).expect(200);
    s.answer(&s.employer, s.wife, &still()).refused(409, "already-decided");
    // the child leaves by 異動届 meanwhile
    let n = filed(&s.w, &s.employer, &child_leaves(INSURED, CHILD, "2026-11-21"));
    decide(&s.staff, n, &crate::filing::accept()).expect(200);
    let tag = s.read(&s.staff, s.child).header("etag").to_owned();
    s.read(&s.employer, s.child).refused(404, "not-found");
    s.send_on(&s.employer, s.child, "answer", &tag, &still()).refused(404, "not-found");
    assert_eq!(s.read(&s.staff, s.child).expect(200)["state"], "ended");
    s.send_on(&s.staff, s.child, "answer", &tag, &still()).refused(409, "not-a-dependent");
    s.send_on(&s.staff, s.child, "decision", &tag, &remove("2026-11-01")).refused(409, "not-a-dependent");
    assert_eq!(s.known(s.child)[0]["removed_on"], "2026-11-21");
}

#[test]
fn late_answers_are_taken_as_the_campaign_says() {
    for takes_late_answers in [true, false] {
        let mut body = campaign();
        body["takes_late_answers"] = json!(takes_late_answers);
        let mut s = Asked::with(&body);
        pass(&s.w, 28);
        (s.staff, s.employer) = (s.w.staff("privileged"), s.w.client("employer"));
        s.answer(&s.employer, s.child, &still()).expect(200);
        pass(&s.w, 1);
        (s.staff, s.employer) = (s.w.staff("privileged"), s.w.client("employer"));
        let late = s.answer(&s.employer, s.wife, &still());
        if takes_late_answers {
            late.expect(200);
        } else {
            late.refused(409, "answer-too-late");
            s.answer(&s.staff, s.wife, &still()).expect(200);
        }
    }
}

#[test]
fn an_answer_on_paper_counts_from_the_day_on_which_it_came_and_is_the_societys() {
    let s = Asked::new();
    let mut paper = still();
    for (day, code) in [("2026-11-23", "E-DATE-RELATION"), ("2026-11-19", "E-DATE-RELATION")] {
        paper["received_on"] = json!(day);
        let refused = s.answer(&s.staff, s.wife, &paper).refused(422, "invalid");
        assert_eq!(
            (&refused["errors"][0]["pointer"], &refused["errors"][0]["code"]),
            (&json!("/received_on"), &json!(code))
        );
    }
    paper["received_on"] = json!("2026-11-21");
    let told = s.answer(&s.staff, s.wife, &paper).expect(200);
    assert_eq!(
        (&told["answer"]["received_on"], &told["answer"]["by_employer"]),
        (&json!("2026-11-21"), &json!(false))
    );
    let shown = s.read(&s.employer, s.wife).expect(200);
    assert_eq!(shown["state"], "answered");
    assert!(
        shown.get("answer").is_none() && shown.get("proposal").is_none(),
        "what the family told the society: {shown}"
    );
}

#[test]
fn an_employer_is_not_told_what_the_society_found_of_health_and_of_another_ones_pay() {
    let mut s = Asked::new();
    s.answer(&s.employer, s.child, &still()).expect(200);
    let found = json!({ "decision": "confirm", "evidence": { "is_disabled": true, "annual_income_yen": 1_400_000,
        "insured_income_yen": 5_000_000, "both_support": { "other_scheme": "employees", "other_income_yen": 4_000_000 },
        "documents": ["kinship_proof", "household_proof", "income_proof", "disability_proof", "other_supporter_income_proof",
            "insured_income_proof"] } });
    s.decide(s.child, &found).expect(200);
    pass(&s.w, 365);
    (s.staff, s.employer) = (s.w.staff("privileged"), s.w.client("employer"));
    let next = json!({ "name": "令和9年度 現況確認", "as_of": "2027-11-20", "due_on": "2027-12-20" });
    let campaign = super::started(&s.staff, &next);
    let rows = s.w.rows(&format!(
        "select id from confirmation where campaign_id = '{campaign}' and dependent_id = '{}'",
        s.child.0
    ));
    let path = format!("/v1/confirmations/{}", rows[0]["id"].as_str().unwrap());
    let answered =
        s.employer.post(format!("{path}/answer")).header("if-match", "\"1\"").json(&still()).expect(200);
    for shown in [&answered, &s.employer.get(&path).expect(200)] {
        let finding = &shown["answer"]["finding"];
        assert_eq!(finding["income_limit_yen"], 1_300_000);
        let text = finding.to_string();
        for hidden in ["limit_disabled", "disability", "other_income", "4000000", "4,000,000"] {
            assert!(!text.contains(hidden), "{hidden}: {text}");
        }
        assert!(shown.get("proposal").is_none(), "{shown}");
    }
    let list = s.employer.get(format!("/v1/confirmations?campaign_id={campaign}&state=answered")).expect(200);
    assert!(!list.to_string().contains("limit_disabled"));
    let full = s.staff.get(&path).expect(200)["answer"]["finding"].clone();
    assert_eq!(full["income_limit_yen"], 1_800_000, "staff knows");
    assert!(
        full["documents_needed"].as_array().unwrap().contains(&json!("other_supporter_income_proof")),
        "asked for anew"
    );
}
