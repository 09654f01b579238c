//! 取消届・訂正届・氏名変更届・住所変更届 (健康保険法 第35条, 第36条; 施行規則 第28条, 第28条の2, 第36条).

use chrono::NaiveDate;

use super::{Checked, Code, Filing, RuleSettings, check_not_future, missing};
use crate::domain::members::NameReason;
use crate::domain::notifications::forms::Address;
use crate::domain::notifications::record_forms::{
    AcquisitionCancellation, AddressChangeReport, BirthDateCorrection, LossCancellation, NameChangeReport,
    QualificationDateCorrection,
};
use crate::values::period::birthday;

/// The day from which 健康保険法 is in force: no cover began before it.
pub(super) const LAW_FROM: Option<NaiveDate> = NaiveDate::from_ymd_opt(1926, 7, 1);
/// Nobody who is insured today was born before this day.
const BORN_FROM: Option<NaiveDate> = NaiveDate::from_ymd_opt(1900, 1, 1);
/// The age at which 後期高齢者医療 takes over (高齢者の医療の確保に関する法律50条1号).
pub(super) const TRANSFER_AGE: i32 = 75;

fn check_named(checked: &mut Checked, birth_on: NaiveDate, settings: &RuleSettings) {
    check_not_future(checked, birth_on, "birth_on", Filing::Afterwards, settings);
}
/// A day of the law: not before it came into force, not after the day of filing, after the birth.
fn check_day(
    checked: &mut Checked,
    day: NaiveDate,
    key: &'static str,
    birth_on: NaiveDate,
    settings: &RuleSettings,
) {
    check_not_future(checked, day, key, Filing::Afterwards, settings);
    checked.add_if(LAW_FROM.is_some_and(|first| day < first), Code::BeforeLaw, [key]);
    checked.add_if(day <= birth_on, Code::DateRelation, [key, "birth_on"]);
}

pub(in crate::domain::notifications) fn check_acquisition_cancellation(
    checked: &mut Checked,
    form: &AcquisitionCancellation,
    settings: &RuleSettings,
) {
    check_named(checked, form.birth_on, settings);
    check_day(checked, form.acquired_on, "acquired_on", form.birth_on, settings);
}

pub(in crate::domain::notifications) fn check_loss_cancellation(
    checked: &mut Checked,
    form: &LossCancellation,
    settings: &RuleSettings,
) {
    check_named(checked, form.birth_on, settings);
    check_day(checked, form.lost_on, "lost_on", form.birth_on, settings);
}

/// The right days lie after one another, within the law, and before the 75th birthday as far as an acquisition is concerned; at least
/// one of them is another day.
pub(in crate::domain::notifications) fn check_dates(
    checked: &mut Checked,
    form: &QualificationDateCorrection,
    settings: &RuleSettings,
) {
    check_named(checked, form.birth_on, settings);
    let day = |checked: &mut Checked, day, key| check_day(checked, day, key, form.birth_on, settings);
    day(checked, form.acquired_on, "acquired_on");
    for (given, key) in [
        (form.lost_on, "lost_on"),
        (form.corrected_acquired_on, "corrected_acquired_on"),
        (form.corrected_lost_on, "corrected_lost_on"),
    ] {
        if let Some(given) = given {
            day(checked, given, key);
        }
    }
    let has_loss = form.lost_on.is_some();
    checked.add_if(form.corrected_lost_on.is_some() && !has_loss, Code::Required, ["lost_on"]);
    let (old, new) = (form.recorded(), form.corrected());
    checked.add_if(new == old, Code::NothingNew, ["corrected_acquired_on", "corrected_lost_on"]);
    let is_wrong = new.lost_on.is_some_and(|lost| lost <= new.acquired_on);
    checked.add_if(is_wrong, Code::DateRelation, ["corrected_acquired_on", "corrected_lost_on"]);
    let transfer = birthday(form.birth_on, TRANSFER_AGE);
    let acquired = form.corrected_acquired_on.is_some_and(|day| day >= transfer);
    checked.add_if(acquired, Code::Aged75, ["corrected_acquired_on", "birth_on"]);
    let lost = form.corrected_lost_on.is_some_and(|day| day > transfer);
    checked.add_if(lost, Code::Aged75, ["corrected_lost_on", "birth_on"]);
}

pub(in crate::domain::notifications) fn check_birth(
    checked: &mut Checked,
    form: &BirthDateCorrection,
    settings: &RuleSettings,
) {
    check_named(checked, form.birth_on, settings);
    let right = form.corrected_birth_on;
    check_not_future(checked, right, "corrected_birth_on", Filing::Afterwards, settings);
    let is_long_ago = BORN_FROM.is_some_and(|first| right < first);
    checked.add_if(is_long_ago, Code::DateRelation, ["corrected_birth_on"]);
    checked.add_if(right == form.recorded(), Code::NothingNew, ["corrected_birth_on"]);
    let (has_branch, has_day) = (form.dependent_branch.is_some(), form.dependent_birth_on.is_some());
    checked.add_if(has_branch && !has_day, Code::Required, ["dependent_birth_on"]);
    checked.add_if(has_day && !has_branch, Code::Required, ["dependent_branch"]);
    if let Some(day) = form.dependent_birth_on {
        check_not_future(checked, day, "dependent_birth_on", Filing::Afterwards, settings);
    }
}

/// A change has a day; a correction may have one.
pub(in crate::domain::notifications) fn check_name(
    checked: &mut Checked,
    form: &NameChangeReport,
    settings: &RuleSettings,
) {
    check_named(checked, form.birth_on, settings);
    match form.changed_on {
        None => checked.add_if(form.name_reason != NameReason::Correction, Code::Required, ["changed_on"]),
        Some(day) => {
            check_not_future(checked, day, "changed_on", Filing::Afterwards, settings);
            checked.add_if(day < form.birth_on, Code::DateRelation, ["changed_on", "birth_on"]);
        }
    }
}

/// Something changes; an address has a postal code and a text.
pub(in crate::domain::notifications) fn check_address(
    checked: &mut Checked,
    form: &AddressChangeReport,
    settings: &RuleSettings,
) {
    check_named(checked, form.birth_on, settings);
    check_not_future(checked, form.changed_on, "changed_on", Filing::Afterwards, settings);
    checked.add_if(form.changed_on < form.birth_on, Code::DateRelation, ["changed_on", "birth_on"]);
    let has_any = form.resident_address.is_some() || form.contact_address.is_some() || form.phone.is_some();
    checked.add_if(!has_any, Code::Required, ["resident_address", "contact_address"]);
    let needed = |address: Option<&Address>, keys: [&'static str; 2]| match address {
        Some(a) => missing(&[(keys[0], a.postal_code.is_some()), (keys[1], a.text.is_some())]),
        None => Vec::new(),
    };
    let resident = ["resident_address.postal_code", "resident_address.text"];
    let contact = ["contact_address.postal_code", "contact_address.text"];
    checked.add_all(Code::Required, needed(form.resident_address.as_ref(), resident));
    checked.add_all(Code::Required, needed(form.contact_address.as_ref(), contact));
    let has_kana = form.contact_address.as_ref().is_some_and(|a| a.kana.is_some());
    checked.add_if(has_kana, Code::MustBeEmpty, ["contact_address.kana"]);
    let alone = form.dependents_too && form.resident_address.is_none();
    checked.add_if(alone, Code::Required, ["resident_address"]);
}
