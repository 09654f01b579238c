//! Insured persons found by what a form says of them: 整理番号, reading and birth day.
use crate::{
    kernel::{Problem, Tx},
    values::kana,
};
use chrono::NaiveDate;
use diesel::{OptionalExtension, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// What a form says of the insured person whom it is about.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// 被保険者整理番号.
    pub office_number: Option<&'a str>,
    /// Reading, any width.
    pub name_kana: &'a str,
    /// Day of birth.
    pub birth_on: NaiveDate,
}
crate::row! {
    /// The person that one of several names finds.
    pub struct Found {
        /// Which of them, from 1.
        n: t::BigInt => i64,
        /// The person.
        person_id: t::Nullable<t::Uuid> => Option<Uuid>,
    }
}
crate::row! {
    /// A name.
    pub struct Name {
        /// It.
        name: t::Text => String,
    }
}
/// The persons insured at an employer whom these names mean, one query for all: by reading and birth day, and among several
/// such persons by 整理番号 (000012 and 12 are the same). `None` where there is none, or more than one.
/// # Errors
/// Database errors.
pub fn find_named(
    tx: &mut Tx<'_>,
    employer: Uuid,
    names: &[Named<'_>],
) -> Result<Vec<Option<Uuid>>, Problem> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let found: Vec<Found> = sql_query(
        "select k.n, coalesce( \
           (array_agg(e.person_id order by e.acquired_on desc) \
             filter (where ltrim(e.office_number, '0') = ltrim(k.office, '0')))[1], \
           case when count(*) = 1 then (array_agg(e.person_id))[1] end) as person_id \
         from unnest($2, $3, $4) with ordinality as k(office, kana, birth, n) \
         join person_identity i on i.kana_search = k.kana and i.birth_on = k.birth and i.superseded_at is null \
           and i.valid_to is null \
         join enrolment e on e.person_id = i.person_id and e.employer_id = $1 and e.superseded_at is null and e.lost_on is null \
         group by k.n",
    )
    .bind::<t::Uuid, _>(employer)
    .bind::<t::Array<t::Nullable<t::Text>>, _>(names.iter().map(|n| n.office_number).collect::<Vec<_>>())
    .bind::<t::Array<t::Text>, _>(names.iter().map(|n| kana::search_fold(n.name_kana)).collect::<Vec<_>>())
    .bind::<t::Array<t::Date>, _>(names.iter().map(|n| n.birth_on).collect::<Vec<_>>())
    .load(tx.conn())?;
    let mut persons = vec![None; names.len()];
    for f in found {
        let at = usize::try_from(f.n - 1).ok().and_then(|at| persons.get_mut(at));
        if let Some(place) = at {
            *place = f.person_id;
        }
    }
    Ok(persons)
}
/// The person is insured at that employer now.
/// # Errors
/// Database errors.
pub fn is_insured_at(tx: &mut Tx<'_>, person: Uuid, employer: Uuid) -> Result<bool, Problem> {
    let found: Option<Found> = sql_query(
        "select 1::bigint as n, person_id from enrolment where person_id = $1 and employer_id = $2 \
         and superseded_at is null and lost_on is null",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Uuid, _>(employer)
    .get_result(tx.conn())
    .optional()?;
    Ok(found.is_some())
}
/// The name that is valid now, if there is such a person.
/// # Errors
/// Database errors.
pub fn current_name(tx: &mut Tx<'_>, person: Uuid) -> Result<Option<String>, Problem> {
    let found: Option<Name> = sql_query(
        "select name from person_identity where person_id = $1 and superseded_at is null and valid_to is null \
         order by valid_from desc limit 1",
    )
    .bind::<t::Uuid, _>(person)
    .get_result(tx.conn())
    .optional()?;
    Ok(found.map(|f| f.name))
}
