//! The ledger of a run, and the judge who holds it against what the database kept.
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What the server answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Receipt {
    pub submission: Uuid,
    pub number: String,
    pub body: String,
}
/// One request with its key: what was sent, and the receipt if one came back.
#[derive(Clone, Debug)]
pub struct Filing {
    pub key: String,
    pub path: String,
    pub media: &'static str,
    pub body: Vec<u8>,
    /// 被保険者整理番号 of its records: no other filing has them.
    pub office_numbers: Vec<String>,
    /// The personal number that the first record carries.
    pub personal_number: Option<String>,
    pub receipt: Option<Receipt>,
}
/// What the database holds of a submission.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    pub receipt_number: String,
    /// 整理番号 of its records.
    pub records: Vec<String>,
    /// Entries that say that it was filed.
    pub entries: usize,
    /// How many keys have a kept answer about it.
    pub keys: usize,
}

/// Says what is wrong: an acknowledged filing that is not there exactly once and whole, any other that is there more than
/// once or in part, and whatever is there that nobody filed.
pub fn judge(filings: &[Filing], kept: &BTreeMap<Uuid, Kept>) -> Vec<String> {
    let mut faults = Vec::new();
    let mut by_record: BTreeMap<&str, BTreeSet<Uuid>> = BTreeMap::new();
    for (id, submission) in kept {
        for record in &submission.records {
            by_record.entry(record).or_default().insert(*id);
        }
    }
    let mut claimed = BTreeSet::new();
    for filing in filings {
        let found: BTreeSet<Uuid> = filing
            .office_numbers
            .iter()
            .filter_map(|n| by_record.get(n.as_str()))
            .flatten()
            .copied()
            .collect();
        match (&filing.receipt, found.len()) {
            (Some(_), 0) => faults.push(format!("{}: acknowledged and lost", filing.key)),
            (_, 2..) => faults.push(format!("{}: there {} times", filing.key, found.len())),
            _ => {}
        }
        for id in found {
            claimed.insert(id);
            faults
                .extend(against(filing, id, &kept[&id]).into_iter().map(|f| format!("{}: {f}", filing.key)));
        }
    }
    faults.extend(kept.keys().filter(|id| !claimed.contains(id)).map(|id| format!("{id}: nobody filed it")));
    faults
}
fn against(filing: &Filing, id: Uuid, kept: &Kept) -> Vec<&'static str> {
    let mut faults = Vec::new();
    if kept.records != filing.office_numbers {
        faults.push("its records are not those that were sent");
    }
    if kept.entries != 1 {
        faults.push("not exactly one audit entry says that it was filed");
    }
    if kept.keys != 1 {
        faults.push("not exactly one key leads to it");
    }
    if filing.receipt.as_ref().is_some_and(|r| r.submission != id || r.number != kept.receipt_number) {
        faults.push("the receipt is for something else");
    }
    faults
}

#[test]
fn the_judge_finds_every_planted_fault() {
    let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let filing = |key: &str, numbers: &[&str], receipt: Option<Uuid>| Filing {
        key: key.into(),
        path: String::new(),
        media: "",
        body: Vec::new(),
        office_numbers: numbers.iter().map(|n| (*n).to_owned()).collect(),
        personal_number: None,
        receipt: receipt.map(|submission| Receipt {
            submission,
            number: format!("R-{submission}"),
            body: String::new(),
        }),
    };
    let kept = |id: Uuid, numbers: &[&str]| {
        let kept = Kept {
            receipt_number: format!("R-{id}"),
            records: numbers.iter().map(|n| (*n).to_owned()).collect(),
            entries: 1,
            keys: 1,
        };
        (id, kept)
    };
    let filed = [filing("acked", &["1", "2"], Some(first)), filing("open", &["3"], None)];
    let whole = BTreeMap::from([kept(first, &["1", "2"]), kept(second, &["3"])]);
    assert_eq!(judge(&filed, &whole), Vec::<String>::new());
    let without_open = BTreeMap::from([kept(first, &["1", "2"])]);
    assert_eq!(judge(&filed, &without_open), Vec::<String>::new(), "an unknown one may be absent");

    let planted = |change: &dyn Fn(&mut BTreeMap<Uuid, Kept>), expected: &str| {
        let mut broken = whole.clone();
        change(&mut broken);
        let said = judge(&filed, &broken);
        assert!(said.iter().any(|s| s.contains(expected)), "{expected}: {said:?}");
    };
    planted(&|k| drop(k.remove(&first)), "acked: acknowledged and lost");
    let again = Uuid::from_u128(3);
    planted(&|k| k.extend([kept(again, &["1", "2"])]), "acked: there 2 times");
    planted(&|k| k.extend([kept(again, &["3"])]), "open: there 2 times");
    planted(&|k| k.get_mut(&first).unwrap().records.truncate(1), "acked: its records");
    planted(&|k| k.get_mut(&first).unwrap().records.push("2".into()), "acked: its records");
    planted(&|k| k.get_mut(&second).unwrap().entries = 0, "open: not exactly one audit entry");
    planted(&|k| k.get_mut(&first).unwrap().entries = 2, "acked: not exactly one audit entry");
    planted(&|k| k.get_mut(&second).unwrap().keys = 0, "open: not exactly one key");
    planted(&|k| k.get_mut(&first).unwrap().receipt_number = "R-other".into(), "acked: the receipt");
    planted(&|k| k.extend([kept(again, &["9"])]), "nobody filed it");
}
