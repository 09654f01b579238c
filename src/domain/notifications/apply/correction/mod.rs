//! What 取得取消届, 喪失取消届, 得喪年月日訂正届, 生年月日訂正届, 氏名変更届 and 住所変更届 do. Planned from what is stored, the same for the intake, a dry run
//! and the decision; nothing is overwritten: what was known before is closed and stays.
mod against;
mod continued;
mod cover;
mod dependent_birth;
mod identity;

use super::{
    super::{Finding, Form, model::NotificationRow},
    Applied,
};
use crate::kernel::{Operation, Permit, Problem, Tx};
pub use against::Against;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// A record before and after.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Whose or which record.
    pub subject: &'static str,
    /// Field.
    pub field: &'static str,
    /// Before; absent when there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// After; `none` when there is none any more.
    pub after: String,
}
impl Line {
    fn new(
        subject: &'static str,
        field: &'static str,
        before: Option<String>,
        after: Option<String>,
    ) -> Self {
        Self { subject, field, before, after: after.unwrap_or_else(|| "none".into()) }
    }
}
/// For whom a correction is planned and told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Eyes {
    /// Staff: with all that is recorded.
    Staff,
    /// The employer that files: its own records, as if nothing were recorded elsewhere.
    Employer,
}
/// Most lines that are told.
const LINES_MOST: usize = 20;

/// What a correction does.
enum Plan {
    /// The cover has other days, or never was.
    Cover(cover::CoverPlan),
    /// The person was born on another day.
    Birth(identity::BirthPlan),
    /// A dependent was born on another day.
    DependentBirth(dependent_birth::DependentBirthPlan),
    /// The person has another name.
    Name(Vec<Line>),
    /// The person lives elsewhere.
    Address(identity::AddressPlan),
}
impl Plan {
    fn lines(&self, eyes: Eyes) -> Vec<Line> {
        let mut lines = match self {
            Self::Cover(p) => p.lines(eyes),
            Self::Birth(p) => p.lines(eyes),
            Self::DependentBirth(p) => p.lines(),
            Self::Name(lines) => lines.clone(),
            Self::Address(p) => p.lines(),
        };
        lines.truncate(LINES_MOST);
        lines
    }
}
/// Plans a correction of a person at an employer; nothing for the other forms.
fn plan(
    tx: &mut Tx<'_>,
    (at, eyes): ((Uuid, Uuid), Eyes),
    form: &Form,
) -> Result<Option<Result<Plan, Against>>, Problem> {
    Ok(Some(match form {
        Form::AcquisitionCancellation(f) => cover::no_acquisition(tx, (at, eyes), f)?.map(Plan::Cover),
        Form::LossCancellation(f) => cover::no_loss(tx, (at, eyes), f)?.map(Plan::Cover),
        Form::QualificationDateCorrection(f) => cover::other_days(tx, (at, eyes), f)?.map(Plan::Cover),
        Form::BirthDateCorrection(f) => match &f.dependent_branch {
            Some(branch) => dependent_birth::plan(tx, (at, eyes), (f, &branch.0))?.map(Plan::DependentBirth),
            None => identity::birth(tx, (at, eyes), f)?.map(Plan::Birth),
        },
        Form::NameChangeReport(f) => identity::name(tx, at, f)?.map(Plan::Name),
        Form::AddressChangeReport(f) => identity::address(tx, at, f)?.map(Plan::Address),
        _ => return Ok(None),
    }))
}
/// What stands against a correction, as far as its employer may know: what is recorded of the own cover. What is recorded elsewhere is for
/// staff to decide on.
/// # Errors
/// Database errors.
pub fn fault(tx: &mut Tx<'_>, at: (Uuid, Uuid), form: &Form) -> Result<Option<Finding>, Problem> {
    Ok(plan(tx, (at, Eyes::Employer), form)?.and_then(Result::err).and_then(|against| against.finding(form)))
}
/// What a correction would change, as far as the caller may know; nothing for the other forms, or when something stands against it.
/// # Errors
/// Database errors.
pub fn lines(tx: &mut Tx<'_>, at: (Uuid, Uuid), form: &Form) -> Result<Option<Vec<Line>>, Problem> {
    let is_employer = tx.row_scope()?.employers().is_some();
    let eyes = if is_employer { Eyes::Employer } else { Eyes::Staff };
    let planned = plan(tx, (at, eyes), form)?;
    Ok(planned.map(|planned| planned.map(|p| p.lines(eyes)).unwrap_or_default()))
}
/// Corrects what is recorded. The persons are held.
/// # Errors
/// 409 with what stands against it.
pub fn correct<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (row, person): (&NotificationRow, Uuid),
    form: &Form,
) -> Result<Applied, Problem> {
    let at = (person, row.employer_id);
    let planned = plan(tx, (at, Eyes::Staff), form)?.ok_or_else(|| Problem::unavailable("no-correction"))?;
    let plan = planned.map_err(Against::problem)?;
    // the employer reads them
    let changes = plan.lines(Eyes::Employer);
    let result = match (plan, form) {
        (Plan::Cover(p), _) => p.write(tx, permit, row)?,
        (Plan::Birth(p), _) => p.write(tx, permit, row)?,
        (Plan::DependentBirth(p), _) => p.write(tx, permit, row)?,
        (Plan::Name(_), Form::NameChangeReport(f)) => identity::write_name(tx, permit, (row, person), f)?,
        (Plan::Address(p), Form::AddressChangeReport(f)) => p.write(tx, permit, (row, person), f)?,
        _ => return Err(Problem::unavailable("no-correction")),
    };
    tx.note(|n| n.left([person], &[]));
    Ok(Applied::of(person, with_changes(result, &changes)?))
}
fn with_changes(result: Value, changes: &[Line]) -> Result<Value, Problem> {
    super::pay::with(result, json!({ "changes": changes }))
}
