//! SQL of what waits and of what was returned, asked for while records are checked.
use crate::{
    domain::members::Named,
    kernel::{Problem, Tx},
    values::month::Month,
};
use diesel::{RunQueryDsl, sql_query, sql_types as t};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

crate::row! {
    /// Kind and 整理番号 of a waiting notification.
    pub struct WaitingNumber {
        /// Kind of form.
        kind: t::Text => String,
        /// 整理番号 without leading zeros.
        office_number: t::Text => String,
        /// 適用年月, 改定年月, 支払年月日 or 開始年月日.
        period: t::Text => String,
    }
}
/// Kind, 整理番号 without leading zeros, and period of a form.
pub type WaitingKey = (String, String, String);
/// Which of these forms wait already at the employer.
/// # Errors
/// Database errors.
pub fn waiting_numbers(
    tx: &mut Tx<'_>,
    employer: Uuid,
    asked: &[WaitingKey],
) -> Result<Vec<WaitingKey>, Problem> {
    let found: Vec<WaitingNumber> = sql_query(
        "select distinct n.kind, ltrim(n.office_number, '0') as office_number, k.period from notification n \
         join unnest($2, $3, $4) as k(kind, number, period) on k.kind = n.kind and k.number = ltrim(n.office_number, '0') \
           and k.period = coalesce(n.form->>'applies_from', n.form->>'paid_on', n.form->>'starts_on', n.form->>'dependent_branch', '') \
             || case when n.form->>'has_ended' = 'true' then '/end' else '' end \
         where n.employer_id = $1 and n.state in ('accepted', 'review', 'precheck')",
    )
    .bind::<t::Uuid, _>(employer)
    .bind::<t::Array<t::Text>, _>(asked.iter().map(|a| &a.0).collect::<Vec<_>>())
    .bind::<t::Array<t::Text>, _>(asked.iter().map(|a| &a.1).collect::<Vec<_>>())
    .bind::<t::Array<t::Text>, _>(asked.iter().map(|a| &a.2).collect::<Vec<_>>())
    .load(tx.conn())?;
    Ok(found.into_iter().map(|w| (w.kind, w.office_number, w.period)).collect())
}
/// Does a form of this kind wait for a person?
/// # Errors
/// Database errors.
pub fn is_waiting(tx: &mut Tx<'_>, kind: &str, person: Uuid) -> Result<bool, Problem> {
    let found = sql_query(
        "select from notification where person_id = $1 and kind = $2 and state in ('accepted', 'review', 'precheck') limit 1",
    )
    .bind::<t::Uuid, _>(person)
    .bind::<t::Text, _>(kind)
    .execute(tx.conn())?;
    Ok(found > 0)
}
/// Does a 賞与不支給報告書 about a month wait for an employer?
/// # Errors
/// Database errors.
pub fn is_month_waiting(tx: &mut Tx<'_>, employer: Uuid, planned: Month) -> Result<bool, Problem> {
    let found = sql_query(
        "select from notification where employer_id = $1 and kind = 'no_bonus_report' and form->>'planned_month' = $2 \
         and state in ('accepted', 'review', 'precheck') limit 1",
    )
    .bind::<t::Uuid, _>(employer)
    .bind::<t::Text, _>(planned.to_string())
    .execute(tx.conn())?;
    Ok(found > 0)
}
crate::row! {
    /// Somebody whose acquisition waits.
    pub struct Coming {
        /// Reading.
        name_kana: t::Text => String,
        /// Day of birth.
        birth_on: t::Date => chrono::NaiveDate,
    }
}
/// Of these names, reading and birth day of those whose acquisition waits at the employer.
/// # Errors
/// Database errors.
pub fn acquisitions_waiting(
    tx: &mut Tx<'_>,
    employer: Uuid,
    names: &[Named<'_>],
) -> Result<Vec<(String, chrono::NaiveDate)>, Problem> {
    let found: Vec<Coming> = sql_query(
        "select n.form ->> 'name_kana' as name_kana, k.birth as birth_on from notification n \
         join unnest($2, $3) as k(kana, birth) on k.kana = n.form ->> 'name_kana' and k.birth::text = n.form ->> 'birth_on' \
         where n.employer_id = $1 and n.kind = 'qualification_acquisition' and n.state in ('accepted', 'review', 'precheck')",
    )
    .bind::<t::Uuid, _>(employer)
    .bind::<t::Array<t::Text>, _>(names.iter().map(|n| n.name_kana).collect::<Vec<_>>())
    .bind::<t::Array<t::Date>, _>(names.iter().map(|n| n.birth_on).collect::<Vec<_>>())
    .load(tx.conn())?;
    Ok(found.into_iter().map(|c| (c.name_kana, c.birth_on)).collect())
}
crate::row! {
    /// A waiting notification and its kind.
    pub struct Waiting {
        /// Id.
        id: t::Uuid => Uuid,
        /// Kind of form.
        kind: t::Text => String,
    }
}
/// Those of these notifications that the employer filed and that wait, with their kind.
/// # Errors
/// Database errors.
pub fn own_waiting(tx: &mut Tx<'_>, employer: Uuid, ids: &[Uuid]) -> Result<HashMap<Uuid, String>, Problem> {
    let found: Vec<Waiting> = sql_query(
        "select id, kind from notification where id = any($2) and employer_id = $1 \
         and state in ('accepted', 'review', 'precheck')",
    )
    .bind::<t::Uuid, _>(employer)
    .bind::<t::Array<t::Uuid>, _>(ids)
    .load(tx.conn())?;
    Ok(found.into_iter().map(|w| (w.id, w.kind)).collect())
}
crate::row! {
    /// A notification as one that resubmits it must know it.
    pub struct Earlier {
        /// Id.
        id: t::Uuid => Uuid,
        /// Kind of form.
        kind: t::Text => String,
        /// Where it stands.
        state: t::Text => String,
        /// 整理番号 without leading zeros, when it has one.
        office_number: t::Nullable<t::Text> => Option<String>,
        /// What it stated.
        form: t::Nullable<t::Jsonb> => Option<serde_json::Value>,
        /// It was resubmitted, and the resubmission was not withdrawn.
        is_resubmitted: t::Bool => bool,
    }
}
const EARLIER: &str = "select id, kind, state, ltrim(office_number, '0') as office_number, form, \
     exists (select 1 from notification r where r.resubmission_of = n.id and r.state <> 'withdrawn') as is_resubmitted \
     from notification n where employer_id = $1";
/// Those of these notifications that the employer filed, in any state.
/// # Errors
/// Database errors.
pub fn own(tx: &mut Tx<'_>, employer: Uuid, ids: &[Uuid]) -> Result<Vec<Earlier>, Problem> {
    Ok(sql_query(format!("{EARLIER} and id = any($2)"))
        .bind::<t::Uuid, _>(employer)
        .bind::<t::Array<t::Uuid>, _>(ids)
        .load(tx.conn())?)
}
/// The employer's returned notifications with one of these 整理番号 (without leading zeros).
/// # Errors
/// Database errors.
pub fn returned(tx: &mut Tx<'_>, employer: Uuid, numbers: &[String]) -> Result<Vec<Earlier>, Problem> {
    Ok(sql_query(format!("{EARLIER} and state = 'returned' and ltrim(office_number, '0') = any($2)"))
        .bind::<t::Uuid, _>(employer)
        .bind::<t::Array<t::Text>, _>(numbers)
        .load(tx.conn())?)
}
crate::row! {
    /// A notification.
    pub struct Concerned {
        /// Id.
        id: t::Uuid => Uuid,
    }
}
/// Which of these notifications concern somebody who is protected (支援措置) today: the insured person, whoever is or was a dependent of
/// that person, or somebody in the result; under the ids of today, when ids were merged.
/// # Errors
/// Database errors.
pub fn protected(tx: &mut Tx<'_>, notifications: &[Uuid]) -> Result<HashSet<Uuid>, Problem> {
    let today = tx.today();
    let found: Vec<Concerned> = sql_query(
        "with told as (select n.id, n.person_id from notification n where n.id = any($1) \
             union select n.id, (n.result->>'member_id')::uuid from notification n where n.id = any($1) \
             union select n.id, (d->>'person_id')::uuid from notification n, \
               jsonb_array_elements(coalesce(n.result->'dependents', '[]') || coalesce(n.result->'dependents_corrected', '[]')) d \
               where n.id = any($1)), \
           named as (select t.id, coalesce(p.merged_into, p.id) as person_id from told t join person p on p.id = t.person_id), \
           concerned as (select id, person_id from named \
             union select n.id, f.person_id from named n join dependency f on f.insured_id = n.person_id) \
         select distinct c.id from concerned c join protection x on x.person_id = c.person_id \
         where x.superseded_at is null and x.valid_from <= $2 and (x.valid_to is null or x.valid_to > $2)",
    )
    .bind::<t::Array<t::Uuid>, _>(notifications)
    .bind::<t::Date, _>(today)
    .load(tx.conn())?;
    Ok(found.into_iter().map(|r| r.id).collect())
}
