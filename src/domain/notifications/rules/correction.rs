//! 報酬訂正届, 賞与訂正届 (健康保険法施行規則 第25条–第27条): the right amounts keep the relations of the forms that they correct.

use super::pay::{check_bonus_amounts, check_month, expected_months};
use super::{Checked, Code, Filing, RuleSettings, check_not_future};
use crate::domain::notifications::correction_forms::{BonusCorrection, RemunerationCorrection};
use crate::domain::remuneration::DecisionRule;
use crate::values::month::Month;

pub(in crate::domain::notifications) fn check_remuneration(
    checked: &mut Checked,
    form: &RemunerationCorrection,
    settings: &RuleSettings,
) {
    check_not_future(checked, form.birth_on, "birth_on", Filing::Afterwards, settings);
    checked.add_if(form.applies_from > Month::of(settings.today), Code::FutureDate, ["applies_from"]);
    // Another office begins or ends by its own form.
    checked.add_if(form.decision == DecisionRule::TwoOffices, Code::InvalidCode, ["decision"]);
    let is_revision = form.decision == DecisionRule::OccasionalRevision;
    checked.add_if(
        form.pay_change_direction.is_some() && !is_revision,
        Code::MustBeEmpty,
        ["pay_change_direction"],
    );
    let amounts =
        [(form.cash_yen, "cash_yen"), (form.in_kind_yen, "in_kind_yen"), (form.total_yen, "total_yen")];
    if form.is_of_acquisition() {
        checked.add_if(!form.months.is_empty(), Code::MustBeEmpty, ["months"]);
        checked.add_if(form.cash_yen.is_none(), Code::Required, ["cash_yen"]);
        checked.add_if(form.total_yen.is_none(), Code::Required, ["total_yen"]);
        let sum = form.cash_yen.unwrap_or(0).saturating_add(form.in_kind_yen.unwrap_or(0));
        checked.add_if(form.total_yen.is_some_and(|yen| yen != sum), Code::Sum, ["total_yen"]);
        return;
    }
    for (yen, key) in amounts {
        checked.add_if(yen.is_some(), Code::MustBeEmpty, [key]);
    }
    checked.add_if(form.months.len() != 3, Code::Count, ["months"]);
    for (index, month) in form.months.iter().enumerate() {
        check_month(checked, index, month);
    }
    let is_regular = form.decision == DecisionRule::RegularDetermination;
    checked.add_if(is_regular && form.applies_from.number() != 9, Code::InvalidCode, ["applies_from"]);
    let expected = if is_regular { [4, 5, 6] } else { expected_months(form.applies_from) };
    let paid: Vec<u8> = form.months.iter().map(|month| month.month).collect();
    // By the words of the Act a revision after a leave may take effect a month later. It was decided by the reading of its day, whatever the
    // society's is now: its own months tell at the decision.
    let is_after_leave = matches!(
        form.decision,
        DecisionRule::MaternityLeaveEndRevision | DecisionRule::ChildcareLeaveEndRevision
    );
    let is_later = is_after_leave && paid == expected_months(form.applies_from.plus(-1));
    checked.add_if(
        form.months.len() == 3 && paid != expected && !is_later,
        Code::DateRelation,
        ["months", "applies_from"],
    );
}

pub(in crate::domain::notifications) fn check_bonus(
    checked: &mut Checked,
    form: &BonusCorrection,
    settings: &RuleSettings,
) {
    check_not_future(checked, form.birth_on, "birth_on", Filing::Afterwards, settings);
    check_not_future(checked, form.paid_on, "paid_on", Filing::Afterwards, settings);
    if let Some(right) = form.right_paid_on {
        check_not_future(checked, right, "right_paid_on", Filing::Afterwards, settings);
        checked.add_if(right <= form.birth_on, Code::DateRelation, ["right_paid_on", "birth_on"]);
        checked.add_if(form.withdrawn, Code::MustBeEmpty, ["right_paid_on"]);
    }
    if form.withdrawn {
        for (yen, key) in
            [(form.cash_yen, "cash_yen"), (form.in_kind_yen, "in_kind_yen"), (form.total_yen, "total_yen")]
        {
            checked.add_if(yen.is_some(), Code::MustBeEmpty, [key]);
        }
        return;
    }
    match (form.cash_yen, form.total_yen) {
        (Some(cash), Some(total)) => {
            let paid_on = form.right_paid_on.unwrap_or(form.paid_on);
            check_bonus_amounts(checked, (cash, form.in_kind_yen.unwrap_or(0), total), paid_on);
        }
        (cash, total) => {
            checked.add_if(cash.is_none(), Code::Required, ["cash_yen"]);
            checked.add_if(total.is_none(), Code::Required, ["total_yen"]);
        }
    }
}
