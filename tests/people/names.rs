//! 氏名変更・氏名訂正: a new name holds for its days, and what was known before stays.
use super::family;
use crate::{
    filing::{
        CHILD, NANA, accept, acquisition, ask_contact, child_leaves, contact_changed, count, decide, filed,
        fresh_key, id, loss, ruled, same_person,
    },
    harness::{
        caller::{Caller, Response},
        world::World,
    },
};
use chrono::Duration;
use serde_json::{Value, json};
use uuid::Uuid;

pub fn ask(staff: &Caller, person: Uuid, tag: &str, change: &Value) -> Response {
    let path = format!("/v1/persons/{person}/name-changes");
    staff.post(path).header("if-match", tag).key(&fresh_key()).json(change)
}
/// Asked for on the version that is read now, and approved by the second person.
#[track_caller]
pub fn recorded(w: &World, staff: &Caller, path: &str, person: Uuid, change: &Value) -> Value {
    let tag = staff.get(path).header("etag").to_owned();
    let asked = ask(staff, person, &tag, change).expect(201);
    ruled(&w.staff("privileged"), &asked, "approve").expect(200)
}
/// Pairs of identities of one person, known now, that are valid on the same day: there is never one.
pub fn overlaps(w: &World) -> i64 {
    count(
        w,
        "select count(*) as n from person_identity a join person_identity b on a.person_id = b.person_id and a.row_id < b.row_id \
         where a.superseded_at is null and b.superseded_at is null \
         and daterange(a.valid_from, a.valid_to) && daterange(b.valid_from, b.valid_to)",
    )
}

#[test]
fn a_change_of_contact_details_that_changes_nothing_is_none() {
    let w = World::new();
    let member = w.member("7", "ミホン　ナナ", "見本　七", "2000-07-07");
    let (staff, path) = (w.staff("clerk"), format!("/v1/members/{member}"));
    let history = || staff.get(format!("{path}/history")).expect(200)["identities"].as_array().unwrap().len();
    let tag = || staff.get(&path).header("etag").to_owned();
    contact_changed(&w, &staff, member, &json!({ "phone": "03-0000-0007" }));
    let (known, version) = (history(), tag());
    for nothing in [json!({ "phone": "03-0000-0007" }), json!({ "contact_address": null })] {
        ask_contact(&staff, member, &nothing).refused(409, "nothing-new");
    }
    let p = ask_contact(&staff, member, &json!({})).refused(422, "invalid");
    assert_eq!(p["errors"][0]["code"], "missing-field");
    assert_eq!((history(), tag()), (known, version.clone()));
    contact_changed(&w, &staff, member, &json!({ "phone": null }));
    assert_ne!((history(), tag()), (known, version));
}
#[test]
fn a_correction_reaches_all_days_of_the_wrong_name_and_none_of_what_was_known() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (member, ..) = family(&w, &employer, &staff);
    let path = format!("/v1/members/{member}");
    w.clock.advance(Duration::minutes(2));
    contact_changed(&w, &staff, member, &json!({ "phone": "03-0000-0007" }));
    w.clock.advance(Duration::minutes(2));
    let right = json!({ "name": "見本　奈々", "reason": "correction" });
    let tag = staff.get(&path).header("etag").to_owned();
    recorded(&w, &staff, &path, member, &right);
    let versions = staff.get(format!("{path}/history")).expect(200)["identities"].clone();
    assert_eq!(versions.as_array().unwrap().len(), 5, "one, its two parts, and both anew: {versions}");
    assert_ne!(tag, staff.get(&path).header("etag"));

    let name = |query: &str| staff.get(format!("{path}{query}")).expect(200)["name"].clone();
    assert_eq!(name(""), "見本　奈々");
    assert_eq!(name("?as_of=2026-11-01"), "見本　奈々", "from the first day of the wrong name on");
    assert_eq!(name("?known_at=2026-11-22T00:03:00Z"), "見本　七", "what was known then");
    assert_eq!(name("?as_of=2026-11-01&known_at=2026-11-22T00:03:00Z"), "見本　七");
    let now = staff.get(&path).expect(200);
    assert_eq!((&now["phone"], &now["name_kana"]), (&json!("03-0000-0007"), &json!("ミホン　ナナ")));
    assert!(staff.get(format!("{path}?as_of=2026-11-21")).expect(200).get("phone").is_none());
    assert_eq!(overlaps(&w), 0);
    assert_eq!(
        count(&w, "select count(*) as n from person_identity where change_reason = 'name_correction'"),
        2
    );
}
#[test]
fn a_reading_is_corrected_and_found_by() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (member, dependent, person) = family(&w, &employer, &staff);
    let right = json!({ "name_kana": "みほん　しち", "reason": "correction" });
    let path = format!("/v1/members/{member}");
    recorded(&w, &staff, &path, member, &right);
    let now = staff.get(&path).expect(200);
    assert_eq!((&now["name"], &now["name_kana"]), (&json!("見本　七"), &json!("ミホン　シチ")));
    let found = |kana: &str| {
        let query = form_urlencoded(kana);
        staff.get(format!("/v1/members?name_kana={query}")).expect(200)["items"].as_array().unwrap().len()
    };
    assert_eq!((found("ミホンシチ"), found("ミホンナナ")), (1, 0));
    let path = format!("/v1/dependents/{dependent}");
    let right = json!({ "name_kana": "ミホン　コトモ", "name": "見本　子友", "reason": "correction", "valid_from": "2026-11-15" });
    recorded(&w, &staff, &path, person, &right);
    let reading = |query: &str| staff.get(format!("{path}{query}")).expect(200)["name_kana"].clone();
    assert_eq!(
        (reading(""), reading("?as_of=2026-11-14")),
        (json!("ミホン　コトモ"), json!("ミホン　コドモ"))
    );
    assert_eq!(overlaps(&w), 0);
}
fn form_urlencoded(text: &str) -> String {
    text.bytes().map(|b| format!("%{b:02X}")).collect()
}
#[test]
fn a_change_holds_from_its_day_on_and_later_names_stay() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (member, ..) = family(&w, &employer, &staff);
    let path = format!("/v1/members/{member}");
    let married = json!({ "name": "架空　七", "name_kana": "カクウ　ナナ", "reason": "marriage", "valid_from": "2026-11-15",
                          "received_on": "2026-11-20" });
    recorded(&w, &staff, &path, member, &married);
    let name = |query: &str| staff.get(format!("{path}{query}")).expect(200)["name"].clone();
    assert_eq!(
        (name("?as_of=2026-11-14"), name("?as_of=2026-11-15")),
        (json!("見本　七"), json!("架空　七"))
    );
    w.clock.advance(Duration::minutes(1));
    let earlier = json!({ "name": "見木　七", "reason": "correction", "valid_from": "2026-11-01" });
    recorded(&w, &staff, &path, member, &earlier);
    assert_eq!(
        (name("?as_of=2026-11-01"), name("?as_of=2026-11-14")),
        (json!("見木　七"), json!("見木　七"))
    );
    assert_eq!(name(""), "架空　七", "the name of the marriage is another one");
    let history = staff.get(format!("{path}/history")).expect(200);
    let newest = &history["identities"][0];
    assert_eq!(
        (&newest["change_reason"], &newest["received_on"], &newest["valid_from"]),
        (&json!("marriage"), &json!("2026-11-20"), &json!("2026-11-15"))
    );
    assert_eq!(overlaps(&w), 0);
}
#[test]
fn what_can_not_be_recorded_is_refused_and_stores_nothing() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (member, ..) = family(&w, &employer, &staff);
    let tag = staff.get(format!("/v1/members/{member}")).header("etag").to_owned();
    for (change, pointer, code) in [
        (json!({ "reason": "correction" }), "/name", "missing-field"),
        (json!({ "reason": "correction", "name": "　" }), "/name", "blank"),
        (json!({ "reason": "correction", "name_kana": "見本　七" }), "/name_kana", "kana"),
        (json!({ "reason": "correction", "name_kana": "ミホンナナ" }), "/name_kana", "kana"),
        (json!({ "reason": "marriage", "name": "架空　七" }), "/valid_from", "missing-field"),
        (
            json!({ "reason": "divorce", "name": "架空　七", "valid_from": "2026-11-23" }),
            "/valid_from",
            "future-date",
        ),
        (
            json!({ "reason": "correction", "name": "架空　七", "received_on": "2026-11-23" }),
            "/received_on",
            "future-date",
        ),
    ] {
        let refused = ask(&staff, member, &tag, &change).refused(422, "invalid");
        let said = &refused["errors"][0];
        assert_eq!((&said["pointer"], &said["code"]), (&json!(pointer), &json!(code)), "{refused}");
    }
    let change =
        |name: &str, from: &str| json!({ "reason": "other_change", "name": name, "valid_from": from });
    ask(&staff, member, &tag, &change("架空　七", "2026-10-31")).refused(409, "no-name-then");
    ask(&staff, member, &tag, &change("見本　七", "2026-11-10")).refused(409, "nothing-new");
    ask(&staff, member, "\"99\"", &change("架空　七", "2026-11-10")).refused(412, "stale");
    ask(&w.staff("benefits"), member, &tag, &change("架空　七", "2026-11-10")).refused(403, "forbidden");
    ask(&staff, Uuid::now_v7(), &tag, &change("架空　七", "2026-11-10")).refused(404, "not-found");
    assert_eq!(count(&w, "select count(*) as n from person_identity"), 2);
    assert_eq!(staff.get(format!("/v1/members/{member}")).header("etag"), tag);
}
#[test]
fn versions_of_a_dependency_show_the_identity_of_their_time() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (_, dependent, person) = family(&w, &employer, &staff);
    let path = format!("/v1/dependents/{dependent}");
    w.clock.advance(Duration::minutes(2));
    let leaves = filed(&w, &employer, &child_leaves(NANA, CHILD, "2026-11-20"));
    id(&decide(&staff, leaves, &accept()).expect(200)["outcome"]["member_id"]);
    w.clock.advance(Duration::minutes(2));
    recorded(&w, &staff, &path, person, &json!({ "name": "見本　小友", "reason": "correction" }));
    let history = staff.get(format!("{path}/history")).expect(200);
    let told: Vec<(&Value, bool)> = history["versions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|v| (&v["name"], v.get("superseded_at").is_some()))
        .collect();
    assert_eq!(told, [(&json!("見本　小友"), false), (&json!("見本　子"), true)]);
    assert!(history["versions"].as_array().unwrap().iter().all(|v| v.get("personal_number_state").is_none()));
    let names: Vec<&Value> = history["identities"].as_array().unwrap().iter().map(|i| &i["name"]).collect();
    assert_eq!(names, ["見本　小友", "見本　子"]);
}

#[test]
fn a_form_that_says_changed_corrects_the_name_it_states_and_no_other() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (_, dependent, _) = family(&w, &employer, &staff);
    let path = format!("/v1/dependents/{dependent}");
    let mut form = child_leaves(NANA, CHILD, "2026-11-20");
    form["change"] = json!("changed");
    let entry = form["others"][0].as_object_mut().unwrap();
    entry.remove("ceased_on");
    entry.remove("removal_reason");
    entry.insert("remarks".into(), json!("氏名訂正"));
    for (stated, shown, versions) in
        [(None, "見本　子", 1), (Some("見本　子"), "見本　子", 1), (Some("見本　小友"), "見本　小友", 2)]
    {
        form["others"][0].as_object_mut().unwrap().remove("name");
        if let Some(name) = stated {
            form["others"][0]["name"] = json!(name);
        }
        decide(&staff, filed(&w, &employer, &form), &accept()).expect(200);
        assert_eq!(staff.get(&path).expect(200)["name"], shown, "{stated:?}");
        let history = staff.get(format!("{path}/history")).expect(200);
        assert_eq!(history["identities"].as_array().unwrap().len(), versions, "{stated:?}");
    }
    assert_eq!(staff.get(format!("{path}?as_of=2026-11-10")).expect(200)["name"], "見本　小友");
}
#[test]
fn a_name_stays_when_contact_details_change_on_its_day() {
    let w = World::new();
    let (employer, other, staff) = (w.client("employer"), w.client("other-employer"), w.staff("clerk"));
    let (member, ..) = family(&w, &employer, &staff);
    let path = format!("/v1/members/{member}");
    decide(&staff, filed(&w, &employer, &loss(NANA, "2026-11-14", "2026-11-15")), &accept()).expect(200);
    let married = json!({ "name": "架空　七", "reason": "marriage", "valid_from": "2026-11-22" });
    recorded(&w, &staff, &path, member, &married);
    contact_changed(&w, &staff, member, &json!({ "phone": "03-0000-0007" }));
    // filed late, in the name of its day
    let slip = json!({ "employer_id": w.other_employer, "preparer_name": "見本 次郎",
                       "notification": acquisition(NANA, "2026-11-16", None) });
    let receipt = other.post("/v1/notifications").key(&fresh_key()).json(&slip).expect(202);
    let waiting = id(&receipt["results"][0]["notification_id"]);
    decide(&staff, waiting, &same_person("insured", member)).expect(200);
    assert_eq!(staff.get(&path).expect(200)["name"], "架空　七");
    assert_eq!(staff.get(format!("{path}?as_of=2026-11-17")).expect(200)["name"], "見本　七");
    assert_eq!(overlaps(&w), 0);
}
