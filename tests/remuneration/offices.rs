//! 二以上事業所勤務: one cover, one standard remuneration on the sum of the offices, the part of each beside it.
use super::{accepted, bonus, bonuses, held, insured, named, regular, revision, row};
use crate::{
    filing::{
        NANA, accept, acquisition, count, decide, decide_on, filed, fresh_key, id, loss, refused_at,
        same_person, slip, tables,
    },
    harness::{caller::Caller, race::at_once, world::World},
};
use serde_json::{Value, json};
use uuid::Uuid;

/// 二以上事業所勤務届: another office outside the society, from 2026-06-10.
pub(super) fn second(yen: i64) -> Value {
    let mut form = named("two_office_report", NANA);
    form["starts_on"] = json!("2026-06-10");
    form["other_office_name"] = json!("架空別会社");
    form["other_monthly_yen"] = json!(yen);
    form
}
fn ended(on: &str) -> Value {
    let mut form = second(0);
    form.as_object_mut().unwrap().remove("other_monthly_yen");
    form["ceased_on"] = json!(on);
    form
}
pub(super) fn with(mut form: Value, key: &str, value: Value) -> Value {
    form[key] = value;
    form
}
/// Files for the other employer of the society.
#[track_caller]
pub(super) fn filed_there(w: &World, form: &Value) -> Uuid {
    let body = json!({ "employer_id": w.other_employer, "preparer_name": "見本 次郎", "notification": form });
    let receipt =
        w.client("other-employer").post("/v1/notifications").key(&fresh_key()).json(&body).expect(202);
    id(&receipt["results"][0]["notification_id"])
}
pub(super) fn parts(staff: &Caller, member: Uuid, on: &str) -> Vec<i64> {
    let list = staff.get(format!("/v1/members/{member}/standard-remunerations?as_of={on}")).expect(200);
    let offices = list["items"][0]["offices"].as_array().cloned().unwrap_or_default();
    offices.iter().map(|o| o["monthly_yen"].as_i64().unwrap()).collect()
}

#[test]
fn the_sum_of_the_offices_decides_until_one_is_left() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    w.clock.advance(chrono::Duration::minutes(1));
    let known = format!("known_at={}", w.clock.now().format("%Y-%m-%dT%H:%M:%SZ"));
    let path = format!("/v1/members/{member}/concurrent-offices");
    let then = staff.get(format!("{path}?{known}")).text;
    w.clock.advance(chrono::Duration::minutes(1));
    let dry =
        employer.post("/v1/notifications?validate_only=true").json(&slip(&w, &second(100_000))).expect(200);
    assert_eq!(dry["records"][0]["consequences"][0]["after"], "360000");
    let told = accepted(&w, &employer, &staff, &second(100_000));
    assert_eq!((&told["standard_yen"], &told["applies_from"]), (&json!(360_000), &json!("2026-06")));
    let decision = told["decision_id"].as_str().unwrap();
    let explained = staff.get(format!("/v1/standard-remunerations/{decision}/explanation")).expect(200);
    for said in [
        "2か所",
        "350,000円",
        "250,000円",
        "100,000円",
        "按分",
        "360,000円",
        "1番目の事業所は株式会社あおい見本製作所(記号",
        "2番目の事業所は架空別会社です。",
        "二以上事業所勤務者の決定(",
    ] {
        assert!(explained["ja"].as_str().unwrap().contains(said), "{said} in {}", explained["ja"]);
    }
    assert_eq!(parts(&staff, member, "2026-06-30"), [250_000, 100_000]);

    let flagged = with(regular(NANA, [300_000; 3]), "two_or_more_offices", json!(true));
    let told = accepted(&w, &employer, &staff, &flagged);
    assert_eq!(told["standard_yen"], 410_000, "300,000 here and 100,000 there");
    assert_eq!(parts(&staff, member, "2026-09-30"), [300_000, 100_000]);
    let told = accepted(&w, &employer, &staff, &ended("2026-10-01"));
    assert_eq!((&told["standard_yen"], &told["applies_from"]), (&json!(300_000), &json!("2026-10")));
    let all = [
        row("2025-04", Some("2026-06"), 20, 260_000),
        row("2026-06", Some("2026-09"), 25, 360_000),
        row("2026-09", Some("2026-10"), 27, 410_000),
        row("2026-10", None, 22, 300_000),
    ];
    assert_eq!(held(&staff, member, ""), all);
    let list = staff.get(&path).expect(200);
    assert_eq!(list["items"][0]["until_on"], "2026-10-01");
    let none = staff.get(format!("{path}?as_of=2026-10-01")).expect(200);
    assert_eq!(none["items"], json!([]));
    assert_eq!(staff.get(format!("{path}?{known}")).text, then, "what was known then is told byte for byte");
    let left = told["decision_id"].as_str().unwrap();
    let explained = staff.get(format!("/v1/standard-remunerations/{left}/explanation")).expect(200);
    assert!(
        explained["en"].as_str().unwrap().contains(" That office is 株式会社あおい見本製作所 ("),
        "{explained}"
    );
    crate::aloud::said_with(&w, &["share_of_office", "one_office_left"]);
}

#[test]
fn what_was_decided_before_the_report_is_decided_anew_on_the_sum() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &regular(NANA, [300_000; 3]));
    let told = accepted(&w, &employer, &staff, &second(100_000));
    assert_eq!(
        told["decided_anew"],
        json!([{ "applies_from": "2026-09", "before_yen": 300_000, "after_yen": 410_000 }])
    );
    accepted(&w, &employer, &staff, &ended("2026-06-10"));
    let all = [row("2025-04", Some("2026-09"), 20, 260_000), row("2026-09", None, 22, 300_000)];
    assert_eq!(held(&staff, member, ""), all, "an employment without a day was none");
}

#[test]
fn an_acquisition_at_a_second_employer_of_the_society_is_the_second_office() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let plain = filed_there(&w, &acquisition(NANA, "2026-05-01", None));
    decide(&staff, plain, &same_person("insured", member)).refused(409, "cover-overlaps");
    w.client("other-employer").post(format!("/v1/notifications/{plain}/withdrawal")).send(b"").expect(200);
    let form = with(acquisition(NANA, "2026-05-01", None), "two_or_more_offices", json!(true));
    let there = filed_there(&w, &form);
    let told = decide(&staff, there, &same_person("insured", member)).expect(200)["outcome"].clone();
    assert_eq!(
        (&told["standard_yen"], &told["acquired_on"]),
        (&json!(500_000), &json!("2026-05-01")),
        "its own day"
    );
    assert_eq!(
        count(&w, "select count(*) as n from enrolment where superseded_at is null"),
        1,
        "no second cover"
    );
    w.client("other-employer").get(format!("/v1/members/{member}")).expect(200);
    let again = filed_there(&w, &form);
    decide(&staff, again, &same_person("insured", member)).refused(409, "office-known");
    w.client("other-employer").post(format!("/v1/notifications/{again}/withdrawal")).send(b"").expect(200);

    // Both report for September, and each its bonus.
    accepted(&w, &employer, &staff, &regular(NANA, [300_000; 3]));
    let second = filed_there(&w, &with(regular(NANA, [200_000; 3]), "two_or_more_offices", json!(true)));
    let told = decide(&staff, second, &accept()).expect(200)["outcome"].clone();
    assert_eq!(told["standard_yen"], 500_000);
    assert_eq!(parts(&staff, member, "2026-09-01"), [300_000, 200_000]);
    let twice = filed_there(&w, &regular(NANA, [210_000; 3]));
    decide(&staff, twice, &accept()).refused(409, "already-determined");
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-07-10", 400_500));
    let paid = filed_there(&w, &bonus(NANA, "2026-07-10", 300_500));
    decide(&staff, paid, &accept()).expect(200);
    assert_eq!(bonuses(&staff, member, ""), [("2026-07".to_owned(), 701_000)], "added before it is cut");

    // A revision is compared with the pay of its own office.
    let leaving = filed_there(&w, &loss(NANA, "2026-10-31", "2026-11-01"));
    let told = decide(&staff, leaving, &accept()).expect(200)["outcome"].clone();
    assert_eq!((&told["standard_yen"], &told["applies_from"]), (&json!(300_000), &json!("2026-11")));
    assert_eq!(held(&staff, member, "?as_of=2026-11-01"), [row("2026-11", None, 22, 300_000)]);
    assert_eq!(
        count(&w, "select count(*) as n from enrolment where superseded_at is null and lost_on is null"),
        1
    );
}

#[test]
fn a_revision_is_compared_with_the_pay_of_its_own_office() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let early = with(second(500_000), "starts_on", json!("2025-06-10"));
    accepted(&w, &employer, &staff, &early);
    assert_eq!(held(&staff, member, "?as_of=2025-06-01"), [row("2025-06", None, 38, 750_000)]);
    // 250,000 to 290,000 is two grades here, and but one of the sum.
    let told = accepted(&w, &employer, &staff, &revision(NANA, "up", [300_000; 3]));
    assert_eq!(told["standard_yen"], 790_000);
    assert_eq!(parts(&staff, member, "2026-02-01"), [300_000, 500_000]);
}

#[test]
fn other_offices_end_with_the_cover() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &second(100_000));
    accepted(&w, &employer, &staff, &loss(NANA, "2026-08-20", "2026-08-21"));
    let list = staff.get(format!("/v1/members/{member}/concurrent-offices")).expect(200);
    assert_eq!(list["items"][0]["until_on"], "2026-08-21");
    let all = [row("2025-04", Some("2026-06"), 20, 260_000), row("2026-06", Some("2026-09"), 25, 360_000)];
    assert_eq!(held(&staff, member, ""), all);
}

#[test]
fn wrong_reports_of_offices_are_refused_and_store_nothing() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let own = staff.get(format!("/v1/employers/{}", w.employer)).expect(200)["society_number"].clone();
    let numbered = |number: Value| {
        let mut form = second(100_000);
        form.as_object_mut().unwrap().remove("other_office_name");
        with(form, "other_society_number", number)
    };
    let mut nobody = second(100_000);
    nobody.as_object_mut().unwrap().remove("other_office_name");
    let mut unpaid = second(0);
    unpaid.as_object_mut().unwrap().remove("other_monthly_yen");
    let before = tables(&w);
    let refused = [
        (nobody, "E-REQUIRED", "/other_office_name"),
        (unpaid, "E-REQUIRED", "/other_monthly_yen"),
        (with(second(100_000), "other_society_number", own.clone()), "E-MUST-BE-EMPTY", "/other_office_name"),
        (second(-1), "E-LENGTH", "/other_monthly_yen"),
        (second(9_000_000_000_000_000), "E-LENGTH", "/other_monthly_yen"),
        (with(second(1), "starts_on", json!("2026-11-23")), "E-FUTURE-DATE", "/starts_on"),
        (ended("2026-06-09"), "E-DATE-RELATION", "/ceased_on"),
        (with(ended("2026-07-01"), "other_monthly_yen", json!(1)), "E-MUST-BE-EMPTY", "/other_monthly_yen"),
        (
            with(second(1), "other_office_name", json!("123456789012")),
            "E-NUMBER-IN-TEXT",
            "/other_office_name",
        ),
    ];
    refused_at(&w, &employer, &refused);
    assert_eq!(tables(&w)["public.notification"], before["public.notification"]);
    for (form, code) in [
        (numbered(own), "same-office"),
        (numbered(json!("00000000")), "employer-not-found"),
        (with(second(1), "starts_on", json!("2025-03-31")), "before-acquisition"),
        (ended("2026-07-01"), "office-not-found"),
        (with(bonus(NANA, "2026-07-10", 100_000), "two_or_more_offices", json!(true)), "no-second-office"),
        (with(regular(NANA, [300_000; 3]), "two_or_more_offices", json!(true)), "no-second-office"),
    ] {
        let waiting = filed(&w, &employer, &form);
        let told = decide(&staff, waiting, &accept()).refused(409, code);
        let place = if code == "before-acquisition" { json!("/starts_on") } else { Value::Null };
        assert_eq!(told["errors"][0]["pointer"], place, "{told}");
        employer.post(format!("/v1/notifications/{waiting}/withdrawal")).send(b"").expect(200);
    }
    for table in ["public.concurrent_office", "public.standard_remuneration", "public.standard_bonus"] {
        assert_eq!(tables(&w)[table], before[table], "{table}");
    }
    let waiting = filed(&w, &employer, &second(100_000));
    let tag = staff.get(format!("/v1/notifications/{waiting}")).header("etag").to_owned();
    for by in [&employer, &w.client("other-employer"), &w.staff("it"), &w.staff("collection")] {
        let status = decide_on(by, waiting, &tag, &accept()).status;
        assert!([403, 404].contains(&status), "{status}");
    }
    let ask = || decide_on(&staff, waiting, &tag, &accept()).status;
    let mut states = at_once([ask, ask]);
    states.sort_unstable();
    assert!(states[0] == 200 && [409, 412].contains(&states[1]), "{states:?}");
    assert_eq!(count(&w, "select count(*) as n from concurrent_office where superseded_at is null"), 1);
    for by in [&employer, &w.client("other-employer"), &w.staff("it"), &w.staff("officer")] {
        let status = by.get(format!("/v1/members/{member}/concurrent-offices")).status;
        assert!([403, 404].contains(&status), "{status}");
    }
}
