//! What was seen of one request, and what is wrong with it, by name.
use std::collections::BTreeSet;
use uuid::Uuid;

/// What must be true of one request.
#[derive(Clone, Debug)]
pub struct Expected {
    pub operation: String,
    /// Statuses that are right.
    pub status: &'static [u16],
    /// Who stands in the entry; nobody before sign-in.
    pub actor: Option<Uuid>,
    /// Entries beside the disclosures.
    pub entries: usize,
    /// Personal numbers that may leave.
    pub numbers: usize,
    /// The caller's own row, which a list must hold.
    pub own_row: Option<Uuid>,
    /// What the entries of an answer must tell; nothing is asked of a refusal's.
    pub told: Option<Told>,
}
/// What the entry of a right request tells.
#[derive(Clone, Debug)]
pub struct Told {
    /// Kinds of what it may name.
    pub subjects: Vec<&'static str>,
    /// Policies that may permit the operation, one of which decided; none before sign-in.
    pub policies: BTreeSet<String>,
    /// Field classes that leave, exactly.
    pub classes: &'static [&'static str],
    /// People whom the path names.
    pub persons: Vec<Uuid>,
}
/// An entry as it stands in the table.
#[derive(Clone, Debug)]
pub struct Written {
    pub operation: String,
    pub kind: String,
    pub outcome: String,
    pub status: u16,
    pub actor: Option<Uuid>,
    pub subject: Option<String>,
    pub policies: Vec<String>,
    pub persons: Vec<Uuid>,
    pub disclosed: Vec<String>,
    pub purpose: Option<String>,
}
/// What was seen.
#[derive(Clone, Debug)]
pub struct Seen {
    pub status: u16,
    /// Entries with the request id of the answer.
    pub entries: Vec<Written>,
    /// Entries by which the table grew.
    pub grown: i64,
    /// The answer holds an id of somebody else's affairs.
    pub shows_foreign_row: bool,
    pub shows_own_row: bool,
    /// The answer holds the field, or the digits.
    pub shows_number: bool,
    /// People whose ids stand in the answer.
    pub shown_people: Vec<Uuid>,
}
/// What can be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Answered although it had to be refused.
    AnsweredWithoutPermit,
    /// Another class of answer than expected.
    WrongStatus,
    EntryMissing,
    EntryTwice,
    /// The entry names another operation, caller, status or outcome.
    EntryWrong,
    /// The table grew by another number than the entries of this request.
    EntryElsewhere,
    /// Somebody else's row, or the own row pushed out of its page by rows that one may not see.
    ForeignRow,
    NumberShown,
    NumberNotShown,
    DisclosureUnrecorded,
    /// The entry names another kind of thing than was asked about or made.
    SubjectWrong,
    /// It names no policy, or one that does not permit the operation.
    PoliciesWrong,
    /// Somebody whom the path or the answer names is not in it.
    PersonMissing,
    /// It names other field classes than left.
    ClassesWrong,
}

/// Names everything that is wrong.
pub fn judge(expected: &Expected, seen: &Seen) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut found = |is_so: bool, fault: Fault| {
        if is_so {
            faults.push(fault);
        }
    };
    let right = expected.status.contains(&seen.status);
    let wants_refusal = expected.status.iter().all(|s| *s >= 400);
    let slipped_through = wants_refusal && seen.status < 400;
    found(slipped_through, Fault::AnsweredWithoutPermit);
    found(!right && !slipped_through, Fault::WrongStatus);
    let (disclosures, plain): (Vec<_>, Vec<_>) = seen.entries.iter().partition(|e| e.kind == "disclosure");
    found(plain.len() < expected.entries, Fault::EntryMissing);
    found(plain.len() > expected.entries, Fault::EntryTwice);
    let outcome = match seen.status {
        0..400 => "allowed",
        400..500 => "refused",
        _ => "failed",
    };
    found(
        plain.iter().any(|e| {
            e.operation != expected.operation
                || e.actor != expected.actor
                || e.status != seen.status
                || e.outcome != outcome
        }),
        Fault::EntryWrong,
    );
    let written = i64::try_from(seen.entries.len()).unwrap();
    found(seen.grown != written, Fault::EntryElsewhere);
    let lost = expected.own_row.is_some() && !seen.shows_own_row;
    found(seen.shows_foreign_row || lost, Fault::ForeignRow);
    found(seen.shows_number && expected.numbers == 0, Fault::NumberShown);
    found(!seen.shows_number && expected.numbers > 0, Fault::NumberNotShown);
    let is_whole =
        |e: &&Written| e.disclosed == ["personal_number"] && e.purpose.is_some() && e.persons.len() == 1;
    let recorded = disclosures.iter().filter(|e| is_whole(e)).count();
    found(recorded != expected.numbers || disclosures.len() != recorded, Fault::DisclosureUnrecorded);
    if let Some(told) = expected.told.as_ref().filter(|_| seen.status < 400) {
        for e in &plain {
            of_entry(&mut found, told, e, seen);
        }
    }
    faults
}
fn of_entry(found: &mut impl FnMut(bool, Fault), told: &Told, e: &Written, seen: &Seen) {
    let is_named = e.subject.as_deref().is_some_and(|s| told.subjects.contains(&s));
    found(!is_named, Fault::SubjectWrong);
    let permitting = e.policies.iter().all(|p| told.policies.contains(p));
    found(!permitting || e.policies.is_empty() != told.policies.is_empty(), Fault::PoliciesWrong);
    let mut people = told.persons.iter().chain(&seen.shown_people);
    found(!people.all(|p| e.persons.contains(p)), Fault::PersonMissing);
    let named: BTreeSet<&str> = e.disclosed.iter().map(String::as_str).collect();
    found(named != told.classes.iter().copied().collect(), Fault::ClassesWrong);
}

/// What is planted here is seen by the judge; each is also what the sweep over the real router would see.
#[cfg(test)]
mod planted {
    use super::*;
    const WHO: Uuid = Uuid::from_u128(7);

    fn refusal() -> (Expected, Seen) {
        let expected = Expected {
            operation: "getMember".into(),
            status: &[404],
            actor: Some(WHO),
            entries: 1,
            numbers: 0,
            own_row: None,
            told: None,
        };
        (expected, seen(404))
    }
    fn seen(status: u16) -> Seen {
        let entry = Written {
            operation: "getMember".into(),
            kind: if status < 400 { "read" } else { "refusal" }.into(),
            outcome: if status < 400 { "allowed" } else { "refused" }.into(),
            status,
            actor: Some(WHO),
            subject: Some("Member".into()),
            policies: vec!["P02".into()],
            persons: vec![WHO],
            disclosed: vec!["identity".into()],
            purpose: None,
        };
        Seen {
            status,
            entries: vec![entry],
            grown: 1,
            shows_foreign_row: false,
            shows_own_row: false,
            shows_number: false,
            shown_people: vec![WHO],
        }
    }
    fn answer() -> (Expected, Seen) {
        let told = Told {
            subjects: vec!["Member"],
            policies: BTreeSet::from(["P02".to_owned(), "P03".to_owned()]),
            classes: &["identity"],
            persons: vec![WHO],
        };
        (Expected { status: &[200], told: Some(told), ..refusal().0 }, seen(200))
    }
    #[test]
    fn what_is_right_has_no_fault() {
        for (expected, seen) in [refusal(), answer()] {
            assert_eq!(judge(&expected, &seen), []);
        }
    }
    #[test]
    fn a_dropped_permit_is_named() {
        let seen = Seen { shows_foreign_row: true, ..seen(200) };
        assert_eq!(judge(&refusal().0, &seen), [Fault::AnsweredWithoutPermit, Fault::ForeignRow]);
    }
    #[test]
    fn a_skipped_entry_is_named() {
        let (expected, right) = answer();
        let skipped = Seen { entries: vec![], grown: 0, ..right.clone() };
        assert_eq!(judge(&expected, &skipped), [Fault::EntryMissing]);
        let elsewhere = Seen { entries: vec![], ..right.clone() };
        assert_eq!(judge(&expected, &elsewhere), [Fault::EntryMissing, Fault::EntryElsewhere]);
        let twice =
            Seen { entries: [right.entries.clone(), right.entries.clone()].concat(), grown: 2, ..right };
        assert_eq!(judge(&expected, &twice), [Fault::EntryTwice]);
    }
    #[test]
    fn an_entry_of_somebody_else_is_named() {
        let (expected, mut seen) = answer();
        seen.entries[0].actor = None;
        assert_eq!(judge(&expected, &seen), [Fault::EntryWrong]);
    }
    #[test]
    fn a_widened_list_scope_is_named() {
        let (expected, right) = answer();
        let leaked = Seen { shows_foreign_row: true, ..right.clone() };
        assert_eq!(judge(&expected, &leaked), [Fault::ForeignRow]);
        // The second look at each row hides the foreign one; the own row is missing from its page all the same.
        let expected = Expected { own_row: Some(Uuid::from_u128(1)), ..expected };
        assert_eq!(judge(&expected, &right), [Fault::ForeignRow]);
    }
    #[test]
    fn a_shown_number_is_named() {
        let (expected, right) = answer();
        let shown = Seen { shows_number: true, ..right.clone() };
        assert_eq!(judge(&expected, &shown), [Fault::NumberShown]);
        let granted = Expected { numbers: 1, told: None, ..expected };
        assert_eq!(judge(&granted, &shown), [Fault::DisclosureUnrecorded]);
        assert_eq!(judge(&granted, &right), [Fault::NumberNotShown, Fault::DisclosureUnrecorded]);
    }
    #[test]
    fn an_entry_that_tells_something_else_is_named() {
        let changed = |change: fn(&mut Seen)| {
            let (expected, mut seen) = answer();
            change(&mut seen);
            judge(&expected, &seen)
        };
        assert_eq!(changed(|s| s.entries[0].subject = Some("Person".into())), [Fault::SubjectWrong]);
        assert_eq!(changed(|s| s.entries[0].subject = None), [Fault::SubjectWrong]);
        assert_eq!(changed(|s| s.entries[0].policies.clear()), [Fault::PoliciesWrong]);
        assert_eq!(changed(|s| s.entries[0].policies.push("P44".into())), [Fault::PoliciesWrong]);
        assert_eq!(changed(|s| s.entries[0].persons.clear()), [Fault::PersonMissing]);
        assert_eq!(changed(|s| s.shown_people.push(Uuid::from_u128(8))), [Fault::PersonMissing]);
        assert_eq!(changed(|s| s.entries[0].disclosed.clear()), [Fault::ClassesWrong]);
        assert_eq!(changed(|s| s.entries[0].disclosed.push("contact".into())), [Fault::ClassesWrong]);
    }
}
