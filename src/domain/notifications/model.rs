//! Rows of submissions and notifications, and the life of a notification.
use super::{Disposition, FileResult};
use crate::kernel::{Facts, Problem, Subject};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::sql_types as t;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// Where a notification stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// 受付: passed the checks, waits for staff.
    Accepted,
    /// Waits for a clerk to decide what was meant.
    Review,
    /// Came before its event and was checked ahead; to be decided from the day of the event on.
    Precheck,
    /// Never passed the checks.
    Rejected,
    /// 審査終了: accepted by staff and applied.
    Applied,
    /// 返戻: returned with reasons.
    Returned,
    /// 取下げ.
    Withdrawn,
}
/// What can happen to a waiting notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Staff accepts.
    Accept,
    /// Staff returns it with reasons.
    Return,
    /// The employer takes it back.
    Withdraw,
}
impl State {
    /// Word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Review => "review",
            Self::Precheck => "precheck",
            Self::Rejected => "rejected",
            Self::Applied => "applied",
            Self::Returned => "returned",
            Self::Withdrawn => "withdrawn",
        }
    }
    /// Out of the word in the database.
    pub fn of(word: &str) -> Self {
        match word {
            "accepted" => Self::Accepted,
            "review" => Self::Review,
            "precheck" => Self::Precheck,
            "applied" => Self::Applied,
            "returned" => Self::Returned,
            "withdrawn" => Self::Withdrawn,
            _ => Self::Rejected,
        }
    }
    /// The one transition function: what a step makes of a state.
    /// # Errors
    /// 409 when the notification does not wait any more.
    pub fn after(self, step: Step) -> Result<Self, Problem> {
        match (self, step) {
            (Self::Accepted | Self::Review | Self::Precheck, step) => Ok(match step {
                Step::Accept => Self::Applied,
                Step::Return => Self::Returned,
                Step::Withdraw => Self::Withdrawn,
            }),
            _ => Err(Problem::conflict(
                "already-decided",
                "この届出はすでに処理されています",
                "The notification does not wait for a decision any more",
            )),
        }
    }
}
impl From<Disposition> for State {
    fn from(d: Disposition) -> Self {
        match d {
            Disposition::Accepted => Self::Accepted,
            Disposition::Review => Self::Review,
            Disposition::Precheck => Self::Precheck,
            Disposition::Rejected => Self::Rejected,
        }
    }
}
/// Word of a file result in the database.
pub fn result_word(r: FileResult) -> &'static str {
    match r {
        FileResult::Accepted => "accepted",
        FileResult::PartiallyAccepted => "partially_accepted",
        FileResult::Rejected => "rejected",
    }
}
/// File result out of its word.
pub fn result_of(word: &str) -> FileResult {
    match word {
        "accepted" => FileResult::Accepted,
        "partially_accepted" => FileResult::PartiallyAccepted,
        _ => FileResult::Rejected,
    }
}

crate::row! {
    /// An entry of the 受領管理簿.
    pub struct SubmissionRow {
        /// Id.
        id: t::Uuid => Uuid,
        /// 受付番号.
        receipt_number: t::Text => String,
        /// Employer.
        employer_id: t::Uuid => Uuid,
        /// api_json, api_file or paper.
        channel: t::Text => String,
        /// 作成者氏名.
        preparer_name: t::Text => String,
        /// Name of the file.
        file_name: t::Nullable<t::Text> => Option<String>,
        /// SHFD-16.2 and the like.
        profile: t::Nullable<t::Text> => Option<String>,
        /// Count on the slip.
        declared_count: t::Nullable<t::Integer> => Option<i32>,
        /// Count that was read.
        read_count: t::Integer => i32,
        /// Count that the employer confirmed.
        confirmed_count: t::Nullable<t::Integer> => Option<i32>,
        /// When.
        confirmed_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// What became of it as a whole.
        file_result: t::Text => String,
        /// Findings about the whole.
        findings: t::Jsonb => serde_json::Value,
        /// When it came.
        received_at: t::Timestamptz => DateTime<Utc>,
    }
}
impl Subject for SubmissionRow {
    fn facts(&self) -> Facts {
        Facts::of("Submission", self.id).in_employer(self.employer_id)
    }
}
crate::row! {
    /// A notification.
    pub struct NotificationRow {
        /// Id; the case of a scoped token.
        id: t::Uuid => Uuid,
        /// Submission it came with.
        submission_id: t::Uuid => Uuid,
        /// Place in it, from 1.
        row_number: t::Integer => i32,
        /// Employer.
        employer_id: t::Uuid => Uuid,
        /// Kind of form.
        kind: t::Text => String,
        /// Where it stands.
        state: t::Text => String,
        /// 被保険者整理番号.
        office_number: t::Nullable<t::Text> => Option<String>,
        /// What the form states, without personal numbers.
        form: t::Nullable<t::Jsonb> => Option<serde_json::Value>,
        /// A personal number waits with it.
        carries_number: t::Bool => bool,
        /// Findings.
        findings: t::Jsonb => serde_json::Value,
        /// Person it is about, as far as known.
        person_id: t::Nullable<t::Uuid> => Option<Uuid>,
        /// Result for payroll.
        result: t::Nullable<t::Jsonb> => Option<serde_json::Value>,
        /// Reasons of a return.
        reasons: t::Jsonb => serde_json::Value,
        /// When decided.
        decided_at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
        /// Counts changes; the ETag.
        version: t::Integer => i32,
        /// When it came.
        received_at: t::Timestamptz => DateTime<Utc>,
        /// What the intake made of it; never changes.
        intake_state: t::Text => String,
        /// The returned notification that it corrects.
        resubmission_of: t::Nullable<t::Uuid> => Option<Uuid>,
        /// The notification that corrects it, after a return.
        resubmitted_as: t::Nullable<t::Uuid> => Option<Uuid>,
        /// Keyed from paper: requested, approved or rejected by the second person.
        entry_check: t::Nullable<t::Text> => Option<String>,
        /// What the second person found to differ.
        entry_differences: t::Nullable<t::Jsonb> => Option<serde_json::Value>,
    }
}
impl NotificationRow {
    /// It came of itself, or a second person compared what was keyed with the paper.
    pub fn is_trusted(&self) -> bool {
        self.entry_check.as_deref().is_none_or(|state| state == "approved")
    }
    /// Nothing is decided of what was keyed until a second person has compared it with the paper.
    /// # Errors
    /// 409 `entry-unchecked`.
    pub fn require_checked(&self) -> Result<(), Problem> {
        if self.entry_check.as_deref() != Some("requested") {
            return Ok(());
        }
        Err(Problem::conflict(
            "entry-unchecked",
            "入力内容を別の職員がまだ確認していません",
            "No second person has compared the entry with the paper yet",
        ))
    }
    /// Its result tells what the insured person is paid, or for which months nothing is due.
    fn tells_pay(&self) -> bool {
        let Some(result) = &self.result else { return false };
        let of_pay =
            |field: &str| field.ends_with("_yen") || field == "leave_id" || field.ends_with("decided_anew");
        let told = result.as_object().into_iter().flatten();
        let changed = result["changes"].as_array().into_iter().flatten();
        told.filter(|(_, value)| !value.is_null()).any(|(field, _)| of_pay(field))
            || changed.filter_map(|c| c["field"].as_str()).any(of_pay)
    }
    /// The dependents in its result.
    fn dependents(&self) -> Vec<&serde_json::Value> {
        let lists = ["dependents", "dependents_corrected"].into_iter();
        let of = |key| self.result.as_ref().and_then(move |r| r[key].as_array());
        lists.filter_map(of).flatten().collect()
    }
}
impl Subject for NotificationRow {
    fn facts(&self) -> Facts {
        Facts {
            carries_number: self.carries_number,
            person: self.person_id,
            ..Facts::of("Notification", self.id)
        }
        .in_employer(self.employer_id)
    }
    fn people(&self) -> Vec<Uuid> {
        let of = |d: &serde_json::Value| d["person_id"].as_str().and_then(|id| Uuid::try_parse(id).ok());
        self.person_id.into_iter().chain(self.dependents().into_iter().filter_map(of)).collect()
    }
    fn classes(&self) -> &'static [&'static str] {
        match (&self.result, self.dependents().is_empty(), self.tells_pay()) {
            (None, ..) => &["identity", "notification"],
            (Some(_), true, false) => &["identity", "notification", "enrolment"],
            (Some(_), true, true) => &["identity", "notification", "enrolment", "remuneration"],
            (Some(_), false, false) => &["identity", "notification", "enrolment", "family"],
            (Some(_), false, true) => &["identity", "notification", "enrolment", "remuneration", "family"],
        }
    }
}

/// What is written of a submission.
pub struct NewSubmission<'a> {
    /// Id.
    pub id: Uuid,
    /// Employer.
    pub employer: Uuid,
    /// api_json, api_file or paper.
    pub channel: &'static str,
    /// When it came: paper, at the beginning of the day on its receipt stamp.
    pub received_at: DateTime<Utc>,
    /// 作成者氏名.
    pub preparer: &'a str,
    /// Name of the file.
    pub file_name: Option<&'a str>,
    /// Layout, 媒体通番, 作成年月日.
    pub media: Option<(&'static str, u16, NaiveDate)>,
    /// Keyed digest of the bytes.
    pub digest: Option<[u8; 32]>,
    /// Count on the slip.
    pub declared: Option<i32>,
    /// Count that was read.
    pub read: i32,
    /// What became of it.
    pub result: FileResult,
    /// Findings about the whole.
    pub findings: serde_json::Value,
}
