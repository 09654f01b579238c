//! How the identity of a person over time is cut into pieces (R-007, R-011, R-012; 健康保険法施行規則 第28条, 第36条). The one place that
//! knows; what is written and superseded in the database is its answer.
//!
//! Name with reading, sex, 住民票住所 and contact details are items of their own. What is recorded of an item holds from its day until the
//! item is recorded again, over all pieces that begin in between for other items. A correction (訂正) says that a value was wrong:
//! it holds as long as that value stood, and a value that came later stays.
//!
//! A reading stands for a name of which nothing but kana is known. See [`StatedName::named`] for what a reading alone does.
use super::super::views::PersonSex;
use crate::values::kana;
use chrono::NaiveDate;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What is recorded by itself. In order of weight: why a piece begins is why its weightiest item was recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// 氏名 with its reading.
    Name,
    /// 性別.
    Sex,
    /// 住民票住所.
    ResidentAddress,
    /// 連絡先住所 and phone.
    Contact,
}
impl Item {
    /// All items.
    pub const ALL: [Self; 4] = [Self::Name, Self::Sex, Self::ResidentAddress, Self::Contact];
    /// The word as it is stored.
    pub fn code(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Sex => "sex",
            Self::ResidentAddress => "resident_address",
            Self::Contact => "contact",
        }
    }
}
/// 氏名.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// As shown.
    pub shown: String,
    /// As received.
    pub raw: String,
    /// Reading, full width.
    pub kana: String,
}
impl Name {
    /// Nothing but the reading is known: it stands for the name.
    fn of_reading(reading: &str) -> Self {
        Self { shown: kana::display_name(reading), raw: reading.to_owned(), kana: reading.to_owned() }
    }
    fn is_reading(&self) -> bool {
        self.shown == kana::display_name(&self.kana)
    }
}
/// 住民票住所.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resident {
    /// 郵便番号.
    pub postal_code: Option<String>,
    /// 住所.
    pub text: Option<String>,
    /// Its reading.
    pub kana: Option<String>,
}
/// 連絡先.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// 郵便番号.
    pub postal_code: Option<String>,
    /// 連絡先住所.
    pub text: Option<String>,
    /// 電話番号.
    pub phone: Option<String>,
}
/// What a person is called and where one lives, on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Values {
    /// 氏名.
    pub name: Name,
    /// 生年月日: no change states another one; a correction is [`born`].
    pub birth_on: NaiveDate,
    /// 性別.
    pub sex: PersonSex,
    /// 住民票住所.
    pub resident: Resident,
    /// 連絡先.
    pub contact: Contact,
}
impl Values {
    fn has_same(&self, item: Item, other: &Self) -> bool {
        match item {
            Item::Name => self.name == other.name,
            Item::Sex => self.sex == other.sex,
            Item::ResidentAddress => self.resident == other.resident,
            Item::Contact => self.contact == other.contact,
        }
    }
}
/// Why something was recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// As a code.
    pub reason: String,
    /// 受付年月日.
    pub received_on: NaiveDate,
    /// Notification it came with.
    pub source: Option<Uuid>,
}
/// Days through which nothing of the identity changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// First day.
    pub valid_from: NaiveDate,
    /// First day not any more; none yet when absent.
    pub valid_to: Option<NaiveDate>,
    /// What holds.
    pub values: Values,
    /// The items that were recorded as holding from the first day on; the others go on from the piece before.
    pub states: BTreeSet<Item>,
    /// Why it begins.
    pub why: Why,
}
impl Piece {
    fn covers(&self, day: NaiveDate) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|to| day < to)
    }
}
/// A piece as it is known now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its row.
    pub row_id: Uuid,
    /// It.
    pub piece: Piece,
}
/// A name as somebody states it: at least one of both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StatedName {
    /// As received.
    pub name: Option<String>,
    /// Reading, full width.
    pub kana: Option<String>,
}
impl StatedName {
    /// The name that holds where `old` stood. With a reading alone: where a reading stood for the name, the new one does; where the
    /// name reads like that already, it stays; in a correction the name stays, since only its reading was wrong; in a change
    /// the old name is not the name any more, and the reading stands for the new one until it is stated.
    fn named(&self, old: &Name, is_correction: bool) -> Name {
        match (&self.name, &self.kana) {
            (Some(name), reading) => {
                let shown = kana::display_name(name);
                let raw = if shown == old.shown { &old.raw } else { name };
                Name { shown, raw: raw.clone(), kana: reading.as_ref().unwrap_or(&old.kana).clone() }
            }
            (None, None) => old.clone(),
            (None, Some(reading)) => {
                let reads_so = kana::search_fold(reading) == kana::search_fold(&old.kana);
                if old.is_reading() || !(is_correction || reads_so) {
                    return Name::of_reading(reading);
                }
                Name { kana: reading.clone(), ..old.clone() }
            }
        }
    }
    /// The name where none was known; `None` without a reading.
    fn alone(&self) -> Option<Name> {
        let reading = Name::of_reading(self.kana.as_deref()?);
        Some(self.named(&reading, false))
    }
    fn replaces_the_same(&self, a: &Name, b: &Name) -> bool {
        (self.name.is_none() || a.shown == b.shown) && (self.kana.is_none() || a.kana == b.kana)
    }
}
/// What is stated; what is absent is not stated.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stated {
    /// 氏名, reading or both.
    pub name: Option<StatedName>,
    /// 性別.
    pub sex: Option<PersonSex>,
    /// 住民票住所.
    pub resident: Option<Resident>,
    /// 連絡先, as a whole.
    pub contact: Option<Contact>,
}
impl Stated {
    fn items(&self) -> impl Iterator<Item = Item> + '_ {
        Item::ALL.into_iter().filter(|item| match item {
            Item::Name => self.name.is_some(),
            Item::Sex => self.sex.is_some(),
            Item::ResidentAddress => self.resident.is_some(),
            Item::Contact => self.contact.is_some(),
        })
    }
    fn put(&self, item: Item, into: &mut Values, is_correction: bool) {
        match item {
            Item::Name => self.name.iter().for_each(|n| into.name = n.named(&into.name, is_correction)),
            Item::Sex => self.sex.iter().for_each(|s| into.sex = *s),
            Item::ResidentAddress => self.resident.iter().for_each(|r| into.resident = r.clone()),
            Item::Contact => self.contact.iter().for_each(|c| into.contact = c.clone()),
        }
    }
    fn replaces_the_same(&self, item: Item, a: &Values, b: &Values) -> bool {
        match (item, &self.name) {
            (Item::Name, Some(n)) => n.replaces_the_same(&a.name, &b.name),
            _ => a.has_same(item, b),
        }
    }
}
/// For which days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A change: from this day until the item is recorded again.
    From(NaiveDate),
    /// A correction: from this day on, as long as what stands on it stood.
    RightFrom(NaiveDate),
    /// A correction: all the time in which what stands on this day stood.
    RightAround(NaiveDate),
}
impl Holds {
    /// A day on which it holds.
    pub fn day(self) -> NaiveDate {
        match self {
            Self::From(day) | Self::RightFrom(day) | Self::RightAround(day) => day,
        }
    }
    fn is_correction(self) -> bool {
        !matches!(self, Self::From(_))
    }
}
/// A change or a correction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What is stated.
    pub stated: Stated,
    /// For which days.
    pub holds: Holds,
    /// Why.
    pub why: Why,
    /// Day of birth, from whoever states enough to begin an identity on days of which nothing is known.
    pub birth_on: Option<NaiveDate>,
}
/// What a change does to the pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows that are not known any more.
    pub superseded: Vec<Uuid>,
    /// What takes their place, by days.
    pub written: Vec<Piece>,
}
/// Nothing is known of the person on that day, and the change does not state enough to begin with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoneThen;

/// A part of what was, and what becomes of it.
struct Part {
    of: Option<Uuid>,
    /// It begins with the change.
    is_begun: bool,
    was: Piece,
    piece: Piece,
}
impl Part {
    fn new(of: Option<Uuid>, is_begun: bool, piece: Piece) -> Self {
        Self { of, is_begun, was: piece.clone(), piece }
    }
}
/// A stored piece, cut where it must begin anew.
fn cut(s: &Stored, day: Option<NaiveDate>) -> Vec<Part> {
    let whole = || Part::new(Some(s.row_id), false, s.piece.clone());
    let Some(day) = day.filter(|d| s.piece.covers(*d) && s.piece.valid_from < *d) else {
        return vec![whole()];
    };
    let before = Piece { valid_to: Some(day), ..s.piece.clone() };
    let after = Piece { valid_from: day, states: BTreeSet::new(), ..s.piece.clone() };
    vec![Part::new(Some(s.row_id), false, before), Part::new(Some(s.row_id), true, after)]
}
/// A piece for days of which nothing is known, until the next piece.
fn begun(current: &[Stored], c: &Change) -> Result<Part, NoneThen> {
    let day = c.holds.day();
    let name = c.stated.name.as_ref().and_then(StatedName::alone).ok_or(NoneThen)?;
    let values = Values {
        name,
        birth_on: c.birth_on.ok_or(NoneThen)?,
        sex: PersonSex::Unset,
        resident: Resident::default(),
        contact: Contact::default(),
    };
    let valid_to = current.iter().map(|s| s.piece.valid_from).filter(|from| *from > day).min();
    let piece = Piece { valid_from: day, valid_to, values, states: BTreeSet::new(), why: c.why.clone() };
    Ok(Part::new(None, true, piece))
}
/// The contact details of a day.
pub fn contact_on(current: &[Stored], day: NaiveDate) -> Contact {
    current.iter().find(|s| s.piece.covers(day)).map(|s| s.piece.values.contact.clone()).unwrap_or_default()
}
/// Whether what is stated holds on its day already.
pub fn holds_already(current: &[Stored], c: &Change) -> bool {
    current.iter().find(|s| s.piece.covers(c.holds.day())).is_some_and(|s| {
        let mut values = s.piece.values.clone();
        c.stated.items().for_each(|item| c.stated.put(item, &mut values, c.holds.is_correction()));
        values == s.piece.values
    })
}
/// What a change does. Takes the pieces that are known now, by days, without overlaps; those in the outcome, with those that are not
/// superseded, are so again. A piece that stays as it was is not touched.
/// # Errors
/// [`NoneThen`].
pub fn changed(current: &[Stored], c: &Change) -> Result<Outcome, NoneThen> {
    let day = c.holds.day();
    let cut_on = if let Holds::RightAround(_) = c.holds { None } else { Some(day) };
    let mut parts: Vec<Part> = current.iter().flat_map(|s| cut(s, cut_on)).collect();
    if !parts.iter().any(|p| p.piece.covers(day)) {
        parts.push(begun(current, c)?);
        parts.sort_by_key(|p| p.piece.valid_from);
    }
    let here = parts.iter().position(|p| p.piece.covers(day)).ok_or(NoneThen)?;
    for item in c.stated.items() {
        put(item, c, &mut parts, here);
    }
    for (i, p) in parts.iter_mut().enumerate() {
        if is_because(c, p, i == here) {
            p.piece.why = c.why.clone();
        }
    }
    Ok(outcome(current, parts))
}
/// Puts one item into the parts in which it holds.
fn put(item: Item, c: &Change, parts: &mut [Part], here: usize) {
    let is_correction = c.holds.is_correction();
    let (before, after) = parts.split_at_mut(here);
    let Some((first, after)) = after.split_first_mut() else { return };
    let old = first.piece.values.clone();
    let same = |p: &&mut Part| c.stated.replaces_the_same(item, &p.piece.values, &old);
    let set = |p: &mut Part| c.stated.put(item, &mut p.piece.values, is_correction);
    set(first);
    match c.holds {
        Holds::From(_) => after.iter_mut().take_while(|p| !p.piece.states.contains(&item)).for_each(set),
        Holds::RightFrom(_) => after.iter_mut().take_while(same).for_each(set),
        Holds::RightAround(_) => {
            before.iter_mut().rev().take_while(same).for_each(set);
            after.iter_mut().take_while(same).for_each(set);
            return;
        }
    }
    first.piece.states.insert(item);
}
/// Whether the part is so because of this change. A correction says why of all that it makes right; a change of the piece that
/// begins on its day, unless that begins for a weightier item.
fn is_because(c: &Change, p: &Part, is_first: bool) -> bool {
    if c.holds.is_correction() {
        return p.is_begun || p.piece.values != p.was.values;
    }
    let had = &p.was.states;
    let is_new = |item: &Item| !had.contains(item) || !p.piece.values.has_same(*item, &p.was.values);
    let new = c.stated.items().find(is_new);
    is_first && (p.is_begun || new.is_some_and(|n| had.first().is_none_or(|h| n <= *h)))
}
/// 生年月日訂正: the day of birth was never another one, so that every piece says so.
pub fn born(current: &[Stored], birth_on: NaiveDate, why: &Why) -> Outcome {
    let wrong = current.iter().filter(|s| s.piece.values.birth_on != birth_on);
    let right = |s: &Stored| Piece {
        values: Values { birth_on, ..s.piece.values.clone() },
        why: why.clone(),
        ..s.piece.clone()
    };
    Outcome { superseded: wrong.clone().map(|s| s.row_id).collect(), written: wrong.map(right).collect() }
}
/// The identity is known from a day on at the latest: what is known of the first days holds before them too (a cover that began earlier).
pub fn known_from(current: &[Stored], day: NaiveDate) -> Outcome {
    match current.iter().min_by_key(|s| s.piece.valid_from).filter(|s| s.piece.valid_from > day) {
        Some(first) => Outcome {
            superseded: vec![first.row_id],
            written: vec![Piece { valid_from: day, ..first.piece.clone() }],
        },
        None => Outcome::default(),
    }
}
fn outcome(current: &[Stored], parts: Vec<Part>) -> Outcome {
    let stays = |row: Uuid| {
        let mut of_row = parts.iter().filter(|p| p.of == Some(row));
        let was = current.iter().find(|s| s.row_id == row).map(|s| &s.piece);
        of_row.next().map(|p| &p.piece) == was && of_row.next().is_none()
    };
    let superseded: Vec<Uuid> = current.iter().map(|s| s.row_id).filter(|row| !stays(*row)).collect();
    let is_written = |p: &Part| p.of.is_none_or(|row| superseded.contains(&row));
    let written = parts.iter().filter(|p| is_written(p)).map(|p| p.piece.clone()).collect();
    Outcome { superseded, written }
}
