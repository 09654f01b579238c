//! 再提出: a form that corrects a returned one. The employer names it in JSON; of a file kind, 整理番号 and persons tell.
use super::{
    super::{
        Disposition, ParsedRow,
        model::State,
        store::{self, Earlier},
    },
    kind_of,
};
use crate::{
    kernel::{Kind, Problem, Tx},
    values::kana,
};
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Why a notification can't be resubmitted by a form of this kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// There is none, or it is another employer's: the same answer for both.
    Unknown,
    /// The form is of another kind.
    OtherKind,
    /// It was not returned.
    NotReturned,
    /// Another notification corrects it already.
    Resubmitted,
}
/// What stands against correcting `earlier` with a form of `kind`.
fn fault(earlier: Option<&Earlier>, kind: &str) -> Option<Fault> {
    match earlier {
        None => Some(Fault::Unknown),
        Some(e) if e.kind != kind => Some(Fault::OtherKind),
        Some(e) if State::of(&e.state) != State::Returned => Some(Fault::NotReturned),
        Some(e) if e.is_resubmitted => Some(Fault::Resubmitted),
        Some(_) => None,
    }
}
fn problem(fault: Fault, base: &str) -> Problem {
    let at = format!("{base}/resubmission_of");
    let (code, ja, en) = match fault {
        Fault::Unknown => {
            ("unknown-notification", "該当する届出がありません", "There is no such notification")
        }
        Fault::OtherKind => {
            ("other-kind", "返戻された届出と種類が違います", "The returned notification is of another kind")
        }
        Fault::NotReturned => {
            ("not-returned", "返戻された届出ではありません", "The notification named was not returned")
        }
        Fault::Resubmitted => (
            "already-resubmitted",
            "この届出はすでに再提出されています",
            "The notification named was resubmitted already",
        ),
    };
    let kind = match fault {
        Fault::Unknown | Fault::OtherKind => Kind::Invalid,
        Fault::NotReturned | Fault::Resubmitted => Kind::Conflict,
    };
    Problem::new(kind).because(code, ja, en).at(&at, code, (ja, en))
}
/// Checks the notifications that forms name as the ones they correct; `base` gives the pointer of a form. A wrong one refuses the
/// submission whole: which record it was meant for only the sender knows.
/// # Errors
/// 422 `unknown-notification` (also for another employer's), `other-kind`; 409 `not-returned`, `already-resubmitted`.
pub fn check(
    tx: &mut Tx<'_>,
    employer: Uuid,
    rows: &[ParsedRow],
    base: impl Fn(u32) -> String,
) -> Result<(), Problem> {
    let named: Vec<(&ParsedRow, Uuid)> =
        rows.iter().filter_map(|r| r.resubmission_of.map(|id| (r, id))).collect();
    if named.is_empty() {
        return Ok(());
    }
    let ids: Vec<Uuid> = named.iter().map(|n| n.1).collect();
    let known: HashMap<Uuid, Earlier> =
        store::own(tx, employer, &ids)?.into_iter().map(|e| (e.id, e)).collect();
    let mut taken = HashSet::new();
    for (row, id) in named {
        let is_second = !taken.insert(id);
        let found = fault(known.get(&id), kind_of(row)).or(is_second.then_some(Fault::Resubmitted));
        if let Some(fault) = found {
            return Err(problem(fault, &base(row.row)));
        }
    }
    Ok(())
}
/// Kind, 整理番号 without leading zeros, and persons of a form.
type Correction = (String, String, String);
/// Whom a form is about: reading and birth day of the insured person and of each dependent that it names.
fn about(form: &Value) -> String {
    let one = |person: &Value| {
        let word = |key: &str| person[key].as_str().unwrap_or_default();
        format!("{} {}", kana::search_fold(word("name_kana")), word("birth_on"))
    };
    let entries = form["others"].as_array().into_iter().flatten();
    let family = form.get("spouse").into_iter().chain(entries).map(one);
    std::iter::once(one(form)).chain(family).collect::<Vec<_>>().join("/")
}
/// Links the records of a file to the returned notifications that they correct: same kind, 整理番号 (000012 and 12 are the same) and
/// persons, exactly one such notification that was not resubmitted yet, and exactly one such record in the file.
/// # Errors
/// Database errors.
pub fn link(tx: &mut Tx<'_>, employer: Uuid, rows: &mut [ParsedRow]) -> Result<(), Problem> {
    let key = |row: &ParsedRow| {
        let number = row.office_number.as_ref().filter(|_| row.disposition != Disposition::Rejected)?;
        let form = serde_json::to_value(row.form.as_ref()?).ok()?;
        Some((kind_of(row).to_owned(), number.trim_start_matches('0').to_owned(), about(&form)))
    };
    let mut records: HashMap<Correction, u32> = HashMap::new();
    rows.iter().filter_map(key).for_each(|k| *records.entry(k).or_default() += 1);
    let numbers: Vec<String> = records.keys().map(|k| k.1.clone()).collect();
    let mut open: HashMap<Correction, Vec<Uuid>> = HashMap::new();
    for e in store::returned(tx, employer, &numbers)? {
        if let (Some(number), Some(form), false) = (e.office_number, e.form, e.is_resubmitted) {
            open.entry((e.kind, number, about(&form))).or_default().push(e.id);
        }
    }
    for row in rows.iter_mut() {
        let Some(k) = key(row) else { continue };
        if let (Some([only]), Some(1)) = (open.get(&k).map(Vec::as_slice), records.get(&k)) {
            row.resubmission_of = Some(*only);
        }
    }
    Ok(())
}
