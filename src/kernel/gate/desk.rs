//! The desk where rows are admitted and permits minted.
use super::{Asking, Facts, Guarded, Noted, RowScope, Subject};
use crate::kernel::{
    Actor, ActorKind, Kernel, Kind, Operation, Problem, Zone, page,
    policy::{GrantState, Purpose, Verdict},
    trail::{self, Entry},
    vault::{DisclosedNumber, LiveGrant},
};
use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    PgConnection,
    connection::{AnsiTransactionManager, TransactionManager},
};
use std::{
    marker::PhantomData,
    ops::{Deref, DerefMut},
};
use uuid::Uuid;

/// Proof that the policy said yes to operation `Op`. Made here only; spent by answering.
pub struct Permit<Op> {
    op: PhantomData<Op>,
}

/// Proof that the policy lets this caller see where the people of a row are (住所, 電話番号, 同居): whoever renders an address takes it.
#[derive(Clone, Copy, Debug)]
pub struct Sight(());

/// Where the policy is asked: knows the caller, the time and what is noted.
pub struct Desk<'a> {
    pub(super) asking: &'a Asking,
    grant: Option<LiveGrant>,
    instant: Option<DateTime<Utc>>,
    pub(super) further: Vec<Entry>,
}
impl<'a> Desk<'a> {
    pub(super) fn new(asking: &'a Asking) -> Self {
        Self { asking, grant: None, instant: None, further: Vec::new() }
    }
    /// The running kernel.
    pub fn kernel(&self) -> &'a Kernel {
        &self.asking.kernel
    }
    /// Who asks.
    /// # Errors
    /// 401 before sign-in.
    pub fn actor(&self) -> Result<&'a Actor, Problem> {
        self.asking.actor.as_ref().ok_or_else(|| Problem::new(Kind::Unauthenticated))
    }
    /// Now; once [`Desk::record_at_once`] was called, the instant of that call.
    pub fn now(&self) -> DateTime<Utc> {
        self.instant.unwrap_or_else(|| self.asking.kernel.clock.now())
    }
    /// Fixes the one instant at which everything that follows is recorded. To be called when everybody whom it concerns is held, with
    /// the latest instant at which anything was recorded of them: a server whose clock is behind another one's is not before it.
    pub fn record_at_once(&mut self, known: Option<DateTime<Utc>>) {
        let now = self.now();
        self.instant = Some(known.map_or(now, |known| known.max(now)));
    }
    /// Today in Japan.
    pub fn today(&self) -> NaiveDate {
        self.asking.kernel.clock.today()
    }
    /// Listener through which the request came.
    pub fn zone(&self) -> Zone {
        self.asking.meta.zone
    }
    /// Language of the caller.
    pub fn lang(&self) -> crate::kernel::problem::Lang {
        self.asking.meta.lang
    }
    /// Changes what the entry will tell.
    pub fn note(&self, change: impl FnOnce(&mut Noted)) {
        self.asking.note(change);
    }
    /// Which rows of lists this caller may see.
    /// # Errors
    /// 401 before sign-in.
    pub fn row_scope(&self) -> Result<RowScope, Problem> {
        let actor = self.actor()?;
        Ok(match actor.kind {
            ActorKind::User | ActorKind::System => RowScope::All,
            ActorKind::Client(_) => RowScope::Employers(actor.employers.clone()),
        })
    }
    fn grant_for(&self, person: Option<Uuid>) -> GrantState {
        let Some(actor) = self.asking.actor.as_ref().filter(|a| a.grant.is_some()) else {
            return GrantState::None;
        };
        let covers = |g: &&LiveGrant| {
            g.is_live
                && Some(g.session) == actor.session
                && g.user == actor.id
                && actor.purposes.contains(&g.purpose)
                && person.is_some_and(|p| g.persons.contains(&p))
        };
        let purpose = self.grant.as_ref().filter(covers).and_then(|g| Purpose::of(&g.purpose));
        purpose.map_or(GrantState::Other, GrantState::Matching)
    }
    fn ask(&self, action: &'static str, facts: &Facts) -> Result<Verdict, Problem> {
        let actor = self.actor()?;
        Ok(self.asking.kernel.policies.decide(actor, action, facts, self.grant_for(facts.person)))
    }
    /// The answer for a caller whom the policy refuses: a system learns nothing, a person learns that it is not permitted.
    fn refusal(&self) -> Problem {
        match self.asking.actor.as_ref().map(|a| &a.kind) {
            Some(ActorKind::User) => Problem::new(Kind::Forbidden),
            _ => Problem::not_found(),
        }
    }
    /// Asks the policy about facts that need no row (a class of things, or a place where something is to be made). A request is admitted
    /// for its own operation alone: its entry tells what that was asked about and which policies decided on it.
    /// # Errors
    /// 403 or 404 when refused; 500 when the request is for another operation.
    pub fn admit_facts<Op: Operation>(&self, facts: &Facts) -> Result<Permit<Op>, Problem> {
        if self.asking.operation != Op::ID {
            tracing::error!(
                asked = self.asking.operation,
                admitted = Op::ID,
                "ALARM: admitted for another operation"
            );
            return Err(Problem::new(Kind::Internal));
        }
        let verdict = self.ask(Op::ID, facts)?;
        self.note(|n| {
            n.subject = Some((facts.kind, (!facts.id.is_nil()).then_some(facts.id)));
            n.employer = facts.employers.first().copied().or(n.employer);
            n.left(facts.person, &[]);
            n.policies = verdict.policies.to_vec();
        });
        if verdict.is_allowed { Ok(Permit { op: PhantomData }) } else { Err(self.refusal()) }
    }
    /// Asks the policy about a row. On yes it is opened and a permit is minted; on no the caller learns nothing of it.
    /// # Errors
    /// 403 for people, 404 for systems.
    pub fn admit<Op: Operation, T: Subject>(&self, row: Guarded<T>) -> Result<(T, Permit<Op>), Problem> {
        let Guarded(row) = row;
        let permit = self.admit_facts(&row.facts())?;
        self.note(|n| n.left(row.people(), row.classes()));
        Ok((row, permit))
    }
    /// Admits a list: the list itself by `Op`, and every row once more by `row_action`, so that a scope that is too wide
    /// shows nothing (and alarms) instead of leaking.
    /// # Errors
    /// 403 or 404 when the list is refused.
    pub fn admit_rows<Op: Operation, T: Subject>(
        &self,
        of: &Facts,
        row_action: &'static str,
        rows: Guarded<Vec<T>>,
    ) -> Result<(Vec<T>, Permit<Op>), Problem> {
        let permit = self.admit_facts(of)?;
        let mut shown = Vec::with_capacity(rows.0.len());
        for row in rows.0 {
            if self.ask(row_action, &row.facts())?.is_allowed {
                shown.push(row);
            } else {
                metrics::counter!("kenpo_list_scope_leaks_total").increment(1);
                tracing::error!(
                    operation = Op::ID,
                    "ALARM: a list scope let a row through that the policy refuses"
                );
            }
        }
        self.note(|n| {
            // what was looked at on the way to the list is not in the answer
            n.disclosed.clear();
            for row in &shown {
                n.left([], row.classes());
            }
            n.left(shown.iter().flat_map(Subject::people), &[]);
            n.rows = i32::try_from(shown.len()).ok();
        });
        Ok((shown, permit))
    }
    /// As `admit_rows`, for a page: of `limit` rows and one more, which only says that there are more; that one is neither
    /// shown nor noted. Gives the rows and whether there are more.
    /// # Errors
    /// 403 or 404 when the list is refused.
    pub fn admit_page<Op: Operation, T: Subject>(
        &self,
        of: &Facts,
        row_action: &'static str,
        rows: Guarded<Vec<T>>,
        limit: usize,
    ) -> Result<(Vec<T>, bool, Permit<Op>), Problem> {
        let (rows, has_more) = page::cut(rows.0, limit);
        let (rows, permit) = self.admit_rows(of, row_action, Guarded(rows))?;
        Ok((rows, has_more, permit))
    }
    /// A page of what belongs to a row that was admitted: of `limit` rows and one more, which only says that there are more. Notes how many
    /// are told, of whom, and their class. Gives the rows and whether there are more.
    pub fn page_beneath<T>(
        &self,
        rows: Vec<T>,
        limit: usize,
        (class, person): (&'static str, impl Fn(&T) -> Option<Uuid>),
    ) -> (Vec<T>, bool) {
        let (rows, has_more) = page::cut(rows, limit);
        self.note_beneath(rows.len(), &[class]);
        self.note(|n| n.left(rows.iter().filter_map(&person), &[]));
        (rows, has_more)
    }
    /// Notes many people whose data a write changes: the entry names the first ones, further entries of the request the others, up to
    /// [`trail::PEOPLE_MOST`] each.
    pub fn note_people(&mut self, persons: &[Uuid]) {
        let (first, rest) = persons.split_at(persons.len().min(trail::PEOPLE_MOST));
        self.note(|n| n.left(first.iter().copied(), &[]));
        for some in rest.chunks(trail::PEOPLE_MOST) {
            let mut entry = self.asking.entry("write", 200, None);
            entry.persons = some.to_vec();
            entry.detail = Some(serde_json::json!({ "further_persons": some.len() }));
            self.further.push(entry);
        }
    }
    /// What an answer tells that is about what belongs to an admitted row, and not about the row itself: these field classes alone, none
    /// when there is nothing; and how many rows.
    pub fn note_beneath(&self, rows: usize, classes: &[&'static str]) {
        self.note(|n| {
            n.disclosed.clear();
            n.left([], if rows == 0 { &[] } else { classes });
            n.rows = i32::try_from(rows).ok();
        });
    }
    /// As `admit`, for an operation on the number of the person that the row is about: whom a linkage that covers this person
    /// would let through is told to switch it on.
    /// # Errors
    /// 401 step-up when nothing but the linkage is missing; else as `admit`.
    pub fn admit_linked<Op: Operation, T: Subject>(
        &self,
        row: Guarded<T>,
    ) -> Result<(T, Permit<Op>), Problem> {
        let (actor, facts) = (self.actor()?, row.0.facts());
        let might = self.asking.kernel.policies.might_with_linkage(actor, Op::ID, &facts);
        self.admit(row).map_err(|refused| if might { step_up(actor) } else { refused })
    }
    /// For sign-in operations, which no policy can judge: a permit for whom the work found the caller to be.
    /// # Errors
    /// 500 when the operation is not open.
    pub fn admit_identified<Op: Operation>(&self, who: Option<Actor>) -> Result<Permit<Op>, Problem> {
        if !Op::SCOPE.is_empty() {
            return Err(Problem::new(Kind::Internal));
        }
        self.note(|n| n.identified = who);
        Ok(Permit { op: PhantomData })
    }
    /// May this caller see where the people are whom the row is about? `None` hides their addresses, phone numbers and whether they
    /// live together. Whoever sees a protected person's leaves that in the entry.
    /// # Errors
    /// 401 before sign-in.
    pub fn sight(&self, facts: &Facts) -> Result<Option<Sight>, Problem> {
        let verdict = self.ask("readWhereabouts", facts)?;
        if !verdict.is_allowed {
            return Ok(None);
        }
        if facts.is_protected {
            self.note(|n| n.left([], &["protected_whereabouts"]));
        }
        Ok(Some(Sight(())))
    }
    /// May the personal number of this person be part of the answer?
    /// # Errors
    /// When asked for expressly and refused: 401 step-up for the privileged, else 403.
    fn may_show_number(&self, facts: &Facts, expressly: bool) -> Result<Option<Verdict>, Problem> {
        let verdict = self.ask("readPersonalNumber", facts)?;
        if verdict.is_allowed {
            return Ok(Some(verdict));
        }
        if !expressly {
            return Ok(None);
        }
        self.note(|n| n.policies = verdict.policies.to_vec());
        Err(step_up(self.actor()?))
    }
    /// Adds the entry of a disclosed number: purpose, case and person.
    fn note_disclosure(&mut self, person: Uuid, verdict: &Verdict) {
        let mut entry = self.asking.entry("disclosure", 200, None);
        entry.persons = vec![person];
        entry.disclosed = vec!["personal_number".into()];
        entry.policies = verdict.policies.to_vec();
        if let Some(g) = &self.grant {
            entry.purpose = Some(g.purpose.clone());
            entry.reason_code = Some(g.reason.clone());
            entry.case_id = Some(g.case);
        }
        self.further.push(entry);
    }
}

/// RFC 6750: a token that is good for nothing any more.
fn dead_token() -> Problem {
    let mut p = Problem::new(Kind::Unauthenticated);
    p.challenge = Some("Bearer error=\"invalid_token\"".into());
    p
}
/// RFC 9470: the privileged are told to step up, the others (and everybody on a listener of another zone) that they may not.
pub fn step_up(actor: &Actor) -> Problem {
    // Where no number is ever shown, a challenge would send people round in circles.
    if !actor.has_number_privilege || actor.zone != Zone::Closed {
        return Problem::new(Kind::Forbidden);
    }
    let mut p = Problem::new(Kind::StepUp);
    p.challenge = Some(
        "Bearer error=\"insufficient_user_authentication\", max_age=300, scope=\"personal-number:read\""
            .into(),
    );
    p
}

/// A transaction at the desk. Its connection is for stores only.
pub struct Tx<'a> {
    pub(super) conn: &'a mut PgConnection,
    desk: Desk<'a>,
}
impl<'a> Tx<'a> {
    pub(super) fn new(conn: &'a mut PgConnection, asking: &'a Asking) -> Self {
        Self { conn, desk: Desk::new(asking) }
    }
    /// The connection: for `store.rs` only.
    pub fn conn(&mut self) -> &mut PgConnection {
        self.conn
    }
    /// Looks up, live, what the scoped token of this request covers.
    /// # Errors
    /// 401 when it was revoked or has ended with its session or privilege: it opens nothing any more. Database errors.
    pub fn load_grant(&mut self) -> Result<(), Problem> {
        let asking = self.desk.asking;
        let Some(actor) = asking.actor.as_ref() else { return Ok(()) };
        let Some(id) = actor.grant else { return Ok(()) };
        let grant = asking.kernel.grants.find(self.conn, &asking.kernel.clock, id)?;
        let is_alive = |g: &LiveGrant| {
            g.is_live && g.user == actor.id && Some(g.session) == actor.session && actor.has_number_privilege
        };
        if !grant.as_ref().is_some_and(is_alive) {
            return Err(dead_token());
        }
        // Under a linkage that has ended nothing is done: its purpose is none of this request's.
        let purpose = grant.as_ref().map(|g| (g.purpose.clone(), g.reason.clone(), g.case));
        self.note(|n| n.purpose = purpose);
        self.desk.grant = grant;
        Ok(())
    }
    /// The personal number of the person that was admitted, if this answer may carry it. The disclosure is an entry of its own.
    /// `expressly`: the caller asked for it by name.
    /// # Errors
    /// When asked for expressly and refused: 401 step-up for the privileged, else 403; 503 when the key store is away.
    pub fn show_number(
        &mut self,
        facts: &Facts,
        expressly: bool,
    ) -> Result<Option<DisclosedNumber>, Problem> {
        let (Some(verdict), Some(person)) = (self.desk.may_show_number(facts, expressly)?, facts.person)
        else {
            return Ok(None);
        };
        let vault = self.desk.asking.kernel.vault.clone();
        let Some(number) = vault.read(self.conn, person)? else { return Ok(None) };
        self.desk.note_disclosure(person, &verdict);
        Ok(Some(DisclosedNumber::of(&number)))
    }
    /// Does work whose changes are taken back whatever comes of it, and gives what it found out. Nothing of it is noted, and the instant of
    /// `record_at_once` is as before. What changes outside the database is none of a rehearsal.
    /// # Errors
    /// What the work refuses; database errors.
    pub fn rehearse<R>(&mut self, work: impl FnOnce(&mut Self) -> Result<R, Problem>) -> Result<R, Problem> {
        let (noted, instant, further) =
            (self.desk.asking.noted(), self.desk.instant, self.desk.further.len());
        AnsiTransactionManager::begin_transaction(&mut *self.conn)?;
        let found = work(self);
        AnsiTransactionManager::rollback_transaction(&mut *self.conn)?;
        self.desk.instant = instant;
        self.desk.further.truncate(further);
        self.note(|n| *n = noted);
        found
    }
    pub(super) fn into_further(self) -> Vec<Entry> {
        self.desk.further
    }
}
impl<'a> Deref for Tx<'a> {
    type Target = Desk<'a>;
    fn deref(&self) -> &Desk<'a> {
        &self.desk
    }
}
impl<'a> DerefMut for Tx<'a> {
    fn deref_mut(&mut self) -> &mut Desk<'a> {
        &mut self.desk
    }
}
