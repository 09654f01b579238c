//! SQL that changes names. Nothing is overwritten: the slices that a name reaches are closed by `superseded_at`, and what takes
//! their place is written beside them.
use super::{
    changes::touch,
    rules::{self, NewName, NoPieces, Slice},
};
use crate::{
    kernel::{Operation, Permit, Problem, Tx},
    values::kana,
};
use chrono::NaiveDate;
use diesel::{RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// A name to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Rename<'a> {
    /// Name as received; stays when absent.
    pub name: Option<&'a str>,
    /// Reading, full width; stays when absent.
    pub name_kana: Option<&'a str>,
    /// First day on which it holds; the whole period of today's name when absent.
    pub valid_from: Option<NaiveDate>,
    /// Why, as a code.
    pub reason: &'a str,
    /// When the society received it.
    pub received_on: NaiveDate,
    /// Notification it came with.
    pub source: Option<Uuid>,
}
crate::row! {
    /// A slice as it is stored.
    pub struct SliceRow {
        /// Row.
        row_id: t::Uuid => Uuid,
        /// First day.
        valid_from: t::Date => NaiveDate,
        /// First day not any more.
        valid_to: t::Nullable<t::Date> => Option<NaiveDate>,
        /// Name as shown.
        name: t::Text => String,
        /// Reading.
        name_kana: t::Text => String,
    }
}

const NOTHING_NEW: &str = "nothing-new";

/// 氏名訂正 out of a notification: the right name for the whole period in which the name of today stood. A form that states no name
/// leaves the name, and one that states nothing new changes nothing.
/// # Errors
/// 409 when there is no identity valid today.
pub fn correct_name<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    person: Uuid,
    (name, name_kana): (Option<&str>, &str),
    source: Uuid,
) -> Result<(), Problem> {
    let received_on = tx.today();
    let r = Rename {
        name,
        name_kana: Some(name_kana),
        valid_from: None,
        reason: super::NameReason::Correction.code(),
        received_on,
        source: Some(source),
    };
    match rename(tx, permit, person, &r) {
        Err(p) if p.code == NOTHING_NEW => Ok(()),
        done => done,
    }
}
/// Writes a name for the days that [`rules::renamed`] gives.
/// # Errors
/// 409 `no-name-then` when nothing is known of the person on that day, `nothing-new` when the name holds already.
pub fn rename<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    person: Uuid,
    r: &Rename<'_>,
) -> Result<(), Problem> {
    super::store::lock_person(tx.conn(), person)?;
    let (by, now, today) = (tx.actor()?.id, tx.now(), tx.today());
    let shown = r.name.map(kana::display_name);
    let new = NewName { name: shown.as_deref(), name_kana: r.name_kana };
    let slices = slices(tx, person)?;
    let pieces = rules::renamed(&slices, new, r.valid_from, today).map_err(refused)?;
    sql_query(
        "with piece as (select * from unnest($1, $2, $3, $4) as p(row_id, valid_from, valid_to, is_renamed)), \
         old as (update person_identity set superseded_at = $5 where row_id in (select row_id from piece) \
                 and superseded_at is null returning *) \
         insert into person_identity (row_id, person_id, valid_from, valid_to, name, name_raw, name_search, name_kana, \
             kana_search, birth_on, sex, resident_postal_code, resident_address, resident_address_kana, \
             contact_postal_code, contact_address, phone, change_reason, received_on, recorded_at, recorded_by, source) \
         select gen_random_uuid(), o.person_id, p.valid_from, p.valid_to, coalesce(n.name, o.name), \
             coalesce(n.name_raw, o.name_raw), coalesce(n.name_search, o.name_search), coalesce(n.name_kana, o.name_kana), \
             coalesce(n.kana_search, o.kana_search), o.birth_on, o.sex, o.resident_postal_code, o.resident_address, \
             o.resident_address_kana, o.contact_postal_code, o.contact_address, o.phone, \
             coalesce(n.reason, o.change_reason), coalesce(n.received_on, o.received_on), $5, $6, \
             case when p.is_renamed then n.source else o.source end \
         from old o join piece p using (row_id) \
         left join (values ($7::text, $8::text, $9::text, $10::text, $11::text, $12::text, $13::date, $14::uuid)) \
             as n(name, name_raw, name_search, name_kana, kana_search, reason, received_on, source) on p.is_renamed",
    )
    .bind::<t::Array<t::Uuid>, _>(pieces.iter().map(|p| p.row_id).collect::<Vec<_>>())
    .bind::<t::Array<t::Date>, _>(pieces.iter().map(|p| p.valid_from).collect::<Vec<_>>())
    .bind::<t::Array<t::Nullable<t::Date>>, _>(pieces.iter().map(|p| p.valid_to).collect::<Vec<_>>())
    .bind::<t::Array<t::Bool>, _>(pieces.iter().map(|p| p.is_renamed).collect::<Vec<_>>())
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Nullable<t::Text>, _>(new.name)
    .bind::<t::Nullable<t::Text>, _>(r.name)
    .bind::<t::Nullable<t::Text>, _>(r.name.map(kana::search_fold))
    .bind::<t::Nullable<t::Text>, _>(new.name_kana)
    .bind::<t::Nullable<t::Text>, _>(new.name_kana.map(kana::search_fold))
    .bind::<t::Text, _>(r.reason)
    .bind::<t::Date, _>(r.received_on)
    .bind::<t::Nullable<t::Uuid>, _>(r.source)
    .execute(tx.conn())?;
    touch(tx, person)
}
fn slices(tx: &mut Tx<'_>, person: Uuid) -> Result<Vec<Slice>, Problem> {
    let rows: Vec<SliceRow> = sql_query(
        "select row_id, valid_from, valid_to, name, name_kana from person_identity \
         where person_id = $1 and superseded_at is null order by valid_from",
    )
    .bind::<t::Uuid, _>(person)
    .load(tx.conn())?;
    let slice = |r: SliceRow| Slice {
        row_id: r.row_id,
        valid_from: r.valid_from,
        valid_to: r.valid_to,
        name: r.name,
        name_kana: r.name_kana,
    };
    Ok(rows.into_iter().map(slice).collect())
}
fn refused(why: NoPieces) -> Problem {
    match why {
        NoPieces::NoneThen => Problem::conflict(
            "no-name-then",
            "その日の氏名が記録されていません",
            "No name of the person is recorded for that day",
        ),
        NoPieces::NothingNew => {
            Problem::conflict(NOTHING_NEW, "氏名は記録どおりです", "The name is recorded like that already")
        }
    }
}
