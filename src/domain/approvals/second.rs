//! Asking for a second person, and settling what was asked for.
use super::{
    model::{ApprovalKind, Ruling},
    store,
};
use crate::kernel::{Operation, Permit, Problem, Tx, secrets};
use uuid::Uuid;

/// Asks for a second person. `parts` say what is asked for; only their keyed digest is kept.
/// # Errors
/// Database errors, also when the subject was asked about before.
pub fn request<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    kind: ApprovalKind,
    subject: Uuid,
    parts: &[&[u8]],
) -> Result<(), Problem> {
    let digest = digest(tx, kind, subject, parts);
    store::insert(tx, permit, (kind.word(), subject), &digest)
}
/// Writes what the caller, as the second person, says of what is asked for. `parts` say what is there now, as for [`request`].
/// # Errors
/// 409 `no-open-check` when none waits, `same-person` for whoever asked, `entry-changed` when what is there is not what was asked for.
pub fn settle<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    kind: ApprovalKind,
    subject: Uuid,
    parts: &[&[u8]],
    ruling: &Ruling,
) -> Result<(), Problem> {
    let digest = digest(tx, kind, subject, parts);
    let Some(open) = store::lock_open(tx, (kind.word(), subject))? else {
        return Err(Problem::conflict(
            "no-open-check",
            "確認を待っている入力ではありません",
            "Nothing waits for a second person here",
        ));
    };
    if open.requested_by == tx.actor()?.id {
        return Err(Problem::conflict(
            "same-person",
            "入力した本人は確認できません。別の職員が確認してください",
            "Whoever asked for it cannot be the second person",
        ));
    }
    if !secrets::same(&open.digest, &digest) {
        return Err(Problem::conflict(
            "entry-changed",
            "確認を求めた時の内容と異なります",
            "It is not what was asked for any more",
        ));
    }
    store::decide(tx, permit, open.id, ruling)
}
fn digest(tx: &Tx<'_>, kind: ApprovalKind, subject: Uuid, parts: &[&[u8]]) -> [u8; 32] {
    let about: [&[u8]; 3] = [b"approval", kind.word().as_bytes(), subject.as_bytes()];
    let all: Vec<&[u8]> = about.iter().chain(parts).copied().collect();
    secrets::hmac256(&tx.kernel().keys.vault.digest, &all)
}
