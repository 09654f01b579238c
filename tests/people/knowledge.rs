//! Reads of the past: they show what was known then, and nothing of now.
use super::family;
use crate::{
    filing::{NANA, accept, acquisition, decide, filed, loss},
    harness::{caller::Caller, world::World},
};
use chrono::Duration;

#[test]
fn what_was_known_says_nothing_of_the_number_and_has_no_tag() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let (member, dependent, person) = family(&w, &employer, &staff);
    w.clock.advance(Duration::minutes(2));
    w.number(member, 1);
    w.number(person, 2);
    for path in [format!("/v1/members/{member}"), format!("/v1/dependents/{dependent}")] {
        let plain = staff.get(&path);
        let tag = plain.header("etag").to_owned();
        assert_eq!(plain.expect(200)["personal_number_state"]["state"], "registered");
        assert_eq!(staff.get(format!("{path}?as_of=2026-11-22")).header("etag"), tag, "today is the present");
        let past = staff.get(format!("{path}?as_of=2026-11-21"));
        assert_eq!(past.header("etag"), "", "what was is nothing to be changed");
        assert_eq!(past.expect(200)["personal_number_state"]["state"], "registered", "known now");
        let then = staff.get(format!("{path}?known_at=2026-11-22T00:01:00Z"));
        assert_eq!(then.header("etag"), "");
        assert!(then.expect(200).get("personal_number_state").is_none());
    }
}
#[test]
fn a_number_is_not_shown_as_known_at_an_instant() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("privileged"));
    let case = filed(&w, &employer, &acquisition(NANA, "2026-11-01", None));
    let member = w.member("11", "ミホン　ジュウイチ", "見本　十一", "1990-04-15");
    let digits = w.number(member, 1);
    w.concern(case, &[member]);
    let granted = w.granted(&staff, case, &[member]);
    let path = format!("/v1/members/{member}");
    assert_eq!(granted.get(&path).expect(200)["personal_number"], digits);
    let disclosed = || w.entries("kind = 'disclosure'").len();
    let before = disclosed();
    w.clock.advance(Duration::minutes(2));
    let then = granted.get(format!("{path}?known_at=2026-11-22T00:01:00Z")).expect(200);
    assert!(then.get("personal_number").is_none());
    let asked = granted.get(format!("{path}?known_at=2026-11-22T00:01:00Z&expand=personal_number"));
    assert_eq!(asked.refused(422, "invalid")["errors"][0]["code"], "not-with-known-at");
    assert_eq!(disclosed(), before);
}
/// the right to look ends with the employment; what was known before the loss does not bring it back.
#[test]
fn an_employer_does_not_get_round_a_loss_by_asking_what_was_known() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (member, dependent, _) = family(&w, &employer, &staff);
    w.clock.advance(Duration::minutes(2));
    let then = "known_at=2026-11-22T00:01:00Z";
    let paths = [format!("/v1/members/{member}"), format!("/v1/dependents/{dependent}")];
    for path in &paths {
        employer.get(format!("{path}?{then}")).expect(200);
    }
    let leaves = filed(&w, &employer, &loss(NANA, "2026-11-20", "2026-11-21"));
    decide(&staff, leaves, &accept()).expect(200);
    for path in &paths {
        employer.get(format!("{path}?{then}")).refused(404, "not-found");
        employer.get(format!("{path}?as_of=2026-11-20&{then}")).expect(200);
        let seen = staff.get(format!("{path}?{then}")).expect(200);
        assert!(seen.get("lost_on").is_none() && seen.get("removed_on").is_none());
    }
}
/// The state of a number is known of now alone: it may be that of the time after an employment.
#[test]
fn a_former_employer_is_not_told_whether_a_number_is_registered_now() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (member, dependent, person) = family(&w, &employer, &staff);
    let paths = [format!("/v1/members/{member}"), format!("/v1/dependents/{dependent}")];
    let lists = ["/v1/members".to_owned(), format!("/v1/members/{member}/dependents")];
    let told = |by: &Caller, day: &str| -> Vec<String> {
        let mut all: Vec<_> = paths
            .iter()
            .map(|path| {
                by.get(format!("{path}?as_of={day}")).expect(200)["personal_number_state"].to_string()
            })
            .collect();
        for path in &lists {
            let of_day = by.get(format!("{path}?as_of={day}")).expect(200);
            let rows = of_day["items"].as_array().unwrap().clone();
            assert!(!rows.is_empty(), "{path}");
            all.extend(rows.iter().map(|row| row["personal_number_state"].to_string()));
        }
        all
    };
    assert!(told(&employer, "2026-11-20").iter().all(|state| state.contains("not_registered")));
    let leaves = filed(&w, &employer, &loss(NANA, "2026-11-20", "2026-11-21"));
    decide(&staff, leaves, &accept()).expect(200);
    w.number(member, 1);
    w.number(person, 2);
    assert_eq!(told(&employer, "2026-11-20"), ["null"; 4]);
    assert!(told(&staff, "2026-11-20").iter().all(|state| state.contains("\"registered")));
}
