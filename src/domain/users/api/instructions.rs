//! 権限の設定の指示 as it is read.
use super::super::{
    model::{InstructionRow, UserContent},
    store,
    words::InstructionState,
};
use crate::kernel::{
    Facts, Gate, Operation, Problem, Reply, Routes,
    input::{Id, Query},
    page, secrets,
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 指示の一覧
    ///
    /// Lists instructions, newest first: `instructed` is the work of the IT section, `executed` that of the officer.
    pub ListUserInstructions: Get "/v1/user-instructions" = "listUserInstructions", scope "users:read", on "Society", status 200, law "R-143, R-144", sends Link;
    /// 指示の参照
    ///
    /// Reads an instruction. Its ETag is the digest of what was instructed: who executes or confirms says it.
    pub GetUserInstruction: Get "/v1/user-instructions/{user_instruction_id}" = "getUserInstruction", scope "users:read", on "UserInstruction", status 200, law "R-143", sends Etag;
}

/// Filter and page.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UserInstructionQuery {
    /// Standing so.
    #[param(inline = false)]
    state: Option<InstructionState>,
    /// About this person.
    user_id: Option<Uuid>,
    /// Rows per page.
    #[validate(range(min = 1, max = 500))]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
    /// Where to go on.
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    cursor: Option<String>,
}
/// Who did something of an instruction, and when.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct InstructionStep {
    /// User id.
    by: Uuid,
    /// When.
    at: DateTime<Utc>,
    /// Why, where it ended without being carried out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, nullable = false)]
    reason: Option<String>,
}
impl InstructionStep {
    fn of(by: Option<Uuid>, at: Option<DateTime<Utc>>) -> Option<Self> {
        by.zip(at).map(|(by, at)| Self { by, at, reason: None })
    }
}
/// What was instructed of a person, and what became of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct UserInstruction {
    /// Id.
    id: Uuid,
    /// Whom it is about.
    user_id: Uuid,
    /// Sign-in name.
    #[schema(max_length = 64)]
    login: String,
    /// The person is new.
    is_new: bool,
    /// What is to hold.
    content: UserContent,
    /// The person is to choose a new password.
    renews_credentials: bool,
    /// A lock is to be released.
    releases_lock: bool,
    /// 指示の理由.
    #[schema(max_length = 200)]
    reason: String,
    /// Where it stands.
    state: InstructionState,
    /// When it lapses unless it was confirmed.
    expires_at: DateTime<Utc>,
    /// 指示.
    instructed: InstructionStep,
    /// 実施.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    executed: Option<InstructionStep>,
    /// 確認.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    confirmed: Option<InstructionStep>,
    /// 差戻し・取下げ.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ended: Option<InstructionStep>,
}
impl UserInstruction {
    /// # Errors
    /// 503 for what was stored and can't be read.
    pub(super) fn of(r: InstructionRow) -> Result<Self, Problem> {
        Ok(Self {
            content: r.content()?,
            state: InstructionState::of(&r.state)?,
            id: r.id,
            user_id: r.user_id,
            login: r.login,
            is_new: r.is_new,
            renews_credentials: r.renews_credentials,
            releases_lock: r.releases_lock,
            reason: r.reason,
            expires_at: r.expires_at,
            instructed: InstructionStep { by: r.instructed_by, at: r.instructed_at, reason: None },
            executed: InstructionStep::of(r.executed_by, r.executed_at),
            confirmed: InstructionStep::of(r.confirmed_by, r.confirmed_at),
            ended: InstructionStep::of(r.ended_by, r.ended_at)
                .map(|s| InstructionStep { reason: r.end_reason, ..s }),
        })
    }
}
crate::page_of!(UserInstructionPage, UserInstruction);

/// ETag: the digest of what was instructed.
pub(super) fn tag(row: &InstructionRow) -> String {
    secrets::b64(&row.digest)
}
async fn get_instruction(
    gate: Gate<GetUserInstruction>,
    id: Id,
) -> Reply<GetUserInstruction, UserInstruction> {
    gate.read(move |tx| {
        let row = store::instruction(tx, id.0)?;
        let (row, permit) = tx.admit(row)?;
        let tag = tag(&row);
        Ok(permit.answer(UserInstruction::of(row)?).tagged(tag))
    })
    .await
}
async fn list_instructions(
    gate: Gate<ListUserInstructions>,
    q: Query<UserInstructionQuery>,
) -> Reply<ListUserInstructions, UserInstructionPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take());
        let list = page::List::<ListUserInstructions>::new(tx.kernel(), &q);
        let before = list.id_after(cursor.as_deref())?;
        let rows = store::instructions(tx, (q.state, q.user_id), before, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) = tx.admit_page(&society, GetUserInstruction::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.id));
        let items = rows.into_iter().map(UserInstruction::of).collect::<Result<_, _>>()?;
        Ok(permit.answer(UserInstructionPage { items, page }).next(link))
    })
    .await
}

/// Routes of instructions as they are read.
pub fn routes(r: &mut Routes) {
    r.schema::<InstructionState>();
    r.add::<ListUserInstructions, _, _, _>(list_instructions);
    r.add::<GetUserInstruction, _, _, _>(get_instruction);
}
