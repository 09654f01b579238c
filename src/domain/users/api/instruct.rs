//! 指示: the データ保護担当者 instructs what the register is to say of a person.
use super::{
    super::{model::UserContent, rules, store},
    instructions::{UserInstruction, tag},
};
use crate::kernel::{
    Facts, Gate, Kind, Operation, Problem, Reply, Routes, Tx,
    input::{IdempotencyKey, Input, plain_text},
    secrets,
};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 利用者登録・変更の指示
    ///
    /// Instructs what the user register is to say of a person from an instant on, whole: a new person (`login`), a transfer, an end set ahead, the
    /// personal-number privilege with dates of its own, the release of a lock, a new password. Nothing of it holds before the IT section executed
    /// it (executeUserInstruction) and the officer confirmed that (confirmUserInstruction), within seven days. 409 `own-id`, `login-taken`,
    /// `already-exists` while another one about the person waits.
    pub CreateUserInstruction: Post "/v1/user-instructions" = "createUserInstruction", scope "users:instruct", on "Society", status 201, law "R-141, R-142, R-143, R-155", makes "UserInstruction", sends Location Etag;
}

/// What is instructed.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct UserInstructionCreate {
    /// Whom it is about; absent for a new person.
    #[serde(default)]
    #[schema(nullable = false)]
    user_id: Option<Uuid>,
    /// Sign-in name of a new person: small letters, digits, dot, hyphen and underscore.
    #[serde(default)]
    #[validate(length(min = 3, max = 64), custom(function = "plain_text"))]
    #[schema(min_length = 3, max_length = 64, nullable = false)]
    login: Option<String>,
    /// What is to hold.
    #[validate(nested)]
    content: UserContent,
    /// The person is to choose a new password.
    #[serde(default)]
    renews_credentials: bool,
    /// A lock is to be released, or an id that was not used for long to be usable again.
    #[serde(default)]
    releases_lock: bool,
    /// 指示の理由.
    #[validate(length(min = 1, max = 200), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}
crate::json_body!("application/json": UserInstructionCreate);

/// Whom an instruction is about.
struct Whom {
    user: Uuid,
    login: String,
    is_new: bool,
    /// The instruction about the same sign-in name that lapsed, and is over by this one.
    lapsed: Option<Uuid>,
}
fn whom(tx: &mut Tx<'_>, b: &UserInstructionCreate) -> Result<Whom, Problem> {
    match (b.user_id, &b.login) {
        (Some(id), None) => {
            let record = store::record_of(tx.conn(), id)?;
            let login = record.map(|r| r.login).ok_or_else(|| {
                let said = ("登録のない利用者です", "no such person is registered");
                Problem::new(Kind::Invalid).at("/user_id", "unknown-user", said)
            })?;
            not_own(tx, id)?;
            let lapsed = store::lapse(tx, &login)?;
            Ok(Whom { user: id, login, is_new: false, lapsed })
        }
        (None, Some(login)) => {
            if !rules::is_login(login) {
                let said = (
                    "英小文字・数字・ . - _ だけが使えます",
                    "small letters, digits, dot, hyphen and underscore alone",
                );
                return Err(Problem::new(Kind::Invalid).at("/login", "login", said));
            }
            let lapsed = store::lapse(tx, login)?;
            if store::holder_of(tx, login)?.is_some() {
                return Err(Problem::conflict(
                    "login-taken",
                    "使われている利用者IDです。IDは再利用しません",
                    "The sign-in name is or was somebody's; none is used again",
                ));
            }
            Ok(Whom { user: Uuid::now_v7(), login: login.clone(), is_new: true, lapsed })
        }
        _ => {
            let said = (
                "新規は login、登録済みの利用者は user_id のどちらか一方です",
                "either the login of a new person or the user_id of a registered one",
            );
            Err(Problem::new(Kind::Invalid).at("/user_id", "one-of-two", said))
        }
    }
}
fn waits(id: Uuid) -> Problem {
    Problem::conflict(
        "already-exists",
        &format!(
            "この利用者への指示（{id}）が処理を待っています。確認・差戻し・取下げの後に改めて指示してください"
        ),
        &format!(
            "An instruction about this person ({id}) waits: it is confirmed, rejected or taken back first"
        ),
    )
}
async fn create_instruction(
    gate: Gate<CreateUserInstruction>,
    key: IdempotencyKey,
    input: Input<UserInstructionCreate>,
) -> Reply<CreateUserInstruction, UserInstruction> {
    gate.once(key, input.digest, move |tx| {
        let permit = tx.admit_facts::<CreateUserInstruction>(&Facts::of("Society", Uuid::nil()))?;
        let b = input.value;
        let errors = rules::faults(&b.content, tx.now());
        if !errors.is_empty() {
            return Err(Problem { errors, ..Problem::new(Kind::Invalid) });
        }
        let Whom { user, login, is_new, lapsed } = whom(tx, &b)?;
        if let Some(id) = store::waiting(tx, user)? {
            return Err(waits(id));
        }
        let content = serde_json::to_value(&b.content).map_err(|_| Problem::new(Kind::Internal))?;
        let id = Uuid::now_v7();
        let new = store::NewInstruction {
            id,
            user: (user, &login),
            is_new,
            digest: digest(tx, (user, &login), &b.content, (b.renews_credentials, b.releases_lock))?,
            content: &content,
            renews_credentials: b.renews_credentials,
            releases_lock: b.releases_lock,
            reason: &b.reason,
        };
        store::insert(tx, &permit, &new)?;
        tx.note(|n| {
            n.subject = Some((CreateUserInstruction::MAKES, Some(id)));
            n.detail = Some(serde_json::json!({ "user": user, "lapsed": lapsed }));
        });
        let row = store::written_instruction(tx, &permit, id)?;
        let tag = tag(&row);
        Ok(permit
            .answer(UserInstruction::of(row)?)
            .located(format!("/v1/user-instructions/{id}"))
            .tagged(tag))
    })
    .await
}
/// Keyed digest of whom and what: what is executed and confirmed.
pub(super) fn digest(
    tx: &Tx<'_>,
    (user, login): (Uuid, &str),
    content: &UserContent,
    flags: (bool, bool),
) -> Result<[u8; 32], Problem> {
    let content = serde_json::to_vec(content).map_err(|_| Problem::new(Kind::Internal))?;
    let flags = [u8::from(flags.0), u8::from(flags.1)];
    let parts: [&[u8]; 5] = [b"user-instruction/1", user.as_bytes(), login.as_bytes(), &flags, &content];
    Ok(secrets::hmac256(&tx.kernel().keys.vault.digest, &parts))
}
/// Nobody has a hand in the own id.
pub(super) fn not_own(tx: &Tx<'_>, user: Uuid) -> Result<(), Problem> {
    if tx.actor()?.id != user {
        return Ok(());
    }
    Err(Problem::conflict("own-id", "本人のIDの登録には関与できません", "Nobody has a hand in the own id"))
}

/// Its route.
pub fn routes(r: &mut Routes) {
    r.add::<CreateUserInstruction, _, _, _>(create_instruction);
}
