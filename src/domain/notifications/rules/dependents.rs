//! 被扶養者(異動)届 (健康保険法 第3条第7項, 施行規則 第38条; 仕様書 2202700).

use chrono::{Days, NaiveDate};

use super::{Checked, Code, Filing, RuleSettings, check_address_or_number, check_not_future, missing};
use crate::domain::notifications::codes::{
    Change, DependentReason, Living, Relationship, RemovalReason, SpouseReason, SpouseRemovalReason,
};
use crate::domain::notifications::forms::{Address, DependentChange, OtherEntry, SpouseEntry};
use crate::domain::notifications::numbers::{Slot, other_key};
use crate::values::period::{birthday, certified_from};

/// 施行規則38条: within five days.
const NOTICE_DAYS: u64 = 5;

/// What the two kinds of entry have in common.
struct Entry<'a> {
    slot: Slot,
    keys: &'static Keys,
    birth_on: NaiveDate,
    became_on: Option<NaiveDate>,
    has_reason: bool,
    reason_is_other: bool,
    has_reason_text: bool,
    ceased_on: Option<NaiveDate>,
    has_removal: bool,
    /// The first day on which the reason can be: 後期高齢者医療 from 75, or by 障害の認定 from 65 on (高齢者の医療の確保に関する法律50条).
    removal_from: Option<NaiveDate>,
    removal_is_other: bool,
    has_removal_text: bool,
    has_remarks: bool,
    address: Option<&'a Address>,
    needs_address: bool,
}

/// The field keys of an entry.
struct Keys {
    birth_on: &'static str,
    became_on: &'static str,
    reason: &'static str,
    reason_text: &'static str,
    ceased_on: &'static str,
    removal_reason: &'static str,
    removal_text: &'static str,
    remarks: &'static str,
    postal_code: &'static str,
    address_text: &'static str,
}

macro_rules! entry_keys {
    ($entry:literal) => {
        Keys {
            birth_on: concat!($entry, ".birth_on"),
            became_on: concat!($entry, ".became_on"),
            reason: concat!($entry, ".reason"),
            reason_text: concat!($entry, ".reason_text"),
            ceased_on: concat!($entry, ".ceased_on"),
            removal_reason: concat!($entry, ".removal_reason"),
            removal_text: concat!($entry, ".removal_text"),
            remarks: concat!($entry, ".remarks"),
            postal_code: concat!($entry, ".address.postal_code"),
            address_text: concat!($entry, ".address.text"),
        }
    };
}

static SPOUSE: Keys = entry_keys!("spouse");
static OTHER_1: Keys = entry_keys!("others.0");
static OTHER_2: Keys = entry_keys!("others.1");

pub(in crate::domain::notifications) fn check(
    checked: &mut Checked,
    form: &DependentChange,
    slots: &[Slot],
    settings: &RuleSettings,
) {
    check_insured(checked, form, slots.contains(&Slot::Insured), settings);
    if form.spouse.is_none() && form.others.is_empty() {
        checked.add(Code::Required, ["spouse.name_kana", "others.0.name_kana"]);
    }
    if let Some(spouse) = &form.spouse {
        check_spouse(checked, form.change, spouse, settings);
        check_entry(checked, form, &spouse_entry(spouse), slots, settings);
    }
    for (index, other) in form.others.iter().enumerate().take(2) {
        check_other(checked, index, other);
        check_entry(checked, form, &other_entry(index, form.change, other), slots, settings);
    }
    // 変更: the remarks say what changed, in words that only a person can read.
    checked.needs_clerk |= form.change == Change::Changed;
}

/// 項目6–20: the insured person.
fn check_insured(checked: &mut Checked, form: &DependentChange, has_number: bool, settings: &RuleSettings) {
    let is_added = form.change == Change::Added;
    checked.add_if(form.office_number.is_none() && !is_added, Code::Required, ["office_number"]);
    checked.add_if(form.income_yen.is_some() && !is_added, Code::MustBeEmpty, ["income_yen"]);
    check_not_future(checked, form.birth_on, "birth_on", Filing::Afterwards, settings);
    if let Some(day) = form.employer_received_on {
        check_not_future(checked, day, "employer_received_on", Filing::Afterwards, settings);
    }
    let address = form.resident_address.as_ref();
    let needed = [
        ("resident_address.postal_code", address.is_some_and(|a| a.postal_code.is_some())),
        ("resident_address.text", address.is_some_and(|a| a.text.is_some())),
    ];
    check_address_or_number(checked, has_number, address, &needed);
}

/// 項目35, 36 and 54, 55: what only the spouse's entry has.
fn check_spouse(checked: &mut Checked, change: Change, spouse: &SpouseEntry, settings: &RuleSettings) {
    let living_misplaced = spouse.living.is_some() && change != Change::Added;
    checked.add_if(living_misplaced, Code::MustBeEmpty, ["spouse.living"]);
    let prefecture_misplaced = spouse.prefecture.is_some() && spouse.living != Some(Living::Apart);
    checked.add_if(prefecture_misplaced, Code::MustBeEmpty, ["spouse.prefecture"]);
    if let Some(died_on) = spouse.died_on {
        let is_death = spouse.removal_reason == Some(SpouseRemovalReason::Death);
        checked.add_if(!is_death, Code::MustBeEmpty, ["spouse.died_on"]);
        check_not_future(checked, died_on, "spouse.died_on", Filing::Afterwards, settings);
        checked.add_if(died_on < spouse.birth_on, Code::DateRelation, ["spouse.died_on", "spouse.birth_on"]);
    }
}

/// 項目77: the text of the relationship goes exactly with その他.
fn check_other(checked: &mut Checked, index: usize, other: &OtherEntry) {
    let (is_other, has_text) = (other.relationship == Relationship::Other, other.relationship_text.is_some());
    checked.add_if(is_other && !has_text, Code::Required, [other_key!(index, "relationship_text")]);
    checked.add_if(!is_other && has_text, Code::MustBeEmpty, [other_key!(index, "relationship_text")]);
}

fn spouse_entry(spouse: &SpouseEntry) -> Entry<'_> {
    Entry {
        slot: Slot::Spouse,
        keys: &SPOUSE,
        birth_on: spouse.birth_on,
        became_on: spouse.became_on,
        has_reason: spouse.reason.is_some(),
        reason_is_other: spouse.reason == Some(SpouseReason::Other),
        has_reason_text: spouse.reason_text.is_some(),
        ceased_on: spouse.ceased_on,
        has_removal: spouse.removal_reason.is_some(),
        removal_from: match spouse.removal_reason {
            Some(SpouseRemovalReason::Age75) => Some(birthday(spouse.birth_on, 75)),
            Some(SpouseRemovalReason::Disability) => Some(certified_from(spouse.birth_on)),
            _ => None,
        },
        removal_is_other: spouse.removal_reason == Some(SpouseRemovalReason::Other),
        has_removal_text: spouse.removal_text.is_some(),
        has_remarks: spouse.remarks.is_some(),
        address: spouse.address.as_ref(),
        needs_address: true,
    }
}

fn other_entry(index: usize, change: Change, other: &OtherEntry) -> Entry<'_> {
    let (slot, keys) = if index == 0 { (Slot::Other1, &OTHER_1) } else { (Slot::Other2, &OTHER_2) };
    Entry {
        slot,
        keys,
        birth_on: other.birth_on,
        became_on: other.became_on,
        has_reason: other.reason.is_some(),
        reason_is_other: other.reason == Some(DependentReason::Other),
        has_reason_text: other.reason_text.is_some(),
        ceased_on: other.ceased_on,
        has_removal: other.removal_reason.is_some(),
        removal_from: match other.removal_reason {
            Some(RemovalReason::Age75) => Some(birthday(other.birth_on, 75)),
            Some(RemovalReason::Disability) => Some(certified_from(other.birth_on)),
            _ => None,
        },
        removal_is_other: other.removal_reason == Some(RemovalReason::Other),
        has_removal_text: other.removal_text.is_some(),
        has_remarks: other.remarks.is_some(),
        address: other.address.as_ref(),
        needs_address: change != Change::Changed,
    }
}

/// What holds for every entry, by 異動の別.
fn check_entry(
    checked: &mut Checked,
    form: &DependentChange,
    entry: &Entry<'_>,
    slots: &[Slot],
    settings: &RuleSettings,
) {
    let keys = entry.keys;
    check_not_future(checked, entry.birth_on, keys.birth_on, Filing::Afterwards, settings);
    if entry.needs_address {
        let needed = [
            (keys.postal_code, entry.address.is_some_and(|a| a.postal_code.is_some())),
            (keys.address_text, entry.address.is_some_and(|a| a.text.is_some())),
        ];
        checked.add_all(Code::Required, missing(&needed));
    }
    checked.add_if(entry.has_reason_text && !entry.reason_is_other, Code::MustBeEmpty, [keys.reason_text]);
    checked.add_if(entry.has_removal_text && !entry.removal_is_other, Code::MustBeEmpty, [keys.removal_text]);
    match form.change {
        Change::Added => check_added(checked, form, entry, slots, settings),
        Change::Removed => check_removed(checked, form, entry, settings),
        Change::Changed => checked.add_if(!entry.has_remarks, Code::Required, [keys.remarks]),
    }
}

/// 該当: the day and the reason; nothing of ceasing; a number, or an inquiry for it (R-082 table by date).
fn check_added(
    checked: &mut Checked,
    form: &DependentChange,
    entry: &Entry<'_>,
    slots: &[Slot],
    settings: &RuleSettings,
) {
    let keys = entry.keys;
    let needed = [(keys.became_on, entry.became_on.is_some()), (keys.reason, entry.has_reason)];
    checked.add_all(Code::Required, missing(&needed));
    let barred = [(keys.ceased_on, entry.ceased_on.is_none()), (keys.removal_reason, !entry.has_removal)];
    checked.add_all(Code::MustBeEmpty, missing(&barred));
    checked.add_if(!slots.contains(&entry.slot), Code::MynumberMissing, [entry.slot.key()]);
    if let Some(day) = entry.became_on {
        check_not_future(checked, day, keys.became_on, Filing::Ahead, settings);
        check_event(checked, form, entry, day, keys.became_on);
    }
}

/// 非該当: the day and the reason; nothing of becoming.
fn check_removed(checked: &mut Checked, form: &DependentChange, entry: &Entry<'_>, settings: &RuleSettings) {
    let keys = entry.keys;
    let needed = [(keys.ceased_on, entry.ceased_on.is_some()), (keys.removal_reason, entry.has_removal)];
    checked.add_all(Code::Required, missing(&needed));
    let barred = [(keys.became_on, entry.became_on.is_none()), (keys.reason, !entry.has_reason)];
    checked.add_all(Code::MustBeEmpty, missing(&barred));
    if let Some(day) = entry.ceased_on {
        check_not_future(checked, day, keys.ceased_on, Filing::Afterwards, settings);
        let too_young = entry.removal_from.is_some_and(|first| day < first);
        checked.add_if(too_young, Code::DateRelation, [keys.ceased_on, keys.birth_on]);
        check_event(checked, form, entry, day, keys.ceased_on);
    }
}

/// No event before birth; more than five days before the employer received it, the notice is late
/// (施行規則38条), and benefits may have to be paid back.
fn check_event(
    checked: &mut Checked,
    form: &DependentChange,
    entry: &Entry<'_>,
    day: NaiveDate,
    key: &'static str,
) {
    checked.add_if(day < entry.birth_on, Code::DateRelation, [key, entry.keys.birth_on]);
    let in_time = day.checked_add_days(Days::new(NOTICE_DAYS));
    let late =
        matches!((form.employer_received_on, in_time), (Some(received), Some(last)) if received > last);
    checked.add_if(late, Code::LateNotice, [key]);
}
