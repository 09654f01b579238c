//! 標準賞与額 (健康保険法45条): what was paid is kept payment by payment, and the months of a fiscal year are reckoned anew from it, in their
//! order, whenever a payment is new, corrected or taken back.
use super::{
    changes::{Case, before_acquisition},
    facts::{amount, stored_trace},
    history::after_loss,
    model::{BonusRow, PaymentRow},
    store::bonuses::{self as bonus_store, NewBonus},
};
use crate::{
    domain::{
        members::{self, Cover},
        remuneration::rules::{self, BonusInput, Rule, StandardBonus, Trace, Value as Figure, trace::steps},
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

/// A bonus of the month of the loss, paid before it (健康保険法156条3項): it bears no premium and counts for the cap.
pub const LOSS_MONTH: &str = "loss_month";

steps! {
    CORRECTED = "bonus_corrected", "健康保険法45条1項、同施行規則27条":
        "{day}に支払われた賞与{before}を、{right_day}の{after}に訂正します。" /
        "The bonus of {before} paid on {day} is corrected to {after} on {right_day}.";
    WITHDRAWN = "bonus_withdrawn", "健康保険法45条1項、同施行規則27条":
        "{day}に支払われたとされた賞与{before}を取り消します。" /
        "The bonus of {before} reported for {day} is taken back.";
    LOST = "loss_month", "健康保険法156条3項":
        "{month}は資格喪失月のため保険料の対象になりませんが、年度の累計に算入します。" /
        "{month} is the month of the loss: the bonus bears no premium and counts for the year's cap.";
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
/// A month as it is to be.
struct Reckoned {
    facts: BonusInput,
    standard: i64,
    trace: Trace,
    no_premium: Option<&'static str>,
    last: PaymentRow,
    is_said: bool,
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
    require_paid_in_cover(tx.conn(), &covers, case, paid_on)?;
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
    require_paid_in_cover(tx.conn(), &covers, case, paid_on)?;
    require_first(&payments, case, paid_on, Some(old.payment_id))?;
    let paid_yen = amount(paid_yen)?.get();
    said.step(
        &CORRECTED,
        [day, before, ("right_day", Figure::Date(paid_on)), ("after", Figure::Yen(paid_yen))],
    );
    let new = payment(tx, case, old.payment_id, (paid_on, paid_yen));
    plan(tx.conn(), case, (&covers, payments), (Some(old), Some(new)), Some(said))
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
    let stored = bonus_store::by_month(conn, person, None)?;
    let wanted = reckon(&payments, &covers, &years)?;
    bring(conn, act, person, (&stored, &wanted, &years))
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
    let stored = bonus_store::by_month(conn, person, None)?;
    let wanted = reckon(&payments, &covers, &years)?;
    bring(conn, act, person, (&stored, &wanted, &years))
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
type State = (Vec<Cover>, Vec<PaymentRow>);
fn state(conn: &mut PgConnection, person: Uuid) -> Result<State, Problem> {
    Ok((members::covers(conn, person)?, bonus_store::payments(conn, person, None)?))
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
/// Paid on a day of the cover, and by another office on a day on which the person works there.
fn require_paid_in_cover(
    conn: &mut PgConnection,
    covers: &[Cover],
    case: &Case,
    paid_on: NaiveDate,
) -> Result<(), Problem> {
    let cover = covers.iter().rfind(|c| c.acquired_on == case.acquired_on).ok_or_else(after_loss)?;
    if paid_on < cover.acquired_on {
        return Err(before_acquisition());
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
    Err(if is_before { before_acquisition() } else { after_loss() })
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
/// The months of fiscal years from what was paid in them: pure.
fn reckon(
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
fn is_of_loss_month(covers: &[Cover], p: &PaymentRow) -> bool {
    let month = Month::of(p.paid_on);
    let is_of_month =
        |c: &&Cover| c.lost_on.map(Month::of) == Some(month) && Month::of(c.acquired_on) < month;
    let Some(lost_on) = covers.iter().find(|c| c.has(p.paid_on)).filter(is_of_month).and_then(|c| c.lost_on)
    else {
        return false;
    };
    let is_again = |c: &Cover| {
        c.acquired_on >= lost_on && Month::of(c.acquired_on) == month && c.lost_on != Some(c.acquired_on)
    };
    !covers.iter().any(is_again)
}
/// Brings the months of fiscal years from how they are stored to how they are to be; gives those whose amount changed.
fn bring(
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
    /// Keeps it.
    /// # Errors
    /// Database errors.
    pub fn keep<Op: Operation>(self, tx: &mut Tx<'_>, permit: &Permit<Op>) -> Result<DecidedBonus, Problem> {
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
