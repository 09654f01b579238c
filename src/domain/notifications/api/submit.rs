//! Filing: one form, a batch of forms, a notification file; each also as a dry run.
use super::{
    super::{FILE_TOO_LARGE, FileError, ParsedRow, RuleSettings, mark_duplicates, parse_file},
    bodies::{NotificationBatch, NotificationCreate, Slip, Stated},
    dry_run::{DryRun, dry_run},
    findings_json,
    intake::{self, FileMeta, Incoming},
    keyed, resubmit,
    views::Submission,
};
use crate::{
    domain::employers::EmployerRow,
    kernel::{
        FieldError, Gate, Kind, Operation, Permit, Problem, Reply, Routes, Tx,
        gate::{Answer, block},
        headers::{Sends, sent},
        input::{Body, FilingKey, IdempotencyKey, Input, Query, plain_text},
        secrets,
    },
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;
use validator::Validate;

crate::operation! {
    /// 届出(1件)の提出
    ///
    /// Files one form. With `validate_only=true` nothing is stored and the answer says what would happen. A form that corrects a
    /// returned one names it in `resubmission_of`.
    pub CreateNotification: Post "/v1/notifications" = "createNotification", scope "notifications:submit", on "Employer", status 202, law "健康保険法48条, R-080", makes "Submission", sends Location;
    /// 届出(複数件)の提出
    ///
    /// Files up to 100 forms under one slip; records that fail are refused one by one, the others are taken.
    pub CreateNotificationBatch: Post "/v1/notification-batches" = "createNotificationBatch", scope "notifications:submit", on "Employer", status 202, law "健康保険法48条, R-087, R-088", makes "Submission", sends Location;
    /// 届書ファイルの提出
    ///
    /// Files a notification file (KPFD0006.CSV, or SHFD0006.CSV where the employer's settings allow it) as it is, in Shift_JIS. A
    /// record resubmits a returned notification when kind, 整理番号 and persons are those of exactly one that was not resubmitted yet, and
    /// of no other record of the file.
    pub CreateNotificationFile: Post "/v1/notification-files" = "createNotificationFile", scope "notifications:submit", on "Employer", status 202, law "健康保険法48条, R-080, R-086", makes "Submission", sends Location;
}

/// Dry run or not.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SubmitQuery {
    /// Checks everything and says what would happen; stores nothing, and asks no register of personal numbers.
    #[serde(default)]
    validate_only: bool,
}
/// Slip of a file.
#[derive(Deserialize, IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FileQuery {
    /// Employer.
    employer_id: Uuid,
    /// Name of the file: KPFD0006.CSV or SHFD0006.CSV.
    #[validate(length(min = 1, max = 20), custom(function = "plain_text"))]
    #[param(min_length = 1, max_length = 20)]
    file_name: String,
    /// 届出書の作成者氏名.
    #[validate(length(min = 1, max = 50), custom(function = "plain_text"))]
    #[param(min_length = 1, max_length = 50)]
    preparer_name: String,
    /// Number of records on the slip.
    #[validate(range(min = 1, max = 100_000))]
    #[param(minimum = 1, maximum = 100_000)]
    declared_count: Option<i32>,
    /// Checks everything and says what would happen; stores nothing.
    #[serde(default)]
    validate_only: bool,
}
/// The bytes of a file.
pub struct RawFile(zeroize::Zeroizing<Vec<u8>>);
impl Body for RawFile {
    const MEDIA: &'static str = "text/csv";
    const LIMIT: usize = FILE_TOO_LARGE;
    fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        if bytes.len() >= Self::LIMIT {
            Err(Problem::new(Kind::TooLarge))
        } else {
            Ok(Self(bytes.to_vec().into()))
        }
    }
    fn schemas() -> Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)> {
        let schema = utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some("Notification file in Shift_JIS, smaller than 4.5 MB"))
            .max_length(Some(FILE_TOO_LARGE))
            .build();
        vec![("NotificationFile".into(), schema.into())]
    }
}

/// A receipt, or what filing would do.
#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
pub enum Filed {
    /// It was received.
    Receipt(Box<Submission>),
    /// It was a dry run.
    DryRun(DryRun),
}

/// Checks, then receives or tells what would happen.
fn file<Op: Sends<sent::Location>>(
    tx: &mut Tx<'_>,
    permit: Permit<Op>,
    employer: &EmployerRow,
    mut incoming: Incoming,
    is_dry: bool,
    base: impl Fn(u32) -> String,
) -> Result<Answer<Op, Filed>, Problem> {
    intake::check_count(&incoming)?;
    resubmit::check(tx, employer.employer_id, &incoming.rows, &base)?;
    let persons = intake::check_all(tx, employer, &mut incoming)?;
    if incoming.file.is_some() {
        resubmit::link(tx, employer.employer_id, &mut incoming.rows)?;
    }
    if is_dry {
        let run = dry_run(tx, (&permit, employer.employer_id), &incoming, &persons)?;
        return Ok(permit.answer(Filed::DryRun(run)).with_status(200));
    }
    let is_json = incoming.file.is_none();
    let refused = (intake::result_of(&incoming.rows) == super::super::FileResult::Rejected)
        .then(|| intake::refusal(&incoming.rows, is_json, base));
    match refused {
        Some(problem) if is_json => Err(problem),
        Some(mut problem) => {
            problem.receipt_number = Some(note_refused(tx, &permit, employer, &incoming)?);
            Ok(permit.refused(problem))
        }
        None => {
            let receipt = intake::receive(tx, &permit, employer, incoming, &persons)?;
            let at = format!("/v1/submissions/{}", receipt.id);
            Ok(permit.answer(Filed::Receipt(Box::new(receipt))).located(at))
        }
    }
}
/// A refused file leaves its line in the 受領管理簿 and nothing else.
fn note_refused<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    employer: &EmployerRow,
    incoming: &Incoming,
) -> Result<String, Problem> {
    let id = Uuid::now_v7();
    tx.note(|n| n.subject = Some(("Submission", Some(id))));
    let submission = super::super::model::NewSubmission {
        id,
        employer: employer.employer_id,
        channel: incoming.channel,
        preparer: &incoming.preparer,
        received_at: tx.now(),
        file_name: incoming.file.as_ref().map(|f| f.name.as_str()),
        media: None,
        digest: None,
        declared: incoming.declared,
        read: i32::try_from(incoming.rows.len()).unwrap_or(i32::MAX),
        result: super::super::FileResult::Rejected,
        findings: findings_json(&incoming.whole),
    };
    super::super::store::receive(tx, permit, &submission)
}
fn parsed(settings: &RuleSettings, stated: Vec<Stated>) -> Vec<ParsedRow> {
    let mut rows: Vec<ParsedRow> = (1u32..)
        .zip(stated)
        .map(|(no, s)| ParsedRow {
            resubmission_of: s.resubmission_of,
            ..ParsedRow::from_form(no, s.form, (s.numbers, &s.mistyped), settings)
        })
        .collect();
    mark_duplicates(&mut rows);
    rows
}
/// Does the work on what was read: on its employer's turn and once for its key, or as a dry run.
async fn in_turn<Op: Operation>(
    gate: Gate<Op>,
    key: Option<IdempotencyKey>,
    digest: [u8; 32],
    employer: Uuid,
    work: impl FnOnce(&mut Tx<'_>) -> Result<Answer<Op, Filed>, Problem> + Send + 'static,
) -> Reply<Op, Filed> {
    let Some(key) = key else { return gate.run(work).await };
    let _turn = intake::turn(gate.asking(), employer).await?;
    gate.once(key, digest, work).await
}
/// Files forms under their slip. `received_on` is the day on the receipt stamp of the paper that they were keyed from; those that
/// came of themselves have none.
pub async fn file_forms<Op: Sends<sent::Location>>(
    gate: Gate<Op>,
    key: FilingKey,
    digest: [u8; 32],
    (is_dry, received_on): (bool, Option<NaiveDate>),
    slip: Slip,
    stated: Vec<Stated>,
) -> Reply<Op, Filed> {
    crate::kernel::input::check(&slip)?;
    let key = if is_dry { None } else { Some(key.required()?) };
    let is_single = Op::ID != CreateNotificationBatch::ID;
    let employer_id = slip.employer_id;
    let settings = intake::settings_ahead(&gate, employer_id).await?;
    let (rows, settings) = block(move || Ok((parsed(&settings, stated), settings))).await?;
    let work = move |tx: &mut Tx<'_>| {
        let (employer, permit) = intake::employer_in_turn::<Op>(tx, employer_id, is_dry, &settings)?;
        if let Some(day) = received_on {
            keyed::check_paper(day, tx.today(), &rows)?;
        }
        let incoming = Incoming {
            channel: if received_on.is_some() { "paper" } else { "api_json" },
            received_on,
            preparer: slip.preparer_name,
            declared: slip.declared_count,
            rows,
            whole: Vec::new(),
            file: None,
        };
        let base = move |row: u32| {
            if is_single { "/notification".into() } else { format!("/notifications/{}", row - 1) }
        };
        file(tx, permit, &employer, incoming, is_dry, base)
    };
    in_turn(gate, key, digest, employer_id, work).await
}
async fn create_notification(
    gate: Gate<CreateNotification>,
    q: Query<SubmitQuery>,
    key: FilingKey,
    input: Input<NotificationCreate>,
) -> Reply<CreateNotification, Filed> {
    let body = input.value;
    file_forms(gate, key, input.digest, (q.0.validate_only, None), body.slip, vec![body.notification]).await
}
async fn create_notification_batch(
    gate: Gate<CreateNotificationBatch>,
    q: Query<SubmitQuery>,
    key: FilingKey,
    input: Input<NotificationBatch>,
) -> Reply<CreateNotificationBatch, Filed> {
    let body = input.value;
    file_forms(gate, key, input.digest, (q.0.validate_only, None), body.slip, body.notifications).await
}
async fn create_notification_file(
    gate: Gate<CreateNotificationFile>,
    q: Query<FileQuery>,
    key: FilingKey,
    input: Input<RawFile>,
) -> Reply<CreateNotificationFile, Filed> {
    let (q, raw, digest) = (q.0, input.value.0, input.digest);
    let (is_dry, employer_id) = (q.validate_only, q.employer_id);
    let key = if is_dry { None } else { Some(key.required()?) };
    let settings = intake::settings_ahead(&gate, employer_id).await?;
    let name = q.file_name.clone();
    let (read, raw, settings) =
        block(move || Ok((parse_file(&raw, Some(&name), &settings), raw, settings))).await?;
    let work = move |tx: &mut Tx<'_>| {
        let (employer, permit) =
            intake::employer_in_turn::<CreateNotificationFile>(tx, employer_id, is_dry, &settings)?;
        let mut incoming = Incoming {
            channel: "api_file",
            received_on: None,
            preparer: q.preparer_name,
            declared: q.declared_count,
            rows: Vec::new(),
            whole: Vec::new(),
            file: None,
        };
        let read = read.map_err(|e| whole_problem(&e)).and_then(|f| check_office(&employer, &f).map(|()| f));
        let parsed = match read {
            Ok(parsed) => parsed,
            Err(problem) if is_dry => return Err(problem),
            Err(mut problem) => {
                problem.receipt_number = Some(note_refused(tx, &permit, &employer, &incoming)?);
                return Ok(permit.refused(problem));
            }
        };
        let media = (parsed.profile.as_str(), parsed.media_sequence, parsed.made_on);
        let file_digest = secrets::hmac256(&tx.kernel().keys.vault.digest, &[b"file", &raw]);
        if super::super::store::is_known_file(tx, employer.employer_id, &file_digest, media)? {
            let mut problem = super::duplicate_file();
            if is_dry {
                return Err(problem);
            }
            problem.receipt_number = Some(note_refused(tx, &permit, &employer, &incoming)?);
            return Ok(permit.refused(problem));
        }
        incoming.rows = parsed.rows;
        incoming.whole = parsed.findings;
        incoming.file =
            Some(FileMeta { name: q.file_name, profile: parsed.profile, media, digest: file_digest, raw });
        file(tx, permit, &employer, incoming, is_dry, |_| String::new())
    };
    in_turn(gate, key, digest, employer_id, work).await
}
fn whole_problem(e: &FileError) -> Problem {
    let m = e.code.message();
    let error = FieldError {
        row: e.line,
        fields: e.fields.clone(),
        code: e.code.as_str().into(),
        said: super::words(e.code),
        pointer: None,
    };
    let mut p = Problem::new(Kind::FileRejected).because(e.code.as_str(), m.ja, m.en);
    p.errors.push(error);
    p
}
/// The file speaks for this employer, in a layout that is taken from it.
fn check_office(employer: &EmployerRow, file: &super::super::ParsedFile) -> Result<(), Problem> {
    let other = |ours: &Option<String>, theirs: &str| ours.as_deref() != Some(theirs);
    let differing = match (&file.office.society_number, &file.office.pension) {
        (Some(number), _) => vec![(1, *number != employer.society_number)],
        (None, Some(office)) => vec![
            (1, other(&employer.prefecture_code, &office.prefecture)),
            (2, other(&employer.district_code, &office.city)),
            (3, other(&employer.office_symbol, &office.symbol)),
            (4, office.number.as_ref().is_some_and(|n| other(&employer.office_number, n))),
        ],
        (None, None) => vec![(1, true)],
    };
    let fields: Vec<u16> =
        differing.into_iter().filter_map(|(field, differs)| differs.then_some(field)).collect();
    if !fields.is_empty() {
        let line = Some(FileError::OFFICE_LINE);
        return Err(whole_problem(&FileError { code: super::Code::OfficeMismatch, line, fields }));
    }
    if file.office.society_number.is_none() && !employer.accepts_pension_layout {
        return Err(Problem::new(Kind::FileRejected).because(
            "layout-not-accepted",
            "この事業所からは年金機構様式(SHFD)を受け付けていません",
            "Files in the pension office's layout are not taken from this employer",
        ));
    }
    Ok(())
}

impl utoipa::PartialSchema for Filed {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        <Submission as utoipa::PartialSchema>::schema()
    }
}
impl ToSchema for Filed {
    fn name() -> std::borrow::Cow<'static, str> {
        "Submission".into()
    }
    fn schemas(all: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::schema::Schema>)>) {
        Submission::schemas(all);
    }
}
/// Routes of filing.
pub fn routes(r: &mut Routes) {
    r.add::<CreateNotification, _, _, _>(create_notification).dry_run::<DryRun>();
    r.add::<CreateNotificationBatch, _, _, _>(create_notification_batch).dry_run::<DryRun>();
    r.add::<CreateNotificationFile, _, _, _>(create_notification_file).dry_run::<DryRun>();
}
