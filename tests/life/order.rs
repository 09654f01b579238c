//! The order in which facts come decides nothing: the lists of calculations, the payments of a year, the reports of two offices.
use crate::{
    filing::{Person, accept, acquisition, decide, fresh_key, id, same_person},
    harness::{caller::Caller, chance::Chance, document::document, world::World},
    voluntary::{Society, application},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use uuid::Uuid;

fn paid(first: i32, pays: &[(i64, u8)]) -> Value {
    let month = |n: i32| format!("{}-{:02}", 2025 + (first + n - 1) / 12, (first + n - 1) % 12 + 1);
    let one =
        |(n, (pay, days)): (i32, &(i64, u8))| json!({ "month": month(n), "pay_yen": pay, "base_days": days });
    (0..).zip(pays).map(one).collect()
}
/// A value of law in the place of the program's.
fn set(name: &str, valid_from: &str, value: i64) -> Value {
    json!({ "name": name, "valid_from": valid_from, "value": value, "source": "試算" })
}
/// Facts with lists of several, for every calculation that takes one.
fn facts() -> BTreeMap<&'static str, Value> {
    let three = [(301_000, 20), (299_000, 16), (310_001, 17)];
    let year: Vec<(i64, u8)> = (0..12).map(|n| (250_000 + 10_000 * n, 20)).collect();
    BTreeMap::from([
        (
            "acquisition-determination",
            json!({ "acquired_on": "2026-11-01", "monthly_yen": 100_000,
                "periods": [{ "pay_yen": 50_000, "days": 7 }, { "pay_yen": 30_001, "days": 13 }, { "pay_yen": 9_999, "days": 31 }] }),
        ),
        (
            "regular-determination",
            json!({ "year": 2025, "kind": "full", "months": paid(4, &three), "previous_standard_yen": 320_000, "acquired_on": "2020-04-01" }),
        ),
        (
            "regular-determination-annual",
            json!({ "year": 2026, "kind": "full", "months": paid(7, &year), "is_recurring": true, "has_consent": true }),
        ),
        (
            "occasional-revision",
            json!({ "kind": "full", "fixed_change": "up", "change_month": "2025-04", "months": paid(4, &[(400_000, 20), (410_000, 19), (420_002, 18)]),
                "current_standard_yen": 260_000 }),
        ),
        (
            "occasional-revision-annual",
            json!({ "kind": "full", "fixed_change": "up", "change_month": "2025-04", "months": paid(4, &[(400_000, 20), (410_000, 19), (420_002, 18)]),
                "fixed_pay_total_yen": 840_000, "variable_pay_total_yen": 360_000, "current_standard_yen": 260_000, "is_recurring": true,
                "has_consent": true }),
        ),
        (
            "leave-end-revision",
            json!({ "leave": "childcare", "kind": "full", "ended_on": "2025-03-31", "months": paid(4, &three), "current_standard_yen": 260_000,
                "is_requested": true }),
        ),
        (
            "exemption-months",
            json!({ "kind": "childcare", "leaves": [
                { "starts_on": "2026-01-05", "ends_on": "2026-01-10", "worked_days": 1 }, { "starts_on": "2026-01-20", "ends_on": "2026-01-25" },
                { "starts_on": "2026-02-10", "ends_on": "2026-03-20" }],
                "non_working_days": ["2026-01-11", "2026-01-12", "2026-01-26"] }),
        ),
        (
            "standard-bonus",
            json!({ "month": "2026-06", "amounts_yen": [1_000_999, 300_001, 2_000_500], "cumulative_before_yen": 2_500_000 }),
        ),
        ("two-offices", json!({ "month": "2026-06", "remunerations_yen": [250_000, 100_000, 77_000] })),
        (
            "voluntary-continuation-deadline",
            json!({ "months_before": 2, "lost_on": "2026-11-01", "applied_on": "2026-11-24",
                "closed_days": ["2026-11-24", "2026-11-20", "2026-11-25"] }),
        ),
        (
            "dependent-recognition",
            json!({ "recognised_on": "2026-11-22", "birth_on": "1976-03-01", "kinship": "ascendant", "lives_together": true,
                "residence": "in_japan", "annual_income_yen": 600_000, "insured_income_yen": 5_000_000,
                "documents": ["kinship_proof", "household_proof", "income_proof"],
                "legal_values": [set("income_limit", "2026-10-01", 590_000), set("income_limit", "2026-11-01", 600_001),
                    set("share_divisor", "2026-10-01", 3)] }),
        ),
        (
            "short-time-eligibility",
            json!({ "on": "2026-11-22", "weekly_minutes": 1260, "full_time_weekly_minutes": 2400, "monthly_days": 13,
                "full_time_monthly_days": 20, "employed_from": "2026-11-01", "monthly_wage_yen": 96000, "employer": "by_size", "workers": 45,
                "legal_values": [set("employer_size", "2026-10-01", 50), set("employer_size", "2026-11-01", 40),
                    set("weekly_minutes", "2026-11-01", 1200)] }),
        ),
        (
            "elderly-burden-ratio",
            json!({ "care_on": "2026-12-01", "patient_birth_on": "1955-06-15", "role": "insured", "insured_standard_yen": 300_000,
                "income_yen": 3_900_000,
                "legal_values": [set("active_income_alone", "2026-10-01", 3_850_000), set("active_income_alone", "2026-11-01", 3_900_001),
                    set("active_standard", "2026-11-01", 290_000)] }),
        ),
    ])
}
/// The lists that a calculation takes, as the document tells.
fn lists(path: &str) -> Vec<String> {
    let body = &document()["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"];
    let schema = document().pointer(body["$ref"].as_str().unwrap().trim_start_matches('#')).unwrap();
    let fields = schema["properties"].as_object().unwrap().iter();
    fields
        .filter(|(_, field)| field["type"].to_string().contains("array"))
        .map(|(name, _)| name.clone())
        .collect()
}

#[test]
fn a_calculation_does_not_depend_on_the_order_of_its_lists() {
    let w = World::new();
    let by = w.client("front-end");
    let mut chance = Chance(20_261_128);
    let facts = facts();
    let paths = document()["paths"].as_object().unwrap().keys();
    for path in paths.filter(|path| path.starts_with("/v1/calculations/")) {
        let lists = lists(path);
        if lists.is_empty() {
            continue;
        }
        let rule = path.trim_start_matches("/v1/calculations/");
        let facts = facts.get(rule).unwrap_or_else(|| panic!("{rule} takes a list: say here what is in it"));
        let ask = |facts: &Value| by.post(path.as_str()).json(facts).expect(200)["outcome"].clone();
        let told = ask(facts);
        for _ in 0..6 {
            let mut other = facts.clone();
            for name in &lists {
                let list = other[name.as_str()].as_array_mut().unwrap();
                assert!(list.len() > 1, "{rule}: {name} is no list of several");
                let by = usize::try_from(chance.below(7)).unwrap() % list.len();
                list.rotate_left(by);
                if chance.below(2) == 0 {
                    list.reverse();
                }
            }
            assert_eq!(ask(&other), told, "{rule}: {other}");
        }
    }
}

/// Files and accepts.
#[track_caller]
fn told(w: &World, staff: &Caller, (by, employer): (&Caller, Uuid), form: &Value) -> Value {
    w.clock.advance(chrono::Duration::seconds(1));
    let slip = json!({ "employer_id": employer, "preparer_name": "見本 花子", "notification": form });
    let filed = by.post("/v1/notifications").key(&fresh_key()).json(&slip).expect(202);
    decide(staff, id(&filed["results"][0]["notification_id"]), &accept()).expect(200)["outcome"].clone()
}
const READINGS: [&str; 6] = ["ア", "イ", "ウ", "エ", "オ", "カ"];
const NUMBERS: [&str; 6] = ["31", "32", "33", "34", "35", "36"];
/// The `n`-th person, who is like the others.
fn person(n: usize) -> Person {
    let kana: &'static str = Box::leak(format!("ジュンジョ　{}", READINGS[n]).into_boxed_str());
    Person { office_number: NUMBERS[n], kana, name: "順　某", birth_on: "1985-05-05" }
}
/// The six orders of three.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
fn named(kind: &str, p: Person) -> Value {
    json!({ "kind": kind, "office_number": p.office_number, "name_kana": p.kana, "birth_on": p.birth_on })
}
/// What a list says of every row under these keys.
fn rows(staff: &Caller, path: String, keys: &[&str]) -> Vec<Vec<Value>> {
    let items = staff.get(path).expect(200)["items"].clone();
    let of = |row: &Value| keys.iter().map(|key| row[*key].clone()).collect();
    items.as_array().unwrap().iter().map(of).collect()
}

#[test]
fn the_bonuses_of_a_year_make_the_same_whichever_is_reported_first() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    // two in one month, and more than the cap lets stand
    let paid = [("2026-06-10", 2_000_700), ("2026-06-30", 1_500_500), ("2026-11-20", 4_000_000)];
    let mut all = Vec::new();
    for (n, order) in ORDERS.iter().enumerate() {
        let p = person(n);
        let by = (&employer, w.employer);
        let member = told(&w, &staff, by, &acquisition(p, "2025-04-01", None))["member_id"].clone();
        for at in order {
            let (on, yen) = paid[*at];
            let mut form = named("bonus_report", p);
            form["paid_on"] = json!(on);
            form["cash_yen"] = json!(yen);
            form["total_yen"] = json!(yen - yen % 1_000);
            told(&w, &staff, by, &form);
        }
        let path = format!("/v1/members/{}/standard-bonuses", member.as_str().unwrap());
        all.push(rows(&staff, path, &["month", "reported_yen", "standard_bonus_yen", "trace"]));
    }
    assert_eq!(all[0].iter().map(|month| &month[2]).collect::<Vec<_>>(), [3_501_000, 2_229_000]);
    assert!(all.iter().all(|one| one == &all[0]), "{all:#?}");
}
#[test]
fn the_reports_of_two_offices_make_the_same_whichever_comes_first() {
    let w = World::new();
    let (employer, other, staff) = (w.client("employer"), w.client("other-employer"), w.staff("clerk"));
    let (here, there) = ((&employer, w.employer), (&other, w.other_employer));
    let regular = |p: Person, yen: i64| {
        let mut form = named("regular_report", p);
        let month = |n: u8| json!({ "month": n, "base_days": 30, "cash_yen": yen, "total_yen": yen });
        form["applies_from"] = json!("2026-09");
        form["previous_remuneration_yen"] = json!(260_000);
        form["previous_revised_in"] = json!("2025-04");
        form["months"] = [4, 5, 6].into_iter().map(month).collect();
        (form["grand_total_yen"], form["average_yen"]) = (json!(3 * yen), json!(yen));
        form["two_or_more_offices"] = json!(true);
        form
    };
    let mut all = Vec::new();
    for (n, order) in ORDERS.iter().enumerate() {
        let p = person(n);
        let member = id(&told(&w, &staff, here, &acquisition(p, "2025-04-01", None))["member_id"]);
        let mut second = acquisition(p, "2026-05-01", None);
        second["two_or_more_offices"] = json!(true);
        let slip =
            json!({ "employer_id": w.other_employer, "preparer_name": "見本 次郎", "notification": second });
        let filed = other.post("/v1/notifications").key(&fresh_key()).json(&slip).expect(202);
        let filed = id(&filed["results"][0]["notification_id"]);
        decide(&staff, filed, &same_person("insured", member)).expect(200);
        let mut third = named("two_office_report", p);
        third["starts_on"] = json!("2026-09-10");
        third["other_office_name"] = json!("架空別会社");
        third["other_monthly_yen"] = json!(90_000);
        for at in order {
            match at {
                0 => told(&w, &staff, here, &regular(p, 300_000)),
                1 => told(&w, &staff, there, &regular(p, 200_000)),
                _ => told(&w, &staff, here, &third),
            };
        }
        let path = format!("/v1/members/{member}/standard-remunerations");
        all.push(rows(&staff, path, &["applies_from", "applies_until", "grade", "standard_yen", "offices"]));
    }
    assert_eq!(all[0].last().unwrap()[3], 590_000, "{all:#?}");
    assert!(all.iter().all(|one| one == &all[0]), "{all:#?}");
}
#[test]
fn a_bonus_of_the_month_of_the_loss_bears_no_premium_whether_it_is_reported_before_or_after_the_application()
{
    let s = Society::new();
    let mut marks = Vec::new();
    for (n, is_first) in [true, false].into_iter().enumerate() {
        let p = person(n);
        let (member, card) = s.left(p, "2025-04-01", "2026-11-15", "2026-11-16");
        let mut bonus = named("bonus_report", p);
        bonus["paid_on"] = json!("2026-11-10");
        (bonus["cash_yen"], bonus["total_yen"]) = (json!(300_000), json!(300_000));
        let report = || told(&s.w, &s.clerk, (&s.w.client("employer"), s.w.employer), &bonus);
        if is_first {
            report();
        }
        s.accepted(&application(p, &card), "2026-11-20");
        if !is_first {
            report();
        }
        let path = format!("/v1/members/{member}/standard-bonuses");
        marks.push(rows(&s.clerk, path, &["month", "standard_bonus_yen", "no_premium"]));
    }
    assert_eq!(marks[0], [[json!("2026-11"), json!(300_000), json!("loss_month")]]);
    assert_eq!(marks[1], marks[0]);
}
