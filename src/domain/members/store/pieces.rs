//! SQL that reads and writes the pieces of an identity: the one writer of `person_identity`. Nothing is overwritten: pieces that are
//! not known any more are closed by `superseded_at`, and what takes their place is written beside them.
use crate::{
    domain::members::{
        rules::pieces::{Contact, Item, Name, Outcome, Piece, Resident, Stored, Values, Why},
        views::PersonSex,
    },
    kernel::{Kind, Problem, Tx},
    values::kana,
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

crate::row! {
    /// A piece as it is stored.
    pub struct PieceRow {
        /// Row.
        row_id: t::Uuid => Uuid,
        /// First day.
        valid_from: t::Date => NaiveDate,
        /// First day not any more.
        valid_to: t::Nullable<t::Date> => Option<NaiveDate>,
        /// Name as shown.
        name: t::Text => String,
        /// Name as received.
        name_raw: t::Text => String,
        /// Reading.
        name_kana: t::Text => String,
        /// Day of birth.
        birth_on: t::Date => NaiveDate,
        /// male, female, unset.
        sex: t::Text => String,
        /// 住民票住所.
        resident_postal_code: t::Nullable<t::Text> => Option<String>,
        /// 住民票住所.
        resident_address: t::Nullable<t::Text> => Option<String>,
        /// Its reading.
        resident_address_kana: t::Nullable<t::Text> => Option<String>,
        /// 連絡先住所.
        contact_postal_code: t::Nullable<t::Text> => Option<String>,
        /// 連絡先住所.
        contact_address: t::Nullable<t::Text> => Option<String>,
        /// Phone.
        phone: t::Nullable<t::Text> => Option<String>,
        /// Items recorded as holding from the first day on.
        states: t::Array<t::Text> => Vec<String>,
        /// Why it begins.
        change_reason: t::Text => String,
        /// When the society received it.
        received_on: t::Date => NaiveDate,
        /// Notification it came with.
        source: t::Nullable<t::Uuid> => Option<Uuid>,
        /// Known since.
        recorded_at: t::Timestamptz => DateTime<Utc>,
    }
}
impl From<PieceRow> for Stored {
    fn from(r: PieceRow) -> Self {
        let values = Values {
            name: Name { shown: r.name, raw: r.name_raw, kana: r.name_kana },
            birth_on: r.birth_on,
            sex: PersonSex::of(&r.sex),
            resident: Resident {
                postal_code: r.resident_postal_code,
                text: r.resident_address,
                kana: r.resident_address_kana,
            },
            contact: Contact { postal_code: r.contact_postal_code, text: r.contact_address, phone: r.phone },
        };
        let states = Item::ALL.into_iter().filter(|i| r.states.iter().any(|s| s == i.code())).collect();
        let why = Why { reason: r.change_reason, received_on: r.received_on, source: r.source };
        let piece = Piece { valid_from: r.valid_from, valid_to: r.valid_to, values, states, why };
        Self { row_id: r.row_id, piece }
    }
}
/// What is known of a person's identity, by days, and the instant at which it is changed: not before it became known, whatever
/// the clock says, so that what was known at an instant stays so.
pub struct Known {
    /// The pieces.
    pub pieces: Vec<Stored>,
    now: DateTime<Utc>,
}
impl Known {
    /// The same, changed no earlier than what is known of another one.
    pub fn later(self, other: &Self) -> Self {
        Self { now: self.now.max(other.now), ..self }
    }
}
/// Holds a person until the end of the transaction, and reads the pieces that are known now.
/// # Errors
/// 404 when there is no such person.
pub fn known_pieces(tx: &mut Tx<'_>, person: Uuid) -> Result<Known, Problem> {
    super::lock_person(tx.conn(), person)?;
    pieces_of(tx, person)
}
/// The pieces that are known now, to look at.
/// # Errors
/// Database errors.
pub fn pieces_of(tx: &mut Tx<'_>, person: Uuid) -> Result<Known, Problem> {
    let rows: Vec<PieceRow> = sql_query(
        "select row_id, valid_from, valid_to, name, name_raw, name_kana, birth_on, sex, resident_postal_code, resident_address, \
         resident_address_kana, contact_postal_code, contact_address, phone, states, change_reason, received_on, source, \
         recorded_at from person_identity where person_id = $1 and superseded_at is null order by valid_from",
    )
    .bind::<t::Uuid, _>(person)
    .load(tx.conn())?;
    let now = rows.iter().map(|r| r.recorded_at).fold(tx.now(), DateTime::max);
    Ok(Known { pieces: rows.into_iter().map(Into::into).collect(), now })
}
/// Writes what [`super::super::rules::pieces::changed`] gave for the pieces that are known.
/// # Errors
/// 412 when a piece is not known any more; 409 when pieces overlap.
pub fn write_pieces(tx: &mut Tx<'_>, person: Uuid, known: &Known, o: &Outcome) -> Result<(), Problem> {
    let closed = sql_query(
        "update person_identity set superseded_at = $2 where row_id = any($1) and superseded_at is null",
    )
    .bind::<t::Array<t::Uuid>, _>(&o.superseded)
    .bind::<t::Timestamptz, _>(known.now)
    .execute(tx.conn())?;
    if closed != o.superseded.len() {
        return Err(Problem::new(Kind::Stale));
    }
    o.written.iter().try_for_each(|p| write_piece(tx, person, known.now, p))
}
fn write_piece(tx: &mut Tx<'_>, person: Uuid, now: DateTime<Utc>, p: &Piece) -> Result<(), Problem> {
    let by = tx.actor()?.id;
    let v = &p.values;
    sql_query(
        "insert into person_identity (row_id, person_id, valid_from, valid_to, name, name_raw, name_search, name_kana, \
         kana_search, birth_on, sex, resident_postal_code, resident_address, resident_address_kana, contact_postal_code, \
         contact_address, phone, states, change_reason, received_on, source, recorded_at, recorded_by) \
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(person)
    .bind::<t::Date, _>(p.valid_from)
    .bind::<t::Nullable<t::Date>, _>(p.valid_to)
    .bind::<t::Text, _>(&v.name.shown)
    .bind::<t::Text, _>(&v.name.raw)
    .bind::<t::Text, _>(kana::search_fold(&v.name.raw))
    .bind::<t::Text, _>(&v.name.kana)
    .bind::<t::Text, _>(kana::search_fold(&v.name.kana))
    .bind::<t::Date, _>(v.birth_on)
    .bind::<t::Text, _>(v.sex.code())
    .bind::<t::Nullable<t::Text>, _>(&v.resident.postal_code)
    .bind::<t::Nullable<t::Text>, _>(&v.resident.text)
    .bind::<t::Nullable<t::Text>, _>(&v.resident.kana)
    .bind::<t::Nullable<t::Text>, _>(&v.contact.postal_code)
    .bind::<t::Nullable<t::Text>, _>(&v.contact.text)
    .bind::<t::Nullable<t::Text>, _>(&v.contact.phone)
    .bind::<t::Array<t::Text>, _>(p.states.iter().map(|i| i.code()).collect::<Vec<_>>())
    .bind::<t::Text, _>(&p.why.reason)
    .bind::<t::Date, _>(p.why.received_on)
    .bind::<t::Nullable<t::Uuid>, _>(p.why.source)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .execute(tx.conn())?;
    Ok(())
}
