//! Staff registers every kind of form from paper, with a second person's check: a kind without a row here does not compile.
use super::{check, matches};
use crate::{
    filing::{NANA, SPOUSE, accept, acquisition, count, decide, fresh_key, id, loss, spouse},
    harness::caller::Caller,
    voluntary::{Society, application, wish},
};
use kenpo::domain::notifications::NotificationKind as Kind;
use serde_json::{Value, json};

/// A form of the kind about 見本 七, of whom everything that it rests on was notified before.
struct Paper {
    /// For the society's own office, and not for the employer.
    is_of_own_office: bool,
    form: Value,
    /// Counts what accepting it stores.
    effect: String,
}
fn about(kind: Kind, more: &Value) -> Value {
    let mut form = match kind {
        Kind::NoBonusReport => json!({}),
        _ => {
            json!({ "office_number": NANA.office_number, "name_kana": NANA.kana, "birth_on": NANA.birth_on })
        }
    };
    form["kind"] = json!(kind.word());
    for (key, value) in more.as_object().unwrap() {
        form[key] = value.clone();
    }
    form
}
/// A report of pay in three months.
fn pay(kind: Kind, from: &str, (months, yen): ([u8; 3], i64), more: &Value) -> Value {
    let month = |n: u8| json!({ "month": n, "base_days": 30, "cash_yen": yen, "total_yen": yen });
    let paid: Value = months.into_iter().map(month).collect();
    let mut form = about(kind, more);
    (form["applies_from"], form["months"], form["average_yen"]) = (json!(from), paid, json!(yen));
    form
}
/// Leaves and bonuses that other forms rest on.
fn childcare() -> Value {
    about(
        Kind::ChildcareLeaveReport,
        &json!({ "application": "new", "starts_on": "2026-05-01", "ends_on": "2026-07-31", "child_name_kana": "ミホン　コ",
            "child_birth_on": "2026-03-03" }),
    )
}
fn maternity() -> Value {
    let days =
        json!({ "starts_on": "2026-01-23", "ends_on": "2026-04-30", "expected_birth_on": "2026-03-05" });
    about(Kind::MaternityLeaveReport, &days)
}
fn bonus() -> Value {
    about(Kind::BonusReport, &json!({ "paid_on": "2026-07-10", "cash_yen": 500_000, "total_yen": 500_000 }))
}
/// What lies on the clerk's desk; `n` counts what is stored of it.
fn paper(s: &Society, kind: Kind) -> Paper {
    if kind != Kind::QualificationAcquisition
        && !matches!(kind, Kind::VoluntaryApplication | Kind::VoluntaryLoss)
    {
        s.insured(NANA, "2025-04-01");
    }
    let mut is_of_own_office = false;
    let before = |forms: &[Value]| forms.iter().for_each(|form| drop(s.accepted_of_employer(form)));
    let standard =
        |from: &str| format!("standard_remuneration where applies_from = '{from}' and superseded_at is null");
    let covers = |what: &str| format!("enrolment where {what} and superseded_at is null");
    let leaves = |what: &str| format!("leave_period where {what} and superseded_at is null");
    let (form, effect) = match kind {
        Kind::QualificationAcquisition => {
            (acquisition(NANA, "2026-11-01", None), covers("acquired_on = '2026-11-01'"))
        }
        Kind::QualificationLoss => {
            (loss(NANA, "2026-11-20", "2026-11-21"), covers("lost_on = '2026-11-21'"))
        }
        Kind::DependentChange => (
            spouse(NANA, SPOUSE, "2026-11-14", None),
            "dependency where recognised_on = '2026-11-14' and superseded_at is null".into(),
        ),
        Kind::RegularReport => {
            let previous = json!({ "previous_remuneration_yen": 260_000, "previous_revised_in": "2025-04", "grand_total_yen": 900_000 });
            (pay(kind, "2026-09", ([4, 5, 6], 300_000), &previous), standard("2026-09-01"))
        }
        Kind::RevisionReport => {
            let previous = json!({ "previous_remuneration_yen": 260_000, "previous_revised_in": "2025-04", "grand_total_yen": 1_200_000,
                "pay_change_month": 11, "pay_change_direction": "up" });
            (pay(kind, "2026-02", ([11, 12, 1], 400_000), &previous), standard("2026-02-01"))
        }
        Kind::BonusReport => (bonus(), "bonus_payment where paid_yen = 500000 and superseded_at is null".into()),
        Kind::NoBonusReport => (
            about(kind, &json!({ "planned_month": "2026-10", "next_planned_month": "2026-12" })),
            "no_bonus_report where planned_month = '2026-10-01' and next_planned_month = '2026-12-01' and superseded_at is null".into(),
        ),
        Kind::MaternityLeaveReport => (maternity(), leaves("starts_on = '2026-01-23'")),
        Kind::MaternityLeaveChange => {
            before(&[maternity()]);
            let end = json!({ "starts_on": "2026-01-23", "ends_on": "2026-04-28", "has_ended": true });
            (about(kind, &end), leaves("ended_on = '2026-04-28'"))
        }
        Kind::ChildcareLeaveReport => (childcare(), leaves("starts_on = '2026-05-01'")),
        Kind::ChildcareLeaveEnd => {
            before(&[childcare()]);
            let end = json!({ "starts_on": "2026-05-01", "ends_on": "2026-07-30" });
            (about(kind, &end), leaves("ended_on = '2026-07-30'"))
        }
        Kind::LeaveCorrection => {
            before(&[childcare()]);
            let right = json!({ "leave": "childcare", "starts_on": "2026-05-01", "corrected_child_birth_on": "2026-03-04" });
            (about(kind, &right), leaves("born_on = '2026-03-04'"))
        }
        Kind::LeaveEndRevisionReport => {
            before(&[childcare()]);
            before(&[about(Kind::ChildcareLeaveEnd, &json!({ "starts_on": "2026-05-01", "ends_on": "2026-07-31" }))]);
            let after = json!({ "leave": "childcare", "requested": true, "ends_on": "2026-07-31", "child_name_kana": "ミホン　コ",
                "child_birth_on": "2026-03-03" });
            (pay(kind, "2026-11", ([8, 9, 10], 200_000), &after), standard("2026-11-01"))
        }
        Kind::RemunerationCorrection => {
            let right = json!({ "decision": "acquisition_determination", "applies_from": "2025-04", "cash_yen": 300_000,
                "total_yen": 300_000 });
            (about(kind, &right), format!("{} and standard_yen = 300000", standard("2025-04-01")))
        }
        Kind::BonusCorrection => {
            before(&[bonus()]);
            let right = json!({ "paid_on": "2026-07-10", "cash_yen": 400_000, "total_yen": 400_000 });
            (about(kind, &right), "bonus_payment where paid_yen = 400000 and superseded_at is null".into())
        }
        Kind::TwoOfficeReport => {
            let other = json!({ "starts_on": "2026-10-10", "other_office_name": "架空別会社", "other_monthly_yen": 100_000 });
            (about(kind, &other), "concurrent_office where from_on = '2026-10-10' and superseded_at is null".into())
        }
        Kind::VoluntaryApplication => {
            is_of_own_office = true;
            let (_, card) = s.left(NANA, "2025-04-01", "2026-10-31", "2026-11-01");
            (application(NANA, &card), covers("enrolment_type <> 'compulsory' and acquired_on = '2026-11-01'"))
        }
        Kind::VoluntaryLoss => {
            is_of_own_office = true;
            let card = s.card(s.continuing(NANA));
            (wish(NANA, &card), covers("loss_reason = 'withdrawal' and lost_on = '2026-12-01'"))
        }
        Kind::AcquisitionCancellation => {
            let form = about(kind, &json!({ "acquired_on": "2025-04-01", "reason": "採用取消" }));
            // closed, and nothing in its place
            (form, "enrolment e where superseded_at is not null and not exists (select from enrolment o where o.person_id = e.person_id \
                and o.superseded_at is null)".into())
        }
        Kind::LossCancellation => {
            before(&[loss(NANA, "2026-11-20", "2026-11-21")]);
            let form = about(kind, &json!({ "lost_on": "2026-11-21", "reason": "退職の撤回" }));
            (form, covers("acquired_on = '2025-04-01' and lost_on is null"))
        }
        Kind::QualificationDateCorrection => {
            let days = json!({ "acquired_on": "2025-04-01", "corrected_acquired_on": "2025-04-02", "reason": "記入誤り" });
            (about(kind, &days), covers("acquired_on = '2025-04-02'"))
        }
        Kind::BirthDateCorrection => (
            about(kind, &json!({ "corrected_birth_on": "2000-07-08" })),
            "person_identity where birth_on = '2000-07-08' and superseded_at is null".into(),
        ),
        Kind::NameChangeReport => (
            about(
                kind,
                &json!({ "changed_name": "架空　七", "changed_name_kana": "カクウ　ナナ", "name_reason": "marriage",
                    "changed_on": "2026-11-10" }),
            ),
            "person_identity where name_kana = 'カクウ　ナナ' and valid_from = '2026-11-10' and superseded_at is null".into(),
        ),
        Kind::AddressChangeReport => (
            about(
                kind,
                &json!({ "changed_on": "2026-11-15",
                    "resident_address": { "postal_code": "9990077", "kana": "ミホンマチ", "text": "架空県新町７７" } }),
            ),
            "person_identity where resident_postal_code = '9990077' and valid_from = '2026-11-15' and superseded_at is null".into(),
        ),
    };
    Paper { is_of_own_office, form, effect }
}
#[track_caller]
fn key_in(s: &Society, by: &Caller, paper: &Paper) -> uuid::Uuid {
    let employer = if paper.is_of_own_office { s.office } else { s.w.employer };
    let body = json!({ "employer_id": employer, "preparer_name": "適用 花子", "notification": paper.form });
    let r = by.post("/v1/keyed-notifications?received_on=2026-11-20").key(&fresh_key()).json(&body);
    assert_eq!(r.status, 202, "{}: {}", paper.form, r.text);
    id(&r.body["results"][0]["notification_id"])
}

/// Keys a form of the kind, has it checked and decides it, and looks at what is stored at each step.
fn keyed_checked_and_decided(kind: Kind) {
    let s = Society::new();
    let paper = paper(&s, kind);
    let stored = || count(&s.w, &format!("select count(*) as n from {}", paper.effect));
    assert_eq!(stored(), 0, "nothing of it stands before");
    let n = key_in(&s, &s.clerk, &paper);
    for by in [&s.clerk, &s.second] {
        decide(by, n, &accept()).refused(409, "entry-unchecked");
    }
    check(&s.clerk, n, &matches()).refused(409, "same-person");
    assert_eq!(stored(), 0);
    check(&s.second, n, &matches()).expect(200);
    let done = decide(&s.clerk, n, &accept());
    assert_eq!((done.status, &done.body["state"]), (200, &json!("applied")), "{}", done.text);
    assert_eq!(stored(), 1, "{}", done.text);
    decide(&s.second, n, &accept()).refused(409, "already-decided");
}
#[test]
fn every_kind_of_form_is_keyed_from_paper_checked_by_another_and_then_has_its_effect() {
    let is_wrong = |kind: &&Kind| std::panic::catch_unwind(|| keyed_checked_and_decided(**kind)).is_err();
    let wrong: Vec<&str> = Kind::ALL.iter().filter(is_wrong).map(|kind| kind.word()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
