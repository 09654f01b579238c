//! What an employer's software is told of filing: layouts and their days, the window ahead, branches, limits; and that these hold.
use crate::{
    filing::{CHILD, NANA, accept, acquisition, batch, child, decide, filed, fresh_key},
    harness::{caller::Caller, world::World},
};
use kenpo::kernel::idempotency::KEPT_HOURS;
use serde_json::{Value, json};
use uuid::Uuid;

fn told(by: &Caller, employer: Uuid) -> Value {
    by.get(format!("/v1/capabilities?employer_id={employer}")).expect(200)
}
/// Layout, 届書コード, first day and fields.
fn layouts(told: &Value) -> Vec<(String, String, String, u64)> {
    let text = |v: &Value| v.as_str().unwrap().to_owned();
    let row = |l: &Value| {
        assert!(l["valid_until"].is_null(), "no end is known: {l}");
        let fields = l["field_count"].as_u64().unwrap();
        (text(&l["profile"]), text(&l["form_code"]), text(&l["valid_from"]), fields)
    };
    let mut all: Vec<_> = told["layouts"].as_array().unwrap().iter().map(row).collect();
    all.sort();
    all
}
/// Sets what the employer may file.
fn set(w: &World, has_pension_layout: bool, days: u16) {
    let staff = w.staff("privileged");
    let path = format!("/v1/employers/{}", w.employer);
    let tag = staff.get(&path).header("etag").to_owned();
    let setting = json!({ "valid_from": "2026-11-22",
        "settings": { "accepts_pension_layout": has_pension_layout, "early_filing_days": days } });
    staff.patch(&path).header("if-match", &tag).merge_patch(&setting).expect(200);
}

#[test]
fn layouts_are_told_with_their_days_and_only_those_that_are_taken_from_the_employer() {
    let w = World::new();
    let by = w.client("employer");
    let row = |profile: &str, (code, from, fields): (&str, &str, u64)| {
        (profile.to_owned(), code.to_owned(), from.to_owned(), fields)
    };
    let own = [
        ("2200700", "2024-12-02", 37),
        ("2201700", "2024-12-02", 30),
        ("2221700", "2026-03-01", 52),
        ("2225700", "2026-03-01", 56),
        ("2265700", "2026-03-01", 24),
    ]
    .map(|l| row("KPFD-37A", l));
    let pension = [
        ("2200700", "2026-03-01", 34),
        ("2201700", "2026-03-01", 27),
        ("2202700", "2026-03-01", 139),
        ("2221700", "2026-03-01", 49),
        ("2225700", "2026-03-01", 53),
        ("2265700", "2026-03-01", 21),
    ]
    .map(|l| row("SHFD-16.2", l));
    let now = told(&by, w.employer);
    assert_eq!(layouts(&now), [&own[..], &pension[..]].concat());
    assert_eq!((&now["as_of"], &now["file_encoding"]), (&json!("2026-11-22"), &json!("Shift_JIS")));
    set(&w, false, 0);
    assert_eq!(layouts(&told(&by, w.employer)), own);
    let other = w.client("other-employer");
    assert_eq!(layouts(&told(&other, w.other_employer)), own, "whose setting never allowed it");
    // on the eve of the edition of March the older layouts alone are known
    let eve = World::starting("2026-02-28T03:00:00Z".parse().unwrap());
    assert_eq!(layouts(&told(&eve.client("employer"), eve.employer)), own[..2]);
}
#[test]
fn the_window_ahead_is_the_employers() {
    let w = World::new();
    let by = w.client("employer");
    assert_eq!(told(&by, w.employer)["early_filing_days"], 0);
    set(&w, true, 14);
    assert_eq!(told(&by, w.employer)["early_filing_days"], 14);
}
#[test]
fn the_branches_that_are_told_are_those_that_are_given() {
    let w = World::new();
    let (by, staff) = (w.client("employer"), w.staff("clerk"));
    let now = told(&by, w.employer);
    let hired = decide(&staff, filed(&w, &by, &acquisition(NANA, "2026-11-01", None)), &accept()).expect(200);
    let born = decide(&staff, filed(&w, &by, &child(NANA, CHILD, "2026-11-10", None)), &accept()).expect(200);
    assert_eq!(now["insured_branch"], "00");
    assert_eq!(now["first_dependent_branch"], "01");
    assert_eq!(hired["outcome"]["branch"], now["insured_branch"]);
    assert_eq!(born["outcome"]["dependents"][0]["branch"], now["first_dependent_branch"]);
}
#[test]
fn the_limits_that_are_told_are_those_that_hold() {
    let w = World::new();
    let by = w.client("employer");
    let limits = &told(&by, w.employer)["limits"];
    let known = json!({ "batch_forms": 100, "file_bytes": 4_500_000, "json_bytes": 1 << 20, "idempotency_hours": 72 });
    assert_eq!(limits, &known);
    // the sizes are tried with the bad files and the bad JSON; here the batch and the life of a key
    let most = usize::try_from(limits["batch_forms"].as_u64().unwrap()).unwrap();
    let forms = vec![acquisition(NANA, "2026-11-01", None); most + 1];
    let p = by.post("/v1/notification-batches").key(&fresh_key()).json(&batch(&w, &forms));
    let p = p.refused(422, "invalid");
    assert_eq!(
        (&p["errors"][0]["pointer"], &p["errors"].as_array().unwrap().len()),
        (&json!("/notifications"), &1),
        "{p}"
    );
    let body = crate::filing::slip(&w, &acquisition(NANA, "2026-11-01", None));
    by.post("/v1/notifications").key("kept-for-hours").json(&body).expect(202);
    let lives =
        w.rows("select extract(epoch from expires_at - created_at)::int / 3600 as hours from idempotency");
    assert_eq!(lives, [json!({ "hours": limits["idempotency_hours"] })]);
    assert_eq!(limits["idempotency_hours"], KEPT_HOURS);
}
