//! 二以上事業所勤務届 (健康保険法施行規則 第1条の3, 第37条).

use super::{Checked, Code, Filing, RuleSettings, check_not_future};
use crate::domain::notifications::office_forms::TwoOfficeReport;

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
