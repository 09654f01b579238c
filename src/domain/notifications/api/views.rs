//! What callers see of submissions and notifications.
use super::{
    super::{
        FileResult, Finding, Form,
        apply::{RecognitionProposal, SamePersonProposal},
        model::{NotificationRow, State, SubmissionRow, result_of},
    },
    keyed::EntryCheck,
    outcome::NotificationOutcome,
    whereabouts,
};
use crate::kernel::{Problem, Sight};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// One finding of the checks. Says where, never what stood there.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct NotificationFinding {
    /// E-… refuses, W-… does not.
    #[schema(max_length = 40)]
    pub code: String,
    /// JSON pointers into the form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<crate::kernel::input::Word>, max_items = 50)]
    pub pointers: Vec<String>,
    /// Field numbers of the row, from 1.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub fields: Vec<u16>,
    /// The earlier row it clashes with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other_row: Option<u32>,
    /// 日本語.
    #[schema(max_length = 300)]
    pub detail: String,
}
/// A finding as it is stored and shown.
pub fn finding_view(f: &Finding) -> NotificationFinding {
    let m = f.code.message();
    NotificationFinding {
        code: f.code.as_str().into(),
        pointers: if f.fields.is_empty() { f.pointers().collect() } else { Vec::new() },
        fields: f.fields.clone(),
        other_row: f.other_row,
        detail: format!("{} / {}", m.ja, m.en),
    }
}
/// Findings as JSON for the store.
pub fn findings_json(list: &[Finding]) -> serde_json::Value {
    serde_json::to_value(list.iter().map(finding_view).collect::<Vec<_>>()).unwrap_or_default()
}
/// What was stored, as it is shown. A broken store is told as one, never as nothing.
/// # Errors
/// 503 when it can't be read.
fn stored<T: serde::de::DeserializeOwned>(v: serde_json::Value) -> Result<T, Problem> {
    serde_json::from_value(v).map_err(|_| Problem::unavailable("stored-notification-unreadable"))
}

/// A reason for returning a notification.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, validator::Validate)]
#[serde(deny_unknown_fields)]
pub struct ReturnReason {
    /// Code of the reason.
    pub code: ReturnCode,
    /// In words.
    #[validate(length(min = 1, max = 200), custom(function = "crate::kernel::input::plain_text"))]
    #[schema(min_length = 1, max_length = 200)]
    pub text: String,
}
/// 返戻理由.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum ReturnCode {
    /// 記載内容に誤りがある.
    WrongContent,
    /// 添付書類がない.
    EvidenceMissing,
    /// 要件を満たさない.
    NotEligible,
    /// 個人番号を確認できない.
    NumberDoubtful,
    /// 重複.
    Duplicate,
    /// 時期が早い.
    TooEarly,
    /// その他.
    Other,
}
/// What the form states, as the contract shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct StatedForm(pub Form);
impl utoipa::PartialSchema for StatedForm {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        super::bodies::form_schemas(false)
            .into_iter()
            .find(|(n, _)| n == "NotificationForm")
            .map(|(_, s)| s)
            .unwrap_or_default()
    }
}
impl ToSchema for StatedForm {
    fn name() -> std::borrow::Cow<'static, str> {
        "NotificationForm".into()
    }
    fn schemas(all: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
        all.extend(super::bodies::form_schemas(false));
    }
}
/// A notification (届出): one record of one form.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = NotificationRecord)]
pub struct NotificationView {
    /// Id; the case of a scoped token.
    pub id: Uuid,
    /// Submission it came with.
    pub submission_id: Uuid,
    /// Place in it, from 1.
    pub row: i32,
    /// Employer.
    pub employer_id: Uuid,
    /// Kind of form.
    #[schema(max_length = 40)]
    pub kind: String,
    /// Where it stands.
    pub state: State,
    /// 被保険者整理番号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10)]
    pub office_number: Option<String>,
    /// What the form states; absent for refused ones. A system is told addresses, phone numbers, living together and free text of accepted
    /// forms alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub form: Option<StatedForm>,
    /// A personal number came with it.
    pub carries_number: bool,
    /// Findings of the checks.
    #[schema(max_items = 200)]
    pub findings: Vec<NotificationFinding>,
    /// What payroll needs, once applied; absent of a form that names nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<NotificationOutcome>,
    /// Why it was returned.
    #[schema(max_items = 20)]
    pub reasons: Vec<ReturnReason>,
    /// When it was decided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decided_at: Option<DateTime<Utc>>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// 再提出: the returned notification that this one corrects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resubmission_of: Option<Uuid>,
    /// 再提出: the notification that corrects this one, unless it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resubmitted_as: Option<Uuid>,
    /// 読み合わせ: the second person's check, of what staff keyed from paper.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub entry_check: Option<EntryCheck>,
    /// 名寄せ: known persons who may be those on the form; accepting needs a choice for each place named here. For staff only, and
    /// while the notification waits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 30)]
    pub same_person_proposals: Vec<SamePersonProposal>,
    /// 認定: what the rule answers of those who are to be recognised, by what the form states and the register knows, with the documents
    /// to ask for. For staff only, and while the notification waits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 3)]
    pub recognitions: Vec<RecognitionProposal>,
    /// The number on the form is registered for these persons. For privileged staff only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 10)]
    pub number_held_by: Vec<Uuid>,
}
impl NotificationView {
    /// Renders a notification. Without `sight` it tells nothing of where its people are: addresses, phone numbers and free text are left
    /// out of the form, and the notes of the second person with them.
    /// # Errors
    /// 503 when what is stored can't be read.
    pub fn of(r: NotificationRow, sight: Option<Sight>) -> Result<Self, Problem> {
        let entry_check = EntryCheck::of(&r)?;
        let entry_check =
            if sight.is_some() { entry_check } else { entry_check.map(EntryCheck::without_notes) };
        let form = r.form.map(|f| if sight.is_some() { f } else { whereabouts::cut(f) });
        Ok(Self {
            entry_check,
            id: r.id,
            submission_id: r.submission_id,
            row: r.row_number,
            employer_id: r.employer_id,
            kind: r.kind,
            state: State::of(&r.state),
            office_number: r.office_number,
            form: form.map(stored).transpose()?.map(StatedForm),
            carries_number: r.carries_number,
            findings: stored(r.findings)?,
            outcome: r.result.map(stored).transpose()?,
            reasons: stored(r.reasons)?,
            decided_at: r.decided_at,
            received_at: r.received_at,
            resubmission_of: r.resubmission_of,
            resubmitted_as: r.resubmitted_as,
            same_person_proposals: Vec::new(),
            recognitions: Vec::new(),
            number_held_by: Vec::new(),
        })
    }
}
crate::page_of!(NotificationPage, NotificationView);

/// How many of each, as the records were when they were read: a decision changes no count.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
pub struct SubmissionCounts {
    /// Passed the checks.
    pub accepted: u32,
    /// Wait for a clerk to decide what was meant.
    pub review: u32,
    /// Checked ahead of their day.
    pub precheck: u32,
    /// Refused.
    pub rejected: u32,
    /// Warnings, of rows and of the whole.
    pub warnings: u32,
}
/// Entry of the 受領管理簿: what arrived and what became of each record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Submission {
    /// Id.
    pub id: Uuid,
    /// 受付番号.
    #[schema(max_length = 20)]
    pub receipt_number: String,
    /// Employer.
    pub employer_id: Uuid,
    /// How it came.
    pub channel: SubmissionChannel,
    /// 作成者氏名.
    #[schema(max_length = 50)]
    pub preparer_name: String,
    /// Name of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20)]
    pub file_name: Option<String>,
    /// Layout.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 20)]
    pub profile: Option<String>,
    /// Count on the slip.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub declared_count: Option<i32>,
    /// Count that was read: confirm it.
    pub read_count: i32,
    /// When the employer confirmed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// What became of it as a whole.
    pub file_result: FileResult,
    /// How many of each, as read.
    pub counts: SubmissionCounts,
    /// Findings about the whole.
    #[schema(max_items = 50)]
    pub findings: Vec<NotificationFinding>,
    /// Records one by one.
    #[schema(max_items = 100000)]
    pub results: Vec<RecordResult>,
    /// When it came.
    pub received_at: DateTime<Utc>,
}
/// How a submission came.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SubmissionChannel {
    /// JSON.
    ApiJson,
    /// A notification file.
    ApiFile,
    /// On paper, keyed by staff.
    Paper,
}
/// What became of one record.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecordResult {
    /// Place in the submission, from 1.
    pub row: i32,
    /// Notification.
    pub notification_id: Uuid,
    /// Kind of form.
    #[schema(max_length = 40)]
    pub kind: String,
    /// Where it stands.
    pub state: State,
    /// 被保険者整理番号.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 10)]
    pub office_number: Option<String>,
    /// Findings of the checks.
    #[schema(max_items = 200)]
    pub findings: Vec<NotificationFinding>,
    /// What payroll needs, once applied; absent of a form that names nobody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<NotificationOutcome>,
    /// Why it was returned.
    #[schema(max_items = 20)]
    pub reasons: Vec<ReturnReason>,
    /// 再提出: the returned notification that this one corrects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resubmission_of: Option<Uuid>,
    /// 再提出: the notification that corrects this one, unless it was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resubmitted_as: Option<Uuid>,
}
/// A submission in a list: without its records.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct SubmissionSummary {
    /// Id.
    pub id: Uuid,
    /// 受付番号.
    #[schema(max_length = 20)]
    pub receipt_number: String,
    /// Employer.
    pub employer_id: Uuid,
    /// How it came.
    pub channel: SubmissionChannel,
    /// Count that was read.
    pub read_count: i32,
    /// When the employer confirmed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// What became of it as a whole.
    pub file_result: FileResult,
    /// When it came.
    pub received_at: DateTime<Utc>,
}
fn channel(word: &str) -> SubmissionChannel {
    match word {
        "api_file" => SubmissionChannel::ApiFile,
        "paper" => SubmissionChannel::Paper,
        _ => SubmissionChannel::ApiJson,
    }
}
impl From<SubmissionRow> for SubmissionSummary {
    fn from(s: SubmissionRow) -> Self {
        Self {
            id: s.id,
            receipt_number: s.receipt_number,
            employer_id: s.employer_id,
            channel: channel(&s.channel),
            read_count: s.read_count,
            confirmed_at: s.confirmed_at,
            file_result: result_of(&s.file_result),
            received_at: s.received_at,
        }
    }
}
crate::page_of!(SubmissionPage, SubmissionSummary);

/// Renders a submission with its records.
/// # Errors
/// 503 when what is stored can't be read.
pub fn submission_view(s: SubmissionRow, rows: Vec<NotificationRow>) -> Result<Submission, Problem> {
    let whole: Vec<NotificationFinding> = stored(s.findings)?;
    let mut counts = SubmissionCounts { warnings: warnings(&whole), ..SubmissionCounts::default() };
    let results = rows
        .into_iter()
        .map(|r| {
            let read_as = State::of(&r.intake_state);
            let v = NotificationView::of(r, None)?; // the results are shown without the forms
            counts.warnings += warnings(&v.findings);
            match read_as {
                State::Accepted => counts.accepted += 1,
                State::Review => counts.review += 1,
                State::Precheck => counts.precheck += 1,
                _ => counts.rejected += 1,
            }
            Ok(RecordResult {
                row: v.row,
                notification_id: v.id,
                kind: v.kind,
                state: v.state,
                office_number: v.office_number,
                findings: v.findings,
                outcome: v.outcome,
                reasons: v.reasons,
                resubmission_of: v.resubmission_of,
                resubmitted_as: v.resubmitted_as,
            })
        })
        .collect::<Result<_, Problem>>()?;
    Ok(Submission {
        id: s.id,
        receipt_number: s.receipt_number,
        employer_id: s.employer_id,
        channel: channel(&s.channel),
        preparer_name: s.preparer_name,
        file_name: s.file_name,
        profile: s.profile,
        declared_count: s.declared_count,
        read_count: s.read_count,
        confirmed_at: s.confirmed_at,
        file_result: result_of(&s.file_result),
        counts,
        findings: whole,
        results,
        received_at: s.received_at,
    })
}
fn warnings(list: &[NotificationFinding]) -> u32 {
    u32::try_from(list.iter().filter(|f| f.code.starts_with("W-")).count()).unwrap_or(u32::MAX)
}
