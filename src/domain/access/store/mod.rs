//! All SQL of access. Registration of systems takes a plain connection: it is done by the command line and by seeding, where nobody asks.
mod grants;
mod register;
mod sessions;

pub(super) use grants::{all_persons_exist, find_grant, insert_grant, revoke_grant, use_assertion};
pub use register::{
    bind_client, insert_client, new_secret, rotate_client_secret, secret_digest, suspend_client,
};
pub(super) use register::{client_by_key, clients};
pub(super) use sessions::{
    Rotation, count_attempt, end_session, ended_since, forget_stale, forgive, insert_session, lock_session,
    rotate,
};
