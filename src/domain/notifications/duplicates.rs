//! 重複 — the same notification, or the same personal number, twice in one submission.
//!
//! The earlier row stands and the later one is refused. Rows refused for something else do not count.

use std::collections::BTreeMap;

use super::findings::{Code, Finding};
use super::kinds::Form;
use super::numbers::Slot;
use super::rows::{ParsedRow, PensionOffice};
use crate::values::personal_number::PersonalNumber;

/// Kind of form, office and 整理番号 of a person, and the month or day that the form is for.
type PersonKey = (&'static str, Option<PensionOffice>, String, String);

/// Everything a row says, by text and numbers.
type Whole<'a> = (Option<PensionOffice>, String, Vec<(Slot, &'a [u8; 12])>);

/// What was seen so far; the digits are borrowed, never copied.
#[derive(Default)]
struct Seen<'a> {
    people: BTreeMap<PersonKey, u32>,
    numbers: BTreeMap<(&'static str, &'a [u8; 12]), u32>,
    wholes: BTreeMap<Whole<'a>, u32>,
}

/// Marks the duplicates among the rows of one submission.
pub fn mark_duplicates(rows: &mut [ParsedRow]) {
    let clashes: Vec<(usize, Finding)> = {
        let mut seen = Seen::default();
        rows.iter().enumerate().filter_map(|(index, row)| Some((index, seen.clash(row)?))).collect()
    };
    for (index, finding) in clashes {
        if let Some(row) = rows.get_mut(index) {
            row.refuse(finding);
        }
    }
}

impl<'a> Seen<'a> {
    /// The clash of a row with an earlier one; a row without clash is remembered.
    fn clash(&mut self, row: &'a ParsedRow) -> Option<Finding> {
        let form = row.form.as_ref()?;
        let person = person_key(row, form);
        let same_person = person.as_ref().and_then(|key| self.people.get(key)).copied();
        let whole = whole(row, form);
        if let Some(other) = same_person.or_else(|| self.wholes.get(&whole).copied()) {
            return Some(clash(Code::DuplicateInFile, Vec::new(), Some(other)));
        }
        if let Some(finding) = self.same_number(row, form) {
            return Some(finding);
        }
        if let Some(key) = person {
            self.people.insert(key, row.row);
        }
        for (_, number) in compared(row, form) {
            self.numbers.insert((form.kind(), number.digits()), row.row);
        }
        self.wholes.insert(whole, row.row);
        None
    }

    /// A number stands for one person: not twice within a row, and in no two rows of the same form.
    fn same_number(&self, row: &ParsedRow, form: &Form) -> Option<Finding> {
        let mut within: Vec<(Slot, &[u8; 12])> = Vec::new();
        for (slot, number) in &row.numbers {
            if let Some((other, _)) = within.iter().find(|(_, digits)| *digits == number.digits()) {
                return Some(clash(Code::MynumberDuplicate, vec![other.key(), slot.key()], None));
            }
            within.push((*slot, number.digits()));
        }
        compared(row, form).find_map(|(slot, number)| {
            let other = self.numbers.get(&(form.kind(), number.digits()))?;
            Some(clash(Code::MynumberDuplicate, vec![slot.key()], Some(*other)))
        })
    }
}

fn whole<'a>(row: &'a ParsedRow, form: &Form) -> Whole<'a> {
    let numbers = row.numbers.iter().map(|(slot, number)| (*slot, number.digits())).collect();
    // A form has no map with odd keys, so writing it as text cannot fail.
    (row.office.clone(), serde_json::to_string(form).unwrap_or_default(), numbers)
}

fn clash(code: Code, keys: Vec<&'static str>, other_row: Option<u32>) -> Finding {
    Finding { code, keys, fields: Vec::new(), other_row }
}

/// One insured person may need several dependent changes, so these are not told apart by 整理番号.
fn person_key(row: &ParsedRow, form: &Form) -> Option<PersonKey> {
    if matches!(form, Form::DependentChange(_)) {
        return None;
    }
    // 00012 and 12 are the same 整理番号; a form that names nobody is told apart by its period alone.
    let number = match form.head() {
        Some(head) => head.office_number?.trim_start_matches('0').to_owned(),
        None => String::new(),
    };
    Some((form.kind(), row.office.clone(), number, form.period()))
}

/// The numbers that may stand in one row only: of dependent changes those of the dependents.
pub(super) fn compared<'a>(
    row: &'a ParsedRow,
    form: &Form,
) -> impl Iterator<Item = (Slot, &'a PersonalNumber)> {
    let dependents_only = matches!(form, Form::DependentChange(_));
    row.numbers
        .iter()
        .filter(move |(slot, _)| !dependents_only || slot.is_dependent())
        .map(|(slot, number)| (*slot, number))
}
