//! The bounds that the document states are those of the checks: a value at the bound is taken, one beyond it is refused there.
use crate::{
    filing::fresh_key,
    harness::{
        caller::{Caller, Response},
        document::document,
        world::World,
    },
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

/// A body that is read, and how it is sent.
struct Sent {
    operation: &'static str,
    path: String,
    by: Caller,
    body: Value,
}
impl Sent {
    fn ask(&self, body: &Value) -> Response {
        let method = document()["paths"]
            .as_object()
            .unwrap()
            .values()
            .find_map(|p| p.as_object().unwrap().iter().find(|(_, o)| o["operationId"] == self.operation))
            .unwrap();
        let content = method.1["requestBody"]["content"].as_object().unwrap();
        let media = content.keys().next().unwrap();
        let method = if method.0 == "patch" { "PATCH" } else { "POST" };
        let key = fresh_key();
        let ask = self.by.ask(method, self.path.as_str()).key(&key).header("if-match", "\"1\"");
        ask.header("content-type", media).send(body.to_string().as_bytes())
    }
    fn schema(&self) -> &'static Value {
        let paths = document()["paths"].as_object().unwrap();
        let operation = paths.values().flat_map(|p| p.as_object().unwrap().values());
        let operation = operation.into_iter().find(|o| o["operationId"] == self.operation).unwrap();
        &operation["requestBody"]["content"].as_object().unwrap().values().next().unwrap()["schema"]
    }
}
fn resolved<'a>(schema: &'a Value, at: &Value) -> &'a Value {
    let target = schema["$ref"].as_str().map(|r| document().pointer(r.trim_start_matches('#')).unwrap());
    let schema = target.unwrap_or(schema);
    let Some(kinds) = schema["discriminator"]["mapping"].as_object() else { return schema };
    document().pointer(kinds[at["kind"].as_str().unwrap()].as_str().unwrap().trim_start_matches('#')).unwrap()
}
/// Every bounded place below a value, with its schema; what is absent of the value is looked at too.
fn places(at: &str, schema: &'static Value, value: &Value, out: &mut Vec<(String, &'static Value)>) {
    let schema = resolved(schema, value);
    if ["maxLength", "maxItems", "maximum"].iter().any(|k| !schema[*k].is_null())
        && schema["pattern"].is_null()
        && schema["readOnly"] != true
    {
        out.push((at.to_owned(), schema));
    }
    for (name, part) in schema["properties"].as_object().into_iter().flatten() {
        places(&format!("{at}/{name}"), part, &value[name], out);
    }
    if schema["items"].is_object() {
        places(&format!("{at}/0"), &schema["items"], &value[0], out);
    }
}
/// The value with another one at a pointer; objects on the way are made.
fn with(value: &Value, pointer: &str, new: Value) -> Value {
    fn put(value: &mut Value, parts: &[&str], new: Value) {
        let Some((first, rest)) = parts.split_first() else { return *value = new };
        match first.parse::<usize>() {
            Ok(0) if !value.is_array() => *value = json!([{}]),
            Err(_) if !value.is_object() => *value = Value::Object(Map::new()),
            _ => {}
        }
        match first.parse::<usize>() {
            Ok(i) => put(&mut value[i], rest, new),
            Err(_) => put(&mut value[*first], rest, new),
        }
    }
    let mut value = value.clone();
    put(&mut value, &pointer.split('/').skip(1).collect::<Vec<_>>(), new);
    value
}
/// A value of that size, of the characters that the place takes.
fn sized(pointer: &str, schema: &Value, now: &Value, size: usize) -> Value {
    if schema["type"] == "array" {
        return Value::Array(vec![now[0].clone(); size]);
    }
    if !schema["maximum"].is_null() {
        return json!(size);
    }
    let name = pointer.rsplit('/').next().unwrap();
    json!(match name {
        "postal_code" => format!("999-{}", "0".repeat(size - 4)),
        "phone" => "0-".repeat(size).chars().take(size).collect(),
        "office_number" | "insured_number" | "number" | "prefecture" => "1".repeat(size),
        name if name.contains("kana") => "ア".repeat(size),
        _ => "あ".repeat(size),
    })
}
/// Was it refused there for its size?
fn is_too_large(r: &Response, pointer: &str, schema: &Value) -> bool {
    let codes: &[&str] = match () {
        () if schema["type"] == "array" => &["length", "E-COUNT", "E-LENGTH", "wrong-type"],
        () if !schema["maximum"].is_null() => &["range", "zero-or-fourteen", "E-LENGTH", "wrong-type"],
        () => &["length", "E-LENGTH", "E-CODE"],
    };
    let errors = r.body["errors"].as_array();
    errors.into_iter().flatten().any(|e| e["pointer"] == pointer && codes.iter().any(|c| e["code"] == *c))
}

#[test]
fn a_value_at_a_bound_is_taken_and_one_beyond_it_is_refused() {
    let w = World::new();
    let (staff, employer, nobody) = (w.staff("privileged"), w.client("employer"), w.nobody());
    let member = w.member("7", "ミホン　ナナ", "見本　七", "2000-07-07");
    let slip = |form: Value| json!({ "employer_id": w.employer, "preparer_name": "見本 花子", "declared_count": 1, "notification": form });
    let person = |kind: &str| json!({ "kind": kind, "name_kana": "ミホン　ハチ", "birth_on": "1990-08-08" });
    let mut acquisition = person("qualification_acquisition");
    for (name, value) in [
        ("sex", json!("male")),
        ("acquired_on", json!("2026-11-01")),
        ("has_dependents", json!(false)),
        ("cash_yen", json!(1)),
        ("total_yen", json!(1)),
    ] {
        acquisition[name] = value;
    }
    let mut loss = person("qualification_loss");
    (loss["lost_on"], loss["cause"]) = (json!("2026-11-16"), json!("retirement"));
    let mut change = person("dependent_change");
    (change["sex"], change["change"]) = (json!("male"), json!("added"));
    let entry = |relationship: &str| json!({ "name_kana": "ミホン　ツマ", "birth_on": "1991-01-01", "relationship": relationship });
    (change["spouse"], change["others"]) = (entry("wife"), json!([entry("child")]));
    let mut childcare = person("childcare_leave_report");
    for (name, value) in [("application", "new"), ("starts_on", "2026-11-01"), ("ends_on", "2026-11-20")] {
        childcare[name] = json!(value);
    }
    (childcare["child_name_kana"], childcare["child_birth_on"]) = (json!("ミホン　コ"), json!("2026-10-20"));
    childcare["no_work_days_between"] = json!(["2026-10-31"]);
    let mut childcare_end = person("childcare_leave_end");
    (childcare_end["starts_on"], childcare_end["ends_on"]) = (json!("2026-11-01"), json!("2026-11-16"));
    let mut maternity_change = person("maternity_leave_change");
    (maternity_change["starts_on"], maternity_change["ends_on"]) = (json!("2026-11-01"), json!("2026-11-16"));
    let mut renamed = person("name_change_report");
    for (name, value) in
        [("changed_name_kana", "ミホン　ク"), ("changed_name", "見本　九"), ("name_reason", "correction")]
    {
        renamed[name] = json!(value);
    }
    let mut moved = person("address_change_report");
    (moved["changed_on"], moved["resident_address"], moved["contact_address"]) =
        (json!("2026-11-01"), json!({ "text": "x" }), json!({ "text": "x" }));
    let mut no_loss = person("loss_cancellation");
    (no_loss["lost_on"], no_loss["reason"]) = (json!("2026-11-16"), json!("x"));
    let mut continues = person("voluntary_application");
    for (name, value) in
        [("symbol", json!("1")), ("number", json!("1")), ("continuing_branches", json!(["01"]))]
    {
        continues[name] = value;
    }
    let batch =
        json!({ "employer_id": w.employer, "preparer_name": "見本 花子", "notifications": [acquisition] });
    let created = json!({ "valid_from": "2026-12-01", "symbol": "7", "society_number": "7", "name": "見本",
        "settings": { "accepts_pension_layout": false, "early_filing_days": 0 } });
    let mut decision = json!({ "decision": "return", "reasons": [{ "code": "wrong_content", "text": "x" }],
        "persons": [{ "slot": "insured", "choice": "new_person" }] });
    let entry_check = json!({ "outcome": "differs", "differences": [{ "pointer": "/x", "note": "x" }] });
    let made = |body: &Value| {
        let made = staff.post("/v1/confirmation-campaigns").key(&fresh_key()).json(body).expect(201);
        format!("/v1/confirmation-campaigns/{}", made["id"].as_str().unwrap())
    };
    let campaign = json!({ "name": "現況確認", "as_of": "2026-11-20", "due_on": "2026-12-20",
        "remind_on": ["2026-12-01"], "selection": { "employer_ids": [w.employer] } });
    let facts = json!({ "documents": ["kinship_proof"], "struck": ["support"], "temporary_rise": { "usual_income_yen": 1, "consecutive_times": 1 },
        "both_support": { "other_scheme": "employees", "other_income_yen": 1 } });
    let recognitions = json!([{ "slot": "spouse", "evidence": facts,
        "departure": { "reason": "insurers_judgement", "note": "x" } }]);
    decision["recognitions"] = recognitions.clone();
    let paper = "/v1/keyed-notifications?received_on=2026-11-20".to_owned();
    let nowhere = Uuid::now_v7();
    let filing = |form: Value| ("createNotification", "/v1/notifications".to_owned(), &employer, slip(form));
    let mut tried = 0;
    for (operation, path, by, body) in [
        ("createSession", "/v1/sessions".into(), &nobody, json!({ "user_id": "x", "password": "x" })),
        ("refreshSession", "/v1/sessions/refresh".into(), &nobody, json!({ "refresh_token": "x" })),
        ("createEmployer", "/v1/employers".into(), &staff, created),
        (
            "updateEmployer",
            format!("/v1/employers/{}", w.employer),
            &staff,
            json!({ "valid_from": "2026-12-01" }),
        ),
        ("updateMemberContact", format!("/v1/members/{member}"), &staff, json!({})),
        ("setProtection", format!("/v1/persons/{member}/protections"), &staff, crate::protection::request()),
        ("keyNotification", paper, &staff, slip(acquisition.clone())),
        filing(acquisition),
        filing(loss),
        filing(change),
        filing(childcare),
        filing(childcare_end),
        filing(maternity_change),
        filing(renamed),
        filing(moved),
        filing(no_loss),
        filing(continues),
        ("createNotificationBatch", "/v1/notification-batches".into(), &employer, batch),
        (
            "confirmSubmission",
            format!("/v1/submissions/{nowhere}/confirmation"),
            &employer,
            json!({ "read_count": 1 }),
        ),
        ("decideNotification", format!("/v1/notifications/{nowhere}/decision"), &staff, decision),
        (
            "createRegularDeterminationRun",
            "/v1/regular-determination-runs".into(),
            &staff,
            json!({ "year": 2026, "validate_only": true }),
        ),
        (
            "previewNotificationDecision",
            format!("/v1/notifications/{nowhere}/decision-preview"),
            &staff,
            json!({ "recognitions": recognitions }),
        ),
        ("createConfirmationCampaign", "/v1/confirmation-campaigns".into(), &staff, campaign.clone()),
        (
            "cancelConfirmationCampaign",
            format!("{}/cancellation", made(&campaign)),
            &staff,
            json!({ "reason": "x" }),
        ),
        (
            "answerConfirmation",
            format!("/v1/confirmations/{nowhere}/answer"),
            &employer,
            json!({ "still_qualifies": true, "facts": facts }),
        ),
        (
            "previewConfirmationDecision",
            format!("/v1/confirmations/{nowhere}/decision-preview"),
            &staff,
            json!({ "evidence": facts }),
        ),
        (
            "decideConfirmation",
            format!("/v1/confirmations/{nowhere}/decision"),
            &staff,
            json!({ "decision": "confirm", "evidence": facts,
                "departure": { "reason": "insurers_judgement", "note": "x" } }),
        ),
        ("checkKeyedNotification", format!("/v1/notifications/{nowhere}/entry-check"), &staff, entry_check),
    ] {
        let sent = Sent { operation, path, by: by.clone(), body };
        let mut found = Vec::new();
        places("", sent.schema(), &sent.body, &mut found);
        for (pointer, schema) in found {
            let most = ["maxLength", "maxItems", "maximum"].iter().find_map(|k| schema[*k].as_u64()).unwrap();
            let now = sent.body.pointer(&pointer).cloned().unwrap_or_default();
            for (size, is_beyond) in [(most, false), (most + 1, true)] {
                let value = sized(&pointer, schema, &now, usize::try_from(size).unwrap());
                let r = sent.ask(&with(&sent.body, &pointer, value));
                assert_eq!(
                    is_too_large(&r, &pointer, schema),
                    is_beyond,
                    "{operation} {pointer} at {size}: {} {}",
                    r.status,
                    r.text
                );
            }
            tried += 1;
        }
    }
    assert!(tried > 80, "{tried}");
}
