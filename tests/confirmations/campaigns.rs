//! Campaigns: made by 適用, started once, with everybody whom they ask about; how far they are.
use super::{Asked, campaign, confirm, made, relative, start, started, still};
use crate::{
    filing::{fresh_key, id, tables},
    harness::{race, world::World},
};
use serde_json::{Value, json};
use uuid::Uuid;

fn with(change: Value) -> Value {
    let mut body = campaign();
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}
/// The dependencies that a campaign took.
fn taken(w: &World, campaign: Uuid) -> Vec<Uuid> {
    let rows = w.rows(&format!(
        "select c.dependent_id from confirmation c join dependency d using (dependent_id) where campaign_id = '{campaign}' \
         and d.superseded_at is null order by d.branch, d.dependent_id"
    ));
    rows.iter().map(|r| id(&r["dependent_id"])).collect()
}

#[test]
fn a_campaign_takes_those_whom_it_asks_about() {
    let w = World::new();
    let staff = w.staff("clerk");
    let insured = w.member("7", "カクニン　イチ", "確認　一", "1960-07-07");
    let other = seed(&w);
    let at = (w.employer, insured);
    let wife = relative(&w, at, ("カクニン　ツマ", "wife", "1961-11-21"), "2020-04-01").0;
    let young = relative(&w, at, ("カクニン　コ", "child", "2008-11-22"), "2021-04-01").0;
    let late = relative(&w, at, ("カクニン　マゴ", "grandchild", "2026-11-21"), "2026-11-21").0;
    let elsewhere =
        relative(&w, (w.other_employer, other), ("ヨソ　コ", "child", "2015-05-05"), "2020-04-01").0;
    let gone = relative(&w, at, ("カクニン　アネ", "older_sibling", "1955-05-05"), "2020-04-01").0;
    w.run(&format!(
        "with old as (update dependency set superseded_at = now() where dependent_id = '{gone}' returning *) \
         insert into dependency (row_id, dependent_id, person_id, insured_id, employer_id, branch, relationship, recognised_on, \
           recognition_reason, received_on, recorded_at, recorded_by, removed_on, removal_reason) \
         select gen_random_uuid(), dependent_id, person_id, insured_id, employer_id, branch, relationship, recognised_on, \
           recognition_reason, received_on, now(), recorded_by, '2026-11-21', 'other' from old"
    ));
    let mut all = vec![wife, young, elsewhere];
    all.sort();
    let everybody = started(&staff, &campaign());
    let mut found = taken(&w, everybody);
    found.sort();
    assert_eq!(found, all, "covered on the as-of day and still today; {late} came later");
    let cancel = |campaign: Uuid| {
        let path = format!("/v1/confirmation-campaigns/{campaign}/cancellation");
        staff.post(path).json(&json!({ "reason": "別の選び方のため" })).expect(200)
    };
    let second = started(&staff, &campaign());
    assert!(taken(&w, second).is_empty(), "nobody is asked twice for the same day");
    let other_day = started(&staff, &with(json!({ "as_of": "2026-11-19" })));
    assert_eq!(taken(&w, other_day).len(), 3, "for another day they are");
    cancel(everybody);
    for (selection, expected) in [
        (json!({ "employer_ids": [w.other_employer] }), vec![elsewhere]),
        (json!({ "age_from": 65 }), vec![wife]),
        (json!({ "age_from": 11, "age_below": 18 }), vec![young, elsewhere]),
        (json!({ "age_below": 18, "employer_ids": [w.employer] }), vec![young]),
        (json!({ "recognised_before": "2021-04-01", "employer_ids": [w.employer] }), vec![wife]),
        (
            json!({ "recognised_before": "2021-04-02", "age_below": 18, "employer_ids": [w.employer] }),
            vec![young],
        ),
        (json!({ "age_from": 74 }), vec![]),
    ] {
        let mut expected = expected;
        expected.sort();
        let campaign = id(&made(&staff, &with(json!({ "selection": selection }))).expect(201)["id"]);
        let told = start(&staff, campaign).expect(200);
        assert_eq!((&told["state"], &told["selection"]), (&json!("running"), &selection));
        assert_eq!(told["member_count"], expected.len(), "{selection}");
        let mut found = taken(&w, campaign);
        found.sort();
        assert_eq!(found, expected, "{selection}");
        cancel(campaign);
    }
}
fn seed(w: &World) -> Uuid {
    let person = kenpo::cli::seed::Insured {
        office_number: "3",
        name_kana: "ヨソ　ハナコ",
        name: "余所　花子",
        birth_on: crate::harness::world::day("1985-03-03"),
        sex: "female",
        since: crate::harness::world::day("2020-04-01"),
    };
    kenpo::cli::seed::insured(&mut w.owner(), &w.clock, w.other_employer, &person).unwrap()
}

#[test]
fn a_campaign_that_makes_no_sense_is_refused_and_nothing_is_kept() {
    let w = World::new();
    let staff = w.staff("privileged");
    let before = tables(&w);
    let eleven: Vec<String> = (2..=12).map(|d| format!("2026-12-{d:02}")).collect();
    for (change, pointer, code) in [
        (json!({ "due_on": "2026-11-22" }), "/due_on", "E-DATE-RELATION"),
        (json!({ "as_of": "2026-12-21" }), "/as_of", "E-DATE-RELATION"),
        (json!({ "remind_on": ["2026-11-22"] }), "/remind_on", "E-DATE-RELATION"),
        (json!({ "remind_on": ["2026-12-21"] }), "/remind_on", "E-DATE-RELATION"),
        (json!({ "remind_on": eleven }), "/remind_on", "length"),
        (json!({ "name": "" }), "/name", "length"),
        (json!({ "name": "確認 999900000000" }), "/name", "E-NUMBER-IN-TEXT"),
        (json!({ "as_of": "10000-01-01" }), "/as_of", "wrong-type"),
        (json!({ "as_of": "2026-02-30" }), "/as_of", "wrong-type"),
        (json!({ "who": 1 }), "/who", "unknown-field"),
        (json!({ "selection": { "age_from": 20, "age_below": 20 } }), "/selection/age_below", "E-RELATION"),
        (json!({ "selection": { "age_from": -1 } }), "/selection/age_from", "range"),
        (json!({ "selection": { "age_below": 76 } }), "/selection/age_below", "range"),
        (json!({ "selection": { "employer_ids": [] } }), "/selection/employer_ids", "length"),
        (
            json!({ "selection": { "employer_ids": [w.employer, Uuid::now_v7()] } }),
            "/selection/employer_ids",
            "unknown-employer",
        ),
    ] {
        let refused = made(&staff, &with(change.clone())).refused(422, "invalid");
        let found = refused["errors"]
            .as_array()
            .unwrap()
            .iter()
            .any(|e| e["pointer"] == pointer && e["code"] == code);
        assert!(found, "{change}: {refused}");
    }
    assert_eq!(tables(&w), before);
}

#[test]
fn a_campaign_is_made_once_and_started_once() {
    let w = World::new();
    let staff = w.staff("privileged");
    let key = fresh_key();
    let send = |body: &Value| staff.post("/v1/confirmation-campaigns").key(&key).json(body);
    let first = send(&campaign());
    assert_eq!(first.header("location"), format!("/v1/confirmation-campaigns/{}", id(&first.body["id"])));
    let again = send(&campaign());
    assert_eq!((again.status, &again.body), (201, &first.body));
    send(&with(json!({ "name": "別の確認" }))).refused(422, "idempotency-key-reused");
    let campaign_id = id(&first.body["id"]);
    let mut told = race::at_once((0..2).map(|_| || start(&staff, campaign_id).status));
    told.sort_unstable();
    assert_eq!(told, [200, 409]);
    start(&staff, campaign_id).refused(409, "already-started");
    let ahead = id(&made(&staff, &with(json!({ "as_of": "2026-12-01" }))).expect(201)["id"]);
    start(&staff, ahead).refused(409, "as-of-ahead");
    super::pass(&w, 40);
    start(&w.staff("privileged"), ahead).refused(409, "due-day-passed");
    start(&w.staff("privileged"), Uuid::now_v7()).refused(404, "not-found");
}

#[test]
fn a_campaign_starts_before_its_days_of_reminders_and_its_due_day() {
    let w = World::new();
    let make = |change: Value| id(&made(&w.staff("privileged"), &with(change)).expect(201)["id"]);
    let reminds = make(json!({}));
    let due = make(json!({ "due_on": "2026-12-01", "remind_on": [] }));
    let free = make(json!({ "remind_on": [] }));
    super::pass(&w, 9); // 1 December
    let staff = w.staff("privileged");
    start(&staff, reminds).refused(409, "reminder-day-passed");
    start(&staff, due).refused(409, "due-day-passed");
    start(&staff, free).expect(200);
}

#[test]
fn campaigns_are_for_those_who_run_them() {
    let s = Asked::new();
    let path = format!("/v1/confirmation-campaigns/{}", s.campaign);
    for login in ["benefits", "collection", "review", "officer", "it"] {
        let by = s.w.staff(login);
        made(&by, &campaign()).refused(403, "forbidden");
        start(&by, s.campaign).refused(403, "forbidden");
        for at in
            [path.as_str(), &format!("{path}/progress"), "/v1/confirmation-campaigns", "/v1/confirmations"]
        {
            by.get(at).refused(403, "forbidden");
        }
    }
    made(&s.employer, &campaign()).refused(403, "insufficient-scope");
    start(&s.employer, s.campaign).refused(403, "insufficient-scope");
    s.employer.get(&path).refused(404, "not-found");
    s.employer.get("/v1/confirmation-campaigns").refused(404, "not-found");
    s.w.client("auditor").get(&path).refused(403, "insufficient-scope");
    s.w.nobody().get(&path).refused(401, "unauthenticated");
}

#[test]
fn how_far_a_campaign_is_is_counted_by_state_and_by_employer() {
    let s = Asked::new();
    let path = format!("/v1/confirmation-campaigns/{}", s.campaign);
    s.answer(&s.employer, s.wife, &still()).expect(200);
    s.decide(s.wife, &confirm()).expect(200);
    let counts = json!({ "open": 1, "answered": 0, "overdue": 0, "confirmed": 1, "removal_found": 0, "ended": 0, "cancelled": 0 });
    let detail = s.staff.get(&path).expect(200);
    assert_eq!((&detail["counts"], &detail["reminder_count"]), (&counts, &json!(0)));
    assert_eq!(detail["campaign"]["remind_on"], json!(["2026-12-01", "2026-12-15"]), "in order");
    let progress =
        |by: &crate::harness::caller::Caller| by.get(format!("{path}/progress")).expect(200)["items"].clone();
    for by in [&s.staff, &s.employer] {
        let items = progress(by);
        assert_eq!(items.as_array().unwrap().len(), 1);
        assert_eq!((&items[0]["employer_id"], &items[0]["counts"]), (&json!(s.w.employer), &counts));
        assert!(!items[0]["employer_name"].as_str().unwrap().is_empty());
    }
    assert_eq!(progress(&s.w.client("other-employer")), json!([]), "its own alone");
    // the insured person loses cover: what nobody decided is over, what was decided stays
    let loss = crate::filing::loss(
        crate::filing::Person {
            office_number: "7",
            kana: "カクニン　イチ",
            name: "確認　一",
            birth_on: "1985-07-07",
        },
        "2026-11-21",
        "2026-11-22",
    );
    let n = crate::filing::filed(&s.w, &s.employer, &loss);
    crate::filing::decide(&s.staff, n, &crate::filing::accept()).expect(200);
    assert_eq!(s.staff.get(&path).expect(200)["counts"]["ended"], 1);
    let list = |query: &str| s.staff.get(format!("/v1/confirmations?{query}")).expect(200)["items"].clone();
    assert_eq!(list("state=ended")[0]["dependent_id"], json!(s.child.0));
    assert_eq!(list("state=open"), json!([]));
    assert_eq!(
        s.employer.get("/v1/confirmations").expect(200)["items"],
        json!([]),
        "not its people any more"
    );
}

#[test]
fn the_list_is_filtered_and_paged() {
    let s = Asked::new();
    let list = |by: &crate::harness::caller::Caller, query: &str| {
        let items = by.get(format!("/v1/confirmations{query}")).expect(200)["items"].clone();
        items.as_array().unwrap().iter().map(|r| id(&r["dependent_id"])).collect::<Vec<_>>()
    };
    let both = |mut found: Vec<Uuid>| {
        found.sort();
        let mut all = vec![s.wife.0, s.child.0];
        all.sort();
        assert_eq!(found, all);
    };
    both(list(&s.staff, ""));
    both(list(&s.employer, &format!("?campaign_id={}&state=open", s.campaign)));
    both(list(&s.staff, &format!("?member_id={}&employer_id={}", s.insured, s.w.employer)));
    assert_eq!(list(&s.staff, &format!("?employer_id={}", s.w.other_employer)), Vec::<Uuid>::new());
    assert_eq!(
        list(&s.w.client("other-employer"), &format!("?employer_id={}", s.w.employer)),
        Vec::<Uuid>::new()
    );
    assert_eq!(list(&s.staff, &format!("?campaign_id={}", Uuid::now_v7())), Vec::<Uuid>::new());
    s.answer(&s.employer, s.child, &still()).expect(200);
    assert_eq!(list(&s.staff, "?state=answered"), [s.child.0]);
    let first = s.staff.get("/v1/confirmations?limit=1").expect(200);
    let next = first["page"]["next_cursor"].as_str().unwrap().to_owned();
    let second = s.staff.get(format!("/v1/confirmations?limit=1&cursor={next}")).expect(200);
    both([&first, &second].map(|p| id(&p["items"][0]["dependent_id"])).to_vec());
    assert_eq!(second["page"]["has_more"], false);
    s.staff.get(format!("/v1/confirmations?limit=1&state=open&cursor={next}")).refused(422, "invalid");
    for wrong in ["?state=late", "?limit=0", "?limit=501", "?campaign_id=x", "?cursor=x", "?who=1"] {
        assert_eq!(s.staff.get(format!("/v1/confirmations{wrong}")).status, 422, "{wrong}");
    }
}
