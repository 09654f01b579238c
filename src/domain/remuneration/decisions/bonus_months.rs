//! 標準賞与額 of the months of a fiscal year (健康保険法45条, 156条3項): reckoned from what was paid in them, in their order, and brought to
//! the store whenever cover is lost, begins again or an office ends.
use super::{
    facts::{amount, stored_trace},
    model::{BonusRow, PaymentRow},
    store::bonuses::{self as bonus_store, NewBonus},
};
use crate::{
    domain::{
        members::{self, Cover},
        remuneration::rules::{self, BonusInput, Rule, StandardBonus, Trace, Value as Figure, trace::steps},
    },
    kernel::{Problem, errand::Act},
    values::month::Month,
};
use chrono::NaiveDate;
use diesel::PgConnection;
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// A bonus of the month of the loss, paid before it (健康保険法156条3項): it bears no premium and counts for the cap.
pub const LOSS_MONTH: &str = "loss_month";

steps! {
    LOST = "loss_month", "健康保険法156条3項":
        "{month}は資格喪失月のため保険料の対象になりませんが、年度の累計に算入します。" /
        "{month} is the month of the loss: the bonus bears no premium and counts for the year's cap.";
}

/// A month as it is to be.
pub struct Reckoned {
    facts: BonusInput,
    /// 標準賞与額, yen.
    pub standard: i64,
    /// Steps.
    pub trace: Trace,
    no_premium: Option<&'static str>,
    last: PaymentRow,
    /// The trace says more than the facts: it is written also where these are the same.
    pub is_said: bool,
}
/// Bonuses paid from the day of a loss on are none; those of the month of the loss before it are marked.
/// # Errors
/// Database errors.
pub fn end_on_loss(
    conn: &mut PgConnection,
    act: &Act,
    person: Uuid,
    lost_on: NaiveDate,
) -> Result<(), Problem> {
    let (covers, mut payments) = state(conn, person)?;
    let mut years = BTreeSet::from([fiscal_year(Month::of(lost_on))]);
    for gone in payments.iter().filter(|p| p.paid_on >= lost_on) {
        bonus_store::close_payment(conn, act, gone.payment_id)?;
        years.insert(fiscal_year(Month::of(gone.paid_on)));
    }
    payments.retain(|p| p.paid_on < lost_on);
    settle(conn, act, person, (&covers, &payments, &years))
}
/// A month in which cover was lost and begins again bears its premium: its mark goes.
/// # Errors
/// Database errors.
pub fn covered_again(
    conn: &mut PgConnection,
    act: &Act,
    person: Uuid,
    acquired_on: NaiveDate,
) -> Result<(), Problem> {
    let (covers, payments) = state(conn, person)?;
    let month = Month::of(acquired_on);
    if payments.iter().all(|p| Month::of(p.paid_on) != month) {
        return Ok(());
    }
    settle(conn, act, person, (&covers, &payments, &BTreeSet::from([fiscal_year(month)])))
}
fn settle(
    conn: &mut PgConnection,
    act: &Act,
    person: Uuid,
    (covers, payments, years): (&[Cover], &[PaymentRow], &BTreeSet<i32>),
) -> Result<(), Problem> {
    let stored = bonus_store::by_month(conn, person, None)?;
    let wanted = reckon(payments, covers, years)?;
    bring(conn, act, person, (&stored, &wanted, years))
}

/// Bonuses that an office beside the cover paid from the day on which the person did not work there any more are none.
/// # Errors
/// Database errors.
pub fn end_of_office(
    conn: &mut PgConnection,
    act: &Act,
    (person, employer): (Uuid, Uuid),
    until_on: NaiveDate,
) -> Result<(), Problem> {
    let (covers, mut payments) = state(conn, person)?;
    let offices = members::offices(conn, person, None)?;
    let is_there = |day: NaiveDate| {
        covers.iter().any(|c| c.employer_id == employer && c.has(day))
            || offices.iter().any(|o| o.employer_id == Some(employer) && o.has(day))
    };
    let is_gone = |p: &PaymentRow| p.employer_id == employer && p.paid_on >= until_on && !is_there(p.paid_on);
    let mut years = BTreeSet::new();
    for gone in payments.iter().filter(|p| is_gone(p)) {
        bonus_store::close_payment(conn, act, gone.payment_id)?;
        years.insert(fiscal_year(Month::of(gone.paid_on)));
    }
    payments.retain(|p| !is_gone(p));
    settle(conn, act, person, (&covers, &payments, &years))
}

/// Covers and payments of a person.
type State = (Vec<Cover>, Vec<PaymentRow>);
/// Covers and payments of a person as known now.
/// # Errors
/// Database errors.
pub fn state(conn: &mut PgConnection, person: Uuid) -> Result<State, Problem> {
    Ok((members::covers(conn, person)?, bonus_store::payments(conn, person, None)?))
}
/// The months of fiscal years from what was paid in them: pure.
/// # Errors
/// 409 `not-decidable`.
pub fn reckon(
    payments: &[PaymentRow],
    covers: &[Cover],
    years: &BTreeSet<i32>,
) -> Result<BTreeMap<Month, Reckoned>, Problem> {
    let mut by_month: BTreeMap<Month, Vec<&PaymentRow>> = BTreeMap::new();
    for p in payments.iter().filter(|p| years.contains(&fiscal_year(Month::of(p.paid_on)))) {
        by_month.entry(Month::of(p.paid_on)).or_default().push(p);
    }
    let (mut all, mut sums) = (BTreeMap::new(), BTreeMap::<i32, i64>::new());
    for (month, paid) in by_month {
        let sum = sums.entry(fiscal_year(month)).or_default();
        let facts = BonusInput {
            month,
            amounts_yen: paid.iter().map(|p| amount(p.paid_yen)).collect::<Result<_, _>>()?,
            cumulative_before_yen: amount(*sum)?,
        };
        let (out, mut trace) =
            rules::apply::<StandardBonus>(&facts).map_err(super::facts::Undecided::from)?;
        *sum += out.standard_bonus_yen;
        let is_lost = paid.iter().all(|p| is_of_loss_month(covers, p));
        if is_lost {
            trace.step(&LOST, [("month", Figure::Month(month))]);
        }
        let Some(last) = paid.into_iter().max_by_key(|p| p.recorded_at).cloned() else { continue };
        let no_premium = is_lost.then_some(LOSS_MONTH);
        all.insert(
            month,
            Reckoned { facts, standard: out.standard_bonus_yen, trace, no_premium, last, is_said: false },
        );
    }
    Ok(all)
}
/// Paid in the month in which the cover was lost, of cover that began before it: cover of one month bears its premium, and so does a
/// month that is covered again from the loss on.
pub fn is_of_loss_month(covers: &[Cover], p: &PaymentRow) -> bool {
    let month = Month::of(p.paid_on);
    let is_of_month =
        |c: &&Cover| c.lost_on.map(Month::of) == Some(month) && Month::of(c.acquired_on) < month;
    let Some(lost_on) = covers.iter().find(|c| c.has(p.paid_on)).filter(is_of_month).and_then(|c| c.lost_on)
    else {
        return false;
    };
    // 任意継続 bears no premium of bonuses
    let is_again = |c: &Cover| {
        c.is_compulsory
            && c.acquired_on >= lost_on
            && Month::of(c.acquired_on) == month
            && c.lost_on != Some(c.acquired_on)
    };
    !covers.iter().any(is_again)
}
/// Brings the months of fiscal years from how they are stored to how they are to be.
/// # Errors
/// Database errors.
pub fn bring(
    conn: &mut PgConnection,
    act: &Act,
    person: Uuid,
    (stored, wanted, years): (&[BonusRow], &BTreeMap<Month, Reckoned>, &BTreeSet<i32>),
) -> Result<(), Problem> {
    let of_years = |b: &&BonusRow| years.contains(&fiscal_year(Month::of(b.month)));
    for gone in stored.iter().filter(of_years).map(|b| Month::of(b.month)) {
        if !wanted.contains_key(&gone) {
            bonus_store::close(conn, act, person, gone)?;
        }
    }
    for (month, w) in wanted {
        let old = stored.iter().find(|b| Month::of(b.month) == *month);
        let inputs = serde_json::to_value(&w.facts).map_err(|_| Problem::unavailable("facts-unwritable"))?;
        if !w.is_said && old.is_some_and(|b| b.inputs == inputs && b.no_premium.as_deref() == w.no_premium) {
            continue;
        }
        let by = (StandardBonus::ID, StandardBonus::VERSION);
        let new = NewBonus {
            bonus_id: old.map(|b| b.bonus_id),
            employer: w.last.employer_id,
            rule: by,
            month: *month,
            amounts: (w.facts.amounts_yen.iter().map(|a| a.get()).sum(), w.standard),
            told: (inputs, stored_trace(by, &w.trace)?),
            no_premium: w.no_premium,
            received_on: w.last.received_on,
            source: w.last.source,
        };
        bonus_store::put(conn, act, person, new)?;
    }
    Ok(())
}
/// The fiscal year of a month: the year in which it began.
pub fn fiscal_year(month: Month) -> i32 {
    month.plus(-3).year()
}
