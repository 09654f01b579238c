//! Personal numbers where none may be, or that are none.
use super::{place, refused};
use crate::{
    bodies,
    canary::scan,
    filing::{CHILD, KYU, NANA, acquisition, batch, child, count, filed, fresh_key, slip, tables},
    harness::{document::document, world::World},
    sweep::society::Society,
};
use kenpo::cli::seed::fictitious_number;
use serde_json::{Value, json};

#[test]
fn malformed_numbers_are_refused_at_their_place() {
    let w = World::new();
    let by = w.client("employer");
    let right = fictitious_number(1);
    let wide: String = right.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
    let wrong = format!("{}{}", &right[..11], (right.as_bytes()[11] - b'0' + 1) % 10);
    for (value, code) in [
        (json!(right[..11]), "personal-number-malformed"),
        (json!(format!("{right}1")), "personal-number-malformed"),
        (json!(right.parse::<u64>().unwrap()), "personal-number-malformed"),
        (json!(wide), "personal-number-malformed"),
        (json!(format!("{}-{}-{}", &right[..4], &right[4..8], &right[8..])), "personal-number-malformed"),
        (json!([right]), "personal-number-malformed"),
        (json!({ "number": right }), "personal-number-malformed"),
        (Value::Null, "personal-number-malformed"),
        (json!(wrong), "E-MYNUMBER-CHECK-DIGIT"),
    ] {
        let mut form = acquisition(NANA, "2026-11-01", Some(1));
        form["personal_number"] = value.clone();
        for query in ["", "?validate_only=true"] {
            if code.starts_with("E-") && !query.is_empty() {
                continue; // a dry run tells it as a finding
            }
            let p = refused(&w, (422, "invalid"), || {
                by.post(format!("/v1/notifications{query}")).key(&fresh_key()).json(&slip(&w, &form))
            });
            assert_eq!(place(&p), ("/notification/personal_number", code), "{p}");
            assert_eq!(p["errors"].as_array().unwrap().len(), 1, "{p}");
            assert!(!p.to_string().contains(&right[..11]), "not echoed");
        }
    }
    w.member("7", NANA.kana, NANA.name, NANA.birth_on);
    let mut form = child(NANA, CHILD, "2026-11-10", Some(2));
    form["others"][0]["personal_number"] = json!(wrong);
    let p = refused(&w, (422, "invalid"), || {
        by.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &form))
    });
    assert_eq!(place(&p), ("/notification/others/0/personal_number", "E-MYNUMBER-CHECK-DIGIT"));
}
#[test]
fn a_number_in_a_place_of_its_own_making_is_refused() {
    let w = World::new();
    let by = w.client("employer");
    let digits = fictitious_number(1);
    let mut forms = vec![acquisition(NANA, "2026-11-01", None); 4];
    forms[0]["my_number"] = json!(digits);
    forms[1]["resident_address"]["personal_number"] = json!(digits);
    forms[2][&digits] = json!("x");
    forms[3]["name"] = json!({ "personal_number": digits });
    for form in forms {
        let p = refused(&w, (422, "invalid"), || {
            by.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &form))
        });
        assert!(!p.to_string().contains(&digits), "{p}");
    }
}
/// The digits stand in no column of the database, the log and the keys of requests included, neither as text nor as bytes.
pub fn is_nowhere(w: &World, digits: &str) {
    let bytes: String = digits.bytes().map(|b| format!("{b:02x}")).collect();
    let all = scan::tables(w);
    assert!(all.len() > 20);
    for (table, rows) in all {
        assert!(
            !rows.iter().any(|row| row.contains(digits) || row.contains(&bytes)),
            "{table} holds the digits"
        );
    }
}
#[test]
fn a_form_that_needs_no_number_is_refused_with_one_whatever_its_kind() {
    // an acquisition, a loss and a change of dependents may say whose they are by the number
    const MAY: [&str; 3] = ["qualification_acquisition", "qualification_loss", "dependent_change"];
    let s = Society::new();
    let digits = fictitious_number(77);
    let operations = bodies::operations(&s);
    let filing = operations.iter().find(|o| o.id == "createNotification").unwrap();
    let forms: Vec<Value> =
        filing.places().into_iter().filter(|p| p.pointer == "/notification").map(|p| p.body).collect();
    let kinds =
        document()["components"]["schemas"]["Notification"]["discriminator"]["mapping"].as_object().unwrap();
    assert_eq!(forms.len(), kinds.len(), "a form of every kind of the document");
    // whoever asks signs in first
    let kept = || tables(&s.w).into_iter().filter(|(name, _)| name != "public.session").collect::<Vec<_>>();
    let before = kept();
    let mut faults = Vec::new();
    for form in forms.iter().filter(|f| !MAY.contains(&f["notification"]["kind"].as_str().unwrap())) {
        let mut carrying = form.clone();
        carrying["notification"]["personal_number"] = json!(digits);
        for query in [None, Some(("validate_only", "true"))] {
            let r = filing.ask(query, Some(&carrying));
            // a dry run of what can be read tells what would be wrong as findings of its record
            let told: Vec<&Value> = match r.status {
                200 => r.body["records"][0]["findings"].as_array().unwrap().iter().collect(),
                _ => r.body["errors"].as_array().into_iter().flatten().collect(),
            };
            let is_it = |e: &&Value| match e["code"].as_str().unwrap() {
                "E-UNEXPECTED-DATA" if r.status == 200 => e["pointers"] == json!(["/personal_number"]),
                "E-UNEXPECTED-DATA" | "unknown-field" => e["pointer"] == "/notification/personal_number",
                _ => false,
            };
            let is_refused = r.status == 422 || query.is_some();
            if !is_refused || !told.iter().any(is_it) || r.text.contains(&digits[..11]) {
                faults.push(format!("{} {query:?}: {} {}", form["notification"]["kind"], r.status, r.text));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert_eq!(kept(), before, "nothing is stored");
    is_nowhere(&s.w, &digits);
}
#[test]
fn of_a_batch_a_form_that_may_not_carry_its_number_is_kept_without_it() {
    let w = World::new();
    let by = w.client("employer");
    w.member("9", KYU.kana, KYU.name, KYU.birth_on);
    let digits = fictitious_number(77);
    let mut bonus = crate::remuneration::bonus(KYU, "2026-07-10", 100_000);
    bonus["personal_number"] = json!(digits);
    let forms = [acquisition(NANA, "2026-11-01", None), bonus];
    let receipt = by.post("/v1/notification-batches").key(&fresh_key()).json(&batch(&w, &forms)).expect(202);
    assert_eq!(receipt["file_result"], "partially_accepted");
    assert_eq!(receipt["results"][1]["findings"][0]["code"], "E-UNEXPECTED-DATA", "{receipt}");
    assert_eq!(count(&w, "select count(*) as n from strongroom.pending_number"), 0);
    is_nowhere(&w, &digits);
}
#[test]
fn twelve_digits_in_a_text_of_any_width_are_refused() {
    let w = World::new();
    let by = w.client("employer");
    let right = fictitious_number(1);
    let wide: String = right.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap()).collect();
    let arabic: String =
        right.chars().map(|c| char::from_u32(u32::from(c) - 0x30 + 0x660).unwrap()).collect();
    let parted = format!("{} {}－{}", &right[..4], &wide[12..24], &right[8..]);
    for text in [right.clone(), format!("番号{right}です"), wide, arabic, parted] {
        for pointer in
            ["/notification/remarks", "/notification/name", "/notification/society_note", "/preparer_name"]
        {
            let mut body = slip(&w, &acquisition(NANA, "2026-11-01", None));
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            body.pointer_mut(parent).unwrap()[key] = json!(text);
            let p =
                refused(&w, (422, "invalid"), || by.post("/v1/notifications").key(&fresh_key()).json(&body));
            assert_eq!(place(&p), (pointer, "E-NUMBER-IN-TEXT"), "{p}");
            assert!(!p.to_string().contains(&text), "not echoed");
        }
    }
}
#[test]
fn the_same_number_twice_in_a_batch_is_told() {
    let w = World::new();
    let by = w.client("employer");
    let forms =
        [acquisition(NANA, "2026-11-01", Some(1)), acquisition(crate::filing::KYU, "2026-11-01", Some(1))];
    let receipt = by.post("/v1/notification-batches").key(&fresh_key()).json(&batch(&w, &forms)).expect(202);
    assert_eq!(receipt["results"][0]["state"], "accepted");
    assert_eq!(receipt["results"][1]["findings"][0]["code"], "E-MYNUMBER-DUPLICATE");
}
#[test]
fn the_internet_listener_takes_no_number() {
    let w = World::new();
    let by = w.client("employer").at(&w.internet_url);
    w.member("9", crate::filing::KYU.kana, crate::filing::KYU.name, crate::filing::KYU.birth_on);
    for form in
        [acquisition(NANA, "2026-11-01", Some(1)), child(crate::filing::KYU, CHILD, "2026-11-10", Some(2))]
    {
        for query in ["", "?validate_only=true"] {
            refused(&w, (422, "number-not-taken-here"), || {
                by.post(format!("/v1/notifications{query}")).key(&fresh_key()).json(&slip(&w, &form))
            });
            refused(&w, (422, "number-not-taken-here"), || {
                let body = batch(&w, &[acquisition(NANA, "2026-11-01", None), form.clone()]);
                by.post(format!("/v1/notification-batches{query}")).key(&fresh_key()).json(&body)
            });
        }
    }
    let file = super::files::file("01_shutoku_ok", "SHFD0006.CSV");
    refused(&w, (422, "number-not-taken-here"), || super::files::send(&w, &by, "SHFD0006.CSV", &file));
    filed(&w, &by, &acquisition(NANA, "2026-11-01", None));
}
