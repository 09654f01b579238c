//! Campaigns end: closed when everybody is decided, or cancelled; nothing is answered, decided or reminded of in them any more.
use super::{Asked, campaign, confirm, made, pass, remove, start, still, work};
use crate::{
    filing::{Person, accept, decide, entries, filed, id, loss, tables},
    harness::{
        caller::{Caller, Response},
        race,
    },
};
use serde_json::{Value, json};
use uuid::Uuid;

const INSURED: Person =
    Person {
        office_number: "7", kana: "カクニン　イチ", name: "確認　一", birth_on: "1985-07-07"
    };

fn close(by: &Caller, campaign: Uuid) -> Response {
    by.post(format!("/v1/confirmation-campaigns/{campaign}/closing")).send(b"")
}
fn cancel(by: &Caller, campaign: Uuid, body: &Value) -> Response {
    by.post(format!("/v1/confirmation-campaigns/{campaign}/cancellation")).json(body)
}
fn why() -> Value {
    json!({ "reason": "対象の選び方を誤ったため" })
}
/// Does all at once and gives their answers in order.
fn at_once(works: Vec<Box<dyn FnOnce() -> Response + Send + '_>>) -> Vec<Response> {
    race::at_once(works)
}

#[test]
fn a_campaign_is_closed_once_everybody_is_decided() {
    let s = Asked::new();
    let before = tables(&s.w);
    close(&s.staff, s.campaign).refused(409, "undecided-left");
    s.answer(&s.employer, s.wife, &still()).expect(200);
    s.decide(s.wife, &confirm()).expect(200);
    close(&s.staff, s.campaign).refused(409, "undecided-left");
    s.removed(s.child, "2026-11-22");
    let closed = close(&s.staff, s.campaign).expect(200);
    assert_eq!((&closed["state"], &closed["member_count"]), (&json!("closed"), &json!(2)));
    assert!(closed["ended_at"].is_string() && closed.get("cancel_reason").is_none());
    assert_eq!(tables(&s.w)["public.confirmation_campaign"], before["public.confirmation_campaign"]);
    assert_eq!(entries(&s.w, "closeConfirmationCampaign").len(), 3, "refused or not");
    // what was decided stands, and nothing more happens in it
    close(&s.staff, s.campaign).refused(409, "campaign-closed");
    cancel(&s.staff, s.campaign, &why()).refused(409, "campaign-closed");
    start(&s.staff, s.campaign).refused(409, "campaign-closed");
    s.answer(&s.employer, s.wife, &still()).refused(409, "campaign-closed");
    s.decide(s.wife, &remove("2026-11-01")).refused(409, "campaign-closed");
    let progress = format!("/v1/confirmation-campaigns/{}/progress", s.campaign);
    let told = s.employer.get(progress).expect(200)["items"][0].clone();
    assert_eq!((&told["campaign_state"], &told["counts"]["confirmed"]), (&json!("closed"), &json!(1)));
    assert_eq!(s.read(&s.employer, s.wife).expect(200)["campaign_state"], "closed");
}

#[test]
fn who_lost_cover_otherwise_is_not_waited_for_and_not_asked_again_in_a_closed_campaign() {
    let s = Asked::new();
    let n = filed(&s.w, &s.employer, &loss(INSURED, "2026-11-21", "2026-11-22"));
    decide(&s.staff, n, &accept()).expect(200);
    close(&s.staff, s.campaign).expect(200);
    // the loss is cancelled: wife and child are dependents again, and the closed campaign asks nobody
    s.w.clock.advance(chrono::Duration::seconds(1));
    let no_loss = json!({ "kind": "loss_cancellation", "office_number": "7", "name_kana": INSURED.kana,
        "birth_on": INSURED.birth_on, "lost_on": "2026-11-22", "reason": "退職の撤回のため" });
    let n = filed(&s.w, &s.employer, &no_loss);
    decide(&s.staff, n, &accept()).expect(200);
    assert!(s.known(s.wife)[0]["removed_on"].is_null());
    assert_eq!(s.read(&s.staff, s.wife).expect(200)["state"], "ended");
    s.answer(&s.staff, s.wife, &still()).refused(409, "campaign-closed");
}

#[test]
fn who_lives_again_as_a_dependent_is_asked_again_while_the_campaign_runs() {
    let s = Asked::new();
    let n = filed(&s.w, &s.employer, &loss(INSURED, "2026-11-21", "2026-11-22"));
    decide(&s.staff, n, &accept()).expect(200);
    assert_eq!(s.read(&s.staff, s.wife).expect(200)["state"], "ended");
    s.read(&s.employer, s.wife).refused(404, "not-found");
    s.w.clock.advance(chrono::Duration::seconds(1));
    let no_loss = json!({ "kind": "loss_cancellation", "office_number": "7", "name_kana": INSURED.kana,
        "birth_on": INSURED.birth_on, "lost_on": "2026-11-22", "reason": "退職の撤回のため" });
    let n = filed(&s.w, &s.employer, &no_loss);
    decide(&s.staff, n, &accept()).expect(200);
    assert_eq!(s.read(&s.employer, s.wife).expect(200)["state"], "open");
    s.answer(&s.employer, s.wife, &still()).expect(200);
    s.decide(s.wife, &confirm()).expect(200);
    // whose cover never was is not asked either, and what was decided stays as it was decided
    s.w.clock.advance(chrono::Duration::seconds(1));
    let never = json!({ "kind": "acquisition_cancellation", "office_number": "7", "name_kana": INSURED.kana,
        "birth_on": INSURED.birth_on, "acquired_on": "2020-04-01", "reason": "採用取消のため" });
    let n = filed(&s.w, &s.employer, &never);
    decide(&s.staff, n, &accept()).expect(200);
    assert_eq!(s.read(&s.staff, s.child).expect(200)["state"], "ended");
    assert_eq!(s.read(&s.staff, s.wife).expect(200)["state"], "confirmed");
    s.read(&s.employer, s.wife).refused(404, "not-found");
    close(&s.staff, s.campaign).expect(200);
}

#[test]
fn a_cancelled_campaign_asks_nobody_and_what_was_decided_stays() {
    let mut s = Asked::new();
    work(&s.w);
    s.removed(s.child, "2026-11-22");
    s.answer(&s.employer, s.wife, &still()).expect(200);
    let cancelled = cancel(&s.staff, s.campaign, &why()).expect(200);
    assert_eq!(
        (&cancelled["state"], &cancelled["cancel_reason"]),
        (&json!("cancelled"), &json!("対象の選び方を誤ったため"))
    );
    cancel(&s.staff, s.campaign, &why()).refused(409, "campaign-cancelled");
    close(&s.staff, s.campaign).refused(409, "campaign-cancelled");
    let read = s.read(&s.employer, s.wife).expect(200);
    assert_eq!((&read["state"], &read["campaign_state"]), (&json!("cancelled"), &json!("cancelled")));
    assert!(read["answer"].is_object() && read.get("proposal").is_none(), "{read}");
    s.answer(&s.employer, s.wife, &still()).refused(409, "campaign-cancelled");
    s.decide(s.wife, &confirm()).refused(409, "campaign-cancelled");
    assert_eq!(s.known(s.child)[0]["removed_on"], "2026-11-22", "the removal stays");
    let path = format!("/v1/confirmation-campaigns/{}", s.campaign);
    let counts = s.staff.get(&path).expect(200)["counts"].clone();
    assert_eq!((&counts["cancelled"], &counts["removal_found"]), (&json!(1), &json!(1)));
    let listed = s.staff.get("/v1/confirmations?state=cancelled").expect(200)["items"].clone();
    assert_eq!(listed[0]["dependent_id"], json!(s.wife.0));
    // the calendar passes it by
    pass(&s.w, 40);
    work(&s.w);
    assert_eq!(s.w.rows("select 1 from confirmation_reminder").len(), 0);
    assert_eq!(s.w.rows("select 1 from confirmation where state = 'overdue'").len(), 0);
    (s.staff, s.employer) = (s.w.staff("privileged"), s.w.client("employer"));
    // one that was never started
    let next = json!({ "name": "翌年度", "as_of": "2027-10-01", "due_on": "2027-10-31" });
    let planned = id(&made(&s.staff, &next).expect(201)["id"]);
    close(&s.staff, planned).refused(409, "not-started");
    cancel(&s.staff, planned, &why()).expect(200);
    start(&s.staff, planned).refused(409, "campaign-cancelled");
}

#[test]
fn only_those_who_run_a_campaign_end_it() {
    let s = Asked::new();
    let others = ["benefits", "collection", "review", "officer", "it"].map(|login| s.w.staff(login));
    let before = tables(&s.w);
    for by in &others {
        close(by, s.campaign).refused(403, "forbidden");
        cancel(by, s.campaign, &why()).refused(403, "forbidden");
    }
    close(&s.employer, s.campaign).refused(403, "insufficient-scope");
    cancel(&s.employer, s.campaign, &why()).refused(403, "insufficient-scope");
    close(&s.w.nobody(), s.campaign).refused(401, "unauthenticated");
    close(&s.staff, Uuid::now_v7()).refused(404, "not-found");
    cancel(&s.staff, Uuid::now_v7(), &why()).refused(404, "not-found");
    for (body, pointer, code) in [
        (json!({}), "", "missing-field"),
        (json!({ "reason": "" }), "/reason", "length"),
        (json!({ "reason": "あ".repeat(101) }), "/reason", "length"),
        (json!({ "reason": "誤り 9999-0000-0000" }), "/reason", "E-NUMBER-IN-TEXT"),
        (json!({ "reason": 1 }), "/reason", "wrong-type"),
        (json!({ "reason": "誤り", "note": "x" }), "/note", "unknown-field"),
    ] {
        let refused = cancel(&s.staff, s.campaign, &body).refused(422, "invalid");
        let errors = refused["errors"].as_array().unwrap();
        assert!(errors.iter().any(|e| e["pointer"] == pointer && e["code"] == code), "{body}: {refused}");
        assert!(!refused.to_string().contains("9999-0000"), "nothing is echoed");
    }
    assert_eq!(tables(&s.w), before);
    assert_eq!(s.w.rows("select state from confirmation_campaign")[0]["state"], "running");
}

#[test]
fn a_campaign_ends_once_and_never_beside_an_answer_or_a_decision() {
    for round in 0..6 {
        let s = Asked::new();
        let clerk = s.w.staff("clerk");
        let tag = s.read(&s.staff, s.wife).header("etag").to_owned();
        let told = at_once(vec![
            Box::new(|| cancel(&s.staff, s.campaign, &why())),
            Box::new(|| cancel(&clerk, s.campaign, &why())),
            Box::new(|| s.send_on(&s.employer, s.wife, "answer", &tag, &still())),
        ]);
        let mut ended: Vec<u16> = told[..2].iter().map(|r| r.status).collect();
        ended.sort_unstable();
        assert_eq!(ended, [200, 409], "{round}");
        let answers = s.w.rows("select 1 from confirmation_answer").len();
        match told[2].status {
            200 => assert_eq!(answers, 1),
            409 => assert_eq!((answers, &told[2].body["code"]), (0, &json!("campaign-cancelled"))),
            other => panic!("{other}: {}", told[2].text),
        }
        assert_eq!(s.read(&s.staff, s.wife).expect(200)["state"], "cancelled");
    }
    for round in 0..6 {
        let s = Asked::new();
        s.removed(s.child, "2026-11-22");
        s.answer(&s.employer, s.wife, &still()).expect(200);
        let clerk = s.w.staff("clerk");
        let tag = s.read(&s.staff, s.wife).header("etag").to_owned();
        let mut against = remove("2026-11-01");
        against["removal_note"] = json!("就職先の証明と異なる");
        let told = at_once(vec![
            Box::new(|| cancel(&s.staff, s.campaign, &why())),
            Box::new(|| s.send_on(&clerk, s.wife, "decision", &tag, &against)),
        ]);
        assert_eq!(told[0].status, 200, "{round}");
        let is_decided = told[1].status == 200;
        if !is_decided {
            assert_eq!((told[1].status, &told[1].body["code"]), (409, &json!("campaign-cancelled")));
        }
        assert_eq!(s.known(s.wife)[0]["removed_on"].is_null(), !is_decided, "cover goes with the decision");
        let state = s.read(&s.staff, s.wife).expect(200)["state"].clone();
        assert_eq!(state, if is_decided { "removal_found" } else { "cancelled" });
    }
}

#[test]
fn a_campaign_that_starts_while_it_is_cancelled_asks_everybody_or_nobody() {
    for _ in 0..6 {
        let s = Asked::new();
        let mut earlier = campaign();
        earlier["as_of"] = json!("2026-11-19");
        let planned = id(&made(&s.staff, &earlier).expect(201)["id"]);
        let clerk = s.w.staff("clerk");
        let told = at_once(vec![
            Box::new(|| start(&s.staff, planned)),
            Box::new(|| cancel(&clerk, planned, &why())),
        ]);
        assert_eq!(told[1].status, 200, "{}", told[1].text);
        let rows = s.w.rows(&format!("select state from confirmation where campaign_id = '{planned}'")).len();
        match told[0].status {
            200 => assert_eq!(rows, 2),
            409 => assert_eq!(rows, 0),
            other => panic!("{other}: {}", told[0].text),
        }
        let counts =
            s.staff.get(format!("/v1/confirmation-campaigns/{planned}")).expect(200)["counts"].clone();
        assert_eq!((&counts["cancelled"], &counts["open"]), (&json!(rows), &json!(0)));
    }
}
