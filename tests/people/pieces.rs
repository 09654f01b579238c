//! Name, address and contact details are recorded each by itself, and never twice for one day.
use super::{
    family,
    names::{ask, overlaps, recorded},
};
use crate::{
    filing::{
        NANA, accept, acquisition, contact_changed, count, decide, filed, fresh_key, id, loss, ruled, run,
        same_person,
    },
    harness::{caller::Caller, race, world::World},
};
use chrono::Duration;
use diesel::{RunQueryDsl, sql_query};
use serde_json::{Value, json};
use uuid::Uuid;

/// Files an acquisition at the other employer and accepts it for a person who is known.
fn rejoins(w: &World, staff: &Caller, person: Uuid, form: &Value) {
    let slip = json!({ "employer_id": w.other_employer, "preparer_name": "見本 次郎", "notification": form });
    let receipt =
        w.client("other-employer").post("/v1/notifications").key(&fresh_key()).json(&slip).expect(202);
    let waiting = id(&receipt["results"][0]["notification_id"]);
    decide(staff, waiting, &same_person("insured", person)).expect(200);
}
#[test]
fn a_late_address_holds_over_the_name_of_a_later_marriage() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (member, ..) = family(&w, &employer, &staff);
    let path = format!("/v1/members/{member}");
    decide(&staff, filed(&w, &employer, &loss(NANA, "2026-11-14", "2026-11-15")), &accept()).expect(200);
    let married = json!({ "name": "架空　七", "name_kana": "カクウ　ナナ", "reason": "marriage", "valid_from": "2026-11-20",
                          "received_on": "2026-11-21" });
    recorded(&w, &staff, &path, member, &married);
    contact_changed(&w, &staff, member, &json!({ "phone": "03-0000-0007" }));
    let mut form = acquisition(NANA, "2026-11-16", None);
    form["resident_address"] =
        json!({ "postal_code": "9990009", "kana": "タメシマチ９", "text": "東京都架空区試町９" });
    rejoins(&w, &staff, member, &form);
    let seen = |day: &str| {
        let m = staff.get(format!("{path}?as_of={day}")).expect(200);
        (m["name"].clone(), m["resident_address"]["postal_code"].clone(), m["phone"].clone())
    };
    let phone = json!("03-0000-0007");
    assert_eq!(seen("2026-11-15"), (json!("見本　七"), json!("9990001"), Value::Null));
    assert_eq!(seen("2026-11-16"), (json!("見本　七"), json!("9990009"), Value::Null));
    assert_eq!(seen("2026-11-20"), (json!("架空　七"), json!("9990009"), Value::Null), "over the name");
    assert_eq!(seen("2026-11-22"), (json!("架空　七"), json!("9990009"), phone));
    let history = staff.get(format!("{path}/history")).expect(200);
    let known: Vec<(&Value, &Value)> = history["identities"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|i| i.get("superseded_at").is_none())
        .map(|i| (&i["valid_from"], &i["change_reason"]))
        .collect();
    let expected = [
        ("2026-11-22", "contact_change"),
        ("2026-11-20", "marriage"),
        ("2026-11-16", "acquisition"),
        ("2026-11-01", "acquisition"),
    ];
    let told: Vec<(&str, &str)> =
        known.iter().map(|k| (k.0.as_str().unwrap(), k.1.as_str().unwrap())).collect();
    assert_eq!(told, expected);
    assert_eq!(overlaps(&w), 0);
}
/// docs/architecture.md: one rule for a reading alone, whoever states it.
#[test]
fn a_reading_stands_for_a_name_of_which_nothing_else_is_known() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let mut form = acquisition(NANA, "2026-11-01", None);
    form.as_object_mut().unwrap().remove("name");
    let hired = filed(&w, &employer, &form);
    let member = id(&decide(&staff, hired, &accept()).expect(200)["outcome"]["member_id"]);
    let path = format!("/v1/members/{member}");
    let after = |change: Value| {
        recorded(&w, &staff, &path, member, &change);
        let m = staff.get(&path).expect(200);
        (m["name"].as_str().unwrap().to_owned(), m["name_kana"].as_str().unwrap().to_owned())
    };
    let is = |name: &str, reading: &str| (name.to_owned(), reading.to_owned());
    let right = json!({ "name_kana": "ミホン　シチ", "reason": "correction" });
    assert_eq!(
        after(right),
        is("ミホン　シチ", "ミホン　シチ"),
        "the new reading stands for the name as the old one did"
    );
    let known = json!({ "name": "見本　七", "reason": "correction" });
    assert_eq!(after(known), is("見本　七", "ミホン　シチ"));
    let misread = json!({ "name_kana": "ミホン　ナナ", "reason": "correction" });
    assert_eq!(after(misread), is("見本　七", "ミホン　ナナ"), "only the reading was wrong");
    let married = json!({ "name_kana": "カクウ　ナナ", "reason": "marriage", "valid_from": "2026-11-10" });
    assert_eq!(after(married), is("カクウ　ナナ", "カクウ　ナナ"), "the old name is not the name any more");
    assert_eq!(staff.get(format!("{path}?as_of=2026-11-09")).expect(200)["name"], "見本　七");
    // the same out of a form: the reading that is recorded says nothing new of the name, another one stands for it
    decide(
        &staff,
        filed(
            &w,
            &employer,
            &loss(crate::filing::Person { kana: "カクウ　ナナ", ..NANA }, "2026-11-14", "2026-11-15"),
        ),
        &accept(),
    )
    .expect(200);
    let mut again = acquisition(NANA, "2026-11-16", None);
    again.as_object_mut().unwrap().remove("name");
    rejoins(&w, &staff, member, &again);
    assert_eq!(staff.get(&path).expect(200)["name"], "ミホン　ナナ");
    assert_eq!(after(json!({ "name": "見本　七", "reason": "correction" })), is("見本　七", "ミホン　ナナ"));
}
#[test]
fn a_correction_of_some_days_touches_the_pieces_of_those_days_alone() {
    let w = World::new();
    let staff = w.staff("clerk");
    let member = w.member("11", "ミホン　ジュウイチ", "見木　十一", "1990-04-15");
    let path = format!("/v1/members/{member}");
    for (name, day) in
        [("見木　十二", "2021-04-01"), ("見木　十三", "2022-04-01"), ("見木　十四", "2023-04-01")]
    {
        w.clock.advance(Duration::seconds(1));
        let change = json!({ "name": name, "reason": "other_change", "valid_from": day });
        recorded(&w, &staff, &path, member, &change);
    }
    let days = ["2020-05-01", "2021-05-01", "2022-05-01", "2022-09-01", "2023-05-01"];
    let now = w.clock.now().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
    let at = |day: &str| staff.get(format!("{path}?as_of={day}&known_at={now}")).text;
    let before = days.map(at);
    let history = staff.get(format!("{path}/history?known_at={now}")).text;
    assert_eq!(staff.get(format!("{path}/history")).text, history);
    w.clock.advance(Duration::seconds(1));
    let right = json!({ "name": "見本　十三", "reason": "correction", "valid_from": "2022-07-01" });
    recorded(&w, &staff, &path, member, &right);
    let touched = "select count(*) as n from person_identity where superseded_at = (select max(superseded_at) from person_identity)";
    assert_eq!(count(&w, touched), 1, "the piece of 2022 alone");
    assert_eq!(
        count(
            &w,
            "select count(*) as n from person_identity where recorded_at = (select max(recorded_at) from person_identity)"
        ),
        2
    );
    let names = days.map(|d| staff.get(format!("{path}?as_of={d}")).expect(200)["name"].clone());
    assert_eq!(
        names.map(|n| n.as_str().unwrap().to_owned()),
        ["見木　十一", "見木　十二", "見木　十三", "見本　十三", "見木　十四"]
    );
    assert_eq!(days.map(at), before, "what was known stays, byte for byte");
    assert_eq!(staff.get(format!("{path}/history?known_at={now}")).text, history);
    assert_eq!(overlaps(&w), 0);
}
/// Fifty at once, by two people, ask on a version that is there and on one that comes: one waits, and of fifty decisions one has its effect.
#[test]
fn of_many_at_once_one_is_asked_for_and_one_is_registered() {
    let w = World::new();
    let member = w.member("11", "ミホン　ジュウイチ", "見本　十一", "1990-04-15");
    let path = format!("/v1/members/{member}");
    let staff = [w.staff("clerk"), w.staff("privileged")];
    let version = || -> usize { staff[0].get(&path).header("etag").trim_matches('"').parse().unwrap() };
    for round in 0..2 {
        let base = version();
        let one = |i: usize| {
            let change = json!({ "name": format!("見本　{round}の{i}"), "reason": "correction" });
            ask(&staff[i % 2], member, &format!("\"{}\"", base + i / 25), &change)
        };
        let told = race::at_once((0..50).map(|i| move || one(i)));
        let asked: Vec<&Value> = told.iter().filter(|r| r.status == 201).map(|r| &r.body).collect();
        assert_eq!(asked.len(), 1, "one waits");
        for r in told.iter().filter(|r| r.status != 201) {
            let code = r.body["code"].as_str().unwrap();
            assert!([(409, "already-exists"), (412, "stale")].contains(&(r.status, code)), "{}", r.text);
        }
        assert_eq!(version(), base, "nothing is registered yet");
        let (staff, asked) = (&staff, asked[0]);
        let told = race::at_once((0..50).map(|i| move || ruled(&staff[i % 2], asked, "approve")));
        assert_eq!(told.iter().filter(|r| r.status == 200).count(), 1);
        for r in told.iter().filter(|r| r.status != 200) {
            let code = r.body["code"].as_str().unwrap();
            assert!(r.status == 409 && ["same-person", "no-open-check"].contains(&code), "{}", r.text);
        }
        assert_eq!(version(), base + 1);
    }
    assert_eq!(count(&w, "select count(*) as n from person_identity"), 3, "one piece each");
    assert_eq!(overlaps(&w), 0);
}
/// The database itself refuses what overlaps, whoever writes it.
#[test]
fn two_of_one_kind_for_one_day_can_not_be_stored() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (member, _, child) = family(&w, &employer, &staff);
    let again = |table: &str, person: Uuid, with: &str| {
        let sql = format!(
            "insert into {table} select (jsonb_populate_record(null::{table}, to_jsonb(t) || \
             jsonb_build_object('row_id', gen_random_uuid(), {with}))).* from {table} t where person_id = '{person}'"
        );
        sql_query(sql).execute(&mut w.owner())
    };
    let ended =
        "'enrolment_id', gen_random_uuid(), 'number', '990', 'lost_on', '2026-11-02', 'loss_reason', 'other'";
    let left = "'dependent_id', gen_random_uuid(), 'branch', '09', 'insured_id', person_id, 'removed_on', '2026-11-12', \
                'removal_reason', 'other'";
    for (table, person, with, constraint) in [
        (
            "person_identity",
            member,
            "'valid_from', '2026-10-01', 'valid_to', '2026-11-02'",
            "person_identity_no_overlap",
        ),
        (
            "person_identity",
            child,
            "'valid_from', '2026-11-01', 'valid_to', '2026-11-11'",
            "person_identity_no_overlap",
        ),
        ("enrolment", member, ended, "enrolment_no_overlap"),
        ("dependency", child, left, "dependency_no_overlap"),
    ] {
        let refused = again(table, person, with).unwrap_err().to_string();
        assert!(refused.contains(constraint), "{table}: {refused}");
    }
    // nor two covers of different kinds, from the one side and from the other
    let both = "insured and a dependent on one day";
    let of = |person: Uuid| format!("'person_id', '{person}'");
    let insured = format!("{}, 'enrolment_id', gen_random_uuid(), 'number', '991'", of(child));
    let dependent =
        format!("{}, 'dependent_id', gen_random_uuid(), 'branch', '09', 'insured_id', '{child}'", of(member));
    for (table, person, with) in [("enrolment", member, insured), ("dependency", child, dependent)] {
        let refused = again(table, person, &with).unwrap_err().to_string();
        assert!(refused.contains(both), "{table}: {refused}");
    }
    // the days before are free, and so are those of what is not known any more
    assert_eq!(
        again("person_identity", member, "'valid_from', '2026-10-01', 'valid_to', '2026-11-01'").unwrap(),
        1
    );
    run(&w, &format!("update enrolment set superseded_at = now() where person_id = '{member}'"));
    assert_eq!(again("enrolment", member, "'superseded_at', null").unwrap(), 1);
}
