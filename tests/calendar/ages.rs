//! Who comes to 40, 65, 70 and 75: the list that notices and certificates are prepared from.
use super::{insured, pass, relative, work};
use crate::harness::{caller::Caller, world::World};
use serde_json::{Value, json};
use uuid::Uuid;

fn items(by: &Caller, event: &str, from: &str, to: &str) -> Vec<Value> {
    let path = format!("/v1/age-events?event={event}&from={from}&to={to}");
    by.get(path).expect(200)["items"].as_array().unwrap().clone()
}
fn people(items: &[Value]) -> Vec<&Value> {
    items.iter().map(|i| &i["person_id"]).collect()
}

#[test]
fn everybody_for_whom_an_age_takes_effect_is_listed() {
    let w = World::new();
    let clerk = w.staff("clerk");
    let forty = insured(&w, "1", "1986-12-02");
    let before = insured(&w, "2", "1986-12-01");
    let seventy = relative(&w, forty, "コヨミ　ハハ", "1956-12-01");
    let later = relative(&w, before, "コヨミ　チチ", "1956-12-02");
    let december = |event: &str| items(&clerk, event, "2026-12-01", "2026-12-31");
    assert_eq!(people(&december("care_begins")), [&json!(forty)], "born on the 1st: a month earlier");
    let found = december("elderly_begins");
    assert_eq!(
        found,
        [
            json!({ "person_id": seventy, "covered_as": "dependent", "member_id": forty, "employer_id": w.employer,
            "name": "暦　家族", "name_kana": "コヨミ　ハハ", "birth_on": "1956-12-01", "event": "elderly_begins",
            "reached_on": "2026-11-30", "effective_on": "2026-12-01" })
        ]
    );
    assert_eq!(people(&items(&clerk, "elderly_begins", "2027-01-01", "2027-01-01")), [&json!(later)]);
    assert_eq!(december("care_ends"), Vec::<Value>::new());
    let entry = w.entries("operation = 'listAgeEvents' and array_length(persons, 1) = 1").pop().unwrap();
    assert_eq!((&entry["persons"], &entry["disclosed"]), (&json!([later]), &json!(["identity"])));
}
#[test]
fn those_who_lost_cover_by_it_stay_on_the_list() {
    let w = World::new();
    let clerk = w.staff("clerk");
    let old = insured(&w, "1", "1951-11-23");
    let gone = insured(&w, "2", "1951-11-24");
    w.run(&format!(
        "with old as (update enrolment set superseded_at = recorded_at where person_id = '{gone}' returning *) \
         insert into enrolment select (jsonb_populate_record(null::enrolment, to_jsonb(old) || jsonb_build_object( \
           'row_id', gen_random_uuid(), 'lost_on', '2025-04-01', 'loss_reason', 'retirement', 'superseded_at', null))).* from old"
    ));
    let ahead = items(&clerk, "transfer", "2026-11-01", "2026-12-31");
    assert_eq!(people(&ahead), [&json!(old)], "who was not covered then does not come to it here");
    work(&w);
    pass(&w, 30);
    work(&w);
    assert_eq!(items(&w.staff("clerk"), "transfer", "2026-11-01", "2026-12-31"), ahead);
}
#[test]
fn pages_of_a_period_are_whole_and_the_question_is_checked() {
    let w = World::new();
    let clerk = w.staff("clerk");
    let mut all: Vec<Uuid> = ["1", "2", "3", "4", "5"].iter().map(|n| insured(&w, n, "1961-12-10")).collect();
    all.push(insured(&w, "6", "1961-12-05"));
    all.sort();
    let question = "/v1/age-events?event=care_ends&from=2026-12-01&to=2027-12-01";
    let (mut at, mut seen, mut births) = (format!("{question}&limit=2"), Vec::new(), Vec::new());
    loop {
        let page = clerk.get(&at).expect(200);
        for item in page["items"].as_array().unwrap() {
            seen.push(crate::filing::id(&item["person_id"]));
            births.push(item["birth_on"].as_str().unwrap().to_owned());
        }
        let Some(next) = page["page"]["next_cursor"].as_str() else { break };
        at = format!("{question}&limit=2&cursor={next}");
    }
    assert!(births.is_sorted(), "by day of birth");
    seen.sort();
    assert_eq!(seen, all, "nobody twice, nobody missing");
    for wrong in [
        "?event=care_ends&from=2026-12-01&to=2026-11-30",
        "?event=care_ends&from=2026-12-01&to=2027-12-02",
        "?event=care_ends&from=2026-12-01",
        "?event=fifty&from=2026-12-01&to=2026-12-31",
        "?event=care_ends&from=0001-01-01&to=0001-01-02&limit=0",
        "?event=care_ends&from=2026-12-01&to=2026-12-31&name=x",
    ] {
        assert_eq!(clerk.get(format!("/v1/age-events{wrong}")).status, 422, "{wrong}");
    }
    for (from, to) in [("0001-01-01", "0001-01-02"), ("9999-12-30", "9999-12-31")] {
        let status = clerk.get(format!("/v1/age-events?event=care_ends&from={from}&to={to}")).status;
        assert!([200, 422].contains(&status), "{from}: {status}");
    }
    for login in ["collection", "review", "officer", "it"] {
        w.staff(login).get(question).refused(403, "forbidden");
    }
    w.staff("benefits").get(question).expect(200);
    w.client("employer").get(question).refused(404, "not-found");
}
