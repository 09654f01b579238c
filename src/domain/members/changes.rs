//! SQL that changes insured persons. Nothing is overwritten: a change closes a row by `superseded_at` and writes a new one.
use super::model::MemberRow;
use crate::{
    kernel::{Kind, Operation, Permit, Problem, Tx, errand::Act},
    values::kana,
};
use chrono::NaiveDate;
use diesel::{PgConnection, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

/// 5 information items and where they came from.
#[derive(Clone, Debug)]
pub struct IdentityFacts {
    /// Name as received; without one, the reading stands for it.
    pub name: Option<String>,
    /// Reading, full width.
    pub name_kana: String,
    /// Day of birth.
    pub birth_on: NaiveDate,
    /// male, female, unset.
    pub sex: &'static str,
    /// 住民票住所: postal code, text, reading.
    pub resident: (Option<String>, Option<String>, Option<String>),
    /// Valid from.
    pub valid_from: NaiveDate,
    /// Why it is recorded.
    pub reason: &'static str,
    /// When the society received it.
    pub received_on: NaiveDate,
    /// Notification it came with.
    pub source: Option<Uuid>,
}
/// An enrolment to be recorded.
#[derive(Clone, Debug)]
pub struct Enrol {
    /// Who.
    pub person: Uuid,
    /// Where.
    pub employer: Uuid,
    /// 記号, 番号.
    pub number: (String, String),
    /// 被保険者整理番号.
    pub office_number: Option<String>,
    /// 資格取得年月日.
    pub acquired_on: NaiveDate,
    /// 取得理由.
    pub reason: &'static str,
    /// 取得受付年月日.
    pub received_on: NaiveDate,
    /// 喪失予定年月日: the 75th birthday.
    pub planned_loss_on: Option<NaiveDate>,
    /// 短時間労働者.
    pub short_time_worker: bool,
    /// 報酬月額.
    pub remuneration_yen: Option<i64>,
    /// Notification it came with.
    pub source: Option<Uuid>,
}

/// A new person with an identity; the personal number is not registered yet.
/// # Errors
/// Database errors.
pub fn new_person<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    f: &IdentityFacts,
    not_registered: &str,
) -> Result<Uuid, Problem> {
    let (id, now) = (Uuid::now_v7(), tx.now());
    sql_query("insert into person (id, number_state, number_reason, created_at) values ($1, 'not_registered', $2, $3)")
        .bind::<t::Uuid, _>(id)
        .bind::<t::Text, _>(not_registered)
        .bind::<t::Timestamptz, _>(now)
        .execute(tx.conn())?;
    write_identity(tx, id, f)?;
    Ok(id)
}
/// Writes an identity that is valid from its day until the next one that is known.
fn write_identity(tx: &mut Tx<'_>, person: Uuid, f: &IdentityFacts) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    let name = f.name.as_deref().unwrap_or(&f.name_kana);
    sql_query(
        "insert into person_identity (row_id, person_id, valid_from, name, name_raw, name_search, name_kana, kana_search, \
         birth_on, sex, resident_postal_code, resident_address, resident_address_kana, change_reason, received_on, \
         recorded_at, recorded_by, source, valid_to) \
         values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$17,$18, \
           (select min(valid_from) from person_identity where person_id = $2 and superseded_at is null and valid_from > $3))",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(person)
    .bind::<t::Date, _>(f.valid_from)
    .bind::<t::Text, _>(kana::display_name(name))
    .bind::<t::Text, _>(name)
    .bind::<t::Text, _>(kana::search_fold(name))
    .bind::<t::Text, _>(&f.name_kana)
    .bind::<t::Text, _>(kana::search_fold(&f.name_kana))
    .bind::<t::Date, _>(f.birth_on)
    .bind::<t::Text, _>(f.sex)
    .bind::<t::Nullable<t::Text>, _>(f.resident.0.as_deref())
    .bind::<t::Nullable<t::Text>, _>(f.resident.1.as_deref())
    .bind::<t::Nullable<t::Text>, _>(f.resident.2.as_deref())
    .bind::<t::Text, _>(f.reason)
    .bind::<t::Date, _>(f.received_on)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Nullable<t::Uuid>, _>(f.source)
    .execute(tx.conn())?;
    Ok(())
}
/// What a form states anew of a known person: name, reading, sex and address, as far as it states them, hold from its day on (R-007,
/// R-012); with a new reading alone, the reading stands for the name. The versions before that day stay; those after it take the new facts too, as far as they changed contact details only.
/// # Errors
/// Database errors.
pub fn restate<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    person: Uuid,
    f: &IdentityFacts,
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    let has_address = f.resident.0.is_some() || f.resident.1.is_some() || f.resident.2.is_some();
    let written = sql_query(
        "with next as (select min(valid_from) as day from person_identity where person_id = $1 and superseded_at is null \
                       and valid_from > $3 and change_reason <> 'contact_change'), \
         old as (update person_identity i set superseded_at = $2 from next where i.person_id = $1 and i.superseded_at is null \
                 and (i.valid_to is null or i.valid_to > $3) and (next.day is null or i.valid_from < next.day) returning i.*), \
         past as (insert into person_identity select gen_random_uuid(), person_id, valid_from, $3, name, name_raw, name_search, \
             name_kana, kana_search, birth_on, sex, resident_postal_code, resident_address, resident_address_kana, \
             contact_postal_code, contact_address, phone, change_reason, received_on, $2, $14, null, source \
           from old where valid_from < $3) \
         insert into person_identity select gen_random_uuid(), person_id, greatest(valid_from, $3), valid_to, \
             case when $4 then $5 when kana_search = $9 then name else $8 end, \
             case when $4 then $6 when kana_search = $9 then name_raw else $8 end, \
             case when $4 then $7 when kana_search = $9 then name_search else $9 end, $8, $9, birth_on, case when $10 = 'unset' then sex else $10 end, \
             case when $11 then $12 else resident_postal_code end, case when $11 then $13 else resident_address end, \
             case when $11 then $15 else resident_address_kana end, contact_postal_code, contact_address, phone, \
             case when valid_from > $3 then change_reason else $16 end, $17, $2, $14, null, $18 from old",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Date, _>(f.valid_from)
    .bind::<t::Bool, _>(f.name.is_some())
    .bind::<t::Nullable<t::Text>, _>(f.name.as_deref().map(kana::display_name))
    .bind::<t::Nullable<t::Text>, _>(f.name.as_deref())
    .bind::<t::Nullable<t::Text>, _>(f.name.as_deref().map(kana::search_fold))
    .bind::<t::Text, _>(&f.name_kana)
    .bind::<t::Text, _>(kana::search_fold(&f.name_kana))
    .bind::<t::Text, _>(f.sex)
    .bind::<t::Bool, _>(has_address)
    .bind::<t::Nullable<t::Text>, _>(f.resident.0.as_deref())
    .bind::<t::Nullable<t::Text>, _>(f.resident.1.as_deref())
    .bind::<t::Uuid, _>(by)
    .bind::<t::Nullable<t::Text>, _>(f.resident.2.as_deref())
    .bind::<t::Text, _>(f.reason)
    .bind::<t::Date, _>(f.received_on)
    .bind::<t::Nullable<t::Uuid>, _>(f.source)
    .execute(tx.conn())?;
    if written == 0 {
        write_identity(tx, person, f)?;
    }
    touch(tx, person)
}
/// Enrols a person: 被保険者資格の取得 (健康保険法35条). One live enrolment per person.
/// # Errors
/// 409 when the person is insured already, or the number is in use.
pub fn enrol<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, e: &Enrol) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "insert into enrolment (row_id, enrolment_id, person_id, employer_id, enrolment_type, symbol, number, branch, \
         office_number, acquired_on, acquisition_reason, acquisition_received_on, planned_loss_on, short_time_worker, \
         remuneration_yen, recorded_at, recorded_by, source) \
         values ($1,$2,$3,$4,'compulsory',$5,$6,'00',$7,$8,$9,$10,$11,$12,$13,$14,$15,$16)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(e.person)
    .bind::<t::Uuid, _>(e.employer)
    .bind::<t::Text, _>(&e.number.0)
    .bind::<t::Text, _>(&e.number.1)
    .bind::<t::Nullable<t::Text>, _>(&e.office_number)
    .bind::<t::Date, _>(e.acquired_on)
    .bind::<t::Text, _>(e.reason)
    .bind::<t::Date, _>(e.received_on)
    .bind::<t::Nullable<t::Date>, _>(e.planned_loss_on)
    .bind::<t::Bool, _>(e.short_time_worker)
    .bind::<t::Nullable<t::BigInt>, _>(e.remuneration_yen)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Nullable<t::Uuid>, _>(e.source)
    .execute(tx.conn())?;
    touch(tx, e.person)
}
/// Ends an enrolment: 資格の喪失 (健康保険法36条). The old row stays as what was known; dependents end with it.
/// # Errors
/// 409 when the person is not insured there.
pub fn lose<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (person, employer): (Uuid, Uuid),
    lost_on: NaiveDate,
    reason: &str,
    received_on: NaiveDate,
    source: Option<Uuid>,
) -> Result<(), Problem> {
    let act = Act::permitted(tx, permit, source)?;
    let loss = Loss { person, employer, lost_on, reason, received_on, ends_earlier: false };
    if !end_cover(tx.conn(), &act, &loss)? {
        return Err(Problem::conflict("not-insured", "資格がありません", "The person is not insured there"));
    }
    tx.note(|n| n.left([person], &[]));
    Ok(())
}
/// A loss to be recorded.
#[derive(Clone, Copy, Debug)]
pub struct Loss<'a> {
    /// Who.
    pub person: Uuid,
    /// Where.
    pub employer: Uuid,
    /// 資格喪失年月日: first day not covered.
    pub lost_on: NaiveDate,
    /// 喪失理由, as a code.
    pub reason: &'a str,
    /// 喪失受付年月日.
    pub received_on: NaiveDate,
    /// It also takes the place of a loss that is recorded for a later day.
    pub ends_earlier: bool,
}
/// Records a loss of the enrolment that runs; gives whether there was one. Nothing is overwritten.
/// # Errors
/// Database errors.
pub fn end_cover(conn: &mut PgConnection, act: &Act, loss: &Loss<'_>) -> Result<bool, Problem> {
    let written = sql_query(
        "with old as (update enrolment set superseded_at = $2 where person_id = $1 and superseded_at is null \
                      and (lost_on is null or ($10 and lost_on > $3)) and acquired_on <= $3 and employer_id = $9 returning *) \
         insert into enrolment (row_id, enrolment_id, person_id, employer_id, enrolment_type, symbol, number, branch, \
           office_number, acquired_on, acquisition_reason, acquisition_received_on, planned_loss_on, lost_on, loss_reason, \
           loss_received_on, short_time_worker, remuneration_yen, recorded_at, recorded_by, source) \
         select $4, enrolment_id, person_id, employer_id, enrolment_type, symbol, number, branch, office_number, acquired_on, \
           acquisition_reason, acquisition_received_on, planned_loss_on, $3, $5, $6, short_time_worker, remuneration_yen, \
           $2, $7, $8 from old",
    )
    .bind::<t::Uuid, _>(loss.person)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Date, _>(loss.lost_on)
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Text, _>(loss.reason)
    .bind::<t::Date, _>(loss.received_on)
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Nullable<t::Uuid>, _>(act.source())
    .bind::<t::Uuid, _>(loss.employer)
    .bind::<t::Bool, _>(loss.ends_earlier)
    .execute(conn)?;
    if written > 0 {
        count_change(conn, loss.person)?;
    }
    Ok(written > 0)
}
/// Changes 連絡先住所 and phone from today on. An identity that began today keeps why it did: its name is not of the contact.
/// # Errors
/// 412 when the member changed since it was read.
pub fn change_contact<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    m: &MemberRow,
    contact: (Option<&str>, Option<&str>),
    phone: Option<&str>,
) -> Result<(), Problem> {
    let (by, now, today) = (tx.actor()?.id, tx.now(), tx.today());
    let written = sql_query(
        "with old as (update person_identity set superseded_at = $2 where person_id = $1 and superseded_at is null \
                      and valid_from <= $3 and (valid_to is null or valid_to > $3) returning *), \
         past as (insert into person_identity select gen_random_uuid(), person_id, valid_from, $3, name, name_raw, name_search, \
             name_kana, kana_search, birth_on, sex, resident_postal_code, resident_address, resident_address_kana, \
             contact_postal_code, contact_address, phone, change_reason, received_on, $2, $7, null, source \
           from old where valid_from < $3) \
         insert into person_identity select gen_random_uuid(), person_id, $3, valid_to, name, name_raw, name_search, name_kana, \
             kana_search, birth_on, sex, resident_postal_code, resident_address, resident_address_kana, $4, $5, $6, \
             case when valid_from = $3 then change_reason else 'contact_change' end, $3, $2, $7, null, null from old",
    )
    .bind::<t::Uuid, _>(m.person_id)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Date, _>(today)
    .bind::<t::Nullable<t::Text>, _>(contact.0)
    .bind::<t::Nullable<t::Text>, _>(contact.1)
    .bind::<t::Nullable<t::Text>, _>(phone)
    .bind::<t::Uuid, _>(by)
    .execute(tx.conn())?;
    if written != 1 {
        return Err(Problem::new(Kind::Stale));
    }
    touch(tx, m.person_id)
}
/// Counts a change of the person, whose ETag it is, and names the person in the entry.
/// # Errors
/// Database errors.
pub fn touch(tx: &mut Tx<'_>, person: Uuid) -> Result<(), Problem> {
    count_change(tx.conn(), person)?;
    tx.note(|n| n.left([person], &[]));
    Ok(())
}
/// Counts a change of the person, whose ETag it is.
/// # Errors
/// Database errors.
pub fn count_change(conn: &mut PgConnection, person: Uuid) -> Result<(), Problem> {
    sql_query("update person set version = version + 1 where id = $1")
        .bind::<t::Uuid, _>(person)
        .execute(conn)?;
    Ok(())
}
