//! Two at once: one effect, and the other is told.
use super::{Asked, campaign, ceased, confirm, made, pass, remove, start, still, work};
use crate::{
    filing::{Person, accept, child_leaves, decide_on, filed},
    harness::{caller::Response, race},
};
use serde_json::json;

/// Does both at once and gives their answers.
fn both(one: impl FnOnce() -> Response + Send, two: impl FnOnce() -> Response + Send) -> [Response; 2] {
    race::both(one, two).into()
}
/// One went through; the status and code of the other.
#[track_caller]
fn other(told: &[Response; 2]) -> (u16, String) {
    let (right, refused): (Vec<_>, Vec<_>) = told.iter().partition(|r| r.status == 200);
    assert_eq!(right.len(), 1, "{told:?}");
    (refused[0].status, refused[0].body["code"].as_str().unwrap().to_owned())
}

#[test]
fn of_two_answers_at_once_one_is_kept() {
    for _ in 0..5 {
        let s = Asked::new();
        let tag = s.read(&s.staff, s.wife).header("etag").to_owned();
        let told = both(
            || s.send_on(&s.employer, s.wife, "answer", &tag, &still()),
            || s.send_on(&s.staff, s.wife, "answer", &tag, &ceased("2026-11-01")),
        );
        assert_eq!(other(&told), (412, "stale".into()));
        assert_eq!(s.w.rows("select 1 from confirmation_answer").len(), 1);
    }
}
#[test]
fn of_two_decisions_at_once_one_takes_effect() {
    for _ in 0..5 {
        let s = Asked::new();
        s.answer(&s.employer, s.wife, &still()).expect(200);
        let tag = s.read(&s.staff, s.wife).header("etag").to_owned();
        let clerk = s.w.staff("clerk");
        let mut against = remove("2026-11-01");
        against["removal_note"] = json!("就職先の証明と異なる");
        let told = both(
            || s.send_on(&s.staff, s.wife, "decision", &tag, &confirm()),
            || s.send_on(&clerk, s.wife, "decision", &tag, &against),
        );
        assert_eq!(other(&told), (412, "stale".into()));
        assert_eq!(s.w.rows("select 1 from dependent_recognition").len(), 1);
        let is_confirmed = told[0].status == 200;
        assert_eq!(s.known(s.wife)[0]["removed_on"].is_null(), is_confirmed);
        assert_eq!(
            s.read(&s.staff, s.wife).expect(200)["state"],
            if is_confirmed { "confirmed" } else { "removal_found" }
        );
    }
}
#[test]
fn a_decision_against_a_form_removes_once() {
    let insured =
        Person {
            office_number: "7", kana: "カクニン　イチ", name: "確認　一", birth_on: "1985-07-07"
        };
    let child =
        Person {
            office_number: "", kana: "カクニン　コ", name: "確認　家族", birth_on: "2015-05-05"
        };
    for _ in 0..8 {
        let s = Asked::new();
        s.answer(&s.employer, s.child, &ceased("2026-11-21")).expect(200);
        let n = filed(&s.w, &s.employer, &child_leaves(insured, child, "2026-11-20"));
        let of_form = s.staff.get(format!("/v1/notifications/{n}")).header("etag").to_owned();
        let tag = s.read(&s.staff, s.child).header("etag").to_owned();
        let clerk = s.w.staff("clerk");
        let told = both(
            || s.send_on(&s.staff, s.child, "decision", &tag, &remove("2026-11-21")),
            || decide_on(&clerk, n, &of_form, &accept()),
        );
        let (status, code) = other(&told);
        assert_eq!(status, 409);
        let by_decision = told[0].status == 200;
        assert_eq!(code, if by_decision { "dependent-not-found" } else { "not-a-dependent" });
        let day = if by_decision { "2026-11-21" } else { "2026-11-20" };
        assert_eq!(s.known(s.child)[0]["removed_on"], json!(day));
        assert_eq!(
            s.w.rows(&format!("select 1 from dependency where dependent_id = '{}'", s.child.0)).len(),
            2
        );
    }
}
#[test]
fn an_answer_beside_a_decision_is_kept_or_told() {
    for _ in 0..5 {
        let s = Asked::new();
        s.answer(&s.employer, s.wife, &still()).expect(200);
        let tag = s.read(&s.staff, s.wife).header("etag").to_owned();
        let told = both(
            || s.send_on(&s.employer, s.wife, "answer", &tag, &ceased("2026-11-01")),
            || s.send_on(&s.staff, s.wife, "decision", &tag, &confirm()),
        );
        assert_eq!(other(&told), (412, "stale".into()));
        let is_corrected = told[0].status == 200;
        let read = s.read(&s.staff, s.wife).expect(200);
        assert_eq!(read["state"], if is_corrected { "answered" } else { "confirmed" });
        assert_eq!(read["answer"]["still_qualifies"], !is_corrected);
        assert_eq!(s.w.rows("select 1 from dependent_recognition").len(), usize::from(!is_corrected));
    }
}
#[test]
fn an_answer_beside_the_day_after_the_due_day_is_kept_or_told() {
    for _ in 0..5 {
        let mut s = Asked::new();
        work(&s.w);
        pass(&s.w, 28);
        work(&s.w);
        pass(&s.w, 1);
        (s.staff, s.employer) = (s.w.staff("privileged"), s.w.client("employer"));
        let tag = s.read(&s.staff, s.wife).header("etag").to_owned();
        let (told, ()) = race::both(
            || s.send_on(&s.employer, s.wife, "answer", &tag, &still()),
            || {
                work(&s.w);
            },
        );
        let state = s.read(&s.staff, s.wife).expect(200)["state"].clone();
        match told.status {
            200 => assert_eq!(state, "answered"),
            412 => assert_eq!(state, "overdue"),
            other => panic!("{other}: {}", told.text),
        }
        assert_eq!(s.read(&s.staff, s.child).expect(200)["state"], "overdue");
    }
}

/// Whoever decides holds persons; a start looks at their keys and waits for nobody, and nobody for it.
#[test]
fn a_start_goes_on_while_persons_are_held() {
    use diesel::Connection;
    let s = Asked::new();
    let mut other = campaign();
    other["as_of"] = json!("2026-11-19");
    let other = crate::filing::id(&made(&s.staff, &other).expect(201)["id"]);
    let mut conn = s.w.owner();
    conn.transaction::<_, kenpo::kernel::Problem, _>(|conn| {
        kenpo::domain::members::hold(conn, &[s.insured, s.wife.1])?;
        kenpo::domain::members::lock_person(conn, s.child.1)?;
        assert_eq!(start(&s.staff, other).expect(200)["member_count"], 2);
        Ok(())
    })
    .unwrap();
}
