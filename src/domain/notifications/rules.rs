//! 点検規則 — the relations that the facts of a form must keep, the same for JSON and for files.
//!
//! Pure: the form, whose numbers came with it and the settings go in, findings by field key come out.
//! Source of the relations: 届書作成仕様書 16.2 and the automatic checks that go with it.

pub(super) mod acquisition;
pub(super) mod correction;
pub(super) mod dependents;
pub(super) mod leave;
pub(super) mod loss;
pub(super) mod office;
pub(super) mod pay;
pub(super) mod record;
pub(super) mod shape;
#[cfg(test)]
mod tests;
pub(super) mod voluntary;

use crate::values::readings::LeaveEndReading;
use chrono::{Days, NaiveDate};
pub(super) use shape::is_prefecture;

use super::findings::{Code, Finding, Severity};
use super::forms::Address;
use super::kinds::Form;
use super::layout::{NumberRule, kind_on};
use super::numbers::Slot;

/// Which characters files may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CharacterMode {
    /// JIS X 0208 alone, as the specification says.
    Strict,
    /// What Windows writes too, for a clerk to look at.
    Lenient,
}

/// What a day outside its era means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EraMode {
    /// The row is refused.
    Strict,
    /// A clerk looks at it: the person may have been registered that way.
    Lenient,
}

/// What a society sets about its checks, and the day they are made on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleSettings {
    /// The day of filing (JST).
    pub today: NaiveDate,
    /// How many days before the event an acquisition or a new dependent may be filed as a pre-check.
    pub early_filing_days: u16,
    /// Which characters files may hold.
    pub character_mode: CharacterMode,
    /// What a day outside its era means.
    pub era_mode: EraMode,
    /// Whether 基礎年金番号 must stand in for a missing personal number, as the pension office asks.
    pub pension_fields_required: bool,
    /// First month of a revision after a leave.
    pub leave_end: LeaveEndReading,
}

impl RuleSettings {
    /// The usual settings on a day: no early filing, lenient characters and eras, no pension fields.
    pub const fn on(today: NaiveDate) -> Self {
        Self {
            today,
            early_filing_days: 0,
            character_mode: CharacterMode::Lenient,
            era_mode: EraMode::Lenient,
            pension_fields_required: false,
            leave_end: LeaveEndReading::Practice,
        }
    }
}

/// What becomes of one notification.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Disposition {
    /// It may be applied.
    Accepted,
    /// It waits for a clerk.
    Review,
    /// It came before its event and was checked ahead.
    Precheck,
    /// It is refused.
    Rejected,
}

/// What the rules say of one form.
#[derive(Debug, Default)]
pub struct Checked {
    /// The findings, by field key.
    pub findings: Vec<Finding>,
    /// Whether a clerk must decide, whatever the findings.
    pub needs_clerk: bool,
    /// Whether the event is still to come.
    pub is_early: bool,
}

impl Checked {
    /// What becomes of the form.
    pub fn disposition(&self) -> Disposition {
        match Finding::heaviest(&self.findings) {
            Some(Severity::Error) => Disposition::Rejected,
            Some(Severity::Review) => Disposition::Review,
            _ if self.needs_clerk => Disposition::Review,
            _ if self.is_early => Disposition::Precheck,
            _ => Disposition::Accepted,
        }
    }

    pub(super) fn add<const N: usize>(&mut self, code: Code, keys: [&'static str; N]) {
        self.findings.push(Finding::at(code, keys));
    }

    pub(super) fn add_all(&mut self, code: Code, keys: Vec<&'static str>) {
        if !keys.is_empty() {
            self.findings.push(Finding { code, keys, fields: Vec::new(), other_row: None });
        }
    }

    pub(super) fn add_if<const N: usize>(&mut self, wrong: bool, code: Code, keys: [&'static str; N]) {
        if wrong {
            self.add(code, keys);
        }
    }
}

/// Checks a form that was [`Form::normalised`]: its shape, whose numbers it may carry, and its relations.
pub fn check_form(form: &Form, slots: &[Slot], settings: &RuleSettings) -> Checked {
    let mut checked = Checked::default();
    shape::check(&mut checked, form);
    check_slots(&mut checked, form, slots, settings.today);
    form.body().check(&mut checked, slots, settings);
    checked
}

/// A number that the form has no place for is refused with it, a required one must be there.
fn check_slots(checked: &mut Checked, form: &Form, slots: &[Slot], today: NaiveDate) {
    let Some(known) = kind_on(form.kind(), today) else {
        return checked.add(Code::FormNotAccepted, []);
    };
    for slot in Slot::ALL {
        let given = slots.contains(&slot);
        let has_place = match (slot, form) {
            (Slot::Insured, _) => true,
            (Slot::Spouse, Form::DependentChange(form)) => form.spouse.is_some(),
            (Slot::Other1, Form::DependentChange(form)) => !form.others.is_empty(),
            (Slot::Other2, Form::DependentChange(form)) => form.others.len() > 1,
            _ => false,
        };
        match known.number_rule(slot) {
            NumberRule::Refused => checked.add_if(given, Code::UnexpectedData, [slot.key()]),
            _ if given && !has_place => checked.add(Code::UnexpectedData, [slot.key()]),
            NumberRule::Required => checked.add_if(!given && has_place, Code::Required, [slot.key()]),
            NumberRule::Optional => {}
        }
    }
}

/// How an event may lie to the day of filing.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filing {
    /// Only after the event.
    Afterwards,
    /// Also within the pre-check window before it.
    Ahead,
}

/// A day after the day of filing is refused, or taken as a pre-check within the window (仕様書: 届出日以前).
fn check_not_future(
    checked: &mut Checked,
    day: NaiveDate,
    key: &'static str,
    filing: Filing,
    settings: &RuleSettings,
) {
    if day <= settings.today {
        return;
    }
    let window = settings.today.checked_add_days(Days::new(u64::from(settings.early_filing_days)));
    match window {
        Some(last) if filing == Filing::Ahead && day <= last => checked.is_early = true,
        _ => checked.add(Code::FutureDate, [key]),
    }
}

/// The address stands in for the personal number: none beside a number, whole without one (仕様書 2200700
/// 項目29–32, 2202700 項目18–20). `needed` are the keys and whether each is filled.
fn check_address_or_number(
    checked: &mut Checked,
    has_number: bool,
    address: Option<&Address>,
    needed: &[(&'static str, bool)],
) {
    if has_number {
        checked.add_if(address.is_some(), Code::MustBeEmpty, ["resident_address"]);
    } else {
        checked.add_all(Code::Required, missing(needed));
    }
}

/// The keys that are not filled.
fn missing(needed: &[(&'static str, bool)]) -> Vec<&'static str> {
    needed.iter().filter(|(_, filled)| !filled).map(|(key, _)| *key).collect()
}
