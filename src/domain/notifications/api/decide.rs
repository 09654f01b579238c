//! Deciding: staff accepts or returns, the employer withdraws.
use super::{
    super::{
        Form, apply,
        model::{NotificationRow, State, Step},
        store,
    },
    views::{NotificationView, ReturnReason},
};
use crate::kernel::{
    Gate, Operation, Permit, Problem, Reply, Routes, Tx,
    input::{Id, IfMatch, Input},
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 届出の審査(受理・返戻)
    ///
    /// Accepts a notification, which applies it to members and dependents in the same transaction, or returns it with reasons.
    pub DecideNotification: Post "/v1/notifications/{notification_id}/decision" = "decideNotification", scope "notifications:decide", on "Notification", status 200, law "R-001, R-017, R-090", sends Etag;
    /// 届出の取下げ
    ///
    /// Takes back a notification that still waits for a decision.
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
    /// 名寄せ: the person that rejoins, for an acquisition; absent makes a new person.
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
        let row = match body.decision {
            Verdict::Accept => accept(tx, &permit, &row, body.person_id)?,
            Verdict::Return if body.reasons.is_empty() => {
                return Err(Problem::invalid(
                    "reasons-missing",
                    "返戻には理由が必要です",
                    "A return needs reasons",
                )
                .at("/reasons", "missing-field", "理由を記入してください / give reasons"));
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
fn accept<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    row: &NotificationRow,
    person: Option<Uuid>,
) -> Result<NotificationRow, Problem> {
    let state = State::of(&row.state).after(Step::Accept)?;
    let form: Form =
        row.form.clone().and_then(|f| serde_json::from_value(f).ok()).ok_or_else(|| {
            Problem::conflict("no-form", "届書の内容がありません", "There is no form to apply")
        })?;
    if person.is_some() && !matches!(form, Form::QualificationAcquisition(_)) {
        return Err(Problem::invalid(
            "person-not-expected",
            "資格取得届のほかは person_id を指定できません",
            "Only an acquisition can name the person that rejoins",
        )
        .at("/person_id", "must-be-absent", "指定できません / not accepted here"));
    }
    let applied = apply::apply(tx, permit, &apply::Case { row, person }, &form)?;
    tx.note(|n| n.persons.push(applied.person));
    store::settle(tx, permit, row, state, (Some(applied.person), Some(applied.result), serde_json::json!([])))
}
/// Return or withdrawal: nothing is applied, what waited in the strongroom goes.
fn end<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    row: &NotificationRow,
    step: Step,
    reasons: &[ReturnReason],
) -> Result<NotificationRow, Problem> {
    let state = State::of(&row.state).after(step)?;
    let kernel = tx.kernel();
    kernel.vault.drop_pending(tx.conn(), row.id)?;
    let reasons = serde_json::to_value(reasons).unwrap_or_default();
    store::settle(tx, permit, row, state, (None, None, reasons))
}
/// The raw file goes with the last decision of its submission.
fn finish<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    row: NotificationRow,
) -> Result<(NotificationView, String), Problem> {
    if store::all_settled(tx, row.submission_id)? {
        let kernel = tx.kernel();
        kernel.vault.drop_file(tx.conn(), row.submission_id)?;
    }
    let tag = row.version.to_string();
    Ok((row.into(), tag))
}
async fn withdraw_notification(
    gate: Gate<WithdrawNotification>,
    id: Id,
) -> Reply<WithdrawNotification, NotificationView> {
    gate.run(move |tx| {
        let row = store::lock(tx, id.0)?;
        let (row, permit) = tx.admit::<WithdrawNotification, _>(row)?;
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
