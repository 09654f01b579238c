//! Bad JSON, bad headers, other people's employers and members.
use super::{CANARY, place, refused};
use crate::{
    filing::{CHILD, KYU, NANA, acquisition, batch, child, count, filed, fresh_key, loss, slip},
    harness::{
        caller::{Caller, Response},
        race, words,
        world::World,
    },
};
use serde_json::{Value, json};

fn post(by: &Caller, body: &[u8]) -> Response {
    by.post("/v1/notifications").key(&fresh_key()).header("content-type", "application/json").send(body)
}
fn good(w: &World) -> Value {
    slip(w, &acquisition(NANA, "2026-11-01", None))
}

#[test]
fn a_refusal_is_told_in_the_language_that_was_asked_for() {
    let w = World::new();
    let (by, mut body) = (w.client("employer"), good(&w));
    body["made_up"] = json!(1);
    let bytes = body.to_string();
    let asked = |accept: Option<&str>| {
        let ask = by.post("/v1/notifications").key(&fresh_key()).header("content-type", "application/json");
        let r =
            accept.into_iter().fold(ask, |ask, l| ask.header("accept-language", l)).send(bytes.as_bytes());
        let told = words::told(&r.body).into_iter().map(str::to_owned).collect::<Vec<_>>();
        (r.header("content-language").to_owned(), told)
    };
    let said = |language: &str, told: [&str; 2]| (language.to_owned(), told.map(str::to_owned).to_vec());
    let japanese = said("ja", ["内容に誤りがあります", "この項目は受け付けません"]);
    for accept in [None, Some("ja"), Some("ja,en;q=0.5"), Some("fr")] {
        assert_eq!(asked(accept), japanese, "{accept:?}");
    }
    let english = said("en", ["The content is refused", "this field is not accepted"]);
    for accept in ["en", "en-GB,ja;q=0.5"] {
        assert_eq!(asked(Some(accept)), english, "{accept}");
    }
}

#[test]
fn what_is_no_json_is_unreadable() {
    let w = World::new();
    let by = w.client("employer");
    let text = good(&w).to_string();
    let with_name = |name: &str| text.replace("\"見本　七\"", name).into_bytes();
    let mut no_utf8 = with_name("\"X\"");
    let at = no_utf8.iter().position(|b| *b == b'X').unwrap();
    no_utf8[at] = 0xFF;
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let deep_inside =
        text.replace("\"見本　七\"", &format!("{}1{}", "{\"a\":".repeat(5_000), "}".repeat(5_000)));
    for (what, body) in [
        ("nothing", Vec::new()),
        ("half", text.as_bytes()[..text.len() / 2].to_vec()),
        ("two values", format!("{text}{text}").into_bytes()),
        ("deep", deep.into_bytes()),
        ("deep inside", deep_inside.into_bytes()),
        ("lone surrogate", with_name("\"\\ud800\"")),
        ("half a pair", with_name("\"\\udc00\\ud800\"")),
        ("NUL as a byte", with_name("\"\0\"")),
        ("no UTF-8", no_utf8),
        ("number without end", text.replace("250000", "1e999").into_bytes()),
        ("a BOM", format!("\u{feff}{text}").into_bytes()),
    ] {
        println!("{what}");
        refused(&w, (400, "unreadable"), || post(&by, &body));
    }
    refused(&w, (400, "nul"), || post(&by, &with_name("\"\\u0000\"")));
}
#[test]
fn what_is_not_of_the_form_is_refused_with_its_place() {
    let w = World::new();
    let by = w.client("employer");
    let changed = |pointer: &str, value: Value| {
        let mut body = good(&w);
        let (parent, key) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[key] = value;
        body
    };
    for (pointer, value, code) in [
        ("/surprise", json!(CANARY), "unknown-field"),
        ("/notification/surprise", json!(CANARY), "unknown-field"),
        ("/notification/spouse", json!({}), "unknown-field"),
        ("/notification/kind", json!(CANARY), "unknown-value"),
        ("/notification/sex", json!(CANARY), "unknown-value"),
        ("/notification/cash_yen", json!(1e30), "wrong-type"),
        ("/notification/cash_yen", json!(u64::MAX), "wrong-type"),
        ("/notification/cash_yen", json!(2.5), "wrong-type"),
        ("/notification/cash_yen", json!(CANARY), "wrong-type"),
        ("/notification/has_dependents", json!("yes"), "wrong-type"),
        ("/notification/birth_on", json!("2026-02-30"), "wrong-type"),
        ("/notification/birth_on", json!("令和8年1月1日"), "wrong-type"),
        ("/notification/acquired_on", json!(20261101), "wrong-type"),
        ("/notification/acquired_on", json!("2026-11-01T00:00:00Z"), "wrong-type"),
        ("/notification", json!([CANARY]), "wrong-type"),
        ("/employer_id", json!(CANARY), "wrong-type"),
        ("/preparer_name", json!("x".repeat(51)), "length"),
        ("/preparer_name", json!(""), "length"),
        ("/declared_count", json!(0), "range"),
    ] {
        let body = changed(pointer, value);
        let p = refused(&w, (422, "invalid"), || post(&by, body.to_string().as_bytes()));
        assert_eq!(place(&p), (pointer, code), "{p}");
    }
    for (pointer, value, code) in [
        ("/notification/birth_on", json!("2027-01-01"), "E-FUTURE-DATE"),
        ("/notification/acquired_on", json!("2026-11-23"), "E-FUTURE-DATE"),
        ("/notification/acquired_on", json!("1999-01-01"), "E-DATE-RELATION"),
        ("/notification/total_yen", json!(250_001), "E-SUM"),
        ("/notification/name_kana", json!("みほんなな"), "E-NAME-SEPARATOR"),
        ("/notification/name_kana", json!("見本　七"), "E-CHARSET-HALFKANA"),
        ("/notification/name", json!("見\u{e000}"), "E-GAIJI"),
        ("/notification/name", json!("見\u{7}"), "E-ENCODING"),
        ("/notification/office_number", json!("1234567"), "E-LENGTH"),
    ] {
        let body = changed(pointer, value);
        let p = refused(&w, (422, "invalid"), || post(&by, body.to_string().as_bytes()));
        let found =
            p["errors"].as_array().unwrap().iter().any(|e| e["pointer"] == pointer && e["code"] == code);
        assert!(found, "{pointer} {code} in {p}");
    }
    for missing in ["employer_id", "preparer_name", "notification"] {
        let mut body = good(&w);
        body.as_object_mut().unwrap().remove(missing);
        let p = refused(&w, (422, "invalid"), || post(&by, body.to_string().as_bytes()));
        assert_eq!(place(&p).1, "missing-field", "{missing}: {p}");
    }
    refused(&w, (422, "invalid"), || post(&by, b"[]"));
    refused(&w, (422, "invalid"), || post(&by, b"null"));
}
#[test]
fn wrong_media_compressed_and_oversized_bodies() {
    let w = World::new();
    let by = w.client("employer");
    let body = good(&w).to_string();
    let ask = |media: &str| {
        by.post("/v1/notifications").key(&fresh_key()).header("content-type", media).send(body.as_bytes())
    };
    for media in ["text/plain", "text/csv", "application/x-www-form-urlencoded", CANARY] {
        refused(&w, (415, "unsupported-media-type"), || ask(media));
    }
    refused(&w, (415, "unsupported-media-type"), || {
        by.post("/v1/notifications").key(&fresh_key()).send(body.as_bytes())
    });
    for encoding in ["gzip", "br", "deflate, gzip"] {
        refused(&w, (415, "compressed-body"), || {
            let ask = by.post("/v1/notifications").key(&fresh_key()).header("content-encoding", encoding);
            ask.header("content-type", "application/json").send(body.as_bytes())
        });
    }
    refused(&w, (415, "compressed-body"), || {
        let ask = by.post("/v1/notifications").key(&fresh_key()).header("content-encoding", "identity");
        ask.header("content-encoding", "gzip")
            .header("content-type", "application/json")
            .send(body.as_bytes())
    });
    let padded = |size: usize| format!("{body}{}", " ".repeat(size - body.len()));
    refused(&w, (413, "too-large"), || post(&by, padded((1 << 20) + 1).as_bytes()));
    refused(&w, (413, "too-large"), || post(&by, padded(2 << 20).as_bytes()));
    post(&by, padded(1 << 20).as_bytes()).expect(202);
}
#[test]
fn a_key_that_stands_twice_is_refused_wherever_it_stands() {
    let w = World::new();
    let by = w.client("employer");
    let body = good(&w).to_string();
    for key in ["sex", "kind", "personal_number"] {
        let twice =
            body.replacen("\"sex\"", &format!("\"{key}\":\"female\",\"{key}\":\"female\",\"sex\""), 1);
        assert_ne!(twice, body);
        refused(&w, (400, "repeated-key"), || post(&by, twice.as_bytes()));
    }
}
#[test]
fn a_query_that_is_not_text_is_refused() {
    let w = World::new();
    let staff = w.staff("clerk");
    for query in ["name_kana=%ff", "name_kana=%E3%83", "%ff=1"] {
        refused(&w, (400, "unreadable"), || staff.get(format!("/v1/members?{query}")));
    }
}
#[test]
fn unknown_parameters_are_refused_and_not_echoed() {
    let w = World::new();
    let (by, staff) = (w.client("employer"), w.staff("clerk"));
    let body = good(&w);
    refused(&w, (422, "invalid"), || {
        by.post(format!("/v1/notifications?{CANARY}=1")).key(&fresh_key()).json(&body)
    });
    refused(&w, (422, "invalid"), || {
        by.post(format!("/v1/notifications?validate_only={CANARY}")).key(&fresh_key()).json(&body)
    });
    for query in [
        "personal_number=999900000011",
        "sort=personal_number",
        "include=personal_number",
        "limit=0",
        "limit=501",
    ] {
        for list in ["/v1/members", "/v1/notifications", "/v1/submissions", "/v1/employers"] {
            let p = refused(&w, (422, "invalid"), || staff.get(format!("{list}?{query}")));
            assert!(!p.to_string().contains("999900000011"));
        }
    }
}
#[test]
fn the_count_of_the_slip_must_be_the_count_that_was_read() {
    let w = World::new();
    let by = w.client("employer");
    let mut body = batch(&w, &[acquisition(NANA, "2026-11-01", None), acquisition(KYU, "2026-11-01", None)]);
    body["declared_count"] = json!(3);
    for query in ["", "?validate_only=true"] {
        let p = refused(&w, (422, "E-COUNT"), || {
            by.post(format!("/v1/notification-batches{query}")).key(&fresh_key()).json(&body)
        });
        assert_eq!(place(&p), ("/declared_count", "E-COUNT"));
    }
    for forms in [Vec::new(), vec![acquisition(NANA, "2026-11-01", None); 101]] {
        let body = batch(&w, &forms);
        let p = refused(&w, (422, "invalid"), || {
            by.post("/v1/notification-batches").key(&fresh_key()).json(&body)
        });
        assert_eq!((place(&p).0, p["errors"].as_array().unwrap().len()), ("/notifications", 1), "{p}");
    }
}
#[test]
fn the_same_person_twice_counts_once() {
    let w = World::new();
    let by = w.client("employer");
    let twice = batch(&w, &[acquisition(NANA, "2026-11-01", None), acquisition(NANA, "2026-11-02", None)]);
    let receipt = by.post("/v1/notification-batches").key(&fresh_key()).json(&twice).expect(202);
    assert_eq!(receipt["file_result"], "partially_accepted");
    assert_eq!(receipt["results"][0]["state"], "accepted");
    assert_eq!(receipt["results"][1]["findings"][0]["code"], "E-DUPLICATE-IN-FILE");
    assert_eq!(receipt["results"][1]["findings"][0]["other_row"], 1);
    let mut zeros = acquisition(NANA, "2026-11-03", None);
    zeros["office_number"] = json!("0007");
    let p = refused(&w, (422, "invalid"), || {
        by.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &zeros))
    });
    assert_eq!(place(&p), ("/notification/office_number", "E-DUPLICATE-PENDING"));
}
#[test]
fn the_same_person_filed_twice_at_once_counts_once() {
    let w = World::new();
    let by = w.client("employer");
    let body = slip(&w, &acquisition(NANA, "2026-11-01", Some(1)));
    let mut statuses =
        race::at_once((0..4).map(|_| || by.post("/v1/notifications").key(&fresh_key()).json(&body).status));
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 422, 422, 422]);
    assert_eq!(count(&w, "select count(*) as n from notification"), 1);
    assert_eq!(count(&w, "select count(*) as n from strongroom.pending_number"), 1);
}
#[test]
fn another_employer_and_its_people_do_not_exist() {
    let w = World::new();
    let (own, other) = (w.client("employer"), w.client("other-employer"));
    let member = w.member("9", KYU.kana, KYU.name, KYU.birth_on);
    let body = good(&w);
    refused(&w, (404, "not-found"), || other.post("/v1/notifications").key(&fresh_key()).json(&body));
    refused(&w, (404, "not-found"), || other.post("/v1/notifications?validate_only=true").json(&body));
    let mut nowhere = body.clone();
    nowhere["employer_id"] = json!(uuid::Uuid::nil());
    refused(&w, (404, "not-found"), || other.post("/v1/notifications").key(&fresh_key()).json(&nowhere));
    refused(&w, (404, "not-found"), || other.get(format!("/v1/capabilities?employer_id={}", w.employer)));
    refused(&w, (404, "not-found"), || other.get(format!("/v1/members/{member}")));
    refused(&w, (404, "not-found"), || other.get(format!("/v1/members/{member}/dependents")));

    // somebody insured elsewhere, and somebody who does not exist: the same answer
    for form in [loss(KYU, "2026-11-19", "2026-11-20"), child(KYU, CHILD, "2026-11-10", None)] {
        let of = |mut form: Value, kana: &str| {
            form["name_kana"] = json!(kana);
            let body = json!({ "employer_id": w.other_employer, "preparer_name": "見本 次郎", "notification": form });
            refused(&w, (422, "invalid"), || other.post("/v1/notifications").key(&fresh_key()).json(&body))
        };
        let (elsewhere, nobody) = (of(form.clone(), KYU.kana), of(form, "ダレデモ　ナイ"));
        assert_eq!(place(&elsewhere).1, "E-PERSON-NOT-FOUND");
        assert_eq!(elsewhere["errors"], nobody["errors"]);
    }
    filed(&w, &own, &loss(KYU, "2026-11-19", "2026-11-20"));
}
