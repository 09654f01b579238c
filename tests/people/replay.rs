//! `known_at` answers what was answered then, whatever was recorded since; and opens nothing to employers.
use super::{family, names::ask};
use crate::{
    filing::{CHILD, NANA, accept, ask_contact, child_leaves, decide, filed, id, loss, ruled},
    harness::{
        caller::{Caller, Response},
        chance::Chance,
        world::{World, day},
    },
};
use chrono::Duration;
use kenpo::cli::seed;
use serde_json::{Value, json};
use uuid::Uuid;

/// An instant as a query takes it.
fn instant(w: &World) -> String {
    w.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}
fn asked(path: &str, known_at: &str) -> String {
    format!("{path}{}known_at={known_at}", if path.contains('?') { '&' } else { '?' })
}
/// What is answered, without what replay leaves out: whether a number is registered.
fn answered(staff: &Caller, path: &str) -> String {
    let answer = staff.get(path);
    assert_eq!(answer.status, 200, "{path}: {}", answer.text);
    let mut text = answer.text;
    while let Some(from) = text.find(",\"personal_number_state\":{") {
        let to = from + text[from..].find('}').unwrap();
        text.replace_range(from..=to, "");
    }
    text
}
const NAMES: [(&str, &str); 4] = [
    ("見本　一", "ミホン　イチ"),
    ("架空　一", "カクウ　イチ"),
    ("試　一", "タメシ　イチ"),
    ("見木　一", "ミキ　イチ"),
];

/// One change by chance; some say nothing new and are refused.
fn changes(w: &World, staff: &Caller, (member, child): (Uuid, Uuid), chance: &mut Chance) {
    let path = format!("/v1/members/{member}");
    let person = if chance.below(4) == 0 { child } else { member };
    let read =
        |id: Uuid| if id == member { path.clone() } else { format!("/v1/members/{member}/dependents") };
    let tag = |id: Uuid| {
        let seen = staff.get(read(id));
        if id == member {
            return seen.header("etag").to_owned();
        }
        let dependent = seen.expect(200)["items"][0]["id"].as_str().unwrap().to_owned();
        staff.get(format!("/v1/dependents/{dependent}")).header("etag").to_owned()
    };
    let (name, reading) = NAMES[usize::try_from(chance.below(4)).unwrap()];
    let mut change = json!({ "reason": "correction" });
    if chance.below(3) > 0 {
        change["name"] = json!(name);
    }
    if change.get("name").is_none() || chance.below(2) == 0 {
        change["name_kana"] = json!(reading);
    }
    let on = format!("20{}-0{}-11", 21 + chance.below(5), 1 + chance.below(9));
    match chance.below(5) {
        0 => {
            let patch = json!({ "phone": format!("03-0000-{:04}", chance.below(5)) });
            registered(w, &ask_contact(staff, member, &patch));
            return;
        }
        1 => {}
        2 => change["valid_from"] = json!(on),
        _ => {
            change["reason"] = json!("marriage");
            change["valid_from"] = json!(on);
        }
    }
    registered(w, &ask(staff, person, &tag(person), &change));
}
/// What was asked for is approved, unless it says nothing new.
#[track_caller]
fn registered(w: &World, asked: &Response) {
    assert!(asked.status == 201 || asked.body["code"] == "nothing-new", "{}", asked.text);
    if asked.status == 201 {
        ruled(&w.staff("privileged"), &asked.body, "approve").expect(200);
    }
}
#[test]
fn every_earlier_answer_is_given_again_byte_for_byte() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let mut chance = Chance(20_261_122);
    let mut answers: Vec<(String, String)> = Vec::new();
    for n in 0..30 {
        let office = (200 + n).to_string();
        let member = w.member(&office, "ミホン　イチ", "見本　一", "1990-04-15");
        let people = ("見本　子", "ミホン　コドモ", day("2019-01-01"), "child");
        let child =
            seed::dependent(&mut w.owner(), &w.clock, (w.employer, member), people, day("2020-04-01"))
                .unwrap();
        let dependents = format!("/v1/members/{member}/dependents");
        let dependent = id(&staff.get(&dependents).expect(200)["items"][0]["person_id"]);
        assert_eq!(dependent, child);
        let dependency = id(&staff.get(&dependents).expect(200)["items"][0]["id"]);
        let paths = [
            format!("/v1/members/{member}"),
            format!("/v1/members/{member}?as_of=2023-06-11"),
            format!("/v1/members/{member}/history"),
            format!("/v1/members?number=9{office}"),
            dependents,
            format!("/v1/dependents/{dependency}?as_of=2024-02-29"),
            format!("/v1/dependents/{dependency}/history"),
        ];
        for step in 0..3 {
            w.clock.advance(Duration::milliseconds(100));
            if step == 1 && n % 5 == 0 {
                let named = staff.get(&paths[0]).expect(200);
                let mut form = loss(NANA, "2026-11-20", "2026-11-21");
                form["office_number"] = json!(office);
                form["name_kana"] = named["name_kana"].clone();
                form["birth_on"] = named["birth_on"].clone();
                decide(&staff, filed(&w, &employer, &form), &accept()).expect(200);
            } else if step < 2 || n % 5 > 0 {
                changes(&w, &staff, (member, child), &mut chance);
            }
            w.clock.advance(Duration::milliseconds(100));
            let now = instant(&w);
            for path in &paths {
                answers.push((asked(path, &now), answered(&staff, path)));
            }
        }
    }
    for (path, then) in &answers {
        assert_eq!(staff.get(path).text, *then, "{path}");
    }
}
#[test]
fn what_was_known_opens_nothing_to_employers() {
    let w = World::new();
    let (employer, other, staff) = (w.client("employer"), w.client("other-employer"), w.staff("clerk"));
    w.clock.advance(Duration::seconds(1));
    let (member, dependent, _) = family(&w, &employer, &staff);
    w.clock.advance(Duration::seconds(1));
    let then = instant(&w);
    let list = asked("/v1/members", &then);
    let under = asked(&format!("/v1/members/{member}/dependents"), &then);
    let ids = |caller: &Caller, path: &str| -> Vec<Value> {
        let answer = caller.get(path).expect(200);
        answer["items"].as_array().unwrap().iter().map(|i| i["id"].clone()).collect()
    };
    assert_eq!(ids(&employer, &list), [json!(member)]);
    assert_eq!(ids(&employer, &under), [json!(dependent)]);
    let shown = staff.get(&list).expect(200);
    assert!(shown["items"][0].get("personal_number_state").is_none());
    assert!(staff.get(&under).expect(200)["items"][0].get("personal_number_state").is_none());
    let before = asked("/v1/members", "2026-11-22T00:00:00Z");
    assert_eq!(ids(&staff, &before), Vec::<Value>::new(), "nothing was known yet");
    for path in ["history", "dependents"] {
        let unknown = staff.get(asked(&format!("/v1/members/{member}/{path}"), "2026-11-22T00:00:00Z"));
        assert_eq!(unknown.status, 404, "{path}: {}", unknown.text);
    }
    staff
        .get(asked(&format!("/v1/dependents/{dependent}/history"), "2026-11-22T00:00:00Z"))
        .refused(404, "not-found");
    assert_eq!(ids(&other, &list), Vec::<Value>::new());
    other.get(&under).refused(404, "not-found");
    w.clock.advance(Duration::seconds(1));
    decide(&staff, filed(&w, &employer, &child_leaves(NANA, CHILD, "2026-11-20")), &accept()).expect(200);
    assert_eq!(ids(&employer, &under), Vec::<Value>::new(), "the child is no dependent any more");
    let day_of_cover = format!("{under}&as_of=2026-11-19");
    assert_eq!(ids(&employer, &day_of_cover), [json!(dependent)]);
    assert_eq!(ids(&staff, &under), [json!(dependent)]);
    decide(&staff, filed(&w, &employer, &loss(NANA, "2026-11-20", "2026-11-21")), &accept()).expect(200);
    assert_eq!(ids(&employer, &list), Vec::<Value>::new(), "R-202: the right to look ended");
    assert_eq!(ids(&employer, &format!("{list}&state=insured")), Vec::<Value>::new());
    assert_eq!(ids(&employer, &format!("{list}&as_of=2026-11-20")), [json!(member)]);
    assert_eq!(ids(&staff, &list), [json!(member)]);
    for query in [
        format!("employer_id={}", w.employer),
        "name_kana=%E3%83%9F%E3%83%9B%E3%83%B3".into(),
        "symbol=101".into(),
    ] {
        assert_eq!(ids(&staff, &format!("{list}&{query}")), [json!(member)], "{query}");
        assert_eq!(ids(&employer, &format!("{list}&{query}")), Vec::<Value>::new(), "{query}");
    }
    employer.get(&under).refused(404, "not-found");
    // history is not for employers, whatever they ask
    employer.get(asked(&format!("/v1/members/{member}/history"), &then)).refused(404, "not-found");
}
