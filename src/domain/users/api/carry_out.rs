//! 実施・確認・差戻し・取下げ: the IT section executes exactly what was instructed, the officer confirms, and with that it is registered.
use super::{
    super::{
        codes,
        model::{InstructionRow, UserContent},
        store::{self, Step},
        words::InstructionState,
    },
    instruct::{digest, not_own},
    instructions::{UserInstruction, tag},
};
use crate::kernel::{
    Gate, Operation, Permit, Problem, Reply, Routes, Tx,
    input::{Id, IfMatch, Input, plain_text},
    secrets,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 指示の実施
    ///
    /// Executes exactly what was instructed (If-Match). Where a password is to be chosen, the answer holds the first half of the activation code,
    /// once. 409 `same-person` for whoever instructed, `own-id`, `instruction-decided`, `instruction-expired`.
    pub ExecuteUserInstruction: Post "/v1/user-instructions/{user_instruction_id}/execution" = "executeUserInstruction", scope "users:execute", on "UserInstruction", status 200, law "R-143", sends Etag;
    /// 指示の差戻し
    ///
    /// Rejects an instruction that can't be executed, with the reason. 409 `instruction-decided`, `own-id`.
    pub RejectUserInstruction: Post "/v1/user-instructions/{user_instruction_id}/rejection" = "rejectUserInstruction", scope "users:execute", on "UserInstruction", status 200, law "R-143";
    /// 指示の取下げ
    ///
    /// Takes an instruction back that was not confirmed yet. 409 `instruction-decided`, `own-id`.
    pub WithdrawUserInstruction: Post "/v1/user-instructions/{user_instruction_id}/withdrawal" = "withdrawUserInstruction", scope "users:instruct", on "UserInstruction", status 200, law "R-143";
    /// 実施の確認
    ///
    /// Confirms what was executed (If-Match): with that it is registered, and holds from the instant that was instructed, from now on at the
    /// earliest. Where a password is to be chosen, the answer holds the second half of the activation code, once. 409 `same-person` for whoever
    /// executed, `own-id`, `not-executed`, `instruction-decided`, `instruction-expired`, `already-over` for a new person whose time has passed,
    /// `locked-since` when the id was locked after the instruction to release it.
    pub ConfirmUserInstruction: Post "/v1/user-instructions/{user_instruction_id}/confirmation" = "confirmUserInstruction", scope "users:instruct", on "UserInstruction", status 200, law "R-142, R-143", sends Etag;
}

/// Why an instruction ends without being carried out.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UserInstructionEnd {
    /// Reason.
    #[validate(length(min = 1, max = 200), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}
crate::json_body!("application/json": UserInstructionEnd);

/// An instruction that the caller executed or confirmed.
#[derive(Serialize, ToSchema)]
#[schema(as = UserInstructionCarriedOut)]
pub struct CarriedOut {
    /// It.
    instruction: UserInstruction,
    /// The caller's half of the activation code, where a password is to be chosen: shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40, nullable = false)]
    activation_half: Option<String>,
}

/// It waits in this state, is what was read, and what was instructed.
fn require(
    tx: &Tx<'_>,
    row: &InstructionRow,
    state: InstructionState,
    tag_read: &IfMatch,
) -> Result<UserContent, Problem> {
    match InstructionState::of(&row.state)? {
        now if now == state => {}
        InstructionState::Instructed => {
            return Err(Problem::conflict(
                "not-executed",
                "まだ実施されていません",
                "It was not executed yet",
            ));
        }
        _ => return Err(decided()),
    }
    tag_read.require(&tag(row))?;
    if row.expires_at <= tx.now() {
        return Err(Problem::conflict(
            "instruction-expired",
            "指示の期限が過ぎています。改めて指示してください",
            "The instruction has lapsed; it is given anew",
        ));
    }
    let flags = (row.renews_credentials, row.releases_lock);
    let content = row.content()?;
    if !secrets::same(&row.digest, &digest(tx, (row.user_id, &row.login), &content, flags)?) {
        tracing::error!(instruction = %row.id, "ALARM: an instruction is not what was instructed");
        return Err(Problem::conflict(
            "entry-changed",
            "指示した時の内容と異なります",
            "It is not what was instructed",
        ));
    }
    touched(tx, row)?;
    Ok(content)
}
/// The entry tells whom it is about, and nobody has a hand in the own id.
fn touched(tx: &Tx<'_>, row: &InstructionRow) -> Result<(), Problem> {
    tx.note(|n| n.detail = Some(serde_json::json!({ "user": row.user_id })));
    not_own(tx, row.user_id)
}
fn decided() -> Problem {
    Problem::conflict("instruction-decided", "すでに処理された指示です", "It is carried out or over already")
}
fn same_person(is_same: bool) -> Result<(), Problem> {
    if !is_same {
        return Ok(());
    }
    Err(Problem::conflict(
        "same-person",
        "指示・確認と実施は別の者が行います",
        "Who executes is neither who instructs nor who confirms",
    ))
}
/// The caller takes a step; gives the caller's half of the activation code, where a password is to be chosen.
fn take_step<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    row: &InstructionRow,
    step: Step,
) -> Result<Option<String>, Problem> {
    let key = &tx.kernel().keys.vault.digest;
    let half = row.needs_activation().then(|| codes::fresh(key, row.id)).transpose();
    let half = half.map_err(|_| Problem::unavailable("no-random-numbers"))?;
    let (text, digest) = half.map(|h| (h.text, h.digest)).unzip();
    store::take_step(tx, permit, (row.id, step), digest)?;
    Ok(text)
}
/// The instruction as it stands now, and its ETag.
fn done<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    id: Uuid,
) -> Result<(UserInstruction, String), Problem> {
    let row = store::written_instruction(tx, permit, id)?;
    let tag = tag(&row);
    Ok((UserInstruction::of(row)?, tag))
}
async fn execute_instruction(
    gate: Gate<ExecuteUserInstruction>,
    id: Id,
    read: IfMatch,
) -> Reply<ExecuteUserInstruction, CarriedOut> {
    gate.run(move |tx| {
        let row = store::lock_instruction(tx, id.0)?;
        let (row, permit) = tx.admit::<ExecuteUserInstruction, _>(row)?;
        require(tx, &row, InstructionState::Instructed, &read)?;
        same_person(row.instructed_by == tx.actor()?.id)?;
        let activation_half = take_step(tx, &permit, &row, Step::Execution)?;
        let (instruction, tag) = done(tx, &permit, row.id)?;
        Ok(permit.answer(CarriedOut { instruction, activation_half }).tagged(tag))
    })
    .await
}
async fn confirm_instruction(
    gate: Gate<ConfirmUserInstruction>,
    id: Id,
    read: IfMatch,
) -> Reply<ConfirmUserInstruction, CarriedOut> {
    gate.run(move |tx| {
        let row = store::lock_instruction(tx, id.0)?;
        let (row, permit) = tx.admit::<ConfirmUserInstruction, _>(row)?;
        let content = require(tx, &row, InstructionState::Executed, &read)?;
        same_person(row.executed_by == Some(tx.actor()?.id))?;
        let activation_half = take_step(tx, &permit, &row, Step::Confirmation)?;
        store::register(tx, &permit, &row, &content)?;
        let (instruction, tag) = done(tx, &permit, row.id)?;
        Ok(permit.answer(CarriedOut { instruction, activation_half }).tagged(tag))
    })
    .await
}
async fn reject_instruction(
    gate: Gate<RejectUserInstruction>,
    id: Id,
    input: Input<UserInstructionEnd>,
) -> Reply<RejectUserInstruction, UserInstruction> {
    gate.run(move |tx| {
        let row = store::lock_instruction(tx, id.0)?;
        let (row, permit) = tx.admit::<RejectUserInstruction, _>(row)?;
        touched(tx, &row)?;
        if InstructionState::of(&row.state)? != InstructionState::Instructed {
            return Err(decided());
        }
        store::end(tx, &permit, row.id, InstructionState::Rejected, &input.value.reason)?;
        let (instruction, _) = done(tx, &permit, row.id)?;
        Ok(permit.answer(instruction))
    })
    .await
}
async fn withdraw_instruction(
    gate: Gate<WithdrawUserInstruction>,
    id: Id,
    input: Input<UserInstructionEnd>,
) -> Reply<WithdrawUserInstruction, UserInstruction> {
    gate.run(move |tx| {
        let row = store::lock_instruction(tx, id.0)?;
        let (row, permit) = tx.admit::<WithdrawUserInstruction, _>(row)?;
        touched(tx, &row)?;
        if !matches!(
            InstructionState::of(&row.state)?,
            InstructionState::Instructed | InstructionState::Executed
        ) {
            return Err(decided());
        }
        store::end(tx, &permit, row.id, InstructionState::Withdrawn, &input.value.reason)?;
        let (instruction, _) = done(tx, &permit, row.id)?;
        Ok(permit.answer(instruction))
    })
    .await
}

/// Routes of carrying instructions out.
pub fn routes(r: &mut Routes) {
    r.add::<ExecuteUserInstruction, _, _, _>(execute_instruction);
    r.add::<RejectUserInstruction, _, _, _>(reject_instruction);
    r.add::<WithdrawUserInstruction, _, _, _>(withdraw_instruction);
    r.add::<ConfirmUserInstruction, _, _, _>(confirm_instruction);
}
