//! Merge against merge, merge against a decision: one effect, and a clear answer to the other.
use super::{asked, decided, hired_elsewhere, twins};
use crate::{
    filing::{NANA, count, decide_on, id, same_person},
    harness::{caller::Response, world::World},
};

/// Both at once.
fn both(a: impl FnOnce() -> Response + Send, b: impl FnOnce() -> Response + Send) -> (Response, Response) {
    let gate = std::sync::Barrier::new(2);
    std::thread::scope(|s| {
        let one = s.spawn(|| {
            gate.wait();
            a()
        });
        gate.wait();
        let other = b();
        (one.join().unwrap(), other)
    })
}

#[test]
fn of_two_merges_at_once_one_is_done() {
    for _ in 0..5 {
        let w = World::new();
        let ((one, other), (third, _)) = (twins(&w, "81"), twins(&w, "82"));
        w.run(&format!(
            "alter table person_identity disable trigger keep_history; \
             update person_identity set birth_on = '1977-07-01' where person_id = '{third}'; \
             alter table person_identity enable trigger keep_history"
        ));
        let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
        // the same id is to go into two others
        let merges = [one, third].map(|surviving| id(&asked(&clerk, surviving, other).expect(201)["id"]));
        let (a, b) =
            both(|| decided(&second, merges[0], "approve"), || decided(&second, merges[1], "approve"));
        let mut told = [a, b].map(|r| (r.status, r.body["code"].as_str().unwrap_or_default().to_owned()));
        told.sort();
        assert_eq!(told, [(200, String::new()), (409, "person-merged".into())]);
        let done = "select count(*) as n from person_merge where state = 'merged'";
        assert_eq!(
            (count(&w, done), count(&w, "select count(*) as n from person where merged_into is not null")),
            (1, 1)
        );
    }
}
#[test]
fn a_merge_and_an_acquisition_at_once_have_one_effect() {
    let mut orders = std::collections::BTreeSet::new();
    for _ in 0..8 {
        let w = World::new();
        let (one, other) = twins(&w, "81");
        let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
        let p = crate::filing::Person {
            kana: "ミホン　フタゴ",
            name: "見本　双子",
            birth_on: "1977-07-01",
            ..NANA
        };
        let hired = hired_elsewhere(&w, p, "2026-11-15", None);
        let tag = clerk.get(format!("/v1/notifications/{hired}")).header("etag").to_owned();
        let merge = id(&asked(&clerk, one, other).expect(201)["id"]);
        // the other id is insured, and is merged into one who is insured: only one of both can be
        let (m, d) = both(
            || decided(&second, merge, "approve"),
            || decide_on(&clerk, hired, &tag, &same_person("insured", other)),
        );
        let told = |r: &Response| (r.status, r.body["code"].as_str().unwrap_or_default().to_owned());
        let (m, d) = (told(&m), told(&d));
        let is_merged = m.0 == 200;
        let expected: &[(u16, &str)] = if is_merged {
            &[(409, "person-merged"), (422, "invalid")]
        } else {
            assert!([(409, "cover-overlaps"), (409, "entry-changed")].contains(&(m.0, &m.1)), "{m:?}");
            &[(200, "")]
        };
        assert!(expected.contains(&(d.0, &d.1)), "{m:?} {d:?}");
        let covered = "select count(*) as n from enrolment where superseded_at is null";
        assert_eq!(count(&w, covered), if is_merged { 1 } else { 2 });
        orders.insert(is_merged);
    }
    assert!(!orders.is_empty());
}
