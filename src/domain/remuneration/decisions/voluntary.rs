//! 任意継続・特例退職の標準報酬月額 (健康保険法47条, 附則3条): what held at the loss and what the society set go into the rule.
use super::{
    super::{
        rules::{
            self, CeilingRule, GradeTable, Rule, SpecialRetireeInput, SpecialRetireeStandard, Trace,
            VoluntaryStandard, VoluntaryStandardInput,
        },
        told::{CalculationTrace, stored},
    },
    changes::{Case, Decided, amount, holding, keep_as, undecidable},
    store,
};
use crate::{
    kernel::{Operation, Permit, Problem, Tx},
    values::month::Month,
};
use chrono::NaiveDate;
use serde_json::Value;

/// What the society set, in yen.
#[derive(Clone, Copy, Debug)]
pub enum ContinuedBy {
    /// 任意継続: the day of the loss before it, the average of all insured, which ceiling, its amount.
    Voluntary(NaiveDate, i64, CeilingRule, Option<i64>),
    /// 特例退職: the amount of the rules.
    SpecialRetiree(i64),
}
/// A standard remuneration that was worked out, and why.
pub struct Continued {
    /// 標準報酬月額 in yen.
    pub standard_yen: i64,
    /// Why.
    pub trace: CalculationTrace,
    grade: u8,
    rule: (&'static str, &'static str),
    told: (Value, Value),
}

/// Works out the standard remuneration from the month of `case.acquired_on` on; writes nothing.
/// # Errors
/// 409 `no-standard-at-loss` when none is stored for the last month of the cover before, `not-decidable`.
pub fn plan_continued<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case,
    by: ContinuedBy,
) -> Result<Continued, Problem> {
    let month = Month::of(case.acquired_on);
    match by {
        ContinuedBy::SpecialRetiree(yen) => {
            let facts = SpecialRetireeInput { month, rule_amount_yen: amount(yen)? };
            let (standard, trace) = rules::apply::<SpecialRetireeStandard>(&facts).map_err(undecidable)?;
            worked::<SpecialRetireeStandard>(month, standard, &facts, &trace)
        }
        ContinuedBy::Voluntary(lost_on, average, rule, set) => {
            let live = store::live(tx, permit, case.person)?;
            let last = Month::of(lost_on.pred_opt().unwrap_or(lost_on));
            let own = holding(&live, last).ok_or_else(|| {
                Problem::conflict(
                    "no-standard-at-loss",
                    "資格喪失時の標準報酬月額が登録されていません",
                    "No standard remuneration is stored for the last month of the cover before",
                )
            })?;
            let facts = VoluntaryStandardInput {
                month,
                at_loss_yen: amount(own.standard_yen)?,
                average_remuneration_yen: amount(average)?,
                rule,
                rule_amount_yen: set.map(amount).transpose()?,
            };
            let (out, trace) = rules::apply::<VoluntaryStandard>(&facts).map_err(undecidable)?;
            worked::<VoluntaryStandard>(month, out.standard_yen, &facts, &trace)
        }
    }
}
fn worked<R: Rule>(
    month: Month,
    standard_yen: i64,
    facts: &R::Input,
    trace: &Trace,
) -> Result<Continued, Problem>
where
    R::Input: serde::Serialize,
{
    let table = GradeTable::in_force(month).map_err(undecidable)?;
    let grade = table.with_standard(amount(standard_yen)?, "").map_err(undecidable)?.number;
    Ok(Continued {
        standard_yen,
        trace: CalculationTrace::of::<R>(trace),
        grade,
        rule: (R::ID, R::VERSION),
        told: stored::<R>(facts, trace)?,
    })
}
/// Keeps what was worked out, from the month of `case.acquired_on` on.
/// # Errors
/// Database errors.
pub fn decide_continued<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    case: &Case,
    continued: Continued,
) -> Result<Decided, Problem> {
    let Continued { standard_yen, grade, rule, told, .. } = continued;
    let amounts = (grade, standard_yen, standard_yen);
    keep_as(tx, permit, case, rule, Month::of(case.acquired_on), amounts, told)
}
