//! Token exchange (RFC 8693) for the scoped token: the linkage with personal numbers is switched on for one purpose, case and up
//! to 20 people, at most five minutes. Only people step up.
use super::{
    super::super::{
        model::{NUMBER_SCOPE, OWN_CLIENT, Session},
        rules::{self, FRESH_SECONDS, GrantWish},
        store,
    },
    super::sessions::unsigned,
    fault,
    form::Call,
    token::TokenAnswer,
};
use crate::{
    domain::{notifications, users},
    kernel::{
        Actor, ActorKind, Problem, Tx, Zone,
        gate::Asking,
        token::{Claims, GRANT_SECONDS},
    },
};
use chrono::{DateTime, Duration, Utc};
use uuid::Uuid;

/// grant_type of token exchange.
pub const GRANT_TYPE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// Exchanges the access token of a privileged person for a scoped one.
/// # Errors
/// access_denied, invalid_grant (sign in again), invalid_scope, invalid_request.
pub fn exchange(tx: &mut Tx<'_>, asking: &Asking, call: &Call) -> Result<TokenAnswer, Problem> {
    let wish = rules::grant_wish(|name| call.get(name).map(Into::into));
    if let Ok(w) = &wish {
        // Noted before anything is judged: refused wishes are told with purpose, case and people too.
        asking.note(|n| {
            n.purpose = Some((w.purpose.clone(), w.reason.code().into(), w.case));
            n.persons = w.members.clone();
        });
    }
    let (user, claims) = subject(tx, asking, call)?;
    check_request(call)?;
    let session = entitled(tx, &user, &claims)?;
    let wish = wish.map_err(|wrong| fault("invalid_request", wrong))?;
    if !user.purposes.contains(&wish.purpose) {
        return Err(fault("access_denied", "this purpose is not among those of this person"));
    }
    check_named(tx, &wish)?;
    let until = lifetime(tx, &user, &session)?;
    grant(tx, &user, &session, &wish, until)
}

/// The person whose token is shown; noted for the entry.
fn subject(tx: &Tx<'_>, asking: &Asking, call: &Call) -> Result<(Actor, Claims), Problem> {
    let wrong = || fault("invalid_grant", "subject_token is not a valid access token: sign in again");
    let token = call.need("subject_token", "subject_token is missing")?;
    let (kernel, now) = (tx.kernel(), tx.now());
    let claims = kernel.tokens.check(&kernel.keys, token, now.timestamp()).ok_or_else(wrong)?;
    let actor = Actor::of(&claims, &kernel.live.get(), asking.meta.zone, now).map_err(|_| wrong())?;
    asking.note(|n| {
        n.identified = Some(actor.clone());
        n.subject = Some(("Session", actor.session));
    });
    Ok((actor, claims))
}
fn check_request(call: &Call) -> Result<(), Problem> {
    if call.get("subject_token_type") != Some(ACCESS_TOKEN)
        || call.get("requested_token_type").is_some_and(|t| t != ACCESS_TOKEN)
        || call.get("actor_token").is_some()
    {
        return Err(fault("invalid_request", "one access token is exchanged for another"));
    }
    if call.get("scope") != Some(NUMBER_SCOPE) {
        return Err(fault("invalid_scope", "the scope is personal-number:read"));
    }
    Ok(())
}
/// May this person switch the linkage on at all, here and now?
fn entitled(tx: &mut Tx<'_>, user: &Actor, claims: &Claims) -> Result<Session, Problem> {
    if user.kind != ActorKind::User || claims.client_id != OWN_CLIENT {
        return Err(fault("access_denied", "only people step up"));
    }
    if claims.grant.is_some() {
        return Err(fault("access_denied", "a scoped token is not exchanged again"));
    }
    if user.zone != Zone::Closed {
        return Err(fault("access_denied", "only on the closed network"));
    }
    if !user.has_number_privilege {
        return Err(fault("access_denied", "this person does not hold the privilege now"));
    }
    let again = || fault("invalid_grant", "the sign-in is older than five minutes: sign in again");
    let now = tx.now();
    let session = match user.session {
        Some(id) => store::lock_session(tx.conn(), id)?,
        None => None,
    };
    let session = session.filter(|s| s.user_id == user.id && s.is_open(now)).ok_or_else(again)?;
    let age = now - session.authenticated_at;
    if age > Duration::seconds(FRESH_SECONDS) {
        return Err(again());
    }
    Ok(session)
}
/// Case and people are there, and the people belong to the case.
fn check_named(tx: &mut Tx<'_>, wish: &GrantWish) -> Result<(), Problem> {
    let Some(concerns_all) = notifications::concerns(tx, wish.case, &wish.members)? else {
        return Err(fault("invalid_request", "case is not the id of a notification"));
    };
    if !store::all_persons_exist(tx.conn(), &wish.members)? {
        return Err(fault("invalid_request", "members holds an id that is not of a person"));
    }
    if !concerns_all {
        return Err(fault("access_denied", "members holds somebody who does not belong to the case"));
    }
    Ok(())
}
/// Until when: five minutes, and neither longer than the session nor than what the register says of the person and the privilege.
fn lifetime(tx: &mut Tx<'_>, user: &Actor, session: &Session) -> Result<DateTime<Utc>, Problem> {
    let (now, record) = (tx.now(), users::record_of(tx.conn(), user.id)?);
    let gone = || fault("access_denied", "this person does not hold the privilege now");
    let facts = record.as_ref().and_then(|r| r.at(now)).ok_or_else(gone)?;
    let privilege = facts.privilege.ok_or_else(gone)?;
    let ends = [facts.entry.until, privilege.1].into_iter().flatten();
    Ok(ends.fold((now + Duration::seconds(GRANT_SECONDS)).min(session.ends_at), DateTime::min))
}
fn grant(
    tx: &mut Tx<'_>,
    user: &Actor,
    session: &Session,
    wish: &GrantWish,
    until: DateTime<Utc>,
) -> Result<TokenAnswer, Problem> {
    let (kernel, now, id) = (tx.kernel(), tx.now(), Uuid::now_v7());
    store::insert_grant(tx.conn(), id, (session.id, user.id), wish, (now, until))?;
    let claims = Claims {
        iss: kernel.tokens.issuer().into(),
        aud: kernel.tokens.audience().into(),
        sub: user.id,
        client_id: OWN_CLIENT.into(),
        iat: now.timestamp(),
        nbf: now.timestamp(),
        exp: until.timestamp(),
        jti: Uuid::now_v7(),
        scope: NUMBER_SCOPE.into(),
        kind: "user".into(),
        sid: Some(session.id),
        auth_time: Some(session.authenticated_at.timestamp()),
        grant: Some(id),
    };
    let access_token = kernel.tokens.sign(&kernel.keys, &claims).map_err(unsigned)?;
    Ok(TokenAnswer {
        access_token,
        issued_token_type: Some(ACCESS_TOKEN),
        token_type: "Bearer",
        expires_in: (until - now).num_seconds(),
        scope: NUMBER_SCOPE.into(),
    })
}
