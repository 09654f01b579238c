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
        eligibility::{self, DependentResidence, Examined, RecognitionFacts, RecognitionInput},
        members::Seen,
    },
    kernel::{
        ActorKind, Gate, Kind, Problem, Reply, Routes, Said, Subject, Tx,
        input::{Id, IfMatch, Input},
    },
    values::period::certified_from,
};
use chrono::NaiveDate;
use serde::Deserialize;
use serde_json::Value;
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
    /// When it came, for staff alone: of an answer on paper, today at the latest; today when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    #[schema(nullable = false)]
    received_on: Option<NaiveDate>,
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
    fn received(
        &self,
        row: &ConfirmationRow,
        by_employer: bool,
        today: NaiveDate,
    ) -> Result<NaiveDate, Problem> {
        match self.received_on {
            None => Ok(today),
            Some(_) if by_employer => Err(wrong(
                "/received_on",
                "must-be-absent",
                ("健康保険組合だけが指定できます", "for staff alone"),
            )),
            Some(on) if on > today || on < row.as_of => {
                let said = ("基準日から本日までの日を指定してください", "from the as-of day up to today");
                Err(wrong("/received_on", "E-DATE-RELATION", said))
            }
            Some(on) => Ok(on),
        }
    }
}
/// First day not a dependent any more, and why.
pub type Removal = (NaiveDate, ConfirmationRemovalReason);
fn wrong(pointer: &str, code: &str, said: Said<'_>) -> Problem {
    Problem::new(Kind::Invalid).at(pointer, code, said)
}
/// Day and reason of a removal are not stated where nobody is removed.
/// # Errors
/// 422 `must-be-absent`.
pub fn absent((day, why): (&str, &str), has_day: bool, has_reason: bool) -> Result<(), Problem> {
    let said =
        ("被扶養者でなくなった場合だけ指定してください", "only for somebody who is no dependent any more");
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
    let missing = |at| wrong(at, "missing-field", ("必要な項目がありません", "a required field is missing"));
    let (on, reason) = (on.ok_or_else(|| missing(day))?, reason.ok_or_else(|| missing(why))?);
    if on > today || row.recognised_on.is_some_and(|first| on < first) {
        let said = ("認定日から本日までの日を指定してください", "from the day of recognition up to today");
        return Err(wrong(day, "E-DATE-RELATION", said));
    }
    if reason == ConfirmationRemovalReason::Disability && on < certified_from(row.birth_on) {
        let said = ("障害認定は65歳からです", "certified as disabled from 65 on");
        return Err(wrong(day, "E-DATE-RELATION", said));
    }
    Ok((on, reason))
}
/// What is known of a dependent on a day, before anything is stated for it.
/// # Errors
/// Database errors.
fn known(tx: &mut Tx<'_>, row: &ConfirmationRow, on: NaiveDate) -> Result<RecognitionInput, Problem> {
    let relation = eligibility::relation_of(&row.relationship);
    let stored = dependents::latest_inputs(tx.conn(), row.dependent_id, row.as_of)?;
    let mut known = eligibility::confirmed_anew(stored, on, row.birth_on, relation)?;
    if !Seen::of(tx, &row.facts())?.sees() {
        // how and where a protected person lives is no fact for whoever may not see it: neither finding nor refusal may tell of it
        (known.lives_together, known.support_yen) = (None, None);
        known.residence = DependentResidence::InJapan;
    }
    eligibility::complete(tx, &mut known, (Some(row.insured_id), row.employer_id))?;
    Ok(known)
}
/// What the rule makes of a dependent on a day, with what is stated in the place of what is stored.
/// # Errors
/// Database errors.
pub fn examine(
    tx: &mut Tx<'_>,
    row: &ConfirmationRow,
    on: NaiveDate,
    stated: &RecognitionFacts,
) -> Result<Examined, Problem> {
    let known = known(tx, row, on)?;
    Ok(eligibility::examine(stated.over(known, eligibility::relation_of(&row.relationship))))
}
/// What the employer is told of its answer: the rule is asked with what it states, and nothing that the society found otherwise.
fn shown(tx: &mut Tx<'_>, row: &ConfirmationRow, stated: &RecognitionFacts) -> Result<Value, Problem> {
    let known = eligibility::for_employer(&known(tx, row, row.as_of)?);
    let examined = eligibility::examine(stated.over(known, eligibility::relation_of(&row.relationship)));
    serde_json::to_value(examined.finding()).map_err(|_| Problem::unavailable("facts-unwritable"))
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
        let received_on = body.received(&row, by_employer, tx.today())?;
        let examined = examine(tx, &row, row.as_of, &body.facts)?;
        if body.still_qualifies {
            examined.require_consistent("/facts")?;
        }
        let proposed = examined.proposed()?;
        let employer_finding = if by_employer { Some(shown(tx, &row, &body.facts)?) } else { None };
        let facts =
            serde_json::to_value(&body.facts).map_err(|_| Problem::unavailable("facts-unwritable"))?;
        let ceased = ceased.map(|(on, reason)| (on, reason.word()));
        let new = NewAnswer {
            confirmation: row.id,
            facts,
            ceased,
            proposed: &proposed,
            employer_finding,
            received_on,
        };
        answers::keep(tx, &permit, &new)?;
        let row = store::now(tx, &permit, row.id)?;
        tx.note(|n| n.left(row.people(), row.classes()));
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
