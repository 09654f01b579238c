//! The decisions of one cover in their order: pure. Each rests on the one before it, so that a decision that is new, corrected or taken
//! back is followed by those that rest on it: they are decided anew, or tell what must be corrected first.
use super::{
    facts::{Facts, Made, REVISIONS, Undecided, stored_trace},
    offices::{self, OFFICES, OfficeShare},
};
use crate::{
    domain::members::OfficeRow,
    domain::remuneration::rules::{
        RegularDetermination, Rule, Trace, TwoOffices, Value as Figure, trace::steps,
    },
    kernel::Problem,
    values::month::Month,
};
use chrono::NaiveDate;
use serde_json::{Value, json};
use uuid::Uuid;

steps! {
    CORRECTED = "corrected", "健康保険法40条1項、同施行規則25条、26条":
        "{month}からの標準報酬月額{standard}({grade})の決定を訂正し、次のとおり決定します。" /
        "The decision of {standard} ({grade}) from {month} is corrected and decided anew as follows.";
    REDECIDED = "decided_anew", "健康保険法40条1項":
        "この決定の基となる標準報酬月額が変わったため、{month}からの標準報酬月額{standard}({grade})の決定に代えて、次のとおり決定します。" /
        "What this decision rests on has changed: in the place of {standard} ({grade}) from {month} it is decided as follows.";
    PUT_BACK = "put_back", "健康保険法41条3項":
        "改定が取り消されたため、{month}の定時決定を行います。" /
        "The revision was taken back: the regular determination of {month} is made.";
    RESTORED = "restored", "健康保険法40条1項":
        "この月の後の決定がなくなったため、{month}からの先の届による決定を行います。" /
        "The later decision of this month is gone: from {month} the earlier report decides.";
}

/// A decision of the cover.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Decision.
    pub decision_id: Uuid,
    /// Employer whose form led to it.
    pub employer: Uuid,
    /// 改定区分 and the version of the rule that bears this word; the trace names the rule that decided, with its own.
    pub rule: (String, String),
    /// First month.
    pub from: Month,
    /// First month in which it does not hold any more, as stored.
    pub until: Option<Month>,
    /// Grade, 標準報酬月額, 報酬月額.
    pub amounts: (u8, i64, i64),
    /// The offices that were added; none for one office.
    pub shares: Vec<OfficeShare>,
    /// Facts and trace.
    pub told: (Value, Value),
    /// When the society received the form.
    pub received_on: NaiveDate,
    /// Notification.
    pub source: Option<Uuid>,
}
/// Why a decision is made of facts: what stands at the head of its trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// A form of its own.
    Form,
    /// 訂正届 of it.
    Corrected,
    /// What it rests on changed.
    Redecided,
    /// The revision that displaced it is gone.
    PutBack,
    /// The later decision of its month is gone.
    Restored,
}
/// Whose form, received when: what a decision keeps of where it came from.
#[derive(Clone, Copy, Debug)]
pub struct Origin {
    /// Employer.
    pub employer: Uuid,
    /// When the society received the form.
    pub received_on: NaiveDate,
    /// Notification.
    pub source: Option<Uuid>,
}
/// The decisions of a cover, in their order.
#[derive(Clone, Debug)]
pub struct History {
    /// As they are, or are to be.
    pub entries: Vec<Entry>,
    /// Regular determinations that a revision of July to September took the place of, the newest of each September.
    pub displaced: Vec<Entry>,
    /// Decisions in whose place a form of another kind or office decided the same month, the newest first.
    pub gave_way: Vec<Entry>,
    /// 主たる事業所: the employer of the cover.
    pub principal: Uuid,
    /// Where the person works beside it.
    pub offices: Vec<OfficeRow>,
    /// First month of the cover.
    pub first: Month,
    /// First month without a day of the cover, or that belongs to the next cover.
    pub until: Option<Month>,
}

impl History {
    /// The decision that holds in a month.
    pub fn holding(&self, month: Month) -> Option<&Entry> {
        self.entries.iter().rfind(|e| e.from <= month)
    }
    /// A decision by its 改定区分 and first month.
    pub fn find(&self, word: &str, from: Month) -> Option<&Entry> {
        self.entries.iter().find(|e| e.rule.0 == word && e.from == from)
    }
    /// 標準報酬月額 and 報酬月額 that a report of an employer from a month on is compared with: of several offices those of that office.
    pub fn before(&self, employer: Uuid, from: Month) -> Option<(i64, i64)> {
        let before = self.holding(from.plus(-1))?;
        let shares = &before.shares;
        if shares.len() < 2 {
            return (employer == self.principal).then_some((before.amounts.1, before.amounts.2));
        }
        let own = shares.iter().find(|s| s.employer_id == Some(employer))?.monthly_yen;
        Some((offices::standard_alone(own, from)?, own))
    }
    /// The decision on the form of an office in whose place that of another office decided the same month, with the part of the first.
    pub fn reported(&self, word: &str, from: Month, employer: Uuid) -> Option<&Entry> {
        let is_part = |s: &OfficeShare| s.employer_id == Some(employer) && s.since == from;
        self.find(word, from)?.shares.iter().find(|s| is_part(s))?;
        let is_it = |e: &&Entry| e.rule.0 == word && e.from == from && e.employer == employer;
        self.gave_way.iter().find(is_it)
    }
    /// Was this decided for the employer and month already?
    pub fn is_decided(&self, word: &str, from: Month, employer: Uuid) -> bool {
        self.find(word, from).is_some_and(|e| {
            let shares = &e.shares;
            let is_own = |s: &OfficeShare| s.employer_id == Some(employer) && s.since == from;
            shares.len() < 2 || e.employer == employer || shares.iter().any(is_own)
        })
    }
    /// The offices of a month with their 報酬月額, the principal one first; `own` is what the employer's report gives. None where there is
    /// but one office and was but one before.
    fn shares(&self, from: Month, employer: Uuid, own: Option<i64>) -> Result<Vec<OfficeShare>, Undecided> {
        let there = self.entries.iter().find(|e| e.from == from);
        self.shares_beside(there.map_or(&[], |e| &e.shares), from, employer, own)
    }
    /// The offices of the decision that holds in a month, with their 報酬月額.
    fn known(&self, month: Month) -> Vec<OfficeShare> {
        let Some(e) = self.holding(month) else { return Vec::new() };
        if !e.shares.is_empty() {
            return e.shares.clone();
        }
        let (employer_id, monthly_yen) = (Some(self.principal), e.amounts.2);
        vec![OfficeShare { employer_id, name: None, monthly_yen, since: e.from }]
    }
    /// As `shares`, with what is known of that month already.
    fn shares_beside(
        &self,
        there: &[OfficeShare],
        from: Month,
        employer: Uuid,
        own: Option<i64>,
    ) -> Result<Vec<OfficeShare>, Undecided> {
        let before = self.known(from.plus(-1));
        let active = self.offices.iter().filter(|o| offices::is_active(o, from));
        let others: Vec<OfficeShare> = active.map(offices::first_share).collect();
        if others.is_empty() && before.len() < 2 && employer == self.principal {
            let is_left = |s: &&OfficeShare| s.employer_id == Some(self.principal) && s.since == from;
            return Ok(there.iter().filter(|_| own.is_none()).filter(is_left).cloned().collect());
        }
        let principal =
            OfficeShare { employer_id: Some(self.principal), name: None, monthly_yen: 0, since: self.first };
        if employer != self.principal && others.iter().all(|o| o.employer_id != Some(employer)) {
            return Err(Undecided::NotThere);
        }
        let mut all = Vec::with_capacity(others.len() + 1);
        for first in std::iter::once(principal.clone()).chain(others) {
            let reported = own.filter(|_| first.employer_id == Some(employer));
            let of_month = there.iter().find(|s| s.is_same(&first) && s.since == from);
            let earlier = before.iter().find(|s| s.is_same(&first) && s.since >= first.since);
            all.push(match (reported, of_month.or(earlier)) {
                (Some(monthly_yen), _) => OfficeShare { monthly_yen, since: from, ..first },
                (None, Some(known)) => known.clone(),
                (None, None) if first.is_same(&principal) => return Err(Undecided::NotThere),
                (None, None) => first,
            });
        }
        Ok(all)
    }
    /// The month has, or had just before, more than one office.
    pub fn has_several(&self, month: Month) -> bool {
        self.shares(month, self.principal, None).is_ok_and(|shares| !shares.is_empty())
    }
    /// What the law makes of facts, with the other offices of the month.
    fn make(&self, facts: &Facts, employer: Uuid) -> Result<(Made, Vec<OfficeShare>), Undecided> {
        let (from, own) = match facts {
            Facts::Offices(month) => (*month, None),
            facts => {
                let mut own = facts.decide()?;
                if own.is_carried {
                    own.amounts.2 = self.before(employer, own.from).map_or(own.amounts.2, |b| b.1);
                }
                (own.from, Some(own))
            }
        };
        let shares = self.shares(from, employer, own.as_ref().map(|m| m.amounts.2))?;
        Ok(match (own, shares.len()) {
            (None, 0) => return Err(Undecided::None("no-revision", Trace::default())),
            (Some(own), 0 | 1) => (own, shares),
            (own, _) => (offices::added(from, own, &shares)?, shares),
        })
    }
    /// Facts on the state before a month.
    pub fn rest(&self, facts: Facts, from: Month, employer: Uuid) -> Facts {
        let before = self.before(employer, from);
        let year = from.year();
        let revised = self
            .entries
            .iter()
            .filter(|e| REVISIONS.contains(&e.rule.0.as_str()))
            .map(|e| e.from)
            .find(|m| (Month::in_year(year, 7)..=Month::in_year(year, 9)).contains(m));
        facts.on(before, revised)
    }
    /// Decides on facts and puts the decision in the place of whatever began in its month; those that rest on it follow. Gives its id.
    /// # Errors
    /// 409 with the law's reason, `after-loss` when the month lies after the cover, `later-decision-rests` when one that rests on it
    /// could not be made any more.
    pub fn decide(&mut self, facts: &Facts, origin: Origin, occasion: Occasion) -> Result<Uuid, Problem> {
        let made = self.make(facts, origin.employer)?;
        let from = made.0.from;
        let old = self.find(facts.word(), from).cloned();
        let entry = self.entry(facts, made, origin, (occasion, old.as_ref()))?;
        if self.until.is_some_and(|until| from >= until) {
            return Err(after_loss());
        }
        let id = entry.decision_id;
        self.entries.retain(|e| e.from != from);
        self.entries.push(entry);
        self.entries.sort_by_key(|e| e.from);
        self.follow(from)?;
        Ok(id)
    }
    /// Takes a decision back; what else began in its month stays, and those that rest on it follow.
    /// # Errors
    /// As of `decide`.
    pub fn take_back(&mut self, word: &str, from: Month) -> Result<(), Problem> {
        let Some(gone) = self.find(word, from).cloned() else { return Ok(()) };
        self.remove(&gone)?;
        self.follow(from)
    }
    /// Decides by the offices alone the months in which another one begins or ends, where no decision begins and the parts change.
    /// # Errors
    /// As of `decide`.
    pub fn settle_offices(&mut self) -> Result<(), Problem> {
        for office in self.offices.clone() {
            for month in [Some(office.from_on), office.until_on].into_iter().flatten().map(Month::of) {
                let is_within = month > self.first && self.until.is_none_or(|until| month < until);
                if !is_within || self.entries.iter().any(|e| e.from == month) {
                    continue;
                }
                let Ok(shares) = self.shares(month, self.principal, None) else { continue };
                if shares.is_empty() || shares == self.known(month.plus(-1)) {
                    continue;
                }
                let (received_on, source) = (office.received_on, office.source);
                let origin = Origin { employer: self.principal, received_on, source };
                self.decide(&Facts::Offices(month), origin, Occasion::Form)?;
            }
        }
        Ok(())
    }
    /// Removes a decision. The one of its month that gave way to it is made again, else that of the offices which begin or end there;
    /// and so is the regular determination that it had displaced.
    fn remove(&mut self, gone: &Entry) -> Result<(), Problem> {
        self.entries.retain(|e| e.decision_id != gone.decision_id);
        let stays = match self.restored(gone)? {
            Some(entry) => Some(entry),
            None => self.of_offices(gone)?,
        };
        self.entries.extend(stays);
        self.entries.sort_by_key(|e| e.from);
        self.put_back(gone.from)
    }
    /// The newest decision of the month that gave way to one that is gone, and still stands.
    fn restored(&self, gone: &Entry) -> Result<Option<Entry>, Problem> {
        let is_same = |e: &Entry| (&e.rule.0, e.employer) == (&gone.rule.0, gone.employer);
        for old in self.gave_way.iter().filter(|e| e.from == gone.from && !is_same(e)) {
            let Some(facts) = Facts::read(&old.rule.0, &old.told.0)? else { continue };
            let facts = self.rest(facts, old.from, old.employer);
            if let Ok(made) = self.make(&facts, old.employer) {
                return self.entry(&facts, made, old.origin(), (Occasion::Restored, Some(old))).map(Some);
            }
        }
        Ok(None)
    }
    /// The decision by the offices alone in the month of one that is gone, where they are not those of the month before.
    fn of_offices(&self, gone: &Entry) -> Result<Option<Entry>, Problem> {
        let of_others = |s: &OfficeShare| s.employer_id != Some(gone.employer);
        let there: Vec<_> = gone.shares.iter().filter(|s| of_others(s)).cloned().collect();
        let Ok(shares) = self.shares_beside(&there, gone.from, self.principal, None) else { return Ok(None) };
        if shares.is_empty() || shares == self.known(gone.from.plus(-1)) {
            return Ok(None);
        }
        let made = offices::added(gone.from, None, &shares)?;
        let origin = Origin { employer: self.principal, ..gone.origin() };
        let facts = Facts::Offices(gone.from);
        self.entry(&facts, (made, shares), origin, (Occasion::Redecided, Some(gone))).map(Some)
    }
    /// Makes the regular determination that a revision of that month had displaced.
    fn put_back(&mut self, revised: Month) -> Result<(), Problem> {
        let september = Month::in_year(revised.year(), 9);
        let Some(old) = self.displaced.iter().find(|d| d.from == september).cloned() else { return Ok(()) };
        if !self.may_put_back(revised) {
            return Ok(());
        }
        let Some(facts) = Facts::read(&old.rule.0, &old.told.0)? else { return Ok(()) };
        let facts = self.rest(facts, september, old.employer);
        match self.make(&facts, old.employer) {
            Ok(made) => {
                let entry = self.entry(&facts, made, old.origin(), (Occasion::PutBack, Some(&old)))?;
                self.entries.retain(|e| e.from != september);
                self.entries.push(entry);
                self.entries.sort_by_key(|e| e.from);
                Ok(())
            }
            Err(Undecided::Displaced(_) | Undecided::NotThere) => Ok(()),
            Err(undecided) => Err(undecided.into()),
        }
    }
    /// The month of a decision taken back barred the regular determination, and that September is of this cover and has no decision
    /// but that of the offices.
    fn may_put_back(&self, from: Month) -> bool {
        let september = Month::in_year(from.year(), 9);
        (7..=9).contains(&from.number())
            && self.until.is_none_or(|until| september < until)
            && !self.entries.iter().any(|e| e.from == september && e.rule.0 != TwoOffices::ID)
    }
    /// Decides anew what rests on a decision of that month; what the law does not make any more is taken back.
    /// # Errors
    /// As of `decide`.
    pub fn follow(&mut self, changed: Month) -> Result<(), Problem> {
        let mut at = self.begun_by(changed);
        while let Some(old) = self.entries.get(at).cloned() {
            at += 1;
            let Some(facts) = Facts::read(&old.rule.0, &old.told.0)? else { continue };
            let now = self.rest(facts.clone(), old.from, old.employer);
            match self.make(&now, old.employer) {
                Ok(made) if made.1 == old.shares && is_same(&facts, &now, &old, &made.0) => {}
                Ok(made) => {
                    let entry = self.entry(&now, made, old.origin(), (Occasion::Redecided, Some(&old)))?;
                    if let Some(place) = self.entries.get_mut(at - 1) {
                        *place = entry;
                    }
                }
                // displaced, not made by the law any more, or of an office that is gone
                Err(Undecided::Displaced(_) | Undecided::None("no-revision", _) | Undecided::NotThere) => {
                    self.remove(&old)?;
                    at = self.begun_by(old.from);
                }
                Err(_) => return Err(rests(&old)),
            }
        }
        Ok(())
    }
    /// How many decisions begin in that month or before.
    fn begun_by(&self, month: Month) -> usize {
        self.entries.iter().take_while(|e| e.from <= month).count()
    }
    fn entry(
        &self,
        facts: &Facts,
        (made, shares): (Made, Vec<OfficeShare>),
        origin: Origin,
        (occasion, old): (Occasion, Option<&Entry>),
    ) -> Result<Entry, Problem> {
        let mut trace = Trace::default();
        let words = match occasion {
            Occasion::Form => None,
            Occasion::Corrected => Some(&CORRECTED),
            Occasion::Redecided => Some(&REDECIDED),
            Occasion::PutBack => Some(&PUT_BACK),
            Occasion::Restored => Some(&RESTORED),
        };
        match (words, old) {
            (Some(words), Some(_)) if matches!(occasion, Occasion::PutBack | Occasion::Restored) => {
                trace.step(words, [("month", Figure::Month(made.from))]);
            }
            (Some(words), Some(old)) => trace.step(
                words,
                [
                    ("month", Figure::Month(old.from)),
                    ("standard", Figure::Yen(old.amounts.1)),
                    ("grade", Figure::Grade(old.amounts.0)),
                ],
            ),
            _ => {}
        }
        trace.steps.extend(made.trace.steps);
        let mut inputs = facts.written()?;
        if let (Some(all), false) = (inputs.as_object_mut(), shares.is_empty()) {
            all.insert(OFFICES.into(), json!(shares));
        }
        Ok(Entry {
            decision_id: Uuid::now_v7(),
            employer: origin.employer,
            rule: (facts.word().into(), facts.version().into()),
            from: made.from,
            until: None,
            amounts: made.amounts,
            shares,
            told: (inputs, stored_trace(made.by, &trace)?),
            received_on: origin.received_on,
            source: origin.source,
        })
    }
    /// Until when each decision holds: until the next one, or the end of the cover.
    pub fn ends(&self) -> Vec<Option<Month>> {
        let next = self.entries.iter().skip(1).map(|e| Some(e.from));
        next.chain([self.until]).take(self.entries.len()).collect()
    }
}
impl Entry {
    /// Where it came from.
    pub fn origin(&self) -> Origin {
        Origin { employer: self.employer, received_on: self.received_on, source: self.source }
    }
}
/// The same amounts for the same reasons.
fn is_same(facts: &Facts, now: &Facts, old: &Entry, made: &Made) -> bool {
    let told = |f: &Facts| f.decide().ok().map(|m| stored_trace(m.by, &m.trace).ok());
    old.amounts == made.amounts && told(facts) == told(now)
}
/// Code of a decision for what lies after the cover.
pub const AFTER_LOSS: &str = "after-loss";
/// The month lies after the cover.
pub fn after_loss() -> Problem {
    Problem::conflict(
        AFTER_LOSS,
        "資格喪失後の月・日については決定できません",
        "Nothing is decided for a month or day after the loss of cover",
    )
}
/// One that rests on the decision can't be made any more: it is to be corrected first.
fn rests(later: &Entry) -> Problem {
    let name = match later.rule.0.as_str() {
        RegularDetermination::ID => ("定時決定", "regular determination"),
        word if REVISIONS.contains(&word) => ("改定", "revision"),
        _ => ("決定", "decision"),
    };
    let (year, month) = (later.from.year(), later.from.number());
    Problem::conflict(
        "later-decision-rests",
        &format!(
            "{year}年{month}月からの{}がこの決定を前提としており、成り立たなくなります。先にそれを訂正してください",
            name.0
        ),
        &format!(
            "The {} from {} rests on this decision and would not stand: correct it first",
            name.1, later.from
        ),
    )
}
