//! 番号 that employers write on their forms: taken as written, and never a way to use up the numbers of a 記号.
use super::accepted;
use crate::{
    filing::{KYU, NANA, Person, accept, acquisition, decide, filed},
    harness::world::World,
};
use serde_json::json;

const GO: Person =
    Person {
        office_number: "55", kana: "ミホン　ゴロウ", name: "見本　五郎", birth_on: "1995-05-05"
    };

fn with_number(p: Person, number: &str) -> serde_json::Value {
    let mut form = acquisition(p, "2026-11-01", None);
    form["insured_number"] = json!(number);
    form
}
#[test]
fn a_given_number_is_kept_as_written_and_given_once() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (_, outcome) = accepted(&staff, filed(&w, &employer, &with_number(NANA, "0012345")));
    assert_eq!(outcome["number"], "0012345");
    let found = staff.get("/v1/members?number=0012345").expect(200);
    assert_eq!(found["items"].as_array().unwrap().len(), 1, "found by what the certificate shows");
    for same in ["12345", "0012345"] {
        let waiting = filed(&w, &employer, &with_number(KYU, same));
        decide(&staff, waiting, &accept()).refused(409, "number-in-use");
        employer.post(format!("/v1/notifications/{}/withdrawal", waiting)).send(b"").expect(200);
    }
    let waiting = filed(&w, &employer, &with_number(KYU, "000"));
    decide(&staff, waiting, &accept()).refused(422, "number-malformed");
}
#[test]
fn one_slip_does_not_use_up_the_numbers() {
    let w = World::new();
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let (_, outcome) = accepted(&staff, filed(&w, &employer, &with_number(NANA, "9999999")));
    assert_eq!(outcome["number"], "9999999");
    let counted = |p: Person| {
        let (_, outcome) = accepted(&staff, filed(&w, &employer, &acquisition(p, "2026-11-01", None)));
        outcome["number"].as_str().unwrap().parse::<u32>().unwrap()
    };
    let first = counted(KYU);
    assert!(first < 9_999_999, "{first}");
    assert_eq!(counted(GO), first + 1);
}
