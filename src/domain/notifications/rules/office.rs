//! 二以上事業所勤務届 (健康保険法施行規則 第1条の3, 第37条), 賞与不支給報告書 (同 第27条).

use super::{Checked, Code, Filing, RuleSettings, check_not_future, record::LAW_FROM};
use crate::{
    domain::notifications::{no_bonus_form::NoBonusReport, office_forms::TwoOfficeReport},
    values::month::Month,
};

pub(in crate::domain::notifications) fn check_no_bonus(
    checked: &mut Checked,
    form: &NoBonusReport,
    settings: &RuleSettings,
) {
    let planned = form.planned_month;
    checked.add_if(planned > Month::of(settings.today), Code::FutureDate, ["planned_month"]);
    checked.add_if(
        LAW_FROM.is_some_and(|first| planned < Month::of(first)),
        Code::BeforeLaw,
        ["planned_month"],
    );
    if form.withdrawn {
        checked.add_if(form.next_planned_month.is_some(), Code::MustBeEmpty, ["next_planned_month"]);
    } else {
        let is_earlier = form.next_planned_month.is_some_and(|next| next <= planned);
        checked.add_if(is_earlier, Code::DateRelation, ["next_planned_month"]);
    }
}

pub(in crate::domain::notifications) fn check(
    checked: &mut Checked,
    form: &TwoOfficeReport,
    settings: &RuleSettings,
) {
    check_not_future(checked, form.birth_on, "birth_on", Filing::Afterwards, settings);
    check_not_future(checked, form.starts_on, "starts_on", Filing::Afterwards, settings);
    checked.add_if(form.starts_on <= form.birth_on, Code::DateRelation, ["starts_on", "birth_on"]);
    let (number, name) = (form.other_society_number.is_some(), form.other_office_name.is_some());
    checked.add_if(!number && !name, Code::Required, ["other_office_name"]);
    checked.add_if(number && name, Code::MustBeEmpty, ["other_office_name"]);
    match form.ceased_on {
        Some(ceased_on) => {
            check_not_future(checked, ceased_on, "ceased_on", Filing::Afterwards, settings);
            checked.add_if(ceased_on < form.starts_on, Code::DateRelation, ["ceased_on", "starts_on"]);
            checked.add_if(form.other_monthly_yen.is_some(), Code::MustBeEmpty, ["other_monthly_yen"]);
        }
        None => checked.add_if(form.other_monthly_yen.is_none(), Code::Required, ["other_monthly_yen"]),
    }
}
