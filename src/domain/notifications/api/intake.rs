//! What every way of filing has in common: check against the register, receive, answer.
use super::{
    super::{
        Change, Code, DependentChange, Disposition, FileResult, Finding, Form, ParsedRow, RuleSettings,
        apply, model::NewSubmission, store,
    },
    findings_json, is_error, places,
    views::{Submission, submission_view},
};
use crate::{
    domain::{
        dependents,
        employers::{self, EmployerRow},
    },
    kernel::{FieldError, Kind, Operation, Permit, Problem, Tx, Zone, vault::Pending},
};
use chrono::NaiveDate;
use uuid::Uuid;

/// What came, after the pure checks.
pub struct Incoming {
    /// api_json or api_file.
    pub channel: &'static str,
    /// 作成者氏名.
    pub preparer: String,
    /// Count on the slip.
    pub declared: Option<i32>,
    /// Records.
    pub rows: Vec<ParsedRow>,
    /// Findings about the whole.
    pub whole: Vec<Finding>,
    /// File name, layout, 媒体通番, 作成年月日, keyed digest.
    pub file: Option<FileMeta>,
}
/// What is known of a file beside its records.
pub struct FileMeta {
    /// Name.
    pub name: String,
    /// Layout, 媒体通番, 作成年月日.
    pub media: (&'static str, u16, NaiveDate),
    /// Keyed digest of the bytes.
    pub digest: [u8; 32],
    /// The bytes, for the strongroom.
    pub raw: zeroize::Zeroizing<Vec<u8>>,
}

/// Admits filing for an employer and gives its facts.
/// # Errors
/// 404 when it is not the caller's.
pub fn employer_of<Op: Operation>(tx: &mut Tx<'_>, id: Uuid) -> Result<(EmployerRow, Permit<Op>), Problem> {
    let today = tx.today();
    let row = employers::find(tx, id, today)?;
    tx.admit::<Op, _>(row)
}
/// The rules of the day for an employer.
pub fn settings(tx: &Tx<'_>, employer: &EmployerRow) -> RuleSettings {
    let early_filing_days = u16::try_from(employer.early_filing_days).unwrap_or(0);
    RuleSettings { early_filing_days, ..RuleSettings::on(tx.today()) }
}
/// Checks records against the register and what waits already; gives the insured person that each names. Never looks at
/// registered numbers: nobody outside learns whether a number is registered.
/// # Errors
/// Database errors; 422 when numbers came over a listener that takes none.
pub fn check(tx: &mut Tx<'_>, employer: Uuid, rows: &mut [ParsedRow]) -> Result<Vec<Option<Uuid>>, Problem> {
    if tx.zone() != Zone::Closed && rows.iter().any(|r| !r.numbers.is_empty()) {
        return Err(Problem::new(Kind::NumberNotExpected).because(
            "number-not-taken-here",
            "この接続では個人番号を受け付けません",
            "This listener takes no personal number",
        ));
    }
    let mut persons = Vec::with_capacity(rows.len());
    for row in rows.iter_mut() {
        let named = match &row.form {
            None => None,
            Some(Form::QualificationAcquisition(f)) => {
                let (number, kana, birth_on) = (f.office_number.clone(), f.name_kana.clone(), f.birth_on);
                if apply::find_named(tx, employer, number.as_deref(), &kana, birth_on)?.is_some() {
                    row.refuse(Finding::at(Code::AlreadyInsured, ["name_kana", "birth_on"]));
                }
                None
            }
            Some(Form::QualificationLoss(f)) => {
                Some((f.office_number.clone(), f.name_kana.clone(), f.birth_on, None))
            }
            Some(Form::DependentChange(f)) => {
                Some((f.office_number.clone(), f.name_kana.clone(), f.birth_on, Some(f.clone())))
            }
        };
        refuse_waiting(tx, employer, row)?;
        let mut person = None;
        if let Some((number, kana, birth_on, change)) = named {
            person = apply::find_named(tx, employer, number.as_deref(), &kana, birth_on)?;
            match (person, change) {
                (None, _) => {
                    row.refuse(Finding::at(Code::PersonNotFound, ["office_number", "name_kana", "birth_on"]))
                }
                (Some(insured), Some(f)) => refuse_unknown_dependents(tx, insured, &f, row)?,
                _ => {}
            }
        }
        persons.push(person);
    }
    Ok(persons)
}
fn refuse_waiting(tx: &mut Tx<'_>, employer: Uuid, row: &mut ParsedRow) -> Result<(), Problem> {
    let Some(form) = row.form.as_ref().filter(|f| !matches!(f, Form::DependentChange(_))) else {
        return Ok(());
    };
    let Some(number) = row.office_number.clone() else { return Ok(()) };
    if store::waits_already(tx, employer, form.kind(), &number)? {
        row.refuse(Finding::at(Code::DuplicatePending, ["office_number"]));
    }
    Ok(())
}
fn refuse_unknown_dependents(
    tx: &mut Tx<'_>,
    insured: Uuid,
    f: &DependentChange,
    row: &mut ParsedRow,
) -> Result<(), Problem> {
    if f.change == Change::Added {
        return Ok(());
    }
    let spouse = f.spouse.iter().map(|s| (&s.name_kana, s.birth_on, "spouse.name_kana"));
    let others = f.others.iter().zip(["others.0.name_kana", "others.1.name_kana"]);
    for (kana, birth_on, key) in spouse.chain(others.map(|(o, key)| (&o.name_kana, o.birth_on, key))) {
        if dependents::find_under(tx, insured, kana, birth_on)?.is_none() {
            row.refuse(Finding::at(Code::PersonNotFound, [key]));
            return Ok(());
        }
    }
    Ok(())
}
/// What becomes of the whole.
pub fn result_of(rows: &[ParsedRow]) -> FileResult {
    match rows.iter().filter(|r| r.disposition == Disposition::Rejected).count() {
        0 => FileResult::Accepted,
        n if n == rows.len() => FileResult::Rejected,
        _ => FileResult::PartiallyAccepted,
    }
}
/// 422 with every place, when nothing of the submission can be taken.
pub fn refusal(
    rows: &[ParsedRow],
    is_json: bool,
    base: impl Fn(u32) -> String,
    lang: crate::kernel::problem::Lang,
) -> Problem {
    let errors: Vec<FieldError> = rows
        .iter()
        .flat_map(|r| r.findings.iter().filter(|f| is_error(f)).map(move |f| (r.row, f)))
        .flat_map(|(row, f)| places(row, f, is_json, &base(row), lang))
        .take(1000)
        .collect();
    let kind = if is_json { Kind::Invalid } else { Kind::FileRejected };
    Problem { errors, ..Problem::new(kind) }
}
/// The slip names another number of records than was read.
/// # Errors
/// 422 `E-COUNT`.
pub fn check_count(incoming: &Incoming) -> Result<(), Problem> {
    let read = i32::try_from(incoming.rows.len()).unwrap_or(i32::MAX);
    if incoming.declared.is_some_and(|d| d != read) {
        let said = Code::Count.message();
        return Err(Problem::new(Kind::Invalid).because("E-COUNT", said.ja, said.en).at(
            "/declared_count",
            "E-COUNT",
            "送付票の件数と読み込んだ件数が違います / the slip names another number than was read",
        ));
    }
    Ok(())
}
/// Writes the receipt and the records; numbers and the raw file go to the strongroom.
/// # Errors
/// 422 when the same file was received before; 503 when the key store is away.
pub fn receive<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    employer: &EmployerRow,
    mut incoming: Incoming,
    persons: &[Option<Uuid>],
) -> Result<Submission, Problem> {
    let id = Uuid::now_v7();
    let result = result_of(&incoming.rows);
    let submission = NewSubmission {
        id,
        employer: employer.employer_id,
        channel: incoming.channel,
        preparer: &incoming.preparer,
        file_name: incoming.file.as_ref().map(|f| f.name.as_str()),
        media: incoming.file.as_ref().map(|f| f.media),
        digest: incoming.file.as_ref().map(|f| f.digest),
        declared: incoming.declared,
        read: i32::try_from(incoming.rows.len()).unwrap_or(i32::MAX),
        result,
        findings: findings_json(&incoming.whole),
    };
    store::receive(tx, permit, &submission)?;
    let ids: Vec<Uuid> = incoming.rows.iter().map(|_| Uuid::now_v7()).collect();
    let rows: Vec<_> =
        ids.iter().zip(&incoming.rows).zip(persons).map(|((id, row), person)| (*id, row, *person)).collect();
    store::keep(tx, permit, id, employer.employer_id, &rows)?;
    let mut waiting = Vec::new();
    for (id, row) in ids.iter().zip(incoming.rows.iter_mut()) {
        for (slot, number) in row.numbers.drain(..) {
            waiting.push(Pending { notification: *id, slot: slot.as_str(), number });
        }
    }
    let kernel = tx.kernel();
    if !waiting.is_empty() {
        kernel.vault.keep_pending(tx.conn(), &kernel.clock, &waiting)?;
    }
    if let (Some(file), true) = (&incoming.file, result != FileResult::Rejected) {
        kernel.vault.keep_file(tx.conn(), &kernel.clock, id, &file.raw)?;
    }
    tx.note(|n| {
        n.subject = Some(("Submission", Some(id)));
        n.rows = i32::try_from(ids.len()).ok();
        n.persons.extend(persons.iter().flatten());
    });
    let row = store::written(tx, permit, id)?;
    let records = store::of_submission(tx, &row)?;
    Ok(submission_view(row, records))
}
