//! What can happen to a family, and the form that tells of it.
mod continuing;
mod cover;
mod joining;
mod leave;
mod offices;
mod pay;
mod people;
mod staff;

use super::family::{Family, Office, Stands};
use crate::harness::chance::Chance;
use chrono::NaiveDate;
use serde_json::{Value, json};
use uuid::Uuid;

/// What these lives must have seen accepted.
pub const KINDS: &[&str] = &[
    "acquisition",
    "rejoining",
    "loss",
    "loss by death",
    "loss without leaving",
    "cancelled acquisition",
    "cancelled loss",
    "another day of acquisition",
    "another day of loss",
    "another day of birth",
    "another name",
    "another address",
    "child",
    "spouse",
    "removal",
    "child of one who continues",
    "regular report",
    "revision",
    "bonus",
    "late bonus",
    "no bonus",
    "correction of pay",
    "correction of a report",
    "withdrawn decision",
    "correction of a bonus",
    "bonus of another day",
    "bonus that was none",
    "maternity leave",
    "birth",
    "end of maternity leave",
    "childcare leave",
    "longer leave",
    "end of leave",
    "correction of a leave",
    "leave that was none",
    "revision after a leave",
    "second office",
    "second employer",
    "second employer by its acquisition",
    "end of a second office",
    "loss at a second employer",
    "regular report of a second employer",
    "revision of a second employer",
    "bonus of a second employer",
    "continuation",
    "wish to leave",
    "new job",
    "first premium unpaid",
    "contact",
    "name at the desk",
    "name of a relative",
    "public expense",
    "correction of a public expense",
    "protection",
    "longer protection",
    "lifted protection",
    "another id",
    "ids of one person",
    "confirmed dependent",
    "dependent who is none any more",
    "regular report in a run",
    "resubmitted form",
    "form that was taken back",
];

/// What must have been seen of ten thousand lives, and need not of five hundred: a leave within eight weeks of a birth, a second child within ten
/// steps, a premium of a later month that somebody who continues did not pay.
pub const RARE: &[&str] = &[
    "birth-time leave",
    "leave for another child",
    "premium unpaid",
    "choice of the other employer",
    "other insurance",
    "continuation with dependents",
];

/// What is known of a family once a form was accepted with that outcome.
type Then = Box<dyn FnOnce(&mut Family, &Value)>;
/// How it comes to the society.
#[derive(Clone, Debug)]
pub enum Way {
    /// An employer files it.
    Filed(usize),
    /// Staff keys it for the society's own office, from paper with this receipt stamp.
    Keyed(NaiveDate),
    /// 徴収 finds that a premium was not paid, and another one of it approves that.
    Unpaid,
    /// Staff asks to withdraw a decision of that person, and another one does it.
    Withdraws(Uuid),
    /// An employer files it, and staff takes the person for somebody new.
    Anew(usize),
    /// An employer files it, and a run decides it.
    Waits(usize),
    /// Two ids become one.
    Merges { surviving: Uuid, merged: Uuid },
    /// The confirmation of a dependent is answered and decided.
    Confirms(Uuid),
    /// Staff records it on the version that is read at a path.
    Recorded { read: String, path: String },
    /// Staff asks for it on the version that is read at a path, and another one approves it.
    AskedFor { read: String, path: String },
}
/// A form to be filed, and what is known of the family once it is accepted.
pub struct Command {
    pub kind: &'static str,
    pub way: Way,
    pub form: Value,
    pub then: Then,
}
fn command(
    kind: &'static str,
    way: Way,
    form: Value,
    then: impl FnOnce(&mut Family, &Value) + 'static,
) -> Option<Command> {
    Some(Command { kind, way, form, then: Box::new(then) })
}
fn address() -> Value {
    json!({ "postal_code": "9990001", "kana": "ミホンマチ１ノ２", "text": "東京都架空区見本町１－２" })
}
fn month_of(day: NaiveDate) -> String {
    day.format("%Y-%m").to_string()
}
/// Monthly pay, in steps that make grades.
fn pay(chance: &mut Chance) -> u64 {
    150_000 + 10_000 * chance.below(50)
}
/// How a form of the family's own office comes: from the employer, or on paper where there is none.
fn way_of(office: Office, today: NaiveDate) -> Way {
    match office {
        Office::Employer(e) => Way::Filed(e),
        Office::Own => Way::Keyed(today),
    }
}

type What = fn(&mut Chance, &Family, NaiveDate) -> Option<Command>;
const EMPLOYED: &[(u64, What)] = &[
    (4, cover::lose),
    (1, cover::cancel_acquisition),
    (2, cover::other_acquisition),
    (3, people::child),
    (1, people::spouse),
    (2, people::removal),
    (2, people::rename),
    (2, people::move_house),
    (2, people::other_birth),
    (5, pay::regular),
    (4, pay::revision),
    (5, pay::bonus),
    (1, pay::no_bonus),
    (2, pay::correct_acquisition),
    (3, pay::correct_report),
    (5, pay::correct_bonus),
    (5, pay::withdraw),
    (5, leave::maternity),
    (12, leave::birth),
    (2, leave::end_of_maternity),
    (18, leave::childcare),
    (7, leave::longer),
    (8, leave::end),
    (9, leave::otherwise),
    (12, leave::revision),
    (2, offices::outside),
    (2, offices::employer),
    (3, offices::acquisition),
    (3, offices::end),
];
const LEFT: &[(u64, What)] = &[
    (2, pay::late_bonus),
    (2, pay::correct_bonus),
    (1, pay::correct_report),
    (1, pay::withdraw),
    (4, cover::cancel_loss),
    (4, cover::other_loss),
    (10, continuing::apply),
    (4, cover::choose),
    (4, cover::acquire),
    (3, joining::under_another_id),
];
const DIED: &[(u64, What)] = &[
    (2, pay::late_bonus),
    (2, pay::correct_bonus),
    (1, pay::correct_report),
    (3, cover::cancel_loss),
    (3, cover::other_loss),
    (3, continuing::apply),
];
const CONTINUES: &[(u64, What)] = &[
    (3, continuing::wish),
    (5, continuing::other_insurance),
    (2, continuing::first_unpaid),
    (4, continuing::unpaid),
    (5, cover::acquire),
    (9, people::child),
    (1, people::removal),
];
const CONTINUED_ONCE: &[(u64, What)] =
    &[(6, cover::acquire), (1, continuing::wish), (1, continuing::first_unpaid)];
/// At the desk, whatever the cover.
const DESK: &[(u64, What)] = &[
    (2, staff::contact),
    (2, staff::name),
    (2, staff::name_of_relative),
    (4, staff::expense),
    (4, staff::other_expense),
    (5, staff::protect),
    (10, staff::protect_longer),
    (5, staff::lift),
    (20, joining::merge),
    (12, people::confirm),
];

/// What happens next, if anything can.
pub fn next(chance: &mut Chance, family: &Family, today: NaiveDate) -> Option<Command> {
    let table = match family.stands() {
        _ if family.member.is_some() && chance.below(7) == 0 => DESK,
        Stands::New => return cover::acquire(chance, family, today),
        Stands::Employed => EMPLOYED,
        Stands::Left => LEFT,
        Stands::Died => DIED,
        // two years are long
        Stands::Continues if chance.below(4) > 0 => return None,
        Stands::Continues => CONTINUES,
        Stands::ContinuedOnce => CONTINUED_ONCE,
    };
    (0..5).find_map(|_| pick(chance, table)(chance, family, today))
}
fn pick(chance: &mut Chance, table: &[(u64, What)]) -> What {
    let mut at = chance.below(table.iter().map(|(weight, _)| weight).sum());
    for (weight, what) in table {
        if at < *weight {
            return *what;
        }
        at -= weight;
    }
    table[0].1
}
