//! Operations on decisions of standard remuneration and bonus. For staff: employers get theirs with the notification.
use super::{
    super::{
        rules::{
            AcquisitionDetermination, OccasionalRevision, RegularDetermination, Rule, SpecialRetireeStandard,
            TwoOffices, VoluntaryStandard,
        },
        told::{CalculationTrace, ExplanationQuery, held},
    },
    bonus_months,
    facts::{CHILDCARE_END, MATERNITY_END},
    model::{BonusRow, DecisionRow, PaymentRow},
    offices::{self, OfficeShare},
    store,
};
use crate::{
    domain::members,
    kernel::{
        Gate, Problem, Reply, Routes, Tx, clock,
        input::{Id, Query},
    },
    values::month::Month,
};
use chrono::{DateTime, Datelike, NaiveDate, Utc};
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
    /// Explains a decision in sentences to be read aloud, with articles and figures, as it was decided; of one that was withdrawn also when
    /// and why.
    pub ExplainStandardRemuneration: Get "/v1/standard-remunerations/{decision_id}/explanation" = "explainStandardRemuneration", scope "remuneration:read", on "Member", status 200, law "R-047";
}

/// Day and instant of a read.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct RemunerationQuery {
    /// As of this day (JST); all months when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub as_of: Option<NaiveDate>,
    /// As known at this instant; now when absent.
    #[serde(default, deserialize_with = "crate::kernel::input::dated")]
    pub known_at: Option<DateTime<Utc>>,
}
/// Rule that decided a standard remuneration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, ToSchema)]
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
    /// 二以上事業所勤務 (健康保険法44条3項): another office begins or ends.
    TwoOffices,
    /// 任意継続被保険者の標準報酬月額 (健康保険法47条).
    VoluntaryContinuationStandard,
    /// 特例退職被保険者の標準報酬月額 (健康保険法附則3条).
    SpecialRetireeStandard,
}
impl DecisionRule {
    /// 改定区分, as it is stored.
    pub const fn word(self) -> &'static str {
        match self {
            Self::AcquisitionDetermination => AcquisitionDetermination::ID,
            Self::RegularDetermination => RegularDetermination::ID,
            Self::OccasionalRevision => OccasionalRevision::ID,
            Self::MaternityLeaveEndRevision => MATERNITY_END,
            Self::ChildcareLeaveEndRevision => CHILDCARE_END,
            Self::TwoOffices => TwoOffices::ID,
            Self::VoluntaryContinuationStandard => VoluntaryStandard::ID,
            Self::SpecialRetireeStandard => SpecialRetireeStandard::ID,
        }
    }
    /// The rule of a stored word.
    /// # Errors
    /// 503 for a word that is none.
    pub(super) fn of(word: &str) -> Result<Self, Problem> {
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
    /// 報酬月額 behind it; of several offices their sum.
    pub monthly_yen: i64,
    /// The offices whose 報酬月額 were added, with the part of each; absent for one office.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub offices: Vec<OfficeShare>,
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
            offices: offices::stored(r.offices.as_ref())?,
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
/// Why a bonus bears no premium.
#[derive(Clone, Copy, Debug, Deserialize, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NoPremium {
    /// Paid in the month of the loss of cover, before it (健康保険法156条3項); it counts for the cap.
    LossMonth,
}
/// A bonus that was paid.
#[derive(Debug, Serialize, ToSchema)]
pub struct BonusPayment {
    /// Employer that paid.
    pub employer_id: Uuid,
    /// 賞与支払年月日.
    pub paid_on: NaiveDate,
    /// 賞与額, before it is cut.
    pub paid_yen: i64,
    /// Notification that stated it, or corrected it last.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub notification_id: Option<Uuid>,
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
    /// Why it bears no premium; absent where it does by this.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub no_premium: Option<NoPremium>,
    /// What was paid in the month.
    #[schema(max_items = 1000)]
    pub payments: Vec<BonusPayment>,
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
/// The 標準賞与額 of a month as it is shown, with those of the payments that lie in it.
/// # Errors
/// 503 when its trace can't be read.
pub(super) fn bonus_view(r: BonusRow, payments: &[PaymentRow]) -> Result<StandardBonusOfMonth, Problem> {
    let of_month = payments.iter().filter(|p| Month::of(p.paid_on) == Month::of(r.month));
    let payments = of_month.map(|p| BonusPayment {
        employer_id: p.employer_id,
        paid_on: p.paid_on,
        paid_yen: p.paid_yen,
        notification_id: p.source,
    });
    Ok(StandardBonusOfMonth {
        no_premium: r
            .no_premium
            .as_deref()
            .filter(|w| *w == bonus_months::LOSS_MONTH)
            .map(|_| NoPremium::LossMonth),
        payments: payments.collect(),
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
/// 取消 of a decision.
#[derive(Serialize, ToSchema)]
pub struct DecisionWithdrawal {
    /// When.
    withdrawn_at: DateTime<Utc>,
    /// Why, in words.
    #[schema(max_length = 200)]
    reason: String,
}
impl DecisionWithdrawal {
    /// To be read aloud before the decision itself, in Japanese and in English.
    fn aloud(&self) -> (String, String) {
        let day = clock::jst_date(self.withdrawn_at);
        let (y, m, d) = (day.year(), day.month(), day.day());
        let reason = &self.reason;
        (
            format!(
                "この決定は{y}年{m}月{d}日に取り消されました(理由:{reason})。決定の内容は次のとおりでした。"
            ),
            format!(
                "This decision was withdrawn on {day} (reason: {reason}). It had been decided as follows. "
            ),
        )
    }
}
/// Why a standard remuneration was decided so.
#[derive(Serialize, ToSchema)]
pub struct StandardRemunerationExplanation {
    /// The decision, in its newest version.
    decision: StandardRemuneration,
    /// It is known to hold; otherwise another decision took its place, or it was withdrawn.
    holds: bool,
    /// It was made in error and withdrawn (取消).
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    withdrawal: Option<DecisionWithdrawal>,
    /// To be read aloud, in Japanese.
    #[schema(max_length = 20000)]
    ja: String,
    /// To be read aloud, in English.
    #[schema(max_length = 20000)]
    en: String,
    /// Steps with articles and figures.
    trace: CalculationTrace,
}
fn explained(
    tx: &mut Tx<'_>,
    r: DecisionRow,
    withdrawal: Option<DecisionWithdrawal>,
    known_at: Option<DateTime<Utc>>,
) -> Result<StandardRemunerationExplanation, Problem> {
    let trace = CalculationTrace::read(r.trace.clone())?;
    let holds = held(r.superseded_at, known_at);
    let (mut ja, mut en) = trace.aloud_now(holds || withdrawal.is_some());
    if let Some((first_ja, first_en)) = withdrawal.as_ref().map(DecisionWithdrawal::aloud) {
        (ja, en) = (first_ja + &ja, first_en + &en);
    }
    let decision = StandardRemuneration::try_from(r)?;
    let (offices_ja, offices_en) =
        offices::aloud(tx, &decision.offices, (decision.applies_from.first_day(), known_at))?;
    (ja, en) = (ja + &offices_ja, en + &offices_en);
    Ok(StandardRemunerationExplanation { holds, withdrawal, ja, en, decision, trace })
}
fn fiscal_year(day: NaiveDate) -> i32 {
    bonus_months::fiscal_year(Month::of(day))
}

/// Field class of what is told.
pub(super) const PAY: &[&str] = &["remuneration"];

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
        let items: Vec<_> =
            rows.into_iter().filter(holds).map(TryInto::try_into).collect::<Result<_, _>>()?;
        tx.note_beneath(items.len(), PAY);
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
        let (rows, payments) = store::bonuses::bonuses(tx, &member, known_at)?;
        let of_year = |r: &BonusRow| as_of.is_none_or(|d| fiscal_year(d) == fiscal_year(r.month));
        let items: Vec<_> =
            rows.into_iter().filter(of_year).map(|r| bonus_view(r, &payments)).collect::<Result<_, _>>()?;
        tx.note_beneath(items.len(), PAY);
        Ok(permit.answer(StandardBonusList { items }))
    })
    .await
}
async fn explain(
    gate: Gate<ExplainStandardRemuneration>,
    id: Id,
    q: Query<ExplanationQuery>,
) -> Reply<ExplainStandardRemuneration, StandardRemunerationExplanation> {
    gate.read(move |tx| {
        let row = store::find(tx, id.0, q.0.known_at)?;
        let (row, permit) = tx.admit::<ExplainStandardRemuneration, _>(row)?;
        let withdrawn = store::withdrawn(tx.conn(), row.decision_id, q.0.known_at)?;
        let withdrawal =
            withdrawn.map(|w| DecisionWithdrawal { withdrawn_at: w.decided_at, reason: w.reason });
        Ok(permit.answer(explained(tx, row, withdrawal, q.0.known_at)?))
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
