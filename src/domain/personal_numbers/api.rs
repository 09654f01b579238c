//! Registering a personal number (write-only) and asking whether it is the right one (yes or no).
use super::{
    jobs,
    model::{NotRegisteredReason, RegistrationReason},
    rules, store,
};
use crate::{
    domain::members::{self, NumberState},
    json_body,
    kernel::{
        Gate, Kind, Permit, Problem, Reply, Routes, Tx,
        input::{Id, Input},
        vault::Registration,
    },
    operation,
    values::personal_number::PersonalNumber,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

operation! {
    /// 個人番号の登録・変更(書込専用)
    /// Registers or replaces the personal number of a person, or says why none is registered. Write-only: the answer never
    /// holds the number. 409 `number-held-by-another` when it is registered for somebody else, `number-differs` when another number is registered
    /// and the reason does not say that it was changed or wrong. `correction` and
    /// `withdrawn_as_wrong` say that the latest number was registered by mistake: it is erased at once and its key destroyed,
    /// which reaches every backup. Needs a scoped token for this person: 401 `insufficient_user_authentication` tells those who may
    /// get one.
    pub RegisterPersonalNumber: Put "/v1/persons/{person_id}/personal-number" = "registerPersonalNumber",
        scope "personal-number:write" or "personal-number:read", on "Person", status 200, law "R-100, R-104";
    /// 個人番号の照合(一致・不一致のみ)
    /// Tells whether this is the number registered for the person: yes or no. Five checks a minute for each user; three
    /// mismatches within 15 minutes lock checking (429 with Retry-After). Needs a scoped token for this person, as registering does.
    pub VerifyPersonalNumber: Post "/v1/persons/{person_id}/personal-number:verify" = "verifyPersonalNumber",
        scope "personal-number:verify" or "personal-number:read", on "Person", status 200, law "R-112";
}

/// Either `personal_number` with its `reason`, or `not_registered_reason`.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonalNumberInput {
    /// 個人番号: 12 digits with the right check digit.
    #[schema(value_type = Option<String>, pattern = "^[0-9]{12}$", max_length = 12, nullable = false, write_only)]
    personal_number: Option<PersonalNumber>,
    /// 変更理由: required with a number.
    #[schema(nullable = false)]
    reason: Option<RegistrationReason>,
    /// 未登録理由: instead of a number.
    #[schema(nullable = false)]
    not_registered_reason: Option<NotRegisteredReason>,
}
/// What is registered now; never the number.
#[derive(Serialize, ToSchema)]
pub struct PersonalNumberRegistration {
    /// Person id.
    pub person_id: Uuid,
    /// Registered, or not and why.
    pub personal_number_state: NumberState,
}
/// A number to be compared.
#[derive(Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonalNumberCheck {
    /// 個人番号: 12 digits with the right check digit.
    #[schema(value_type = String, pattern = "^[0-9]{12}$", max_length = 12, write_only)]
    personal_number: PersonalNumber,
}
/// Yes or no.
#[derive(Serialize, ToSchema)]
pub struct PersonalNumberMatch {
    /// It is the number registered for this person.
    pub matches: bool,
}
json_body!("application/json": PersonalNumberInput, PersonalNumberCheck);

enum Wish {
    Number(PersonalNumber, RegistrationReason),
    None(NotRegisteredReason),
}
impl PersonalNumberInput {
    fn wish(self) -> Result<Wish, Problem> {
        match (self.personal_number, self.reason, self.not_registered_reason) {
            (Some(number), Some(reason), None) => Ok(Wish::Number(number, reason)),
            (None, None, Some(reason)) => Ok(Wish::None(reason)),
            (Some(_), None, None) => Err(Problem::new(Kind::Invalid).at(
                "/reason",
                "missing-field",
                ("登録・変更の理由が必要です", "a reason is required with a number"),
            )),
            _ => Err(Problem::new(Kind::Invalid).at(
                "/personal_number",
                "exactly-one",
                (
                    "個人番号(と理由)か未登録理由のどちらか一方です",
                    "either a number with its reason, or a reason for having none",
                ),
            )),
        }
    }
}

async fn register_personal_number(
    gate: Gate<RegisterPersonalNumber>,
    id: Id,
    input: Input<PersonalNumberInput>,
) -> Reply<RegisterPersonalNumber, PersonalNumberRegistration> {
    gate.run(move |tx| {
        let row = members::find_person(tx, id.0)?;
        let (person, permit) = tx.admit_linked::<RegisterPersonalNumber, _>(row)?;
        person.require_current()?;
        let registered = register(tx, &permit, person.id, input.value.wish()?)?;
        Ok(permit.answer(registered))
    })
    .await
}
fn register(
    tx: &mut Tx<'_>,
    permit: &Permit<RegisterPersonalNumber>,
    person_id: Uuid,
    wish: Wish,
) -> Result<PersonalNumberRegistration, Problem> {
    let (state, code) = match wish {
        Wish::Number(number, reason) => {
            let (kernel, by) = (tx.kernel(), tx.actor()?.id);
            let r = Registration { person: person_id, number: &number, reason: reason.code(), by };
            kernel.vault.register(tx.conn(), &kernel.clock, r)?;
            (NumberState::of("registered", None), reason.code())
        }
        Wish::None(reason) => {
            let keys = store::withdraw(tx, permit, person_id, reason.code())?;
            let clock = tx.kernel().clock.clone();
            jobs::enqueue_destruction(tx.conn(), &clock, keys)?;
            (NumberState::of("not_registered", Some(reason.code().into())), reason.code())
        }
    };
    tx.note(|n| n.detail = Some(serde_json::json!({ "personal_number_state": state.state, "reason": code })));
    Ok(PersonalNumberRegistration { person_id, personal_number_state: state })
}

async fn verify_personal_number(
    gate: Gate<VerifyPersonalNumber>,
    id: Id,
    input: Input<PersonalNumberCheck>,
) -> Reply<VerifyPersonalNumber, PersonalNumberMatch> {
    gate.run(move |tx| {
        let row = members::find_person(tx, id.0)?;
        let (person, permit) = tx.admit_linked::<VerifyPersonalNumber, _>(row)?;
        person.require_current()?;
        let user = tx.actor()?.id;
        let earlier = store::checks(tx, &permit, user)?;
        if let Some(seconds) = rules::wait_before_check(&earlier, tx.now()) {
            return Err(too_many(seconds));
        }
        let vault = tx.kernel().vault.clone();
        let matches = vault.matches(tx.conn(), person.id, &input.value.personal_number)?;
        store::count_check(tx, &permit, user, matches)?;
        tx.note(|n| n.detail = Some(serde_json::json!({ "matches": matches })));
        Ok(permit.answer(PersonalNumberMatch { matches }))
    })
    .await
}
fn too_many(seconds: u32) -> Problem {
    let mut p = Problem::new(Kind::TooMany).because(
        "too-many-checks",
        "照合の回数または不一致が多すぎます。しばらく待ってください",
        "Too many checks or mismatches; wait and try again",
    );
    p.retry_after = Some(seconds);
    p
}

/// Operations of this module.
pub fn routes(r: &mut Routes) {
    r.group("PersonalNumbers");
    r.add::<RegisterPersonalNumber, _, _, _>(register_personal_number);
    r.add::<VerifyPersonalNumber, _, _, _>(verify_personal_number);
}
