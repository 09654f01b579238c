//! 利用者・認証 — who may call: people with passwords and sessions, systems with keys or secrets, and the
//! scoped token that switches the linkage with personal numbers on for one purpose, case and up to 20 people.
mod api;
mod grants;
mod live;
mod model;
mod orders;
mod passwords;
mod refresh_token;
mod rules;
pub mod store;

pub use api::{
    ActivateUser, CreateSession, EndSession, OauthRevoke, OauthToken, RefreshSession, protocol_paths,
    protocol_routes, routes,
};
pub use grants::NumberGrants;
pub use live::{Watch, load, refresh, watch};
pub use model::{GrantReason, NewClient};
pub use orders::may_still;
pub use passwords::{PasswordSettings, Passwords, hash_password};
