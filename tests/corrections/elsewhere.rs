//! What is recorded elsewhere is not the employer's to learn: neither from a dry run nor from what it is told afterwards.
use super::{CHILD_OF_OTHER, OLD_CHILD, Office, no_acquisition, no_loss};
use crate::filing::{
    HACHI, KYU, NANA, Person, accept, child, decide, filed, fresh_key, id, loss, same_person,
};
use serde_json::{Value, json};

fn slip_there(o: &Office, form: &Value) -> Value {
    json!({ "employer_id": o.w.other_employer, "preparer_name": "見本 花子", "notification": form })
}

#[test]
fn what_held_at_the_former_employer_is_told_to_staff_only() {
    let o = Office::new();
    let member = o.insured(NANA, "2025-04-01");
    o.accepted(&loss(NANA, "2026-10-14", "2026-10-15"));
    o.hired_elsewhere(NANA, "2026-10-20", member);
    let there = o.w.client("other-employer");
    let form = no_acquisition(NANA, "2026-10-20");
    let dry = there.post("/v1/notifications?validate_only=true").json(&slip_there(&o, &form)).expect(200);
    let lines = dry["records"][0]["consequences"].to_string();
    assert!(lines.contains("2026-10-20") && lines.contains("standard_remuneration"), "{lines}");
    assert!(!lines.contains("2025-04"), "the former cover's months and amount: {lines}");
    let made = there.post("/v1/notifications").key(&fresh_key()).json(&slip_there(&o, &form)).expect(202);
    let n = id(&made["results"][0]["notification_id"]);
    let ahead = format!("/v1/notifications/{n}/decision-preview");
    let ahead = o.staff.post(ahead).json(&json!({})).expect(200).to_string();
    for (field, value) in
        [("before", "260000"), ("after", "2026-10"), ("after", "2026-11"), ("after", "none")]
    {
        assert!(
            ahead.contains(&format!("\"{field}\":\"{value}\"")),
            "staff sees what becomes of it: {ahead}"
        );
    }
    o.later(1);
    let told = decide(&o.staff, n, &accept()).expect(200)["outcome"].clone();
    assert_eq!(told["changes"], dry["records"][0]["consequences"], "a preview equals the decision");
    assert!(!there.get(format!("/v1/notifications/{n}")).text.contains("2025-04"));
    assert_eq!(o.held(member), [super::holds("2025-04", Some("2026-11"), 260_000)]);
}

#[test]
fn a_dry_run_tells_nothing_of_cover_elsewhere() {
    let o = Office::new();
    let (member, other) = (o.insured(NANA, "2026-04-01"), o.insured(HACHI, "2026-04-01"));
    let (_, moved) = o.child(NANA, OLD_CHILD, "2026-04-01");
    o.child(HACHI, CHILD_OF_OTHER, "2026-04-01");
    for p in [NANA, HACHI] {
        o.accepted(&loss(p, "2026-09-30", "2026-10-01"));
    }
    let alone = |p: Person| {
        let mut lines = o.preview(&no_loss(p, "2026-10-01"));
        lines.as_array_mut().unwrap().sort_by_key(Value::to_string);
        lines
    };
    let nothing_elsewhere = alone(HACHI);
    assert_eq!(nothing_elsewhere.as_array().unwrap().len(), 3, "{nothing_elsewhere}");
    assert_eq!(alone(NANA), nothing_elsewhere);
    // the child is somebody else's dependent now
    o.insured(KYU, "2026-04-01");
    let to_other = filed(&o.w, &o.employer, &child(KYU, OLD_CHILD, "2026-10-16", None));
    o.later(1);
    decide(&o.staff, to_other, &same_person("other_1", moved)).expect(200);
    assert_eq!(alone(NANA), nothing_elsewhere, "a child that is covered elsewhere");
    // and the person has another job
    o.hired_elsewhere(NANA, "2026-10-05", member);
    assert_eq!(alone(NANA), nothing_elsewhere, "another cover");
    o.decided(&no_loss(NANA, "2026-10-01")).refused(409, "cover-overlaps");
    assert_eq!((o.covers(member).len(), o.covers(other).len()), (2, 1));
}
