//! SQL of reports that no bonus was paid.
use super::{NoBonus, NoBonusSource};
use crate::{
    domain::employers::EmployerRow,
    kernel::{Operation, Permit, Problem, Tx},
    values::month::Month,
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl, sql_query, sql_types as t};
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
        /// Notification.
        source: t::Nullable<t::Uuid> => Option<Uuid>,
    }
}
const REPORT: &str = "select id, employer_id, planned_month, next_planned_month, preparer_name, received_at, source \
     from no_bonus_report where employer_id = $1";
const OF_MONTH: &str = "and planned_month = $2 and superseded_at is null";

/// A month of an employer.
pub type OfMonth = (Uuid, Month);

/// The report of a month that is known.
/// # Errors
/// Database errors.
pub fn known(conn: &mut PgConnection, of: OfMonth) -> Result<Option<NoBonusRow>, Problem> {
    let sql = format!("{REPORT} {OF_MONTH}");
    Ok(sql_query(sql)
        .bind::<t::Uuid, _>(of.0)
        .bind::<t::Date, _>(of.1.first_day())
        .get_result(conn)
        .optional()?)
}
/// What is said of a month of an employer.
#[derive(Clone, Copy)]
pub enum Said {
    /// A bonus was paid: many say so at once.
    Paid,
    /// None was.
    NotPaid,
}
/// Holds what is said of a month of an employer until the end of the transaction: one says that no bonus was paid, or many that one was.
/// # Errors
/// Database errors.
pub fn hold_month(conn: &mut PgConnection, (employer, month): OfMonth, said: Said) -> Result<(), Problem> {
    let lock = match said {
        Said::Paid => "pg_advisory_xact_lock_shared",
        Said::NotPaid => "pg_advisory_xact_lock",
    };
    sql_query(format!("select {lock}(hashtextextended('bonus-month/' || $1::text || $2::text, 0))"))
        .bind::<t::Uuid, _>(employer)
        .bind::<t::Date, _>(month.first_day())
        .execute(conn)?;
    Ok(())
}
/// As [`known`], held until the end of the transaction.
/// # Errors
/// Database errors.
pub fn hold(conn: &mut PgConnection, of: OfMonth) -> Result<Option<NoBonusRow>, Problem> {
    let sql = format!("{REPORT} {OF_MONTH} for update");
    Ok(sql_query(sql)
        .bind::<t::Uuid, _>(of.0)
        .bind::<t::Date, _>(of.1.first_day())
        .get_result(conn)
        .optional()?)
}
crate::row! {
    /// An instant.
    pub struct LastRow {
        /// Instant.
        at: t::Nullable<t::Timestamptz> => Option<DateTime<Utc>>,
    }
}
/// When a report of the same month was recorded or closed last; what is recorded now comes after that.
/// # Errors
/// Database errors.
pub fn last_recorded(conn: &mut PgConnection, of: OfMonth) -> Result<Option<DateTime<Utc>>, Problem> {
    let sql = "select max(greatest(recorded_at, superseded_at)) as at from no_bonus_report \
         where employer_id = $1 and planned_month = $2";
    let found: LastRow =
        sql_query(sql).bind::<t::Uuid, _>(of.0).bind::<t::Date, _>(of.1.first_day()).get_result(conn)?;
    Ok(found.at)
}
/// Closes a report that holds no more.
/// # Errors
/// Database errors.
pub fn close<Op: Operation>(tx: &mut Tx<'_>, _: &Permit<Op>, id: Uuid) -> Result<(), Problem> {
    let now = tx.now();
    sql_query("update no_bonus_report set superseded_at = $2 where id = $1 and superseded_at is null")
        .bind::<t::Uuid, _>(id)
        .bind::<t::Timestamptz, _>(now)
        .execute(tx.conn())?;
    Ok(())
}
/// Keeps a report.
/// # Errors
/// Database errors, also when another one of the month was kept meanwhile.
pub fn keep<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    report: &NoBonus,
    source: &NoBonusSource<'_>,
) -> Result<(), Problem> {
    let (by, now) = (tx.actor()?.id, tx.now());
    sql_query(
        "insert into no_bonus_report (id, employer_id, planned_month, next_planned_month, preparer_name, received_at, received_by, \
         recorded_at, source) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind::<t::Uuid, _>(Uuid::now_v7())
    .bind::<t::Uuid, _>(report.employer)
    .bind::<t::Date, _>(report.planned.first_day())
    .bind::<t::Nullable<t::Date>, _>(report.next.map(Month::first_day))
    .bind::<t::Text, _>(source.preparer)
    .bind::<t::Timestamptz, _>(source.received_at)
    .bind::<t::Uuid, _>(by)
    .bind::<t::Timestamptz, _>(now)
    .bind::<t::Uuid, _>(source.notification)
    .execute(tx.conn())?;
    Ok(())
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
        "{REPORT} and ($2::date is null or planned_month = $2) and ($3::timestamptz is null and superseded_at is null \
           or recorded_at <= $3 and (superseded_at is null or superseded_at > $3)) order by planned_month desc limit 1000"
    ))
    .bind::<t::Uuid, _>(employer.employer_id)
    .bind::<t::Nullable<t::Date>, _>(month.map(Month::first_day))
    .bind::<t::Nullable<t::Timestamptz>, _>(known_at)
    .load(tx.conn())?)
}
