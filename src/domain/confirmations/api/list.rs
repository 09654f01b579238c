//! Following: confirmations as staff work through them and employers answer them.
use super::{
    super::{
        model::ConfirmationState,
        store::{self, Asked, Filter},
    },
    views::{Confirmation, ConfirmationPage},
};
use crate::kernel::{
    Facts, Gate, Operation, Reply, Routes,
    input::{Id, Query},
    page,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::IntoParams;
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 現況確認の一覧
    ///
    /// Lists the dependents of campaigns: the work list of staff, or what an employer has to answer. An employer's own system sees its own
    /// people, for the time that they are its people. With `known_at` the rows, answers and decisions of then.
    pub ListConfirmations: Get "/v1/confirmations" = "listConfirmations", scope "confirmations:read", on "Society", status 200, law "R-016", sends Link;
    /// 現況確認の参照
    ///
    /// Reads a dependent in a campaign: what was answered, what the rule makes of it, and what was decided; as of a day, and as known at an
    /// instant. Only the present (of today, known now) has an ETag.
    pub GetConfirmation: Get "/v1/confirmations/{confirmation_id}" = "getConfirmation", scope "confirmations:read", on "Confirmation", status 200, law "R-016", sends Etag;
}

/// Day and knowledge of a read.
#[derive(Clone, Copy, Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConfirmationQuery {
    /// Cover, and who somebody is, as of this day (JST); today when absent. Of a day before the recognition nothing is shown to an employer.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub as_of: Option<NaiveDate>,
    /// As it was known at this instant; now when absent. The right to look is judged by today and what is known now.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub known_at: Option<DateTime<Utc>>,
}
impl ConfirmationQuery {
    /// What is asked of the store.
    pub fn asked(&self, today: NaiveDate) -> Asked {
        Asked { as_of: self.as_of.unwrap_or(today), known_at: self.known_at }
    }
}
/// Filters and page.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ConfirmationListQuery {
    /// Cover, and who somebody is, as of this day (JST); today when absent. Of a day before the recognition nothing is shown to an employer.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As it was known at this instant; now when absent. The right to look is judged by today and what is known now.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
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
        let asked = ConfirmationQuery { as_of: q.as_of, known_at: q.known_at }.asked(tx.today());
        let rows = store::list(tx, &scope, (&filter, &asked), after, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) = tx.admit_page(&society, GetConfirmation::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.id));
        let items = rows.into_iter().map(|r| Confirmation::of(tx, r)).collect::<Result<_, _>>()?;
        Ok(permit.answer(ConfirmationPage { items, page }).next(link))
    })
    .await
}
async fn get(
    gate: Gate<GetConfirmation>,
    id: Id,
    q: Query<ConfirmationQuery>,
) -> Reply<GetConfirmation, Confirmation> {
    gate.read(move |tx| {
        let (today, asked) = (tx.today(), q.0.asked(tx.today()));
        let row = store::find(tx, id.0, &asked)?;
        let (row, permit) = tx.admit::<GetConfirmation, _>(row)?;
        let tag = row.version.to_string();
        let answer = permit.answer(Confirmation::of(tx, row)?);
        let is_present = asked.known_at.is_none() && asked.as_of == today;
        Ok(if is_present { answer.tagged(tag) } else { answer })
    })
    .await
}

/// Routes of following.
pub fn routes(r: &mut Routes) {
    r.schema::<ConfirmationState>();
    r.add::<ListConfirmations, _, _, _>(list);
    r.add::<GetConfirmation, _, _, _>(get);
}
