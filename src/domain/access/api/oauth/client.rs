//! Which client calls: a secret compared by its keyed digest, or an assertion that is checked and used up.
use super::{
    super::super::{model::actor_of_client, rules, store},
    fault,
    form::{Call, Credentials},
};
use crate::kernel::{Problem, Tx, gate::Asking, live::ClientFacts, secrets};
use chrono::DateTime;
use uuid::Uuid;

/// The client that calls; its name is noted for the entry. `None` when it shows nothing.
/// # Errors
/// invalid_client: the same for unknown, suspended and wrongly authenticated ones.
pub fn authenticate(tx: &mut Tx<'_>, asking: &Asking, call: &Call) -> Result<Option<ClientFacts>, Problem> {
    let client = match call.credentials()? {
        None => return Ok(None),
        Some(Credentials::Secret { client, secret }) => by_secret(tx, client, secret)?,
        Some(Credentials::Assertion { client, assertion }) => by_assertion(tx, client, assertion)?,
    };
    let client = client.filter(|c| c.is_active).ok_or_else(refused)?;
    asking.note(|n| {
        n.identified = Some(actor_of_client(&client, asking.meta.zone));
        n.subject = Some(("Client", Some(client.id)));
    });
    Ok(Some(client))
}
pub(super) fn refused() -> Problem {
    fault("invalid_client", "client authentication failed")
}

fn by_secret(tx: &mut Tx<'_>, key: &str, secret: &str) -> Result<Option<ClientFacts>, Problem> {
    let digest_key = &tx.kernel().keys.vault.digest;
    let found = store::client_by_key(tx.conn(), key)?;
    // The same work for clients that are not there or have no secret.
    let id = found.as_ref().map_or(Uuid::nil(), |c| c.id);
    let shown = store::secret_digest(digest_key, id, secret);
    let kept = found.as_ref().and_then(|c| c.secret_digest.clone()).unwrap_or_else(|| vec![0; 32]);
    Ok(found.filter(|c| secrets::same(&kept, &shown) && c.secret_digest.is_some()))
}

fn by_assertion(
    tx: &mut Tx<'_>,
    named: Option<&str>,
    assertion: &str,
) -> Result<Option<ClientFacts>, Problem> {
    let (kernel, now) = (tx.kernel(), tx.now().timestamp());
    let Some(subject) = rules::unverified_subject(assertion).filter(|s| named.is_none_or(|n| n == s)) else {
        return Ok(None);
    };
    let Some(client) = store::client_by_key(tx.conn(), &subject)? else { return Ok(None) };
    let Some(claims) = client.jwks.as_ref().and_then(|j| rules::verify_assertion(assertion, j)) else {
        return Ok(None);
    };
    let issuer = kernel.tokens.issuer();
    let endpoint = format!("{issuer}/oauth/token");
    if !client.is_active || !claims.fit(&client.key, &[issuer, &endpoint], now) {
        return Ok(None);
    }
    let parts: [&[u8]; 3] = [b"client-assertion/1", client.id.as_bytes(), claims.jti.as_bytes()];
    let digest = secrets::hmac256(&kernel.keys.vault.digest, &parts);
    let until = DateTime::from_timestamp(now + rules::ASSERTION_SECONDS, 0).unwrap_or(tx.now());
    let is_first = store::use_assertion(tx.conn(), &digest, until)?;
    Ok(is_first.then_some(client))
}
