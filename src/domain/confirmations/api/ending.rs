//! Campaigns end: closed when everybody is decided, or cancelled.
use super::{
    super::{
        model::CampaignState,
        store::{Asked, campaigns as store},
    },
    views::ConfirmationCampaign,
};
use crate::kernel::{
    Gate, Problem, Reply, Routes,
    input::{Id, Input},
};
use serde::Deserialize;
use utoipa::ToSchema;
use validator::Validate;

crate::operation! {
    /// 現況確認の終了
    ///
    /// Closes a running campaign in which everybody is decided or no dependent any more: nothing is answered or decided in it from then on,
    /// and it stands as the result. 409 `undecided-left` while somebody waits for an answer or a decision; `not-started`, `campaign-closed`,
    /// `campaign-cancelled`.
    pub CloseConfirmationCampaign: Post "/v1/confirmation-campaigns/{confirmation_campaign_id}/closing" = "closeConfirmationCampaign", scope "confirmations:manage", on "ConfirmationCampaign", status 200, law "R-016";
    /// 現況確認の中止
    ///
    /// Cancels a campaign that is planned or runs: nobody is reminded, answers or is decided on in it any more. What was decided stays, with
    /// its effect on cover; what was not is shown as cancelled. 409 `campaign-closed`, `campaign-cancelled`.
    pub CancelConfirmationCampaign: Post "/v1/confirmation-campaigns/{confirmation_campaign_id}/cancellation" = "cancelConfirmationCampaign", scope "confirmations:manage", on "ConfirmationCampaign", status 200, law "R-016";
}

/// Why a campaign is cancelled.
#[derive(Debug, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationCampaignCancellation {
    /// Why, in words.
    #[validate(length(min = 1, max = 100), custom(function = "crate::kernel::input::plain_text"))]
    #[schema(min_length = 1, max_length = 100)]
    reason: String,
}
crate::json_body!("application/json": ConfirmationCampaignCancellation);

async fn close(
    gate: Gate<CloseConfirmationCampaign>,
    id: Id,
) -> Reply<CloseConfirmationCampaign, ConfirmationCampaign> {
    gate.run(move |tx| {
        let row = store::lock(tx, id.0)?;
        let (row, permit) = tx.admit::<CloseConfirmationCampaign, _>(row)?;
        row.state.require_running()?;
        let counts = store::counts(tx, &row, &Asked::now(tx))?;
        if counts.open + counts.answered + counts.overdue > 0 {
            return Err(Problem::conflict(
                "undecided-left",
                "回答待ち又は決定待ちの被扶養者がいます",
                "Somebody still waits for an answer or a decision",
            ));
        }
        let row = store::end(tx, &permit, &row, CampaignState::Closed, None)?;
        Ok(permit.answer(row.into()))
    })
    .await
}
async fn cancel(
    gate: Gate<CancelConfirmationCampaign>,
    id: Id,
    input: Input<ConfirmationCampaignCancellation>,
) -> Reply<CancelConfirmationCampaign, ConfirmationCampaign> {
    gate.run(move |tx| {
        let row = store::lock(tx, id.0)?;
        let (row, permit) = tx.admit::<CancelConfirmationCampaign, _>(row)?;
        if matches!(row.state, CampaignState::Closed | CampaignState::Cancelled) {
            return Err(row.state.refused());
        }
        let row = store::end(tx, &permit, &row, CampaignState::Cancelled, Some(&input.value.reason))?;
        Ok(permit.answer(row.into()))
    })
    .await
}

/// Routes of the end of campaigns.
pub fn routes(r: &mut Routes) {
    r.add::<CloseConfirmationCampaign, _, _, _>(close);
    r.add::<CancelConfirmationCampaign, _, _, _>(cancel);
}
