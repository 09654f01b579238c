//! From the acquisition over 月額変更, 算定 and bonuses to the loss: what holds when, what was known when, and why.
use super::{accepted, bonus, bonuses, held, insured, regular, revision, row};
use crate::{
    filing::{NANA, loss},
    harness::world::World,
};
use serde_json::{Value, json};

#[test]
fn from_acquisition_to_loss() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    assert_eq!(held(&staff, member, ""), [row("2025-04", None, 20, 260_000)]);
    let first = format!("?known_at={}", w.clock.now().format("%Y-%m-%dT%H:%M:%SZ"));
    let path = format!("/v1/members/{member}/standard-remunerations{first}");
    let then = staff.get(&path).text;

    w.clock.advance(chrono::Duration::minutes(1));
    let told = accepted(&w, &employer, &staff, &revision(NANA, "up", [300_000, 301_000, 299_000]));
    assert_eq!(
        (&told["grade"], &told["standard_yen"], &told["applies_from"]),
        (&json!(22), &json!(300_000), &json!("2026-02"))
    );
    let told = accepted(&w, &employer, &staff, &regular(NANA, [320_000, 320_000, 320_001]));
    assert_eq!(
        (&told["grade"], &told["standard_yen"], &told["applies_from"]),
        (&json!(23), &json!(320_000), &json!("2026-09"))
    );
    let all = [
        row("2025-04", Some("2026-02"), 20, 260_000),
        row("2026-02", Some("2026-09"), 22, 300_000),
        row("2026-09", None, 23, 320_000),
    ];
    assert_eq!(held(&staff, member, ""), all);
    assert_eq!(held(&staff, member, "?as_of=2026-08-31"), all[1..2]);
    assert_eq!(held(&staff, member, "?as_of=2026-09-01"), all[2..]);
    assert_eq!(staff.get(&path).text, then, "what was known then is told byte for byte");

    let told = accepted(&w, &employer, &staff, &bonus(NANA, "2026-07-10", 612_345));
    assert_eq!(told["standard_bonus_yen"], 612_000);
    let told = accepted(&w, &employer, &staff, &bonus(NANA, "2026-06-30", 5_500_000));
    assert_eq!(told["standard_bonus_yen"], 5_500_000);
    let capped = [("2026-06".to_owned(), 5_500_000), ("2026-07".to_owned(), 230_000)];
    assert_eq!(bonuses(&staff, member, ""), capped, "an earlier bonus leaves less of the year for the later");
    let told = accepted(&w, &employer, &staff, &bonus(NANA, "2026-03-31", 100_000));
    assert_eq!(told["standard_bonus_yen"], 100_000, "another fiscal year");
    assert_eq!(bonuses(&staff, member, "?as_of=2026-04-01"), capped);
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-06-01", 1_999));
    let list = staff.get(format!("/v1/members/{member}/standard-bonuses?as_of=2026-06-01")).expect(200);
    assert_eq!(list["items"][0]["reported_yen"], 5_501_999, "added before it is cut");

    accepted(&w, &employer, &staff, &loss(NANA, "2026-10-31", "2026-11-01"));
    let mut ended = all.clone();
    ended[2].1 = Some("2026-11".into());
    assert_eq!(held(&staff, member, ""), ended);
}

#[test]
fn a_loss_leaves_the_month_of_its_last_day_and_no_bonus_after_it() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    for (paid_on, yen) in [("2026-09-30", 100_000), ("2026-10-05", 200_000), ("2026-11-10", 300_000)] {
        accepted(&w, &employer, &staff, &bonus(NANA, paid_on, yen));
    }
    accepted(&w, &employer, &staff, &loss(NANA, "2026-10-10", "2026-10-11"));
    assert_eq!(held(&staff, member, ""), [row("2025-04", Some("2026-11"), 20, 260_000)]);
    assert_eq!(held(&staff, member, "?as_of=2026-10-05").len(), 1, "a day of cover has its remuneration");
    let stay = [("2026-09".to_owned(), 100_000), ("2026-10".to_owned(), 200_000)];
    assert_eq!(bonuses(&staff, member, ""), stay);
}

#[test]
fn an_explanation_reads_every_figure_aloud_and_a_preview_is_the_decision() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    let told = accepted(&w, &employer, &staff, &regular(NANA, [320_000, 325_000, 329_999]));
    let decision = told["decision_id"].as_str().unwrap();
    for login in ["clerk", "collection", "benefits", "review"] {
        let explained =
            w.staff(login).get(format!("/v1/standard-remunerations/{decision}/explanation")).expect(200);
        assert_eq!(explained["holds"], true);
        assert_eq!(explained["decision"]["standard_yen"], 320_000);
        for figure in [
            "320,000円",
            "325,000円",
            "329,999円",
            "30日",
            "974,999円",
            "324,999円",
            "310,000円",
            "第23級",
            "2027年8月",
        ] {
            assert!(explained["ja"].as_str().unwrap().contains(figure), "{figure} in {}", explained["ja"]);
        }
        assert!(explained["en"].as_str().unwrap().contains("324,999 yen"));
        let steps = explained["trace"]["steps"].as_array().unwrap();
        assert!(steps.iter().all(|s| s["article"].as_str().unwrap().starts_with("健康保険法")), "{steps:?}");
    }
    let month = |n: u8, pay: i64| json!({ "month": format!("2026-{n:02}"), "pay_yen": pay, "base_days": 30 });
    let facts = json!({ "year": 2026, "kind": "full", "previous_standard_yen": 260_000, "acquired_on": "2025-04-01",
        "months": [month(4, 320_000), month(5, 325_000), month(6, 329_999)] });
    let preview = employer.post("/v1/calculations/regular-determination").json(&facts).expect(200);
    let explained = staff.get(format!("/v1/standard-remunerations/{decision}/explanation")).expect(200);
    assert_eq!(preview["trace"], explained["trace"]);
    assert_eq!(preview["outcome"]["standard_yen"], explained["decision"]["standard_yen"]);
}

#[test]
fn a_revision_of_july_to_september_takes_the_place_of_the_regular_one() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let told = accepted(&w, &employer, &staff, &regular(NANA, [262_000; 3]));
    let old = told["decision_id"].as_str().unwrap();
    let known = w.clock.now().format("?known_at=%Y-%m-%dT%H:%M:%SZ");
    let path = format!("/v1/standard-remunerations/{old}/explanation{known}");
    let then = staff.get(&path).expect(200);
    w.clock.advance(chrono::Duration::minutes(1));
    let mut july = revision(NANA, "up", [320_000; 3]);
    july["applies_from"] = json!("2026-07");
    july["pay_change_month"] = json!(4);
    for (n, month) in july["months"].as_array_mut().unwrap().iter_mut().enumerate() {
        month["month"] = json!(4 + n);
    }
    accepted(&w, &employer, &staff, &july);
    let all = [row("2025-04", Some("2026-07"), 20, 260_000), row("2026-07", None, 23, 320_000)];
    assert_eq!(held(&staff, member, ""), all);
    assert_eq!(then["holds"], true);
    assert_eq!(staff.get(&path).expect(200), then, "what was read aloud then is told byte for byte");
    let explained: Value = staff.get(format!("/v1/standard-remunerations/{old}/explanation")).expect(200);
    assert_eq!(explained["holds"], false, "it stays explained, and no longer holds");
    assert!(
        explained["ja"]
            .as_str()
            .unwrap()
            .starts_with("これは、その後の決定又は訂正により、現在は効力がありません。")
    );
    assert!(explained["en"].as_str().unwrap().starts_with("This does not hold any more: "));
}
