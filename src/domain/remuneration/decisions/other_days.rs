//! Decisions, bonuses and other offices of a cover whose days are corrected, or that never was.
use super::{
    super::{
        corrections::{CorrectedCover, CoverChange, PayFault},
        rules::{AcquisitionDetermination, RegularDetermination, Rule},
    },
    bonuses::{self, BonusPlan},
    changes::Case,
    facts::{Facts, REVISIONS},
    history::{Entry, History, Occasion},
    keep,
    model::PaymentRow,
    second_office,
    store::{bonuses as bonus_store, history as before},
};
use crate::{
    domain::members::{self, Cover, CoverDays, OfficeRow},
    kernel::{Kind, Operation, Permit, Problem, Tx, errand::Act},
    values::month::Month,
};
use chrono::NaiveDate;
use diesel::PgConnection;
use uuid::Uuid;

/// Decisions of a cover as they are stored and as they are to be.
type Histories = (Case, History, History);
/// What a correction makes of decisions, bonuses and other offices.
pub struct CorrectedDecisions {
    own: Histories,
    former: Option<Histories>,
    bonuses: BonusPlan,
    offices: (Vec<OfficeRow>, Vec<OfficeRow>),
}
impl CorrectedDecisions {
    /// What changes, by record. What holds of a former cover at another employer is none of this employer's affair.
    pub fn changes(&self, is_for_staff: bool) -> Vec<CoverChange> {
        let mut all = decisions_changed(&self.own);
        let is_told = |f: &&Histories| is_for_staff || f.1.principal == self.own.0.employer;
        all.extend(self.former.iter().filter(is_told).flat_map(decisions_changed));
        let told = |month: Month, yen: i64| (yen > 0).then(|| format!("{month} ({yen})"));
        for c in self.bonuses.changes() {
            all.push(CoverChange {
                subject: "standard_bonus",
                field: "standard_yen",
                before: told(c.month, c.before_yen),
                after: told(c.month, c.after_yen),
            });
        }
        all
    }
}
/// A line for each decision whose months or amount change. One that is decided anew takes the place of the one it comes from.
fn decisions_changed((_, stored, wanted): &Histories) -> Vec<CoverChange> {
    let span = |e: &Entry, until: Option<Month>| {
        let last = until.map_or_else(String::new, |u| u.plus(-1).to_string());
        format!("{} - {last} ({})", e.from, e.amounts.1)
    };
    let same = |a: &Entry, b: &Entry| {
        a.decision_id == b.decision_id || a.rule.0 == b.rule.0 && (a.from == b.from || is_acquisition(a))
    };
    let mut all = Vec::new();
    let mut push = |before: Option<String>, after: Option<String>| {
        if before != after {
            all.push(CoverChange { subject: "standard_remuneration", field: "standard_yen", before, after });
        }
    };
    for (e, until) in wanted.entries.iter().zip(wanted.ends()) {
        let old = stored.entries.iter().find(|s| same(s, e));
        push(old.map(|s| span(s, s.until)), Some(span(e, until)));
    }
    for gone in stored.entries.iter().filter(|s| !wanted.entries.iter().any(|e| same(s, e))) {
        push(Some(span(gone, gone.until)), None);
    }
    all
}

/// What a correction makes of decisions, bonuses and other offices.
/// # Errors
/// Database errors; the inner one tells what stands against it.
pub fn plan_corrected(
    conn: &mut PgConnection,
    cover: &CorrectedCover<'_>,
) -> Result<Result<CorrectedDecisions, PayFault>, Problem> {
    let covers = right_covers(conn, cover)?;
    let offices = match offices(conn, cover)? {
        Ok(offices) => offices,
        Err(fault) => return Ok(Err(fault)),
    };
    let own = match own(conn, cover, (&covers, &offices.0))? {
        Ok(own) => own,
        Err(fault) => return Ok(Err(fault)),
    };
    let former = match former(conn, cover, (&covers, &own.1))? {
        Ok(former) => former,
        Err(fault) => return Ok(Err(fault)),
    };
    let offices = (changed_offices(conn, cover, &offices.0)?, offices.1);
    Ok(bonuses(conn, cover, &covers)?.map(|bonuses| CorrectedDecisions { own, former, bonuses, offices }))
}
/// The covers of the person with the right days.
fn right_covers(conn: &mut PgConnection, cover: &CorrectedCover<'_>) -> Result<Vec<Cover>, Problem> {
    let mut all = Vec::new();
    for mut c in members::covers(conn, cover.person)? {
        let days = (c.acquired_on, c.lost_on);
        if days == cover.old.period() && c.employer_id == cover.employer {
            let Some(new) = cover.new else { continue };
            (c.acquired_on, c.lost_on) = new.period();
        } else if cover.is_own_only && c.employer_id != cover.employer {
            continue;
        } else if let Some((office, old, right)) = cover.continued
            && (c.employer_id, days) == (office, old.period())
        {
            c.lost_on = right.lost_on;
        }
        all.push(c);
    }
    all.sort_by_key(|c| (c.acquired_on, c.lost_on.is_none(), c.lost_on));
    Ok(all)
}
fn case(cover: &CorrectedCover<'_>, acquired_on: NaiveDate) -> Case {
    let CorrectedCover { person, employer, received_on, .. } = *cover;
    Case { person, employer, acquired_on, received_on, source: None }
}
type Offices = (Vec<OfficeRow>, Vec<OfficeRow>);
/// The other offices of the cover as they are to be, and those that are none: the loss that is wrong ended or took them back, the right one
/// does. One that began before the right cover stands against it.
fn offices(
    conn: &mut PgConnection,
    cover: &CorrectedCover<'_>,
) -> Result<Result<Offices, PayFault>, Problem> {
    let known = members::offices(conn, cover.person, None)?;
    let own: Vec<OfficeRow> = known.into_iter().filter(|o| cover.old.has(o.from_on)).collect();
    let Some(new) = cover.new else { return Ok(Ok((Vec::new(), own))) };
    let before = match cover.old.lost_on {
        Some(lost) => before::offices_before(conn, cover.person, cover.lost_known, lost)?,
        None => Vec::new(),
    };
    let earlier = |id: Uuid| before.iter().find(|b| b.office_id == id);
    let is_cut = |o: &OfficeRow| o.until_on.is_some() && o.until_on == cover.old.lost_on;
    let whole = |o: &OfficeRow| if is_cut(o) { earlier(o.office_id).unwrap_or(o).clone() } else { o.clone() };
    let mut all: Vec<OfficeRow> = own.iter().map(whole).collect();
    for b in &before {
        let is_after = cover.old.lost_on.is_some_and(|lost| b.from_on >= lost);
        if is_after && all.iter().all(|o| o.office_id != b.office_id) {
            all.push(b.clone());
        }
    }
    if all.iter().any(|o| o.from_on < new.acquired_on) {
        return Ok(Err(PayFault::Decision));
    }
    if let Some(lost) = new.lost_on {
        all.retain(|o| o.from_on < lost);
        for o in all.iter_mut().filter(|o| o.until_on.is_none_or(|until| until > lost)) {
            o.until_on = Some(lost);
        }
    }
    let gone = own.into_iter().filter(|o| all.iter().all(|a| a.office_id != o.office_id)).collect();
    Ok(Ok((all, gone)))
}
/// Those that are not stored like that.
fn changed_offices(
    conn: &mut PgConnection,
    cover: &CorrectedCover<'_>,
    wanted: &[OfficeRow],
) -> Result<Vec<OfficeRow>, Problem> {
    let known = members::offices(conn, cover.person, None)?;
    let is_known =
        |w: &OfficeRow| known.iter().any(|k| k.office_id == w.office_id && k.until_on == w.until_on);
    Ok(wanted.iter().filter(|w| !is_known(w)).cloned().collect())
}
/// The decisions of the cover itself.
fn own(
    conn: &mut PgConnection,
    cover: &CorrectedCover<'_>,
    (covers, offices): (&[Cover], &[OfficeRow]),
) -> Result<Result<Histories, PayFault>, Problem> {
    let old = case(cover, cover.old.acquired_on);
    let stored = keep::history(conn, &old)?;
    let mut wanted = stored.clone();
    let Some(new) = cover.new else {
        wanted.entries.clear();
        return Ok(Ok((old, stored, wanted)));
    };
    let mut back = None;
    if let Some(from) = cover.old.until_month() {
        back = come_back(
            &mut wanted,
            keep::entries(before::decisions_before(conn, cover.person, cover.lost_known, from)?)?,
        );
    }
    // an office that ends with the cover keeps its part in the month of the loss, which bears no premium, and has it when the loss is cancelled
    wanted.offices = offices.to_vec();
    wanted.offices.iter_mut().filter(|o| o.until_on == new.lost_on).for_each(|o| o.until_on = None);
    (wanted.first, wanted.until) = (new.first_month(), keep::until(covers, new.acquired_on));
    let until = wanted.until;
    let is_within = |e: &Entry| until.is_none_or(|until| e.from < until);
    // both days may lie before the old month of acquisition: what was decided in it is decided anew, in the right one
    wanted.entries.retain(|e| is_within(e) || is_acquisition(e));
    wanted.displaced.retain(is_within);
    if new.acquired_on != cover.old.acquired_on || is_of_another_day(&wanted, new)? {
        match from_another_day(&mut wanted, new) {
            Ok(true) => {}
            Ok(false) => return Ok(Err(PayFault::Decision)),
            // what can't be decided so stands against it
            Err(refused) if refused.kind == Kind::Conflict => return Ok(Err(PayFault::Decision)),
            Err(problem) => return Err(problem),
        }
    }
    wanted.entries.retain(is_within);
    // the month of the right loss may have been decided with an office that never was
    let is_gone =
        |o: &&OfficeRow| cover.old.has(o.from_on) && offices.iter().all(|kept| kept.office_id != o.office_id);
    for gone in stored.offices.iter().filter(is_gone) {
        let of_office = Case { received_on: gone.received_on, ..case(cover, new.acquired_on) };
        match second_office::settle_without(&mut wanted, &of_office, gone) {
            Err(refused) if refused.kind == Kind::Conflict => return Ok(Err(PayFault::Decision)),
            settled => settled?,
        }
    }
    // and that of the wrong loss without one that comes back; later months come back as they were
    let is_back = |o: &&OfficeRow| {
        cover.old.lost_on.is_some_and(|lost| o.from_on >= lost)
            && cover.old.until_month().is_some_and(|until| Month::of(o.from_on) < until)
            && stored.offices.iter().all(|known| known.office_id != o.office_id)
    };
    for back in offices.iter().filter(is_back) {
        let of_office = Case { received_on: back.received_on, ..case(cover, new.acquired_on) };
        match second_office::settle_with(&mut wanted, &of_office, back) {
            Err(refused) if refused.kind == Kind::Conflict => return Ok(Err(PayFault::Decision)),
            settled => settled?,
        }
    }
    Ok(rested(&mut wanted, back)?.map(|()| (old, stored, wanted)))
}
/// Decisions that hold again, the newest of each month that has none; gives the first of their months. An acquisition is decided once: one that
/// was decided anew on another day does not come back beside that.
fn come_back(wanted: &mut History, all: Vec<Entry>) -> Option<Month> {
    let mut first = None;
    for entry in all {
        let stands = |e: &Entry| e.from == entry.from || is_acquisition(e) && is_acquisition(&entry);
        if !wanted.entries.iter().any(stands) {
            first = Some(first.map_or(entry.from, |first: Month| first.min(entry.from)));
            wanted.entries.push(entry);
        }
    }
    wanted.entries.sort_by_key(|e| e.from);
    first
}
fn is_acquisition(e: &Entry) -> bool {
    e.rule.0 == AcquisitionDetermination::ID
}
/// Something was decided on another day of acquisition than the right one: a loss had taken it back when the day was corrected.
fn is_of_another_day(wanted: &History, new: CoverDays) -> Result<bool, Problem> {
    for e in &wanted.entries {
        let decided_on = match Facts::read(&e.rule.0, &e.told.0)? {
            Some(Facts::Acquisition(facts)) => facts.acquired_on,
            Some(Facts::Regular(facts, _)) => facts.acquired_on,
            _ => continue,
        };
        if decided_on != new.acquired_on {
            return Ok(true);
        }
    }
    Ok(false)
}
/// Decides anew what comes back and rests on what was corrected meanwhile.
fn rested(wanted: &mut History, back: Option<Month>) -> Result<Result<(), PayFault>, Problem> {
    let Some(first) = back else { return Ok(Ok(())) };
    match wanted.follow(first.plus(-1)) {
        Err(refused) if refused.kind == Kind::Conflict => Ok(Err(PayFault::Decision)),
        done => done.map(Ok),
    }
}
/// Decides on another day of acquisition what was decided on the old one; gives whether all of it stands. A regular determination must give
/// what it gave, and the months of a revision lie in the cover (健康保険法41条1項・3項, 42条, 43条).
fn from_another_day(wanted: &mut History, new: CoverDays) -> Result<bool, Problem> {
    let (first, others): (Vec<Entry>, Vec<Entry>) = wanted.entries.drain(..).partition(is_acquisition);
    let is_within = |e: &Entry| {
        let counts_before = if REVISIONS.contains(&e.rule.0.as_str()) { 3 } else { 0 };
        e.from.plus(-counts_before) >= new.first_month()
    };
    if !others.iter().all(is_within) {
        return Ok(false);
    }
    wanted.entries = others.clone();
    for old in first {
        let Some(Facts::Acquisition(mut facts)) = Facts::read(&old.rule.0, &old.told.0)? else {
            return Ok(false);
        };
        facts.acquired_on = new.acquired_on;
        let id = wanted.decide(&Facts::Acquisition(facts), old.origin(), Occasion::Corrected)?;
        let amounts = wanted.entries.iter().find(|e| e.decision_id == id).map(|e| e.amounts);
        if amounts != Some(old.amounts) && !others.is_empty() {
            return Ok(false);
        }
    }
    for old in others.iter().filter(|e| e.rule.0 == RegularDetermination::ID) {
        let Some(Facts::Regular(mut facts, annual)) = Facts::read(&old.rule.0, &old.told.0)? else {
            return Ok(false);
        };
        facts.acquired_on = new.acquired_on;
        let id = wanted.decide(&Facts::Regular(facts, annual), old.origin(), Occasion::Corrected)?;
        if !wanted.entries.iter().any(|e| e.decision_id == id && e.amounts == old.amounts) {
            return Ok(false);
        }
    }
    // another office that began with the old first month begins in a month of its own now
    wanted.settle_offices()?;
    Ok(true)
}
/// The decisions of the cover before: in the month that both covers share they gave way, as far as they began before it or in it, or give
/// way now.
fn former(
    conn: &mut PgConnection,
    cover: &CorrectedCover<'_>,
    (covers, own): (&[Cover], &History),
) -> Result<Result<Option<Histories>, PayFault>, Problem> {
    let is_own = |c: &Cover| {
        c.employer_id == cover.employer && cover.new.is_some_and(|n| n.period() == (c.acquired_on, c.lost_on))
    };
    let is_before =
        |c: &&Cover| c.acquired_on <= cover.old.acquired_on && c.lost_on != Some(c.acquired_on) && !is_own(c);
    let Some(before) = covers.iter().rfind(is_before) else { return Ok(Ok(None)) };
    let case = case(cover, before.acquired_on);
    let mut stored = keep::history(conn, &case)?;
    stored.principal = before.employer_id;
    stored.entries.retain(|e| own.entries.iter().all(|o| o.decision_id != e.decision_id));
    let mut wanted = stored.clone();
    let gave_way = keep::entries(before::gave_way_to(conn, cover.person, cover.enrolment)?)?;
    let first = wanted.first;
    let back = come_back(&mut wanted, gave_way.into_iter().filter(|e| e.from >= first).collect());
    wanted.until = keep::until(covers, before.acquired_on);
    let until = wanted.until;
    wanted.entries.retain(|e| until.is_none_or(|until| e.from < until));
    Ok(rested(&mut wanted, back)?.map(|()| Some((case, stored, wanted))))
}
/// Bonuses paid before the right cover stand against it; those paid from the day of the right loss on are none, as after any loss, and those
/// that the wrong loss took back come back.
fn bonuses(
    conn: &mut PgConnection,
    cover: &CorrectedCover<'_>,
    covers: &[Cover],
) -> Result<Result<BonusPlan, PayFault>, Problem> {
    let known = bonus_store::payments(conn, cover.person, None)?;
    let own: Vec<PaymentRow> = known.iter().filter(|p| cover.old.has(p.paid_on)).cloned().collect();
    let is_early = |p: &PaymentRow| cover.new.is_some_and(|new| p.paid_on < new.acquired_on);
    if own.iter().any(is_early) {
        return Ok(Err(PayFault::Bonus));
    }
    let is_over = |p: &PaymentRow| cover.new.is_none_or(|new| !new.has(p.paid_on));
    let gone: Vec<PaymentRow> = own.into_iter().filter(is_over).collect();
    let mut back: Vec<PaymentRow> = Vec::new();
    if let (Some(lost), Some(new)) = (cover.old.lost_on, cover.new) {
        for p in before::payments_before(conn, cover.person, cover.lost_known, lost)? {
            let is_same = |k: &PaymentRow| {
                k.payment_id == p.payment_id || (k.employer_id, k.paid_on) == (p.employer_id, p.paid_on)
            };
            if new.has(p.paid_on) && !known.iter().chain(&back).any(is_same) {
                back.push(p);
            }
        }
    }
    // a month in which another cover was lost bears its premium as long as this one begins in it
    let begins = [Some(cover.old.acquired_on), cover.new.map(|n| n.acquired_on)].into_iter().flatten();
    let begins: Vec<Month> = begins.map(Month::of).collect();
    let of_others = covers.iter().filter_map(|c| c.lost_on).filter(|on| begins.contains(&Month::of(*on)));
    let own = [cover.old.lost_on, cover.new.and_then(|n| n.lost_on)];
    let losses: Vec<NaiveDate> = own.into_iter().flatten().chain(of_others).collect();
    let case = case(cover, cover.old.acquired_on);
    bonuses::plan_other_days(conn, &case, (covers, &losses), (&gone, back)).map(Ok)
}

/// Writes what was planned.
/// # Errors
/// Database errors.
pub fn write_corrected<Op: Operation>(
    tx: &mut Tx<'_>,
    permit: &Permit<Op>,
    (person, source): (Uuid, Uuid),
    plan: CorrectedDecisions,
) -> Result<(), Problem> {
    let act = Act::permitted(tx, permit, Some(source))?;
    let histories: Vec<Histories> = plan.former.into_iter().chain([plan.own]).collect();
    for (_, stored, wanted) in &histories {
        keep::clear(tx.conn(), &act, (stored, wanted))?;
    }
    // all old versions of both covers are closed by now: their decisions don't meet
    for (case, stored, wanted) in &histories {
        keep::fill(tx.conn(), &act, case, (stored, wanted))?;
    }
    for office in &plan.offices.1 {
        members::close_office(tx.conn(), &act, office.office_id)?;
    }
    for office in &plan.offices.0 {
        members::put_office(tx.conn(), &act, person, office)?;
    }
    plan.bonuses.keep(tx, permit).map(|_| ())
}
