//! A guard: as an employer, every operation of the router is asked about protected persons, and forms of every kind are filed about them;
//! no answer tells where they are.
use super::{
    canary::{Family, HIDDEN, MARK, family, marked, paths, tells, tells_of_living, with_every_scope},
    protect, request,
};
use crate::{
    filing::{
        CHILD, Person, SPOUSE, accept, acquisition, child_leaves, decide, fresh_key, id, loss, slip, spouse,
    },
    harness::{
        caller::{Caller, Response},
        document::document,
        world::World,
    },
    sweep::{
        society::Society,
        table::{self, Body},
    },
};
use kenpo::app;
use serde_json::{Value, json};
use uuid::Uuid;

/// Somebody whom nobody protects.
const NEWCOMER: Person =
    Person {
        office_number: "43", kana: "ミホン　シンニン", name: "見本　新任", birth_on: "1996-03-09"
    };

fn named(kind: &str) -> Value {
    json!({ "kind": kind, "office_number": HIDDEN.office_number, "name_kana": HIDDEN.kana, "birth_on": HIDDEN.birth_on })
}
fn with(kind: &str, more: Value) -> Value {
    let mut form = named(kind);
    for (key, value) in more.as_object().unwrap() {
        form[key] = value.clone();
    }
    form
}
fn paid(months: [u8; 3]) -> Value {
    let month = |n: u8| json!({ "month": n, "base_days": 30, "cash_yen": 300_000, "total_yen": 300_000 });
    months.into_iter().map(month).collect()
}
/// One form of every kind that an employer files, about the family; what changes who it is comes last.
pub fn forms() -> Vec<Value> {
    let pay = |kind: &str, from: &str, months: [u8; 3]| {
        let form = json!({ "applies_from": from, "previous_remuneration_yen": 260_000, "previous_revised_in": "2025-04",
            "months": paid(months), "grand_total_yen": 900_000, "average_yen": 300_000 });
        with(kind, form)
    };
    let mut revised = pay("revision_report", "2026-02", [11, 12, 1]);
    (revised["pay_change_month"], revised["pay_change_direction"]) = (json!(11), json!("up"));
    let childcare = json!({ "application": "new", "starts_on": "2026-05-01", "ends_on": "2026-07-31", "child_name_kana": "ミホン　コ",
        "child_birth_on": "2026-03-03" });
    let after = json!({ "leave": "childcare", "requested": true, "ends_on": "2026-07-31", "child_name_kana": "ミホン　コ",
        "child_birth_on": "2026-03-03", "applies_from": "2026-11", "months": paid([8, 9, 10]), "average_yen": 300_000 });
    let place =
        json!({ "postal_code": "9990042", "kana": "ミホンマチ", "text": format!("架空県{MARK}４２") });
    let contact = json!({ "postal_code": "9990042", "text": format!("架空県{MARK}４２") });
    let mut other_name = child_leaves(HIDDEN, CHILD, "2026-11-20");
    let entry = &mut other_name["others"][0];
    (entry["name"], entry["remarks"]) = (json!("見本　小"), json!("氏名の変更"));
    entry.as_object_mut().unwrap().retain(|k, _| !["ceased_on", "removal_reason"].contains(&k.as_str()));
    other_name["change"] = json!("changed");
    vec![
        acquisition(NEWCOMER, "2026-11-01", None),
        pay("regular_report", "2026-09", [4, 5, 6]),
        revised,
        with("bonus_report", json!({ "paid_on": "2026-07-10", "cash_yen": 500_000, "total_yen": 500_000 })),
        with(
            "bonus_correction",
            json!({ "paid_on": "2026-07-10", "cash_yen": 400_000, "total_yen": 400_000 }),
        ),
        json!({ "kind": "no_bonus_report", "planned_month": "2026-10" }),
        with(
            "remuneration_correction",
            json!({ "decision": "acquisition_determination", "applies_from": "2025-04", "cash_yen": 260_000, "total_yen": 260_000 }),
        ),
        with(
            "maternity_leave_report",
            json!({ "starts_on": "2026-01-23", "ends_on": "2026-04-30", "expected_birth_on": "2026-03-05" }),
        ),
        with(
            "maternity_leave_change",
            json!({ "starts_on": "2026-01-23", "ends_on": "2026-04-28", "has_ended": true }),
        ),
        with("childcare_leave_report", childcare),
        with("childcare_leave_end", json!({ "starts_on": "2026-05-01", "ends_on": "2026-07-31" })),
        with(
            "leave_correction",
            json!({ "leave": "childcare", "starts_on": "2026-05-01", "corrected_child_birth_on": "2026-03-04" }),
        ),
        with(
            "leave_correction",
            json!({ "leave": "childcare", "starts_on": "2026-05-01", "corrected_child_birth_on": "2026-03-03" }),
        ),
        with("leave_end_revision_report", after),
        with(
            "two_office_report",
            json!({ "starts_on": "2026-10-10", "other_office_name": "架空別会社", "other_monthly_yen": 100_000 }),
        ),
        spouse(HIDDEN, SPOUSE, "2026-11-14", None),
        other_name,
        child_leaves(HIDDEN, CHILD, "2026-11-21"),
        with(
            "address_change_report",
            json!({ "changed_on": "2026-11-15", "resident_address": place, "contact_address": contact,
            "phone": "099-9999-0042", "dependents_too": true }),
        ),
        with(
            "name_change_report",
            json!({ "changed_name": "見本　奈々", "changed_name_kana": HIDDEN.kana, "name_reason": "correction" }),
        ),
        with("birth_date_correction", json!({ "corrected_birth_on": "1988-07-08" })),
        // and back: the forms that follow name the person as before
        with(
            "birth_date_correction",
            json!({ "birth_on": "1988-07-08", "corrected_birth_on": HIDDEN.birth_on }),
        ),
        loss(HIDDEN, "2026-11-20", "2026-11-21"),
        with(
            "qualification_date_correction",
            json!({ "acquired_on": "2025-04-01", "lost_on": "2026-11-21", "corrected_lost_on": "2026-11-22",
            "reason": "記入誤り" }),
        ),
        with("loss_cancellation", json!({ "lost_on": "2026-11-22", "reason": "退職の撤回" })),
        with("acquisition_cancellation", json!({ "acquired_on": "2025-04-01", "reason": "採用取消" })),
    ]
}
/// The forms that the decision refuses, in their order, and why: what it is that each of them tells is looked at all the same.
const REFUSED: [(&str, &str); 2] =
    [("qualification_acquisition", "left"), ("leave_end_revision_report", "no-revision")];
/// The mark in every free text that the form has.
fn noted(form: &Value) -> Value {
    // somebody who is recognised now has no protection yet, and lives elsewhere
    let comes = form["change"] == "added";
    let mut form = if comes { form.clone() } else { marked(form.clone()) };
    if comes {
        form["spouse"]["remarks"] = json!(format!("{MARK}の件"));
    }
    let kind = form["kind"].as_str().unwrap().to_owned();
    let union = &document()["components"]["schemas"]["Notification"];
    let to = union["discriminator"]["mapping"][&kind].as_str().unwrap().trim_start_matches('#');
    let has = |name: &str| document().pointer(to).unwrap()["properties"][name]["maxLength"].as_u64();
    for name in ["remarks", "society_note", "pay_change_reason", "reason"] {
        if has(name).is_some() {
            form[name] = json!(format!("{MARK}の件"));
        }
    }
    form
}
struct Walk<'a> {
    by: &'a Caller,
    answers: Vec<(String, u16)>,
    hits: Vec<String>,
}
impl Walk<'_> {
    fn look(&mut self, what: String, r: &Response) {
        if tells(r) {
            self.hits.push(format!("{what}: {}", r.text));
        }
        self.answers.push((what, r.status));
    }
    /// Every operation with every id, and the body that the sweep knows for it.
    fn operations(&mut self, s: &Society, f: &Family) {
        for of in app::routes().rows {
            for path in paths(f, of.path) {
                let path = table::path(s, of.id, &path);
                for row in table::table().iter().filter(|r| r.id == of.id) {
                    let query = (row.query)(s);
                    let asked = self.by.ask(of.method.name(), format!("{path}{query}"));
                    let asked = asked.header("if-match", "\"1\"").key(&fresh_key());
                    let r = match (row.body)(s) {
                        Body::None => asked.send(b""),
                        Body::Json(body) => asked.json(&body),
                        Body::Patch(body) => asked.merge_patch(&body),
                        Body::Csv(bytes) => asked.csv(bytes),
                    };
                    self.look(format!("{} {path}{query}", of.id), &r);
                }
            }
        }
    }
}
/// Files the form, first as a dry run, and looks at it at every step up to its decision; gives the code of a refusal of the decision, and
/// nothing where it was accepted. Every form is taken at intake.
fn file(w: &World, walk: &mut Walk<'_>, clerk: &Caller, form: &Value) -> Option<String> {
    let kind = form["kind"].as_str().unwrap().to_owned();
    let by = walk.by;
    let dry = by.post("/v1/notifications?validate_only=true").json(&slip(w, form));
    walk.look(format!("dry run of {kind}"), &dry);
    let r = by.post("/v1/notifications").key(&fresh_key()).json(&slip(w, form));
    walk.look(format!("filing of {kind}"), &r);
    if r.status != 202 {
        return Some(format!("not taken: {}", r.text));
    }
    let n: Uuid = id(&r.body["results"][0]["notification_id"]);
    let path = format!("/v1/notifications/{n}");
    let shown = by.get(&path);
    assert!(shown.body["form"].is_object(), "{kind} is shown but for its places: {}", shown.text);
    walk.look(format!("waiting {kind}"), &shown);
    let staff = clerk.get(&path);
    assert!(tells(&staff) || kind == "no_bonus_report", "staff sees the form: {kind} {}", staff.text);
    if kind == "qualification_acquisition" {
        return Some("left".into()); // somebody else, whom nobody protects
    }
    let decided = decide(clerk, n, &accept());
    let after = by.get(&path);
    for r in [&shown, &after] {
        assert!(!tells_of_living(r), "{kind}: {}", r.text);
    }
    walk.look(format!("decided {kind}"), &after);
    (decided.status != 200).then(|| decided.body["code"].as_str().unwrap().to_owned())
}

#[test]
fn no_operation_and_no_form_tells_an_employer_where_protected_persons_are() {
    let s = Society::new();
    let (w, clerk) = (&s.w, s.w.staff("clerk"));
    let employer = with_every_scope(w);
    let f = family(w, &employer, &clerk);
    for person in f.persons {
        protect(&clerk, person, &request()).expect(200);
    }
    let mut walk = Walk { by: &employer, answers: Vec::new(), hits: Vec::new() };
    let mut refused = Vec::new();
    for form in forms() {
        let form = noted(&form);
        w.clock.advance(chrono::Duration::seconds(1));
        if let Some(code) = file(w, &mut walk, &clerk, &form) {
            refused.push((form["kind"].as_str().unwrap().to_owned(), code));
        }
    }
    let kinds =
        document()["components"]["schemas"]["Notification"]["discriminator"]["mapping"].as_object().unwrap();
    for kind in kinds.keys().filter(|k| !k.starts_with("voluntary")) {
        assert!(forms().iter().any(|f| f["kind"] == kind.as_str()), "no form of {kind} is filed here");
    }
    let known: Vec<(String, String)> = REFUSED.map(|(kind, code)| (kind.into(), code.into())).to_vec();
    assert_eq!(refused, known, "every other form is accepted; {:?}", walk.answers);
    walk.operations(&s, &f);
    assert_eq!(walk.hits, Vec::<String>::new());
    let answered = walk.answers.iter().filter(|a| a.1 < 300).count();
    assert!(answered >= 80, "{answered} answers");
    let asked = |id: &str| walk.answers.iter().any(|a| a.0.split(' ').next() == Some(id));
    for of in app::routes().rows {
        assert!(asked(of.id), "{} was not asked", of.id);
    }
}
#[test]
fn the_insured_person_states_no_address_of_a_protected_dependent() {
    let w = World::new();
    let (clerk, employer) = (w.staff("clerk"), w.client("employer"));
    let f = family(&w, &employer, &clerk);
    let [member, kid] = f.persons;
    protect(&clerk, kid, &request()).expect(200);
    let form = with(
        "address_change_report",
        json!({ "changed_on": "2026-11-15", "dependents_too": true,
            "resident_address": { "postal_code": "9990077", "kana": "ミホンマチ", "text": "架空県新町７７" } }),
    );
    let dry = employer.post("/v1/notifications?validate_only=true").json(&slip(&w, &form)).expect(200);
    let lines = dry["records"][0]["consequences"].as_array().unwrap().clone();
    assert_eq!(lines.len(), 2, "as if nobody were protected: {lines:?}");
    let n = crate::filing::filed(&w, &employer, &form);
    assert_eq!(decide(&clerk, n, &accept()).expect(200)["outcome"]["changes"], json!(lines));
    let lives = |person: Uuid| {
        let rows = w.rows(&format!(
            "select resident_postal_code from person_identity where person_id = '{person}' and superseded_at is null order by valid_from"
        ));
        rows.last().unwrap()["resident_postal_code"].clone()
    };
    assert_eq!((lives(member), lives(kid)), (json!("9990077"), json!("9990042")), "the child's stays");
}
