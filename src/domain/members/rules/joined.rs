//! 名寄せ: the identity of one human being out of what was recorded under two ids.
use super::pieces::{Item, Outcome, Piece, Stored, Values};
use crate::domain::members::views::PersonSex;
use chrono::NaiveDate;
use std::collections::BTreeSet;

/// One item as it was recorded for a day.
struct Statement<'a> {
    day: NaiveDate,
    item: Item,
    of: &'a Piece,
}
/// Everything that the pieces of one person state. Its first piece states the name in any case.
fn statements(pieces: &[Stored]) -> Vec<Statement<'_>> {
    let mut all = Vec::new();
    for (n, s) in pieces.iter().enumerate() {
        let mut items = s.piece.states.clone();
        if n == 0 {
            items.insert(Item::Name);
        }
        items.retain(|i| *i != Item::Sex || s.piece.values.sex != PersonSex::Unset);
        all.extend(items.into_iter().map(|item| Statement { day: s.piece.valid_from, item, of: &s.piece }));
    }
    all
}
fn put(item: Item, from: &Values, into: &mut Values) {
    match item {
        Item::Name => into.name = from.name.clone(),
        Item::Sex => into.sex = from.sex,
        Item::ResidentAddress => into.resident = from.resident.clone(),
        Item::Contact => into.contact = from.contact.clone(),
    }
}
/// Joins the pieces of two ids that are known now, each by days: every item holds from the day for which it was recorded under either
/// id until it was recorded again under either. For one day what was recorded under the surviving id counts. All pieces give way to
/// those that are written.
pub fn joined(surviving: &[Stored], merged: &[Stored]) -> Outcome {
    let mut all = statements(merged);
    all.extend(statements(surviving)); // later in the list, so of one day and item the surviving one's counts
    all.sort_by_key(|s| s.day);
    let days: BTreeSet<NaiveDate> = all.iter().map(|s| s.day).collect();
    let mut written: Vec<Piece> = Vec::with_capacity(days.len());
    for day in days {
        let of_day: Vec<&Statement<'_>> = all.iter().filter(|s| s.day == day).collect();
        let Some(first) = of_day.last() else { continue };
        let mut values = written.last().map_or_else(|| first.of.values.clone(), |p| p.values.clone());
        of_day.iter().for_each(|s| put(s.item, &s.of.values, &mut values));
        let states: BTreeSet<Item> = of_day.iter().map(|s| s.item).collect();
        let weightiest = states.first().and_then(|i| of_day.iter().rev().find(|s| s.item == *i));
        let why = weightiest.unwrap_or(first).of.why.clone();
        if let Some(before) = written.last_mut() {
            before.valid_to = Some(day);
        }
        written.push(Piece { valid_from: day, valid_to: None, values, states, why });
    }
    let superseded = surviving.iter().chain(merged).map(|s| s.row_id).collect();
    Outcome { superseded, written }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::members::rules::pieces::{Contact, Name, Resident, Why};
    use uuid::Uuid;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }
    fn piece(from: &str, to: Option<&str>, name: &str, town: &str, states: &[Item]) -> Stored {
        let values = Values {
            name: Name { shown: name.into(), raw: name.into(), kana: name.into() },
            birth_on: day("1990-01-01"),
            sex: PersonSex::Unset,
            resident: Resident { text: (!town.is_empty()).then(|| town.into()), ..Resident::default() },
            contact: Contact::default(),
        };
        let why = Why { reason: name.into(), received_on: day(from), source: None };
        let states = states.iter().copied().collect();
        let piece = Piece { valid_from: day(from), valid_to: to.map(day), values, states, why };
        Stored { row_id: Uuid::now_v7(), piece }
    }
    fn told(o: &Outcome) -> Vec<(String, Option<String>, String, String)> {
        let text = |p: &Piece| p.values.resident.text.clone().unwrap_or_default();
        let to = |p: &Piece| p.valid_to.map(|d| d.to_string());
        o.written
            .iter()
            .map(|p| (p.valid_from.to_string(), to(p), p.values.name.shown.clone(), text(p)))
            .collect()
    }
    #[test]
    fn each_item_holds_until_it_is_recorded_again_under_either_id() {
        use Item::{Name, ResidentAddress};
        let old = [
            piece("2010-04-01", Some("2015-01-01"), "旧姓", "一町", &[Name, ResidentAddress]),
            piece("2015-01-01", None, "旧姓", "二町", &[ResidentAddress]),
        ];
        let new = [piece("2020-04-01", None, "新姓", "", &[Name])];
        let row =
            |a: &str, b: Option<&str>, c: &str, d: &str| (a.into(), b.map(Into::into), c.into(), d.into());
        let expected = vec![
            row("2010-04-01", Some("2015-01-01"), "旧姓", "一町"),
            row("2015-01-01", Some("2020-04-01"), "旧姓", "二町"),
            row("2020-04-01", None, "新姓", "二町"),
        ];
        assert_eq!(told(&joined(&new, &old)), expected);
        assert_eq!(told(&joined(&old, &new)), expected, "whichever survives");
        assert_eq!(joined(&new, &old).superseded.len(), 3);
    }
    #[test]
    fn for_one_day_the_surviving_id_counts() {
        use Item::{Name, ResidentAddress};
        let a = [piece("2020-04-01", None, "甲", "", &[Name])];
        let b = [piece("2020-04-01", None, "乙", "一町", &[Name, ResidentAddress])];
        let o = joined(&a, &b);
        assert_eq!(told(&o), [("2020-04-01".into(), None, "甲".into(), "一町".into())]);
        assert_eq!(o.written[0].why.reason, "甲");
    }
}
