//! 認定: the rule's answer stands beside the form, staff states what it saw or why it departs, and the facts are kept.
use crate::{
    filing::{
        CHILD, NANA, SPOUSE, accept, acquisition, child_leaves, decide, entries, filed, give_back, id,
        send_decision, slip, spouse, tables,
    },
    harness::{
        caller::{Caller, Response},
        world::World,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

pub const PROVED: [&str; 3] = ["kinship_proof", "household_proof", "income_proof"];

pub struct Hired {
    pub w: World,
    insured: Uuid,
    staff: Caller,
    pub employer: Caller,
}
impl Hired {
    /// Insured since 2026-11-01 with a standard remuneration of 260,000.
    pub fn new() -> Self {
        Self::with(World::new())
    }
    pub fn with(w: World) -> Self {
        let (staff, employer) = (w.staff("privileged"), w.client("employer"));
        let n = filed(&w, &employer, &acquisition(NANA, "2026-11-01", None));
        let insured = id(&decide(&staff, n, &accept()).expect(200)["outcome"]["member_id"]);
        Self { w, insured, staff, employer }
    }
    pub fn filed(&self, form: &Value) -> Uuid {
        filed(&self.w, &self.employer, form)
    }
    pub fn seen(&self, n: Uuid) -> Response {
        self.staff.get(format!("/v1/notifications/{n}"))
    }
    /// Decides on the version that stands now, with nothing added.
    pub fn send(&self, n: Uuid, decision: &Value) -> Response {
        send_decision(&self.staff, n, self.seen(n).header("etag"), decision)
    }
    pub fn preview(&self, n: Uuid, recognitions: &Value) -> Value {
        let path = format!("/v1/notifications/{n}/decision-preview");
        self.staff.post(path).json(&json!({ "recognitions": recognitions })).expect(200)["recognitions"]
            .clone()
    }
    pub fn explained(&self, dependent: &Value) -> Value {
        self.staff.get(format!("/v1/dependents/{}/recognition/explanation", id(dependent))).expect(200)
    }
}
/// The wife has no income, the insured person earns 3,600,000.
fn wife() -> Value {
    let mut form = spouse(NANA, SPOUSE, "2026-11-10", None);
    (form["income_yen"], form["spouse"]["income_yen"]) = (json!(3_600_000), json!(0));
    form
}
pub fn accepted(recognitions: Value) -> Value {
    json!({ "decision": "accept", "recognitions": recognitions })
}
pub fn saw(slot: &str, evidence: Value) -> Value {
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
    // and what is read aloud says so, too
    let (ja, en) = (told["ja"].as_str().unwrap(), told["en"].as_str().unwrap());
    let against = "この判定にかかわらず、生計の実態（昭和52年保発第9号・庁保発第9号）（退職により今後の収入なし）により、被扶養者として認定されました。";
    assert!(ja.ends_with(against), "{ja}");
    assert!(
        en.ends_with(
            "by the actual livelihood (退職により今後の収入なし), the person was recognised as a dependent."
        ),
        "{en}"
    );
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
        let names = |refused: &Value| {
            let errors = refused["errors"].as_array().unwrap();
            errors.iter().any(|e| e["pointer"] == pointer && e["code"] == code)
        };
        let refused = h.send(n, &body).refused(422, "invalid");
        assert!(names(&refused), "{body}: {refused}");
        // a preview takes statements of what was seen as the decision does; the reason is the decision's
        if !pointer.contains("/departure") && body["decision"] == "accept" {
            let path = format!("/v1/notifications/{n}/decision-preview");
            let stated = json!({ "recognitions": body["recognitions"] });
            let refused = h.staff.post(path).json(&stated).refused(422, "invalid");
            assert!(names(&refused), "preview of {body}: {refused}");
        }
    }
    assert_eq!(tables(&h.w), before);
}
