//! Operations on leaves. For staff: employers get theirs with the notification.
use super::{
    super::told::{CalculationTrace, ExplanationQuery, held},
    model::LeaveRow,
    plan::LeaveType,
    store,
};
use crate::{
    domain::members,
    kernel::{
        Gate, Problem, Reply, Routes,
        input::{Id, Query},
    },
    values::month::Month,
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 産前産後休業・育児休業等の一覧
    ///
    /// Lists the leaves of an insured person by first day, with the months that they exempt from premiums; with `as_of` the one of
    /// that day; with `known_at` as known at an instant.
    pub ListLeaves: Get "/v1/members/{member_id}/leaves" = "listLeaves", scope "remuneration:read", on "Member", status 200, law "健康保険法159条・159条の3, R-013";
    /// 休業による保険料免除の説明
    ///
    /// Explains in sentences to be read aloud which months a leave exempts and why, with articles and figures, as it was decided.
    pub ExplainLeave: Get "/v1/leaves/{leave_id}/explanation" = "explainLeave", scope "remuneration:read", on "Member", status 200, law "R-047";
}

/// Day and instant of a read.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LeaveQuery {
    /// The leave of this day (JST); all when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
}
/// A leave of an insured person.
#[derive(Debug, Serialize, ToSchema)]
pub struct LeaveOfMember {
    /// The same over all versions of the leave.
    pub leave_id: Uuid,
    /// Insured person.
    pub member_id: Uuid,
    /// Employer that notified it.
    pub employer_id: Uuid,
    /// Kind.
    pub leave_type: LeaveType,
    /// First day.
    pub starts_on: NaiveDate,
    /// 満了予定日: last day as planned.
    pub planned_ends_on: NaiveDate,
    /// 終了年月日: last day, once the end was notified or the cover ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ended_on: Option<NaiveDate>,
    /// 出産予定日.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub expected_birth_on: Option<NaiveDate>,
    /// The child's day of birth, once known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub child_birth_on: Option<NaiveDate>,
    /// 多胎妊娠.
    pub multiple_pregnancy: bool,
    /// The child's reading.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub child_name_kana: Option<String>,
    /// The child's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub child_name: Option<String>,
    /// 就業(予定)日数 of a birth-time leave.
    #[schema(minimum = 0, maximum = 28)]
    pub worked_days: i16,
    /// Months without the monthly premium, of this leave and those of the child that count with it.
    #[schema(max_items = 100)]
    pub exempt_months: Vec<Month>,
    /// Months in which a bonus bears no premium.
    #[schema(max_items = 100)]
    pub exempt_bonus_months: Vec<Month>,
    /// 開始受付日.
    pub start_received_on: NaiveDate,
    /// 終了受付日.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub end_received_on: Option<NaiveDate>,
    /// Known since.
    pub recorded_at: DateTime<Utc>,
    /// Notification that this version came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notification_id: Option<Uuid>,
}
impl TryFrom<LeaveRow> for LeaveOfMember {
    type Error = Problem;
    fn try_from(r: LeaveRow) -> Result<Self, Problem> {
        let months = |days: Vec<NaiveDate>| days.into_iter().map(Month::of).collect();
        Ok(Self {
            leave_type: LeaveType::of(&r.leave_type)?,
            leave_id: r.leave_id,
            member_id: r.person_id,
            employer_id: r.employer_id,
            starts_on: r.starts_on,
            planned_ends_on: r.planned_ends_on,
            ended_on: r.ended_on,
            expected_birth_on: r.expected_birth_on,
            child_birth_on: r.born_on,
            multiple_pregnancy: r.is_multiple,
            child_name_kana: r.child_name_kana,
            child_name: r.child_name,
            worked_days: r.worked_days,
            exempt_months: months(r.exempt_months),
            exempt_bonus_months: months(r.exempt_bonus_months),
            start_received_on: r.start_received_on,
            end_received_on: r.end_received_on,
            recorded_at: r.recorded_at,
            notification_id: r.source,
        })
    }
}
/// Leaves of an insured person.
#[derive(Serialize, ToSchema)]
pub struct LeaveList {
    /// By first day.
    #[schema(max_items = 1000)]
    items: Vec<LeaveOfMember>,
}
/// Why a leave exempts these months.
#[derive(Serialize, ToSchema)]
pub struct LeaveExplanation {
    /// The leave, in its newest version.
    leave: LeaveOfMember,
    /// It is known to be so; otherwise it was taken back.
    holds: bool,
    /// To be read aloud, in Japanese.
    #[schema(max_length = 20000)]
    ja: String,
    /// To be read aloud, in English.
    #[schema(max_length = 20000)]
    en: String,
    /// Steps with articles and figures.
    trace: CalculationTrace,
}

async fn list_leaves(gate: Gate<ListLeaves>, id: Id, q: Query<LeaveQuery>) -> Reply<ListLeaves, LeaveList> {
    gate.read(move |tx| {
        let LeaveQuery { as_of, known_at } = q.0;
        let day = as_of.unwrap_or_else(|| tx.today());
        let (member, permit) = members::admitted::<ListLeaves>(tx, id.0, day, known_at)?;
        let is_on = |r: &LeaveRow| {
            as_of.is_none_or(|d| r.starts_on <= d && d <= r.ended_on.unwrap_or(r.planned_ends_on))
        };
        let rows = store::leaves(tx, &member, known_at)?;
        let items: Vec<LeaveOfMember> =
            rows.into_iter().filter(is_on).map(TryInto::try_into).collect::<Result<_, _>>()?;
        tx.note_beneath(items.len(), &["remuneration", "family"]);
        Ok(permit.answer(LeaveList { items }))
    })
    .await
}
async fn explain(
    gate: Gate<ExplainLeave>,
    id: Id,
    q: Query<ExplanationQuery>,
) -> Reply<ExplainLeave, LeaveExplanation> {
    gate.read(move |tx| {
        let row = store::find(tx, id.0, q.0.known_at)?;
        let (row, permit) = tx.admit::<ExplainLeave, _>(row)?;
        let trace = CalculationTrace::read(row.trace.clone())?;
        let holds = held(row.superseded_at, q.0.known_at);
        let (ja, en) = trace.aloud_now(holds);
        Ok(permit.answer(LeaveExplanation { leave: row.try_into()?, holds, ja, en, trace }))
    })
    .await
}

/// Routes of leaves.
pub fn routes(r: &mut Routes) {
    r.group("Leaves");
    r.add::<ListLeaves, _, _, _>(list_leaves);
    r.add::<ExplainLeave, _, _, _>(explain);
}
