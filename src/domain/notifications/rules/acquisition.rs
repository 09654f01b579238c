//! 資格取得届 (健康保険法 第48条, 施行規則 第24条; 仕様書 2200700).

use super::record::TRANSFER_AGE;
use super::{Checked, Code, Filing, RuleSettings, check_address_or_number, check_not_future};
use crate::domain::notifications::codes::{AcquisitionClass, NoResidentAddressReason, Sex};
use crate::domain::notifications::findings::Finding;
use crate::domain::notifications::forms::Acquisition;
use crate::values::period::{birthday, reaches_age};

/// The smallest total that is taken.
const TOTAL_FLOOR: i64 = 1_000;
/// The age from which a form bears the mark 70歳以上 (項目24); it is reached on the eve of the birthday (年齢計算ニ関スル法律).
const MARKED_AGE: i32 = 70;

pub(in crate::domain::notifications) fn check(
    checked: &mut Checked,
    form: &Acquisition,
    has_number: bool,
    settings: &RuleSettings,
) {
    check_class(checked, form);
    check_number_and_address(checked, form, has_number);
    check_pay(checked, form);
    check_dates(checked, form, settings);
    // The loss of the same day must have come too (平成25年保保発0125第1号: 同日得喪).
    checked.add_if(form.reemployed_after_retirement, Code::SameDayLoss, ["reemployed_after_retirement"]);
}

/// 種別 and 取得区分 against 70歳以上被用者届のみ提出 (項目11, 12, 24, 33).
fn check_class(checked: &mut Checked, form: &Acquisition) {
    use AcquisitionClass::{Code6, Code7, HealthAndPension, MutualAidSecondment, SeamenVoluntary};
    if form.over_70_only {
        checked.add_if(form.sex.is_some(), Code::MustBeEmpty, ["sex"]);
        checked.add_if(form.class.is_some(), Code::MustBeEmpty, ["class"]);
        checked.add_if(!form.aged_70_or_over, Code::Required, ["aged_70_or_over"]);
        // Only the pension office acts on it: a clerk decides what the society does.
        checked.needs_clerk = true;
        return;
    }
    match form.class {
        None => checked.add(Code::Required, ["class"]),
        Some(HealthAndPension) => checked.add_if(form.sex.is_none(), Code::Required, ["sex"]),
        Some(MutualAidSecondment | SeamenVoluntary) => match form.sex {
            None => checked.add(Code::Required, ["sex"]),
            Some(Sex::Male | Sex::Female) => {}
            Some(_) => checked.add(Code::InvalidCode, ["sex"]),
        },
        Some(Code6 | Code7) => checked.needs_clerk = true,
    }
}

/// 項目13–15 and 29–32.
fn check_number_and_address(checked: &mut Checked, form: &Acquisition, has_number: bool) {
    let reason = form.no_resident_address_reason;
    checked.add_if(has_number && reason.is_some(), Code::MustBeEmpty, ["no_resident_address_reason"]);
    let note_has_place = !has_number && reason == Some(NoResidentAddressReason::Other);
    checked.add_if(form.no_number_note.is_some() && !note_has_place, Code::MustBeEmpty, ["no_number_note"]);
    let address = form.resident_address.as_ref();
    let needed = [
        ("resident_address.postal_code", address.is_some_and(|a| a.postal_code.is_some())),
        ("resident_address.kana", address.is_some_and(|a| a.kana.is_some())),
    ];
    check_address_or_number(checked, has_number, address, &needed);
}

/// 項目21–23: the total is the sum, cut at the largest amount, and at least 1,000 yen.
fn check_pay(checked: &mut Checked, form: &Acquisition) {
    let sum = form.cash_yen.saturating_add(form.in_kind_yen).min(super::shape::AMOUNT_CAP);
    checked.add_if(form.total_yen != sum || form.total_yen < TOTAL_FLOOR, Code::Sum, ["total_yen"]);
}

/// 項目18, 19: after birth, not after the day of filing; with 70歳以上 not before the age is attained. From that age on without the mark (項目24)
/// the published checks of the layout say nothing: a clerk looks whether the mark or the day of birth is wrong. From 75 on it is refused anyway.
fn check_dates(checked: &mut Checked, form: &Acquisition, settings: &RuleSettings) {
    check_not_future(checked, form.birth_on, "birth_on", Filing::Afterwards, settings);
    check_not_future(checked, form.acquired_on, "acquired_on", Filing::Ahead, settings);
    let is_seventy = form.acquired_on >= reaches_age(form.birth_on, MARKED_AGE);
    let too_young = form.aged_70_or_over && !is_seventy;
    let is_unmarked = is_seventy && !form.aged_70_or_over && !form.over_70_only && too_old(form).is_none();
    checked.add_if(is_unmarked, Code::Aged70, ["aged_70_or_over"]);
    checked.add_if(form.acquired_on <= form.birth_on || too_young, Code::DateRelation, ["acquired_on"]);
}

/// On the 75th birthday and later nobody is insured any more (健保法3条1項7号, 高齢者の医療の確保に関する法律50条1号). Said of a record that
/// stands otherwise: what is wrong with the form itself is told first.
pub(in crate::domain::notifications) fn too_old(form: &Acquisition) -> Option<Finding> {
    let is_too_old = form.acquired_on >= birthday(form.birth_on, TRANSFER_AGE);
    is_too_old.then(|| Finding::at(Code::Aged75, ["acquired_on", "birth_on"]))
}
