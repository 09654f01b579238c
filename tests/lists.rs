//! Lists: whole and without doubles over all pages, of the caller's own employer only, searched by what may be searched.
use crate::{
    filing::{
        HACHI, KYU, NANA, Person, accept, acquisition, count, decide, filed, fresh_key, give_back, id, loss,
    },
    harness::{
        caller::Caller,
        world::{World, day},
    },
};
use kenpo::cli::seed;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use uuid::Uuid;

pub fn encoded(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}
fn items(page: &Value) -> Vec<Value> {
    page["items"].as_array().unwrap().clone()
}
/// Follows the pages to the end; holds that none is longer than asked and that the links say what the bodies say.
#[track_caller]
pub fn all_pages(by: &Caller, path: &str, limit: usize) -> Vec<Uuid> {
    let and = if path.contains('?') { "&" } else { "?" };
    let mut at = format!("{path}{and}limit={limit}");
    let mut seen = Vec::new();
    loop {
        let answer = by.get(&at);
        let link = answer.header("link").to_owned();
        let page = answer.expect(200);
        let rows = items(&page);
        assert!(rows.len() <= limit);
        seen.extend(rows.iter().map(|r| id(&r["id"])));
        let Some(next) = page["page"]["next_cursor"].as_str() else {
            assert_eq!((&page["page"]["has_more"], link.as_str()), (&json!(false), ""));
            return seen;
        };
        assert_eq!((rows.len(), &page["page"]["has_more"]), (limit, &json!(true)));
        let (target, rel) = link.split_once('>').unwrap();
        assert!(rel.contains("rel=\"next\"") && target.ends_with(next), "{link}");
        at = target.trim_start_matches('<').to_owned();
        if let Some(after) = at.find("/v1/") {
            at = at[after..].to_owned();
        }
    }
}
#[track_caller]
fn whole(ids: &[Uuid], expected: i64) {
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "nothing twice");
    assert_eq!(i64::try_from(ids.len()).unwrap(), expected, "nothing missing");
}
/// Two employers with 33 people in all.
fn populated() -> World {
    let w = World::new();
    seed::people(&mut w.owner(), &w.clock, &[w.employer, w.other_employer], (33, 5)).unwrap();
    w
}
fn at_employer(w: &World, employer: Uuid) -> i64 {
    count(w, &format!("select count(*) as n from enrolment where employer_id = '{employer}'"))
}

#[test]
fn pages_of_members_are_whole() {
    let w = populated();
    let staff = w.staff("clerk");
    let known_now = format!("?known_at={}", encoded(&w.clock.now().to_rfc3339()));
    for id in all_pages(&staff, "/v1/members", 33) {
        staff.get(format!("/v1/members/{id}{known_now}")).expect(200);
    }
    for limit in [1, 7, 11, 33, 500] {
        let ids = all_pages(&staff, "/v1/members", limit);
        whole(&ids, 33);
        assert!(ids.is_sorted());
    }
    whole(
        &all_pages(&staff, &format!("/v1/members?employer_id={}", w.other_employer), 4),
        at_employer(&w, w.other_employer),
    );
}
#[test]
fn an_employer_sees_its_own_people_only() {
    let w = populated();
    let employer = w.client("employer");
    let ids = all_pages(&employer, "/v1/members", 5);
    whole(&ids, at_employer(&w, w.employer));
    for m in items(&employer.get("/v1/members").expect(200)) {
        assert_eq!(id(&m["employer_id"]), w.employer);
    }
    let theirs = employer.get(format!("/v1/members?employer_id={}", w.other_employer)).expect(200);
    assert_eq!(items(&theirs), Vec::<Value>::new());
    // a position that staff was given opens nothing
    let page = w.staff("clerk").get("/v1/members?limit=3").expect(200);
    let cursor = page["page"]["next_cursor"].as_str().unwrap();
    let rows = items(&employer.get(format!("/v1/members?limit=3&cursor={cursor}")).expect(200));
    assert!(rows.iter().all(|m| id(&m["employer_id"]) == w.employer));
    let own = items(&employer.get("/v1/employers").expect(200));
    assert_eq!(own.iter().map(|e| id(&e["id"])).collect::<Vec<_>>(), [w.employer]);
    whole(&all_pages(&w.staff("clerk"), "/v1/employers", 1), 2);
}
#[test]
fn a_position_is_of_one_list_and_its_filters() {
    let w = populated();
    let staff = w.staff("clerk");
    let page = staff.get("/v1/members?limit=5").expect(200);
    let cursor = page["page"]["next_cursor"].as_str().unwrap().to_owned();
    staff.get(format!("/v1/members?limit=5&cursor={cursor}")).expect(200);
    let last = if cursor.ends_with('A') { "B" } else { "A" };
    let first = if cursor.starts_with('e') { "f" } else { "e" };
    for forged in [
        format!("{}{last}{}", &cursor[..cursor.len() - 3], &cursor[cursor.len() - 2..]),
        format!("{first}{}", &cursor[1..]),
        cursor.split('.').next().unwrap().to_owned(),
        format!("{}.", cursor.split('.').next().unwrap()),
        "x".into(),
        String::new(),
        Uuid::nil().to_string(),
    ] {
        let refused = staff.get(format!("/v1/members?limit=5&cursor={forged}"));
        if forged == cursor {
            continue;
        }
        let refused = refused.refused(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], "/cursor");
    }
    for foreign in [
        "/v1/members?limit=5&state=lost",
        "/v1/members?limit=5&as_of=2026-01-01",
        "/v1/notifications?limit=5",
        "/v1/employers?limit=5",
        "/v1/submissions?limit=5",
    ] {
        staff.get(format!("{foreign}&cursor={cursor}")).refused(422, "invalid");
    }
}
#[test]
fn members_are_found_by_reading_number_and_symbol() {
    let w = World::new();
    let nana = w.member("7", NANA.kana, NANA.name, NANA.birth_on);
    let hachi = w.member("8", "ミホン　ハチ", HACHI.name, HACHI.birth_on);
    w.member("9", KYU.kana, KYU.name, KYU.birth_on);
    let staff = w.staff("clerk");
    let found = |query: &str| {
        let page = staff.get(format!("/v1/members?{query}")).expect(200);
        items(&page).iter().map(|m| id(&m["id"])).collect::<Vec<_>>()
    };
    for reading in ["ミホン", "ﾐﾎﾝ", "みほん", "みほン", "ミホン　"] {
        assert_eq!(found(&format!("name_kana={}", encoded(reading))), [nana, hachi], "{reading}");
    }
    for reading in ["ミホン　ナナ", "ﾐﾎﾝ ﾅﾅ", "みほんなな"] {
        assert_eq!(found(&format!("name_kana={}", encoded(reading))), [nana], "{reading}");
    }
    for nobody in ["ナナ", "%", "_", "ミホ%ナ"] {
        let hits = found(&format!("name_kana={}", encoded(nobody)));
        assert!(nobody == "%" || nobody == "_" || hits.is_empty(), "{nobody}: {hits:?}");
    }
    assert_eq!(found("number=97"), [nana]);
    assert_eq!(found("symbol=101&number=98"), [hachi]);
    assert_eq!(found("symbol=102"), Vec::<Uuid>::new());
    staff.get("/v1/members?name_kana=999900000011").refused(422, "invalid");
    for pattern in ["%", "_", "\\", "%ナナ", "ミホン_"] {
        assert!(found(&format!("name_kana={}", encoded(pattern))).is_empty(), "{pattern}");
    }
    staff.get("/v1/members?number=999900000011").refused(422, "invalid");
}
#[test]
fn members_are_listed_as_of_a_day_and_by_state() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let stays = w.member("9", KYU.kana, KYU.name, KYU.birth_on);
    let leaves = w.member("8", HACHI.kana, HACHI.name, HACHI.birth_on);
    decide(&staff, filed(&w, &employer, &loss(HACHI, "2026-11-19", "2026-11-20")), &accept()).expect(200);
    let comes = filed(&w, &employer, &acquisition(NANA, "2026-11-15", None));
    let comes = id(&decide(&staff, comes, &accept()).expect(200)["outcome"]["member_id"]);
    let found = |query: &str| {
        let page = staff.get(format!("/v1/members?{query}")).expect(200);
        items(&page).iter().map(|m| id(&m["id"])).collect::<BTreeSet<_>>()
    };
    let set = |ids: &[Uuid]| ids.iter().copied().collect::<BTreeSet<_>>();
    assert_eq!(found("state=insured"), set(&[stays, comes]));
    assert_eq!(found("state=lost"), set(&[leaves]));
    assert_eq!(found(""), set(&[stays, leaves, comes]));
    assert_eq!(found("as_of=2026-11-19&state=insured"), set(&[stays, leaves, comes]));
    assert_eq!(found("as_of=2026-11-14"), set(&[stays, leaves]));
    assert_eq!(found("as_of=2026-11-19&state=lost"), set(&[]));
    assert_eq!(found("as_of=2020-03-31"), set(&[]));
    assert!(day("2020-03-31") < day("2020-04-01"));
}
const READINGS: [&str; 5] = ["ミホン　ア", "ミホン　イ", "ミホン　ウ", "ミホン　エ", "ミホン　オ"];
const OFFICES: [&str; 5] = ["11", "12", "13", "14", "15"];

#[test]
fn notifications_and_submissions_are_listed_whole_and_filtered() {
    let w = World::new();
    let (employer, other, staff) = (w.client("employer"), w.client("other-employer"), w.staff("clerk"));
    let own: Vec<Uuid> = (0..5)
        .map(|n| {
            let p = Person { office_number: OFFICES[n], kana: READINGS[n], ..NANA };
            filed(&w, &employer, &acquisition(p, "2026-11-01", None))
        })
        .collect();
    let body = json!({ "employer_id": w.other_employer, "preparer_name": "見本 次郎",
                       "notification": acquisition(HACHI, "2026-11-01", None) });
    let receipt = other.post("/v1/notifications").key(&fresh_key()).json(&body).expect(202);
    let theirs = id(&receipt["results"][0]["notification_id"]);
    decide(&staff, own[0], &accept()).expect(200);
    decide(&staff, own[1], &give_back()).expect(200);

    for limit in [1, 2, 6, 50] {
        whole(&all_pages(&staff, "/v1/notifications", limit), 6);
        whole(&all_pages(&staff, "/v1/submissions", limit), 6);
    }
    assert_eq!(all_pages(&employer, "/v1/notifications", 2), own, "by arrival");
    assert_eq!(all_pages(&other, "/v1/notifications", 2), [theirs]);
    whole(&all_pages(&employer, "/v1/submissions", 2), 5);
    let newest = items(&staff.get("/v1/submissions").expect(200));
    assert_eq!(newest[0]["id"], receipt["id"], "newest first");
    let found = |query: &str| all_pages(&staff, &format!("/v1/notifications?{query}"), 2);
    assert_eq!(found("state=applied"), [own[0]]);
    assert_eq!(found("state=returned"), [own[1]]);
    assert_eq!(found(&format!("state=accepted&employer_id={}", w.employer)), own[2..]);
    assert_eq!(found(&format!("employer_id={}", w.other_employer)), [theirs]);
    assert_eq!(found("kind=qualification_loss"), Vec::<Uuid>::new());
    whole(&found("kind=qualification_acquisition"), 6);
    assert_eq!(
        all_pages(&employer, &format!("/v1/notifications?employer_id={}", w.other_employer), 2),
        Vec::<Uuid>::new()
    );
    assert_eq!(
        all_pages(&employer, &format!("/v1/submissions?employer_id={}", w.other_employer), 2),
        Vec::<Uuid>::new()
    );
    w.client("auditor").get("/v1/members").refused(403, "insufficient-scope");
    w.client("auditor").get("/v1/notifications").refused(403, "insufficient-scope");
}
