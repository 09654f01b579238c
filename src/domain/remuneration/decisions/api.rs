//! Operations on decisions of standard remuneration and bonus. For staff: employers get theirs with the notification.
use super::{
    super::told::CalculationTrace,
    model::{BonusRow, DecisionRow},
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
    /// 標準報酬月額の一覧
    ///
    /// Lists the decisions of standard remuneration of an insured person by month; with `as_of` the one that holds in the month of
    /// that day; with `known_at` as known at an instant.
    pub ListStandardRemunerations: Get "/v1/members/{member_id}/standard-remunerations" = "listStandardRemunerations", scope "remuneration:read", on "Member", status 200, law "健康保険法40条–43条の3, R-040";
    /// 標準賞与額の一覧
    ///
    /// Lists the standard bonuses of an insured person by month; with `as_of` those of the fiscal year of that day; with
    /// `known_at` as known at an instant.
    pub ListStandardBonuses: Get "/v1/members/{member_id}/standard-bonuses" = "listStandardBonuses", scope "remuneration:read", on "Member", status 200, law "健康保険法45条, R-040";
    /// 標準報酬月額の決定の説明
    ///
    /// Explains a decision in sentences to be read aloud, with articles and figures, as it was decided.
    pub ExplainStandardRemuneration: Get "/v1/standard-remunerations/{decision_id}/explanation" = "explainStandardRemuneration", scope "remuneration:read", on "Member", status 200, law "R-047";
}

/// Day and instant of a read.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RemunerationQuery {
    /// As of this day (JST); all months when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    as_of: Option<NaiveDate>,
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    known_at: Option<DateTime<Utc>>,
}
/// Rule that decided a standard remuneration.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DecisionRule {
    /// 資格取得時決定 (健康保険法42条).
    AcquisitionDetermination,
    /// 定時決定 (健康保険法41条).
    RegularDetermination,
    /// 随時改定 (健康保険法43条).
    OccasionalRevision,
    /// 産前産後休業終了時改定 (健康保険法43条の3).
    MaternityLeaveEndRevision,
    /// 育児休業等終了時改定 (健康保険法43条の2).
    ChildcareLeaveEndRevision,
}
impl DecisionRule {
    /// The rule of a stored word.
    fn of(word: &str) -> Result<Self, Problem> {
        serde_json::from_value(word.into()).map_err(|_| Problem::unavailable("stored-rule-unknown"))
    }
}
/// A decision of 標準報酬月額.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandardRemuneration {
    /// Decision.
    pub decision_id: Uuid,
    /// Insured person.
    pub member_id: Uuid,
    /// Employer whose form led to it.
    pub employer_id: Uuid,
    /// Rule that decided.
    pub rule: DecisionRule,
    /// First month.
    pub applies_from: Month,
    /// First month in which it does not hold any more; absent until a later decision or a loss ends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub applies_until: Option<Month>,
    /// Grade.
    #[schema(minimum = 1, maximum = 50)]
    pub grade: i16,
    /// 標準報酬月額.
    pub standard_yen: i64,
    /// 報酬月額 behind it.
    pub monthly_yen: i64,
    /// When the society received the form.
    pub received_on: NaiveDate,
    /// Known since.
    pub recorded_at: DateTime<Utc>,
    /// Notification it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification_id: Option<Uuid>,
}
impl TryFrom<DecisionRow> for StandardRemuneration {
    type Error = Problem;
    fn try_from(r: DecisionRow) -> Result<Self, Problem> {
        Ok(Self {
            decision_id: r.decision_id,
            member_id: r.person_id,
            employer_id: r.employer_id,
            rule: DecisionRule::of(&r.rule)?,
            applies_from: Month::of(r.applies_from),
            applies_until: r.applies_until.map(Month::of),
            grade: r.grade,
            standard_yen: r.standard_yen,
            monthly_yen: r.monthly_yen,
            received_on: r.received_on,
            recorded_at: r.recorded_at,
            notification_id: r.source,
        })
    }
}
/// Decisions of standard remuneration.
#[derive(Serialize, ToSchema)]
pub struct StandardRemunerationList {
    /// By month.
    #[schema(max_items = 1000)]
    items: Vec<StandardRemuneration>,
}
/// 標準賞与額 of a month, with its trace.
#[derive(Debug, Serialize, ToSchema)]
pub struct StandardBonusOfMonth {
    /// The same over all versions of the month.
    pub bonus_id: Uuid,
    /// Employer whose form stated the last bonus of the month.
    pub employer_id: Uuid,
    /// Month of payment.
    pub month: Month,
    /// Sum of what was reported.
    pub reported_yen: i64,
    /// 標準賞与額.
    pub standard_bonus_yen: i64,
    /// When the society received the form.
    pub received_on: NaiveDate,
    /// Known since.
    pub recorded_at: DateTime<Utc>,
    /// Notification it came from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notification_id: Option<Uuid>,
    /// Why.
    pub trace: CalculationTrace,
}
fn bonus_view(r: BonusRow) -> Result<StandardBonusOfMonth, Problem> {
    Ok(StandardBonusOfMonth {
        bonus_id: r.bonus_id,
        employer_id: r.employer_id,
        month: Month::of(r.month),
        reported_yen: r.reported_yen,
        standard_bonus_yen: r.standard_yen,
        received_on: r.received_on,
        recorded_at: r.recorded_at,
        notification_id: r.source,
        trace: CalculationTrace::read(r.trace)?,
    })
}
/// Standard bonuses.
#[derive(Serialize, ToSchema)]
pub struct StandardBonusList {
    /// By month.
    #[schema(max_items = 1000)]
    items: Vec<StandardBonusOfMonth>,
}
/// Why a standard remuneration was decided so.
#[derive(Serialize, ToSchema)]
pub struct StandardRemunerationExplanation {
    /// The decision, in its newest version.
    decision: StandardRemuneration,
    /// It is known to hold; otherwise another decision took its place.
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
fn explained(r: DecisionRow) -> Result<StandardRemunerationExplanation, Problem> {
    let trace = CalculationTrace::read(r.trace.clone())?;
    let (ja, en) = trace.aloud();
    Ok(StandardRemunerationExplanation {
        holds: r.superseded_at.is_none(),
        ja,
        en,
        decision: r.try_into()?,
        trace,
    })
}
/// The fiscal year of a day: the year in which it began.
fn fiscal_year(day: NaiveDate) -> i32 {
    Month::of(day).plus(-3).year()
}

async fn list_remunerations(
    gate: Gate<ListStandardRemunerations>,
    id: Id,
    q: Query<RemunerationQuery>,
) -> Reply<ListStandardRemunerations, StandardRemunerationList> {
    gate.read(move |tx| {
        let RemunerationQuery { as_of, known_at } = q.0;
        let day = as_of.unwrap_or_else(|| tx.today());
        let (member, permit) = members::admitted::<ListStandardRemunerations>(tx, id.0, day, known_at)?;
        let month = as_of.map(|d| Month::of(d).first_day());
        let holds = |r: &DecisionRow| {
            month.is_none_or(|m| r.applies_from <= m && r.applies_until.is_none_or(|until| until > m))
        };
        let rows = store::decisions(tx, &member, known_at)?;
        let items = rows.into_iter().filter(holds).map(TryInto::try_into).collect::<Result<_, _>>()?;
        Ok(permit.answer(StandardRemunerationList { items }))
    })
    .await
}
async fn list_bonuses(
    gate: Gate<ListStandardBonuses>,
    id: Id,
    q: Query<RemunerationQuery>,
) -> Reply<ListStandardBonuses, StandardBonusList> {
    gate.read(move |tx| {
        let RemunerationQuery { as_of, known_at } = q.0;
        let day = as_of.unwrap_or_else(|| tx.today());
        let (member, permit) = members::admitted::<ListStandardBonuses>(tx, id.0, day, known_at)?;
        let rows = store::bonuses(tx, &member, known_at)?;
        let of_year = |r: &BonusRow| as_of.is_none_or(|d| fiscal_year(d) == fiscal_year(r.month));
        let items = rows.into_iter().filter(of_year).map(bonus_view).collect::<Result<_, _>>()?;
        Ok(permit.answer(StandardBonusList { items }))
    })
    .await
}
async fn explain(
    gate: Gate<ExplainStandardRemuneration>,
    id: Id,
) -> Reply<ExplainStandardRemuneration, StandardRemunerationExplanation> {
    gate.read(move |tx| {
        let row = store::find(tx, id.0)?;
        let (row, permit) = tx.admit::<ExplainStandardRemuneration, _>(row)?;
        Ok(permit.answer(explained(row)?))
    })
    .await
}

/// Routes of decisions.
pub fn routes(r: &mut Routes) {
    r.group("StandardRemunerations");
    r.add::<ListStandardRemunerations, _, _, _>(list_remunerations);
    r.add::<ListStandardBonuses, _, _, _>(list_bonuses);
    r.add::<ExplainStandardRemuneration, _, _, _>(explain);
}
