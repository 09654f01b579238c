//! What accepting a waiting notification would change: a decision ahead, with the insurer's determination.
use super::{
    super::{
        apply::{self, RecognitionProposal, RecognitionStatement},
        model::{State, Step},
        store,
    },
    determination::PayDetermination,
    dry_run::{Consequence, consequences},
};
use crate::kernel::{
    Gate, Reply, Routes, clock,
    input::{Id, Input},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

crate::operation! {
    /// 審査結果の試算
    ///
    /// Tells what accepting a waiting notification would change, with what the insurer determines about the pay (保険者算定) and with the
    /// evidence seen of those who are to be recognised. Nothing is stored. Of forms of pay the figures are those of the decision, and what the decision would refuse is refused with the same code.
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
}
crate::json_body!("application/json": DecisionPreviewRequest);
/// What accepting it would change.
#[derive(Debug, Serialize, ToSchema)]
pub struct DecisionPreview {
    /// Lines, before and after.
    #[schema(max_items = 20)]
    consequences: Vec<Consequence>,
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
    gate.read(move |tx| {
        let row = store::find(tx, id.0)?;
        let (row, permit) = tx.admit::<PreviewNotificationDecision, _>(row)?;
        row.require_checked()?;
        State::of(&row.state).after(Step::Accept)?;
        let form = super::decide::form_of(&row)?;
        let given = input.value.determination.as_ref().map(PayDetermination::given);
        if form.body().pay_time().is_none() {
            apply::refuse_determination(given.as_ref())?;
        }
        let person = apply::insured_of(tx, &row, &form)?;
        let at = (row.employer_id, clock::jst_date(row.received_at), given.as_ref());
        let consequences = consequences(tx, &permit, at, (&form, person))?;
        apply::require_expected(&form, &input.value.recognitions)?;
        let recognitions =
            apply::recognitions(tx, &form, (person, row.employer_id), &input.value.recognitions)?;
        tx.note(|n| n.left(person, &[]));
        Ok(permit.answer(DecisionPreview { consequences, recognitions }))
    })
    .await
}

/// Routes of previews.
pub fn routes(r: &mut Routes) {
    r.add::<PreviewNotificationDecision, _, _, _>(preview);
}
