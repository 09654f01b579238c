//! What is otherwise after than before: pure. Every kind of form is told by this one comparison of what stands recorded.
use super::super::store::standing::{FieldRow, HoldsRow, PieceRow};
use crate::values::{kana, month::Month};
use chrono::NaiveDate;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// What stands recorded of people.
pub struct Standing {
    /// Covers, dependencies, leaves, offices, bonuses.
    pub fields: Vec<FieldRow>,
    /// Standard remuneration.
    pub holding: Vec<HoldsRow>,
    /// Identities.
    pub pieces: Vec<PieceRow>,
}
/// A line: subject, field, value before, value after (`none` where there is none any more).
pub type Told = (String, String, Option<String>, String);

/// What is otherwise: standard remuneration, 標準賞与額, covers, other offices, leaves, dependents, then what is known of the people; each by
/// its days. `insured` is whom the form is about.
pub fn changes(before: &Standing, after: &Standing, insured: Uuid) -> Vec<Told> {
    let mut all = remuneration(&before.holding, &after.holding);
    all.extend(records(&before.fields, &after.fields));
    all.extend(identities(&before.pieces, &after.pieces, insured));
    all
}
/// The months from which another standard remuneration holds, or none.
fn remuneration(before: &[HoldsRow], after: &[HoldsRow]) -> Vec<Told> {
    let ends = |r: &HoldsRow| [Some(r.applies_from), r.applies_until].into_iter().flatten();
    let mut bounds = BTreeSet::new();
    for row in before.iter().chain(after) {
        bounds.extend(ends(row).map(|day| (row.person_id, day)));
    }
    let at = |rows: &[HoldsRow], (person, day): (Uuid, NaiveDate)| {
        let holds = |r: &&HoldsRow| {
            r.person_id == person && r.applies_from <= day && r.applies_until.is_none_or(|until| day < until)
        };
        rows.iter().find(holds).map(|r| (r.decision_id, r.standard_yen))
    };
    let mut all = Vec::new();
    for bound in bounds {
        let (was, is) = (at(before, bound), at(after, bound));
        if was == is {
            continue;
        }
        let yen = |found: Option<(Uuid, i64)>| found.map(|f| f.1.to_string());
        let subject = || "standard_remuneration".to_owned();
        all.push((subject(), "standard_yen".into(), yen(was), yen(is).unwrap_or_else(none)));
        all.push((subject(), "applies_from".into(), None, Month::of(bound.1).to_string()));
    }
    all
}
/// Order of the subjects and of their fields.
const ORDER: [&str; 6] =
    ["standard_bonus", "member", "voluntary_continuation", "office", "leave", "dependent"];
fn records(before: &[FieldRow], after: &[FieldRow]) -> Vec<Told> {
    let by_key = |rows: &[FieldRow]| -> BTreeMap<(String, String, String), (NaiveDate, String)> {
        let key = |r: &FieldRow| (r.subject.clone(), r.record.clone(), r.field.clone());
        rows.iter().map(|r| (key(r), (r.since, r.value.clone()))).collect()
    };
    let (was, is) = (by_key(before), by_key(after));
    let keys: BTreeSet<_> = was.keys().chain(is.keys()).collect();
    let mut all: Vec<(usize, NaiveDate, Told, Option<Month>)> = Vec::new();
    for key in keys {
        let (old, new) = (was.get(key), is.get(key));
        let (before, after) = (old.map(|o| o.1.clone()), new.map(|n| n.1.clone()));
        let Some(since) = new.or(old).map(|r| r.0).filter(|_| before != after) else { continue };
        // a leave that begins or goes is told by its days
        if key.2 == "child_birth_on" && (before.is_none() || after.is_none()) {
            continue;
        }
        let rank = ORDER.iter().position(|s| *s == key.0).unwrap_or(ORDER.len());
        let is_bonus = key.0 == "standard_bonus";
        // a month without a bonus has one of 0 yen
        let zero = || if is_bonus && key.2 == "standard_bonus_yen" { Some("0".to_owned()) } else { None };
        let (before, after) = (before.or_else(zero), after.or_else(zero).unwrap_or_else(none));
        if before.as_ref() == Some(&after) {
            continue;
        }
        let month = is_bonus.then(|| Month::of(since));
        all.push((rank, since, (key.0.clone(), key.2.clone(), before, after), month));
    }
    all.sort_by(|a, b| (a.0, a.1, &a.2.1, &a.2.2, &a.2.3).cmp(&(b.0, b.1, &b.2.1, &b.2.2, &b.2.3)));
    let mut lines = Vec::new();
    for (_, _, line, month) in all {
        lines.push(line);
        if let Some(month) = month {
            lines.push(("standard_bonus".into(), "month".into(), None, month.to_string()));
        }
    }
    lines
}
fn identities(before: &[PieceRow], after: &[PieceRow], insured: Uuid) -> Vec<Told> {
    let mut bounds: Vec<(bool, Uuid, NaiveDate)> = Vec::new();
    for p in before.iter().chain(after) {
        bounds.push((p.person_id != insured, p.person_id, p.valid_from));
    }
    bounds.sort_unstable();
    bounds.dedup();
    let at = |rows: &'_ [PieceRow], (person, day): (Uuid, NaiveDate)| -> Option<PieceRow> {
        let holds = |p: &&PieceRow| {
            p.person_id == person && p.valid_from <= day && p.valid_to.is_none_or(|to| day < to)
        };
        rows.iter().find(holds).cloned()
    };
    let (mut all, mut told) = (Vec::new(), BTreeSet::new());
    for (is_other, person, day) in bounds {
        let (was, is) = (at(before, (person, day)), at(after, (person, day)));
        let subject = if is_other { "dependent" } else { "member" };
        let mut push = |field: &str, before: Option<String>, after: Option<String>| {
            let line = (subject.to_owned(), field.to_owned(), before, after.unwrap_or_else(none));
            if line.2.as_ref() != Some(&line.3) && told.insert((person, line.clone())) {
                all.push(line);
            }
        };
        let show = |p: &Option<PieceRow>, f: fn(&PieceRow) -> String| p.as_ref().map(f);
        push("name", show(&was, |p| kana::display_name(&p.name)), show(&is, |p| kana::display_name(&p.name)));
        push("name_kana", show(&was, |p| p.name_kana.clone()), show(&is, |p| p.name_kana.clone()));
        push("birth_on", show(&was, |p| p.birth_on.to_string()), show(&is, |p| p.birth_on.to_string()));
        push("sex", show(&was, |p| p.sex.clone()), show(&is, |p| p.sex.clone()));
        let Some((was, is)) = was.zip(is) else { continue };
        let from = || Some(format!("from {day}"));
        if was.resident != is.resident {
            push("resident_address", None, from());
        }
        if was.contact != is.contact {
            push("contact", None, from());
        }
    }
    all
}
fn none() -> String {
    "none".into()
}
