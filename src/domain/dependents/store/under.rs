//! SQL of dependents under a cover whose days are corrected. Nothing is overwritten: a version is closed and another one copied from it.
use crate::{
    domain::{
        dependents::{
            changes::periods_but,
            rules::{Fate, Under, WITH_INSURED},
        },
        members::{self, RecordedCover},
    },
    kernel::{Problem, Tx, errand::Act},
};
use chrono::NaiveDate;
use diesel::{PgConnection, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

crate::row! {
    /// A dependent under a cover as known now, and the end that it had before it ended with the insured person.
    pub struct UnderRow {
        /// Row.
        row_id: t::Uuid => Uuid,
        /// Dependency.
        dependent_id: t::Uuid => Uuid,
        /// Who.
        person_id: t::Uuid => Uuid,
        /// 枝番.
        branch: t::Text => String,
        /// 同居; `false` lives apart.
        lives_together: t::Nullable<t::Bool> => Option<bool>,
        /// 認定年月日.
        recognised_on: t::Date => NaiveDate,
        /// First day not recognised any more.
        removed_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// Why removed.
        removal_reason: t::Nullable<t::Text> => Option<String>,
        /// First day not recognised any more, before.
        removed_before_on: t::Nullable<t::Date> => Option<NaiveDate>,
        /// Why removed, before.
        removal_reason_before: t::Nullable<t::Text> => Option<String>,
        /// Day of birth.
        birth_on: t::Date => NaiveDate,
        /// Protected (支援措置) today.
        is_protected: t::Bool => bool,
    }
}
/// Dependents under a cover, by 枝番. Those of which it is not kept under which cover they were recognised are told by their day.
/// # Errors
/// Database errors.
pub fn under_cover(tx: &mut Tx<'_>, cover: &RecordedCover) -> Result<Vec<UnderRow>, Problem> {
    let today = tx.today();
    Ok(sql_query(format!(
        "select d.row_id, d.dependent_id, d.person_id, d.branch, d.lives_together, d.recognised_on, d.removed_on, \
           d.removal_reason, b.removed_on as removed_before_on, b.removal_reason as removal_reason_before, \
           coalesce((select i.birth_on from person_identity i where i.person_id = d.person_id and i.superseded_at is null \
                     order by i.valid_from desc limit 1), d.recognised_on) as birth_on, {} as is_protected \
         from dependency d left join lateral ( \
           select x.removed_on, x.removal_reason from dependency x \
           where x.person_id in {} and x.dependent_id = d.dependent_id and x.superseded_at is not null \
             and x.removal_reason is distinct from $6 \
           order by x.recorded_at desc, x.removed_on desc nulls last limit 1) b on d.removal_reason = $6 \
         where d.insured_id = $1 and d.superseded_at is null \
           and (d.enrolment_id = $2 or d.enrolment_id is null and d.employer_id = $3 and d.recognised_on >= $4 \
                and ($5::date is null or d.recognised_on <= $5)) \
         order by d.branch, d.dependent_id",
        members::protected_on("d.person_id", "$7"),
        members::ids_of("d.person_id")
    ))
    .bind::<t::Uuid, _>(cover.person_id)
    .bind::<t::Uuid, _>(cover.enrolment_id)
    .bind::<t::Uuid, _>(cover.employer_id)
    .bind::<t::Date, _>(cover.acquired_on)
    .bind::<t::Nullable<t::Date>, _>(cover.lost_on)
    .bind::<t::Text, _>(WITH_INSURED)
    .bind::<t::Date, _>(today)
    .load(tx.conn())?)
}
/// The facts that the rule wants; `together` are the dependencies that the same correction is about.
/// # Errors
/// Database errors.
pub fn facts_of(tx: &mut Tx<'_>, row: &UnderRow, together: &[Uuid]) -> Result<Under, Problem> {
    let mut elsewhere = members::periods(tx, row.person_id)?;
    elsewhere.extend(periods_but(tx, row.person_id, together)?);
    let end =
        |on: Option<NaiveDate>, why: &Option<String>| on.map(|on| (on, why.clone().unwrap_or_default()));
    Ok(Under {
        birth_on: row.birth_on,
        recognised_on: row.recognised_on,
        removed: end(row.removed_on, &row.removal_reason),
        removed_before: end(row.removed_before_on, &row.removal_reason_before),
        elsewhere,
    })
}
/// Writes what becomes of a dependent.
/// # Errors
/// 409 when the days meet other cover.
pub fn write_fate(conn: &mut PgConnection, act: &Act, row: &UnderRow, fate: &Fate) -> Result<(), Problem> {
    let (recognised_on, removed, is_kept) = match fate {
        Fate::Stays | Fate::StaysEnded => return Ok(()),
        Fate::TakenBack => (row.recognised_on, None, false),
        Fate::Changed { recognised_on, removed } => (*recognised_on, removed.as_ref(), true),
    };
    sql_query(
        "with old as (update dependency set superseded_at = $2 where row_id = $1 and superseded_at is null returning *) \
         insert into dependency (row_id, dependent_id, person_id, insured_id, employer_id, branch, relationship, lives_together, \
           occupation, income_yen, recognised_on, recognition_reason, removed_on, removal_reason, received_on, recorded_at, \
           recorded_by, source, enrolment_id) \
         select $3, dependent_id, person_id, insured_id, employer_id, branch, relationship, lives_together, occupation, \
           income_yen, $4, recognition_reason, $5, $6, received_on, $2, $7, $8, enrolment_id from old where $9",
    )
    .bind::<t::Uuid, _>(row.row_id)
    .bind::<t::Timestamptz, _>(act.at())
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Date, _>(recognised_on)
    .bind::<t::Nullable<t::Date>, _>(removed.map(|r| r.0))
    .bind::<t::Nullable<t::Text>, _>(removed.map(|r| r.1.as_str()))
    .bind::<t::Uuid, _>(act.by())
    .bind::<t::Nullable<t::Uuid>, _>(act.source())
    .bind::<t::Bool, _>(is_kept)
    .execute(conn)?;
    members::count_change(conn, row.person_id)
}
