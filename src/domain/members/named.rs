//! Persons found by what a form says of them: 整理番号, reading and birth day.
use super::{changes::IdentityFacts, moved::merged_into, store};
use crate::{
    kernel::{Operation, Permit, Problem, Tx},
    values::kana,
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
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
    /// Which of the person's covers it is about.
    pub cover: CoverNamed,
}
/// Which cover of a person a form is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CoverNamed {
    /// The one that runs.
    Running,
    /// The one that runs, or that the calendar ended at 75 on this day or later: a form comes days after the loss that it states.
    Losing(NaiveDate),
    /// The one that runs, or that was lost at 75.
    RunningOrAt75,
    /// The one that began on this day, lost or not.
    Acquired(NaiveDate),
    /// The one that was lost on this day.
    Lost(NaiveDate),
    /// Any, or another office beside one: the form is about pay of a time of cover, which may be over.
    Past,
}
impl CoverNamed {
    /// What is asked of it in SQL: its first day, the day of its loss, whether it may be lost at 75, and the loss that is stated.
    pub(super) fn asked(self) -> (Option<NaiveDate>, Option<NaiveDate>, bool, Option<NaiveDate>) {
        match self {
            Self::Running | Self::Past => (None, None, false, None),
            Self::Losing(stated) => (None, None, false, Some(stated)),
            Self::RunningOrAt75 => (None, None, true, None),
            Self::Acquired(day) => (Some(day), None, false, None),
            Self::Lost(day) => (None, Some(day), false, None),
        }
    }
}
/// Cover `e` is the one that is asked for.
macro_rules! is_named {
    ($acquired:literal, $ended:literal, $at_75:literal, $stated:literal) => {
        concat!(
            "(case when ",
            $acquired,
            "::date is not null then e.acquired_on = ",
            $acquired,
            " when ",
            $ended,
            "::date is not null then e.lost_on = ",
            $ended,
            " when ",
            $at_75,
            "::boolean then e.lost_on is null or e.loss_reason = 'age_75' \
             else e.lost_on is null or (e.loss_reason = 'age_75' and e.source is null and e.lost_on >= ",
            $stated,
            "::date) end)"
        )
    };
}
pub(super) use is_named;
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
/// such persons by 整理番号 (000012 and 12 are the same). A cover that is over is found by the name of its last day, too: what somebody is called since
/// a former employer need not know. `None` where there is none, or more than one.
/// # Errors
/// Database errors.
pub fn find_named(
    tx: &mut Tx<'_>,
    employer: Uuid,
    names: &[Named<'_>],
) -> Result<Vec<Option<Uuid>>, Problem> {
    let at: Vec<(Uuid, Named<'_>)> = names.iter().map(|n| (employer, *n)).collect();
    find_named_at(tx.conn(), &at)
}
/// As `find_named`, each name at an employer of its own.
/// # Errors
/// Database errors.
pub fn find_named_at(
    conn: &mut PgConnection,
    names: &[(Uuid, Named<'_>)],
) -> Result<Vec<Option<Uuid>>, Problem> {
    if names.is_empty() {
        return Ok(Vec::new());
    }
    let asked: Vec<_> = names.iter().map(|n| n.1.cover.asked()).collect();
    let found: Vec<Found> = sql_query(concat!(
        "select k.n, coalesce( \
           (array_agg(e.person_id order by e.acquired_on desc) \
             filter (where ltrim(e.office_number, '0') = ltrim(k.office, '0')))[1], \
           case when count(distinct e.person_id) = 1 then (array_agg(e.person_id))[1] end) as person_id \
         from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) \
           with ordinality as k(employer, office, kana, birth, acquired, ended, at_75, stated, past, n) \
         join person_identity i on i.kana_search = k.kana and i.birth_on = k.birth and i.superseded_at is null \
         join lateral (select person_id, office_number, acquired_on, lost_on, loss_reason, source, false as beside from enrolment \
                 where person_id = i.person_id and employer_id = k.employer and superseded_at is null \
               union all \
               select person_id, office_number, from_on, until_on, null, source, true from concurrent_office \
                 where person_id = i.person_id and employer_id = k.employer and superseded_at is null) e \
           on (i.valid_to is null or i.valid_from < e.lost_on and i.valid_to >= e.lost_on) and (k.past or not e.beside and ",
        is_named!("k.acquired", "k.ended", "k.at_75", "k.stated"),
        " or e.beside and k.stated is not null and e.lost_on is null) group by k.n",
    ))
    .bind::<t::Array<t::Uuid>, _>(names.iter().map(|n| n.0).collect::<Vec<_>>())
    .bind::<t::Array<t::Nullable<t::Text>>, _>(names.iter().map(|n| n.1.office_number).collect::<Vec<_>>())
    .bind::<t::Array<t::Text>, _>(names.iter().map(|n| kana::search_fold(n.1.name_kana)).collect::<Vec<_>>())
    .bind::<t::Array<t::Date>, _>(names.iter().map(|n| n.1.birth_on).collect::<Vec<_>>())
    .bind::<t::Array<t::Nullable<t::Date>>, _>(asked.iter().map(|a| a.0).collect::<Vec<_>>())
    .bind::<t::Array<t::Nullable<t::Date>>, _>(asked.iter().map(|a| a.1).collect::<Vec<_>>())
    .bind::<t::Array<t::Bool>, _>(asked.iter().map(|a| a.2).collect::<Vec<_>>())
    .bind::<t::Array<t::Nullable<t::Date>>, _>(asked.iter().map(|a| a.3).collect::<Vec<_>>())
    .bind::<t::Array<t::Bool>, _>(names.iter().map(|n| n.1.cover == CoverNamed::Past).collect::<Vec<_>>())
    .load(conn)?;
    let mut persons = vec![None; names.len()];
    for f in found {
        let at = usize::try_from(f.n - 1).ok().and_then(|at| persons.get_mut(at));
        if let Some(place) = at {
            *place = f.person_id;
        }
    }
    Ok(persons)
}
/// The person has the cover at that employer that a form is about.
/// # Errors
/// Database errors.
pub fn is_insured_at(
    tx: &mut Tx<'_>,
    person: Uuid,
    employer: Uuid,
    cover: CoverNamed,
) -> Result<bool, Problem> {
    Ok(store::recorded_cover(tx, (person, employer), cover)?.is_some())
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
/// Whether the person is still recorded with that reading and day of birth.
/// # Errors
/// Database errors.
pub fn is_recorded_as(
    tx: &mut Tx<'_>,
    person: Uuid,
    (name_kana, birth_on): (&str, NaiveDate),
) -> Result<bool, Problem> {
    let found = sql_query(
        "select from person_identity where person_id = $1 and superseded_at is null and valid_to is null \
         and kana_search = $2 and birth_on = $3",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Text, _>(kana::search_fold(name_kana))
    .bind::<t::Date, _>(birth_on)
    .execute(tx.conn())?;
    Ok(found > 0)
}
crate::row! {
    /// A person with the reading and the birth day of a form, at some time.
    pub struct Namesake {
        /// The person.
        person_id: t::Uuid => Uuid,
        /// The same sex, male or female.
        same_sex: t::Bool => bool,
        /// The same name, variants of characters aside.
        same_name: t::Bool => bool,
        /// The same 住民票住所.
        same_address: t::Bool => bool,
    }
}
/// 名寄せ: persons who at some time had that reading and birth day, at most 10, unless the sexes are known and differ. A
/// proposal for staff, never told to a submitter.
/// # Errors
/// Database errors.
pub fn namesakes(tx: &mut Tx<'_>, f: &IdentityFacts) -> Result<Vec<Namesake>, Problem> {
    Ok(sql_query(
        "select person_id, bool_or(sex = $3 and sex <> 'unset') as same_sex, \
           bool_or(coalesce(name_search = $4, false)) as same_name, \
           bool_or(coalesce(resident_postal_code = $5 and resident_address = $6, false)) as same_address \
         from person_identity where kana_search = $1 and birth_on = $2 and superseded_at is null group by person_id \
         having $3 = 'unset' or bool_or(sex in ($3, 'unset')) order by person_id limit 10",
    )
    .bind::<t::Text, _>(kana::search_fold(&f.name_kana))
    .bind::<t::Date, _>(f.birth_on)
    .bind::<t::Text, _>(f.sex)
    .bind::<t::Nullable<t::Text>, _>(f.name.as_deref().map(kana::search_fold))
    .bind::<t::Nullable<t::Text>, _>(f.resident.0.as_deref())
    .bind::<t::Nullable<t::Text>, _>(f.resident.1.as_deref())
    .load(tx.conn())?)
}
crate::row! {
    /// What a person has in common with a form, at some time.
    pub struct Likeness {
        /// Day of birth.
        same_birth_day: t::Bool => bool,
        /// The whole reading.
        same_reading: t::Bool => bool,
        /// The reading of the given name, and no other sex.
        same_given_name: t::Bool => bool,
    }
}
/// How like a person is to a form.
/// # Errors
/// 404 when there is no such person.
pub fn likeness(tx: &mut Tx<'_>, person: Uuid, f: &IdentityFacts) -> Result<Likeness, Problem> {
    let given = f.name_kana.split_once('\u{3000}').map(|parts| parts.1);
    Ok(sql_query(
        "select bool_or(birth_on = $3) as same_birth_day, bool_or(kana_search = $2) as same_reading, \
           bool_or(coalesce(strpos(name_kana, '\u{3000}') > 0 \
             and substr(name_kana, strpos(name_kana, '\u{3000}') + 1) = $4, false) and (sex in ($5, 'unset') or $5 = 'unset')) \
             as same_given_name \
         from person_identity where person_id = $1 and superseded_at is null group by person_id",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Text, _>(kana::search_fold(&f.name_kana))
    .bind::<t::Date, _>(f.birth_on)
    .bind::<t::Nullable<t::Text>, _>(given)
    .bind::<t::Text, _>(f.sex)
    .get_result(tx.conn())?)
}
/// Lets those who decide about persons of one reading and birth day take turns until the end of the transaction.
/// # Errors
/// 409 when those before it take too long.
pub fn hold_names<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    names: &[(&str, NaiveDate)],
) -> Result<(), Problem> {
    let mut keys: Vec<String> =
        names.iter().map(|(reading, born)| format!("name/{}/{born}", kana::search_fold(reading))).collect();
    keys.sort(); // everybody in the same order: nobody waits in a ring
    for key in keys {
        sql_query("select pg_advisory_xact_lock(hashtextextended($1, 0))")
            .bind::<t::Text, _>(key)
            .execute(tx.conn())?;
    }
    Ok(())
}
/// Holds persons until the end of the transaction, in the order of their ids: what is read of their cover afterwards stays so.
/// # Errors
/// 409 when those before it take too long.
pub fn hold(conn: &mut PgConnection, persons: &[Uuid]) -> Result<(), Problem> {
    sql_query("select id from person where id = any($1) order by id for no key update")
        .bind::<t::Array<t::Uuid>, _>(persons)
        .execute(conn)?;
    Ok(())
}
/// None of these persons was merged into another one; asked while they are held.
/// # Errors
/// 409 `person-merged`.
pub fn require_current<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    persons: &[Uuid],
) -> Result<(), Problem> {
    require_all_current(tx.conn(), persons)
}
/// As [`require_current`], for the worker.
/// # Errors
/// As of it.
pub fn require_all_current(conn: &mut PgConnection, persons: &[Uuid]) -> Result<(), Problem> {
    let found: Option<Found> = sql_query(
        "select 1::bigint as n, merged_into as person_id from person where id = any($1) and merged_into is not null limit 1",
    )
    .bind::<t::Array<t::Uuid>, _>(persons)
    .get_result(conn)
    .optional()?;
    found.and_then(|f| f.person_id).map_or(Ok(()), |to| Err(merged_into(to)))
}
crate::row! {
    /// An instant, if there is one.
    pub struct Last {
        /// It.
        at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
    }
}
/// The latest instant at which anything was recorded or closed of the cover of persons, and of what stands on it. Their identities keep
/// their own order ([`super::store::pieces_of`]).
/// # Errors
/// Database errors.
pub fn recorded_last(conn: &mut PgConnection, persons: &[Uuid]) -> Result<Option<DateTime<Utc>>, Problem> {
    const TABLES: [&str; 7] = [
        "enrolment",
        "dependency",
        "concurrent_office",
        "standard_remuneration",
        "standard_bonus",
        "bonus_payment",
        "leave_period",
    ];
    // One plain look-up by index for each table: a union of them was planned for parallel processes, which cost more than all of it.
    let of_table = |table: &str| {
        format!(
            "(select max(greatest(t.recorded_at, t.superseded_at)) from unnest($1) k join {table} t on t.person_id = k)"
        )
    };
    let all = TABLES.map(of_table).join(", ");
    let last: Last = sql_query(format!("select greatest({all}) as at"))
        .bind::<t::Array<t::Uuid>, _>(persons)
        .get_result(conn)?;
    Ok(last.at)
}
/// The day of birth that is recorded of a person.
/// # Errors
/// 404 when nothing is recorded of it.
pub fn born_on(tx: &mut Tx<'_>, person: Uuid) -> Result<NaiveDate, Problem> {
    let found: Born = sql_query(
        "select birth_on from person_identity where person_id = $1 and superseded_at is null \
         order by valid_from desc limit 1",
    )
    .bind::<t::Uuid, _>(person)
    .get_result(tx.conn())?;
    Ok(found.birth_on)
}
crate::row! {
    /// A day of birth.
    pub struct Born {
        /// It.
        birth_on: t::Date => NaiveDate,
    }
}
crate::row! {
    /// A period of cover.
    pub struct CoverPeriod {
        /// First day.
        first_on: t::Date => NaiveDate,
        /// First day without it.
        until_on: t::Nullable<t::Date> => Option<NaiveDate>,
    }
}
/// The periods in which a person was or is insured, as known now: first day, and first day without cover.
/// # Errors
/// Database errors.
pub fn periods(tx: &mut Tx<'_>, person: Uuid) -> Result<Vec<(NaiveDate, Option<NaiveDate>)>, Problem> {
    let found: Vec<CoverPeriod> = sql_query(
        "select acquired_on as first_on, lost_on as until_on from enrolment where person_id = $1 and superseded_at is null",
    )
    .bind::<t::Uuid, _>(person)
    .load(tx.conn())?;
    Ok(found.into_iter().map(|p| (p.first_on, p.until_on)).collect())
}
crate::row! {
    /// Whether it is so.
    pub struct Answered {
        /// It is.
        is_so: t::Bool => bool,
    }
}
/// Did a cover of the person at an employer end by death, as known now? That end alone can be corrected (資格喪失取消届) where it is wrong: of 任意継続 and of
/// dependents no form takes an end back, so that theirs bars nothing.
/// # Errors
/// Database errors.
pub fn ended_by_death(tx: &mut Tx<'_>, person: Uuid) -> Result<bool, Problem> {
    let answered: Answered = sql_query(
        "select exists (select from enrolment where person_id = $1 and superseded_at is null and loss_reason = 'death' \
                        and enrolment_type = 'compulsory') as is_so",
    )
    .bind::<t::Uuid, _>(person)
    .get_result(tx.conn())?;
    Ok(answered.is_so)
}
