//! 標準賞与額 (健康保険法45条): what was paid is kept payment by payment, and the months of a fiscal year are reckoned anew from it, in their
//! order, whenever a payment is new, corrected or taken back.
use super::{
    bonus_months::{Reckoned, bring, fiscal_year, is_of_loss_month, reckon, state},
    changes::{Case, before_acquisition},
    facts::amount,
    history::after_loss,
    keep,
    model::{BonusRow, PaymentRow},
    store::bonuses as bonus_store,
};
use crate::{
    domain::{
        members::{self, Cover},
        remuneration::{
            no_bonus,
            rules::{Trace, Value as Figure, trace::steps},
        },
    },
    kernel::{Operation, Permit, Problem, Tx, errand::Act},
    values::month::Month,
};
use chrono::NaiveDate;
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use utoipa::ToSchema;
use uuid::Uuid;

steps! {
    CORRECTED = "bonus_corrected", "健康保険法45条1項、同施行規則27条":
        "{day}に支払われた賞与{before}を、{right_day}の{after}に訂正します。" /
        "The bonus of {before} paid on {day} is corrected to {after} on {right_day}.";
    WITHDRAWN = "bonus_withdrawn", "健康保険法45条1項、同施行規則27条":
        "{day}に支払われたとされた賞与{before}を取り消します。" /
        "The bonus of {before} reported for {day} is taken back.";
}

/// The 標準賞与額 of a month before and after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BonusChange {
    /// Month of payment.
    pub month: Month,
    /// As it was, yen; 0 for none.
    pub before_yen: i64,
    /// As it is, yen; 0 for none.
    pub after_yen: i64,
}
/// The 標準賞与額 of a month.
#[derive(Clone, Debug, Serialize)]
pub struct DecidedBonus {
    /// 標準賞与額 of the month, yen.
    pub standard_bonus_yen: i64,
    /// As it was before a correction, yen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub standard_bonus_before_yen: Option<i64>,
    /// It bears no premium: paid in the month of the loss, before it.
    #[serde(skip_serializing_if = "is_false")]
    pub loss_month: bool,
    /// Other months that changed with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bonuses_decided_anew: Vec<BonusChange>,
}
fn is_false(b: &bool) -> bool {
    !b
}
/// What 賞与訂正届 says of a bonus that was reported.
#[derive(Clone, Copy, Debug)]
pub struct BonusCorrection {
    /// 賞与支払年月日 as reported.
    pub paid_on: NaiveDate,
    /// The right day and amount in yen; none when nothing was paid.
    pub right: Option<(NaiveDate, i64)>,
}
/// What a report or a correction would do.
pub struct BonusPlan {
    case: Case,
    month: Month,
    gone: Vec<Uuid>,
    new: Vec<PaymentRow>,
    stored: Vec<BonusRow>,
    wanted: BTreeMap<Month, Reckoned>,
    years: BTreeSet<i32>,
    own: BTreeMap<Month, Own>,
    is_correction: bool,
}
/// A month in which the employer that filed pays, or paid before a correction.
struct Own {
    /// What it paid, before and after, yen without what is below 1,000; where another employer paid in the month too.
    beside_others: Option<(i64, i64)>,
    /// All that it paid is of the month of the loss.
    is_lost: bool,
}

/// What 賞与支払届 would do: one more payment, in yen before it is cut.
/// # Errors
/// 409 `before-acquisition`, `after-loss`, `bonus-already-reported` for that employer and day, `not-decidable`.
pub fn plan_bonus<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    case: &Case,
    (paid_on, paid_yen): (NaiveDate, i64),
) -> Result<BonusPlan, Problem> {
    let (covers, payments) = state(tx.conn(), case.person)?;
    require_paid_in_cover(tx.conn(), &covers, case, (paid_on, "/paid_on"))?;
    require_first(&payments, case, paid_on, None)?;
    let new = payment(tx, case, Uuid::now_v7(), (paid_on, amount(paid_yen)?.get()));
    plan(tx.conn(), case, (&covers, payments), (None, Some(new)), None)
}
/// What 賞与訂正届 would do.
/// # Errors
/// As of `plan_bonus`; 409 `nothing-to-correct` when no bonus of that employer and day is known.
pub fn plan_correction<Op: Operation>(
    tx: &mut Tx<'_>,
    _: &Permit<Op>,
    case: &Case,
    correction: BonusCorrection,
) -> Result<BonusPlan, Problem> {
    let (covers, payments) = state(tx.conn(), case.person)?;
    let is_it = |p: &&PaymentRow| p.employer_id == case.employer && p.paid_on == correction.paid_on;
    let old = payments.iter().find(is_it).cloned().ok_or_else(|| {
        Problem::conflict(
            "nothing-to-correct",
            "この支払日の賞与は登録されていません",
            "No bonus of this day is registered",
        )
    })?;
    let (day, before) = (("day", Figure::Date(old.paid_on)), ("before", Figure::Yen(old.paid_yen)));
    let mut said = Trace::default();
    let Some((paid_on, paid_yen)) = correction.right else {
        said.step(&WITHDRAWN, [day, before]);
        return plan(tx.conn(), case, (&covers, payments), (Some(old), None), Some(said));
    };
    require_paid_in_cover(tx.conn(), &covers, case, (paid_on, "/right_paid_on"))?;
    require_first(&payments, case, paid_on, Some(old.payment_id))?;
    let paid_yen = amount(paid_yen)?.get();
    said.step(
        &CORRECTED,
        [day, before, ("right_day", Figure::Date(paid_on)), ("after", Figure::Yen(paid_yen))],
    );
    let new = payment(tx, case, old.payment_id, (paid_on, paid_yen));
    plan(tx.conn(), case, (&covers, payments), (Some(old), Some(new)), Some(said))
}
/// The months of these fiscal years as what was paid in them makes them.
/// # Errors
/// 409 `not-decidable`; database errors.
pub fn reckon_anew(
    conn: &mut PgConnection,
    act: &Act,
    person: Uuid,
    years: &BTreeSet<i32>,
) -> Result<(), Problem> {
    let (covers, payments) = state(conn, person)?;
    let stored = bonus_store::by_month(conn, person, None)?;
    let wanted = reckon(&payments, &covers, years)?;
    bring(conn, act, person, (&stored, &wanted, years))
}

/// What other days of a cover would do: these payments are none, those come back; the months of the loss before and after are marked
/// anew. `covers` are the periods of the person with the right days.
/// # Errors
/// 409 `not-decidable`; database errors.
pub fn plan_other_days(
    conn: &mut PgConnection,
    case: &Case,
    (covers, losses): (&[Cover], &[NaiveDate]),
    (gone, back): (&[PaymentRow], Vec<PaymentRow>),
) -> Result<BonusPlan, Problem> {
    let before = bonus_store::payments(conn, case.person, None)?;
    let mut payments = before.clone();
    payments.retain(|p| gone.iter().all(|g| g.payment_id != p.payment_id));
    payments.extend(back.iter().cloned());
    payments.sort_by_key(|p| p.paid_on);
    let days = gone.iter().chain(&back).map(|p| p.paid_on).chain(losses.iter().copied());
    let years: BTreeSet<i32> = days.map(|day| fiscal_year(Month::of(day))).collect();
    Ok(BonusPlan {
        case: *case,
        month: Month::of(case.acquired_on),
        gone: gone.iter().map(|p| p.payment_id).collect(),
        new: back,
        stored: bonus_store::by_month(conn, case.person, None)?,
        wanted: reckon(&payments, covers, &years)?,
        years,
        own: own_months(case.employer, covers, (&before, &payments)),
        is_correction: false,
    })
}
fn payment(tx: &Tx<'_>, case: &Case, payment_id: Uuid, (paid_on, paid_yen): (NaiveDate, i64)) -> PaymentRow {
    PaymentRow {
        payment_id,
        employer_id: case.employer,
        paid_on,
        paid_yen,
        received_on: case.received_on,
        recorded_at: tx.now(),
        source: case.source,
    }
}
/// Paid on a day of the cover, and by another office on a day on which the person works there; the day stands at that place of the form.
fn require_paid_in_cover(
    conn: &mut PgConnection,
    covers: &[Cover],
    case: &Case,
    (paid_on, pointer): (NaiveDate, &str),
) -> Result<(), Problem> {
    let after_loss = || after_loss().placed(pointer);
    let cover = keep::begun_on(covers, case.acquired_on).ok_or_else(after_loss)?;
    if paid_on < cover.acquired_on {
        return Err(before_acquisition(pointer));
    }
    if !cover.has(paid_on) {
        return Err(after_loss());
    }
    if cover.employer_id == case.employer {
        return Ok(());
    }
    let offices = members::offices(conn, case.person, None)?;
    let mut there = offices.iter().filter(|o| o.employer_id == Some(case.employer));
    if there.clone().any(|o| o.has(paid_on)) {
        return Ok(());
    }
    let is_before = there.all(|o| paid_on < o.from_on);
    Err(if is_before { before_acquisition(pointer) } else { after_loss() })
}
fn require_first(
    payments: &[PaymentRow],
    case: &Case,
    paid_on: NaiveDate,
    but: Option<Uuid>,
) -> Result<(), Problem> {
    let is_known =
        |p: &PaymentRow| p.employer_id == case.employer && p.paid_on == paid_on && Some(p.payment_id) != but;
    if payments.iter().any(is_known) {
        return Err(Problem::conflict(
            "bonus-already-reported",
            "この支払日の賞与はすでに登録されています",
            "A bonus of this day is registered already",
        ));
    }
    Ok(())
}
fn plan(
    conn: &mut PgConnection,
    case: &Case,
    (covers, mut payments): (&[Cover], Vec<PaymentRow>),
    (old, new): (Option<PaymentRow>, Option<PaymentRow>),
    said: Option<Trace>,
) -> Result<BonusPlan, Problem> {
    let days = [&old, &new].into_iter().flatten().map(|p| Month::of(p.paid_on));
    let years: BTreeSet<i32> = days.map(fiscal_year).collect();
    let before = payments.clone();
    if let Some(old) = &old {
        payments.retain(|p| p.payment_id != old.payment_id);
    }
    payments.extend(new.iter().cloned());
    payments.sort_by_key(|p| p.paid_on);
    let month = new.as_ref().or(old.as_ref()).map_or(Month::of(case.acquired_on), |p| Month::of(p.paid_on));
    let mut wanted = reckon(&payments, covers, &years)?;
    if let (Some(said), Some(of_month)) = (&said, wanted.get_mut(&month)) {
        of_month.trace.steps.splice(0..0, said.steps.clone());
        of_month.is_said = true;
    }
    Ok(BonusPlan {
        case: *case,
        month,
        gone: old.iter().map(|p| p.payment_id).collect(),
        new: new.into_iter().collect(),
        stored: bonus_store::by_month(conn, case.person, None)?,
        wanted,
        years,
        own: own_months(case.employer, covers, (&before, &payments)),
        is_correction: said.is_some(),
    })
}
/// The months in which an employer pays, before and after.
fn own_months(
    employer: Uuid,
    covers: &[Cover],
    (before, after): (&[PaymentRow], &[PaymentRow]),
) -> BTreeMap<Month, Own> {
    let is_own = |p: &&PaymentRow| p.employer_id == employer;
    let months: BTreeSet<Month> =
        before.iter().chain(after).filter(is_own).map(|p| Month::of(p.paid_on)).collect();
    let own = |month: Month| {
        let in_month = |all: &'_ [PaymentRow]| -> i64 {
            let paid = all.iter().filter(is_own).filter(|p| Month::of(p.paid_on) == month);
            let sum: i64 = paid.map(|p| p.paid_yen).sum();
            sum - sum.rem_euclid(1_000)
        };
        let has_others = after.iter().any(|p| p.employer_id != employer && Month::of(p.paid_on) == month);
        let mut own = after.iter().filter(is_own).filter(|p| Month::of(p.paid_on) == month);
        Own {
            beside_others: has_others.then(|| (in_month(before), in_month(after))),
            is_lost: own.all(|p| is_of_loss_month(covers, p)),
        }
    };
    months.into_iter().map(|month| (month, own(month))).collect()
}
impl BonusPlan {
    /// The months whose 標準賞与額 changes, of those in which the employer that filed paid; where another one paid in the month too, only
    /// what the one that filed paid: it learns nothing of the other's.
    pub fn changes(&self) -> Vec<BonusChange> {
        let stored =
            |m: Month| self.stored.iter().find(|b| Month::of(b.month) == m).map_or(0, |b| b.standard_yen);
        let of_years = |m: &Month| self.years.contains(&fiscal_year(*m));
        let months: BTreeSet<Month> = self
            .stored
            .iter()
            .map(|b| Month::of(b.month))
            .filter(of_years)
            .chain(self.wanted.keys().copied())
            .collect();
        months
            .into_iter()
            .filter_map(|month| {
                let after = || self.wanted.get(&month).map_or(0, |w| w.standard);
                let told = self.own.get(&month)?.beside_others;
                let (before_yen, after_yen) = told.unwrap_or_else(|| (stored(month), after()));
                Some(BonusChange { month, before_yen, after_yen })
            })
            .filter(|c| c.before_yen != c.after_yen)
            .collect()
    }
    /// The months in which the employer that filed pays what was not known before.
    pub fn paid_in(&self) -> BTreeSet<Month> {
        let own = self.new.iter().filter(|p| p.employer_id == self.case.employer);
        own.map(|p| Month::of(p.paid_on)).collect()
    }
    /// Keeps it; a report that no bonus was paid in such a month ends with it.
    /// # Errors
    /// Database errors.
    pub fn keep<Op: Operation>(self, tx: &mut Tx<'_>, permit: &Permit<Op>) -> Result<DecidedBonus, Problem> {
        let paid = self.new.iter().map(|p| (p.employer_id, Month::of(p.paid_on))).collect();
        no_bonus::end_by_bonus(tx, permit, &paid)?;
        let (act, person) = (Act::permitted(tx, permit, self.case.source)?, self.case.person);
        for gone in &self.gone {
            bonus_store::close_payment(tx.conn(), &act, *gone)?;
        }
        for new in &self.new {
            bonus_store::insert_payment(tx.conn(), &act, person, new)?;
        }
        bring(tx.conn(), &act, person, (&self.stored, &self.wanted, &self.years))?;
        let of_month = self.wanted.get(&self.month);
        let own = self.own.get(&self.month);
        let (before, after) = own.and_then(|own| own.beside_others).unwrap_or_else(|| {
            let stored = self.stored.iter().find(|b| Month::of(b.month) == self.month);
            (stored.map_or(0, |b| b.standard_yen), of_month.map_or(0, |w| w.standard))
        });
        Ok(DecidedBonus {
            standard_bonus_yen: after,
            standard_bonus_before_yen: self.is_correction.then_some(before),
            loss_month: of_month.is_some() && own.is_some_and(|own| own.is_lost),
            bonuses_decided_anew: self.changes().into_iter().filter(|c| c.month != self.month).collect(),
        })
    }
}
