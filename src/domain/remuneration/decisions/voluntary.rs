//! 任意継続・特例退職の標準報酬月額 (健康保険法47条, 附則3条): what held at the loss and what the society set go into the rule.
use super::{
    super::{
        rules::{
            self, CeilingRule, GradeTable, Rule, SpecialRetireeInput, SpecialRetireeStandard, Trace,
            VoluntaryStandard, VoluntaryStandardInput,
        },
        told::{CalculationTrace, stored},
    },
    changes::{Case, Decided},
    facts::amount,
    history::Entry,
    model::LiveRow,
    store,
};
use crate::{
    domain::remuneration::Refusal,
    kernel::{Operation, Permit, Problem, Tx, errand::Act},
    values::month::Month,
};
use chrono::NaiveDate;
use serde_json::Value;
use uuid::Uuid;

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
    _: &Permit<Op>,
    case: &Case,
    by: ContinuedBy,
) -> Result<Continued, Problem> {
    let month = Month::of(case.acquired_on);
    match by {
        ContinuedBy::SpecialRetiree(yen) => {
            let facts = SpecialRetireeInput { month, rule_amount_yen: amount(yen)? };
            let (out, trace) = rules::apply::<SpecialRetireeStandard>(&facts).map_err(undecidable)?;
            worked::<SpecialRetireeStandard>(month, out.standard_yen, &facts, &trace)
        }
        ContinuedBy::Voluntary(lost_on, average, rule, set) => {
            let last = Month::of(lost_on.pred_opt().unwrap_or(lost_on)).first_day();
            let holds =
                |d: &LiveRow| d.applies_from <= last && d.applies_until.is_none_or(|until| until > last);
            let own = store::known(tx.conn(), case.person)?.into_iter().find(holds).ok_or_else(|| {
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
    let act = Act::permitted(tx, permit, case.source)?;
    let from = Month::of(case.acquired_on);
    let entry = Entry {
        decision_id: Uuid::now_v7(),
        employer: case.employer,
        rule: (rule.0.into(), rule.1.into()),
        from,
        until: None,
        amounts: (grade, standard_yen, standard_yen),
        shares: Vec::new(),
        told,
        received_on: case.received_on,
        source: case.source,
    };
    // What holds of the cover before ends where this one begins.
    store::cut(tx.conn(), &act, case.person, from)?;
    store::insert(tx.conn(), &act, case.person, (&entry, None))?;
    Ok(Decided {
        decision_id: Some(entry.decision_id),
        grade: Some(grade),
        standard_yen: Some(standard_yen),
        applies_from: Some(from),
        standard_before_yen: None,
        decided_anew: Vec::new(),
    })
}
fn undecidable(r: Refusal) -> Problem {
    Problem::conflict("not-decidable", r.said.0, r.said.1)
}
