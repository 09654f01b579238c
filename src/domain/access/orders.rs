//! Orders that outlast the request that gave them: whether who gave one may give it still, asked again before each part of the work.
use crate::{
    domain::users,
    kernel::{
        Actor, Facts, Operation, Problem,
        clock::Clock,
        policy::{GrantState, Policies},
    },
};
use diesel::PgConnection;
use std::sync::{
    LazyLock,
    atomic::{AtomicU64, Ordering},
};
use uuid::Uuid;

/// The policies, for a process that serves nobody.
static POLICIES: LazyLock<Option<Policies>> = LazyLock::new(|| {
    let loaded = Policies::built_in();
    loaded.inspect_err(|e| tracing::error!(error = %e, "ALARM: the policies can't be read")).ok()
});

/// Counts the questions: none is answered by what was answered before, since the section may have changed.
static ASKED: AtomicU64 = AtomicU64::new(0);

/// May this person still give the order `Op` about a thing with these facts: valid today, with the scope, and let by the policies
/// rights end at midnight)?
/// # Errors
/// Database errors; 503 when the policies can't be read.
pub fn may_still<Op: Operation>(
    conn: &mut PgConnection,
    clock: &Clock,
    user: Uuid,
    facts: &Facts,
) -> Result<bool, Problem> {
    let now = clock.now();
    let record = users::record_of(conn, user)?;
    let Some(user) = record.as_ref().and_then(|r| r.at(now)) else { return Ok(false) };
    if !user.entry.scopes.iter().any(|s| s == Op::SCOPE) {
        return Ok(false);
    }
    let policies = POLICIES.as_ref().ok_or_else(|| Problem::unavailable("policies-unreadable"))?;
    let actor = Actor {
        scopes: user.entry.scopes.clone().into(),
        epoch: ASKED.fetch_add(1, Ordering::Relaxed),
        ..Actor::person(&user)
    };
    Ok(policies.decide(&actor, Op::ID, facts, GrantState::None).is_allowed)
}
