//! What every way of filing has in common: check against the register, receive, answer.
use super::{
    super::{
        Change, Code, DependentChange, Disposition, FileResult, Finding, Form, ParsedRow, Profile,
        RuleSettings, apply, apply::named, csv::locate, duplicates::compared, model::NewSubmission,
        rules::acquisition, store,
    },
    findings_json, is_error, keyed, places,
    views::{Submission, submission_view},
};
use crate::{
    domain::{
        dependents,
        employers::{self, EmployerRow},
        members::{self, Named},
        voluntary,
    },
    kernel::{
        FieldError, Gate, Kind, Operation, Permit, Problem, Tx, Zone, clock, gate::Asking, places::Place,
        vault::Pending,
    },
    values::kana,
};
use chrono::NaiveDate;
use std::collections::HashSet;
use uuid::Uuid;

/// What came, after the pure checks.
pub struct Incoming {
    /// api_json, api_file or paper.
    pub channel: &'static str,
    /// Day on the receipt stamp, of paper; what came of itself was received when it came.
    pub received_on: Option<NaiveDate>,
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
    /// Layout.
    pub profile: Profile,
    /// Layout, 媒体通番, 作成年月日.
    pub media: (&'static str, u16, NaiveDate),
    /// Keyed digest of the bytes.
    pub digest: [u8; 32],
    /// The bytes, for the strongroom.
    pub raw: zeroize::Zeroizing<Vec<u8>>,
}

/// The rules of the day for an employer for which the caller may file: looked up before the records are read, so that no
/// connection is held while they are.
/// # Errors
/// 404 when it is not the caller's.
pub async fn settings_ahead<Op: Operation>(gate: &Gate<Op>, employer: Uuid) -> Result<RuleSettings, Problem> {
    gate.look_ahead(move |tx| {
        let (employer, _) = employer_of::<Op>(tx, employer)?;
        Ok(settings(tx, &employer))
    })
    .await
}
/// Waits for the employer's turn, holding no connection: one filing of an employer is at work at a time.
/// # Errors
/// 503 when too many wait already, or it took too long.
pub async fn turn(asking: &Asking, employer: Uuid) -> Result<Place, Problem> {
    asking.kernel.turns.take(employer).await.ok_or_else(|| {
        Problem::unavailable("filings-wait").because(
            "filings-wait",
            "この事業所の届出が続けて届いています。しばらくしてからやり直してください",
            "Too many filings of this employer wait; try again later",
        )
    })
}
/// Admits filing for an employer and gives its facts.
/// # Errors
/// 404 when it is not the caller's.
pub fn employer_of<Op: Operation>(tx: &mut Tx<'_>, id: Uuid) -> Result<(EmployerRow, Permit<Op>), Problem> {
    let today = tx.today();
    let row = employers::find(tx, id, today)?;
    tx.admit::<Op, _>(row)
}
/// As `employer_of`, for records that were read under `ahead`. For filing that stores something: filings of one employer take
/// turns, so that of two that came at once the second sees what the first left waiting; this lock holds between nodes.
/// # Errors
/// As `employer_of`; 409 when the filings before it take too long; 503 when the rules changed since the records were read.
pub fn employer_in_turn<Op: Operation>(
    tx: &mut Tx<'_>,
    id: Uuid,
    is_dry: bool,
    ahead: &RuleSettings,
) -> Result<(EmployerRow, Permit<Op>), Problem> {
    let (employer, permit) = employer_of::<Op>(tx, id)?;
    if !is_dry {
        store::take_turns(tx, &permit, id)?;
    }
    if settings(tx, &employer) != *ahead {
        return Err(Problem::unavailable("lost-race"));
    }
    Ok((employer, permit))
}
/// The rules of the day for an employer.
pub fn settings(tx: &Tx<'_>, employer: &EmployerRow) -> RuleSettings {
    let early_filing_days = u16::try_from(employer.early_filing_days).unwrap_or(0);
    let leave_end = tx.kernel().readings.leave_end;
    RuleSettings { early_filing_days, leave_end, ..RuleSettings::on(tx.today()) }
}
/// As `check`; the findings of a file get the numbers of its fields.
/// # Errors
/// As `check`.
pub fn check_all(
    tx: &mut Tx<'_>,
    employer: &EmployerRow,
    incoming: &mut Incoming,
) -> Result<Vec<Option<Uuid>>, Problem> {
    let persons = check(tx, employer.employer_id, &mut incoming.rows)?;
    if let Some(profile) = incoming.file.as_ref().map(|f| f.profile) {
        let settings = settings(tx, employer);
        incoming.rows.iter_mut().for_each(|row| locate(row, profile, &settings));
    }
    Ok(persons)
}
/// Checks records against the register and what waits already; gives the insured person that each names. Never looks at
/// registered numbers: nobody outside learns whether a number is registered.
/// # Errors
/// Database errors; 422 when numbers came over a listener that takes none.
fn check(tx: &mut Tx<'_>, employer: Uuid, rows: &mut [ParsedRow]) -> Result<Vec<Option<Uuid>>, Problem> {
    if tx.zone() != Zone::Closed && rows.iter().any(|r| r.had_number) {
        return Err(Problem::new(Kind::NumberNotExpected).because(
            "number-not-taken-here",
            "この接続では個人番号を受け付けません",
            "This listener takes no personal number",
        ));
    }
    refuse_elsewhere(tx, employer, rows)?;
    let persons = find_persons(tx, employer, rows)?;
    refuse_waiting(tx, employer, rows)?;
    refuse_waiting_numbers(tx, employer, rows)?;
    let coming = coming(tx, employer, rows, &persons)?;
    refuse_after_loss(tx, employer, rows, &persons)?;
    let mut settled = Vec::with_capacity(rows.len());
    for (row, person) in rows.iter_mut().zip(persons) {
        settled.push(settle_person(tx, employer, row, person, &coming)?);
    }
    Ok(settled)
}
/// A form that is not taken for this office.
fn refuse_elsewhere(tx: &mut Tx<'_>, employer: Uuid, rows: &mut [ParsedRow]) -> Result<(), Problem> {
    let is_own_office = voluntary::is_own_office(tx, employer)?;
    for row in rows.iter_mut() {
        if row.form.as_ref().is_some_and(|f| !f.is_taken_for(is_own_office)) {
            row.refuse(Finding::at(Code::FormElsewhere, ["kind"]));
        }
    }
    Ok(())
}
fn find_persons(tx: &mut Tx<'_>, employer: Uuid, rows: &[ParsedRow]) -> Result<Vec<Option<Uuid>>, Problem> {
    let names: Vec<Named<'_>> = rows.iter().filter_map(|r| named(r.form.as_ref()?)).collect();
    let mut found = members::find_named(tx, employer, &names)?.into_iter();
    let mut persons = Vec::with_capacity(rows.len());
    for row in rows {
        let Some(form) = row.form.as_ref().filter(|f| f.head().is_some()) else {
            persons.push(None);
            continue;
        };
        let of_office = found.next().flatten();
        persons.push(if form.card().is_some() { apply::of_card(tx, form)? } else { of_office });
    }
    Ok(persons)
}
/// Reading and birth day of a person.
type Reading = (String, NaiveDate);
fn reading(n: Named<'_>) -> Reading {
    (kana::search_fold(n.name_kana), n.birth_on)
}
/// Persons whose acquisition waits, in this submission or before it: dependents may be notified with the acquisition itself,
/// and are decided after it.
fn coming(
    tx: &mut Tx<'_>,
    employer: Uuid,
    rows: &[ParsedRow],
    persons: &[Option<Uuid>],
) -> Result<HashSet<Reading>, Problem> {
    let forms = || rows.iter().zip(persons).filter_map(|(r, p)| Some((r.form.as_ref()?, p)));
    let is_new = |f: &Form| matches!(f, Form::QualificationAcquisition(_));
    let mut coming: HashSet<Reading> =
        forms().filter(|(f, _)| is_new(f)).filter_map(|(f, _)| named(f).map(reading)).collect();
    let unknown: Vec<Named<'_>> =
        forms().filter(|(f, p)| !is_new(f) && p.is_none()).filter_map(|(f, _)| named(f)).collect();
    for (kana, birth_on) in store::acquisitions_waiting(tx, employer, &unknown)? {
        coming.insert((kana::search_fold(&kana), birth_on));
    }
    Ok(coming)
}
fn settle_person(
    tx: &mut Tx<'_>,
    employer: Uuid,
    row: &mut ParsedRow,
    person: Option<Uuid>,
    coming: &HashSet<Reading>,
) -> Result<Option<Uuid>, Problem> {
    let Some(form) = row.form.clone() else { return Ok(None) };
    let may_come = || named(&form).is_some_and(|n| coming.contains(&reading(n)));
    let not_found = || match form.card() {
        Some(_) => Finding::at(Code::PersonNotFound, ["symbol", "number", "name_kana", "birth_on"]),
        None => Finding::at(Code::PersonNotFound, ["office_number", "name_kana", "birth_on"]),
    };
    match (&form, person) {
        (Form::NoBonusReport(f), _) => {
            if store::is_month_waiting(tx, employer, f.planned_month)? {
                row.refuse(Finding::at(Code::DuplicatePendingMonth, ["planned_month"]));
            } else if let Some(finding) = apply::no_bonus_fault(tx, employer, f)? {
                row.refuse(finding);
            }
            return Ok(None);
        }
        (Form::QualificationAcquisition(f), found) => {
            // 同日得喪: the loss of the same day is decided first
            if found.is_some() && !f.reemployed_after_retirement {
                row.refuse(Finding::at(Code::AlreadyInsured, ["name_kana", "birth_on"]));
            }
            if let Some(finding) = acquisition::too_old(f) {
                row.refuse(finding);
            }
            return Ok(None);
        }
        (Form::QualificationLoss(_), None) if !may_come() => row.refuse(not_found()),
        (Form::DependentChange(f), None) if f.change != Change::Added || !may_come() => {
            row.refuse(not_found());
        }
        (Form::DependentChange(f), Some(insured)) => refuse_unknown_dependents(tx, insured, f, row)?,
        (_, Some(person)) if form.card().is_some() => {
            if store::is_waiting(tx, form.kind(), person)? {
                row.refuse(Finding::at(Code::DuplicatePending, ["symbol", "number"]));
            }
        }
        (_, Some(insured)) => {
            if let Some(Err(finding)) = apply::planned_leave(tx, insured, &form)? {
                row.refuse(finding);
            }
            if let Some(finding) = apply::correction_fault(tx, (insured, employer), &form)? {
                row.refuse(finding);
            }
        }
        (Form::AcquisitionCancellation(_) | Form::QualificationDateCorrection(_), None) => {
            row.refuse(Finding::at(
                Code::PersonNotFound,
                ["office_number", "name_kana", "birth_on", "acquired_on"],
            ));
        }
        (Form::LossCancellation(_), None) => {
            row.refuse(Finding::at(
                Code::PersonNotFound,
                ["office_number", "name_kana", "birth_on", "lost_on"],
            ));
        }
        (Form::QualificationLoss(_) | Form::DependentChange(_), None) => {}
        (_, None) => row.refuse(not_found()),
    }
    Ok(person)
}
/// Pay of a day or month after the loss of cover.
fn refuse_after_loss(
    tx: &mut Tx<'_>,
    employer: Uuid,
    rows: &mut [ParsedRow],
    persons: &[Option<Uuid>],
) -> Result<(), Problem> {
    let is_pay = |r: &ParsedRow| r.form.as_ref().is_some_and(|f| f.body().pay_time().is_some());
    let about: Vec<Uuid> =
        rows.iter().zip(persons).filter(|(r, _)| is_pay(r)).filter_map(|(_, p)| *p).collect();
    if about.is_empty() {
        return Ok(());
    }
    let covers = members::covers_of(tx.conn(), &about)?;
    for (row, person) in rows.iter_mut().zip(persons) {
        let (Some(person), Some(form)) = (person, &row.form) else { continue };
        let from = covers.partition_point(|c| c.person_id < *person);
        let until = covers.partition_point(|c| c.person_id <= *person);
        let of_person = covers.get(from..until).unwrap_or_default();
        let Some(finding) = apply::after_loss(of_person, employer, form) else { continue };
        if !apply::is_beside(tx, (*person, employer), form)? {
            row.refuse(finding);
        }
    }
    Ok(())
}
/// A notification of the same kind for the same 整理番号 waits already.
fn refuse_waiting(tx: &mut Tx<'_>, employer: Uuid, rows: &mut [ParsedRow]) -> Result<(), Problem> {
    let key = |row: &ParsedRow| {
        let form = row.form.as_ref().filter(|f| !matches!(f, Form::DependentChange(_)))?;
        let number = row.office_number.as_ref()?.trim_start_matches('0').to_owned();
        Some((form.kind().to_owned(), number, form.period()))
    };
    let asked: Vec<store::WaitingKey> = rows.iter().filter_map(key).collect();
    let waiting: HashSet<store::WaitingKey> =
        store::waiting_numbers(tx, employer, &asked)?.into_iter().collect();
    for row in rows.iter_mut() {
        if key(row).is_some_and(|k| waiting.contains(&k)) {
            row.refuse(Finding::at(Code::DuplicatePending, ["office_number"]));
        }
    }
    Ok(())
}
/// The same personal number waits already in a form of the same kind from this employer. What waits with others is not told.
fn refuse_waiting_numbers(tx: &mut Tx<'_>, employer: Uuid, rows: &mut [ParsedRow]) -> Result<(), Problem> {
    let mut places = Vec::new();
    let mut numbers = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let Some(form) = &row.form else { continue };
        for (slot, number) in compared(row, form) {
            places.push((at, slot, form.kind()));
            numbers.push(number);
        }
    }
    if numbers.is_empty() {
        return Ok(());
    }
    let kernel = tx.kernel();
    let found = kernel.vault.waiting(tx.conn(), &numbers)?;
    let all: Vec<Uuid> = found.iter().flatten().copied().collect();
    let own = store::own_waiting(tx, employer, &all)?;
    for ((at, slot, kind), with) in places.into_iter().zip(found) {
        let is_known = with.iter().any(|id| own.get(id).is_some_and(|k| k == kind));
        if let (true, Some(row)) = (is_known, rows.get_mut(at)) {
            row.refuse(Finding::at(Code::MynumberDuplicate, [slot.key()]));
        }
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
pub fn refusal(rows: &[ParsedRow], is_json: bool, base: impl Fn(u32) -> String) -> Problem {
    let errors: Vec<FieldError> = rows
        .iter()
        .flat_map(|r| r.findings.iter().filter(|f| is_error(f)).map(move |f| (r.row, f)))
        .flat_map(|(row, f)| places(row, f, is_json, &base(row)))
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
            ("送付票の件数と読み込んだ件数が違います", "the slip names another number than was read"),
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
        received_at: incoming.received_on.map_or(tx.now(), clock::jst_midnight),
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
    store::keep(tx, permit, &submission, &rows)?;
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
    // A file with a refused row is not kept: a number may stand in that row, and such a number is stored nowhere.
    if let (Some(file), true) = (&incoming.file, result == FileResult::Accepted) {
        kernel.vault.keep_file(tx.conn(), &kernel.clock, id, &file.raw)?;
    }
    tx.note(|n| {
        n.subject = Some(("Submission", Some(id)));
        n.rows = i32::try_from(ids.len()).ok();
        n.left(persons.iter().flatten().copied(), &[]);
    });
    let row = store::written(tx, permit, id)?;
    let records = store::of_submission(tx, &row)?;
    if incoming.received_on.is_some() {
        records.iter().try_for_each(|r| keyed::request_check(tx, permit, r))?;
    }
    submission_view(row, records)
}
