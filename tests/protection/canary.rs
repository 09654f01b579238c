//! A guard: marked addresses of protected persons are looked for in everything that an employer can be told.
use super::{protect, request};
use crate::{
    filing::{
        CHILD, Person, SPOUSE, accept, acquisition, child, decide, filed, fresh_key, give_back, id, slip,
        spouse,
    },
    harness::{
        caller::{Caller, Response},
        world::{World, day},
    },
};
use kenpo::{
    app,
    domain::access::{self, NewClient},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Who is to be protected, with the family.
pub const HIDDEN: Person =
    Person {
        office_number: "77", kana: "ミホン　カクレ", name: "見本　隠", birth_on: "1988-07-07"
    };
/// In every address and text of the persons who are to be protected; and the phone number.
pub const MARK: &str = "秘匿町";
const PHONE: &str = "099-9999-0042";

/// A system of the employer that holds every scope: what it is not told is decided by the policies alone.
pub fn with_every_scope(w: &World) -> Caller {
    let id = Uuid::now_v7();
    let mut owner = w.owner();
    let (secret, digest) = access::store::new_secret(&w.app.kernel.keys.vault.digest, id).unwrap();
    let client = NewClient {
        id,
        client_key: "whole".into(),
        name: "a system with every scope".into(),
        kind: "employer_system".into(),
        scopes: app::SCOPES.iter().map(|s| s.0.to_owned()).filter(|s| s != "personal-number:read").collect(),
        secret_digest: Some(digest),
        jwks: None,
    };
    access::store::insert_client(&mut owner, &client).unwrap();
    access::store::bind_client(&mut owner, id, w.employer, day("2020-04-01"), None).unwrap();
    access::refresh(&w.app.kernel).unwrap();
    let form = format!("grant_type=client_credentials&client_id=whole&client_secret={secret}");
    let tokens = w.nobody().post("/oauth/token").form(&form).expect(200);
    w.bearer(tokens["access_token"].as_str().unwrap())
}
/// The form with the mark in every text that may tell where somebody is.
pub fn marked(mut form: Value) -> Value {
    let place =
        json!({ "postal_code": "9990042", "kana": "ミホンマチ", "text": format!("架空県{MARK}４２") });
    if form.get("resident_address").is_some() {
        form["resident_address"] = place.clone();
    }
    if form.get("spouse").is_some() {
        form["spouse"]["address"] = place.clone();
        form["spouse"]["remarks"] = json!(format!("{MARK}に避難"));
        form["spouse"]["phone"] = json!(PHONE);
        form["spouse"]["phone_kind"] = json!("kind_1");
    }
    for other in form.get_mut("others").and_then(Value::as_array_mut).into_iter().flatten() {
        other["address"] = place.clone();
        other["remarks"] = json!(format!("{MARK}に避難"));
    }
    form
}
pub struct Family {
    pub ids: Vec<(&'static str, Uuid)>,
    member: Uuid,
    pub persons: [Uuid; 2],
    /// A filing and its key, to be repeated.
    kept: (String, Value),
}
pub fn family(w: &World, employer: &Caller, clerk: &Caller) -> Family {
    let hired = filed(w, employer, &marked(acquisition(HIDDEN, "2025-04-01", None)));
    let member = id(&decide(clerk, hired, &accept()).expect(200)["outcome"]["member_id"]);
    let mut came = marked(child(HIDDEN, CHILD, "2026-11-10", None));
    came["others"][0]["reason"] = json!("moved_in");
    let recognised = filed(w, employer, &came);
    let outcome = decide(clerk, recognised, &accept()).expect(200)["outcome"].clone();
    let contact = json!({ "contact_address": format!("架空県{MARK}気付"), "phone": PHONE });
    crate::filing::contact_changed(w, clerk, member, &contact);
    let returned = filed(w, employer, &marked(spouse(HIDDEN, SPOUSE, "2026-11-12", None)));
    decide(clerk, returned, &give_back()).expect(200);
    let (key, body) = (fresh_key(), slip(w, &marked(spouse(HIDDEN, SPOUSE, "2026-11-13", None))));
    let receipt = employer.post("/v1/notifications").key(&key).json(&body).expect(202);
    let waiting = id(&receipt["results"][0]["notification_id"]);
    let dependent = &outcome["dependents"][0];
    let confirmation = confirmed(w, clerk, id(&dependent["person_id"]));
    let ids = vec![
        ("{employer_id}", w.employer),
        ("{member_id}", member),
        ("{person_id}", member),
        ("{person_id}", id(&dependent["person_id"])),
        ("{dependent_id}", id(&dependent["dependent_id"])),
        ("{confirmation_id}", confirmation),
        ("{submission_id}", id(&receipt["id"])),
        ("{notification_id}", hired),
        ("{notification_id}", recognised),
        ("{notification_id}", returned),
        ("{notification_id}", waiting),
    ];
    Family { ids, member, persons: [member, id(&dependent["person_id"])], kept: (key, body) }
}
/// 現況確認 of the child, answered on paper: lives apart, with what is sent.
fn confirmed(w: &World, clerk: &Caller, child: Uuid) -> Uuid {
    let body = json!({ "name": "現況確認", "as_of": "2026-11-20", "due_on": "2026-12-20", "remind_on": ["2026-12-15"] });
    let made = clerk.post("/v1/confirmation-campaigns").key(&fresh_key()).json(&body).expect(201);
    let campaign = id(&made["id"]);
    clerk.post(format!("/v1/confirmation-campaigns/{campaign}/start")).send(b"").expect(200);
    let rows = w.rows(&format!(
        "select id from confirmation where campaign_id = '{campaign}' and person_id = '{child}'"
    ));
    let path = format!("/v1/confirmations/{}", rows[0]["id"].as_str().unwrap());
    let tag = clerk.get(&path).header("etag").to_owned();
    let answer =
        json!({ "still_qualifies": true, "facts": { "lives_together": false, "support_yen": 1_200_042 } });
    clerk.post(format!("{path}/answer")).header("if-match", &tag).json(&answer).expect(200);
    id(&rows[0]["id"])
}
/// The path with every id of the family; ids of other things stay open.
pub fn paths(f: &Family, path: &str) -> Vec<String> {
    let mut paths = vec![path.to_owned()];
    for name in [
        "{employer_id}",
        "{member_id}",
        "{person_id}",
        "{dependent_id}",
        "{confirmation_id}",
        "{submission_id}",
        "{notification_id}",
    ] {
        let fill = |p: &String| -> Vec<String> {
            if !p.contains(name) {
                return vec![p.clone()];
            }
            f.ids.iter().filter(|(n, _)| *n == name).map(|(n, id)| p.replace(n, &id.to_string())).collect()
        };
        paths = paths.iter().flat_map(fill).collect();
    }
    paths
}
/// Every read of the router about these people, with each day and knowledge.
fn reads(f: &Family) -> Vec<String> {
    let mut all = Vec::new();
    for row in app::routes().rows.iter().filter(|r| r.method.name() == "GET") {
        let paths = paths(f, row.path);
        let queries = [
            "",
            "?as_of=2026-11-15",
            "?known_at=2026-11-22T00:00:00Z",
            "?as_of=2026-11-15&known_at=2026-11-22T00:00:00Z",
            "?limit=500",
        ];
        let open = paths.iter().filter(|p| !p.contains('{'));
        all.extend(open.flat_map(|p| queries.map(|q| format!("{p}{q}"))));
    }
    all
}
pub fn tells(r: &Response) -> bool {
    // the postal code whole: ids have four such digits by chance
    [MARK, PHONE, "9990042", "999-0042"].iter().any(|mark| r.text.contains(mark))
}
/// Members of answers about the family that are to be told to nobody outside, whatever stands there.
const HIDDEN_MEMBERS: [&str; 9] = [
    "\"moved_in\"",
    "\"lives_together\"",
    "\"living\"",
    "\"prefecture\"",
    "\"overseas\"",
    "\"protected\"",
    "\"mailing_address\"",
    "\"letter_address\"",
    "\"lift_requested\"",
];
/// How people live is told, or that somebody is protected.
pub fn tells_of_living(r: &Response) -> bool {
    HIDDEN_MEMBERS.iter().any(|name| r.text.contains(name))
}
/// What this caller is told that bears a mark, or (outside the society) says how people live, and how many answers there were.
fn told(by: &Caller, f: &Family, is_outside: bool) -> (Vec<String>, usize) {
    let (mut hits, mut answers) = (Vec::new(), 0);
    for path in reads(f) {
        let r = by.get(&path);
        answers += usize::from(r.status == 200);
        if tells(&r) || (is_outside && tells_of_living(&r)) {
            hits.push(path);
        }
    }
    (hits, answers)
}

#[test]
fn marked_addresses_of_protected_persons_are_told_to_no_employer_by_any_path() {
    let w = World::new();
    let clerk = w.staff("clerk");
    let employer = with_every_scope(&w);
    let f = family(&w, &employer, &clerk);
    let (before, _) = told(&employer, &f, true);
    assert!(before.len() >= 15, "the marks are to be found before: {before:?}");
    for person in f.persons {
        protect(&clerk, person, &request()).expect(200);
    }
    for by in [&employer, &w.client("employer"), &w.client("other-employer"), &w.client("front-end")] {
        let (hits, _) = told(by, &f, true);
        assert_eq!(hits, Vec::<String>::new());
    }
    let (_, answers) = told(&employer, &f, true);
    assert!(answers >= 40, "{answers} answers");

    // what an employer does, and the answers that were kept before
    let replayed = employer.post("/v1/notifications").key(&f.kept.0).json(&f.kept.1);
    assert_eq!((replayed.status, replayed.header("idempotency-replayed")), (202, "true"));
    let waiting = f.ids.last().unwrap().1;
    let change = json!({ "kind": "dependent_change", "office_number": "77", "name_kana": HIDDEN.kana, "birth_on": HIDDEN.birth_on,
        "sex": "male", "change": "changed", "resident_address": { "postal_code": "9990001", "kana": "ミホンマチ", "text": "架空県見本町" },
        "others": [{ "name_kana": CHILD.kana, "name": "見本　小", "birth_on": CHILD.birth_on, "relationship": "child", "remarks": "氏名" }] });
    let dry = employer.post("/v1/notifications?validate_only=true").json(&slip(&w, &change));
    let again = employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &change));
    let withdrawn = employer.post(format!("/v1/notifications/{waiting}/withdrawal")).send(b"");
    for r in [replayed, dry, again, withdrawn.clone()] {
        assert!(!tells(&r), "{}", r.text);
    }
    assert_eq!(withdrawn.status, 200, "{}", withdrawn.text);
    assert!(withdrawn.body["form"]["spouse"].get("address").is_none());
    for log in w.entries("true") {
        assert!(!format!("{log:?}").contains(MARK));
    }
}
#[test]
fn the_other_sections_see_that_somebody_is_protected_and_not_where() {
    let w = World::new();
    let clerk = w.staff("clerk");
    let employer = w.client("employer");
    let f = family(&w, &employer, &clerk);
    for person in f.persons {
        protect(&clerk, person, &request()).expect(200);
    }
    for login in ["collection", "review"] {
        let by = w.staff(login);
        assert_eq!(told(&by, &f, false).0, Vec::<String>::new(), "{login}");
        let seen = by.get(format!("/v1/members/{}", f.member)).expect(200);
        assert_eq!(seen["protected"], true);
        assert_eq!(by.get(format!("/v1/members/{}/history", f.member)).expect(200)["protected"], true);
    }
    for login in ["clerk", "benefits"] {
        let by = w.staff(login);
        let seen = by.get(format!("/v1/members/{}", f.member));
        assert!(tells(&seen) && seen.body["protected"] == true, "{login}: {}", seen.text);
    }
}
