//! 産前産後休業・育児休業等の届 (健康保険法 第43条の2, 第43条の3, 第159条, 第159条の3; 育児・介護休業法 第5条, 第9条の2).

use chrono::{Days, NaiveDate};
use std::collections::BTreeSet;

use super::pay::{check_month, expected_months};
use super::{Checked, Code, Filing, RuleSettings, check_not_future};
use crate::domain::notifications::leave_forms::{
    ChildcareLeaveEnd, ChildcareLeaveReport, LeaveApplication, LeaveCorrection, LeaveEndRevisionReport,
    MaternityLeaveChange, MaternityLeaveReport,
};
use crate::domain::remuneration::{BIRTH_TIME_MOST, BIRTH_TIME_WITHIN, rules};
use crate::values::month::Month;

/// Days without work between two leaves that a form may name.
const NO_WORK_MOST: usize = 31;

pub(in crate::domain::notifications) fn check_maternity(
    checked: &mut Checked,
    form: &MaternityLeaveReport,
    settings: &RuleSettings,
) {
    check_begin(checked, form.birth_on, (form.starts_on, form.ends_on), settings);
    if let Some(born) = form.actual_birth_on {
        check_not_future(checked, born, "actual_birth_on", Filing::Afterwards, settings);
    }
    let (first, last) =
        rules::maternity_window(form.expected_birth_on, form.actual_birth_on, form.multiple_pregnancy);
    checked.add_if(form.starts_on < first, Code::DateRelation, ["starts_on", "expected_birth_on"]);
    let birth = if form.actual_birth_on.is_some() { "actual_birth_on" } else { "expected_birth_on" };
    checked.add_if(form.ends_on > last, Code::DateRelation, ["ends_on", birth]);
}

pub(in crate::domain::notifications) fn check_maternity_change(
    checked: &mut Checked,
    form: &MaternityLeaveChange,
    settings: &RuleSettings,
) {
    check_begin(checked, form.birth_on, (form.starts_on, form.ends_on), settings);
    let moved = [
        ("changed_starts_on", form.changed_starts_on),
        ("expected_birth_on", form.expected_birth_on),
        ("actual_birth_on", form.actual_birth_on),
    ];
    let is_multiple = form.multiple_pregnancy == Some(true);
    if form.has_ended {
        check_not_future(checked, form.ends_on, "ends_on", Filing::Afterwards, settings);
        for (key, day) in moved {
            checked.add_if(day.is_some(), Code::MustBeEmpty, [key]);
        }
        checked.add_if(is_multiple, Code::MustBeEmpty, ["multiple_pregnancy"]);
        checked.add_if(form.single_pregnancy, Code::MustBeEmpty, ["single_pregnancy"]);
        return;
    }
    checked.add_if(is_multiple && form.single_pregnancy, Code::MustBeEmpty, ["single_pregnancy"]);
    if let Some(starts_on) = form.changed_starts_on {
        check_not_future(checked, starts_on, "changed_starts_on", Filing::Afterwards, settings);
        checked.add_if(form.ends_on < starts_on, Code::DateRelation, ["ends_on", "changed_starts_on"]);
    }
    if let Some(born) = form.actual_birth_on {
        check_not_future(checked, born, "actual_birth_on", Filing::Afterwards, settings);
    }
}

pub(in crate::domain::notifications) fn check_childcare(
    checked: &mut Checked,
    form: &ChildcareLeaveReport,
    settings: &RuleSettings,
) {
    let days = (form.starts_on, form.ends_on);
    check_begin(checked, form.birth_on, days, settings);
    check_not_future(checked, form.child_birth_on, "child_birth_on", Filing::Afterwards, settings);
    checked.add_if(form.child_birth_on <= form.birth_on, Code::DateRelation, ["child_birth_on", "birth_on"]);
    let born = form.child_birth_on;
    let expected = form.expected_birth_on.unwrap_or(born);
    checked.add_if(form.starts_on < born.min(expected), Code::DateRelation, ["starts_on", "child_birth_on"]);
    // 法43条の2: the child is under three.
    checked.add_if(
        form.ends_on > rules::last_day_under_three(born),
        Code::DateRelation,
        ["ends_on", "child_birth_on"],
    );
    check_no_work_days(checked, form);
    if form.birth_time_leave {
        checked.add_if(
            form.application == LeaveApplication::Extension,
            Code::InvalidCode,
            ["application", "birth_time_leave"],
        );
        let last = born.max(expected).checked_add_days(Days::new(BIRTH_TIME_WITHIN));
        let is_late = last.is_some_and(|last| form.ends_on > last);
        checked.add_if(is_late, Code::DateRelation, ["ends_on", "child_birth_on"]);
        let length = (form.ends_on - form.starts_on).num_days() + 1;
        checked.add_if(length > BIRTH_TIME_MOST, Code::DateRelation, ["ends_on", "starts_on"]);
        let worked = i64::from(form.planned_worked_days);
        checked.add_if(worked > length.max(0), Code::Sum, ["planned_worked_days"]);
    } else {
        checked.add_if(form.planned_worked_days > 0, Code::MustBeEmpty, ["planned_worked_days"]);
    }
}

/// Days without work before a leave: few, each once, before its start; an extension has none.
fn check_no_work_days(checked: &mut Checked, form: &ChildcareLeaveReport) {
    let days = &form.no_work_days_between;
    let is_extension = form.application == LeaveApplication::Extension;
    checked.add_if(is_extension && !days.is_empty(), Code::MustBeEmpty, ["no_work_days_between"]);
    checked.add_if(days.len() > NO_WORK_MOST, Code::Count, ["no_work_days_between"]);
    let is_once = days.iter().collect::<BTreeSet<_>>().len() == days.len();
    let is_before = days.iter().all(|day| *day < form.starts_on);
    checked.add_if(!is_once || !is_before, Code::DateRelation, ["no_work_days_between", "starts_on"]);
}

pub(in crate::domain::notifications) fn check_childcare_end(
    checked: &mut Checked,
    form: &ChildcareLeaveEnd,
    settings: &RuleSettings,
) {
    check_begin(checked, form.birth_on, (form.starts_on, form.ends_on), settings);
    check_not_future(checked, form.ends_on, "ends_on", Filing::Afterwards, settings);
}

/// A correction states what was otherwise, or that the leave never was; how it fits what is recorded the leaves tell.
pub(in crate::domain::notifications) fn check_correction(
    checked: &mut Checked,
    form: &LeaveCorrection,
    settings: &RuleSettings,
) {
    check_not_future(checked, form.birth_on, "birth_on", Filing::Afterwards, settings);
    check_not_future(checked, form.starts_on, "starts_on", Filing::Afterwards, settings);
    let stated = [
        ("corrected_starts_on", form.corrected_starts_on),
        ("corrected_ends_on", form.corrected_ends_on),
        ("corrected_child_birth_on", form.corrected_child_birth_on),
    ];
    for (key, day) in stated {
        let Some(day) = day else { continue };
        checked.add_if(form.withdrawn, Code::MustBeEmpty, [key]);
        checked.add_if(day <= form.birth_on, Code::DateRelation, [key, "birth_on"]);
        if key != "corrected_ends_on" {
            check_not_future(checked, day, key, Filing::Afterwards, settings);
        }
    }
    let says_nothing = !form.withdrawn && stated.iter().all(|(_, day)| day.is_none());
    checked.add_if(says_nothing, Code::NothingNew, ["leave"]);
    let first = form.corrected_starts_on.unwrap_or(form.starts_on);
    let ends_before = form.corrected_ends_on.is_some_and(|last| last < first);
    checked.add_if(ends_before, Code::DateRelation, ["corrected_ends_on", "starts_on"]);
}

/// A leave is notified while it lasts or after it: its first day is not to come.
fn check_begin(
    checked: &mut Checked,
    birth_on: NaiveDate,
    (starts_on, ends_on): (NaiveDate, NaiveDate),
    settings: &RuleSettings,
) {
    check_not_future(checked, birth_on, "birth_on", Filing::Afterwards, settings);
    check_not_future(checked, starts_on, "starts_on", Filing::Afterwards, settings);
    checked.add_if(starts_on <= birth_on, Code::DateRelation, ["starts_on", "birth_on"]);
    checked.add_if(ends_on < starts_on, Code::DateRelation, ["ends_on", "starts_on"]);
}

pub(in crate::domain::notifications) fn check_leave_end_revision(
    checked: &mut Checked,
    form: &LeaveEndRevisionReport,
    settings: &RuleSettings,
) {
    check_not_future(checked, form.birth_on, "birth_on", Filing::Afterwards, settings);
    check_not_future(checked, form.ends_on, "ends_on", Filing::Afterwards, settings);
    checked.add_if(!form.requested, Code::Required, ["requested"]);
    checked.add_if(form.child_birth_on > form.ends_on, Code::DateRelation, ["child_birth_on", "ends_on"]);
    let is_three = form.ends_on > rules::last_day_under_three(form.child_birth_on);
    checked.add_if(
        form.leave == rules::LeaveKind::Childcare && is_three,
        Code::DateRelation,
        ["ends_on", "child_birth_on"],
    );
    let from = rules::takes_effect(form.ends_on, settings.leave_end);
    checked.add_if(form.applies_from != from, Code::DateRelation, ["applies_from", "ends_on"]);
    checked.add_if(form.applies_from > Month::of(settings.today), Code::FutureDate, ["applies_from"]);
    for (index, month) in form.months.iter().enumerate() {
        check_month(checked, index, month);
    }
    let paid: Vec<u8> = form.months.iter().map(|month| month.month).collect();
    if form.months.len() == 3 {
        checked.add_if(
            paid != expected_months(form.first_month().plus(3)),
            Code::DateRelation,
            ["months", "ends_on"],
        );
    } else {
        checked.add(Code::Count, ["months"]);
    }
    // an amount that no form may hold has its finding
    let Ok(months) = form.paid_months() else { return };
    let counted = rules::counted(&months, form.work_kind(), true, &mut rules::Trace::default());
    let sum = counted.iter().fold(0_i64, |sum, pay| sum.saturating_add(*pay));
    let average = i64::try_from(counted.len()).ok().and_then(|count| sum.checked_div(count));
    checked.add_if(form.grand_total_yen.is_some_and(|yen| yen != sum), Code::Sum, ["grand_total_yen"]);
    checked.add_if(form.average_yen.is_some_and(|yen| Some(yen) != average), Code::Sum, ["average_yen"]);
}
