//! Who may call: sign-in, sessions, clients, the scoped token, and how fast a change is in force.
mod clients;
pub mod house;
mod linkage;
mod live;
mod sessions;
