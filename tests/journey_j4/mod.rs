//! 算定, 休業, 訂正: a summer of pay as an employer's software reports it, an April corrected in October, and what was believed in July
//! (requirements journey J4, steps 1, 5, 6 as far as decisions go, 7 and 8).
mod dry;

use crate::{
    filing::{HACHI, NANA, accept, decide, id, slip},
    harness::{caller::Response, steps::Steps, world::World},
    remuneration::{bonus, childcare, held, insured, leaves, of_acquisition, regular, row},
};
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

const SYSTEM: &str = "employer system";
const CLERK: &str = "clerk person";

/// The employer files a form, a clerk accepts it; gives what payroll is told.
#[track_caller]
fn filed_and_accepted(s: &Steps<'_>, n: u32, form: &Value) -> Value {
    let (employer, clerk) = (s.w.client("employer"), s.w.staff("clerk"));
    let key = format!("j4-form-{n}");
    let receipt = s.step(("createNotification", 1), SYSTEM, 202, || {
        employer.post("/v1/notifications").key(&key).json(&slip(s.w, form))
    });
    let notification = id(&receipt.body["results"][0]["notification_id"]);
    let told = s.step(("decideNotification", 1), CLERK, 200, || decide(&clerk, notification, &accept()));
    told.body["outcome"].clone()
}
fn read(s: &Steps<'_>, operation: &str, path: &str) -> Response {
    let clerk = s.w.staff("clerk");
    s.step((operation, 1), CLERK, 200, || clerk.get(path))
}

#[test]
fn a_summer_of_pay_and_an_april_corrected_in_october() {
    let w = World::starting("2026-07-01T09:00:00+09:00".parse::<DateTime<Utc>>().unwrap());
    let s = Steps { w: &w };
    let (employer, clerk) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &clerk, NANA);
    let parent = insured(&w, &employer, &clerk, HACHI);
    let standards = |member: Uuid| format!("/v1/members/{member}/standard-remunerations");

    // the July statement is made by what is known on 31 July
    w.clock.advance(Duration::days(30));
    assert_eq!(w.clock.today().to_string(), "2026-07-31");

    // 5: childcare leave over the end of two months: the months are exempt, and so are the bonuses of a leave of more than a month
    let told = filed_and_accepted(&s, 1, &childcare(HACHI, "2026-05-20", "2026-07-16", "2026-08-31"));
    assert_eq!(told["exempt_months"], json!(["2026-07", "2026-08"]));
    assert_eq!(told["exempt_bonus_months"], told["exempt_months"]);
    assert_eq!(leaves(&w.staff("clerk"), parent, "?as_of=2026-07-31").len(), 1);

    filed_and_accepted(&s, 2, &regular(NANA, [320_000, 320_000, 320_001]));
    filed_and_accepted(&s, 3, &bonus(NANA, "2026-07-10", 612_345));
    w.clock.advance(Duration::hours(1));
    let then = w.clock.now().format("%Y-%m-%dT%H:%M:%SZ").to_string();
    let statement = read(&s, "listStandardRemunerations", &format!("{}?as_of=2026-07-31", standards(member)));
    assert_eq!(statement.body["items"][0]["standard_yen"], 260_000);
    let whole = read(&s, "listStandardRemunerations", &standards(member));

    // 6: in October the pay of the acquisition turns out to have been another
    w.clock.advance(Duration::days(75));
    assert_eq!(w.clock.today().to_string(), "2026-10-14");
    let form = of_acquisition(NANA, 240_000);
    let dry = s.step(("createNotification", 1), SYSTEM, 200, || {
        w.client("employer").post("/v1/notifications?validate_only=true").json(&slip(&w, &form))
    });
    let line = &dry.body["records"][0]["consequences"][0];
    assert_eq!(
        (&line["field"], &line["before"], &line["after"]),
        (&json!("standard_yen"), &json!("260000"), &json!("240000"))
    );
    let told = filed_and_accepted(&s, 4, &form);
    assert_eq!((&told["standard_before_yen"], &told["standard_yen"]), (&json!(260_000), &json!(240_000)));
    let now = [row("2025-04", Some("2026-09"), 19, 240_000), row("2026-09", None, 23, 320_000)];
    assert_eq!(held(&w.staff("clerk"), member, ""), now);

    // 7: why, with every input, the table and the rounding
    let decision = told["decision_id"].as_str().unwrap();
    let path = format!("/v1/standard-remunerations/{decision}/explanation");
    let why = read(&s, "explainStandardRemuneration", &path).body;
    for words in ["240,000円", "第19級", "2025年4月"] {
        assert!(why["ja"].as_str().unwrap().contains(words), "{words} in {}", why["ja"]);
    }
    let steps = why["trace"]["steps"].as_array().unwrap();
    assert!(steps.iter().all(|s| s["article"].as_str().unwrap().starts_with("健康保険法")), "{steps:?}");
    assert!(!why["trace"]["rule_version"].as_str().unwrap().is_empty(), "by which version of the rule");
    assert_eq!(why["decision"]["standard_yen"], 240_000);
    assert!(why["en"].as_str().unwrap().contains("240,000 yen"), "{}", why["en"]);

    // 8: what was believed on 31 July is what the July statement said, byte for byte
    let known = format!("known_at={then}");
    let path = format!("{}?as_of=2026-07-31&{known}", standards(member));
    assert_eq!(read(&s, "listStandardRemunerations", &path).text, statement.text);
    let path = format!("{}?{known}", standards(member));
    assert_eq!(read(&s, "listStandardRemunerations", &path).text, whole.text);
    let path = format!("{}?as_of=2026-07-31", standards(member));
    let today = read(&s, "listStandardRemunerations", &path);
    assert_eq!(today.body["items"][0]["standard_yen"], 240_000, "and today's answer for that day is another");
}
