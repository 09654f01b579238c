//! Why cover ended on its day. For staff: it is read aloud to whoever asks.
use super::{list, store, words};
use crate::{
    domain::{dependents, members, remuneration::CalculationTrace},
    kernel::{
        Gate, Problem, Reply, Routes,
        input::{Id, Query},
    },
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 資格喪失の説明
    ///
    /// Explains in sentences to be read aloud why the cover of a day ends on its day: at 75, and by whatever ends 任意継続 and 特例退職, with the
    /// rule, the articles and the figures, as it was decided. Where a form stated the day, that is said with the reason and its article, and there is
    /// no trace. 404 where the cover has no end.
    pub ExplainLoss: Get "/v1/members/{member_id}/loss/explanation" = "explainLoss", scope "members:read", on "Member", status 200, law "健康保険法36条・37条2項・38条, R-045, R-047";
    /// 被扶養者でなくなった日の説明
    ///
    /// Explains why a dependent is none any more from a day on, as explainLoss does for an insured person.
    pub ExplainDependentRemoval: Get "/v1/dependents/{dependent_id}/removal/explanation" = "explainDependentRemoval", scope "dependents:read", on "Dependent", status 200, law "健康保険法3条7項, R-010, R-047";
}

/// Day and instant of an explanation.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LossQuery {
    /// The cover of this day (JST), or the last one before it; today when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
}
/// Why cover ends on its day.
#[derive(Serialize, ToSchema)]
pub struct LossExplanation {
    /// The insured person.
    member_id: Uuid,
    /// The dependency that ends; absent for the insured person's own cover.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    dependent_id: Option<Uuid>,
    /// First day of the cover.
    began_on: NaiveDate,
    /// 資格喪失年月日: first day not covered.
    lost_on: NaiveDate,
    /// 喪失理由 as a code.
    #[schema(max_length = 40)]
    loss_reason: String,
    /// To be read aloud, in Japanese.
    #[schema(max_length = 20000)]
    ja: String,
    /// To be read aloud, in English.
    #[schema(max_length = 20000)]
    en: String,
    /// Steps with articles and figures; absent where no rule's decision of the day is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    trace: Option<CalculationTrace>,
}
/// Whose cover ends, since when it was, from when and why it is none any more.
type Ended = (Uuid, Option<Uuid>, NaiveDate, Option<NaiveDate>, Option<String>);
fn explained(
    (member_id, dependent_id, began_on, lost_on, reason): Ended,
    decided: Option<store::LossRow>,
) -> Result<LossExplanation, Problem> {
    let (Some(lost_on), Some(loss_reason)) = (lost_on, reason) else { return Err(Problem::not_found()) };
    let trace = decided.map(store::LossRow::trace).transpose()?;
    let is_dependent = dependent_id.is_some();
    let (ja, en) = trace
        .as_ref()
        .map_or_else(|| words::recorded(lost_on, &loss_reason, is_dependent), CalculationTrace::aloud);
    Ok(LossExplanation { member_id, dependent_id, began_on, lost_on, loss_reason, ja, en, trace })
}
/// Field classes of what is told: at 75, when the person was born.
fn classes(told: &LossExplanation) -> &'static [&'static str] {
    match &told.trace {
        Some(trace) if trace.rule == "loss_at_75" => &["identity", "enrolment"],
        _ => &["enrolment"],
    }
}

async fn explain_loss(
    gate: Gate<ExplainLoss>,
    id: Id,
    q: Query<LossQuery>,
) -> Reply<ExplainLoss, LossExplanation> {
    gate.read(move |tx| {
        let (day, known_at) = (q.0.as_of.unwrap_or_else(|| tx.today()), q.0.known_at);
        let (m, permit) = members::admitted::<ExplainLoss>(tx, id.0, day, known_at)?;
        let decided = store::of_member(tx, &m, known_at)?;
        let told = explained((m.person_id, None, m.acquired_on, m.lost_on, m.loss_reason), decided)?;
        tx.note_beneath(1, classes(&told));
        Ok(permit.answer(told))
    })
    .await
}
async fn explain_removal(
    gate: Gate<ExplainDependentRemoval>,
    id: Id,
    q: Query<LossQuery>,
) -> Reply<ExplainDependentRemoval, LossExplanation> {
    gate.read(move |tx| {
        let (day, known_at) = (q.0.as_of.unwrap_or_else(|| tx.today()), q.0.known_at);
        let d = dependents::find(tx, id.0, day, known_at)?;
        let (d, permit) = tx.admit::<ExplainDependentRemoval, _>(d)?;
        let decided = store::of_dependent(tx, &d, known_at)?;
        let ended = (d.insured_id, Some(d.dependent_id), d.recognised_on, d.removed_on, d.removal_reason);
        let told = explained(ended, decided)?;
        tx.note_beneath(1, classes(&told));
        tx.note(|n| n.left([told.member_id], &[]));
        Ok(permit.answer(told))
    })
    .await
}

/// Routes of losses.
pub fn routes(r: &mut Routes) {
    r.group("Members");
    list::routes(r);
    r.add::<ExplainLoss, _, _, _>(explain_loss);
    r.group("Dependents");
    r.add::<ExplainDependentRemoval, _, _, _>(explain_removal);
}
