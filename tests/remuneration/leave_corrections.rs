//! 休業取得者申出書訂正・取消届: a leave that was notified wrongly gets its right days or the right child, or never was.
use super::{
    accepted, after_childcare, birth_time, childcare, childcare_end, held, insured, leave, leaves, maternity,
    named, row,
};
use crate::{
    filing::{KYU, NANA, Person, accept, decide, decide_on, filed, fresh_key, id, refused_at, slip, tables},
    harness::{race, world::World},
};
use chrono::{Duration, SecondsFormat};
use serde_json::{Value, json};

fn right(p: Person, starts_on: &str, fields: &[(&str, Value)]) -> Value {
    let mut form = named("leave_correction", p);
    (form["leave"], form["starts_on"]) = (json!("childcare"), json!(starts_on));
    for (key, value) in fields {
        form[*key] = value.clone();
    }
    form
}
fn born(starts_on: &str, on: &str) -> Value {
    right(NANA, starts_on, &[("corrected_child_birth_on", json!(on))])
}
fn never(starts_on: &str) -> Value {
    right(NANA, starts_on, &[("withdrawn", json!(true))])
}

#[test]
fn a_mistyped_day_of_birth_is_put_right_and_known_at_still_tells_it() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    // 2025 for 2026: a revision after the leave finds another child than the form's
    accepted(&w, &employer, &staff, &childcare(NANA, "2025-03-03", "2026-05-01", "2026-07-31"));
    let n = filed(&w, &employer, &after_childcare(NANA, 200_000));
    decide(&staff, n, &accept()).refused(409, "leave-of-another-child");
    let known_at = w.clock.now().to_rfc3339_opts(SecondsFormat::Micros, true);
    w.clock.advance(Duration::seconds(1));

    let form = born("2026-05-01", "2026-03-03");
    let line = json!({ "subject": "leave", "field": "child_birth_on", "before": "2025-03-03", "after": "2026-03-03" });
    let dry = employer.post("/v1/notifications?validate_only=true").json(&slip(&w, &form)).expect(200);
    assert_eq!(dry["records"][0]["consequences"], json!([line]));
    let key = fresh_key();
    let first = employer.post("/v1/notifications").key(&key).json(&slip(&w, &form)).expect(202);
    let again = employer.post("/v1/notifications").key(&key).json(&slip(&w, &form)).expect(202);
    assert_eq!(first, again, "the same request has one effect");
    let waits = employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &form));
    assert!(waits.text.contains("E-DUPLICATE-PENDING"), "{}", waits.text);
    let correction = id(&first["results"][0]["notification_id"]);
    let path = format!("/v1/notifications/{correction}/decision-preview");
    let ahead = staff.post(path).json(&json!({})).expect(200);
    assert_eq!(ahead["consequences"], json!([line]));
    let done = decide(&staff, correction, &accept()).expect(200);
    assert_eq!(done["outcome"]["leave_starts_on"], "2026-05-01");

    let child = |query: &str| {
        let list = staff.get(format!("/v1/members/{member}/leaves{query}")).expect(200);
        list["items"][0]["child_birth_on"].clone()
    };
    assert_eq!(
        (child(""), child(&format!("?known_at={known_at}"))),
        (json!("2026-03-03"), json!("2025-03-03"))
    );
    decide(&staff, n, &accept()).expect(200);
    let again = employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &form));
    assert!(again.status == 422 && again.text.contains("E-NOTHING-NEW"), "{}", again.text);
}

#[test]
fn days_are_put_right_months_follow_and_a_leave_that_never_was_is_none() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &childcare(NANA, "2026-03-03", "2026-05-01", "2026-08-31"));
    accepted(&w, &employer, &staff, &childcare_end(NANA, "2026-05-01", "2026-07-31"));
    assert_eq!(leaves(&staff, member, ""), [leave("childcare", "2026-05-01", "2026-07-31", 3)]);
    let days = [("corrected_starts_on", json!("2026-06-01")), ("corrected_ends_on", json!("2026-09-30"))];
    let told = accepted(&w, &employer, &staff, &right(NANA, "2026-05-01", &days));
    assert_eq!(told["exempt_months"], json!(["2026-06", "2026-07", "2026-08", "2026-09"]));
    assert_eq!(leaves(&staff, member, ""), [leave("childcare", "2026-06-01", "2026-09-30", 4)]);

    let known_at = w.clock.now().to_rfc3339_opts(SecondsFormat::Micros, true);
    w.clock.advance(Duration::seconds(1));
    let told = accepted(&w, &employer, &staff, &never("2026-06-01"));
    assert_eq!(told["exempt_months"], json!([]));
    assert!(leaves(&staff, member, "").is_empty());
    assert_eq!(leaves(&staff, member, &format!("?known_at={known_at}")).len(), 1);
    let leave_id = told["leave_id"].as_str().unwrap();
    let why = staff.get(format!("/v1/leaves/{leave_id}/explanation")).expect(200);
    assert_eq!(why["holds"], false, "it is explained as what was taken back");
    accepted(&w, &employer, &staff, &childcare(NANA, "2026-03-03", "2026-05-01", "2026-07-31"));
}

#[test]
fn birth_time_leaves_of_the_right_child_have_their_28_days() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    for (child, from, to) in
        [("2026-09-20", "2026-10-01", "2026-10-14"), ("2026-09-21", "2026-10-16", "2026-10-31")]
    {
        accepted(&w, &employer, &staff, &birth_time(NANA, child, from, to, 0));
    }
    // of one child they have thirty days
    let told = employer.post("/v1/notifications").key(&fresh_key());
    let told = told.json(&slip(&w, &born("2026-10-16", "2026-09-20")));
    assert!(told.status == 422 && told.text.contains("E-DATE-RELATION"), "{} {}", told.status, told.text);
}

#[test]
fn a_revision_after_the_leave_stands_against_another_end() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &childcare(NANA, "2026-03-03", "2026-05-01", "2026-07-31"));
    accepted(&w, &employer, &staff, &after_childcare(NANA, 200_000));
    let before = tables(&w);
    let other_end = right(NANA, "2026-05-01", &[("corrected_ends_on", json!("2026-07-30"))]);
    // its explanation tells when the child was born
    for form in [never("2026-05-01"), other_end, born("2026-05-01", "2026-03-04")] {
        let told = employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &form));
        assert!(told.status == 422 && told.text.contains("E-STANDS-AGAINST"), "{}", told.text);
    }
    let after = tables(&w);
    assert_eq!(after["public.leave_period"], before["public.leave_period"]);
    // the revision does not rest on the first day
    accepted(
        &w,
        &employer,
        &staff,
        &right(NANA, "2026-05-01", &[("corrected_starts_on", json!("2026-05-02"))]),
    );
    assert_eq!(held(&staff, member, "").last(), Some(&row("2026-11", None, 17, 200_000)));
}

#[test]
fn a_leave_that_has_ended_has_not_ended_on_a_day_to_come() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &childcare(NANA, "2026-03-03", "2026-05-01", "2027-02-28"));
    let until = |day: &str| right(NANA, "2026-05-01", &[("corrected_ends_on", json!(day))]);
    // the planned end of one that lasts may be to come
    accepted(&w, &employer, &staff, &until("2027-03-01"));
    accepted(&w, &employer, &staff, &childcare_end(NANA, "2026-05-01", "2026-10-31"));
    let before = tables(&w)["public.leave_period"];
    let told = employer.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &until("2026-11-23")));
    let error = &told.body["errors"][0];
    assert_eq!(
        (&error["code"], &error["pointer"]),
        (&json!("E-FUTURE-DATE"), &json!("/notification/corrected_ends_on")),
        "{}",
        told.text
    );
    assert_eq!(tables(&w)["public.leave_period"], before);
    accepted(&w, &employer, &staff, &until("2026-11-22"));
    assert_eq!(leaves(&staff, member, ""), [leave("childcare", "2026-05-01", "2026-11-22", 6)]);
}

#[test]
fn wrong_corrections_are_refused_with_their_place_and_store_nothing() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &maternity(NANA));
    accepted(&w, &employer, &staff, &childcare(NANA, "2026-03-03", "2026-05-01", "2026-08-31"));
    let of = |fields: &[(&str, Value)]| right(NANA, "2026-05-01", fields);
    let (child, first, last) = ("corrected_child_birth_on", "corrected_starts_on", "corrected_ends_on");
    let [at_child, at_first, at_last] =
        ["/corrected_child_birth_on", "/corrected_starts_on", "/corrected_ends_on"];
    let mut of_maternity = of(&[(first, json!("2026-01-01"))]);
    (of_maternity["leave"], of_maternity["starts_on"]) = (json!("maternity"), json!("2026-01-23"));
    let refused = [
        (born("2026-05-02", "2026-03-04"), "E-LEAVE-NOT-FOUND", "/starts_on"),
        (right(KYU, "2026-05-01", &[(child, json!("2026-03-04"))]), "E-PERSON-NOT-FOUND", "/name_kana"),
        (of(&[]), "E-NOTHING-NEW", "/leave"),
        (of(&[(child, json!("2026-03-03"))]), "E-NOTHING-NEW", at_child),
        (of(&[(child, json!("2026-03-04")), ("withdrawn", json!(true))]), "E-MUST-BE-EMPTY", at_child),
        (of(&[(child, json!("2027-03-03"))]), "E-FUTURE-DATE", at_child),
        (of(&[(child, json!("1980-03-03"))]), "E-DATE-RELATION", at_child),
        (of(&[(child, json!("2026-05-02"))]), "E-DATE-RELATION", at_child),
        (of(&[(child, json!("2023-08-31"))]), "E-DATE-RELATION", at_child),
        (of(&[(last, json!("2026-04-30"))]), "E-DATE-RELATION", at_last),
        (of(&[(last, json!("2029-03-03"))]), "E-DATE-RELATION", at_last),
        (of(&[(first, json!("2026-04-30"))]), "E-LEAVE-OVERLAP", at_first),
        (of(&[(child, json!("2024-12-01")), (first, json!("2025-03-31"))]), "E-OUTSIDE-COVER", at_first),
        (of_maternity, "E-DATE-RELATION", at_first),
    ];
    refused_at(&w, &employer, &refused);
    let before = tables(&w);
    let form = born("2026-05-01", "2026-03-04");
    for by in [&w.staff("benefits"), &w.staff("it")] {
        let status = by.post("/v1/notifications").key(&fresh_key()).json(&slip(&w, &form)).status;
        assert!([403, 404].contains(&status), "{status}");
    }
    let after = tables(&w);
    for table in ["public.notification", "public.leave_period"] {
        assert_eq!(after[table], before[table], "{table}");
    }
    let n = filed(&w, &employer, &form);
    for by in [&employer, &w.client("other-employer"), &w.staff("benefits")] {
        let tag = staff.get(format!("/v1/notifications/{n}")).header("etag").to_owned();
        let status = decide_on(by, n, &tag, &accept()).status;
        assert!([403, 404].contains(&status), "{status}");
    }
}

#[test]
fn a_leave_taken_back_against_the_revision_after_it_is_decided_one_way() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &childcare(NANA, "2026-03-03", "2026-05-01", "2026-07-31"));
    let waiting =
        [never("2026-05-01"), after_childcare(NANA, 200_000)].map(|form| filed(&w, &employer, &form));
    let tags = waiting.map(|n| staff.get(format!("/v1/notifications/{n}")).header("etag").to_owned());
    let told = race::at_once([0, 1].map(|i| {
        let (staff, waiting, tags) = (&staff, &waiting, &tags);
        move || decide_on(staff, waiting[i], &tags[i], &accept())
    }));
    let is_gone = leaves(&staff, member, "").is_empty();
    let is_revised = held(&staff, member, "").len() == 2;
    assert_ne!(is_gone, is_revised, "{} {}", told[0].text, told[1].text);
    let (done, refused) = if is_gone { (0, 1) } else { (1, 0) };
    let code = ["later-decision-rests", "leave-not-found"][refused];
    assert_eq!((told[done].status, told[refused].status), (200, 409));
    assert_eq!(told[refused].body["code"], code, "{}", told[refused].text);
}
#[test]
fn a_correction_decided_twice_at_once_is_decided_once() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    insured(&w, &employer, &staff, NANA);
    accepted(&w, &employer, &staff, &childcare(NANA, "2026-03-03", "2026-05-01", "2026-07-31"));
    let first_day = right(NANA, "2026-05-01", &[("corrected_starts_on", json!("2026-05-02"))]);
    let n = filed(&w, &employer, &first_day);
    let tag = staff.get(format!("/v1/notifications/{n}")).header("etag").to_owned();
    let mut states = race::at_once([(); 2].map(|()| || decide_on(&staff, n, &tag, &accept()).status));
    states.sort_unstable();
    assert!(states[0] == 200 && [409, 412].contains(&states[1]), "{states:?}");
}
