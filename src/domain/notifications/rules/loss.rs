//! 資格喪失届 (健康保険法 第36条, 施行規則 第29条; 仕様書 2201700).

use crate::values::period::{birthday, certified_from};

use super::{Checked, Code, Filing, RuleSettings, check_not_future};
use crate::domain::notifications::codes::LossCause;
use crate::domain::notifications::forms::Loss;

pub(in crate::domain::notifications) fn check(checked: &mut Checked, form: &Loss, settings: &RuleSettings) {
    check_not_future(checked, form.birth_on, "birth_on", Filing::Afterwards, settings);
    check_not_future(checked, form.lost_on, "lost_on", Filing::Afterwards, settings);
    checked.add_if(form.lost_on <= form.birth_on, Code::DateRelation, ["lost_on", "birth_on"]);
    check_cause(checked, form);
    check_over_70(checked, form);
}

/// 項目14–18: 退職日死亡日 is given exactly for retirement and death, and the qualification is lost on the
/// next day (健保法36条); at 75 on the birthday or later; 障害の認定 is given from 65 on (高齢者の医療の確保に関する法律50条2号).
fn check_cause(checked: &mut Checked, form: &Loss) {
    let leaves = matches!(form.cause, LossCause::Retirement | LossCause::Death);
    match form.left_on {
        None => checked.add_if(leaves, Code::Required, ["left_on"]),
        Some(_) if !leaves => checked.add(Code::MustBeEmpty, ["left_on"]),
        Some(left_on) => {
            let next_day = left_on.succ_opt() == Some(form.lost_on);
            let is_pension_only = form.cause == LossCause::Death && form.over_70_only;
            checked.add_if(!next_day && !is_pension_only, Code::DateRelation, ["lost_on", "left_on"]);
        }
    }
    let first = match form.cause {
        LossCause::Age75 => Some(birthday(form.birth_on, 75)),
        LossCause::Disability => Some(certified_from(form.birth_on)),
        _ => None,
    };
    checked.add_if(
        first.is_some_and(|first| form.lost_on < first),
        Code::DateRelation,
        ["lost_on", "birth_on"],
    );
}

/// 項目24–27 and 6: 70歳以上被用者不該当 has its own day, which is the day of leaving itself.
fn check_over_70(checked: &mut Checked, form: &Loss) {
    let (flag, day) = (form.over_70_ceased, form.over_70_ceased_on);
    checked.add_if(flag && day.is_none(), Code::Required, ["over_70_ceased_on"]);
    checked.add_if(!flag && day.is_some(), Code::MustBeEmpty, ["over_70_ceased_on"]);
    if let (Some(day), Some(left_on)) = (day, form.left_on) {
        checked.add_if(day != left_on, Code::DateRelation, ["over_70_ceased_on", "left_on"]);
    }
    if form.over_70_only {
        checked.add_if(form.office_number.is_some(), Code::MustBeEmpty, ["office_number"]);
        // Only the pension office acts on it: a clerk decides what the society does.
        checked.needs_clerk = true;
    }
}
