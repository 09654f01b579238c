//! SQL of what stands recorded of people now: what a rehearsed decision is compared by, before and after.
use crate::kernel::Problem;
use chrono::NaiveDate;
use diesel::{PgConnection, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

crate::row! {
    /// A field of a record.
    pub struct FieldRow {
        /// member, voluntary_continuation, dependent, leave, office, standard_bonus or no_bonus_report.
        subject: t::Text => String,
        /// Which record of that kind.
        record: t::Text => String,
        /// Its first day.
        since: t::Date => NaiveDate,
        /// The employer whose affair it is alone.
        employer_id: t::Nullable<t::Uuid> => Option<Uuid>,
        /// Field.
        field: t::Text => String,
        /// Value, in words of the answer.
        value: t::Text => String,
    }
}
crate::row! {
    /// A standard remuneration that holds.
    pub struct HoldsRow {
        /// Decision.
        decision_id: t::Uuid => Uuid,
        /// Insured person.
        person_id: t::Uuid => Uuid,
        /// Employer whose form led to it.
        employer_id: t::Uuid => Uuid,
        /// First day of the first month.
        applies_from: t::Date => NaiveDate,
        /// First day of the first month in which it does not hold any more.
        applies_until: t::Nullable<t::Date> => Option<NaiveDate>,
        /// 標準報酬月額, yen.
        standard_yen: t::BigInt => i64,
    }
}
crate::row! {
    /// A piece of an identity; where the person is, is digested: whether it changes is told, and nothing of it.
    pub struct PieceRow {
        /// Who.
        person_id: t::Uuid => Uuid,
        /// First day.
        valid_from: t::Date => NaiveDate,
        /// First day of the next piece.
        valid_to: t::Nullable<t::Date> => Option<NaiveDate>,
        /// 氏名.
        name: t::Text => String,
        /// 振り仮名.
        name_kana: t::Text => String,
        /// 生年月日.
        birth_on: t::Date => NaiveDate,
        /// 性別.
        sex: t::Text => String,
        /// Of 住民票住所.
        resident: t::Text => String,
        /// Of where letters and calls go.
        contact: t::Text => String,
    }
}
crate::row! {
    /// Somebody.
    pub struct SomebodyRow {
        /// Who.
        id: t::Uuid => Uuid,
    }
}
/// Looks now at what the database else looks at when a transaction ends: a rehearsed decision has no end of its own.
/// # Errors
/// As of the commit of the decision.
pub fn look_now(conn: &mut PgConnection) -> Result<(), Problem> {
    sql_query("set constraints all immediate").execute(conn)?;
    Ok(())
}
/// An insured person and everybody who is or was a dependent under that person.
/// # Errors
/// Database errors.
pub fn household(conn: &mut PgConnection, insured: Uuid) -> Result<Vec<Uuid>, Problem> {
    let rows: Vec<SomebodyRow> = sql_query(
        "select $1 as id union select person_id from dependency where insured_id = $1 order by id limit 200",
    )
    .bind::<t::Uuid, _>(insured)
    .load(conn)?;
    Ok(rows.into_iter().map(|r| r.id).collect())
}
/// Covers, dependencies, leaves, other offices and 標準賞与額 of people, field by field.
/// # Errors
/// Database errors.
pub fn fields(conn: &mut PgConnection, people: &[Uuid]) -> Result<Vec<FieldRow>, Problem> {
    Ok(sql_query(
        "select subject, record, since, employer_id, field, value from ( \
           select case enrolment_type when 'compulsory' then 'member' else 'voluntary_continuation' end as subject, \
             enrolment_id::text as record, acquired_on as since, employer_id, f.field, f.value from enrolment, lateral (values \
               ('acquired_on', acquired_on::text), ('lost_on', lost_on::text), ('planned_loss_on', planned_loss_on::text), \
               ('loss_reason', loss_reason), ('prepayment', prepayment_code)) f (field, value) \
             where person_id = any($1) and superseded_at is null \
           union all select 'dependent', dependent_id::text, recognised_on, null, f.field, f.value from dependency, lateral (values \
               ('recognised_on', recognised_on::text), ('removed_on', removed_on::text)) f (field, value) \
             where (person_id = any($1) or insured_id = any($1)) and superseded_at is null \
           union all select 'leave', leave_id::text, starts_on, employer_id, f.field, f.value from leave_period, lateral (values \
               ('starts_on', starts_on::text), ('planned_ends_on', planned_ends_on::text), ('ended_on', ended_on::text), \
               ('child_birth_on', born_on::text), ('exempt_months', (select coalesce(to_char(min(m), 'YYYY-MM') || ' - ' || to_char(max(m), 'YYYY-MM') || ' (' || count(*) \
                 || ')', '0') from unnest(exempt_months) m))) f (field, value) \
             where person_id = any($1) and superseded_at is null \
           union all select 'office', office_id::text, from_on, null, f.field, f.value from concurrent_office, lateral (values \
               ('from_on', from_on::text), ('until_on', until_on::text), ('monthly_yen', monthly_yen::text)) f (field, value) \
             where person_id = any($1) and superseded_at is null \
           union all select 'standard_bonus', person_id::text || month::text, month, \
               (select min(p.employer_id::text)::uuid from bonus_payment p where p.person_id = b.person_id and p.superseded_at is null \
                  and date_trunc('month', p.paid_on::timestamp)::date = b.month having count(distinct p.employer_id) = 1), \
               f.field, f.value from standard_bonus b, lateral (values \
               ('standard_bonus_yen', standard_yen::text), ('no_premium', no_premium)) f (field, value) \
             where person_id = any($1) and superseded_at is null) r \
         where value is not null",
    )
    .bind::<t::Array<t::Uuid>, _>(people.to_vec())
    .load(conn)?)
}
/// Reports that no bonus was paid, of an employer and of those who paid these people bonuses.
/// # Errors
/// Database errors.
pub fn no_bonus(conn: &mut PgConnection, people: &[Uuid], employer: Uuid) -> Result<Vec<FieldRow>, Problem> {
    Ok(sql_query(
        "select 'no_bonus_report' as subject, id::text as record, planned_month as since, employer_id, f.field, f.value \
         from no_bonus_report, lateral (values ('planned_month', to_char(planned_month, 'YYYY-MM')), \
           ('next_planned_month', to_char(next_planned_month, 'YYYY-MM'))) f (field, value) \
         where superseded_at is null and value is not null \
           and (employer_id = $2 or employer_id in (select employer_id from bonus_payment where person_id = any($1)))",
    )
    .bind::<t::Array<t::Uuid>, _>(people.to_vec())
    .bind::<t::Uuid, _>(employer)
    .load(conn)?)
}
/// Standard remuneration of people, by month.
/// # Errors
/// Database errors.
pub fn holding(conn: &mut PgConnection, people: &[Uuid]) -> Result<Vec<HoldsRow>, Problem> {
    Ok(sql_query(
        "select decision_id, person_id, employer_id, applies_from, applies_until, standard_yen from standard_remuneration \
         where person_id = any($1) and superseded_at is null order by person_id, applies_from",
    )
    .bind::<t::Array<t::Uuid>, _>(people.to_vec())
    .load(conn)?)
}
/// Identities of people, by day.
/// # Errors
/// Database errors.
pub fn pieces(conn: &mut PgConnection, people: &[Uuid]) -> Result<Vec<PieceRow>, Problem> {
    Ok(sql_query(
        "select person_id, valid_from, valid_to, name, name_kana, birth_on, sex, \
           md5(concat_ws('|', resident_postal_code, resident_address, resident_address_kana)) as resident, \
           md5(concat_ws('|', contact_postal_code, contact_address, phone)) as contact \
         from person_identity where person_id = any($1) and superseded_at is null order by person_id, valid_from",
    )
    .bind::<t::Array<t::Uuid>, _>(people.to_vec())
    .load(conn)?)
}
