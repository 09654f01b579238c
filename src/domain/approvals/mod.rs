//! 二人目の確認 — approvals: what one person asked for holds once another person has looked at it. A module that needs a
//! second person requests with a digest of what is asked for, and settles with the digest of what is there then.
mod store;

use crate::kernel::{Operation, Permit, Problem, Tx, secrets};
use uuid::Uuid;

/// What is approved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ApprovalKind {
    /// A form keyed from paper.
    KeyedNotification,
    /// The end of a 支援措置; about a version of it.
    ProtectionLift,
    /// Two ids of one person, to be joined.
    PersonMerge,
    /// Settings of 任意継続.
    VoluntarySetting,
}
impl ApprovalKind {
    fn word(self) -> &'static str {
        match self {
            Self::KeyedNotification => "keyed_notification",
            Self::ProtectionLift => "protection_lift",
            Self::PersonMerge => "person_merge",
            Self::VoluntarySetting => "voluntary_setting",
        }
    }
}
/// What the second person says.
#[derive(Clone, Debug)]
pub enum Ruling {
    /// It is as it was asked for.
    Approve,
    /// It is not; the differences found, as they are to be shown.
    Reject(serde_json::Value),
}

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
