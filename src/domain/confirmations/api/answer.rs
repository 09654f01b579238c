//! Answering: by the employer, or by staff for an answer that came on paper.
use super::{
    super::{
        model::{ConfirmationRemovalReason, ConfirmationRow, ConfirmationStep},
        store::{
            self,
            answers::{self, NewAnswer},
        },
    },
    views::Confirmation,
};
use crate::{
    domain::{
        dependents,
        eligibility::{self, DependentResidence, Examined, RecognitionFacts},
        members::Seen,
    },
    kernel::{
        ActorKind, Gate, Kind, Problem, Reply, Routes, Subject, Tx,
        input::{Id, IfMatch, Input},
    },
};
use chrono::NaiveDate;
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

crate::operation! {
    /// 現況確認の回答
    ///
    /// Answers for a dependent: still one, with what is asked for the rule, or not any more, from when and why. The rule of recognition is
    /// asked with what is stored and what is stated, and its answer tells which documents to bring. An answer that nobody decided yet is
    /// corrected by another one. 409 `already-decided`, `not-a-dependent`, `campaign-closed`, `campaign-cancelled`; `answer-too-late` for employers after the due day where the
    /// campaign takes no late answers.
    pub AnswerConfirmation: Post "/v1/confirmations/{confirmation_id}/answer" = "answerConfirmation", scope "confirmations:answer", on "Confirmation", status 200, law "健康保険法施行規則50条, R-016", sends Etag;
}

/// An answer to a confirmation.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationAnswer {
    /// Still a dependent.
    still_qualifies: bool,
    /// What is known of the person now, and the documents that come with it.
    #[serde(default)]
    #[validate(nested)]
    facts: RecognitionFacts,
    /// First day not a dependent any more; exactly when the person is none, today at the latest.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    #[schema(nullable = false)]
    ceased_on: Option<NaiveDate>,
    /// Why; exactly when the person is no dependent any more.
    #[serde(default)]
    #[schema(nullable = false)]
    removal_reason: Option<ConfirmationRemovalReason>,
}
crate::json_body!("application/json": ConfirmationAnswer);
impl ConfirmationAnswer {
    fn ceased(&self, row: &ConfirmationRow, today: NaiveDate) -> Result<Option<Removal>, Problem> {
        let places = ("/ceased_on", "/removal_reason");
        if self.still_qualifies {
            return absent(places, self.ceased_on.is_some(), self.removal_reason.is_some()).map(|()| None);
        }
        removal(places, (self.ceased_on, self.removal_reason), row, today).map(Some)
    }
}
/// First day not a dependent any more, and why.
pub type Removal = (NaiveDate, ConfirmationRemovalReason);
fn wrong(pointer: &str, code: &str, said: &str) -> Problem {
    Problem::new(Kind::Invalid).at(pointer, code, said)
}
/// Day and reason of a removal are not stated where nobody is removed.
/// # Errors
/// 422 `must-be-absent`.
pub fn absent((day, why): (&str, &str), has_day: bool, has_reason: bool) -> Result<(), Problem> {
    let said =
        "被扶養者でなくなった場合だけ指定してください / only for somebody who is no dependent any more";
    match (has_day, has_reason) {
        (true, _) => Err(wrong(day, "must-be-absent", said)),
        (_, true) => Err(wrong(why, "must-be-absent", said)),
        _ => Ok(()),
    }
}
/// Day and reason of a removal, both stated and possible.
/// # Errors
/// 422 `missing-field`, `E-DATE-RELATION`.
pub fn removal(
    (day, why): (&str, &str),
    (on, reason): (Option<NaiveDate>, Option<ConfirmationRemovalReason>),
    row: &ConfirmationRow,
    today: NaiveDate,
) -> Result<Removal, Problem> {
    let missing = |at| wrong(at, "missing-field", "必要な項目がありません / a required field is missing");
    let (on, reason) = (on.ok_or_else(|| missing(day))?, reason.ok_or_else(|| missing(why))?);
    if on > today || row.recognised_on.is_some_and(|first| on < first) {
        let said = "認定日から本日までの日を指定してください / from the day of recognition up to today";
        return Err(wrong(day, "E-DATE-RELATION", said));
    }
    Ok((on, reason))
}
/// What the rule makes of a dependent on the as-of day, with what is stated in the place of what is stored.
/// # Errors
/// 422 for facts that contradict one another, below `at`; database errors.
pub fn examine(
    tx: &mut Tx<'_>,
    row: &ConfirmationRow,
    stated: &RecognitionFacts,
    at: &str,
) -> Result<Examined, Problem> {
    let relation = eligibility::relation_of(&row.relationship);
    let stored = dependents::latest_inputs(tx.conn(), row.dependent_id)?;
    let mut known = eligibility::confirmed_anew(stored, row.as_of, row.birth_on, relation);
    if !Seen::of(tx, &row.facts())?.sees() {
        // how and where a protected person lives is no fact for whoever may not see it: neither finding nor refusal may tell of it
        (known.lives_together, known.support_yen) = (None, None);
        known.residence = DependentResidence::InJapan;
    }
    known.insured_income_yen = eligibility::insured_income(tx.conn(), row.insured_id, row.as_of)?;
    if known.insured_income_yen.is_some() {
        tx.note(|n| n.left([row.insured_id], &["remuneration"]));
    }
    let examined = eligibility::examine(stated.over(known, relation));
    examined.require_consistent(at)?;
    Ok(examined)
}

async fn answer(
    gate: Gate<AnswerConfirmation>,
    id: Id,
    tag: IfMatch,
    input: Input<ConfirmationAnswer>,
) -> Reply<AnswerConfirmation, Confirmation> {
    gate.run(move |tx| {
        let body = input.value;
        let row = store::lock(tx, id.0)?;
        let (row, permit) = tx.admit::<AnswerConfirmation, _>(row)?;
        tag.require(&row.version.to_string())?;
        row.campaign_state.require_running()?;
        row.state.after(ConfirmationStep::Answer)?;
        let by_employer = matches!(tx.actor()?.kind, ActorKind::Client(_));
        require_in_time(&row, by_employer, tx.today())?;
        let ceased = body.ceased(&row, tx.today())?;
        let proposed = examine(tx, &row, &body.facts, "/facts")?.proposed()?;
        let facts =
            serde_json::to_value(&body.facts).map_err(|_| Problem::unavailable("facts-unwritable"))?;
        let ceased = ceased.map(|(on, reason)| (on, reason.word()));
        let new = NewAnswer { confirmation: row.id, facts, ceased, proposed: &proposed, by_employer };
        answers::keep(tx, &permit, &new)?;
        let row = store::now(tx, &permit, row.id)?;
        tx.note(|n| n.left([], &["income"]));
        let tag = row.version.to_string();
        Ok(permit.answer(Confirmation::of(tx, row)?).tagged(tag))
    })
    .await
}
fn require_in_time(row: &ConfirmationRow, by_employer: bool, today: NaiveDate) -> Result<(), Problem> {
    if !by_employer || row.takes_late_answers || today <= row.due_on {
        return Ok(());
    }
    Err(Problem::conflict(
        "answer-too-late",
        "回答期限を過ぎています。健康保険組合に連絡してください",
        "The due day has passed: ask the society",
    ))
}

/// Routes of answering.
pub fn routes(r: &mut Routes) {
    r.add::<AnswerConfirmation, _, _, _>(answer);
}
