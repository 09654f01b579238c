//! 賞与訂正届.
use super::{accepted, bonus, bonuses, insured, named};
use crate::{
    filing::{KYU, NANA, accept, count, decide, decide_on, filed, loss, refused_at, slip, tables},
    harness::{behind::within, race, world::World},
};
use diesel::connection::SimpleConnection;
use serde_json::{Value, json};

fn corrected(on: &str, yen: i64) -> Value {
    let mut form = named("bonus_correction", NANA);
    form["paid_on"] = json!(on);
    form["cash_yen"] = json!(yen);
    form["total_yen"] = json!(yen - yen.rem_euclid(1_000));
    form
}
fn withdrawn(on: &str) -> Value {
    let mut form = named("bonus_correction", NANA);
    form["paid_on"] = json!(on);
    form["withdrawn"] = json!(true);
    form
}
fn of(month: &str, yen: i64) -> (String, i64) {
    (month.into(), yen)
}

#[test]
fn a_corrected_bonus_moves_the_cap_of_the_later_ones() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-06-30", 5_500_000));
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-07-10", 612_345));
    assert_eq!(bonuses(&staff, member, ""), [of("2026-06", 5_500_000), of("2026-07", 230_000)]);
    w.clock.advance(chrono::Duration::minutes(1));
    let known = format!("?known_at={}", w.clock.now().format("%Y-%m-%dT%H:%M:%SZ"));
    let path = format!("/v1/members/{member}/standard-bonuses{known}");
    let then = staff.get(&path).text;
    w.clock.advance(chrono::Duration::minutes(1));

    let form = corrected("2026-06-30", 550_000);
    let dry = employer.post("/v1/notifications?validate_only=true").json(&slip(&w, &form)).expect(200);
    let lines = &dry["records"][0]["consequences"];
    assert_eq!((&lines[0]["before"], &lines[0]["after"]), (&json!("5500000"), &json!("550000")));
    assert_eq!((&lines[2]["before"], &lines[2]["after"]), (&json!("230000"), &json!("612000")));
    let told = accepted(&w, &employer, &staff, &form);
    assert_eq!(
        (&told["standard_bonus_before_yen"], &told["standard_bonus_yen"]),
        (&json!(5_500_000), &json!(550_000))
    );
    let anew = json!([{ "month": "2026-07", "before_yen": 230_000, "after_yen": 612_000 }]);
    assert_eq!(told["bonuses_decided_anew"], anew);
    let list = staff.get(format!("/v1/members/{member}/standard-bonuses")).expect(200);
    let said = list["items"][0]["trace"]["steps"][0]["ja"].as_str().unwrap();
    assert!(said.contains("5,500,000円") && said.contains("550,000円"), "{said}");
    assert_eq!(staff.get(&path).text, then, "what was known then is told byte for byte");

    let mut moved = corrected("2026-07-10", 612_345);
    moved["right_paid_on"] = json!("2026-03-31");
    let told = accepted(&w, &employer, &staff, &moved);
    assert_eq!(told["standard_bonus_yen"], 612_000);
    assert_eq!(bonuses(&staff, member, ""), [of("2026-03", 612_000), of("2026-06", 550_000)]);
    let told = accepted(&w, &employer, &staff, &withdrawn("2026-06-30"));
    assert_eq!(
        (&told["standard_bonus_before_yen"], &told["standard_bonus_yen"]),
        (&json!(550_000), &json!(0))
    );
    assert_eq!(bonuses(&staff, member, ""), [of("2026-03", 612_000)]);
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-06-30", 100_000));
    assert_eq!(
        bonuses(&staff, member, "")[1],
        of("2026-06", 100_000),
        "what was taken back may be reported anew"
    );
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-06-15", 50_000));
    accepted(&w, &employer, &staff, &withdrawn("2026-06-30"));
    assert_eq!(bonuses(&staff, member, "")[1], of("2026-06", 50_000), "the other one of the month stays");
    crate::aloud::said_with(&w, &["bonus_corrected", "bonus_withdrawn"]);
}

#[test]
fn a_corrected_day_within_its_month_is_explained() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-06-30", 500_000));
    let mut moved = corrected("2026-06-30", 500_000);
    moved["right_paid_on"] = json!("2026-06-15");
    accepted(&w, &employer, &staff, &moved);
    let list = staff.get(format!("/v1/members/{member}/standard-bonuses")).expect(200);
    let said = list["items"][0]["trace"]["steps"][0]["ja"].as_str().unwrap();
    assert!(said.contains("2026年6月30日") && said.contains("2026年6月15日"), "{said}");
}

#[test]
fn what_was_reported_before_payments_were_kept_is_taken_over() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-06-30", 500_999));
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-07-10", 600_000));
    let path = format!("/v1/members/{member}/standard-bonuses");
    let before = staff.get(&path).text;
    let migration = include_str!("../../migrations/00000000000028_pay_after_the_fact/up.sql");
    let from = migration.find("insert into bonus_payment").unwrap();
    let until = from + migration[from..].find(';').unwrap();
    w.run(&format!("truncate bonus_payment; {}", &migration[from..until]));
    assert_eq!(staff.get(&path).text, before);
    accepted(&w, &employer, &staff, &corrected("2026-06-30", 400_000));
    assert_eq!(bonuses(&staff, member, ""), [of("2026-06", 400_000), of("2026-07", 600_000)]);
}

#[test]
fn wrong_bonus_corrections_are_refused_and_store_nothing() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-06-30", 500_000));
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-07-10", 500_000));
    accepted(&w, &employer, &staff, &loss(NANA, "2026-10-20", "2026-10-21"));
    let before = tables(&w);
    let with = |mut form: Value, key: &str, value: Value| {
        form[key] = value;
        form
    };
    let mut unknown = corrected("2026-06-30", 100_000);
    unknown["name_kana"] = json!(KYU.kana);
    unknown["birth_on"] = json!(KYU.birth_on);
    let refused = [
        (corrected("2026-06-30", -100_000), "E-SUM", "/total_yen"),
        (corrected("2026-06-30", 9_000_000_000_000_000), "E-SUM", "/total_yen"),
        (with(corrected("2026-06-30", 100_000), "total_yen", json!(99_000)), "E-SUM", "/total_yen"),
        (
            with(corrected("2026-06-30", 100_000), "right_paid_on", json!("2026-12-01")),
            "E-FUTURE-DATE",
            "/right_paid_on",
        ),
        (with(withdrawn("2026-06-30"), "cash_yen", json!(1)), "E-MUST-BE-EMPTY", "/cash_yen"),
        (named_without("2026-06-30"), "E-REQUIRED", "/total_yen"),
        (corrected("2026-10-21", 100_000), "E-AFTER-LOSS", "/paid_on"),
        (unknown, "E-PERSON-NOT-FOUND", "/office_number"),
    ];
    refused_at(&w, &employer, &refused);
    for (form, code) in [
        (corrected("2026-05-30", 100_000), "nothing-to-correct"),
        (
            with(corrected("2026-06-30", 100_000), "right_paid_on", json!("2026-07-10")),
            "bonus-already-reported",
        ),
        (with(corrected("2026-06-30", 100_000), "right_paid_on", json!("2026-10-21")), "after-loss"),
        (with(corrected("2026-06-30", 100_000), "right_paid_on", json!("2025-03-31")), "before-acquisition"),
    ] {
        let waiting = filed(&w, &employer, &form);
        let told = decide(&staff, waiting, &accept()).refused(409, code);
        if ["after-loss", "before-acquisition"].contains(&code) {
            assert_eq!(told["errors"][0]["pointer"], "/right_paid_on", "{told}");
        }
        employer.post(format!("/v1/notifications/{waiting}/withdrawal")).send(b"").expect(200);
    }
    for table in ["public.standard_bonus", "public.bonus_payment"] {
        assert_eq!(tables(&w)[table], before[table], "{table}");
    }
}
fn named_without(on: &str) -> Value {
    let mut form = named("bonus_correction", NANA);
    form["paid_on"] = json!(on);
    form
}

#[test]
fn two_corrections_of_one_bonus_at_once_have_one_effect() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-06-30", 500_000));
    let taken = filed(&w, &employer, &withdrawn("2026-06-30"));
    let tag = staff.get(format!("/v1/notifications/{taken}")).header("etag").to_owned();
    let ask = || decide_on(&staff, taken, &tag, &accept()).status;
    let mut states = race::at_once([ask, ask]);
    states.sort_unstable();
    assert!(states[0] == 200 && [409, 412].contains(&states[1]), "{states:?}");
    assert!(bonuses(&staff, member, "").is_empty());
}

/// Decides two notifications at once: nobody's entry can be written while this is held, so that both are made before either is
/// committed, unless one waits for the other.
fn at_once(w: &World, waiting: [uuid::Uuid; 2]) -> [u16; 2] {
    let staff = w.staff("clerk");
    let asked = waiting.map(|n| (n, staff.get(format!("/v1/notifications/{n}")).header("etag").to_owned()));
    let mut owner = w.owner();
    std::thread::scope(|s| {
        owner.batch_execute("begin; lock table audit_entry in share mode").unwrap();
        let ask = |at: usize| {
            let (staff, (n, tag)) = (&staff, &asked[at]);
            s.spawn(move || decide_on(staff, *n, tag, &accept()).status)
        };
        let both = [ask(0), ask(1)];
        within(9, "both wait", || {
            count(
                w,
                "select count(*) as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'",
            ) == 2
        });
        owner.batch_execute("commit").unwrap();
        both.map(|t| t.join().unwrap())
    })
}
#[test]
fn two_bonuses_at_once_share_the_cap() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let both = [("2026-06-30", 5_500_000), ("2026-07-10", 612_345)];
    let both = both.map(|(on, yen)| filed(&w, &employer, &bonus(NANA, on, yen)));
    assert_eq!(at_once(&w, both), [200, 200]);
    assert_eq!(bonuses(&staff, member, ""), [of("2026-06", 5_500_000), of("2026-07", 230_000)]);
    let both = [corrected("2026-06-30", 5_000_000), bonus(NANA, "2026-08-10", 900_000)];
    let both = both.map(|form| filed(&w, &employer, &form));
    assert_eq!(at_once(&w, both), [200, 200]);
    let all = [of("2026-06", 5_000_000), of("2026-07", 612_000), of("2026-08", 118_000)];
    assert_eq!(bonuses(&staff, member, ""), all);
}
#[test]
fn a_loss_and_a_bonus_at_once_leave_no_bonus_after_the_loss() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let both = [loss(NANA, "2026-08-20", "2026-08-21"), bonus(NANA, "2026-08-25", 500_000)];
    let both = both.map(|form| filed(&w, &employer, &form));
    let states = at_once(&w, both);
    assert!(states == [200, 200] || states == [200, 409], "{states:?}");
    assert!(bonuses(&staff, member, "").is_empty(), "{states:?}");
}
