//! 取消 of a decision that was made in error: two people withdraw it, what held before holds again, and the history keeps it.
use super::{accepted, corrections::july, held, insured, offices::second, regular, revision, row};
use crate::{
    filing::{NANA, accept, decide, filed},
    harness::{
        caller::{Caller, Response},
        race,
        world::World,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

fn asked(by: &Caller, decision: &Value, reason: &str) -> Response {
    let path = format!("/v1/standard-remunerations/{}/withdrawals", decision.as_str().unwrap());
    by.post(path).json(&json!({ "reason": reason }))
}
fn ruled(by: &Caller, withdrawal: &Value, decision: &str) -> Response {
    let path = format!("/v1/remuneration-withdrawals/{}/decision", withdrawal.as_str().unwrap());
    by.post(path).json(&json!({ "decision": decision }))
}
#[track_caller]
fn withdrawn(w: &World, decision: &Value) -> Value {
    let withdrawal = asked(&w.staff("clerk"), decision, "二重に処理したため").expect(201)["id"].clone();
    w.clock.advance(chrono::Duration::seconds(1));
    ruled(&w.staff("privileged"), &withdrawal, "approve").expect(200)
}
/// Insured, revised from 2026-02 and determined for 2026-09: the member and the two decisions.
fn decided(w: &World) -> (Uuid, Value, Value) {
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let member = insured(w, &employer, &staff, NANA);
    let first = accepted(w, &employer, &staff, &revision(NANA, "up", [320_000; 3]))["decision_id"].clone();
    let second = accepted(w, &employer, &staff, &regular(NANA, [300_000; 3]))["decision_id"].clone();
    w.clock.advance(chrono::Duration::minutes(1));
    (member, first, second)
}
fn before() -> Vec<(String, Option<String>, i64, i64)> {
    vec![
        row("2025-04", Some("2026-02"), 20, 260_000),
        row("2026-02", Some("2026-09"), 23, 320_000),
        row("2026-09", None, 22, 300_000),
    ]
}

#[test]
fn two_people_withdraw_a_decision_and_what_held_before_holds_again() {
    let w = World::new();
    let (member, _, regular_decision) = decided(&w);
    let (clerk, second) = (w.staff("clerk"), w.staff("privileged"));
    let known = w.clock.now().format("?known_at=%Y-%m-%dT%H:%M:%SZ").to_string();
    let path = format!("/v1/members/{member}/standard-remunerations{known}");
    let then = clerk.get(&path).text;
    w.clock.advance(chrono::Duration::minutes(1));
    let made = asked(&clerk, &regular_decision, "対象外の方の処理").expect(201);
    let would = json!([{ "applies_from": "2026-09", "before_yen": 300_000, "after_yen": 320_000 }]);
    assert_eq!((&made["changes"], &made["state"]), (&would, &json!("requested")));
    assert_eq!(held(&clerk, member, ""), before(), "it waits for the second person");
    ruled(&clerk, &made["id"], "approve").refused(409, "same-person");
    let list = second.get("/v1/remuneration-withdrawals?state=requested").expect(200);
    assert_eq!((&list["items"][0]["id"], &list["items"][0]["member_id"]), (&made["id"], &json!(member)));
    let lists = ["", "?state=requested", "?state=withdrawn"];
    let lists = lists.map(|query| format!("/v1/remuneration-withdrawals{query}"));
    let waiting = crate::two_times::Asked::all(&w, &second, &lists);
    let done = ruled(&second, &made["id"], "approve").expect(200);
    assert_eq!((&done["changes"], &done["state"]), (&would, &json!("withdrawn")));
    waiting.has_changed(&second);
    waiting.is_told_again(&second);
    assert_eq!(
        held(&clerk, member, ""),
        [row("2025-04", Some("2026-02"), 20, 260_000), row("2026-02", None, 23, 320_000)]
    );
    assert_eq!(clerk.get(&path).text, then, "what was known then is told byte for byte");
    let explained = clerk
        .get(format!("/v1/standard-remunerations/{}/explanation", regular_decision.as_str().unwrap()))
        .expect(200);
    assert_eq!(
        (&explained["holds"], &explained["withdrawal"]["reason"]),
        (&json!(false), &json!("対象外の方の処理"))
    );
    let ja = explained["ja"].as_str().unwrap();
    assert!(ja.starts_with("この決定は2026年11月22日に取り消されました(理由:対象外の方の処理)。"), "{ja}");
    assert!(explained["en"].as_str().unwrap().contains("withdrawn on 2026-11-22"));
    ruled(&second, &made["id"], "approve").refused(409, "withdrawal-decided");
    asked(&clerk, &regular_decision, "もう一度").refused(409, "not-held");
    accepted(&w, &w.client("employer"), &clerk, &regular(NANA, [300_000; 3]));
    assert_eq!(held(&clerk, member, ""), before(), "the form may be filed again");
}
#[test]
fn what_rests_on_it_follows_and_what_gave_way_comes_back() {
    let w = World::new();
    let (member, first, _) = decided(&w);
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    let revised = accepted(&w, &employer, &staff, &july(NANA, 400_000))["decision_id"].clone();
    assert_eq!(held(&staff, member, "").last(), Some(&row("2026-07", None, 27, 410_000)));
    withdrawn(&w, &revised);
    assert_eq!(held(&staff, member, ""), before(), "the regular determination that it had displaced");
    let done = withdrawn(&w, &first);
    assert_eq!(
        done["changes"][0],
        json!({ "applies_from": "2026-02", "before_yen": 320_000, "after_yen": 260_000 })
    );
    let all = [row("2025-04", Some("2026-09"), 20, 260_000), row("2026-09", None, 22, 300_000)];
    assert_eq!(held(&staff, member, ""), all);
}
#[test]
fn a_withdrawn_decision_never_comes_back() {
    let w = World::new();
    let (member, _, regular_decision) = decided(&w);
    let (employer, staff) = (w.client("employer"), w.staff("clerk"));
    withdrawn(&w, &regular_decision);
    let revised = accepted(&w, &employer, &staff, &july(NANA, 400_000))["decision_id"].clone();
    withdrawn(&w, &revised);
    let all = [row("2025-04", Some("2026-02"), 20, 260_000), row("2026-02", None, 23, 320_000)];
    assert_eq!(held(&staff, member, ""), all, "neither of them");
}
#[test]
fn what_is_none_of_a_report_or_asked_for_wrongly_is_refused() {
    let w = World::new();
    let (member, _, regular_decision) = decided(&w);
    let (clerk, second_person) = (w.staff("clerk"), w.staff("privileged"));
    let list = clerk.get(format!("/v1/members/{member}/standard-remunerations")).expect(200);
    asked(&clerk, &list["items"][0]["decision_id"], "誤り").refused(409, "first-decision");
    let office = accepted(&w, &w.client("employer"), &clerk, &second(100_000))["decision_id"].clone();
    asked(&clerk, &office, "誤り").refused(409, "decided-by-offices");
    asked(&clerk, &regular_decision, "誤り").refused(409, "not-held");
    let list = clerk.get(format!("/v1/members/{member}/standard-remunerations?as_of=2026-09-30")).expect(200);
    let decision = list["items"][0]["decision_id"].clone();
    for reason in ["", "123456789012"] {
        asked(&clerk, &decision, reason).refused(422, "invalid");
    }
    asked(&clerk, &json!(Uuid::now_v7()), "誤り").refused(404, "not-found");
    for by in ["collection", "it", "benefits"] {
        assert_eq!(asked(&w.staff(by), &decision, "誤り").status, 403, "{by}");
    }
    assert!([403, 404].contains(&asked(&w.client("employer"), &decision, "誤り").status));
    assert!(w.rows("select * from remuneration_withdrawal").is_empty(), "a refusal stores nothing");
    let made = asked(&clerk, &decision, "誤り").expect(201);
    asked(&second_person, &decision, "誤り").refused(409, "already-exists");
    let before = held(&clerk, member, "");
    assert_eq!(ruled(&second_person, &made["id"], "reject").expect(200)["state"], "rejected");
    assert_eq!(held(&clerk, member, ""), before);
    let again = asked(&clerk, &decision, "誤り").expect(201);
    accepted(&w, &w.client("employer"), &clerk, &july(NANA, 440_000));
    ruled(&second_person, &again["id"], "approve").refused(409, "not-held");
}
#[test]
fn a_withdrawal_and_a_correction_at_once_have_one_effect() {
    for _ in 0..4 {
        let w = World::new();
        let (_, _, regular_decision) = decided(&w);
        let made = asked(&w.staff("clerk"), &regular_decision, "誤り").expect(201);
        let form =
            super::corrections::of_months(NANA, "regular_determination", "2026-09", [4, 5, 6], 280_000);
        let n = filed(&w, &w.client("employer"), &form);
        let (clerk, second_person) = (w.staff("clerk"), w.staff("privileged"));
        let (a, b) =
            race::both(|| ruled(&second_person, &made["id"], "approve"), || decide(&clerk, n, &accept()));
        let mut statuses = [a.status, b.status];
        statuses.sort_unstable();
        assert_eq!(statuses, [200, 409], "{} {}", a.text, b.text);
        let codes = [&a.body["code"], &b.body["code"]];
        assert!(
            codes.contains(&&json!("not-held")) || codes.contains(&&json!("nothing-to-correct")),
            "{codes:?}"
        );
    }
}
#[test]
fn two_second_persons_at_once_withdraw_it_once() {
    let w = World::new();
    let (_, _, regular_decision) = decided(&w);
    let made = asked(&w.staff("clerk"), &regular_decision, "誤り").expect(201);
    let by = [w.staff("privileged"), w.staff("privileged")];
    let mut statuses = race::at_once(by.iter().map(|by| || ruled(by, &made["id"], "approve").status));
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409]);
}
