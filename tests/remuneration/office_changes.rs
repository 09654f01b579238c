//! 二以上事業所勤務: what stays of a month when an office ends, or a decision of the month is taken back.
use super::{
    accepted, after_childcare, bonus, bonuses, childcare, childcare_end,
    corrections::of_months,
    held, insured, named,
    offices::{filed_there, parts, second, with},
    regular, revision, row, three_months,
};
use crate::{
    filing::{NANA, accept, acquisition, decide, filed, loss, same_person},
    harness::world::World,
};
use serde_json::{Value, json};
use uuid::Uuid;

/// Insured here, and at the other employer of the society too from that day, with 250,000 yen at each.
fn at_both(w: &World, from: &str) -> Uuid {
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(w, &employer, &staff, NANA);
    let form = with(acquisition(NANA, from, None), "two_or_more_offices", json!(true));
    decide(&staff, filed_there(w, &form), &same_person("insured", member)).expect(200);
    member
}
fn accepted_there(w: &World, form: &Value) -> Value {
    w.clock.advance(chrono::Duration::seconds(1));
    decide(&w.staff("clerk"), filed_there(w, form), &accept()).expect(200)["outcome"].clone()
}
/// 月額変更届 from a month on.
fn revised(from: &str, months: [u8; 3], yen: i64) -> Value {
    let mut form = three_months(revision(NANA, "up", [yen; 3]), from, months, [yen; 3]);
    form["pay_change_month"] = json!(months[0]);
    form
}

#[test]
fn an_office_ends_before_a_month_that_both_reported() {
    for is_principal_last in [true, false] {
        let w = World::new();
        let (employer, staff) = (w.client("employer"), w.staff("clerk"));
        let member = at_both(&w, "2026-05-01");
        let here = || accepted(&w, &employer, &staff, &regular(NANA, [300_000; 3]));
        if !is_principal_last {
            here();
        }
        accepted_there(&w, &regular(NANA, [200_000; 3]));
        if is_principal_last {
            here();
        }
        assert_eq!(parts(&staff, member, "2026-09-01"), [300_000, 200_000]);
        let told = accepted_there(&w, &loss(NANA, "2026-08-20", "2026-08-21"));
        assert_eq!((&told["standard_yen"], &told["applies_from"]), (&json!(260_000), &json!("2026-08")));
        let all = [
            row("2025-04", Some("2026-05"), 20, 260_000),
            row("2026-05", Some("2026-08"), 30, 500_000),
            row("2026-08", Some("2026-09"), 20, 260_000),
            row("2026-09", None, 22, 300_000),
        ];
        assert_eq!(held(&staff, member, ""), all, "{is_principal_last}");
        let fixed = of_months(NANA, "regular_determination", "2026-09", [4, 5, 6], 320_000);
        let told = accepted(&w, &employer, &staff, &fixed);
        assert_eq!(told["standard_yen"], 320_000, "what is left is the report of the office that stays");
    }
}

#[test]
fn an_office_ends_in_the_month_that_it_reported_last() {
    for has_reported in [true, false] {
        let w = World::new();
        let (employer, staff) = (w.client("employer"), w.staff("clerk"));
        let member = at_both(&w, "2026-05-01");
        if has_reported {
            accepted(&w, &employer, &staff, &regular(NANA, [300_000; 3]));
        }
        accepted_there(&w, &regular(NANA, [200_000; 3]));
        accepted_there(&w, &loss(NANA, "2026-09-20", "2026-09-21"));
        let left =
            if has_reported { row("2026-09", None, 22, 300_000) } else { row("2026-09", None, 20, 260_000) };
        assert_eq!(held(&staff, member, "?as_of=2026-09-01"), [left]);
    }
}

#[test]
fn a_revision_taken_back_leaves_the_office_that_began_in_its_month() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &second(100_000));
    accepted(&w, &employer, &staff, &revised("2026-06", [3, 4, 5], 320_000));
    assert_eq!(parts(&staff, member, "2026-06-01"), [320_000, 100_000]);
    let none = of_months(NANA, "occasional_revision", "2026-06", [3, 4, 5], 250_000);
    let told = accepted(&w, &employer, &staff, &none);
    assert_eq!(told["standard_yen"], 360_000, "{told}");
    assert_eq!(parts(&staff, member, "2026-06-01"), [250_000, 100_000]);
}

#[test]
fn a_displaced_determination_leaves_the_office_that_began_in_its_month() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &regular(NANA, [300_000; 3]));
    let late = with(second(100_000), "starts_on", json!("2026-09-10"));
    accepted(&w, &employer, &staff, &late);
    accepted(&w, &employer, &staff, &revised("2026-08", [5, 6, 7], 340_000));
    let all = [
        row("2025-04", Some("2026-08"), 20, 260_000),
        row("2026-08", Some("2026-09"), 24, 340_000),
        row("2026-09", None, 28, 440_000),
    ];
    assert_eq!(held(&staff, member, ""), all);
    let none = of_months(NANA, "occasional_revision", "2026-08", [5, 6, 7], 250_000);
    accepted(&w, &employer, &staff, &none);
    let all = [row("2025-04", Some("2026-09"), 20, 260_000), row("2026-09", None, 27, 410_000)];
    assert_eq!(held(&staff, member, ""), all, "the determination is back, with the office");
}

#[test]
fn the_revision_of_one_office_outlives_that_of_the_other() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = at_both(&w, "2025-06-01");
    accepted(&w, &employer, &staff, &revision(NANA, "up", [300_000; 3]));
    accepted_there(&w, &revision(NANA, "up", [320_000; 3]));
    assert_eq!(parts(&staff, member, "2026-02-01"), [300_000, 320_000]);
    let told = accepted_there(&w, &of_months(NANA, "occasional_revision", "2026-02", [11, 12, 1], 250_000));
    assert_eq!(told["standard_yen"], 560_000, "{told}");
    assert_eq!(parts(&staff, member, "2026-02-01"), [300_000, 250_000]);
    w.clock.advance(chrono::Duration::seconds(1));
    // and taken back itself, it does not bring the other one back
    accepted(&w, &employer, &staff, &of_months(NANA, "occasional_revision", "2026-02", [11, 12, 1], 250_000));
    assert_eq!(held(&staff, member, "?as_of=2026-02-01"), [row("2025-06", None, 30, 500_000)]);
}

#[test]
fn a_revision_comes_back_with_the_end_of_what_took_its_place() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &childcare(NANA, "2026-03-03", "2026-05-01", "2026-07-31"));
    accepted(&w, &employer, &staff, &childcare_end(NANA, "2026-05-01", "2026-07-31"));
    accepted(&w, &employer, &staff, &revised("2026-11", [8, 9, 10], 320_000));
    accepted(&w, &employer, &staff, &after_childcare(NANA, 280_000));
    assert_eq!(held(&staff, member, "?as_of=2026-11-01"), [row("2026-11", None, 21, 280_000)]);
    let none = of_months(NANA, "childcare_leave_end_revision", "2026-11", [8, 9, 10], 260_000);
    accepted(&w, &employer, &staff, &none);
    assert_eq!(held(&staff, member, "?as_of=2026-11-01"), [row("2026-11", None, 23, 320_000)]);
}

#[test]
fn pay_at_an_employer_of_former_cover_goes_to_the_office_of_its_day() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &loss(NANA, "2025-09-30", "2025-10-01"));
    let there = filed_there(&w, &acquisition(NANA, "2025-10-01", None));
    decide(&staff, there, &same_person("insured", member)).expect(200);
    let form = with(acquisition(NANA, "2026-05-01", None), "two_or_more_offices", json!(true));
    decide(&staff, filed(&w, &employer, &form), &same_person("insured", member)).expect(200);
    let told = accepted(&w, &employer, &staff, &bonus(NANA, "2026-07-10", 300_000));
    assert_eq!(told["acquired_on"], "2026-05-01");
    let told = accepted(&w, &employer, &staff, &regular(NANA, [300_000; 3]));
    assert_eq!(told["standard_yen"], 560_000, "{told}");
    let told = accepted(&w, &employer, &staff, &bonus(NANA, "2025-07-10", 200_000));
    assert_eq!(told["acquired_on"], "2025-04-01", "of the former cover");
}

#[test]
fn a_late_form_of_another_office_tells_its_days_of_then() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = at_both(&w, "2025-05-01");
    accepted_there(&w, &loss(NANA, "2025-08-31", "2025-09-01"));
    accepted(&w, &employer, &staff, &loss(NANA, "2025-09-30", "2025-10-01"));
    let named = same_person("insured", member);
    decide(&staff, filed(&w, &employer, &acquisition(NANA, "2025-11-01", None)), &named).expect(200);
    let form = with(acquisition(NANA, "2026-05-01", None), "two_or_more_offices", json!(true));
    decide(&staff, filed_there(&w, &form), &named).expect(200);
    let told = accepted_there(&w, &bonus(NANA, "2025-07-10", 200_000));
    assert_eq!(
        (&told["acquired_on"], &told["lost_on"]),
        (&json!("2025-05-01"), &json!("2025-09-01")),
        "{told}"
    );
    let told = accepted_there(&w, &bonus(NANA, "2026-07-10", 200_000));
    assert_eq!((&told["acquired_on"], &told["lost_on"]), (&json!("2026-05-01"), &Value::Null), "{told}");
}

#[test]
fn bonuses_of_another_office_end_with_it() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = at_both(&w, "2026-05-01");
    let early = filed_there(&w, &bonus(NANA, "2026-04-10", 100_000));
    let told = decide(&staff, early, &accept()).refused(409, "before-acquisition");
    assert_eq!(told["errors"][0]["pointer"], "/paid_on", "{told}");
    for on in ["2026-08-10", "2026-08-25", "2026-09-10"] {
        accepted_there(&w, &bonus(NANA, on, 200_000));
    }
    accepted(&w, &employer, &staff, &bonus(NANA, "2026-09-10", 100_000));
    accepted_there(&w, &loss(NANA, "2026-08-20", "2026-08-21"));
    let all = [("2026-08".to_owned(), 200_000), ("2026-09".to_owned(), 100_000)];
    assert_eq!(bonuses(&staff, member, ""), all);
    let late = filed_there(&w, &bonus(NANA, "2026-10-10", 100_000));
    decide(&staff, late, &accept()).refused(409, "after-loss");
}

#[test]
fn the_principal_office_alone_reports_of_the_others() {
    let w = World::new();
    at_both(&w, "2026-05-01");
    let staff = w.staff("clerk");
    let known = staff.get(format!("/v1/employers/{}", w.employer)).expect(200)["society_number"].clone();
    let mut form = second(100_000);
    form.as_object_mut().unwrap().remove("other_office_name");
    for number in [json!("00000000"), known] {
        let waiting = filed_there(&w, &with(form.clone(), "other_society_number", number));
        decide(&staff, waiting, &accept()).refused(409, "not-principal-office");
        w.client("other-employer")
            .post(format!("/v1/notifications/{waiting}/withdrawal"))
            .send(b"")
            .expect(200);
    }
}

#[test]
fn another_day_of_acquisition_leaves_the_office_that_began_with_the_cover() {
    for (begins, right, all) in [
        (
            "2026-06-10",
            "2026-05-20",
            vec![row("2026-05", Some("2026-06"), 20, 260_000), row("2026-06", None, 25, 360_000)],
        ),
        (
            "2026-08-10",
            "2026-04-30",
            vec![row("2026-04", Some("2026-08"), 20, 260_000), row("2026-08", None, 25, 360_000)],
        ),
    ] {
        let w = World::new();
        let (employer, staff) = (w.client("employer"), w.staff("clerk"));
        let hired = filed(&w, &employer, &acquisition(NANA, "2026-06-01", None));
        let member = crate::filing::id(&decide(&staff, hired, &accept()).expect(200)["outcome"]["member_id"]);
        accepted(&w, &employer, &staff, &with(second(100_000), "starts_on", json!(begins)));
        w.clock.advance(chrono::Duration::seconds(1));
        let form = json!({ "kind": "qualification_date_correction", "office_number": NANA.office_number,
            "name_kana": NANA.kana, "birth_on": NANA.birth_on, "acquired_on": "2026-06-01",
            "corrected_acquired_on": right, "reason": "記入誤り" });
        accepted(&w, &employer, &staff, &form);
        assert_eq!(held(&staff, member, ""), all, "{begins} {right}");
        let begun = format!("{}-01", &begins[..7]);
        assert_eq!(parts(&staff, member, &begun), [250_000, 100_000], "{begins} {right}");
    }
}

#[test]
fn an_office_that_ended_with_a_corrected_loss_has_its_part_again_when_the_loss_is_cancelled() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = at_both(&w, "2026-05-01");
    accepted(&w, &employer, &staff, &revised("2026-08", [5, 6, 7], 400_000));
    let both = [row("2026-05", Some("2026-08"), 30, 500_000), row("2026-08", None, 35, 650_000)];
    assert_eq!(held(&staff, member, "")[1..], both);
    accepted(&w, &employer, &staff, &loss(NANA, "2026-10-31", "2026-11-01"));
    let mut days = named("qualification_date_correction", NANA);
    for (key, day) in [
        ("acquired_on", "2025-04-01"),
        ("corrected_acquired_on", "2025-03-25"),
        ("lost_on", "2026-11-01"),
        ("corrected_lost_on", "2026-08-23"),
    ] {
        days[key] = json!(day);
    }
    days["reason"] = json!("記入誤り");
    accepted(&w, &employer, &staff, &days);
    // the month of the loss bears no premium, and keeps its parts
    assert_eq!(parts(&staff, member, "2026-08-01"), [400_000, 250_000]);
    let mut goes_on = named("loss_cancellation", NANA);
    goes_on["lost_on"] = json!("2026-08-23");
    goes_on["reason"] = json!("退職の撤回のため");
    accepted(&w, &employer, &staff, &goes_on);
    assert_eq!(held(&staff, member, "")[1..], both);
    assert_eq!(parts(&staff, member, "2026-11-01"), [400_000, 250_000]);
}

#[test]
fn either_office_corrects_what_both_reported_of_a_month() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = at_both(&w, "2025-06-01");
    accepted(&w, &employer, &staff, &revision(NANA, "up", [300_000; 3]));
    accepted_there(&w, &revision(NANA, "up", [320_000; 3]));
    assert_eq!(parts(&staff, member, "2026-02-01"), [300_000, 320_000]);
    let right = |yen: i64| of_months(NANA, "occasional_revision", "2026-02", [11, 12, 1], yen);
    w.clock.advance(chrono::Duration::seconds(1));
    let told = accepted(&w, &employer, &staff, &right(340_000));
    assert_eq!(told["standard_yen"], 650_000, "{told}");
    assert_eq!(parts(&staff, member, "2026-02-01"), [340_000, 320_000]);
    accepted_there(&w, &right(360_000));
    assert_eq!(parts(&staff, member, "2026-02-01"), [340_000, 360_000]);
    w.clock.advance(chrono::Duration::seconds(1));
    accepted(&w, &employer, &staff, &right(310_000));
    assert_eq!(parts(&staff, member, "2026-02-01"), [310_000, 360_000]);
    // where the right pay revises nothing, what the other one reported would go with it
    let n = filed_there(&w, &right(250_000));
    decide(&staff, n, &accept()).refused(409, "decided-by-other-office");
    // and who did not report the month has nothing to correct
    let n = filed_there(&w, &of_months(NANA, "regular_determination", "2025-09", [4, 5, 6], 310_000));
    decide(&staff, n, &accept()).refused(409, "nothing-to-correct");
}

#[test]
fn an_office_that_was_to_begin_after_the_loss_has_no_part_in_its_month() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &with(second(100_000), "starts_on", json!("2026-07-16")));
    assert_eq!(held(&staff, member, "?as_of=2026-07-01"), [row("2026-07", None, 25, 360_000)]);
    w.clock.advance(chrono::Duration::seconds(1));
    accepted(&w, &employer, &staff, &loss(NANA, "2026-07-09", "2026-07-10"));
    assert_eq!(
        held(&staff, member, ""),
        [row("2025-04", Some("2026-08"), 20, 260_000)],
        "what holds at the loss"
    );
}
