//! 報酬訂正 — a decision of 標準報酬月額 made on wrong amounts is made anew on the right ones (健康保険法施行規則25条, 26条): the old one is superseded
//! and stays explained, those that rest on it follow.
use super::{
    changes::{Case, Plan, require_cover},
    determination::Determination,
    facts::Facts,
    history::{History, Occasion},
    keep,
};
use crate::{
    domain::remuneration::rules::{FixedPayChange, PaidMonth, WorkKind},
    kernel::{Kind, Operation, Permit, Problem, Tx},
    values::{month::Month, yen::Yen},
};
use uuid::Uuid;

/// The right amounts.
#[derive(Clone, Debug)]
pub enum RightPay {
    /// 報酬月額 of an acquisition.
    Monthly(Yen),
    /// Of a report of three months.
    Months(RightMonths),
}
/// The right pay of three months.
#[derive(Clone, Debug)]
pub struct RightMonths {
    /// Pay by number of the month, 1 to 12: of the months that were reported.
    pub months: Vec<(u8, PaidMonth)>,
    /// How much the person works.
    pub kind: WorkKind,
    /// How fixed pay changed, where that is corrected too.
    pub change: Option<FixedPayChange>,
    /// 保険者算定, whole; without one, what was left out of a month stays left out, and the year's pay of a regular determination stays.
    pub determined: Option<Determination>,
}
/// What 報酬訂正届 says of a decision.
#[derive(Clone, Debug)]
pub struct PayCorrection {
    /// 改定区分, as it is stored.
    pub word: &'static str,
    /// First month of the decision.
    pub from: Month,
    /// The right amounts.
    pub right: RightPay,
}
/// What a correction would do. One by which the law revises nothing takes the revision back; a regular determination that it had
/// displaced is made then.
/// # Errors
/// 409 `before-acquisition`, `nothing-to-correct`, `nothing-changes`, `later-decision-rests`, `no-determination`, `not-decidable`.
pub fn plan_pay_correction<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    case: &Case,
    correction: PayCorrection,
) -> Result<Plan, Problem> {
    require_cover(case, correction.from, "/applies_from")?;
    let stored = keep::history(tx.conn(), case)?;
    let (word, from) = (correction.word, correction.from);
    let old = stored.find(word, from).ok_or_else(|| {
        Problem::conflict(
            "nothing-to-correct",
            "この月からのこの区分の決定は登録されていません",
            "No such decision from this month is registered",
        )
    })?;
    // of two offices that both reported the month, the decision is made on the later form and the earlier one's part stands in it
    let is_own = old.employer == case.employer;
    let old = if is_own { Some(old) } else { stored.reported(word, from, case.employer) };
    let old = old.ok_or_else(by_other_office)?;
    let facts = Facts::read(&old.rule.0, &old.told.0)?
        .ok_or_else(|| Problem::unavailable("stored-facts-unreadable"))?;
    let before = facts.written()?;
    let facts = stored.rest(righted(facts, correction.right)?, from, case.employer);
    if facts.written()? == before {
        return Err(Problem::conflict(
            "nothing-changes",
            "決定の基となった内容と同じです",
            "These are the facts that the decision was made on already",
        ));
    }
    let mut wanted = stored.clone();
    let decision = match redecide(&mut wanted, &facts, case, from)? {
        // what the other office reported stays
        None if !is_own => return Err(by_other_office()),
        decision => decision,
    };
    Ok(Plan::new((*case, true), (stored, wanted), from, decision))
}
fn by_other_office() -> Problem {
    Problem::conflict(
        "decided-by-other-office",
        "この月の決定は、もう一方の事業所の届書により行われています",
        "The decision of this month was made on the form of the other office",
    )
}
/// Decides anew, or takes the revision back where the law has none for the right amounts.
fn redecide(wanted: &mut History, facts: &Facts, case: &Case, from: Month) -> Result<Option<Uuid>, Problem> {
    match wanted.decide(facts, case.origin(), Occasion::Corrected) {
        Ok(id) => Ok(Some(id)),
        Err(refused) if refused.kind == Kind::Conflict && refused.code == "no-revision" => {
            wanted.take_back(facts.word(), from)?;
            Ok(None)
        }
        Err(problem) => Err(problem),
    }
}
/// Facts with the right amounts in the place of those that were reported.
fn righted(mut facts: Facts, right: RightPay) -> Result<Facts, Problem> {
    match (&mut facts, right) {
        (Facts::Acquisition(f), RightPay::Monthly(yen)) => f.monthly_yen = Some(yen),
        (Facts::Regular(f, annual), RightPay::Months(right)) => {
            f.months = right.in_place_of(&f.months)?;
            f.kind = right.kind;
            if let Some(determined) = right.determined {
                *annual = determined.annual.map(|year| year.regular(f));
            } else if let Some(year) = annual {
                year.kind = f.kind;
                year.months.retain(|m| f.months.iter().all(|n| n.month != m.month));
                year.months.extend(f.months.iter().copied());
            }
        }
        (Facts::Occasional(f), RightPay::Months(right)) => {
            f.months = right.in_place_of(&f.months)?;
            f.kind = right.kind;
            f.fixed_change = right.change.unwrap_or(f.fixed_change);
            if let Some(year) = right.determined.and_then(|d| d.annual) {
                return Ok(Facts::OccasionalAnnual(year.occasional(f.clone())?));
            }
        }
        (Facts::OccasionalAnnual(f), RightPay::Months(right)) => {
            f.months = right.in_place_of(&f.months)?;
            f.kind = right.kind;
            f.fixed_change = right.change.unwrap_or(f.fixed_change);
            let year = right.determined.and_then(|d| d.annual).ok_or_else(|| {
                Problem::conflict(
                    "determination-needed",
                    "年間平均による決定です。訂正後の年間の報酬(/determination/annual)を指定してください",
                    "The average of a year decided: state the year's pay (/determination/annual) with the correction",
                )
            })?;
            (f.fixed_pay_total_yen, f.variable_pay_total_yen) = year.totals()?;
            (f.is_recurring, f.has_consent) = (year.is_recurring, year.has_consent);
        }
        (Facts::LeaveEnd(f), RightPay::Months(right)) => {
            f.months = right.in_place_of(&f.months)?;
            f.kind = right.kind;
        }
        _ => {
            return Err(Problem::conflict(
                "nothing-to-correct",
                "この区分の決定はこの内容では訂正できません",
                "A decision of this kind is not corrected by these amounts",
            ));
        }
    }
    Ok(facts)
}
impl RightMonths {
    /// The months as they are right, in the place of those reported.
    fn in_place_of(&self, reported: &[PaidMonth]) -> Result<Vec<PaidMonth>, Problem> {
        let mut months = Vec::with_capacity(reported.len());
        for old in reported {
            let right = self.months.iter().find(|(n, _)| u32::from(*n) == old.month.number());
            let Some((_, right)) = right else {
                return Err(Problem::conflict(
                    "other-months-corrected",
                    "決定の基となった3か月と訂正の月が一致しません",
                    "The months of the correction are not those that the decision was made on",
                ));
            };
            let (is_excluded, back_pay_yen) = (old.is_excluded, old.back_pay_yen);
            months.push(PaidMonth { month: old.month, is_excluded, back_pay_yen, ..*right });
        }
        match &self.determined {
            Some(determined) => determined.applied(months),
            None => Ok(months),
        }
    }
}
