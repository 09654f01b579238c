//! Rows of campaigns and of the dependents in them, and the life of a confirmation.
use crate::kernel::{Facts, Problem, Subject};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    deserialize::{self, FromSql},
    pg::{Pg, PgValue},
    sql_types as t,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

/// Where a confirmation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmationState {
    /// 回答待ち.
    Open,
    /// 回答済み: waits for staff.
    Answered,
    /// 期限超過: no answer by the due day.
    Overdue,
    /// 確認済み: still a dependent.
    Confirmed,
    /// 非該当: no dependent any more, and removed.
    RemovalFound,
    /// 対象外: nobody's dependent any more for another reason, before it was decided.
    Ended,
    /// 中止: the campaign was cancelled before it was decided.
    Cancelled,
}
impl ConfirmationState {
    const ALL: [Self; 7] = [
        Self::Open,
        Self::Answered,
        Self::Overdue,
        Self::Confirmed,
        Self::RemovalFound,
        Self::Ended,
        Self::Cancelled,
    ];
    /// Word in the database and of the reads.
    pub fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Answered => "answered",
            Self::Overdue => "overdue",
            Self::Confirmed => "confirmed",
            Self::RemovalFound => "removal_found",
            Self::Ended => "ended",
            Self::Cancelled => "cancelled",
        }
    }
    /// The one transition function: what a step makes of a state.
    /// # Errors
    /// 409 `already-decided`, `not-a-dependent`, `campaign-cancelled`, and `not-answered` for a confirmation without an answer.
    pub fn after(self, step: ConfirmationStep) -> Result<Self, Problem> {
        use ConfirmationStep::{Answer, Confirm, Remove};
        match (self, step) {
            (Self::Confirmed | Self::RemovalFound, _) => Err(Problem::conflict(
                "already-decided",
                "この現況確認はすでに決定されています",
                "The confirmation is decided already",
            )),
            (Self::Ended, _) => Err(Problem::conflict(
                "not-a-dependent",
                "すでに被扶養者ではありません",
                "The person is no dependent there any more",
            )),
            (Self::Cancelled, _) => Err(CampaignState::Cancelled.refused()),
            (Self::Open | Self::Answered | Self::Overdue, Answer) => Ok(Self::Answered),
            (Self::Answered, Confirm) => Ok(Self::Confirmed),
            (Self::Open | Self::Overdue, Confirm) | (Self::Open, Remove) => Err(Problem::conflict(
                "not-answered",
                "回答がありません。先に回答を登録してください",
                "There is no answer yet: file one first",
            )),
            (Self::Answered | Self::Overdue, Remove) => Ok(Self::RemovalFound),
        }
    }
}
/// How far a campaign is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum CampaignState {
    /// 準備中: made; asks nobody yet.
    Planned,
    /// 実施中: started.
    Running,
    /// 終了: everybody is decided, or no dependent any more.
    Closed,
    /// 中止: what was not decided never will be.
    Cancelled,
}
impl CampaignState {
    const ALL: [Self; 4] = [Self::Planned, Self::Running, Self::Closed, Self::Cancelled];
    /// Word in the database and of the reads.
    pub fn word(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Running => "running",
            Self::Closed => "closed",
            Self::Cancelled => "cancelled",
        }
    }
    /// Answers and decisions are for a campaign that runs.
    /// # Errors
    /// 409 `campaign-closed`, `campaign-cancelled`, `not-started`.
    pub fn require_running(self) -> Result<(), Problem> {
        if self == Self::Running { Ok(()) } else { Err(self.refused()) }
    }
    /// Why nothing more is done in a campaign that does not run; for one that does, why it is not started again.
    pub fn refused(self) -> Problem {
        let (code, ja, en) = match self {
            Self::Planned => {
                ("not-started", "まだ開始されていません", "The campaign has not been started yet")
            }
            Self::Running => ("already-started", "すでに開始されています", "It has been started already"),
            Self::Closed => {
                ("campaign-closed", "この現況確認は終了しています", "The campaign has been closed already")
            }
            Self::Cancelled => {
                ("campaign-cancelled", "この現況確認は中止されました", "The campaign was cancelled")
            }
        };
        Problem::conflict(code, ja, en)
    }
}
impl FromSql<t::Text, Pg> for CampaignState {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let word = <String as FromSql<t::Text, Pg>>::from_sql(value)?;
        Self::ALL.into_iter().find(|s| s.word() == word).ok_or_else(|| "no such state".into())
    }
}
impl FromSql<t::Text, Pg> for ConfirmationState {
    fn from_sql(value: PgValue<'_>) -> deserialize::Result<Self> {
        let word = <String as FromSql<t::Text, Pg>>::from_sql(value)?;
        Self::ALL.into_iter().find(|s| s.word() == word).ok_or_else(|| "no such state".into())
    }
}
/// What can happen to a confirmation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmationStep {
    /// An answer is filed, or corrected.
    Answer,
    /// Staff finds the person still a dependent.
    Confirm,
    /// Staff finds the person no dependent any more.
    Remove,
}
/// Why somebody is no dependent any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmationRemovalReason {
    /// 死亡.
    Death,
    /// 離婚.
    Divorce,
    /// 就職.
    Employment,
    /// 収入増加.
    IncomeRose,
    /// 障害認定 (後期高齢者医療).
    Disability,
    /// 主として被保険者により生計を維持していない.
    NotSupported,
    /// 同一世帯でなくなった.
    LeftHousehold,
    /// 国内に住所を有しなくなった.
    LeftJapan,
    /// 回答・書類の提出がない.
    NoAnswer,
    /// その他.
    Other,
}
impl ConfirmationRemovalReason {
    /// The stored word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Death => "death",
            Self::Divorce => "divorce",
            Self::Employment => "employment",
            Self::IncomeRose => "income_rose",
            Self::Disability => "disability",
            Self::NotSupported => "not_supported",
            Self::LeftHousehold => "left_household",
            Self::LeftJapan => "left_japan",
            Self::NoAnswer => "no_answer",
            Self::Other => "other",
        }
    }
}

crate::row! {
    /// A campaign.
    pub struct CampaignRow {
        /// Id.
        id: t::Uuid => Uuid,
        /// Name.
        name: t::Text => String,
        /// Day on which the dependents are covered.
        as_of: t::Date => NaiveDate,
        /// Last day for answers.
        due_on: t::Date => NaiveDate,
        /// Days of reminders.
        remind_on: t::Array<t::Date> => Vec<NaiveDate>,
        /// Only in the affairs of these employers.
        employer_ids: t::Nullable<t::Array<t::Uuid>> => Option<Vec<Uuid>>,
        /// Only from this age on.
        age_from: t::Nullable<t::SmallInt> => Option<i16>,
        /// Only below this age.
        age_below: t::Nullable<t::SmallInt> => Option<i16>,
        /// Only recognised before this day.
        recognised_before: t::Nullable<t::Date> => Option<NaiveDate>,
        /// Employers may answer after the due day.
        takes_late_answers: t::Bool => bool,
        /// How far it is.
        state: t::Text => CampaignState,
        /// Dependents that it took.
        member_count: t::Nullable<t::Integer> => Option<i32>,
        /// When it was made.
        created_at: t::Timestamptz => DateTime<Utc>,
        /// When it started.
        started_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// When it was closed or cancelled.
        ended_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Why it was cancelled.
        cancel_reason: t::Nullable<t::Text> => Option<String>,
    }
}
impl Subject for CampaignRow {
    fn facts(&self) -> Facts {
        Facts::of("ConfirmationCampaign", self.id)
    }
}
crate::row! {
    /// How many confirmations of a campaign stand where; of one employer or of all.
    pub struct CountRow {
        /// The employer; nil for all.
        employer_id: t::Uuid => Uuid,
        /// Its name.
        employer_name: t::Text => String,
        /// Waiting for an answer.
        open: t::BigInt => i64,
        /// Answered.
        answered: t::BigInt => i64,
        /// Without an answer by the due day.
        overdue: t::BigInt => i64,
        /// Still dependents.
        confirmed: t::BigInt => i64,
        /// Removed.
        removal_found: t::BigInt => i64,
        /// Ended for another reason.
        ended: t::BigInt => i64,
        /// Not decided when the campaign was cancelled.
        cancelled: t::BigInt => i64,
        /// Reminders so far.
        reminders: t::BigInt => i64,
        /// Day of the last one.
        reminded_on: t::Nullable<t::Date> => Option<NaiveDate>,
    }
}
impl Subject for CountRow {
    fn facts(&self) -> Facts {
        Facts::of("Employer", self.employer_id).in_employer(self.employer_id)
    }
}
crate::row! {
    /// A dependent in a campaign, with the answer that is known now.
    pub struct ConfirmationRow {
        /// Id.
        id: t::Uuid => Uuid,
        /// Campaign.
        campaign_id: t::Uuid => Uuid,
        /// Day for which the rule is asked.
        as_of: t::Date => NaiveDate,
        /// Last day for answers.
        due_on: t::Date => NaiveDate,
        /// Employers may answer after the due day.
        takes_late_answers: t::Bool => bool,
        /// How far the campaign is.
        campaign_state: t::Text => CampaignState,
        /// Recognition.
        dependent_id: t::Uuid => Uuid,
        /// Who.
        person_id: t::Uuid => Uuid,
        /// Under whom.
        insured_id: t::Uuid => Uuid,
        /// Employer that answers.
        employer_id: t::Uuid => Uuid,
        /// Name as shown.
        name: t::Text => String,
        /// Reading.
        name_kana: t::Text => String,
        /// Day of birth.
        birth_on: t::Date => NaiveDate,
        /// 続柄, as a code.
        relationship: t::Text => String,
        /// 認定年月日.
        recognised_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// Where it stands.
        state: t::Text => ConfirmationState,
        /// Counts changes; the ETag.
        version: t::Integer => i32,
        /// When it was decided.
        decided_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// First day not recognised any more, as decided.
        removed_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// Why, as decided.
        removal_reason: t::Nullable<t::Text> => Option<String>,
        /// Why in words, against the answer.
        removal_note: t::Nullable<t::Text> => Option<String>,
        /// The employer may look: the dependent is covered today, or was removed by this decision and the insured person is still its
        /// own.
        is_shown: t::Bool => bool,
        /// Protected (支援措置) today, or somebody of the household is.
        is_sheltered: t::Bool => bool,
        /// The answer says: still a dependent.
        still_qualifies: t::Nullable<t::Bool> => Option<bool>,
        /// What the answer states.
        facts: t::Nullable<t::Jsonb> => Option<Value>,
        /// First day not a dependent any more, as stated.
        ceased_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// Why, as stated.
        stated_reason: t::Nullable<t::Text> => Option<String>,
        /// What the rule answered.
        answer: t::Nullable<t::Text> => Option<String>,
        /// First condition that was not met.
        failed_test: t::Nullable<t::Text> => Option<String>,
        /// Documents asked for.
        documents_needed: t::Nullable<t::Array<t::Text>> => Option<Vec<String>>,
        /// Income that counted.
        counted_income_yen: t::Nullable<t::BigInt> => Option<i64>,
        /// Limit.
        income_limit_yen: t::Nullable<t::BigInt> => Option<i64>,
        /// Steps.
        trace: t::Nullable<t::Jsonb> => Option<Value>,
        /// Filed by the employer.
        by_employer: t::Nullable<t::Bool> => Option<bool>,
        /// Who filed it.
        answered_by: t::Nullable<t::Uuid> => Option<Uuid>,
        /// What the employer that filed it is told of it.
        employer_finding: t::Nullable<t::Jsonb> => Option<Value>,
        /// When the answer came.
        received_on: t::Nullable<t::Date> => Option<NaiveDate>,
    }
}
impl Subject for ConfirmationRow {
    fn facts(&self) -> Facts {
        let facts = Facts::of("Confirmation", self.id).about(self.person_id).protected(self.is_sheltered);
        // an employer sees its people for the time that they are its people.
        if self.is_shown { facts.in_employer(self.employer_id) } else { facts }
    }
    fn people(&self) -> Vec<Uuid> {
        vec![self.person_id, self.insured_id]
    }
    fn classes(&self) -> &'static [&'static str] {
        if self.facts.is_some() {
            // the trace of an answer tells what the insured person earns
            &["identity", "family", "income", "remuneration"]
        } else {
            &["identity", "family"]
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::{ConfirmationState as S, ConfirmationStep as Step};

    #[test]
    fn a_confirmation_is_decided_once_and_confirmed_on_an_answer_alone() {
        for state in S::ALL {
            for (step, to) in
                [(Step::Answer, S::Answered), (Step::Confirm, S::Confirmed), (Step::Remove, S::RemovalFound)]
            {
                let expected = match (state, step) {
                    (S::Confirmed | S::RemovalFound, _) => Err("already-decided"),
                    (S::Ended, _) => Err("not-a-dependent"),
                    (S::Cancelled, _) => Err("campaign-cancelled"),
                    (S::Open | S::Overdue, Step::Confirm) | (S::Open, Step::Remove) => Err("not-answered"),
                    _ => Ok(to),
                };
                assert_eq!(state.after(step).map_err(|p| p.code), expected, "{state:?} {step:?}");
            }
        }
    }
}
