//! 任意継続加入時の名寄せ: whose application it is, and what the law says of it, before it is decided.
use super::super::{Form, VoluntaryApplication, apply, model::NotificationRow, store};
use crate::{
    domain::{
        members::EnrolmentType,
        remuneration::{CalculationTrace, rules},
        voluntary::Plan,
    },
    kernel::{Gate, Kind, Problem, Reply, Routes, clock, input::Id},
};
use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

crate::operation! {
    /// 任意継続の申出の名寄せと試算
    ///
    /// Shows the earlier cover and dependents of the person who applies for 任意継続 or 特例退職, whether the time to apply was kept, and what
    /// accepting the application would begin; an application that is too late is shown too. Where nothing can be planned yet, `obstacle` tells
    /// why, as decideNotification would. 404 for another form, or one that is decided.
    pub PreviewVoluntaryContinuation: Get "/v1/notifications/{notification_id}/voluntary-continuation" = "previewVoluntaryContinuation", scope "notifications:decide", on "Notification", status 200, law "健康保険法3条4項・37条・47条, R-005, R-009";
}

/// The cover that ended before the application.
#[derive(Serialize, ToSchema)]
pub struct FormerCover {
    /// Employer of the cover.
    employer_id: Uuid,
    /// 加入区分.
    enrolment_type: EnrolmentType,
    /// 記号.
    #[schema(max_length = 10)]
    symbol: String,
    /// 番号.
    #[schema(max_length = 10)]
    number: String,
    /// 資格取得年月日.
    acquired_on: NaiveDate,
    /// 資格喪失年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    lost_on: Option<NaiveDate>,
    /// 喪失理由 as a code.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 40, nullable = false)]
    loss_reason: Option<String>,
    /// Insured without a break since.
    covered_since: NaiveDate,
    /// Whole months since then; two are needed.
    months_before: u16,
}
/// Somebody who lost cover with the person.
#[derive(Serialize, ToSchema)]
pub struct EarlierDependent {
    /// Dependency that ended.
    dependent_id: Uuid,
    /// Who.
    person_id: Uuid,
    /// 枝番 under the former number.
    #[schema(max_length = 2)]
    branch: String,
    /// 氏名.
    #[schema(max_length = 200)]
    name: String,
    /// 振り仮名.
    #[schema(max_length = 200)]
    name_kana: String,
    /// 生年月日.
    birth_on: NaiveDate,
    /// 続柄.
    #[schema(max_length = 40)]
    relationship: String,
    /// The application says that the dependent continues.
    continues: bool,
}
/// Was the time to apply kept?
#[derive(Serialize, ToSchema)]
pub struct ApplicationDeadline {
    /// Why one may, or may not.
    reason: rules::VoluntaryDeadlineReason,
    /// Last day for the application.
    last_day: NaiveDate,
    /// Why.
    trace: CalculationTrace,
}
/// What stands against accepting a form.
#[derive(Debug, Serialize, ToSchema)]
pub struct ApplicationObstacle {
    /// Stable code.
    #[schema(max_length = 40)]
    pub code: String,
    /// What it is, in Japanese.
    #[schema(max_length = 500)]
    pub ja: String,
    /// What it is, in English.
    #[schema(max_length = 500)]
    pub en: String,
}
/// What accepting an application would do, or why nothing can be planned yet.
#[derive(Serialize, ToSchema)]
pub struct VoluntaryPreview {
    /// What it would do.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    plan: Option<VoluntaryPlan>,
    /// What stands against it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    obstacle: Option<ApplicationObstacle>,
}
/// What is known of whoever applies, and what accepting would begin.
#[derive(Serialize, ToSchema)]
pub struct VoluntaryPlan {
    /// The person.
    person_id: Uuid,
    /// The cover before.
    former: FormerCover,
    /// Who lost cover with the person, by 枝番.
    #[schema(max_items = 100)]
    dependents: Vec<EarlierDependent>,
    /// The time to apply; absent of 特例退職.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    deadline: Option<ApplicationDeadline>,
    /// 資格取得年月日.
    acquired_on: NaiveDate,
    /// 喪失予定年月日: the end of the two years, or the 75th birthday when that comes first.
    planned_loss_on: NaiveDate,
    /// 標準報酬月額.
    standard_yen: i64,
    /// Why.
    standard_trace: CalculationTrace,
}
fn view((plan, continuing): (Plan, Vec<String>)) -> VoluntaryPlan {
    let former = FormerCover {
        employer_id: plan.former.employer_id,
        enrolment_type: EnrolmentType::of(&plan.former.enrolment_type),
        symbol: plan.former.symbol,
        number: plan.former.number,
        acquired_on: plan.former.acquired_on,
        lost_on: plan.former.lost_on,
        loss_reason: plan.former.loss_reason,
        covered_since: plan.covered_since,
        months_before: plan.months_before,
    };
    let dependents = plan.dependents.into_iter().map(|d| EarlierDependent {
        continues: continuing.contains(&d.branch),
        dependent_id: d.dependent_id,
        person_id: d.person_id,
        branch: d.branch,
        name: d.name,
        name_kana: d.name_kana,
        birth_on: d.birth_on,
        relationship: d.relationship,
    });
    let deadline = plan.deadline.map(|(outcome, trace)| ApplicationDeadline {
        reason: outcome.reason,
        last_day: outcome.last_day,
        trace,
    });
    VoluntaryPlan {
        person_id: plan.former.person_id,
        former,
        dependents: dependents.collect(),
        deadline,
        acquired_on: plan.acquired_on,
        planned_loss_on: plan.planned_loss_on,
        standard_yen: plan.standard.standard_yen,
        standard_trace: plan.standard.trace,
    }
}
/// The application, while it waits.
fn waiting(row: &NotificationRow) -> Result<VoluntaryApplication, Problem> {
    if row.decided_at.is_some() || row.form.is_none() {
        return Err(Problem::not_found());
    }
    match super::decide::form_of(row)? {
        Form::VoluntaryApplication(form) => Ok(form),
        _ => Err(Problem::not_found()),
    }
}

async fn preview(
    gate: Gate<PreviewVoluntaryContinuation>,
    id: Id,
) -> Reply<PreviewVoluntaryContinuation, VoluntaryPreview> {
    gate.read(move |tx| {
        let row = store::find(tx, id.0)?;
        let (row, permit) = tx.admit::<PreviewVoluntaryContinuation, _>(row)?;
        let form = waiting(&row)?;
        let plan = match apply::preview(
            tx,
            &permit,
            (row.employer_id, clock::jst_date(row.received_at), Some(row.id)),
            &form,
        ) {
            Ok(plan) => view(plan),
            Err(p) if p.kind == Kind::Conflict => {
                let (ja, en) = p.detail.unwrap_or_default();
                let obstacle = ApplicationObstacle { code: p.code.into(), ja, en };
                return Ok(permit.answer(VoluntaryPreview { plan: None, obstacle: Some(obstacle) }));
            }
            Err(problem) => return Err(problem),
        };
        let persons: Vec<Uuid> =
            plan.dependents.iter().map(|d| d.person_id).chain([plan.person_id]).collect();
        tx.note(|n| n.left(persons, &["identity", "enrolment", "family", "remuneration"]));
        Ok(permit.answer(VoluntaryPreview { plan: Some(plan), obstacle: None }))
    })
    .await
}
/// Routes of 任意継続.
pub fn routes(r: &mut Routes) {
    r.add::<PreviewVoluntaryContinuation, _, _, _>(preview);
}
