//! A preview equals the decision: for every kind of form, what it tells is held against what the decision then changes in the tables, and
//! what it refuses against what the decision refuses.
use crate::{
    corrections::{named, no_acquisition, no_loss, other_birth, other_loss, with},
    filing::{
        CHILD, HACHI, KYU, NANA, Person, accept, acquisition, child, filed, id, loss, reasoned,
        send_decision, slip,
    },
    harness::{
        caller::{Caller, Response},
        document::document,
        world::World,
    },
    remuneration::{
        after_childcare, bonus, childcare, childcare_end, maternity, maternity_change, regular, revision,
    },
    voluntary::{Society, application, wish},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// Subject, field, before, after.
type Line = (String, String, Option<String>, String);
/// What stands recorded: fields by record, yen of each person by month, identities.
#[derive(PartialEq)]
struct Stands {
    fields: BTreeMap<(String, String, String), String>,
    pay: BTreeMap<String, BTreeMap<i32, i64>>,
    identities: BTreeSet<(String, String, String)>,
}
/// Tables of history with the column that names a record, and the columns that are told.
const TABLES: [(&str, &str, &[&str]); 5] = [
    (
        "enrolment",
        "enrolment_id",
        &["acquired_on", "lost_on", "planned_loss_on", "loss_reason", "prepayment_code"],
    ),
    ("dependency", "dependent_id", &["recognised_on", "removed_on"]),
    ("leave_period", "leave_id", &["starts_on", "planned_ends_on", "ended_on", "born_on", "exempt_months"]),
    ("concurrent_office", "office_id", &["from_on", "until_on", "monthly_yen"]),
    ("standard_bonus", "month", &["standard_yen", "no_premium"]),
];
fn text(v: &Value) -> Option<String> {
    match v {
        Value::Null => None,
        Value::String(s) => Some(s.clone()),
        Value::Array(months) => {
            let months: Vec<&str> = months.iter().map(|m| &m.as_str().unwrap()[..7]).collect();
            let (first, last) = (months.iter().min(), months.iter().max());
            Some(first.zip(last).map_or("0".into(), |(f, l)| format!("{f} - {l} ({})", months.len())))
        }
        other => Some(other.to_string()),
    }
}
/// Months since the year 0.
fn number(month: &str) -> i32 {
    month[..4].parse::<i32>().unwrap() * 12 + month[5..7].parse::<i32>().unwrap()
}
fn stands(w: &World) -> Stands {
    let live =
        |table: &str, told: &str| w.rows(&format!("select {told} from {table} where superseded_at is null"));
    let mut all = Stands { fields: BTreeMap::new(), pay: BTreeMap::new(), identities: BTreeSet::new() };
    for (table, record, columns) in TABLES {
        for row in live(table, "*") {
            let subject = match (table, row["enrolment_type"].as_str()) {
                ("enrolment", Some("compulsory")) => "member",
                ("enrolment", _) => "voluntary_continuation",
                ("dependency", _) => "dependent",
                ("leave_period", _) => "leave",
                ("concurrent_office", _) => "office",
                _ => "standard_bonus",
            };
            for column in columns {
                let field = match *column {
                    "prepayment_code" => "prepayment",
                    "born_on" => "child_birth_on",
                    "standard_yen" => "standard_bonus_yen",
                    column => column,
                };
                let key = format!("{}{}", row["person_id"], row[record]);
                if let Some(value) = text(&row[*column]) {
                    all.fields.insert((subject.into(), key, field.into()), value);
                }
            }
        }
    }
    for row in live("no_bonus_report", "*") {
        for field in ["planned_month", "next_planned_month"] {
            let key = format!("{}{}", row["employer_id"], row["planned_month"]);
            if let Some(day) = row[field].as_str() {
                all.fields.insert(("no_bonus_report".into(), key, field.into()), day[..7].to_owned());
            }
        }
    }
    for row in live("standard_remuneration", "person_id, applies_from, applies_until, standard_yen") {
        let until = row["applies_until"].as_str().map_or(number("2040-01"), number);
        let of = all.pay.entry(row["person_id"].as_str().unwrap().to_owned()).or_default();
        for month in number(row["applies_from"].as_str().unwrap())..until {
            of.insert(month, row["standard_yen"].as_i64().unwrap());
        }
    }
    for row in live("person_identity", "person_id, name, name_kana, birth_on, sex") {
        for field in ["name", "name_kana", "birth_on", "sex"] {
            let id = row["person_id"].as_str().unwrap().to_owned();
            all.identities.insert((id, field.into(), text(&row[field]).unwrap()));
        }
    }
    all
}
/// What the decision changed, but for pay and identities.
fn changed(before: &Stands, after: &Stands) -> Vec<Line> {
    let keys: BTreeSet<_> = before.fields.keys().chain(after.fields.keys()).collect();
    let mut all = Vec::new();
    for key in keys {
        let zero = || (key.2 == "standard_bonus_yen").then(|| "0".to_owned());
        let was = before.fields.get(key).cloned().or_else(zero);
        let is = after.fields.get(key).cloned().or_else(zero);
        // a leave that begins or goes is told by its days
        let is_told = key.2 != "child_birth_on" || was.is_some() && is.is_some();
        if was != is && is_told {
            all.push((key.0.clone(), key.2.clone(), was, is.unwrap_or_else(|| "none".into())));
        }
    }
    all.sort();
    all
}
fn lines(told: &Value) -> Vec<Line> {
    let line = |c: &Value| {
        let of = |key: &str| c[key].as_str().map(str::to_owned);
        (of("subject").unwrap(), of("field").unwrap(), of("before"), of("after").unwrap())
    };
    told.as_array().unwrap().iter().map(line).collect()
}
/// First month, yen before, yen after: of the lines of standard remuneration.
fn pay_told(lines: &[Line]) -> Vec<(i32, Option<i64>, Option<i64>)> {
    let of_pay: Vec<&Line> = lines.iter().filter(|l| l.0 == "standard_remuneration").collect();
    let pair = |pair: &[&Line]| {
        assert_eq!((pair[0].1.as_str(), pair[1].1.as_str()), ("standard_yen", "applies_from"));
        (number(&pair[1].3), pair[0].2.as_ref().map(|y| y.parse().unwrap()), pair[0].3.parse().ok())
    };
    of_pay.chunks(2).map(pair).collect()
}
/// What was told is what was done.
#[track_caller]
fn hold(told: &Value, before: &Stands, after: &Stands, about: &str) {
    let lines = lines(told);
    let is_field = |l: &&Line| {
        let is_identity =
            ["name", "name_kana", "birth_on", "sex", "resident_address", "contact"].contains(&l.1.as_str());
        l.0 != "standard_remuneration" && l.1 != "month" && !is_identity
    };
    let mut of_fields: Vec<Line> = lines.iter().filter(is_field).cloned().collect();
    of_fields.sort();
    assert_eq!(of_fields, changed(before, after), "{about}: {told}");
    let pay = pay_told(&lines);
    let people: BTreeSet<&String> = before.pay.keys().chain(after.pay.keys()).collect();
    let others: Vec<&&String> = people.iter().filter(|p| before.pay.get(**p) != after.pay.get(**p)).collect();
    assert!(others.len() <= 1, "{about}: pay of one person changes");
    for month in number("2000-01")..number("2039-12") {
        let Some(person) = others.first() else { break };
        let of = |s: &Stands| s.pay.get(**person).and_then(|months| months.get(&month)).copied();
        if of(before) != of(after) {
            let line = pay.iter().rfind(|l| l.0 <= month);
            assert_eq!(line.map(|l| l.2), Some(of(after)), "{about}, month {month}: {told}");
        }
        if let Some(line) = pay.iter().find(|l| l.0 == month) {
            assert_eq!((line.1, line.2), (of(before), of(after)), "{about}, month {month}: {told}");
        }
    }
    let new: Vec<_> = after.identities.difference(&before.identities).collect();
    let is_told =
        |(_, field, value): &(String, String, String)| lines.iter().any(|l| l.1 == *field && l.3 == *value);
    assert!(new.iter().all(|n| is_told(n)), "{about}: {new:?} in {told}");
}
/// Decides after a preview of the same decision, and holds the one against the other: the consequences, or the refusal.
#[track_caller]
pub fn decide(w: &World, staff: &Caller, n: Uuid, decision: &Value) -> Response {
    let path = format!("/v1/notifications/{n}");
    let seen = staff.get(&path);
    let decision = reasoned(&seen.body, decision);
    let mut asked = decision.clone();
    asked.as_object_mut().unwrap().remove("decision");
    let before = stands(w);
    let ahead = staff.post(format!("{path}/decision-preview")).json(&asked);
    assert!(before == stands(w), "a preview stores nothing");
    let done = send_decision(staff, n, seen.header("etag"), &decision);
    if done.status == 200 {
        let kind = seen.body["kind"].as_str().unwrap_or_default();
        hold(&ahead.clone().expect(200)["consequences"], &before, &stands(w), kind);
    } else {
        assert_eq!((ahead.status, &ahead.body["code"]), (done.status, &done.body["code"]), "{}", ahead.text);
    }
    done
}

/// A society, and the kinds of form that were decided in it.
struct Script {
    s: Society,
    kinds: BTreeSet<String>,
}
impl Script {
    /// The employer asks what filing would do, files; staff looks ahead and decides. All of it tells the same of pay.
    #[track_caller]
    fn accepted(&mut self, form: &Value) -> Value {
        let s = &self.s;
        let dry = s.employer.post("/v1/notifications?validate_only=true").json(&slip(&s.w, form)).expect(200);
        let n = filed(&s.w, &s.employer, form);
        s.w.clock.advance(chrono::Duration::seconds(1));
        let seen = s.clerk.get(format!("/v1/notifications/{n}")).expect(200);
        let asked = reasoned(&seen, &json!({}));
        let ahead = s.clerk.post(format!("/v1/notifications/{n}/decision-preview")).json(&asked).expect(200);
        let of_pay = |told: &Value| -> Vec<Line> {
            lines(told).into_iter().filter(|l| l.0.starts_with("standard_")).collect()
        };
        let kind = form["kind"].as_str().unwrap().to_owned();
        // a correction tells the months of each decision in one line
        if !["acquisition_cancellation", "loss_cancellation", "qualification_date_correction"]
            .contains(&kind.as_str())
        {
            let told = &dry["records"][0]["consequences"];
            assert_eq!(of_pay(told), of_pay(&ahead["consequences"]), "{kind}");
        }
        let done = decide(&s.w, &s.clerk, n, &accept()).expect(200)["outcome"].clone();
        self.kinds.insert(kind);
        done
    }
    /// Keyed for the own office, checked, looked at and accepted.
    #[track_caller]
    fn of_own_office(&mut self, form: &Value, received_on: &str) {
        let s = &self.s;
        let slip = s.slip(form);
        let dry =
            s.clerk.post(format!("/v1/keyed-notifications?received_on={received_on}&validate_only=true"));
        let dry = dry.json(&slip);
        let n = s.keyed(form, received_on);
        s.w.clock.advance(chrono::Duration::seconds(1));
        let ahead =
            s.clerk.post(format!("/v1/notifications/{n}/decision-preview")).json(&json!({})).expect(200);
        let of_pay = |told: &Value| -> Vec<Line> {
            lines(told).into_iter().filter(|l| l.0.starts_with("standard_")).collect()
        };
        if dry.status == 200 {
            let told = &dry.body["records"][0]["consequences"];
            assert_eq!(of_pay(told).last(), of_pay(&ahead["consequences"]).last(), "{form}");
        }
        assert!(!of_pay(&ahead["consequences"]).is_empty(), "{ahead}");
        decide(&s.w, &s.clerk, n, &accept()).expect(200);
        self.kinds.insert(form["kind"].as_str().unwrap().into());
    }
}
const KID: Person =
    Person { kana: "ミホン　ムスメ", name: "見本　娘", birth_on: "2020-05-05", ..CHILD };

#[test]
fn a_preview_equals_the_decision_for_every_kind_of_form() {
    let mut s = Script { s: Society::new(), kinds: BTreeSet::new() };
    let member = id(&s.accepted(&acquisition(NANA, "2025-04-01", None))["member_id"]);
    s.accepted(&child(NANA, KID, "2025-04-01", None));
    s.accepted(&revision(NANA, "up", [400_000; 3]));
    let mut right = with(
        named("remuneration_correction", NANA),
        &[("decision", "occasional_revision"), ("applies_from", "2026-02")],
    );
    let month = |n: u8| json!({ "month": n, "base_days": 30, "cash_yen": 440_000, "total_yen": 440_000 });
    right["months"] = [11, 12, 1].into_iter().map(month).collect();
    s.accepted(&right);
    let mut office = with(
        named("two_office_report", NANA),
        &[("starts_on", "2026-06-10"), ("other_office_name", "架空別会社")],
    );
    office["other_monthly_yen"] = json!(100_000);
    s.accepted(&office);
    s.accepted(&regular(NANA, [300_000; 3]));
    for (on, yen) in [("2026-07-10", 5_500_000), ("2026-10-05", 500_000), ("2026-10-20", 300_000)] {
        s.accepted(&bonus(NANA, on, yen));
    }
    let mut paid = with(named("bonus_correction", NANA), &[("paid_on", "2026-07-10")]);
    (paid["cash_yen"], paid["total_yen"]) = (json!(5_200_000), json!(5_200_000));
    s.accepted(&paid);
    let mut none = json!({ "kind": "no_bonus_report", "planned_month": "2026-04" });
    s.accepted(&none);
    none["next_planned_month"] = json!("2026-09");
    s.accepted(&none);
    // a bonus of a month of which none was reported
    s.accepted(&bonus(NANA, "2026-04-10", 100_000));

    s.accepted(&acquisition(HACHI, "2025-04-01", None));
    s.accepted(&maternity(HACHI));
    let mut born = maternity_change(HACHI, "2026-04-28", false);
    born["actual_birth_on"] = json!("2026-03-03");
    s.accepted(&born);
    s.accepted(&maternity_change(HACHI, "2026-04-28", true));
    s.accepted(&childcare(HACHI, "2026-03-03", "2026-04-29", "2027-03-02"));
    s.accepted(&childcare_end(HACHI, "2026-04-29", "2026-07-31"));
    let child = [
        ("leave", "childcare"),
        ("starts_on", "2026-04-29"),
        ("corrected_child_birth_on", "2026-03-04"),
        ("corrected_ends_on", "2026-07-30"),
    ];
    s.accepted(&with(named("leave_correction", HACHI), &child));
    let child = [
        ("leave", "childcare"),
        ("starts_on", "2026-04-29"),
        ("corrected_child_birth_on", "2026-03-03"),
        ("corrected_ends_on", "2026-07-31"),
    ];
    s.accepted(&with(named("leave_correction", HACHI), &child));
    s.accepted(&after_childcare(HACHI, 200_000));
    s.accepted(&childcare(HACHI, "2026-03-03", "2026-10-01", "2026-10-31"));
    let mut never =
        with(named("leave_correction", HACHI), &[("leave", "childcare"), ("starts_on", "2026-10-01")]);
    never["withdrawn"] = json!(true);
    s.accepted(&never);
    let names = [
        ("changed_name_kana", "カクウ　ハチ"),
        ("changed_name", "架空　八"),
        ("name_reason", "marriage"),
        ("changed_on", "2026-11-01"),
    ];
    s.accepted(&with(named("name_change_report", HACHI), &names));
    let renamed = Person { kana: "カクウ　ハチ", name: "架空　八", ..HACHI };
    let mut moved = with(named("address_change_report", renamed), &[("changed_on", "2026-11-02")]);
    moved["resident_address"] = json!({ "postal_code": "999-0002", "text": "東京都架空区新町２－３" });
    s.accepted(&moved);
    s.accepted(&other_birth(renamed, "1990-08-09"));

    s.accepted(&acquisition(KYU, "2026-04-01", None));
    s.accepted(&loss(KYU, "2026-09-30", "2026-10-01"));
    s.accepted(&other_loss(KYU, "2026-04-01", "2026-10-01", "2026-09-01"));
    s.accepted(&no_loss(KYU, "2026-09-01"));
    s.accepted(&no_acquisition(KYU, "2026-04-01"));

    // a loss within the months of a revision, of bonuses and of another office: all of it is told
    s.accepted(&loss(NANA, "2026-10-09", "2026-10-10"));
    s.accepted(&no_loss(NANA, "2026-10-10"));
    let m = s.s.clerk.get(format!("/v1/members/{member}")).expect(200);
    s.accepted(&loss(NANA, "2026-10-31", "2026-11-01"));
    let card = json!({ "symbol": m["symbol"], "number": m["number"] });
    let mut applied = application(NANA, &card);
    applied["continuing_branches"] = json!(["01"]);
    s.of_own_office(&applied, "2026-11-10");
    let m = s.s.clerk.get(format!("/v1/members/{member}")).expect(200);
    s.of_own_office(&wish(NANA, &json!({ "symbol": m["symbol"], "number": m["number"] })), "2026-11-20");

    let all = document()["components"]["schemas"]["NotificationKind"]["enum"].clone();
    let all: BTreeSet<String> =
        all.as_array().unwrap().iter().map(|k| k.as_str().unwrap().to_owned()).collect();
    assert_eq!(s.kinds, all, "every kind of form");
}
#[test]
fn a_preview_registers_no_number_and_refuses_what_the_decision_refuses() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let n = filed(&w, &employer, &acquisition(NANA, "2026-11-01", Some(7)));
    let before = crate::filing::tables(&w);
    let keys = || std::fs::read(w.folder().join("store/wrapped.sqlite-wal")).unwrap_or_default();
    let kept = keys();
    let path = format!("/v1/notifications/{n}/decision-preview");
    let told = staff.post(&path).json(&json!({})).expect(200)["consequences"].clone();
    assert!(told.to_string().contains("\"260000\""), "{told}");
    assert!((crate::filing::tables(&w), keys()) == (before, kept), "nothing is stored, no key is made");
    crate::filing::decide(&staff, n, &accept()).expect(200);
    staff.post(&path).json(&json!({})).refused(409, "already-decided");
    let again = crate::filing::decide(
        &staff,
        filed(&w, &employer, &acquisition(HACHI, "2026-11-01", None)),
        &accept(),
    );
    let member = id(&again.expect(200)["outcome"]["member_id"]);
    let twice = crate::merges::hired_elsewhere(&w, HACHI, "2026-11-10", None);
    let ahead = |body: &Value| staff.post(format!("/v1/notifications/{twice}/decision-preview")).json(body);
    ahead(&json!({})).refused(409, "person-choice-needed");
    let same = json!({ "persons": [{ "slot": "insured", "choice": "same_person", "person_id": member }] });
    ahead(&same).refused(409, "cover-overlaps");
}
