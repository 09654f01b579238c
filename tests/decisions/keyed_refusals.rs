//! What is refused of paper: persons, days, numbers, and deciding ahead of the check.
use super::keyed::{check, check_on, differs, key_in, keyed, matches};
use crate::{
    bad_input::numbers::is_nowhere,
    filing::{HACHI, NANA, accept, acquisition, count, decide, fresh_key, give_back, slip, spouse, tables},
    harness::world::World,
};
use kenpo::cli::seed;
use serde_json::json;

#[test]
fn the_one_who_keyed_it_is_never_the_second_person() {
    let w = World::new();
    let second = w.staff("privileged");
    let n = keyed(&w, &second, &acquisition(NANA, "2026-11-01", None), "2026-11-20");
    check(&second, n, &matches()).refused(409, "same-person");
    check(&second, n, &differs()).refused(409, "same-person");
    // signed in once more, it is the same person
    check(&w.staff("privileged"), n, &matches()).refused(409, "same-person");
    assert_eq!(w.rows("select state from approval"), [json!({ "state": "requested" })]);
    let direct = "update approval set state = 'approved', decided_by = requested_by, decided_at = now()";
    let e = diesel::connection::SimpleConnection::batch_execute(&mut w.owner(), direct).unwrap_err();
    assert!(e.to_string().contains("approval_by_another"), "{e}");
    check(&w.staff("clerk"), n, &matches()).expect(200);
}
#[test]
fn only_enrolment_staff_keys_and_checks() {
    let w = World::new();
    let (employer, clerk) = (w.client("employer"), w.staff("clerk"));
    let form = acquisition(NANA, "2026-11-01", None);
    let n = keyed(&w, &clerk, &form, "2026-11-20");
    for login in ["benefits", "collection", "review", "officer", "it"] {
        let by = w.staff(login);
        key_in(&w, &by, &form, "2026-11-20").refused(403, "forbidden");
        check_on(&by, n, "\"1\"", &matches()).refused(403, "forbidden");
    }
    for client in ["employer", "other-employer", "auditor"] {
        let by = w.client(client);
        key_in(&w, &by, &form, "2026-11-20").refused(403, "insufficient-scope");
        check_on(&by, n, "\"1\"", &matches()).refused(403, "insufficient-scope");
    }
    assert_eq!(
        employer.get(format!("/v1/notifications/{n}")).expect(200)["entry_check"]["state"],
        "requested"
    );
    assert_eq!(count(&w, "select count(*) as n from notification"), 1);
}
#[test]
fn nothing_is_decided_or_withdrawn_before_the_check() {
    let w = World::new();
    let (employer, clerk, second) = (w.client("employer"), w.staff("clerk"), w.staff("privileged"));
    let n = keyed(&w, &clerk, &acquisition(NANA, "2026-11-01", None), "2026-11-20");
    let withdrawal = format!("/v1/notifications/{n}/withdrawal");
    let before = tables(&w);
    for by in [&clerk, &second] {
        decide(by, n, &accept()).refused(409, "entry-unchecked");
        decide(by, n, &give_back()).refused(409, "entry-unchecked");
        let preview = by.post(format!("/v1/notifications/{n}/decision-preview")).json(&serde_json::json!({}));
        preview.refused(409, "entry-unchecked");
    }
    employer.post(&withdrawal).send(b"").refused(409, "entry-unchecked");
    assert_eq!(tables(&w), before, "nothing was applied");
    check(&second, n, &matches()).expect(200);
    assert_eq!(employer.post(&withdrawal).send(b"").expect(200)["state"], "withdrawn");
}
#[test]
fn the_version_that_was_read_is_checked() {
    let w = World::new();
    let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
    let n = keyed(&w, &clerk, &acquisition(NANA, "2026-11-01", None), "2026-11-20");
    let path = format!("/v1/notifications/{n}/entry-check");
    second.post(&path).json(&matches()).refused(428, "if-match-missing");
    check_on(&second, n, "\"9\"", &matches()).refused(412, "stale");
    // who read it before the check decides on nothing
    let tag = clerk.get(format!("/v1/notifications/{n}")).header("etag").to_owned();
    check(&second, n, &matches()).expect(200);
    crate::filing::decide_on(&clerk, n, &tag, &accept()).refused(412, "stale");
}
#[test]
fn what_is_not_what_was_keyed_is_not_approved() {
    let w = World::new();
    let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
    for (p, change) in [
        (NANA, "form = jsonb_set(form, '{acquired_on}', '\"2026-10-01\"')"),
        (HACHI, "received_at = received_at - interval '1 day'"),
    ] {
        let n = keyed(&w, &clerk, &acquisition(p, "2026-11-01", None), "2026-11-20");
        w.run(&format!("update notification set {change} where id = '{n}'"));
        check(&second, n, &matches()).refused(409, "entry-changed");
    }
    assert_eq!(count(&w, "select count(*) as n from approval where state = 'requested'"), 2);
}
#[test]
fn a_personal_number_on_the_paper_is_not_keyed_and_stored_nowhere() {
    let w = World::new();
    let clerk = w.staff("clerk");
    w.member("8", HACHI.kana, HACHI.name, HACHI.birth_on);
    let before = tables(&w);
    let mut mistyped = acquisition(NANA, "2026-11-01", Some(7));
    let digits = seed::fictitious_number(7);
    let last = (digits.as_bytes()[11] - b'0' + 1) % 10;
    mistyped["personal_number"] = json!(format!("{}{last}", &digits[..11]));
    for form in [
        acquisition(NANA, "2026-11-01", Some(7)),
        spouse(HACHI, crate::filing::SPOUSE, "2026-11-10", Some(7)),
        mistyped,
    ] {
        for dry in ["", "&validate_only=true"] {
            let path = format!("/v1/keyed-notifications?received_on=2026-11-20{dry}");
            let r = clerk.post(path).key(&fresh_key()).json(&slip(&w, &form));
            assert!(!r.text.contains(&digits[..11]), "not echoed");
            r.refused(422, "number-not-keyed");
        }
    }
    assert_eq!(tables(&w), before, "nothing is stored");
    is_nowhere(&w, &digits[..11]);
}
#[test]
fn the_receipt_stamp_is_a_day_from_the_law_to_today() {
    let w = World::new();
    let clerk = w.staff("clerk");
    let form = acquisition(NANA, "2026-11-01", None);
    let before = tables(&w);
    for (day, code) in [
        ("2026-11-23", "in-the-future"),
        ("1926-06-30", "too-early"),
        ("1926-13-01", "wrong-type"),
        ("0000-12-31", "date-out-of-range"),
    ] {
        let p = key_in(&w, &clerk, &form, day).refused(422, "invalid");
        assert_eq!(
            (&p["errors"][0]["pointer"], &p["errors"][0]["code"]),
            (&json!("/received_on"), &json!(code)),
            "{day}"
        );
    }
    clerk.post("/v1/keyed-notifications").key(&fresh_key()).json(&slip(&w, &form)).refused(422, "invalid");
    for day in ["1926-07-01", "2026-11-22"] {
        let path = format!("/v1/keyed-notifications?validate_only=true&received_on={day}");
        assert_eq!(clerk.post(path).json(&slip(&w, &form)).expect(200)["file_result"], "accepted");
    }
    assert_eq!(tables(&w), before, "nothing is stored");
    key_in(&w, &clerk, &form, "2026-11-22").expect(202);
}
