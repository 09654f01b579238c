//! What callers ask of access: sessions of people as operations, the OAuth endpoints as protocol routes.
mod activation;
mod oauth;
mod sessions;

pub use activation::ActivateUser;
pub use oauth::{OauthRevoke, OauthToken, protocol_paths, protocol_routes};
pub use sessions::{CreateSession, EndSession, RefreshSession, routes};
