//! Choosing a password with the two halves of an activation code: one of who executed the instruction, one of the officer who confirmed it.
use super::super::{passwords::Passwords, store};
use crate::{
    domain::users::{self, Activation},
    json_body,
    kernel::{
        Actor, Answer, Gate, Kernel, Kind, Problem, Reply, Routes, Tx, db, input::Input, live::UserRecord,
        secrets,
    },
    operation,
};
use actix_web::web;
use chrono::{DateTime, Utc};
use diesel::Connection;
use serde::Deserialize;
use std::sync::Arc;
use utoipa::ToSchema;
use validator::Validate;
use zeroize::Zeroize;

operation! {
    /// パスワードの設定
    ///
    /// Chooses the first or a new password with both halves of an activation code, within seven days; works once. An unknown id, a wrong half, a
    /// code that is used, too old or followed by another one or a lock, and an id that is over get the same answer, and after the third failure in
    /// a row an id must wait, as at sign-in. The password has 15 characters or more.
    pub ActivateUser: Post "/v1/activations" = "activateUser", scope "", on "RegisteredUser", status 204, law "R-140, R-147";
}

/// Who chooses a password.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UserActivation {
    /// 利用者ID.
    #[validate(length(min = 1, max = 100))]
    #[schema(min_length = 1, max_length = 100)]
    user_id: String,
    /// Half of who executed the instruction.
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40, write_only)]
    first_half: String,
    /// Half of who confirmed it.
    #[validate(length(min = 1, max = 40))]
    #[schema(min_length = 1, max_length = 40, write_only)]
    second_half: String,
    /// パスワード.
    #[validate(length(min = 15, max = 200))]
    #[schema(min_length = 15, max_length = 200, write_only, format = Password)]
    password: String,
}
impl Drop for UserActivation {
    fn drop(&mut self) {
        self.password.zeroize();
        self.first_half.zeroize();
        self.second_half.zeroize();
        self.user_id.zeroize(); // people type passwords there
    }
}
json_body!("application/json": UserActivation);

/// A code that was looked at, and the hash to be kept.
struct Attempt {
    key: [u8; 32],
    code: Option<Activation>,
    password_hash: String,
}
async fn activate_user(
    gate: Gate<ActivateUser>,
    passwords: web::Data<Passwords>,
    input: Input<UserActivation>,
) -> Reply<ActivateUser, ()> {
    let attempt = attempt(gate.asking().kernel.clone(), passwords.into_inner(), input.value).await?;
    gate.run(move |tx| choose(tx, attempt)).await
}
/// Counts the attempt, looks at the code and hashes, outside of any transaction: a hash takes long.
async fn attempt(
    kernel: Arc<Kernel>,
    passwords: Arc<Passwords>,
    typed: UserActivation,
) -> Result<Attempt, Problem> {
    let hasher = passwords.clone();
    let _place = passwords.place().await?;
    let looked = web::block(move || {
        let key = super::sessions::attempt_key(&kernel, &typed.user_id);
        let now = kernel.clock.now();
        let mut conn = db::connection(&kernel.db)?;
        let counted = conn.transaction(|conn| store::count_attempt(conn, &key, now))?;
        counted.map_err(super::sessions::too_soon)?;
        let code = users::activation_of(&mut conn, &typed.user_id, now)?;
        drop(conn); // others need it while we hash
        let fits = |c: &Activation| {
            let given = |half: &str| users::activation_digest(&kernel.keys.vault.digest, c.id, half);
            let first = secrets::same(&c.first_part, &given(&typed.first_half));
            let second = secrets::same(&c.second_part, &given(&typed.second_half));
            first && second
        };
        let password_hash = hasher.hash(&typed.password).map_err(super::sessions::unhashed)?;
        Ok(Attempt { key, code: code.filter(fits), password_hash })
    });
    looked.await.map_err(|_| Problem::new(Kind::Internal))?
}
fn choose(tx: &mut Tx<'_>, attempt: Attempt) -> Result<Answer<ActivateUser, ()>, Problem> {
    let now = tx.now();
    tx.note(|n| n.detail = Some(serde_json::json!({ "typed_id": secrets::b64(&attempt.key[..16]) })));
    let permit = tx.admit_identified::<ActivateUser>(None)?;
    let Some(code) = attempt.code else { return Ok(permit.refused(Problem::new(Kind::SignInFailed))) };
    let record = users::record_of(tx.conn(), code.user_id)?;
    tx.note(|n| n.subject = Some(("RegisteredUser", Some(code.user_id))));
    let is_good = |r: &UserRecord| {
        let ends = |until: Option<DateTime<Utc>>| until.is_some_and(|until| until <= now);
        // a code is none any more when the id was locked after it was given
        !r.is_locked
            && r.signed_out_at.is_none_or(|at| at <= code.confirmed_at)
            && !r.entries.iter().all(|e| ends(e.until))
    };
    if !record.as_ref().is_some_and(is_good) {
        return Ok(permit.refused(Problem::new(Kind::SignInFailed)));
    }
    let who = record.as_ref().and_then(|r| r.at(now)).map(|u| Actor { zone: tx.zone(), ..Actor::person(&u) });
    tx.note(|n| n.identified = who);
    if !users::activate(tx.conn(), &code, &attempt.password_hash, now)? {
        return Ok(permit.refused(Problem::new(Kind::SignInFailed)));
    }
    store::forgive(tx.conn(), &attempt.key)?;
    Ok(permit.done())
}

/// Its route.
pub fn routes(r: &mut Routes) {
    r.add_other::<ActivateUser, _, _, (), ()>(activate_user);
}
