//! POST /oauth/revoke (RFC 7009): whoever holds a token may end it; for a token that is none, or not the caller's, nothing
//! happens and the answer is the same.
use super::{
    super::super::{
        model::{OWN_CLIENT, actor_of_user},
        refresh_token::RefreshToken,
        store,
    },
    client,
    form::Call,
};
use crate::{
    domain::users,
    kernel::{Actor, Problem, Tx, gate::Asking},
};
use serde::Serialize;

/// Nothing to tell.
#[derive(Serialize)]
pub struct Revoked {}

/// Revokes the token.
/// # Errors
/// invalid_request; invalid_client when the client's credentials are wrong.
pub fn revoke(tx: &mut Tx<'_>, asking: &Asking, call: &Call) -> Result<Revoked, Problem> {
    let client = client::authenticate(tx, asking, call)?;
    let token = call.need("token", "token is missing")?;
    // Sessions are of the society's own front end; no registered client owns one.
    if client.is_some() {
        return Ok(Revoked {});
    }
    if let Some(refresh) = RefreshToken::parse(&tx.kernel().keys.vault.digest, token) {
        end_by_refresh(tx, asking, &refresh)?;
    } else {
        end_by_access(tx, asking, token)?;
    }
    Ok(Revoked {})
}
fn end_by_refresh(tx: &mut Tx<'_>, asking: &Asking, refresh: &RefreshToken) -> Result<(), Problem> {
    let (kernel, now) = (tx.kernel(), tx.now());
    let Some(session) = store::lock_session(tx.conn(), refresh.session)? else { return Ok(()) };
    let record = users::record_of(tx.conn(), session.user_id)?;
    let user = record.as_ref().and_then(|r| r.at(now));
    let who = user.map(|u| actor_of_user(&u, &session, asking.meta.zone));
    asking.note(|n| {
        n.identified = who;
        n.subject = Some(("Session", Some(session.id)));
    });
    store::end_session(tx.conn(), session.id, "revoked", now)?;
    kernel.live.end_session(session.id);
    Ok(())
}
fn end_by_access(tx: &mut Tx<'_>, asking: &Asking, token: &str) -> Result<(), Problem> {
    let (kernel, now) = (tx.kernel(), tx.now());
    let Some(claims) = kernel.tokens.check(&kernel.keys, token, now.timestamp()) else { return Ok(()) };
    let Ok(actor) = Actor::of(&claims, &kernel.live.get(), asking.meta.zone, now) else { return Ok(()) };
    let session = actor.session;
    asking.note(|n| {
        n.identified = Some(actor);
        n.subject = Some(("Session", session));
    });
    let Some(session) = session.filter(|_| claims.client_id == OWN_CLIENT) else { return Ok(()) };
    if let Some(grant) = claims.grant {
        asking.note(|n| n.subject = Some(("NumberGrant", Some(grant))));
        return store::revoke_grant(tx.conn(), grant, now);
    }
    store::end_session(tx.conn(), session, "revoked", now)?;
    kernel.live.end_session(session);
    Ok(())
}
