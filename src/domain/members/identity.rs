//! Changes and corrections of who a person is: each states something for some days, and one rule and one writer do the rest.
use super::{
    changes::{IdentityFacts, touch},
    name_api::NameReason,
    rules::{
        joined::joined,
        pieces::{self, Change, Contact, Holds, Resident, Stated, StatedName, Why},
    },
    store::{self, Known},
    views::PersonSex,
};
use crate::kernel::{Operation, Permit, Problem, Tx};
use chrono::NaiveDate;
use uuid::Uuid;

/// A name to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Rename<'a> {
    /// Name as received; absent when only the reading is stated.
    pub name: Option<&'a str>,
    /// Reading, full width; stays when absent.
    pub name_kana: Option<&'a str>,
    /// First day on which it holds; for a correction the whole period of today's name when absent.
    pub valid_from: Option<NaiveDate>,
    /// Why.
    pub reason: NameReason,
    /// When the society received it.
    pub received_on: NaiveDate,
    /// Notification it came with.
    pub source: Option<Uuid>,
}
impl Rename<'_> {
    fn change(&self, today: NaiveDate) -> Change {
        let name = StatedName { name: self.name.map(Into::into), kana: self.name_kana.map(Into::into) };
        let holds = match (self.reason, self.valid_from) {
            (NameReason::Correction, None) => Holds::RightAround(today),
            (NameReason::Correction, Some(day)) => Holds::RightFrom(day),
            (_, day) => Holds::From(day.unwrap_or(today)),
        };
        let (received_on, source) = (self.received_on, self.source);
        Change {
            stated: Stated { name: Some(name), ..Stated::default() },
            holds,
            why: Why { reason: self.reason.code().into(), received_on, source },
            birth_on: None,
        }
    }
}
/// What a form states of a person: name, reading, sex and address, as far as it states them, hold from its day until each is recorded
/// again. On days of which nothing is known the identity begins with it.
/// # Errors
/// 404 when there is no such person; database errors.
pub fn restate<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    person: Uuid,
    f: &IdentityFacts,
) -> Result<(), Problem> {
    begin(tx, permit, person, f)?;
    touch(tx, person)
}
/// As [`restate`], without counting a change: for a person who is new.
/// # Errors
/// As `restate`.
pub(super) fn begin<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    person: Uuid,
    f: &IdentityFacts,
) -> Result<(), Problem> {
    let (postal_code, text, kana) = f.resident.clone();
    let resident = Resident { postal_code, text, kana };
    let sex = PersonSex::of(f.sex);
    let stated = Stated {
        name: Some(StatedName { name: f.name.clone(), kana: Some(f.name_kana.clone()) }),
        sex: (sex != PersonSex::Unset).then_some(sex),
        resident: (resident != Resident::default()).then_some(resident),
        contact: None,
    };
    let why = Why { reason: f.reason.into(), received_on: f.received_on, source: f.source };
    let change = Change { stated, holds: Holds::From(f.valid_from), why, birth_on: Some(f.birth_on) };
    let known = store::known_pieces(tx, person)?;
    write(tx, person, &known, &change)
}
/// 名寄せ: the identities of two ids of one human being go on under the surviving one.
/// # Errors
/// 404 when there is no such person; database errors.
pub fn join_identities<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    surviving: Uuid,
    merged: Uuid,
) -> Result<(), Problem> {
    let (other, known) = (store::known_pieces(tx, merged)?, store::known_pieces(tx, surviving)?);
    let outcome = joined(&known.pieces, &other.pieces);
    store::write_pieces(tx, surviving, &known.later(&other), &outcome)
}
/// 氏名訂正 out of a notification: the right name for the whole period in which the name of today stood. A form that states no name
/// leaves the name, and one that states nothing new changes nothing.
/// # Errors
/// 409 `no-name-then` when there is no identity valid today.
pub fn correct_name<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    person: Uuid,
    (name, name_kana): (Option<&str>, &str),
    source: Uuid,
) -> Result<(), Problem> {
    let today = tx.today();
    let r = Rename {
        name,
        name_kana: Some(name_kana),
        valid_from: None,
        reason: NameReason::Correction,
        received_on: today,
        source: Some(source),
    };
    let (known, change) = (store::known_pieces(tx, person)?, r.change(today));
    if pieces::holds_already(&known.pieces, &change) {
        return Ok(());
    }
    write(tx, person, &known, &change)?;
    touch(tx, person)
}
/// 氏名変更・氏名訂正 as staff records it.
/// # Errors
/// 409 `no-name-then` when nothing is known of the person on that day, `nothing-new` when the name holds already.
pub fn rename<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    person: Uuid,
    r: &Rename<'_>,
) -> Result<(), Problem> {
    let today = tx.today();
    let (known, change) = (store::known_pieces(tx, person)?, r.change(today));
    if pieces::holds_already(&known.pieces, &change) {
        return Err(Problem::conflict(
            "nothing-new",
            "氏名は記録どおりです",
            "The name is recorded like that already",
        ));
    }
    write(tx, person, &known, &change)?;
    touch(tx, person)
}
/// Whether the name is recorded like that already; what a correction states for a day of which nothing is known is not.
/// # Errors
/// Database errors.
pub fn holds_name(tx: &mut Tx<'_>, person: Uuid, r: &Rename<'_>) -> Result<bool, Problem> {
    let today = tx.today();
    Ok(pieces::holds_already(&store::pieces_of(tx, person)?.pieces, &r.change(today)))
}
/// 生年月日訂正: the right day of birth, for all days.
/// # Errors
/// 404 when there is no such person.
pub fn correct_birth<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    person: Uuid,
    birth_on: NaiveDate,
    (received_on, source): (NaiveDate, Uuid),
) -> Result<(), Problem> {
    let known = store::known_pieces(tx, person)?;
    let why = Why { reason: "birth_date_correction".into(), received_on, source: Some(source) };
    let outcome = pieces::born(&known.pieces, birth_on, &why);
    store::write_pieces(tx, person, &known, &outcome)?;
    touch(tx, person)
}
/// What is known of a person's first days holds from this day on, when that is earlier.
/// # Errors
/// 404 when there is no such person.
pub fn known_from<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    person: Uuid,
    day: NaiveDate,
) -> Result<(), Problem> {
    let known = store::known_pieces(tx, person)?;
    let outcome = pieces::known_from(&known.pieces, day);
    store::write_pieces(tx, person, &known, &outcome)
}
/// Addresses that hold from a day on.
#[derive(Clone, Debug)]
pub struct Moved {
    /// 住民票住所, when it is stated.
    pub resident: Option<Resident>,
    /// 連絡先住所 with its postal code, when it is stated.
    pub contact_address: Option<(Option<String>, Option<String>)>,
    /// Phone, when it is stated.
    pub phone: Option<String>,
    /// First day on which they hold.
    pub from: NaiveDate,
    /// When the society received it.
    pub received_on: NaiveDate,
    /// Notification it came with.
    pub source: Option<Uuid>,
}
impl Moved {
    /// The change; of the contact details what is not stated stays as it is on that day.
    fn change(&self, known: &Known) -> Change {
        let mut contact = pieces::contact_on(&known.pieces, self.from);
        if let Some((postal_code, text)) = &self.contact_address {
            (contact.postal_code, contact.text) = (postal_code.clone(), text.clone());
        }
        if let Some(phone) = &self.phone {
            contact.phone = Some(phone.clone());
        }
        let has_contact = self.contact_address.is_some() || self.phone.is_some();
        Change {
            stated: Stated {
                resident: self.resident.clone(),
                contact: has_contact.then_some(contact),
                ..Stated::default()
            },
            holds: Holds::From(self.from),
            why: Why { reason: "address_change".into(), received_on: self.received_on, source: self.source },
            birth_on: None,
        }
    }
}
/// 住所変更. Gives whether it changed anything: what holds already is left as it is.
/// # Errors
/// 409 `no-name-then` when nothing is known of the person on that day.
pub fn move_address<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    person: Uuid,
    moved: &Moved,
) -> Result<bool, Problem> {
    let known = store::known_pieces(tx, person)?;
    let change = moved.change(&known);
    if pieces::holds_already(&known.pieces, &change) {
        return Ok(false);
    }
    write(tx, person, &known, &change)?;
    touch(tx, person)?;
    Ok(true)
}
/// Changes 連絡先住所 and phone of a person from a day on.
/// # Errors
/// 404 when there is no such person; database errors.
pub fn change_contact<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    (person, from): (Uuid, NaiveDate),
    contact: Contact,
) -> Result<(), Problem> {
    let change = Change {
        stated: Stated { contact: Some(contact), ..Stated::default() },
        holds: Holds::From(from),
        why: Why { reason: "contact_change".into(), received_on: from, source: None },
        birth_on: None,
    };
    let known = store::known_pieces(tx, person)?;
    write(tx, person, &known, &change)?;
    touch(tx, person)
}
fn write(tx: &mut Tx<'_>, person: Uuid, known: &Known, change: &Change) -> Result<(), Problem> {
    let outcome = pieces::changed(&known.pieces, change).map_err(|_| {
        Problem::conflict(
            "no-name-then",
            "その日の氏名が記録されていません",
            "No name of the person is recorded for that day",
        )
    })?;
    store::write_pieces(tx, person, known, &outcome)
}
