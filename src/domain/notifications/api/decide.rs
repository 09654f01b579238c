//! Deciding: staff accepts or returns, the employer withdraws.
use super::{
    super::{
        Form, Slot,
        apply::{self, Choice, RecognitionStatement},
        model::{NotificationRow, State, Step},
        store,
    },
    determination::PayDetermination,
    views::{NotificationView, ReturnReason},
    whereabouts,
};
use crate::{
    domain::voluntary::LateReason,
    kernel::{
        Gate, Kind, Operation, Permit, Problem, Reply, Routes, Said, Subject, Tx,
        input::{Id, IfMatch, Input},
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 届出の審査(受理・返戻)
    ///
    /// Accepts a notification, which applies it to members and dependents in the same transaction, or returns it with reasons.
    /// Who may be a person that the society knows (名寄せ) is chosen by staff. Nothing is accepted that would give a person two covers
    /// at a time: 409 `cover-overlaps`, `still-dependent`, `dependent-is-insured`, `already-dependent`, `outside-cover` tell what
    /// stands against it; nor cover after death (`person-died`). A number on the form registers what was not registered; it replaces nothing: 409 `number-differs` when
    /// another number is registered for the person. What the insurer determines about pay (保険者算定, 健康保険法44条) comes with the decision:
    /// 409 `determination-needed` tells what to state. A dependent whom the rule of recognition does not answer with yes is recognised with
    /// the evidence that was seen or with a reason: 409 `recognition-reason-needed`. What staff keyed from paper is decided once a second person checked it: 409
    /// `entry-unchecked`.
    pub DecideNotification: Post "/v1/notifications/{notification_id}/decision" = "decideNotification", scope "notifications:decide", on "Notification", status 200, law "健康保険法3条・44条, R-001, R-008, R-009, R-017, R-090", sends Etag;
    /// 届出の取下げ
    ///
    /// Takes back a notification that still waits for a decision; 409 `entry-unchecked` for paper that nobody has checked yet.
    pub WithdrawNotification: Post "/v1/notifications/{notification_id}/withdrawal" = "withdrawNotification", scope "notifications:submit", on "Notification", status 200, law "R-017", sends Etag;
}

/// 審査結果.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// 受理.
    Accept,
    /// 返戻.
    Return,
}
/// A decision on a notification.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct NotificationDecision {
    /// Accept or return.
    decision: Verdict,
    /// Reasons, for a return.
    #[serde(default)]
    #[validate(nested, length(max = 20))]
    #[schema(max_items = 20)]
    reasons: Vec<ReturnReason>,
    /// 名寄せ, for accepting: who the people on the form are. A place that is not named gets a new person, unless
    /// `same_person_proposals` names somebody for it: then a choice is needed (409 `person-choice-needed`).
    #[serde(default)]
    #[validate(length(max = 4))]
    #[schema(max_items = 4)]
    persons: Vec<PersonChoice>,
    /// 保険者算定, for accepting a report of pay that needs it.
    #[serde(default)]
    #[validate(nested)]
    determination: Option<PayDetermination>,
    /// 任意継続 alone: the society recognises the reason for which the application came after the twenty days (健康保険法37条1項
    /// ただし書).
    #[serde(default)]
    recognises_late_reason: bool,
    /// 認定, for accepting: evidence that was seen of those who are to be recognised, and why somebody is recognised although the rule
    /// does not answer yes.
    #[serde(default)]
    #[validate(nested, length(max = 3))]
    #[schema(max_items = 3)]
    recognitions: Vec<RecognitionStatement>,
}
/// 名寄せ: the known person, or a new one.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum PersonChoiceKind {
    /// 同一人.
    SamePerson,
    /// 新しい人.
    NewPerson,
}
/// 名寄せ: who the person at a place of the form is.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonChoice {
    /// Place on the form: insured for an acquisition, spouse, other_1, other_2 for dependents that are to be recognised.
    slot: Slot,
    /// The known person, or a new one.
    choice: PersonChoiceKind,
    /// The known person, for `same_person`: birth day, and reading or given name or the personal number on the form, must be this
    /// person's. What the form states of name, reading and address holds from the day of the event on.
    #[serde(default)]
    person_id: Option<Uuid>,
}
crate::json_body!("application/json": NotificationDecision);

async fn decide_notification(
    gate: Gate<DecideNotification>,
    id: Id,
    tag: IfMatch,
    input: Input<NotificationDecision>,
) -> Reply<DecideNotification, NotificationView> {
    gate.run(move |tx| {
        let body = input.value;
        let row = store::lock(tx, id.0)?;
        let (row, permit) = tx.admit::<DecideNotification, _>(row)?;
        tag.require(&row.version.to_string())?;
        row.require_checked()?;
        let row = match body.decision {
            Verdict::Accept if !body.reasons.is_empty() => {
                return Err(refused(
                    "/reasons",
                    "must-be-absent",
                    ("受理では指定できません", "not with an acceptance"),
                ));
            }
            Verdict::Return if body.recognises_late_reason => return Err(late_reason_refused()),
            Verdict::Accept => {
                let given = body.determination.as_ref().map(|d| d.given(tx.kernel().readings));
                let late = late_reason(&row, body.recognises_late_reason)?;
                let case = apply::Case {
                    row: &row,
                    choices: &choices(&body.persons)?,
                    determination: given.as_ref(),
                    late,
                    recognitions: &body.recognitions,
                };
                accept(tx, &permit, &case)?
            }
            Verdict::Return if !body.recognitions.is_empty() => {
                return Err(refused(
                    "/recognitions",
                    "must-be-absent",
                    ("返戻では指定できません", "not with a return"),
                ));
            }
            Verdict::Return if body.determination.is_some() => {
                return Err(refused(
                    "/determination",
                    "must-be-absent",
                    ("返戻では指定できません", "not with a return"),
                ));
            }
            Verdict::Return if !body.persons.is_empty() => {
                return Err(refused(
                    "/persons",
                    "must-be-absent",
                    ("返戻では指定できません", "not with a return"),
                ));
            }
            Verdict::Return if body.reasons.is_empty() => {
                return Err(Problem::invalid(
                    "reasons-missing",
                    "返戻には理由が必要です",
                    "A return needs reasons",
                )
                .at("/reasons", "missing-field", ("理由を記入してください", "give reasons")));
            }
            Verdict::Return => end(tx, &permit, &row, Step::Return, &body.reasons)?,
        };
        finish(tx, &permit, row).map(|view| {
            let (view, tag) = view;
            permit.answer(view).tagged(tag)
        })
    })
    .await
}
/// Whether staff recognises the reason of an application that states why it comes late.
/// # Errors
/// 422 `must-be-absent` for any other form.
pub fn late_reason(row: &NotificationRow, is_recognised: bool) -> Result<LateReason, Problem> {
    let states_one = row.form.as_ref().is_some_and(|form| form["late_reason"].is_string());
    match is_recognised {
        false => Ok(LateReason::NotRecognised),
        true if states_one => Ok(LateReason::Recognised),
        true => Err(late_reason_refused()),
    }
}
fn late_reason_refused() -> Problem {
    refused(
        "/recognises_late_reason",
        "must-be-absent",
        (
            "遅延理由の記載がある申出の受理だけに指定できます",
            "with the acceptance of an application that states one",
        ),
    )
}
fn refused(pointer: &str, code: &str, said: Said<'_>) -> Problem {
    Problem::new(Kind::Invalid).at(pointer, code, said)
}
/// The choices, each place once, with a person where one is named and only there.
/// # Errors
/// 422 `duplicate`, `missing-field`, `must-be-absent`.
pub fn choices(persons: &[PersonChoice]) -> Result<Vec<(Slot, Choice)>, Problem> {
    let mut all: Vec<(Slot, Choice)> = Vec::with_capacity(persons.len());
    for (i, p) in persons.iter().enumerate() {
        if all.iter().any(|c| c.0 == p.slot) {
            return Err(refused(
                &format!("/persons/{i}/slot"),
                "duplicate",
                ("同じ欄が2回あります", "named twice"),
            ));
        }
        let at = format!("/persons/{i}/person_id");
        let choice = match (p.choice, p.person_id) {
            (PersonChoiceKind::SamePerson, Some(person)) => Choice::Same(person),
            (PersonChoiceKind::NewPerson, None) => Choice::New,
            (PersonChoiceKind::SamePerson, None) => {
                return Err(refused(
                    &at,
                    "missing-field",
                    ("誰と同一人かを指定してください", "say who it is"),
                ));
            }
            (PersonChoiceKind::NewPerson, Some(_)) => {
                return Err(refused(
                    &at,
                    "must-be-absent",
                    ("新しい人には指定できません", "not for a new person"),
                ));
            }
        };
        all.push((p.slot, choice));
    }
    Ok(all)
}
/// The form of a notification.
/// # Errors
/// 409 `no-form` for a refused one; 503 when the stored one can't be read.
pub fn form_of(row: &NotificationRow) -> Result<Form, Problem> {
    let form = row.form.clone().ok_or_else(apply::no_form)?;
    serde_json::from_value(form).map_err(|_| Problem::unavailable("stored-form-unreadable"))
}
fn accept<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &apply::Case<'_>,
) -> Result<NotificationRow, Problem> {
    let row = case.row;
    let state = State::of(&row.state).after(Step::Accept)?;
    let form = form_of(row)?;
    let applied = apply::apply(tx, permit, case, &form)?;
    store::settle(tx, permit, row, state, (applied.person, applied.result, serde_json::json!([])))
}
/// Return or withdrawal: nothing is applied, what waited in the strongroom goes.
/// # Errors
/// 409 when the notification does not wait any more.
pub fn end<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    row: &NotificationRow,
    step: Step,
    reasons: &[ReturnReason],
) -> Result<NotificationRow, Problem> {
    let state = State::of(&row.state).after(step)?;
    let kernel = tx.kernel();
    kernel.vault.drop_pending(tx.conn(), row.id)?;
    let reasons = serde_json::to_value(reasons).map_err(|_| Problem::unavailable("reasons-unwritable"))?;
    store::settle(tx, permit, row, state, (None, None, reasons))
}
/// The notification as it is answered, and its tag. The raw file goes with the last decision of its submission.
/// # Errors
/// Database errors.
pub fn finish<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    row: NotificationRow,
) -> Result<(NotificationView, String), Problem> {
    if store::all_settled(tx, row.submission_id)? {
        let kernel = tx.kernel();
        kernel.vault.drop_file(tx.conn(), row.submission_id)?;
    }
    tx.note(|n| n.left(row.people(), row.classes()));
    let tag = row.version.to_string();
    Ok((whereabouts::view(tx, row)?, tag))
}
async fn withdraw_notification(
    gate: Gate<WithdrawNotification>,
    id: Id,
) -> Reply<WithdrawNotification, NotificationView> {
    gate.run(move |tx| {
        let row = store::lock(tx, id.0)?;
        let (row, permit) = tx.admit::<WithdrawNotification, _>(row)?;
        row.require_checked()?;
        let row = end(tx, &permit, &row, Step::Withdraw, &[])?;
        let (view, tag) = finish(tx, &permit, row)?;
        Ok(permit.answer(view).tagged(tag))
    })
    .await
}

/// Routes of deciding.
pub fn routes(r: &mut Routes) {
    r.add::<DecideNotification, _, _, _>(decide_notification);
    r.add::<WithdrawNotification, _, _, _>(withdraw_notification);
}
