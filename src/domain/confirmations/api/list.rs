//! Following: confirmations as staff work through them and employers answer them.
use super::{
    super::{
        model::ConfirmationState,
        store::{self, Filter},
    },
    views::{Confirmation, ConfirmationPage},
};
use crate::kernel::{
    Facts, Gate, Operation, Reply, Routes,
    input::{Id, Query},
    page,
};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 現況確認の一覧
    ///
    /// Lists the dependents of campaigns: the work list of staff, or what an employer has to answer. An employer's own system sees its own
    /// people, for the time that they are its people.
    pub ListConfirmations: Get "/v1/confirmations" = "listConfirmations", scope "confirmations:read", on "Society", status 200, law "R-016", sends Link;
    /// 現況確認の参照
    ///
    /// Reads a dependent in a campaign: what was answered, what the rule makes of it, and what was decided.
    pub GetConfirmation: Get "/v1/confirmations/{confirmation_id}" = "getConfirmation", scope "confirmations:read", on "Confirmation", status 200, law "R-016", sends Etag;
}

/// Filters and page.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConfirmationListQuery {
    /// Of this campaign.
    campaign_id: Option<Uuid>,
    /// Of this employer.
    employer_id: Option<Uuid>,
    /// Under this insured person.
    member_id: Option<Uuid>,
    /// In this state.
    #[param(inline = false)]
    state: Option<ConfirmationState>,
    /// Rows per page.
    #[validate(range(min = 1, max = 500))]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
    /// Where to go on.
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    cursor: Option<String>,
}

async fn list(
    gate: Gate<ListConfirmations>,
    q: Query<ConfirmationListQuery>,
) -> Reply<ListConfirmations, ConfirmationPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(50)), q.cursor.take());
        let list = page::List::<ListConfirmations>::new(tx.kernel(), &q);
        let after = list.id_after(cursor.as_deref())?;
        let scope = tx.row_scope()?;
        let filter =
            Filter { campaign: q.campaign_id, employer: q.employer_id, insured: q.member_id, state: q.state };
        let rows = store::list(tx, &scope, &filter, after, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) = tx.admit_page(&society, GetConfirmation::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.id));
        let items = rows.into_iter().map(|r| Confirmation::of(tx, r)).collect::<Result<_, _>>()?;
        Ok(permit.answer(ConfirmationPage { items, page }).next(link))
    })
    .await
}
async fn get(gate: Gate<GetConfirmation>, id: Id) -> Reply<GetConfirmation, Confirmation> {
    gate.read(move |tx| {
        let row = store::find(tx, id.0)?;
        let (row, permit) = tx.admit::<GetConfirmation, _>(row)?;
        let tag = row.version.to_string();
        Ok(permit.answer(Confirmation::of(tx, row)?).tagged(tag))
    })
    .await
}

/// Routes of following.
pub fn routes(r: &mut Routes) {
    r.schema::<ConfirmationState>();
    r.add::<ListConfirmations, _, _, _>(list);
    r.add::<GetConfirmation, _, _, _>(get);
}
