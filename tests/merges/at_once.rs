//! Merge against merge, merge against a decision: one effect, and a clear answer to the other.
use super::{another_id, asked, decided, filed_elsewhere, hired_elsewhere, moved, twins};
use crate::{
    filing::{NANA, accept, acquisition, count, decide, decide_on, filed, id, loss, same_person},
    harness::{caller::Response, race::both, world::World},
};
use serde_json::{Value, json};
use uuid::Uuid;

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
        let expected = if is_merged {
            (409, "person-merged")
        } else {
            assert!([(409, "cover-overlaps"), (409, "entry-changed")].contains(&(m.0, &m.1)), "{m:?}");
            (200, "")
        };
        assert_eq!((d.0, d.1.as_str()), expected, "{m:?} {d:?}");
        let covered = "select count(*) as n from enrolment where superseded_at is null";
        assert_eq!(count(&w, covered), if is_merged { 1 } else { 2 });
    }
}
/// A move: cover at the first employer is over, and the acquisition at the next one names the id that goes into another one at the same time.
#[test]
fn a_merge_and_a_move_at_once_have_one_effect() {
    for _ in 0..6 {
        let w = World::new();
        let (clerk, second, employer) = (w.staff("clerk"), w.staff("privileged"), w.client("employer"));
        let hired = filed(&w, &employer, &acquisition(NANA, "2026-09-01", None));
        let old = id(&decide(&clerk, hired, &accept()).expect(200)["outcome"]["member_id"]);
        let left = filed(&w, &employer, &loss(NANA, "2026-10-09", "2026-10-10"));
        decide(&clerk, left, &accept()).expect(200);
        let other = another_id(&w, old);
        let moves = hired_elsewhere(&w, NANA, "2026-11-15", None);
        let tag = clerk.get(format!("/v1/notifications/{moves}")).header("etag").to_owned();
        let merge = id(&asked(&clerk, other, old).expect(201)["id"]);
        let (m, d) = both(
            || decided(&second, merge, "approve"),
            || decide_on(&clerk, moves, &tag, &same_person("insured", old)),
        );
        let told = |r: &Response| (r.status, r.body["code"].as_str().unwrap_or_default().to_owned());
        let (m, d) = (told(&m), told(&d));
        let is_merged = m.0 == 200;
        match (is_merged, (d.0, d.1.as_str())) {
            (true, (409, "person-merged")) => {}
            (false, (200, "")) => assert_eq!((m.0, m.1.as_str()), (409, "entry-changed")),
            _ => panic!("{m:?} {d:?}"),
        }
        let live = "from enrolment where superseded_at is null";
        assert_eq!(
            count(&w, &format!("select count(*) as n {live}")),
            if is_merged { 1 } else { 2 },
            "{m:?} {d:?}"
        );
        assert_eq!(count(&w, &format!("select count(distinct person_id) as n {live}")), 1, "{m:?} {d:?}");
    }
}
/// A merge of two ids and a form about one of them, decided at once: both in one order or the other, or the later one refused with a code that
/// tells why; what was answered with 200 stands, under the one id that goes on. `form` files; `effect` counts what it does.
fn against(form: impl Fn(&World) -> Uuid, effect: &str) {
    for _ in 0..5 {
        let w = World::new();
        let (old, new) = moved(&w, NANA);
        let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
        let form = form(&w);
        let tag = clerk.get(format!("/v1/notifications/{form}")).header("etag").to_owned();
        let merge = id(&asked(&clerk, new, old).expect(201)["id"]);
        let (m, d) = both(|| decided(&second, merge, "approve"), || decide_on(&clerk, form, &tag, &accept()));
        let code = |r: &Response| r.body["code"].as_str().unwrap_or_default().to_owned();
        let told = ((m.status, code(&m)), (d.status, code(&d)));
        match (told.0.0, told.1.0) {
            (200, 200) => {}
            (409, 200) => assert_eq!(told.0.1, "entry-changed"),
            (200, 409) => assert_eq!(told.1.1, "person-merged"),
            _ => panic!("{told:?}"),
        }
        let n = count(
            &w,
            &format!("select count(*) as n from enrolment where superseded_at is null and {effect}"),
        );
        assert_eq!(n, i64::from(told.1.0 == 200), "{told:?}");
        let gone = format!(
            "select count(*) as n from enrolment where superseded_at is null and person_id = '{old}'"
        );
        assert_eq!(count(&w, &gone), i64::from(told.0.0 != 200), "{told:?}");
        let live = "select count(*) as n from enrolment where superseded_at is null";
        assert_eq!(count(&w, live), 2, "nothing twice, nothing lost: {told:?}");
    }
}
#[test]
fn a_merge_and_a_loss_at_once_lose_nothing() {
    against(|w| filed_elsewhere(w, &loss(NANA, "2026-11-20", "2026-11-21")), "lost_on = '2026-11-21'");
}
#[test]
fn a_merge_and_a_correction_at_once_lose_nothing() {
    let other_loss = |w: &World| {
        let form: Value = json!({ "kind": "qualification_date_correction", "office_number": NANA.office_number, "name_kana": NANA.kana,
            "birth_on": NANA.birth_on, "acquired_on": "2026-09-01", "lost_on": "2026-10-10", "corrected_lost_on": "2026-10-12",
            "reason": "記入誤り" });
        filed(w, &w.client("employer"), &form)
    };
    against(other_loss, "lost_on = '2026-10-12'");
}
