//! What confirming somebody would be decided on: the rule, asked with what staff saw, before the decision.
use super::{
    super::store::{self, Asked},
    answer::examine,
    decide::{require_confirmable, seen},
};
use crate::{
    domain::eligibility::{RecognitionFacts, RecognitionFinding},
    kernel::{
        Gate, Reply, Routes,
        input::{Id, Input},
    },
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

crate::operation! {
    /// 現況確認の決定の試算
    ///
    /// Tells what the rule answers of somebody who was answered for, with the documents that staff saw and what it determined: yes, no, or
    /// which documents to ask for, and why, as the decision would keep it. Nothing is stored. 409 as of a confirming decision.
    pub PreviewConfirmationDecision: Post "/v1/confirmations/{confirmation_id}/decision-preview" = "previewConfirmationDecision", scope "confirmations:manage", on "Confirmation", status 200, law "R-016, R-047";
}

/// What staff saw.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationPreviewRequest {
    /// Documents that staff saw, and what it determined, as the decision would state it.
    #[serde(default)]
    #[validate(nested)]
    evidence: RecognitionFacts,
}
crate::json_body!("application/json": ConfirmationPreviewRequest);
/// What the decision would be based on.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConfirmationPreview {
    /// What the rule answers.
    finding: RecognitionFinding,
    /// Confirming needs a reason, since the rule does not say yes.
    needs_reason: bool,
}

async fn preview(
    gate: Gate<PreviewConfirmationDecision>,
    id: Id,
    input: Input<ConfirmationPreviewRequest>,
) -> Reply<PreviewConfirmationDecision, ConfirmationPreview> {
    gate.read(move |tx| {
        let row = store::find(tx, id.0, &Asked::now(tx))?;
        let (row, permit) = tx.admit::<PreviewConfirmationDecision, _>(row)?;
        row.campaign_state.require_running()?;
        require_confirmable(&row)?;
        let examined = examine(tx, &row, row.as_of, &seen(&row, &input.value.evidence)?)?;
        examined.require_consistent("/evidence")?;
        let needs_reason = !examined.is_yes();
        Ok(permit.answer(ConfirmationPreview { finding: examined.finding(), needs_reason }))
    })
    .await
}

/// Routes of previews.
pub fn routes(r: &mut Routes) {
    r.add::<PreviewConfirmationDecision, _, _, _>(preview);
}
