//! Leaves from the notice over changes to the end: what is exempt, what was known when, and the revision after it.
use super::{
    accepted, after_childcare, birth_time, childcare, childcare_end, held, insured, leave, leaves, maternity,
    maternity_change, row,
};
use crate::{
    filing::{NANA, loss, slip},
    harness::{caller::Caller, world::World},
};
use serde_json::{Value, json};

/// What accepting a form would change, as field, before and after.
fn preview(w: &World, employer: &Caller, form: &Value) -> Vec<(String, Option<String>, String)> {
    let run = employer.post("/v1/notifications?validate_only=true").json(&slip(w, form)).expect(200);
    let text = |v: &Value| v.as_str().map(str::to_owned);
    let line = |c: &Value| (text(&c["field"]).unwrap(), text(&c["before"]), text(&c["after"]).unwrap());
    run["records"][0]["consequences"].as_array().unwrap().iter().map(line).collect()
}
fn line(field: &str, before: Option<&str>, after: &str) -> (String, Option<String>, String) {
    (field.into(), before.map(Into::into), after.into())
}

#[test]
fn from_maternity_leave_to_the_revision_after_childcare_leave() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let told = accepted(&w, &employer, &staff, &maternity(NANA));
    assert_eq!(told["exempt_months"], json!(["2026-01", "2026-02", "2026-03", "2026-04"]));
    assert_eq!(told["exempt_bonus_months"], told["exempt_months"]);
    let known = w.clock.now().format("?known_at=%Y-%m-%dT%H:%M:%SZ").to_string();
    let path = format!("/v1/members/{member}/leaves{known}");
    let then = staff.get(&path).text;
    let why = format!("/v1/leaves/{}/explanation{known}", told["leave_id"].as_str().unwrap());
    let why_then = staff.get(&why).expect(200);

    w.clock.advance(chrono::Duration::minutes(1));
    let mut born = maternity_change(NANA, "2026-04-28", false);
    born["actual_birth_on"] = json!("2026-03-03");
    let lines = preview(&w, &employer, &born);
    assert_eq!(
        lines,
        [
            line("planned_ends_on", Some("2026-04-30"), "2026-04-28"),
            line("exempt_months", Some("2026-01 - 2026-04 (4)"), "2026-01 - 2026-03 (3)")
        ]
    );
    let told = accepted(&w, &employer, &staff, &born);
    assert_eq!(told["exempt_months"], json!(["2026-01", "2026-02", "2026-03"]), "as the preview said");
    assert_eq!(leaves(&staff, member, ""), [leave("maternity", "2026-01-23", "2026-04-28", 3)]);
    assert_eq!(staff.get(&path).text, then, "what was known then is told byte for byte");
    assert_eq!(staff.get(&why).expect(200), why_then, "and explained as it was");
    assert_eq!(why_then["holds"], true);
    let now = staff.get(why.split('?').next().unwrap()).expect(200);
    assert_eq!((&now["leave"]["exempt_months"], &now["holds"]), (&told["exempt_months"], &json!(true)));
    accepted(&w, &employer, &staff, &maternity_change(NANA, "2026-04-28", true));

    accepted(&w, &employer, &staff, &childcare(NANA, "2026-03-03", "2026-04-29", "2027-03-02"));
    let mut longer = childcare(NANA, "2026-03-03", "2026-04-29", "2027-09-02");
    longer["application"] = json!("extension");
    let told = accepted(&w, &employer, &staff, &longer);
    assert_eq!(told["exempt_months"].as_array().unwrap().len(), 17, "April 2026 to August 2027");
    let told = accepted(&w, &employer, &staff, &childcare_end(NANA, "2026-04-29", "2026-07-31"));
    assert_eq!(told["exempt_months"], json!(["2026-04", "2026-05", "2026-06", "2026-07"]));
    let all = [
        leave("maternity", "2026-01-23", "2026-04-28", 3),
        leave("childcare", "2026-04-29", "2026-07-31", 4),
    ];
    assert_eq!(leaves(&staff, member, ""), all);
    assert_eq!(leaves(&staff, member, "?as_of=2026-04-28"), all[..1]);
    assert_eq!(leaves(&staff, member, "?as_of=2026-04-29"), all[1..]);
    assert!(leaves(&staff, member, "?as_of=2026-08-01").is_empty());

    let lines = preview(&w, &employer, &after_childcare(NANA, 235_000));
    assert_eq!(
        lines,
        [line("standard_yen", Some("260000"), "240000"), line("applies_from", None, "2026-11")]
    );
    let told = accepted(&w, &employer, &staff, &after_childcare(NANA, 235_000));
    assert_eq!(told["standard_yen"], 240_000);
    let both = [row("2025-04", Some("2026-11"), 20, 260_000), row("2026-11", None, 19, 240_000)];
    assert_eq!(held(&staff, member, ""), both);
    let decision = told["decision_id"].as_str().unwrap();
    let why = staff.get(format!("/v1/standard-remunerations/{decision}/explanation")).expect(200);
    assert_eq!(why["decision"]["rule"], "childcare_leave_end_revision");
    assert!(why["ja"].as_str().unwrap().contains("235,000円"), "{}", why["ja"]);
}

#[test]
fn birth_time_leaves_of_a_month_are_counted_together() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let told =
        accepted(&w, &employer, &staff, &birth_time(NANA, "2026-10-01", "2026-10-05", "2026-10-18", 1));
    assert_eq!(told["exempt_months"], json!([]), "thirteen days");
    accepted(&w, &employer, &staff, &birth_time(NANA, "2026-10-01", "2026-10-25", "2026-10-27", 0));
    let all = [
        leave("birth_time", "2026-10-05", "2026-10-18", 1),
        leave("birth_time", "2026-10-25", "2026-10-27", 1),
    ];
    assert_eq!(leaves(&staff, member, ""), all, "sixteen days in two leaves");
    let list = staff.get(format!("/v1/members/{member}/leaves")).expect(200);
    let id = list["items"][0]["leave_id"].as_str().unwrap();
    for login in ["clerk", "collection", "benefits", "review"] {
        let why = w.staff(login).get(format!("/v1/leaves/{id}/explanation")).expect(200);
        assert_eq!(why["holds"], true);
        for words in ["2026年10月", "就業日数1日", "13日", "16日", "14日"] {
            assert!(why["ja"].as_str().unwrap().contains(words), "{words} in {}", why["ja"]);
        }
        assert!(why["en"].as_str().unwrap().contains("16 days"), "{}", why["en"]);
    }
    let mut end = childcare_end(NANA, "2026-10-05", "2026-10-06");
    end["actual_worked_days"] = json!(0);
    accepted(&w, &employer, &staff, &end);
    let all = [
        leave("birth_time", "2026-10-05", "2026-10-06", 0),
        leave("birth_time", "2026-10-25", "2026-10-27", 0),
    ];
    assert_eq!(leaves(&staff, member, ""), all, "five days are too few for both");
}

#[test]
fn a_loss_ends_the_leave_that_runs() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &childcare(NANA, "2026-03-03", "2026-05-01", "2027-03-02"));
    accepted(&w, &employer, &staff, &loss(NANA, "2026-10-31", "2026-11-01"));
    assert_eq!(leaves(&staff, member, ""), [leave("childcare", "2026-05-01", "2026-10-31", 6)]);
}
