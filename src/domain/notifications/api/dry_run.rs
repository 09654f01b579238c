//! A dry run: what filing would do, and what accepting would change.
use super::{
    super::{
        Form,
        apply::{self, RecognitionProposal},
        runs::GradeChange,
    },
    bodies::BATCH_MOST,
    intake::{self, Incoming},
    leave_lines, pay_lines,
    views::{NotificationFinding, finding_view},
};
use crate::{
    domain::remuneration,
    kernel::{Kind, Operation, Permit, Problem, Tx},
    values::{kana, period},
};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// What would change.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Consequence {
    /// Whose or which record: member, dependent, leave, standard_remuneration, standard_bonus or no_bonus_report.
    #[schema(max_length = 30)]
    pub subject: String,
    /// Field.
    #[schema(max_length = 40)]
    pub field: String,
    /// Value before; absent when there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200)]
    pub before: Option<String>,
    /// Value after; `none` when a correction leaves none.
    #[schema(max_length = 200)]
    pub after: String,
}
/// A record in a dry run.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DryRunRecord {
    /// Place, from 1.
    pub row: u32,
    /// Kind of form.
    #[schema(max_length = 40)]
    pub kind: String,
    /// What would become of it.
    pub disposition: super::super::Disposition,
    /// Findings of the checks.
    #[schema(max_items = 200)]
    pub findings: Vec<NotificationFinding>,
    /// What accepting it would change; of forms of pay where no more than 1,000 records come at once, of what rests on a loss 100.
    #[schema(max_items = 20)]
    pub consequences: Vec<Consequence>,
    /// 認定: what the rule answers of those who would be recognised, by what the form states and the register knows, with the documents to
    /// bring; where no more than 100 records come at once.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 3)]
    pub recognitions: Vec<RecognitionProposal>,
}
/// What filing would do. Nothing was stored.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DryRun {
    /// Records read.
    pub read_count: u32,
    /// What would become of the whole.
    pub file_result: super::super::FileResult,
    /// Findings about the whole.
    #[schema(max_items = 50)]
    pub findings: Vec<NotificationFinding>,
    /// By how many grades forms of pay would raise and lower standard remuneration against the month before, from the largest fall to the
    /// largest rise; absent where none does.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(max_items = 99)]
    pub grade_changes: Vec<GradeChange>,
    /// Records one by one.
    #[schema(max_items = 100000)]
    pub records: Vec<DryRunRecord>,
}
/// Records of a file whose pay is planned ahead.
const PAY_MOST: usize = 1_000;
/// What is told ahead of a form.
#[derive(Default)]
pub struct Ahead {
    /// What would change.
    pub lines: Vec<Consequence>,
    /// By how many grades the standard remuneration rises (negative: falls).
    pub grades: Option<i16>,
}
/// What accepting a form would change; `at` are the employer, the day of receipt
/// and whether the form comes with few others: what rests on a loss is looked at by doing it, which many forms would take too long for.
/// # Errors
/// Of forms of pay as of the decision; database errors.
pub fn consequences<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (employer, received_on, is_few): (Uuid, NaiveDate, bool),
    (form, person): (&Form, Option<Uuid>),
) -> Result<Ahead, Problem> {
    let line = |subject: &str, field: &str, before: Option<String>, after: String| Consequence {
        subject: subject.into(),
        field: field.into(),
        before,
        after,
    };
    let day = |d: NaiveDate| d.to_string();
    let mut grades = None;
    let lines = match (form, person) {
        (Form::QualificationAcquisition(f), _) => {
            let planned = day(period::birthday(f.birth_on, 75));
            let mut all = vec![line("member", "acquired_on", None, day(f.acquired_on))];
            all.push(line("member", "planned_loss_on", None, planned));
            all.push(line(
                "member",
                "number",
                None,
                f.insured_number.clone().unwrap_or_else(|| "assigned on acceptance".into()),
            ));
            // of several offices the pay is added to what is known of the others, which the one that files is not told
            let pay = (f.acquired_on, f.total_yen);
            if let (false, Some(change)) = (f.two_or_more_offices, remuneration::acquisition_ahead(pay)?) {
                all.extend(apply::pay_told(&change).into_iter().map(of_told));
            }
            all
        }
        (Form::QualificationLoss(f), Some(person)) => {
            let today = tx.today();
            let dependents = crate::domain::dependents::count_under(tx, person, today)?;
            let mut all = vec![line("member", "lost_on", None, day(f.lost_on))];
            tx.note(|n| n.left([person], &["family"]));
            if dependents > 0 {
                all.push(line("dependent", "removed_on", None, format!("{} ({dependents})", f.lost_on)));
            }
            let rests =
                match is_few.then(|| apply::loss_ahead(tx, permit, (person, employer, received_on), f)) {
                    // somebody else decides about the family at this moment: what is known without holding it is told
                    Some(Err(p)) if matches!(p.kind, Kind::InProgress | Kind::Unavailable) => Vec::new(),
                    rests => rests.transpose()?.unwrap_or_default(),
                };
            tx.note(|n| n.left([person], if rests.is_empty() { &[] } else { &["remuneration"] }));
            all.extend(rests.into_iter().map(of_told).take(LINES_MOST - all.len()));
            all
        }
        (Form::VoluntaryApplication(f), _) => {
            let told = apply::application_ahead(tx, permit, (employer, received_on), f)?;
            told.into_iter().map(of_told).collect()
        }
        (Form::VoluntaryLoss(f), Some(person)) => {
            let told = apply::continued_loss_ahead(tx, permit, (person, employer, received_on), f)?;
            told.into_iter().map(of_told).take(LINES_MOST).collect()
        }
        (Form::DependentChange(f), Some(person)) if f.change == super::super::Change::Changed => {
            renamed(tx, person, f)?
        }
        (Form::DependentChange(f), _) => {
            let spouse = f.spouse.iter().map(|s| (s.became_on, s.ceased_on));
            let others = f.others.iter().map(|o| (o.became_on, o.ceased_on));
            spouse
                .chain(others)
                .filter_map(|(became, ceased)| {
                    became
                        .map(|d| line("dependent", "recognised_on", None, day(d)))
                        .or(ceased.map(|d| line("dependent", "removed_on", None, day(d))))
                })
                .collect()
        }
        (Form::NoBonusReport(_), _) => {
            apply::no_bonus_lines(tx, employer, form)?.into_iter().map(of_told).collect()
        }
        (form, Some(person)) if let Some(lines) = corrected(tx, (person, employer), form)? => lines,
        (form, Some(person)) if form.body().pay_time().is_some() => {
            let ahead = pay_lines::lines(tx, permit, (person, employer), (form, received_on))?;
            grades = ahead.grades;
            ahead.lines
        }
        (form, Some(person)) => leave_lines::lines(tx, person, form)?,
        _ => Vec::new(),
    };
    Ok(Ahead { lines, grades })
}
/// Most lines of a form.
const LINES_MOST: usize = 20;
/// A line.
pub fn of_told((subject, field, before, after): apply::Told) -> Consequence {
    Consequence { subject, field, before, after }
}
/// What a correction would change; nothing for the other forms.
fn corrected(tx: &mut Tx<'_>, at: (Uuid, Uuid), form: &Form) -> Result<Option<Vec<Consequence>>, Problem> {
    let Some(lines) = apply::correction_lines(tx, at, form)? else { return Ok(None) };
    tx.note(|n| n.left([at.0], &["identity", "enrolment", "remuneration", "family"]));
    let line = |l: apply::Line| Consequence {
        subject: l.subject.into(),
        field: l.field.into(),
        before: l.before,
        after: l.after,
    };
    Ok(Some(lines.into_iter().map(line).collect()))
}
/// 変更: the name before and after.
fn renamed(
    tx: &mut Tx<'_>,
    insured: Uuid,
    f: &super::super::DependentChange,
) -> Result<Vec<Consequence>, Problem> {
    let spouse = f.spouse.iter().map(|s| (&s.name, &s.name_kana, s.birth_on));
    let others = f.others.iter().map(|o| (&o.name, &o.name_kana, o.birth_on));
    let mut all = Vec::new();
    for (name, kana, birth_on) in spouse.chain(others) {
        let Some(d) = crate::domain::dependents::find_under(tx, insured, kana, birth_on)? else { continue };
        let before = crate::domain::members::current_name(tx, d.person_id)?;
        tx.note(|n| n.left([d.person_id], &["identity"]));
        // a form that states no name leaves it
        let Some(after) = name.as_ref().map(|n| kana::display_name(n)) else { continue };
        if before.as_ref() == Some(&after) {
            continue;
        }
        all.push(Consequence { subject: "dependent".into(), field: "name".into(), before, after });
    }
    Ok(all)
}
/// What filing these records would do; `persons` are those whom they name, `by` the permit and the employer.
/// # Errors
/// Database errors.
pub fn dry_run<Op: Operation>(
    tx: &mut Tx<'_>,
    by: (&Permit<Op>, Uuid),
    incoming: &Incoming,
    persons: &[Option<Uuid>],
) -> Result<DryRun, Problem> {
    let mut records = Vec::with_capacity(incoming.rows.len());
    let mut grades: BTreeMap<i16, i32> = BTreeMap::new();
    let received_on = incoming.received_on.unwrap_or_else(|| tx.today());
    for (row, person) in incoming.rows.iter().zip(persons) {
        let (is_few, is_planned) = (incoming.rows.len() <= BATCH_MOST, incoming.rows.len() <= PAY_MOST);
        let form = row.form.as_ref().filter(|f| is_planned || f.body().pay_time().is_none());
        let told = form.map(|f| consequences(tx, by.0, (by.1, received_on, is_few), (f, *person)));
        let recognitions = match row.form.as_ref().filter(|_| is_few) {
            Some(form) => apply::recognitions(tx, form, (*person, by.1), &[])?,
            None => Vec::new(),
        };
        let told = match told {
            // What a decision would refuse changes nothing.
            Some(Err(refused)) if refused.kind == Kind::Conflict => Ahead::default(),
            told => told.transpose()?.unwrap_or_default(),
        };
        if let Some(up) = told.grades {
            *grades.entry(up).or_default() += 1;
        }
        records.push(DryRunRecord {
            recognitions,
            row: row.row,
            kind: super::kind_of(row).into(),
            disposition: row.disposition,
            findings: row.findings.iter().map(finding_view).collect(),
            consequences: told.lines,
        });
    }
    Ok(DryRun {
        read_count: u32::try_from(records.len()).unwrap_or(u32::MAX),
        file_result: intake::result_of(&incoming.rows),
        findings: incoming.whole.iter().map(finding_view).collect(),
        grade_changes: grades.into_iter().map(|(grades, persons)| GradeChange { grades, persons }).collect(),
        records,
    })
}
