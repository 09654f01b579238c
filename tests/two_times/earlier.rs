//! What was answered is answered again as known then, whatever was decided, corrected or joined since.
use super::Asked;
use crate::{
    filing::{NANA, accept, ask_contact, contact_changed, decide, filed, fresh_key, id, loss, ruled},
    harness::{
        caller::Caller,
        world::{World, day},
    },
    merges,
    protection::{protect, request},
    voluntary::{self, Society},
};
use kenpo::cli::seed;
use serde_json::{Value, json};
use uuid::Uuid;

fn items(by: &Caller, path: &str) -> Vec<Value> {
    by.get(path).expect(200)["items"].as_array().unwrap().clone()
}

#[test]
fn reports_that_no_bonus_was_paid() {
    let w = World::new();
    let employer = w.client("employer");
    let path = format!("/v1/employers/{}/no-bonus-reports", w.employer);
    let staff = w.staff("clerk");
    let report = |month: &str| {
        let n = filed(&w, &employer, &json!({ "kind": "no_bonus_report", "planned_month": month }));
        decide(&staff, n, &accept()).expect(200);
    };
    report("2026-07");
    let asked = Asked::all(&w, &employer, &[path.clone(), format!("{path}?as_of=2026-08-31")]);
    report("2026-08");
    asked.has_changed(&employer);
    asked.is_told_again(&employer);
    let of = |day: &str| items(&employer, &format!("{path}?as_of={day}"));
    assert_eq!((of("2026-07-01").len(), of("2026-08-31").len(), of("2026-09-01").len()), (1, 1, 0));
}
#[test]
fn settings_of_voluntary_continuation() {
    let s = Society::new();
    let path = "/v1/voluntary-settings".to_owned();
    let of = |day: &str| items(&s.clerk, &format!("{path}?as_of={day}"));
    let mut next = voluntary::setting(s.office);
    (next["valid_from"], next["average_remuneration_yen"]) = (json!("2026-04-01"), json!(390_000));
    let before = Asked::all(&s.w, &s.clerk, &[path.clone(), format!("{path}?as_of=2026-04-01")]);
    let made = s.clerk.post(&path).key(&fresh_key()).json(&next).expect(201);
    let waiting = Asked::all(&s.w, &s.clerk, &[path.clone(), format!("{path}?as_of=2026-04-01")]);
    assert_eq!(of("2026-04-01")[0]["average_remuneration_yen"], 380_000, "what waits holds on no day");
    s.rule_on(&s.second, id(&made["id"]), "approve").expect(200);
    for asked in [&before, &waiting] {
        asked.has_changed(&s.clerk);
        asked.is_told_again(&s.clerk);
    }
    let holding: Vec<Option<Value>> = ["2025-03-31", "2026-03-31", "2026-04-01"]
        .map(|day| of(day).into_iter().map(|i| i["average_remuneration_yen"].clone()).next())
        .into();
    assert_eq!(holding, [None, Some(json!(380_000)), Some(json!(390_000))]);
}
#[test]
fn settings_of_recognition() {
    let w = World::new();
    let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
    let path = "/v1/recognition-settings".to_owned();
    let none = Asked::all(&w, &clerk, std::slice::from_ref(&path));
    let body = json!({ "name": "income_limit", "valid_from": "2027-01-01", "value": 1_350_000, "source": "令和8年の通知" });
    let made = clerk.post(&path).key(&fresh_key()).json(&body).expect(201);
    let waiting = Asked::all(&w, &clerk, std::slice::from_ref(&path));
    let check = format!("{path}/{}/check", made["id"].as_str().unwrap());
    second.post(check).json(&json!({ "ruling": "approve" })).expect(200);
    for asked in [none, waiting] {
        asked.has_changed(&clerk);
        asked.is_told_again(&clerk);
    }
}
#[test]
fn two_ids_of_one_person_before_they_were_joined() {
    let w = World::new();
    let (one, other) = merges::twins(&w, "77");
    let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
    let proposals = |person: Uuid| format!("/v1/persons/{person}/same-person-proposals");
    let list = "/v1/person-merges".to_owned();
    assert_eq!(items(&clerk, &proposals(one))[0]["person_id"], json!(other));
    let before = Asked::all(&w, &clerk, &[proposals(one), list.clone()]);
    let merge = id(&merges::asked(&clerk, one, other).expect(201)["id"]);
    let waiting = [list.clone(), format!("{list}?state=requested"), format!("{list}?state=merged")];
    let waiting = Asked::all(&w, &clerk, &waiting);
    let of_other = Asked::all(&w, &clerk, &[proposals(other)]);
    merges::decided(&second, merge, "approve").expect(200);
    before.has_changed(&clerk);
    waiting.has_changed(&clerk);
    for asked in [before, waiting, of_other] {
        asked.is_told_again(&clerk);
    }
    clerk.get(proposals(other)).refused(409, "person-merged");
}
#[test]
fn proposals_by_names_and_families_that_were_known_then() {
    let w = World::new();
    let staff = w.staff("clerk");
    let one = w.member("1", "ミホン　イチ", "見本　一", "1977-07-07");
    let other = w.member("2", "ミホン　ニ", "見本　二", "1977-07-07");
    let asked = Asked::all(&w, &staff, &[format!("/v1/persons/{one}/same-person-proposals")]);
    assert!(items(&staff, &format!("/v1/persons/{one}/same-person-proposals")).is_empty());
    rename(
        (&staff, &w.staff("privileged")),
        other,
        &json!({ "name": "見本　一", "name_kana": "ミホン　イチ", "reason": "correction" }),
    );
    asked.has_changed(&staff);
    asked.is_told_again(&staff);
}
#[track_caller]
fn rename((staff, second): (&Caller, &Caller), person: Uuid, change: &Value) {
    let tag = staff.get(format!("/v1/members/{person}")).header("etag").to_owned();
    let path = format!("/v1/persons/{person}/name-changes");
    let asked = staff.post(path).header("if-match", &tag).key(&fresh_key()).json(change).expect(201);
    ruled(second, &asked, "approve").expect(200);
}
#[test]
fn protections_and_where_letters_went() {
    let w = World::new();
    let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
    let person = w.member("7", NANA.kana, NANA.name, NANA.birth_on);
    let contact = json!({ "contact_address": "架空市連絡先１" });
    contact_changed(&w, &clerk, person, &contact);
    let own = format!("/v1/persons/{person}/protections");
    let paths = [
        own.clone(),
        format!("{own}?as_of=2026-11-22"),
        format!("/v1/persons/{person}/mailing-address"),
        "/v1/protections".to_owned(),
        "/v1/protections?as_of=2027-11-21".to_owned(),
    ];
    let without = Asked::all(&w, &clerk, &paths);
    let set = protect(&clerk, person, &request()).expect(200);
    without.has_changed(&clerk);
    without.is_told_again(&clerk);
    let protection = set["versions"][0]["protection_id"].as_str().unwrap().to_owned();
    let protected = Asked::all(&w, &clerk, &paths);
    let changed = |what: &str, by: &Caller, body: &Value| {
        let tag = by.get(&own).header("etag").to_owned();
        by.post(format!("/v1/protections/{protection}/{what}"))
            .header("if-match", &tag)
            .json(body)
            .expect(200);
    };
    let longer = json!({ "valid_to": "2028-11-22", "received_on": "2026-11-22", "letter_address": { "text": "架空市送付先３" } });
    changed("prolongation", &clerk, &longer);
    protected.has_changed(&clerk);
    let prolonged = Asked::all(&w, &clerk, &paths);
    let end = |step: &str| json!({ "step": step, "valid_to": "2026-11-22", "received_on": "2026-11-22" });
    changed("lifting", &clerk, &end("request"));
    changed("lifting", &second, &end("approve"));
    prolonged.has_changed(&clerk);
    for asked in [&without, &protected, &prolonged] {
        asked.is_told_again(&clerk);
    }
    // of another day: nothing held before it was set, and nothing does after its end
    let goes_to = |query: &str| {
        let seen = clerk.get(format!("/v1/persons/{person}/mailing-address{query}")).expect(200);
        (seen["protected"].clone(), seen["mailing_address"]["source"].clone())
    };
    assert_eq!(goes_to(""), (json!(false), json!("contact")));
    let then = "known_at=2026-11-22T00:05:00Z";
    assert_eq!(goes_to(&format!("?{then}")), (json!(true), json!("protection")));
    assert_eq!(goes_to(&format!("?as_of=2028-11-22&{then}")), (json!(false), json!("contact")));
    let held = |query: &str| clerk.get(format!("{own}?{query}")).expect(200);
    assert_eq!(held(&format!("as_of=2026-11-21&{then}"))["versions"], json!([]));
    assert_eq!(held(&format!("as_of=2026-11-21&{then}"))["protected"], false);
    assert_eq!(held(&format!("as_of=2028-11-21&{then}"))["protected"], true);
}
/// Who is protected by now: an address of another day is noted as what is hidden.
#[test]
fn an_earlier_address_of_a_protected_person_is_noted_as_hidden_and_shown_to_nobody_else() {
    let w = World::new();
    let clerk = w.staff("clerk");
    let person = w.member("7", NANA.kana, NANA.name, NANA.birth_on);
    contact_changed(&w, &clerk, person, &json!({ "contact_address": "架空市連絡先１" }));
    w.clock.advance(chrono::Duration::minutes(1));
    let then = w.clock.now().format("known_at=%Y-%m-%dT%H:%M:%SZ").to_string();
    w.clock.advance(chrono::Duration::minutes(1));
    protect(&clerk, person, &request()).expect(200);
    let path = format!("/v1/persons/{person}/mailing-address?{then}");
    assert_eq!(w.staff("benefits").get(&path).expect(200)["mailing_address"]["source"], "contact");
    let entry = w.entries("operation = 'getMailingAddress'").pop().unwrap();
    assert_eq!(entry["disclosed"], json!(["protected_whereabouts"]));
    for login in ["collection", "review", "it", "officer"] {
        w.staff(login).get(&path).refused(403, "forbidden");
    }
    for client in ["employer", "other-employer"] {
        assert!([403, 404].contains(&w.client(client).get(&path).status));
    }
}
#[test]
fn who_comes_to_an_age_by_names_covers_and_families_known_then() {
    let w = World::new();
    let (staff, employer) = (w.staff("clerk"), w.client("employer"));
    let member = w.member("7", NANA.kana, NANA.name, "1961-12-10");
    let people = ("暦　家族", "コヨミ　ハハ", day("1956-12-01"), "other");
    let since = day("2020-04-01");
    seed::dependent(&mut w.owner(), &w.clock, (w.employer, member), people, since).unwrap();
    let period = "from=2026-12-01&to=2026-12-31";
    let ends = format!("/v1/age-events?event=care_ends&{period}");
    let elderly = format!("/v1/age-events?event=elderly_begins&{period}");
    let paths = [ends.clone(), elderly.clone(), format!("{ends}&as_of=2025-01-01&limit=1")];
    let first = Asked::all(&w, &staff, &paths);
    let married = json!({ "name": "架空　七", "reason": "marriage", "valid_from": "2026-11-01" });
    rename((&staff, &w.staff("privileged")), member, &married);
    let named = |path: &str| items(&staff, path)[0]["name"].clone();
    assert_eq!(
        (named(&ends), named(&format!("{ends}&as_of=2026-10-31"))),
        (json!("架空　七"), json!(NANA.name))
    );
    first.is_told_again(&staff);
    let second = Asked::all(&w, &staff, &paths);
    let mut form = loss(NANA, "2026-11-19", "2026-11-20");
    (form["birth_on"], form["name"]) = (json!("1961-12-10"), json!("架空　七"));
    decide(&staff, filed(&w, &employer, &form), &accept()).expect(200);
    assert!(items(&staff, &ends).is_empty() && items(&staff, &elderly).is_empty());
    for asked in [first, second] {
        asked.has_changed(&staff);
        asked.is_told_again(&staff);
    }
}
#[test]
fn what_staff_asked_for_before_the_second_person_looked() {
    let s = Society::new();
    let (person, second) = (s.continuing(NANA), s.w.staff("second-collection"));
    let changes = "/v1/identity-changes".to_owned();
    let none = Asked::all(&s.w, &s.clerk, std::slice::from_ref(&changes));
    let asked = ask_contact(&s.clerk, person, &json!({ "phone": "03-0000-0007" })).expect(201);
    let paths = [changes.clone(), format!("{changes}?state=requested"), format!("{changes}?state=approved")];
    let waiting = Asked::all(&s.w, &s.clerk, &paths);
    ruled(&s.second, &asked, "approve").expect(200);
    let unpaid = "/v1/voluntary-defaults".to_owned();
    let nobody = Asked::all(&s.w, &second, std::slice::from_ref(&unpaid));
    let default = s.ask_unpaid(&s.collection, person, "first", "2026-11-20").expect(201);
    let asked_for = Asked::all(&s.w, &second, &[unpaid.clone(), format!("{unpaid}?state=requested")]);
    s.rule_unpaid(&second, &default, "approve").expect(200);
    for (asked, by) in [(none, &s.clerk), (waiting, &s.clerk), (nobody, &second), (asked_for, &second)] {
        asked.has_changed(by);
        asked.is_told_again(by);
    }
}
