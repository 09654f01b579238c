//! 報酬訂正届: a decision made on wrong amounts is made anew, and those that rest on it follow.
use super::{accepted, held, insured, named, regular, revision, row};
use crate::{
    filing::{
        KYU, NANA, Person, accept, decide, decide_on, filed, fresh_key, loss, refused_at, slip, tables,
    },
    harness::{caller::Caller, race::at_once, world::World},
};
use serde_json::{Value, json};

pub fn of_acquisition(p: Person, yen: i64) -> Value {
    let mut form = named("remuneration_correction", p);
    form["decision"] = json!("acquisition_determination");
    form["applies_from"] = json!("2025-04");
    form["cash_yen"] = json!(yen);
    form["total_yen"] = json!(yen);
    form
}
pub(super) fn of_months(p: Person, decision: &str, from: &str, months: [u8; 3], yen: i64) -> Value {
    let mut form = named("remuneration_correction", p);
    form["decision"] = json!(decision);
    form["applies_from"] = json!(from);
    let month = |n: u8| json!({ "month": n, "base_days": 30, "cash_yen": yen, "total_yen": yen });
    form["months"] = months.into_iter().map(month).collect();
    form
}
fn of_revision(yen: i64) -> Value {
    of_months(NANA, "occasional_revision", "2026-02", [11, 12, 1], yen)
}
pub(super) fn explained(staff: &Caller, decision: &Value) -> Value {
    let decision = decision.as_str().unwrap();
    staff.get(format!("/v1/standard-remunerations/{decision}/explanation")).expect(200)
}
/// 月額変更届 from 2026-07: April to June.
pub(super) fn july(p: Person, yen: i64) -> Value {
    let mut form = revision(p, "up", [yen; 3]);
    form["applies_from"] = json!("2026-07");
    form["pay_change_month"] = json!(4);
    for (n, month) in form["months"].as_array_mut().unwrap().iter_mut().enumerate() {
        month["month"] = json!(4 + n);
    }
    form
}

#[test]
fn a_correction_decides_anew_and_names_both() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let first = accepted(&w, &employer, &staff, &regular(NANA, [320_000; 3]));
    w.clock.advance(chrono::Duration::minutes(1));
    let known = format!("?known_at={}", w.clock.now().format("%Y-%m-%dT%H:%M:%SZ"));
    let path = format!("/v1/members/{member}/standard-remunerations{known}");
    let then = staff.get(&path).text;
    w.clock.advance(chrono::Duration::minutes(1));

    let form = of_months(NANA, "regular_determination", "2026-09", [4, 5, 6], 280_000);
    let dry = employer.post("/v1/notifications?validate_only=true").json(&slip(&w, &form)).expect(200);
    let lines = dry["records"][0]["consequences"].as_array().unwrap();
    assert_eq!(lines[0]["before"], "320000");
    assert_eq!(lines[0]["after"], "280000");
    let told = accepted(&w, &employer, &staff, &form);
    assert_eq!(
        (&told["standard_before_yen"], &told["standard_yen"], &told["applies_from"]),
        (&json!(320_000), &json!(280_000), &json!("2026-09"))
    );
    let all = [row("2025-04", Some("2026-09"), 20, 260_000), row("2026-09", None, 21, 280_000)];
    assert_eq!(held(&staff, member, ""), all);
    let new = explained(&staff, &told["decision_id"]);
    assert_eq!(new["holds"], true);
    for figure in ["320,000円", "第23級", "訂正", "280,000円", "第21級"] {
        assert!(new["ja"].as_str().unwrap().contains(figure), "{figure} in {}", new["ja"]);
    }
    assert_eq!(explained(&staff, &first["decision_id"])["holds"], false);
    assert_eq!(staff.get(&path).text, then, "what was known then is told byte for byte");
}

#[test]
fn what_rests_on_a_correction_follows_or_is_taken_back() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let old = accepted(&w, &employer, &staff, &revision(NANA, "up", [320_000; 3]));
    accepted(&w, &employer, &staff, &regular(NANA, [320_000; 3]));
    let told = accepted(&w, &employer, &staff, &of_acquisition(NANA, 240_000));
    assert_eq!((&told["standard_before_yen"], &told["standard_yen"]), (&json!(260_000), &json!(240_000)));
    assert_eq!(
        told["decided_anew"],
        json!([{ "applies_from": "2026-02", "before_yen": 320_000, "after_yen": 320_000 }]),
        "the revision was compared with what was corrected; the regular determination used nothing of it"
    );
    let revised =
        staff.get(format!("/v1/members/{member}/standard-remunerations?as_of=2026-02-01")).expect(200);
    let anew = explained(&staff, &revised["items"][0]["decision_id"]);
    for figure in ["第19級", "240,000円", "320,000円"] {
        assert!(anew["ja"].as_str().unwrap().contains(figure), "{figure} in {}", anew["ja"]);
    }
    assert_eq!(explained(&staff, &old["decision_id"])["holds"], false);

    // A revision that the law does not make any more is taken back with it.
    let told = accepted(&w, &employer, &staff, &of_acquisition(NANA, 300_000));
    assert_eq!(
        told["decided_anew"],
        json!([{ "applies_from": "2026-02", "before_yen": 320_000, "after_yen": 300_000 }])
    );
    let all = [row("2025-04", Some("2026-09"), 22, 300_000), row("2026-09", None, 23, 320_000)];
    assert_eq!(held(&staff, member, ""), all);
    crate::aloud::said_with(&w, &["corrected", "decided_anew"]);
    assert_eq!(anew["holds"], true, "before");
    assert_eq!(explained(&staff, &revised["items"][0]["decision_id"])["holds"], false);
}

#[test]
fn a_revision_that_the_law_does_not_make_is_taken_back_and_what_it_displaced_comes_back() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &regular(NANA, [280_000; 3]));
    accepted(&w, &employer, &staff, &july(NANA, 320_000));
    assert_eq!(held(&staff, member, "").len(), 2, "the revision displaced the regular determination");
    let told = accepted(
        &w,
        &employer,
        &staff,
        &of_months(NANA, "occasional_revision", "2026-07", [4, 5, 6], 280_000),
    );
    assert!(told.get("decision_id").is_none(), "{told}");
    assert_eq!((&told["standard_before_yen"], &told["standard_yen"]), (&json!(320_000), &json!(260_000)));
    assert_eq!(told["decided_anew"][0]["after_yen"], 280_000);
    let all = [row("2025-04", Some("2026-09"), 20, 260_000), row("2026-09", None, 21, 280_000)];
    assert_eq!(held(&staff, member, ""), all);
}

#[test]
fn a_correction_after_the_loss_stays_within_the_cover() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &revision(NANA, "up", [320_000; 3]));
    accepted(&w, &employer, &staff, &loss(NANA, "2026-08-20", "2026-08-21"));
    let told = accepted(&w, &employer, &staff, &of_revision(300_000));
    assert_eq!(told["lost_on"], "2026-08-21");
    let all = [row("2025-04", Some("2026-02"), 20, 260_000), row("2026-02", Some("2026-09"), 22, 300_000)];
    assert_eq!(held(&staff, member, ""), all);
}

#[test]
fn wrong_corrections_are_refused_with_their_place_and_store_nothing() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &revision(NANA, "up", [320_000; 3]));
    let with = |mut form: Value, at: &str, value: Value| {
        *form.pointer_mut(at).unwrap() = value;
        form
    };
    let before = tables(&w);
    let mut both = of_revision(300_000);
    both["total_yen"] = json!(1);
    let mut sideways = of_acquisition(NANA, 240_000);
    sideways["pay_change_direction"] = json!("up");
    let refused = [
        (with(of_acquisition(NANA, 240_000), "/total_yen", json!(240_001)), "E-SUM", "/total_yen"),
        (of_acquisition(NANA, -1), "E-LENGTH", "/total_yen"),
        (of_acquisition(NANA, 9_000_000_000_000_000), "E-LENGTH", "/total_yen"),
        (with(of_revision(300_000), "/months/0/base_days", json!(0)), "E-DAYS", "/months/0/base_days"),
        (with(of_revision(300_000), "/months/2/month", json!(13)), "E-DATE-RELATION", "/months"),
        (with(of_revision(300_000), "/months/1/cash_yen", json!(-1)), "E-SUM", "/months/1/total_yen"),
        (with(of_revision(300_000), "/applies_from", json!("2026-12")), "E-FUTURE-DATE", "/applies_from"),
        (with(of_revision(300_000), "/months", json!([])), "E-COUNT", "/months"),
        (both, "E-MUST-BE-EMPTY", "/total_yen"),
        (sideways, "E-MUST-BE-EMPTY", "/pay_change_direction"),
        (of_months(NANA, "regular_determination", "2026-08", [4, 5, 6], 300_000), "E-CODE", "/applies_from"),
        (of_acquisition(KYU, 240_000), "E-PERSON-NOT-FOUND", "/office_number"),
    ];
    refused_at(&w, &employer, &refused);
    assert_eq!(tables(&w)["public.notification"], before["public.notification"]);
    for (form, code) in [
        (of_months(NANA, "regular_determination", "2026-09", [4, 5, 6], 300_000), "nothing-to-correct"),
        (with(of_acquisition(NANA, 240_000), "/applies_from", json!("2025-03")), "before-acquisition"),
        (of_revision(320_000), "nothing-changes"),
    ] {
        let waiting = filed(&w, &employer, &form);
        let told = decide(&staff, waiting, &accept()).refused(409, code);
        if code == "before-acquisition" {
            assert_eq!(told["errors"][0]["pointer"], "/applies_from", "{told}");
        }
        employer.post(format!("/v1/notifications/{waiting}/withdrawal")).send(b"").expect(200);
    }
    assert_eq!(tables(&w)["public.standard_remuneration"], before["public.standard_remuneration"]);
    let waiting = filed(&w, &employer, &of_revision(300_000));
    let seen = staff.get(format!("/v1/notifications/{waiting}"));
    for by in [&employer, &w.client("other-employer"), &w.staff("it"), &w.staff("collection")] {
        let status = decide_on(by, waiting, seen.header("etag"), &accept()).status;
        assert!([403, 404].contains(&status), "{status}");
    }
    let again = slip(&w, &of_revision(280_000));
    let refused = employer.post("/v1/notifications").key(&fresh_key()).json(&again);
    assert!(refused.text.contains("E-DUPLICATE-PENDING"), "{}", refused.text);
}

#[test]
fn two_corrections_at_once_follow_one_another() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &revision(NANA, "up", [320_000; 3]));
    let both =
        [filed(&w, &employer, &of_acquisition(NANA, 240_000)), filed(&w, &employer, &of_revision(340_000))];
    let seen = both.map(|n| (n, staff.get(format!("/v1/notifications/{n}")).header("etag").to_owned()));
    let states = at_once(seen.iter().map(|(n, tag)| || decide_on(&staff, *n, tag, &accept()).status));
    assert!(states.iter().all(|s| [200, 409].contains(s)) && states.contains(&200), "{states:?}");
    for (n, status) in both.iter().zip(states) {
        if status == 409 {
            decide(&staff, *n, &accept()).expect(200);
        }
    }
    let all = [row("2025-04", Some("2026-02"), 19, 240_000), row("2026-02", None, 24, 340_000)];
    assert_eq!(held(&staff, member, ""), all);
}
