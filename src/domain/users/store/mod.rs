//! All SQL of the user register.
mod carry_out;
mod credentials;
mod founding;
mod instructions;
mod read;
mod register;
mod reviews;

pub(super) use carry_out::register;
pub use credentials::{Activation, activate, activation_of, password_settings, renew_password_hash};
pub(super) use founding::{Founded, able, found};
pub(super) use instructions::{
    NewInstruction, Step, end, find as instruction, holder_of, insert, lapse, list as instructions,
    lock as lock_instruction, take_step, waiting, written as written_instruction,
};
pub(super) use read::{Asked, find, list, lock, locks, privileges, versions, written};
pub use register::{SignIn, insert_user, record_of, records, sign_in};
pub(super) use reviews::{insert_review, uses};
