//! The decisions of one cover in their order: pure. Each rests on the one before it, so that a decision that is new, corrected or taken
//! back is followed by those that rest on it: they are decided anew, or tell what must be corrected first.
use super::facts::{Facts, Made, REVISIONS, Undecided, stored_trace};
use crate::{
    domain::remuneration::rules::{RegularDetermination, Rule, Trace, Value as Figure, trace::steps},
    kernel::Problem,
    values::month::Month,
};
use chrono::NaiveDate;
use serde_json::Value;
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
}

/// A decision of the cover.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Decision.
    pub decision_id: Uuid,
    /// Employer whose form led to it.
    pub employer: Uuid,
    /// 改定区分 and the version of the rule.
    pub rule: (String, String),
    /// First month.
    pub from: Month,
    /// First month in which it does not hold any more, as stored.
    pub until: Option<Month>,
    /// Grade, 標準報酬月額, 報酬月額.
    pub amounts: (u8, i64, i64),
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
    /// What stood in its place is gone.
    PutBack,
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
    /// Facts on the state before a month.
    pub fn rest(&self, facts: Facts, from: Month) -> Facts {
        let before = self.holding(from.plus(-1)).map(|e| (e.amounts.1, e.amounts.2));
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
        let made = facts.decide()?;
        let from = made.from;
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
    /// Takes a decision back; a regular determination that it had displaced is made then, and those that rest on it follow.
    /// # Errors
    /// As of `decide`.
    pub fn take_back(&mut self, word: &str, from: Month) -> Result<(), Problem> {
        self.entries.retain(|e| e.rule.0 != word || e.from != from);
        let september = Month::in_year(from.year(), 9);
        let displaced = self.displaced.iter().find(|d| d.from == september).cloned();
        if let Some(old) = displaced.filter(|_| self.may_put_back(from))
            && let Some(facts) = Facts::read(&old.rule.0, &old.told.0)?
        {
            let facts = self.rest(facts, september);
            match facts.decide() {
                Ok(made) => {
                    let entry = self.entry(&facts, made, old.origin(), (Occasion::PutBack, Some(&old)))?;
                    self.entries.push(entry);
                    self.entries.sort_by_key(|e| e.from);
                }
                Err(Undecided::Displaced(_)) => {}
                Err(undecided) => return Err(undecided.into()),
            }
        }
        self.follow(from)
    }
    /// The month of a decision taken back barred the regular determination, and that September is of this cover.
    fn may_put_back(&self, from: Month) -> bool {
        let september = Month::in_year(from.year(), 9);
        (7..=9).contains(&from.number())
            && self.until.is_none_or(|until| september < until)
            && !self.entries.iter().any(|e| e.from == september)
    }
    /// Decides anew what rests on a decision of that month.
    fn follow(&mut self, changed: Month) -> Result<(), Problem> {
        let mut at = self.entries.iter().take_while(|e| e.from <= changed).count();
        while let Some(old) = self.entries.get(at).cloned() {
            at += 1;
            let Some(facts) = Facts::read(&old.rule.0, &old.told.0)? else { continue };
            let now = self.rest(facts.clone(), old.from);
            match (facts.decide(), now.decide()) {
                (Ok(before), Ok(after)) if same(&before, &after) => {}
                (_, Ok(made)) => {
                    let entry = self.entry(&now, made, old.origin(), (Occasion::Redecided, Some(&old)))?;
                    if let Some(place) = self.entries.get_mut(at - 1) {
                        *place = entry;
                    }
                }
                (_, Err(Undecided::Displaced(_))) => {
                    at -= 1;
                    self.entries.remove(at);
                }
                (_, Err(_)) => return Err(rests(&old)),
            }
        }
        Ok(())
    }
    fn entry(
        &self,
        facts: &Facts,
        made: Made,
        origin: Origin,
        (occasion, old): (Occasion, Option<&Entry>),
    ) -> Result<Entry, Problem> {
        let mut trace = Trace::default();
        let words = match occasion {
            Occasion::Form => None,
            Occasion::Corrected => Some(&CORRECTED),
            Occasion::Redecided => Some(&REDECIDED),
            Occasion::PutBack => Some(&PUT_BACK),
        };
        match (words, old) {
            (Some(words), Some(_)) if occasion == Occasion::PutBack => {
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
        let mut amounts = made.amounts;
        if made.is_carried {
            amounts.2 = self.holding(made.from.plus(-1)).map_or(amounts.2, |e| e.amounts.2);
        }
        Ok(Entry {
            decision_id: Uuid::now_v7(),
            employer: origin.employer,
            rule: (facts.word().into(), made.by.1.into()),
            from: made.from,
            until: None,
            amounts,
            told: (facts.written()?, stored_trace(made.by, &trace)?),
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
fn same(before: &Made, after: &Made) -> bool {
    let told = |m: &Made| stored_trace(m.by, &m.trace).ok();
    before.amounts == after.amounts && before.from == after.from && told(before) == told(after)
}
/// The month lies after the cover.
pub fn after_loss() -> Problem {
    Problem::conflict(
        "after-loss",
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
