//! What does not become a decision: by the law, by the state, by the caller.
use super::{accepted, bonus, held, insured, regular, revision, row};
use crate::{
    filing::{NANA, accept, decide, decide_on, filed, tables},
    harness::{race::at_once, world::World},
};
use serde_json::{Value, json};

/// A form that is taken at intake and whose acceptance is refused: nothing is stored, and it still waits.
#[track_caller]
fn conflicts(w: &World, form: &Value, code: &str) -> Value {
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let notification = filed(w, &employer, form);
    let before = tables(w);
    let told = decide(&staff, notification, &accept()).refused(409, code);
    assert_eq!(tables(w), before, "{code}");
    employer.post(format!("/v1/notifications/{notification}/withdrawal")).send(b"").expect(200);
    told
}
fn with(mut form: Value, key: &str, value: Value) -> Value {
    form[key] = value;
    form
}

#[test]
fn the_law_has_its_reasons() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let told = conflicts(&w, &revision(NANA, "up", [270_000; 3]), "no-revision");
    assert!(told["detail"].as_str().unwrap().contains("2等級"), "{told}");
    conflicts(&w, &revision(NANA, "down", [320_000; 3]), "no-revision");
    conflicts(
        &w,
        &with(regular(NANA, [300_000; 3]), "corrected_average_yen", json!(290_000)),
        "determination-needed",
    );
    conflicts(
        &w,
        &with(bonus(NANA, "2026-07-10", 1_000), "two_or_more_offices", json!(true)),
        "no-second-office",
    );
    conflicts(&w, &with(regular(NANA, [300_000; 3]), "revision_planned", json!(true)), "revision-planned");
    let told = conflicts(&w, &bonus(NANA, "2025-03-31", 100_000), "before-acquisition");
    assert_eq!(told["errors"][0]["pointer"], "/paid_on", "{told}");
    let mut early = revision(NANA, "up", [320_000; 3]);
    early["applies_from"] = json!("2025-06");
    early["previous_revised_in"] = json!("2025-04");
    early["pay_change_month"] = json!(3);
    for (n, month) in early["months"].as_array_mut().unwrap().iter_mut().enumerate() {
        month["month"] = json!(3 + n);
    }
    let told = conflicts(&w, &early, "before-acquisition");
    let place = (&told["errors"][0]["pointer"], &told["errors"][0]["code"]);
    assert_eq!(place, (&json!("/applies_from"), &json!("before-acquisition")), "{told}");
    assert_eq!(held(&staff, member, ""), [row("2025-04", None, 20, 260_000)]);

    accepted(&w, &employer, &staff, &regular(NANA, [300_000; 3]));
    conflicts(&w, &regular(NANA, [340_000; 3]), "already-determined");
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-07-10", 100_000));
    conflicts(&w, &bonus(NANA, "2026-07-10", 100_000), "bonus-already-reported");
}

#[test]
fn without_a_stored_remuneration_there_is_nothing_to_revise() {
    let w = World::new();
    w.member("7", NANA.kana, NANA.name, NANA.birth_on);
    conflicts(&w, &revision(NANA, "up", [300_000; 3]), "nothing-to-revise");
    let mut none = regular(NANA, [300_000; 3]);
    for month in none["months"].as_array_mut().unwrap() {
        month["base_days"] = json!(10);
    }
    none["grand_total_yen"] = json!(0);
    none.as_object_mut().unwrap().remove("average_yen");
    conflicts(&w, &none, "not-decidable");
}

#[test]
fn two_decisions_at_once_make_one() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let notification = filed(&w, &employer, &regular(NANA, [320_000; 3]));
    let seen = staff.get(format!("/v1/notifications/{notification}"));
    let ask = || decide_on(&staff, notification, seen.header("etag"), &accept()).status;
    let mut states = at_once([ask, ask]);
    states.sort_unstable();
    assert_eq!(states[0], 200);
    assert!([409, 412].contains(&states[1]), "{states:?}");
    assert_eq!(held(&staff, member, "?as_of=2026-09-01"), [row("2026-09", None, 23, 320_000)]);
}

#[test]
fn employers_and_other_staff_do_not_read_decisions() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    let list = format!("/v1/members/{member}/standard-remunerations");
    let decision = staff.get(&list).expect(200)["items"][0]["decision_id"].as_str().unwrap().to_owned();
    let explanation = format!("/v1/standard-remunerations/{decision}/explanation");
    for path in [list, format!("/v1/members/{member}/standard-bonuses"), explanation] {
        for by in [&employer, &w.client("other-employer"), &w.staff("it"), &w.staff("officer")] {
            let status = by.get(&path).status;
            assert!([403, 404].contains(&status), "{path}: {status}");
        }
    }
}
