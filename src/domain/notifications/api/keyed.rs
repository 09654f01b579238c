//! Forms on paper: one person keys them, a second person compares the entry with the paper; only then it is decided.
use super::{
    super::{
        ParsedRow,
        model::{NotificationRow, Step},
        store,
    },
    bodies::NotificationCreate,
    decide::{end, finish},
    dry_run::DryRun,
    submit::{Filed, file_forms},
    views::NotificationView,
};
use crate::{
    domain::approvals::{self, ApprovalKind, Ruling},
    kernel::{
        Gate, Kind, Operation, Permit, Problem, Reply, Routes, Tx,
        input::{FilingKey, Id, IfMatch, Input, Query, plain_text},
    },
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

crate::operation! {
    /// 紙の届出の入力
    ///
    /// Keys one form that came on paper. It is received on the day of its receipt stamp and waits for the check of a second person
    /// (checkKeyedNotification) before it is decided. A form with a personal number is refused (422 `number-not-keyed`) and the number
    /// is stored nowhere: numbers are registered with registerPersonalNumber. With `validate_only=true` nothing is stored.
    pub KeyNotification: Post "/v1/keyed-notifications" = "keyNotification", scope "notifications:key", on "Employer", status 202, law "R-096", makes "Submission", sends Location;
    /// 紙の届出の読み合わせ(入力内容の確認)
    ///
    /// Says, as the second person, whether the entry matches the paper. An entry that matches may be decided; one that differs is over
    /// and keeps the differences: key the form anew. 409: `same-person` for whoever keyed it, `no-open-check` when nothing waits for a
    /// check, `entry-changed` when the form is not what was keyed.
    pub CheckKeyedNotification: Post "/v1/notifications/{notification_id}/entry-check" = "checkKeyedNotification", scope "notifications:key", on "Notification", status 200, law "R-096", sends Etag;
}

/// Receipt stamp, and dry run or not.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct KeyQuery {
    /// 受付年月日: the day on the receipt stamp of the paper, from 1926-07-01 to today.
    #[serde(deserialize_with = "crate::kernel::input::dated")]
    received_on: NaiveDate,
    /// Checks everything and says what would happen; stores nothing.
    #[serde(default)]
    validate_only: bool,
}
/// What the second person found.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum EntryOutcome {
    /// The entry is what the paper says.
    Matches,
    /// It is not.
    Differs,
}
/// Where the entry differs from the paper.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct EntryDifference {
    /// JSON pointer into the form.
    #[validate(length(min = 1, max = 200), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 200)]
    pub pointer: String,
    /// How.
    #[validate(length(min = 1, max = 200), custom(function = "plain_text"))]
    #[schema(min_length = 1, max_length = 200)]
    pub note: String,
}
/// 読み合わせの結果.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct KeyedEntryCheck {
    /// Whether the entry matches the paper.
    outcome: EntryOutcome,
    /// Where it differs: at least one place when it does, none when it matches.
    #[serde(default)]
    #[validate(nested, length(max = 50))]
    #[schema(max_items = 50)]
    differences: Vec<EntryDifference>,
}
crate::json_body!("application/json": KeyedEntryCheck);
/// Where the second person's check stands.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum EntryCheckState {
    /// Nobody has compared the entry with the paper yet.
    Requested,
    /// The entry matches the paper.
    Approved,
    /// It differs.
    Rejected,
}
impl EntryCheckState {
    /// Word in the database.
    pub fn word(self) -> &'static str {
        match self {
            Self::Requested => "requested",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}
/// 読み合わせ: the second person's check of what was keyed from paper.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntryCheck {
    /// Where it stands.
    pub state: EntryCheckState,
    /// Where the entry differs from the paper.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 50)]
    pub differences: Vec<EntryDifference>,
}
impl EntryCheck {
    /// Where it stands, and nothing of what was noted.
    pub fn without_notes(self) -> Self {
        Self { differences: Vec::new(), ..self }
    }
    /// The check of a notification; `None` for one that was not keyed.
    /// # Errors
    /// 503 when what is stored of it can't be read.
    pub fn of(row: &NotificationRow) -> Result<Option<Self>, Problem> {
        let unreadable = || Problem::unavailable("stored-check-unreadable");
        let state = match row.entry_check.as_deref() {
            None => return Ok(None),
            Some("approved") => EntryCheckState::Approved,
            Some("rejected") => EntryCheckState::Rejected,
            Some("requested") => EntryCheckState::Requested,
            Some(_) => return Err(unreadable()),
        };
        let kept = row.entry_differences.clone();
        let differences = kept.map(serde_json::from_value).transpose().map_err(|_| unreadable())?;
        Ok(Some(Self { state, differences: differences.unwrap_or_default() }))
    }
}

/// The day from which 健康保険法 is in force: no paper was received before it.
const LAW_FROM: Option<NaiveDate> = NaiveDate::from_ymd_opt(1926, 7, 1);
/// May paper with that receipt stamp be keyed `today` with these forms?
/// # Errors
/// 422 at `received_on` when the day is to come or before the law; 422 `number-not-keyed` when a form carries a personal number.
pub fn check_paper(received_on: NaiveDate, today: NaiveDate, rows: &[ParsedRow]) -> Result<(), Problem> {
    if received_on > today {
        let said = ("受付年月日が未来です", "the day is to come");
        return Err(Problem::new(Kind::Invalid).at("/received_on", "in-the-future", said));
    }
    if LAW_FROM.is_some_and(|first| received_on < first) {
        let said = ("健康保険法の施行前の日です", "before the law was in force");
        return Err(Problem::new(Kind::Invalid).at("/received_on", "too-early", said));
    }
    if rows.iter().any(|r| r.had_number) {
        return Err(Problem::new(Kind::NumberNotExpected).because(
            "number-not-keyed",
            "個人番号は届出の入力では受け付けません。個人番号の登録を使ってください",
            "No personal number is keyed with a form: register it as one",
        ));
    }
    Ok(())
}
/// What was keyed, as the second person sees it: employer, kind, form as stored, what it corrects, day of receipt.
fn told(row: &NotificationRow) -> [Vec<u8>; 5] {
    [
        row.employer_id.as_bytes().to_vec(),
        row.kind.clone().into_bytes(),
        row.form.as_ref().map(ToString::to_string).unwrap_or_default().into_bytes(),
        row.resubmission_of.as_ref().map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        row.received_at.timestamp_micros().to_be_bytes().to_vec(),
    ]
}
/// Asks for the second person who compares a keyed notification with the paper.
/// # Errors
/// Database errors.
pub fn request_check<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    row: &NotificationRow,
) -> Result<(), Problem> {
    let told = told(row);
    let parts: Vec<&[u8]> = told.iter().map(Vec::as_slice).collect();
    approvals::request(tx, permit, ApprovalKind::KeyedNotification, row.id, &parts)
}
/// What a body says, when it is whole.
fn ruling(body: KeyedEntryCheck) -> Result<Ruling, Problem> {
    match (body.outcome, body.differences) {
        (EntryOutcome::Matches, d) if d.is_empty() => Ok(Ruling::Approve),
        (EntryOutcome::Matches, _) => {
            let said = ("一致する場合は指定できません", "not with an entry that matches");
            Err(Problem::new(Kind::Invalid).at("/differences", "must-be-absent", said))
        }
        (EntryOutcome::Differs, d) if d.is_empty() => {
            let said = ("相違する箇所を記入してください", "say where it differs");
            Err(Problem::new(Kind::Invalid).at("/differences", "missing-field", said))
        }
        (EntryOutcome::Differs, d) => {
            let kept = serde_json::to_value(d).map_err(|_| Problem::unavailable("differences-unwritable"))?;
            Ok(Ruling::Reject(kept))
        }
    }
}

async fn key_notification(
    gate: Gate<KeyNotification>,
    q: Query<KeyQuery>,
    key: FilingKey,
    input: Input<NotificationCreate>,
) -> Reply<KeyNotification, Filed> {
    let (q, body) = (q.0, input.value);
    let how = (q.validate_only, Some(q.received_on));
    file_forms(gate, key, input.digest, how, body.slip, vec![body.notification]).await
}
async fn check_keyed_notification(
    gate: Gate<CheckKeyedNotification>,
    id: Id,
    tag: IfMatch,
    input: Input<KeyedEntryCheck>,
) -> Reply<CheckKeyedNotification, NotificationView> {
    gate.run(move |tx| {
        let row = store::lock(tx, id.0)?;
        let (row, permit) = tx.admit::<CheckKeyedNotification, _>(row)?;
        tag.require(&row.version.to_string())?;
        let ruling = ruling(input.value)?;
        let told = told(&row);
        let parts: Vec<&[u8]> = told.iter().map(Vec::as_slice).collect();
        approvals::settle(tx, &permit, ApprovalKind::KeyedNotification, row.id, &parts, &ruling)?;
        let row = match ruling {
            Ruling::Approve => store::checked(tx, &permit, &row)?,
            Ruling::Reject(_) => end(tx, &permit, &row, Step::Withdraw, &[])?,
        };
        let (view, tag) = finish(tx, &permit, row)?;
        Ok(permit.answer(view).tagged(tag))
    })
    .await
}

/// Routes of paper.
pub fn routes(r: &mut Routes) {
    r.add::<KeyNotification, _, _, _>(key_notification).dry_run::<DryRun>();
    r.add::<CheckKeyedNotification, _, _, _>(check_keyed_notification);
}
