//! ユーザ管理簿 — who is registered as a person that may sign in, with section, 担当, 事務 and scopes, and the personal-number privilege with dates
//! of its own, all set ahead and judged at every use. A history: what held when, and since when that is known. What is
//! registered was instructed by the データ保護担当者, executed by the IT section and confirmed by the officer.
mod api;
mod codes;
mod founding;
mod model;
mod rules;
mod store;
mod words;

pub use api::routes;
pub use codes::digest as activation_digest;
pub use founding::{Code, Founder, found};
pub use model::{NewUser, ScopeName};
pub use rules::{is_idle, is_login};
pub use store::{
    Activation, SignIn, activate, activation_of, insert_user, password_settings, record_of, records,
    renew_password_hash, sign_in,
};
pub use words::{Duty, SCOPES};
