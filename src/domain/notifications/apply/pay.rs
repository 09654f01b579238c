//! What 算定基礎届, 月額変更届 and 賞与支払届 do: a decision by the law, from what is stored (健康保険法41条, 43条, 45条).
use super::{
    super::{BonusReport, PayChangeDirection, RegularReport, RevisionReport, model::NotificationRow, store},
    Applied, received_on,
};
use crate::{
    domain::{members, remuneration},
    kernel::{Operation, Permit, Problem, Tx},
};
use chrono::NaiveDate;
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

/// 定時決定.
/// # Errors
/// 409 when the person is not insured there, when the insurer has to determine (保険者算定), or by the law.
pub fn regular<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (row, insured): (&NotificationRow, Uuid),
    f: &RegularReport,
) -> Result<Applied, Problem> {
    require_rule(f)?;
    let (member, case) = still_insured(tx, permit, row, insured)?;
    let of = (f.applies_from.year(), f.work_kind());
    let decided = remuneration::decide_regular(tx, permit, &case, of, f.paid_months())?;
    applied(tx, permit, row, &member, decided)
}
/// The rule of 定時決定 alone can decide the form.
/// # Errors
/// 409 `revision-planned`, `insurer-determines`.
pub fn require_rule(f: &RegularReport) -> Result<(), Problem> {
    if f.revision_planned {
        return Err(Problem::conflict(
            "revision-planned",
            "月額変更予定の届です。月額変更届を処理するか、返戻してください",
            "A revision is planned: decide the revision, or return the form",
        ));
    }
    refuse_insurers(f.corrected_average_yen.is_some() || f.annual_average, f.two_or_more_offices)
}
/// 随時改定.
/// # Errors
/// As of `regular`.
pub fn revision<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (row, insured): (&NotificationRow, Uuid),
    f: &RevisionReport,
) -> Result<Applied, Problem> {
    refuse_insurers(f.corrected_average_yen.is_some(), f.two_or_more_offices)?;
    let (member, case) = still_insured(tx, permit, row, insured)?;
    let change = match f.pay_change_direction {
        Some(PayChangeDirection::Up) => remuneration::rules::FixedPayChange::Up,
        Some(PayChangeDirection::Down) => remuneration::rules::FixedPayChange::Down,
        None => remuneration::rules::FixedPayChange::None,
    };
    let of = (f.change_month(), change, f.work_kind());
    let decided = remuneration::decide_occasional(tx, permit, &case, of, f.paid_months())?;
    applied(tx, permit, row, &member, decided)
}
/// 標準賞与額.
/// # Errors
/// As of `regular`; 409 `bonus-already-reported` when a bonus of that day was accepted before.
pub fn bonus<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (row, insured): (&NotificationRow, Uuid),
    f: &BonusReport,
) -> Result<Applied, Problem> {
    refuse_insurers(false, f.two_or_more_offices)?;
    let (member, case) = still_insured(tx, permit, row, insured)?;
    if store::is_bonus_applied(tx, permit, (member.person_id, row.employer_id), f.paid_on)? {
        return Err(Problem::conflict(
            "bonus-already-reported",
            "この支払日の賞与はすでに登録されています",
            "A bonus of this day is registered already",
        ));
    }
    let paid = (f.paid_on, f.cash_yen.saturating_add(f.in_kind_yen));
    let decided = remuneration::decide_bonus(tx, permit, &case, paid)?;
    applied(tx, permit, row, &member, decided)
}
/// What only the insurer can determine is not decided by a form alone (健康保険法44条).
pub(super) fn refuse_insurers(is_corrected: bool, has_offices: bool) -> Result<(), Problem> {
    if is_corrected || has_offices {
        return Err(Problem::conflict(
            "insurer-determines",
            "修正平均・年間平均・二以上事業所勤務による届は、この届だけでは決定できません",
            "A corrected or yearly average, or several offices, can't be decided by this form alone",
        ));
    }
    Ok(())
}
/// The insured person whom the form is about, who is held, and whose remuneration is decided.
pub(super) fn still_insured<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    row: &NotificationRow,
    person: Uuid,
) -> Result<(members::MemberRow, remuneration::Case), Problem> {
    // A loss that was decided while this waited for its turn.
    if !members::is_insured_at(tx, person, row.employer_id, None)? {
        return Err(super::person_not_found());
    }
    let member = members::written(tx, permit, person)?;
    let case = case(row, person, member.acquired_on);
    Ok((member, case))
}
/// Whose remuneration the notification decides.
pub fn case(row: &NotificationRow, person: Uuid, acquired_on: NaiveDate) -> remuneration::Case {
    remuneration::Case {
        person,
        employer: row.employer_id,
        acquired_on,
        received_on: received_on(row),
        source: Some(row.id),
    }
}
/// The result, with what was decided or kept; a number that came with the form is forgotten.
/// # Errors
/// Database errors.
pub(super) fn applied<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    row: &NotificationRow,
    member: &members::MemberRow,
    decided: impl Serialize,
) -> Result<Applied, Problem> {
    // These forms name a known person: a number that came with them is forgotten with the decision.
    let kernel = tx.kernel();
    kernel.vault.drop_pending(tx.conn(), row.id)?;
    Ok(Applied { person: member.person_id, result: result(member, decided) })
}
/// What payroll is told: whom it is about, and what was decided or kept.
pub fn result(member: &members::MemberRow, decided: impl Serialize) -> Value {
    let result = json!({ "member_id": member.person_id, "symbol": member.symbol, "number": member.number, "branch": member.branch,
                         "acquired_on": member.acquired_on, "dependents": [] });
    with(result, decided)
}
/// A result with what was decided.
pub fn with(mut result: Value, decided: impl Serialize) -> Value {
    if let (Value::Object(all), Ok(Value::Object(more))) = (&mut result, serde_json::to_value(decided)) {
        all.extend(more);
    }
    result
}
