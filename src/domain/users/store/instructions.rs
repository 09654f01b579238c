//! SQL of instructions.
use super::super::{model::InstructionRow, rules, words::InstructionState};
use crate::kernel::{Guarded, Operation, Permit, Problem, Tx};
use diesel::{OptionalExtension, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

const COLUMNS: &str = "select id, user_id, login, is_new, content, digest, renews_credentials, releases_lock, reason, state, instructed_by, \
     instructed_at, expires_at, executed_by, executed_at, confirmed_by, confirmed_at, ended_by, ended_at, end_reason from user_instruction";

/// An instruction to be written.
pub struct NewInstruction<'a> {
    /// Id.
    pub id: Uuid,
    /// Whom it is about, and the sign-in name.
    pub user: (Uuid, &'a str),
    /// The person is new.
    pub is_new: bool,
    /// What is to hold, as it is stored.
    pub content: &'a serde_json::Value,
    /// Keyed digest of it.
    pub digest: [u8; 32],
    /// A new password is to be chosen.
    pub renews_credentials: bool,
    /// A lock is to be released.
    pub releases_lock: bool,
    /// Why.
    pub reason: &'a str,
}
/// Writes an instruction of the caller.
/// # Errors
/// 409 when another one about the person waits.
pub fn insert<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, i: &NewInstruction<'_>) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "insert into user_instruction (id, user_id, login, is_new, content, digest, renews_credentials, releases_lock, reason, state, \
         instructed_by, instructed_at, expires_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'instructed', $10, $11, $12)",
    )
    .bind::<t::Uuid, _>(i.id)
    .bind::<t::Uuid, _>(i.user.0)
    .bind::<t::Text, _>(i.user.1)
    .bind::<t::Bool, _>(i.is_new)
    .bind::<t::Jsonb, _>(i.content)
    .bind::<t::Binary, _>(i.digest.as_slice())
    .bind::<t::Bool, _>(i.renews_credentials)
    .bind::<t::Bool, _>(i.releases_lock)
    .bind::<t::Text, _>(i.reason)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Timestamptz, _>(now + chrono::Duration::days(rules::INSTRUCTION_DAYS))
    .execute(tx.conn())?;
    Ok(())
}
crate::row! {
    /// Something that is there.
    pub struct Found {
        /// It.
        id: t::Uuid => Uuid,
    }
}
/// Who has that sign-in name, registered or to be registered.
/// # Errors
/// Database errors.
pub fn holder_of(tx: &mut Tx<'_>, login: &str) -> Result<Option<Uuid>, Problem> {
    let found: Option<Found> = sql_query(
        "select id from app_user where login = $1 union all \
         select user_id from user_instruction where login = $1 and is_new and state in ('instructed', 'executed') limit 1",
    )
    .bind::<t::Text, _>(login)
    .get_result(tx.conn())
    .optional()?;
    Ok(found.map(|f| f.id))
}
/// Ends what lapsed about a sign-in name, as nobody's act, so that it can be instructed anew; gives its id.
/// # Errors
/// Database errors.
pub fn lapse(tx: &mut Tx<'_>, login: &str) -> Result<Option<Uuid>, Problem> {
    let now = tx.now();
    let lapsed: Option<Found> = sql_query(
        "update user_instruction set state = 'withdrawn', ended_by = $2, ended_at = $3, end_reason = 'expired' \
         where login = $1 and state in ('instructed', 'executed') and expires_at <= $3 returning id",
    )
    .bind::<t::Text, _>(login)
    .bind::<t::Uuid, _>(Uuid::nil())
    .bind::<t::Timestamptz, _>(now)
    .get_result(tx.conn())
    .optional()?;
    Ok(lapsed.map(|l| l.id))
}
/// The instruction about a person that waits.
/// # Errors
/// Database errors.
pub fn waiting(tx: &mut Tx<'_>, user: Uuid) -> Result<Option<Uuid>, Problem> {
    let found: Option<Found> = sql_query(
        "select id from user_instruction where user_id = $1 and state in ('instructed', 'executed')",
    )
    .bind::<t::Uuid, _>(user)
    .get_result(tx.conn())
    .optional()?;
    Ok(found.map(|f| f.id))
}
/// One instruction.
/// # Errors
/// 404 when there is none.
pub fn find(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<InstructionRow>, Problem> {
    Ok(Guarded::new(
        sql_query(format!("{COLUMNS} where id = $1")).bind::<t::Uuid, _>(id).get_result(tx.conn())?,
    ))
}
/// One instruction, held until the end of the transaction.
/// # Errors
/// 404 when there is none.
pub fn lock(tx: &mut Tx<'_>, id: Uuid) -> Result<Guarded<InstructionRow>, Problem> {
    let text = format!("{COLUMNS} where id = $1 for update");
    Ok(Guarded::new(sql_query(text).bind::<t::Uuid, _>(id).get_result(tx.conn())?))
}
/// The instruction as just written.
/// # Errors
/// Database errors.
pub fn written<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, id: Uuid) -> Result<InstructionRow, Problem> {
    Ok(sql_query(format!("{COLUMNS} where id = $1")).bind::<t::Uuid, _>(id).get_result(tx.conn())?)
}
/// Instructions that stand so, of one person or all, newest first, given before one of them (the nil id: from the newest on).
/// # Errors
/// Database errors.
pub fn list(
    tx: &mut Tx<'_>,
    (state, user): (Option<InstructionState>, Option<Uuid>),
    before: Uuid,
    limit: i64,
) -> Result<Guarded<Vec<InstructionRow>>, Problem> {
    let rows = sql_query(format!(
        "{COLUMNS} where ($1::text is null or state = $1) and ($2::uuid is null or user_id = $2) and ($3 = $4 or id < $3) \
         order by id desc limit $5"
    ))
    .bind::<t::Nullable<t::Text>, _>(state.map(InstructionState::word))
    .bind::<t::Nullable<t::Uuid>, _>(user)
    .bind::<t::Uuid, _>(before)
    .bind::<t::Uuid, _>(Uuid::nil())
    .bind::<t::BigInt, _>(limit)
    .load(tx.conn())?;
    Ok(Guarded::new(rows))
}
/// Which of the two roles does something on an instruction.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    /// ＩＴ推進課 executes it.
    Execution,
    /// データ保護担当者 confirms it.
    Confirmation,
}
/// The caller executed or confirmed it; the digest is of the half of the activation code that the caller is shown.
/// # Errors
/// Database errors, also when the caller may not be who does it.
pub fn take_step<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    (id, step): (Uuid, Step),
    part: Option<[u8; 32]>,
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    let [state, who, when, half] = match step {
        Step::Execution => ["executed", "executed_by", "executed_at", "first_part"],
        Step::Confirmation => ["confirmed", "confirmed_by", "confirmed_at", "second_part"],
    };
    sql_query(format!(
        "update user_instruction set state = '{state}', {who} = $2, {when} = $3, {half} = $4 where id = $1"
    ))
    .bind::<t::Uuid, _>(id)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Nullable<t::Binary>, _>(part.map(|p| p.to_vec()))
    .execute(tx.conn())?;
    Ok(())
}
/// The caller rejected it, or took it back.
/// # Errors
/// Database errors.
pub fn end<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    id: Uuid,
    state: InstructionState,
    reason: &str,
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "update user_instruction set state = $2, ended_by = $3, ended_at = $4, end_reason = $5 where id = $1",
    )
    .bind::<t::Uuid, _>(id)
    .bind::<t::Text, _>(state.word())
    .bind::<t::Uuid, _>(by)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Text, _>(reason)
    .execute(tx.conn())?;
    Ok(())
}
