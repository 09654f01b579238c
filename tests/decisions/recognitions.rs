//! 認定: the rule's answer stands beside the form, staff states what it saw or why it departs, and the facts are kept.
use crate::{
    filing::{
        CHILD, NANA, SPOUSE, accept, acquisition, child, child_leaves, decide, entries, filed, fresh_key,
        give_back, id, send_decision, slip, spouse, tables,
    },
    harness::{
        caller::{Caller, Response},
        world::World,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

const PROVED: [&str; 3] = ["kinship_proof", "household_proof", "income_proof"];

struct Hired {
    w: World,
    insured: Uuid,
    staff: Caller,
    employer: Caller,
}
impl Hired {
    /// Insured since 2026-11-01 with a standard remuneration of 260,000.
    fn new() -> Self {
        let w = World::new();
        let (staff, employer) = (w.staff("privileged"), w.client("employer"));
        let n = filed(&w, &employer, &acquisition(NANA, "2026-11-01", None));
        let insured = id(&decide(&staff, n, &accept()).expect(200)["outcome"]["member_id"]);
        Self { w, insured, staff, employer }
    }
    fn filed(&self, form: &Value) -> Uuid {
        filed(&self.w, &self.employer, form)
    }
    fn seen(&self, n: Uuid) -> Response {
        self.staff.get(format!("/v1/notifications/{n}"))
    }
    /// Decides on the version that stands now, with nothing added.
    fn send(&self, n: Uuid, decision: &Value) -> Response {
        send_decision(&self.staff, n, self.seen(n).header("etag"), decision)
    }
    fn preview(&self, n: Uuid, recognitions: &Value) -> Value {
        let path = format!("/v1/notifications/{n}/decision-preview");
        self.staff.post(path).json(&json!({ "recognitions": recognitions })).expect(200)["recognitions"]
            .clone()
    }
    fn explained(&self, dependent: &Value) -> Value {
        self.staff.get(format!("/v1/dependents/{}/recognition/explanation", id(dependent))).expect(200)
    }
}
/// The wife has no income, the insured person earns 3,600,000.
fn wife() -> Value {
    let mut form = spouse(NANA, SPOUSE, "2026-11-10", None);
    (form["income_yen"], form["spouse"]["income_yen"]) = (json!(3_600_000), json!(0));
    form
}
fn accepted(recognitions: Value) -> Value {
    json!({ "decision": "accept", "recognitions": recognitions })
}
fn saw(slot: &str, evidence: Value) -> Value {
    json!([{ "slot": slot, "evidence": evidence }])
}

#[test]
fn staff_and_the_employers_dry_run_are_told_what_the_rule_says() {
    let h = Hired::new();
    let n = h.filed(&wife());
    let told = h.seen(n).expect(200)["recognitions"].clone();
    assert_eq!(told.as_array().unwrap().len(), 1);
    let finding = &told[0]["finding"];
    assert_eq!((&told[0]["slot"], &finding["answer"]), (&json!("spouse"), &json!("needs_evidence")));
    assert_eq!(finding["documents_needed"], json!(PROVED));
    assert_eq!(
        (&finding["income_limit_yen"], &finding["counted_income_yen"]),
        (&json!(1_300_000), &json!(0))
    );
    let own = h.employer.get(format!("/v1/notifications/{n}")).expect(200);
    assert!(own.get("recognitions").is_none(), "the employer has its dry run");
    let before = tables(&h.w);
    let dry = h.employer.post("/v1/notifications?validate_only=true").json(&slip(&h.w, &wife())).expect(200);
    assert_eq!(dry["records"][0]["recognitions"], told, "the same for both");
    assert_eq!(tables(&h.w), before);
    let leaves = child_leaves(NANA, CHILD, "2026-11-10");
    let dry = h.employer.post("/v1/notifications?validate_only=true").json(&slip(&h.w, &leaves)).expect(200);
    assert!(dry["records"][0].get("recognitions").is_none(), "nobody is to be recognised");
    decide(&h.staff, n, &accept()).expect(200);
    assert!(h.seen(n).expect(200).get("recognitions").is_none(), "it waits no more");
}

#[test]
fn evidence_that_was_seen_makes_a_yes_and_is_kept() {
    let h = Hired::new();
    let n = h.filed(&wife());
    let before = tables(&h.w);
    let refused = h.send(n, &accept()).refused(409, "recognition-reason-needed");
    assert_eq!(refused["errors"][0]["pointer"], "/recognitions");
    let part = accepted(saw("spouse", json!({ "documents": ["kinship_proof"] })));
    let refused = h.send(n, &part).refused(409, "recognition-reason-needed");
    assert_eq!(refused["errors"][0]["pointer"], "/recognitions/0/departure");
    assert_eq!(tables(&h.w), before);
    let evidence = saw("spouse", json!({ "documents": PROVED, "annual_income_yen": 480_000 }));
    let previewed = h.preview(n, &evidence)[0]["finding"].clone();
    assert_eq!(previewed["answer"], "yes");
    let done = h.send(n, &accepted(evidence)).expect(200);
    let dependent = &done["outcome"]["dependents"][0]["dependent_id"];
    let told = h.explained(dependent);
    assert_eq!(told["finding"], previewed, "the preview is the decision");
    assert_eq!(
        (&told["occasion"], &told["examined_on"], &told["is_recognised"]),
        (&json!("recognition"), &json!("2026-11-10"), &json!(true))
    );
    assert!(told["ja"].as_str().unwrap().contains("収入480,000円は基準額1,300,000円未満です。"), "{told}");
    assert!(told["en"].as_str().unwrap().contains("3,600,000"), "{told}");
    assert!(told.get("departure").is_none());
    let kept =
        h.w.rows("select inputs, answer, rule_version, source, superseded_at from dependent_recognition");
    assert_eq!(kept.len(), 1);
    assert_eq!((&kept[0]["source"], &kept[0]["answer"]), (&json!(n), &json!("yes")));
    assert_eq!(
        (&kept[0]["inputs"]["kinship"], &kept[0]["inputs"]["documents"]),
        (&json!("spouse"), &json!(PROVED))
    );
    let again = send_decision(&h.staff, n, "\"1\"", &accept());
    again.refused(412, "stale");
    assert_eq!(h.w.rows("select 1 from dependent_recognition").len(), 1, "once");
    assert!(entries(&h.w, "decideNotification")[1].persons.contains(&h.insured));
}

#[test]
fn who_is_recognised_against_the_rule_is_recognised_with_a_reason() {
    let h = Hired::new();
    let mut form = wife();
    form["spouse"]["income_yen"] = json!(1_300_000);
    let n = h.filed(&form);
    let finding = &h.seen(n).expect(200)["recognitions"][0]["finding"];
    assert_eq!((&finding["answer"], &finding["failed_test"]), (&json!("no"), &json!("income_limit")));
    assert_eq!(finding["documents_needed"], json!([]));
    h.send(n, &accept()).refused(409, "recognition-reason-needed");
    let reason = json!([{ "slot": "spouse", "departure": { "reason": "actual_livelihood", "note": "退職により今後の収入なし" } }]);
    let done = h.send(n, &accepted(reason)).expect(200);
    let told = h.explained(&done["outcome"]["dependents"][0]["dependent_id"]);
    assert_eq!(
        (&told["departure"], &told["departure_note"]),
        (&json!("actual_livelihood"), &json!("退職により今後の収入なし"))
    );
    assert_eq!((&told["finding"]["answer"], &told["is_recognised"]), (&json!("no"), &json!(true)));
}

#[test]
fn statements_that_make_no_sense_are_refused_and_nothing_is_kept() {
    let h = Hired::new();
    let n = h.filed(&wife());
    let hired = h.filed(&acquisition(crate::filing::HACHI, "2026-11-01", None));
    let before = tables(&h.w);
    let full = json!({ "documents": PROVED });
    let both = json!({ "other_scheme": "employees", "other_income_yen": 1 });
    for (n, body, pointer, code) in [
        (n, accepted(saw("other_1", full.clone())), "/recognitions/0/slot", "recognition-not-expected"),
        (n, accepted(saw("insured", full.clone())), "/recognitions/0/slot", "recognition-not-expected"),
        (hired, accepted(saw("spouse", full.clone())), "/recognitions/0/slot", "recognition-not-expected"),
        (
            n,
            accepted(json!([{ "slot": "spouse" }, { "slot": "spouse" }])),
            "/recognitions/1/slot",
            "duplicate",
        ),
        (
            n,
            accepted(saw("spouse", json!({ "documents": ["x"] }))),
            "/recognitions/0/evidence/documents/0",
            "unknown-value",
        ),
        (
            n,
            accepted(saw("spouse", json!({ "support_yen": -1 }))),
            "/recognitions/0/evidence/support_yen",
            "wrong-type",
        ),
        (
            n,
            accepted(saw("spouse", json!({ "both_support": both }))),
            "/recognitions/0/evidence/both_support",
            "not-for-a-spouse",
        ),
        (
            n,
            accepted(
                json!([{ "slot": "spouse", "evidence": full, "departure": { "reason": "documents_follow" } }]),
            ),
            "/recognitions/0/departure",
            "must-be-absent",
        ),
        (
            n,
            accepted(json!([{ "slot": "spouse", "departure": { "reason": "insurers_judgement" } }])),
            "/recognitions/0/departure/note",
            "missing-field",
        ),
        (
            n,
            accepted(
                json!([{ "slot": "spouse", "departure": { "reason": "documents_follow", "note": "９９９９００００００００" } }]),
            ),
            "/recognitions/0/departure/note",
            "E-NUMBER-IN-TEXT",
        ),
        (
            n,
            {
                let mut back = give_back();
                back["recognitions"] = json!([{ "slot": "spouse" }]);
                back
            },
            "/recognitions",
            "must-be-absent",
        ),
    ] {
        let refused = h.send(n, &body).refused(422, "invalid");
        let found = refused["errors"]
            .as_array()
            .unwrap()
            .iter()
            .any(|e| e["pointer"] == pointer && e["code"] == code);
        assert!(found, "{body}: {refused}");
    }
    assert_eq!(tables(&h.w), before);
}

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
