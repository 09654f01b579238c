//! POST /oauth/token.
use super::{
    super::super::rules::scopes_within, super::sessions::unsigned, client, exchange, fault, form::Call,
};
use crate::kernel::{
    Kind, Problem, Tx,
    gate::Asking,
    token::{ACCESS_SECONDS, Claims},
};
use serde::Serialize;
use uuid::Uuid;

/// A token as RFC 6749 and RFC 8693 answer it.
#[derive(Serialize)]
pub struct TokenAnswer {
    /// The token.
    pub access_token: String,
    /// What kind of token it is (token exchange only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'static str>,
    /// Always Bearer.
    pub token_type: &'static str,
    /// Seconds until it expires.
    pub expires_in: i64,
    /// Scopes, separated by a space.
    pub scope: String,
}

/// Issues a token.
/// # Errors
/// The refusals of RFC 6749 §5.2; access_denied.
pub fn issue(tx: &mut Tx<'_>, asking: &Asking, call: &Call) -> Result<TokenAnswer, Problem> {
    let (grant, known): (Grant, _) = match call.need("grant_type", "grant_type is missing")? {
        "client_credentials" => (client_credentials, "client_credentials"),
        exchange::GRANT_TYPE => (exchange::exchange, "token_exchange"),
        _ => return Err(fault("unsupported_grant_type", "client_credentials or token exchange")),
    };
    asking.note(|n| n.detail = Some(serde_json::json!({ "grant_type": known })));
    grant(tx, asking, call)
}
type Grant = fn(&mut Tx<'_>, &Asking, &Call) -> Result<TokenAnswer, Problem>;

fn client_credentials(tx: &mut Tx<'_>, asking: &Asking, call: &Call) -> Result<TokenAnswer, Problem> {
    let client = client::authenticate(tx, asking, call)?.ok_or_else(client::refused)?;
    let (kernel, now) = (tx.kernel(), tx.now());
    if !kernel.limits.take(client.id, now.timestamp_millis()) {
        return Err(Problem::new(Kind::TooMany));
    }
    let scope = scopes_within(call.get("scope"), &client.scopes)
        .ok_or_else(|| fault("invalid_scope", "a scope is not among those of this client"))?;
    let claims = Claims {
        iss: kernel.tokens.issuer().into(),
        aud: kernel.tokens.audience().into(),
        sub: client.id,
        client_id: client.key,
        iat: now.timestamp(),
        nbf: now.timestamp(),
        exp: now.timestamp() + ACCESS_SECONDS,
        jti: Uuid::now_v7(),
        scope: scope.clone(),
        kind: "client".into(),
        sid: None,
        auth_time: None,
        grant: None,
    };
    let access_token = kernel.tokens.sign(&kernel.keys, &claims).map_err(unsigned)?;
    Ok(TokenAnswer {
        access_token,
        issued_token_type: None,
        token_type: "Bearer",
        expires_in: ACCESS_SECONDS,
        scope,
    })
}
