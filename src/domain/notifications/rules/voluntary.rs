//! 任意継続の申出・喪失の申出 (健康保険法 第37条, 第38条): the relations between the items of each form. What the law makes of them is asked
//! when the form is decided.
use super::{Checked, Code, Filing, RuleSettings, check_not_future};
use crate::domain::notifications::voluntary_forms::{
    ContinuedLossReason, VoluntaryApplication, VoluntaryLoss,
};
use crate::values::period::certified_from;
use std::collections::BTreeSet;

/// Nobody is named twice, no day is to come.
pub(in crate::domain::notifications) fn check_application(
    checked: &mut Checked,
    form: &VoluntaryApplication,
    settings: &RuleSettings,
) {
    check_not_future(checked, form.birth_on, "birth_on", Filing::Afterwards, settings);
    if let Some(since) = form.covered_elsewhere_since {
        check_not_future(checked, since, "covered_elsewhere_since", Filing::Afterwards, settings);
        checked.add_if(since <= form.birth_on, Code::DateRelation, ["covered_elsewhere_since", "birth_on"]);
    }
    let named: BTreeSet<&str> = form.continuing_branches.iter().map(|b| b.0.as_str()).collect();
    let is_twice = named.len() < form.continuing_branches.len();
    // 00 is the insured person
    checked.add_if(is_twice || named.contains("00"), Code::InvalidCode, ["continuing_branches"]);
}
/// A wish has no day of its own; the other reasons have one.
pub(in crate::domain::notifications) fn check_loss(
    checked: &mut Checked,
    form: &VoluntaryLoss,
    settings: &RuleSettings,
) {
    check_not_future(checked, form.birth_on, "birth_on", Filing::Afterwards, settings);
    match (form.reason, form.happened_on) {
        (ContinuedLossReason::Withdrawal, day) => {
            checked.add_if(day.is_some(), Code::MustBeEmpty, ["happened_on"]);
        }
        (_, None) => checked.add(Code::Required, ["happened_on"]),
        (_, Some(day)) => {
            check_not_future(checked, day, "happened_on", Filing::Afterwards, settings);
            // 後期高齢者医療 before 75: by 障害の認定, from 65 on (高齢者の医療の確保に関する法律50条2号)
            let is_too_young =
                form.reason == ContinuedLossReason::ElderlyCare && day < certified_from(form.birth_on);
            checked.add_if(
                day <= form.birth_on || is_too_young,
                Code::DateRelation,
                ["happened_on", "birth_on"],
            );
        }
    }
}
