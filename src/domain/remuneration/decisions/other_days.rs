//! Decisions and bonuses of a cover whose days are corrected.
use super::{
    super::{
        corrections::{CorrectedCover, CoverChange, PayFault},
        rules::{
            self, AcquisitionDetermination, AcquisitionInput, BonusInput, RegularDetermination, RegularInput,
            Rule, StandardBonus,
        },
        told::stored,
    },
    changes::{amount, amounts_of, undecidable},
    model::BonusRow,
    store::{self, Anew, HeldRow, NewBonus},
    timeline::{Span, in_a_row, until_next},
};
use crate::{
    domain::members::CoverDays,
    kernel::{Operation, Permit, Problem, Tx, errand::Act},
    values::month::Month,
};
use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

/// A decision as it is to be: the version that it comes from, and what is decided anew.
type Wanted = Span<(HeldRow, Option<Anew>)>;
/// What a correction makes of decisions and bonuses.
#[derive(Debug)]
pub struct CorrectedDecisions {
    closed: Vec<HeldRow>,
    written: Vec<Wanted>,
    bonuses_closed: Vec<BonusRow>,
    /// Bonuses that come back, as they were.
    bonuses_back: Vec<BonusRow>,
}
impl CorrectedDecisions {
    /// What changes, by record.
    pub fn changes(&self) -> Vec<CoverChange> {
        let span = |from: Month, until: Option<Month>, yen: i64| {
            let until = until.map_or_else(String::new, |u| u.plus(-1).to_string());
            format!("{from} - {until} ({yen})")
        };
        let before =
            |r: &HeldRow| span(Month::of(r.applies_from), r.applies_until.map(Month::of), r.standard_yen);
        let mut all = Vec::new();
        for w in &self.written {
            let old = self.closed.iter().find(|c| c.decision_id == w.of.0.decision_id).map(before);
            let yen = w.of.1.as_ref().map_or(w.of.0.standard_yen, |a| a.amounts.1);
            let after = Some(span(w.from, w.until, yen));
            if old != after {
                all.push(change("standard_remuneration", "standard_yen", old, after));
            }
        }
        let is_gone = |c: &&HeldRow| self.written.iter().all(|w| w.of.0.decision_id != c.decision_id);
        let gone = self.closed.iter().filter(is_gone);
        all.extend(gone.map(|c| change("standard_remuneration", "standard_yen", Some(before(c)), None)));
        let bonus = |b: &BonusRow| format!("{} ({})", Month::of(b.month), b.standard_yen);
        for b in &self.bonuses_closed {
            all.push(change("standard_bonus", "standard_yen", Some(bonus(b)), None));
        }
        for b in &self.bonuses_back {
            all.push(change("standard_bonus", "standard_yen", None, Some(bonus(b))));
        }
        all
    }
}
fn change(
    subject: &'static str,
    field: &'static str,
    before: Option<String>,
    after: Option<String>,
) -> CoverChange {
    CoverChange { subject, field, before, after }
}

/// What a correction makes of decisions and bonuses.
/// # Errors
/// Database errors; the inner one tells what stands against it.
pub fn plan_corrected(
    tx: &mut Tx<'_>,
    cover: &CorrectedCover<'_>,
) -> Result<Result<CorrectedDecisions, PayFault>, Problem> {
    let (known, back) = (store::held(tx, cover.person)?, held_back(tx, cover)?);
    let (bonuses, bonuses_back) = (store::bonuses_held(tx, cover.person)?, bonuses_of_loss(tx, cover)?);
    let (closed, written) = match decisions(cover, known, back)? {
        Ok(planned) => planned,
        Err(fault) => return Ok(Err(fault)),
    };
    Ok(corrected_bonuses(cover, bonuses, bonuses_back).map(|(bonuses_closed, bonuses_back)| {
        CorrectedDecisions { closed, written, bonuses_closed, bonuses_back }
    }))
}
/// What the loss took back.
fn held_back(tx: &mut Tx<'_>, cover: &CorrectedCover<'_>) -> Result<Vec<HeldRow>, Problem> {
    match (cover.lost_known_at, cover.old.until_month(), cover.new) {
        (Some(at), Some(from), Some(_)) => store::held_before(tx, cover.person, at, from),
        _ => Ok(Vec::new()),
    }
}
fn bonuses_of_loss(tx: &mut Tx<'_>, cover: &CorrectedCover<'_>) -> Result<Vec<BonusRow>, Problem> {
    match (cover.lost_known_at, cover.old.until_month(), cover.new) {
        (Some(at), Some(from), Some(_)) => store::bonuses_before(tx, cover.person, at, from),
        _ => Ok(Vec::new()),
    }
}
/// First month of the cover after this one.
fn next_cover(cover: &CorrectedCover<'_>) -> Option<Month> {
    let later = cover.others.iter().filter(|o| o.acquired_on > cover.old.acquired_on);
    later.map(|o| o.first_month()).min()
}
/// First month that is decided for the cover after this one.
fn next_decision(cover: &CorrectedCover<'_>, others: &[HeldRow]) -> Option<Month> {
    let next = next_cover(cover)?;
    others.iter().map(|r| Month::of(r.applies_from)).filter(|month| *month >= next).min()
}
/// Months of the cover that are its own: up to the first of the next cover.
fn is_of(cover: &CorrectedCover<'_>, employer: Uuid, month: Month) -> bool {
    employer == cover.employer
        && month >= cover.old.first_month()
        && cover.old.until_month().is_none_or(|until| month < until)
        && next_cover(cover).is_none_or(|next| month < next)
}
type Planned = (Vec<HeldRow>, Vec<Wanted>);
fn decisions(
    cover: &CorrectedCover<'_>,
    known: Vec<HeldRow>,
    back: Vec<HeldRow>,
) -> Result<Result<Planned, PayFault>, Problem> {
    let (own, others): (Vec<HeldRow>, Vec<HeldRow>) =
        known.into_iter().partition(|r| is_of(cover, r.employer_id, Month::of(r.applies_from)));
    let mut wanted = Vec::new();
    if let Some(new) = cover.new {
        for row in own.iter().cloned().chain(back.into_iter().filter(|r| r.employer_id == cover.employer)) {
            match anew(cover.old, new, row)? {
                Some(span) => wanted.push(span),
                None => return Ok(Err(PayFault::Decision)),
            }
        }
        wanted = in_a_row(wanted, until_next(new, next_decision(cover, &others)));
        let is_other = |w: &Wanted| w.of.1.as_ref().is_some_and(|a| a.amounts.1 != w.of.0.standard_yen);
        if wanted.len() > 1 && wanted.iter().any(is_other) {
            // what was revised later was revised from another amount
            return Ok(Err(PayFault::Decision));
        }
    }
    let mut closed = own;
    if let Some(span) = before_it(cover, &others, wanted.first().map(|w| w.from)) {
        closed.push(span.of.0.clone());
        wanted.push(span);
    }
    let (same, written): (Vec<Wanted>, Vec<Wanted>) = wanted.into_iter().partition(is_as_it_was);
    closed.retain(|r| same.iter().all(|w| w.of.0.row_id != r.row_id));
    Ok(Ok((closed, written)))
}
fn is_as_it_was(w: &Wanted) -> bool {
    let (row, anew) = &w.of;
    anew.is_none() && row.is_known && w.until.map(Month::first_day) == row.applies_until
}
/// The last decision of the cover before, which gave way in the month that both covers share, or gives way now.
fn before_it(cover: &CorrectedCover<'_>, others: &[HeldRow], next: Option<Month>) -> Option<Wanted> {
    let days = cover.others.iter().rev().find(|o| o.acquired_on < cover.old.acquired_on)?;
    let of_it = |r: &&HeldRow| {
        Month::of(r.applies_from) >= days.first_month() && Month::of(r.applies_from) < cover.old.first_month()
    };
    let last = others.iter().filter(of_it).max_by_key(|r| r.applies_from)?;
    let until = until_next(*days, next);
    let from = Month::of(last.applies_from);
    (until.map(Month::first_day) != last.applies_until && until.is_none_or(|until| until > from))
        .then(|| Span { of: (last.clone(), None), from, until })
}
/// A decision under the right cover; `None` when the law would not make it so.
fn anew(old: CoverDays, new: CoverDays, row: HeldRow) -> Result<Option<Wanted>, Problem> {
    let (from, until) = (Month::of(row.applies_from), row.applies_until.map(Month::of));
    let span = |from, row, anew| Some(Span { of: (row, anew), from, until });
    if old.acquired_on == new.acquired_on {
        return Ok(span(from, row, None));
    }
    if row.rule == AcquisitionDetermination::ID {
        let mut facts: AcquisitionInput = read(&row.inputs)?;
        facts.acquired_on = new.acquired_on;
        let Ok((out, trace)) = rules::apply::<AcquisitionDetermination>(&facts) else { return Ok(None) };
        let told = stored::<AcquisitionDetermination>(&facts, &trace)?;
        let version = AcquisitionDetermination::VERSION;
        return Ok(span(
            out.effective_month,
            row,
            Some(Anew { version, amounts: (out.grade, out.standard_yen), told }),
        ));
    }
    if row.rule == RegularDetermination::ID {
        let mut facts: RegularInput = read(&row.inputs)?;
        facts.acquired_on = new.acquired_on;
        let Ok((out, trace)) = rules::apply::<RegularDetermination>(&facts) else { return Ok(None) };
        let (Some(grade), Some(standard)) = (out.grade, out.determined.standard_yen) else { return Ok(None) };
        if standard != row.standard_yen {
            return Ok(None);
        }
        let told = stored::<RegularDetermination>(&facts, &trace)?;
        let version = RegularDetermination::VERSION;
        return Ok(span(from, row, Some(Anew { version, amounts: (grade, standard), told })));
    }
    // a revision counts three months of pay before it, all of them in the cover (43条, 43条の2, 43条の3)
    Ok(if from.plus(-3) >= new.first_month() { span(from, row, None) } else { None })
}
fn read<T: DeserializeOwned>(inputs: &Value) -> Result<T, Problem> {
    serde_json::from_value(inputs.clone()).map_err(|_| Problem::unavailable("stored-facts-unreadable"))
}
/// Bonuses that are taken back, and those that come back. One that was paid before the right cover stands against it; of months
/// after the right loss there are none, as after any loss.
fn corrected_bonuses(
    cover: &CorrectedCover<'_>,
    known: Vec<BonusRow>,
    back: Vec<BonusRow>,
) -> Result<(Vec<BonusRow>, Vec<BonusRow>), PayFault> {
    let own: Vec<BonusRow> =
        known.iter().filter(|b| is_of(cover, b.employer_id, Month::of(b.month))).cloned().collect();
    let is_shared = |b: &BonusRow| {
        let month = Month::of(b.month);
        cover.others.iter().any(|o| o.first_month() <= month && o.until_month().is_none_or(|u| month < u))
    };
    let Some(new) = cover.new else {
        return if own.iter().any(is_shared) { Err(PayFault::Bonus) } else { Ok((own, Vec::new())) };
    };
    let is_over = |b: &BonusRow| new.until_month().is_some_and(|until| Month::of(b.month) >= until);
    let paid_before =
        |day: &NaiveDate| *day < new.acquired_on && own.iter().any(|b| Month::of(b.month) == Month::of(*day));
    let is_before = |b: &BonusRow| Month::of(b.month) < new.first_month();
    let closed: Vec<BonusRow> = own.iter().filter(|b| is_over(b)).cloned().collect();
    if own.iter().any(is_before) || cover.paid_on.iter().any(paid_before) || closed.iter().any(is_shared) {
        return Err(PayFault::Bonus);
    }
    let mut returned: Vec<BonusRow> = Vec::new();
    for b in back {
        let is_new = known.iter().chain(&returned).all(|k| k.month != b.month);
        if b.employer_id == cover.employer && is_new && !is_over(&b) {
            returned.push(b);
        }
    }
    Ok((closed, returned))
}

/// Writes what was planned. Bonuses of a fiscal year in which one comes or goes are counted anew, up to the cap of the year (45条1項).
/// # Errors
/// 409 `not-decidable`; database errors.
pub fn write_corrected<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (person, source): (Uuid, Uuid),
    plan: CorrectedDecisions,
) -> Result<(), Problem> {
    let act = Act::permitted(tx, permit, Some(source))?;
    let closed: Vec<Uuid> = plan.closed.iter().map(|r| r.row_id).collect();
    store::close(tx.conn(), &act, &closed)?;
    for w in &plan.written {
        store::copy(tx.conn(), &act, w.of.0.row_id, (w.from, w.until), w.of.1.as_ref())?;
    }
    let gone: Vec<Uuid> = plan.bonuses_closed.iter().map(|b| b.bonus_id).collect();
    store::close_bonuses(tx.conn(), &act, &gone)?;
    let mut years: Vec<i32> = plan
        .bonuses_closed
        .iter()
        .chain(&plan.bonuses_back)
        .map(|b| fiscal_year(Month::of(b.month)))
        .collect();
    years.sort_unstable();
    years.dedup();
    for year in years {
        count_anew(tx, permit, person, year, &plan.bonuses_back)?;
    }
    Ok(())
}
fn fiscal_year(month: Month) -> i32 {
    month.year() - i32::from(month.number() < 4)
}
fn count_anew<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    person: Uuid,
    year: i32,
    back: &[BonusRow],
) -> Result<(), Problem> {
    let known = store::live_bonuses(tx, permit, person)?;
    let of_year = |b: &&BonusRow| fiscal_year(Month::of(b.month)) == year;
    let mut all: Vec<(&BonusRow, bool)> = known.iter().filter(of_year).map(|b| (b, true)).collect();
    all.extend(back.iter().filter(of_year).map(|b| (b, false)));
    all.sort_by_key(|(b, _)| b.month);
    let mut sum = 0;
    for (b, is_known) in all {
        let month = Month::of(b.month);
        let facts = BonusInput { month, amounts_yen: amounts_of(b)?, cumulative_before_yen: amount(sum)? };
        let (out, trace) = rules::apply::<StandardBonus>(&facts).map_err(undecidable)?;
        sum += out.standard_bonus_yen;
        let told = stored::<StandardBonus>(&facts, &trace)?;
        if is_known && told.0 == b.inputs {
            continue;
        }
        let new = NewBonus {
            bonus_id: Some(b.bonus_id),
            person: (person, b.employer_id),
            rule: (StandardBonus::ID, StandardBonus::VERSION),
            month,
            amounts: (b.reported_yen, out.standard_bonus_yen),
            told,
            received_on: b.received_on,
            source: b.source,
        };
        store::put_bonus(tx, permit, new)?;
    }
    Ok(())
}
