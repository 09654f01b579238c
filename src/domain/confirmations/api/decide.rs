//! Deciding: still a dependent, which is kept with its facts, or none any more, which ends the cover in the same transaction.
use super::{
    super::{
        model::{ConfirmationRemovalReason, ConfirmationRow, ConfirmationState, ConfirmationStep},
        store,
    },
    answer::{absent, examine, removal},
    views::Confirmation,
};
use crate::{
    domain::{
        dependents::{self, NewExamination},
        eligibility::{self, RecognitionDeparture, RecognitionFacts},
        members,
    },
    kernel::{
        Gate, Kind, Operation, Permit, Problem, Reply, Routes, Subject, Tx,
        errand::Act,
        input::{Id, IfMatch, Input},
    },
};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

crate::operation! {
    /// 現況確認の決定
    ///
    /// Decides a confirmation. `confirm`: the answer stands, with the documents that staff saw; where the rule does not say yes then, a
    /// reason is needed (409 `recognition-reason-needed`). `remove`: the person is no dependent from a day on, and cover ends in the same
    /// transaction, as by a 被扶養者(異動)届. Without an answer, once it is overdue, the reason is `no_answer`; against an
    /// answer that says still a dependent, `removal_note` says why in words. 409 `already-decided`, `not-a-dependent`,
    /// `not-answered`, `answered-otherwise` for a confirmation of somebody who is none by the answer; `same-person` for whoever filed the
    /// answer from paper; `campaign-closed`, `campaign-cancelled`.
    pub DecideConfirmation: Post "/v1/confirmations/{confirmation_id}/decision" = "decideConfirmation", scope "confirmations:manage", on "Confirmation", status 200, law "健康保険法3条7項, 同施行規則50条, R-016", sends Etag;
}

/// 現況確認の決定.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmationVerdict {
    /// 継続.
    Confirm,
    /// 非該当.
    Remove,
}
/// A decision on a confirmation.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationDecision {
    /// Still a dependent, or none any more.
    decision: ConfirmationVerdict,
    /// Documents that staff saw, and what it determined; what is stated here counts before the answer. Documents that the answer
    /// announces count once they are named here.
    #[serde(default)]
    #[validate(nested)]
    evidence: RecognitionFacts,
    /// Why the person is confirmed although the rule does not say yes.
    #[serde(default)]
    #[validate(nested)]
    #[schema(nullable = false)]
    departure: Option<RecognitionDeparture>,
    /// For a removal: first day not recognised any more, today at the latest.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    #[schema(nullable = false)]
    removed_on: Option<NaiveDate>,
    /// For a removal: why.
    #[serde(default)]
    #[schema(nullable = false)]
    removal_reason: Option<ConfirmationRemovalReason>,
    /// For a removal against an answer that says: still a dependent. Why, in words; with it alone.
    #[serde(default)]
    #[validate(length(min = 1, max = 200), custom(function = "crate::kernel::input::plain_text"))]
    #[schema(min_length = 1, max_length = 200, nullable = false)]
    removal_note: Option<String>,
}
crate::json_body!("application/json": ConfirmationDecision);
const PLACES: (&str, &str) = ("/removed_on", "/removal_reason");

async fn decide(
    gate: Gate<DecideConfirmation>,
    id: Id,
    tag: IfMatch,
    input: Input<ConfirmationDecision>,
) -> Reply<DecideConfirmation, Confirmation> {
    gate.run(move |tx| {
        let body = input.value;
        let row = store::lock(tx, id.0)?;
        let (row, permit) = tx.admit::<DecideConfirmation, _>(row)?;
        tag.require(&row.version.to_string())?;
        row.campaign_state.require_running()?;
        // a form that is decided at the same time waits, or was decided before
        let known = dependents::hold_families(tx.conn(), &[row.insured_id], &[row.person_id])?;
        tx.record_at_once(known);
        let held = (row.insured_id, row.person_id);
        let row = store::now(tx, &permit, row.id)?;
        if held != (row.insured_id, row.person_id) {
            return Err(Problem::unavailable("lost-race"));
        }
        require_another(tx, &row)?;
        match body.decision {
            ConfirmationVerdict::Confirm => confirm(tx, &permit, &row, &body)?,
            ConfirmationVerdict::Remove => remove(tx, &permit, &row, &body)?,
        }
        let row = store::now(tx, &permit, row.id)?;
        tx.note(|n| n.left(row.people(), row.classes()));
        let tag = row.version.to_string();
        Ok(permit.answer(Confirmation::of(tx, row)?).tagged(tag))
    })
    .await
}
/// Whoever filed an answer that came on paper does not decide on it: a second person does.
fn require_another(tx: &Tx<'_>, row: &ConfirmationRow) -> Result<(), Problem> {
    if row.by_employer != Some(false) || row.answered_by != Some(tx.actor()?.id) {
        return Ok(());
    }
    Err(Problem::conflict(
        "same-person",
        "回答を登録した本人は決定できません。別の職員が決定してください",
        "Whoever filed the answer cannot decide on it: another person does",
    ))
}
/// What the answer states, with what staff determined in its place; of documents those alone that staff saw.
/// # Errors
/// 503 for a stored answer that can't be read.
pub fn seen(row: &ConfirmationRow, evidence: &RecognitionFacts) -> Result<RecognitionFacts, Problem> {
    let answered = row.facts.clone().map(serde_json::from_value::<RecognitionFacts>).transpose();
    let answered = answered.map_err(|_| Problem::unavailable("stored-answer-unreadable"))?;
    Ok(evidence.clone().before(answered.unwrap_or_default()))
}
/// Keeps what the rule makes of it: for the as-of day, and of a removal for the first day without recognition.
fn keep<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    row: &ConfirmationRow,
    body: &ConfirmationDecision,
    removed_on: Option<NaiveDate>,
) -> Result<(), Problem> {
    let examined_on = removed_on.unwrap_or(row.as_of);
    let examined = examine(tx, row, examined_on, &seen(row, &body.evidence)?)?;
    let act = Act::permitted(tx, permit, Some(row.id))?;
    if removed_on.is_none() {
        examined.require_consistent("/evidence")?;
        eligibility::require_reason(&examined, body.departure.as_ref(), "/departure")?;
        let found = (examined.facts.lives_together, examined.facts.annual_income_yen);
        dependents::restate_facts(tx.conn(), &act, row.dependent_id, found)?;
    }
    let new = NewExamination {
        dependent: row.dependent_id,
        occasion: "confirmation",
        examined_on,
        is_recognised: removed_on.is_none(),
        proposed: &examined.proposed()?,
        departure: body.departure.as_ref().map(RecognitionDeparture::kept),
        received_on: row.received_on.unwrap_or_else(|| tx.today()),
    };
    dependents::keep_examination(tx.conn(), &act, &new)
}
/// Somebody may be confirmed: answered for, as still a dependent. Gives the state then.
/// # Errors
/// 409 of the state, `answered-otherwise`.
pub fn require_confirmable(row: &ConfirmationRow) -> Result<ConfirmationState, Problem> {
    let state = row.state.after(ConfirmationStep::Confirm)?;
    if row.still_qualifies == Some(true) {
        return Ok(state);
    }
    Err(Problem::conflict(
        "answered-otherwise",
        "回答は非該当です。回答を訂正してから確認してください",
        "By the answer the person is none any more: correct the answer first",
    ))
}
fn confirm<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    row: &ConfirmationRow,
    body: &ConfirmationDecision,
) -> Result<(), Problem> {
    let state = require_confirmable(row)?;
    absent(PLACES, body.removed_on.is_some(), body.removal_reason.is_some())?;
    require_words(body, false)?;
    keep(tx, permit, row, body, None)?;
    members::touch(tx, row.person_id)?;
    store::settle(tx, permit, row.id, state, None)
}
fn remove<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    row: &ConfirmationRow,
    body: &ConfirmationDecision,
) -> Result<(), Problem> {
    let state: ConfirmationState = row.state.after(ConfirmationStep::Remove)?;
    if body.departure.is_some() {
        let said = ("継続の場合だけ指定してください", "only with a confirmation");
        return Err(Problem::new(Kind::Invalid).at("/departure", "must-be-absent", said));
    }
    let (on, reason) = removal(PLACES, (body.removed_on, body.removal_reason), row, tx.today())?;
    if row.state == ConfirmationState::Overdue && reason != ConfirmationRemovalReason::NoAnswer {
        let said = ("回答がない場合は no_answer だけ指定できます", "without an answer, no_answer alone");
        return Err(Problem::new(Kind::Invalid).at("/removal_reason", "E-RELATION", said));
    }
    require_words(body, row.still_qualifies == Some(true))?;
    keep(tx, permit, row, body, Some(on))?;
    dependents::remove(tx, permit, row.dependent_id, on, reason.word(), Some(row.id))?;
    store::settle(tx, permit, row.id, state, Some((on, reason.word(), body.removal_note.as_deref())))
}
/// Whoever removes somebody of whom the answer says that nothing changed says why in words; nobody else does.
fn require_words(body: &ConfirmationDecision, is_needed: bool) -> Result<(), Problem> {
    let (code, said) = match (is_needed, body.removal_note.is_some()) {
        (true, false) => (
            "missing-field",
            ("回答は継続です。非該当とする理由を記載してください", "against the answer: say why in words"),
        ),
        (false, true) => (
            "must-be-absent",
            ("継続の回答に反して非該当とする場合だけ記載してください", "only against an answer"),
        ),
        _ => return Ok(()),
    };
    Err(Problem::new(Kind::Invalid).at("/removal_note", code, said))
}

/// Routes of deciding.
pub fn routes(r: &mut Routes) {
    r.add::<DecideConfirmation, _, _, _>(decide);
}
