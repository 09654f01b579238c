//! SQL that changes insured persons. Nothing is overwritten: a change closes a row by `superseded_at` and writes a new one.
use super::{
    identity,
    moved::merged_into,
    views::{EnrolmentType, Prepayment},
};
use crate::kernel::{Operation, Permit, Problem, Tx, errand::Act};
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
    /// 加入区分.
    pub enrolment_type: EnrolmentType,
    /// 前納区分, of 任意継続 and 特例退職.
    pub prepayment: Option<Prepayment>,
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
    /// 喪失予定年月日: the 75th birthday, or the end of the two years of 任意継続.
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
    permit: &Permit<Op>,
    f: &IdentityFacts,
    not_registered: &str,
) -> Result<Uuid, Problem> {
    let (id, now) = (Uuid::now_v7(), tx.now());
    sql_query("insert into person (id, number_state, number_reason, created_at) values ($1, 'not_registered', $2, $3)")
        .bind::<t::Uuid, _>(id)
        .bind::<t::Text, _>(not_registered)
        .bind::<t::Timestamptz, _>(now)
        .execute(tx.conn())?;
    identity::begin(tx, permit, id, f)?;
    Ok(id)
}
/// Enrols a person: 被保険者資格の取得 (健康保険法35条). One live enrolment per person.
/// # Errors
/// 409 when the person is insured already, or the number is in use.
pub fn enrol<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, e: &Enrol) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "insert into enrolment (row_id, enrolment_id, person_id, employer_id, enrolment_type, symbol, number, branch, \
         office_number, acquired_on, acquisition_reason, acquisition_received_on, planned_loss_on, short_time_worker, \
         remuneration_yen, recorded_at, recorded_by, source, prepayment_code) \
         values ($1,$2,$3,$4,$17,$5,$6,'00',$7,$8,$9,$10,$11,$12,$13,$14,$15,$16,$18)",
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
    .bind::<t::Text, _>(e.enrolment_type.word())
    .bind::<t::Nullable<t::Text>, _>(e.prepayment.map(Prepayment::word))
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
/// Records a loss of the enrolment that runs; gives whether there was one. Nothing is overwritten. A loss by form takes the place of
/// one that the calendar recorded at 75 for that day or a later one.
/// # Errors
/// Database errors.
pub fn end_cover(conn: &mut PgConnection, act: &Act, loss: &Loss<'_>) -> Result<bool, Problem> {
    let written = sql_query(
        "with old as (update enrolment set superseded_at = $2 where person_id = $1 and superseded_at is null \
                      and (lost_on is null or ($10 and lost_on > $3) \
                           or ($8 is not null and loss_reason = 'age_75' and source is null and lost_on >= $3)) \
                      and acquired_on <= $3 and employer_id = $9 returning *) \
         insert into enrolment (row_id, enrolment_id, person_id, employer_id, enrolment_type, symbol, number, branch, \
           office_number, acquired_on, acquisition_reason, acquisition_received_on, planned_loss_on, lost_on, loss_reason, \
           loss_received_on, short_time_worker, remuneration_yen, recorded_at, recorded_by, source, prepayment_code) \
         select $4, enrolment_id, person_id, employer_id, enrolment_type, symbol, number, branch, office_number, acquired_on, \
           acquisition_reason, acquisition_received_on, planned_loss_on, $3, $5, $6, short_time_worker, remuneration_yen, \
           $2, $7, $8, prepayment_code from old",
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
crate::row! {
    /// A person whose change was counted.
    pub struct Counted {
        /// The id under which the records go on, after a merge.
        merged_into: t::Nullable<t::Uuid> => Option<Uuid>,
    }
}
/// Counts a change of the person, whose ETag it is, and names the person in the entry.
/// # Errors
/// Database errors.
pub fn touch(tx: &mut Tx<'_>, person: Uuid) -> Result<(), Problem> {
    count_change(tx.conn(), person)?;
    tx.note(|n| n.left([person], &[]));
    Ok(())
}
/// Counts a change of the person, whose ETag it is. Nothing is recorded any more under an id that was merged into another one.
/// # Errors
/// 409 `person-merged`.
pub fn count_change(conn: &mut PgConnection, person: Uuid) -> Result<(), Problem> {
    let counted: Counted = sql_query(
        "with held as (select merged_into from person where id = $1 for no key update) \
         update person set version = version + 1 from held where id = $1 returning held.merged_into",
    )
    .bind::<t::Uuid, _>(person)
    .get_result(conn)?;
    counted.merged_into.map_or(Ok(()), |to| Err(merged_into(to)))
}
