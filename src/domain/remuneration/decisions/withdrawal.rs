//! 取消: what the withdrawal of a decision that was made in error does. What held before holds again; what had given way is made again, and
//! what rests on it follows, as where a correction takes a revision back.
use super::{
    api::DecisionRule,
    changes::{Case, Plan},
    keep::{self, Known},
    model::DecisionRow,
    store,
};
use crate::{
    kernel::{Operation, Permit, Problem, Tx},
    values::month::Month,
};
use uuid::Uuid;

/// A decision in its newest version, admitted.
/// # Errors
/// 404 when there is none, or the caller may not.
pub fn admitted_decision<Op: Operation>(
    tx: &mut Tx<'_>,
    id: Uuid,
) -> Result<(DecisionRow, Permit<Op>), Problem> {
    let row = store::find(tx, id, None)?;
    tx.admit::<Op, _>(row)
}
/// A decision in its newest version, for whoever was admitted to what is about it.
/// # Errors
/// 404 when there is none.
pub fn decision<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    id: Uuid,
) -> Result<DecisionRow, Problem> {
    store::read(tx, permit, id)
}
/// What the withdrawal would do.
/// # Errors
/// 409 `not-held` for a decision that does not hold any more, `first-decision`, `decided-by-offices`, `not-from-a-report` for those that
/// end otherwise, `later-decision-rests`, `not-decidable`.
pub fn plan_withdrawal<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    decision: &DecisionRow,
) -> Result<Plan, Problem> {
    if decision.superseded_at.is_some() {
        return Err(Problem::conflict(
            "not-held",
            "この決定はすでに効力がありません",
            "The decision does not hold any more",
        ));
    }
    withdrawable(DecisionRule::of(&decision.rule)?)?;
    let from = Month::of(decision.applies_from);
    let known = Known::of(tx.conn(), decision.person_id)?;
    let has_it = |acquired_on| {
        Month::of(acquired_on) <= from
            && keep::until(&known.covers, acquired_on).is_none_or(|until| from < until)
    };
    let cover =
        known.covers.iter().rfind(|c| has_it(c.acquired_on)).ok_or_else(super::history::after_loss)?;
    let case = Case {
        person: decision.person_id,
        employer: decision.employer_id,
        acquired_on: cover.acquired_on,
        received_on: tx.today(),
        source: None,
    };
    let stored = known.history(&case)?;
    let mut wanted = stored.clone();
    wanted.take_back(&decision.rule, from)?;
    Ok(Plan::new((case, false), (stored, wanted), from, None))
}
fn withdrawable(rule: DecisionRule) -> Result<(), Problem> {
    let refused = |code, ja, en| Err(Problem::conflict(code, ja, en));
    match rule {
        DecisionRule::RegularDetermination
        | DecisionRule::OccasionalRevision
        | DecisionRule::MaternityLeaveEndRevision
        | DecisionRule::ChildcareLeaveEndRevision => Ok(()),
        DecisionRule::AcquisitionDetermination => refused(
            "first-decision",
            "資格取得時決定は取り消せません。報酬訂正届または資格取得取消届によります",
            "The decision of an acquisition is not withdrawn: correct the pay, or cancel the acquisition",
        ),
        DecisionRule::TwoOffices => refused(
            "decided-by-offices",
            "二以上事業所勤務による決定です。二以上事業所勤務届によります",
            "The offices decided: report the other office rightly",
        ),
        DecisionRule::VoluntaryContinuationStandard | DecisionRule::SpecialRetireeStandard => refused(
            "not-from-a-report",
            "任意継続・特例退職の標準報酬月額は取り消せません",
            "That of 任意継続 and 特例退職 is none of a report",
        ),
    }
}
