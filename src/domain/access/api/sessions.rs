//! Signing in with a password, going on with a refresh token, signing out.
use super::super::{
    model::{NUMBER_SCOPE, OWN_CLIENT, Session, actor_of_user},
    passwords::Passwords,
    refresh_token::RefreshToken,
    rules::{IDLE_SECONDS, SESSION_SECONDS},
    store::{self, Rotation},
};
use crate::{
    domain::users,
    json_body,
    kernel::{
        Answer, Facts, Gate, Kernel, Kind, Problem, Reply, Routes, Tx, db,
        input::Input,
        live::{UserFacts, UserRecord},
        secrets,
        token::{ACCESS_SECONDS, Claims},
    },
    operation,
};
use actix_web::web;
use chrono::{DateTime, Duration, Utc};
use diesel::Connection;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;
use zeroize::Zeroize;

operation! {
    /// サインイン
    /// Signs a person in with user id and password. An unknown id, a wrong password and a suspended id get the same answer.
    /// After the third failure in a row an id must wait, longer each time (429 with Retry-After). Nobody has the scope
    /// `personal-number:read` at sign-in.
    pub CreateSession: Post "/v1/sessions" = "createSession", scope "", on "Session", status 200, law "R-140, R-144";
    /// サインインの継続
    /// Exchanges a refresh token for new tokens. Each refresh token works once; using one again ends the session.
    pub RefreshSession: Post "/v1/sessions/refresh" = "refreshSession", scope "", on "Session", status 200, law "R-144";
    /// サインアウト
    /// Ends the session of this access token at once, with its refresh token and whatever it switched on.
    pub EndSession: Delete "/v1/sessions/current" = "endSession", scope "session:end", on "Session", status 204, law "R-144";
}

/// Who signs in.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// 利用者ID.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    user_id: String,
    /// パスワード.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, write_only, format = Password)]
    password: String,
}
impl Drop for SignIn {
    fn drop(&mut self) {
        self.password.zeroize();
        self.user_id.zeroize(); // people type passwords there
    }
}
/// How a session goes on.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SessionRefresh {
    /// The last refresh token of the session.
    #[validate(length(min = 1, max = 200))]
    #[schema(min_length = 1, max_length = 200, write_only)]
    refresh_token: String,
}
json_body!("application/json": SignIn, SessionRefresh);

/// How the access token is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub enum SessionTokenType {
    /// In the header `Authorization: Bearer …`.
    Bearer,
}
/// Tokens of a session.
#[derive(Serialize, ToSchema)]
pub struct SessionTokens {
    /// Access token (JWT, `at+jwt`).
    #[schema(max_length = 4096)]
    access_token: String,
    /// How it is sent.
    token_type: SessionTokenType,
    /// Seconds until the access token expires.
    #[schema(minimum = 0, maximum = 600)]
    expires_in: i64,
    /// Opaque; works once.
    #[schema(max_length = 200)]
    refresh_token: String,
    /// Seconds until the refresh token expires unless used.
    #[schema(minimum = 0, maximum = 1800)]
    refresh_expires_in: i64,
}

/// A password that was looked at.
struct Attempt {
    key: [u8; 32],
    /// Whose id was typed, if it is anybody's.
    user: Option<UserRecord>,
    is_good: bool,
    /// The hash that was looked at and the one to be kept instead: the settings changed since it was made.
    renewed: Option<(String, String)>,
}

async fn create_session(
    gate: Gate<CreateSession>,
    passwords: web::Data<Passwords>,
    input: Input<SignIn>,
) -> Reply<CreateSession, SessionTokens> {
    let attempt = attempt(gate.asking().kernel.clone(), passwords.into_inner(), input.value).await?;
    gate.run(move |tx| sign_in(tx, attempt)).await
}
/// Counts the attempt and looks at the password, outside of any transaction: a hash takes long.
async fn attempt(kernel: Arc<Kernel>, passwords: Arc<Passwords>, typed: SignIn) -> Result<Attempt, Problem> {
    let hasher = passwords.clone();
    let _place = passwords.place().await?;
    let looked = web::block(move || {
        let key = attempt_key(&kernel, &typed.user_id);
        let now = kernel.clock.now();
        let mut conn = db::connection(&kernel.db)?;
        let counted = conn.transaction(|conn| store::count_attempt(conn, &key, now))?;
        counted.map_err(too_soon)?;
        let known = users::sign_in(&mut conn, &typed.user_id)?;
        let in_use = users::password_settings(&mut conn)?;
        drop(conn); // others need it while we hash
        let hash = known.as_ref().and_then(|k| k.hash.clone());
        let fits = hasher.fits(&typed.password, hash.as_deref(), in_use);
        let may = |k: &users::SignIn| {
            k.record.at(now).is_some() && !users::is_idle(k.last_used_at, now, kernel.idle_days)
        };
        let is_good = fits && known.as_ref().is_some_and(may);
        let renewed =
            hash.filter(|_| is_good).map(|old| renewed(&hasher, &typed.password, old)).transpose()?;
        Ok(Attempt { key, user: known.map(|k| k.record), is_good, renewed: renewed.flatten() })
    });
    looked.await.map_err(|_| Problem::new(Kind::Internal))?
}
fn renewed(passwords: &Passwords, password: &str, old: String) -> Result<Option<(String, String)>, Problem> {
    let new = passwords.renewed(password, &old).map_err(unhashed)?;
    Ok(new.map(|new| (old, new)))
}
pub(super) fn unhashed(e: anyhow::Error) -> Problem {
    tracing::error!(error = %e, "a password could not be hashed");
    Problem::new(Kind::Internal)
}
/// Under what attempts with a typed id are counted.
pub(super) fn attempt_key(kernel: &Kernel, typed: &str) -> [u8; 32] {
    secrets::hmac256(&kernel.keys.vault.digest, &[b"sign-in/1", typed.as_bytes()])
}
pub(super) fn too_soon(wait: Duration) -> Problem {
    let mut p = Problem::new(Kind::TooMany).because(
        "sign-in-delayed",
        "失敗が続いたため、しばらく待ってください",
        "Too many failures in a row; wait and try again",
    );
    p.retry_after = u32::try_from((wait.num_milliseconds() + 999) / 1000).ok();
    p
}
fn sign_in(tx: &mut Tx<'_>, attempt: Attempt) -> Result<Answer<CreateSession, SessionTokens>, Problem> {
    // What was typed is told by its keyed digest only: people type passwords there.
    tx.note(|n| n.detail = Some(serde_json::json!({ "typed_id": secrets::b64(&attempt.key[..16]) })));
    // while the password was looked at, the id may have been locked or the password taken away
    let (now, looked_at) = (tx.now(), attempt.user.as_ref());
    let record = match looked_at.filter(|_| attempt.is_good) {
        Some(looked_at) => users::record_of(tx.conn(), looked_at.id)?
            .filter(|known| known.signed_out_at == looked_at.signed_out_at),
        None => None,
    };
    let Some(user) = record.as_ref().and_then(|u| u.at(now)) else {
        let known = looked_at.map(|u| u.id);
        tx.note(|n| n.subject = known.map(|id| ("User", Some(id))).or(n.subject));
        return Ok(tx.admit_identified::<CreateSession>(None)?.refused(Problem::new(Kind::SignInFailed)));
    };
    let ends_at = now + Duration::seconds(SESSION_SECONDS);
    let session = Session {
        id: Uuid::now_v7(),
        user_id: user.id,
        authenticated_at: now,
        idle_until: (now + Duration::seconds(IDLE_SECONDS)).min(ends_at),
        ends_at,
        ended_at: None,
    };
    let refresh = RefreshToken::fresh(&tx.kernel().keys.vault.digest, session.id)?;
    store::forgive(tx.conn(), &attempt.key)?;
    if let Some((old, new)) = attempt.renewed {
        users::renew_password_hash(tx.conn(), user.id, &old, &new)?;
    }
    store::insert_session(tx.conn(), &session, &refresh)?;
    let tokens = issue(tx, &user, &session, &refresh)?;
    tx.note(|n| n.subject = Some(("Session", Some(session.id))));
    let who = actor_of_user(&user, &session, tx.zone());
    Ok(tx.admit_identified::<CreateSession>(Some(who))?.answer(tokens))
}
/// Access token and refresh token of an open session.
fn issue(
    tx: &Tx<'_>,
    user: &UserFacts<'_>,
    session: &Session,
    refresh: &RefreshToken,
) -> Result<SessionTokens, Problem> {
    let (kernel, now) = (tx.kernel(), tx.now());
    let expires_in = ACCESS_SECONDS.min(seconds_until(session.ends_at, now));
    // at sign-in the linkage is off for everybody, whatever the record says.
    let scopes: Vec<&str> =
        user.entry.scopes.iter().map(String::as_str).filter(|s| *s != NUMBER_SCOPE).collect();
    let claims = Claims {
        iss: kernel.tokens.issuer().into(),
        aud: kernel.tokens.audience().into(),
        sub: user.id,
        client_id: OWN_CLIENT.into(),
        iat: now.timestamp(),
        nbf: now.timestamp(),
        exp: now.timestamp() + expires_in,
        jti: Uuid::now_v7(),
        scope: scopes.join(" "),
        kind: "user".into(),
        sid: Some(session.id),
        auth_time: Some(session.authenticated_at.timestamp()),
        grant: None,
    };
    Ok(SessionTokens {
        access_token: kernel.tokens.sign(&kernel.keys, &claims).map_err(unsigned)?,
        token_type: SessionTokenType::Bearer,
        expires_in,
        refresh_token: refresh.text.to_string(),
        refresh_expires_in: seconds_until(session.idle_until, now),
    })
}
fn seconds_until(at: DateTime<Utc>, now: DateTime<Utc>) -> i64 {
    (at - now).num_seconds().max(0)
}
pub(super) fn unsigned(e: anyhow::Error) -> Problem {
    tracing::error!(error = %e, "ALARM: tokens can't be signed");
    Problem::unavailable("signing-unavailable")
}

async fn refresh_session(
    gate: Gate<RefreshSession>,
    input: Input<SessionRefresh>,
) -> Reply<RefreshSession, SessionTokens> {
    gate.run(move |tx| {
        let key = &tx.kernel().keys.vault.digest;
        let used = RefreshToken::parse(key, &input.value.refresh_token).ok_or_else(refresh_refused)?;
        go_on(tx, used)
    })
    .await
}
fn go_on(tx: &mut Tx<'_>, used: RefreshToken) -> Result<Answer<RefreshSession, SessionTokens>, Problem> {
    let (kernel, now) = (tx.kernel(), tx.now());
    tx.note(|n| n.subject = Some(("Session", Some(used.session))));
    let fresh = RefreshToken::fresh(&kernel.keys.vault.digest, used.session)?;
    let session = match store::rotate(tx.conn(), &used, &fresh, now)? {
        Rotation::Done(session) => session,
        Rotation::Over => return Err(refresh_refused()),
        Rotation::Reused => {
            store::end_session(tx.conn(), used.session, "refresh-token-reused", now)?;
            kernel.live.end_session(used.session);
            tracing::warn!(session = %used.session, "a refresh token was used again: the session is ended");
            tx.note(|n| n.detail = Some(serde_json::json!({ "ended": "refresh-token-reused" })));
            return Ok(tx.admit_identified::<RefreshSession>(None)?.refused(refresh_refused()));
        }
    };
    let record = users::record_of(tx.conn(), session.user_id)?;
    let facts = record.as_ref().and_then(|r| r.at(now));
    let since = session.authenticated_at.timestamp();
    let Some(user) = facts.filter(|u| u.holds_since(since)) else { return Err(refresh_refused()) };
    let tokens = issue(tx, &user, &session, &fresh)?;
    let who = actor_of_user(&user, &session, tx.zone());
    Ok(tx.admit_identified::<RefreshSession>(Some(who))?.answer(tokens))
}
fn refresh_refused() -> Problem {
    Problem::new(Kind::Unauthenticated).because(
        "refresh-refused",
        "サインインし直してください",
        "Sign in again",
    )
}

async fn end_session(gate: Gate<EndSession>) -> Reply<EndSession, ()> {
    gate.run(|tx| {
        let session = tx.actor()?.session.ok_or_else(Problem::not_found)?;
        let permit = tx.admit_facts::<EndSession>(&Facts::of("Session", session))?;
        let (kernel, now) = (tx.kernel(), tx.now());
        store::end_session(tx.conn(), session, "signed-out", now)?;
        kernel.live.end_session(session);
        Ok(permit.done())
    })
    .await
}

/// Operations on sessions.
pub fn routes(r: &mut Routes) {
    r.group("Sessions");
    r.add::<CreateSession, _, _, _>(create_session);
    r.add::<RefreshSession, _, _, _>(refresh_session);
    r.add_other::<EndSession, _, _, (), ()>(end_session);
    super::activation::routes(r);
}
