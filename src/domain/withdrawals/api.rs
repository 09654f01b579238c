//! Operations on withdrawals.
use super::{
    model::{WithdrawalRow, WithdrawalState},
    store,
};
use crate::{
    domain::{
        approvals::{self, ApprovalKind, Ruling},
        dependents,
        remuneration::{self, PayChange},
    },
    kernel::{
        Facts, Gate, Operation, Problem, Reply, Routes,
        input::{Id, Input, Query, plain_text},
        page,
    },
};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 標準報酬月額の決定の取消の申請
    ///
    /// Asks to withdraw a decision that was made in error, where pay was reported rightly; `changes` says what that would do. Another person
    /// decides. 409 `first-decision` (that of an acquisition: cancel or correct that), `decided-by-offices` (correct the other office),
    /// `not-from-a-report` (任意継続, 特例退職), `not-held` for one that does not hold any more, `later-decision-rests` when one that rests on it
    /// would not stand, `already-exists` when a withdrawal waits.
    pub RequestRemunerationWithdrawal: Post "/v1/standard-remunerations/{decision_id}/withdrawals" = "requestRemunerationWithdrawal", scope "notifications:decide", on "Member", status 201, law "健康保険法41条・43条, R-041, R-096", makes "RemunerationWithdrawal";
    /// 標準報酬月額の決定の取消の一覧
    ///
    /// Withdrawals that were asked for, newest first: `requested` is the work of the second person. With `known_at`
    /// as they stood at an instant.
    pub ListRemunerationWithdrawals: Get "/v1/remuneration-withdrawals" = "listRemunerationWithdrawals", scope "notifications:decide", on "Society", status 200, law "R-096", sends Link;
    /// 標準報酬月額の決定の取消の決定
    ///
    /// Withdraws the decision, or lets it stand. Whoever asked can't decide (409 `same-person`). What held before holds again, a decision that
    /// had given way is made again, and those that rest on it are decided anew; the withdrawn one stays explained, with the reason. The same
    /// form may be filed again. 409 `withdrawal-decided`, and those of the request.
    pub DecideRemunerationWithdrawal: Post "/v1/remuneration-withdrawals/{withdrawal_id}/decision" = "decideRemunerationWithdrawal", scope "notifications:decide", on "RemunerationWithdrawal", status 200, law "健康保険法41条・43条, R-041, R-096";
}

/// Why a decision is to be withdrawn.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RemunerationWithdrawalRequest {
    /// 取消の理由, in words.
    #[validate(length(min = 1, max = 200), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 200)]
    reason: String,
}
/// What the second person says of a withdrawal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawalVerdict {
    /// 承認: the decision is withdrawn.
    Approve,
    /// 却下: it stands.
    Reject,
}
/// A decision on a withdrawal.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct RemunerationWithdrawalDecision {
    /// Approve or reject.
    decision: WithdrawalVerdict,
}
crate::json_body!("application/json": RemunerationWithdrawalRequest);
crate::json_body!("application/json": RemunerationWithdrawalDecision);
/// Filter and page.
#[derive(Serialize, Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RemunerationWithdrawalQuery {
    /// Standing so.
    #[param(inline = false)]
    state: Option<WithdrawalState>,
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
    /// Rows per page.
    #[validate(range(min = 1, max = 500))]
    #[param(minimum = 1, maximum = 500)]
    limit: Option<u16>,
    /// Where to go on.
    #[validate(length(max = 2000))]
    #[param(max_length = 2000)]
    cursor: Option<String>,
}
/// 取消 of a decision of standard remuneration.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RemunerationWithdrawal {
    /// Id.
    id: Uuid,
    /// Decision.
    decision_id: Uuid,
    /// Insured person.
    member_id: Uuid,
    /// 取消の理由.
    #[schema(max_length = 200)]
    reason: String,
    /// Where it stands.
    state: WithdrawalState,
    /// When it was asked for.
    requested_at: DateTime<Utc>,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    decided_at: Option<DateTime<Utc>>,
    /// The months from which another decision holds by it: as it would do when it is asked for, as it did when it is decided.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 1000)]
    changes: Vec<PayChange>,
}
impl RemunerationWithdrawal {
    fn of(r: WithdrawalRow, changes: Vec<PayChange>) -> Result<Self, Problem> {
        Ok(Self {
            id: r.id,
            decision_id: r.decision_id,
            member_id: r.person_id,
            state: WithdrawalState::of(&r.state)?,
            reason: r.reason,
            requested_at: r.requested_at,
            decided_at: r.decided_at,
            changes,
        })
    }
}
crate::page_of!(RemunerationWithdrawalPage, RemunerationWithdrawal);

async fn request_withdrawal(
    gate: Gate<RequestRemunerationWithdrawal>,
    id: Id,
    input: Input<RemunerationWithdrawalRequest>,
) -> Reply<RequestRemunerationWithdrawal, RemunerationWithdrawal> {
    gate.run(move |tx| {
        let (decision, permit) = remuneration::admitted_decision::<RequestRemunerationWithdrawal>(tx, id.0)?;
        let changes = remuneration::plan_withdrawal(tx, &permit, &decision)?.changes();
        let (withdrawal, reason) = (Uuid::now_v7(), input.value.reason);
        store::request(tx, &permit, (withdrawal, id.0), &reason)?;
        let asked = [id.0.as_bytes().as_slice(), reason.as_bytes()];
        approvals::request(tx, &permit, ApprovalKind::RemunerationWithdrawal, withdrawal, &asked)?;
        tx.note(|n| n.subject = Some(("RemunerationWithdrawal", Some(withdrawal))));
        let row = store::written(tx, &permit, withdrawal)?;
        Ok(permit.answer(RemunerationWithdrawal::of(row, changes)?))
    })
    .await
}
async fn list_withdrawals(
    gate: Gate<ListRemunerationWithdrawals>,
    q: Query<RemunerationWithdrawalQuery>,
) -> Reply<ListRemunerationWithdrawals, RemunerationWithdrawalPage> {
    gate.read(move |tx| {
        let mut q = q.0;
        let (limit, cursor) = (usize::from(q.limit.unwrap_or(100)), q.cursor.take());
        let list = page::List::<ListRemunerationWithdrawals>::new(tx.kernel(), &q);
        let before = list.id_after(cursor.as_deref())?;
        let rows = store::list(tx, (q.state, q.known_at), before, page::one_more(limit))?;
        let society = Facts::of("Society", Uuid::nil());
        let (rows, has_more, permit) =
            tx.admit_page(&society, DecideRemunerationWithdrawal::ID, rows, limit)?;
        let (page, link) = list.meta(has_more, rows.last().map(|r| r.id));
        let items = rows.into_iter().map(|r| RemunerationWithdrawal::of(r, Vec::new()));
        let items = items.collect::<Result<_, _>>()?;
        Ok(permit.answer(RemunerationWithdrawalPage { items, page }).next(link))
    })
    .await
}
async fn decide_withdrawal(
    gate: Gate<DecideRemunerationWithdrawal>,
    id: Id,
    input: Input<RemunerationWithdrawalDecision>,
) -> Reply<DecideRemunerationWithdrawal, RemunerationWithdrawal> {
    gate.run(move |tx| {
        let row = store::lock(tx, id.0)?;
        let (row, permit) = tx.admit::<DecideRemunerationWithdrawal, _>(row)?;
        row.require_open()?;
        let is_approved = input.value.decision == WithdrawalVerdict::Approve;
        let ruling = if is_approved { Ruling::Approve } else { Ruling::Reject(serde_json::json!([])) };
        let asked = [row.decision_id.as_bytes().as_slice(), row.reason.as_bytes()];
        approvals::settle(tx, &permit, ApprovalKind::RemunerationWithdrawal, row.id, &asked, &ruling)?;
        let mut changes = Vec::new();
        if is_approved {
            let known = dependents::hold_families(tx.conn(), &[row.person_id], &[])?;
            tx.record_at_once(known);
            let decision = remuneration::decision(tx, &permit, row.decision_id)?;
            if decision.person_id != row.person_id {
                return Err(Problem::unavailable("lost-race")); // the two ids were joined meanwhile: who survives is not held
            }
            let plan = remuneration::plan_withdrawal(tx, &permit, &decision)?;
            changes = plan.changes();
            plan.keep(tx, &permit)?;
        }
        let state = if is_approved { WithdrawalState::Withdrawn } else { WithdrawalState::Rejected };
        store::settle(tx, &permit, row.id, state)?;
        let row = store::written(tx, &permit, row.id)?;
        Ok(permit.answer(RemunerationWithdrawal::of(row, changes)?))
    })
    .await
}

/// Routes of withdrawals.
pub fn routes(r: &mut Routes) {
    r.group("StandardRemunerations");
    r.schema::<WithdrawalState>();
    r.add::<RequestRemunerationWithdrawal, _, _, _>(request_withdrawal);
    r.add::<ListRemunerationWithdrawals, _, _, _>(list_withdrawals);
    r.add::<DecideRemunerationWithdrawal, _, _, _>(decide_withdrawal);
}
