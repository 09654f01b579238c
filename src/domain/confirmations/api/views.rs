//! What callers see of campaigns and confirmations.
use super::super::{
    model::{
        CampaignRow, CampaignState, ConfirmationRemovalReason, ConfirmationRow, ConfirmationState, CountRow,
    },
    rules::{self, ConfirmationProposal},
};
use crate::{
    domain::{
        eligibility::{RecognitionFacts, RecognitionFinding},
        members::Seen,
    },
    kernel::{ActorKind, Problem, Subject, Tx},
};
use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

/// Whom a campaign asks about; everybody when nothing is stated.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ConfirmationSelection {
    /// Only dependents in the affairs of these employers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(length(min = 1, max = 500))]
    #[schema(min_items = 1, max_items = 500, nullable = false)]
    pub employer_ids: Option<Vec<Uuid>>,
    /// Only those who have reached this age on the as-of day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 0, max = 74))]
    #[schema(minimum = 0, maximum = 74, nullable = false)]
    pub age_from: Option<i16>,
    /// Only those who have not reached this age on the as-of day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[validate(range(min = 1, max = 75))]
    #[schema(minimum = 1, maximum = 75, nullable = false)]
    pub age_below: Option<i16>,
    /// Only those who were recognised before this day.
    #[serde(
        default,
        skip_serializing_if = "Option::is_none",
        deserialize_with = "crate::kernel::input::dated"
    )]
    #[schema(nullable = false)]
    pub recognised_before: Option<NaiveDate>,
}
/// How many confirmations stand where.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ConfirmationCounts {
    /// 回答待ち.
    #[schema(minimum = 0)]
    pub open: i64,
    /// 回答済み.
    #[schema(minimum = 0)]
    pub answered: i64,
    /// 期限超過.
    #[schema(minimum = 0)]
    pub overdue: i64,
    /// 確認済み.
    #[schema(minimum = 0)]
    pub confirmed: i64,
    /// 非該当.
    #[schema(minimum = 0)]
    pub removal_found: i64,
    /// 対象外.
    #[schema(minimum = 0)]
    pub ended: i64,
    /// 中止.
    #[schema(minimum = 0)]
    pub cancelled: i64,
}
impl From<&CountRow> for ConfirmationCounts {
    fn from(r: &CountRow) -> Self {
        Self {
            open: r.open,
            answered: r.answered,
            overdue: r.overdue,
            confirmed: r.confirmed,
            removal_found: r.removal_found,
            ended: r.ended,
            cancelled: r.cancelled,
        }
    }
}
/// A campaign of 現況確認.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConfirmationCampaign {
    /// Id.
    pub id: Uuid,
    /// Name.
    #[schema(max_length = 60)]
    pub name: String,
    /// Day on which the dependents are covered, and for which the rule is asked.
    pub as_of: NaiveDate,
    /// Last day for answers.
    pub due_on: NaiveDate,
    /// Days on which employers with open rows are reminded.
    #[schema(max_items = 10)]
    pub remind_on: Vec<NaiveDate>,
    /// Whom it asks about.
    pub selection: ConfirmationSelection,
    /// Employers may still answer after the due day; otherwise staff alone files answers then.
    pub takes_late_answers: bool,
    /// How far it is.
    pub state: CampaignState,
    /// Dependents that it took when it started.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0)]
    pub member_count: Option<i32>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it started.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub started_at: Option<DateTime<Utc>>,
    /// When it was closed or cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ended_at: Option<DateTime<Utc>>,
    /// Why it was cancelled.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 100)]
    pub cancel_reason: Option<String>,
}
impl From<CampaignRow> for ConfirmationCampaign {
    fn from(r: CampaignRow) -> Self {
        Self {
            id: r.id,
            name: r.name,
            as_of: r.as_of,
            due_on: r.due_on,
            remind_on: r.remind_on,
            selection: ConfirmationSelection {
                employer_ids: r.employer_ids,
                age_from: r.age_from,
                age_below: r.age_below,
                recognised_before: r.recognised_before,
            },
            takes_late_answers: r.takes_late_answers,
            state: r.state,
            member_count: r.member_count,
            created_at: r.created_at,
            started_at: r.started_at,
            ended_at: r.ended_at,
            cancel_reason: r.cancel_reason,
        }
    }
}
crate::page_of!(ConfirmationCampaignPage, ConfirmationCampaign);

/// A campaign with what has become of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConfirmationCampaignDetail {
    /// The campaign.
    pub campaign: ConfirmationCampaign,
    /// How many stand where today.
    pub counts: ConfirmationCounts,
    /// Reminders given so far, each to one employer on one day.
    #[schema(minimum = 0)]
    pub reminder_count: i64,
    /// Day of the last reminder.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reminded_on: Option<NaiveDate>,
}
/// How far an employer is with a campaign.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConfirmationProgress {
    /// Employer.
    pub employer_id: Uuid,
    /// Its name today.
    #[schema(max_length = 200)]
    pub employer_name: String,
    /// Name of the campaign.
    #[schema(max_length = 60)]
    pub campaign_name: String,
    /// How far the campaign is.
    pub campaign_state: CampaignState,
    /// Day on which the dependents are covered, and for which the rule is asked.
    pub as_of: NaiveDate,
    /// Last day for answers.
    pub due_on: NaiveDate,
    /// Days of reminders, past and to come, while rows are open.
    #[schema(max_items = 10)]
    pub remind_on: Vec<NaiveDate>,
    /// The employer may still answer after the due day.
    pub takes_late_answers: bool,
    /// How many stand where today.
    pub counts: ConfirmationCounts,
    /// Reminders so far.
    #[schema(minimum = 0)]
    pub reminder_count: i64,
    /// Day of the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub reminded_on: Option<NaiveDate>,
}
impl ConfirmationProgress {
    /// Out of the counts of an employer in a campaign.
    pub fn of(r: CountRow, campaign: &CampaignRow) -> Self {
        Self {
            employer_id: r.employer_id,
            campaign_name: campaign.name.clone(),
            campaign_state: campaign.state,
            as_of: campaign.as_of,
            due_on: campaign.due_on,
            remind_on: campaign.remind_on.clone(),
            takes_late_answers: campaign.takes_late_answers,
            counts: (&r).into(),
            reminder_count: r.reminders,
            reminded_on: r.reminded_on,
            employer_name: r.employer_name,
        }
    }
}
crate::page_of!(ConfirmationProgressPage, ConfirmationProgress);

/// An answer to a confirmation, with what the rule makes of it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConfirmationAnswerView {
    /// Still a dependent, by what is stated.
    pub still_qualifies: bool,
    /// What is stated, and the documents that are announced with it.
    pub facts: RecognitionFacts,
    /// First day not a dependent any more, as stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub ceased_on: Option<NaiveDate>,
    /// Why, as stated.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub removal_reason: Option<ConfirmationRemovalReason>,
    /// Filed by the employer; else by staff.
    pub by_employer: bool,
    /// When it came.
    pub received_on: NaiveDate,
    /// What the rule answers, should the documents come as announced; to an employer, by what it stated alone.
    pub finding: RecognitionFinding,
}
/// A dependent in a campaign of 現況確認.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Confirmation {
    /// Id.
    pub id: Uuid,
    /// Campaign.
    pub campaign_id: Uuid,
    /// Id of the dependency.
    pub dependent_id: Uuid,
    /// Immutable id of the person.
    pub person_id: Uuid,
    /// Insured person.
    pub member_id: Uuid,
    /// Employer that answers.
    pub employer_id: Uuid,
    /// 氏名.
    #[schema(max_length = 200)]
    pub name: String,
    /// 振り仮名.
    #[schema(max_length = 200)]
    pub name_kana: String,
    /// 生年月日.
    pub birth_on: NaiveDate,
    /// 続柄, as a code.
    #[schema(max_length = 40)]
    pub relationship: String,
    /// 認定年月日.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub recognised_on: Option<NaiveDate>,
    /// Day for which the rule is asked.
    pub as_of: NaiveDate,
    /// Last day for answers.
    pub due_on: NaiveDate,
    /// Where it stands.
    pub state: ConfirmationState,
    /// How far the campaign is.
    pub campaign_state: CampaignState,
    /// The answer, once there is one; an employer is shown its own. Of a protected person (支援措置) and the household, for 適用 alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub answer: Option<ConfirmationAnswerView>,
    /// What the answer, or its absence, proposes to staff, who decide; for them alone, absent while it is waited for and once it is decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub proposal: Option<ConfirmationProposal>,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub decided_at: Option<DateTime<Utc>>,
    /// First day not recognised any more, as decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub removed_on: Option<NaiveDate>,
    /// Why, as decided; `other` in the place of one that tells how or where a protected person (支援措置) lives, but for 適用.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub removal_reason: Option<ConfirmationRemovalReason>,
    /// Why in words, where the person was removed against the answer; for staff alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, max_length = 200)]
    pub removal_note: Option<String>,
}
fn read<T: DeserializeOwned>(stored: serde_json::Value) -> Result<T, Problem> {
    serde_json::from_value(stored).map_err(|_| Problem::unavailable("stored-answer-unreadable"))
}
fn reason(word: Option<String>) -> Result<Option<ConfirmationRemovalReason>, Problem> {
    word.map(|w| read(w.into())).transpose()
}
impl Confirmation {
    /// Renders a row. An employer's system is shown its own answers, and nothing that the society found otherwise. What was answered, and what
    /// the rule makes of it, tells how and where the person lives: it is left out for whoever may not see that (支援措置).
    /// # Errors
    /// 401 before sign-in; 503 for a stored answer that can't be read.
    pub fn of(tx: &Tx<'_>, r: ConfirmationRow) -> Result<Self, Problem> {
        let seen = Seen::of(tx, &r.facts())?;
        let is_employer = matches!(tx.actor()?.kind, ActorKind::Client(_));
        let (state, campaign_state) = (r.state, r.campaign_state);
        let is_own = !is_employer || r.by_employer == Some(true);
        let answer = match (r.facts, r.trace, r.received_on) {
            (Some(facts), Some(trace), Some(received_on)) if is_own => Some(ConfirmationAnswerView {
                still_qualifies: r.still_qualifies.unwrap_or(false),
                facts: read(facts)?,
                ceased_on: r.ceased_on,
                removal_reason: reason(r.stated_reason)?,
                by_employer: r.by_employer.unwrap_or(false),
                received_on,
                finding: match (is_employer, r.employer_finding) {
                    (true, Some(told)) => read(told)?,
                    (true, None) => return Err(Problem::unavailable("stored-answer-unreadable")),
                    (false, _) => RecognitionFinding::stored(
                        (r.answer.as_deref(), r.failed_test.as_deref()),
                        &r.documents_needed.unwrap_or_default(),
                        (r.counted_income_yen, r.income_limit_yen),
                        trace,
                    )?,
                },
            }),
            _ => None,
        };
        let answer = seen.shown(answer);
        let answered =
            answer.as_ref().map(|a: &ConfirmationAnswerView| (a.still_qualifies, a.finding.answer));
        Ok(Self {
            proposal: if is_employer { None } else { seen.shown(rules::proposal(state, answered)) },
            campaign_state,
            id: r.id,
            campaign_id: r.campaign_id,
            dependent_id: r.dependent_id,
            person_id: r.person_id,
            member_id: r.insured_id,
            employer_id: r.employer_id,
            name: r.name,
            name_kana: r.name_kana,
            birth_on: r.birth_on,
            relationship: r.relationship,
            recognised_on: r.recognised_on,
            as_of: r.as_of,
            due_on: r.due_on,
            state: r.state,
            answer,
            decided_at: r.decided_at,
            removed_on: r.removed_on,
            removal_note: if is_employer { None } else { seen.shown(r.removal_note) },
            removal_reason: reason(r.removal_reason.map(|why| seen.reason(why)))?,
        })
    }
}
crate::page_of!(ConfirmationPage, Confirmation);
