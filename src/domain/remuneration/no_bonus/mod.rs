//! 賞与不支給報告書 (健康保険法施行規則27条): an employer reports that it paid no bonus in the month for which it had planned one. It is about
//! the employer and names nobody. It comes as a notification; a later one about the same month corrects it or takes it back.
mod api;
mod store;

use crate::{
    kernel::{Operation, Permit, Problem, Tx},
    values::month::Month,
};
pub use api::routes;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use std::collections::BTreeSet;
use store::{NoBonusRow, Said};
use uuid::Uuid;

/// What a report says of a month of an employer.
#[derive(Clone, Copy, Debug)]
pub struct NoBonus {
    /// Employer.
    pub employer: Uuid,
    /// 賞与支払予定年月: the month without a bonus.
    pub planned: Month,
    /// 変更後の賞与支払予定月.
    pub next: Option<Month>,
    /// 取消: the report of this month never was.
    pub is_withdrawn: bool,
}
/// Where it came from.
#[derive(Clone, Copy, Debug)]
pub struct NoBonusSource<'a> {
    /// Notification.
    pub notification: Uuid,
    /// 作成者氏名.
    pub preparer: &'a str,
    /// When it came.
    pub received_at: DateTime<Utc>,
}
/// What stands against a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoBonusFault {
    /// A bonus of the month is registered.
    Paid,
    /// The month was reported like that before.
    Reported,
    /// There is no report to take back.
    NotReported,
}
impl NoBonusFault {
    /// As the decision tells it.
    pub fn problem(self) -> Problem {
        let (code, ja, en) = match self {
            Self::Paid => {
                ("bonus-paid", "この月の賞与が登録されています", "A bonus of this month is registered")
            }
            Self::Reported => (
                "no-bonus-reported",
                "この月はすでに報告されています",
                "The month was reported like that before",
            ),
            Self::NotReported => (
                "no-bonus-unreported",
                "取り消す報告がありません",
                "There is no report of the month to take back",
            ),
        };
        Problem::conflict(code, ja, en)
    }
}
/// A line of what a report would change: field, before, after.
pub type NoBonusLine = (&'static str, Option<String>, String);

impl NoBonus {
    /// The month that it is about.
    const fn of_month(&self) -> store::OfMonth {
        (self.employer, self.planned)
    }
    /// What stands against it, beside what is reported of the month.
    fn against(
        &self,
        conn: &mut PgConnection,
        known: Option<&NoBonusRow>,
    ) -> Result<Option<NoBonusFault>, Problem> {
        if self.is_withdrawn {
            return Ok(known.is_none().then_some(NoBonusFault::NotReported));
        }
        if super::decisions::has_paid(conn, self.employer, self.planned)? {
            return Ok(Some(NoBonusFault::Paid));
        }
        let is_known = known.is_some_and(|k| k.next_planned_month.map(Month::of) == self.next);
        Ok(is_known.then_some(NoBonusFault::Reported))
    }
}
/// What stands against a report.
/// # Errors
/// Database errors.
pub fn no_bonus_fault(conn: &mut PgConnection, report: &NoBonus) -> Result<Option<NoBonusFault>, Problem> {
    let known = store::known(conn, report.of_month())?;
    report.against(conn, known.as_ref())
}
/// What a report would change; nothing when something stands against it.
/// # Errors
/// Database errors.
pub fn no_bonus_lines(conn: &mut PgConnection, report: &NoBonus) -> Result<Vec<NoBonusLine>, Problem> {
    let known = store::known(conn, report.of_month())?;
    if report.against(conn, known.as_ref())?.is_some() {
        return Ok(Vec::new());
    }
    let none = || "none".to_owned();
    let (is_new, before) = (known.is_none(), known.and_then(|k| k.next_planned_month).map(Month::of));
    let after = report.next.filter(|_| !report.is_withdrawn);
    let mut lines = Vec::new();
    let month = report.planned.to_string();
    if report.is_withdrawn {
        lines.push(("planned_month", Some(month), none()));
    } else if is_new {
        lines.push(("planned_month", None, month));
    }
    if before != after {
        let after = after.map_or_else(none, |m| m.to_string());
        lines.push(("next_planned_month", before.map(|m| m.to_string()), after));
    }
    Ok(lines)
}
/// What a bonus of an employer and month makes of the report that none was paid: it stands no more.
/// # Errors
/// Database errors.
pub fn no_bonus_ends(
    conn: &mut PgConnection,
    employer: Uuid,
    months: &BTreeSet<Month>,
) -> Result<Vec<NoBonusLine>, Problem> {
    let mut lines = Vec::new();
    for month in months {
        let Some(known) = store::known(conn, (employer, *month))? else { continue };
        if let Some(next) = known.next_planned_month.map(Month::of) {
            lines.push(("next_planned_month", Some(next.to_string()), "none".to_owned()));
        }
        lines.push(("planned_month", Some(month.to_string()), "none".to_owned()));
    }
    Ok(lines)
}
/// Ends the reports of months in which an employer did pay a bonus; the months are held.
/// # Errors
/// Database errors.
pub(super) fn end_by_bonus<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    paid: &BTreeSet<store::OfMonth>,
) -> Result<(), Problem> {
    for (employer, month) in paid {
        store::hold_month(tx.conn(), (*employer, *month), Said::Paid)?;
        let Some(known) = store::hold(tx.conn(), (*employer, *month))? else { continue };
        let last = store::last_recorded(tx.conn(), (*employer, *month))?;
        tx.record_at_once(last);
        store::close(tx, permit, known.id)?;
    }
    Ok(())
}
/// Keeps a report; what was reported of the month before is closed.
/// # Errors
/// 409 `bonus-paid`, `no-bonus-reported`, `no-bonus-unreported`.
pub fn keep_no_bonus<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    report: &NoBonus,
    source: &NoBonusSource<'_>,
) -> Result<(), Problem> {
    store::hold_month(tx.conn(), report.of_month(), Said::NotPaid)?;
    let known = store::hold(tx.conn(), report.of_month())?;
    if let Some(fault) = report.against(tx.conn(), known.as_ref())? {
        return Err(fault.problem());
    }
    let last = store::last_recorded(tx.conn(), report.of_month())?;
    tx.record_at_once(last);
    if let Some(known) = known {
        store::close(tx, permit, known.id)?;
    }
    if report.is_withdrawn { Ok(()) } else { store::keep(tx, permit, report, source) }
}
