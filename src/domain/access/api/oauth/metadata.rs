//! What anybody may know: public keys, and what this server can do.
use super::exchange;
use crate::domain::users::SCOPES;
use crate::kernel::Kernel;
use serde_json::{Value, json};

/// Public keys of access tokens (RFC 7517).
pub fn keys(kernel: &Kernel) -> Value {
    kernel.keys.jwks()
}
/// Authorization server metadata (RFC 8414).
pub fn server(kernel: &Kernel) -> Value {
    let issuer = kernel.tokens.issuer();
    let methods = ["private_key_jwt", "client_secret_basic", "client_secret_post"];
    json!({
        "issuer": issuer,
        "token_endpoint": format!("{issuer}/oauth/token"),
        "revocation_endpoint": format!("{issuer}/oauth/revoke"),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials", exchange::GRANT_TYPE],
        "scopes_supported": SCOPES.iter().map(|(name, _)| *name).collect::<Vec<_>>(),
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": ["ES256", "EdDSA"],
        "revocation_endpoint_auth_methods_supported": ["none", methods[0], methods[1], methods[2]],
        "revocation_endpoint_auth_signing_alg_values_supported": ["ES256", "EdDSA"],
        "service_documentation": format!("{issuer}/docs"),
    })
}
