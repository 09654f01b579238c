//! What does not become a leave: by the law, by the leaves that are known, by the caller, by another decision at the same time.
use super::{
    accepted, after_childcare, birth_time, childcare, childcare_end, held, insured, leave, leaves, maternity,
    maternity_change, row,
};
use crate::{
    filing::{KYU, NANA, accept, decide, decide_on, filed, fresh_key, loss, slip, tables},
    harness::{race, world::World},
};
use serde_json::{Value, json};

fn with(mut form: Value, key: &str, value: Value) -> Value {
    form[key] = value;
    form
}

#[test]
fn wrong_notices_are_refused_with_their_place() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    let born = "2026-03-03";
    let care = |from: &str, to: &str| childcare(NANA, born, from, to);
    let short = |from: &str, to: &str, worked: u8| birth_time(NANA, born, from, to, worked);
    let before = tables(&w);
    for (form, code, pointer) in [
        (with(maternity(NANA), "starts_on", json!("2026-01-22")), "E-DATE-RELATION", "starts_on"),
        (with(maternity(NANA), "ends_on", json!("2026-05-01")), "E-DATE-RELATION", "ends_on"),
        (with(maternity(NANA), "ends_on", json!("2026-01-22")), "E-DATE-RELATION", "ends_on"),
        (with(maternity(NANA), "actual_birth_on", json!("2026-11-30")), "E-FUTURE-DATE", "actual_birth_on"),
        (with(maternity(NANA), "starts_on", json!("2027-01-23")), "E-FUTURE-DATE", "starts_on"),
        (maternity_change(NANA, "2026-04-28", false), "E-LEAVE-NOT-FOUND", "starts_on"),
        (maternity_change(NANA, "2026-04-28", true), "E-LEAVE-NOT-FOUND", "starts_on"),
        (
            with(maternity_change(NANA, "2026-04-28", true), "actual_birth_on", json!(born)),
            "E-MUST-BE-EMPTY",
            "actual_birth_on",
        ),
        (childcare_end(NANA, "2026-05-01", "2026-04-30"), "E-DATE-RELATION", "ends_on"),
        (childcare_end(NANA, "2026-05-01", "2026-06-30"), "E-LEAVE-NOT-FOUND", "starts_on"),
        (care("2026-03-01", "2026-06-30"), "E-DATE-RELATION", "starts_on"),
        (care("2026-05-01", "2029-03-03"), "E-DATE-RELATION", "ends_on"),
        (care("2026-11-30", "2026-12-30"), "E-FUTURE-DATE", "starts_on"),
        (childcare(NANA, "2024-10-01", "2025-03-31", "2025-06-30"), "E-OUTSIDE-COVER", "starts_on"),
        (
            with(care("2026-05-01", "2026-06-30"), "application", json!("extension")),
            "E-LEAVE-NOT-FOUND",
            "starts_on",
        ),
        (
            with(care("2026-05-01", "2026-06-30"), "child_name_kana", json!("")),
            "E-REQUIRED",
            "child_name_kana",
        ),
        (
            with(care("2026-05-01", "2026-06-30"), "planned_worked_days", json!(1)),
            "E-MUST-BE-EMPTY",
            "planned_worked_days",
        ),
        (short("2026-03-10", "2026-04-07", 0), "E-DATE-RELATION", "ends_on"),
        (short("2026-04-20", "2026-04-29", 0), "E-DATE-RELATION", "ends_on"),
        (short("2026-03-10", "2026-03-12", 4), "E-SUM", "planned_worked_days"),
        (
            with(short("2026-03-10", "2026-03-12", 0), "application", json!("extension")),
            "E-CODE",
            "application",
        ),
        (with(after_childcare(NANA, 235_000), "requested", json!(false)), "E-REQUIRED", "requested"),
        (
            with(after_childcare(NANA, 235_000), "applies_from", json!("2026-10")),
            "E-DATE-RELATION",
            "applies_from",
        ),
        (
            with(after_childcare(NANA, 235_000), "child_birth_on", json!("2023-07-31")),
            "E-DATE-RELATION",
            "ends_on",
        ),
        (with(after_childcare(NANA, 235_000), "average_yen", json!(1)), "E-SUM", "average_yen"),
        (maternity(KYU), "E-PERSON-NOT-FOUND", "name_kana"),
    ] {
        let told = employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &form));
        assert_eq!(told.status, 422, "{form} {}", told.text);
        let at = format!("/notification/{pointer}");
        let errors = told.body["errors"].as_array().unwrap();
        assert!(errors.iter().any(|e| e["code"] == code && e["pointer"] == at), "{code} {at}: {}", told.text);
    }
    let after = tables(&w);
    for table in ["public.notification", "public.leave_period", "public.standard_remuneration"] {
        assert_eq!(after[table], before[table], "{table}");
    }
}

#[test]
fn a_notice_must_fit_the_leaves_that_are_known() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let start = childcare(NANA, "2026-03-03", "2026-05-01", "2026-08-31");
    let key = fresh_key();
    let first = employer.post("/v1/notifications").key(&key).json(&slip(&w, &start)).expect(202);
    let again = employer.post("/v1/notifications").key(&key).json(&slip(&w, &start)).expect(202);
    assert_eq!(first, again, "the same request has one effect");
    let refused = |form: &Value, code: &str| {
        let told = employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, form));
        assert!(told.status == 422 && told.text.contains(code), "{code}: {} {}", told.status, told.text);
    };
    refused(&start, "E-DUPLICATE-PENDING");
    let waiting = crate::filing::id(&first["results"][0]["notification_id"]);
    decide(&staff, waiting, &accept()).expect(200);

    refused(&childcare(NANA, "2026-03-03", "2026-08-31", "2026-09-30"), "E-LEAVE-OVERLAP");
    let longer =
        |to: &str| with(childcare(NANA, "2026-03-03", "2026-05-01", to), "application", json!("extension"));
    refused(&longer("2026-08-31"), "E-DATE-RELATION");
    let younger = with(longer("2026-10-31"), "child_birth_on", json!("2026-03-04"));
    refused(&younger, "E-DATE-RELATION");
    refused(&childcare_end(NANA, "2026-05-01", "2026-09-01"), "E-DATE-RELATION");
    accepted(&w, &employer, &staff, &childcare_end(NANA, "2026-05-01", "2026-07-31"));
    refused(&longer("2026-10-31"), "E-LEAVE-ENDED");
    refused(&childcare_end(NANA, "2026-05-01", "2026-06-30"), "E-LEAVE-ENDED");
    assert_eq!(leaves(&staff, member, ""), [leave("childcare", "2026-05-01", "2026-07-31", 3)]);

    let same = filed(&w, &employer, &after_childcare(NANA, 260_000));
    let told = decide(&staff, same, &accept()).refused(409, "no-revision");
    assert!(told["detail"].as_str().unwrap().contains("260,000円"), "{told}");
    employer.post(format!("/v1/notifications/{same}/withdrawal")).send(b"").expect(200);
    let other = filed(&w, &employer, &with(after_childcare(NANA, 235_000), "leave", json!("maternity")));
    decide(&staff, other, &accept()).refused(409, "leave-not-found");
    assert_eq!(held(&staff, member, ""), [row("2025-04", None, 20, 260_000)]);
}

#[test]
fn birth_time_leaves_of_a_child_have_28_days_in_two_parts() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let part = |from: &str, to: &str| birth_time(NANA, "2026-10-01", from, to, 0);
    let refused = |form: &Value| {
        let told = employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, form));
        assert!(told.status == 422 && told.text.contains("E-DATE-RELATION"), "{} {}", told.status, told.text);
    };
    accepted(&w, &employer, &staff, &part("2026-10-01", "2026-10-14"));
    refused(&part("2026-10-20", "2026-11-03"));
    accepted(&w, &employer, &staff, &part("2026-10-20", "2026-10-22"));
    refused(&part("2026-11-01", "2026-11-02"));
    assert_eq!(leaves(&staff, member, "").len(), 2);
}

#[test]
fn of_two_overlapping_leaves_at_once_one_is_kept() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let forms = [("2026-05-01", "2026-08-31"), ("2026-08-01", "2026-10-31")];
    let waiting = forms.map(|(from, to)| filed(&w, &employer, &childcare(NANA, "2026-03-03", from, to)));
    let tags = waiting.map(|n| staff.get(format!("/v1/notifications/{n}")).header("etag").to_owned());
    let mut told = race::at_once([0, 1].map(|i| {
        let (staff, waiting, tags) = (&staff, &waiting, &tags);
        move || decide_on(staff, waiting[i], &tags[i], &accept())
    }));
    told.sort_by_key(|r| r.status);
    assert_eq!((told[0].status, told[1].status), (200, 409), "{} {}", told[0].text, told[1].text);
    assert!(told[1].text.contains("leave-overlaps"), "{}", told[1].text);
    assert_eq!(leaves(&staff, member, "").len(), 1);
}

#[test]
fn a_leave_against_a_loss_leaves_no_day_after_the_loss() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let waiting = [
        filed(&w, &employer, &childcare(NANA, "2026-03-03", "2026-05-01", "2027-03-02")),
        filed(&w, &employer, &loss(NANA, "2026-10-31", "2026-11-01")),
    ];
    let tags = waiting.map(|n| staff.get(format!("/v1/notifications/{n}")).header("etag").to_owned());
    let told = race::at_once([0, 1].map(|i| {
        let (staff, waiting, tags) = (&staff, &waiting, &tags);
        move || decide_on(staff, waiting[i], &tags[i], &accept())
    }));
    assert_eq!(told[1].status, 200, "{}", told[1].text);
    let kept = leaves(&staff, member, "?as_of=2026-10-31");
    match told[0].status {
        200 => assert_eq!(kept, [leave("childcare", "2026-05-01", "2026-10-31", 6)]),
        status => {
            assert_eq!((status, kept.len()), (409, 0), "{}", told[0].text);
            assert!(told[0].text.contains("person-not-found"), "{}", told[0].text);
        }
    }
}

#[test]
fn employers_and_other_staff_do_not_read_leaves() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let told = accepted(&w, &employer, &staff, &maternity(NANA));
    let id = told["leave_id"].as_str().unwrap();
    for path in [format!("/v1/members/{member}/leaves"), format!("/v1/leaves/{id}/explanation")] {
        for by in [&employer, &w.client("other-employer"), &w.staff("it"), &w.staff("officer")] {
            let status = by.get(&path).status;
            assert!([403, 404].contains(&status), "{path}: {status}");
        }
    }
}
