//! SQL of reports that no bonus was paid.
use crate::{
    domain::employers::EmployerRow,
    kernel::{Operation, Permit, Problem, Tx},
    values::month::Month,
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, RunQueryDsl, sql_query, sql_types as t};
use uuid::Uuid;

crate::row! {
    /// A report.
    pub struct NoBonusRow {
        /// Report.
        id: t::Uuid => Uuid,
        /// Employer.
        employer_id: t::Uuid => Uuid,
        /// First day of the planned month.
        planned_month: t::Date => NaiveDate,
        /// First day of the month planned instead.
        next_planned_month: t::Nullable<t::Date> => Option<NaiveDate>,
        /// 作成者氏名.
        preparer_name: t::Text => String,
        /// When it came.
        received_at: t::Timestamptz => DateTime<Utc>,
    }
}
const COLUMNS: &str = "id, employer_id, planned_month, next_planned_month, preparer_name, received_at";

/// Keeps a report; nothing when the month was reported before.
/// # Errors
/// Database errors.
pub fn keep<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    employer: Uuid,
    (planned, next, preparer): (Month, Option<Month>, &str),
) -> Result<Option<NoBonusRow>, Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    Ok(sql_query(format!(
        "insert into no_bonus_report (id, employer_id, planned_month, next_planned_month, preparer_name, received_at, received_by) \
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (employer_id, planned_month) do nothing returning {COLUMNS}"
    ))
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(employer)
    .bind::<t::Date, _>(planned.first_day())
    .bind::<t::Nullable<t::Date>, _>(next.map(Month::first_day))
    .bind::<t::Text, _>(preparer)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(by)
    .get_result(tx.conn())
    .optional()?)
}
/// The reports of an employer that was admitted, of one month or of all, as known at an instant or now; the newest month first.
/// # Errors
/// Database errors.
pub fn of_employer(
    tx: &mut Tx<'_>,
    employer: &EmployerRow,
    (month, known_at): (Option<Month>, Option<DateTime<Utc>>),
) -> Result<Vec<NoBonusRow>, Problem> {
    Ok(sql_query(format!(
        "select {COLUMNS} from no_bonus_report where employer_id = $1 and ($2::date is null or planned_month = $2) \
           and ($3::timestamptz is null or received_at <= $3) order by planned_month desc limit 1000"
    ))
    .bind::<t::Uuid, _>(employer.employer_id)
    .bind::<t::Nullable<t::Date>, _>(month.map(Month::first_day))
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(tx.conn())?)
}
