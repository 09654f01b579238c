//! What was seen of one request, and what is wrong with it, by name.
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
}
/// An entry as it stands in the table.
#[derive(Clone, Debug)]
pub struct Written {
    pub operation: String,
    pub kind: String,
    pub outcome: String,
    pub status: u16,
    pub actor: Option<Uuid>,
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
    found(disclosures.len() != expected.numbers, Fault::DisclosureUnrecorded);
    faults
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
        };
        Seen {
            status,
            entries: vec![entry],
            grown: 1,
            shows_foreign_row: false,
            shows_own_row: false,
            shows_number: false,
        }
    }
    fn answer() -> (Expected, Seen) {
        (Expected { status: &[200], ..refusal().0 }, seen(200))
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
        let granted = Expected { numbers: 1, ..expected };
        assert_eq!(judge(&granted, &shown), [Fault::DisclosureUnrecorded]);
        assert_eq!(judge(&granted, &right), [Fault::NumberNotShown, Fault::DisclosureUnrecorded]);
    }
}
