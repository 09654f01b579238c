//! What accepting a waiting notification would change: a decision ahead, with the insurer's determination.
use super::{
    super::{
        apply::{self, RecognitionProposal, RecognitionStatement},
        model::{State, Step},
        store,
    },
    decide::{PersonChoice, choices, form_of, late_reason},
    determination::PayDetermination,
    dry_run::{Consequence, of_told},
    voluntary::ApplicationObstacle,
};
use crate::kernel::{
    Gate, Problem, Reply, Routes,
    input::{Id, Input},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

crate::operation! {
    /// 審査結果の試算
    ///
    /// Tells what accepting a waiting notification would change, with all that the decision would state: who the people are, what the insurer
    /// determines about the pay (保険者算定), the evidence seen of those who are to be recognised. The decision is done and taken back: nothing is
    /// stored, the consequences are those of the decision, and what it would refuse is refused with the same code. A number on the form is
    /// neither registered nor compared. Where a recognition lacks its evidence or reason, `obstacle` tells so and `recognitions` what to ask for.
    pub PreviewNotificationDecision: Post "/v1/notifications/{notification_id}/decision-preview" = "previewNotificationDecision", scope "notifications:decide", on "Notification", status 200, law "健康保険法44条1項, R-041, R-047";
}

/// What is to be decided.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct DecisionPreviewRequest {
    /// 保険者算定, as the decision would state it.
    #[serde(default)]
    #[validate(nested)]
    determination: Option<PayDetermination>,
    /// 認定, as the decision would state it.
    #[serde(default)]
    #[validate(nested, length(max = 3))]
    #[schema(max_items = 3)]
    recognitions: Vec<RecognitionStatement>,
    /// 名寄せ, as the decision would state it.
    #[serde(default)]
    #[validate(length(max = 4))]
    #[schema(max_items = 4)]
    persons: Vec<PersonChoice>,
    /// Whether the reason for a late application would be recognised (健康保険法37条1項ただし書).
    #[serde(default)]
    recognises_late_reason: bool,
}
crate::json_body!("application/json": DecisionPreviewRequest);
/// What accepting it would change.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionPreview {
    /// Lines, before and after: of everybody whom the decision concerns, by the months and days from which they hold.
    #[schema(max_items = 10000)]
    consequences: Vec<Consequence>,
    /// What the decision still lacks.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    obstacle: Option<ApplicationObstacle>,
    /// 認定: what the rule answers of each person who is to be recognised, with the evidence stated.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 3)]
    recognitions: Vec<RecognitionProposal>,
}

async fn preview(
    gate: Gate<PreviewNotificationDecision>,
    id: Id,
    input: Input<DecisionPreviewRequest>,
) -> Reply<PreviewNotificationDecision, DecisionPreview> {
    gate.rehearse(move |tx| {
        let body = input.value;
        let row = store::find(tx, id.0)?;
        let (row, permit) = tx.admit::<PreviewNotificationDecision, _>(row)?;
        row.require_checked()?;
        State::of(&row.state).after(Step::Accept)?;
        let form = form_of(&row)?;
        let given = body.determination.as_ref().map(|d| d.given(tx.kernel().readings));
        let case = apply::Case {
            row: &row,
            choices: &choices(&body.persons)?,
            determination: given.as_ref(),
            late: late_reason(&row, body.recognises_late_reason)?,
            recognitions: &body.recognitions,
        };
        let done = apply::rehearse(tx, &permit, &case, &form);
        let (person, changes, obstacle) = match done {
            Ok((person, changes)) => (person, changes, None),
            // what is to be stated is asked for, with what the rule says of each person
            Err(p) if p.code == "recognition-reason-needed" => {
                (apply::insured_of(tx, &row, &form)?, Vec::new(), Some(obstacle(p)))
            }
            Err(refused) => return Err(refused),
        };
        let recognitions = apply::recognitions(tx, &form, (person, row.employer_id), &body.recognitions)?;
        tx.note(|n| n.left(person.filter(|_| obstacle.is_some()), &[]));
        let consequences = changes.into_iter().map(of_told).collect();
        Ok(permit.answer(DecisionPreview { consequences, obstacle, recognitions }))
    })
    .await
}
fn obstacle(p: Problem) -> ApplicationObstacle {
    let (ja, en) = p.detail.unwrap_or_default();
    ApplicationObstacle { code: p.code.into(), ja, en }
}

/// Routes of previews.
pub fn routes(r: &mut Routes) {
    r.add::<PreviewNotificationDecision, _, _, _>(preview);
}
